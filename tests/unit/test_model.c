/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the model's words, small questions and rings.
 */
#include "model/history.h"
#include "model/link.h"
#include "model/messages.h"
#include "model/session.h"
#include "model/snapshot.h"
#include "model/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_states(void **state)
{
	static const char *const names[STATE_COUNT] = { "active", "idle", "idle in transaction",
		"idle in transaction (aborted)", "fastpath function call", "disabled", "starting",
		"unknown" };
	static const char *const brief[STATE_COUNT] = { "active", "idle", "in txn", "aborted",
		"fastpth", "disabld", "startng", "unknown" };

	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		enum session_state one = (enum session_state)i;

		assert_string_equal(session_state_name(one), names[i]);
		assert_string_equal(session_state_short(one), brief[i]);
		assert_true(strlen(brief[i]) <= 7);
		assert_int_equal(session_state_parse(names[i]), one);
	}
	assert_int_equal(session_state_parse(NULL), STATE_UNKNOWN);
	assert_int_equal(session_state_parse(""), STATE_UNKNOWN);
	assert_int_equal(session_state_parse("Idle"), STATE_UNKNOWN);
	assert_int_equal(session_state_parse("idle "), STATE_UNKNOWN);
	assert_int_equal(session_state_parse("in txn"), STATE_UNKNOWN);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(level_name(LEVEL_OK), "ok");
	assert_string_equal(level_name(LEVEL_INFO), "info");
	assert_string_equal(level_name(LEVEL_WARNING), "warning");
	assert_string_equal(level_name(LEVEL_CRITICAL), "critical");
	assert_true(LEVEL_OK < LEVEL_INFO && LEVEL_INFO < LEVEL_WARNING);
	assert_true(LEVEL_WARNING < LEVEL_CRITICAL);
	assert_string_equal(via_name(VIA_CLIENT), "client");
	assert_string_equal(via_name(VIA_WALSENDER), "walsender");
	assert_string_equal(via_name(VIA_PROC), "proc");
}

static void
test_refusals(void **state)
{
	(void)state;
	assert_string_equal(refusal_words(REFUSAL_NONE), "");
	assert_string_equal(refusal_advice(REFUSAL_NONE), "");
	for (int i = REFUSAL_NONE + 1; i <= REFUSAL_OTHER; i++) {
		const char *words = refusal_words((enum refusal)i);
		const char *advice = refusal_advice((enum refusal)i);

		assert_true(words[0] != '\0' && advice[0] != '\0');
		assert_true(advice[strlen(advice) - 1] != '.');
		for (int other = 0; other < i; other++)
			assert_string_not_equal(words, refusal_words((enum refusal)other));
	}
	assert_string_equal(refusal_words(REFUSAL_ALL_SLOTS), "all slots in use");
	assert_string_equal(refusal_words(REFUSAL_ROLE_LIMIT),
	    "connection limit of the role reached");
}

/* The next step knows what the other ways were refused for. */
static void
test_advice(void **state)
{
	const struct link full = { .refusal = REFUSAL_ALL_SLOTS };
	struct link walsender = { .refusal = REFUSAL_PASSWORD };
	struct link proc = { .refusal = REFUSAL_PROC,
		.text = "the server runs in another pid namespace, such as a container" };
	const struct link *refused[VIA_COUNT] = { NULL };

	(void)state;
	assert_string_equal(link_advice(&full, refused), refusal_advice(REFUSAL_ALL_SLOTS));
	refused[VIA_PROC] = &proc;
	assert_non_null(strstr(link_advice(&full, refused), "inside the server's container"));
	refused[VIA_WALSENDER] = &walsender;
	assert_non_null(strstr(link_advice(&full, refused), "the right password"));
	walsender.refusal = REFUSAL_REPLICATION;
	assert_string_equal(link_advice(&full, refused), refusal_advice(REFUSAL_REPLICATION));
	proc.text[0] = '\0';
	walsender.refusal = REFUSAL_WALSENDERS;
	assert_string_equal(link_advice(&full, refused), refusal_advice(REFUSAL_ALL_SLOTS));
}

static void
test_since(void **state)
{
	(void)state;
	assert_int_equal(session_since(5, 12), 7);
	assert_int_equal(session_since(12, 12), 0);
	assert_int_equal(session_since(13, 12), 0); /* clocks differ: never negative */
	assert_int_equal(session_since(-5, 12), 17);
	assert_true(session_since(TIME_UNKNOWN, 12) == TIME_UNKNOWN);
	assert_true(session_since(5, TIME_UNKNOWN) == TIME_UNKNOWN);
	assert_true(session_since(TIME_UNKNOWN, TIME_UNKNOWN) == TIME_UNKNOWN);
}

static void
test_questions(void **state)
{
	struct session session = { .xact_start_us = TIME_UNKNOWN };

	(void)state;
	assert_false(session_waits_for_lock(&session));
	session.wait_event_type = "LWLock";
	assert_false(session_waits_for_lock(&session));
	session.wait_event_type = "lock";
	assert_false(session_waits_for_lock(&session));
	session.wait_event_type = "Lock";
	assert_true(session_waits_for_lock(&session));
	assert_false(session_in_transaction(&session));
	session.xact_start_us = 0;
	assert_true(session_in_transaction(&session));
}

