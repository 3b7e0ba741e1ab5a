/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the limits: which there are, who counts, and which is nearest.
 */
#include "analysis/limits.h"
#include "base/buf.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The limits in their order, "role app 10/20, slots usable 10/97". */
static void
expect_limits(struct fixture *fixture, const char *expected)
{
	struct buf text = { 0 };

	fixture_analyse(fixture);
	for (size_t i = 0; i < fixture->facts.limits.count; i++) {
		const struct limit_use *use = &fixture->facts.limits.items[i];

		buf_addf(&text, "%s%s %s %d/%d", i > 0 ? ", " : "", limit_on_name(use->kind),
		    use->name, use->used, use->limit);
	}
	assert_string_equal(buf_str(&text), expected);
	buf_clear(&text);
}

/* The fullest first; a limit of 0 is past full as soon as one is in. */
static void
test_order(void **state)
{
	static const struct limit limits[] = { { "app", true, 20 }, { "wall", false, 12 },
		{ "boss", true, 0 }, { "off", false, 0 }, { "solo", true, 1 } };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 10, "web", STATE_IDLE);
	fixture_add(fixture.snap, 1, "boss", "boss", STATE_IDLE);
	fixture_add(fixture.snap, 2, "solo", "solo", STATE_IDLE);
	fixture_add(fixture.snap, 3, "postgres", "psql", STATE_IDLE); /* one past it */
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	expect_limits(&fixture,
	    "role boss 1/0, database wall 13/12, role solo 1/1, database off 0/0, "
	    "role app 10/20, slots usable 13/97, reserve superuser 0/3, "
	    "walsenders max_wal_senders 0/10");
	assert_true(limit_share(&fixture.facts.limits.items[0]) >= 1);
	assert_true(limit_share(&fixture.facts.limits.items[2]) >= 1);
	assert_true(isnan(limit_share(&fixture.facts.limits.items[3])));
	fixture_clear(&fixture);
}

/* The reserves give way one after the other, that of superusers last. */
static void
test_reserves(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.snap->max_connections = 10;
	fixture.snap->reserved = 2;
	fixture.snap->max_wal_senders = 0;
	fixture_add_many(fixture.snap, 100, 5, "web", STATE_IDLE);
	expect_limits(&fixture, "slots usable 5/5, reserve reserved 0/2, reserve superuser 0/3");
	fixture_add_many(fixture.snap, 200, 1, "web", STATE_IDLE);
	expect_limits(&fixture, "slots usable 6/5, reserve reserved 1/2, reserve superuser 0/3");
	fixture_add_many(fixture.snap, 300, 3, "web", STATE_IDLE);
	expect_limits(&fixture, "slots usable 9/5, reserve reserved 2/2, reserve superuser 2/3");
	fixture_clear(&fixture);
}

/* Nothing stands for what is not known. */
static void
test_unknown(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.snap->max_connections = -1;
	fixture.snap->max_wal_senders = -1;
	fixture.snap->limits_known = false;
	expect_limits(&fixture, "");
	assert_false(fixture.facts.limits.known);
	fixture.snap->max_wal_senders = 10;
	fixture.snap->limits_known = true;
	fixture.snap->restricted = true; /* a walsender may not show */
	expect_limits(&fixture, "walsenders max_wal_senders -1/10");
	assert_true(fixture.facts.limits.known);
	assert_true(isnan(limit_share(&fixture.facts.limits.items[0])));
	fixture_clear(&fixture);
}

/* A walsender, an autovacuum worker and a parallel worker of that role and database. */
static void
add_others(struct snapshot *snap)
{
	static const char *const types[] = { "walsender", "autovacuum worker", "parallel worker" };

	for (int i = 0; i < 3; i++) {
		struct session *session = fixture_add(snap, 50 + i, "app", "x", STATE_ACTIVE);

		session->kind = i == 0 ? KIND_WALSENDER : KIND_WORKER;
		session->slot = false;
		session->backend_type = fixture_intern(snap, types[i]);
	}
}

/* What minor release it is decides who counts against a role and a database. */
static void
test_others(void **state)
{
	static const struct limit limits[] = { { "app", true, 4 }, { "wall", false, 5 } };
	static const struct {
		int version;
		bool counts;
	} cases[] = { { 120022, true }, { 130018, true }, { 130019, false }, { 140015, true },
		{ 150010, true }, { 150011, false }, { 160006, true }, { 160007, false },
		{ 170002, true }, { 170003, false }, { 180000, false }, { 0, false } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture);
		fixture.snap->server.version_num = cases[i].version;
		fixture_add_many(fixture.snap, 100, 2, "web", STATE_IDLE);
		add_others(fixture.snap);
		fixture_limits(fixture.snap, limits, COUNT_OF(limits));
		expect_limits(&fixture,
		    cases[i].counts ? "role app 4/4, database wall 4/5, "
		                      "walsenders max_wal_senders 1/10, slots usable 2/97, "
		                      "reserve superuser 0/3"
		                    : "role app 2/4, database wall 2/5, "
		                      "walsenders max_wal_senders 1/10, slots usable 2/97, "
		                      "reserve superuser 0/3");
		fixture_clear(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_reserves),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
