/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the verdicts: a film of samples for each kind of trouble, and one
 * that looks much like it and is none.
 */
#include "analysis/tracks.h"
#include "analysis/verdict.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define STEP_US SECONDS(2)
#define TURN_MOST 100 /* sessions of one turn of a film */

struct film {
	struct fixture fixture;
	struct tracks tracks;
	struct verdict verdict;
	int64_t t_us; /* since the film began */
};

static void
begin(struct film *film)
{
	memset(film, 0, sizeof *film);
	fixture_init(&film->fixture);
}

static void
end(struct film *film)
{
	fixture_clear(&film->fixture);
}

/* The next sample: empty, STEP_US later. */
static void
next(struct film *film)
{
	struct fixture *fixture = &film->fixture;
	struct snapshot *snap;

	film->t_us += STEP_US;
	snapshot_free(fixture->previous);
	fixture->previous = fixture->snap;
	fixture->snap = snap = fixture_snapshot();
	snap->server_us += film->t_us;
	snap->wall_us += film->t_us;
	snap->mono_us += film->t_us;
}

/* A session that began, and is in its state, since that time of the film. */
static struct session *
add(struct film *film, int32_t pid, const char *application, enum session_state state,
    int64_t since_us)
{
	struct session *session = fixture_add(film->fixture.snap, pid, "app", application, state);

	session->id.start_us = NOW_US + since_us;
	session->query_start_us = session->state_change_us = NOW_US + since_us;
	return session;
}

static void
judge(struct film *film)
{
	struct fixture *fixture = &film->fixture;
	struct evidence evidence = { fixture->snap, &fixture->facts, &fixture->alerts,
		&film->tracks };

	fixture_analyse(fixture);
	tracks_update(&film->tracks, &fixture->facts, fixture->snap, fixture->previous);
	verdict_make(&film->verdict, &evidence);
}

static const char *
verdict_name(const struct film *film)
{
	return film->verdict.rule != NULL ? film->verdict.rule->name : "";
}

static void
expect(struct film *film, const char *name, const char *text)
{
	judge(film);
	assert_string_equal(verdict_name(film), name);
	assert_string_equal(film->verdict.text, text);
}

static void
expect_not(struct film *film, const char *name)
{
	judge(film);
	assert_string_not_equal(verdict_name(film), name);
}

/* A worker that opens a session every 4 s and forgets it; web works beside it. */
static void
play_leak(struct film *film, int seconds)
{
	begin(film);
	for (int i = 0; i <= seconds / 2; i++) {
		if (i > 0)
			next(film);
		for (int32_t n = 0; n <= i / 2; n++)
			add(film, 100 + n, "worker", STATE_IDLE, n * SECONDS(4));
		add(film, 50, "web", STATE_ACTIVE, film->t_us);
		judge(film);
	}
}

static void
test_leak(void **state)
{
	struct film film;

	(void)state;
	play_leak(&film, 180);
	assert_string_equal(verdict_name(&film), "leak");
	assert_string_equal(film.verdict.subject, "worker");
	assert_non_null(strstr(film.verdict.text,
	    "worker leaks: 31 of its 46 sessions are idle for over 1 min"));
	end(&film);
	/* Too early to be sure. */
	play_leak(&film, 70);
	assert_string_not_equal(verdict_name(&film), "leak");
	end(&film);
}

/* A pool that was opened at once and is quiet since: it ages, and is no leak. */
static void
test_quiet_pool(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	for (int i = 0; i < 120; i++) {
		if (i > 0)
			next(&film);
		for (int32_t n = 0; n < 40; n++)
			add(&film, 100 + n, "web", STATE_IDLE, -n * SECONDS(1));
		expect_not(&film, "leak");
	}
	end(&film);
}

/* A pool that grows because all of it is in use. */
static void
test_growing_pool(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	for (int i = 0; i < 100; i++) {
		if (i > 0)
			next(&film);
		for (int32_t n = 0; n <= i / 2; n++)
			add(&film, 100 + n, "web", STATE_IDLE, film.t_us - SECONDS(1))
			    ->id.start_us = NOW_US + n * SECONDS(4);
		expect_not(&film, "leak");
	}
	end(&film);
}

/* Opens, idles over a minute and closes: as many go as come. */
static void
test_turnover(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	for (int i = 0; i < 150; i++) {
		if (i > 0)
			next(&film);
		for (int32_t n = i > 40 ? i - 40 : 0; n <= i; n++)
			add(&film, 100 + n, "batch", STATE_IDLE, n * STEP_US);
		expect_not(&film, "leak");
	}
	end(&film);
}

static void
add_waiters(struct film *film, int n, const int32_t *holder)
{
	for (int32_t i = 0; i < n; i++) {
		struct session *session = add(film, 200 + i, "web", STATE_ACTIVE, -SECONDS(3));

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
	begin(&film);
	add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 12, &holder);
	expect(&film, "pile_up",
	    "12 sessions wait for pid 77 admin-shell, idle in transaction for 14 min");
	assert_string_equal(film.verdict.subject, "pid 77");
	end(&film);
	begin(&film);
	add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 4, &holder);
	expect_not(&film, "pile_up");
	end(&film);
	/* Most wait, but for somebody who is not there. */
	begin(&film);
	add(&film, 77, "admin-shell", STATE_IDLE_IN_TRANSACTION, -MINUTES(14));
	add_waiters(&film, 12, &other);
	expect_not(&film, "pile_up");
	end(&film);
}

