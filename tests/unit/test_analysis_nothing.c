/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the verdict that nothing is wrong, and when nobody may say so.
 */
#include "film.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Busy and healthy; what cannot be seen gets no verdict. */
static void
test_nothing(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	fixture_add_many(film.fixture.snap, 1, 40, "pgbench", STATE_ACTIVE);
	film_expect(&film, "", ""); /* who comes and goes is not known yet */
	film_next(&film);
	fixture_add_many(film.fixture.snap, 1, 40, "pgbench", STATE_ACTIVE);
	fixture_add_many(film.fixture.snap, 100, 8, "web", STATE_IDLE);
	film_expect(&film, "nothing",
	    "nothing wrong: 48 of 97 slots are used, 40 active; stalled logins show in 30 s");
	assert_false(film.fixture.verdict.rule->bad);
	film.fixture.snap->sessions[3].state = STATE_DISABLED;
	film_expect(&film, "nothing",
	    "nothing wrong: 48 of 97 slots are used; stalled logins show in 30 s");
	film.fixture.snap->sessions[3].state = STATE_ACTIVE;
	film.fixture.snap->restricted = true;
	film_expect(&film, "", "");
	film.fixture.snap->restricted = false;
	film.fixture.snap->hidden_known = false; /* clients that log in */
	film_expect(&film, "", "");
	film.fixture.snap->hidden_known = true;
	film.fixture.snap->ages_estimated = true;
	film_expect(&film, "", "");
	film.fixture.snap->ages_estimated = false;
	film.fixture.snap->max_connections = -1;
	film_expect(&film, "", "");
	film.fixture.snap->max_connections = 60; /* 84 %, and nobody stands out */
	film_expect(&film, "", "");
	film_end(&film);
}

/* Clients that log in: how old that may be, and when they are too many. */
static void
test_nothing_starting(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	film_judge(&film);
	film_next(&film);
	fixture_add_many(film.fixture.snap, 1, 9, "", STATE_STARTING);
	for (size_t i = 0; i < 9; i++)
		film.fixture.snap->sessions[i].id.start_us = film.fixture.snap->server_us;
	film_expect(&film, "nothing",
	    "nothing wrong: 9 of 97 slots are used, 0 active; stalled logins show in 30 s");
	film.fixture.snap->server.version_num = 180000;
	film_expect(&film, "nothing", "nothing wrong: 9 of 97 slots are used, 0 active");
	fixture_add_many(film.fixture.snap, 100, 1, "", STATE_STARTING);
	film.fixture.snap->sessions[9].id.start_us = film.fixture.snap->server_us;
	film_expect(&film, "", "");
	film.fixture.snap->sessions[9].state = STATE_IDLE;
	film_expect(&film, "nothing", "nothing wrong: 10 of 97 slots are used, 0 active");
	film_end(&film);
}

/* The next sample, and what the server counted until then. */
static void
next_counts(struct film *film, struct database *database, int64_t sessions)
{
	struct snapshot *snap;
	struct database *copy;

	film_next(film);
	snap = film->fixture.snap;
	database->sessions += sessions;
	copy = arena_alloc(&snap->arena, 1, sizeof *copy);
	*copy = *database;
	snap->databases = copy;
	snap->database_count = 1;
	snap->server.version_num = 180000;
}

/* Where the server counts sessions, nobody says so before that is known. */
static void
test_nothing_unseen(void **state)
{
	const char *nothing = "nothing wrong: 0 of 97 slots are used, 0 active";
	struct database database = { .oid = 5, .name = "wall" };
	struct film film;

	(void)state;
	film_begin(&film);
	film_judge(&film);
	next_counts(&film, &database, 0);
	film_expect(&film, "", "");
	next_counts(&film, &database, 20); /* 10 a second */
	film_expect(&film, "", "");
	next_counts(&film, &database, 20);
	film_expect(&film, "", "");
	next_counts(&film, &database, 20);
	film_expect(&film, "storm", "10 sessions a second too short to see, most in database wall");
	film_end(&film);
	film_begin(&film);
	film_judge(&film);
	next_counts(&film, &database, 0);
	film_judge(&film);
	next_counts(&film, &database, 19);
	film_expect(&film, "nothing", nothing);
	film_end(&film);
}

/* Who switches the alerts off does not make a full server a healthy one. */
static void
test_nothing_full(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (size_t i = 0; i < alert_count; i++) {
		struct alert_limits *limits =
		    settings_add_alert(&film.fixture.settings, alert_rules[i].name);

		limits->warning.kind = limits->critical.kind = LIMIT_OFF;
	}
	film_judge(&film);
	film_next(&film);
	fixture_add_many(film.fixture.snap, 1, 82, "web", STATE_ACTIVE);
	film_expect(&film, "nothing",
	    "nothing wrong: 82 of 97 slots are used, 82 active; stalled logins show in 30 s");
	fixture_add_many(film.fixture.snap, 100, 1, "web", STATE_ACTIVE); /* 85 % */
	film_expect(&film, "", "");
	fixture_add_many(film.fixture.snap, 200, 17, "web", STATE_ACTIVE);
	film_expect(&film, "", "");
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_nothing_starting),
		cmocka_unit_test(test_nothing_unseen),
		cmocka_unit_test(test_nothing_full),
	};

	return cmocka_run_group_tests_name("nothing wrong", tests, NULL, NULL);
}
