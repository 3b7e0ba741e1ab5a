/* SPDX-License-Identifier: PostgreSQL */
/*
 * postmaster.pid, and the lock file of a socket, which has its first lines. Pure.
 */
#ifndef PGCONNTOP_SOURCE_PROC_PIDFILE_H
#define PGCONNTOP_SOURCE_PROC_PIDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIDFILE_TEXT_MAX 1024

struct proc_pidfile {
	int32_t pid;
	char data_dir[PIDFILE_TEXT_MAX]; /* "" when it is not there, as the next ones */
	int64_t start_s;                 /* since 1970; -1 when it is not there */
	char port[8];
	char socket_dir[PIDFILE_TEXT_MAX];
	bool stopping; /* it was told to shut down */
};

/* False when its first line is no pid of a server (that of a single-user one is negative). */
bool proc_pidfile_read(struct proc_pidfile *out, const char *text, size_t len);

#endif
