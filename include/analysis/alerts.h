/* SPDX-License-Identifier: PostgreSQL */
/*
 * Alerts: a const rule per kind, and the state of each. An alert rises at
 * its limit and clears 5 % below it.
 */
#ifndef PGCONNTOP_ANALYSIS_ALERTS_H
#define PGCONNTOP_ANALYSIS_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/alert_limit.h"
#include "base/settings.h"
#include "model/link.h"
#include "model/messages.h"
#include "model/value.h"

struct err;
struct facts;
struct snapshot;

#define ALERT_SUBJECT_MAX 160
#define ALERT_MESSAGE_MAX 400

/* What a rule measured. */
struct reading {
	bool known;
	double value;          /* in the rule's unit, for the warning limit and to show */
	double critical_value; /* for the critical limit: the same unless the rule has another base
	                          for it */
	double unseen;         /* what is not seen may add so much to both; 0 when all is seen */
	const char *why;       /* it is not known; static */
	char subject[ALERT_SUBJECT_MAX]; /* who it is about: an application, a pid, a pool; "" for
	                                    the server */
};

struct alert_rule {
	const char *name;
	const char *help;
	enum value_type
	    unit; /* SHARE, DURATION (us), INT or REAL; how value and limits are meant and shown */
	double warning, critical; /* defaults; NAN for none */
	enum alert_sense sense;
	void (*read)(struct reading *reading,
	    const struct facts *facts); /* NULL: see alerts_refused() */
	const char *wording;            /* the message begins so: "utilization" */
	int samples;                    /* that it takes: 2, or more of some minutes; 0 is one */
	bool needed;                    /* without it nobody can say that all is well */
};

extern const struct alert_rule alert_rules[];
extern const size_t alert_count;

#define ALERTS_MAX 16
#define ADVICE_MAX 640

struct alert {
	const struct alert_rule *rule;
	struct alert_limit warning, critical; /* in force: OFF for none, never DEFAULT */
	enum level level;                     /* OK, WARNING or CRITICAL */
	bool asked;      /* the user gave a limit with --warning or --critical, or it is needed */
	bool known;      /* it could be judged in the last sample */
	const char *why; /* it could not; static, NULL when it could */
	double value;    /* NAN when unknown */
	double critical_value;
	int64_t since_us; /* wall clock of the rise to this level; TIME_UNKNOWN when OK */
	char subject[ALERT_SUBJECT_MAX];
	char message[ALERT_MESSAGE_MAX];
};

struct alert_set {
	struct alert items[ALERTS_MAX]; /* in the order of the rules */
	size_t count;
	enum refusal refusal;  /* of the alert "refused"; NONE when it is not raised */
	char next[ADVICE_MAX]; /* what to do: see advice.h */
};

/* The rule of that name; NULL when there is none. */
const struct alert_rule *alert_find(const char *name);

/* The alert of the rule of that name; NULL when there is none. */
const struct alert *alerts_named(const struct alert_set *set, const char *name);

/* The limit of a rule that is in force: the user's, the last one given, else the rule's own. */
struct alert_limit alerts_limit(const struct alert_rule *rule, const struct settings *settings,
    bool critical);

/* All rules with the user's limits, nothing raised. A wrong name was refused when the settings were
 * read. */
void alerts_init(struct alert_set *set, const struct settings *settings);

/* Reads every rule and moves the levels. */
void alerts_update(struct alert_set *set, const struct facts *facts, int64_t wall_us);

/* Lowers what samples raised: the next update judges by the limits alone, without hysteresis. */
void alerts_forget(struct alert_set *set);

/*
 * A login was refused (or lost): raises the alert "refused", which no sample can see; NONE clears
 * it, and by /proc alone, where no login is tried, it is unknown. With a sample, NULL for none, it
 * tells the setting that was the limit.
 */
void alerts_refused(struct alert_set *set, const struct link *link, const struct snapshot *snap,
    int64_t wall_us);

/*
 * The n-th alert that was asked for, or is needed, and could not be judged, so that it may stand;
 * NULL past the last.
 */
const struct alert *alerts_missed(const struct alert_set *set, size_t n);

/* The highest level of all. */
enum level alerts_worst(const struct alert_set *set);

/* The n-th raised alert, critical ones first, then the oldest; NULL past the last. */
const struct alert *alerts_raised(const struct alert_set *set, size_t n);

#endif
