/* SPDX-License-Identifier: PostgreSQL */
/* The dialog that frees slots, and the result of an act. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/job.h"
#include "base/units.h"

static const struct job *
job_of(const struct fixture *fixture)
{
	return ui_job(fixture->ui);
}

static void
test_default(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X");
	expect(fixture,
	    "(*) idle for 5 min or longer                           54       54    38.1 %");
	expect(fixture, "Utilization 93.8 % -> 38.1 %: 54 slots come free");
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	press(fixture, "Enter");
	assert_int_equal(job_of(fixture)->state, JOB_ASKED);
	assert_int_equal(job_of(fixture)->policy, POLICY_IDLE);
	assert_int_equal(job_of(fixture)->count, 54);
	/* The oldest first, and only whom the policy means. */
	assert_int_equal(job_of(fixture)->targets[0].id.pid, 20400);
	for (size_t i = 0; i < 54; i++) {
		assert_int_equal(job_of(fixture)->targets[i].state, STATE_IDLE);
		assert_true(job_of(fixture)->targets[i].age_us >= 300 * UNITS_US_PER_SECOND);
	}
	/* No goes back to the dialog, as it was. */
	press(fixture, "Enter");
	expect(fixture, "(*) idle for 5 min");
	expect(fixture, "nothing was done");
	press(fixture, "Esc");
	expect_not(fixture, "Free slots on");
	expect(fixture, "3 Sessions");
}

static void
test_policies(void **state)
{
	static const struct {
		const char *keys;
		enum policy policy;
		size_t count;
	} policies[] = {
		{ "Down", POLICY_IDLE_IN_TRANSACTION, 2 },
		{ "Down Down", POLICY_ABORTED, 1 },
		{ "Down Down Down", POLICY_APPLICATION, 29 },
		{ "Down Down Down Down", POLICY_DATABASE, 77 },
		{ "Down Down Down Down Down", POLICY_USER, 29 },
		{ "Down Down Down Down Down Down", POLICY_ALL, 89 },
	};
	struct fixture *fixture = *state;

	press(fixture, "Down Down Down Down");
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		press(fixture, "X");
		press(fixture, policies[i].keys);
		press(fixture, "Enter");
		assert_int_equal(job_of(fixture)->state, JOB_ASKED);
		assert_int_equal(job_of(fixture)->policy, policies[i].policy);
		assert_int_equal(job_of(fixture)->count, policies[i].count);
		press(fixture, "n Esc");
	}
}

/* Without a session under the cursor there is nobody to be named. */
static void
test_unnamed(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "5 X Down Down");
	expect(fixture, "all of the application under the cursor: none there");
	expect_not(fixture, "L Limits"); /* of nobody */
	press(fixture, "L");
	expect(fixture, "this key does nothing here");
	expect(fixture, "Free slots on");
	press(fixture, "Down");
	expect(fixture, "(*) everything but this connection");
	press(fixture, "Up");
	expect(fixture, "(*) idle in an aborted transaction");
	press(fixture, "Esc 1 Down X Down Down Down");
	expect(fixture, "(*) all of application worker");
	expect(fixture, "L Limits");
	press(fixture, "Down");
	expect(fixture, "(*) everything but this connection");
	press(fixture, "Esc v Down X");
	expect(fixture, "all of user jobs");
}

static void
test_fields(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X Tab");
	/* What is typed first takes the place of what is there. */
	press(fixture, "'2h'");
	expect(fixture,
	    "(*) idle for 2 h or longer                              5        5    88.7 %");
	press(fixture, "Backspace 'd'");
	expect(fixture, "(*) idle for 2 d or longer                              0 ");
	press(fixture, "Enter");
	expect(fixture, "nothing to terminate; Tab, then a smaller age: the oldest is idle for ");
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	press(fixture, "Backspace 'x'");
	press(fixture, "'m'");
	expect(fixture, "is no duration");
	press(fixture, "Enter");
	expect(fixture, "is no duration");
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	press(fixture, "Backspace 'min' Tab");
	expect(fixture, "(*) idle for 2 min or longer");
	/* The newest of each application stay. */
	press(fixture, "2");
	expect(fixture, "8 kept as the newest");
	press(fixture, "Tab 7");
	expect(fixture, "more, kept");
	expect(fixture, "7 slots come free");
	press(fixture, "Tab '90' Enter");
	/* 91 of 97 are used: four must go for 90 per cent. */
	assert_int_equal(job_of(fixture)->state, JOB_ASKED);
	assert_int_equal(job_of(fixture)->count, 4);
	expect(fixture, "not needed to");
	press(fixture, "n S-Tab '0' S-Tab '0' S-Tab S-Tab");
	expect(fixture,
	    "(*) idle for 2 min or longer                            4        4    89.7 %");
	press(fixture, "Down");
	expect(fixture, "(*) idle in a transaction");
}

static void
test_wrong_fields(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X Tab Tab 'd'");
	expect(fixture, "keep: ");
	press(fixture, "Esc X Tab Tab Tab '1.5'");
	expect(fixture, "most to end: ");
	press(fixture, "Esc X S-Tab '101'");
	expect(fixture, "utilization: ");
	press(fixture, "Backspace Backspace '0%'");
	expect(fixture, "(*) idle for 5 min or longer                           54 ");
	press(fixture, "Backspace Backspace Backspace");
	expect(fixture, "utilization: ");
}

