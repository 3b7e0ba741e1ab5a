/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/pg_sample and source/pg_value: what rows become.
 */
#include "base/buf.h"
#include "model/snapshot.h"
#include "source/pg_names.h"
#include "source/pg_sample.h"
#include "source/pg_sql.h"
#include "source/pg_value.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW "2026-11-20 12:00:10.5+00"
#define NOW_US INT64_C(1795176010500000)
#define S1 "2026-11-20 12:00:00+00"
#define NO_TIMES NULL, NULL, NULL
#define NO_WAIT NULL, NULL

/* pid database user application client port start xact query change wait x2 state xid xmin type
 * query leader id */
#define ROW_TYPE(pid, type)                                                                     \
	pid, "5", "10", "app", NULL, "-1", S1, NO_TIMES, NO_WAIT, "idle", NULL, NULL, type, "", \
	    NULL, NULL

static struct pg_sample sample;
static struct pg_names *names;

static int
setup(void **state)
{
	(void)state;
	fake_reset();
	sample = (struct pg_sample){ .snap = snapshot_new(), .version = 150020, .own_pid = 1 };
	names = pg_names_new();
	pg_names_begin(names);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	snapshot_free(sample.snap);
	pg_names_free(names);
	return 0;
}

static void
read_sessions(const struct pg_rows *rows)
{
	pg_sample_sessions(&sample, rows, names);
	pg_sample_names(&sample, names);
}

static void
test_session(void **state)
{
	static const char *const cells[] = { "7", "5", "10", "web", "10.0.0.5", "40000", S1, S1,
		"2026-11-20 12:00:01.25+00", "2026-11-20 12:00:02+00", "Lock", "tuple", "active",
		"77", "76", "client backend", "select '\\\\', caf\\351", "6",
		"-9223372036854775808" };
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	const struct session *one;

	(void)state;
	read_sessions(&rows);
	assert_int_equal(sample.snap->session_count, 1);
	one = &sample.snap->sessions[0];
	assert_int_equal(one->id.pid, 7);
	assert_int_equal(one->id.start_us, NOW_US - 10500000);
	assert_int_equal(one->xact_start_us, NOW_US - 10500000);
	assert_int_equal(one->query_start_us, NOW_US - 9250000);
	assert_int_equal(one->state_change_us, NOW_US - 8500000);
	assert_int_equal(one->kind, KIND_CLIENT);
	assert_int_equal(one->state, STATE_ACTIVE);
	assert_true(one->slot);
	assert_false(one->own);
	assert_string_equal(one->database, "oid 5");
	assert_string_equal(one->user, "oid 10");
	assert_string_equal(one->application, "web");
	assert_string_equal(one->client, "10.0.0.5");
	assert_int_equal(one->client_port, 40000);
	assert_string_equal(one->backend_type, "client backend");
	assert_string_equal(one->wait_event_type, "Lock");
	assert_string_equal(one->wait_event, "tuple");
	assert_int_equal(one->xid, 77);
	assert_int_equal(one->xmin, 76);
	assert_int_equal(one->leader_pid, 6);
	assert_true(one->query_id == INT64_MIN);
	assert_string_equal(one->query, "select '\\', caf\351");
	assert_false(one->blockers_known);
	assert_false(sample.snap->restricted);
}

/* Row by row: what may be seen of a Unix socket's client, of ourselves, of others, of processes. */
static void
test_unknown(void **state)
{
	static const char *const cells[] = {
		"1", "5", "10", "", NULL, "-1", S1, NO_TIMES, NO_WAIT, "disabled", NULL, NULL,
		"client backend", "", NULL, NULL, /* own */
		"2", "5", "10", "a", NULL, NULL, NULL, NO_TIMES, NO_WAIT, NULL, "9", NULL, NULL,
		"<insufficient privilege>", NULL, NULL, /* hidden */
		"3", NULL, NULL, "", NULL, NULL, NULL, NO_TIMES, NO_WAIT, NULL, NULL, NULL, NULL,
		"<insufficient privilege>", NULL, NULL, /* process */
		"4", "5", "10", "", NULL, NULL, S1, NO_TIMES, NO_WAIT, NULL, NULL, NULL, NULL, "",
		NULL, NULL, /* nameless */
	};
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	const struct session *all;

	(void)state;
	read_sessions(&rows);
	all = sample.snap->sessions;
	assert_true(all[0].own && all[0].slot && all[0].blockers_known);
	assert_int_equal(all[0].state, STATE_DISABLED);
	assert_string_equal(all[0].client, "local");
	assert_string_equal(all[0].application, "");
	assert_int_equal(all[0].xact_start_us, TIME_UNKNOWN);
	assert_int_equal(all[0].xid, -1);
	assert_int_equal(all[1].kind, KIND_UNKNOWN);
	assert_int_equal(all[1].state, STATE_UNKNOWN);
	assert_true(all[1].slot && !all[1].blockers_known);
	assert_int_equal(all[1].id.start_us, TIME_UNKNOWN);
	assert_null(all[1].client);
	assert_null(all[1].query);
	assert_int_equal(all[1].xid, 9);
	assert_int_equal(all[2].kind, KIND_UNKNOWN);
	assert_false(all[2].slot);
	assert_null(all[2].user);
	assert_int_equal(all[3].kind, KIND_WORKER);
	assert_false(all[3].slot);
	assert_true(sample.snap->restricted);
	assert_int_equal(pg_sample_used(&sample), 2);
}

