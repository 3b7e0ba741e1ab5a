/* SPDX-License-Identifier: PostgreSQL */
/* The line editor, the details, the mouse, and how one gets out. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_line_editor(void **state)
{
	struct fixture *fixture = *state;

	fixture_keys(fixture,
	    "/ 'caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac' Left Backspace End 'x' Home 'a' Right Del");
	fixture_draw(fixture, ROWS, COLS, true);
	expect(fixture, "Filter: acf\xc3\xa9 \xe6\x9c\xacx");
	press(fixture, "End ^W");
	fixture_draw(fixture, ROWS, COLS, true);
	expect(fixture, "Filter: acf\xc3\xa9 ");
	press(fixture, "Left Left Left ^U");
	fixture_draw(fixture, ROWS, COLS, true);
	expect(fixture, "Filter: f\xc3\xa9 ");
	press(fixture, "Home Left Backspace End Right Del F5 Up");
	fixture_draw(fixture, ROWS, COLS, true);
	expect(fixture, "Filter: f\xc3\xa9 ");
	press(fixture,
	    "^U 'a line that is longer than the screen is wide has its end in sight when typed'");
	expect(fixture, "in sight when typed");
}

static void
test_details(void **state)
{
	struct fixture *fixture = *state;
	struct identity id;
	int pid;

	assert_false(ui_wants_query(fixture->ui, &id));
	press(fixture, "Down");
	pid = cursor_pid(fixture);
	assert_true(press(fixture, "Enter") & UI_QUERY);
	expect(fixture, "QUERY, ITS BEGINNING");
	assert_true(ui_wants_query(fixture->ui, &id));
	assert_int_equal(id.pid, pid);
	id.start_us++;
	ui_query(fixture->ui, &id, "of another session");
	id.start_us--;
	ui_query(fixture->ui, &id, NULL);
	press(fixture, "Up");
	expect(fixture, "QUERY, ITS BEGINNING");
	ui_query(fixture->ui, &id, "SELECT\n\tthe whole one");
	assert_false(ui_wants_query(fixture->ui, &id));
	press(fixture, "Up");
	expect(fixture, "the whole one");
	expect_not(fixture, "BEGINNING");
	fixture_next(fixture, pid);
	press(fixture, "Up");
	expect(fixture, "This session is gone");
	expect(fixture, "the whole one");
	assert_int_equal(press(fixture, "q") & UI_QUIT, 0);
	expect(fixture, "3 Sessions");
}

/* Another query of the same session: the whole one is asked for again. */
static void
test_details_next_query(void **state)
{
	struct fixture *fixture = *state;
	struct identity id;

	press(fixture, "4 Enter");
	assert_true(ui_wants_query(fixture->ui, &id));
	ui_query(fixture->ui, &id, "the whole one");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == id.pid)
			fixture->snap->sessions[i].query =
			    snapshot_intern(fixture->snap, "another one", 11);
	press(fixture, "Up");
	expect(fixture, "another one");
	assert_true(ui_wants_query(fixture->ui, &id));
}

static void
test_leaving(void **state)
{
	struct fixture *fixture = *state;

	assert_false(press(fixture, "F1 q") & UI_QUIT);
	assert_false(press(fixture, "Enter F1 Esc") & UI_QUIT);
	expect(fixture, "Session ");
	assert_false(press(fixture, "Esc / 'q' Esc F6 q") & UI_QUIT);
	assert_true(press(fixture, "q") & UI_QUIT);
	assert_true(press(fixture, "/ ^C") & UI_QUIT);
	assert_true(press(fixture, "F10") & UI_QUIT);
	press(fixture, "Esc F1");
	assert_true(press(fixture, "F10") & UI_QUIT);
	press(fixture, "Esc F6");
	assert_true(press(fixture, "^C") & UI_QUIT);
	assert_true(press(fixture, "^L") & UI_REDRAW);
	assert_true(press(fixture, "Esc ^Z") & UI_SUSPEND);
}

static void
test_program_keys(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(ui_interval(fixture->ui), 2000000);
	assert_true(press(fixture, "+") & UI_INTERVAL);
	assert_int_equal(ui_interval(fixture->ui), 5000000);
	press(fixture, "- - -");
	assert_int_equal(ui_interval(fixture->ui), 500000);
	press(fixture, "- - - -");
	assert_int_equal(ui_interval(fixture->ui), 100000);
	expect(fixture, "every 0.1s");
	press(fixture, "+ + + + + + + + + + +");
	assert_int_equal(ui_interval(fixture->ui), 60000000);
	assert_true(press(fixture, "Z") & UI_PAUSE);
	assert_true(ui_paused(fixture->ui));
	expect(fixture, "PAUSED");
	press(fixture, "Z");
	assert_false(ui_paused(fixture->ui));
	assert_true(press(fixture, "R") & UI_SAMPLE);
	press(fixture, "F12");
	expect(fixture, "no such key; F1 is help");
	assert_true(press(fixture, "Up") & UI_DRAW);
	expect_not(fixture, "no such key");
	ui_say(fixture->ui, "said");
	fixture_draw(fixture, ROWS, COLS, false);
	expect(fixture, "said");
}

