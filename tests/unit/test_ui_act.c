/* SPDX-License-Identifier: PostgreSQL */
/* Asking: whom a key means, what the answer is, and that it is No unless it is Yes. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "action/job.h"
#include "base/err.h"

static const struct job *
job_of(const struct fixture *fixture)
{
	return ui_job(fixture->ui);
}

static void
expect_nothing(const struct fixture *fixture)
{
	assert_int_equal(job_of(fixture)->state, JOB_NONE);
	expect_not(fixture, "Terminate 1?");
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

static void
test_one(void **state)
{
	static const char *const noes[] = { "n", "Enter", "Esc", "q" };
	struct fixture *fixture = *state;

	press(fixture, "Down");
	for (size_t i = 0; i < sizeof(noes) / sizeof(noes[0]); i++) {
		assert_false(press(fixture, "K") & UI_ACT);
		expect_asked(fixture, ACTION_TERMINATE, 1, 20401);
		expect(fixture, "Terminate 1?");
		expect(fixture, "on db1:5432/postgres");
		assert_false(press(fixture, noes[i]) & (UI_ACT | UI_QUIT));
		expect_nothing(fixture);
	}
	/* Nothing else answers. */
	press(fixture, "K");
	assert_int_equal(press(fixture, "1 Y Space Tab x u F5 Backspace Z"), UI_DRAW);
	expect_asked(fixture, ACTION_TERMINATE, 1, 20401);
	assert_true(press(fixture, "y") & UI_ACT);
	assert_int_equal(job_of(fixture)->state, JOB_FETCHING);
	assert_int_equal(job_of(fixture)->targets[0].id.pid, 20401);
	assert_true(identity_compare(&job_of(fixture)->targets[0].id,
	                &snapshot_find_pid(fixture->snap, 20401)->id) == 0);
	/* It is done once. */
	assert_false(press(fixture, "y") & UI_ACT);
}

/* One whose state is not known may work: the question says so. */
static void
test_unseen(void **state)
{
	struct fixture *fixture = *state;
	int32_t pid;

	press(fixture, "Down");
	pid = cursor_pid(fixture);
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == pid)
			fixture->snap->sessions[i].state = STATE_DISABLED;
	press(fixture, "K");
	expect(fixture, "! its state is unknown: it may be running a query");
	press(fixture, "n Up K");
	expect_not(fixture, "its state is unknown");
}

static void
test_number(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'user=jobs' Enter * K");
	expect_asked(fixture, ACTION_TERMINATE, 29, 20200);
	assert_false(press(fixture, "y") & UI_ACT);
	expect(fixture, "must be typed");
	assert_false(press(fixture, "2 8 Enter") & UI_ACT);
	expect(fixture, "28 is not 29");
	expect_asked(fixture, ACTION_TERMINATE, 29, 20200);
	/* What was typed is forgotten: Enter on nothing is No. */
	assert_false(press(fixture, "Enter") & UI_ACT);
	expect_nothing(fixture);
	press(fixture, "K 2 Backspace");
	assert_false(press(fixture, "Enter") & UI_ACT);
	expect_nothing(fixture);
	assert_false(press(fixture, "K 2 9 9 Enter") & UI_ACT);
	assert_false(press(fixture, "0 0 0 0 0 0 0 0 0 0 0 2 9 Enter") & UI_ACT);
	assert_false(press(fixture, "2 9") & UI_ACT);
	expect(fixture, "Enter: 29");
	assert_false(press(fixture, "n") & UI_ACT);
	expect_nothing(fixture);
	assert_true(press(fixture, "K 2 8 Backspace 9 Enter") & UI_ACT);
	assert_int_equal(job_of(fixture)->count, 29);
}

/* Five can be ended by y, six cannot. */
static void
test_few(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space Space Space Space Space K");
	expect_asked(fixture, ACTION_TERMINATE, 5, 20400);
	press(fixture, "n Space");
	assert_false(press(fixture, "K y") & UI_ACT);
	press(fixture, "n Up Space");
	assert_true(press(fixture, "K y") & UI_ACT);
	assert_int_equal(job_of(fixture)->count, 5);
}

