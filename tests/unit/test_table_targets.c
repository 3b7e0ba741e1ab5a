/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the tables of an act: a job that a plan of a sample made.
 */
#include "action/job.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A job about so many idle sessions of "web", pids from 11 on. */
static void
begin(struct fixture *fixture, struct job *job, size_t count)
{
	const struct choice choice = { .action = ACTION_TERMINATE, .policy = POLICY_ALL };
	struct plan plan = { 0 };

	fixture_init(fixture);
	for (size_t i = 0; i < count; i++)
		fixture_add(fixture->snap, 11 + (int32_t)i, "app", "web", STATE_IDLE)
		    ->state_change_us = NOW_US - SECONDS(60);
	fixture_analyse(fixture);
	plan.targets = arena_alloc(&fixture->facts.arena, count, sizeof(*plan.targets));
	for (; plan.count < count; plan.count++)
		plan.targets[plan.count] = &fixture->snap->sessions[plan.count];
	*job = (struct job){ 0 };
	job_start(job, &choice, &plan, fixture->snap);
	fixture->data.job = job;
}

static void
end(struct fixture *fixture, struct job *job)
{
	job_clear(job);
	fixture_clear(fixture);
}

static struct value
cell(const struct fixture *fixture, const struct table *table, const void *row, const char *name)
{
	const struct column *column = table_column(table, name);

	assert_non_null(column);
	return column->get(&fixture->data, row);
}

static void
test_targets(void **state)
{
	struct fixture fixture;
	struct arena arena = { 0 };
	struct rows rows;
	struct job job;

	(void)state;
	begin(&fixture, &job, 2);
	table_targets.rows(&fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 2);
	assert_int_equal(cell(&fixture, &table_targets, rows.items[1], "pid").i, 12);
	assert_string_equal(cell(&fixture, &table_targets, rows.items[0], "user").s, "app");
	assert_string_equal(cell(&fixture, &table_targets, rows.items[0], "application").s, "web");
	assert_string_equal(cell(&fixture, &table_targets, rows.items[0], "state").s, "idle");
	assert_string_equal(cell(&fixture, &table_targets, rows.items[0], "outcome").s, "waiting");
	assert_true(cell(&fixture, &table_targets, rows.items[0], "age").i == SECONDS(60));
	assert_int_equal(cell(&fixture, &table_targets, rows.items[0], "note").type, VALUE_NONE);
	arena_clear(&arena);
	end(&fixture, &job);
}

/* Only outcomes that there are, and their sum is that of the targets. */
static void
test_outcomes(void **state)
{
	struct fixture fixture;
	struct arena arena = { 0 };
	struct rows rows;
	struct job job;

	(void)state;
	begin(&fixture, &job, 3);
	job_confirm(&job);
	job_run(&job);
	assert_non_null(job_send(&job));
	job_outcome(&job, OUTCOME_DENIED, "a superuser", 0);
	job_stop(&job, "enough", false);
	table_outcomes.rows(&fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 2);
	assert_string_equal(cell(&fixture, &table_outcomes, rows.items[0], "outcome").s, "denied");
	assert_int_equal(cell(&fixture, &table_outcomes, rows.items[0], "targets").i, 1);
	assert_string_equal(cell(&fixture, &table_outcomes, rows.items[1], "outcome").s,
	    "not tried");
	assert_int_equal(cell(&fixture, &table_outcomes, rows.items[1], "targets").i, 2);
	assert_string_equal(cell(&fixture, &table_targets, &job.targets[0], "note").s,
	    "a superuser");
	arena_clear(&arena);
	end(&fixture, &job);
}

/* Without an act there is nothing to list. */
static void
test_none(void **state)
{
	struct fixture fixture;
	struct arena arena = { 0 };
	struct rows rows;
	struct job job;

	(void)state;
	begin(&fixture, &job, 1);
	fixture.data.job = NULL;
	table_targets.rows(&fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 0);
	table_outcomes.rows(&fixture.data, &rows, &arena);
	assert_int_equal(rows.count, 0);
	assert_null(table_find("targets"));
	arena_clear(&arena);
	end(&fixture, &job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("tables of an act", tests, NULL, NULL);
}
