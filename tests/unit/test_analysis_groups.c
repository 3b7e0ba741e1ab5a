/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of grouping the slot holders.
 */
#include "analysis/groups.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MANY 1500

/* The group of that name, NULL for the unknown ones; it must be there. */
static const struct group *
find(const struct groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];

		if (name && group->name ? strcmp(group->name, name) == 0 : group->name == name)
			return group;
	}
	fail_msg("no group %s", name ? name : "(unknown)");
	return NULL;
}

/* Whatever they are grouped by, all sessions with a slot are in, once. */
static void
check_sums(const struct facts *facts)
{
	for (int by = 0; by < GROUP_COUNT; by++) {
		const struct groups *groups = &facts->groups[by];
		int total = 0, states[STATE_COUNT] = { 0 };

		for (size_t i = 0; i < groups->count; i++) {
			const struct group *group = &groups->items[i];
			int sum = 0;

			assert_true(group->total > 0);
			assert_true(i == 0 || group->total <= groups->items[i - 1].total);
			for (int n = 0; n < STATE_COUNT; n++) {
				sum += group->states[n];
				states[n] += group->states[n];
			}
			assert_int_equal(sum, group->total);
			total += group->total;
		}
		assert_int_equal(total, facts->slots.used);
		for (int n = 0; n < STATE_COUNT; n++)
			assert_int_equal(states[n], facts->slots.states[n]);
	}
}

static void
test_kinds(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE);
	session = fixture_add(fixture.snap, 2, "app", "worker", STATE_IDLE);
	session->database = fixture_intern(fixture.snap, "other");
	session = fixture_add(fixture.snap, 3, "boss", "web", STATE_ACTIVE);
	session->client = fixture_intern(fixture.snap, "local");
	session->slot = true;
	session = fixture_add(fixture.snap, 4, "rep", "standby", STATE_ACTIVE);
	session->slot = false; /* in no group */
	fixture_analyse(&fixture);
	check_sums(&fixture.facts);
	assert_int_equal(fixture.facts.groups[GROUP_APPLICATION].count, 2);
	assert_int_equal(find(&fixture.facts.groups[GROUP_APPLICATION], "web")->total, 2);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "app")->total, 2);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "boss")->states[STATE_ACTIVE], 1);
	assert_int_equal(find(&fixture.facts.groups[GROUP_DATABASE], "wall")->total, 2);
	assert_int_equal(find(&fixture.facts.groups[GROUP_DATABASE], "other")->total, 1);
	assert_int_equal(find(&fixture.facts.groups[GROUP_CLIENT], "10.0.0.5")->total, 2);
	assert_int_equal(find(&fixture.facts.groups[GROUP_CLIENT], "local")->total, 1);
	fixture_clear(&fixture);
}

/* No application name is "(none)"; one that may not be seen is unknown: two rows. */
static void
test_nameless(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	for (int32_t pid = 1; pid <= 3; pid++)
		fixture_add(fixture.snap, pid, "app", "", STATE_IDLE);
	for (int32_t pid = 11; pid <= 13; pid++) {
		session = snapshot_add(fixture.snap);
		session->id.pid = pid;
		session->slot = true;
	}
	fixture_add(fixture.snap, 20, "app", "web", STATE_IDLE);
	fixture_analyse(&fixture);
	check_sums(&fixture.facts);
	assert_int_equal(fixture.facts.groups[GROUP_APPLICATION].count, 3);
	assert_string_equal(fixture.facts.groups[GROUP_APPLICATION].items[0].name, "(none)");
	assert_null(fixture.facts.groups[GROUP_APPLICATION].items[1].name); /* after the names */
	assert_int_equal(find(&fixture.facts.groups[GROUP_APPLICATION], "(none)")->total, 3);
	assert_int_equal(find(&fixture.facts.groups[GROUP_APPLICATION], NULL)->total, 3);
	assert_int_equal(find(&fixture.facts.groups[GROUP_CLIENT], NULL)->states[STATE_UNKNOWN], 3);
	fixture_clear(&fixture);
}

static void
test_order(void **state)
{
	static const char *const order[] = { "b", "a", "c", "d", "z" };
	static const int totals[] = { 5, 2, 2, 1, 1 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 4; i >= 0; i--)
		fixture_add_many(fixture.snap, 10 * i + 1, totals[i], order[i], STATE_IDLE);
	fixture_analyse(&fixture);
	for (int i = 0; i < 5; i++) {
		const struct group *group = &fixture.facts.groups[GROUP_APPLICATION].items[i];

		assert_string_equal(group->name, order[i]);
		assert_int_equal(group->total, totals[i]);
	}
	fixture_clear(&fixture);
}