static void
test_hidden_tags(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Space Space / 'user=jobs' Enter Space K");
	expect_asked(fixture, ACTION_TERMINATE, 3, 20400);
	expect(fixture, "2 of them are hidden by the filter");
	assert_true(press(fixture, "y") & UI_ACT);
	assert_int_equal(job_of(fixture)->count, 3);
}

static void
test_cancel(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "C");
	expect_nothing(fixture);
	expect(fixture, "a cancel does nothing to idle");
	press(fixture, "* C");
	expect_asked(fixture, ACTION_CANCEL, 17, 20310);
	expect(fixture, "72 left out");
	expect(fixture, "1 our own connection");
	for (size_t i = 0; i < job_of(fixture)->count; i++)
		assert_int_equal(job_of(fixture)->targets[i].state, STATE_ACTIVE);
	press(fixture, "n U 1 K");
	expect(fixture, "put the cursor on a session");
	expect_nothing(fixture);
	/* Our own connection is never reached. */
	press(fixture, "3 / 'own=yes' Enter K");
	expect_nothing(fixture);
	expect(fixture, "1 our own connection");
}

/* An active one: cancelling comes first. */
static void
test_soften(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "/ 'user=jobs' Enter * K");
	expect(fixture, "3 run a query now. Key c: cancel only, softer");
	press(fixture, "c");
	expect_asked(fixture, ACTION_CANCEL, 3, 20240);
	expect_not(fixture, "softer");
	/* There is no softer one than that. */
	press(fixture, "c");
	expect_asked(fixture, ACTION_CANCEL, 3, 20240);
	assert_true(press(fixture, "y") & UI_ACT);
	assert_int_equal(job_of(fixture)->action, ACTION_CANCEL);
	assert_int_equal(job_of(fixture)->outcomes[OUTCOME_WAITING], 3);
}

static void
test_details(void **state)
{
	struct fixture *fixture = *state;

	/* In the details it is that session, whatever is tagged. */
	press(fixture, "Space Space Enter K");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20402);
	press(fixture, "n");
	expect(fixture, "Session 20402");
	press(fixture, "F9 Down Enter");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20402);
	press(fixture, "Esc F9 Esc");
	expect(fixture, "Session 20402");
	fixture_next(fixture, 20402);
	press(fixture, "K");
	expect(fixture, "the session is gone");
	expect_nothing(fixture);
}

/* Another session with the pid of the one in the details is somebody else. */
static void
test_details_reused(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "Down Enter");
	for (size_t i = 0; i < fixture->snap->session_count; i++)
		if (fixture->snap->sessions[i].id.pid == 20401)
			fixture->snap->sessions[i].id.start_us++;
	fixture_next(fixture, 0);
	press(fixture, "K");
	expect(fixture, "the session is gone");
	expect_nothing(fixture);
}

static void
test_menu(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "4 Down Down F9");
	expect(fixture, "The session under the cursor");
	press(fixture, "Enter");
	expect_asked(fixture, ACTION_CANCEL, 1, 20310);
	press(fixture, "n F9 Down Enter");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20310);
	press(fixture, "n F9 C");
	expect_asked(fixture, ACTION_CANCEL, 1, 20310);
	press(fixture, "n Space Space F9");
	expect(fixture, "2 tagged sessions");
	press(fixture, "K");
	assert_int_equal(job_of(fixture)->count, 2);
	press(fixture, "n U 1 F9");
	expect(fixture, "put the cursor on a session");
}

static void
test_read_only(void **state)
{
	static const char *const keys[] = { "C", "K", "F9", "X" };
	struct fixture *fixture = *state;

	fixture->settings.read_only = true;
	press(fixture, "Space");
	expect(fixture, "READ-ONLY");
	expect_not(fixture, "Terminate");
	expect_not(fixture, "Free slots");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_false(press(fixture, keys[i]) & UI_ACT);
		expect(fixture, "read-only: no action is possible");
		expect_nothing(fixture);
	}
	press(fixture, "Enter K");
	expect(fixture, "read-only: no action is possible");
	/* Copying is no action. */
	assert_true(press(fixture, "y") & UI_COPY);
}

