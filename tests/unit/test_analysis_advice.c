/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of analysis/advice: which step comes first, what its sentence names,
 * and that nothing is recommended which would not help.
 */
#include "analysis/advice.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
expect(struct fixture *fixture, const char *verdict, const char *next)
{
	fixture_analyse(fixture);
	assert_string_equal(advice_verdict(&fixture->alerts), verdict);
	assert_string_equal(fixture->alerts.next, next);
}

/* More of an application, in that state for so many minutes; pids count up. */
static void
add(struct fixture *fixture, int n, const char *application, enum session_state state, int minutes)
{
	size_t first = fixture->snap->session_count;
	int32_t pid = (int32_t)first + 1;

	fixture_add_many(fixture->snap, pid, n, application, state);
	for (size_t i = first; i < fixture->snap->session_count; i++) {
		fixture->snap->sessions[i].state_change_us = NOW_US - MINUTES(minutes);
		fixture->snap->sessions[i].query_start_us = NOW_US - MINUTES(minutes);
	}
}

static void
test_nothing(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	expect(&fixture, "healthy", "nothing to do");
	add(&fixture, 5, "web", STATE_IDLE, 100);
	expect(&fixture, "healthy", "nothing to do");
	fixture_add_many(fixture.snap, 50, 2, "web", STATE_UNKNOWN);
	expect(&fixture, "healthy",
	    "nothing to do for what is seen; 2 of 7 sessions are not: grant pg_monitor to our "
	    "role");
	fixture.snap->max_connections = -1;
	fixture_analyse(&fixture);
	assert_string_equal(advice_verdict(&fixture.alerts), "unknown");
	fixture_clear(&fixture);
}

/* The limit of our role is not mended by slots of others. */
static void
test_limit(void **state)
{
	const struct link link = { .refusal = REFUSAL_ROLE_LIMIT, .tries = 1 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 5, "web", STATE_IDLE, 100);
	fixture_analyse(&fixture);
	alerts_refused(&fixture.alerts, &link, fixture.snap, NOW_US);
	fixture_advise(&fixture);
	assert_string_equal(fixture.alerts.next, refusal_advice(REFUSAL_ROLE_LIMIT));
	add(&fixture, 80, "web", STATE_IDLE, 100);
	fixture_analyse(&fixture);
	fixture_advise(&fixture);
	assert_non_null(strstr(fixture.alerts.next, "--kill-idle"));
	fixture_clear(&fixture);
}

/* The longest age that frees enough; 97 usable, 70 % is 67. */
static void
test_idle(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 60, "api", STATE_ACTIVE, 0);
	add(&fixture, 3, "web", STATE_IDLE, 70);
	add(&fixture, 5, "web", STATE_IDLE, 12);
	expect(&fixture, "high",
	    "3 sessions are idle for over 1 h, all of web: pgconntop --kill-idle=1h");
	add(&fixture, 4, "job", STATE_IDLE, 11);
	expect(&fixture, "high",
	    "12 sessions are idle for over 10 min, most of web: pgconntop --kill-idle=10min");
	add(&fixture, 12, "job", STATE_IDLE, 0);
	expect(&fixture, "critical",
	    "12 sessions are idle for over 10 min, most of web: pgconntop --kill-idle=10min");
	fixture_clear(&fixture);
}

/* Too few are there for the age that would be needed: the one that has them all is named. */
static void
test_few(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 80, "api", STATE_ACTIVE, 0);
	add(&fixture, 1, "web", STATE_IDLE, 6);
	expect(&fixture, "high", "1 session is idle for over 5 min: pgconntop --kill-idle=5min");
	add(&fixture, 1, "", STATE_IDLE, 3);
	expect(&fixture, "high", "2 sessions are idle for over 1 min: pgconntop --kill-idle=1min");
	fixture_clear(&fixture);
}

