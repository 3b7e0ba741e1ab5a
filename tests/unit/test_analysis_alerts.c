/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the life of an alert: it rises, stands, clears. What each rule
 * reads is in test_analysis_rules.c.
 */
#include "analysis/alert_limit.h"
#include "analysis/alerts.h"
#include "fixture.h"
#include "model/link.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct alert *
find(const struct alert_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->items[i].rule->name, name) == 0)
			return &set->items[i];
	}
	fail_msg("no alert %s", name);
	return NULL;
}

/* Facts with one figure in them, and nothing else to alert about. */
static void
quiet(struct facts *facts)
{
	*facts = (struct facts){ .trend.full_in_us = TIME_UNKNOWN };
	facts->slots = (struct slots){ .max_connections = 100, .usable = 100 };
}

static enum level
utilization(struct alert_set *set, double share, int64_t wall_us)
{
	struct facts facts;

	quiet(&facts);
	facts.slots.utilization = share;
	alerts_update(set, &facts, wall_us);
	return find(set, "utilization")->level;
}

static void
test_start(void **state)
{
	struct settings settings;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	assert_int_equal(set.count, alert_count);
	assert_true(alert_count <= ALERTS_MAX);
	for (size_t i = 0; i < set.count; i++) {
		assert_ptr_equal(set.items[i].rule, &alert_rules[i]);
		assert_ptr_equal(alert_find(alert_rules[i].name), &alert_rules[i]);
		assert_int_equal(set.items[i].level, LEVEL_OK);
		assert_true(set.items[i].since_us == TIME_UNKNOWN);
		assert_string_equal(set.items[i].message, "");
	}
	assert_null(alert_find("utilisation"));
	assert_null(alert_find(""));
	assert_null(alerts_raised(&set, 0));
	assert_int_equal(alerts_worst(&set), LEVEL_OK);
	settings_clear(&settings);
}

/* Warning from 70 % on, cleared 5 % below; critical 85 % likewise. */
static void
test_hysteresis(void **state)
{
	static const struct {
		double share;
		enum level level;
		int64_t since;
	} steps[] = {
		{ 0.699, LEVEL_OK, TIME_UNKNOWN },
		{ 0.70, LEVEL_WARNING, 2 },
		{ 0.69, LEVEL_WARNING, 2 },
		{ 0.666, LEVEL_WARNING, 2 }, /* above 0.7 - 5 % of it = 0.665 */
		{ 0.664, LEVEL_OK, TIME_UNKNOWN },
		{ 0.69, LEVEL_OK, TIME_UNKNOWN },
		{ 0.84, LEVEL_WARNING, 7 },
		{ 0.85, LEVEL_CRITICAL, 8 },
		{ 0.808, LEVEL_CRITICAL, 8 }, /* above 0.85 - 5 % of it = 0.8075 */
		{ 0.807, LEVEL_WARNING, 10 },
		{ 0.849, LEVEL_WARNING, 10 },
		{ 1.03, LEVEL_CRITICAL, 12 },
		{ 0.5, LEVEL_OK, TIME_UNKNOWN },
		{ 0.99, LEVEL_CRITICAL, 14 },
	};
	struct settings settings;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		enum level level = utilization(&set, steps[i].share, (int64_t)i + 1);

		assert_int_equal(level, steps[i].level);
		assert_true(find(&set, "utilization")->since_us == steps[i].since);
		assert_true(find(&set, "utilization")->value == steps[i].share);
		assert_int_equal(alerts_worst(&set), steps[i].level);
	}
	settings_clear(&settings);
}

static void
test_message(void **state)
{
	struct settings settings;
	struct alert_set set;
	struct facts facts;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	utilization(&set, 0.75, 1);
	assert_string_equal(find(&set, "utilization")->message,
	    "utilization 75.0 % (limit 70.0 %)");
	utilization(&set, 0.938, 2);
	assert_string_equal(find(&set, "utilization")->message,
	    "utilization 93.8 % (limit 85.0 %)");
	utilization(&set, 0.1, 3);
	assert_string_equal(find(&set, "utilization")->message, "");
	quiet(&facts);
	facts.churn = (struct churn){ .known = true, .opened_per_second = 24.25 };
	facts.blocking.lasting = 7;
	facts.trend.full_in_us = SECONDS(290);
	alerts_update(&set, &facts, 4);
	assert_string_equal(find(&set, "churn")->message, "opened 24.2/s (limit 20.0/s)");
	assert_string_equal(find(&set, "blocked")->message, "blocked 7 (limit 5)");
	assert_string_equal(find(&set, "exhaustion")->message, "full in 4 min 50 s (limit 5 min)");
	settings_clear(&settings);
}

