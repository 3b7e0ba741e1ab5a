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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unseen),
	};

	return cmocka_run_group_tests_name("unseen by a filter", tests, NULL, NULL);
}
