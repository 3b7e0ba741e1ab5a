/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what is kept of each application: rates, lives, those that come
 * back, and that it is never more than there is room for.
 */
#include "film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct track *
track_of(const struct film *film, const char *name)
{
	const struct track *track = tracks_find(&film->fixture.tracks, name);

	assert_non_null(track);
	return track;
}

/* 4 sessions of web in each sample, of which one is new; they live 8 s. */
static void
play(struct film *film, int samples)
{
	film_begin(film);
	for (int32_t i = 0; i < samples; i++) {
		if (i > 0)
			film_next(film);
		for (int32_t n = i; n < i + 4; n++)
			film_add(film, 100 + n, "web", STATE_IDLE, (n - 3) * FILM_STEP_US);
		film_judge(film);
	}
}

static void
test_rates(void **state)
{
	struct film film;
	struct track_rates rates;

	(void)state;
	play(&film, 1);
	assert_false(track_rates(track_of(&film, "web"), SECONDS(60), &rates));
	film_end(&film);
	play(&film, 31);
	assert_true(track_rates(track_of(&film, "web"), SECONDS(60), &rates));
	assert_int_equal(rates.span_us, SECONDS(60));
	assert_float_equal(rates.opened, 0.5, 0.001);
	assert_float_equal(rates.closed, 0.5, 0.001);
	assert_true(track_rates(track_of(&film, "web"), SECONDS(15), &rates));
	assert_in_range(rates.span_us, SECONDS(5), SECONDS(15));
	assert_float_equal(rates.opened, 0.5, 0.1);
	assert_int_equal(track_of(&film, "web")->peak, 4);
	assert_null(tracks_find(&film.fixture.tracks, "api"));
	film_end(&film);
}

/* They live between 6 and 8 s, which is the class up to 12.8 s. */
static void
test_lives(void **state)
{
	struct film film;

	(void)state;
	play(&film, 5);
	assert_true(track_median_life(track_of(&film, "web")) == TIME_UNKNOWN);
	assert_true(track_median_limit(track_of(&film, "web")) == TIME_UNKNOWN);
	film_end(&film);
	play(&film, 20);
	assert_int_equal(track_median_life(track_of(&film, "web")), SECONDS(7));
	assert_int_equal(track_median_limit(track_of(&film, "web")), SECONDS(128) / 10);
	film_end(&film);
	play(&film, 300); /* the older ones count less */
	assert_int_equal(track_median_life(track_of(&film, "web")), SECONDS(7));
	film_end(&film);
}

/* Of what is in one sample only it is known that it lives shortly, but not how long. */
static void
test_brief_lives(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	for (int32_t i = 0; i < 20; i++) {
		if (i > 0)
			film_next(&film);
		film_add(&film, 100 + i, "php", STATE_ACTIVE, film.t_us - SECONDS(1) / 50);
		film_judge(&film);
	}
	assert_true(track_median_life(track_of(&film, "php")) == TIME_UNKNOWN);
	assert_int_equal(track_median_limit(track_of(&film, "php")), SECONDS(16) / 10);
	film_end(&film);
}

/* An hour is told. */
static void
test_long_lives(void **state)
{
	struct track track = { .lives = { [15] = { 5, MINUTES(60) * 5 } } };

	(void)state;
	assert_true(track_median_life(&track) == MINUTES(60));
	assert_int_equal(track_median_limit(&track), SECONDS(32768) / 10);
	track.lives[16] = (struct track_lives){ 6, MINUTES(90) * 6 };
	assert_true(track_median_life(&track) == MINUTES(90));
	assert_int_equal(track_median_limit(&track), SECONDS(65536) / 10);
	track.brief = 6; /* half and more are in one sample only */
	assert_true(track_median_life(&track) == TIME_UNKNOWN);
	track.lives[TRACK_LIVES - 1] = (struct track_lives){ 20, MINUTES(60) * 24 * 10 * 20 };
	assert_true(track_median_life(&track) == MINUTES(60) * 24 * 10);
	assert_true(track_median_limit(&track) == TIME_UNKNOWN);
}

