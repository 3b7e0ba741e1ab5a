/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what came and went between two samples.
 */
#include "analysis/churn.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Two samples, 2 seconds apart, that both have these pids. */
static void
begin(struct fixture *fixture, int32_t first_pid, int n)
{
	fixture_init(fixture);
	fixture->previous = fixture_snapshot();
	fixture->previous->mono_us -= SECONDS(2);
	fixture->previous->server_us -= SECONDS(2);
	fixture_add_many(fixture->previous, first_pid, n, "web", STATE_IDLE);
	fixture_add_many(fixture->snap, first_pid, n, "web", STATE_IDLE);
}

static void
expect(struct fixture *fixture, int opened, int closed)
{
	const struct churn *churn = &fixture->facts.churn;

	fixture_analyse(fixture);
	assert_true(churn->known);
	assert_int_equal(churn->opened, opened);
	assert_int_equal(churn->closed, closed);
	assert_true(churn->opened_per_second == opened / 2.0);
	assert_true(churn->closed_per_second == closed / 2.0);
	for (int by = 0; by < GROUP_COUNT; by++) {
		int sum = 0;

		for (size_t i = 0; i < fixture->facts.groups[by].count; i++)
			sum += fixture->facts.groups[by].items[i].opened;
		assert_int_equal(sum, opened);
	}
}

static void
expect_unknown(struct fixture *fixture)
{
	fixture_analyse(fixture);
	assert_false(fixture->facts.churn.known);
	assert_int_equal(fixture->facts.churn.opened, 0);
	assert_int_equal(fixture->facts.churn.closed, 0);
	for (int by = 0; by < GROUP_COUNT; by++) {
		for (size_t i = 0; i < fixture->facts.groups[by].count; i++) {
			assert_int_equal(fixture->facts.groups[by].items[i].opened, -1);
			assert_int_equal(fixture->facts.groups[by].items[i].closed, -1);
		}
	}
}

/* The totals go on from sample to sample, and wait where two cannot be compared. */
static void
test_totals(void **state)
{
	struct fixture fixture;
	const struct churn *churn = &fixture.facts.churn;

	(void)state;
	begin(&fixture, 100, 5);
	fixture_add_many(fixture.snap, 200, 3, "web", STATE_IDLE);
	fixture_add_many(fixture.previous, 300, 1, "web", STATE_IDLE);
	fixture.previous->server.started_us -= 1;
	expect_unknown(&fixture);
	assert_false(churn->counted);
	fixture.previous->server.started_us += 1;
	expect(&fixture, 3, 1);
	assert_true(churn->counted);
	expect(&fixture, 3, 1);
	assert_int_equal(churn->opened_total, 6);
	assert_int_equal(churn->closed_total, 2);
	fixture.previous->server.started_us -= 1;
	expect_unknown(&fixture);
	assert_true(churn->counted);
	assert_int_equal(churn->opened_total, 6);
	fixture_clear(&fixture);
}

static const struct group *
application(const struct fixture *fixture, const char *name)
{
	const struct groups *groups = &fixture->facts.groups[GROUP_APPLICATION];

	for (size_t i = 0; i < groups->count; i++) {
		if (groups->items[i].name && strcmp(groups->items[i].name, name) == 0)
			return &groups->items[i];
	}
	return NULL;
}

static void
test_none(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 40);
	expect(&fixture, 0, 0);
	fixture_clear(&fixture);
	begin(&fixture, 100, 0);
	expect(&fixture, 0, 0);
	fixture_clear(&fixture);
}

static void
test_first(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 40, "web", STATE_IDLE);
	expect_unknown(&fixture);
	fixture_clear(&fixture);
}

