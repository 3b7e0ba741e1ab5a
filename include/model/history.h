/* SPDX-License-Identifier: PostgreSQL */
/*
 * A few numbers of each of the last samples, in a fixed ring: memory does
 * not grow with uptime.
 */
#ifndef PGCONNTOP_MODEL_HISTORY_H
#define PGCONNTOP_MODEL_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define HISTORY_POINTS 1800 /* an hour at the default interval */

struct history_point {
	int64_t mono_us;
	int64_t wall_us;
	int32_t used;
	int32_t usable;
	int32_t idle;
	int32_t active;
	int32_t in_transaction; /* idle in one, aborted or not */
};

/* The most that was used, and when it was so first. */
struct history_peak {
	int32_t used;
	int64_t wall_us;
};

struct history {
	struct history_point points[HISTORY_POINTS];
	struct history_peak peak; /* of all points, also of those that are forgotten */
	size_t count;             /* in use */
	size_t next;              /* where the next one goes */
};

/* Adds a point, over the oldest one when full. */
void history_add(struct history *history, const struct history_point *point);

/* The point that is n samples old, 0 the newest; NULL past the oldest. */
const struct history_point *history_get(const struct history *history, size_t n);

/* Forgets all: another server, or one that was restarted. */
void history_clear(struct history *history);

#endif
