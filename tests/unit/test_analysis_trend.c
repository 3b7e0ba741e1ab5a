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

/* A course of used slots, by the seconds since it began, watched from 97 usable ones. */
struct course {
	int (*used)(int second);
	int step; /* seconds between samples */
	int first,
	    end; /* seconds of the first forecast, at the latest, and of its end: 0 for none */
};

static int
one_step(int second)
{
	return second < 60 ? 12 : 32;
}

static int
small_step(int second)
{
	return second < 60 ? 12 : 15;
}

static int
full_step(int second)
{
	return second < 60 ? 60 : 80;
}

/* Twenty sessions of a deployment that take three seconds. */
static int
slanted_step(int second)
{
	return 60 + (second < 60 ? 0 : second < 63 ? (second - 59) * 6 : 20);
}

static int
two_steps(int second)
{
	return 50 + (second < 60 ? 0 : second < 90 ? 10 : 20);
}

static int
slow_leak(int second)
{
	return 60 + (second < 60 ? 0 : (second - 60) / 6);
}

static int
early_slow_leak(int second)
{
	return 12 + (second < 60 ? 0 : second < 180 ? (second - 60) / 6 : 20);
}

static int
fast_leak(int second)
{
	return second < 60 ? 50 : 50 + 2 * (second - 60);
}

static int
early_fast_leak(int second)
{
	return second < 60 ? 4 : second < 86 ? 4 + 2 * (second - 60) : 56;
}

static int
stopped_leak(int second)
{
	return second < 60 ? 50 : second < 120 ? 50 + (second - 60) / 2 : 80;
}

/* Some are ended, and it goes on. */
static int
resumed_leak(int second)
{
	return second < 60 ? 90 : second < 62 ? 75 : 50 + (second - 62) / 2;
}

/* The first two rounds may be a leak; after them it is known better. */
static int
sawtooth(int second)
{
	return 40 + (second + 20) % 60 / 2;
}

/* Not the same with each run, but not by chance. */
static int
shaking(int second)
{
	uint32_t n = (uint32_t)second * 2654435761u;

	return 60 + (int)((n ^ (n >> 15)) * 2246822519u >> 16) % 21;
}

/* The time until it is full is foretold as long as it grows step by step, and never else. */
static void
test_courses(void **state)
{
	static const struct course courses[] = {
		{ one_step, 1, 0, 0 },
		{ one_step, 2, 0, 0 },
		{ small_step, 1, 0, 0 },
		{ full_step, 1, 0, 0 },
		{ full_step, 2, 0, 0 },
		{ slanted_step, 1, 0, 0 },
		{ two_steps, 1, 0, 0 },
		{ two_steps, 2, 0, 0 },
		{ slow_leak, 1, 60 + 24, 240 },
		{ slow_leak, 2, 60 + 24, 240 },
		{ early_slow_leak, 2, 60 + 26, 180 + 20 },
		{ fast_leak, 1, 60 + 12, 60 + 23 },
		{ fast_leak, 2, 60 + 12, 60 + 23 },
		{ early_fast_leak, 2, 60 + 22, 86 + 8 },
		{ stopped_leak, 1, 60 + 14, 120 + 8 },
		{ stopped_leak, 2, 60 + 14, 120 + 8 },
		{ resumed_leak, 2, 62 + 14, 62 + 92 },
		{ sawtooth, 2, 12, 100 },
		{ shaking, 1, 0, 0 },
		{ shaking, 2, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof courses / sizeof courses[0]; i++) {
		const struct course *course = &courses[i];
		struct history history = { 0 };
		int first = 0, last = 0;

		for (int second = 0; second <= 240; second += course->step) {
			struct trend trend;
			int used = course->used(second);

			history_add(&history,
			    &(struct history_point){ .mono_us = MONO_US + SECONDS(second),
			        .used = used,
			        .usable = 97 });
			trend_make(&trend, &history, 97 - used);
			if (trend.full_in_us == TIME_UNKNOWN)
				continue;
			first = first == 0 ? second : first;
			last = second;
		}
		if (course->first == 0)
			assert_int_equal(first, 0);
		else
			assert_in_range(first, 0, course->first);
		assert_in_range(last, course->end > 12 ? course->end - 12 : 0, course->end);
	}
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
		cmocka_unit_test(test_courses),
	};

	return cmocka_run_group_tests_name("trend", tests, NULL, NULL);
}
