/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the contract of --format=json: every key and type that programs
 * rely on, what is there always, and what --show leaves out.
 */
#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "report/report.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A key and the letters of the types that its value may have: see kind_of(). */
struct key {
	const char *name;
	const char *kinds;
};

/* object, array, string, integer, float, boolean, null */
static char
kind_of(const json_t *json)
{
	static const char kinds[] = { [JSON_OBJECT] = 'o',
		[JSON_ARRAY] = 'a',
		[JSON_STRING] = 's',
		[JSON_INTEGER] = 'i',
		[JSON_REAL] = 'f',
		[JSON_TRUE] = 'b',
		[JSON_FALSE] = 'b',
		[JSON_NULL] = 'n' };

	assert_non_null(json);
	return kinds[json_typeof(json)];
}

/* The value of a key that must be there. */
static json_t *
get(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("no key \"%s\"", key);
	return value;
}

static void
check_keys(const json_t *object, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char kind = kind_of(get(object, keys[i].name));

		if (!strchr(keys[i].kinds, kind))
			fail_msg("\"%s\" is %c, not %s", keys[i].name, kind, keys[i].kinds);
	}
}

/* The report of these tables, parsed; one line. To be given back with json_decref(). */
static json_t *
report_json(const struct fixture *fixture, const char *names)
{
	struct report report = { .writer = &writer_json };
	struct arena arena = { 0 };
	struct buf out = { 0 };
	json_error_t wrong;
	struct err err;
	json_t *json;

	assert_true(report_show(&report, names, &err));
	writer_json.sample(&report, &(struct report_sample){ .data = &fixture->data }, &out,
	    &arena);
	assert_int_equal(strcspn(buf_str(&out), "\n"), out.len - 1);
	json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &wrong);
	if (!json)
		fail_msg("%s", wrong.text);
	buf_clear(&out);
	arena_clear(&arena);
	return json;
}

#define EVERYTHING \
	"summary,states,applications,users,databases,clients,sessions,queries,pools,alerts"

/* The sample of the manual: 91 of 97, two pools, alerts. */
static void
begin(struct fixture *fixture)
{
	struct session *session;

	fixture_init(fixture);
	fixture_add_many(fixture->snap, 100, 40, "web", STATE_IDLE);
	fixture_add_many(fixture->snap, 200, 22, "worker", STATE_IDLE);
	fixture_add_many(fixture->snap, 300, 18, "web", STATE_ACTIVE);
	fixture_add_many(fixture->snap, 400, 9, "worker", STATE_IDLE_IN_TRANSACTION);
	fixture_add_many(fixture->snap, 500, 1, "worker", STATE_ABORTED);
	session = snapshot_add(fixture->snap);
	session->id.pid = 600;
	session->slot = true;
	fixture->snap->sessions[0].state_change_us = NOW_US - SECONDS(812) - 400000;
	fixture->previous = fixture_snapshot();
	fixture->previous->mono_us -= SECONDS(2);
	fixture_add_many(fixture->previous, 97, 43, "web", STATE_IDLE);
	settings_add_pool(&fixture->settings, "web", "application=web")->pool_size = 100;
	settings_add_pool(&fixture->settings, "etl", "user=etl")->connections = 60;
	fixture_analyse(fixture);
}

static void
test_always(void **state)
{
	static const struct key top[] = { { "version", "i" }, { "time", "s" }, { "server", "o" },
		{ "via", "s" }, { "slots", "o" }, { "skipped", "i" } };
	static const struct key server[] = { { "host", "s" }, { "port", "i" }, { "database", "s" },
		{ "version", "s" }, { "version_num", "i" }, { "in_recovery", "b" },
		{ "started", "s" } };
	static const struct key slots[] = { { "max_connections", "i" },
		{ "superuser_reserved", "i" }, { "reserved", "i" }, { "usable", "i" },
		{ "used", "i" }, { "hidden", "i" }, { "free", "i" }, { "utilization", "f" } };
	struct fixture fixture;
	json_t *json;

	(void)state;
	begin(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		json = report_json(&fixture, tables[i]->name);
		check_keys(json, top, COUNT_OF(top));
		check_keys(get(json, "server"), server, COUNT_OF(server));
		check_keys(get(json, "slots"), slots, COUNT_OF(slots));
		json_decref(json);
	}
	fixture_clear(&fixture);
}