/* The ring is full, and still tells of the last minutes only. */
static void
test_ring(void **state)
{
	struct film film;
	const struct track *track;
	size_t n = 0;

	(void)state;
	play(&film, 300);
	track = track_of(&film, "web");
	while (track_step(track, n) != NULL)
		n++;
	assert_int_equal(n, TRACK_STEPS);
	for (size_t i = 1; i < n; i++)
		assert_true(track_step(track, i)->mono_us < track_step(track, i - 1)->mono_us);
	assert_int_equal(track_step(track, 0)->total, 4);
	film_end(&film);
}

/* Adds the sessions of web that were there since the beginning, and those that came now. */
static void
add_web(struct film *film, int32_t first, int old, int fresh)
{
	for (int32_t n = first; n < first + old; n++)
		film_add(film, n, "web", STATE_IDLE, 0);
	for (int32_t n = first + old; n < first + old + fresh; n++)
		film_add(film, n, "web", STATE_IDLE, film->t_us);
	film_judge(film);
}

/* So many are signalled, and known to have ended when the next sample is there. */
static void
end_web(struct film *film, int count)
{
	for (int n = 0; n < count; n++)
		tracks_signalled(&film->fixture.tracks, "web", film->fixture.snap->mono_us);
}

static void
expect_act(const struct film *film, const char *text, bool futile)
{
	char told[TRACK_TEXT_MAX];

	track_tell(track_of(film, "web"), film->fixture.snap->mono_us, told);
	assert_string_equal(told, text);
	assert_int_equal(track_is_futile(track_of(film, "web")), futile);
}

/* 3 of 5 are ended; 1 comes back, then the other 2; what comes after a minute does not count. */
static void
test_returned(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	add_web(&film, 100, 5, 0);
	expect_act(&film, "", false);
	end_web(&film, 3);
	tracks_signalled(&film.fixture.tracks, "nobody", film.fixture.snap->mono_us);
	tracks_ended(&film.fixture.tracks, "nobody");
	film_next(&film);
	add_web(&film, 103, 2, 1);
	for (int n = 0; n < 3; n++)
		tracks_ended(&film.fixture.tracks, "web");
	expect_act(&film, "web: 3 ended, 1 came back within 2 s", false);
	film_next(&film);
	add_web(&film, 103, 2, 3);
	expect_act(&film,
	    "web: they come back, ending does not help: 3 ended, 3 came back within 4 s; see its "
	    "pool settings",
	    true);
	for (int i = 0; i < 29; i++)
		film_next(&film);
	add_web(&film, 103, 2, 9);
	assert_int_equal(track_returned(track_of(&film, "web")), 3);
	for (int i = 0; i < 300; i++)
		film_next(&film);
	add_web(&film, 103, 2, 0);
	expect_act(&film, "", false);
	film_end(&film);
}

/* Nobody comes back; then another act, which counts anew. */
static void
test_gone(void **state)
{
	struct film film;

	(void)state;
	film_begin(&film);
	add_web(&film, 100, 6, 0);
	end_web(&film, 2);
	film_next(&film);
	add_web(&film, 102, 4, 0);
	tracks_ended(&film.fixture.tracks, "web");
	tracks_ended(&film.fixture.tracks, "web");
	expect_act(&film, "web: 2 ended, none came back within 2 s", false);
	for (int i = 0; i < 40; i++) {
		film_next(&film);
		add_web(&film, 102, 4, 0);
	}
	film_next(&film);
	add_web(&film, 102, 4, 2); /* too late */
	expect_act(&film, "web: 2 ended, none came back within 1 min", false);
	film_next(&film);
	add_web(&film, 102, 4, 0);
	end_web(&film, 1);
	film_next(&film);
	add_web(&film, 103, 3, 1);
	tracks_ended(&film.fixture.tracks, "web");
	expect_act(&film, "web: 1 ended, 1 came back within 2 s", false); /* one says nothing */
	film_end(&film);
}

