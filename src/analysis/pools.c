/* SPDX-License-Identifier: PostgreSQL */
/*
 * Pool arithmetic: what the configured pools can open together, what they
 * have, and how large each could be.
 */
#include "analysis/pools.h"

#include "analysis/input.h"
#include "analysis/slots.h"
#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"

/* A count from 0 to INT32_MAX: any two can be added and multiplied. */
static int64_t
capped(int64_t n)
{
	if (n < 0)
		return 0;
	return n < INT32_MAX ? n : INT32_MAX;
}

static int64_t
times(int64_t a, int64_t b)
{
	return capped(capped(a) * capped(b));
}

int64_t
pools_capacity(const struct pool_plan *plan)
{
	if (plan->connections >= 0)
		return capped(plan->connections);
	return times(times(times(plan->instances, plan->workers), plan->engines),
	    capped(plan->pool_size) + capped(plan->max_overflow));
}

/* Largest pool_size so that this plan and the others as they are fit `usable`. */
static int64_t
fitting_size(const struct pool_plan *plan, int64_t others, int usable)
{
	int64_t each = times(times(plan->instances, plan->workers), plan->engines);
	int64_t size;

	if (plan->connections >= 0 || usable < 0 || each == 0)
		return -1;
	if (usable < others)
		return -1;
	size = (usable - others) / each - capped(plan->max_overflow);
	return size >= 0 ? size : -1;
}

/* Counts each slot holder for its pool, or as unclaimed. */
static void
observe(struct pools *pools, const struct input *input)
{
	const struct snapshot *snap = input->snap;
	struct pool *unclaimed = &pools->items[pools->count - 1];

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		struct pool *pool;
		int n;

		if (!session->slot)
			continue;
		n = input->matcher->match(input->matcher->context, snap, session);
		pool = n >= 0 ? &pools->items[n] : unclaimed;
		pool->observed++;
		pool->idle += session->state == STATE_IDLE;
	}
	pools->unclaimed = unclaimed->observed;
}

void
pools_make(struct pools *pools, const struct input *input, const struct slots *slots,
    struct arena *arena)
{
	const struct pool_plan *plans = input->settings->pools;
	size_t count = input->settings->pool_count;

	*pools = (struct pools){ .fits = true };
	if (count == 0)
		return;
	pools->count = count + 1;
	pools->items = arena_alloc(arena, pools->count, sizeof *pools->items);
	for (size_t i = 0; i < count; i++) {
		pools->items[i].plan = &plans[i];
		pools->items[i].configured = pools_capacity(&plans[i]);
		pools->configured += pools->items[i].configured;
	}
	pools->items[count] = (struct pool){ .configured = -1, .over = -1, .fitting_size = -1 };
	observe(pools, input);
	for (size_t i = 0; i < count; i++) {
		struct pool *pool = &pools->items[i];

		pool->over =
		    pool->observed > pool->configured ? pool->observed - pool->configured : 0;
		pool->fitting_size =
		    fitting_size(pool->plan, pools->configured - pool->configured, slots->usable);
	}
	pools->fits = slots->usable < 0 || pools->configured <= slots->usable;
}
