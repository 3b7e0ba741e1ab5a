/* SPDX-License-Identifier: PostgreSQL */
/* Tags go with the session, whatever the list does; and what y copies. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The row of the screen whose number that is; -1 when there is none. */
static int
row_of(const struct fixture *fixture, int pid)
{
	for (int row = 0; row < ROWS; row++)
		if (number_in(fixture, row) == pid)
			return row;
	return -1;
}

static bool
is_marked(const struct fixture *fixture, int pid)
{
	int row = row_of(fixture, pid);

	return row >= 0 && fixture->canvas.cells[row * COLS + 1].ch == '*';
}

static void
next(struct fixture *fixture, int gone)
{
	fixture_next(fixture, gone);
	fixture_draw(fixture, ROWS, COLS, false);
}

static void
test_toggle(void **state)
{
	struct fixture *fixture = *state;
	int first = cursor_pid(fixture), second;

	press(fixture, "Space");
	assert_true(is_marked(fixture, first));
	expect(fixture, " 1 tagged ");
	second = cursor_pid(fixture);
	assert_int_not_equal(first, second);
	assert_false(is_marked(fixture, second));
	press(fixture, "Space");
	expect(fixture, " 2 tagged ");
	press(fixture, "Up Space");
	assert_true(is_marked(fixture, first));
	assert_false(is_marked(fixture, second));
	expect(fixture, " 1 tagged ");
	press(fixture, "U");
	assert_false(is_marked(fixture, first));
	expect_not(fixture, "tagged");
	/* At the end the cursor stays. */
	press(fixture, "End Space");
	assert_int_equal(cursor_pid(fixture), 20440);
	assert_true(is_marked(fixture, 20440));
}

static void
test_survive(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Down Space");
	assert_true(is_marked(fixture, 20401));
	assert_false(is_marked(fixture, 20400));
	/* The row above goes away: the mark moves up with its session. */
	next(fixture, 20400);
	assert_true(is_marked(fixture, 20401));
	assert_false(is_marked(fixture, 20402));
	press(fixture, "I");
	assert_true(row_of(fixture, 20401) < 0 || is_marked(fixture, 20401));
	expect(fixture, " 1 tagged ");
	press(fixture, "I Home");
	assert_true(is_marked(fixture, 20401));
	/* Gone: so is the tag, also when another session gets the pid. */
	next(fixture, 20401);
	expect_not(fixture, "tagged");
}

/* The pid alone is nobody. */
static void
test_reused_pid(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == 20400)
			fixture->snap->sessions[i].id.start_us++;
	next(fixture, 0);
	expect_not(fixture, "tagged");
	assert_false(is_marked(fixture, 20400));
}

static void
test_hidden(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space Space Down Space");
	expect(fixture, " 3 tagged ");
	press(fixture, "/ 'user=jobs' Enter");
	expect(fixture, " 3 tagged (2 hidden) ");
	next(fixture, 0);
	expect(fixture, " 3 tagged (2 hidden) ");
	press(fixture, "\\");
	expect(fixture, " 3 tagged ");
	expect_not(fixture, "hidden");
}

static void
test_all(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'user=jobs' Enter *");
	expect(fixture, " 29 tagged ");
	press(fixture, "\\");
	expect(fixture, "(91)  29 tagged ");
	press(fixture, "/ 'user=owner' Enter * \\");
	expect(fixture, " 30 tagged ");
	/* Twice is once. */
	press(fixture, "/ 'user=jobs' Enter * \\");
	expect(fixture, " 30 tagged ");
	/* Pane 4 has the same tags; there idle ones are hidden. */
	press(fixture, "4");
	expect(fixture, " 30 tagged (22 hidden) ");
	press(fixture, "U Space");
	expect(fixture, " 1 tagged ");
	assert_true(is_marked(fixture, 4711));
	press(fixture, "1 Space");
	expect(fixture, "panes 3 and 4");
	press(fixture, "*");
	expect(fixture, "panes 3 and 4");
}

/* That so many lines were copied, the first one with the headings. */
static void
expect_copied(const struct fixture *fixture, int lines, const char *part)
{
	const char *text = ui_copied(fixture->ui);
	int count = 0;

	for (const char *s = text; *s != '\0'; s++)
		count += *s == '\n';
	assert_int_equal(count, lines);
	assert_non_null(strstr(text, part));
}

static void
test_copy(void **state)
{
	struct fixture *fixture = *state;

	assert_true(press(fixture, "y") & UI_COPY);
	expect_copied(fixture, 2,
	    "PID\tUSER\tDATABASE\tAPPLICATION\tSTATE\tAGE\tXACT\tQUERY\n"
	    "20400\tpostgres\tpostgres\tpsql\tidle\t1d02h\t-\t\\d\n");
	press(fixture, "Down Space Space");
	press(fixture, "y");
	expect_copied(fixture, 3, "\n20401\tpostgres");
	/* Those that the filter hides are tagged all the same. */
	press(fixture, "/ 'user=owner' Enter y");
	expect_copied(fixture, 3, "\n20402\tpostgres");
	press(fixture, "* y");
	expect_copied(fixture, 4, "QUERY\n4711\towner");
	press(fixture, "1 y");
	expect_copied(fixture, 2, "NAME\tTOTAL");
	/* One line a row, whatever the query is like. */
	press(fixture, "3 U / ^U 'pid=20150' Enter y");
	expect_copied(fixture, 2, "\tUPDATE orders SET state = 'paid' WHERE id = 421173\n");
	press(fixture, "/ ^U 'user=nobody' Enter");
	assert_false(press(fixture, "y") & UI_COPY);
	expect(fixture, "nothing to copy");
}

static void
test_copy_query(void **state)
{
	struct fixture *fixture = *state;
	const struct identity *id = NULL;

	press(fixture, "/ 'pid=20150' Enter Enter");
	assert_true(press(fixture, "y") & UI_COPY);
	assert_string_equal(ui_copied(fixture->ui),
	    "UPDATE orders\n\tSET state = 'paid'\n\tWHERE id = 421173");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == 20150)
			id = &fixture->snap->sessions[i].id;
	assert_non_null(id);
	/* The whole one, and nothing that a terminal would obey. */
	ui_query(fixture->ui, id, "SELECT 1;\n-- \033]0;x\007 the end");
	press(fixture, "y");
	assert_string_equal(ui_copied(fixture->ui),
	    "SELECT 1;\n-- \xef\xbf\xbd]0;x\xef\xbf\xbd the end");
}

static void
test_write(void **state)
{
	assert_true(press(*state, "W") & UI_WRITE);
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, screen_set_up, screen_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_toggle),
		SCREEN_TEST(test_survive),
		SCREEN_TEST(test_reused_pid),
		SCREEN_TEST(test_hidden),
		SCREEN_TEST(test_all),
		SCREEN_TEST(test_copy),
		SCREEN_TEST(test_copy_query),
		SCREEN_TEST(test_write),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("tags", tests, NULL, NULL);
}
