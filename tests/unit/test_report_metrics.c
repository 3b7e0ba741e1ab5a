/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the metrics: names, labels, what is left out and what is summed
 * up. Whatever the server says, the text is as OpenMetrics wants it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"
#include "report/report.h"
#include "test_report_exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALL "summary,states,applications,users,databases,clients,pools,alerts"
#define SERVER "server=\"db1:5432\""

static struct report
report_of(const char *names)
{
	struct report report = { .writer = &writer_openmetrics, .version = "1.2" };
	struct err err;

	assert_true(report_show(&report, names, &err));
	return report;
}

/* One exposition; the caller clears the buffer. */
static struct buf
print(const struct fixture *fixture, const struct report *report)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };

	writer_openmetrics.sample(report,
	    &(struct report_sample){ .data = &fixture->data, .skipped_total = 3 }, &out, &arena);
	arena_clear(&arena);
	return out;
}

static void
test_summary(void **state)
{
	struct report report = report_of("summary");
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 48, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 1, "web", STATE_ACTIVE);
	fixture.snap->took_us = 1250;
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
	expect(&out, "# HELP pg_up whether the server could be asked");
	expect(&out, "# TYPE pg_up gauge");
	expect(&out, "pg_up{" SERVER "} 1");
	expect(&out, "pgconntop_sample_timestamp_seconds{" SERVER "} 1795183353.123456");
	expect(&out, "pgconntop_scrape_duration_seconds{" SERVER "} 0.00125");
	expect(&out, "# TYPE pgconntop_skipped_samples_total counter");
	expect(&out, "pgconntop_skipped_samples_total{" SERVER "} 3");
	expect(&out, "pgconntop_build_info{" SERVER ",version=\"1.2\"} 1");
	expect(&out, "pg_settings_max_connections{" SERVER "} 100");
	expect(&out, "pgconntop_usable_slots{" SERVER "} 97");
	expect(&out, "pgconntop_used_slots{" SERVER "} 49");
	expect(&out, "pgconntop_free_slots{" SERVER "} 48");
	expect(&out, "pg_replication_is_replica{" SERVER "} 0");
	expect(&out, "# UNIT pgconntop_utilization_ratio ratio");
	expect(&out, "# UNIT pgconntop_oldest_idle_seconds seconds");
	expect(&out, "pgconntop_oldest_idle_seconds{" SERVER "} 10");
	expect_none(&out, "opened"); /* nothing to compare with */
	expect_none(&out, "_refused");
	expect_none(&out, "longest_transaction"); /* none is open */
	assert_true(expect_text(&out) > 15);
	buf_clear(&out);
	fixture.previous = fixture_snapshot();
	fixture.previous->mono_us -= SECONDS(2);
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
	expect(&out, "# TYPE pgconntop_opened_total counter");
	expect(&out, "pgconntop_opened_total{" SERVER "} 49");
	expect(&out, "pgconntop_closed_total{" SERVER "} 0");
	buf_clear(&out);
	fixture_clear(&fixture);
}

/* Without the summary the slots are there all the same, and nothing else of it. */
static void
test_tables(void **state)
{
	struct report report = report_of("states,alerts");
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 90, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 3, "web", STATE_ABORTED);
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
	expect(&out, "pgconntop_used_slots{" SERVER "} 93");
	expect_none(&out, "pgconntop_walsenders");
	expect_none(&out, "application");
	expect(&out, "pgconntop_sessions{" SERVER ",state=\"idle\"} 90");
	expect(&out, "pgconntop_sessions{" SERVER ",state=\"idle in transaction (aborted)\"} 3");
	expect(&out, "pgconntop_sessions{" SERVER ",state=\"active\"} 0");
	expect(&out, "pgconntop_state_oldest_seconds{" SERVER ",state=\"idle\"} 10");
	expect(&out, "pgconntop_alert_level{" SERVER ",alert=\"utilization\"} 2");
	expect(&out, "pgconntop_alert_level{" SERVER ",alert=\"idle_ratio\"} 1");
	expect(&out, "pgconntop_alert_level{" SERVER ",alert=\"blocked\"} 0"); /* not raised */
	expect_none(&out, "alert=\"churn\"");                                  /* not measured */
	expect_text(&out);
	buf_clear(&out);
	fixture_clear(&fixture);
}

