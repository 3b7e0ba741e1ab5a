/* SPDX-License-Identifier: PostgreSQL */
/*
 * The state of our way to the server: data to show, not an error. A refusal
 * is told apart by SQLSTATE and the name of the server's routine, never by
 * its words, which are translated.
 */
#ifndef PGCONNTOP_MODEL_LINK_H
#define PGCONNTOP_MODEL_LINK_H

#include <stdbool.h>
#include <stdint.h>

enum link_state {
	LINK_CONNECTING, /* a login is under way */
	LINK_UP,         /* logged in and answering */
	LINK_LATE,       /* logged in, but the answer is past its time */
	LINK_DOWN,       /* not connected; tried again at retry_mono_us */
};

/* Why a login failed. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_ALL_SLOTS, /* all max_connections are in use */
	REFUSAL_SUPERUSER_RESERVED,
	REFUSAL_ROLE_RESERVED, /* for pg_use_reserved_connections or the provider */
	REFUSAL_ROLE_LIMIT,
	REFUSAL_DATABASE_LIMIT,
	REFUSAL_WALSENDERS,  /* max_wal_senders are in use */
	REFUSAL_CHILDREN,    /* too many clients that are not yet authenticated */
	REFUSAL_POOLER,      /* PgBouncer's own limit */
	REFUSAL_UNAVAILABLE, /* 57P03: starting up, shutting down, in recovery */
	REFUSAL_PASSWORD,    /* wrong, or none given */
	REFUSAL_LOGIN,       /* role may not log in, pg_hba.conf, no CONNECT right */
	REFUSAL_DATABASE,    /* no such database, or it takes no connections */
	REFUSAL_UNREACHABLE, /* nobody listens, no route, unknown host */
	REFUSAL_TIMEOUT,     /* no answer in time */
	REFUSAL_TLS,         /* certificate or encryption */
	REFUSAL_LOST,        /* an open connection broke */
	REFUSAL_OTHER,
};

struct link {
	enum link_state state;
	enum refusal refusal;       /* of the last failed login, NONE once up */
	char sqlstate[6];           /* "" when there was none */
	char routine[64];           /* "" when unknown */
	char text[400];             /* the server's or libpq's words, one line, raw bytes */
	int64_t since_mono_us;      /* start of the present state */
	int64_t retry_mono_us;      /* when DOWN */
	int64_t since_down_mono_us; /* of the first failure of this series, 0 when up */
	unsigned tries;             /* failed logins of this series */
};

/* Which limit or cause it was, in a few words: "all slots in use". */
const char *refusal_words(enum refusal refusal);

/*
 * Whether a failed login tells of trouble with the server or the way to it: full, down, silent.
 * Else it is our options, our rights, or nobody knows.
 */
bool link_in_trouble(const struct link *link);

/* "all slots in use (53300, InitProcess)": which limit or cause, and how it was told. Gives out. */
#define LINK_CAUSE_MAX 192
const char *link_cause(const struct link *link, char out[LINK_CAUSE_MAX]);

/* The one next thing to try, a short sentence without stop; never empty but for NONE. */
const char *refusal_advice(enum refusal refusal);

#endif