/* Only what the filter shows, and never the tags. */
static void
test_within(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space Space Space / 'user=jobs' Enter X");
	expect(fixture, "only within the filter: user=jobs");
	expect(fixture, "(*) idle for 5 min or longer                           22 ");
	press(fixture, "Enter");
	assert_int_equal(job_of(fixture)->count, 22);
	expect(fixture, "within the filter user=jobs");
	for (size_t i = 0; i < 22; i++)
		assert_string_equal(job_of(fixture)->targets[i].user, "jobs");
}

/* The preview follows the samples; the question does not. */
static void
test_live(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X");
	fixture_next(fixture, 20400);
	fixture_draw(fixture, ROWS, COLS, false);
	expect(fixture, "(*) idle for 5 min or longer                           53 ");
	press(fixture, "Enter");
	fixture_next(fixture, 20401);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(job_of(fixture)->count, 53);
	expect(fixture, "since you asked 1 ended and 0 changed");
}

static void
test_result(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X Enter '54' Enter");
	expect(fixture, "Fetching the whole queries");
	press(fixture, "@!sssc");
	expect(fixture, " 4/54");
	expect(fixture, "50 waiting");
	/* Esc stops, and the result stays. */
	press(fixture, "Esc");
	expect(fixture, "4 of 54 had their turn: stopped by you");
	expect(fixture, "50 not tried");
	assert_true(job_of(fixture)->stopped);
	assert_string_equal(job_of(fixture)->why, "stopped by you");
	press(fixture, "@w");
	expect(fixture, "3 ended");
	expect(fixture, "Utilization 93.8 % before, 90.7 % now.");
	/* Another one cannot begin meanwhile. */
	press(fixture, "X C K");
	expect(fixture, "close this result first");
	press(fixture, "Esc");
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	expect(fixture, "3 Sessions");
	expect_not(fixture, "still watched");
}

/* Left while it is watched: it goes on, is shown again, and closes by itself. */
static void
test_background(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space Space K y @!*");
	expect(fixture, "Watching until they are gone");
	press(fixture, "Esc");
	expect(fixture, "still watched");
	assert_int_equal(job_of(fixture)->state, JOB_WATCHING);
	assert_false(press(fixture, "K") & UI_ACT);
	expect(fixture, "one act at a time");
	expect(fixture, "Watching until they are gone");
	press(fixture, "Esc @w Down");
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	press(fixture, "K");
	assert_int_equal(job_of(fixture)->state, JOB_ASKED);
}

static void
test_escalate(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'user=jobs state=active' Enter * C y @!skk");
	/* Not while the others have not had their turn. */
	expect(fixture, "1 still there");
	press(fixture, "K");
	expect(fixture, "close this result first");
	press(fixture, "@c*");
	expect(fixture, "1 signalled");
	press(fixture, "@kk");
	expect(fixture, "2 still there. Key K: terminate them");
	/* No: the result is still there. */
	press(fixture, "K");
	assert_int_equal(job_of(fixture)->state, JOB_ASKED);
	assert_int_equal(job_of(fixture)->action, ACTION_TERMINATE);
	press(fixture, "Enter");
	assert_int_equal(job_of(fixture)->action, ACTION_CANCEL);
	assert_int_equal(job_of(fixture)->state, JOB_DONE);
	expect(fixture, "2 still there");
	assert_true(press(fixture, "K y") & UI_ACT);
	assert_int_equal(job_of(fixture)->action, ACTION_TERMINATE);
	assert_int_equal(job_of(fixture)->state, JOB_FETCHING);
	/* The one that was spared is not among them. */
	assert_int_equal(job_of(fixture)->count, 2);
	assert_int_equal(job_of(fixture)->targets[0].id.pid, 20240);
	assert_int_equal(job_of(fixture)->targets[1].id.pid, 20242);
	assert_string_equal(job_of(fixture)->targets[0].application, "worker");
	assert_string_equal(job_of(fixture)->targets[0].query, "DELETE FROM queue WHERE done");
	press(fixture, "@!*w");
	expect(fixture, "Over: 2 of 2 ended");
}

/* Those that did not end come first when it is over. */
static void
test_order_of_result(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "X Enter '54' Enter @!ssdsg*");
	assert_true(
	    fixture_find(fixture, "20400 signalled") < fixture_find(fixture, "20402 denied"));
	press(fixture, "@w");
	assert_true(fixture_find(fixture, "20402 denied") < fixture_find(fixture, "20201 gone"));
	assert_true(fixture_find(fixture, "20201 gone") < fixture_find(fixture, "20400 ended"));
	assert_true(fixture_find(fixture, "20400 ended") > 0);
	press(fixture, "End");
	expect(fixture, "20124 ended");
	press(fixture, "h Esc");
	expect(fixture, "20124 ended");
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, screen_set_up, screen_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_default),
		SCREEN_TEST(test_policies),
		SCREEN_TEST(test_unnamed),
		SCREEN_TEST(test_fields),
		SCREEN_TEST(test_wrong_fields),
		SCREEN_TEST(test_within),
		SCREEN_TEST(test_live),
		SCREEN_TEST(test_result),
		SCREEN_TEST(test_background),
		SCREEN_TEST(test_escalate),
		SCREEN_TEST(test_order_of_result),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("free slots", tests, NULL, NULL);
}
