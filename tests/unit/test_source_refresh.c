/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of a source's refresh: one message at a time, what a sample waits
 * for and what it does not, whole queries, failures.
 */
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_sql.h"
#include "source/source.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

static const char *const identity_cells[] = { "100", "2026-11-20 00:00:00+00",
	"rds.reserved_connections,odd'name" };
static const struct pg_rows identity_rows = FAKE_ROWS(identity_cells, 3);
static const char *server_cells[] = { "2026-11-20 12:00:00+00", "100", "f", "100", "3", "0", "10",
	NULL, "2" };
static const struct pg_rows server_rows = FAKE_ROWS(server_cells, 9);
static const char *const activity_cells[] = { "100", "5", "10", "app", NULL, "-1",
	"2026-11-20 11:00:00+00", NULL, NULL, NULL, "Lock", "tuple", "active", NULL, NULL,
	"client backend", "select 1", NULL, NULL };
static const struct pg_rows activity_rows = FAKE_ROWS(activity_cells, ACTIVITY_COLUMNS);
static const char *const names_cells[] = { "d", "5", "shop", "-1", "f", "t", "r", "10", "ann", "3",
	"f", "t" };
static const struct pg_rows names_rows = FAKE_ROWS(names_cells, NAMES_OURS + 1);
static const char *const blockers_cells[] = { "100", "{7}" };
static const struct pg_rows blockers_rows = FAKE_ROWS(blockers_cells, 2);
static const char *const starting_cells[] = { "100", "50" };
static const struct pg_rows starting_rows = FAKE_ROWS(starting_cells, 1);
static const char *const own_cells[] = { "100" };
static const struct pg_rows own_rows = FAKE_ROWS(own_cells, 1);
static const char *const query_cells[] = { "7", NULL, "other", "8", "1970-01-01 00:00:00+00",
	"select '\\\\\\351'" };
static const struct pg_rows query_rows = FAKE_ROWS(query_cells, 3);
static const struct pg_rows no_rows = { 0, 3, NULL };

static int
setup(void **state)
{
	fake_setup(state);
	server_cells[SERVER_MAX_CONNECTIONS] = "100";
	step(0);
	fake_answers(&fake_row, &identity_rows);
	return source_link(source)->state != LINK_UP;
}

/* A sample up to its rows. */
static void
sample(void)
{
	source_ask_sample(source);
	step(0);
	assert_true(sent("pg_stat_get_activity(NULL)"));
	fake_answers(&server_rows, &activity_rows);
}

/* The snapshot that must be there now; give it back. */
static struct snapshot *
take(void)
{
	struct source_event event = next_event();

	assert_int_equal(event.type, SOURCE_SNAPSHOT);
	return event.snapshot;
}

static void
test_sample(void **state)
{
	struct snapshot *snap;

	(void)state;
	assert_true(sent("pg_postmaster_start_time"));
	source_ask_sample(source);
	step(0);
	assert_true(sent("current_setting('rds.reserved_connections', true)"));
	assert_false(sent("odd"));
	step(3000);
	fake_answers(&server_rows, &activity_rows);
	assert_int_equal(next_event().type, SOURCE_NOTHING); /* not without names */
	assert_true(sent("IN (0,5)") && sent("IN (0,10)"));
	fake_answers(&names_rows, NULL);
	assert_true(sent("ARRAY[100]") && sent("; SELECT pid FROM pg_catalog.pg_locks"));
	fake_answers(&blockers_rows, &starting_rows);
	snap = take();
	assert_string_equal(snap->sessions[0].user, "ann");
	assert_string_equal(snap->sessions[0].database, "shop");
	assert_true(snap->sessions[0].own);
	assert_int_equal(snap->sessions[0].blocked_by[0], 7);
	assert_int_equal(snap->limit_count, 1);
	assert_int_equal(snap->reserves[0].slots, 2);
	assert_false(snap->hidden_known);
	assert_string_equal(snap->server.version, "15.20");
	assert_string_equal(snap->server.host, "db1");
	assert_true(snap->took_us == 3000);
	assert_true(snap->mono_us == now && snap->wall_us == now + 5);
	source_recycle(source, snap);
	assert_int_equal(fake_get()->sent, 4);
	/* The names are known now, and a look of a moment ago still holds. */
	now += SECOND / 2;
	sample();
	snap = take();
	assert_string_equal(snap->sessions[0].user, "ann");
	assert_int_equal(snap->sessions[0].blocked_by[0], 7);
	source_recycle(source, snap);
	assert_int_equal(fake_get()->sent, 5);
	now += SECOND;
	sample();
	assert_true(sent("pg_blocking_pids"));
}

/* One round of a sample up to the end, with the pids that hold a lock. */
static struct snapshot *
look(const struct pg_rows *pids)
{
	sample();
	if (sent("pg_roles"))
		fake_answers(&names_rows, NULL);
	assert_true(sent("pg_blocking_pids"));
	assert_int_equal(sent("; SELECT pid FROM pg_catalog.pg_locks"), pids != NULL);
	fake_answers(&blockers_rows, pids);
	return take();
}

/* While there are many free slots: at first, each half a minute, and as long as there may be some.
 */
