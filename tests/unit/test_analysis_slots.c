/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the slot arithmetic.
 */
#include "analysis/slots.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int
sum_states(const struct slots *slots)
{
	int sum = 0;

	for (int i = 0; i < STATE_COUNT; i++)
		sum += slots->states[i];
	return sum;
}

/* The numbers of the first screen: 91 of 97. */
static void
test_plain(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct slots slots;

	(void)state;
	fixture_add_many(snap, 100, 62, "web", STATE_IDLE);
	fixture_add_many(snap, 200, 18, "web", STATE_ACTIVE);
	fixture_add_many(snap, 300, 9, "web", STATE_IDLE_IN_TRANSACTION);
	fixture_add_many(snap, 400, 1, "web", STATE_ABORTED);
	fixture_add_many(snap, 500, 1, "web", STATE_UNKNOWN);
	slots_count(&slots, snap);
	assert_int_equal(slots.max_connections, 100);
	assert_int_equal(slots.superuser_reserved, 3);
	assert_int_equal(slots.reserved, 0);
	assert_int_equal(slots.usable, 97);
	assert_int_equal(slots.used, 91);
	assert_int_equal(slots.free, 6);
	assert_int_equal(slots.hidden, 0);
	assert_true(fabs(slots.utilization - 91.0 / 97) < 1e-12);
	assert_int_equal(slots.states[STATE_IDLE], 62);
	assert_int_equal(slots.states[STATE_ACTIVE], 18);
	assert_int_equal(slots.states[STATE_IDLE_IN_TRANSACTION], 9);
	assert_int_equal(slots.states[STATE_ABORTED], 1);
	assert_int_equal(slots.states[STATE_UNKNOWN], 1);
	assert_int_equal(sum_states(&slots), 91);
	assert_int_equal(slots.walsenders, 0);
	assert_int_equal(slots.max_wal_senders, 10);
	assert_false(slots.estimated);
	snapshot_free(snap);
}

static void
test_empty(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct slots slots;

	(void)state;
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 0);
	assert_int_equal(slots.free, 97);
	assert_true(slots.utilization == 0);
	assert_int_equal(sum_states(&slots), 0);
	snapshot_free(snap);
}

/* From 16 on, and with the settings of a provider. */
static void
test_reserved(void **state)
{
	static const struct reserve reserves[] = { { "rds.reserved_connections", 2 },
		{ "azure.reserved_connections", 4 } };
	struct snapshot *snap = fixture_snapshot();
	struct slots slots;

	(void)state;
	snap->reserved = 5;
	slots_count(&slots, snap);
	assert_int_equal(slots.reserved, 5);
	assert_int_equal(slots.usable, 92);
	snap->reserves = reserves;
	snap->reserve_count = 2;
	slots_count(&slots, snap);
	assert_int_equal(slots.reserved, 11);
	assert_int_equal(slots.superuser_reserved, 3);
	assert_int_equal(slots.usable, 86);
	snap->max_connections = 10;
	slots_count(&slots, snap);
	assert_int_equal(slots.usable, 0);
	assert_int_equal(slots.free, 0);
	assert_true(slots.utilization == 0);
	snap->max_connections = 15;
	fixture_add(snap, 1, "app", "web", STATE_IDLE);
	slots_count(&slots, snap);
	assert_int_equal(slots.usable, 1);
	assert_int_equal(slots.free, 0);
	assert_true(slots.utilization == 1);
	snapshot_free(snap);
}

/* Reserved slots are not a pool of their own: who is a superuser makes no difference. */
static void
test_superusers(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct slots slots;

	(void)state;
	fixture_add_many(snap, 100, 94, "web", STATE_IDLE);
	for (int i = 0; i < 3; i++)
		fixture_add(snap, 10 + i, "postgres", "psql", STATE_IDLE);
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 97);
	assert_int_equal(slots.free, 0); /* not 3 */
	assert_true(slots.utilization == 1);
	for (int i = 0; i < 3; i++)
		fixture_add(snap, 20 + i, "postgres", "psql", STATE_ACTIVE);
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 100);
	assert_int_equal(slots.usable, 97);
	assert_int_equal(slots.free, 0); /* and never negative */
	assert_true(fabs(slots.utilization - 100.0 / 97) < 1e-12);
	snapshot_free(snap);
}

