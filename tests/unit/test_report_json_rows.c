/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the lists of a JSON report: sessions, queries, pools and alerts
 * key by key, hostile texts, and what --columns, --sort, --limit and
 * --filter make of them.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "fixture.h"
#include "report/report.h"
#include "table/filter.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The report, parsed; to be given back with json_decref(). All its bytes are safe on a terminal. */
static json_t *
write_json(const struct fixture *fixture, const struct report *report)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };
	json_error_t wrong;
	json_t *json;

	writer_json.sample(report, &(struct report_sample){ .data = &fixture->data }, &out, &arena);
	for (size_t i = 0; i + 1 < out.len; i++)
		assert_in_range(out.data[i], ' ', '~');
	assert_int_equal(out.data[out.len - 1], '\n');
	json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &wrong);
	if (!json)
		fail_msg("%s", wrong.text);
	buf_clear(&out);
	arena_clear(&arena);
	return json;
}

static json_t *
show(const struct fixture *fixture, const char *names)
{
	struct report report = { .writer = &writer_json };
	struct err err;

	assert_true(report_show(&report, names, &err));
	return write_json(fixture, &report);
}

/* That the n-th row of a list has these pairs, and perhaps others; "wanted" is JSON with '. */
static void
expect_row(const json_t *json, const char *list, size_t n, const char *wanted)
{
	json_t *row = json_array_get(json_object_get(json, list), n), *want, *value;
	char text[1024];
	json_error_t wrong;
	const char *key;

	snprintf(text, sizeof(text), "%s", wanted);
	for (char *s = text; *s != '\0'; s++) {
		if (*s == '\'')
			*s = '"';
	}
	want = json_loads(text, 0, &wrong);
	assert_non_null(want);
	assert_non_null(row);
	json_object_foreach(want, key, value)
	{
		if (!json_equal(json_object_get(row, key), value))
			fail_msg("%s[%zu] \"%s\" is %s", list, n, key,
			    json_dumps(json_object_get(row, key), JSON_ENCODE_ANY));
	}
	json_decref(want);
}

static void
begin(struct fixture *fixture)
{
	static const int32_t blockers[] = { 9, 0 };
	struct session *session;

	fixture_init(fixture);
	session = fixture_add(fixture->snap, 4711, "app", "worker", STATE_ACTIVE);
	session->state_change_us = NOW_US - SECONDS(723) - 500000;
	session->xact_start_us = NOW_US - SECONDS(840);
	session->query_start_us = NOW_US - SECONDS(724);
	session->wait_event_type = "Lock";
	session->wait_event = "tuple";
	session->blocked_by = blockers;
	session->blocker_count = 2;
	session->blockers_known = true;
	session->query = "select 'x'\n\tfrom t";
	fixture_add(fixture->snap, 9, "app", "", STATE_IDLE);
	session = snapshot_add(fixture->snap);
	session->id.pid = 1;
	session->slot = true;
	fixture_analyse(fixture);
}

static void
test_sessions(void **state)
{
	struct fixture fixture;
	json_t *json;

	(void)state;
	begin(&fixture);
	json = show(&fixture, "sessions,queries");
	assert_int_equal(json_array_size(json_object_get(json, "sessions")), 3);
	expect_row(json, "sessions", 0,
	    "{'pid':4711,'backend_start':'2026-11-20T13:02:33.123456Z','user':'app',"
	    "'database':'wall','application':'worker','client':'10.0.0.5','state':'active',"
	    "'age_seconds':723.5,'transaction_seconds':840.0,'query_seconds':724.0,"
	    "'wait_event_type':'Lock','wait_event':'tuple','blocked_by':[9,0],"
	    "'query':'select \\u0027x\\u0027\\n\\tfrom t'}");
	expect_row(json, "sessions", 1,
	    "{'pid':9,'application':'','state':'idle','age_seconds':10.0,"
	    "'transaction_seconds':null,'wait_event_type':null,'wait_event':null,'blocked_by':[]}");
	expect_row(json, "sessions", 2,
	    "{'pid':1,'backend_start':null,'user':null,'database':null,'application':null,"
	    "'client':null,'state':'unknown','age_seconds':null,'transaction_seconds':null,"
	    "'query_seconds':null,'wait_event_type':null,'wait_event':null,'blocked_by':null,"
	    "'query':null}");
	assert_int_equal(json_array_size(json_object_get(json, "queries")), 1);
	expect_row(json, "queries", 0,
	    "{'pid':4711,'transaction_seconds':840.0,'query_seconds':724.0,'blocked_by':[9,0],"
	    "'blocks':0}");
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_pools(void **state)
{
	struct fixture fixture;
	json_t *json, *total;

	(void)state;
	fixture_init(&fixture);
	settings_add_pool(&fixture.settings, "api", "application=api")->pool_size = 100;
	settings_add_pool(&fixture.settings, "admin", "user=x")->connections = 60;
	fixture_add_many(fixture.snap, 100, 87, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 2, "psql", STATE_ACTIVE);
	fixture_analyse(&fixture);
	json = show(&fixture, "pools");
	assert_int_equal(json_array_size(json_object_get(json, "pools")), 3);
	expect_row(json, "pools", 0,
	    "{'name':'api','configured':100,'observed':87,'over':0,'idle':87}");
	expect_row(json, "pools", 1, "{'name':'admin','configured':60,'observed':0,'over':0}");
	expect_row(json, "pools", 2,
	    "{'name':'(unclaimed)','configured':null,'observed':2,'over':null,"
	    "'fitting_size':null}");
	total = json_object_get(json, "pool_total");
	assert_int_equal(json_integer_value(json_object_get(total, "configured")), 160);
	assert_int_equal(json_integer_value(json_object_get(total, "usable")), 97);
	assert_true(json_is_false(json_object_get(total, "fits")));
	json_decref(json);
	fixture_clear(&fixture);
}

/* Values and limits in the unit of the alert: shares of 1, seconds, counts. */
static void
test_alerts(void **state)
{
	struct fixture fixture;
	json_t *json;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 96, "web", STATE_IDLE);
	fixture_add(fixture.snap, 7, "app", "report", STATE_ACTIVE)->query_start_us =
	    NOW_US - SECONDS(90) - 250000;
	fixture.snap->max_connections = 197;
	fixture_analyse(&fixture);
	json = show(&fixture, "alerts");
	assert_int_equal(json_array_size(json_object_get(json, "alerts")), 2);
	expect_row(json, "alerts", 0,
	    "{'name':'long_query','level':'warning','value':90.25,'warning':60.0,'critical':300.0,"
	    "'subject':'pid 7 report',"
	    "'message':'query runs 1 min 30 s: pid 7 report (limit 1 min)'}");
	expect_row(json, "alerts", 1,
	    "{'name':'idle_ratio','level':'warning','warning':0.5,'critical':null}");
	json_decref(json);
	fixture.snap->max_connections = 100;
	fixture_analyse(&fixture);
	json = show(&fixture, "alerts");
	expect_row(json, "alerts", 0,
	    "{'name':'utilization','level':'critical','value':1.0,'warning':0.70,'critical':0.85,"
	    "'since':'2026-11-20T14:02:33.123456Z'}");
	json_decref(json);
	fixture_clear(&fixture);
}

