/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the minute of a guard: what is in it, what may still be done, and
 * whether sessions come back.
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
	const struct budget_count counts = { .acted = count, .ended = count };

	budget_add(budget, application, &counts, SECONDS(second));
}

static int
sum(const struct budget *budget, const char *application, int64_t second)
{
	return budget_sum(budget, application, SECONDS(second)).acted;
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
	const struct budget_count opened = { .opened = 1 };
	struct budget budget = { 0 };

	(void)state;
	assert_true(budget_wait(&budget, 0) == INT64_MAX);
	budget_add(&budget, "web", &opened, SECONDS(5));
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

static void
test_returned(void **state)
{
	static const struct {
		struct budget_count count;
		int returned;
		bool futile;
	} cases[] = {
		{ { .ended = 0 }, 0, false },
		{ { .ended = 20, .opened = 0, .closed = 20 }, 0, false },
		{ { .ended = 20, .opened = 19, .closed = 20 }, 19, true },
		{ { .ended = 20, .opened = 18, .closed = 20 }, 18, true },
		{ { .ended = 20, .opened = 17, .closed = 20 }, 17, false },
		/* the samples have not seen all of them go yet */
		{ { .ended = 20, .opened = 20, .closed = 3 }, 20, true },
		/* sessions that come and go are no answer to those that were ended */
		{ { .ended = 5, .opened = 600, .closed = 605 }, 0, false },
		{ { .ended = 5, .opened = 600, .closed = 600 }, 5, true },
		{ { .ended = 5, .opened = 3, .closed = 600 }, 0, false },
		/* one that comes back says nothing */
		{ { .ended = 1, .opened = 1, .closed = 1 }, 1, false },
		{ { .ended = 2, .opened = 2, .closed = 2 }, 2, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(budget_returned(&cases[i].count), cases[i].returned);
		assert_int_equal(budget_is_futile(&cases[i].count), cases[i].futile);
	}
}

/* What was opened before the first one ended is no answer to that. */
static void
test_since(void **state)
{
	const struct budget_count opened = { .opened = 7, .closed = 1 };
	struct budget budget = { 0 };
	struct budget_count minute;

	(void)state;
	budget_add(&budget, "web", &opened, SECONDS(1));
	minute = budget_sum(&budget, "web", SECONDS(1));
	assert_true(minute.opened == 0 && minute.closed == 0);
	acted(&budget, "worker", 2, 1);
	acted(&budget, "web", 2, 2);
	acted(&budget, "web", 2, 3);
	minute = budget_sum(&budget, "web", SECONDS(3));
	assert_true(minute.opened == 0 && minute.ended == 4);
	budget_add(&budget, "web", &opened, SECONDS(4));
	minute = budget_sum(&budget, "web", SECONDS(4));
	assert_true(minute.opened == 7 && minute.closed == 1);
	minute = budget_sum(&budget, "web", SECONDS(63)); /* none that ended is in it any more */
	assert_true(minute.opened == 0 && minute.ended == 0);
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
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("minute", tests, NULL, NULL);
}
