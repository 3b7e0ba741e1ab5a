/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of --format=csv: every table read back by the letter of RFC 4180,
 * hostile texts, what is unknown, and the header.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "fixture.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What stands behind a field. */
enum end {
	END_FIELD,
	END_LINE,
	END_FILE,
};

/* Takes a field of the text into out, and what follows it. */
static enum end
take_field(const char **text, struct buf *out)
{
	const char *s = *text;
	bool quoted = *s == '"';

	buf_reset(out);
	for (s += quoted; quoted ? *s != '"' || *++s == '"' : !strchr(",\r\n\"", *s); s++) {
		assert_int_not_equal(*s, '\0');
		buf_addc(out, *s);
	}
	if (*s == ',') {
		*text = s + 1;
		return END_FIELD;
	}
	if (strncmp(s, "\r\n", 2) != 0)
		fail_msg("after a field: \"%.20s\"", s);
	*text = s + 2;
	return s[2] == '\0' ? END_FILE : END_LINE;
}

/* What is written of a sample; to be cleared. */
static struct buf
write_csv(const struct fixture *fixture, const struct report *report, bool first)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };

	writer_csv.sample(report, &(struct report_sample){ .data = &fixture->data, .first = first },
	    &out, &arena);
	arena_clear(&arena);
	return out;
}

static void
expect(const struct fixture *fixture, const char *table, const char *columns, const char *want)
{
	struct report report = { .writer = &writer_csv };
	struct arena arena = { 0 };
	struct err err;
	struct buf out;

	assert_true(report_show(&report, table, &err));
	if (columns != NULL)
		assert_true(report_columns(&report, columns, &arena, &err));
	out = write_csv(fixture, &report, true);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
	arena_clear(&arena);
}

#define TIME "2026-11-20T14:02:33.123456Z"

static void
test_values(void **state)
{
	static const int32_t blockers[] = { 9, 0 };
	struct session *session;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 4711, "app", "a,b \"c\"", STATE_ACTIVE);
	session->state_change_us = NOW_US - SECONDS(723) - 500000;
	session->wait_event_type = "Lock";
	session->blocked_by = blockers;
	session->blocker_count = 2;
	session->blockers_known = true;
	session->query = "select 1\n\tfrom t";
	fixture_add(fixture.snap, 9, " app", "", STATE_IDLE)->state_change_us = NOW_US;
	session = snapshot_add(fixture.snap);
	session->id.pid = 1;
	session->slot = true;
	fixture_analyse(&fixture);
	expect(&fixture, "sessions", "pid,user,application,backend_start,age,blocked_by,own,query",
	    "time,pid,user,application,backend_start,age_seconds,blocked_by,own,query\r\n" TIME
	    ",4711,app,\"a,b \"\"c\"\"\",2026-11-20T13:02:33.123456Z,723.5,9 0,false,"
	    "\"select 1\n\tfrom t\"\r\n" TIME
	    ",9,\" app\",\"\",2026-11-20T13:02:33.123456Z,0.0,\"\",false,select 1\r\n" TIME
	    ",1,,,,,,false,\r\n");
	expect(&fixture, "states", "state,sessions,share,oldest",
	    "time,state,sessions,share,oldest_seconds\r\n" TIME
	    ",active,1,0.333333333333333,723.5\r\n" TIME ",idle,1,0.333333333333333,0.0\r\n" TIME
	    ",idle in transaction,0,0.0,\r\n" TIME ",idle in transaction (aborted),0,0.0,\r\n" TIME
	    ",fastpath function call,0,0.0,\r\n" TIME ",disabled,0,0.0,\r\n" TIME
	    ",starting,0,0.0,\r\n" TIME ",unknown,1,0.333333333333333,\r\n");
	/* its own time is the one before each row */
	expect(&fixture, "summary", "used,time,in_recovery,opened,host",
	    "time,slots.used,server.in_recovery,churn.opened_per_second,server.host\r\n" TIME
	    ",3,false,,db1\r\n");
	expect(&fixture, "pools", "name,over", "time,name,over\r\n");
	fixture_clear(&fixture);
}

