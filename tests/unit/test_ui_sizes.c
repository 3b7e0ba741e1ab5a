/* SPDX-License-Identifier: PostgreSQL */
/*
 * Every size of the screen, in every scene and mode: nothing crashes, every
 * cell can be shown, the slots are there. QUICK=1 takes bigger steps.
 */
#include "test_golden_fixture.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const char *const modes[] = {
	"",
	"F1 End",
	"G Enter End",
	"/ 'state=' Left Left",
	"F6 End",
	"7 f End Right Right",
	"2",
	"5 v",
	"4 Right Right Right Right Right Right Right",
	"F3 'nothing like it' Esc F12 Z",
	"* K",
	"* C '12' PgDn",
	"End Up Up K y @!ss k",
	"G Enter K",
	"X",
	"X Tab '1s'",
	"X G Enter PgDn",
	"F9 Down",
	"* K '90' Enter '91' Enter '89' Enter '97' Enter PgDn @!sscdgrfu* PgDn",
	"* U Space Space Space K y @!sk k End",
};

#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

/* No cell holds what a terminal would not show in one or two columns. */
static void
check_cells(const struct canvas *canvas)
{
	size_t n = (size_t)canvas->rows * (size_t)canvas->cols;
	int width;

	for (size_t i = 0; i < n; i++) {
		uint32_t ch = canvas->cells[i].ch;
		bool first = i % (size_t)canvas->cols == 0;

		assert_true(canvas->cells[i].style < STYLE_COUNT);
		if (ch == 0) {
			assert_false(first);
			text_shown(canvas->cells[i - 1].ch, TEXT_UTF8, &width);
			assert_int_equal(width, 2);
			continue;
		}
		if (ch < 0x80) {
			assert_in_range(ch, ' ', '~');
			continue;
		}
		assert_true(canvas->utf8);
		assert_int_equal(text_shown(ch, TEXT_UTF8, &width), ch);
		if (width == 2)
			assert_int_equal(canvas->cells[i + 1].ch, 0);
	}
}

static void
draw_sizes(enum scene scene, size_t mode, int step)
{
	struct fixture fixture;

	fixture_init(&fixture, scene, mode % 2 == 0);
	fixture_draw(&fixture, 24, 80, true);
	fixture_keys(&fixture, modes[mode]);
	for (int rows = 1; rows <= 60; rows += step) {
		for (int cols = 1; cols <= 200; cols += step) {
			fixture_draw(&fixture, rows, cols, (rows + cols) % 3 != 0);
			check_cells(&fixture.canvas);
		}
	}
	fixture_draw(&fixture, 100, 400, true);
	check_cells(&fixture.canvas);
	fixture_clear(&fixture);
}

static void
test_sizes(void **state)
{
	int step = getenv("QUICK") != NULL ? 13 : 1;

	(void)state;
	draw_sizes(SCENE_BUSY, 0, step);
	for (int scene = 0; scene < SCENE_COUNT; scene++)
		for (size_t mode = 0; mode < MODE_COUNT; mode++)
			draw_sizes((enum scene)scene, mode, step + 4);
}

/* On the smallest screens the slots come first. */
static void
test_slots_first(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture, SCENE_BUSY, false);
	for (int rows = 1; rows <= 60; rows++) {
		for (int cols = 6; cols <= 200; cols++) {
			fixture_draw(&fixture, rows, cols, true);
			assert_in_range(fixture_find(&fixture, "91/97"), 0, 1);
		}
	}
	fixture_clear(&fixture);
}

