/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/pg_queries, and of whose turn it is when several things
 * wait for the connection.
 */
#include "base/settings.h"
#include "base/units.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "source/source.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

static const char *const server_cells[] = { "2026-11-20 12:00:00+00", "100", "f", "100", "3", "0",
	"10", NULL };
static const struct pg_rows server_rows = FAKE_ROWS(server_cells, 8);
static const struct pg_rows no_sessions = { 0, 19, NULL };
static const char *const query_cells[] = { "7", NULL, "select 7", "8", "1970-01-01 00:00:00+00",
	"caf\\351 \\\\", "9", "1970-01-01 00:00:01+00", "select 9", "9", "1970-01-01 00:00:02+00",
	"", "12", "1970-01-01 00:00:02+00", "select 12" };
static const struct pg_rows query_rows = FAKE_ROWS(query_cells, 3);

static int
setup(void **state)
{
	fake_setup(state);
	step(0);
	fake_answers(&fake_row, &fake_identity);
	return source_link(source)->state != LINK_UP;
}

/* The next event must be that query. */
static void
assert_query(int32_t pid, const char *query)
{
	struct source_event event = next_event();

	assert_int_equal(event.type, SOURCE_DETAIL);
	assert_int_equal(event.id.pid, pid);
	if (query == NULL)
		assert_null(event.text);
	else
		assert_string_equal(event.text, query);
}

static void
test_many(void **state)
{
	struct identity ids[] = { { 12, 2 * SECOND }, { 8, 0 }, { 9, 2 * SECOND }, { 11, 5 },
		{ 8, 1 }, { 7, TIME_UNKNOWN }, { 99, 0 }, { 1, 0 } };

	(void)state;
	source_ask_queries(source, ids, 8);
	ids[0].pid = 555; /* it has its own */
	assert_int_equal(source_deadline(source), now);
	step(0);
	assert_true(
	    sent("pg_stat_get_activity(NULL) WHERE pid IN (12,8,9,11,8,7,99,1) ORDER BY pid"));
	assert_null(strchr(fake_get()->sql, ';'));
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	fake_answers(&query_rows, NULL);
	assert_query(12, "select 12");
	assert_query(8, "caf\351 \\");
	assert_query(9, "");
	assert_query(11, NULL);
	assert_query(8, NULL); /* another session had that pid */
	assert_query(7, "select 7");
	assert_query(99, NULL);
	assert_query(1, NULL);
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_int_equal(source_deadline(source), INT64_MAX);
	source_ask_queries(source, NULL, 0);
	step(0);
	assert_true(sent("IN (NULL)"));
	fake_answers(&(struct pg_rows){ 0, 3, NULL }, NULL);
	assert_int_equal(next_event().type, SOURCE_FETCHED);
}

/* Whatever happens, somebody waits for the end. */
static void
test_no_answer(void **state)
{
	const struct identity ids[] = { { 8, 0 }, { 7, TIME_UNKNOWN } };

	(void)state;
	source_ask_queries(source, ids, 2);
	step(0);
	fake_get()->error = "ERROR:  57014: timeout\nLOCATION:  ProcessInterrupts, p.c:1\n";
	fake_answer(PG_ERROR, NULL);
	fake_answer(PG_DONE, NULL);
	step(0);
	assert_string_equal(next_event().text, "query texts: timeout");
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	/* Lost while it runs; without a connection; lost while it waits. */
	source_ask_queries(source, ids, 2);
	step(0);
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	source_ask_queries(source, ids, 2);
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	step(SECOND);
	fake_answers(&fake_row, &fake_identity);
	source_ask_sample(source);
	step(0);
	source_ask_queries(source, ids, 2);
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
}

/* The last wish wins, also over an answer that is on its way, or there and not taken. */
static void
test_other_wish(void **state)
{
	const struct identity first = { 8, 0 }, second[] = { { 9, SECOND }, { 12, 2 * SECOND } };

	(void)state;
	source_ask_queries(source, &first, 1);
	step(0);
	assert_true(sent("pg_stat_get_activity(8) WHERE pid IN (8)"));
	source_ask_queries(source, second, 2);
	fake_answers(&query_rows, NULL);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_true(sent("IN (9,12)"));
	fake_answers(&query_rows, NULL);
	assert_query(9, "select 9");
	source_ask_queries(source, &first, 1);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	step(0);
	fake_answers(&query_rows, NULL);
	assert_query(8, "caf\351 \\");
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
}

