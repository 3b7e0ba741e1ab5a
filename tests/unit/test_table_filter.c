/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what a filter matches. Wrong filters are in
 * test_table_filter_errors.c.
 */
#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "table/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A filter, and whether it is to match the session of the test. */
struct case_of {
	const char *text;
	bool match;
};

static bool
matches(const struct fixture *fixture, const struct session *session, const char *text)
{
	struct err err = { "" };
	struct filter *filter = filter_parse(text, &err);
	bool match;

	if (!filter)
		fail_msg("\"%s\": %s", text, err.msg);
	assert_string_equal(filter_text(filter), text);
	match = filter_match(filter, &fixture->data, session);
	filter_free(filter);
	return match;
}

static void
check(const struct fixture *fixture, const struct session *session, const struct case_of *cases,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (matches(fixture, session, cases[i].text) != cases[i].match)
			fail_msg("%s must %smatch", cases[i].text, cases[i].match ? "" : "not ");
	}
}

/* pid 4711, app@wall as "wall worker", idle in transaction for 12 min 3 s, held up by 4712 and 0.
 */
static const struct session *
begin(struct fixture *fixture)
{
	static const int32_t blockers[] = { 4712, 0 };
	struct session *session;

	fixture_init(fixture);
	session = fixture_add(fixture->snap, 4711, "app", "wall worker", STATE_IDLE_IN_TRANSACTION);
	session->state_change_us = NOW_US - SECONDS(723);
	session->wait_event_type = "Lock";
	session->wait_event = "relation";
	session->blocked_by = blockers;
	session->blocker_count = 2;
	session->blockers_known = true;
	session->query = "SELECT a|b FROM \"t\" WHERE x='y' AND z>=1";
	session->xid = 771;
	fixture_analyse(fixture);
	return session;
}