static void
test_link_down(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "K");
	fixture->link.state = LINK_DOWN;
	assert_false(press(fixture, "y") & UI_ACT);
	expect(fixture, "not connected");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20400);
	press(fixture, "n K");
	expect(fixture, "not connected");
	expect_nothing(fixture);
	fixture->link.state = LINK_UP;
	assert_true(press(fixture, "K y") & UI_ACT);
}

/* What our role may not is said before, and asked all the same: the server decides. */
static void
test_rights(void **state)
{
	struct fixture *fixture = *state;

	fixture->snap->signal_right = SIGNAL_OTHERS;
	press(fixture, "K");
	expect(fixture, "of superusers, will be denied");
	expect(fixture, "psql of");
	expect(fixture, "no slot comes free");
	press(fixture, "n Space Down Space K"); /* more than one: that is bulk */
	expect(fixture, "nothing to terminate: 2 not permitted to this role; only a superuser may");
	press(fixture, "U g K");
	press(fixture, "n G Up Up K");
	expect_not(fixture, "superusers");
	expect_not(fixture, "GRANT");
	fixture->snap->signal_right = SIGNAL_OWN;
	press(fixture, "n K");
	expect(fixture, "GRANT pg_signal_backend TO monitor");
	fixture->snap->signal_right = SIGNAL_ALL;
	press(fixture, "n g K");
	expect_not(fixture, "superusers");
	expect_not(fixture, "GRANT");
	assert_true(press(fixture, "y") & UI_ACT);
}

/* Without SQL less is known, and less may be possible. */
static void
test_proc(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "* K");
	expect_not(fixture, "/proc");
	press(fixture, "n");
	fixture->snap->via = VIA_PROC;
	fixture->snap->signal_right = SIGNAL_ALL;
	fixture->snap->max_connections = -1;
	fixture->snap->server.in_recovery_known = false;
	press(fixture, "K");
	expect(fixture, "by /proc no application is known");
	expect_not(fixture, "it will be denied");
	press(fixture, "n U");
	fixture->snap->signal_right = SIGNAL_UNKNOWN;
	press(fixture, "K");
	expect_not(fixture, "no application is known");
	expect(fixture, "it will be denied");
	expect_not(fixture, "primary");
}

static void
test_old_picture(void **state)
{
	struct fixture *fixture = *state;

	press(fixture, "K");
	expect_not(fixture, "this picture");
	press(fixture, "n Z");
	fixture->frame.mono_us += INT64_C(40000000);
	press(fixture, "K");
	expect(fixture, "this picture is 40");
}

/* The filters of the configuration protect from bulk actions, and are read once. */
static void
test_protect(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	struct ui *ui;

	settings_set(&fixture->settings, settings_find("protect"), "application=worker", &err);
	ui = ui_new(&fixture->settings, &err);
	assert_non_null(ui);
	ui_free(fixture->ui);
	fixture->ui = ui;
	press(fixture, "X");
	expect(fixture, "22 protected");
	press(fixture, "Esc / 'user=jobs' Enter K");
	expect_asked(fixture, ACTION_TERMINATE, 1, 20200);
	expect(fixture, "chosen by you: 20200 worker of jobs");
	press(fixture, "n X Enter");
	expect(fixture, "nothing to terminate: 22 protected");
	settings_set(&fixture->settings, settings_find("protect"), "nonsense=1", &err);
	assert_null(ui_new(&fixture->settings, &err));
	assert_non_null(strstr(err.msg, "protect"));
	assert_non_null(strstr(err.msg, "nonsense"));
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, screen_set_up, screen_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_one),
		SCREEN_TEST(test_unseen),
		SCREEN_TEST(test_number),
		SCREEN_TEST(test_few),
		SCREEN_TEST(test_hidden_tags),
		SCREEN_TEST(test_cancel),
		SCREEN_TEST(test_soften),
		SCREEN_TEST(test_details),
		SCREEN_TEST(test_details_reused),
		SCREEN_TEST(test_menu),
		SCREEN_TEST(test_read_only),
		SCREEN_TEST(test_link_down),
		SCREEN_TEST(test_rights),
		SCREEN_TEST(test_proc),
		SCREEN_TEST(test_old_picture),
		SCREEN_TEST(test_protect),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("asking", tests, NULL, NULL);
}
