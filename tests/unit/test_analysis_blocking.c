/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of who waits for whom.
 */
#include "analysis/blocking.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
add_holder(struct fixture *fixture, int32_t pid)
{
	fixture_add(fixture->snap, pid, "app", "web", STATE_IDLE_IN_TRANSACTION);
}

/* A session that waits for a lock; the pids must live as long as the fixture. */
static struct session *
add_waiter(struct fixture *fixture, int32_t pid, const int32_t *pids, size_t count)
{
	struct session *session = fixture_add(fixture->snap, pid, "app", "web", STATE_ACTIVE);

	session->wait_event_type = "Lock";
	session->blocked_by = pids;
	session->blocker_count = count;
	session->blockers_known = true;
	return session;
}

/* How many a session holds up directly. */
static int
blocks(const struct fixture *fixture, int32_t pid)
{
	const struct session *session = snapshot_find_pid(fixture->snap, pid);

	assert_non_null(session);
	return blocking_hold(&fixture->facts.blocking, fixture->snap, session)->blocks;
}

static const struct hold *
hold_of(const struct fixture *fixture, int32_t pid)
{
	return blocking_hold(&fixture->facts.blocking, fixture->snap,
	    snapshot_find_pid(fixture->snap, pid));
}

/* Steps to its root, and how many it holds up in all. */
static void
expect_hold(const struct fixture *fixture, int32_t pid, int depth, int below)
{
	assert_int_equal(hold_of(fixture, pid)->depth, depth);
	assert_int_equal(hold_of(fixture, pid)->below, below);
}

/* The pid where its chain ends; 0 is a prepared transaction, -1 nobody. */
static int32_t
root_of(const struct fixture *fixture, int32_t pid)
{
	int32_t root = hold_of(fixture, pid)->root;

	if (root < 0)
		return -1;
	return (size_t)root < fixture->snap->session_count ? fixture->snap->sessions[root].id.pid
	                                                   : 0;
}

static int32_t
root_pid(const struct fixture *fixture)
{
	const struct session *root = fixture->facts.blocking.root;

	return root ? root->id.pid : -1;
}

static void
test_none(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 0);
	add_holder(&fixture, 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 0);
	assert_int_equal(root_pid(&fixture), -1);
	assert_null(fixture.facts.blocking.waiter);
	assert_int_equal(blocks(&fixture, 1), 0);
	assert_null(fixture.facts.blocking.holds);
	expect_hold(&fixture, 1, 0, 0);
	assert_int_equal(root_of(&fixture, 1), -1);
	assert_false(blocking_is_root(hold_of(&fixture, 1)));
	fixture_clear(&fixture);
}

/* 4 waits for 3, 3 for 2, 2 for 1; 1 waits for nobody. */
static void
test_chain(void **state)
{
	static const int32_t pids[] = { 1, 2, 3 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	for (int32_t pid = 2; pid <= 4; pid++)
		add_waiter(&fixture, pid, &pids[pid - 2], 1)->query_start_us -= SECONDS(10 - pid);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 3);
	assert_int_equal(root_pid(&fixture), 1);
	assert_int_equal(fixture.facts.blocking.root_blocks, 3);
	assert_int_equal(blocks(&fixture, 1), 1);
	assert_int_equal(blocks(&fixture, 2), 1);
	assert_int_equal(blocks(&fixture, 3), 1);
	assert_int_equal(blocks(&fixture, 4), 0);
	assert_int_equal(fixture.facts.blocking.waiter->id.pid, 2);
	assert_int_equal(fixture.facts.blocking.roots, 1);
	assert_int_equal(fixture.facts.blocking.deepest, 3);
	for (int32_t pid = 1; pid <= 4; pid++) {
		expect_hold(&fixture, pid, pid - 1, 4 - pid);
		assert_int_equal(root_of(&fixture, pid), 1);
		assert_int_equal(blocking_is_root(hold_of(&fixture, pid)), pid == 1);
	}
	assert_int_equal(hold_of(&fixture, 4)->next,
	    snapshot_find_pid(fixture.snap, 3) - fixture.snap->sessions);
	fixture_clear(&fixture);
}