/* A control character other than tab and line feed, or one that turns or hides what follows. */
static bool
is_harmful(uint32_t cp)
{
	if (cp < 0xA0)
		return (cp < ' ' && cp != '\t' && cp != '\n') || cp >= 0x7F;
	return cp == TEXT_BAD || cp == 0x200B || cp == 0x202E;
}

static void
check_safe(const char *s, size_t n)
{
	uint32_t cp;

	for (size_t i = 0; i < n; i += text_decode(s + i, n - i, &cp)) {
		text_decode(s + i, n - i, &cp);
		if (is_harmful(cp))
			fail_msg("U+%04X at %zu", (unsigned)cp, i);
	}
}

/* Every table of a server at its worst: as many fields in each line, none hurts a terminal. */
static void
test_hostile(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		struct report report = { .writer = &writer_csv };
		struct err err;
		struct buf field = { 0 }, out;
		size_t columns = 0, n = 0, lines = 0;
		const char *text;
		enum end end;

		assert_true(report_show(&report, tables[i]->name, &err));
		out = write_csv(&fixture, &report, true);
		text = buf_str(&out);
		do {
			end = take_field(&text, &field);
			check_safe(buf_str(&field), field.len);
			if (n++ == 0)
				assert_string_equal(buf_str(&field), lines == 0 ? "time" : TIME);
			if (end == END_FIELD)
				continue;
			if (lines++ == 0)
				columns = n;
			assert_int_equal(n, columns);
			n = 0;
		} while (end != END_FILE);
		assert_true(columns >= tables[i]->column_count);
		buf_clear(&field);
		buf_clear(&out);
	}
	fixture_clear(&fixture);
}

/* What a client calls itself comes back as it is, but for bytes that do harm. */
static void
test_texts(void **state)
{
	struct report report = { .writer = &writer_csv, .sort = "pid" };
	struct buf field = { 0 }, want = { 0 }, out;
	struct arena arena = { 0 };
	struct fixture fixture;
	struct err err;
	const char *text;

	(void)state;
	fixture_init(&fixture);
	for (int32_t i = 0; i < (int32_t)hostile_count; i++)
		fixture_add(fixture.snap, i + 1, "app", hostile_texts[i], STATE_IDLE);
	fixture_analyse(&fixture);
	assert_true(report_show(&report, "sessions", &err));
	assert_true(report_columns(&report, "application", &arena, &err));
	out = write_csv(&fixture, &report, false);
	text = buf_str(&out);
	for (size_t i = 0; i < hostile_count; i++) {
		assert_int_equal(take_field(&text, &field), END_FIELD);
		assert_string_equal(buf_str(&field), TIME);
		take_field(&text, &field);
		buf_reset(&want);
		text_escape(&want, hostile_texts[i], strlen(hostile_texts[i]));
		assert_string_equal(buf_str(&field), buf_str(&want));
	}
	assert_int_equal(*text, '\0');
	assert_non_null(strstr(buf_str(&out), ",\"caf\\xe9\"\r\n"));
	buf_clear(&field);
	buf_clear(&want);
	buf_clear(&out);
	arena_clear(&arena);
	fixture_clear(&fixture);
}

/* Only before the first sample; a sample without rows has no line. */
static void
test_header(void **state)
{
	struct report report = { .writer = &writer_csv };
	struct fixture fixture;
	struct err err;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	assert_true(report_show(&report, "sessions", &err));
	out = write_csv(&fixture, &report, true);
	assert_ptr_equal(strstr(buf_str(&out), "time,pid,backend_start,"), buf_str(&out));
	assert_non_null(strstr(buf_str(&out), ",age_seconds,"));
	assert_int_equal(strcspn(buf_str(&out), "\r"), out.len - 2);
	buf_clear(&out);
	out = write_csv(&fixture, &report, false);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	assert_null(writer_csv.failure); /* it has no place in a table */
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
