/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of plans: whom a policy means, who is left alone and why.
 */
#include "test_action_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A session in each state, all 60 s old; the pid is 10 and the state. */
static void
add_states(struct scene *scene)
{
	for (int state = 0; state < STATE_COUNT; state++)
		scene_add(scene, 10 + state, "web", (enum session_state)state, 60);
}

static void
expect_spared(const struct scene *scene, enum spare why, int count)
{
	assert_int_equal(scene->plan.spared[why], count);
	assert_int_equal(scene->plan.spared_count, count);
}

static void
test_states(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_states(&scene);
	scene.choice.policy = POLICY_IDLE;
	EXPECT(&scene, 10 + STATE_IDLE);
	scene.choice.policy = POLICY_IDLE_IN_TRANSACTION;
	EXPECT(&scene, 10 + STATE_IDLE_IN_TRANSACTION, 10 + STATE_ABORTED);
	scene.choice.policy = POLICY_ABORTED;
	EXPECT(&scene, 10 + STATE_ABORTED);
	expect_spared(&scene, SPARE_STATE, 2); /* disabled and unknown: they may be in it or not */
	assert_int_equal(scene.plan.unjudged, 1);
	scene.choice.policy = POLICY_ALL;
	EXPECT(&scene, 10, 11, 12, 13, 14);
	assert_int_equal(scene.plan.spared[SPARE_STATE], 2);
	assert_int_equal(scene.plan.spared[SPARE_STARTING], 1);
	assert_int_equal(scene.plan.spared_count, 3);
	for (int i = STATE_ACTIVE; i <= STATE_FASTPATH; i++)
		assert_int_equal(scene.plan.by_state[i], 1);
	scene_clear(&scene);
}

static void
test_names(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "web", STATE_ACTIVE, 5);
	scene_add(&scene, 2, "web2", STATE_IDLE, 4);
	scene_add(&scene, 3, "", STATE_IDLE, 3);
	scene_add(&scene, 4, NULL, STATE_IDLE, 2);
	scene_add(&scene, 5, "web", STATE_IDLE, 1)->user = "boss";
	scene_add(&scene, 6, "worker", STATE_IDLE, 0)->database = "shop";
	scene_add(&scene, 7, "worker", STATE_IDLE, 0)->user = NULL;
	scene.choice.policy = POLICY_APPLICATION;
	scene.choice.name = "web";
	EXPECT(&scene, 1, 5);
	scene.choice.name = "";
	EXPECT(&scene, 3);
	scene.choice.name = NULL;
	EXPECT(&scene, 4);
	scene.choice.policy = POLICY_USER;
	EXPECT(&scene, 7);
	scene.choice.name = "boss";
	EXPECT(&scene, 5);
	scene.choice.name = "bos";
	EXPECT_NONE(&scene);
	scene.choice.policy = POLICY_DATABASE;
	scene.choice.name = "shop";
	EXPECT(&scene, 6);
	scene.choice.name = "wall";
	EXPECT(&scene, 1, 2, 3, 4, 5, 7);
	scene_clear(&scene);
}

static void
test_age(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "web", STATE_IDLE, 300);
	scene_add(&scene, 2, "web", STATE_IDLE, 300)->state_change_us += 1;
	scene_add(&scene, 3, "web", STATE_IDLE, 0)->state_change_us = TIME_UNKNOWN;
	scene_add(&scene, 4, "web", STATE_IDLE, -5); /* the clocks of the server disagree */
	scene_add(&scene, 5, "web", STATE_ABORTED, 300);
	scene_add(&scene, 6, "web", STATE_ABORTED, 0)->state_change_us = TIME_UNKNOWN;
	scene.choice.age_us = SECONDS(300);
	scene.choice.policy = POLICY_IDLE;
	EXPECT(&scene, 1);
	assert_int_equal(scene.plan.oldest_us, SECONDS(300));
	scene.choice.age_us += 1;
	EXPECT_NONE(&scene);
	assert_true(scene.plan.oldest_us == TIME_UNKNOWN);
	scene.choice.age_us = 0;
	EXPECT(&scene, 1, 2, 4); /* an unknown age is never over any */
	scene.choice.policy = POLICY_IDLE_IN_TRANSACTION;
	EXPECT(&scene, 5);
	scene.choice.policy = POLICY_ABORTED; /* here the age does not count */
	scene.choice.age_us = SECONDS(1000);
	EXPECT(&scene, 5, 6);
	scene_clear(&scene);
}

