/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of plans: where they stop, in which order, and that all adds up.
 */
#include "test_action_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* n idle ones, the first pid the oldest. */
static void
add_idle(struct scene *scene, int32_t first_pid, int n, const char *application, int64_t oldest_s)
{
	for (int i = 0; i < n; i++)
		scene_add(scene, first_pid + i, application, STATE_IDLE, oldest_s - i);
}

static int
count_spared(const struct scene *scene, enum spare why)
{
	assert_int_equal(scene->plan.spared[why], scene->plan.spared_count);
	return scene->plan.spared_count;
}

static void
test_order(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "web", STATE_IDLE, 10);
	scene_add(&scene, 2, "web", STATE_IDLE, 30);
	scene_add(&scene, 3, "web", STATE_IDLE, 0)->state_change_us = TIME_UNKNOWN;
	scene_add(&scene, 4, "etl2", STATE_IDLE, 20);
	scene_add(&scene, 5, "web", STATE_IDLE, 30);
	scene_add(&scene, 6, "web", STATE_IDLE, 30)->state_change_us -= 1;
	EXPECT(&scene, 6, 2, 5, 4, 1, 3);
	assert_int_equal(scene.plan.oldest_us, SECONDS(30) + 1);
	scene_clear(&scene);
}

/* The newest ones of each application stay, and only of those that the policy means. */
static void
test_keep(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 10, 4, "web", 40);
	add_idle(&scene, 20, 2, "worker", 50);
	add_idle(&scene, 30, 1, NULL, 60);
	scene_add(&scene, 40, "web", STATE_ACTIVE, 1);
	scene.choice.policy = POLICY_IDLE;
	EXPECT(&scene, 30, 20, 21, 10, 11, 12, 13);
	scene.choice.keep = 1;
	EXPECT(&scene, 20, 10, 11, 12);
	assert_int_equal(count_spared(&scene, SPARE_KEEP), 3);
	scene.choice.keep = 2;
	EXPECT(&scene, 10, 11);
	assert_int_equal(count_spared(&scene, SPARE_KEEP), 5);
	scene.choice.keep = 4;
	EXPECT_NONE(&scene);
	assert_int_equal(count_spared(&scene, SPARE_KEEP), 7);
	scene_clear(&scene);
}

/* The same name without the same pointer is the same application. */
static void
test_keep_by_text(void **state)
{
	char copy[] = "web";
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 10, 2, "web", 40);
	scene_add(&scene, 12, "web", STATE_IDLE, 30)->application = copy;
	scene.choice.keep = 2;
	EXPECT(&scene, 10);
	assert_int_equal(scene.plan.group_count, 1);
	scene_clear(&scene);
}

static void
test_most(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 10, 5, "web", 40);
	scene.choice.most = 1;
	EXPECT(&scene, 10);
	assert_int_equal(count_spared(&scene, SPARE_MOST), 4);
	scene.choice.most = 4;
	EXPECT(&scene, 10, 11, 12, 13);
	scene.choice.most = 5;
	EXPECT(&scene, 10, 11, 12, 13, 14);
	assert_int_equal(scene.plan.spared_count, 0);
	/* The most count those that end: who is kept does not use them up. */
	scene.choice.most = 2;
	scene.choice.keep = 2;
	EXPECT(&scene, 10, 11);
	assert_int_equal(scene.plan.spared[SPARE_KEEP], 2);
	assert_int_equal(scene.plan.spared[SPARE_MOST], 1);
	scene_clear(&scene);
}

static size_t
count_until(struct scene *scene, double until)
{
	scene->choice.until = until;
	scene_plan(scene);
	return scene->plan.count;
}

static void
test_until(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 100, 91, "web", 4000);
	assert_int_equal(count_until(&scene, 0), 91);
	assert_int_equal(count_until(&scene, 0.8), 14); /* 77 of 97 are 79.4 %, 78 are 80.4 % */
	assert_int_equal(count_spared(&scene, SPARE_UNTIL), 77);
	assert_true(fabs(scene.plan.after - 77.0 / 97) < 1e-12);
	assert_int_equal(count_until(&scene, 90.0 / 97), 1);
	assert_int_equal(count_until(&scene, 91.0 / 97), 0); /* it is so already */
	assert_int_equal(count_until(&scene, 0.001), 91);
	/* Exactly there is there. */
	scene.used = 90;
	scene.usable = 100;
	assert_int_equal(count_until(&scene, 0.80), 10);
	assert_int_equal(count_until(&scene, 0.29), 61);
	assert_int_equal(count_until(&scene, 0.07), 83);
	/* Over-full, and by more than we may end. */
	scene.used = 103;
	assert_int_equal(count_until(&scene, 1), 3);
	scene.choice.most = 2;
	assert_int_equal(count_until(&scene, 1), 2);
	assert_int_equal(count_spared(&scene, SPARE_MOST), 89);
	/* Whoever does not know the limits cannot stop at them. */
	scene.choice.most = 0;
	scene.usable = -1;
	assert_int_equal(count_until(&scene, 0.5), 91);
	assert_true(scene.plan.before == 0 && scene.plan.after == 0);
	scene.usable = 0;
	assert_int_equal(count_until(&scene, 0.5), 91);
	scene_clear(&scene);
}

