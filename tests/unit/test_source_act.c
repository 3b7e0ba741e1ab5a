/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/pg_act: what is sent for an act, what its answer means, and
 * that it is never sent twice.
 */
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/source.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

#define START (1795176000 * SECOND + 123456)
#define CHANGE (1795176010 * SECOND + 1)

static struct target target;
/* The end of the message, after a row of one cell unless word is NULL. */
static void
answer(const char *word)
{
	const struct pg_rows rows = { 1, 1, &word };

	if (word != NULL)
		fake_answer(PG_ROWS, &rows);
	fake_answer(PG_DONE, NULL);
	step(0);
}

static int
setup(void **state)
{
	struct source_event event;

	fake_setup(state);
	target = (struct target){
		.id = { 7, START },
		.state = STATE_IDLE,
		.state_change_us = CHANGE,
		.user = "ann",
	};
	step(0);
	fake_hello();
	step(0);
	while (source_next(source, &event))
		;
	return source_link(source)->state != LINK_UP;
}

static void
act(enum action action)
{
	source_act(source, action, &target);
	assert_int_equal(source_deadline(source), now); /* at once */
	step(0);
}

/* The next event must be that outcome with that note. */
static void
assert_outcome(enum outcome outcome, const char *note)
{
	struct source_event event = next_event();

	assert_int_equal(event.type, SOURCE_OUTCOME);
	assert_int_equal(event.outcome, outcome);
	assert_int_equal(identity_compare(&event.id, &target.id), 0);
	if (note == NULL)
		assert_null(event.text);
	else
		assert_string_equal(event.text, note);
}

static void
assert_nothing(void)
{
	assert_int_equal(next_event().type, SOURCE_NOTHING);
}

static void
test_statements(void **state)
{
	int messages = fake_get()->sent;

	(void)state;
	act(ACTION_TERMINATE);
	assert_int_equal(fake_get()->sent, messages + 1);
	assert_null(strchr(fake_get()->sql, ';')); /* alone in its transaction */
	assert_true(sent("pg_catalog.pg_terminate_backend(a.pid)") && !sent("pg_cancel"));
	assert_true(sent("(VALUES (7, '2026-11-20T12:00:00.123456Z'::pg_catalog.timestamptz,"
	                 " 'idle', '2026-11-20T12:00:10.000001Z'::pg_catalog.timestamptz))"));
	answer("signalled");
	assert_outcome(OUTCOME_SIGNALLED, NULL);
	target.state = STATE_ABORTED;
	act(ACTION_CANCEL);
	assert_true(sent("pg_catalog.pg_cancel_backend(a.pid)") && !sent("pg_terminate"));
	assert_true(sent(", 'idle in transaction (aborted)', '"));
	answer("signalled");
	next_event();
	target.state = STATE_DISABLED;
	target.state_change_us = TIME_UNKNOWN;
	act(ACTION_TERMINATE);
	assert_true(sent(", 'disabled', NULL::pg_catalog.timestamptz))"));
	answer("signalled");
	next_event();
	target.state = STATE_UNKNOWN;
	act(ACTION_TERMINATE);
	assert_true(sent(", NULL, NULL::pg_catalog.timestamptz))"));
}

static void
test_outcomes(void **state)
{
	static const struct {
		const char *word;
		enum outcome outcome;
		const char *note;
	} words[] = {
		{ "signalled", OUTCOME_SIGNALLED, NULL }, { "gone", OUTCOME_GONE, NULL },
		{ "changed", OUTCOME_CHANGED, NULL }, { "reused", OUTCOME_REUSED, NULL },
		{ "denied", OUTCOME_DENIED,
		    "a member of ann or pg_read_all_stats, to see its state" },
		{ "nonsense", OUTCOME_FAILED, NULL },
		{ "gone", OUTCOME_GONE, NULL }, /* and no note of another */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		act(ACTION_TERMINATE);
		assert_nothing();
		answer(words[i].word);
		assert_outcome(words[i].outcome, words[i].note);
		assert_nothing();
	}
}

