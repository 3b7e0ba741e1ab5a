/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the straight line through the last minutes.
 */
#include "analysis/trend.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* n samples, the newest at MONO_US, used by a function of the minutes since the first one. */
static void
record(struct history *history, int n, int64_t step_us, int (*used)(double minutes))
{
	history_clear(history);
	for (int i = 0; i < n; i++)
		history_add(history,
		    &(struct history_point){
		        .mono_us = MONO_US - (n - 1 - i) * step_us,
		        .used = used((double)(i * step_us) / (double)MINUTES(1)),
		    });
}

static int
climbing(double minutes)
{
	return 10 + (int)lround(minutes * 30);
}

static int
falling(double minutes)
{
	return 90 - (int)lround(minutes * 30);
}

static int
flat(double minutes)
{
	(void)minutes;
	return 42;
}

static int
noise(double minutes)
{
	return (int)lround(minutes * 30) % 2 ? 80 : 20;
}

/* Climbs by 4 a minute, with a wobble that hides a third of it. */
static int
wobbling(double minutes)
{
	static const int wobble[] = { 0, 3, -3, 2, -2, 5, -5 };
	int step = (int)lround(minutes * 30);

	return 10 + (int)lround(minutes * 4) + wobble[step % 7];
}

static int
creeping(double minutes)
{
	return 10 + (int)lround(minutes * 0.4);
}

static bool
near(double a, double b, double by)
{
	return fabs(a - b) <= by;
}

/* One slot each 2 seconds: 30 a minute, and 60 free ones last 2 minutes. */
static void
test_line(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 100, SECONDS(2), climbing);
	trend_make(&trend, &history, 60);
	assert_true(trend.known);
	assert_true(near(trend.per_minute, 30, 1e-6));
	assert_true(near(trend.confidence, 1, 1e-9));
	assert_true(near((double)trend.full_in_us, (double)MINUTES(2), 100));
	trend_make(&trend, &history,
	    0); /* full, and they still come: nothing is left to foretell */
	assert_true(trend.known);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
	trend_make(&trend, &history, -1); /* usable is unknown */
	assert_true(trend.known);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
}

static void
test_falling(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 100, SECONDS(2), falling);
	trend_make(&trend, &history, 60);
	assert_true(trend.known);
	assert_true(near(trend.per_minute, -30, 1e-6));
	assert_true(near(trend.confidence, 1, 1e-9));
	assert_true(trend.full_in_us == TIME_UNKNOWN);
}

static void
test_flat(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 100, SECONDS(2), flat);
	trend_make(&trend, &history, 0);
	assert_true(trend.known);
	assert_true(trend.per_minute == 0);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
}

/* No forecast rather than a guess. */
static void
test_noise(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 9, SECONDS(2), noise);
	trend_make(&trend, &history, 10);
	assert_true(trend.known);
	assert_true(trend.confidence >= 0 && trend.confidence < 0.2);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
	record(&history, 140, SECONDS(2), wobbling);
	trend_make(&trend, &history, 20);
	assert_true(trend.confidence > 0.5 && trend.confidence < 0.95);
	assert_true(near(trend.per_minute, 4, 0.3));
	assert_true(near((double)trend.full_in_us, (double)MINUTES(5), (double)SECONDS(20)));
	record(&history, 15, SECONDS(2), wobbling); /* the wobble is most of it */
	trend_make(&trend, &history, 20);
	assert_true(trend.confidence < 0.5);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
}

static void
test_slow(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 31, SECONDS(10), creeping);
	trend_make(&trend, &history, 50);
	assert_true(trend.known);
	assert_true(trend.per_minute > 0.3 && trend.per_minute < 0.5);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
	record(&history, 100, SECONDS(2), climbing);
	trend_make(&trend, &history, 30 * 1440 - 1); /* a day and no more */
	assert_true(trend.full_in_us > MINUTES(1439));
	trend_make(&trend, &history, 30 * 1440 + 1);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
}

static void
test_few(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	trend_make(&trend, &history, 50);
	assert_false(trend.known);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
	record(&history, TREND_LEAST_POINTS - 1, SECONDS(20), climbing);
	trend_make(&trend, &history, 50);
	assert_false(trend.known);
	record(&history, TREND_LEAST_POINTS, TREND_LEAST_US / (TREND_LEAST_POINTS - 1), climbing);
	trend_make(&trend, &history, 50);
	assert_true(trend.known);
	record(&history, TREND_LEAST_POINTS, TREND_LEAST_US / (TREND_LEAST_POINTS - 1) - 1,
	    climbing);
	trend_make(&trend, &history, 50);
	assert_false(trend.known);
	assert_true(trend.full_in_us == TIME_UNKNOWN);
	record(&history, 50, 0, climbing); /* all at once */
	trend_make(&trend, &history, 50);
	assert_false(trend.known);
}

/* Older points than the window do not count: first it fell, for the last 5 minutes it climbs. */
static void
test_window(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	for (int i = 0; i < 400; i++) {
		int64_t age_us = SECONDS(2) * (399 - i);
		bool recent = age_us <= TREND_WINDOW_US;

		history_add(&history,
		    &(struct history_point){
		        .mono_us = MONO_US - age_us,
		        .used = recent ? i : 10000 - 20 * i,
		    });
	}
	trend_make(&trend, &history, 60);
	assert_true(near(trend.per_minute, 30, 1e-6));
	assert_true(near(trend.confidence, 1, 1e-9));
	assert_true(near((double)trend.full_in_us, (double)MINUTES(2), 100));
}

/* The ring may have gone round. */
static void
test_ring(void **state)
{
	struct history history = { 0 };
	struct trend trend;

	(void)state;
	record(&history, 2 * HISTORY_POINTS + 100, SECONDS(2), climbing);
	trend_make(&trend, &history, 60);
	assert_true(near(trend.per_minute, 30, 1e-6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_falling),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests_name("trend", tests, NULL, NULL);
}