/* Who is never touched, whatever is asked for. */
static void
test_never(void **state)
{
	static const enum session_kind kinds[] = { KIND_WALSENDER, KIND_WORKER };
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "pgconntop", STATE_IDLE, 9)->own = true;
	for (int policy = 0; policy < POLICY_COUNT; policy++) {
		scene.choice.policy = (enum policy)policy;
		scene.choice.name = policy == POLICY_APPLICATION ? "pgconntop"
		    : policy == POLICY_USER                      ? "app"
		                                                 : "wall";
		EXPECT_NONE(&scene);
		expect_spared(&scene, SPARE_OWN,
		    policy != POLICY_IDLE_IN_TRANSACTION && policy != POLICY_ABORTED);
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		scene.snap->sessions[0].own = false;
		scene.snap->sessions[0].kind = kinds[i];
		scene.choice.policy = POLICY_CHOSEN;
		EXPECT_NONE(&scene);
		expect_spared(&scene, SPARE_KIND, 1);
	}
	scene.snap->sessions[0].kind = KIND_UNKNOWN;
	EXPECT_NONE(&scene);
	expect_spared(&scene, SPARE_STATE, 1);
	scene.snap->sessions[0].kind = KIND_CLIENT;
	scene.snap->sessions[0].slot = false; /* not in the list, and it frees nothing */
	EXPECT_NONE(&scene);
	assert_int_equal(scene.plan.spared_count, 0);
	scene_clear(&scene);
}

/* Without a start nobody knows who it is; without a state, what it does. */
static void
test_unknown(void **state)
{
	static const enum policy policies[] = { POLICY_CHOSEN, POLICY_ALL };
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "web", STATE_IDLE, 9)->id.start_us = TIME_UNKNOWN;
	scene_add(&scene, 2, "web", STATE_UNKNOWN, 9);
	scene_add(&scene, 3, "web", STATE_STARTING, 9);
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		scene.choice.policy = policies[i];
		EXPECT_NONE(&scene);
		assert_int_equal(scene.plan.spared[SPARE_STATE], 2);
		assert_int_equal(scene.plan.spared[SPARE_STARTING], 1);
		assert_int_equal(scene.plan.spared_count, 3);
	}
	scene_add(&scene, 4, "web", STATE_DISABLED, 9);
	EXPECT_NONE(&scene);
	assert_int_equal(scene.plan.spared[SPARE_STATE], 3);
	scene.choice.policy = POLICY_CHOSEN; /* one of many is not pointed at */
	EXPECT_NONE(&scene);
	assert_int_equal(scene.plan.spared[SPARE_STATE], 3);
	scene.shown = (const int32_t[]){ 4, 0 }; /* nor is who happens to be the only one */
	EXPECT_NONE(&scene);
	scene.choice.named = true;
	EXPECT(&scene, 4);
	assert_int_equal(scene.plan.spared_count, 0);
	scene.choice.action = ACTION_CANCEL; /* it may well run something */
	EXPECT(&scene, 4);
	scene_clear(&scene);
}