/* A long name is cut, and not what is said of it. */
static void
test_long_cause(void **state)
{
	static const char name[] =
	    "pg_activity with a name of which nobody knows why it is so long";
	struct fixture fixture;
	struct verdict *verdict;

	(void)state;
	fixture_init(&fixture, SCENE_BUSY, false);
	verdict = &fixture.verdict;
	verdict->rule = &verdict_rules[0];
	snprintf(verdict->subject, sizeof verdict->subject, "%s", name);
	snprintf(verdict->text, sizeof verdict->text,
	    "%.60s, which only watches, holds 11 of 12 used slots", name);
	fixture.data.verdict = verdict;
	fixture_draw(&fixture, 24, 80, true);
	assert_in_range(
	    fixture_find(&fixture,
	        "CAUSE pg_activity with ..., which only watches, holds 11 of 12 used slots"),
	    4, 6);
	fixture_draw(&fixture, 24, 160, true);
	assert_in_range(fixture_find(&fixture, "is so l, which only watches, holds 11 of 12"), 4,
	    6);
	fixture_clear(&fixture);
}

/* What the server counted is told while it counts, where there is room. */
static void
test_server_counts(void **state)
{
	struct fixture fixture;
	struct unseen *unseen = &fixture.facts.unseen;

	(void)state;
	fixture_init(&fixture, SCENE_HEALTHY, false);
	unseen->known = true;
	unseen->per_second[COUNT_KILLED] = 1.2;
	fixture_draw(&fixture, 24, 160, true);
	assert_int_equal(fixture_find(&fixture, "  killed 1.2/s"), 2);
	assert_int_equal(fixture_find(&fixture, "fatal"), -1);
	unseen->per_second[COUNT_FATAL] = 3;
	unseen->per_second[COUNT_ABANDONED] = 0.5;
	fixture_draw(&fixture, 24, 160, true);
	assert_int_equal(fixture_find(&fixture, "  killed 1.2/s  fatal 3.0/s  abandoned 0.5/s"), 2);
	unseen->known = false;
	fixture_draw(&fixture, 24, 160, true);
	assert_int_equal(fixture_find(&fixture, "killed"), -1);
	fixture_clear(&fixture);
}

/* Keys and clicks at a screen that was never drawn, or drawn smaller since. */
static void
test_keys_anywhere(void **state)
{
	struct fixture fixture;

	(void)state;
	for (int scene = 0; scene < SCENE_COUNT; scene++) {
		fixture_init(&fixture, (enum scene)scene, true);
		fixture_keys(&fixture,
		    "PgDn Down Right < > I T F6 PgDn Enter Enter Esc v u a i n N");
		fixture_mouse(&fixture, MOUSE_CLICK, 0, 0);
		for (int size = 30; size > 0; size -= 7) {
			fixture_draw(&fixture, size, 3 * size, false);
			for (int row = -1; row < 40; row++)
				for (int col = -1; col < 100; col += 5)
					fixture_mouse(&fixture,
					    (enum mouse)(1 + (row + col + 2) % 4), row, col);
			fixture_keys(&fixture, "Esc Esc G PgDn PgUp Tab");
		}
		fixture_clear(&fixture);
	}
}

/* Samples come between keys and frames: nothing of an old one is looked at. */
static void
test_keys_between_samples(void **state)
{
	static const char *const keys[] = { "Down", "F3 'web'", "Esc", "n", "Enter", "Esc",
		"1 Down", "Enter", "\\", "2 Down", "Enter", "4 Enter", "q", "u", "a", "7 Down",
		"5 End", "F6 Enter", "v G" };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture, SCENE_BUSY, true);
	fixture_draw(&fixture, 60, 200, true);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (int row = 0; row < 60; row += 7) {
			fixture_next(&fixture, 20100 + (int)i);
			fixture_next(&fixture, 20200 + (int)i);
			fixture_mouse(&fixture, row % 2 ? MOUSE_WHEEL_DOWN : MOUSE_CLICK, row,
			    row * 3);
		}
		fixture_keys(&fixture, "Esc Esc");
		fixture_next(&fixture, 0);
		fixture_next(&fixture, 0);
		fixture_keys(&fixture, keys[i]);
	}
	fixture_draw(&fixture, 60, 200, true);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_slots_first),
		cmocka_unit_test(test_long_cause),
		cmocka_unit_test(test_server_counts),
		cmocka_unit_test(test_keys_anywhere),
		cmocka_unit_test(test_keys_between_samples),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("sizes of the screen", tests, NULL, NULL);
}
