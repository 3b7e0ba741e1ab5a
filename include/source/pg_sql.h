/* SPDX-License-Identifier: PostgreSQL */
/*
 * All SQL of the program. A statement has a text for each server version
 * from which on it is written another way; the columns are the same in all.
 */
#ifndef PGCONNTOP_SOURCE_PG_SQL_H
#define PGCONNTOP_SOURCE_PG_SQL_H

#include <stdbool.h>

struct buf;

#define PG_SQL_OLDEST 100000 /* the oldest server that we know to talk to */

enum pg_sql {
	PG_SQL_SESSION,   /* our session's settings */
	PG_SQL_IDENTITY,  /* who and where we are */
	PG_SQL_SERVER,    /* clock and limits */
	PG_SQL_ACTIVITY,  /* the sessions */
	PG_SQL_NAMES,     /* of roles and databases, with their limits; our right to signal */
	PG_SQL_PARAMS,    /* settings that matter for connections */
	PG_SQL_OVERRIDES, /* values of these for roles and databases */
	PG_SQL_BLOCKERS,  /* who blocks whom */
	PG_SQL_STARTING,  /* processes in a transaction, also those that do not show yet */
	PG_SQL_QUERIES,   /* whole queries of some sessions */
	PG_SQL_CANCEL,    /* ends a session's query, if it is still the session that is meant */
	PG_SQL_TERMINATE, /* ends the session */
};

/* Columns of PG_SQL_IDENTITY. */
enum { IDENTITY_PID, IDENTITY_STARTED, IDENTITY_RESERVES };

/* Columns of PG_SQL_SERVER; the values of the provider's settings follow. */
enum {
	SERVER_CLOCK,
	SERVER_PID,
	SERVER_RECOVERY,
	SERVER_MAX_CONNECTIONS,
	SERVER_SUPERUSER_RESERVED,
	SERVER_RESERVED,
	SERVER_MAX_WAL_SENDERS,
	SERVER_COUNTS, /* "oid opened abandoned fatal killed", comma separated; NULL before 14 */
	SERVER_RESERVES,
};

/* Columns of PG_SQL_ACTIVITY. */
enum {
	ACTIVITY_PID,
	ACTIVITY_DATABASE,
	ACTIVITY_USER,
	ACTIVITY_APPLICATION,
	ACTIVITY_CLIENT,
	ACTIVITY_PORT,
	ACTIVITY_START,
	ACTIVITY_XACT_START,
	ACTIVITY_QUERY_START,
	ACTIVITY_STATE_CHANGE,
	ACTIVITY_WAIT_TYPE,
	ACTIVITY_WAIT,
	ACTIVITY_STATE,
	ACTIVITY_XID,
	ACTIVITY_XMIN,
	ACTIVITY_TYPE,
	ACTIVITY_QUERY,
	ACTIVITY_LEADER,
	ACTIVITY_QUERY_ID,
	ACTIVITY_COLUMNS
};

/*
 * Columns of PG_SQL_NAMES, and what the first one holds. A row is about the
 * right to signal: the number is 1 when our role has the rights of
 * pg_signal_backend, and the superuser is us. The last one says of a role
 * whether ours has its rights.
 */
enum { NAMES_KIND, NAMES_OID, NAMES_NAME, NAMES_NUMBER, NAMES_SUPERUSER, NAMES_OURS };
enum { NAMES_IS_DATABASE = 'd', NAMES_IS_ROLE = 'r', NAMES_IS_SIGNAL = 's' };

/* Columns of PG_SQL_PARAMS: the value in force for us, and the one that RESET would give. */
enum { PARAMS_NAME, PARAMS_SETTING, PARAMS_RESET, PARAMS_PENDING, PARAMS_SOURCE };

/* Columns of PG_SQL_OVERRIDES; names are NULL for all, the last one is "name=value". */
enum { OVERRIDES_DATABASE, OVERRIDES_ROLE, OVERRIDES_TEXT };

/* Columns of PG_SQL_BLOCKERS. */
enum { BLOCKERS_PID, BLOCKERS_PIDS };

/* Columns of PG_SQL_QUERIES; the pids ascend. */
enum { QUERIES_PID, QUERIES_START, QUERIES_TEXT };

/*
 * Appends the statement as that server version wants it. $1 and $2 in it
 * become the arguments, which are SQL already; NULL where there are none.
 */
void pg_sql_add(struct buf *buf, enum pg_sql id, int version, const char *arg1, const char *arg2);

#endif
