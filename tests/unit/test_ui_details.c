/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of who waits for whom in the details of a session.
 */
#include "model/snapshot.h"
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOT 4711
#define FIRST 20150
#define SECOND 20151

/* Lets that session wait for these two. */
static void
set_blockers(struct fixture *fixture, int32_t pid, const int32_t *pids, size_t count)
{
	for (size_t i = 0; i < fixture->snap->session_count; i++) {
		struct session *session = &fixture->snap->sessions[i];

		if (session->id.pid != pid)
			continue;
		assert_true(session_waits_for_lock(session));
		session->blocked_by = pids;
		session->blocker_count = count;
	}
}

/* Who stands ahead in the queue for a lock holds nobody up: the root does. */
static void
test_queue(void **state)
{
	static const int32_t both[] = { ROOT, FIRST };
	struct fixture *fixture = *state;

	set_blockers(fixture, SECOND, both, 2);
	fixture_analyse(fixture);
	press(fixture, "/ 'pid=20150' Enter 3 Home Enter");
	expect(fixture, "Session 20150");
	expect(fixture, "waits for root 4711");
	expect(fixture, "is ahead of 20151");
	expect_not(fixture, "holds up 20151");
	press(fixture, "Esc \\ / 'pid=4711' Enter 3 Home Enter");
	expect(fixture, "ROOT: holds up 3 sessions");
	expect(fixture, "holds up 20151");
	expect_not(fixture, "is ahead of");
}

/* A prepared transaction is no process, but there is a way to end it. */
static void
test_prepared(void **state)
{
	static const int32_t prepared[] = { 0 };
	struct fixture *fixture = *state;

	set_blockers(fixture, FIRST, prepared, 1);
	fixture_analyse(fixture);
	press(fixture, "/ 'pid=20150' Enter 3 Home Enter");
	expect(fixture, "blocked_by     prepared");
	expect(fixture, "pg_prepared_xacts; then");
	expect(fixture, "ROLLBACK PREPARED");
	press(fixture, "Esc \\");
	for (int32_t pid = FIRST; pid < FIRST + 3; pid++)
		set_blockers(fixture, pid, prepared, 1);
	fixture_analyse(fixture);
	press(fixture, "B");
	expect(fixture, "see pg_prepared_xacts");
}

/* Our own session is one of those in the list. */
static void
test_own(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->snap->session_count; i++)
		fixture->snap->sessions[i].own = fixture->snap->sessions[i].id.pid == ROOT;
	fixture_analyse(fixture);
	press(fixture, "/ 'pid=4711' Enter 3 Home Enter");
	expect(fixture, "own            yes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_queue, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_prepared, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_own, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("details", tests, NULL, NULL);
}
