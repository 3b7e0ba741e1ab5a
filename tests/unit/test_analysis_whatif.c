/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what is tried: other numbers for pools and max_connections, and
 * what comes out of them.
 */
#include "analysis/whatif.h"
#include "analysis/plans.h"
#include "analysis/slots.h"
#include "fixture.h"
#include "model/memory.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct slots hundred = {
	.max_connections = 100,
	.superuser_reserved = 3,
	.usable = 97,
};

static struct pool_plan
plan(int64_t workers, int64_t engines, int64_t size, int64_t overflow)
{
	return (struct pool_plan){
		.instances = 1,
		.workers = workers,
		.engines = engines,
		.pool_size = size,
		.max_overflow = overflow,
		.connections = -1,
	};
}

static struct pool_plan
fixed(int64_t connections)
{
	return (struct pool_plan){ .instances = 1,
		.workers = 1,
		.engines = 1,
		.connections = connections };
}

static struct pool_plan
bouncer(void)
{
	struct pool_plan made = plan(6, 1, 20, 5);

	made.databases = 2;
	made.most = 50;
	return made;
}

static void
sum_up(struct whatif_sum *sum, const struct pool_plan *plans, size_t count, int64_t max_connections,
    const struct slots *slots)
{
	const struct settings settings = { .pool_count = count, .target = 85 };

	whatif_sum(sum, &settings, plans, max_connections, slots);
}

/* The numbers of one plan, tried one by one, give what the arithmetic of pools says. */
static void
test_one_plan(void **state)
{
	static const struct {
		int64_t workers, engines, size, overflow, planned, spare;
		bool fits, past_70;
	} rows[] = {
		{ 10, 2, 5, 10, 300, -203, false, true },
		{ 5, 2, 3, 2, 50, 47, true, false },
		{ 3, 2, 2, 1, 18, 79, true, false },
		{ 8, 2, 3, 2, 80, 17, true, true },
		{ 8, 2, 2, 1, 48, 49, true, false },
		{ 1, 1, 20, 10, 30, 67, true, false },
	};
	struct pool_plan given = plan(1, 1, 1, 0);
	struct whatif_sum sum;
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, &given, 1);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		whatif_set(&whatif.plans[0], WHATIF_WORKERS, rows[i].workers);
		whatif_set(&whatif.plans[0], WHATIF_ENGINES, rows[i].engines);
		whatif_set(&whatif.plans[0], WHATIF_POOL_SIZE, rows[i].size);
		whatif_set(&whatif.plans[0], WHATIF_MAX_OVERFLOW, rows[i].overflow);
		sum_up(&sum, whatif.plans, 1, whatif.max_connections, &hundred);
		assert_int_equal(sum.planned, rows[i].planned);
		assert_int_equal(sum.usable, 97);
		assert_int_equal(sum.spare, rows[i].spare);
		assert_int_equal(sum.spare >= 0, rows[i].fits);
		assert_int_equal(sum.share > 0.70, rows[i].past_70);
		assert_int_equal(sum.target, 82);
		assert_int_equal(sum.verdict,
		    !rows[i].fits         ? POOLS_EXCEED
		        : rows[i].past_70 ? POOLS_TIGHT
		                          : POOLS_FIT);
	}
	assert_int_equal(given.workers, 1);
	whatif_clear(&whatif);
}

/* 4 x 25 + 25 + 25 + 10 of 200 slots, which the server does not have yet. */
static void
test_several_plans(void **state)
{
	const struct pool_plan given[] = { plan(4, 1, 25, 0), plan(1, 1, 25, 0), plan(1, 1, 25, 0),
		fixed(10) };
	struct whatif_sum sum;
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, given, 4);
	sum_up(&sum, whatif.plans, 4, whatif.max_connections, &hundred);
	assert_int_equal(sum.planned, 160);
	assert_int_equal(sum.max_connections, 100);
	assert_int_equal(sum.spare, -63);
	whatif_set_slots(&whatif, &hundred, 200);
	assert_true(whatif_any(&whatif));
	sum_up(&sum, whatif.plans, 4, whatif.max_connections, &hundred);
	assert_int_equal(sum.max_connections, 200);
	assert_int_equal(sum.usable, 197);
	assert_int_equal(sum.spare, 37);
	assert_int_equal(sum.target, 167);
	assert_int_equal(plans_fit_one(whatif.plans, 4, 0, sum.target), 26);
	whatif_clear(&whatif);
}

static void
test_changes(void **state)
{
	const struct pool_plan given[] = { plan(4, 1, 5, 2), fixed(10) };
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, given, 2);
	assert_false(whatif_any(&whatif));
	whatif_set(&whatif.plans[0], WHATIF_POOL_SIZE, 6);
	whatif_set(&whatif.plans[1], WHATIF_CONNECTIONS, 11);
	assert_true(whatif_changed(&whatif, 0, WHATIF_POOL_SIZE));
	assert_false(whatif_changed(&whatif, 0, WHATIF_WORKERS));
	assert_true(whatif_changed(&whatif, 1, WHATIF_CONNECTIONS));
	assert_int_equal(plans_sum(whatif.plans, 2), 43);
	whatif_set(&whatif.plans[0], WHATIF_POOL_SIZE, 5);
	whatif_set(&whatif.plans[1], WHATIF_CONNECTIONS, 10);
	assert_false(whatif_any(&whatif));
	whatif_set_slots(&whatif, &hundred, 110);
	assert_int_equal(whatif.max_connections, 110);
	whatif_set_slots(&whatif, &hundred, 100);
	assert_false(whatif_any(&whatif));
	whatif_set(&whatif.plans[0], WHATIF_INSTANCES, 3);
	whatif_set_slots(&whatif, &hundred, 110);
	whatif_reset(&whatif);
	assert_false(whatif_any(&whatif));
	assert_int_equal(plans_sum(whatif.plans, 2), 38);
	whatif_reset(&whatif);
	assert_int_equal(whatif.plans[0].instances, 3);
	assert_int_equal(whatif.max_connections, 110);
	whatif_reset(&whatif);
	assert_false(whatif_any(&whatif));
	whatif_clear(&whatif);
}

