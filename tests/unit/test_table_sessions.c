/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the tables of sessions and of queries: who is in them, each
 * column, unknown against zero, and what is marked.
 */
#include "fixture.h"
#include "model/messages.h"
#include "table/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct cell {
	const char *column;
	const char *text;
};

/* Every column of the row, as text; those that are not listed must be unknown. */
static void
check_row(const struct table *table, const struct fixture *fixture, const void *row,
    const struct cell *cells, size_t count)
{
	size_t seen = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		struct value value = column->get(&fixture->data, row);
		const char *want = "-";
		char room[CELL_MAX];

		for (size_t c = 0; c < count; c++) {
			if (strcmp(cells[c].column, column->name) == 0) {
				want = cells[c].text;
				seen++;
			}
		}
		assert_string_equal(cell_text(room, &value), want);
	}
	assert_int_equal(seen, count);
}

/* A session of which everything is known. */
static struct session *
add_known(struct fixture *fixture)
{
	static const int32_t blockers[] = { 4712, 0 };
	struct session *session =
	    fixture_add(fixture->snap, 4711, "app", "worker", STATE_IDLE_IN_TRANSACTION);

	session->state_change_us = NOW_US - SECONDS(723);
	session->xact_start_us = NOW_US - SECONDS(840);
	session->query_start_us = NOW_US - SECONDS(725);
	session->wait_event_type = "Lock";
	session->wait_event = "transactionid";
	session->xid = 771;
	session->xmin = 770;
	session->query_id = -5;
	session->query = "select 'x'\n  from t";
	session->blocked_by = blockers;
	session->blocker_count = 2;
	session->blockers_known = true;
	return session;
}

static void
test_known(void **state)
{
	static const struct cell cells[] = { { "pid", "4711" },
		{ "backend_start", "2026-11-20T13:02:33.123456Z" }, { "user", "app" },
		{ "database", "wall" }, { "application", "worker" }, { "client", "10.0.0.5" },
		{ "port", "40000" }, { "state", "idle in transaction" }, { "age", "12m03s" },
		{ "transaction", "14m00s" }, { "query_age", "12m05s" }, { "session", "1h00m" },
		{ "wait_type", "Lock" }, { "wait", "transactionid" },
		{ "blocked_by", "4712 prepared" }, { "blocked_root", "0" }, { "depth", "1" },
		{ "blocks", "0" }, { "holds_up", "0" }, { "backend_type", "client backend" },
		{ "xid", "771" }, { "xmin", "770" }, { "query_id", "-5" }, { "own", "no" },
		{ "query", "select 'x'\n  from t" } };
	static const struct cell query_cells[] = { { "pid", "4711" }, { "transaction", "14m00s" },
		{ "query_age", "12m05s" }, { "state", "idle in transaction" }, { "age", "12m03s" },
		{ "user", "app" }, { "database", "wall" }, { "application", "worker" },
		{ "wait", "transactionid" }, { "blocked_by", "4712 prepared" }, { "blocks", "0" },
		{ "holds_up", "0" }, { "query", "select 'x'\n  from t" } };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_known(&fixture);
	fixture_analyse(&fixture);
	check_row(&table_sessions, &fixture, &fixture.snap->sessions[0], cells, COUNT_OF(cells));
	check_row(&table_queries, &fixture, &fixture.snap->sessions[0], query_cells,
	    COUNT_OF(query_cells));
	fixture_clear(&fixture);
}

/* Only the pid is known: all else is unknown, not zero and not empty. */
static void
test_unknown(void **state)
{
	static const struct cell cells[] = { { "pid", "7" }, { "state", "unknown" },
		{ "blocks", "0" }, { "holds_up", "0" }, { "own", "no" } };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = snapshot_add(fixture.snap);
	session->id.pid = 7;
	session->slot = true;
	fixture_analyse(&fixture);
	check_row(&table_sessions, &fixture, &fixture.snap->sessions[0], cells, COUNT_OF(cells));
	fixture.data.facts = NULL;
	check_row(&table_sessions, &fixture, &fixture.snap->sessions[0],
	    (const struct cell[]){ { "pid", "7" }, { "state", "unknown" }, { "own", "no" } }, 3);
	fixture_clear(&fixture);
}

/* Known and empty: an application name that was not given, a session that is ours. */
static void
test_empty(void **state)
{
	static const struct cell cells[] = { { "pid", "8" },
		{ "backend_start", "2026-11-20T13:02:33.123456Z" }, { "user", "app" },
		{ "database", "wall" }, { "application", "" }, { "client", "local" },
		{ "state", "active" }, { "age", "0s" }, { "query_age", "0s" },
		{ "session", "1h00m" }, { "blocked_by", "" }, { "depth", "0" }, { "blocks", "0" },
		{ "holds_up", "0" }, { "backend_type", "client backend" }, { "xid", "0" },
		{ "xmin", "0" }, { "own", "yes" }, { "query", "" } };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 8, "app", "", STATE_ACTIVE);
	session->client = "local";
	session->client_port = -1;
	session->own = true;
	session->xid = session->xmin = 0;
	session->query = "";
	session->state_change_us = session->query_start_us = NOW_US + SECONDS(1);
	fixture_analyse(&fixture);
	check_row(&table_sessions, &fixture, &fixture.snap->sessions[0], cells, COUNT_OF(cells));
	fixture_clear(&fixture);
}