/* Two roots: the one with more below it, also through others. */
static void
test_two_roots(void **state)
{
	static const int32_t one[] = { 1 }, two[] = { 2 }, ten[] = { 10 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	add_holder(&fixture, 2);
	add_waiter(&fixture, 10, two, 1);
	add_waiter(&fixture, 11, ten, 1);
	add_waiter(&fixture, 12, ten, 1);
	add_waiter(&fixture, 13, one, 1);
	add_waiter(&fixture, 14, one, 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 5);
	assert_int_equal(root_pid(&fixture), 2);
	assert_int_equal(fixture.facts.blocking.root_blocks, 3);
	assert_int_equal(blocks(&fixture, 1), 2);
	assert_int_equal(blocks(&fixture, 2), 1);
	assert_int_equal(blocks(&fixture, 10), 2);
	assert_int_equal(fixture.facts.blocking.roots, 2);
	assert_int_equal(fixture.facts.blocking.deepest, 2);
	expect_hold(&fixture, 1, 0, 2);
	expect_hold(&fixture, 2, 0, 3);
	expect_hold(&fixture, 10, 1, 2);
	expect_hold(&fixture, 12, 2, 0);
	assert_int_equal(root_of(&fixture, 12), 2);
	assert_int_equal(root_of(&fixture, 14), 1);
	fixture_clear(&fixture);
}

/* The server names holders and those ahead in the queue; a pid may stand there twice. */
static void
test_several(void **state)
{
	static const int32_t many[] = { 3, 1, 3, 1, 2, 777 }, one[] = { 1 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	add_holder(&fixture, 2);
	add_waiter(&fixture, 3, one, 1);
	add_waiter(&fixture, 4, many, 6);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 2);
	assert_int_equal(blocks(&fixture, 1), 2);
	assert_int_equal(blocks(&fixture, 2), 1);
	assert_int_equal(blocks(&fixture, 3), 1);
	assert_int_equal(root_pid(&fixture), 1);
	assert_int_equal(fixture.facts.blocking.root_blocks, 2);
	fixture_clear(&fixture);
}

/* A long queue for one lock: each names all ahead of it, the holder last. */
static void
test_queue(void **state)
{
	struct fixture fixture;
	int32_t pids[200];

	(void)state;
	for (int32_t i = 0; i < 200; i++)
		pids[i] = 200 - i;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	for (int32_t pid = 2; pid <= 200; pid++)
		add_waiter(&fixture, pid, &pids[201 - pid], (size_t)pid - 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 199);
	assert_int_equal(root_pid(&fixture), 1);
	assert_int_equal(fixture.facts.blocking.root_blocks, 199);
	assert_int_equal(blocks(&fixture, 1), 199);
	assert_int_equal(blocks(&fixture, 199), 1);
	/* Those ahead in the queue are no steps of the way. */
	assert_int_equal(fixture.facts.blocking.deepest, 1);
	expect_hold(&fixture, 1, 0, 199);
	expect_hold(&fixture, 199, 1, 0);
	fixture_clear(&fixture);
}

/* Until the server ends it nobody is the root: all of them wait. */
static void
test_deadlock(void **state)
{
	static const int32_t one[] = { 1 }, two[] = { 2 }, three[] = { 3 }, itself[] = { 4 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_waiter(&fixture, 1, two, 1);
	add_waiter(&fixture, 2, three, 1);
	add_waiter(&fixture, 3, one, 1);
	add_waiter(&fixture, 4, itself, 1);
	add_waiter(&fixture, 5, one, 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 5);
	assert_int_equal(root_pid(&fixture), -1);
	assert_int_equal(fixture.facts.blocking.root_blocks, 0);
	assert_int_equal(blocks(&fixture, 1), 2);
	assert_int_equal(fixture.facts.blocking.roots, 0);
	assert_int_equal(fixture.facts.blocking.deepest, 0);
	for (int32_t pid = 1; pid <= 5; pid++) {
		expect_hold(&fixture, pid, -1, 0);
		assert_int_equal(root_of(&fixture, pid), -1);
	}
	assert_int_equal(blocks(&fixture, 4), 0); /* its own lock holds up nobody */
	fixture_clear(&fixture);
}

/* A prepared transaction is no session: nobody to name, least of all one who waits for it. */
static void
test_prepared(void **state)
{
	static const int32_t prepared[] = { 0 }, one[] = { 1 }, both[] = { 0, 9 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_waiter(&fixture, 1, prepared, 1);
	add_waiter(&fixture, 2, one, 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 2);
	assert_int_equal(root_pid(&fixture), -1);
	assert_int_equal(blocks(&fixture, 1), 1);
	assert_int_equal(fixture.facts.blocking.prepared, 2);
	assert_int_equal(fixture.facts.blocking.roots, 0);
	assert_int_equal(fixture.facts.blocking.deepest, 2);
	expect_hold(&fixture, 2, 2, 0);
	assert_int_equal(root_of(&fixture, 2), 0);
	add_holder(&fixture, 9);
	add_waiter(&fixture, 3, both, 2);
	fixture_analyse(&fixture);
	assert_int_equal(root_pid(&fixture), 9);
	assert_int_equal(fixture.facts.blocking.root_blocks, 1);
	assert_int_equal(fixture.facts.blocking.prepared, 2);
	fixture_clear(&fixture);
}

/* Blockers that were not looked up, or are gone already. */
static void
test_unknown(void **state)
{
	static const int32_t gone[] = { 4242 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_waiter(&fixture, 1, NULL, 0)->blockers_known = false;
	add_waiter(&fixture, 2, gone, 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 2);
	assert_int_equal(root_pid(&fixture), -1);
	assert_int_equal(blocks(&fixture, 1), 0);
	assert_int_equal(fixture.facts.blocking.looked, 1);
	expect_hold(&fixture, 1, -1, 0);
	expect_hold(&fixture, 2, -1, 0);
	fixture_clear(&fixture);
}

/* A long chain, and as many sessions in one queue, each of which names those ahead of it. */
static void
test_long(void **state)
{
	static int32_t pids[3000];
	struct fixture fixture;

	(void)state;
	for (int32_t i = 0; i < 3000; i++)
		pids[i] = i + 1;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	for (int32_t pid = 2; pid <= 3000; pid++)
		add_waiter(&fixture, pid, &pids[pid - 2], 1);
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.deepest, 2999);
	expect_hold(&fixture, 1, 0, 2999);
	expect_hold(&fixture, 3000, 2999, 0);
	for (size_t i = 1; i < 3000; i++) {
		fixture.snap->sessions[i].blocked_by = pids;
		fixture.snap->sessions[i].blocker_count = i < 100 ? i : 100;
	}
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.deepest, 1);
	expect_hold(&fixture, 1, 0, 2999);
	fixture_clear(&fixture);
}

/* Of those that the root holds up; one whose start is unknown is not taken for the oldest. */
static void
test_waiter(void **state)
{
	static const int32_t one[] = { 1 }, two[] = { 2 }, eleven[] = { 11 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	add_holder(&fixture, 1);
	add_holder(&fixture, 2);
	add_waiter(&fixture, 10, two, 1)->query_start_us = NOW_US - SECONDS(99);
	add_waiter(&fixture, 11, one, 1)->query_start_us = TIME_UNKNOWN;
	add_waiter(&fixture, 12, one, 1)->query_start_us = TIME_UNKNOWN;
	fixture_analyse(&fixture);
	assert_int_equal(root_pid(&fixture), 1);
	assert_true(fixture.facts.blocking.waiter->query_start_us == TIME_UNKNOWN);
	add_waiter(&fixture, 13, one, 1)->query_start_us = NOW_US - SECONDS(4);
	add_waiter(&fixture, 14, eleven, 1)->query_start_us = NOW_US - SECONDS(5);
	add_waiter(&fixture, 15, one, 1)->query_start_us = TIME_UNKNOWN;
	fixture_analyse(&fixture);
	assert_int_equal(root_pid(&fixture), 1);
	assert_int_equal(fixture.facts.blocking.waiter->id.pid, 14);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_two_roots),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_waiter),
	};

	return cmocka_run_group_tests_name("blocking", tests, NULL, NULL);
}
