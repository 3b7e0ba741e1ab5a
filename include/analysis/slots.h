/* SPDX-License-Identifier: PostgreSQL */
/* Slot arithmetic: what there is, what is taken, what an ordinary role can still get. */
#ifndef PGCONNTOP_ANALYSIS_SLOTS_H
#define PGCONNTOP_ANALYSIS_SLOTS_H

#include <stdbool.h>

#include "model/snapshot.h"

struct slots {
	int max_connections; /* -1 when unknown, and then so are usable and free */
	int superuser_reserved;
	int reserved; /* reserved_connections and the provider's own settings */
	int usable;   /* what ordinary roles can ever hold together */
	int used;     /* sessions that hold a slot, hidden ones included */
	int hidden;   /* of these, still authenticating and not in pg_stat_activity; -1 when not
	                 looked up */
	int free;     /* what ordinary roles can still get, never negative */
	double utilization; /* used / usable, 0 when usable is unknown or 0; may pass 1 */
	bool estimated;     /* our role may not see all, and parallel workers may be counted in;
	                       or the limits are not from the server */
	enum limits_from limits_from;
	int states[STATE_COUNT]; /* sum is used */
	int walsenders;          /* walsender processes, whatever slots they take; -1 when our role
	                            may not see all */
	int max_wal_senders;     /* -1 when unknown */
};

/* The arithmetic of one snapshot. */
void slots_count(struct slots *slots, const struct snapshot *snap);

#endif
