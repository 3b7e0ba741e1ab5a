/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the figures of the whole server that come from more than one
 * sample, or are known in part only.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_summary_trend(void **state)
{
	struct fixture fixture;
	struct value value;
	char room[CELL_MAX];

	(void)state;
	fixture_init(&fixture);
	for (int i = 1; i <= 47; i++) {
		fixture.snap->mono_us += SECONDS(2);
		fixture_add(fixture.snap, i, "app", "web", STATE_IDLE);
		fixture_analyse(&fixture);
	}
	value = table_column(&table_summary, "per_minute")->get(&fixture.data, fixture.snap);
	assert_string_equal(cell_text(room, &value), "30.0");
	value = table_column(&table_summary, "confidence")->get(&fixture.data, fixture.snap);
	assert_string_equal(cell_text(room, &value), "100.0 %");
	value = table_column(&table_summary, "full_in")->get(&fixture.data, fixture.snap);
	assert_int_equal(value.type, VALUE_DURATION);
	assert_in_range(value.i, SECONDS(100) - 100, SECONDS(100) + 100);
	value = table_column(&table_summary, "level")->get(&fixture.data, fixture.snap);
	assert_string_equal(cell_text(room, &value), "critical");
	fixture_clear(&fixture);
}

/* Idle for ten minutes or longer; not our own; 0 only when all can be seen. */
static void
test_summary_reclaimable(void **state)
{
	static const struct {
		enum session_state state;
		int64_t idle_us;
		const char *count;
	} steps[] = {
		{ STATE_IDLE, MINUTES(10) - 1, "0" },
		{ STATE_IDLE, MINUTES(10), "1" },
		{ STATE_IDLE_IN_TRANSACTION, MINUTES(20), "1" },
		{ STATE_ACTIVE, MINUTES(20), "1" },
		{ STATE_IDLE, MINUTES(20), "2" },
		{ STATE_UNKNOWN, MINUTES(20), "2" },
	};
	const struct column *column = table_column(&table_summary, "reclaimable");
	struct fixture fixture;
	struct value value;
	char room[CELL_MAX];

	(void)state;
	fixture_init(&fixture);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		fixture_add(fixture.snap, (int32_t)i + 1, "app", "web", steps[i].state)
		    ->state_change_us = NOW_US - steps[i].idle_us;
		fixture_analyse(&fixture);
		value = column->get(&fixture.data, fixture.snap);
		assert_string_equal(cell_text(room, &value), steps[i].count);
	}
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].own = true;
	fixture_analyse(&fixture);
	assert_int_equal(column->get(&fixture.data, fixture.snap).type, VALUE_NONE);
	fixture_clear(&fixture);
}

/* The peak stays when the sessions are gone, with the time when it was reached first. */
static void
test_summary_peak(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 0; i < 4; i++) {
		snapshot_free(fixture.snap);
		fixture.snap = fixture_snapshot();
		fixture.snap->mono_us += SECONDS(i);
		fixture.snap->wall_us += SECONDS(i);
		fixture_add_many(fixture.snap, 1, i == 0 || i == 3 ? 2 : 5, "web", STATE_IDLE);
		fixture_analyse(&fixture);
	}
	assert_int_equal(fixture.facts.slots.used, 2);
	assert_int_equal(fixture.facts.peak.used, 5);
	assert_int_equal(fixture.facts.peak.wall_us, NOW_US + SECONDS(1));
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_trend),
		cmocka_unit_test(test_summary_reclaimable),
		cmocka_unit_test(test_summary_peak),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
