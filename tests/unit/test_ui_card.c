/* SPDX-License-Identifier: PostgreSQL */
/* Pages of statements to copy: from where they open, what is copied, where they lead back. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMITS_MOST 16

/* Presses y and expects just that text. */
static void
copy(struct fixture *fixture, const char *text)
{
	assert_true(press(fixture, "y") & UI_COPY);
	assert_string_equal(ui_copied(fixture->ui), text);
}

static void
test_setting(void **state)
{
	struct fixture *fixture = *state;
	const char *statement = "ALTER SYSTEM SET max_connections = 130;";

	press(fixture, "8");
	expect(fixture, "8 Settings (14)");
	copy(fixture, statement);
	press(fixture, "Down");
	assert_false(press(fixture, "y") & UI_COPY);
	expect(fixture, "there is nothing to change here");
	press(fixture, "Enter");
	expect(fixture, "There is nothing to change.");
	assert_false(press(fixture, "y") & UI_COPY);
	press(fixture, "Esc Home Enter");
	expect(fixture, "slots of the server");
	copy(fixture, statement);
	/* It stays as it was opened. */
	fixture_next(fixture, 0);
	fixture_draw(fixture, ROWS, COLS, false);
	copy(fixture, statement);
	press(fixture, "F1");
	expect(fixture, "Help");
	press(fixture, "Esc");
	expect(fixture, "slots of the server");
	press(fixture, "q");
	expect(fixture, "8 Settings");
}

static void
set_limit(struct fixture *fixture, const char *role, int connections)
{
	static struct limit limits[LIMITS_MOST];

	assert_true(fixture->snap->limit_count <= LIMITS_MOST);
	for (size_t i = 0; i < fixture->snap->limit_count; i++) {
		limits[i] = fixture->snap->limits[i];
		if (limits[i].is_role && strcmp(limits[i].name, role) == 0)
			limits[i].connections = connections;
	}
	fixture->snap->limits = limits;
}

/* Both ways through statements and what takes them back, and no further. */
static void
test_moves(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "1 Home L");
	expect(fixture, "Stop web");
	copy(fixture, "ALTER ROLE \"app\" CONNECTION LIMIT 18;");
	press(fixture, "Up");
	copy(fixture, "ALTER ROLE \"app\" CONNECTION LIMIT 18;");
	press(fixture, "Down");
	copy(fixture, "ALTER ROLE \"app\" CONNECTION LIMIT 48;");
	press(fixture, "Down Up");
	copy(fixture, "ALTER ROLE \"app\" CONNECTION LIMIT 48;");
	press(fixture, "End");
	copy(fixture, "RECONNECT \"shop\";");
	expect(fixture, "RECONNECT \"shop\";");
	press(fixture, "Down Up");
	copy(fixture, "RESUME \"shop\";");
	press(fixture, "Home");
	copy(fixture, "ALTER ROLE \"app\" CONNECTION LIMIT 18;");
	expect(fixture, "hold for new sessions");
	press(fixture, "PgDn");
	expect_not(fixture, "hold for new sessions");
	press(fixture, "Esc");
	expect(fixture, "1 Applications");
}

/* After a change the card has what takes back to what was there first. */
static void
test_changed(void **state)
{
	static const char before[] = "ALTER ROLE \"app\" CONNECTION LIMIT 48;";
	struct fixture *fixture = *state;

	press(fixture, "1 Home L");
	expect_not(fixture, "AS IT WAS BEFORE");
	press(fixture, "Esc");
	set_limit(fixture, "app", 0);
	press(fixture, "L");
	expect(fixture, "AS IT WAS BEFORE");
	copy(fixture, before);
	press(fixture, "Esc");
	set_limit(fixture, "app", 7);
	press(fixture, "L");
	copy(fixture, before);
	press(fixture, "Esc");
	set_limit(fixture, "app", 48);
	press(fixture, "L");
	expect_not(fixture, "AS IT WAS BEFORE");
	press(fixture, "Esc 4 Down Down Enter L");
	expect(fixture, "Role analyst");
	expect_not(fixture, "AS IT WAS BEFORE");
}

/* The subject is the session's, or what is under the cursor; Esc leads back. */
static void
test_places(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "4 Down Down Enter L");
	expect(fixture, "Stop report");
	expect(fixture, "Role analyst: 9 sessions, 5 not idle; limit 15");
	press(fixture, "Esc");
	expect(fixture, "Session 20310");
	press(fixture, "Esc v v 1 L");
	expect(fixture, "Stop shop");
	press(fixture, "Esc X");
	expect(fixture, "Free slots");
	press(fixture, "L");
	expect(fixture, "statements to copy");
	press(fixture, "Esc");
	expect(fixture, "TERMINATE, THE OLDEST FIRST");
	press(fixture, "Esc 5 L");
	expect(fixture, "put the cursor on a session");
}

static void
test_gone(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "4 Enter");
	fixture_next(fixture, 4711);
	fixture_draw(fixture, ROWS, COLS, false);
	press(fixture, "L");
	expect(fixture, "this session is gone");
	expect(fixture, "Session 4711");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_setting, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_moves, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_changed, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_places, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_gone, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("cards", tests, NULL, NULL);
}