/* Before, among and after those that stay. */
static void
test_both(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 10);
	fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE);
	fixture_add(fixture.snap, 2, "app", "worker", STATE_IDLE);
	fixture_add(fixture.snap, 999, "app", "worker", STATE_IDLE);
	fixture_add(fixture.previous, 3, "app", "web", STATE_IDLE);
	fixture_add(fixture.previous, 500, "app", "gone", STATE_IDLE);
	expect(&fixture, 3, 2);
	assert_int_equal(application(&fixture, "web")->opened, 1);
	assert_int_equal(application(&fixture, "web")->closed, 1);
	assert_int_equal(application(&fixture, "worker")->opened, 2);
	assert_int_equal(application(&fixture, "worker")->closed, 0);
	assert_null(application(&fixture, "gone")); /* not listed any more */
	fixture_clear(&fixture);
}

/* The same pid with another start is another session. */
static void
test_reused_pid(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 10);
	fixture.snap->sessions[4].id.start_us = NOW_US - SECONDS(1);
	expect(&fixture, 1, 1);
	fixture_clear(&fixture);
}

/* Still the same session when its application name, state or query changes. */
static void
test_renamed(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 3);
	fixture.snap->sessions[0].application = fixture_intern(fixture.snap, "renamed");
	fixture.snap->sessions[1].state = STATE_ACTIVE;
	expect(&fixture, 0, 0);
	assert_int_equal(application(&fixture, "renamed")->opened, 0);
	assert_int_equal(application(&fixture, "web")->closed, 0);
	fixture_clear(&fixture);
}

static void
test_incomparable(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 3);
	fixture.snap->server.started_us += 1; /* restarted */
	expect_unknown(&fixture);
	fixture.snap->server.started_us -= 1;
	fixture.snap->restricted = true; /* our rights changed */
	expect_unknown(&fixture);
	fixture.previous->restricted = true;
	fixture_analyse(&fixture);
	assert_true(fixture.facts.churn.known);
	fixture.previous->mono_us = fixture.snap->mono_us; /* no time went by */
	expect_unknown(&fixture);
	fixture.previous->mono_us++;
	expect_unknown(&fixture);
	fixture_clear(&fixture);
}

/* Only sessions with a slot count. */
static void
test_workers(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 3);
	fixture_add(fixture.snap, 1, "app", "web", STATE_ACTIVE)->slot = false;
	fixture_add(fixture.snap, 900, "app", "web", STATE_ACTIVE)->slot = false;
	fixture_add(fixture.previous, 2, "app", "web", STATE_ACTIVE)->slot = false;
	fixture_add(fixture.previous, 901, "app", "web", STATE_ACTIVE)->slot = false;
	expect(&fixture, 0, 0);
	fixture_clear(&fixture);
}

static void
add_hidden(struct snapshot *snap, int32_t pid)
{
	struct session *session = snapshot_add(snap);

	session->id.pid = pid;
	session->kind = KIND_HIDDEN;
	session->state = STATE_STARTING;
	session->slot = true;
}

/* One that is authenticating is opened once: when it can be seen. Looking for them changes nothing.
 */
static void
test_hidden(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 3);
	add_hidden(fixture.snap, 200);
	add_hidden(fixture.snap, 201);
	expect(&fixture, 0, 0);
	fixture_clear(&fixture);
	begin(&fixture, 100, 3);
	add_hidden(fixture.previous, 200);
	add_hidden(fixture.previous, 201);
	fixture_add(fixture.snap, 200, "app", "web", STATE_IDLE);
	expect(&fixture, 1, 0);
	assert_int_equal(application(&fixture, "web")->opened, 1);
	fixture_clear(&fixture);
}

static void
test_interval(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, 100, 3);
	fixture.previous->mono_us = fixture.snap->mono_us - SECONDS(1) / 4;
	fixture_add_many(fixture.snap, 500, 20, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_true(fixture.facts.churn.opened_per_second == 80);
	assert_true(fixture.facts.churn.closed_per_second == 0);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_reused_pid),
		cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_incomparable),
		cmocka_unit_test(test_workers),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_interval),
	};

	return cmocka_run_group_tests_name("churn", tests, NULL, NULL);
}
