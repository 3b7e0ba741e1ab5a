/* SPDX-License-Identifier: PostgreSQL */
/*
 * Pool arithmetic: what the configured pools can open together, and how
 * large each could be.
 */
#include "analysis/plans.h"

#include <stdbool.h>

#include "base/settings.h"

#define SIZE_LEAST 1 /* to many poolers 0 is no limit */
#define HALVINGS 60  /* of the interval in which the factor is looked for */

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

static int64_t
databases_of(const struct pool_plan *plan)
{
	return plan->databases > 0 ? capped(plan->databases) : 1;
}

static bool
has_size(const struct pool_plan *plan)
{
	return plan->connections < 0;
}

/* What so many pools of a database can open, with so many connections each. */
static int64_t
of_database(const struct pool_plan *plan, int64_t pools, int64_t each)
{
	int64_t all = times(pools, each);

	return plan->most > 0 && all > plan->most ? capped(plan->most) : all;
}

/*
 * The capacity if its pool_size were this. Pools are spread evenly over the
 * databases, some of which may have one more: no other way opens more.
 */
static int64_t
capacity_with(const struct pool_plan *plan, int64_t size)
{
	int64_t each = capped(size) + capped(plan->max_overflow);
	int64_t databases = databases_of(plan), pools = pools_of(plan) / databases;
	int64_t larger = pools_of(plan) % databases;

	return times(plan->instances,
	    times(databases - larger, of_database(plan, pools, each)) +
	        times(larger, of_database(plan, pools + 1, each)));
}

/*
 * No larger pool_size is offered: the one from which on the limit of the
 * databases lets a larger one open no more, or the present one where it is
 * more than that. The databases with the fewest pools reach it last.
 */
static int64_t
size_most(const struct pool_plan *plan)
{
	int64_t pools = pools_of(plan) / databases_of(plan), size;

	if (plan->most <= 0)
		return INT32_MAX;
	if (pools == 0)
		pools = 1; /* others have none */
	size = (capped(plan->most) + pools - 1) / pools - capped(plan->max_overflow);
	return size > plan->pool_size ? size : capped(plan->pool_size);
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
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
	int64_t room = slots, low = SIZE_LEAST, high = INT32_MAX;

	for (size_t i = 0; i < count; i++)
		room -= i != n ? plans_capacity(&plans[i]) : 0;
	if (!has_size(plan) || pools_of(plan) == 0 || plan->instances <= 0 ||
	    capacity_with(plan, low) > room)
		return -1;
	while (low < high) {
		int64_t middle = high - (high - low) / 2;

		if (capacity_with(plan, middle) <= room)
			low = middle;
		else
			high = middle - 1;
	}
	return smaller(low, size_most(plan));
}

/* The pool_size times the factor, rounded down. */
static int64_t
size_with(const struct pool_plan *plan, double factor)
{
	double size = (double)plan->pool_size * factor;

	if (size < SIZE_LEAST)
		return SIZE_LEAST;
	return size < INT32_MAX ? (int64_t)size : INT32_MAX;
}

/* The sum with all sizes times the factor. */
static int64_t
sum_with(const struct pool_plan *plans, size_t count, double factor)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum = capped(sum +
		    (has_size(&plans[i]) ? capacity_with(&plans[i], size_with(&plans[i], factor))
		                         : plans_capacity(&plans[i])));
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
		out[i] = fits && has_size(&plans[i])
		    ? smaller(size_with(&plans[i], low), size_most(&plans[i]))
		    : -1;
}
