/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the verdicts that one sample is enough for: each trouble, and what looks much
 * like it and is none.
 */
#include "film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
add_waiters(struct film *film, int n, const int32_t *holder, int64_t since_us)
{
	for (int32_t i = 0; i < n; i++) {
		struct session *session = film_add(film, 200 + i, "web", STATE_ACTIVE, since_us);

		session->wait_event_type = "Lock";
		session->blocked_by = holder;
		session->blocker_count = 1;
		session->blockers_known = true;
	}
}

static void
test_pile_up(void **state)
{
	static const int32_t holder = 77, other = 78;
	struct film film;

	(void)state;
	film_begin(&film);
	film_add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 12, &holder, -SECONDS(5));
	film_expect(&film, "pile_up",
	    "12 wait for pid 77 admin-shell, idle in transaction for 14 min");
	assert_string_equal(film.fixture.verdict.subject, "pid 77");
	film_end(&film);
	film_begin(&film);
	film_add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 4, &holder, -MINUTES(1));
	film_expect_not(&film, "pile_up");
	film_end(&film);
	/* Most wait, but for somebody who is not there. */
	film_begin(&film);
	film_add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 12, &other, -MINUTES(1));
	film_expect_not(&film, "pile_up");
	film_end(&film);
}

/* Many that want the same row, each for a moment: the one that has it now is not the reason. */
static void
test_contention(void **state)
{
	static const int32_t holder = 77;
	struct session *root;
	struct film film;

	(void)state;
	film_begin(&film);
	film_add(&film, 77, "web", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 12, &holder, -SECONDS(4));
	film_expect_not(&film, "pile_up");
	film_end(&film);
	/* They do wait, but it has just begun. */
	film_begin(&film);
	root = film_add(&film, 77, "", STATE_ACTIVE, -SECONDS(4));
	root->xact_start_us = NOW_US - SECONDS(59);
	add_waiters(&film, 12, &holder, -SECONDS(30));
	film_expect_not(&film, "pile_up");
	/* One statement after the other in a long transaction. */
	root->xact_start_us = NOW_US - SECONDS(60);
	film_expect(&film, "pile_up", "12 wait for pid 77, active for 4 s");
	film_end(&film);
}

/* No session holds it: nothing to end. */
static void
test_prepared(void **state)
{
	static const int32_t prepared = 0;
	struct film film;

	(void)state;
	film_begin(&film);
	add_waiters(&film, 5, &prepared, -SECONDS(5));
	film_expect(&film, "pile_up", "5 wait for a prepared transaction: see pg_prepared_xacts");
	assert_string_equal(film.fixture.verdict.subject, "prepared transaction");
	film_end(&film);
	film_begin(&film);
	add_waiters(&film, 4, &prepared, -SECONDS(5));
	film_expect_not(&film, "pile_up");
	film_end(&film);
}

/* Each of several holds up some: none of them is the reason. */
static void
test_several_roots(void **state)
{
	static const int32_t holders[] = { 77, 78, 79 };
	struct film film;

	(void)state;
	film_begin(&film);
	for (size_t i = 0; i < 3; i++)
		film_add(&film, holders[i], "psql", STATE_IDLE_IN_TRANSACTION, -MINUTES(5));
	add_waiters(&film, 15, &holders[0], -SECONDS(30));
	for (size_t i = 3; i < 18; i++)
		film.fixture.snap->sessions[i].blocked_by = &holders[i % 3];
	film_expect_not(&film, "pile_up");
	for (size_t i = 3; i < 18; i++)
		film.fixture.snap->sessions[i].blocked_by = &holders[i < 11 ? 0 : i % 3];
	film_expect(&film, "pile_up", "10 wait for pid 77 psql, idle in transaction for 5 min");
	film_end(&film);
}

/* More wait than were looked into. */
static void
test_many_waiters(void **state)
{
	static const int32_t holder = 77;
	struct film film;

	(void)state;
	film_begin(&film);
	film_add(&film, 77, "psql", STATE_IDLE_IN_TRANSACTION, -SECONDS(5));
	add_waiters(&film, 60, &holder, -SECONDS(5));
	for (size_t i = 10; i < film.fixture.snap->session_count; i++) {
		film.fixture.snap->sessions[i].blocker_count = 0;
		film.fixture.snap->sessions[i].blockers_known = false;
	}
	film_expect(&film, "pile_up",
	    "9 or more wait for pid 77 psql, idle in transaction for 5 s");
	film_end(&film);
}

