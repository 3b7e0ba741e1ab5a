/* SPDX-License-Identifier: PostgreSQL */
/* What happens behind a question: samples come, and whom it means stays the same. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/job.h"

static const struct job *
job_of(const struct fixture *fixture)
{
	return ui_job(fixture->ui);
}

/* That the question stands, about so many, the first of which is that one. */
static void
expect_asked(const struct fixture *fixture, enum action action, size_t count, int32_t first)
{
	const struct job *job = job_of(fixture);

	assert_int_equal(job->state, JOB_ASKED);
	assert_int_equal(job->action, action);
	assert_int_equal(job->count, count);
	assert_int_equal(job->targets[0].id.pid, first);
}

/* These sessions are now in their state for longer than any other. */
static void
make_older(struct fixture *fixture, int32_t first, int32_t last)
{
	for (size_t i = 0; i < fixture->snap->session_count; i++) {
		struct session *session = &fixture->snap->sessions[i];

		if (session->id.pid >= first && session->id.pid <= last)
			session->state_change_us -= INT64_C(900000000000);
	}
}

/* The list may reorder behind the question: the rows stay, and so does who is meant. */
static void
test_reorder(void **state)
{
	struct fixture *fixture = *state;
	int above;

	press(fixture, "/ 'application=web' Enter Down Down Down");
	assert_int_equal(cursor_pid(fixture), 20103);
	press(fixture, "K");
	/* The young ones are the old ones now. */
	make_older(fixture, 20111, 20127);
	fixture_next(fixture, 20101);
	fixture_draw(fixture, ROWS, COLS, false);
	expect_asked(fixture, ACTION_TERMINATE, 1, 20103);
	press(fixture, "n");
	assert_int_equal(cursor_pid(fixture), 20103);
	/* Frozen: the row above went away and nothing else moved. */
	press(fixture, "F9");
	above = cursor_row(fixture);
	make_older(fixture, 20121, 20127);
	fixture_next(fixture, 0);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(cursor_row(fixture), above);
	assert_int_equal(cursor_pid(fixture), 20103);
	press(fixture, "K");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20103);
	assert_true(press(fixture, "y") & UI_ACT);
	assert_int_equal(job_of(fixture)->targets[0].id.pid, 20103);
}

/* At the top, where the cursor follows nobody: it does once the question stands. */
static void
test_reorder_at_top(void **state)
{
	struct fixture *fixture = *state;
	int row = cursor_row(fixture);

	press(fixture, "F9");
	assert_int_equal(cursor_pid(fixture), 20400);
	make_older(fixture, 20200, 20200);
	fixture_next(fixture, 0);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(cursor_row(fixture), row);
	assert_int_equal(cursor_pid(fixture), 20400);
	press(fixture, "K");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20400);
	/* Closed: the list is in order again, the cursor stays with its session. */
	press(fixture, "n");
	assert_int_equal(cursor_pid(fixture), 20400);
	assert_int_equal(cursor_row(fixture), row + 1);
	assert_int_equal(number_in(fixture, row), 20200);
}

/* It is gone, or works again, while the question stands: the job keeps what was seen. */
static void
test_changed_meanwhile(void **state)
{
	struct fixture *fixture = *state;
	const struct target *target;

	press(fixture, "Space Space K");
	for (size_t i = 0; i < fixture->snap->session_count; i++) {
		if (fixture->snap->sessions[i].id.pid != 20401)
			continue;
		fixture->snap->sessions[i].state = STATE_ACTIVE;
		fixture->snap->sessions[i].state_change_us = fixture->snap->server_us;
	}
	fixture_next(fixture, 20400);
	fixture_draw(fixture, ROWS, COLS, false);
	expect(fixture, "1 ended and 1 changed");
	assert_true(press(fixture, "y") & UI_ACT);
	target = &job_of(fixture)->targets[1];
	assert_int_equal(job_of(fixture)->count, 2);
	assert_int_equal(target->id.pid, 20401);
	assert_int_equal(target->state, STATE_IDLE);
	assert_true(target->state_change_us < fixture->snap->server_us);
}

/* A sample by that way, whose starts of sessions are a little later by SQL. */
static void
see_by(struct fixture *fixture, enum via via)
{
	fixture->snap->via = via;
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.start_us != TIME_UNKNOWN)
			fixture->snap->sessions[i].id.start_us += via == VIA_PROC ? -12345 : 12345;
	if (via == VIA_CLIENT)
		make_older(fixture, 20121, 20127); /* to the top, were the order not kept */
	fixture_next(fixture, 0);
	fixture_draw(fixture, ROWS, COLS, false);
}

/* Another way in: the list, the cursor, the tags and the question stay with their sessions. */
static void
test_hand_over(void **state)
{
	struct fixture *fixture = *state;
	int row, pid;

	see_by(fixture, VIA_PROC);
	press(fixture, "Space Space Down F9");
	pid = cursor_pid(fixture);
	row = cursor_row(fixture);
	see_by(fixture, VIA_CLIENT);
	assert_int_equal(cursor_row(fixture), row);
	assert_int_equal(cursor_pid(fixture), pid);
	press(fixture, "K");
	expect_asked(fixture, ACTION_TERMINATE, 2, 20400); /* the tags */
	/* Back to /proc, which cannot say whether somebody worked in between. */
	see_by(fixture, VIA_PROC);
	assert_int_not_equal(job_of(fixture)->state, JOB_ASKED);
	expect(fixture, "the server is seen by /proc now: nothing was done, ask again");
	assert_int_equal(cursor_pid(fixture), pid);
	press(fixture, "K");
	see_by(fixture, VIA_WALSENDER);
	expect_asked(fixture, ACTION_TERMINATE, 2, 20400);
	expect_not(fixture, "since you asked");
	press(fixture, "n");
	assert_int_equal(cursor_pid(fixture), pid);
}