static void
test_unknown_limits(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct slots slots;

	(void)state;
	snap->max_connections = -1;
	snap->max_wal_senders = -1;
	fixture_add_many(snap, 100, 5, "web", STATE_IDLE);
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 5);
	assert_int_equal(slots.max_connections, -1);
	assert_int_equal(slots.usable, -1);
	assert_int_equal(slots.free, -1);
	assert_int_equal(slots.max_wal_senders, -1);
	assert_true(slots.utilization == 0);
	snapshot_free(snap);
}

/* Only what the sample says holds a slot does; walsenders are counted whatever they take. */
static void
test_kinds(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct session *session;
	struct slots slots;

	(void)state;
	fixture_add(snap, 1, "app", "web", STATE_ACTIVE);
	session = fixture_add(snap, 2, "app", "web", STATE_ACTIVE);
	session->kind = KIND_WORKER; /* a parallel worker */
	session->slot = false;
	session = fixture_add(snap, 3, "rep", "standby", STATE_ACTIVE);
	session->kind = KIND_WALSENDER;
	session->slot = false; /* 12 and newer */
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 1);
	assert_int_equal(slots.walsenders, 1);
	session = fixture_add(snap, 4, "rep", "standby", STATE_ACTIVE);
	session->kind = KIND_WALSENDER; /* 10 and 11 */
	session = fixture_add(snap, 5, "rep", "slotsync", STATE_UNKNOWN);
	session->kind = KIND_WORKER; /* 17.0 to 17.2 */
	slots_count(&slots, snap);
	assert_int_equal(slots.used, 3);
	assert_int_equal(slots.walsenders, 2);
	assert_int_equal(slots.states[STATE_ACTIVE], 2);
	assert_int_equal(sum_states(&slots), 3);
	assert_false(slots.estimated);
	snapshot_free(snap);
}

static void
test_hidden(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct session *session;
	struct slots slots;

	(void)state;
	fixture_add(snap, 1, "app", "web", STATE_STARTING); /* 18: in the view */
	snap->hidden_known = false;
	slots_count(&slots, snap);
	assert_int_equal(slots.hidden, -1); /* not looked up */
	assert_int_equal(slots.used, 1);
	snap->hidden_known = true;
	for (int32_t pid = 10; pid < 14; pid++) {
		session = snapshot_add(snap);
		session->id.pid = pid;
		session->kind = KIND_HIDDEN;
		session->state = STATE_STARTING;
		session->slot = true;
	}
	slots_count(&slots, snap);
	assert_int_equal(slots.hidden, 4);
	assert_int_equal(slots.used, 5);
	assert_int_equal(slots.free, 92);
	assert_int_equal(slots.states[STATE_STARTING], 5);
	assert_false(slots.estimated);
	snapshot_free(snap);
}

/* A role that may not see all: a row that could be a parallel worker counts, and it is said. */
static void
test_estimated(void **state)
{
	struct snapshot *snap = fixture_snapshot();
	struct session *session;
	struct slots slots;

	(void)state;
	session = fixture_add(snap, 1, "app", "web", STATE_UNKNOWN);
	session->kind = KIND_UNKNOWN;
	session->slot = false;
	slots_count(&slots, snap);
	assert_false(slots.estimated);
	session = fixture_add(snap, 2, "app", "web", STATE_UNKNOWN);
	session->kind = KIND_UNKNOWN;
	slots_count(&slots, snap);
	assert_true(slots.estimated);
	assert_int_equal(slots.used, 1);
	assert_int_equal(slots.states[STATE_UNKNOWN], 1);
	snapshot_free(snap);
}

static void
test_hostile(void **state)
{
	struct fixture fixture;
	int slots = 0;

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		slots += fixture.snap->sessions[i].slot;
	assert_int_equal(fixture.facts.slots.used, slots);
	assert_int_equal(sum_states(&fixture.facts.slots), slots);
	assert_int_equal(fixture.facts.slots.usable, 95);
	assert_true(fixture.facts.slots.free >= 0);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_superusers),
		cmocka_unit_test(test_unknown_limits),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_estimated),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
