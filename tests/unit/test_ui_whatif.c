/* SPDX-License-Identifier: PostgreSQL */
/* The page of what if: numbers that are stepped and typed, and what follows from them. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "model/memory.h"

/* In and out, and nothing but the page is changed. */
static void
test_in_and_out(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w");
	expect(fixture, "What if: 120 of 97 usable slots planned: 23 TOO MANY");
	expect(fixture, "A calculation: nothing is changed on any server or in any file.");
	expect(fixture, "web: instances 1: copies of the program");
	assert_int_equal(press(fixture, "+ - K C X Space"), UI_DRAW);
	expect(fixture, "What if: 120 of 97");
	press(fixture, "F1");
	expect(fixture, "-Help");
	press(fixture, "Esc");
	expect(fixture, "What if: 120");
	assert_int_equal(press(fixture, "q") & UI_QUIT, 0);
	expect(fixture, "3 Sessions");
	assert_int_equal(ui_interval(fixture->ui), 2000000);
	press(fixture, "2 w");
	expect(fixture, "What if: 120");
	press(fixture, "Esc");
	expect(fixture, "2 Pools");
	assert_int_equal(press(fixture, "+") & UI_INTERVAL, UI_INTERVAL);
	expect_not(fixture, "What if: ");
}

/* A key of the page may be another one elsewhere, but not of what works on the page as well. */
static void
test_keys(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	struct ui *ui;

	settings_add_key(&fixture->settings, "more", "K");
	ui = ui_new(&fixture->settings, &err);
	assert_non_null(ui);
	ui_free(ui);
	settings_add_key(&fixture->settings, "more", "q");
	assert_null(ui_new(&fixture->settings, &err));
	assert_string_equal(err.msg, "keys.quit: \"q\" is already the key of \"more\"");
}

/* Each step is calculated at once, marked, and taken back by =. */
static void
test_steps(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w Right -");
	expect(fixture, "What if*: 95 of 97 usable slots planned: fits, 2 to spare, high");
	expect(fixture, "web: workers 3, configured 4: processes of each instance");
	expect(fixture, "   3*");
	expect(fixture, "what if*");
	press(fixture, "Right Right Right - - - - -");
	expect(fixture, "What if*: 80 of 97 usable slots planned: fits, 17 to spare, high");
	expect(fixture, "web: max_overflow 5, configured 10");
	press(fixture, "Right - - - - - - - -");
	expect(fixture, "web: max_overflow 0, configured 10");
	expect(fixture, "What if*: 65 of 97 usable slots planned: fits, 32 to spare");
	expect_not(fixture, "to spare, high");
	press(fixture, "=");
	expect(fixture, "What if: 120 of 97");
	expect(fixture, "web: max_overflow 10: connections");
	expect_not(fixture, "hat if*");
	press(fixture, "=");
	expect(fixture, "What if*: 65 of 97");
	press(fixture, "=");
	press(fixture, "Home Left Left Left Left Left -");
	expect(fixture, "web: instances 1: ");
	press(fixture, "+ -");
	expect_not(fixture, "hat if*");
}

/* What is typed is tried at once; Enter ends it, and a number that is too large says so. */
static void
test_typed(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w Right Right Right '2' Enter");
	expect_not(fixture, "does nothing here");
	expect(fixture, "web: pool_size 2, configured 15: connections that each pool keeps");
	press(fixture, "'3'");
	expect(fixture, "web: pool_size 3, configured 15");
	press(fixture, "Enter '9999999'");
	expect(fixture, "web: pool_size 1000000 (the most), configured 15: ");
	press(fixture, "End '500000'");
	expect(fixture, "max_connections 262143 (the most), the server has 100");
}

/* What is over and under a plan, and which size would fit, go with it. */
static void
test_figures(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w");
	expect(fixture,
	    "web                1     4     1    15    10    100   40    0    60    5   7");
	press(fixture, "Right - - Right Right '10' Right '0'");
	expect(fixture, "web                1     2*    1    10*    0*    20   40   20     0   31");
	press(fixture, "Down");
	expect(fixture, "worker             1     1     1    10    10     20   29    9     0   52");
}

static void
test_slots(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w End +");
	expect(fixture, "max_connections 110, the server has 100: 107 usable, 91 used now");
	expect(fixture, "What if*: 120 of 107 usable");
	press(fixture, "- - -");
	expect(fixture, "max_connections 80, the server has 100: 77 usable");
	press(fixture, "'205' +");
	expect(fixture, "max_connections 210, ");
	press(fixture, "'262143'"); /* the most: whole on the narrowest screen */
	expect(fixture, " 262143*");
	fixture_draw(fixture, ROWS, 120, false);
	expect(fixture, " 55689  47736");
	press(fixture, "Up Down");
	press(fixture, "'205' -");
	expect(fixture, "max_connections 200, ");
	press(fixture, "'100'");
	expect(fixture, "max_connections 100: 97 usable");
	expect_not(fixture, "hat if*");
	press(fixture, "Left Right '0'");
	expect(fixture, "max_connections 1, the server has 100: 0 usable");
}