static void
test_no_idle(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 60, "api", STATE_ACTIVE, 0);
	add(&fixture, 10, "web", STATE_ACTIVE, 0);
	expect(&fixture, "high",
	    "no session is idle for over 1 min, and api has 60 of 70 used slots: make its pool "
	    "smaller, or raise max_connections");
	for (int i = 0; i < 70; i++)
		fixture.snap->sessions[i].application = names[i % 4];
	expect(&fixture, "high",
	    "no session is idle for over 1 min, and nobody has a third of the 70 used slots: "
	    "make all pools smaller, or raise max_connections");
	for (int i = 0; i < 70; i++)
		fixture.snap->sessions[i].application = i < 60 ? "api" : "web";
	fixture.snap->sessions[69].state = STATE_UNKNOWN;
	expect(&fixture, "high", "look into this: utilization 72.2 %: api has 60 (limit 70.0 %)");
	add(&fixture, 4, "web", STATE_IDLE_IN_TRANSACTION, 7);
	expect(&fixture, "high",
	    "4 sessions are idle in a transaction for over 5 min, all of web: pgconntop "
	    "--kill-idle-in-transaction=5min");
	fixture_clear(&fixture);
}

/* Our own, walsenders and those that are still logging in are not counted. */
static void
test_others(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 70, "api", STATE_ACTIVE, 0);
	add(&fixture, 3, "web", STATE_IDLE, 30);
	session = &fixture.snap->sessions[70];
	session[0].own = true;
	session[1].kind = KIND_WALSENDER;
	session[1].slot = false;
	expect(&fixture, "high", "1 session is idle for over 10 min: pgconntop --kill-idle=10min");
	fixture_clear(&fixture);
}

static void
test_blocked(void **state)
{
	static const int32_t blockers[] = { 87 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 80, "web", STATE_IDLE, 30);
	add(&fixture, 6, "writer", STATE_ACTIVE, 1);
	for (size_t i = 80; i < 86; i++) {
		fixture.snap->sessions[i].wait_event_type = "Lock";
		fixture.snap->sessions[i].blocked_by = blockers;
		fixture.snap->sessions[i].blocker_count = 1;
		fixture.snap->sessions[i].blockers_known = true;
	}
	add(&fixture, 1, "admin-shell", STATE_IDLE_IN_TRANSACTION, 14);
	expect(&fixture, "critical",
	    "pid 87 (admin-shell), idle in transaction for 14 min, holds up 6 sessions: "
	    "pgconntop --terminate --filter pid=87");
	fixture.snap->sessions[86].state = STATE_ACTIVE;
	fixture.snap->sessions[86].application = "";
	expect(&fixture, "critical",
	    "pid 87, active for 14 min, holds up 6 sessions: pgconntop --cancel --filter pid=87");
	fixture.snap->sessions[86].kind = KIND_WORKER;
	fixture.snap->sessions[86].backend_type = "autovacuum worker";
	expect(&fixture, "critical",
	    "pid 87 (autovacuum worker), active for 14 min, holds up 6 sessions");
	fixture_clear(&fixture);
}

static void
test_long(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 1, "report", STATE_ACTIVE, 12);
	expect(&fixture, "healthy",
	    "pid 1 (report) runs a query for 12 min: pgconntop --cancel --filter pid=1");
	add(&fixture, 1, "shell", STATE_ABORTED, 2);
	expect(&fixture, "healthy",
	    "pid 2 (shell) is idle in a transaction for 2 min: pgconntop --terminate --filter "
	    "pid=2");
	fixture_clear(&fixture);
}

/* Bulk spares it, so naming it alone would be the only way: that is not advised. */
static void
test_protected(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 1, "pg_dump", STATE_ACTIVE, 12);
	expect(&fixture, "healthy",
	    "pid 1 (pg_dump) runs a query for 12 min; protected: look before you end it");
	add(&fixture, 69, "api", STATE_ACTIVE, 0);
	add(&fixture, 3, "pg_dump", STATE_IDLE, 20);
	expect(&fixture, "high",
	    "no session but protected ones is idle for over 1 min, and api has 69 of 73 used "
	    "slots: make its pool smaller, or raise max_connections");
	add(&fixture, 2, "web", STATE_IDLE, 15);
	expect(&fixture, "high",
	    "2 sessions are idle for over 10 min, all of web: pgconntop --kill-idle=10min");
	fixture_clear(&fixture);
}