/* A cancelled session keeps its slot, so ever so many of them lower nothing. */
static void
test_until_cancel(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < 20; i++)
		scene_add(&scene, 10 + i, "web", STATE_ACTIVE, 10);
	scene.choice.action = ACTION_CANCEL;
	assert_int_equal(count_until(&scene, 0.8), 20);
	assert_int_equal(scene.plan.slots, 0);
	assert_true(scene.plan.after == scene.plan.before);
	assert_int_equal(count_until(&scene, 0.95), 0);
	scene_clear(&scene);
}

static void
test_utilization(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 10, 20, "web", 40);
	scene_plan(&scene);
	assert_int_equal(scene.plan.slots, 20);
	assert_true(fabs(scene.plan.before - 91.0 / 97) < 1e-12);
	assert_true(fabs(scene.plan.after - 71.0 / 97) < 1e-12);
	scene_clear(&scene);
}

static void
expect_group(const struct plan_group *group, const char *application, int targets, int spared)
{
	if (application == NULL)
		assert_null(group->application);
	else
		assert_string_equal(group->application, application);
	assert_int_equal(group->targets, targets);
	assert_int_equal(group->spared, spared);
}

static void
test_groups(void **state)
{
	struct scene scene;
	const struct plan_group *groups;

	(void)state;
	scene_init(&scene);
	add_idle(&scene, 10, 2, "web", 40);
	add_idle(&scene, 20, 5, "worker", 50);
	add_idle(&scene, 30, 3, "etl", 60);
	add_idle(&scene, 40, 1, NULL, 70);
	scene_add(&scene, 50, "late", STATE_IDLE, 0)->state_change_us = TIME_UNKNOWN;
	scene.choice.keep = 1;
	scene.shown = NULL;
	scene_plan(&scene);
	groups = scene.plan.groups;
	assert_int_equal(scene.plan.group_count, 5);
	expect_group(&groups[0], "worker", 4, 1);
	assert_int_equal(groups[0].oldest_us, SECONDS(50));
	assert_int_equal(groups[0].newest_us, SECONDS(47)); /* the one of 46 s is kept */
	expect_group(&groups[1], "web", 1, 1);
	assert_int_equal(groups[1].oldest_us, SECONDS(40));
	assert_int_equal(groups[1].newest_us, SECONDS(40));
	expect_group(&groups[2], "etl", 0, 3);
	assert_true(groups[2].oldest_us == TIME_UNKNOWN && groups[2].newest_us == TIME_UNKNOWN);
	scene.choice.keep = 0;
	scene.shown = (const int32_t[]){ 40, 50, 0 };
	scene_plan(&scene);
	groups = scene.plan.groups;
	assert_int_equal(scene.plan.group_count, 2);
	expect_group(&groups[groups[0].application != NULL], NULL, 1, 0);
	assert_true(groups[groups[0].application == NULL].newest_us == TIME_UNKNOWN);
	scene_clear(&scene);
}

static unsigned
dice(uint64_t *seed, unsigned sides)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % sides;
}

