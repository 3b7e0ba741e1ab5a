/* SPDX-License-Identifier: PostgreSQL */
/*
 * Pool arithmetic: what the configured pools can open together, and how
 * large each could be.
 */
#include "analysis/plans.h"

#include <stdbool.h>

#include "base/settings.h"

#define HALVINGS 60 /* of the interval in which the factor is looked for */

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

/* Pools of one instance. */
static int64_t
pools_of(const struct pool_plan *plan)
{
	return times(plan->workers, plan->engines);
}

static bool
has_size(const struct pool_plan *plan)
{
	return plan->connections < 0;
}

/* The capacity if its pool_size were this. */
static int64_t
capacity_with(const struct pool_plan *plan, int64_t size)
{
	int64_t each = times(pools_of(plan), capped(size) + capped(plan->max_overflow));

	if (plan->most > 0 && each > plan->most)
		each = plan->most;
	return times(plan->instances, each);
}

int64_t
plans_capacity(const struct pool_plan *plan)
{
	return has_size(plan) ? capacity_with(plan, plan->pool_size) : capped(plan->connections);
}

int64_t
plans_sum(const struct pool_plan *plans, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum = capped(sum + plans_capacity(&plans[i]));
	return sum;
}

int64_t
plans_fit_one(const struct pool_plan *plans, size_t count, size_t n, int64_t slots)
{
	const struct pool_plan *plan = &plans[n];
	int64_t pools = pools_of(plan), room = slots, each, size;

	for (size_t i = 0; i < count; i++)
		room -= i != n ? plans_capacity(&plans[i]) : 0;
	if (!has_size(plan) || room < 0 || pools == 0 || plan->instances <= 0)
		return -1;
	each = room / plan->instances;
	if (plan->most > 0 && each > plan->most)
		each = plan->most;
	size = each / pools - capped(plan->max_overflow);
	return size >= 0 ? size : -1;
}

/* The sum with all sizes times the factor, rounded down. */
static int64_t
sum_with(const struct pool_plan *plans, size_t count, double factor)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		double size = (double)plans[i].pool_size * factor;

		sum = capped(sum +
		    (has_size(&plans[i])
		            ? capacity_with(&plans[i], size < INT32_MAX ? (int64_t)size : INT32_MAX)
		            : plans_capacity(&plans[i])));
	}
	return sum;
}

void
plans_fit_all(const struct pool_plan *plans, size_t count, int64_t slots, int64_t *out)
{
	double low = 0, high = 1;
	bool fits = sum_with(plans, count, 0) <= slots;

	while (fits && high < INT32_MAX && sum_with(plans, count, high) <= slots) {
		low = high;
		high *= 2;
	}
	for (int i = 0; fits && i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (sum_with(plans, count, middle) <= slots)
			low = middle;
		else
			high = middle;
	}
	for (size_t i = 0; i < count; i++)
		out[i] =
		    fits && has_size(&plans[i]) ? (int64_t)((double)plans[i].pool_size * low) : -1;
}
