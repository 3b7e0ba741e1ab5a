/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what each alert reads, of whom it speaks, and of its default
 * limits.
 */
#include "analysis/alerts.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The alert of that name after the fixture was analysed. */
static const struct alert *
alert(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->alerts.count; i++) {
		if (strcmp(fixture->alerts.items[i].rule->name, name) == 0)
			return &fixture->alerts.items[i];
	}
	fail_msg("no alert %s", name);
	return NULL;
}

static bool
same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

static void
test_defaults(void **state)
{
	static const struct {
		const char *name;
		double warning, critical;
		enum value_type unit;
	} rules[] = {
		{ "utilization", 0.70, 0.85, VALUE_SHARE },
		{ "idle_ratio", 0.50, NAN, VALUE_SHARE },
		{ "idle_in_transaction", MINUTES(1), MINUTES(5), VALUE_DURATION },
		{ "long_query", MINUTES(1), MINUTES(5), VALUE_DURATION },
		{ "long_transaction", MINUTES(5), MINUTES(30), VALUE_DURATION },
		{ "churn", 20, 100, VALUE_REAL },
		{ "blocked", 5, 20, VALUE_INT },
		{ "pool_plan", 1, 1, VALUE_SHARE },
		{ "role_limit", 0.85, 1, VALUE_SHARE },
		{ "database_limit", 0.85, 1, VALUE_SHARE },
		{ "exhaustion", MINUTES(15), MINUTES(5), VALUE_DURATION },
		{ "refused", NAN, 1, VALUE_INT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct alert_rule *rule = alert_find(rules[i].name);

		assert_non_null(rule);
		assert_true(same(rule->warning, rules[i].warning));
		assert_true(same(rule->critical, rules[i].critical));
		assert_int_equal(rule->unit, rules[i].unit);
		assert_true(rule->help[0] != '\0' && rule->wording[0] != '\0');
	}
	for (size_t i = 0; i < alert_count; i++) { /* each has a limit, and its own name */
		assert_false(isnan(alert_rules[i].warning) && isnan(alert_rules[i].critical));
		assert_ptr_equal(alert_find(alert_rules[i].name), &alert_rules[i]);
	}
}

static void
test_quiet(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	assert_int_equal(alerts_worst(&fixture.alerts), LEVEL_OK);
	assert_false(alert(&fixture, "idle_ratio")->known);
	assert_false(alert(&fixture, "churn")->known);
	assert_false(alert(&fixture, "pool_plan")->known);
	assert_false(alert(&fixture, "pool_over")->known);
	assert_false(alert(&fixture, "exhaustion")->known);
	assert_true(alert(&fixture, "utilization")->known);
	assert_true(same(alert(&fixture, "utilization")->value, 0));
	assert_true(same(alert(&fixture, "long_query")->value, 0));
	fixture_clear(&fixture);
}

/* The application with the most slots is named, for idle ones the one with the most idle. */
static void
test_groups(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
		"k" };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 50, "web", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 200, 41, "worker", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "utilization")->level, LEVEL_CRITICAL);
	assert_true(same(alert(&fixture, "utilization")->value, 91.0 / 97));
	assert_string_equal(alert(&fixture, "utilization")->subject, "web has 50");
	assert_string_equal(alert(&fixture, "utilization")->message,
	    "utilization 93.8 %: web has 50 (limit 85.0 %)");
	assert_true(same(alert(&fixture, "idle_ratio")->value, 41.0 / 91));
	assert_string_equal(alert(&fixture, "idle_ratio")->subject, "worker has 41");
	for (size_t i = 0; i < 50; i++)
		fixture.snap->sessions[i].application = NULL;
	fixture_analyse(&fixture);
	assert_string_equal(alert(&fixture, "utilization")->subject, "(unknown) has 50");
	fixture_clear(&fixture);
	/* Eleven that have as much each, and so nobody who stands out. */
	fixture_init(&fixture);
	for (int i = 0; i < 11; i++)
		fixture_add_many(fixture.snap, 100 + 10 * i, 8, names[i], STATE_ACTIVE);
	fixture_analyse(&fixture);
	assert_string_equal(alert(&fixture, "utilization")->subject, "");
	fixture_clear(&fixture);
}

