/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the pool arithmetic: these figures must come out exactly.
 */
#include "analysis/plans.h"
#include "analysis/pools.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* instances x workers x engines x (size + overflow), or connections when that is not 0 */
struct numbers {
	int64_t instances, workers, engines, size, overflow, connections;
};

static struct pool_plan
plan_of(const struct numbers *numbers)
{
	return (struct pool_plan){
		.instances = numbers->instances,
		.workers = numbers->workers,
		.engines = numbers->engines,
		.pool_size = numbers->size,
		.max_overflow = numbers->overflow,
		.connections = numbers->connections > 0 ? numbers->connections : -1,
	};
}

static void
add_plan(struct fixture *fixture, const char *name, const struct numbers *numbers)
{
	struct pool_plan *plan = settings_add_pool(&fixture->settings, name, "user=x");
	struct pool_plan given = plan_of(numbers);

	given.name = plan->name;
	given.match = plan->match;
	*plan = given;
}

static void
test_capacity(void **state)
{
	static const struct {
		struct numbers numbers;
		int64_t capacity;
	} plans[] = {
		{ { 1, 10, 2, 5, 10, 0 }, 300 },
		{ { 1, 5, 2, 3, 2, 0 }, 50 },
		{ { 1, 3, 2, 2, 1, 0 }, 18 },
		{ { 1, 8, 2, 3, 2, 0 }, 80 },
		{ { 1, 8, 2, 2, 1, 0 }, 48 },
		{ { 1, 1, 1, 20, 10, 0 }, 30 },
		{ { 1, 4, 1, 25, 0, 0 }, 100 },
		{ { 3, 4, 5, 6, 7, 0 }, 780 },
		{ { 1, 1, 1, 0, 0, 0 }, 0 },
		{ { 0, 4, 5, 6, 7, 0 }, 0 },
		{ { 1, 1, 1, 5, 5, 12 }, 12 }, /* the number rules */
		{ { 1, 1, 1, INT32_MAX, 0, 0 }, INT32_MAX },
		{ { 1, 1, 1, INT32_MAX, 1, 0 }, INT32_MAX },
		{ { 1, 1, 1, INT64_MAX, INT64_MAX, 0 }, INT32_MAX },
		{ { 65536, 65536, 65536, 65536, 65536, 0 }, INT32_MAX },
		{ { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, 0 }, INT32_MAX },
		{ { 1, 1, 1, 1, 1, INT64_MAX }, INT32_MAX },
		{ { 1000000, 1000000, 1000000, 0, 0, 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plans); i++) {
		struct pool_plan plan = plan_of(&plans[i].numbers);

		assert_int_equal(plans_capacity(&plan), plans[i].capacity);
	}
}

static void
test_one(void **state)
{
	static const struct {
		struct numbers numbers;
		int max_connections;
		int64_t configured;
		bool fits;
		int64_t fitting_size;
	} cases[] = {
		/* 20 pools of at least 10 cannot fit, whatever their size is */
		{ { 1, 10, 2, 5, 10, 0 }, 100, 300, false, -1 },
		{ { 1, 10, 2, 5, 0, 0 }, 100, 100, false, 4 },
		{ { 1, 5, 2, 3, 2, 0 }, 100, 50, true, 7 },
		{ { 1, 3, 2, 2, 1, 0 }, 100, 18, true, 15 },
		{ { 1, 8, 2, 3, 2, 0 }, 100, 80, true, 4 },
		{ { 1, 8, 2, 2, 1, 0 }, 100, 48, true, 5 },
		{ { 1, 1, 1, 20, 10, 0 }, 100, 30, true, 87 },
		{ { 1, 1, 1, 97, 0, 0 }, 100, 97, true, 97 },
		{ { 1, 1, 1, 98, 0, 0 }, 100, 98, false, 97 },
		{ { 1, 1, 1, 1, 96, 0 }, 100, 97, true, 1 },
		{ { 1, 1, 1, 1, 97, 0 }, 100, 98, false, -1 },
		{ { 1, 1, 1, 0, 98, 0 }, 100, 98, false, -1 },
		{ { 1, 1, 1, 0, 0, 97 }, 100, 97, true, -1 },
		{ { 1, 1, 1, 0, 0, 98 }, 100, 98, false, -1 },
		{ { 1, 1, 1, 5000, 0, 0 }, -1, 5000, true, -1 },
		{ { 1000, 1000, 1000, 1000, 1000, 0 }, 100, INT32_MAX, false, -1 },
		{ { 0, 4, 1, 25, 0, 0 }, 100, 0, true, -1 },
		{ { 1, 1, 1, 0, 0, 0 }, 3, 0, true, -1 }, /* nothing is usable */
		{ { 1, 1, 1, 5, 0, 0 }, 3, 5, false, -1 },
		{ { 1, 1, 1, 5, 1, 0 }, 3, 6, false, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture fixture;
		const struct pools *pools = &fixture.facts.pools;

		fixture_init(&fixture);
		fixture.settings.target = 100;
		fixture.snap->max_connections = cases[i].max_connections;
		add_plan(&fixture, "api", &cases[i].numbers);
		fixture_analyse(&fixture);
		assert_int_equal(pools->count, 2);
		assert_ptr_equal(pools->items[0].plan, &fixture.settings.pools[0]);
		assert_int_equal(pools->items[0].configured, cases[i].configured);
		assert_int_equal(pools->configured, cases[i].configured);
		assert_int_equal(pools->fits, cases[i].fits);
		assert_int_equal(pools->items[0].fitting_size, cases[i].fitting_size);
		fixture_clear(&fixture);
	}
}

/* 5 workers x 2 engines x (3 + 2) = 50: 47 of 97 to spare. */
static void
test_spare(void **state)
{
	static const struct numbers numbers = { 1, 5, 2, 3, 2, 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_plan(&fixture, "api", &numbers);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.slots.usable - fixture.facts.pools.configured, 47);
	fixture_clear(&fixture);
}

static void
begin_four(struct fixture *fixture)
{
	static const struct numbers api = { 1, 4, 1, 25, 0, 0 }, one = { 1, 1, 1, 25, 0, 0 };
	static const struct numbers admin = { 1, 1, 1, 0, 0, 10 };

	fixture_init(fixture);
	fixture->settings.target = 100;
	fixture->snap->max_connections = 200;
	add_plan(fixture, "api", &api);
	add_plan(fixture, "worker", &one);
	add_plan(fixture, "report", &one);
	add_plan(fixture, "admin", &admin);
}

/* 4 x 25 + 25 + 25 + 10 = 160 of 200, 197 usable. */
static void
test_four(void **state)
{
	struct fixture fixture;
	const struct pools *pools = &fixture.facts.pools;

	(void)state;
	begin_four(&fixture);
	fixture_analyse(&fixture);
	assert_int_equal(pools->count, 5);
	assert_int_equal(pools->configured, 160);
	assert_int_equal(fixture.facts.slots.usable, 197);
	assert_true(pools->fits);
	assert_int_equal(pools->items[0].fitting_size, 34); /* (197 - 60) / 4 */
	assert_int_equal(pools->items[1].fitting_size, 62); /* 197 - 135 */
	assert_int_equal(pools->items[3].fitting_size, -1);
	assert_null(pools->items[4].plan);
	assert_int_equal(pools->items[4].configured, -1);
	assert_int_equal(pools->items[4].over, -1);
	assert_int_equal(pools->items[4].fitting_size, -1);
	fixture.snap->max_connections = 100;
	fixture_analyse(&fixture);
	assert_false(pools->fits);
	assert_int_equal(pools->items[0].fitting_size, 9);
	assert_int_equal(pools->items[1].fitting_size, -1); /* the others alone are 135 */
	fixture.snap->max_connections = 138;
	fixture_analyse(&fixture);
	assert_int_equal(pools->items[1].fitting_size, -1); /* and now leave nothing */
	fixture.snap->max_connections = 139;
	fixture_analyse(&fixture);
	assert_int_equal(pools->items[1].fitting_size, 1);
	fixture_clear(&fixture);
}

/* The fitting size fits, and one more does not. */
static void
test_fitting_exact(void **state)
{
	struct fixture fixture;
	const struct pools *pools = &fixture.facts.pools;
	int64_t size;

	(void)state;
	for (int usable = 76; usable < 260; usable++) {
		begin_four(&fixture);
		fixture.snap->max_connections = usable + 3;
		fixture.settings.pools[0].max_overflow = 3;
		fixture_analyse(&fixture);
		size = pools->items[0].fitting_size;
		assert_true(size > 0);
		fixture.settings.pools[0].pool_size = size;
		fixture_analyse(&fixture);
		assert_true(pools->fits);
		assert_int_equal(pools->items[0].fitting_size, size);
		fixture.settings.pools[0].pool_size = size + 1;
		fixture_analyse(&fixture);
		assert_false(pools->fits);
		fixture_clear(&fixture);
	}
}

/* A pool that may open none at all: the number rules, though it is 0. */
static void
test_zero(void **state)
{
	struct fixture fixture;
	struct pool_plan *plan;

	(void)state;
	fixture_init(&fixture);
	plan = settings_add_pool(&fixture.settings, "old", "user=x");
	plan->pool_size = 5;
	plan->connections = 0;
	fixture_add_many(fixture.snap, 100, 2, "old", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.pools.items[0].configured, 0);
	assert_int_equal(fixture.facts.pools.items[0].over, 2);
	assert_int_equal(fixture.facts.pools.items[0].fitting_size, -1);
	fixture_clear(&fixture);
}

static void
test_observed(void **state)
{
	struct fixture fixture;
	const struct pools *pools = &fixture.facts.pools;

	(void)state;
	begin_four(&fixture);
	fixture_add_many(fixture.snap, 100, 80, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 7, "api", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 300, 28, "worker", STATE_IDLE_IN_TRANSACTION);
	fixture_add_many(fixture.snap, 400, 25, "report", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 500, 2, "psql", STATE_IDLE);
	fixture_add_many(fixture.snap, 600, 1, "psql", STATE_ACTIVE);
	fixture_add(fixture.snap, 700, "app", "api", STATE_ACTIVE)->slot = false;
	fixture_analyse(&fixture);
	assert_int_equal(pools->items[0].observed, 87);
	assert_int_equal(pools->items[0].idle, 80);
	assert_int_equal(pools->items[0].over, 0);
	assert_int_equal(pools->items[0].under, 13);
	assert_int_equal(pools->items[1].observed, 28);
	assert_int_equal(pools->items[1].idle, 0);
	assert_int_equal(pools->items[1].over, 3);
	assert_int_equal(pools->items[1].under, 0);
	assert_int_equal(pools->items[2].observed, 25);
	assert_int_equal(pools->items[2].over, 0); /* just full */
	assert_int_equal(pools->items[3].observed, 0);
	assert_int_equal(pools->items[4].observed, 3);
	assert_int_equal(pools->items[4].idle, 2);
	assert_int_equal(pools->unclaimed, 3);
	fixture_clear(&fixture);
}

/* The most that was seen stays, of each pool and of those that none claims. */
static void
test_peaks(void **state)
{
	static const struct {
		int api, psql;           /* sessions of a sample */
		int api_peak, psql_peak; /* what is kept then */
	} samples[] = { { 3, 0, 3, 0 }, { 1, 5, 3, 5 }, { 0, 4, 3, 5 }, { 4, 0, 4, 5 } };
	int peaks[2] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct fixture fixture;
		struct input input;
		const struct pools *pools = &fixture.facts.pools;

		fixture_init(&fixture);
		settings_add_pool(&fixture.settings, "api", "user=x");
		fixture_add_many(fixture.snap, 100, samples[i].api, "api", STATE_IDLE);
		fixture_add_many(fixture.snap, 200, samples[i].psql, "psql", STATE_IDLE);
		fixture_analyse(&fixture);
		assert_int_equal(pools->items[0].peak, samples[i].api); /* nothing was kept */
		input = (struct input){
			.snap = fixture.snap,
			.history = &fixture.history,
			.settings = &fixture.settings,
			.pool_peaks = peaks,
			.matcher = &fixture.matcher,
		};
		facts_make(&fixture.facts, &input);
		assert_int_equal(pools->items[0].observed, samples[i].api);
		assert_int_equal(pools->items[0].peak, samples[i].api_peak);
		assert_int_equal(pools->items[1].peak, samples[i].psql_peak);
		pools_keep_peaks(pools, peaks);
		assert_int_equal(peaks[0], samples[i].api_peak);
		assert_int_equal(peaks[1], samples[i].psql_peak);
		fixture_clear(&fixture);
	}
}

static void
test_none(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 8, "api", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.pools.count, 0);
	assert_int_equal(fixture.facts.pools.configured, 0);
	assert_int_equal(fixture.facts.pools.unclaimed, 0);
	assert_true(fixture.facts.pools.fits);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_spare),
		cmocka_unit_test(test_four),
		cmocka_unit_test(test_fitting_exact),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_observed),
		cmocka_unit_test(test_peaks),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("pools", tests, NULL, NULL);
}
