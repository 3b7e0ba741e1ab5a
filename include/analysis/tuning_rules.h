/* SPDX-License-Identifier: PostgreSQL */
/* A row of advice while it is made, and the rules that fill it in. */
#ifndef PGCONNTOP_ANALYSIS_TUNING_RULES_H
#define PGCONNTOP_ANALYSIS_TUNING_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/param.h"

struct arena;
struct facts;
struct snapshot;

/* One setting, of the server or of some of its sessions. */
struct tuning {
	enum param_id id; /* PARAM_COUNT for one of the provider's */
	const char *name;
	const char *scope;    /* "server", "role app", "database wall", "role app in wall" */
	const char *role;     /* of an override; NULL for all */
	const char *database; /* likewise */
	bool is_override;
	int64_t value;         /* in its unit, -1 when unknown */
	const char *text;      /* the same as SHOW has it; NULL when unknown */
	const char *source;    /* where it is from; NULL when unknown */
	bool pending;          /* another one waits for a restart */
	const char *meaning;   /* for connections */
	const char *advice;    /* "5min", "30min for app"; NULL to leave it */
	const char *reason;    /* for that, or for leaving it */
	const char *statement; /* that makes it so; NULL when there is none to give */
	const char *effect;    /* when that holds: "restart", "reload", "new sessions"; else NULL */
	bool urgent;           /* what it is there for happens now */
};

/* What advice is made of. */
struct maker {
	const struct snapshot *snap;
	const struct facts *facts;
	struct arena *arena;
	struct tuning *row;
	int64_t better;   /* value that it had better have; -1 to leave it */
	const char *role; /* only for that one; NULL for the row's own scope */
};

struct tuning_rule {
	const char *meaning; /* for connections */
	/* Sets reason, urgent and what is better; the row's value is known. */
	void (*advise)(struct maker *maker);
};

extern const struct tuning_rule tuning_rules[PARAM_COUNT];

#endif