/* Whom our role may not end is not counted among those that it may. */
static void
test_rights(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 80, "web", STATE_IDLE, 2);
	for (size_t i = 0; i < 80; i++)
		fixture.snap->sessions[i].superuser = true;
	expect(&fixture, "high",
	    "80 sessions are idle for over 1 min, all of web, but role mon may not end them: "
	    "GRANT pg_signal_backend TO mon");
	fixture.snap->sessions[3].superuser = false;
	expect(&fixture, "high", "1 session is idle for over 1 min: pgconntop --kill-idle=1min");
	add(&fixture, 1, "shell", STATE_ABORTED, 20);
	fixture.snap->sessions[80].superuser = true;
	fixture.snap->sessions[3].superuser = true;
	for (size_t i = 0; i < 80; i++)
		fixture.snap->sessions[i].slot = false;
	expect(&fixture, "healthy",
	    "pid 81 (shell) is idle in a transaction for 20 min; role mon may not end it: GRANT "
	    "pg_signal_backend TO mon");
	fixture_clear(&fixture);
}

/* Nothing may be done to sessions: the fact alone. */
static void
test_read_only(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.settings.read_only = true;
	add(&fixture, 80, "web", STATE_IDLE, 2);
	fixture.snap->sessions[0].superuser = true;
	expect(&fixture, "high", "80 sessions are idle for over 1 min, all of web");
	fixture.snap->session_count = 1;
	fixture.snap->sessions[0].state = STATE_ABORTED;
	expect(&fixture, "healthy", "pid 1 (web) is idle in a transaction for 2 min");
	fixture_clear(&fixture);
}

/* Where the cause is known, the step follows from it. */
static void
test_cause(void **state)
{
	static const int32_t blockers[] = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 20, "", STATE_STARTING, 0);
	add(&fixture, 60, "web", STATE_IDLE, 30);
	expect(&fixture, "high",
	    "20 of 80 used slots are held by clients that are still logging in: find the hosts "
	    "that they come from and stop them there, or lower authentication_timeout");
	fixture.snap->session_count = 0;
	add(&fixture, 6, "writer", STATE_ACTIVE, 1);
	for (size_t i = 0; i < 6; i++) {
		fixture.snap->sessions[i].wait_event_type = "Lock";
		fixture.snap->sessions[i].blocked_by = blockers;
		fixture.snap->sessions[i].blocker_count = 1;
		fixture.snap->sessions[i].blockers_known = true;
	}
	expect(&fixture, "healthy",
	    "6 sessions wait for a prepared transaction: find it in pg_prepared_xacts, then "
	    "COMMIT PREPARED or ROLLBACK PREPARED it in its database");
	fixture.snap->session_count = 0;
	add(&fixture, 12, "postgres_exporter", STATE_IDLE, 0);
	expect(&fixture, "healthy",
	    "look into this: postgres_exporter, which only watches, holds 12 of 12 used slots");
	fixture_clear(&fixture);
}

/* A storm takes two samples and more, so its verdict is given. */
static void
test_storm(void **state)
{
	const struct verdict_rule *rule = verdict_rules;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 80, "web", STATE_IDLE, 30);
	fixture_analyse(&fixture);
	while (strcmp(rule->name, "storm") != 0)
		rule++;
	fixture.verdict = (struct verdict){ rule, "web", "web opens 40 sessions a second" };
	fixture_advise(&fixture);
	assert_string_equal(fixture.alerts.next,
	    "web opens 40 sessions a second: let it keep its connections, with a pool in it or a "
	    "pooler before the server");
	fixture_clear(&fixture);
}

/* What no command helps against. */
static void
test_other(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add(&fixture, 12, "web", STATE_IDLE, 0);
	expect(&fixture, "healthy", "look into this: idle 100.0 %: web has 12 (limit 50.0 %)");
	fixture_clear(&fixture);
}

/* A verdict needs a limit. */
static void
test_no_limit(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	assert_string_equal(advice_verdict(&fixture.alerts), "healthy");
	fixture.alerts.items[0].warning.kind = LIMIT_OFF;
	assert_string_equal(advice_verdict(&fixture.alerts), "healthy");
	fixture.alerts.items[0].critical.kind = LIMIT_OFF;
	assert_string_equal(advice_verdict(&fixture.alerts), "unknown");
	fixture_clear(&fixture);
}

/* A name may be longer than there is room for. */
static void
test_hostile(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	assert_true(fixture.alerts.next[0] != '\0');
	assert_true(strlen(fixture.alerts.next) < ADVICE_MAX);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_no_idle),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_cause),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