static const char *
cell(const struct fixture *fixture, size_t row, const char *column, char room[CELL_MAX])
{
	const struct column *found = table_column(&table_sessions, column);
	struct value value = found->get(&fixture->data, &fixture->snap->sessions[row]);

	return cell_text(room, &value);
}

/* Nobody, unknown, and those that wait for this one. */
static void
test_blocking(void **state)
{
	static const int32_t one[] = { 1 };
	struct fixture fixture;
	struct session *session;
	char room[CELL_MAX];

	(void)state;
	fixture_init(&fixture);
	fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE_IN_TRANSACTION);
	for (int32_t pid = 2; pid <= 4; pid++) {
		session = fixture_add(fixture.snap, pid, "app", "web", STATE_ACTIVE);
		session->wait_event_type = "Lock";
		session->blocked_by = one;
		session->blocker_count = pid < 4 ? 1 : 0;
		session->blockers_known = pid < 4;
	}
	session = fixture_add(fixture.snap, 5, "app", "web", STATE_UNKNOWN);
	fixture_analyse(&fixture);
	assert_string_equal(cell(&fixture, 0, "blocked_by", room), "");
	assert_string_equal(cell(&fixture, 0, "blocks", room), "2");
	assert_string_equal(cell(&fixture, 0, "holds_up", room), "2");
	assert_string_equal(cell(&fixture, 0, "depth", room), "0");
	assert_string_equal(cell(&fixture, 0, "blocked_root", room), "-");
	assert_string_equal(cell(&fixture, 1, "depth", room), "1");
	assert_string_equal(cell(&fixture, 1, "blocked_root", room), "1");
	assert_string_equal(cell(&fixture, 3, "depth", room), "-");
	assert_string_equal(cell(&fixture, 3, "blocked_root", room), "-");
	assert_string_equal(cell(&fixture, 4, "depth", room), "-");
	assert_string_equal(cell(&fixture, 1, "blocked_by", room), "1");
	assert_string_equal(cell(&fixture, 1, "blocks", room), "0");
	assert_string_equal(cell(&fixture, 3, "blocked_by", room), "-"); /* not looked up */
	assert_string_equal(cell(&fixture, 4, "blocked_by", room), "-"); /* not seen */
	assert_int_equal(table_sessions.level(&fixture.data, &fixture.snap->sessions[0]),
	    LEVEL_CRITICAL);
	assert_int_equal(table_sessions.level(&fixture.data, &fixture.snap->sessions[1]),
	    LEVEL_WARNING);
	assert_int_equal(table_sessions.level(&fixture.data, &fixture.snap->sessions[4]), LEVEL_OK);
	fixture_clear(&fixture);
}

/* Idle in a transaction, aborted or not, for more than a minute. */
static void
test_level(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 1, "app", "web", STATE_IDLE);
	for (int i = 0; i < STATE_COUNT; i++) {
		bool holding = i == STATE_IDLE_IN_TRANSACTION || i == STATE_ABORTED;

		session->state = (enum session_state)i;
		session->state_change_us = NOW_US - SECONDS(60);
		fixture_analyse(&fixture);
		assert_int_equal(table_sessions.level(&fixture.data, session), LEVEL_OK);
		session->state_change_us = NOW_US - SECONDS(60) - 1;
		assert_int_equal(table_queries.level(&fixture.data, session),
		    holding ? LEVEL_WARNING : LEVEL_OK);
	}
	session->state = STATE_ABORTED;
	session->state_change_us = TIME_UNKNOWN;
	assert_int_equal(table_sessions.level(&fixture.data, session), LEVEL_OK);
	fixture.data.facts = NULL;
	assert_int_equal(table_sessions.level(&fixture.data, session), LEVEL_OK);
	fixture_clear(&fixture);
}

/* The pids of a table's rows, in its order. */
static void
expect_rows(const struct table *table, const struct fixture *fixture, const char *want)
{
	struct view view = view_default(table);
	struct arena arena = { 0 };
	char text[64] = "";
	struct rows rows;

	view_rows(&view, table, &fixture->data, &rows, &arena);
	for (size_t i = 0; i < rows.count; i++) {
		const struct session *session = rows.items[i];
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%d", i > 0 ? " " : "",
		    (int)session->id.pid);
	}
	assert_string_equal(text, want);
	arena_clear(&arena);
}

/* Sessions: all that hold a slot. Queries: what runs or is in a transaction, and is not ours. */
static void
test_rows(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 0; i < STATE_COUNT; i++)
		fixture_add(fixture.snap, 10 + i, "app", "web", (enum session_state)i)
		    ->state_change_us -= i;
	fixture_add(fixture.snap, 20, "app", "web", STATE_IDLE)->xact_start_us = NOW_US - 20;
	fixture_add(fixture.snap, 21, "app", "web", STATE_UNKNOWN)->xact_start_us = NOW_US - 21;
	fixture_add(fixture.snap, 30, "app", "web", STATE_ACTIVE)->own = true;
	fixture_add(fixture.snap, 40, "rep", "standby", STATE_ACTIVE)->slot = false;
	fixture_analyse(&fixture);
	expect_rows(&table_sessions, &fixture, "17 16 15 14 13 12 11 10 20 21 30");
	expect_rows(&table_queries, &fixture, "21 20 10 12 13 14");
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_blocking),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
