/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what the server counted and no sample saw, and of the storm that
 * this can be.
 */
#include "analysis/unseen.h"
#include "film.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The server's counts of a database, for the sample. */
static void
set_counts(struct film *film, size_t count, const struct database *databases)
{
	struct snapshot *snap = film->fixture.snap;
	struct database *copy = arena_alloc(&snap->arena, count, sizeof *copy);

	for (size_t i = 0; i < count; i++) {
		copy[i] = databases[i];
		copy[i].name = fixture_intern(snap, databases[i].name);
	}
	snap->databases = copy;
	snap->database_count = count;
}

/* The next sample: so many sessions were counted, and these sessions stand. */
static const struct unseen *
next(struct film *film, int64_t counted, int32_t first_pid, int standing)
{
	const struct database wall = { 5, "wall", counted, 0, 0, 0 };

	film_next(film);
	set_counts(film, 1, &wall);
	for (int i = 0; i < standing; i++)
		film_add(film, first_pid + i, "web", STATE_IDLE, 0);
	film_judge(film);
	return &film->fixture.facts.unseen;
}

static void
test_unknown(void **state)
{
	struct film film;
	const struct unseen *unseen;

	(void)state;
	film_begin(&film);
	film_judge(&film);
	film_next(&film);
	film_judge(&film);
	unseen = &film.fixture.facts.unseen;
	assert_true(film.fixture.facts.churn.known);
	assert_false(unseen->known || unseen->counted); /* before 14 */
	next(&film, 1000, 1, 0);
	assert_false(unseen->known || unseen->counted); /* what was counted before is old */
	next(&film, 1010, 1, 0);
	assert_true(unseen->known && unseen->counted);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 10);
	film_next(&film);
	film.fixture.snap->server.started_us += SECONDS(1);
	set_counts(&film, 1, &(struct database){ 5, "wall", 2000, 0, 0, 0 });
	film_judge(&film);
	assert_false(unseen->known); /* another run of the server */
	assert_true(unseen->counted);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 10);
	film_end(&film);
}

/* Those seen are set off, also when they are counted with the next sample only. */
static void
test_seen(void **state)
{
	struct film film;
	const struct unseen *unseen;

	(void)state;
	film_begin(&film);
	next(&film, 100, 1, 0);
	unseen = next(&film, 110, 1, 4);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 6);
	assert_true(fabs(unseen->per_second[COUNT_UNSEEN] - 3) < 1e-9);
	assert_string_equal(unseen->database, "wall");
	next(&film, 110, 1, 7); /* three more, not counted yet */
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 6);
	assert_true(unseen->per_second[COUNT_UNSEEN] == 0);
	next(&film, 113, 1, 7);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 6);
	next(&film, 113, 1, 9); /* two that are never counted: they do not hide others for long */
	next(&film, 113, 1, 9);
	next(&film, 118, 1, 9);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 11);
	next(&film, 118, 1, 0); /* closed */
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 11);
	film_end(&film);
}

/* A session is counted when it has logged in, not when it begins to. */
static void
test_starting(void **state)
{
	struct film film;
	const struct unseen *unseen;

	(void)state;
	film_begin(&film);
	next(&film, 100, 1, 0);
	for (int i = 0; i < 4; i++) {
		film_next(&film);
		set_counts(&film, 1, &(struct database){ 5, "wall", 100, 0, 0, 0 });
		film_add(&film, 1, "web", STATE_STARTING, 0);
		film_judge(&film);
	}
	unseen = next(&film, 101, 1, 1);
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 0);
	film_end(&film);
}

/* Each database by itself; one that was not known, and counts that were reset. */
static void
test_databases(void **state)
{
	static const struct database first[] = { { 5, "shop", 100, 10, 20, 30 },
		{ 7, "wall", 1000, 1, 2, 3 } };
	static const struct database second[] = { { 5, "shop", 3, 1, 0, 2 },
		{ 6, "new", 500, 50, 50, 50 }, { 7, "wall", 1008, 2, 4, 6 } };
	const struct unseen *unseen;
	struct film film;

	(void)state;
	film_begin(&film);
	set_counts(&film, 2, first);
	film_judge(&film);
	film_next(&film);
	set_counts(&film, 3, second);
	film_judge(&film);
	unseen = &film.fixture.facts.unseen;
	assert_int_equal(unseen->totals[COUNT_UNSEEN], 3 + 8);
	assert_int_equal(unseen->totals[COUNT_ABANDONED], 1 + 1);
	assert_int_equal(unseen->totals[COUNT_FATAL], 0 + 2);
	assert_int_equal(unseen->totals[COUNT_KILLED], 2 + 3);
	assert_true(fabs(unseen->per_second[COUNT_KILLED] - 2.5) < 1e-9);
	assert_string_equal(unseen->database, "wall");
	film_end(&film);
}

/* Ten a second for five seconds are a storm, though no sample sees one; fewer, or a few, are not.
 */
static void
test_storm(void **state)
{
	static const struct {
		int per_sample, samples;
		bool storm;
	} cases[] = { { 20, 3, true }, { 19, 20, false }, { 200, 2, false }, { 200, 8, true },
		{ 0, 20, false } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct film film;
		int64_t counted = 50;

		film_begin(&film);
		next(&film, counted, 1, 0);
		for (int n = 0; n < cases[i].samples; n++)
			next(&film, counted += cases[i].per_sample, 1, 0);
		assert_int_equal(strcmp(film_verdict(&film), "storm") == 0, cases[i].storm);
		if (cases[i].per_sample == 200 && cases[i].storm) {
			assert_string_equal(film.fixture.verdict.subject, "wall");
			assert_string_equal(film.fixture.verdict.text,
			    "100 sessions a second too short to see, most in database wall");
		}
		/* It is over when they end. */
		for (int n = 0; n < 6; n++)
			next(&film, counted, 1, 0);
		assert_string_not_equal(film_verdict(&film), "storm");
		film_end(&film);
	}
}

/* The alert on what is opened knows of them, too. */
static void
test_alert(void **state)
{
	const struct alert *churn;
	struct film film;

	(void)state;
	film_begin(&film);
	next(&film, 100, 1, 0);
	next(&film, 300, 1, 10);
	churn = alerts_named(&film.fixture.alerts, "churn");
	assert_true(fabs(churn->value - 100) < 1e-9);
	assert_int_equal(churn->level, LEVEL_CRITICAL);
	assert_string_equal(churn->subject,
	    "95.0 of them too short to be seen, most in database wall");
	next(&film, 310, 1, 20);
	churn = alerts_named(&film.fixture.alerts, "churn");
	assert_true(fabs(churn->value - 5) < 1e-9);
	assert_string_equal(churn->subject, "web opened 10");
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_starting),
		cmocka_unit_test(test_databases),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_alert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