/* The oldest idle one, the longest query of the active, the longest transaction of all. */
static void
test_ages(void **state)
{
	struct fixture fixture;
	struct session *session;
	const struct group *group;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE);
	session->state_change_us = NOW_US - SECONDS(700);
	session->query_start_us = NOW_US - SECONDS(900); /* its last one, not running */
	session = fixture_add(fixture.snap, 2, "app", "web", STATE_IDLE);
	session->state_change_us = TIME_UNKNOWN;
	session = fixture_add(fixture.snap, 3, "app", "web", STATE_ACTIVE);
	session->state_change_us = NOW_US - SECONDS(800);
	session->query_start_us = NOW_US - SECONDS(30);
	session->xact_start_us = NOW_US - SECONDS(31);
	session->wait_event_type = "Lock";
	session = fixture_add(fixture.snap, 4, "app", "web", STATE_IDLE_IN_TRANSACTION);
	session->xact_start_us = NOW_US - SECONDS(60);
	session->wait_event_type = "Client";
	fixture_add(fixture.snap, 5, "app", "worker", STATE_FASTPATH);
	fixture_analyse(&fixture);
	group = find(&fixture.facts.groups[GROUP_APPLICATION], "web");
	assert_int_equal(group->oldest_idle_us, SECONDS(700));
	assert_int_equal(group->longest_query_us, SECONDS(30));
	assert_int_equal(group->longest_xact_us, SECONDS(60));
	assert_int_equal(group->waiting, 1);
	group = find(&fixture.facts.groups[GROUP_APPLICATION], "worker");
	assert_true(group->oldest_idle_us == TIME_UNKNOWN);
	assert_true(group->longest_query_us == TIME_UNKNOWN);
	assert_true(group->longest_xact_us == TIME_UNKNOWN);
	assert_int_equal(group->waiting, 0);
	fixture_clear(&fixture);
}

static void
test_limits(void **state)
{
	static const struct limit limits[] = { { "app", true, 20 }, { "wall", false, 0 },
		{ "wall", true, 7 }, { "absent", true, 3 }, { "zoe", true, 4 } };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add(fixture.snap, 1, "app", "app", STATE_IDLE);
	fixture_add(fixture.snap, 2, "free", "wall", STATE_IDLE);
	fixture_add(fixture.snap, 3, "zoe", "wall", STATE_IDLE);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "app")->limit, 20);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "free")->limit, -1);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "zoe")->limit, 4);
	assert_int_equal(find(&fixture.facts.groups[GROUP_DATABASE], "wall")->limit, 0);
	assert_int_equal(find(&fixture.facts.groups[GROUP_APPLICATION], "app")->limit, -1);
	assert_int_equal(find(&fixture.facts.groups[GROUP_APPLICATION], "wall")->limit, -1);
	assert_int_equal(fixture.facts.groups[GROUP_USER].count, 3);
	fixture_clear(&fixture);
}

/* As many groups as sessions, before and now. */
static void
test_many(void **state)
{
	struct fixture fixture;
	char name[24];

	(void)state;
	fixture_init(&fixture);
	fixture.previous = fixture_snapshot();
	fixture.previous->mono_us -= SECONDS(2);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "application %d", i);
		fixture_add(fixture.snap, i + 1, name, name, STATE_IDLE);
		fixture_add(fixture.snap, 10 * MANY + i, name, name, STATE_ACTIVE);
		snprintf(name, sizeof(name), "gone %d", i);
		fixture_add(fixture.previous, MANY + i + 1, name, name, STATE_IDLE);
	}
	fixture_analyse(&fixture);
	check_sums(&fixture.facts);
	assert_int_equal(fixture.facts.groups[GROUP_APPLICATION].count, MANY);
	assert_int_equal(fixture.facts.groups[GROUP_DATABASE].count, 1);
	assert_int_equal(find(&fixture.facts.groups[GROUP_USER], "application 77")->opened, 2);
	assert_int_equal(fixture.facts.groups[GROUP_DATABASE].items[0].opened, 2 * MANY);
	assert_int_equal(fixture.facts.groups[GROUP_DATABASE].items[0].closed, MANY);
	fixture_clear(&fixture);
}

static void
test_hostile(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	check_sums(&fixture.facts);
	fixture_clear(&fixture);
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	check_sums(&fixture.facts);
	assert_int_equal(fixture.facts.groups[GROUP_USER].count, 0);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
