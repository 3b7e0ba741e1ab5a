/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of values as a person reads them, and of their order.
 */
#include "table/table.h"
#include "fixture.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
expect(struct value value, const char *text)
{
	char room[CELL_MAX];

	assert_string_equal(cell_text(room, &value), text);
}

static struct value
pids(const int32_t *list, size_t count)
{
	return (struct value){ .type = VALUE_PIDS, .list = { list, count } };
}

static void
test_text(void **state)
{
	(void)state;
	expect(value_none(), "-");
	expect(value_duration(TIME_UNKNOWN), "-");
	expect(value_text(NULL), "-");
	expect(value_int(0), "0");
	expect(value_int(-42), "-42");
	expect(value_int(INT64_MAX), "9223372036854775807");
	expect(value_int(INT64_MIN), "-9223372036854775808");
	expect(value_real(4.2), "4.2");
	expect(value_real(1250), "1250");
	expect(value_share(0.9381), "93.8 %");
	expect(value_share(1.031), "103.1 %");
	expect(value_duration(SECONDS(723)), "12m03s");
	expect(value_duration(0), "0s");
	expect(value_time(NOW_US), "2026-11-20T14:02:33.123456Z");
	expect(value_text(""), "");
	expect(value_text("\033[2J"), "\033[2J"); /* as it is: cleaned where it is drawn */
	expect(value_bool(true), "yes");
	expect(value_bool(false), "no");
}

static void
test_extremes(void **state)
{
	const struct value values[] = { value_real(DBL_MAX), value_real(-DBL_MAX), value_real(NAN),
		value_real(INFINITY), value_share(DBL_MAX), value_share(-INFINITY),
		value_duration(INT64_MAX), value_duration(-1), value_time(INT64_MAX),
		value_time(INT64_MIN + 1), value_time(0) };
	char room[CELL_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		assert_true(strlen(cell_text(room, &values[i])) < CELL_MAX);
}

static void
test_pids(void **state)
{
	static const int32_t some[] = { 4711, 0, -1 };
	static const int32_t long_ones[] = { 1111111111, 1111111112, 1111111113, 1111111114,
		1111111115, 1111111116, 1111111117, 1111111118, 1111111119, 1111111120, 1111111121,
		1111111122 };
	char room[CELL_MAX];
	size_t all = 0;

	(void)state;
	expect(pids(NULL, 0), "");
	expect(pids(some, 1), "4711");
	expect(pids(some, 3), "4711 prepared -1");
	for (size_t n = 1; n <= COUNT_OF(long_ones); n++) {
		struct value value = pids(long_ones, n);
		const char *text = cell_text(room, &value);
		const char *cut = strstr(text, " ...");
		size_t shown = ((cut ? (size_t)(cut - text) : strlen(text)) + 1) / 11;

		assert_true(strlen(text) < CELL_MAX);
		assert_true(strncmp(text, "1111111111", 10) == 0);
		assert_int_equal(cut != NULL, shown < n); /* said only when it is so */
		if (!cut)
			all = n;
	}
	assert_true(all >= 9 && all < COUNT_OF(long_ones));
}

static void
test_right(void **state)
{
	(void)state;
	assert_true(cell_right(VALUE_INT) && cell_right(VALUE_REAL));
	assert_true(cell_right(VALUE_SHARE) && cell_right(VALUE_DURATION));
	assert_false(cell_right(VALUE_TEXT) || cell_right(VALUE_TIME) || cell_right(VALUE_BOOL));
	assert_false(cell_right(VALUE_PIDS) || cell_right(VALUE_NONE));
}

/* Each list is in order, and the values in it differ. */
static void
check_order(const struct value *values, size_t count)
{
	for (size_t a = 0; a < count; a++) {
		for (size_t b = 0; b < count; b++) {
			int order = value_compare(&values[a], &values[b]);

			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
		}
	}
}

static void
test_order(void **state)
{
	static const int32_t few[] = { 3, 9 }, many[] = { 20, 1 };
	const struct value ints[] = { value_int(INT64_MIN), value_int(-1), value_int(0),
		value_int(INT64_MAX), value_none() };
	const struct value reals[] = { value_real(-1.5), value_real(0), value_real(1e-9),
		value_real(DBL_MAX), value_none() };
	const struct value shares[] = { value_share(0), value_share(0.5), value_share(2),
		value_none() };
	const struct value durations[] = { value_duration(0), value_duration(1),
		value_duration(INT64_MAX), value_none() };
	const struct value times[] = { value_time(-5), value_time(NOW_US), value_none() };
	const struct value texts[] = { value_text(""), value_text("B"), value_text("a"),
		value_text("ab"), value_text("\xC3\xA9"), value_none() };
	const struct value bools[] = { value_bool(false), value_bool(true), value_none() };
	const struct value lists[] = { pids(NULL, 0), pids(few, 2), pids(many, 2), value_none() };

	(void)state;
	check_order(ints, COUNT_OF(ints));
	check_order(reals, COUNT_OF(reals));
	check_order(shares, COUNT_OF(shares));
	check_order(durations, COUNT_OF(durations));
	check_order(times, COUNT_OF(times));
	check_order(texts, COUNT_OF(texts));
	check_order(bools, COUNT_OF(bools));
	check_order(lists, COUNT_OF(lists));
}

/* Alerts have figures of several units in one column: an order all the same, unit by unit. */
static void
test_order_mixed(void **state)
{
	const struct value mixed[] = { value_int(INT64_MAX), value_int(1), value_real(0.25),
		value_real(-1), value_share(1), value_share(0), value_duration(0),
		value_duration(SECONDS(1)), value_none() };

	(void)state;
	for (size_t a = 0; a < COUNT_OF(mixed); a++) {
		for (size_t b = 0; b < COUNT_OF(mixed); b++) {
			int ab = value_compare(&mixed[a], &mixed[b]);

			assert_int_equal((ab > 0) - (ab < 0), -value_compare(&mixed[b], &mixed[a]));
			assert_int_equal(ab == 0, a == b);
			for (size_t c = 0; c < COUNT_OF(mixed); c++)
				assert_true(ab > 0 || value_compare(&mixed[b], &mixed[c]) > 0 ||
				    value_compare(&mixed[a], &mixed[c]) <= 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_mixed),
	};

	return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}