static void
random_scene(struct scene *scene, uint64_t *seed)
{
	static const char *const names[] = { "web", "worker", "etl", "pg_dump", "", NULL };

	scene_init(scene);
	for (int32_t pid = 1; pid <= 60; pid++) {
		struct session *session = scene_add(scene, pid, names[dice(seed, 6)],
		    (enum session_state)dice(seed, STATE_COUNT), dice(seed, 100));

		session->slot = dice(seed, 9) != 0;
		session->own = dice(seed, 30) == 0;
		session->kind = dice(seed, 8) != 0 ? KIND_CLIENT : (enum session_kind)dice(seed, 5);
		if (dice(seed, 10) == 0)
			session->state_change_us = TIME_UNKNOWN;
		if (dice(seed, 20) == 0)
			session->id.start_us = TIME_UNKNOWN;
	}
	scene->choice = (struct choice){
		.action = (enum action)dice(seed, ACTION_COUNT),
		.policy = (enum policy)dice(seed, POLICY_COUNT),
		.age_us = SECONDS(dice(seed, 60)),
		.name = dice(seed, 2) != 0 ? "wall" : "web",
		.keep = dice(seed, 5),
		.most = dice(seed, 12),
		.until = dice(seed, 12) / 10.0,
	};
	scene->used = (int)dice(seed, 90);
}

/* Without its limits, the plan's targets and those left alone are all that the policy means. */
static int
count_meant(struct scene *scene)
{
	struct choice limited = scene->choice;
	int meant;

	scene->choice.keep = scene->choice.most = 0;
	scene->choice.until = 0;
	scene_plan(scene);
	meant = (int)scene->plan.count + scene->plan.spared_count;
	scene->choice = limited;
	return meant;
}

static void
check_sums(const struct scene *scene, int meant)
{
	const struct plan *plan = &scene->plan;
	int spared = 0, in_state = 0, in_groups = 0, spared_in_groups = 0;

	for (int i = 0; i < SPARE_COUNT; i++)
		spared += plan->spared[i];
	for (int i = 0; i < STATE_COUNT; i++)
		in_state += plan->by_state[i];
	for (size_t i = 0; i < plan->group_count; i++) {
		in_groups += plan->groups[i].targets;
		spared_in_groups += plan->groups[i].spared;
		if (i > 0)
			assert_true(plan->groups[i].targets <= plan->groups[i - 1].targets);
	}
	assert_int_equal(plan->spared[SPARE_NONE], 0);
	assert_int_equal(spared, plan->spared_count);
	assert_int_equal(spared_in_groups, plan->spared_count);
	assert_int_equal(in_state, plan->count);
	assert_int_equal(in_groups, plan->count);
	assert_int_equal((int)plan->count + plan->spared_count, meant);
	if (scene->choice.most > 0)
		assert_true(plan->count <= (size_t)scene->choice.most);
	assert_int_equal(plan->slots, scene->choice.action == ACTION_CANCEL ? 0 : (int)plan->count);
	assert_true(plan->after == (double)(scene->used - plan->slots) / scene->usable);
}

/* Who logs in holds a slot for a minute: one that is named, and known by its start, may go. */
static void
test_starting(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, NULL, STATE_STARTING, 9);
	scene_add(&scene, 2, NULL, STATE_STARTING, 9)->kind = KIND_HIDDEN;
	EXPECT_NONE(&scene);
	assert_int_equal(count_spared(&scene, SPARE_STARTING), 2);
	scene.choice.policy = POLICY_CHOSEN;
	EXPECT_NONE(&scene);
	scene.choice.named = true;
	scene.shown = (const int32_t[]){ 1, 0 };
	EXPECT(&scene, 1);
	scene.shown = (const int32_t[]){ 2, 0 };
	EXPECT_NONE(&scene);
	assert_int_equal(count_spared(&scene, SPARE_STARTING), 1);
	scene_clear(&scene);
}

static void
check_targets(const struct scene *scene)
{
	int64_t last_us = INT64_MAX;

	for (size_t i = 0; i < scene->plan.count; i++) {
		const struct session *target = scene->plan.targets[i];
		int64_t age_us = session_since(target->state_change_us, NOW_US);

		assert_true(target->slot && !target->own && target->kind == KIND_CLIENT);
		assert_true(target->id.start_us != TIME_UNKNOWN);
		assert_true(target->state != STATE_UNKNOWN && target->state != STATE_STARTING);
		assert_true(age_us <= last_us);
		last_us = age_us;
	}
}

static void
test_random(void **state)
{
	int rounds = getenv("QUICK") != NULL ? 200 : 5000, busy = 0;
	uint64_t seed = 4711;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct scene scene;
		int meant;

		random_scene(&scene, &seed);
		meant = count_meant(&scene);
		scene_plan(&scene);
		check_sums(&scene, meant);
		check_targets(&scene);
		busy += scene.plan.count > 0 && scene.plan.spared_count > 0;
		scene_clear(&scene);
	}
	assert_true(busy > rounds / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_keep_by_text),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_until_cancel),
		cmocka_unit_test(test_utilization),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_starting),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
