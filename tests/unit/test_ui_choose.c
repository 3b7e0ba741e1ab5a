/* SPDX-License-Identifier: PostgreSQL */
/* What is listed, where the cursor is, and in which order. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_follow(void **state)
{
	struct fixture *fixture = *state;
	int first = cursor_pid(fixture), row, pid;

	press(fixture, "Down Down Down");
	pid = cursor_pid(fixture);
	row = cursor_row(fixture);
	fixture_next(fixture, first);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(cursor_pid(fixture), pid);
	assert_int_equal(cursor_row(fixture), row - 1);
	press(fixture, "I");
	assert_int_equal(cursor_pid(fixture), pid);
	/* Gone: the cursor stays where it was. */
	row = cursor_row(fixture);
	fixture_next(fixture, pid);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_not_equal(cursor_pid(fixture), pid);
	assert_int_equal(cursor_row(fixture), row);
	/* At the top by the key for it: it stays at the top. */
	press(fixture, "g");
	fixture_next(fixture, cursor_pid(fixture));
	row = cursor_row(fixture);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(cursor_row(fixture), row);
}

static void
test_unmoved(void **state)
{
	struct fixture *fixture = *state;
	int row = cursor_row(fixture), first = cursor_pid(fixture);

	press(fixture, "I");
	assert_int_equal(cursor_row(fixture), row);
	assert_int_not_equal(cursor_pid(fixture), first);
}

/* A source uses a snapshot's memory again: the rows are those of the new sample all the same. */
static void
test_same_memory(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "i");
	expect(fixture, "(29 of 91)");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].state = STATE_IDLE;
	fixture->snap->mono_us++;
	fixture_analyse(fixture);
	fixture_draw(fixture, ROWS, COLS, false);
	expect(fixture, "(0 of 91)");
}

static void
test_scroll(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "End");
	assert_int_equal(cursor_row(fixture), ROWS - 2);
	assert_int_equal(cursor_pid(fixture), 20440);
	press(fixture, "PgUp");
	press(fixture, "Home");
	assert_int_equal(cursor_pid(fixture), 20400);
	press(fixture, "^F");
	press(fixture, "j k ^B k");
	assert_int_equal(cursor_pid(fixture), 20400);
}

static void
test_filter(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'application=worker'");
	expect(fixture, "(29 of 91)");
	press(fixture, "'|'");
	press(fixture, "Backspace");
	expect(fixture, "Filter: application=worker");
	/* Wrong: the reason is shown, what was right stays in force, Enter does not take it. */
	press(fixture, "' stat='");
	expect(fixture, "stat");
	expect(fixture, "no column");
	press(fixture, "Enter");
	expect(fixture, "Filter: application=worker stat=");
	press(fixture, "^W");
	expect_not(fixture, "no column");
	expect(fixture, "(29 of 91)");
	press(fixture, "Enter");
	expect(fixture, "filter: application=worker ");
	/* Esc restores. */
	press(fixture, "F4 ^U 'user=owner'");
	expect(fixture, "(1 of 91)");
	press(fixture, "Esc");
	expect(fixture, "(29 of 91)");
	press(fixture, "\\");
	expect(fixture, "(91)");
	expect_not(fixture, "filter:");
}

static void
test_toggles(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "i");
	expect(fixture, "(29 of 91)");
	expect(fixture, "filter: state!=idle");
	press(fixture, "/ 'web' Enter");
	expect(fixture, "(12 of 91)");
	expect(fixture, "filter: web state!=idle");
	press(fixture, "i \\");
	press(fixture, "A '2h' Enter");
	expect(fixture, "filter: age>=2h");
	press(fixture, "A");
	expect(fixture, "Least age: 2h");
	press(fixture, "'x'");
	expect(fixture, "filter: age>=2h");
	press(fixture, "Esc A ^U Enter");
	expect(fixture, "(91)");
	press(fixture, "G Up u");
	expect(fixture, "filter: user=");
	press(fixture, "u");
	expect(fixture, "(91)");
	press(fixture, "g a");
	expect(fixture, "filter: application=psql");
	press(fixture, "a 1 Down a");
	expect(fixture, "filter: application=worker");
	press(fixture, "a u");
	expect(fixture, "no user is known here");
}

static void
test_panes(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "1");
	assert_int_equal(cursor_row(fixture), fixture_find(fixture, "1 Applications") + 2);
	press(fixture, "Tab");
	expect(fixture, "2 Pools");
	press(fixture, "S-Tab S-Tab");
	expect(fixture, "8 Settings");
	press(fixture, "S-Tab");
	expect(fixture, "7 Alerts and messages");
	press(fixture, "4");
	expect(fixture, "4 Long-running queries");
	expect_not(fixture, "3 Sessions");
	press(fixture, "3 f");
	expect_not(fixture, "1 Applications");
	press(fixture, "Esc");
	expect(fixture, "1 Applications");
	press(fixture, "v");
	expect(fixture, "1 Users");
	press(fixture, "v v");
	expect(fixture, "1 Clients");
	press(fixture, "v");
	expect(fixture, "1 Idle sessions");
	press(fixture, "v");
	expect(fixture, "1 Turnover");
	press(fixture, "v");
	expect(fixture, "1 Applications");
	press(fixture, "2");
	expect(fixture, "2 Pools");
	press(fixture, "v");
	expect(fixture, "2 Sessions of no pool");
	press(fixture, "v");
	expect(fixture, "2 Pools");
	press(fixture, "7 Enter");
	expect_not(fixture, "1 Applications");
	press(fixture, "q");
}