static void
test_seldom(void **state)
{
	struct snapshot *snap;

	(void)state;
	snap = look(&own_rows);
	assert_true(snap->hidden_known);
	source_recycle(source, snap);
	for (int i = 0; i < 28; i++) {
		now += SECOND;
		snap = look(NULL);
		assert_true(snap->hidden_known); /* still */
		assert_int_equal(snap->session_count, 1);
		source_recycle(source, snap);
	}
	now += 2 * SECOND;
	source_recycle(source, look(&starting_rows));
	for (int i = 0; i < 2; i++) {
		now += SECOND;
		snap = look(&starting_rows);
		assert_int_equal(snap->session_count, 2);
		assert_true(snap->hidden_known);
		source_recycle(source, snap);
	}
	now += SECOND;
	source_recycle(source, look(&own_rows));
	now += SECOND;
	source_recycle(source, look(NULL));
	now += 30 * SECOND;
	sample();
	step(SECOND); /* it takes too long */
	snap = take();
	assert_false(snap->hidden_known);
	source_recycle(source, snap);
}

static void
test_starting(void **state)
{
	struct snapshot *snap;

	(void)state;
	server_cells[SERVER_MAX_CONNECTIONS] = "6"; /* 1 of 1 is in use */
	for (int i = 0; i < 2; i++) {
		now += SECOND;
		sample();
		if (i == 0)
			fake_answers(&names_rows, NULL);
		assert_true(
		    sent("pg_blocking_pids") && sent("; SELECT pid FROM pg_catalog.pg_locks"));
		fake_answers(&blockers_rows, &starting_rows);
		snap = take();
		assert_int_equal(snap->hidden_known, i);
		assert_int_equal(snap->session_count, 1 + i);
		source_recycle(source, snap);
	}
	now += SECOND / 2;
	sample();
	snap = take();
	assert_int_equal(snap->session_count, 2);
	assert_int_equal(snapshot_find_pid(snap, 50)->kind, KIND_HIDDEN);
	source_recycle(source, snap);
}

/* What comes after a sample may not keep it for long, and comes in no wrong sample later. */
static void
test_overdue(void **state)
{
	struct snapshot *snap;

	(void)state;
	sample();
	step(SECOND / 2 - 1);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_int_equal(source_deadline(source), now + 1);
	step(1);
	snap = take();
	assert_string_equal(snap->sessions[0].user, "oid 10");
	source_recycle(source, snap);
	source_ask_sample(source);
	step(SECOND);
	assert_true(sent("pg_roles"));
	fake_answers(&names_rows, NULL);
	assert_true(sent("pg_stat_get_activity"));
	fake_answers(&server_rows, &activity_rows);
	step(SECOND / 2);
	snap = take();
	assert_string_equal(snap->sessions[0].user, "ann");
	assert_false(snap->sessions[0].blockers_known);
	source_recycle(source, snap);
	fake_answers(&blockers_rows, NULL);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	sample();
	snap = take();
	assert_false(snap->sessions[0].blockers_known);
	source_recycle(source, snap);
}

static void
test_failures(void **state)
{
	struct source_event event;

	(void)state;
	fake_get()->error =
	    "ERROR:  57014: canceling statement\nLOCATION:  ProcessInterrupts, p.c:1\n";
	source_ask_sample(source);
	step(0);
	fake_answer(PG_ROWS, &server_rows);
	fake_answer(PG_ERROR, NULL);
	fake_answer(PG_DONE, NULL);
	step(0);
	event = next_event();
	assert_int_equal(event.type, SOURCE_MESSAGE);
	assert_int_equal(event.level, LEVEL_CRITICAL);
	assert_string_equal(event.text, "sample: canceling statement");
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_int_equal(source_link(source)->state, LINK_UP);
	sample();
	fake_answer(PG_ERROR, NULL);
	fake_answer(PG_DONE, NULL);
	step(0);
	fake_answers(&blockers_rows, NULL);
	event = next_event();
	assert_string_equal(event.text, "names and settings: canceling statement");
	event = next_event();
	assert_int_equal(event.type, SOURCE_SNAPSHOT);
	assert_string_equal(event.snapshot->sessions[0].user, "oid 10");
	source_recycle(source, event.snapshot);
	/* Not asked for again at once. */
	sample();
	assert_false(sent("pg_roles"));
	source_recycle(source, take());
}

static void
test_query(void **state)
{
	const struct identity first = { 7, TIME_UNKNOWN }, second = { 8, 0 };
	struct source_event event;
	int messages;

	(void)state;
	source_ask_sample(source);
	step(0);
	messages = fake_get()->sent;
	source_ask_query(source, &first);
	source_ask_query(source, &second);
	source_ask_sample(source);
	step(SECOND);
	assert_int_equal(fake_get()->sent, messages); /* one runs */
	fake_answers(&server_rows, &activity_rows);
	fake_answers(&names_rows, NULL);
	fake_answers(&blockers_rows, NULL);
	source_recycle(source, take());
	assert_true(sent("pg_stat_get_activity(8)"));
	fake_answers(&query_rows, NULL);
	event = next_event();
	assert_int_equal(event.type, SOURCE_DETAIL);
	assert_int_equal(event.id.pid, 8);
	assert_string_equal(event.text, "select '\\\351'");
	source_ask_query(source, &first);
	step(0);
	assert_true(sent("pg_stat_get_activity(7)") && sent("IN (7)"));
	source_ask_query(source, &second); /* what comes now is not wanted any more */
	fake_answers(&query_rows, NULL);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	fake_answers(&no_rows, NULL);
	event = next_event();
	assert_int_equal(event.type, SOURCE_DETAIL);
	assert_int_equal(event.id.pid, 8);
	assert_null(event.text);
	source_ask_query(source, &first);
	step(0);
	fake_answers(&query_rows, NULL);
	source_ask_query(source, &second); /* nor an answer that nobody took */
	assert_int_equal(next_event().type, SOURCE_NOTHING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sample, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_seldom, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_starting, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_overdue, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_query, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("source/pg_refresh", tests, NULL, NULL);
}