/* From 10 sessions on, and only when their states can be seen. */
static void
test_idle_ratio(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 9, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "idle_ratio")->level, LEVEL_OK);
	fixture_add(fixture.snap, 500, "app", "web", STATE_ACTIVE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "idle_ratio")->level, LEVEL_WARNING);
	assert_true(same(alert(&fixture, "idle_ratio")->value, 0.9));
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].state = STATE_UNKNOWN;
	fixture_analyse(&fixture);
	assert_false(alert(&fixture, "idle_ratio")->known);
	fixture_clear(&fixture);
}

static void
test_longest(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	session = fixture_add(fixture.snap, 7, "app", "report", STATE_ACTIVE);
	session->query_start_us = NOW_US - SECONDS(59);
	session = fixture_add(fixture.snap, 8, "app", "", STATE_IDLE_IN_TRANSACTION);
	session->state_change_us = NOW_US - MINUTES(14);
	session->xact_start_us = NOW_US - MINUTES(30);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "long_query")->level, LEVEL_OK);
	assert_true(same(alert(&fixture, "long_query")->value, SECONDS(59)));
	assert_string_equal(alert(&fixture, "long_query")->subject, "pid 7 report");
	assert_int_equal(alert(&fixture, "idle_in_transaction")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "idle_in_transaction")->message,
	    "idle in transaction 14 min: pid 8 (limit 5 min)");
	assert_int_equal(alert(&fixture, "long_transaction")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "long_transaction")->subject, "pid 8");
	fixture.snap->sessions[1].application = NULL;
	fixture.snap->sessions[0].query_start_us = NOW_US - MINUTES(1);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "long_query")->level, LEVEL_WARNING);
	assert_string_equal(alert(&fixture, "long_transaction")->subject, "pid 8");
	fixture_clear(&fixture);
}

static void
test_churn(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.previous = fixture_snapshot();
	fixture.previous->mono_us -= SECONDS(1);
	fixture_add_many(fixture.previous, 100, 30, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 100, 30, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 19, "worker", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "churn")->level, LEVEL_OK);
	fixture_add_many(fixture.snap, 300, 1, "worker", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "churn")->level, LEVEL_WARNING);
	assert_true(same(alert(&fixture, "churn")->value, 20));
	assert_string_equal(alert(&fixture, "churn")->subject, "worker opened 20");
	fixture_clear(&fixture);
}

static void
test_blocked(void **state)
{
	static const int32_t root[] = { 1 };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add(fixture.snap, 1, "app", "etl", STATE_IDLE_IN_TRANSACTION);
	for (int32_t pid = 10; pid < 15; pid++) {
		struct session *session =
		    fixture_add(fixture.snap, pid, "app", "web", STATE_ACTIVE);

		session->wait_event_type = "Lock";
		session->blocked_by = root;
		session->blocker_count = 1;
	}
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "blocked")->level, LEVEL_WARNING);
	assert_string_equal(alert(&fixture, "blocked")->message,
	    "blocked 5: pid 1 etl, idle in transaction, holds up pid 10 web and others (limit 5)");
	for (size_t i = 2; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].blocker_count = 0; /* wait for somebody else */
	fixture_analyse(&fixture);
	assert_string_equal(alert(&fixture, "blocked")->subject,
	    "pid 1 etl, idle in transaction, holds up pid 10 web");
	fixture.snap->sessions[1].blocker_count = 0;
	fixture_analyse(&fixture);
	assert_string_equal(alert(&fixture, "blocked")->subject, "");
	/* Each waits for a moment only, or it is not known for how long. */
	fixture.snap->sessions[1].query_start_us = NOW_US - SECONDS(1) + 1;
	fixture.snap->sessions[2].query_start_us = NOW_US - SECONDS(1);
	fixture.snap->sessions[3].query_start_us = TIME_UNKNOWN;
	fixture_analyse(&fixture);
	assert_int_equal(fixture.facts.blocking.waiting, 5);
	assert_true(same(alert(&fixture, "blocked")->value, 4));
	for (size_t i = 1; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].query_start_us = NOW_US - SECONDS(1) / 20;
	fixture_analyse(&fixture);
	assert_true(same(alert(&fixture, "blocked")->value, 0));
	assert_int_equal(alert(&fixture, "blocked")->level, LEVEL_OK);
	fixture_clear(&fixture);
}

