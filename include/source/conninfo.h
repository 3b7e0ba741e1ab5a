/* SPDX-License-Identifier: PostgreSQL */
/*
 * The connection that the user asked for, by options, connection string,
 * service and environment, as libpq understands them; and the parameters
 * that make libpq open it our way.
 */
#ifndef PGCONNTOP_SOURCE_CONNINFO_H
#define PGCONNTOP_SOURCE_CONNINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

struct err;
struct settings;

#define CONN_KEEP_COUNT 5 /* parameters that notice a dead server */
#define CONN_PARAMS_MAX 20

/* A place to try; "" is what libpq takes by default. */
struct conn_host {
	const char *name; /* host name, address or socket directory */
	const char *addr; /* address that makes a lookup needless */
	const char *port;
};

struct conninfo {
	struct arena arena; /* all strings below */
	const char *host;   /* options as given, NULL for none */
	const char *port;
	const char *user;
	const char *dbname;      /* may be a connection string */
	const char *database;    /* what is connected to at last */
	struct conn_host *hosts; /* in the order to try, at least one */
	size_t host_count;
	bool walsender;             /* replication=database: a slot of max_wal_senders */
	int64_t timeout_us;         /* for one login */
	bool kept[CONN_KEEP_COUNT]; /* the user gave that parameter: let it be */
};

/* Parameters for pg_conn_start(); zero initialized is ready, free with conn_params_clear(). */
struct conn_params {
	const char *keys[CONN_PARAMS_MAX];
	const char *values[CONN_PARAMS_MAX];
	size_t count;
	struct buf names, addrs, ports; /* the lists of hosts */
};

/* Reads all that was given; false with libpq's words when it is wrong. Free with conninfo_clear()
 * in either case. */
bool conninfo_read(struct conninfo *info, const struct settings *settings, struct err *err);

void conninfo_clear(struct conninfo *info);

/*
 * Splits comma separated lists as libpq does; each may be NULL. The number
 * of hosts, whose strings live in the arena; 0 with the reason when the lists
 * do not match or a port is none.
 */
size_t conn_hosts_split(struct arena *arena, const char *const lists[3], struct conn_host **hosts,
    struct err *err);

/* The host is known by a name only, which the system has to look up. */
bool conn_host_needs_lookup(const struct conn_host *host);

/* The parameters to connect to these hosts, in their order; password may be NULL and is not copied.
 */
void conninfo_params(const struct conninfo *info, const struct conn_host *hosts, size_t count,
    const char *password, struct conn_params *params);

/* Wipes and frees. */
void conn_params_clear(struct conn_params *params);

#endif
