/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the verdicts that need time: leaks and storms, and pools that only look so.
 */
#include "film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TURN_MOST 100 /* sessions of one turn of a film */

/* A worker that opens a session every 4 s and forgets it; web works beside it. */
static void
play_leak(struct film *film, int seconds)
{
	film_begin(film);
	for (int i = 0; i <= seconds / 2; i++) {
		if (i > 0)
			film_next(film);
		for (int32_t n = 0; n <= i / 2; n++)
			film_add(film, 100 + n, "worker", STATE_IDLE, n * SECONDS(4));
		film_add(film, 50, "web", STATE_ACTIVE, film->t_us);
		film_judge(film);
	}
}

static void
test_leak(void **state)
{
	struct film film;

	(void)state;
	play_leak(&film, 180);
	assert_string_equal(film_verdict(&film), "leak");
	assert_string_equal(film.fixture.verdict.subject, "worker");
	assert_string_equal(film.fixture.verdict.text,
	    "worker leaks: 31 of 46 sessions idle over 1 min, +26 in 1 min 42 s");
	film_end(&film);
	/* Too early to be sure. */
	play_leak(&film, 90);
	assert_string_not_equal(film_verdict(&film), "leak");
	film_end(&film);
}

/* Pools of an application that start one after the other, all at once each, and are not used yet.
 */
static void
test_starting_pools(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 140; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n < 9; n++)
			for (int32_t session = 0; session < 4 && i >= n * 15; session++)
				film_add(&film, 100 + n * 10 + session, "web", STATE_IDLE,
				    n * SECONDS(30));
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* A pool that was opened at once and is quiet since: it ages, and is no leak. */
static void
test_quiet_pool(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 120; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n < 40; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE, -n * SECONDS(1));
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* A pool that grows because all of it is in use. */
static void
test_growing_pool(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 100; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n <= i / 2; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE, film.t_us - SECONDS(1))
			    ->id.start_us = NOW_US + n * SECONDS(4);
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* Opens, idles over a minute and closes: as many go as come. */
static void
test_turnover(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 150; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = i > 40 ? i - 40 : 0; n <= i; n++)
			film_add(&film, 100 + n, "batch", STATE_IDLE, n * FILM_STEP_US);
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* Each sample has other sessions, that began since the one before. */
static void
play_storm(struct film *film, int per_sample, int64_t life_us, int samples)
{
	film_begin(film);
	for (int i = 0; i < samples; i++) {
		int64_t stays = life_us / FILM_STEP_US + 1;

		if (i > 0)
			film_next(film);
		for (int64_t turn = i - stays + 1 > 0 ? i - stays + 1 : 0; turn <= i; turn++)
			for (int32_t n = 0; n < per_sample; n++)
				film_add(film, (int32_t)turn * TURN_MOST + n + 1, "php", STATE_IDLE,
				    turn * FILM_STEP_US - SECONDS(1) / 2);
		film_judge(film);
	}
}

static void
test_storm(void **state)
{
	struct film film;

	(void)state;
	play_storm(&film, 30, 0, 12);
	assert_string_equal(film_verdict(&film), "storm");
	assert_string_equal(film.fixture.verdict.subject, "php");
	assert_non_null(strstr(film.fixture.verdict.text, "php opens 15 sessions a second"));
	film_end(&film);
	play_storm(&film, 15, 0, 12); /* too slow */
	assert_string_not_equal(film_verdict(&film), "storm");
	film_end(&film);
	play_storm(&film, 30, SECONDS(4), 12); /* they live longer */
	assert_string_not_equal(film_verdict(&film), "storm");
	film_end(&film);
	play_storm(&film, 30, 0, 2); /* once is no storm */
	assert_string_not_equal(film_verdict(&film), "storm");
	film_end(&film);
}

/*
 * Hours of applications that come and go: what is kept from sample to sample is the same three
 * structs without pointers, and the arena of the facts is as large as one sample needs.
 */
static void
test_memory(void **state)
{
	struct film film;
	const size_t kept =
	    sizeof film.fixture.history + sizeof film.fixture.tracks + sizeof film.fixture.alerts;
	size_t bytes = 0;
	char name[32];

	(void)state;
	assert_true(kept < (size_t)256 * 1024);
	film_begin(&film);
	for (int i = 0; i < 5000; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = i; n < i + 40; n++) {
			snprintf(name, sizeof name, "program %d", (int)(n / 4));
			film_add(&film, 100 + n, name, STATE_IDLE, (n - 40) * FILM_STEP_US);
		}
		film_judge(&film);
		if (i == 50)
			bytes = film.fixture.facts.arena.bytes;
	}
	assert_true(bytes > 0);
	assert_true(film.fixture.facts.arena.bytes <= bytes);
	assert_int_equal(film.fixture.history.count, HISTORY_POINTS);
	assert_int_equal(film.fixture.tracks.count, TRACKS_KEPT);
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_starting_pools),
		cmocka_unit_test(test_quiet_pool),
		cmocka_unit_test(test_growing_pool),
		cmocka_unit_test(test_turnover),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("films", tests, NULL, NULL);
}
