/* SPDX-License-Identifier: PostgreSQL */
/*
 * Who waits for whom: sessions that wait for a lock, the chains that they
 * make, and the roots at the ends of these, which wait for nobody.
 */
#ifndef PGCONNTOP_ANALYSIS_BLOCKING_H
#define PGCONNTOP_ANALYSIS_BLOCKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct session;
struct snapshot;

/* The place of one session; indexes are those of the snapshot's sessions. */
struct hold {
	int32_t blocks; /* sessions that it holds up directly */
	int32_t below;  /* directly or through others; one that two roots hold up counts for one */
	int32_t depth;  /* steps to its root: 0 waits for nobody, -1 waits for one that is not known
	                 */
	int32_t next;   /* the first step on the shortest way there; -1 for none */
	int32_t root;   /* where that way ends, itself for a root; the number of sessions is a
	                   prepared transaction; -1 for none or not known */
};

struct blocking {
	int waiting;                  /* sessions that wait for a lock */
	int lasting;                  /* of these, those whose statement takes over a second, or
	                                 for how long is not known */
	int looked;                   /* of these, those whose blockers were asked for */
	int roots;                    /* sessions that hold up others and wait for nobody */
	int prepared;                 /* sessions that wait for prepared transactions in the end */
	int deepest;                  /* steps of the longest chain; 0 when none is known */
	const struct session *root;   /* the one that holds up most; NULL when unknown */
	int root_blocks;              /* how many, directly or through others */
	const struct session *waiter; /* the one that waits longest for the root; NULL like it */
	struct hold *holds; /* per session of the snapshot, then one for all prepared transactions;
	                       NULL when nobody waits */
};

/* Linear in the sessions and in the blockers that are known of them. */
void blocking_make(struct blocking *blocking, const struct snapshot *snap, struct arena *arena);

/* The place of a session of that snapshot. */
const struct hold *blocking_hold(const struct blocking *blocking, const struct snapshot *snap,
    const struct session *session);

/* Whether it holds up others and waits for nobody. */
bool blocking_is_root(const struct hold *hold);

#endif
