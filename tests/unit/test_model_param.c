/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the server's settings: names, units, values as they are written;
 * and of names and texts in SQL.
 */
#include "model/param.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/quote.h"

static void
test_find(void **state)
{
	(void)state;
	for (int id = 0; id < PARAM_COUNT; id++) {
		const char *name = param_rows[id].name;

		assert_int_equal(param_find(name, strlen(name)), id);
		assert_int_equal(param_find(name, strlen(name) - 1), PARAM_COUNT);
	}
	assert_int_equal(param_find("Max_Connections=", 15), PARAM_MAX_CONNECTIONS);
	assert_int_equal(param_find("", 0), PARAM_COUNT);
}

static void
test_parse(void **state)
{
	static const struct {
		enum param_id id;
		const char *text;
		int64_t value; /* -1 is wrong */
	} cases[] = {
		{ PARAM_MAX_CONNECTIONS, "100", 100 },
		{ PARAM_MAX_CONNECTIONS, "100s", -1 },
		{ PARAM_STATEMENT, "0", 0 },
		{ PARAM_STATEMENT, "90000", 90000 },
		{ PARAM_STATEMENT, "90s", 90000 },
		{ PARAM_STATEMENT, " 1.5 h ", 5400000 },
		{ PARAM_STATEMENT, "2d", 172800000 },
		{ PARAM_STATEMENT, "500us", 1 },
		{ PARAM_AUTHENTICATION, "60", 60 },
		{ PARAM_AUTHENTICATION, "1min", 60 },
		{ PARAM_AUTHENTICATION, "1min x", -1 },
		{ PARAM_AUTHENTICATION, "1MIN", -1 },
		{ PARAM_AUTHENTICATION, "", -1 },
		{ PARAM_AUTHENTICATION, "-1", -1 },
		{ PARAM_AUTHENTICATION, "min", -1 },
		{ PARAM_AUTHENTICATION, "1.2.3", -1 },
		{ PARAM_AUTHENTICATION, "9999999999999", -1 },
		{ PARAM_AUTHENTICATION, "99999999999999999999999999999999999999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t value = -1;
		bool good = param_parse(cases[i].id, cases[i].text, &value);

		if (value != cases[i].value || good != (cases[i].value >= 0))
			fail_msg("%s: %lld", cases[i].text, (long long)value);
	}
}

static void
test_text(void **state)
{
	static const struct {
		enum param_id id;
		int64_t value;
		const char *text;
	} cases[] = {
		{ PARAM_MAX_CONNECTIONS, 100, "100" },
		{ PARAM_STATEMENT, 0, "0" },
		{ PARAM_STATEMENT, -1, "-" },
		{ PARAM_STATEMENT, 1, "1ms" },
		{ PARAM_STATEMENT, 90000, "90s" },
		{ PARAM_STATEMENT, 300000, "5min" },
		{ PARAM_STATEMENT, 172800000, "2d" },
		{ PARAM_AUTHENTICATION, 60, "1min" },
		{ PARAM_AUTHENTICATION, 7200, "2h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[PARAM_TEXT_MAX];

		assert_string_equal(param_text(text, cases[i].id, cases[i].value), cases[i].text);
	}
}

static void
test_override(void **state)
{
	static const struct override list[] = {
		{ PARAM_STATEMENT, "app", NULL, 1 },
		{ PARAM_STATEMENT, "app", "wall", 2 },
		{ PARAM_STATEMENT, NULL, "wall", 3 },
		{ PARAM_IDLE_SESSION, NULL, NULL, 4 },
	};
	struct params params;

	(void)state;
	params_init(&params);
	assert_null(params_override(&params, PARAM_STATEMENT, "app", NULL));
	params.overrides = list;
	params.override_count = 4;
	assert_ptr_equal(params_override(&params, PARAM_STATEMENT, "app", NULL), &list[0]);
	assert_ptr_equal(params_override(&params, PARAM_STATEMENT, "app", "wall"), &list[1]);
	assert_ptr_equal(params_override(&params, PARAM_STATEMENT, NULL, "wall"), &list[2]);
	assert_null(params_override(&params, PARAM_STATEMENT, NULL, NULL));
	assert_null(params_override(&params, PARAM_IDLE_SESSION, "app", NULL));
	assert_ptr_equal(params_override(&params, PARAM_IDLE_SESSION, NULL, NULL), &list[3]);
}

static void
check_name(const char *name, const char *sql, const char *plain)
{
	struct buf buf = { 0 };

	assert_int_equal(quote_name(&buf, name), sql != NULL);
	assert_string_equal(buf_str(&buf), sql != NULL ? sql : "");
	buf_reset(&buf);
	assert_int_equal(quote_name_plain(&buf, name), plain != NULL);
	assert_string_equal(buf_str(&buf), plain != NULL ? plain : "");
	buf_clear(&buf);
}

/* One line that shows all that is in it, or nothing. */
static void
test_name(void **state)
{
	(void)state;
	check_name("app", "\"app\"", "\"app\"");
	check_name("a\"; drop", "\"a\"\"; drop\"", "\"a\"\"; drop\"");
	check_name("it's \\ a", "\"it's \\ a\"", "\"it's \\ a\"");
	check_name("a\nb\\\"", "U&\"a\\+00000Ab\\\\\"\"\"", NULL);
	check_name("\033[2J", "U&\"\\+00001B[2J\"", NULL);
	check_name("x\342\200\256y", "U&\"x\\+00202Ey\"", NULL); /* turns the writing direction */
	check_name("caf\351", NULL, NULL);
	check_name("", NULL, NULL);
}

static void
test_scope(void **state)
{
	static const struct {
		const char *role, *database, *sql; /* NULL: cannot be written */
	} cases[] = {
		{ "app", NULL, "ROLE \"app\"" },
		{ "app", "w\"all", "ROLE \"app\" IN DATABASE \"w\"\"all\"" },
		{ NULL, "wall", "DATABASE \"wall\"" },
		{ NULL, NULL, "ROLE ALL" },
		{ "app", "caf\351", NULL },
		{ "", "wall", NULL },
	};
	struct buf buf = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *sql = cases[i].sql;

		buf_reset(&buf);
		assert_int_equal(quote_scope(&buf, cases[i].role, cases[i].database), sql != NULL);
		assert_string_equal(buf_str(&buf), sql != NULL ? sql : "");
	}
	buf_clear(&buf);
}

static void
test_quote_text(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	quote_text(&buf, "5min");
	quote_text(&buf, "it's");
	quote_text(&buf, "a\\'");
	assert_string_equal(buf_str(&buf), "'5min''it''s'E'a\\\\'''");
	buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_quote_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