static void
test_typing(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w Right '12'");
	expect(fixture, "web: workers 12, configured 4");
	press(fixture, "Backspace");
	expect(fixture, "web: workers 1, configured 4");
	press(fixture, "Backspace '3'");
	expect(fixture, "web: workers 3, configured 4");
	press(fixture, "Right Left '5'");
	expect(fixture, "web: workers 5, configured 4");
	press(fixture, "+ '7'");
	expect(fixture, "web: workers 7, configured 4");
	press(fixture, "= Backspace '5'");
	expect(fixture, "web: workers 5, configured 4");
	press(fixture, "= '99999999999999999999999'");
	expect(fixture, "web: workers 1000000 (the most), configured 4");
	press(fixture, "Down '0'");
	expect(fixture, "worker: workers 1: ");
}

/* A pool that is one number has one place for the cursor, and a sample changes nothing that was
 * tried. */
static void
test_whole(void **state)
{
	struct fixture *fixture = *state;

	fixture->settings.pools[1].connections = 30;
	for (size_t i = 0; i < fixture->settings.scenario_count; i++)
		fixture->settings.scenarios[i].plans[1].connections = 30;
	press(fixture, "w = Down +");
	expect(fixture, "worker: connections 31, configured 30: the whole in one number");
	press(fixture, "Right Left Left +");
	expect(fixture, "worker: connections 32, configured 30");
	fixture_next(fixture, 0);
	press(fixture, "^L");
	expect(fixture, "worker: connections 32, configured 30");
	expect(fixture,
	    "worker             -     -     -    32*    -     32   29    0     3    -   -");
}

/* The numbers of PgBouncer have its names; there are no engines. */
static void
test_bouncer(void **state)
{
	struct fixture *fixture = *state;
	struct pool_plan *plan = &fixture->settings.pools[0];

	plan->databases = 2;
	plan->most = 50;
	press(fixture, "w = Right +");
	expect(fixture, "web: pairs 5, configured 4: pairs of a database and a user; 50 of each");
	press(fixture, "Right '7'");
	expect(fixture, "web: default_pool_size 7, configured 15");
	press(fixture, "Left -");
	expect(fixture, "web: pairs 4: ");
	press(fixture, "Down Right Up");
	expect(fixture, "web: pairs 4: ");
	press(fixture, "Down");
	expect(fixture, "worker: engines 1: ");
}

static void
test_scenarios(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w");
	expect(fixture,
	    "SIDE BY SIDE    configured      what if conservative     balanced high-perf");
	expect(fixture,
	    "web                    100          100          *40          *76         *240");
	expect(fixture,
	    "planned                120          120           60           96          260");
	expect(fixture,
	    "usable slots            97           97           97         *117         *197");
	expect(fixture,
	    "share              123.7 %      123.7 %       61.9 %       82.1 %      132.0 %");
	expect(fixture,
	    "fits                NO -23       NO -23      yes +37     high +21       NO -63");
}

static void
test_memory(void **state)
{
	const struct memory memory = { 5, 10 << 20, 3 << 20 };
	struct fixture *fixture = *state;

	press(fixture, "w PgDn");
	expect(fixture, "memory: slots  155-1005 MB");
	expect(fixture, "1.5-10 MB");
	expect(fixture, "for each session, as is common");
	fixture->frame.memory = &memory;
	press(fixture, "PgDn");
	expect(fixture, "memory: plans       245 MB");
	expect(fixture, "memory: slots       205 MB");
	expect(fixture, "2.0 MB");
	expect(fixture, "the mean of 5 measured on this host (the most is 3.0 MB)");
}

/* Unknown is not none. */
static void
test_restart(void **state)
{
	struct fixture *fixture = *state;
	struct param *param = &fixture->snap->params.items[PARAM_MAX_CONNECTIONS];

	press(fixture, "w");
	param->value = -1;
	press(fixture, "PgDn");
	expect(fixture, "A change of max_connections needs a restart of the server.");
	param->value = 100;
	press(fixture, "PgDn");
	expect(fixture, "restart of the server; none is pending.");
	param->pending = true;
	press(fixture, "PgDn");
	expect(fixture, "restart of the server: another value");
}

/* The cursor is kept in sight, unless the page is scrolled. */
static void
test_scrolling(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "w PgDn");
	fixture_draw(fixture, 10, COLS, false);
	expect_not(fixture, "A calculation");
	expect(fixture, "SIDE BY SIDE");
	fixture_keys(fixture, "PgDn PgDn");
	fixture_draw(fixture, 10, COLS, false);
	expect_not(fixture, "web:");
	fixture_keys(fixture, "Up");
	fixture_draw(fixture, 10, COLS, false);
	expect(fixture, "> web");
	fixture_mouse(fixture, MOUSE_WHEEL_DOWN, 5, 5);
	fixture_draw(fixture, 10, COLS, false);
	expect_not(fixture, "A calculation");
	for (int rows = 1; rows < 30; rows++) {
		fixture_draw(fixture, rows, rows * 5, false);
		fixture_keys(fixture, "Down Right + PgDn");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_and_out, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_keys, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_steps, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_figures, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_slots, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_typing, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_whole, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_bouncer, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_typed, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_scenarios, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_memory, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_restart, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_scrolling, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("what if", tests, NULL, NULL);
}
