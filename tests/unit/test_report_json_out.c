/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the words of JSON, byte by byte: numbers, texts, commas, and keys
 * that nest in whatever order columns are asked for.
 */
#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "report/json.h"
#include "report/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
expect_json(struct value value, const char *want)
{
	struct buf out = { 0 };

	json_value(&out, &value);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

static void
test_numbers(void **state)
{
	(void)state;
	expect_json(value_none(), "null");
	expect_json(value_int(0), "0");
	expect_json(value_int(-17), "-17");
	expect_json(value_int(INT64_MAX), "9223372036854775807");
	expect_json(value_int(INT64_MIN), "-9223372036854775808");
	expect_json(value_bool(true), "true");
	expect_json(value_bool(false), "false");
	expect_json(value_share(1), "1.0");
	expect_json(value_share(1.0 / 3), "0.333333333333333");
	expect_json(value_real(-0.5), "-0.5");
	expect_json(value_real(1e300), "1e+300");
	expect_json(value_real(NAN), "null");
	expect_json(value_real(-INFINITY), "null");
}

static void
test_seconds(void **state)
{
	(void)state;
	expect_json(value_duration(0), "0.0");
	expect_json(value_duration(1), "0.000001");
	expect_json(value_duration(812400000), "812.4");
	expect_json(value_duration(60000000), "60.0");
	expect_json(value_duration(-1500000), "-1.5");
	expect_json(value_duration(INT64_MAX), "9223372036854.775807");
	expect_json(value_duration(TIME_UNKNOWN), "null");
	expect_json(value_time(0), "\"1970-01-01T00:00:00.000000Z\"");
	expect_json(value_time(TIME_UNKNOWN), "null");
}

static void
test_texts(void **state)
{
	(void)state;
	expect_json(value_text(NULL), "null");
	expect_json(value_text(""), "\"\"");
	expect_json(value_text("a, {\"b\"} c:\\d/"), "\"a, {\\\"b\\\"} c:\\\\d/\"");
	expect_json(value_text("\b\f\n\r\t\001\033\177"),
	    "\"\\b\\f\\n\\r\\t\\u0001\\u001b\\u007f\"");
	expect_json(value_text("\xC3\xA9\xE2\x80\xAE\xF0\x9F\x90\x98"),
	    "\"\\u00e9\\u202e\\ud83d\\udc18\"");
	expect_json(value_text("\xF4\x8F\xBF\xBF\xF0\x90\x80\x80"),
	    "\"\\udbff\\udfff\\ud800\\udc00\"");
	expect_json(value_text("caf\xE9\xE2\x82"), "\"caf\\\\xe9\\\\xe2\\\\x82\"");
}

static void
test_commas(void **state)
{
	static const int32_t pids[] = { 9, 0 };
	const struct value some = { .type = VALUE_PIDS, .list = { pids, 2 } };
	const struct value none = { .type = VALUE_PIDS };
	const struct json_field fields[] = {
		{ "a", value_text("x{") },
		{ "b", some },
		{ "c", none },
	};
	struct buf out = { 0 };

	(void)state;
	json_open(&out, '{');
	json_fields(&out, fields, COUNT_OF(fields));
	json_key(&out, "d\"");
	json_open(&out, '[');
	json_open(&out, '{');
	json_close(&out, '}');
	json_open(&out, '[');
	json_value(&out, &fields[0].value);
	json_value(&out, &some);
	json_close(&out, ']');
	json_close(&out, ']');
	json_close(&out, '}');
	assert_string_equal(buf_str(&out),
	    "{\"a\":\"x{\",\"b\":[9,0],\"c\":[],\"d\\\"\":[{},[\"x{\",[9,0]]]}");
	buf_reset(&out);
	json_line(&out, fields, 1);
	json_line(&out, fields, 0);
	assert_string_equal(buf_str(&out), "{\"a\":\"x{\"}\n{}\n");
	buf_clear(&out);
}

/* No key and no inner object is there twice, whatever --columns says. */
static void
test_nesting(void **state)
{
	struct report report = { .writer = &writer_json };
	struct fixture fixture;
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct err err;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 3, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_true(report_show(&report, "applications", &err));
	assert_true(
	    report_columns(&report, "idle,total,active,idle,name,unknown,total", &arena, &err));
	writer_json.sample(&report, &(struct report_sample){ .data = &fixture.data, .skipped = 7 },
	    &out, &arena);
	assert_non_null(strstr(buf_str(&out),
	    ",\"skipped\":7,\"applications\":[{\"states\":{\"idle\":3,\"active\":0,\"unknown\":0},"
	    "\"total\":3,\"name\":\"web\"}]}\n"));
	buf_clear(&out);
	arena_clear(&arena);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests_name("words of json", tests, NULL, NULL);
}