/* Everything that a report can hold, out of a server on which nothing is as it should be. */
static void
test_hostile(void **state)
{
	struct report report = report_of(ALL);
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_hostile(&fixture);
	out = print(&fixture, &report);
	assert_non_null(strstr(buf_str(&out), "pgconntop_pool_observed_connections{"));
	assert_true(expect_text(&out) > 200);
	buf_clear(&out);
	fixture_clear(&fixture);
}

static void
test_labels(void **state)
{
	struct report report = report_of("applications");
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 4, "a\"b\\c\nd", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 3, "\xFF\033", STATE_IDLE);
	fixture_add_many(fixture.snap, 300, 2, "\\xff\\x1b", STATE_IDLE); /* looks the same */
	fixture_add_many(fixture.snap, 400, 1, "caf\xC3\xA9", STATE_ACTIVE);
	fixture_add(fixture.snap, 500, "monitor", "", STATE_UNKNOWN)->application = NULL;
	fixture.snap->server.host = "::1";
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
#define SAMPLE "pgconntop_application_sessions{server=\"::1:5432\",application="
	expect(&out, SAMPLE "\"a\\\"b\\\\c\\nd\",state=\"idle\"} 4");
	expect(&out, SAMPLE "\"\\\\xff\\\\x1b\",state=\"idle\"} 5");
	expect(&out, SAMPLE "\"caf\xC3\xA9\",state=\"active\"} 1");
	expect(&out, SAMPLE "\"(unknown)\",state=\"unknown\"} 1");
#undef SAMPLE
	expect_text(&out);
	buf_clear(&out);
	fixture_clear(&fixture);
}

/* The largest 50 stand for themselves; the rest, and one that has its name, are "other". */
static void
test_many(void **state)
{
#define SAMPLE(name) "pgconntop_application_sessions{" SERVER ",application=\"" name "\",state="
	struct report report = report_of("applications,users");
	struct fixture fixture;
	struct buf out;
	char name[16];

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 1, 5, "other", STATE_ACTIVE);
	for (int32_t i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "app%02d", i);
		fixture_add_many(fixture.snap, 100 + i * 10, i < 50 ? 3 : 2,
		    fixture_intern(fixture.snap, name), STATE_IDLE);
	}
	fixture_add(fixture.snap, 9000, "app", "app59", STATE_IDLE)->state_change_us =
	    NOW_US - SECONDS(500);
	fixture_analyse(&fixture); /* app59 has three as well, and is the last of these */
	out = print(&fixture, &report);
	expect(&out, SAMPLE("app48") "\"idle\"} 3");
	expect_none(&out, "\"app49\"");
	expect_none(&out, "\"app59\"");
	expect(&out, SAMPLE("other") "\"idle\"} 24"); /* 2 x 3 + 9 x 2 */
	expect(&out, SAMPLE("other") "\"active\"} 5");
	expect(&out,
	    "pgconntop_application_oldest_idle_seconds{" SERVER ",application=\"other\"} 500");
	expect_text(&out);
	buf_clear(&out);
	report.limit = 2; /* fewer, on demand */
	out = print(&fixture, &report);
	expect(&out, SAMPLE("app00") "\"idle\"} 3");
	expect_none(&out, "\"app01\"");
	expect(&out, SAMPLE("other") "\"idle\"} 168");
	expect_text(&out);
	buf_clear(&out);
	fixture_clear(&fixture);
#undef SAMPLE
}

static void
test_unknown(void **state)
{
	struct report report = report_of(ALL);
	struct fixture fixture;
	struct buf out;

	(void)state;
	fixture_init(&fixture);
	fixture.snap->max_connections = -1;
	fixture.snap->max_wal_senders = -1;
	fixture.snap->took_us = TIME_UNKNOWN;
	fixture.snap->server.started_us = TIME_UNKNOWN;
	fixture.snap->server.host = fixture.snap->server.port = NULL;
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
	expect(&out, "pg_up{server=\"(unknown):\"} 1");
	expect(&out, "pgconntop_used_slots{server=\"(unknown):\"} 0");
	expect_none(&out, "max_connections");
	expect_none(&out, "usable_slots");
	expect_none(&out, "free_slots");
	expect_none(&out, "utilization_ratio");
	expect_none(&out, "max_wal_senders");
	expect_none(&out, "scrape_duration");
	expect_none(&out, "start_time");
	expect_none(&out, "application_sessions"); /* there is none */
	expect_text(&out);
	buf_clear(&out);
	fixture_clear(&fixture);
}