static void
test_kinds(void **state)
{
	static const char *const cells[] = {
		ROW_TYPE("11", "client backend"),
		ROW_TYPE("12", "walsender"),
		ROW_TYPE("13", "slotsync worker"),
		ROW_TYPE("14", "parallel worker"),
		ROW_TYPE("15", "autovacuum worker"),
	};
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	static const struct {
		int version;
		bool walsender, slotsync; /* hold a slot */
	} versions[] = {
		{ 100023, true, true },
		{ 110022, true, true },
		{ 120000, false, true },
		{ 170002, false, true },
		{ 170003, false, false },
		{ 180000, false, false },
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const struct session *all;

		sample.version = versions[i].version;
		read_sessions(&rows);
		all = sample.snap->sessions;
		assert_int_equal(all[0].kind, KIND_CLIENT);
		assert_true(all[0].slot);
		assert_int_equal(all[1].kind, KIND_WALSENDER);
		assert_int_equal(all[1].slot, versions[i].walsender);
		assert_int_equal(all[2].kind, KIND_WORKER);
		assert_int_equal(all[2].slot, versions[i].slotsync);
		assert_int_equal(all[3].kind, KIND_WORKER);
		assert_false(all[3].slot || all[4].slot);
		teardown(state);
		setup(state);
	}
}

static void
test_server(void **state)
{
	static const char *const cells[] = { NOW, "42", "t", "100", "3", "2", "10",
		"5 10 1 2 3,16384 20000000000 0 0 7", "5", "junk" };
	static const struct pg_rows rows = FAKE_ROWS(cells, 10);
	const struct snapshot *snap = sample.snap;

	(void)state;
	pg_sample_server(&sample, &rows, "rds.reserved_connections,x.reserved_connections");
	assert_true(snap->server_us == NOW_US);
	assert_int_equal(sample.own_pid, 42);
	assert_true(snap->server.in_recovery);
	assert_int_equal(snap->max_connections, 100);
	assert_int_equal(snap->superuser_reserved, 3);
	assert_int_equal(snap->reserved, 2);
	assert_int_equal(snap->max_wal_senders, 10);
	assert_int_equal(snap->reserve_count, 2);
	assert_string_equal(snap->reserves[0].setting, "rds.reserved_connections");
	assert_int_equal(snap->reserves[0].slots, 5);
	assert_int_equal(snap->reserves[1].slots, 0);
	assert_int_equal(pg_sample_usable(&sample), 90);
	assert_int_equal(snap->database_count, 2);
	assert_int_equal(snap->databases[0].oid, 5);
	assert_int_equal(snap->databases[0].sessions, 10);
	assert_int_equal(snap->databases[0].abandoned, 1);
	assert_int_equal(snap->databases[0].fatal, 2);
	assert_int_equal(snap->databases[0].killed, 3);
	assert_int_equal(snap->databases[1].oid, 16384);
	assert_true(snap->databases[1].sessions == INT64_C(20000000000));
	assert_int_equal(snap->databases[1].killed, 7);
}

static void
test_blockers(void **state)
{
#define WAITER(pid, type)                                                              \
	pid, "5", "10", "", NULL, "-1", S1, NO_TIMES, type, "x", "active", NULL, NULL, \
	    "client backend", "", NULL, NULL
	static const char *const cells[] = { WAITER("30", "Lock"), WAITER("20", "LWLock"),
		WAITER("10", "Lock"), WAITER("40", "Lock") };
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	static const char *const answer[] = { "30", "{20,0,20}", "10", "{}", "20", "{1}", "99",
		"{1}" };
	static const struct pg_rows blockers = FAKE_ROWS(answer, 2);
	struct buf list = { 0 };
	const struct session *all;

	(void)state;
	read_sessions(&rows);
	assert_int_equal(pg_sample_waiting(&sample, 2, &list), 2);
	assert_string_equal(buf_str(&list), "10,30");
	buf_clear(&list);
	pg_sample_blockers(&sample, &blockers);
	all = sample.snap->sessions;
	assert_true(
	    all[0].blockers_known && all[0].blocker_count == 0 && all[0].blocked_by == NULL);
	assert_true(all[1].blockers_known && all[1].blocker_count == 0); /* waits for no lock */
	assert_int_equal(all[2].blocker_count, 2);
	assert_int_equal(all[2].blocked_by[0], 20);
	assert_int_equal(all[2].blocked_by[1], 0);
	assert_false(all[3].blockers_known);
}

