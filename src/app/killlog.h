/* SPDX-License-Identifier: PostgreSQL */
/* The kill log: see killlog.c. */
#ifndef PGCONNTOP_APP_KILLLOG_H
#define PGCONNTOP_APP_KILLLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct err;
struct job;
struct settings;
struct target;

struct killlog {
	int fd; /* -1 when closed */
	struct buf path;
	struct buf os_user; /* whose process we are */
	struct buf lines;   /* not yet written */
};

/* What all lines of a moment have in common. */
struct killlog_where {
	int64_t wall_us;
	const char *server; /* and database */
	const char *role;   /* that we are there */
};

/* Opens the log of the settings, or the default one, for appending; makes it with mode 0600. */
bool killlog_open(struct killlog *log, const struct settings *settings, struct err *err);

/* Adds a line about a target; event is "intent" or "outcome". Nothing is written yet. */
void killlog_add(struct killlog *log, const char *event, const struct job *job,
    const struct target *target, const struct killlog_where *where);

/* Writes the lines; with to_disk they survive a crash of the machine. */
bool killlog_flush(struct killlog *log, bool to_disk, struct err *err);

/* Closes it and frees its memory; may be opened again. */
void killlog_close(struct killlog *log);

#endif
