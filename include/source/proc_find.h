/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's first process on this host: found by its Unix socket or its
 * data directory, and only taken when it surely is that server's and in our
 * own pid namespace.
 */
#ifndef PGCONNTOP_SOURCE_PROC_FIND_H
#define PGCONNTOP_SOURCE_PROC_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/proc_conf.h"

#define PROC_ACCOUNT_MAX 64

struct err;

/* Where to look. */
struct proc_place {
	const char *host;   /* as libpq takes it: "" or NULL is its default */
	const char *port;   /* "" or NULL is its default */
	const char *pgdata; /* the data directory of that very server; NULL for none */
};

struct proc_server {
	int32_t pid;
	int64_t uid;
	char account[PROC_ACCOUNT_MAX]; /* its name; "uid 999" when it has none here */
	uint64_t start_ticks;           /* since boot */
	size_t title_most;              /* bytes that a title may have; SIZE_MAX is unknown */
	char data_dir[PROC_PATH_MAX];   /* "" when it is not to be seen */
	char port[8];                   /* "" is unknown */
	bool may_signal;                /* we are its account or root */
};

/*
 * False with the reason, and what to do, in err; also when the login goes to
 * another server than what was found. Does not wait.
 */
bool proc_find(struct proc_server *out, const struct proc_place *place, struct err *err);

#endif