/* What cannot be measured raises nothing, and clears what stood. */
static void
test_unknown(void **state)
{
	struct pool pools[] = { { .over = -1 }, { .over = -1 } };
	struct settings settings;
	struct alert_set set;
	struct facts facts;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	utilization(&set, 0.9, 1);
	assert_true(find(&set, "utilization")->known);
	quiet(&facts);
	facts.slots = (struct slots){ .max_connections = -1, .usable = -1 };
	alerts_update(&set, &facts, 2);
	assert_int_equal(find(&set, "utilization")->level, LEVEL_OK);
	assert_false(find(&set, "utilization")->known);
	assert_true(isnan(find(&set, "utilization")->value));
	facts.slots = (struct slots){ .max_connections = 3, .usable = 0, .used = 3 };
	facts.pools = (struct pools){ .count = 2, .configured = 5 };
	facts.pools.items = pools;
	alerts_update(&set, &facts, 3); /* a share of nothing */
	assert_false(find(&set, "utilization")->known);
	assert_false(find(&set, "pool_plan")->known);
	facts.slots.usable = 1;
	alerts_update(&set, &facts, 4);
	assert_true(find(&set, "utilization")->known);
	assert_true(find(&set, "pool_plan")->known);
	settings_clear(&settings);
}

/* Limits of the user's: one, the other or both; what is not given stays. */
static void
test_user_limits(void **state)
{
	struct settings settings;
	struct alert_limits *limits;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	limits = settings_add_alert(&settings, "utilization");
	limits->warning = alert_limit_plain(0.5);
	limits = settings_add_alert(&settings, "idle_ratio");
	limits->critical = alert_limit_plain(0.9);
	limits = settings_add_alert(&settings, "churn");
	limits->warning = alert_limit_plain(1);
	limits->critical = alert_limit_plain(2);
	limits = settings_add_alert(&settings, "churn"); /* a later file */
	limits->critical = alert_limit_plain(3);
	limits = settings_add_alert(&settings, "blocked");
	limits->warning = alert_limit_plain(NAN);
	alerts_init(&set, &settings);
	assert_true(find(&set, "utilization")->warning.high == 0.5);
	assert_true(find(&set, "utilization")->critical.high == 0.85);
	assert_true(find(&set, "idle_ratio")->warning.high == 0.5);
	assert_true(find(&set, "idle_ratio")->critical.high == 0.9);
	assert_true(find(&set, "churn")->warning.high == 1);
	assert_true(find(&set, "churn")->critical.high == 3);
	assert_int_equal(find(&set, "refused")->warning.kind, LIMIT_OFF);
	assert_int_equal(find(&set, "blocked")->warning.kind, LIMIT_OFF);
	assert_int_equal(find(&set, "blocked")->critical.kind, LIMIT_PLAIN);
	assert_int_equal(utilization(&set, 0.5, 1), LEVEL_WARNING);
	assert_string_equal(find(&set, "utilization")->message,
	    "utilization 50.0 % (limit 50.0 %)");
	settings_clear(&settings);
}

/* Time left: the less the worse. */
static void
test_below(void **state)
{
	static const struct {
		int64_t left_us;
		enum level level;
	} steps[] = {
		{ TIME_UNKNOWN, LEVEL_OK },
		{ MINUTES(16), LEVEL_OK },
		{ MINUTES(15), LEVEL_WARNING },
		{ MINUTES(15) + SECONDS(44), LEVEL_WARNING },
		{ MINUTES(15) + SECONDS(46), LEVEL_OK }, /* past 15 min 45 s */
		{ MINUTES(5) + 1, LEVEL_WARNING },
		{ MINUTES(5), LEVEL_CRITICAL },
		{ MINUTES(5) + SECONDS(14), LEVEL_CRITICAL },
		{ MINUTES(5) + SECONDS(16), LEVEL_WARNING },
		{ 0, LEVEL_CRITICAL },
		{ TIME_UNKNOWN, LEVEL_OK },
	};
	struct settings settings;
	struct alert_set set;
	struct facts facts;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		quiet(&facts);
		facts.trend.full_in_us = steps[i].left_us;
		alerts_update(&set, &facts, (int64_t)i);
		assert_int_equal(find(&set, "exhaustion")->level, steps[i].level);
	}
	settings_clear(&settings);
}

static enum level
plan(struct alert_set *set, int64_t configured)
{
	struct facts facts;

	quiet(&facts);
	facts.slots.usable = 97;
	facts.pools = (struct pools){ .count = 1, .configured = configured };
	facts.pools.items = &(struct pool){ .configured = -1, .over = -1 };
	alerts_update(set, &facts, 1);
	return find(set, "pool_plan")->level;
}