/* Sessions that come and go by themselves are no answer to those that were ended. */
static void
test_returned_of_many(void **state)
{
	static const struct {
		struct track_act act;
		int returned;
		bool futile;
	} cases[] = {
		{ { .ended = 0 }, 0, false },
		{ { .ended = 0, .opened = 7 }, 0, false },
		{ { .ended = 20, .opened = 0, .closed = 20 }, 0, false },
		{ { .ended = 20, .opened = 19, .closed = 20 }, 19, true },
		{ { .ended = 20, .opened = 18, .closed = 20 }, 18, true },
		{ { .ended = 20, .opened = 17, .closed = 20 }, 17, false },
		{ { .ended = 20, .opened = 30, .closed = 20 }, 20, true },
		{ { .ended = 20, .opened = 20, .closed = 3 }, 20, true }, /* not all seen to go */
		{ { .ended = 5, .opened = 600, .closed = 605 }, 0, false },
		{ { .ended = 5, .opened = 600, .closed = 600 }, 5, true },
		{ { .ended = 5, .opened = 3, .closed = 600 }, 0, false },
		{ { .ended = 1, .opened = 1, .closed = 1 }, 1, false },
		{ { .ended = 2, .opened = 2, .closed = 2 }, 2, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct track track = { .act = cases[i].act };

		assert_int_equal(track_returned(&track), cases[i].returned);
		assert_int_equal(track_is_futile(&track), cases[i].futile);
	}
}

/* More applications than there is room for: those that are gone make room. */
static void
test_many(void **state)
{
	struct film film;
	char name[80];

	(void)state;
	film_begin(&film);
	for (int turn = 0; turn < 3; turn++) {
		if (turn > 0)
			film_next(&film);
		for (int32_t n = 0; n < TRACKS_KEPT + 10; n++) {
			snprintf(name, sizeof name, "turn %d program %d", turn, (int)n);
			film_add(&film, 100 + n, name, STATE_ACTIVE, 0);
		}
		film_judge(&film);
		assert_int_equal(film.fixture.tracks.count, TRACKS_KEPT);
		assert_non_null(
		    strstr(film.fixture.tracks.items[0].name, turn == 0 ? "turn 0" : "turn"));
	}
	for (size_t i = 0; i < TRACKS_KEPT; i++)
		assert_memory_equal(film.fixture.tracks.items[i].name, "turn 2", 6);
	film_end(&film);
}

/* Names that are long, empty or unknown; a server that was started anew. */
static void
test_names(void **state)
{
	struct film film;
	char name[201];

	(void)state;
	memset(name, 'x', 200);
	name[200] = '\0';
	film_begin(&film);
	film_add(&film, 1, name, STATE_ACTIVE, 0);
	film_add(&film, 2, "", STATE_ACTIVE, 0);
	film_add(&film, 3, "web", STATE_ACTIVE, 0)->application = NULL;
	film_judge(&film);
	assert_int_equal(film.fixture.tracks.count, 3);
	assert_int_equal(strlen(track_of(&film, name)->name), TRACK_NAME_MAX - 1);
	assert_non_null(tracks_find(&film.fixture.tracks, "(none)"));
	assert_non_null(tracks_find(&film.fixture.tracks, NULL));
	film_next(&film);
	film.fixture.snap->server.started_us++;
	film_add(&film, 1, "web", STATE_ACTIVE, 0);
	film_judge(&film);
	assert_int_equal(film.fixture.tracks.count, 1);
	film_end(&film);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_brief_lives),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_returned_of_many),
		cmocka_unit_test(test_long_lives),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("tracks", tests, NULL, NULL);
}
