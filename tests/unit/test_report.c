/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what a report is made of: tables, columns, order and limit, and
 * what is said when one of them is wrong.
 */
#include "report/report.h"
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
test_show(void **state)
{
	struct report report = { .writer = &writer_json };
	struct err err;

	(void)state;
	assert_true(report_show(&report, "sessions,summary,users", &err));
	assert_int_equal(report.table_count, 3);
	assert_ptr_equal(report.tables[0], &table_sessions);
	assert_ptr_equal(report.tables[1], &table_summary);
	assert_ptr_equal(report.tables[2], &table_users);
	assert_true(report_show(&report, "pools", &err)); /* with their sum; the others are gone */
	assert_int_equal(report.table_count, 2);
	assert_ptr_equal(report.tables[0], &table_pools);
	assert_ptr_equal(report.tables[1], &table_pool_total);
	assert_true(report_show(&report, "states,states,pools,pools,states", &err));
	assert_int_equal(report.table_count, 3);
	assert_true(report_show(&report, "states,", &err));
	assert_int_equal(report.table_count, 1);
}

static void
test_show_all(void **state)
{
	struct report report = { .writer = &writer_json };
	struct settings settings;
	struct buf names = { 0 };
	struct err err;

	(void)state;
	for (size_t i = 0; i < table_count; i++)
		buf_addf(&names, "%s%s", i > 0 ? "," : "", tables[i]->name);
	assert_true(report_show(&report, buf_str(&names), &err));
	assert_true(report.table_count > table_count); /* sums */
	for (size_t i = 0; i < report.table_count; i++) {
		for (size_t other = 0; other < i; other++)
			assert_ptr_not_equal(report.tables[i], report.tables[other]);
	}
	settings_init(&settings);
	assert_true(report_show(&report, settings.show, &err)); /* NULL: the writer's own */
	assert_int_equal(report.table_count, 4);
	settings_clear(&settings);
	buf_clear(&names);
}

static void
test_show_wrong(void **state)
{
	static const char *const wrong[] = { "nothing", "states,nothing", "states,,users",
		",states", " states", "States", "pool_total",
		"0123456789012345678901234567890123456789012345678901234567890123456789" };
	struct report report = { .writer = &writer_json };
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(report_show(&report, wrong[i], &err));
	assert_false(report_show(&report, "states,nothing,sessions", &err));
	assert_ptr_equal(strstr(err.msg,
	                     "no table \"nothing\" to show: there are summary, states, "),
	    err.msg);
	assert_non_null(strstr(err.msg, "alerts"));
	assert_false(report_show(&report, "", &err));
	assert_string_equal(err.msg, "show names no table");
}

/* The names of the columns that a table shows, with commas. */
static void
expect_columns(const struct report *report, const struct table *table, bool all, const char *want)
{
	const struct column *columns[COLUMNS_MAX];
	size_t count = report_table_columns(report, table, all, columns);
	struct buf names = { 0 };

	for (size_t i = 0; i < count; i++)
		buf_addf(&names, "%s%s", i > 0 ? "," : "", columns[i]->name);
	assert_string_equal(buf_str(&names), want);
	buf_clear(&names);
}

static void
test_columns(void **state)
{
	struct report report = { .writer = &writer_json };
	struct arena arena = { 0 };
	struct err err;

	(void)state;
	assert_true(report_show(&report, "queries,states,pools", &err));
	expect_columns(&report, &table_states, false, "state,sessions,share,oldest,oldest_pid");
	expect_columns(&report, &table_pools, false,
	    "name,workers,engines,pool_size,max_overflow,configured,observed,over,under,"
	    "peak,idle,idle_share,shared,overlaps,fitting_size,fitting_all");
	expect_columns(&report, &table_pools, true,
	    "name,instances,workers,engines,pool_size,max_overflow,databases,"
	    "max_db_connections,configured,observed,over,under,"
	    "peak,idle,idle_share,shared,overlaps,common,fitting_size,fitting_all,match");
	assert_true(report_columns(&report, "database,state,pid,usable", &arena, &err));
	expect_columns(&report, &table_queries, false, "database,state,pid"); /* hidden ones too */
	expect_columns(&report, &table_states, true, "state");
	expect_columns(&report, &table_pool_total, true, "usable");
	expect_columns(&report, &table_pools, false, /* has none of them */
	    "name,workers,engines,pool_size,max_overflow,configured,observed,over,under,"
	    "peak,idle,idle_share,shared,overlaps,fitting_size,fitting_all");
	assert_true(report_columns(&report, "name", &arena, &err));
	expect_columns(&report, &table_pools, false, "name");
	arena_clear(&arena);
}

static void
test_columns_wrong(void **state)
{
	struct report report = { .writer = &writer_json };
	struct arena arena = { 0 };
	struct buf names = { 0 };
	struct err err;

	(void)state;
	assert_true(report_show(&report, "sessions,states", &err));
	assert_false(report_columns(&report, "pid,total", &arena, &err));
	assert_string_equal(err.msg, "no table of the report has a column \"total\"");
	assert_false(report_columns(&report, "pid,,user", &arena, &err));
	assert_string_equal(err.msg, "no table of the report has a column \"\"");
	assert_false(report_columns(&report, "", &arena, &err));
	assert_string_equal(err.msg, "columns names no column");
	for (int i = 0; i < COLUMNS_MAX; i++)
		buf_adds(&names, "pid,");
	assert_true(report_columns(&report, buf_str(&names), &arena, &err));
	assert_int_equal(report.column_count, COLUMNS_MAX);
	buf_adds(&names, "pid");
	assert_false(report_columns(&report, buf_str(&names), &arena, &err));
	assert_string_equal(err.msg, "more than 96 columns");
	buf_clear(&names);
	arena_clear(&arena);
}

