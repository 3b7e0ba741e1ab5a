/* SPDX-License-Identifier: PostgreSQL */
/*
 * One server process as a sample shows it. "Unknown" and "zero" never mix:
 * an unknown text is NULL, an unknown time is TIME_UNKNOWN, an unknown state
 * or kind has a member of its own.
 */
#ifndef PGCONNTOP_MODEL_SESSION_H
#define PGCONNTOP_MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_UNKNOWN INT64_MIN /* of a time or a duration in microseconds */

enum session_state {
	STATE_ACTIVE,
	STATE_IDLE,
	STATE_IDLE_IN_TRANSACTION,
	STATE_ABORTED,  /* idle in transaction (aborted) */
	STATE_FASTPATH, /* fastpath function call */
	STATE_DISABLED, /* track_activities is off */
	STATE_STARTING, /* authenticating: shown by servers from 18 on, found in pg_locks before */
	STATE_UNKNOWN,  /* no right to see it */
	STATE_COUNT
};

enum session_kind {
	KIND_CLIENT, /* an ordinary session */
	KIND_HIDDEN, /* not in pg_stat_activity but in pg_locks: still authenticating; only the pid
	                is known */
	KIND_WALSENDER, /* has slots of its own from 12 on */
	KIND_WORKER,    /* parallel, background, autovacuum, auxiliary process */
	KIND_UNKNOWN, /* no right to see it; has a user and a database, so a client or its parallel
	                 worker */
};

/* What survives a sample. Two sessions are the same one only when both fields are equal. */
struct identity {
	int32_t pid;
	int64_t start_us; /* backend_start by the server's clock; TIME_UNKNOWN when it may not be
	                     seen */
};

struct session {
	struct identity id;
	enum session_kind kind;
	enum session_state state;
	bool slot;            /* holds one of the max_connections slots */
	bool own;             /* our own connection */
	const char *database; /* interned, as are the next four: equal pointers mean equal text;
	                         NULL is unknown */
	bool foreign;         /* of a role whose rights ours has not, as far as known */
	bool superuser;       /* of a superuser, as far as known: only superusers may signal it */
	const char *user;
	const char *application;  /* "" when the client gave none */
	const char *client;       /* address, or "local" for a Unix socket */
	const char *backend_type; /* as the server names it */
	int32_t client_port;      /* -1 for a Unix socket or unknown */
	int64_t xact_start_us; /* TIME_UNKNOWN when not in a transaction, as the next two when there
	                          is none */
	int64_t query_start_us;      /* start of the running or the last query */
	int64_t state_change_us;     /* start of the present state */
	const char *wait_event_type; /* interned; NULL for none or unknown */
	const char *wait_event;      /* interned */
	int64_t xid;                 /* backend_xid, -1 for none: it has not written */
	int64_t xmin;                /* backend_xmin, -1 for none */
	int32_t leader_pid;          /* of a parallel worker, 0 for none */
	int64_t query_id;            /* 0 for none */
	const char *query; /* running or last query, cut; raw bytes; NULL when it may not be seen */
	const int32_t *blocked_by; /* pids that hold it up, 0 is a prepared transaction; NULL for
	                              none or unknown */
	size_t blocker_count;
	bool blockers_known; /* false for a waiting session that was not looked into */
	double cpu;          /* share of one CPU since the sample before; negative is unknown */
};

/* Order of identities: by pid, then by start. Negative, 0, positive. */
int identity_compare(const struct identity *a, const struct identity *b);

/* The server's word for a state: "idle in transaction (aborted)"; "unknown" for STATE_UNKNOWN. */
const char *session_state_name(enum session_state state);

/* A word of at most 7 columns for the list: "active" "idle" "in txn" "aborted" "fastpath" ... */
const char *session_state_short(enum session_state state);

/* A word of letters and underscores, for graphs of a monitoring system: "in_transaction". */
const char *session_state_label(enum session_state state);

/* The state of that server word; STATE_UNKNOWN when it is NULL or a word we do not know. */
enum session_state session_state_parse(const char *word);

/* Waits for a heavyweight lock. */
bool session_waits_for_lock(const struct session *session);

/* Is in a transaction: active, fastpath or idle in one, with a known start. */
bool session_in_transaction(const struct session *session);

/* Time since one of its times at the server time `now`; TIME_UNKNOWN when unknown, never negative.
 */
int64_t session_since(int64_t then_us, int64_t now_us);

#endif
