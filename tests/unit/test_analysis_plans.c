/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what fits: sizes for one plan and for all, limits of an instance,
 * plans without a sample, sessions that several plans or none claim.
 */
#include "analysis/plans.h"
#include "analysis/pools.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NONE 4 /* no row of a test */

/* A plan of one pool for each worker. */
static struct pool_plan
plan(int64_t workers, int64_t size, int64_t overflow)
{
	return (struct pool_plan){
		.instances = 1,
		.workers = workers,
		.engines = 1,
		.pool_size = size,
		.max_overflow = overflow,
		.connections = -1,
	};
}

static void
expect_all(const struct pool_plan *plans, size_t count, int64_t slots, const int64_t *sizes)
{
	int64_t out[NONE];

	plans_fit_all(plans, count, slots, out);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(out[i], sizes[i]);
}

/* The sizes keep their proportion, and the sum is as large as it can be with it. */
static void
test_fit_all(void **state)
{
	struct pool_plan plans[] = { plan(4, 25, 0), plan(1, 25, 0), plan(1, 50, 0),
		plan(1, 0, 0) };

	(void)state;
	plans[3].connections = 10;
	assert_int_equal(plans_sum(plans, 4), 185);
	expect_all(plans, 4, 185, (const int64_t[]){ 25, 25, 50, -1 });
	expect_all(plans, 4, 186, (const int64_t[]){ 25, 25, 51, -1 });
	expect_all(plans, 4, 184, (const int64_t[]){ 24, 24, 49, -1 });
	expect_all(plans, 4, 360, (const int64_t[]){ 50, 50, 100, -1 });
	expect_all(plans, 4, 18, (const int64_t[]){ 1, 1, 3, -1 });
	expect_all(plans, 4, 16, (const int64_t[]){ 1, 1, 1, -1 });
	expect_all(plans, 4, 15, (const int64_t[]){ -1, -1, -1, -1 });
	expect_all(plans + 3, 1, 10, (const int64_t[]){ -1 });
	expect_all(plans, 0, 10, NULL);
}

/* Overflow stays; no size is less than 1. */
static void
test_fit_all_overflow(void **state)
{
	struct pool_plan plans[] = { plan(2, 10, 5), plan(3, 1, 4) };

	(void)state;
	expect_all(plans, 2, 100, (const int64_t[]){ 34, 3 }); /* 2 x (34 + 5) + 3 x (3 + 4) */
	expect_all(plans, 2, 27, (const int64_t[]){ 1, 1 });
	expect_all(plans, 2, 26, (const int64_t[]){ -1, -1 });
}

/* Whatever fits all fits, and one more of the smallest step does not. */
static void
test_fit_all_exact(void **state)
{
	struct pool_plan plans[] = { plan(3, 7, 2), plan(2, 11, 0), plan(5, 3, 1) };

	(void)state;
	for (int64_t slots = 21; slots < 400; slots++) {
		struct pool_plan changed[3];
		int64_t out[3], next = INT64_MAX, sum;

		plans_fit_all(plans, 3, slots, out);
		memcpy(changed, plans, sizeof changed);
		for (size_t i = 0; i < 3; i++)
			changed[i].pool_size = out[i];
		sum = plans_sum(changed, 3);
		assert_true(sum <= slots);
		/* The next larger factor is the one at which some size grows by 1. */
		for (size_t i = 0; i < 3; i++) {
			int64_t more = sum;

			for (size_t k = 0; k < 3; k++) {
				int64_t grown =
				    plans[k].pool_size * (out[i] + 1) / plans[i].pool_size;

				grown = grown > 1 ? grown : 1;
				more += (grown - out[k]) * plans[k].workers;
			}
			next = more < next ? more : next;
		}
		assert_true(next > slots);
	}
}

static void
test_fit_one(void **state)
{
	struct pool_plan plans[] = { plan(8, 3, 2), plan(1, 20, 10) };

	(void)state;
	assert_int_equal(plans_fit_one(plans, 2, 0, 97), 6);  /* 8 x (6 + 2) + 30 */
	assert_int_equal(plans_fit_one(plans, 2, 1, 97), 47); /* 40 + 47 + 10 */
	assert_int_equal(plans_fit_one(plans, 2, 0, 45), -1);
	assert_int_equal(plans_fit_one(plans, 2, 0, 46), -1);
	assert_int_equal(plans_fit_one(plans, 2, 0, 54), 1);
	plans[0] = plan(20, 5, 4);
	assert_int_equal(plans_fit_one(plans, 1, 0, 82), -1); /* 20 x (1 + 4) */
	plans[0].workers = 0;
	assert_int_equal(plans_fit_one(plans, 2, 0, 97), -1);
}

