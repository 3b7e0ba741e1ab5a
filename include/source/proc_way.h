/* SPDX-License-Identifier: PostgreSQL */
/*
 * The way in without SQL: the server's processes as /proc shows them, and
 * signals. It needs no slot, no login and no answer of the server; but it has
 * to run on the server's host, and to signal as its account or root.
 */
#ifndef PGCONNTOP_SOURCE_PROC_WAY_H
#define PGCONNTOP_SOURCE_PROC_WAY_H

#include <stdint.h>

struct err;
struct settings;
struct snapshot;

/* What is known from attempts to log in and from earlier connections. */
struct proc_hint {
	const char
	    *host; /* directory of the socket, or host, that was tried; NULL is the default */
	const char *port;              /* NULL is the default */
	const struct snapshot *before; /* the last sample of that server by SQL, for its limits;
	                                  NULL for none. Not kept. */
};

/*
 * The state for way_proc; NULL with the reason in words, and what to do, when
 * there is no server that can be looked at from here. Does not wait.
 */
void *proc_open(const struct settings *settings, const struct proc_hint *hint, struct err *err);

#endif