/* Acts first, but others have each second turn: the screen goes on while many are sent. */
static void
test_turns(void **state)
{
	static const char *const word[] = { "signalled" };
	static const struct pg_rows word_rows = FAKE_ROWS(word, 1);
	const struct identity id = { 8, 0 }, other = { 9, SECOND };
	const struct target target = { .id = { 7, 0 }, .state_change_us = TIME_UNKNOWN };

	(void)state;
	source_ask_sample(source);
	source_ask_query(source, &id);
	source_ask_queries(source, &other, 1);
	source_act(source, ACTION_TERMINATE, &target);
	step(0);
	assert_true(sent("pg_terminate_backend"));
	fake_answers(&word_rows, NULL);
	assert_true(sent("IN (9)"));
	assert_int_equal(next_event().type, SOURCE_OUTCOME);
	source_act(source, ACTION_TERMINATE, &target);
	fake_answers(&query_rows, NULL);
	assert_query(9, "select 9");
	assert_int_equal(next_event().type, SOURCE_FETCHED);
	assert_true(sent("pg_terminate_backend"));
	fake_answers(&word_rows, NULL);
	assert_true(sent("IN (8)"));
	fake_answers(&query_rows, NULL);
	assert_true(sent("max_connections"));
	assert_int_equal(next_event().type, SOURCE_OUTCOME);
	assert_query(8, "caf\351 \\");
	source_act(source, ACTION_TERMINATE, &target);
	step(0);
	assert_true(sent("max_connections"));
	fake_answers(&server_rows, &no_sessions);
	assert_true(sent("pg_roles")); /* a sample goes through with all it needs */
	fake_answers(&(struct pg_rows){ 0, 5, NULL }, NULL);
	assert_true(sent("pg_locks"));
	fake_answers(&(struct pg_rows){ 0, 1, NULL }, NULL);
	assert_true(sent("pg_terminate_backend"));
	fake_answers(&word_rows, NULL);
	assert_int_equal(next_event().type, SOURCE_OUTCOME);
	/* With nobody else waiting, one after the other. */
	source_act(source, ACTION_TERMINATE, &target);
	step(0);
	assert_true(fake_get()->running && sent("pg_terminate_backend"));
	source_recycle(source, next_event().snapshot);
}

/* Behind a pooler the settings go with it, and their rows are no answer. */
static void
test_pooled(void **state)
{
	static const char *const word[] = { "changed" };
	static const struct pg_rows word_rows = FAKE_ROWS(word, 1);
	const struct identity id = { 12, 2 * SECOND };
	const struct target target = { .id = { 7, 0 }, .state_change_us = TIME_UNKNOWN };

	(void)state;
	fake_get()->about.pid = -4711;
	fake_answer(PG_BROKEN, NULL);
	step(0);
	step(SECOND);
	fake_answers(&fake_row, &fake_identity);
	assert_int_equal(next_event().type, SOURCE_MESSAGE);
	source_act(source, ACTION_CANCEL, &target);
	step(0);
	assert_true(sent("set_config(name, value, true)") && sent("; SELECT CASE"));
	fake_answers(&fake_row, &word_rows);
	assert_int_equal(next_event().outcome, OUTCOME_CHANGED);
	source_ask_queries(source, &id, 1);
	step(0);
	assert_true(sent("set_config(name, value, true)"));
	fake_answers(&fake_row, &query_rows);
	assert_query(12, "select 12");
}

/* A walsender before 15 takes one statement at a time, a later one many. */
static void
test_walsender(void **state)
{
	static char host[] = "/tmp";
	static const struct settings settings = { .via = 1 + VIA_WALSENDER,
		.host = host,
		.connect_timeout = 10 * SECOND };

	(void)state;
	for (int version = 140000; version <= 150000; version += 10000) {
		bool many = version == 150000;

		source_close(source);
		fake_reset();
		fake_get()->about.version_num = version;
		source = source_open(&settings, NULL);
		step(0);
		assert_int_equal(fake_get()->sent, 1);
		assert_true((strstr(fake_get()->sql, "; SELECT") != NULL) == many);
		fake_answers(&fake_row, many ? &fake_identity : NULL);
		assert_int_equal(fake_get()->sent, many ? 1 : 2);
		if (!many)
			fake_answers(&fake_identity, NULL);
		assert_int_equal(source_link(source)->state, LINK_UP);
		assert_int_equal(source_link(source)->via, VIA_WALSENDER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_many, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_no_answer, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_other_wish, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_pooled, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_walsender, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("source/pg_queries", tests, NULL, NULL);
}
