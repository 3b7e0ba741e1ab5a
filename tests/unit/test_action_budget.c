/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the minute of a guard: what is in it, and what may still be done.
 */
#include "action/budget.h"
#include "action/job.h"
#include "action/words.h"
#include "test_action_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
acted(struct budget *budget, const char *application, int count, int64_t second)
{
	budget_add(budget, application, count, SECONDS(second));
}

static int
sum(const struct budget *budget, const char *application, int64_t second)
{
	return budget_sum(budget, application, SECONDS(second));
}

static void
test_minute(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	assert_int_equal(sum(&budget, "web", 0), 0);
	acted(&budget, "web", 3, 0);
	acted(&budget, "web", 2, 30);
	acted(&budget, "worker", 7, 30);
	acted(&budget, NULL, 1, 31);
	assert_int_equal(sum(&budget, "web", 30), 5);
	assert_int_equal(sum(&budget, "web", 59), 5);
	assert_int_equal(sum(&budget, "web", 60), 2);
	assert_int_equal(sum(&budget, "web", 90), 0);
	assert_int_equal(sum(&budget, "worker", 89), 7);
	assert_int_equal(sum(&budget, NULL, 89), 1);
	assert_int_equal(sum(&budget, "", 89), 0);
	budget_clear(&budget);
	assert_int_equal(sum(&budget, "web", 30), 0);
}

static void
test_wait(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	assert_true(budget_wait(&budget, 0) == INT64_MAX);
	budget_add(&budget, "web", 0, SECONDS(5));
	assert_true(budget_wait(&budget, SECONDS(6)) == INT64_MAX);
	acted(&budget, "web", 1, 10);
	acted(&budget, "web", 1, 20);
	assert_true(budget_wait(&budget, SECONDS(20)) == SECONDS(50));
	assert_true(budget_wait(&budget, SECONDS(70)) == SECONDS(10));
	assert_true(budget_wait(&budget, SECONDS(80)) == INT64_MAX);
	budget_clear(&budget);
}

/* However long it goes on, it holds a minute. */
static void
test_forget(void **state)
{
	struct budget budget = { 0 };

	(void)state;
	for (int64_t second = 0; second < 10000; second++) {
		budget_forget(&budget, SECONDS(second));
		acted(&budget, second % 2 == 0 ? "web" : "worker", 1, second);
		if (second >= 60)
			assert_int_equal(sum(&budget, "web", second), 30);
	}
	assert_int_equal(budget.count, 60);
	assert_true(budget.room <= 64);
	budget_clear(&budget);
}

/* A guard that has used up its minute for some applications. */
static int
left(const void *context, const char *application)
{
	assert_non_null(context);
	if (application == NULL)
		return 1;
	return strcmp(application, "web") == 0 ? 2 : 0;
}

static void
test_plan(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.left = left;
	for (int i = 0; i < 4; i++)
		scene_add(&scene, 11 + i, "web", STATE_IDLE, 100 - i);
	scene_add(&scene, 21, "worker", STATE_IDLE, 500);
	scene_add(&scene, 31, NULL, STATE_IDLE, 40);
	scene_add(&scene, 32, NULL, STATE_IDLE, 30);
	EXPECT(&scene, 11, 12, 31);
	assert_int_equal(scene.plan.spared[SPARE_MINUTE], 4);
	scene.choice.most = 1; /* of all, beside that of each */
	EXPECT(&scene, 11);
	assert_int_equal(scene.plan.spared[SPARE_MOST], 5);
	assert_int_equal(scene.plan.spared[SPARE_MINUTE], 1);
	scene_clear(&scene);
}

static void
test_words(void **state)
{
	struct scene scene;
	struct job job = { 0 };
	struct arena arena = { 0 };

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < 3; i++)
		scene_add(&scene, 11 + i, "web", STATE_IDLE, 100 - i);
	scene_plan(&scene);
	job_start(&job, &scene.choice, &scene.plan, scene.snap);
	assert_string_equal(words_outcomes(&job, &arena), "0 of 3 ended, 3 waiting");
	job_confirm(&job);
	job_run(&job);
	assert_non_null(job_send(&job));
	job_outcome(&job, OUTCOME_CHANGED, NULL, MONO_US);
	job_stop(&job, "enough", false);
	assert_string_equal(words_outcomes(&job, &arena), "0 of 3 ended, 1 changed, 2 not tried");
	arena_clear(&arena);
	job_clear(&job);
	scene_clear(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minute),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("minute", tests, NULL, NULL);
}