static void
test_starting(void **state)
{
	static const char *const cells[] = { ROW_TYPE("11", "client backend") };
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	static const char *const first[] = { "11", "50", "7" },
	                         *const second[] = { "7", "60", "50" };
	static const struct pg_rows one = FAKE_ROWS(first, 1), two = FAKE_ROWS(second, 1);
	struct pg_starting starting = { 0 };
	const struct session *session;

	(void)state;
	read_sessions(&rows);
	assert_false(sample.snap->hidden_known);
	pg_starting_read(&starting, &one, sample.snap);
	pg_sample_starting(&sample, &starting);
	assert_int_equal(sample.snap->session_count, 1); /* seen once only */
	assert_false(sample.snap->hidden_known);
	pg_starting_read(&starting, &two, sample.snap);
	pg_sample_starting(&sample, &starting);
	assert_int_equal(sample.snap->session_count, 3);
	session = snapshot_find_pid(sample.snap, 7);
	assert_non_null(session);
	assert_int_equal(session->kind, KIND_HIDDEN);
	assert_int_equal(session->state, STATE_STARTING);
	assert_true(session->slot);
	assert_null(session->user);
	assert_non_null(snapshot_find_pid(sample.snap, 50));
	assert_int_equal(pg_sample_used(&sample), 3);
	pg_sample_starting(&sample, &starting); /* they show by now */
	assert_int_equal(sample.snap->session_count, 3);
	assert_true(sample.snap->hidden_known);
	pg_starting_clear(&starting);
}

static void
test_unescape(void **state)
{
	static const struct {
		const char *in, *out;
	} examples[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\\\\", "\\" },
		{ "a\\303\\251b", "a\303\251b" },
		{ "\\033[2J", "\033[2J" },
		{ "x\\", "x" },
		{ "\\37", "37" },
		{ "\\\\101", "\\101" },
		{ "\\377\\001", "\377\001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char out[32];
		size_t n = pg_value_unescape(out, examples[i].in, strlen(examples[i].in));

		assert_int_equal(n, strlen(examples[i].out));
		assert_memory_equal(out, examples[i].out, n);
	}
}

/* Each statement of each version: SELECT first, ASCII, no mark left over. */
static void
test_statements(void **state)
{
	static const int versions[] = { 100000, 110000, 120000, 130000, 140000, 150000, 160000,
		170000, 180000, 190000 };

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		for (int id = PG_SQL_SESSION; id <= PG_SQL_TERMINATE; id++) {
			struct buf sql = { 0 };

			pg_sql_add(&sql, (enum pg_sql)id, versions[i], "1", "2");
			assert_int_equal(strncmp(buf_str(&sql), "SELECT ", 7), 0);
			assert_null(strchr(buf_str(&sql), '$'));
			assert_null(strchr(buf_str(&sql), ';'));
			for (size_t j = 0; j < sql.len; j++)
				assert_in_range(sql.data[j], ' ', '~');
			assert_int_equal(strstr(sql.data, "idle_session_timeout") != NULL,
			    id == PG_SQL_SESSION && versions[i] >= 140000);
			assert_int_equal(strstr(sql.data, "transaction_timeout', '0") != NULL,
			    id == PG_SQL_SESSION && versions[i] >= 170000);
			assert_int_equal(strstr(sql.data, "leader_pid") != NULL,
			    id == PG_SQL_ACTIVITY && versions[i] >= 130000);
			assert_int_equal(strstr(sql.data, "query_id") != NULL,
			    id == PG_SQL_ACTIVITY && versions[i] >= 140000);
			assert_int_equal(strstr(sql.data, "'reserved_connections')") != NULL,
			    id == PG_SQL_IDENTITY ||
			        (id == PG_SQL_SERVER && versions[i] >= 160000));
			buf_clear(&sql);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blockers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_starting, setup, teardown),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_statements),
	};

	return cmocka_run_group_tests_name("source/pg_sample", tests, NULL, NULL);
}