/* default_pool_size 20 and reserve 5 for 6 pairs, at most 100: two instances. */
static void
test_most(void **state)
{
	struct pool_plan bouncer = plan(6, 20, 5);

	(void)state;
	bouncer.instances = 2;
	assert_int_equal(plans_capacity(&bouncer), 300);
	bouncer.most = 100;
	assert_int_equal(plans_capacity(&bouncer), 200);
	bouncer.most = 150;
	assert_int_equal(plans_capacity(&bouncer), 300);
	bouncer.most = 100;
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 97), 3);   /* 2 x 6 x 8 = 96 */
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 970), 20); /* as any does: 100 each */
	bouncer.pool_size = 8;
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 970), 12); /* no use beyond 100 each */
}

/* Six pairs of PgBouncer in so many databases, of at most 60 each. */
static void
test_databases(void **state)
{
	static const struct {
		int64_t databases, capacity, fitting;
	} cases[] = {
		{ 1, 60, 20 },  /* 6 x 25 in one, any size does */
		{ 2, 120, 20 }, /* 3 x 25 in each */
		{ 3, 150, 25 }, /* 2 x 25 in each fit */
		{ 4, 150, 55 }, /* 2 x 25 in two of them, 1 x 25 in two */
		{ 5, 150, 55 },
		{ 6, 150, 55 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pool_plan bouncer = plan(6, 20, 5);
		int64_t all;

		bouncer.databases = cases[i].databases;
		bouncer.most = 60;
		assert_int_equal(plans_capacity(&bouncer), cases[i].capacity);
		assert_int_equal(plans_fit_one(&bouncer, 1, 0, 1000), cases[i].fitting);
		plans_fit_all(&bouncer, 1, 1000, &all);
		assert_int_equal(all, cases[i].fitting);
	}
}

/* The size that is offered is the one from which on a larger one opens no more. */
static void
test_of_use(void **state)
{
	(void)state;
	for (int64_t pools = 1; pools <= 7; pools++)
		for (int64_t databases = 1; databases <= 9; databases++)
			for (int64_t most = 7; most <= 40; most++) {
				struct pool_plan bouncer = plan(pools, 1, 5);
				int64_t size, full, all;

				bouncer.databases = databases;
				bouncer.most = most;
				size = plans_fit_one(&bouncer, 1, 0, 1000);
				plans_fit_all(&bouncer, 1, 1000, &all);
				assert_int_equal(all, size);
				bouncer.pool_size = 1000;
				full = plans_capacity(&bouncer);
				bouncer.pool_size = size;
				assert_int_equal(plans_capacity(&bouncer), full);
				bouncer.pool_size = size - 1;
				assert_true(size == 1 || plans_capacity(&bouncer) < full);
			}
}

/* What the limits of the databases leave to another pool. */
static void
test_beside(void **state)
{
	struct pool_plan plans[] = { plan(6, 20, 5), plan(1, 250, 0) };

	(void)state;
	plans[0].databases = 2;
	plans[0].most = 50;
	assert_int_equal(plans_sum(plans, 2), 350);
	assert_int_equal(plans_fit_one(plans, 2, 0, 422), 20);
	assert_int_equal(plans_fit_one(plans, 2, 1, 422), 322);
	expect_all(plans, 2, 422, (const int64_t[]){ 20, 322 });
}

/* Where the limit of a database cuts some of them only. */
static void
test_uneven(void **state)
{
	struct pool_plan bouncer = plan(3, 20, 5);

	(void)state;
	bouncer.databases = 2;
	bouncer.most = 40;
	assert_int_equal(plans_capacity(&bouncer), 65); /* 40 of 2 x 25, and 25 */
	bouncer.instances = 3;
	assert_int_equal(plans_capacity(&bouncer), 195);
	bouncer.most = 0;
	assert_int_equal(plans_capacity(&bouncer), 225);
	bouncer.most = 4; /* the reserve alone is more */
	assert_int_equal(plans_capacity(&bouncer), 24);
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 24), 20);
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 23), -1);
	bouncer.instances = 1;
	bouncer.most = 40;
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 64), 19); /* 40, and 19 + 5 */
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 79), 34);
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 80), 35);
	assert_int_equal(plans_fit_one(&bouncer, 1, 0, 970), 35);
	bouncer.instances = 3;
	bouncer.databases = INT64_MAX;
	bouncer.most = INT64_MAX;
	assert_int_equal(plans_capacity(&bouncer), 225);
}

/* The first plan takes all of one user, the others some application of it. */
static int
match_user(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct settings *settings = context;

	(void)snap;
	for (int i = from; i < (int)settings->pool_count; i++)
		if (i == 0 ? strcmp(session->user, "app") == 0
		           : strcmp(settings->pools[i].name, session->application) == 0)
			return i;
	return -1;
}