static void
test_equal(void **state)
{
	static const struct case_of cases[] = { { "user=app", true }, { "user=ap", false },
		{ "user=appl", false }, { "user=App", false }, { "user=", false },
		{ "user!=app", false }, { "user!=ap", true }, { "user!=", true },
		{ "user=web|app", true }, { "user=app|web", true }, { "user=web|boss", false },
		{ "user=|app", true }, { "user=web|", false }, { "user!=web|app", false },
		{ "user!=web|boss", true }, { "user==app", false }, { "database=wall", true },
		{ "state=idle", false }, { "state=\"idle in transaction\"", true },
		{ "client=10.0.0.5", true }, { "wait_type=Lock", true }, { "wait=relation", true },
		{ "backend_type='client backend'", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

static void
test_numbers(void **state)
{
	static const struct case_of cases[] = { { "pid=4711", true }, { "pid=4711.0", true },
		{ "pid=4712", false }, { "pid=1|4711|3", true }, { "pid!=4711", false },
		{ "pid!=4712|1", true }, { "pid>4710", true }, { "pid>4711", false },
		{ "pid>=4711", true }, { "pid>=4712", false }, { "pid<4712", true },
		{ "pid<4711", false }, { "pid<=4711", true }, { "pid<=4710", false },
		{ "pid>-1", true }, { "pid>1e3", true }, { "port=40000", true },
		{ "xid>=771", true }, { "blocks=0", true }, { "blocks>0", false },
		{ "own=no", true }, { "own=yes", false }, { "own!=yes", true },
		{ "own=yes|no", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

static void
test_durations(void **state)
{
	static const struct case_of cases[] = { { "age>12min", true }, { "age>12min3s", false },
		{ "age>=12min3s", true }, { "age=723", true }, { "age=723s", true },
		{ "age=723000ms", true }, { "age=722s|723s", true }, { "age!=12min3s", false },
		{ "age<1h30min", true }, { "age<=12min2s", false }, { "age>90s", true },
		{ "age<2h", true }, { "age<1d", true }, { "age>12.04min", true },
		{ "age>12.06min", false }, { "session=1h", true }, { "session>=60min", true },
		{ "query_age=10s", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

static void
test_pids(void **state)
{
	static const struct case_of cases[] = { { "blocked_by=4712", true },
		{ "blocked_by=0", true }, { "blocked_by=1|0", true }, { "blocked_by=471", false },
		{ "blocked_by=0.5", false }, { "blocked_by=4712.5", false },
		{ "blocked_by=1e300", false }, { "blocked_by=-1e300", false },
		{ "blocked_by=4294972008", false }, /* 4712 + 2^32 */
		{ "blocked_by!=4712", false }, { "blocked_by!=4711", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

static void
test_regex(void **state)
{
	static const struct case_of cases[] = { { "user~app", true }, { "user~^ap", true },
		{ "user~p$", true }, { "user~^p", false }, { "user~^(app|web)$", true },
		{ "user~APP", false }, { "user~[[:upper:]]", false }, { "user!~^app$", false },
		{ "user!~web", true }, { "state~^idle", true }, { "state!~^idle$", true },
		{ "application~'wall w'", true }, { "application~\"^wall worker$\"", true },
		{ "query~a.b", true }, { "query~x='\"'\"'y'\"'\"'", false },
		{ "query~x=\"'y'\"", true }, { "client~^10\\.0\\.", true },
		{ "client~^10\\.1\\.", false } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* A bare word is looked for in every text column, letters in either case. */
static void
test_words(void **state)
{
	static const struct case_of cases[] = { { "app", true }, { "APP", true },
		{ "worker", true }, { "\"l w\"", true }, { "l w", true }, { "l q", false },
		{ "wall", true }, { "10.0.0.", true }, { "TRANSACTION", true },
		{ "relation", true }, { "backend", true }, { "select", true }, { "a|b", true },
		{ "a|c", false }, { "'from \"t\"'", true }, { "4711", false }, { "40000", false },
		{ "nothing", false }, { "app nothing", false }, { "x\"='y'\"", true },
		{ "-app", false }, { "(", false }, { "*", false }, { "se'le'ct", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

static void
test_terms(void **state)
{
	static const struct case_of cases[] = { { "", true }, { "   ", true }, { "\t\r\n ", true },
		{ "user=app database=wall", true }, { "user=app database=other", false },
		{ "user=other database=wall", false },
		{ "  user=app\tdatabase=wall\nworker\r", true },
		{ "user=app user=app user!=web age>1s age<1d app", true },
		{ "user=app age>1d", false } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* Quotes may stand anywhere in a value and keep everything but themselves. */
static void
test_quotes(void **state)
{
	static const struct case_of cases[] = { { "user=\"app\"", true }, { "user='app'", true },
		{ "user=a'p'p", true }, { "user=\"a\"'p'p", true }, { "user=\"\"app''", true },
		{ "user=\"app \"", false }, { "user='app|web'", false },
		{ "user='web'|'app'", true }, { "application=wall\" \"worker", true },
		{ "application='wall worker'", true }, { "application=wall worker", false },
		{ "query=\"SELECT a|b FROM \"'\"t\"'\" WHERE x='y' AND z>=1\"", true },
		{ "query=\"SELECT a|b FROM t WHERE x='y' AND z>=1\"", false },
		{ "user=\\app", false }, { "'user=app'", false } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* What is unknown matches no comparison but the two that say "not". */
static void
test_unknown(void **state)
{
	static const struct case_of cases[] = { { "user=app", false }, { "user=", false },
		{ "user!=app", true }, { "user!=", true }, { "user~.", false }, { "user!~.", true },
		{ "age=0", false }, { "age!=0", true }, { "age>=0", false }, { "age<=1d", false },
		{ "age<1d", false }, { "port<70000", false }, { "port!=1", true },
		{ "blocked_by=0", false }, { "blocked_by!=0", true }, { "query_id=0", false },
		{ "app", false }, { "unknown", true }, { "state=unknown", true }, { "pid=7", true },
		{ "", true } };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = snapshot_add(fixture.snap);
	session->id.pid = 7;
	session->slot = true;
	fixture_analyse(&fixture);
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* "" is a text like any other, and is not unknown. */
static void
test_empty(void **state)
{
	static const struct case_of cases[] = { { "own=yes", true }, { "own=no", false },
		{ "application=", true }, { "application=\"\"", true }, { "application!=", false },
		{ "application~^$", true }, { "application=web|", true },
		{ "application!=web", true }, { "application!~.", true } };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 7, "app", "", STATE_IDLE);
	session->own = true;
	fixture_analyse(&fixture);
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* Pools are matched before there are facts: what needs them is unknown then. */
static void
test_without_facts(void **state)
{
	static const struct case_of cases[] = { { "user=app", true }, { "blocks=0", false },
		{ "blocks!=0", true }, { "blocks>=0", false }, { "age>1s", true } };
	struct fixture fixture;
	const struct session *session = begin(&fixture);

	(void)state;
	fixture.data.facts = NULL;
	fixture.data.alerts = NULL;
	check(&fixture, session, cases, COUNT_OF(cases));
	fixture_clear(&fixture);
}

/* Whatever a client calls itself, its quoted name finds it and nobody else. */
static void
test_quote(void **state)
{
	struct fixture fixture;
	struct session *session;
	struct buf text = { 0 };

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 7, "app", "", STATE_IDLE);
	fixture_analyse(&fixture);
	for (size_t i = 0; i < hostile_count; i++) {
		buf_reset(&text);
		buf_adds(&text, "user=app ");
		filter_quote(&text, "application", hostile_texts[i]);
		buf_adds(&text, " state=idle");
		for (size_t n = 0; n < hostile_count; n++) {
			session->application = hostile_texts[n];
			assert_int_equal(matches(&fixture, session, buf_str(&text)), n == i);
		}
	}
	buf_reset(&text);
	filter_quote(&text, "user", "web");
	assert_string_equal(buf_str(&text), "user=web");
	buf_reset(&text);
	filter_quote(&text, "user", "a b");
	assert_string_equal(buf_str(&text), "user=\"a b\"");
	buf_clear(&text);
	fixture_clear(&fixture);
}

/* Which ones name one process. */
static void
test_names_one(void **state)
{
	static const struct case_of cases[] = { { "pid=4711", true },
		{ "state=idle pid=4711", true }, { "pid=4711|4712", false }, { "pid!=4711", false },
		{ "pid>=4711", false }, { "4711", false }, { "application=pid", false },
		{ "blocked_by=4711", false }, { "", false } };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *filter = filter_parse(cases[i].text, &err);

		assert_non_null(filter);
		if (filter_names_one(filter) != cases[i].match)
			fail_msg("\"%s\"", cases[i].text);
		filter_free(filter);
	}
}

static void
test_is_empty(void **state)
{
	static const struct case_of cases[] = { { "", true }, { " \t\n", true }, { "a", false },
		{ "pid>0", false } };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *filter = filter_parse(cases[i].text, &err);

		assert_non_null(filter);
		assert_true(filter_is_empty(filter) == cases[i].match);
		filter_free(filter);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_without_facts),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_names_one),
		cmocka_unit_test(test_is_empty),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
