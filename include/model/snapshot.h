/* SPDX-License-Identifier: PostgreSQL */
/*
 * All that one sample of a source yields. A source builds it with the
 * functions below and finishes it; from then on it is const. Everything in
 * it lives in its arena.
 */
#ifndef PGCONNTOP_MODEL_SNAPSHOT_H
#define PGCONNTOP_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/link.h"
#include "model/param.h"
#include "model/session.h"

/* Whose sessions our role may signal. */
enum signal_right {
	SIGNAL_UNKNOWN,
	SIGNAL_OWN,    /* those of roles whose rights it has */
	SIGNAL_OTHERS, /* all but superusers': pg_signal_backend */
	SIGNAL_ALL,    /* superuser */
};

/* Where the limits are from. */
enum limits_from {
	LIMITS_SERVER,  /* the server said so with this sample */
	LIMITS_BEFORE,  /* or at an earlier connection, before which it was not restarted */
	LIMITS_FILES,   /* its command line and files, which may have changed since it started */
	LIMITS_CONTROL, /* what it runs with, in pg_control; but the reserved ones of those files */
	LIMITS_COUNT
};

/* "server" "earlier connection" "configuration files" ... */
const char *limits_from_name(enum limits_from from);

struct server {
	const char *host; /* as asked for: name, address or socket directory */
	const char *port;
	const char *database; /* we are in */
	const char *user;     /* we are */
	const char *version;  /* "15.20" */
	int version_num;      /* 150020; 0 when unknown */
	bool in_recovery;
	bool in_recovery_known;
	int64_t started_us; /* TIME_UNKNOWN when unknown */
};

/* "standby" or "primary"; NULL when that is unknown. */
const char *server_role(const struct server *server);

/* A setting that takes slots away from ordinary roles, other than the two of PostgreSQL itself. */
struct reserve {
	const char *setting;
	int slots;
};

/* A limit of one role or database. */
struct limit {
	const char *name; /* interned like the sessions' */
	bool is_role;     /* else a database */
	int connections;  /* at least 0; -1s are not listed */
};

/* What the server counted in a database since its statistics were reset. */
struct database {
	uint32_t oid;
	const char *name;  /* interned like the sessions' */
	int64_t sessions;  /* opened */
	int64_t abandoned; /* of these, ended as the connection was lost */
	int64_t fatal;     /* ended by an error, or refused by the limit of the database */
	int64_t killed;    /* by an administrator */
};

struct snapshot {
	struct arena arena;
	int64_t server_us; /* the server's clock at the sample: ages are taken against it */
	int64_t wall_us;   /* our clock */
	int64_t mono_us;   /* our clock for differences */
	int64_t took_us;   /* from the request to the last row */
	enum via via;
	struct server server;
	int max_connections;            /* -1 when unknown */
	int superuser_reserved;         /* -1 when unknown, as the next one */
	int reserved;                   /* reserved_connections, 16+ */
	const struct reserve *reserves; /* the provider's own */
	size_t reserve_count;
	int max_wal_senders;          /* -1 when unknown */
	enum limits_from limits_from; /* the four above */
	const struct limit *limits;
	size_t limit_count;
	struct params params;
	bool limits_known; /* of roles and databases: they were read */
	const struct database
	    *databases; /* by oid; none before 14, and not with the first sample */
	size_t database_count;
	enum signal_right signal_right;
	const char *account; /* by /proc and where we may not signal: who may; else NULL */
	bool ages_estimated; /* starts of states are when processes last ran, no more is known */
	bool restricted;     /* our role may not see all of other roles' sessions */
	bool hidden_known;   /* authenticating sessions are in the list, or the server has none to
	                        hide */
	struct session *sessions; /* ordered by identity, all kinds */
	size_t session_count;
	size_t session_room;   /* of the builder */
	struct intern *intern; /* of the builder */
};

/* A new empty snapshot; free with snapshot_free(). */
struct snapshot *snapshot_new(void);

/* Empties it for another sample and keeps its memory. */
void snapshot_reset(struct snapshot *snap);

void snapshot_free(struct snapshot *snap);

/* The one copy of these n bytes in this snapshot; equal texts give equal pointers. NULL stays NULL.
 */
const char *snapshot_intern(struct snapshot *snap, const char *s, size_t n);

/* Makes room for n sessions at once, before the first of them is added. */
void snapshot_reserve(struct snapshot *snap, size_t n);

/* One more session, all unknown; valid until the next call. */
struct session *snapshot_add(struct snapshot *snap);

/* Orders the sessions. Call after the last snapshot_add(), and again after any further one. */
void snapshot_finish(struct snapshot *snap);

/* The session of that identity, NULL when it is gone. */
const struct session *snapshot_find(const struct snapshot *snap, const struct identity *id);

/*
 * The session of an identity that another way in gave: starts by /proc are
 * those of the process, a moment before the server's own. NULL when it is gone.
 */
const struct session *snapshot_recognise(const struct snapshot *snap, const struct identity *id);

/* Whether one of two ways reads /proc and the other one asks the server: their starts differ. */
bool via_differs(enum via one, enum via other);

/* The session of that pid, NULL when there is none. */
const struct session *snapshot_find_pid(const struct snapshot *snap, int32_t pid);

/*
 * The value of the server itself, in its unit; -1 when it is unknown, also
 * because our own login has, or may have, another one in its place.
 */
int64_t snapshot_param(const struct snapshot *snap, enum param_id id);

#define SNAPSHOT_LIMIT_MAX 64

/* The setting that such a refusal is about: ", max_connections 100" in out; "" when there is none,
 * or nobody knows. */
const char *snapshot_limit(const struct snapshot *snap, enum refusal refusal,
    char out[SNAPSHOT_LIMIT_MAX]);

#endif