static void
test_group(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "1 Down Enter");
	expect(fixture, "3 Sessions (29 of 91)");
	expect(fixture, "filter: application=worker");
	assert_int_equal(cursor_row(fixture), fixture_find(fixture, "3 Sessions") + 2);
	press(fixture, "v 1 Enter");
	expect(fixture, "filter: user=app ");
	press(fixture, "2 Enter");
	expect(fixture, "filter: application=web");
	press(fixture, "2 End Enter");
	expect(fixture, "no filter stands for");
	press(fixture, "1 v v v v v Down Down Down Enter");
	expect(fixture, "filter: application=\"\"");
	expect(fixture, "(6 of 91)");
	press(fixture, "2 v Down Enter");
	expect(fixture, "filter: application=\"\" user=legacy client=");
	expect(fixture, "(6 of 91)");
	press(fixture, "1 v v v v Down Enter");
	expect(fixture, "1 Idle sessions");
	expect(fixture, "filter: application=worker");
	press(fixture, "1 v Down Enter");
	expect(fixture, "1 Turnover");
	expect(fixture, "3 Sessions (29 of 91)");
}

/* The next table has its own order, until the user chose one that it has too. */
static void
test_listing_order(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "1 v v v v");
	expect(fixture, "1 Idle sessions (5)  sort: idlev");
	press(fixture, "v");
	expect(fixture, "sort: openedv");
	press(fixture, "v");
	expect(fixture, "1 Applications (8)  sort: totalv");
	press(fixture, "<");
	expect(fixture, "sort: name^");
	press(fixture, "v");
	expect(fixture, "1 Users (8)  sort: name^");
	press(fixture, "v v v v");
	expect(fixture, "1 Turnover (8)  sort: name^");
}

static void
test_order(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, ">");
	expect(fixture, "sort: transactionv");
	press(fixture, "< <");
	expect(fixture, "sort: state^");
	press(fixture, "I");
	expect(fixture, "sort: statev");
	press(fixture, "T");
	expect(fixture, "sort: agev");
	press(fixture, "T T T");
	expect(fixture, "sort: sessionv");
	expect(fixture, "vSESSION");
	press(fixture, "F6");
	expect(fixture, "Sort Sessions by");
	press(fixture, "Home Enter");
	expect(fixture, "sort: pidv");
	press(fixture, "F6 Down Esc");
	expect(fixture, "sort: pidv");
	press(fixture, "5 I");
	expect(fixture, "order of its own");
}

static void
test_search(void **state)
{
	struct fixture *fixture = *state;
	int first;

	press(fixture, "n");
	expect(fixture, "nothing was searched for yet");
	press(fixture, "F3 'ADVIS'");
	first = cursor_pid(fixture);
	assert_int_equal(first, 20200);
	press(fixture, "Enter n n");
	assert_int_equal(cursor_pid(fixture), first + 2);
	press(fixture, "N");
	assert_int_equal(cursor_pid(fixture), first + 1);
	press(fixture, "F3 'COMMIT' Enter N");
	assert_int_equal(cursor_pid(fixture), 20303);
	press(fixture, "n n");
	assert_int_equal(cursor_pid(fixture), 20301);
	press(fixture, "F3 'ADVIS' Enter n");
	first = cursor_pid(fixture) - 1;
	press(fixture, "F3 'report'");
	assert_int_not_equal(cursor_pid(fixture), first + 1);
	press(fixture, "' nowhere'");
	expect(fixture, "not found");
	press(fixture, "Esc");
	assert_int_equal(cursor_pid(fixture), first + 1);
}

/* To the one at the end of the chains; not past a filter. */
static void
test_root(void **state)
{
	struct fixture *fixture = *state;

	assert_int_not_equal(cursor_pid(fixture), 4711);
	press(fixture, "1 B");
	assert_int_equal(cursor_pid(fixture), 4711);
	assert_int_equal(fixture_find(fixture, ">!   4711"), cursor_row(fixture));
	press(fixture, "Space");
	expect(fixture, " *   4711");
	press(fixture, "/ 'pid!=4711' Enter B");
	expect(fixture, "pid 4711 is not in the list: a filter is set, to clear with \\");
	assert_int_not_equal(cursor_pid(fixture), 4711);
	press(fixture, "\\ B");
	assert_int_equal(cursor_pid(fixture), 4711);
	fixture_next(fixture, 4711);
	press(fixture, "B");
	expect(fixture, "it is not known for whom they wait");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].wait_event_type = NULL;
	fixture_analyse(fixture);
	press(fixture, "B");
	expect(fixture, "no session waits for a lock");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follow, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_unmoved, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_same_memory, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_scroll, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_filter, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_toggles, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_panes, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_group, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_listing_order, screen_set_up,
		    screen_tear_down),
		cmocka_unit_test_setup_teardown(test_order, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_root, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_search, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("choosing", tests, NULL, NULL);
}