static void
test_starting(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 10, "", STATE_STARTING);
	film_expect(&film, "starting",
	    "10 of 30 used slots are held by clients that are still logging in");
	assert_string_equal(film.fixture.verdict.subject, "");
	/* One of them has just come. */
	film.fixture.snap->sessions[25].id.start_us = NOW_US - SECONDS(5) + 1;
	film_expect_not(&film, "starting");
	film.fixture.snap->sessions[25].id.start_us = NOW_US - SECONDS(5);
	film_expect(&film, "starting",
	    "10 of 30 used slots are held by clients that are still logging in");
	film.fixture.snap->sessions[25].id.start_us = TIME_UNKNOWN; /* seen twice */
	film_expect(&film, "starting",
	    "10 of 30 used slots are held by clients that are still logging in");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 9, "", STATE_STARTING);
	film_expect_not(&film, "starting");
	film_end(&film);
}

/* They give up before it is long, and others come in their place: there are so many. */
static void
test_starting_anew(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	film_next(&film);
	for (int i = 0; i < 50; i++) /* of 97 usable */
		film_add(&film, 100 + i, "", STATE_STARTING, SECONDS(2) - SECONDS(i % 4));
	fixture_add_many(film.fixture.snap, 1, 40, "web", STATE_ACTIVE);
	film_expect(&film, "starting",
	    "50 of 90 used slots are held by clients that are still logging in");
	film.fixture.snap->sessions[40].state = film.fixture.snap->sessions[41].state = STATE_IDLE;
	film_expect_not(&film, "starting"); /* 48 are less than half */
	film.fixture.snap->sessions[40].state = film.fixture.snap->sessions[41].state =
	    STATE_STARTING;
	for (size_t i = 40; i < 78; i++) /* most have just come, and may get through */
		film.fixture.snap->sessions[i].id.start_us = film.fixture.snap->server_us;
	film_expect_not(&film, "starting");
	film_end(&film);
}

/* Whose they are is not known before they have logged in. */
static void
test_one_took_starting(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	film_next(&film);
	for (int i = 0; i < 80; i++)
		film_add(&film, 100 + i, "", STATE_STARTING, SECONDS(2));
	fixture_add_many(film.fixture.snap, 1, 9, "web", STATE_ACTIVE);
	film_expect(&film, "", "");
	for (int i = 0; i < 54; i++)
		film.fixture.snap->sessions[9 + i].state = STATE_IDLE;
	film_expect(&film, "one_took",
	    "an application without name took 54 of 89 used slots, 54 of them are idle");
	film.fixture.snap->sessions[9].state = STATE_STARTING;
	film_expect(&film, "", "");
	film_end(&film);
}

static void
test_monitor(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 30, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 10, "postgres_exporter", STATE_IDLE);
	film_expect(&film, "monitor",
	    "postgres_exporter, which only watches, holds 10 of 40 used slots");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 30, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 9, "postgres_exporter", STATE_IDLE);
	film_expect_not(&film, "monitor");
	film_end(&film);
	/* Few on a large server; and at work. */
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 30, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 10, "postgres_exporter", STATE_IDLE);
	film.fixture.snap->max_connections = 104;
	film_expect_not(&film, "monitor");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 100, 6, "pgcenter", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 200, 5, "pgcenter", STATE_IDLE);
	film_expect_not(&film, "monitor");
	film_end(&film);
}

static void
add_slow(struct film *film, int n, int64_t since_us)
{
	for (int32_t i = 0; i < n; i++)
		film_add(film, 300 + i, "reports", STATE_ACTIVE, since_us);
}