/* The text with each byte that is no UTF-8 as \xNN. */
static void
escape_bad(struct buf *out, const char *s)
{
	for (size_t n = strlen(s), len; n > 0; n -= len, s += len) {
		uint32_t cp;

		len = text_decode(s, n, &cp);
		if (cp == TEXT_BAD)
			buf_addf(out, "\\x%02x", (unsigned)(unsigned char)*s);
		else
			buf_add(out, s, len);
	}
}

/* What a client calls itself comes out as it is, but for bytes that are no UTF-8. */
static void
test_hostile_texts(void **state)
{
	struct fixture fixture;
	json_t *json;

	(void)state;
	fixture_init(&fixture);
	for (int32_t i = 0; i < (int32_t)hostile_count; i++)
		fixture_add(fixture.snap, i + 1, "app", hostile_texts[i], STATE_IDLE)->query =
		    hostile_texts[i];
	fixture_analyse(&fixture);
	json = show(&fixture, "sessions");
	for (size_t i = 0; i < hostile_count; i++) {
		json_t *row = json_array_get(json_object_get(json, "sessions"), i);
		struct buf want = { 0 };

		escape_bad(&want, hostile_texts[i]);
		assert_int_equal(json_integer_value(json_object_get(row, "pid")), (int)i + 1);
		assert_string_equal(json_string_value(json_object_get(row, "application")),
		    buf_str(&want));
		assert_string_equal(json_string_value(json_object_get(row, "query")),
		    buf_str(&want));
		buf_clear(&want);
	}
	expect_row(json, "sessions", 12, "{'application':'caf\\\\xe9'}");
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_hostile(void **state)
{
	struct report report = { .writer = &writer_json };
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		report.tables[0] = tables[i];
		report.tables[1] = tables[i]->total;
		report.table_count = tables[i]->total ? 2 : 1;
		json_decref(write_json(&fixture, &report));
	}
	fixture_clear(&fixture);
}

static void
test_columns(void **state)
{
	struct report report = { .writer = &writer_json };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct err err;
	json_t *json, *row;

	(void)state;
	begin(&fixture);
	assert_true(report_show(&report, "sessions,applications,states", &err));
	assert_true(report_columns(&report, "age,pid,idle,active", &arena, &err));
	json = write_json(&fixture, &report);
	row = json_array_get(json_object_get(json, "sessions"), 0);
	assert_int_equal(json_object_size(row), 2);
	expect_row(json, "sessions", 0, "{'pid':4711,'age_seconds':723.5}");
	row = json_array_get(json_object_get(json, "applications"), 0);
	assert_int_equal(json_object_size(row), 1);
	expect_row(json, "applications", 0, "{'states':{'idle':1,'active':0}}");
	assert_int_equal(json_object_size(json_object_get(json, "states")), STATE_COUNT);
	assert_non_null(json_object_get(json, "slots"));
	json_decref(json);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

static void
test_rows(void **state)
{
	const struct filter *filters[1];
	struct report report = { .writer = &writer_json,
		.limit = 1,
		.sort = "pid",
		.filters = filters };
	struct fixture fixture;
	struct filter *filter;
	struct err err;
	json_t *json;

	(void)state;
	begin(&fixture);
	assert_true(report_show(&report, "sessions", &err));
	json = write_json(&fixture, &report);
	assert_int_equal(json_array_size(json_object_get(json, "sessions")), 1);
	expect_row(json, "sessions", 0, "{'pid':1}");
	json_decref(json);
	filter = filter_parse("pid>1", &err);
	filters[0] = filter;
	report.filter_count = 1;
	json = write_json(&fixture, &report);
	assert_int_equal(json_array_size(json_object_get(json, "sessions")), 1);
	expect_row(json, "sessions", 0, "{'pid':9}");
	json_decref(json);
	filter_free(filter);
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("json rows", tests, NULL, NULL);
}
