/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which sessions an action is to reach: a policy within what is shown, less
 * what is protected. Pure, and made anew for each sample while the dialog is
 * open.
 */
#ifndef PGCONNTOP_ACTION_PLAN_H
#define PGCONNTOP_ACTION_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"

struct arena;
struct snapshot;

enum policy {
	POLICY_CHOSEN,              /* the tagged sessions, or the one under the cursor */
	POLICY_IDLE,                /* idle over the age */
	POLICY_IDLE_IN_TRANSACTION, /* idle in a transaction over the age, aborted or not */
	POLICY_ABORTED,             /* idle in an aborted transaction */
	POLICY_APPLICATION,         /* all of the application */
	POLICY_DATABASE,
	POLICY_USER,
	POLICY_ALL, /* everything but this connection */
	POLICY_COUNT
};

struct policy_row {
	const char *name; /* in the log and the configuration: "idle" */
	const char
	    *title; /* in the dialog: "idle for %s or longer", where %s is the age or the name */
	bool aged;  /* the age counts */
};

const struct policy_row *policy_row(enum policy policy);

/* Why a session that the policy means is left alone. */
enum spare {
	SPARE_NONE,
	SPARE_OWN,       /* our own connection */
	SPARE_KIND,      /* no ordinary session: walsender, worker */
	SPARE_STATE,     /* its state cannot be seen; only by its pid */
	SPARE_STARTING,  /* still logging in; only by its pid */
	SPARE_PROTECTED, /* the configuration or we protect such ones */
	SPARE_FILTER,    /* outside the filter, as another way in shows later */
	SPARE_UNSEEN,    /* the way in does not show what would tell whether it is meant, or
	                    protected */
	SPARE_ROLE,      /* our role may not signal it */
	SPARE_ACCOUNT,   /* by /proc: our account may not */
	SPARE_USELESS,   /* the action does nothing to it */
	SPARE_KEEP,      /* among the newest of its application that are to be kept */
	SPARE_MOST,      /* beyond the most that are to be ended */
	SPARE_UNTIL,     /* the utilization is low enough without it */
	SPARE_MINUTE,    /* beyond the most of its application in a minute */
	SPARE_COUNT
};

/* In words that follow a number: "protected". */
const char *spare_name(enum spare spare);

/* What the user chose. */
struct choice {
	enum action action;
	enum policy policy;
	int64_t age_us;   /* for policies with an age */
	const char *name; /* of the application, database or user; NULL is the unknown one */
	bool named;       /* the user named this one session alone: that is no bulk, so what
	                     protects from bulk does not hold */
	int64_t keep;     /* newest sessions of each application that stay */
	int64_t most;     /* to end at most, 0 for no limit */
	double until;     /* utilization at which to stop, 0 for no limit */
};

/* Questions that the plan asks of those who know filters and tags. */
struct plan_input {
	const struct snapshot *snap;
	int used, usable; /* slots; usable -1 when unknown */
	bool (*within)(const void *context,
	    const struct session *session); /* shown, or tagged for CHOSEN */
	bool (*is_protected)(const void *context, const struct session *session);
	/* One of the two cannot be told, and the answer was that it may be within, and is not
	 * protected; NULL for never. */
	bool (*is_unsure)(const void *context, const struct session *session);
	const void *context;
	/* How many of that application may still be acted on; NULL for any number. */
	int (*left)(const void *context, const char *application);
};

/* The targets and the spared ones of an application. */
struct plan_group {
	const char *application; /* NULL is unknown */
	int targets;
	int spared;
	int kept;          /* of the spared ones, as the newest */
	int64_t oldest_us; /* of its targets, in their state; TIME_UNKNOWN when unknown */
	int64_t newest_us;
};

struct plan {
	const struct session **targets; /* the oldest in their state first */
	size_t count;
	int by_state[STATE_COUNT]; /* of the targets */
	int spared[SPARE_COUNT];   /* of those that the policy means, by reason */
	int spared_count;
	struct plan_group *groups; /* most targets first */
	size_t group_count;
	int64_t oldest_us;    /* TIME_UNKNOWN when there is none */
	int64_t young_us;     /* the oldest that is not old enough; TIME_UNKNOWN for none */
	int barred;           /* of the spared ones: we may not signal them */
	int unjudged;         /* of the spared ones: we lack the right to see their state */
	int slots;            /* that come free: not of those that we may not signal */
	double before, after; /* utilization, 0 when usable is unknown */
};

/* Whether our role or account may signal it, as far as that is known beforehand. */
bool plan_may_signal(const struct snapshot *snap, const struct session *session);

/*
 * Sessions that are protected, unless one is named alone: by the name of the
 * application, whoever configured nothing.
 */
bool plan_default_protected(const struct session *session);

/*
 * A target is seen by another way now, which may show more: why it must be left alone after all;
 * NONE when it need not be. Whether it is still in the state in which it was confirmed is for the
 * act to judge.
 */
enum spare plan_recheck(const struct choice *choice, const struct plan_input *input,
    const struct session *session);

/* All memory is from the arena; sessions stay in the snapshot. */
void plan_make(struct plan *plan, const struct choice *choice, const struct plan_input *input,
    struct arena *arena);

#endif