static void
test_slow(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_IDLE);
	add_slow(&film, 8, -MINUTES(3));
	film_expect(&film, "slow", "8 of 28 used slots run queries over 1 min, all of reports");
	assert_string_equal(film.fixture.verdict.subject, "reports");
	for (int32_t i = 0; i < 4; i++)
		film_add(&film, 400 + i, "etl", STATE_ACTIVE, -MINUTES(4));
	film_expect(&film, "slow", "12 of 32 used slots run queries over 1 min, most of reports");
	for (int32_t i = 4; i < 8; i++)
		film_add(&film, 400 + i, "etl", STATE_ACTIVE, -MINUTES(4));
	film_expect(&film, "slow", "16 of 36 used slots run queries over 1 min, the longest 4 min");
	assert_string_equal(film.fixture.verdict.subject, "");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_IDLE);
	add_slow(&film, 8, -SECONDS(59));
	film_expect_not(&film, "slow");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 25, "web", STATE_IDLE);
	add_slow(&film, 8, -MINUTES(3));
	film_expect_not(&film, "slow");
	film_end(&film);
	film_begin(&film);
	add_slow(&film, 4, -MINUTES(3));
	film_expect_not(&film, "slow");
	film_end(&film);
}

/* Where long queries belong to the work, as the user says. */
static void
test_slow_allowed(void **state)
{
	struct alert_limits *limits;
	struct film film;

	(void)state;
	film_begin(&film);
	add_slow(&film, 8, -MINUTES(9));
	film_expect(&film, "slow", "8 of 8 used slots run queries over 1 min, all of reports");
	limits = settings_add_alert(&film.fixture.settings, "long_query");
	limits->warning = limits->critical = alert_limit_plain((double)MINUTES(10));
	film_expect_not(&film, "slow");
	film_end(&film);
}

static void
test_over_provisioned(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 35, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 100, 33, "api", STATE_ACTIVE);
	film_expect(&film, "over_provisioned",
	    "pools may open 98, usable are 97; 35 of their 35 sessions are idle");
	film.fixture.settings.pools[0].connections = 97;
	film_expect_not(&film, "over_provisioned");
	film_end(&film);
	/* Others have most; then the pools have most, and work. */
	film_begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 33, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 100, 35, "api", STATE_IDLE);
	film_expect_not(&film, "over_provisioned");
	film_end(&film);
	film_begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 33, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 100, 35, "web", STATE_ACTIVE);
	film_expect_not(&film, "over_provisioned");
	film_end(&film);
	/* There is room enough. */
	film_begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 67, "web", STATE_IDLE);
	film_expect_not(&film, "over_provisioned");
	film_end(&film);
}

static void
test_one_took(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 60, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 5, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 200, 20, "api", STATE_ACTIVE);
	film_expect(&film, "one_took", "web took 65 of 85 used slots, 5 of them are idle");
	film_end(&film);
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 50, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 200, 35, "api", STATE_ACTIVE);
	film_expect_not(&film, "one_took");
	film_end(&film);
	/* There is room for others. */
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 70, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 12, "api", STATE_ACTIVE);
	film_expect_not(&film, "one_took");
	/* Who it is may not be seen, or was not said. */
	fixture_add_many(film.fixture.snap, 200, 1, "api", STATE_ACTIVE);
	film_expect(&film, "one_took", "web took 70 of 83 used slots, 0 of them are idle");
	for (size_t i = 0; i < 70; i++)
		film.fixture.snap->sessions[i].application = "";
	film_expect(&film, "one_took",
	    "an application without name took 70 of 83 used slots, 0 of them are idle");
	film.fixture.snap->sessions[3].state = STATE_UNKNOWN;
	film_expect(&film, "one_took", "an application without name took 70 of 83 used slots");
	film.fixture.snap->sessions[3].state = STATE_DISABLED;
	film_expect(&film, "one_took", "an application without name took 70 of 83 used slots");
	for (size_t i = 0; i < 70; i++)
		film.fixture.snap->sessions[i].application = NULL;
	film_expect_not(&film, "one_took");
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pile_up),
		cmocka_unit_test(test_contention),
		cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_several_roots),
		cmocka_unit_test(test_many_waiters),
		cmocka_unit_test(test_starting),
		cmocka_unit_test(test_starting_anew),
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_slow_allowed),
		cmocka_unit_test(test_over_provisioned),
		cmocka_unit_test(test_one_took),
		cmocka_unit_test(test_one_took_starting),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
