/* SPDX-License-Identifier: PostgreSQL */
/*
 * Rows of the statements of a refresh into a snapshot.
 */
#ifndef PGCONNTOP_SOURCE_PG_SAMPLE_H
#define PGCONNTOP_SOURCE_PG_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct pg_names;
struct pg_rows;
struct snapshot;

/* Object ids of a session whose names are not known yet. */
struct pg_oids {
	uint32_t database, user; /* 0 for none */
};

/* A snapshot being built. */
struct pg_sample {
	struct snapshot *snap;
	int version;          /* of the server, 150020 */
	int32_t own_pid;      /* 0 until the server's row was read */
	struct pg_oids *oids; /* of each session, in the snapshot's arena */
};

/* What lookups of starting sessions found; all owned. Zero initialized is nothing. */
struct pg_starting {
	int32_t *pids;   /* no sessions at the last lookup, ascending */
	int32_t *hidden; /* those of them that were none at the one before either */
	size_t count, hidden_count;
	bool looked; /* there was a lookup */
	bool known;  /* hidden says all: there was another one before, or it found no pids */
};

/* PG_SQL_SERVER, with the values of these provider's settings (comma separated names). */
void pg_sample_server(struct pg_sample *sample, const struct pg_rows *rows, const char *reserves);

/* PG_SQL_ACTIVITY; the ids are noted in names. */
void pg_sample_sessions(struct pg_sample *sample, const struct pg_rows *rows,
    struct pg_names *names);

/* Fills in the names and orders the sessions. What follows needs it. */
void pg_sample_names(struct pg_sample *sample, struct pg_names *names);

/* Slots in use and slots that ordinary roles can have. */
int pg_sample_used(const struct pg_sample *sample);
int pg_sample_usable(const struct pg_sample *sample);

/* Appends the pids of sessions that wait for a lock as a list, at most max; gives how many. */
size_t pg_sample_waiting(const struct pg_sample *sample, size_t max, struct buf *list);

/* PG_SQL_BLOCKERS, of this sample or the one before. */
void pg_sample_blockers(struct pg_sample *sample, const struct pg_rows *rows);

/* PG_SQL_STARTING: finds out which processes are sessions that do not show. */
void pg_starting_read(struct pg_starting *starting, const struct pg_rows *rows,
    const struct snapshot *snap);

void pg_starting_clear(struct pg_starting *starting);

/* Adds the hidden sessions, as far as they are known and do not show by now. */
void pg_sample_starting(struct pg_sample *sample, const struct pg_starting *starting);

#endif