static void
test_values(void **state)
{
	struct fixture fixture;
	json_t *json, *server, *slots;

	(void)state;
	begin(&fixture);
	json = report_json(&fixture, "summary");
	server = get(json, "server");
	slots = get(json, "slots");
	assert_int_equal(json_integer_value(get(json, "version")), 1);
	assert_string_equal(json_string_value(get(json, "time")), "2026-11-20T14:02:33.123456Z");
	assert_string_equal(json_string_value(get(json, "via")), "client");
	assert_string_equal(json_string_value(get(server, "host")), "db1");
	assert_int_equal(json_integer_value(get(server, "port")), 5432);
	assert_string_equal(json_string_value(get(server, "database")), "postgres");
	assert_string_equal(json_string_value(get(server, "version")), "15.20");
	assert_int_equal(json_integer_value(get(server, "version_num")), 150020);
	assert_true(json_is_false(get(server, "in_recovery")));
	assert_string_equal(json_string_value(get(server, "started")),
	    "2026-11-08T14:02:33.123456Z");
	assert_int_equal(json_integer_value(get(slots, "max_connections")), 100);
	assert_int_equal(json_integer_value(get(slots, "superuser_reserved")), 3);
	assert_int_equal(json_integer_value(get(slots, "reserved")), 0);
	assert_int_equal(json_integer_value(get(slots, "usable")), 97);
	assert_int_equal(json_integer_value(get(slots, "used")), 91);
	assert_int_equal(json_integer_value(get(slots, "hidden")), 0);
	assert_int_equal(json_integer_value(get(slots, "free")), 6);
	assert_true(json_real_value(get(slots, "utilization")) > 0.93814432989 &&
	    json_real_value(get(slots, "utilization")) < 0.93814432990);
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_summary(void **state)
{
	static const struct key walsenders[] = { { "max", "i" }, { "used", "i" } };
	static const struct key churn[] = { { "opened_per_second", "f" },
		{ "closed_per_second", "f" } };
	struct fixture fixture;
	json_t *json;

	(void)state;
	begin(&fixture);
	json = report_json(&fixture, "summary");
	check_keys(get(json, "walsenders"), walsenders, COUNT_OF(walsenders));
	check_keys(get(json, "churn"), churn, COUNT_OF(churn));
	assert_true(json_real_value(get(get(json, "churn"), "opened_per_second")) == 25.5);
	assert_true(json_real_value(get(get(json, "churn"), "closed_per_second")) == 1.5);
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_states(void **state)
{
	static const char *const names[] = { "active", "idle", "idle in transaction",
		"idle in transaction (aborted)", "fastpath function call", "disabled", "starting",
		"unknown" };
	static const int counts[] = { 18, 62, 9, 1, 0, 0, 0, 1 };
	struct fixture fixture;
	json_t *json, *states;

	(void)state;
	begin(&fixture);
	json = report_json(&fixture, "states");
	states = get(json, "states");
	assert_int_equal(json_object_size(states), COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_int_equal(kind_of(get(states, names[i])), 'i');
		assert_int_equal(json_integer_value(get(states, names[i])), counts[i]);
	}
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_groups(void **state)
{
	static const char *const lists[] = { "applications", "users", "databases", "clients" };
	static const struct key keys[] = { { "name", "s" }, { "total", "i" }, { "states", "o" },
		{ "oldest_idle_seconds", "fn" } };
	struct fixture fixture;
	json_t *json, *row, *states;

	(void)state;
	begin(&fixture);
	json = report_json(&fixture, "applications,users,databases,clients");
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		json_t *list = get(json, lists[i]), *number;
		size_t index, total = 0, sum = 0;
		const char *name;

		json_array_foreach(list, index, row)
		{
			check_keys(row, keys, COUNT_OF(keys));
			total += (size_t)json_integer_value(get(row, "total"));
			states = get(row, "states");
			assert_int_equal(json_object_size(states), STATE_COUNT);
			json_object_foreach(states, name, number)
			{
				assert_int_not_equal(session_state_parse(name), STATE_COUNT);
				sum += (size_t)json_integer_value(number);
			}
		}
		assert_int_equal(total, 91);
		assert_int_equal(sum, 91);
	}
	row = json_array_get(get(json, "applications"), 0);
	assert_string_equal(json_string_value(get(row, "name")), "web");
	assert_int_equal(json_integer_value(get(row, "total")), 58);
	assert_int_equal(json_integer_value(get(get(row, "states"), "idle")), 40);
	assert_true(json_real_value(get(row, "oldest_idle_seconds")) == 812.4);
	row = json_array_get(get(json, "applications"), 2);
	assert_string_equal(json_string_value(get(row, "name")), "(unknown)");
	assert_true(json_is_null(get(row, "oldest_idle_seconds")));
	json_decref(json);
	fixture_clear(&fixture);
}

/* Which keys stand at the top when one table is asked for. */
static void
test_show(void **state)
{
	static const struct {
		const char *table;
		const char *keys; /* beside those that are there always */
	} shown[] = {
		{ "summary",
		    "verdict cause next reclaimable walsenders long_queries longest blocking churn "
		    "trend peak level" },
		{ "states", "states" },
		{ "applications", "applications" },
		{ "users", "users" },
		{ "databases", "databases" },
		{ "clients", "clients" },
		{ "sessions", "sessions" },
		{ "queries", "queries" },
		{ "pools", "pools pool_total" },
		{ "unclaimed", "unclaimed" },
		{ "scenarios", "scenarios" },
		{ "limits", "limits" },
		{ "idle", "idle" },
		{ "turnover", "turnover" },
		{ "settings", "settings" },
		{ "alerts", "alerts" },
	};
	struct fixture fixture;

	(void)state;
	assert_int_equal(COUNT_OF(shown), table_count);
	begin(&fixture);
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		json_t *json = report_json(&fixture, shown[i].table), *value;
		size_t words = 1;
		const char *key;

		for (const char *s = shown[i].keys; *s != '\0'; s++)
			words += *s == ' ';
		assert_int_equal(json_object_size(json), 6 + words);
		json_object_foreach(json, key, value)
		    assert_true(strstr("version time server via slots skipped", key) ||
		        strstr(shown[i].keys, key));
		json_decref(json);
	}
	fixture_clear(&fixture);
}

/* A server and a sample of which little is known: null, never 0. */
static void
test_null(void **state)
{
	static const struct key server[] = { { "host", "n" }, { "port", "n" }, { "database", "n" },
		{ "version", "n" }, { "started", "n" } };
	static const struct key slots[] = { { "max_connections", "n" }, { "usable", "n" },
		{ "used", "i" }, { "hidden", "n" }, { "free", "n" }, { "utilization", "n" } };
	static const struct key churn[] = { { "opened_per_second", "n" },
		{ "closed_per_second", "n" } };
	struct fixture fixture;
	json_t *json;

	(void)state;
	fixture_init(&fixture);
	fixture.snap->server = (struct server){ .started_us = TIME_UNKNOWN };
	fixture.snap->max_connections = fixture.snap->max_wal_senders = -1;
	fixture.snap->hidden_known = false;
	fixture_analyse(&fixture);
	json = report_json(&fixture, EVERYTHING);
	check_keys(get(json, "server"), server, COUNT_OF(server));
	check_keys(get(json, "slots"), slots, COUNT_OF(slots));
	check_keys(get(json, "churn"), churn, COUNT_OF(churn));
	assert_int_equal(kind_of(get(get(json, "walsenders"), "max")), 'n');
	assert_int_equal(kind_of(get(get(json, "trend"), "per_minute")), 'n');
	assert_int_equal(kind_of(get(get(json, "trend"), "full_in_seconds")), 'n');
	assert_int_equal(kind_of(get(get(json, "trend"), "confidence")), 'n');
	assert_int_equal(kind_of(get(get(json, "blocking"), "root")), 'n');
	assert_int_equal(json_array_size(get(json, "sessions")), 0);
	assert_int_equal(json_array_size(get(json, "applications")), 0);
	assert_int_equal(json_array_size(get(json, "pools")), 0);
	assert_true(json_is_null(get(json, "pool_total"))); /* none is configured */
	json_decref(json);
	fixture_clear(&fixture);
}

static void
test_failure(void **state)
{
	struct report report = { .writer = &writer_json };
	struct buf out = { 0 };
	json_error_t wrong;
	json_t *json;

	(void)state;
	writer_json.failure(&report,
	    &(struct report_failure){ NOW_US, "db1", "all \"slots\"\nin use \xFF", 3 }, &out);
	assert_int_equal(strcspn(buf_str(&out), "\n"), out.len - 1);
	json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &wrong);
	assert_int_equal(json_object_size(json), 3);
	assert_int_equal(json_integer_value(get(json, "version")), 1);
	assert_string_equal(json_string_value(get(json, "time")), "2026-11-20T14:02:33.123456Z");
	assert_string_equal(json_string_value(get(json, "error")), "all \"slots\"\nin use \\xff");
	json_decref(json);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_always),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