/* Exactly full is well planned; critical counts all slots. */
static void
test_beyond(void **state)
{
	struct settings settings;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	assert_int_equal(plan(&set, 97), LEVEL_OK);
	assert_int_equal(plan(&set, 98), LEVEL_WARNING);
	assert_int_equal(plan(&set, 100), LEVEL_WARNING);
	assert_int_equal(plan(&set, 101), LEVEL_CRITICAL);
	assert_true(fabs(find(&set, "pool_plan")->value - 101.0 / 97) < 1e-12);
	assert_true(fabs(find(&set, "pool_plan")->critical_value - 1.01) < 1e-12);
	assert_string_equal(find(&set, "pool_plan")->subject, "101 planned of 97 usable");
	assert_int_equal(plan(&set, 96), LEVEL_CRITICAL);
	assert_int_equal(plan(&set, 95), LEVEL_WARNING);
	assert_int_equal(plan(&set, 92), LEVEL_OK);
	settings_clear(&settings);
}

static void
test_refused(void **state)
{
	struct link link = { .refusal = REFUSAL_ALL_SLOTS, .tries = 37 };
	struct settings settings;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	alerts_refused(&set, &link, NULL, 5);
	assert_int_equal(find(&set, "refused")->level, LEVEL_CRITICAL);
	assert_string_equal(find(&set, "refused")->subject, "all slots in use");
	assert_string_equal(find(&set, "refused")->message, "logins refused: all slots in use");
	assert_int_equal(utilization(&set, 0.1, 6), LEVEL_OK);
	assert_int_equal(find(&set, "refused")->level, LEVEL_CRITICAL); /* no sample clears it */
	link.tries++;
	alerts_refused(&set, &link, NULL, 7);
	assert_int_equal(find(&set, "refused")->since_us, 5);
	link = (struct link){ .refusal = REFUSAL_NONE };
	alerts_refused(&set, &link, NULL, 8);
	assert_int_equal(find(&set, "refused")->level, LEVEL_OK);
	for (int i = REFUSAL_NONE; i <= REFUSAL_OTHER; i++) {
		bool slots = i >= REFUSAL_ALL_SLOTS && i <= REFUSAL_POOLER;

		link = (struct link){ .refusal = (enum refusal)i, .tries = 1 };
		alerts_refused(&set, &link, NULL, 9);
		assert_int_equal(find(&set, "refused")->level, slots ? LEVEL_CRITICAL : LEVEL_OK);
	}
	assert_true(find(&set, "refused")->known);
	link = (struct link){ .via = VIA_PROC }; /* nobody tried to log in */
	alerts_refused(&set, &link, NULL, 10);
	assert_false(find(&set, "refused")->known);
	assert_non_null(find(&set, "refused")->why);
	settings_clear(&settings);
}

/* Critical ones first, then the oldest, then in the order of the rules. */
static void
test_raised(void **state)
{
	struct link link = { .refusal = REFUSAL_CHILDREN, .tries = 1 };
	struct settings settings;
	struct alert_set set;
	struct facts facts;
	static const char *const order[] = { "refused", "utilization", "blocked", "churn" };

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	quiet(&facts);
	facts.blocking.lasting = 6;
	alerts_update(&set, &facts, 1);
	alerts_refused(&set, &link, NULL, 2);
	facts.slots.utilization = 0.99;
	facts.churn = (struct churn){ .known = true, .opened_per_second = 50 };
	alerts_update(&set, &facts, 3);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		assert_string_equal(alerts_raised(&set, i)->rule->name, order[i]);
	assert_null(alerts_raised(&set, COUNT_OF(order)));
	settings_clear(&settings);
}

/* Without what was before, the limits alone count; what no sample sees stands. */
static void
test_forget(void **state)
{
	const struct link refused = { .refusal = REFUSAL_ALL_SLOTS, .tries = 1 };
	struct settings settings;
	struct alert_set set;

	(void)state;
	settings_init(&settings);
	alerts_init(&set, &settings);
	alerts_refused(&set, &refused, NULL, NOW_US);
	assert_int_equal(utilization(&set, 0.71, NOW_US), LEVEL_WARNING);
	assert_int_equal(utilization(&set, 0.69, NOW_US), LEVEL_WARNING);
	alerts_forget(&set);
	assert_int_equal(find(&set, "utilization")->since_us, TIME_UNKNOWN);
	assert_int_equal(utilization(&set, 0.69, NOW_US), LEVEL_OK);
	assert_int_equal(find(&set, "refused")->level, LEVEL_CRITICAL);
	settings_clear(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_hysteresis),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_user_limits),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_raised),
		cmocka_unit_test(test_forget),
	};

	return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