/* Who is known by SQL to be pg_dump, is another's, or is not ours to end leaves the question. */
static void
test_hand_over_spared(void **state)
{
	struct fixture *fixture = *state;
	struct session *sessions = fixture->snap->sessions;
	size_t left = 2, filtered = 1;

	for (size_t i = 0; i < fixture->snap->session_count; i++) {
		sessions[i].application = NULL;
		sessions[i].superuser = false;
	}
	see_by(fixture, VIA_PROC);
	press(fixture, "X Enter");
	expect_asked(fixture, ACTION_TERMINATE, 54, 20400);
	expect(fixture, "by /proc no application is known");
	press(fixture, "5");
	sessions = fixture->snap->sessions;
	for (size_t i = 0; i < fixture->snap->session_count && left + filtered > 0; i++) {
		if (sessions[i].kind != KIND_CLIENT || sessions[i].state != STATE_IDLE ||
		    sessions[i].id.pid == 20400 || sessions[i].own)
			continue;
		if (left > 0 && left--)
			sessions[i].application = snapshot_intern(fixture->snap, "pg_dump", 7);
		else
			sessions[i].superuser = filtered-- > 0;
	}
	fixture->snap->signal_right = SIGNAL_OTHERS;
	see_by(fixture, VIA_CLIENT);
	expect_asked(fixture, ACTION_TERMINATE, 51, 20400);
	expect(fixture, "by SQL 3 are to be left alone");
	expect(fixture, "typed is void");
	expect(fixture, "2 protected");
	expect(fixture, "1 not permitted to this role");
	expect_not(fixture, "by /proc");
	press(fixture, "4 Enter");
	assert_int_equal(job_of(fixture)->state, JOB_ASKED);
	assert_true(press(fixture, "5 1 Enter") & UI_ACT);
}

/* A single one that was chosen stays, and the question says what it is. */
static void
test_hand_over_named(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].application = NULL;
	see_by(fixture, VIA_PROC);
	press(fixture, "K");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].application =
		    snapshot_intern(fixture->snap, "pg_dump", 7);
	see_by(fixture, VIA_CLIENT);
	expect_asked(fixture, ACTION_TERMINATE, 1, job_of(fixture)->targets[0].id.pid);
	expect(fixture, "protected from bulk actions, but chosen by you");
}

/* Nobody is left to ask about. */
static void
test_hand_over_nobody(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].application = NULL;
	see_by(fixture, VIA_PROC);
	press(fixture, "Space Space K");
	expect_asked(fixture, ACTION_TERMINATE, 2, 20400);
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].application =
		    snapshot_intern(fixture->snap, "pg_dump", 7);
	see_by(fixture, VIA_CLIENT);
	assert_int_not_equal(job_of(fixture)->state, JOB_ASKED);
	expect(fixture, "by SQL all of them are to be left alone: nothing was done");
}

/* A session that comes meanwhile stands below all others, wherever its age would put it. */
static void
test_new_last(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'user=postgres' Enter F9");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == 20401)
			fixture->snap->sessions[i].id.start_us++;
	make_older(fixture, 20401, 20401);
	fixture_next(fixture, 0);
	fixture_draw(fixture, ROWS, COLS, false);
	assert_int_equal(number_in(fixture, cursor_row(fixture) + 1), 20402);
	assert_int_equal(number_in(fixture, cursor_row(fixture) + 2), 20410);
	assert_int_equal(number_in(fixture, cursor_row(fixture) + 3), 20401);
	press(fixture, "Esc");
	assert_int_equal(number_in(fixture, cursor_row(fixture) - 1), 20401);
}

/* On a screen where the list is in sight behind the question. */
static void
test_behind_question(void **state)
{
	struct fixture *fixture = *state;

	fixture_draw(fixture, 60, 120, false);
	fixture_keys(fixture, "/ 'user=postgres' Enter K");
	make_older(fixture, 20402, 20402);
	fixture_next(fixture, 0);
	fixture_draw(fixture, 60, 120, false);
	expect(fixture, "Terminate 1?");
	assert_in_range(fixture_find(fixture, "20401  postgres"), 1,
	    fixture_find(fixture, "20402  postgres"));
	fixture_keys(fixture, "n");
	fixture_draw(fixture, 60, 120, false);
	assert_in_range(fixture_find(fixture, "20402  postgres"), 1,
	    fixture_find(fixture, "20401  postgres"));
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, screen_set_up, screen_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_reorder),
		SCREEN_TEST(test_reorder_at_top),
		SCREEN_TEST(test_hand_over),
		SCREEN_TEST(test_hand_over_spared),
		SCREEN_TEST(test_hand_over_named),
		SCREEN_TEST(test_hand_over_nobody),
		SCREEN_TEST(test_new_last),
		SCREEN_TEST(test_behind_question),
		SCREEN_TEST(test_changed_meanwhile),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("lists behind a question", tests, NULL, NULL);
}