static void
test_starting(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 10, "", STATE_STARTING);
	expect(&film, "starting",
	    "10 of 30 used slots are held by clients that are not yet authenticated");
	end(&film);
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 9, "", STATE_STARTING);
	expect_not(&film, "starting");
	end(&film);
}

static void
test_monitor(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 30, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 10, "postgres_exporter", STATE_IDLE);
	expect(&film, "monitor",
	    "postgres_exporter, which only watches, holds 10 of 40 used slots");
	end(&film);
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 30, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 9, "postgres_exporter", STATE_IDLE);
	expect_not(&film, "monitor");
	end(&film);
}

/* Each sample has other sessions, that began since the one before. */
static void
play_storm(struct film *film, int per_sample, int64_t life_us, int samples)
{
	begin(film);
	for (int i = 0; i < samples; i++) {
		int64_t stays = life_us / STEP_US + 1;

		if (i > 0)
			next(film);
		for (int64_t turn = i - stays + 1 > 0 ? i - stays + 1 : 0; turn <= i; turn++)
			for (int32_t n = 0; n < per_sample; n++)
				add(film, (int32_t)turn * TURN_MOST + n + 1, "php", STATE_IDLE,
				    turn * STEP_US - SECONDS(1) / 2);
		judge(film);
	}
}

static void
test_storm(void **state)
{
	struct film film;

	(void)state;
	play_storm(&film, 30, 0, 12);
	assert_string_equal(verdict_name(&film), "storm");
	assert_string_equal(film.verdict.subject, "php");
	assert_non_null(strstr(film.verdict.text, "php opens 15 sessions a second"));
	end(&film);
	play_storm(&film, 15, 0, 12); /* too slow */
	assert_string_not_equal(verdict_name(&film), "storm");
	end(&film);
	play_storm(&film, 30, SECONDS(4), 12); /* they live longer */
	assert_string_not_equal(verdict_name(&film), "storm");
	end(&film);
	play_storm(&film, 30, 0, 2); /* once is no storm */
	assert_string_not_equal(verdict_name(&film), "storm");
	end(&film);
}

static void
add_slow(struct film *film, int n, int64_t since_us)
{
	for (int32_t i = 0; i < n; i++)
		add(film, 300 + i, "reports", STATE_ACTIVE, since_us);
}

static void
test_slow(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_IDLE);
	add_slow(&film, 8, -MINUTES(3));
	expect(&film, "slow", "8 of 28 used slots run queries for over 1 min, the longest 3 min");
	assert_string_equal(film.verdict.subject, "reports");
	end(&film);
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 20, "web", STATE_IDLE);
	add_slow(&film, 8, -SECONDS(59));
	expect_not(&film, "slow");
	end(&film);
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 25, "web", STATE_IDLE);
	add_slow(&film, 8, -MINUTES(3));
	expect_not(&film, "slow");
	end(&film);
}

static void
test_over_provisioned(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 35, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 100, 33, "api", STATE_ACTIVE);
	expect(&film, "over_provisioned",
	    "pools may open 98 connections, 97 are usable, and 35 of 68 used are idle");
	film.fixture.settings.pools[0].connections = 97;
	expect_not(&film, "over_provisioned");
	end(&film);
	begin(&film);
	settings_add_pool(&film.fixture.settings, "web", "x")->connections = 98;
	fixture_add_many(film.fixture.snap, 1, 33, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 100, 35, "api", STATE_ACTIVE);
	expect_not(&film, "over_provisioned");
	end(&film);
}

static void
test_one_took(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 60, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 5, "web", STATE_IDLE);
	fixture_add_many(film.fixture.snap, 200, 20, "api", STATE_ACTIVE);
	expect(&film, "one_took", "web took 65 of 85 used slots, 5 of them are idle");
	end(&film);
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 50, "web", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 200, 35, "api", STATE_ACTIVE);
	expect_not(&film, "one_took");
	end(&film);
}

/* Busy and healthy; what cannot be seen gets no verdict. */
static void
test_nothing(void **state)
{
	struct film film;

	(void)state;
	begin(&film);
	fixture_add_many(film.fixture.snap, 1, 40, "pgbench", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 8, "web", STATE_IDLE);
	expect(&film, "nothing", "nothing wrong: 48 of 97 slots are used, 40 of them active");
	assert_false(film.verdict.rule->bad);
	film.fixture.snap->restricted = true;
	expect(&film, "", "");
	film.fixture.snap->restricted = false;
	film.fixture.snap->max_connections = -1;
	expect(&film, "", "");
	film.fixture.snap->max_connections = 60; /* 84 %, and nobody stands out */
	expect(&film, "", "");
	end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_quiet_pool),
		cmocka_unit_test(test_growing_pool),
		cmocka_unit_test(test_turnover),
		cmocka_unit_test(test_pile_up),
		cmocka_unit_test(test_starting),
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_over_provisioned),
		cmocka_unit_test(test_one_took),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
