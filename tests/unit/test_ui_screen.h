/* SPDX-License-Identifier: PostgreSQL */
/* What the tests of keys and mouse share: a busy server on a screen of 80x24 in ASCII. */
#ifndef PGCONNTOP_UNIT_TEST_UI_SCREEN_H
#define PGCONNTOP_UNIT_TEST_UI_SCREEN_H

#include "test_golden_fixture.h"

#define ROWS 24
#define COLS 80

/* For cmocka: *state is the fixture, drawn once. */
int screen_set_up(void **state);
int screen_tear_down(void **state);

/* Keys or a click, and a frame. */
unsigned press(struct fixture *fixture, const char *keys);
unsigned click(struct fixture *fixture, enum mouse mouse, int row, int col);

/* The row of the screen under the cursor; -1 when there is none. */
int cursor_row(const struct fixture *fixture);

/* The number at the start of a row of the screen: the pid in a list of sessions. */
int number_in(const struct fixture *fixture, int row);

/* The pid under the cursor. */
int cursor_pid(const struct fixture *fixture);

/* That the text is, or is not, somewhere on the screen. */
void expect(const struct fixture *fixture, const char *text);
void expect_not(const struct fixture *fixture, const char *text);

#endif
