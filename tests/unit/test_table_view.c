/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of choosing and ordering rows.
 */
#include "table/table.h"
#include "base/err.h"
#include "fixture.h"
#include "table/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Sessions 1 to 8 in the order of the pids; ages 30 - 10 30 - 20 10 30 seconds. */
static void
begin(struct fixture *fixture)
{
	static const int ages[] = { 30, -1, 10, 30, -1, 20, 10, 30 };

	fixture_init(fixture);
	for (int32_t i = 0; i < (int32_t)COUNT_OF(ages); i++) {
		struct session *session =
		    fixture_add(fixture->snap, i + 1, i % 2 ? "odd" : "even", "web", STATE_IDLE);

		session->state_change_us = ages[i] < 0 ? TIME_UNKNOWN : NOW_US - SECONDS(ages[i]);
	}
	fixture_analyse(fixture);
}

/* The pids of the rows, as a text of digits. */
static void
expect(const struct view *view, const struct fixture *fixture, const char *digits)
{
	struct arena arena = { 0 };
	struct rows rows;

	view_rows(view, &table_sessions, &fixture->data, &rows, &arena);
	assert_int_equal(rows.count, strlen(digits));
	for (size_t i = 0; i < rows.count; i++) {
		const struct session *session = rows.items[i];

		assert_int_equal(session->id.pid, digits[i] - '0');
	}
	arena_clear(&arena);
}

static void
test_default(void **state)
{
	struct view view = view_default(&table_sessions);
	struct fixture fixture;

	(void)state;
	assert_string_equal(view.sort->name, "age");
	assert_true(view.descending);
	assert_int_equal(view.filter_count, 0);
	assert_int_equal(view.limit, 0);
	begin(&fixture);
	expect(&view, &fixture, "14863725");
	fixture_clear(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		view = view_default(tables[i]);
		assert_int_equal(view.sort != NULL, tables[i]->sort != NULL);
	}
}

/* Unknown last in both directions; ties stay in the table's own order in both. */
static void
test_sort(void **state)
{
	struct view view = { 0 };
	struct fixture fixture;
	struct err err;

	(void)state;
	begin(&fixture);
	expect(&view, &fixture, "12345678");
	assert_true(view_sort(&view, &table_sessions, "age", &err));
	assert_false(view.descending);
	expect(&view, &fixture, "37614825");
	assert_true(view_sort(&view, &table_sessions, "-age", &err));
	expect(&view, &fixture, "14863725");
	assert_true(view_sort(&view, &table_sessions, "-pid", &err));
	expect(&view, &fixture, "87654321");
	assert_true(view_sort(&view, &table_sessions, "user", &err));
	expect(&view, &fixture, "13572468");
	assert_true(view_sort(&view, &table_sessions, "-user", &err));
	expect(&view, &fixture, "24681357");
	assert_true(view_sort(&view, &table_sessions, "database", &err)); /* all the same */
	expect(&view, &fixture, "12345678");
	assert_true(view_sort(&view, &table_sessions, "-transaction", &err)); /* all unknown */
	expect(&view, &fixture, "12345678");
	fixture_clear(&fixture);
}

static void
test_sort_wrong(void **state)
{
	static const char *const wrong[] = { "", "-", "--age", "ages", "-nothing", "age,pid",
		"total" };
	struct view view = view_default(&table_sessions);
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		err.msg[0] = '\0';
		assert_false(view_sort(&view, &table_sessions, wrong[i], &err));
		assert_non_null(strstr(err.msg, "sessions"));
		assert_string_equal(view.sort->name, "age"); /* nothing was changed */
		assert_true(view.descending);
		assert_false(view_sort(&view, &table_sessions, wrong[i], NULL));
	}
	assert_false(view_sort(&view, &table_sessions, "-nothing", &err));
	assert_string_equal(err.msg, "no column \"nothing\" in sessions to sort by");
}

static void
test_limit(void **state)
{
	struct view view = view_default(&table_sessions);
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	view.limit = 3; /* after sorting */
	expect(&view, &fixture, "148");
	view.limit = 8;
	expect(&view, &fixture, "14863725");
	view.limit = SIZE_MAX;
	expect(&view, &fixture, "14863725");
	view.limit = 1;
	view.sort = NULL;
	expect(&view, &fixture, "1");
	fixture_clear(&fixture);
}

static void
test_filters(void **state)
{
	struct view view = view_default(&table_sessions);
	const struct filter *filters[2];
	struct fixture fixture;
	struct filter *odd, *old;
	struct err err;

	(void)state;
	begin(&fixture);
	odd = filter_parse("user=odd", &err);
	old = filter_parse("age>=20", &err);
	filters[0] = odd;
	filters[1] = old;
	view.filters = filters;
	view.filter_count = 1;
	expect(&view, &fixture, "4862");
	view.filter_count = 2; /* both must match */
	expect(&view, &fixture, "486");
	view.limit = 2; /* after filtering */
	expect(&view, &fixture, "48");
	filters[0] = old;
	view.filter_count = 1;
	expect(&view, &fixture, "14");
	fixture.snap->sessions[0].slot = false; /* no row at all */
	expect(&view, &fixture, "48");
	filter_free(odd);
	filter_free(old);
	fixture_clear(&fixture);
}

/* What a filter of sessions hides still counts in the tables of figures. */
static void
test_filter_elsewhere(void **state)
{
	struct view view = view_default(&table_applications);
	const struct filter *filters[1];
	struct arena arena = { 0 };
	struct filter *nobody;
	struct fixture fixture;
	struct rows rows;
	struct err err;

	(void)state;
	begin(&fixture);
	nobody = filter_parse("user=nobody", &err);
	filters[0] = nobody;
	view.filters = filters;
	view.filter_count = 1;
	view_rows(&view, &table_applications, &fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 1);
	filter_free(nobody);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Every table by every column, both ways: as many rows as before, and none twice. */
static void
test_all(void **state)
{
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	for (size_t t = 0; t < table_count; t++) {
		for (size_t i = 0; i < 2 * tables[t]->column_count; i++) {
			struct view view = { .sort = &tables[t]->columns[i / 2],
				.descending = i % 2 == 1 };
			struct rows plain, sorted;

			tables[t]->rows(&fixture.data, &plain, &arena);
			view_rows(&view, tables[t], &fixture.data, &sorted, &arena);
			assert_int_equal(sorted.count, plain.count);
			for (size_t n = 1; n < sorted.count; n++) {
				struct value a = view.sort->get(&fixture.data, sorted.items[n - 1]);
				struct value b = view.sort->get(&fixture.data, sorted.items[n]);
				int order = value_compare(&a, &b);

				assert_ptr_not_equal(sorted.items[n - 1], sorted.items[n]);
				assert_true(b.type == VALUE_NONE || a.type != VALUE_NONE);
				assert_true(b.type == VALUE_NONE ||
				    (view.descending ? order >= 0 : order <= 0));
			}
		}
		arena_reset(&arena);
	}
	fixture_clear(&fixture);
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_sort_wrong),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_filter_elsewhere),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
