/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's settings that matter for connections: their names, units and
 * values. "Parameter" as in PostgreSQL's own manual; "settings" in this
 * program's code are its own.
 */
#ifndef PGCONNTOP_MODEL_PARAM_H
#define PGCONNTOP_MODEL_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum param_id {
	PARAM_MAX_CONNECTIONS,
	PARAM_SUPERUSER_RESERVED,
	PARAM_RESERVED,
	PARAM_IDLE_IN_TRANSACTION,
	PARAM_IDLE_SESSION,
	PARAM_STATEMENT,
	PARAM_TRANSACTION,
	PARAM_KEEPALIVES_IDLE,
	PARAM_KEEPALIVES_INTERVAL,
	PARAM_KEEPALIVES_COUNT,
	PARAM_USER_TIMEOUT,
	PARAM_CHECK_INTERVAL,
	PARAM_AUTHENTICATION,
	PARAM_COUNT
};

/* What the number of a value counts. */
enum param_unit { PARAM_NUMBER, PARAM_MS, PARAM_S };

/* What it takes for a change to hold. */
enum param_change {
	PARAM_RESTART, /* of the server */
	PARAM_RELOAD,  /* of its configuration */
};

#define PARAM_ALWAYS 100000 /* a version: all that are known have it */

struct param_row {
	const char *name;
	int version; /* the lowest one that has it */
	enum param_unit unit;
	enum param_change change;
	int64_t otherwise; /* the server's default */
	bool per_session;  /* can be set for a role or database, and ours has a value of its own */
};

extern const struct param_row param_rows[PARAM_COUNT];

/* The one of that name; PARAM_COUNT when it is none of them. Letters are compared without case. */
enum param_id param_find(const char *name, size_t len);

/* Reads "5min", "1500", "1.5 h" as the server does, into its unit; false when it is none. */
bool param_parse(enum param_id id, const char *text, int64_t *value);

/* The value with its unit, as SHOW has it and SET takes it: "5min", "100", "0"; "-" for -1. */
#define PARAM_TEXT_MAX 32
const char *param_text(char out[PARAM_TEXT_MAX], enum param_id id, int64_t value);

/* A value of the whole server. */
struct param {
	int64_t value;      /* in its unit; -1 when unknown, or the server has no such setting */
	int64_t actual;     /* where 0 leaves it to the system: the system's; -1 when unknown */
	bool pending;       /* another value waits for a restart */
	const char *source; /* "default", "configuration file"; NULL when unknown */
};

/* A value for sessions of a role, in a database, or both. */
struct override {
	enum param_id id;
	const char *role;     /* interned like the sessions'; NULL for all */
	const char *database; /* likewise */
	int64_t value;
};

#define OVERRIDES_MOST 100

struct params {
	struct param items[PARAM_COUNT];
	const struct override *overrides;
	size_t override_count;
	bool overrides_known;
	bool overrides_cut; /* there are more than these */
};

/* All unknown. */
void params_init(struct params *params);

/* The override of just that role and database, either of which may be NULL; NULL for none. */
const struct override *params_override(const struct params *params, enum param_id id,
    const char *role, const char *database);

#endif