/* What the server's words make of it; no message says it again. */
static void
test_errors(void **state)
{
#define ERROR(code, text, routine) \
	"ERROR:  " code ": " text "\nLOCATION:  " routine ", signalfuncs.c:1\n"
	static const struct {
		const char *error;
		const char *user;
		enum outcome outcome;
		const char *note;
	} errors[] = {
		{ ERROR("42501", "must be a superuser to terminate superuser process",
		      "pg_terminate_backend"),
		    "ann", OUTCOME_DENIED,
		    "a superuser, or postgres or root on the host: --via=proc" },
		{ ERROR("42501", "muss Mitglied der Rolle sein oder von pg_signal_backend",
		      "pg_cancel_backend"),
		    "ann", OUTCOME_DENIED, "a member of ann or pg_signal_backend" },
		{ ERROR("42501", "permission denied\nDETAIL:  Only with \"pg_signal_backend\"",
		      "pg_terminate_backend"),
		    NULL, OUTCOME_DENIED, "a member of its role or pg_signal_backend" },
		{ ERROR("42501", "permission denied for function x", "aclcheck_error"), "ann",
		    OUTCOME_DENIED, "permission denied for function x" },
		{ ERROR("57014", "canceling statement due to lock timeout", "ProcessInterrupts"),
		    "ann", OUTCOME_FAILED, "canceling statement due to lock timeout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		target.user = errors[i].user;
		act(ACTION_TERMINATE);
		fake_get()->error = errors[i].error;
		fake_answer(PG_ERROR, NULL);
		answer(NULL);
		assert_outcome(errors[i].outcome, errors[i].note);
		assert_nothing();
		assert_int_equal(source_link(source)->state, LINK_UP);
	}
	/* What was done stays done. */
	act(ACTION_TERMINATE);
	fake_answer(PG_ROWS, &(struct pg_rows){ 1, 1, (const char *[]){ "signalled" } });
	fake_answer(PG_ERROR, NULL);
	answer(NULL);
	assert_outcome(OUTCOME_SIGNALLED, NULL);
}

/* A warning that comes with an act is said once, with its outcome. */
static void
test_notice(void **state)
{
	(void)state;
	fake_get()->notice = "WARNING:  01000: collation version";
	step(0);
	assert_int_equal(next_event().type, SOURCE_MESSAGE);
	act(ACTION_TERMINATE);
	fake_get()->notice = "WARNING:  01000: PID 7 is no backend\n"
	                     "LOCATION:  pg_signal_backend, signalfuncs.c:1\n";
	answer("gone");
	assert_outcome(OUTCOME_GONE, "PID 7 is no backend");
	assert_nothing();
	act(ACTION_TERMINATE);
	answer("signalled");
	assert_outcome(OUTCOME_SIGNALLED, NULL);
}

/* After the pause, nothing but a login happens. */
static void
assert_not_repeated(int messages)
{
	fake_get()->send_fails = false;
	step(SECOND);
	fake_hello();
	step(0);
	assert_int_equal(source_link(source)->state, LINK_UP);
	step(SECOND);
	assert_int_equal(fake_get()->sent, messages + 1); /* the hello */
	assert_false(sent("pg_terminate_backend"));
}

static void
test_lost(void **state)
{
	struct source_event event;
	int messages;

	(void)state;
	act(ACTION_TERMINATE);
	messages = fake_get()->sent;
	fake_answer(PG_BROKEN, NULL);
	step(0);
	source_next(source, &event);
	assert_int_equal(event.type, SOURCE_OUTCOME); /* before the link */
	assert_int_equal(event.outcome, OUTCOME_UNKNOWN);
	source_next(source, &event);
	assert_int_equal(event.type, SOURCE_LINK);
	assert_int_equal(source_link(source)->state, LINK_DOWN);
	assert_not_repeated(messages);
	/* Part of it may be on its way. */
	while (source_next(source, &(struct source_event){ 0 }))
		;
	fake_get()->send_fails = true;
	act(ACTION_TERMINATE);
	assert_outcome(OUTCOME_UNKNOWN, NULL);
	messages = fake_get()->sent;
	assert_not_repeated(messages);
}

/* An answer that came before the end counts. */
static void
test_answered(void **state)
{
	(void)state;
	act(ACTION_TERMINATE);
	fake_answer(PG_ROWS, &(struct pg_rows){ 1, 1, (const char *[]){ "signalled" } });
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_outcome(OUTCOME_SIGNALLED, NULL);
}

static void
test_not_tried(void **state)
{
	int messages;

	(void)state;
	source_ask_sample(source);
	step(0);
	source_act(source, ACTION_TERMINATE, &target);
	step(0);
	assert_nothing();
	messages = fake_get()->sent;
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_outcome(OUTCOME_NOT_TRIED, NULL);
	/* Nor without a connection, nor before it is ready. */
	source_act(source, ACTION_TERMINATE, &target);
	assert_outcome(OUTCOME_NOT_TRIED, NULL);
	step(SECOND);
	assert_int_equal(fake_get()->sent, messages + 1);
	source_act(source, ACTION_TERMINATE, &target);
	assert_outcome(OUTCOME_NOT_TRIED, NULL);
	fake_hello();
	step(0);
	assert_true(sent("pg_stat_get_activity(NULL)")); /* the sample is asked for again */
	assert_int_equal(fake_get()->sent, messages + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_statements, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_outcomes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_notice, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_answered, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_not_tried, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("source/pg_act", tests, NULL, NULL);
}