/* The numbers of a plan are those of its kind, by their names, and stay what a configuration may
 * have. */
static void
test_numbers(void **state)
{
	const struct pool_plan given[] = { plan(4, 1, 5, 2), bouncer(), fixed(10) };
	static const size_t counts[] = { 5, 5, 1 };
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, given, 3);
	for (size_t kind = 0; kind < 3; kind++) {
		struct pool_plan *tried = &whatif.plans[kind];
		size_t count = 0;

		for (int n = 0; n < WHATIF_NUMBERS; n++) {
			enum whatif_number number = (enum whatif_number)n;

			if (whatif_name(tried, number) == NULL)
				continue;
			count++;
			assert_non_null(whatif_help(tried, number));
			assert_int_equal(whatif_least(number), number <= WHATIF_POOL_SIZE ? 1 : 0);
			assert_int_equal(whatif_find(tried, whatif_name(tried, number)), number);
			whatif_set(tried, number, -7);
			assert_int_equal(whatif_get(tried, number), whatif_least(number));
			whatif_set(tried, number, INT64_MAX);
			assert_int_equal(whatif_get(tried, number), WHATIF_MOST);
			assert_true(whatif_changed(&whatif, kind, number));
		}
		assert_int_equal(count, counts[kind]);
	}
	assert_int_equal(whatif_find(&given[0], "connections"), WHATIF_NUMBERS);
	assert_int_equal(whatif_find(&given[1], "pool_size"), WHATIF_NUMBERS);
	assert_int_equal(whatif_find(&given[2], "pool_size"), WHATIF_NUMBERS);
	whatif_clear(&whatif);
}

static void
test_slots(void **state)
{
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, NULL, 0);
	whatif_set_slots(&whatif, &hundred, 0);
	assert_int_equal(whatif.max_connections, 1);
	whatif_set_slots(&whatif, &hundred, INT64_MAX);
	assert_int_equal(whatif.max_connections, SETTINGS_SLOTS_MOST);
	whatif_set_slots(&whatif, &hundred, -1);
	assert_false(whatif_any(&whatif));
	whatif_clear(&whatif);
}

/* 6 pairs of 2 databases, at most 50 connections of each. */
static void
test_bouncer(void **state)
{
	const struct pool_plan given = bouncer();
	struct whatif_sum sum;
	struct whatif whatif;

	(void)state;
	whatif_init(&whatif, &given, 1);
	sum_up(&sum, whatif.plans, 1, -1, &hundred);
	assert_int_equal(sum.planned, 100);
	whatif_set(whatif.plans, WHATIF_POOL_SIZE, 10);
	sum_up(&sum, whatif.plans, 1, -1, &hundred);
	assert_int_equal(sum.planned, 90);
	whatif_set(whatif.plans, WHATIF_DATABASE_MOST, 40);
	sum_up(&sum, whatif.plans, 1, -1, &hundred);
	assert_int_equal(sum.planned, 80);
	whatif_clear(&whatif);
}

/* Slots that are unknown stay so, until a number is tried. */
static void
test_unknown(void **state)
{
	const struct slots unknown = { .max_connections = -1,
		.superuser_reserved = -1,
		.reserved = -1,
		.usable = -1 };
	const struct slots few = { .max_connections = 5, .superuser_reserved = 3, .reserved = 5 };
	const struct pool_plan given = fixed(10);
	struct whatif_sum sum;

	(void)state;
	sum_up(&sum, &given, 1, -1, &unknown);
	assert_int_equal(sum.max_connections, -1);
	assert_int_equal(sum.usable, -1);
	assert_int_equal(sum.target, -1);
	assert_true(sum.share < 0);
	assert_int_equal(sum.planned, 10);
	sum_up(&sum, &given, 1, 40, &unknown);
	assert_int_equal(sum.usable, 40);
	assert_int_equal(sum.spare, 30);
	sum_up(&sum, &given, 1, -1, &few);
	assert_int_equal(sum.usable, 0);
	assert_int_equal(sum.spare, -10);
	assert_true(sum.share < 0);
}

static void
test_memory(void **state)
{
	const double mb = 1024 * 1024;
	const struct memory measured = { 4, (int64_t)(8 * mb), (int64_t)(5 * mb) };
	const struct memory none = { 0 };
	struct whatif_memory memory = whatif_memory(200, 1024, &measured);

	(void)state;
	assert_true(memory.low == 448 * mb); /* 200 x 2 MB and 1024 x 48 kB */
	assert_true(memory.high == memory.low);
	assert_true(whatif_memory_each(&measured).low == 2 * mb);
	memory = whatif_memory(100, 100, &none);
	assert_true(memory.low > 150 * mb && memory.low < 160 * mb);
	assert_true(memory.high > 1000 * mb && memory.high < 1010 * mb);
	assert_true(whatif_memory(100, 100, NULL).high == memory.high);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_plan),
		cmocka_unit_test(test_several_plans),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_bouncer),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("what if", tests, NULL, NULL);
}