static void
test_identity(void **state)
{
	static const struct identity ordered[] = { { INT32_MIN, 9 }, { 0, 9 }, { 1, TIME_UNKNOWN },
		{ 1, -1 }, { 1, 0 }, { 1, INT64_MAX }, { 2, TIME_UNKNOWN }, { INT32_MAX, 0 } };
	int count = (int)(sizeof(ordered) / sizeof(ordered[0]));

	(void)state;
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < count; j++) {
			int order = identity_compare(&ordered[i], &ordered[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void
test_values(void **state)
{
	(void)state;
	assert_int_equal(value_none().type, VALUE_NONE);
	assert_int_equal(value_int(-3).type, VALUE_INT);
	assert_int_equal(value_int(-3).i, -3);
	assert_int_equal(value_duration(7).type, VALUE_DURATION);
	assert_int_equal(value_duration(7).i, 7);
	assert_int_equal(value_duration(TIME_UNKNOWN).type, VALUE_NONE);
	assert_int_equal(value_time(7).type, VALUE_TIME);
	assert_int_equal(value_time(TIME_UNKNOWN).type, VALUE_NONE);
	assert_int_equal(value_text("").type, VALUE_TEXT);
	assert_int_equal(value_text(NULL).type, VALUE_NONE);
	assert_int_equal(value_bool(true).type, VALUE_BOOL);
	assert_true(value_bool(true).b);
	assert_int_equal(value_real(1.5).type, VALUE_REAL);
	assert_int_equal(value_share(0.5).type, VALUE_SHARE);
	assert_true(value_share(0.5).d == 0.5);
}

/* Every number of points from none to twice the ring. */
static void
test_history(void **state)
{
	struct history history = { 0 };

	(void)state;
	assert_null(history_get(&history, 0));
	for (int n = 1; n <= 2 * HISTORY_POINTS + 3; n++) {
		size_t kept = n < HISTORY_POINTS ? (size_t)n : HISTORY_POINTS;

		history_add(&history, &(struct history_point){ .mono_us = n, .used = n });
		assert_int_equal(history.count, kept);
		assert_int_equal(history_get(&history, 0)->used, n);
		assert_int_equal(history_get(&history, kept - 1)->used, n - (int)kept + 1);
		assert_int_equal(history_get(&history, kept / 2)->used, n - (int)(kept / 2));
		assert_null(history_get(&history, kept));
	}
	assert_null(history_get(&history, SIZE_MAX));
	assert_int_equal(history.peak.used, history_get(&history, 0)->used);
	history_add(&history, &(struct history_point){ .used = 3 });
	assert_int_equal(history.peak.used, history_get(&history, 1)->used);
	history_clear(&history);
	assert_null(history_get(&history, 0));
	history_add(&history, &(struct history_point){ .used = 7 });
	assert_int_equal(history.peak.used, 7);
	assert_int_equal(history_get(&history, 0)->used, 7);
	assert_null(history_get(&history, 1));
}

static void
test_messages_again(void **state)
{
	struct messages messages = { 0 };
	const struct message *newest;

	(void)state;
	assert_null(messages_get(&messages, 0));
	messages_add(&messages, 10, LEVEL_WARNING, "lost");
	messages_add(&messages, 20, LEVEL_WARNING, "lost");
	messages_add(&messages, 30, LEVEL_WARNING, "lost");
	newest = messages_get(&messages, 0);
	assert_int_equal(newest->times, 3);
	assert_int_equal(newest->first_us, 10);
	assert_int_equal(newest->last_us, 30);
	assert_null(messages_get(&messages, 1));
	messages_add(&messages, 40, LEVEL_CRITICAL, "lost");
	messages_add(&messages, 50, LEVEL_CRITICAL, "lost again");
	messages_add(&messages, 60, LEVEL_WARNING, "lost");
	assert_int_equal(messages.count, 4);
	newest = messages_get(&messages, 0);
	assert_string_equal(newest->text, "lost");
	assert_int_equal(newest->level, LEVEL_WARNING);
	assert_int_equal(newest->times, 1);
	assert_int_equal(newest->first_us, 60);
	assert_string_equal(messages_get(&messages, 1)->text, "lost again");
	assert_int_equal(messages_get(&messages, 2)->level, LEVEL_CRITICAL);
	assert_int_equal(messages_get(&messages, 3)->times, 3);
}

static void
test_messages_ring(void **state)
{
	struct messages messages = { 0 };
	char text[16];

	(void)state;
	for (int n = 1; n <= 2 * MESSAGES_KEPT + 3; n++) {
		size_t kept = n < MESSAGES_KEPT ? (size_t)n : MESSAGES_KEPT;

		snprintf(text, sizeof(text), "%d", n);
		messages_add(&messages, n, LEVEL_INFO, text);
		messages_add(&messages, n, LEVEL_INFO, text); /* also at the seam */
		assert_int_equal(messages.count, kept);
		assert_string_equal(messages_get(&messages, 0)->text, text);
		assert_int_equal(messages_get(&messages, 0)->times, 2);
		assert_int_equal(messages_get(&messages, kept - 1)->first_us, n - (int)kept + 1);
		assert_null(messages_get(&messages, kept));
	}
}

static void
test_messages_long(void **state)
{
	struct messages messages = { 0 };
	char text[3 * MESSAGE_TEXT_MAX];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	messages_add(&messages, 1, LEVEL_INFO, text);
	assert_int_equal(strlen(messages_get(&messages, 0)->text), MESSAGE_TEXT_MAX - 1);
	text[MESSAGE_TEXT_MAX] = 'b'; /* a difference that was cut off is none */
	messages_add(&messages, 2, LEVEL_INFO, text);
	assert_int_equal(messages.count, 1);
	assert_int_equal(messages_get(&messages, 0)->times, 2);
	messages_add(&messages, 3, LEVEL_INFO, "");
	assert_string_equal(messages_get(&messages, 0)->text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_messages_again),
		cmocka_unit_test(test_messages_ring),
		cmocka_unit_test(test_messages_long),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
