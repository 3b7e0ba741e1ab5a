/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of building snapshots. Also compiled with INTERN_SLOTS 4, so that
 * the table of strings is always about to be full.
 */
#include "model/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STRINGS 3000

static void
test_empty(void **state)
{
	struct snapshot *snap = snapshot_new();
	struct identity id = { 1, 2 };

	(void)state;
	assert_int_equal(snap->session_count, 0);
	assert_int_equal(snap->max_connections, -1);
	assert_int_equal(snap->max_wal_senders, -1);
	assert_true(snap->server.started_us == TIME_UNKNOWN);
	assert_false(snap->hidden_known);
	assert_false(snap->restricted);
	assert_null(snap->server.host);
	snapshot_finish(snap);
	assert_null(snapshot_find(snap, &id));
	assert_null(snapshot_find_pid(snap, 1));
	snapshot_free(snap);
	snapshot_free(NULL);
}

/* What is not set is unknown, never zero. */
static void
test_add(void **state)
{
	struct snapshot *snap = snapshot_new();
	const struct session *session = snapshot_add(snap);

	(void)state;
	assert_true(session->id.start_us == TIME_UNKNOWN);
	assert_int_equal(session->kind, KIND_UNKNOWN);
	assert_int_equal(session->state, STATE_UNKNOWN);
	assert_false(session->slot || session->own || session->blockers_known);
	assert_null(session->database);
	assert_null(session->user);
	assert_null(session->application);
	assert_null(session->client);
	assert_null(session->backend_type);
	assert_null(session->wait_event_type);
	assert_null(session->wait_event);
	assert_null(session->query);
	assert_null(session->blocked_by);
	assert_int_equal(session->client_port, -1);
	assert_true(session->xact_start_us == TIME_UNKNOWN);
	assert_true(session->query_start_us == TIME_UNKNOWN);
	assert_true(session->state_change_us == TIME_UNKNOWN);
	assert_int_equal(session->xid, -1);
	assert_int_equal(session->xmin, -1);
	assert_int_equal(session->query_id, 0);
	snapshot_free(snap);
}

static void
test_intern(void **state)
{
	struct snapshot *snap = snapshot_new();
	const char *text, *nul;

	(void)state;
	assert_null(snapshot_intern(snap, NULL, 0));
	text = snapshot_intern(snap, "webber", 3);
	assert_string_equal(text, "web");
	assert_ptr_equal(snapshot_intern(snap, "web", 3), text);
	assert_ptr_not_equal(snapshot_intern(snap, "we", 2), text);
	assert_ptr_not_equal(snapshot_intern(snap, "Web", 3), text);
	assert_string_equal(snapshot_intern(snap, "", 0), "");
	assert_ptr_equal(snapshot_intern(snap, "x", 0), snapshot_intern(snap, "", 0));
	nul = snapshot_intern(snap, "web\0a", 5);
	assert_ptr_not_equal(nul, text);
	assert_memory_equal(nul, "web\0a", 6);
	assert_ptr_equal(snapshot_intern(snap, "web\0a", 5), nul);
	assert_ptr_not_equal(snapshot_intern(snap, "web\0b", 5), nul);
	snapshot_free(snap);
}

/* Many strings: each keeps its place, and its text, while the table grows. */
static void
test_intern_growth(void **state)
{
	struct snapshot *snap = snapshot_new();
	const char *strings[STRINGS];
	char text[24];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < STRINGS; i++) {
			int n = snprintf(text, sizeof(text), "string %d", i);
			const char *s = snapshot_intern(snap, text, (size_t)n);

			if (round == 0)
				strings[i] = s;
			assert_ptr_equal(s, strings[i]);
			assert_string_equal(s, text);
		}
	}
	snapshot_reset(snap); /* forgets them all */
	assert_string_equal(snapshot_intern(snap, "string 1", 8), "string 1");
	snapshot_free(snap);
}

/* A sample in an order that has nothing to do with the pids. */
static void
fill(struct snapshot *snap, int count)
{
	for (int i = 0; i < count; i++) {
		struct session *session = snapshot_add(snap);

		session->id.pid = (int32_t)(i * 7919LL % count) * 2 + 1;
		session->id.start_us = session->id.pid * 10LL;
		session->query_id = session->id.pid;
	}
	snapshot_finish(snap);
}