static void
test_mouse_rows(void **state)
{
	struct fixture *fixture = *state;
	int row = fixture_find(fixture, "3 Sessions") + 5, pid = number_in(fixture, row);

	click(fixture, MOUSE_CLICK, row, 20);
	assert_int_equal(cursor_row(fixture), row);
	expect(fixture, "3 Sessions");
	click(fixture, MOUSE_CLICK, row, 20);
	expect_not(fixture, "3 Sessions");
	expect(fixture, "Session ");
	press(fixture, "Esc");
	assert_int_equal(cursor_pid(fixture), pid);
	/* Two clicks with one elsewhere between them are none that opens. */
	click(fixture, MOUSE_CLICK, row, 20);
	click(fixture, MOUSE_CLICK, fixture_find(fixture, "1 Applications"), 20);
	click(fixture, MOUSE_CLICK, row, 20);
	expect(fixture, "3 Sessions");
	click(fixture, MOUSE_DOUBLE_CLICK, row + 1, 20);
	expect_not(fixture, "3 Sessions");
	press(fixture, "Esc");
	click(fixture, MOUSE_WHEEL_DOWN, row, 20);
	assert_int_equal(cursor_row(fixture), row + 4);
	click(fixture, MOUSE_WHEEL_UP, row, 20);
	assert_int_equal(cursor_row(fixture), row + 1);
	row = fixture_find(fixture, "1 Applications");
	click(fixture, MOUSE_CLICK, row + 3, 5);
	assert_int_equal(cursor_row(fixture), row + 3);
	click(fixture, MOUSE_CLICK, fixture_find(fixture, "3 Sessions"), 40);
	assert_true(cursor_row(fixture) > fixture_find(fixture, "3 Sessions"));
}

static void
test_mouse_places(void **state)
{
	struct fixture *fixture = *state;
	int row = fixture_find(fixture, "3 Sessions") + 1;

	click(fixture, MOUSE_CLICK, row, 11);
	expect(fixture, "sort: user^");
	click(fixture, MOUSE_CLICK, row, 11);
	expect(fixture, "sort: userv");
	click(fixture, MOUSE_CLICK, ROWS - 1, 0);
	expect(fixture, "this help");
	click(fixture, MOUSE_WHEEL_DOWN, 10, 10);
	expect(fixture, "lines 4-");
	click(fixture, MOUSE_CLICK, ROWS - 1, 1);
	expect(fixture, "3 Sessions");
	press(fixture, "F6");
	click(fixture, MOUSE_CLICK, fixture_find(fixture, "|  client"), 20);
	expect(fixture, "sort: client^");
	press(fixture, "F6");
	click(fixture, MOUSE_CLICK, 0, 0);
	expect_not(fixture, "Sort Sessions by");
	assert_true(click(fixture, MOUSE_CLICK, ROWS - 1, 72) & UI_QUIT);
}

/* What is not known is not zero. */
static void
test_unknown_limits(void **state)
{
	struct fixture *fixture = *state;

	fixture->snap->max_connections = -1;
	fixture->snap->max_wal_senders = -1;
	fixture_analyse(fixture);
	fixture_draw(fixture, ROWS, COLS, false);
	expect(fixture, "~91/?  limits unknown");
	expect_not(fixture, "free");
	fixture_draw(fixture, 40, 120, false);
	expect_not(fixture, "walsenders");
}

/* Old data is grey, but for the row under the cursor and what is wrong. */
static void
test_old_data(void **state)
{
	struct fixture *fixture = *state;
	int row;

	fixture->link.state = LINK_LATE;
	fixture_draw(fixture, ROWS, COLS, false);
	row = cursor_row(fixture);
	assert_true(row > 0);
	assert_int_equal(fixture->canvas.cells[(row + 1) * COLS + 5].style, STYLE_DIM);
	assert_int_equal(fixture->canvas.cells[1 * COLS + 8].style, STYLE_DIM);
	expect(fixture, "LATE 3 s");
	fixture->link.state = LINK_UP;
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_not_equal(fixture->canvas.cells[1 * COLS + 8].style, STYLE_DIM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_line_editor, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_details, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_details_next_query, screen_set_up,
		    screen_tear_down),
		cmocka_unit_test_setup_teardown(test_leaving, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_program_keys, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_mouse_rows, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_mouse_places, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_limits, screen_set_up,
		    screen_tear_down),
		cmocka_unit_test_setup_teardown(test_old_data, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("keys and mouse", tests, NULL, NULL);
}