static void
test_protected(void **state)
{
	static const char *const names[] = { "pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup",
		"pgconntop", "etl" };
	struct scene scene;
	const struct session *session;

	(void)state;
	scene_init(&scene);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		session = scene_add(&scene, 1 + (int32_t)i, names[i], STATE_IDLE, 60);
		assert_true(plan_default_protected(session) == (strcmp(names[i], "etl") != 0));
	}
	scene_add(&scene, 11, "pg_dumper", STATE_IDLE, 4);
	scene_add(&scene, 12, "my pg_dump", STATE_IDLE, 3);
	scene_add(&scene, 13, "", STATE_IDLE, 2);
	assert_false(plan_default_protected(scene_add(&scene, 14, NULL, STATE_IDLE, 1)));
	for (int policy = POLICY_IDLE; policy < POLICY_COUNT; policy++) {
		if (policy == POLICY_IDLE_IN_TRANSACTION || policy == POLICY_ABORTED)
			continue;
		scene.choice.policy = (enum policy)policy;
		scene.choice.name = policy == POLICY_USER ? "app" : "wall";
		if (policy == POLICY_APPLICATION) {
			scene.choice.name = "pg_dump";
			EXPECT_NONE(&scene);
			expect_spared(&scene, SPARE_PROTECTED, 1);
			continue;
		}
		EXPECT(&scene, 11, 12, 13, 14);
		expect_spared(&scene, SPARE_PROTECTED, COUNT_OF(names));
	}
	scene.choice.policy = POLICY_CHOSEN;
	scene.shown = (const int32_t[]){ 1, 6, 0 };
	EXPECT_NONE(&scene);
	expect_spared(&scene, SPARE_PROTECTED, 2);
	scene.shown = (const int32_t[]){ 1, 0 };
	EXPECT_NONE(&scene);
	expect_spared(&scene, SPARE_PROTECTED, 1);
	scene.choice.named = true; /* who points at it alone, means it */
	EXPECT(&scene, 1);
	scene.shown = (const int32_t[]){ 6, 0 };
	EXPECT(&scene, 6);
	scene_clear(&scene);
}

/* Cancelling does something only to a session that runs something. */
static void
test_useless(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_states(&scene);
	scene.choice.action = ACTION_CANCEL;
	scene.choice.policy = POLICY_CHOSEN;
	EXPECT(&scene, 10 + STATE_ACTIVE, 10 + STATE_FASTPATH);
	assert_int_equal(scene.plan.spared[SPARE_USELESS], 3);
	assert_int_equal(scene.plan.spared[SPARE_STATE], 2);
	assert_int_equal(scene.plan.spared[SPARE_STARTING], 1);
	assert_int_equal(scene.plan.slots, 0);
	assert_true(scene.plan.after == scene.plan.before);
	scene.choice.policy = POLICY_IDLE;
	EXPECT_NONE(&scene);
	assert_int_equal(scene.plan.spared[SPARE_USELESS], 1);
	scene_clear(&scene);
}

/* Whom our role may not signal takes nobody's place, and frees nothing; one that is named is tried.
 */
static void
test_barred(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < 3; i++)
		scene_add(&scene, 1 + i, "sup", STATE_IDLE, 900 - i)->superuser = true;
	for (int i = 0; i < 4; i++)
		scene_add(&scene, 11 + i, "web", STATE_IDLE, 100 - i)->foreign = true;
	scene_add(&scene, 21, "our", STATE_IDLE, 50);
	scene.choice.policy = POLICY_IDLE;
	scene.choice.most = 2;
	scene.snap->signal_right = SIGNAL_ALL;
	EXPECT(&scene, 1, 2);
	scene.snap->signal_right = SIGNAL_OTHERS;
	EXPECT(&scene, 11, 12);
	assert_int_equal(scene.plan.spared[SPARE_ROLE], 3);
	assert_int_equal(scene.plan.spared[SPARE_MOST], 3);
	scene.choice.most = 0;
	scene.choice.until = 89.0 / 97;
	EXPECT(&scene, 11, 12);
	scene.choice.until = 0;
	scene.choice.keep = 2;
	EXPECT(&scene, 11, 12);
	scene.choice.keep = 0;
	scene.snap->signal_right = SIGNAL_OWN;
	EXPECT(&scene, 21);
	expect_spared(&scene, SPARE_ROLE, 7);
	scene.snap->signal_right = SIGNAL_UNKNOWN; /* not asked yet */
	EXPECT(&scene, 1, 2, 3, 11, 12, 13, 14, 21);
	scene.snap->via = VIA_PROC;
	EXPECT_NONE(&scene);
	expect_spared(&scene, SPARE_ACCOUNT, 8);
	scene.choice.named = true;
	scene.choice.policy = POLICY_CHOSEN;
	scene.shown = (const int32_t[]){ 2, 0 };
	EXPECT(&scene, 2);
	assert_int_equal(scene.plan.slots, 0);
	assert_true(scene.plan.after == scene.plan.before);
	scene_clear(&scene);
}

