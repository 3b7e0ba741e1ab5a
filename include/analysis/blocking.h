/* SPDX-License-Identifier: PostgreSQL */
/* Who waits for whom: sessions that wait for a lock, and the ones at the root. */
#ifndef PGCONNTOP_ANALYSIS_BLOCKING_H
#define PGCONNTOP_ANALYSIS_BLOCKING_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct session;
struct snapshot;

struct blocking {
	int waiting;                  /* sessions that wait for a lock */
	const struct session *root;   /* the session that holds up most of them, itself not waiting;
	                                 NULL when unknown */
	int root_blocks;              /* how many, directly or through others */
	const struct session *waiter; /* the one that waits longest for the root; NULL like it */
	int32_t *blocks; /* per session of the snapshot: how many it holds up directly */
};

void blocking_make(struct blocking *blocking, const struct snapshot *snap, struct arena *arena);

#endif