/* Sessions 1 to 4 of two roles, the older the larger the pid; two applications. */
static void
begin(struct fixture *fixture)
{
	fixture_init(fixture);
	for (int32_t pid = 1; pid <= 4; pid++) {
		struct session *session = fixture_add(fixture->snap, pid, pid % 2 ? "odd" : "even",
		    pid == 1 ? "a" : "b", STATE_ACTIVE);

		session->state_change_us = NOW_US - SECONDS(pid);
		session->xact_start_us = NOW_US - SECONDS(10 - pid);
	}
	fixture_analyse(fixture);
}

static void
expect_pids(const struct report *report, const struct table *table, const struct fixture *fixture,
    const char *digits)
{
	struct arena arena = { 0 };
	struct rows rows;

	report_rows(report, table, &fixture->data, &rows, &arena);
	assert_int_equal(rows.count, strlen(digits));
	for (size_t i = 0; i < rows.count; i++) {
		const struct session *session = rows.items[i];

		assert_int_equal(session->id.pid, digits[i] - '0');
	}
	arena_clear(&arena);
}

/* Tables that have the column are sorted by it, the others stay in their own order. */
static void
test_sort(void **state)
{
	struct report report = { .writer = &writer_json };
	struct fixture fixture;
	struct err err;

	(void)state;
	begin(&fixture);
	assert_true(report_show(&report, "sessions,queries", &err));
	expect_pids(&report, &table_sessions, &fixture, "4321"); /* by age */
	expect_pids(&report, &table_queries, &fixture, "1234");  /* by transaction */
	assert_true(report_sort(&report, "pid", &err));
	expect_pids(&report, &table_sessions, &fixture, "1234");
	assert_true(report_sort(&report, "-pid", &err));
	expect_pids(&report, &table_queries, &fixture, "4321");
	assert_true(report_sort(&report, "-port", &err)); /* sessions only; all the same */
	expect_pids(&report, &table_sessions, &fixture, "1234");
	expect_pids(&report, &table_queries, &fixture, "1234");
	assert_false(report_sort(&report, "-total", &err));
	assert_string_equal(err.msg, "no table of the report has a column \"total\" to sort by");
	assert_string_equal(report.sort, "-port");
	assert_false(report_sort(&report, "", &err));
	assert_false(report_sort(&report, "-", &err));
	fixture_clear(&fixture);
}

/* A limit is for lists; states and single rows are whole. */
static void
test_limit(void **state)
{
	static const struct table *const lists[] = { &table_applications, &table_users,
		&table_sessions, &table_queries };
	struct report report = { .writer = &writer_json, .limit = 1 };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct rows rows;

	(void)state;
	begin(&fixture);
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		report_rows(&report, lists[i], &fixture.data, &rows, &arena);
		assert_int_equal(rows.count, 1);
	}
	report_rows(&report, &table_states, &fixture.data, &rows, &arena);
	assert_int_equal(rows.count, STATE_COUNT);
	report_rows(&report, &table_summary, &fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 1);
	report.limit = 3;
	expect_pids(&report, &table_sessions, &fixture, "432");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_filters(void **state)
{
	const struct filter *filters[2];
	struct report report = { .writer = &writer_json, .filters = filters, .filter_count = 1 };
	struct fixture fixture;
	struct filter *odd, *old;
	struct err err;

	(void)state;
	begin(&fixture);
	odd = filter_parse("user=odd", &err);
	old = filter_parse("age>=3s", &err);
	filters[0] = odd;
	filters[1] = old;
	expect_pids(&report, &table_sessions, &fixture, "31");
	expect_pids(&report, &table_queries, &fixture, "13");
	report.filter_count = 2;
	expect_pids(&report, &table_sessions, &fixture, "3");
	filter_free(odd);
	filter_free(old);
	fixture_clear(&fixture);
}

/* A format of one table takes no other and no sum. */
static void
test_one_table(void **state)
{
	struct report report = { .writer = &writer_csv };
	struct err err;

	(void)state;
	assert_true(report_show(&report, NULL, &err));
	assert_int_equal(report.table_count, 1);
	assert_ptr_equal(report.tables[0], &table_sessions);
	assert_true(report_show(&report, "pools,pools", &err));
	assert_int_equal(report.table_count, 1);
	assert_ptr_equal(report.tables[0], &table_pools);
	assert_false(report_show(&report, "users,states,alerts", &err));
	assert_string_equal(err.msg,
	    "csv has one table in a report: show users or states, not both");
	assert_false(report_show(&report, "users,nothing", &err));
	assert_ptr_equal(strstr(err.msg, "no table \"nothing\""), err.msg);
}

/* The words of the option are in the order of the writers. */
static void
test_writers(void **state)
{
	const struct setting_row *row = settings_find("format");
	struct buf words = { 0 };

	(void)state;
	assert_ptr_equal(writer_by_format(0), &writer_text);
	assert_ptr_equal(writer_by_format(1), &writer_csv);
	assert_ptr_equal(writer_by_format(2), &writer_json);
	assert_ptr_equal(writer_by_format(3), &writer_openmetrics);
	for (int i = 0; i < 4; i++)
		buf_addf(&words, "%s%s", i > 0 ? "|" : "", writer_by_format(i)->name);
	assert_string_equal(row->arg, buf_str(&words));
	row = settings_find("show"); /* whose help tells the defaults */
	for (int i = 0; i < 4; i++)
		assert_non_null(strstr(row->help, writer_by_format(i)->show));
	buf_clear(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_show_all),
		cmocka_unit_test(test_show_wrong),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_columns_wrong),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_one_table),
		cmocka_unit_test(test_writers),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
