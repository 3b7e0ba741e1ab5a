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

/* It closes most of its sessions, and forgets one every 4 s. */
static void
test_partial_leak(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i <= 70; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n <= i / 2; n++)
			film_add(&film, 100 + n, "worker", STATE_IDLE, n * SECONDS(4));
		for (int32_t n = 0; n < 3; n++)
			film_add(&film, 1000 + 3 * i + n, "worker", STATE_ACTIVE, film.t_us);
		film_judge(&film);
	}
	assert_string_equal(film_verdict(&film), "leak");
	film_end(&film);
}

/* It leaked until so many were there, two minutes ago. */
static void
play_stopped_leak(struct film *film, int most, int max_connections)
{
	film_begin(film);
	for (int i = 0; i <= 2 * most + 60; i++) {
		if (i > 0)
			film_next(film);
		film->fixture.snap->max_connections = max_connections;
		for (int32_t n = 0; n <= i / 2 && n < most; n++)
			film_add(film, 100 + n, "worker", STATE_IDLE, n * SECONDS(4));
		for (int32_t n = 0; n < 30; n++)
			film_add(film, 50 + n, "web", STATE_ACTIVE, film->t_us);
		film_judge(film);
	}
}

/* What filled the server is the reason for some time; where there is room it is over. */
static void
test_full_leak(void **state)
{
	struct film film;

	(void)state;
	play_stopped_leak(&film, 45, 30 + 45 + 3);
	assert_string_equal(film_verdict(&film), "leak");
	film_end(&film);
	play_stopped_leak(&film, 45, 30 + 45 + 3 + 1);
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

/* A pool that is used less and less, and a probe that connects again and again. */
static void
test_calmer_pool(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 100; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n < 40; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE,
			    n * SECONDS(4) < film.t_us ? n * SECONDS(4) : film.t_us)
			    ->id.start_us = NOW_US;
		film_add(&film, 1000 + i, "web", STATE_ACTIVE, film.t_us);
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* Some lie idle all the time; those that come work. */
static void
test_busier_pool(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 60; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n < 12; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE, -MINUTES(5));
		for (int32_t n = 0; n < i / 5; n++)
			film_add(&film, 200 + n, "web", STATE_ACTIVE, film.t_us)->id.start_us =
			    NOW_US + n * SECONDS(10);
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* It grew by a few on a server that is full. */
static void
test_small_steps(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i < 80; i++) {
		if (i > 0)
			film_next(&film);
		film.fixture.snap->max_connections = 3 + 12 + 6;
		for (int32_t n = 0; n < 12; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE, -MINUTES(5));
		for (int32_t n = 0; n < 6 && i >= 10 + n / 2 * 5; n++)
			film_add(&film, 200 + n, "web", STATE_IDLE,
			    SECONDS(20) + n / 2 * SECONDS(10));
		film_expect_not(&film, "leak");
	}
	film_end(&film);
}

/* Some of the idle ones are used again: until they were, it looked like a leak. */
static void
test_waves(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int i = 0; i <= 121; i++) {
		if (i > 0)
			film_next(&film);
		for (int32_t n = 0; n <= i / 2; n++)
			film_add(&film, 100 + n, "web", STATE_IDLE,
			    n % 4 == 0 && i >= 115 ? film.t_us : n * SECONDS(4))
			    ->id.start_us = NOW_US + n * SECONDS(4);
		film_judge(&film);
		if (i == 114)
			assert_string_equal(film_verdict(&film), "leak");
		if (i >= 115)
			assert_string_not_equal(film_verdict(&film), "leak");
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

/* So many in each sample, opened 40 ms after each other; the next sample has others. */
static void
play_short_storm(struct film *film, int per_sample)
{
	film_begin(film);
	for (int i = 0; i < 12; i++) {
		if (i > 0)
			film_next(film);
		for (int32_t n = 0; n < per_sample; n++)
			film_add(film, i * TURN_MOST + n + 1, "php", STATE_ACTIVE,
			    film->t_us - n * SECONDS(1) / 25);
		film_judge(film);
	}
}

/* Most of it lives and dies between the samples. */
static void
test_short_storm(void **state)
{
	struct film film;

	(void)state;
	play_short_storm(&film, 8);
	assert_string_equal(film_verdict(&film), "storm");
	assert_string_equal(film.fixture.verdict.text,
	    "php opens 28 sessions a second, 4 of them seen, half of them live under 1.6 s");
	film_end(&film);
	play_short_storm(&film, 2); /* too few, yet that all is well is not known */
	assert_string_equal(film_verdict(&film), "");
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_partial_leak),
		cmocka_unit_test(test_full_leak),
		cmocka_unit_test(test_starting_pools),
		cmocka_unit_test(test_quiet_pool),
		cmocka_unit_test(test_calmer_pool),
		cmocka_unit_test(test_busier_pool),
		cmocka_unit_test(test_small_steps),
		cmocka_unit_test(test_waves),
		cmocka_unit_test(test_growing_pool),
		cmocka_unit_test(test_turnover),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_short_storm),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("films", tests, NULL, NULL);
}
