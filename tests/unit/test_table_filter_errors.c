/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of filters that are refused: each says where, counted from 1, and
 * why.
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

static void
refuse(const char *text, const char *message)
{
	struct err err = { "" };

	assert_null(filter_parse(text, &err));
	assert_string_equal(err.msg, message);
}

static void
test_columns(void **state)
{
	(void)state;
	refuse("nothing=1", "bad filter, at 1: there is no column nothing");
	refuse("user=app nothing=1", "bad filter, at 10: there is no column nothing");
	refuse("  User=app", "bad filter, at 3: there is no column User");
	refuse("application_name=x", "bad filter, at 1: there is no column application_name");
	refuse("age_seconds>5", "bad filter, at 1: there is no column age_seconds");
	refuse("=app", "bad filter, at 1: a column name must stand before the operator");
	refuse("user=app >5", "bad filter, at 10: a column name must stand before the operator");
	refuse("!=app", "bad filter, at 1: a column name must stand before the operator");
	refuse("~", "bad filter, at 1: a column name must stand before the operator");
}

static void
test_operators(void **state)
{
	(void)state;
	refuse("user>5", "bad filter, at 5: only = != ~ !~ work on user");
	refuse("user<=x", "bad filter, at 5: only = != ~ !~ work on user");
	refuse("age~5", "bad filter, at 4: ~ works on text columns only, not on age");
	refuse("pid!~5", "bad filter, at 4: ~ works on text columns only, not on pid");
	refuse("blocked_by>5", "bad filter, at 11: only = and != work on blocked_by");
	refuse("blocked_by~5", "bad filter, at 11: only = and != work on blocked_by");
	refuse("app backend_start>5",
	    "bad filter, at 18: cannot filter by a time; use a duration such as session, not "
	    "backend_start");
	refuse("backend_start=2026-11-20",
	    "bad filter, at 14: cannot filter by a time; use a duration such as session, not "
	    "backend_start");
}

static void
test_values(void **state)
{
	(void)state;
	refuse("user~", "bad filter, at 6: a value is missing");
	refuse("user!~ x", "bad filter, at 7: a value is missing");
	refuse("age>", "bad filter, at 5: a value is missing");
	refuse("age>= 5min", "bad filter, at 6: a value is missing");
	refuse("pid=abc", "bad filter, at 5: \"abc\" is no number");
	refuse("pid=", "bad filter, at 5: \"\" is no number");
	refuse("pid=1|x", "bad filter, at 7: \"x\" is no number");
	refuse("pid=1|", "bad filter, at 7: \"\" is no number");
	refuse("app pid>\"4 5\"", "bad filter, at 9: \"4 5\" is no number");
	refuse("blocked_by=x", "bad filter, at 12: \"x\" is no number");
	refuse("age>5m",
	    "bad filter, at 5: \"5m\" is no duration such as 90s, 5min, 1h30min or 500ms");
	refuse("age>-5",
	    "bad filter, at 5: \"-5\" is no duration such as 90s, 5min, 1h30min or 500ms");
	refuse("own=true", "bad filter, at 5: \"true\" must be yes or no");
	refuse("own=yes|1", "bad filter, at 9: \"1\" must be yes or no");
}

static void
test_quotes(void **state)
{
	(void)state;
	refuse("user=\"app", "bad filter, at 6: the quote is not closed");
	refuse("user='app\"", "bad filter, at 6: the quote is not closed");
	refuse("user=app '", "bad filter, at 10: the quote is not closed");
	refuse("user=app|'", "bad filter, at 10: the quote is not closed");
	refuse("\"", "bad filter, at 1: the quote is not closed");
	refuse("\"\"", "bad filter, at 1: an empty word is in every text");
	refuse("app ''\"\"", "bad filter, at 5: an empty word is in every text");
}

static void
test_regex(void **state)
{
	static const char *const bad[] = { "user~(", "user~[", "user~a**(", "user!~*(" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		err.msg[0] = '\0';
		assert_null(filter_parse(bad[i], &err));
		assert_ptr_equal(strstr(err.msg, "bad filter, at "), err.msg);
		assert_non_null(strstr(err.msg, ": bad regular expression: "));
		assert_true(err.msg[strlen(err.msg) - 1] != ' '); /* and says why */
	}
	err.msg[0] = '\0';
	assert_null(filter_parse("user~ok application~x{2", &err));
	assert_ptr_equal(strstr(err.msg, "bad filter, at 21: "), err.msg);
}

/* Many terms and alternatives are fine, too many are said to be. */
static void
test_many(void **state)
{
	struct buf terms = { 0 }, list = { 0 };
	struct err err = { "" };
	struct filter *filter;
	int good_terms = 0, good_alternatives = 0;

	(void)state;
	buf_adds(&list, "pid=0");
	for (int n = 1; n < 200; n++) {
		buf_adds(&terms, "pid>1 ");
		filter = filter_parse(buf_str(&terms), &err);
		good_terms += filter != NULL;
		filter_free(filter);
		filter = filter_parse(buf_str(&list), &err);
		good_alternatives += filter != NULL;
		filter_free(filter);
		buf_addf(&list, "|%d", n);
	}
	assert_in_range(good_terms, 32, 198);
	assert_in_range(good_alternatives, 32, 198);
	assert_null(filter_parse(buf_str(&terms), &err));
	assert_string_equal(err.msg, "bad filter, at 385: too many terms");
	assert_null(filter_parse(buf_str(&list), &err));
	assert_string_equal(err.msg, "bad filter, at 5: too many alternatives");
	buf_clear(&terms);
	buf_clear(&list);
}

/* A message is never longer than there is room for, whatever was typed. */
static void
test_long(void **state)
{
	struct buf text = { 0 };
	struct err err = { "" };
	struct filter *filter;

	(void)state;
	buf_fill(&text, 'x', 5000);
	filter = filter_parse(buf_str(&text), &err); /* a word */
	assert_non_null(filter);
	filter_free(filter);
	buf_adds(&text, "=1");
	assert_null(filter_parse(buf_str(&text), &err));
	assert_ptr_equal(strstr(err.msg, "bad filter, at 1: there is no column xxx"), err.msg);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	filter_free(NULL);
	buf_clear(&text);
}

/* Every column of the table takes what its type allows, and nothing else. */
static void
test_all_columns(void **state)
{
	static const char *const signs[] = { "=", "!=", "~", "!~", ">", ">=", "<", "<=" };
	char text[128];

	(void)state;
	for (size_t c = 0; c < table_sessions.column_count; c++) {
		const struct column *column = &table_sessions.columns[c];
		bool words = column->type == VALUE_TEXT;
		const char *value = column->type == VALUE_BOOL ? "yes" : "1";

		for (int i = 0; i < (int)COUNT_OF(signs); i++) {
			bool good = i < 2 || (i < 4 ? words : !words);
			struct err err = { "" };
			struct filter *filter;

			if (column->type == VALUE_TIME || (column->type == VALUE_PIDS && i > 1))
				good = false;
			snprintf(text, sizeof(text), "%s%s%s", column->name, signs[i], value);
			filter = filter_parse(text, &err);
			assert_int_equal(filter != NULL, good);
			assert_int_equal(err.msg[0] == '\0', good);
			filter_free(filter);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_all_columns),
	};

	return cmocka_run_group_tests_name("filter errors", tests, NULL, NULL);
}