/* A plan that takes all hides those behind it: the sentence names one, and what no plan claims. */
static void
test_overlaps(void **state)
{
	struct fixture fixture;
	const struct pools *pools = &fixture.facts.pools;

	(void)state;
	fixture_init(&fixture);
	fixture.matcher.match = match_user;
	settings_add_pool(&fixture.settings, "all", "user=app")->connections = 40;
	settings_add_pool(&fixture.settings, "none", "application=none")->connections = 1;
	settings_add_pool(&fixture.settings, "one", "application=one")->connections = 4;
	fixture_add_many(fixture.snap, 100, 5, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 8, "one", STATE_IDLE);
	fixture_add(fixture.snap, 300, "postgres", "psql", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(pools->items[0].observed, 13);
	assert_int_equal(pools->items[0].shared, 8);
	assert_string_equal(pools->items[0].other->name, "one");
	assert_int_equal(pools->items[0].common, 8);
	assert_null(pools->items[1].other);
	assert_int_equal(pools->items[2].observed, 0);
	assert_int_equal(pools->items[2].shared, 0);
	assert_string_equal(pools->items[2].other->name, "all");
	assert_int_equal(pools->items[2].common, 8);
	assert_string_equal(pools->text,
	    "45 of 97 usable (46.4 %): fits with 52 to spare; with 1 session of no pool 46 of 97; "
	    "all overlaps with one: 8 sessions count for the first alone");
	fixture_add_many(fixture.snap, 400, 60, "", STATE_IDLE);
	for (size_t i = 14; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].user = fixture_intern(fixture.snap, "bob");
	fixture_analyse(&fixture);
	assert_non_null(strstr(pools->text, "; with 61 sessions of no pool 106 of 97, too many;"));
	fixture_clear(&fixture);
}

/* Plans alone: nothing is observed, and that is not zero. */
static void
test_alone(void **state)
{
	struct fixture fixture;
	struct input input;
	struct pool_plan *given;
	const struct pools *pools = &fixture.facts.pools;

	(void)state;
	fixture_init(&fixture);
	given = settings_add_pool(&fixture.settings, "api", "user=x");
	given->workers = 8;
	given->pool_size = 3;
	given->max_overflow = 2;
	fixture_analyse(&fixture);
	input = (struct input){ .snap = fixture.snap,
		.history = &fixture.history,
		.settings = &fixture.settings };
	facts_make(&fixture.facts, &input);
	assert_int_equal(pools->count, 1);
	assert_int_equal(pools->configured, 40);
	assert_int_equal(pools->target, 82); /* 85 % of 97 */
	assert_int_equal(pools->items[0].fitting_size, 8);
	assert_int_equal(pools->items[0].fitting_all, 8);
	assert_int_equal(pools->items[0].observed, -1);
	assert_int_equal(pools->items[0].idle, -1);
	assert_int_equal(pools->items[0].peak, -1);
	assert_int_equal(pools->items[0].over, -1);
	assert_int_equal(pools->items[0].under, -1);
	assert_int_equal(pools->unclaimed, -1);
	assert_int_equal(pools->shared, -1);
	assert_true(pools->fits);
	fixture_clear(&fixture);
}

static void
test_kinds(void **state)
{
	struct fixture fixture;
	const struct pools *pools = &fixture.facts.pools;

	(void)state;
	fixture_init(&fixture);
	settings_add_pool(&fixture.settings, "api", "user=x");
	settings_add_pool(&fixture.settings, "api", "user=y"); /* claims the same ones */
	fixture_add_many(fixture.snap, 100, 5, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 3, "psql", STATE_IDLE);
	fixture_add_many(fixture.snap, 300, 4, "cron", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 400, 2, "psql", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 500, 1, "", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(pools->items[0].observed, 5);
	assert_int_equal(pools->items[0].shared, 5);
	assert_int_equal(pools->items[1].observed, 0);
	assert_int_equal(pools->shared, 5);
	assert_ptr_equal(pools->items[0].other, &fixture.settings.pools[1]);
	assert_ptr_equal(pools->items[1].other, &fixture.settings.pools[0]);
	assert_int_equal(pools->items[0].common, 5);
	assert_int_equal(pools->unclaimed, 10);
	assert_int_equal(pools->kind_count, 3);
	assert_string_equal(pools->kinds[0].application, "psql");
	assert_int_equal(pools->kinds[0].total, 5);
	assert_int_equal(pools->kinds[0].idle, 3);
	assert_string_equal(pools->kinds[1].application, "cron");
	assert_string_equal(pools->kinds[2].application, "(none)");
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit_all),
		cmocka_unit_test(test_fit_all_overflow),
		cmocka_unit_test(test_fit_all_exact),
		cmocka_unit_test(test_fit_one),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_databases),
		cmocka_unit_test(test_of_use),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_uneven),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
