/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the facts as a whole: who leads in what, limits, history points,
 * and that facts can be made again and again.
 */
#include "analysis/facts.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
expect(const struct longest *longest, int32_t pid, int64_t us)
{
	assert_non_null(longest->session);
	assert_int_equal(longest->session->id.pid, pid);
	assert_true(longest->us == us);
}

static void
expect_none(const struct longest *longest)
{
	assert_null(longest->session);
	assert_true(longest->us == TIME_UNKNOWN);
}

static void
test_nobody(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	expect_none(&fixture.facts.query);
	expect_none(&fixture.facts.xact);
	expect_none(&fixture.facts.idle_in_transaction);
	for (int i = 0; i < STATE_COUNT; i++)
		expect_none(&fixture.facts.states[i]);
	fixture_clear(&fixture);
}

/* One in each state, and one more that is in it for longer. */
static void
test_states(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	for (int i = 0; i < STATE_COUNT; i++) {
		fixture_add(fixture.snap, 100 + i, "app", "web", (enum session_state)i);
		session = fixture_add(fixture.snap, 10 + i, "app", "web", (enum session_state)i);
		session->state_change_us = NOW_US - SECONDS(20 + i);
	}
	fixture_analyse(&fixture);
	for (int i = 0; i < STATE_COUNT; i++)
		expect(&fixture.facts.states[i], 10 + i, SECONDS(20 + i));
	expect(&fixture.facts.idle_in_transaction, 10 + STATE_ABORTED, SECONDS(20 + STATE_ABORTED));
	fixture_clear(&fixture);
}

/* A query is long only while it runs; a transaction also while nothing does. */
static void
test_longest(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE);
	session->query_start_us = NOW_US - SECONDS(999);
	session = fixture_add(fixture.snap, 2, "app", "web", STATE_ACTIVE);
	session->query_start_us = NOW_US - SECONDS(192);
	session->xact_start_us = NOW_US - SECONDS(193);
	session = fixture_add(fixture.snap, 3, "app", "web", STATE_IDLE_IN_TRANSACTION);
	session->query_start_us = NOW_US - SECONDS(800);
	session->xact_start_us = NOW_US - SECONDS(840);
	session->state_change_us = NOW_US - SECONDS(799);
	session = fixture_add(fixture.snap, 4, "app", "web", STATE_ACTIVE);
	session->query_start_us = TIME_UNKNOWN;
	session = fixture_add(fixture.snap, 5, "app", "web", STATE_ACTIVE);
	session->query_start_us = NOW_US + SECONDS(3); /* clocks */
	fixture_analyse(&fixture);
	expect(&fixture.facts.query, 2, SECONDS(192));
	expect(&fixture.facts.xact, 3, SECONDS(840));
	expect(&fixture.facts.idle_in_transaction, 3, SECONDS(799));
	fixture_clear(&fixture);
}

/* Neither our own session leads, nor one without a slot, such as a walsender. */
static void
test_not_ours(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	for (int32_t pid = 1; pid <= 2; pid++) {
		session = fixture_add(fixture.snap, pid, "app", "web", STATE_ACTIVE);
		session->query_start_us = session->xact_start_us = NOW_US - SECONDS(500);
		session->state_change_us = NOW_US - SECONDS(500);
		session->own = pid == 1;
		session->slot = pid == 1;
	}
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.slots.used, 1); /* though it counts */
	expect_none(&fixture.facts.query);
	expect_none(&fixture.facts.xact);
	expect_none(&fixture.facts.states[STATE_ACTIVE]);
	fixture_clear(&fixture);
}

static void
test_point(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct history history = { 0 };
	const struct history_point *point;

	(void)state;
	fixture_add_many(snap, 100, 62, "web", STATE_IDLE);
	fixture_add_many(snap, 200, 18, "web", STATE_ACTIVE);
	fixture_add_many(snap, 300, 9, "web", STATE_IDLE_IN_TRANSACTION);
	fixture_add_many(snap, 400, 2, "web", STATE_ABORTED);
	facts_point(snap, &history);
	point = history_get(&history, 0);
	assert_true(point->mono_us == MONO_US);
	assert_true(point->wall_us == NOW_US);
	assert_int_equal(point->used, 91);
	assert_int_equal(point->usable, 97);
	assert_int_equal(point->idle, 62);
	assert_int_equal(point->active, 18);
	assert_int_equal(point->in_transaction, 11);
	assert_null(history_get(&history, 1));
	snapshot_free(snap);
}

/* From the second sample on it costs no more memory, and nothing of the one before stays. */
static void
test_again(void **state)
{
	struct fixture fixture;
	size_t bytes = 0;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 500, "web", STATE_IDLE);
	for (int round = 0; round < 5; round++) {
		fixture_analyse(&fixture);
		assert_int_equal(fixture.facts.slots.used, 500);
		assert_int_equal(fixture.facts.groups[GROUP_USER].items[0].total, 500);
		assert_true(round < 2 || fixture.facts.arena.bytes == bytes);
		bytes = fixture.facts.arena.bytes;
	}
	facts_clear(&fixture.facts);
	assert_int_equal(fixture.facts.arena.bytes, 0);
	facts_clear(&fixture.facts);
	fixture_clear(&fixture);
}

/* All parts are of the same sample: trend and slots agree on what is free. */
static void
test_trend(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 1; i <= 47; i++) {
		fixture.snap->mono_us = MONO_US + SECONDS(2) * i;
		fixture_add(fixture.snap, i, "app", "web", STATE_IDLE);
		fixture_analyse(&fixture);
	}
	assert_int_equal(fixture.facts.slots.free, 50);
	assert_true(fixture.facts.trend.known);
	assert_true(fixture.facts.trend.full_in_us / 1000 == SECONDS(100) / 1000 ||
	    fixture.facts.trend.full_in_us / 1000 == SECONDS(100) / 1000 - 1);
	fixture_clear(&fixture);
}

static void
test_hostile(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	assert_true(fixture.facts.xact.us >= 0);
	assert_true(fixture.facts.query.us >= 0);
	assert_true(fixture.facts.churn.known);
	assert_int_equal(fixture.facts.limits.count, 8);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_point),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
