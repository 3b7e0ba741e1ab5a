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

/* How we get in. */
enum via {
	VIA_CLIENT,    /* an ordinary login */
	VIA_WALSENDER, /* a login that takes one of max_wal_senders, and still runs SQL */
	VIA_PROC,      /* no login: processes and signals of the host we are on */
	VIA_COUNT
};

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
	REFUSAL_POOLED,      /* a pooler gets no login to the server, or not yet */
	REFUSAL_UNPOOLED,    /* a pooler passes no logins for a walsender slot */
	REFUSAL_REPLICATION, /* role may not take a walsender slot */
	REFUSAL_UNAVAILABLE, /* 57P03: starting up, shutting down, in recovery */
	REFUSAL_PASSWORD,    /* wrong, or none given */
	REFUSAL_LOGIN,       /* role may not log in, pg_hba.conf, no CONNECT right */
	REFUSAL_DATABASE,    /* no such database, or it takes no connections */
	REFUSAL_UNREACHABLE, /* nobody listens, no route, unknown host */
	REFUSAL_TIMEOUT,     /* no answer in time */
	REFUSAL_STOPPED,     /* the server's process is stopped, as by SIGSTOP */
	REFUSAL_SILENT,      /* connected, but it says nothing */
	REFUSAL_HANGS,       /* the server answers, but not the process that logs us in */
	REFUSAL_POOL_WAITS,  /* a pooler lets us wait for a connection to the server */
	REFUSAL_STRANGER,    /* something that is no server of ours answers */
	REFUSAL_TLS,         /* certificate or encryption */
	REFUSAL_PROC,        /* no server of this host is to be seen in /proc */
	REFUSAL_LOST,        /* an open connection broke */
	REFUSAL_OTHER,
};

struct link {
	enum via via;
	enum link_state state;
	enum refusal refusal;       /* of the last failed login, NONE once up */
	char sqlstate[6];           /* "" when there was none */
	char routine[64];           /* "" when unknown */
	char text[400];             /* the server's or libpq's words, one line, raw bytes */
	bool pending;               /* DOWN, but the login hangs, and is still waited for */
	int64_t since_mono_us;      /* start of the present state */
	int64_t retry_mono_us;      /* when DOWN */
	int64_t since_down_mono_us; /* of the first failure of this series, 0 when up */
	unsigned tries;             /* failed logins of this series */
};

/* "client", "walsender", "proc"; and in a sentence, "a walsender slot". */
const char *via_name(enum via via);
const char *via_words(enum via via);

/* Which limit or cause it was, in a few words: "all slots in use". */
const char *refusal_words(enum refusal refusal);

/* Whether a limit on connections was reached: a slot may be there at any moment. */
bool refusal_is_limit(enum refusal refusal);

#define REFUSAL_TEXT_MAX 160

/* The same with the codes that prove it, in out: "all slots in use (53300, InitProcess)". */
const char *refusal_text(char out[REFUSAL_TEXT_MAX], const struct link *link);

#define LINK_REASON_MAX 480

/* That, or the server's or libpq's words where they say more. */
const char *link_reason(char out[LINK_REASON_MAX], const struct link *link);

/*
 * Whether a failed login tells of trouble with the server or the way to it: full, down, silent.
 * Else it is our options, our rights, or nobody knows.
 */
bool link_in_trouble(const struct link *link);

/* Of a link that is DOWN: "FULL" for want of a slot, "REFUSED" by a server, "DOWN" where none was
 * reached. */
const char *link_down_word(const struct link *link);

/* Of the text of a refusal by /proc: the server is in a container, and we are not in it. */
#define REFUSAL_NAMESPACE "pid namespace"

/* The one next thing to try, a short sentence without stop; never empty but for NONE. */
const char *refusal_advice(enum refusal refusal);

/* The same for a login that failed, and the other ways with it; each may be NULL. */
const char *link_advice(const struct link *link, const struct link *const refused[VIA_COUNT]);

#endif
