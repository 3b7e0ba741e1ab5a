/* SPDX-License-Identifier: PostgreSQL */
/* Configured connection pools against what is there: capacity, observed, over, what fits. */
#ifndef PGCONNTOP_ANALYSIS_POOLS_H
#define PGCONNTOP_ANALYSIS_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct input;
struct pool_plan;
struct slots;

struct pool {
	const struct pool_plan *plan; /* NULL for the row of sessions that no plan claims */
	int64_t configured;           /* -1 for unclaimed sessions */
	int observed;
	int idle;             /* of these */
	int64_t over;         /* observed above configured, else 0; -1 for unclaimed */
	int64_t fitting_size; /* largest pool_size with which all plans fit usable, the others as
	                         they are; -1 when none or not asked */
};

struct pools {
	struct pool *items; /* as configured; last the unclaimed ones when there are plans */
	size_t count;       /* 0 when no pool is configured */
	int64_t configured; /* sum */
	int unclaimed;
	bool fits; /* configured <= usable; true when usable is unknown */
};

/* instances x workers x engines x (pool_size + max_overflow), or connections. Cannot overflow:
 * capped at INT32_MAX. */
int64_t pools_capacity(const struct pool_plan *plan);

/* Memory is from the arena; the plans stay in the settings. */
void pools_make(struct pools *pools, const struct input *input, const struct slots *slots,
    struct arena *arena);

#endif
