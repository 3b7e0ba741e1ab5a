/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the verdict on the plans: these figures must come out exactly, and
 * its limits are those of the alert utilization.
 */
#include "analysis/pools.h"
#include "base/err.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct numbers {
	int64_t workers, engines, size, overflow; /* connections when there are no workers */
};

static void
add_plan(struct fixture *fixture, const char *name, const struct numbers *numbers)
{
	struct pool_plan *plan = settings_add_pool(&fixture->settings, name, "user=x");

	if (numbers->workers == 0) {
		plan->connections = numbers->size;
		return;
	}
	plan->workers = numbers->workers;
	plan->engines = numbers->engines;
	plan->pool_size = numbers->size;
	plan->max_overflow = numbers->overflow;
}

/* The verdict on plans alone, on a server with so many slots; -1 is unknown. */
static void
expect(struct fixture *fixture, int max_connections, enum pools_verdict verdict, const char *text)
{
	const struct pools *pools = &fixture->facts.pools;
	struct input input;

	fixture->snap->max_connections = max_connections;
	snapshot_finish(fixture->snap);
	input = (struct input){
		.snap = fixture->snap,
		.history = &fixture->history,
		.settings = &fixture->settings,
	};
	facts_make(&fixture->facts, &input);
	assert_int_equal(pools->verdict, verdict);
	assert_int_equal(pools->fits, verdict != POOLS_EXCEED);
	if (text == NULL)
		assert_null(pools->text);
	else
		assert_string_equal(pools->text, text);
}

static void
test_one(void **state)
{
	static const struct {
		struct numbers numbers;
		enum pools_verdict verdict;
		const char *text;
	} cases[] = {
		{ { 10, 2, 5, 10 }, POOLS_EXCEED,
		    "300 of 97 usable (309.3 %): does not fit, 203 too many; not even pool_size 1 "
		    "is enough for 85 % (82): fewer processes, less overflow or more slots are "
		    "needed" },
		{ { 5, 2, 3, 2 }, POOLS_FIT, "50 of 97 usable (51.5 %): fits with 47 to spare" },
		{ { 3, 2, 2, 1 }, POOLS_FIT, "18 of 97 usable (18.6 %): fits with 79 to spare" },
		{ { 8, 2, 3, 2 }, POOLS_TIGHT,
		    "80 of 97 usable (82.5 %): fits with 17 to spare, but past the warning (limit "
		    "70.0 %); no larger pool_size fits 85 % (82)" },
		{ { 8, 2, 2, 1 }, POOLS_FIT, "48 of 97 usable (49.5 %): fits with 49 to spare" },
		{ { 1, 1, 20, 10 }, POOLS_FIT, "30 of 97 usable (30.9 %): fits with 67 to spare" },
		{ { 1, 1, 97, 0 }, POOLS_TIGHT,
		    "97 of 97 usable (100.0 %): fits with 0 to spare, but past the warning (limit "
		    "70.0 %); largest pool_size for 85 % (82): api 82" },
		{ { 1, 1, 98, 0 }, POOLS_EXCEED,
		    "98 of 97 usable (101.0 %): does not fit, 1 too many; largest pool_size for "
		    "85 % (82): api 82" },
		{ { 0, 0, 98, 0 }, POOLS_EXCEED,
		    "98 of 97 usable (101.0 %): does not fit, 1 too many" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture);
		add_plan(&fixture, "api", &cases[i].numbers);
		expect(&fixture, 100, cases[i].verdict, cases[i].text);
		fixture_clear(&fixture);
	}
}

/* 4 x 25 + 25 + 25 + 10 */
static void
test_several(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	expect(&fixture, 200, POOLS_UNKNOWN, NULL); /* no plans, no verdict */
	add_plan(&fixture, "web", &(struct numbers){ 4, 1, 25, 0 });
	add_plan(&fixture, "worker", &(struct numbers){ 1, 1, 25, 0 });
	add_plan(&fixture, "beat", &(struct numbers){ 1, 1, 25, 0 });
	add_plan(&fixture, "admin", &(struct numbers){ 0, 0, 10, 0 });
	expect(&fixture, 200, POOLS_TIGHT,
	    "160 of 197 usable (81.2 %): fits with 37 to spare, but past the warning (limit "
	    "70.0 %); largest pool_size for 85 % (167): web 26 alone, or in proportion web 26, "
	    "worker 26, beat 26");
	expect(&fixture, 60, POOLS_EXCEED,
	    "160 of 57 usable (280.7 %): does not fit, 103 too many; largest pool_size for 85 % "
	    "(48): in proportion web 6, worker 6, beat 6");
	for (int i = 0; i < 3; i++)
		add_plan(&fixture, "more", &(struct numbers){ 1, 1, 5, 0 });
	expect(&fixture, 60, POOLS_EXCEED,
	    "175 of 57 usable (307.0 %): does not fit, 118 too many; largest pool_size for 85 % "
	    "(48): in proportion web 5, worker 5, beat 5, more 1 and 2 more");
	expect(&fixture, -1, POOLS_UNKNOWN, NULL);
	expect(&fixture, 3, POOLS_EXCEED,
	    "175 of 0 usable: does not fit, 175 too many; not even pool_size 1 is enough for "
	    "85 % (0): fewer processes, less overflow or more slots are needed");
	fixture_clear(&fixture);
}

/* Where the limit of its databases holds a pool, a larger pool_size fits as well. */
static void
test_held(void **state)
{
	struct fixture fixture;
	struct pool_plan *plan;

	(void)state;
	fixture_init(&fixture);
	add_plan(&fixture, "bouncer", &(struct numbers){ 6, 1, 20, 5 });
	plan = &fixture.settings.pools[0];
	plan->databases = 2;
	plan->most = 50;
	expect(&fixture, 140, POOLS_TIGHT,
	    "100 of 137 usable (73.0 %): fits with 37 to spare, but past the warning (limit 70.0 "
	    "%)");
	plan->most = 0;
	expect(&fixture, 180, POOLS_TIGHT,
	    "150 of 177 usable (84.7 %): fits with 27 to spare, but past the warning (limit 70.0 "
	    "%); no larger pool_size fits 85 % (150)");
	fixture_clear(&fixture);
}

static void
set_warning(struct fixture *fixture, const char *name, const char *limit)
{
	struct alert_limits *limits = settings_add_alert(&fixture->settings, name);
	struct err err;

	assert_true(alert_limit_parse(VALUE_SHARE, limit, &limits->warning, &err));
}

/* From the limit on it is a warning, whichever way the limit is set. */
static void
test_limit(void **state)
{
	const char *fits = "70 of 100 usable (70.0 %): fits with 30 to spare";
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_plan(&fixture, "all", &(struct numbers){ 0, 0, 70, 0 });
	expect(&fixture, 104, POOLS_FIT, "70 of 101 usable (69.3 %): fits with 31 to spare");
	expect(&fixture, 103, POOLS_TIGHT,
	    "70 of 100 usable (70.0 %): fits with 30 to spare, but past the warning (limit 70.0 "
	    "%)");
	set_warning(&fixture, "idle_ratio", "10");
	set_warning(&fixture, "utilization", "70.5");
	expect(&fixture, 103, POOLS_FIT, fits);
	set_warning(&fixture, "utilization", "10:69");
	expect(&fixture, 103, POOLS_TIGHT,
	    "70 of 100 usable (70.0 %): fits with 30 to spare, but past the warning (over 69.0 "
	    "%)");
	set_warning(&fixture, "utilization", "off");
	expect(&fixture, 103, POOLS_FIT, fits);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