static void
test_pools(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	settings_add_pool(&fixture.settings, "api", "user=x")->pool_size = 20;
	settings_add_pool(&fixture.settings, "worker", "user=x")->pool_size = 77;
	settings_add_pool(&fixture.settings, "etl", "user=x")->connections = 0;
	fixture_add_many(fixture.snap, 100, 21, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 5, "etl", STATE_IDLE);
	fixture_add_many(fixture.snap, 300, 9, "psql", STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "pool_plan")->level, LEVEL_OK);
	assert_true(same(alert(&fixture, "pool_plan")->value, 1));
	assert_true(same(alert(&fixture, "pool_plan")->critical_value, 0.97));
	assert_int_equal(alert(&fixture, "pool_over")->level, LEVEL_WARNING);
	assert_string_equal(alert(&fixture, "pool_over")->message,
	    "pool over its plan by 5: etl has 5, planned 0 (limit 1)");
	fixture_clear(&fixture);
}

static void
test_limits(void **state)
{
	static const struct limit limits[] = { { "app", true, 20 }, { "boss", true, 5 },
		{ "wall", false, 18 }, { "never", true, 0 } };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 17, "web", STATE_IDLE);
	fixture_add(fixture.snap, 1, "boss", "psql", STATE_IDLE);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "role_limit")->level, LEVEL_WARNING);
	assert_true(same(alert(&fixture, "role_limit")->value, 0.85));
	assert_string_equal(alert(&fixture, "role_limit")->message,
	    "role limit 85.0 %: app has 17 of 20 (limit 85.0 %)");
	assert_int_equal(alert(&fixture, "database_limit")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "database_limit")->subject, "wall has 18 of 18");
	fixture_add(fixture.snap, 2, "never", "psql", STATE_IDLE)->database = NULL;
	fixture_analyse(&fixture);
	assert_int_equal(alert(&fixture, "role_limit")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "role_limit")->message,
	    "role limit 100.0 %: never has 1 of 0 (limit 100.0 %)");
	fixture_clear(&fixture);
}

static void
test_exhaustion(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 30, "web", STATE_IDLE);
	for (int i = 1; i <= 20; i++) {
		fixture.snap->mono_us += SECONDS(2);
		fixture_add(fixture.snap, i, "app", "leak", STATE_IDLE);
		fixture_analyse(&fixture);
	}
	assert_int_equal(alert(&fixture, "exhaustion")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "exhaustion")->subject, "leak +18 in 36 s");
	assert_true(fabs(alert(&fixture, "exhaustion")->value - (double)SECONDS(94)) < 1000);
	fixture_clear(&fixture);
}

/* The one that grows is named, not the one that has most, nor one of many that grow a little. */
static void
test_exhaustion_by_many(void **state)
{
	char name[16];
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 1; i <= 20; i++) {
		fixture.snap->mono_us += SECONDS(2);
		snprintf(name, sizeof name, "app%d", i % 5);
		fixture_add(fixture.snap, i, "app", name, STATE_IDLE);
		fixture_analyse(&fixture);
	}
	assert_int_equal(alert(&fixture, "exhaustion")->level, LEVEL_CRITICAL);
	assert_string_equal(alert(&fixture, "exhaustion")->subject, "");
	fixture_clear(&fixture);
}

/* Names that do not fit are cut; every message ends. */
static void
test_long_names(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_hostile(&fixture);
	fixture_add_many(fixture.snap, 1000, 200, hostile_texts[hostile_count - 1], STATE_IDLE);
	fixture_analyse(&fixture);
	assert_int_equal(strlen(alert(&fixture, "utilization")->subject), ALERT_SUBJECT_MAX - 1);
	for (size_t i = 0; i < fixture.alerts.count; i++) {
		const struct alert *one = &fixture.alerts.items[i];

		assert_true(memchr(one->subject, '\0', ALERT_SUBJECT_MAX) != NULL);
		assert_true(memchr(one->message, '\0', ALERT_MESSAGE_MAX) != NULL);
		assert_int_equal(one->level == LEVEL_OK, one->message[0] == '\0');
	}
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_idle_ratio),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_exhaustion_by_many),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