static void
expect_failure(const struct report_failure *failure, const char *label, const char *refused)
{
	struct report report = { .writer = &writer_openmetrics, .version = "1.2" };
	struct buf out = { 0 };
	char line[256];

	writer_openmetrics.failure(&report, failure, &out);
	snprintf(line, sizeof line, "pg_up{server=\"%s\"} 0", label);
	expect(&out, line);
	if (refused != NULL) {
		snprintf(line, sizeof line, "pgconntop_refused{server=\"%s\",reason=\"%s\"} 1",
		    label, refused);
		expect(&out, line);
	} else {
		expect_none(&out, "refused");
	}
	expect_none(&out, "slots{");
	expect_none(&out, "_total");
	expect_text(&out);
	buf_clear(&out);
}

static void
test_failure(void **state)
{
	static const char *const targets[][2] = { { "db1:5432/postgres", "db1:5432" },
		{ "/run/pg:sql:5433/a:1/b", "/run/pg:sql:5433" }, { "[::1]:5432/x", "[::1]:5432" },
		{ "db1", "db1" }, { "a,b:5432/x", "a,b:5432" }, { "db1:x/5", "db1:x/5" } };
	struct server server = { .host = "db2", .port = "6543" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++)
		expect_failure(&(struct report_failure){ .wall_us = NOW_US,
		                   .target = targets[i][0] },
		    targets[i][1], NULL);
	expect_failure(&(struct report_failure){ .wall_us = NOW_US,
	                   .target = "x:1/y",
	                   .refusal = "all slots in use",
	                   .server = &server },
	    "db2:6543", "all slots in use");
}

/* Only tables that have metrics, and of them the columns that are asked for. */
static void
test_choice(void **state)
{
	struct report report = { .writer = &writer_openmetrics };
	struct arena arena = { 0 };
	struct fixture fixture;
	struct buf out;
	struct err err;

	(void)state;
	assert_false(report_show(&report, "summary,sessions", &err));
	assert_string_equal(err.msg,
	    "no metrics of sessions: openmetrics has those of summary, states, applications, "
	    "users, databases, clients, pools, limits, idle, alerts");
	assert_false(report_show(&report, "queries", &err));
	assert_true(report_show(&report, "users", &err));
	assert_true(report_columns(&report, "oldest_idle,total", &arena, &err));
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 2, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	out = print(&fixture, &report);
	expect_none(&out, "user_sessions");
	expect_none(&out, "build_info"); /* no version known */
	assert_non_null(strstr(buf_str(&out), "pgconntop_user_oldest_idle_seconds{"));
	expect_text(&out);
	buf_clear(&out);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

struct names {
	char seen[256][128];
	size_t count;
};

static void
add_name(void *context, const struct metric *metric)
{
	struct names *names = context;

	for (size_t i = 0; i < names->count; i++)
		assert_string_not_equal(names->seen[i], metric->name);
	assert_true(names->count < COUNT_OF(names->seen));
	snprintf(names->seen[names->count++], sizeof names->seen[0], "%s", metric->name);
	assert_int_equal(strspn(metric->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(metric->name));
	assert_true(
	    (strstr(metric->name, "_total") != NULL) == (strcmp(metric->type, "counter") == 0));
	assert_true(metric->help[0] != '\0' && strpbrk(metric->help, "\\\n\"") == NULL);
	assert_ptr_equal(strstr(metric->labels, "server"), metric->labels);
}

/* What the manual lists is what can be written, each family of one table. */
static void
test_names(void **state)
{
	struct report report = report_of(ALL);
	struct names *names = mem_alloc(1, sizeof *names);
	struct fixture fixture;
	struct buf out;
	size_t found = 0;

	(void)state;
	metrics_each(add_name, names);
	fixture_hostile(&fixture);
	out = print(&fixture, &report);
	for (const char *s = buf_str(&out); (s = strstr(s, "# TYPE ")) != NULL; s++) {
		size_t n = strcspn(s + 7, " "), i = 0;

		while (i < names->count &&
		    (strlen(names->seen[i]) != n || memcmp(names->seen[i], s + 7, n) != 0))
			i++;
		assert_true(i < names->count);
		found++;
	}
	assert_true(found > 40 && found <= names->count);
	buf_clear(&out);
	fixture_clear(&fixture);
	mem_free(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
