/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is known of a server without asking it: its version and limits.
 */
#ifndef PGCONNTOP_SOURCE_PROC_ABOUT_H
#define PGCONNTOP_SOURCE_PROC_ABOUT_H

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
};

/*
 * Fills in all but host and port, out of a sample that an earlier connection
 * got (NULL for none), the server's command line and its files. Texts are in
 * the arena.
 */
void proc_about_learn(struct proc_about *about, struct arena *arena, const struct proc_scan *scan,
    const struct snapshot *before);

#endif
