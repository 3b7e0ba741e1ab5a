/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what a filter answers about what the way in does not show.
 */
#include "base/err.h"
#include "fixture.h"
#include "table/filter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
check_claims(const struct fixture *fixture, const struct session *session, const char *text,
    enum filter_answer answer)
{
	struct err err = { "" };
	struct filter *filter = filter_parse(text, &err);

	if (!filter)
		fail_msg("\"%s\": %s", text, err.msg);
	if (filter_claims(filter, &fixture->data, session) != answer)
		fail_msg("%s: does not claim as %d", text, (int)answer);
	filter_free(filter);
}

static void
check_answer(const struct fixture *fixture, const struct session *session, const char *text,
    enum filter_answer answer)
{
	struct err err = { "" };
	struct filter *filter = filter_parse(text, &err);

	if (!filter)
		fail_msg("\"%s\": %s", text, err.msg);
	if (filter_judge(filter, &fixture->data, session) != answer)
		fail_msg("%s: not %d", text, (int)answer);
	assert_true(filter_any(&filter, 1, answer, &fixture->data, session));
	assert_false(filter_any(&filter, 0, answer, &fixture->data, session));
	filter_free(filter);
}

/* What /proc does not show is neither this nor that; by SQL it is none. */
static void
test_unseen(void **state)
{
	static const char *const maybe[] = { "application=etl", "application!=etl",
		"application~^e", "application!~^e", "etl", "query=x", "transaction>1s",
		"user=app application!=etl", "application!=etl user=app", "application=" };
	static const char *const no[] = { "user=boss", "user=boss application=etl",
		"application!=etl state=active", "user!=app" };
	static const char *const yes[] = { "", "user=app", "user!=boss", "app", "state~idle" };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 4711, "app", "", STATE_IDLE);
	session->application = session->query = NULL;
	fixture_analyse(&fixture);
	check_answer(&fixture, session, "application!=etl", FILTER_YES);
	check_answer(&fixture, session, "application=etl", FILTER_NO);
	fixture.snap->via = VIA_PROC;
	for (size_t i = 0; i < sizeof(maybe) / sizeof(maybe[0]); i++)
		check_answer(&fixture, session, maybe[i], FILTER_MAYBE);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		check_answer(&fixture, session, no[i], FILTER_NO);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		check_answer(&fixture, session, yes[i], FILTER_YES);
	fixture_clear(&fixture);
}

/* What our role may not see: who acts takes it for none, who counts does not. */
static void
test_closed(void **state)
{
	static const char *const maybe[] = { "client=10.0.0.9", "client!=10.0.0.9", "state=idle",
		"state!=idle", "query~x", "user=app client=10.0.0.9" };
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 4711, "app", "web", STATE_UNKNOWN);
	session->client = session->query = NULL;
	session->kind = KIND_UNKNOWN;
	fixture_analyse(&fixture);
	check_answer(&fixture, session, "client=10.0.0.9", FILTER_NO);
	for (size_t i = 0; i < COUNT_OF(maybe); i++)
		check_claims(&fixture, session, maybe[i], FILTER_MAYBE);
	check_claims(&fixture, session, "user=boss client=10.0.0.9", FILTER_NO);
	check_claims(&fixture, session, "application=web user=app", FILTER_YES);
	session->kind = KIND_CLIENT;
	session->state = STATE_STARTING;
	check_claims(&fixture, session, "client=10.0.0.9", FILTER_NO);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_closed),
	};

	return cmocka_run_group_tests_name("unseen by a filter", tests, NULL, NULL);
}
