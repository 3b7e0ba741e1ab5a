/* SPDX-License-Identifier: PostgreSQL */
/* A screen of 80x24 in ASCII, a hand for it and an eye on it. */
#include "test_ui_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

int
screen_set_up(void **state)
{
	struct fixture *fixture = mem_alloc(1, sizeof(*fixture));

	fixture_init(fixture, SCENE_BUSY, true);
	fixture_draw(fixture, ROWS, COLS, false);
	*state = fixture;
	return 0;
}

int
screen_tear_down(void **state)
{
	fixture_clear(*state);
	mem_free(*state);
	return 0;
}

/* Presses keys and draws. */
unsigned
press(struct fixture *fixture, const char *keys)
{
	unsigned want = fixture_keys(fixture, keys);

	fixture_draw(fixture, ROWS, COLS, false);
	return want;
}

unsigned
click(struct fixture *fixture, enum mouse mouse, int row, int col)
{
	unsigned want = fixture_mouse(fixture, mouse, row, col);

	fixture_draw(fixture, ROWS, COLS, false);
	return want;
}

/* The row of the screen under the cursor; -1 when there is none. */
int
cursor_row(const struct fixture *fixture)
{
	for (int row = 0; row < ROWS; row++) {
		const struct cell *cell = &fixture->canvas.cells[row * COLS];

		if (cell->ch == '>' && cell->style == STYLE_CURSOR)
			return row;
	}
	return -1;
}

/* The number at the start of a row of the screen: the pid of a list of sessions. */
int
number_in(const struct fixture *fixture, int row)
{
	int number = 0;

	for (int col = 1; col < 10; col++) {
		uint32_t ch = fixture->canvas.cells[row * COLS + col].ch;

		if (ch >= '0' && ch <= '9')
			number = number * 10 + (int)(ch - '0');
	}
	return number;
}

int
cursor_pid(const struct fixture *fixture)
{
	int row = cursor_row(fixture);

	return row < 0 ? -1 : number_in(fixture, row);
}

void
expect(const struct fixture *fixture, const char *text)
{
	if (fixture_find(fixture, text) < 0) {
		struct buf screen = { 0 };

		canvas_dump(&fixture->canvas, &screen);
		print_message("not on the screen: %s\n%s", text, buf_str(&screen));
		buf_clear(&screen);
		fail();
	}
}

void
expect_not(const struct fixture *fixture, const char *text)
{
	assert_int_equal(fixture_find(fixture, text), -1);
}
