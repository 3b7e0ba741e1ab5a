/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the report for people: alignment, what is cut, and that no byte
 * of a server's gets through that is not a character to look at.
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

/* What stands above a report without the time of its own. */
#define DATED "--- 2026-11-20T14:02:33.123456Z\n\n"

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
	struct buf out = print(fixture, report, 0);

	assert_string_equal(buf_str(&out), want);
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

static void
test_list(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 12, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 2, "a long application name", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 300, 1, "", STATE_ACTIVE);
	fixture_analyse(&fixture);
	choose(&report, &arena, "applications", "name,total,share,oldest_idle,active");
	expect(&fixture, &report,
	    DATED "Applications\n"
	          "NAME                     TOTAL   SHARE  OLDEST  ACT\n"
	          "web                         12  80.0 %     10s    0\n"
	          "a long application name      2  13.3 %       -    2\n"
	          "(none)                       1   6.7 %       -    1\n");
	choose(&report, &arena, "applications", "active,name");
	expect(&fixture, &report,
	    DATED "Applications\n"
	          "ACT  NAME\n"
	          "  0  web\n"
	          "  2  a long application name\n"
	          "  1  (none)\n");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Characters of two columns, and of none, stay in line. */
static void
test_wide(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 4, "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 3, "caf\xC3\xA9", STATE_IDLE);
	fixture_add_many(fixture.snap, 300, 2, "caf\xE9", STATE_IDLE);
	fixture_add_many(fixture.snap, 400, 1, "a\xE2\x80\x8B\033[2Jb\n", STATE_IDLE);
	fixture_analyse(&fixture);
	choose(&report, &arena, "applications", "name,total");
	expect(&fixture, &report,
	    DATED "Applications\n"
	          "NAME      TOTAL\n"
	          "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E        4\n"
	          "caf\xC3\xA9          3\n"
	          "caf\xEF\xBF\xBD          2\n"
	          "a\xEF\xBF\xBD\xEF\xBF\xBD[2Jb       1\n");
	report.utf8 = false;
	expect(&fixture, &report,
	    DATED "Applications\n"
	          "NAME      TOTAL\n"
	          "???           4\n"
	          "caf?          3\n"
	          "caf?          2\n"
	          "a??[2Jb       1\n");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Without a choice the hidden columns stay away. */
static void
test_default_columns(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 1, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	choose(&report, &arena, "users,summary", NULL);
	out = print(&fixture, &report, 0);
	assert_ptr_equal(strstr(buf_str(&out), "Users\nNAME  TOTAL  ACT"), buf_str(&out));
	assert_null(strstr(buf_str(&out), "SHARE"));
	assert_non_null(strstr(buf_str(&out), "\n\nSummary\nTime "));
	assert_null(strstr(buf_str(&out), "150020"));
	buf_clear(&out);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_pairs(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.snap->server.host = "db\033[1m\xFF";
	fixture_add(fixture.snap, 1, "app", "web", STATE_ACTIVE)->query_start_us =
	    NOW_US - SECONDS(192);
	fixture_analyse(&fixture);
	choose(&report, &arena, "summary",
	    "host,version,used,usable,hidden,reclaimable,longest_query,longest_transaction,"
	    "utilization");
	expect(&fixture, &report,
	    DATED "Summary\n"
	          "Host                 db\xEF\xBF\xBD[1m\xEF\xBF\xBD\n"
	          "PostgreSQL           15.20\n"
	          "Used                 1\n"
	          "Usable               97\n"
	          "Hidden               0\n"
	          "Reclaimable          0 idle over 10 min\n"
	          "Longest query        3 min 12 s\n"
	          "Longest transaction  -\n"
	          "Utilization          1.0 %\n");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_several(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	choose(&report, &arena, "sessions,pools,states", "pid,sessions,state");
	out = print(&fixture, &report, 0);
	assert_string_equal(buf_str(&out),
	    DATED "Sessions\n(none)\n\nPools\n(none)\n\nPools together\n(none)\n\n"
	          "States\nSESSIONS  STATE\n       0  active\n       0  idle\n"
	          "       0  idle in transaction\n       0  idle in transaction (aborted)\n"
	          "       0  fastpath function call\n       0  disabled\n       0  starting\n"
	          "       0  unknown\n");
	buf_clear(&out);
	choose(&report, &arena, "sessions", NULL);
	out = print(&fixture, &report, 1); /* from the second sample on a line with the time */
	assert_string_equal(buf_str(&out),
	    "\n--- 2026-11-20T14:02:33.123456Z\n\nSessions\n(none)\n");
	buf_clear(&out);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* A query is one line, whole in the last column, and cut in another. */
static void
test_query(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct buf query = { 0 }, out;
	size_t first, second;

	(void)state;
	fixture_init(&fixture);
	buf_adds(&query, "  select\n\t1,\r\n");
	buf_fill(&query, 'x', 300);
	fixture_add(fixture.snap, 1, "app", "web", STATE_ACTIVE)->query = query.data;
	fixture_add(fixture.snap, 2, "app", "web", STATE_ACTIVE)->query = "q";
	fixture_analyse(&fixture);
	choose(&report, &arena, "sessions", "pid,query");
	out = print(&fixture, &report, 0);
	assert_non_null(strstr(buf_str(&out), "\n  1  select 1, xxx"));
	assert_int_equal(strcspn(strstr(buf_str(&out), "  1  "), "\n"), 5 + 10 + 300);
	buf_clear(&out);
	choose(&report, &arena, "sessions", "query,pid");
	out = print(&fixture, &report, 0);
	first = strcspn(strstr(buf_str(&out), "select"), "\n");
	second = strcspn(strstr(buf_str(&out), "\nq ") + 1, "\n");
	assert_int_equal(first, 200 + 2 + 3);
	assert_int_equal(second, first);
	buf_clear(&out);
	buf_clear(&query);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Cut between characters: what is cut off may be half of a wide one's columns. */
static void
test_cut(void **state)
{
	struct report report = { .utf8 = true };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct buf query = { 0 }, out;
	const char *line;

	(void)state;
	fixture_init(&fixture);
	buf_addc(&query, 'a');
	for (int i = 0; i < 150; i++)
		buf_adds(&query, "\xE6\x97\xA5");
	fixture_add(fixture.snap, 1, "app", "web", STATE_ACTIVE)->query = query.data;
	fixture_analyse(&fixture);
	choose(&report, &arena, "sessions", "query,pid");
	out = print(&fixture, &report, 0);
	line = strstr(buf_str(&out), "\na\xE6") + 1;
	assert_int_equal(strcspn(line, " "), 1 + 99 * 3); /* 199 columns */
	assert_int_equal(text_width(line, strcspn(line, "\n"), TEXT_UTF8), 199 + 2 + 3);
	buf_clear(&out);
	buf_clear(&query);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_color(void **state)
{
	struct report report = { .utf8 = true, .color = true };
	struct arena arena = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 90, "web", STATE_ACTIVE);
	fixture_add(fixture.snap, 1, "app", "web", STATE_ACTIVE)->query_start_us =
	    NOW_US - MINUTES(2);
	fixture_analyse(&fixture);
	choose(&report, &arena, "alerts,users", "level,value,total");
	expect(&fixture, &report,
	    DATED "Alerts\n"
	          "LEVEL      VALUE\n"
	          "\033[1;31mcritical  93.8 %\033[0m\n"
	          "\033[33mwarning    2m00s\033[0m\n"
	          "\n"
	          "Users\n"
	          "TOTAL\n"
	          "   91\n");
	report.color = false;
	expect(&fixture, &report,
	    DATED "Alerts\nLEVEL      VALUE\ncritical  93.8 %\nwarning    2m00s\n"
	          "\nUsers\nTOTAL\n   91\n");
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Lines of characters to look at, and nothing else. */
static void
check_clean(const struct buf *out, bool utf8)
{
	assert_int_equal(strlen(buf_str(out)), out->len);
	assert_int_equal(out->data[out->len - 1], '\n');
	for (size_t i = 0, n; i < out->len; i += n) {
		uint32_t cp;
		int width;

		n = text_decode(out->data + i, out->len - i, &cp);
		assert_true(cp != TEXT_BAD);
		assert_true(cp == '\n' || text_shown(cp, TEXT_UTF8, &width) == cp);
		assert_true(utf8 || cp < 0x7F);
	}
}

static void
test_hostile(void **state)
{
	struct report report = { 0 };
	struct arena arena = { 0 };
	struct buf names = { 0 }, all = { 0 };
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		buf_addf(&names, "%s,", tables[i]->name);
		for (size_t c = 0; c < tables[i]->column_count && i < 2; c++)
			buf_addf(&all, "%s,", tables[i]->columns[c].name);
	}
	for (int i = 0; i < 4; i++) {
		struct buf out;

		report.utf8 = i % 2 == 0;
		choose(&report, &arena, buf_str(&names), i < 2 ? NULL : buf_str(&all));
		out = print(&fixture, &report, (size_t)i);
		assert_true(out.len > 10000);
		check_clean(&out, report.utf8);
		buf_clear(&out);
	}
	buf_clear(&names);
	buf_clear(&all);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_failure(void **state)
{
	struct report report = { .utf8 = true };
	struct buf out = { 0 };

	(void)state;
	writer_text.failure(&report,
	    &(struct report_failure){ NOW_US, "db1", "no \033[1mway\nin \xFF", 0 }, &out);
	assert_string_equal(buf_str(&out),
	    "--- 2026-11-20T14:02:33.123456Z  no sample: no \xEF\xBF\xBD[1mway in \xEF\xBF\xBD\n");
	buf_reset(&out);
	report.utf8 = false;
	writer_text.failure(&report, &(struct report_failure){ NOW_US, "db1", "caf\xC3\xA9", 1 },
	    &out);
	assert_string_equal(buf_str(&out), "\n--- 2026-11-20T14:02:33.123456Z  no sample: caf?\n");
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_default_columns),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_color),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_failure),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8")) {
		puts("1..0 # SKIP no UTF-8 locale");
		return 0;
	}
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
