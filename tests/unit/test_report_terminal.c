/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the report for people on a terminal: what is cut, wrapped or left
 * out there; and of the line between two samples.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "fixture.h"
#include "report/report.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One sample as the report has it; the caller clears the buffer. */
static struct buf
print(const struct fixture *fixture, const struct report *report, size_t n)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };

	writer_text.sample(report, &(struct report_sample){ .data = &fixture->data, .n = n }, &out,
	    &arena);
	arena_clear(&arena);
	return out;
}

static void
expect(const struct fixture *fixture, const struct report *report, const char *want)
{
	static const char dated[] = "--- 2026-11-20T14:02:33.123456Z\n\n"; /* no table has it */
	struct buf out = print(fixture, report, 0);

	assert_ptr_equal(strstr(buf_str(&out), dated), buf_str(&out));
	assert_string_equal(buf_str(&out) + strlen(dated), want);
	buf_clear(&out);
}

static void
choose(struct report *report, struct arena *arena, const char *names, const char *columns)
{
	struct err err;

	report->writer = &writer_text;
	assert_true(report_show(report, names, &err));
	if (columns)
		assert_true(report_columns(report, columns, arena, &err));
}

/* A terminal: no line is longer, columns that have no room are left out, a command is whole. */
static void
test_terminal(void **state)
{
	struct report report = { .utf8 = true, .color = true, .width = 62 };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add(fixture.snap, 1, "app", "a rather long application name", STATE_ACTIVE)
	    ->query_start_us = NOW_US - MINUTES(2);
	fixture.snap->sessions[0].query = "select a, b, c, d from a_table where more = than_fits";
	fixture_add_many(fixture.snap, 2, 7, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	choose(&report, &arena, "summary,applications,alerts",
	    "verdict,next,longest_text,name,total,active,share,waiting,message");
	expect(&fixture, &report,
	    "Summary\n"
	    "Verdict  healthy\n"
	    "Next     pid 1 (a rather long application name) runs a query\n"
	    "         for 2 min: pgconntop --cancel --filter pid=1\n"
	    "  query  select a, b, c, d from a_table where more = than_fits\n"
	    "\n"
	    "Applications\n"
	    "NAME                            TOTAL  ACT   SHARE  WAITING\n"
	    "web                                 7    0  87.5 %        0\n"
	    "a rather long application name      1    1  12.5 %        0\n"
	    "\n"
	    "Alerts\n"
	    "ALERT       MESSAGE\n"
	    "\033[33mlong_query  query runs 2 min: pid 1 a rather long application \033[0m\n");
	report.width = 54;
	choose(&report, &arena, "summary", "next");
	expect(&fixture, &report,
	    "Summary\n"
	    "Next  pid 1 (a rather long application name) runs a\n"
	    "      query for 2 min:\n"
	    "      pgconntop --cancel --filter pid=1\n");
	report.width = 40;
	choose(&report, &arena, "summary,applications", "longest_text,name,total,active");
	expect(&fixture, &report,
	    "Summary\n"
	    "  query  select a, b, c, d from a_table \n"
	    "\n"
	    "Applications\n"
	    "NAME                            TOTAL  A\n"
	    "web                                 7   \n"
	    "a rather long application name      1   \n");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Without --columns a narrow terminal shows what the screen would. */
static void
test_widths(void **state)
{
	static const struct {
		int width;
		bool waiting;
	} widths[] = { { 0, true }, { 80, false }, { 99, false }, { 100, true } };
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 2, 7, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	choose(&report, &arena, "applications", NULL);
	for (size_t i = 0; i < COUNT_OF(widths); i++) {
		struct buf out;

		report.width = widths[i].width;
		out = print(&fixture, &report, 0);
		assert_int_equal(strstr(buf_str(&out), "WAITING") != NULL, widths[i].waiting);
		buf_clear(&out);
	}
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* What was left out before a sample, and who was late. */
static void
test_gap(void **state)
{
	struct report_sample sample = { .n = 1, .skipped = 4 };
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	sample.data = &fixture.data;
	choose(&report, &arena, "alerts", NULL);
	writer_text.sample(&report, &sample, &out, &arena);
	assert_string_equal(buf_str(&out),
	    "\n--- 2026-11-20T14:02:33.123456Z  (4 samples left out: the server answered late)\n"
	    "\nAlerts\n(none)\n");
	buf_reset(&out);
	sample = (struct report_sample){ .data = sample.data, .skipped = 1, .gap = GAP_HELD_UP };
	writer_text.sample(&report, &sample, &out, &arena);
	assert_string_equal(buf_str(&out),
	    "--- 2026-11-20T14:02:33.123456Z  (1 sample left out: pgconntop was held up)\n"
	    "\nAlerts\n(none)\n");
	choose(&report, &arena, "summary,alerts", NULL);
	buf_reset(&out);
	writer_text.sample(&report, &sample, &out, &arena);
	assert_ptr_equal(strstr(buf_str(&out),
	                     "(1 sample left out: pgconntop was held up)\n\nSummary\n"),
	    buf_str(&out));
	buf_clear(&out);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_gap),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8")) {
		puts("1..0 # SKIP no UTF-8 locale");
		return 0;
	}
	return cmocka_run_group_tests_name("text on a terminal", tests, NULL, NULL);
}
