/* SPDX-License-Identifier: PostgreSQL */
/*
 * global/pg_control: what the server of that directory runs with, whatever
 * its configuration files say by now. Pure.
 */
#ifndef PGCONNTOP_SOURCE_PROC_CONTROL_H
#define PGCONNTOP_SOURCE_PROC_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#define PROC_CONTROL_PATH "global/pg_control"

struct proc_control {
	int max_connections;
	int max_wal_senders;
};

/*
 * Reads the file of a running primary. False for another layout than those
 * known (13 to 19), a damaged file, and a standby, whose file has the limits
 * of its primary.
 */
bool proc_control_read(struct proc_control *out, const void *data, size_t len);

#endif
