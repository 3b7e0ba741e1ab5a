/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the title of a server process says, in the formats of the servers from
 * 10 on. Names in it are raw bytes that clients chose, with blanks, brackets
 * and words of the server's own; so it is read from the right, and what is
 * not certain is unknown. Pure.
 */
#ifndef PGCONNTOP_SOURCE_PROC_TITLE_H
#define PGCONNTOP_SOURCE_PROC_TITLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/session.h"

enum proc_kind {
	PROC_SILENT, /* still shows the server's command line: its client has sent nothing yet */
	PROC_CLIENT, /* a session, or one that logs in */
	PROC_WALSENDER,
	PROC_WORKER, /* all others */
};

/* A part of the title; s is NULL when it is unknown. */
struct proc_text {
	const char *s;
	size_t len;
};

struct proc_title {
	enum proc_kind kind;
	enum session_state state; /* of a client or a walsender */
	bool waits_for_lock;
	bool ambiguous;        /* a walsender's, or that of a client whose role has such a name */
	struct proc_text user; /* of a client, as the next two */
	struct proc_text database;
	struct proc_text client; /* address; "local" for a Unix socket */
	int32_t client_port;     /* -1 for a Unix socket or unknown */
	const char *type;        /* as pg_stat_activity names it: "client backend" */
};

/* What is known of all titles of a server. */
struct proc_titles {
	const char *prefix; /* "postgres: ", with the cluster_name after it if there is one; NULL is
	                       unknown */
	size_t prefix_len;
	size_t most;     /* bytes of the longest possible title; SIZE_MAX is unknown */
	bool no_senders; /* for a process that was found not to be a walsender */
};

/* The length of the prefix that a checkpointer's title shows; 0 when it is none. */
size_t proc_title_prefix(const char *title, size_t len);

/* Reads a title without the NULs at its end; the texts point into it. */
void proc_title_read(struct proc_title *out, const char *title, size_t len,
    const struct proc_titles *titles);

#endif