/* The age that would reach somebody; whom it would not does not count. */
static void
test_young(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene_add(&scene, 1, "etl", STATE_IDLE, 200);
	scene_add(&scene, 2, "web", STATE_IDLE, 124);
	scene_add(&scene, 3, "web", STATE_IDLE, 60);
	scene_add(&scene, 4, "web", STATE_ACTIVE, 250);
	scene.choice.policy = POLICY_IDLE;
	scene.choice.age_us = SECONDS(300);
	EXPECT_NONE(&scene);
	assert_true(scene.plan.young_us == SECONDS(124));
	assert_int_equal(scene.plan.spared_count, 0);
	scene.choice.policy = POLICY_IDLE_IN_TRANSACTION;
	EXPECT_NONE(&scene);
	assert_true(scene.plan.young_us == TIME_UNKNOWN);
	scene_clear(&scene);
}

static void
test_within(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	add_states(&scene);
	scene.shown = (const int32_t[]){ 10, 12, 17, 0 };
	EXPECT(&scene, 10, 12);
	expect_spared(&scene, SPARE_STATE, 1); /* whom the filter hides is not even spared */
	scene.shown = (const int32_t[]){ 0 };
	EXPECT_NONE(&scene);
	assert_int_equal(scene.plan.spared_count, 0);
	assert_int_equal(scene.plan.group_count, 0);
	scene_clear(&scene);
}

static void
test_tables(void **state)
{
	(void)state;
	for (int i = 0; i < POLICY_COUNT; i++) {
		const struct policy_row *row = policy_row((enum policy)i);

		assert_true(row->name[0] != '\0' && row->title[0] != '\0');
		assert_int_equal(row->aged, i == POLICY_IDLE || i == POLICY_IDLE_IN_TRANSACTION);
	}
	for (int i = SPARE_OWN; i < SPARE_COUNT; i++)
		assert_true(spare_name((enum spare)i)[0] != '\0');
	assert_string_equal(action_row(ACTION_CANCEL)->name, "cancel");
	assert_string_equal(action_row(ACTION_TERMINATE)->name, "terminate");
	assert_true(action_row(ACTION_TERMINATE)->frees && !action_row(ACTION_CANCEL)->frees);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		assert_true(outcome_name((enum outcome)i)[0] != '\0');
		assert_true(outcome_help((enum outcome)i)[0] != '\0');
	}
	assert_int_equal(outcome_parse("signalled"), OUTCOME_SIGNALLED);
	assert_int_equal(outcome_parse("gone"), OUTCOME_GONE);
	assert_int_equal(outcome_parse("changed"), OUTCOME_CHANGED);
	assert_int_equal(outcome_parse("reused"), OUTCOME_REUSED);
	assert_int_equal(outcome_parse("denied"), OUTCOME_DENIED);
	/* Only we can know these: a server that says so makes no sense. */
	assert_int_equal(outcome_parse("ended"), OUTCOME_FAILED);
	assert_int_equal(outcome_parse("not tried"), OUTCOME_FAILED);
	assert_int_equal(outcome_parse(""), OUTCOME_FAILED);
	assert_int_equal(outcome_parse(NULL), OUTCOME_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_useless),
		cmocka_unit_test(test_barred),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
