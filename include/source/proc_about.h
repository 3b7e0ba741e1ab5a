/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is known of a server without asking it: its version and limits.
 */
#ifndef PGCONNTOP_SOURCE_PROC_ABOUT_H
#define PGCONNTOP_SOURCE_PROC_ABOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/snapshot.h"

struct arena;
struct proc_scan;

/* What does not change while the server runs. */
struct proc_about {
	const char *host; /* as it was asked for */
	const char *port;
	const char *version; /* "15"; "15.20" when an earlier connection said so; NULL is unknown */
	int major;           /* 0 is unknown */
	int version_num;     /* 0 is unknown */
	int max_connections; /* as in the snapshot, as the next four */
	int superuser_reserved;
	int reserved;
	int max_wal_senders;
	enum limits_from limits_from;
	bool pending;                /* the files have another max_connections */
	int64_t params[PARAM_COUNT]; /* -1 is unknown, or not of that version */
};

/* What a connection knew of its server. Zero initialized is nothing. */
struct proc_known {
	bool known;
	int64_t started_us; /* of the server, by its clock */
	char version[48];
	int version_num;
	int max_connections;
	int superuser_reserved;
	int reserved; /* with the provider's own */
	int max_wal_senders;
	int64_t params[PARAM_COUNT];
};

/* Keeps what this sample knows; one that was not got by a connection changes nothing. */
void proc_known_take(struct proc_known *known, const struct snapshot *snap);

/*
 * Fills in all but host and port, out of what is known from a connection, the
 * server's command line and its files. Texts are in the arena.
 */
void proc_about_learn(struct proc_about *about, struct arena *arena, const struct proc_scan *scan,
    const struct proc_known *known);

#endif