static void
test_find(void **state)
{
	static const int counts[] = { 1, 2, 3, 63, 64, 65, 128, 129, 1000 };
	struct snapshot *snap = snapshot_new();

	(void)state;
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		fill(snap, counts[n]);
		assert_int_equal(snap->session_count, counts[n]);
		for (int i = 0; i < counts[n]; i++) {
			struct identity id = { i * 2 + 1, (i * 2 + 1) * 10LL };
			const struct session *session = &snap->sessions[i];

			assert_int_equal(session->query_id, id.pid);
			assert_ptr_equal(snapshot_find(snap, &id), session);
			assert_ptr_equal(snapshot_find_pid(snap, id.pid), session);
			assert_null(snapshot_find_pid(snap, id.pid - 1));
			id.start_us++;
			assert_null(snapshot_find(snap, &id)); /* the pid again, another one */
			id.start_us = TIME_UNKNOWN;
			assert_null(snapshot_find(snap, &id));
		}
		assert_null(snapshot_find_pid(snap, counts[n] * 2 + 1));
		assert_null(snapshot_find_pid(snap, INT32_MIN));
		snapshot_reset(snap);
		assert_int_equal(snap->session_count, 0);
	}
	snapshot_free(snap);
}

/* Room for as many at once; more of them find theirs all the same. */
static void
test_reserve(void **state)
{
	struct snapshot *snap = snapshot_new();
	const struct session *first;

	(void)state;
	for (size_t n = 0; n < 200; n += 99) {
		snapshot_reserve(snap, n);
		first = snap->sessions;
		for (size_t i = 0; i < n; i++)
			snapshot_add(snap)->id.pid = (int32_t)i + 1;
		assert_ptr_equal(snap->sessions, first);
		assert_int_equal(snap->session_count, n);
		for (size_t i = n; i < 500; i++)
			snapshot_add(snap)->id.pid = (int32_t)i + 1;
		snapshot_finish(snap);
		for (int32_t pid = 1; pid <= 500; pid++)
			assert_ptr_equal(snapshot_find_pid(snap, pid), &snap->sessions[pid - 1]);
		snapshot_reset(snap);
	}
	snapshot_free(snap);
}

static void
test_find_twins(void **state)
{
	static const int64_t starts[] = { 30, TIME_UNKNOWN, 20 };
	struct snapshot *snap = snapshot_new();
	struct identity id = { 7, 20 };

	(void)state;
	for (int i = 0; i < 3; i++)
		snapshot_add(snap)->id = (struct identity){ 7, starts[i] };
	snapshot_finish(snap);
	assert_ptr_equal(snapshot_find_pid(snap, 7), &snap->sessions[0]);
	assert_true(snap->sessions[0].id.start_us == TIME_UNKNOWN);
	assert_ptr_equal(snapshot_find(snap, &id), &snap->sessions[1]);
	id.start_us = TIME_UNKNOWN;
	assert_ptr_equal(snapshot_find(snap, &id), &snap->sessions[0]);
	snapshot_free(snap);
}

/* A reset snapshot is as good as a new one, and the same sample again needs no more memory. */
static void
test_reset(void **state)
{
	struct snapshot *snap = snapshot_new();
	size_t bytes = 0;

	(void)state;
	for (int round = 0; round < 4; round++) {
		snap->max_connections = 100;
		snap->restricted = snap->hidden_known = true;
		snap->server.host = snapshot_intern(snap, "db1", 3);
		fill(snap, 500);
		snapshot_reset(snap);
		assert_int_equal(snap->max_connections, -1);
		assert_false(snap->restricted || snap->hidden_known);
		assert_null(snap->server.host);
		assert_null(snap->sessions);
		assert_int_equal(snap->session_count, 0);
		assert_true(round == 0 || snap->arena.bytes == bytes);
		bytes = snap->arena.bytes;
	}
	snapshot_free(snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_intern_growth),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_find_twins),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
