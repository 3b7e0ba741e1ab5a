/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of a job: from the question to the end.
 */
#include "test_action_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
test_life(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_GONE, OUTCOME_CHANGED, OUTCOME_REUSED,
		OUTCOME_DENIED, OUTCOME_FAILED };
	struct act act;

	(void)state;
	start(&act, COUNT_OF(outcomes));
	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		assert_int_equal(job_progress(&act.job), i);
		assert_int_equal(act.job.targets[i].id.pid, i + 1);
		turn(&act, outcomes[i], i + 1 < COUNT_OF(outcomes) ? JOB_RUNNING : JOB_DONE);
	}
	assert_null(job_send(&act.job));
	assert_false(act.job.stopped);
	assert_null(act.job.why);
	job_drop(&act.job);
	check(&act, JOB_NONE);
	assert_int_equal(act.job.count, 0);
	act_clear(&act);
}

/* With a signal sent there is something left to watch, wherever in the row it was. */
static void
test_watching(void **state)
{
	struct act act;

	(void)state;
	start(&act, 2);
	turn(&act, OUTCOME_SIGNALLED, JOB_RUNNING);
	assert_int_equal(act.job.targets[0].signalled_us, MONO_US);
	turn(&act, OUTCOME_GONE, JOB_WATCHING);
	assert_true(act.job.targets[1].signalled_us == TIME_UNKNOWN);
	act_clear(&act);
	start(&act, 1);
	turn(&act, OUTCOME_SIGNALLED, JOB_WATCHING);
	act_clear(&act);
}

static void
test_one_at_a_time(void **state)
{
	struct act act;

	(void)state;
	ask(&act, 2);
	assert_null(job_send(&act.job));
	job_confirm(&act.job);
	assert_null(job_send(&act.job)); /* not before the log has them */
	job_run(&act.job);
	assert_non_null(job_send(&act.job));
	assert_null(job_send(&act.job));
	assert_int_equal(job_progress(&act.job), 0);
	check(&act, JOB_RUNNING);
	job_outcome(&act.job, OUTCOME_GONE, NULL, MONO_US);
	assert_int_equal(job_progress(&act.job), 1);
	job_outcome(&act.job, OUTCOME_DENIED, NULL, MONO_US); /* nobody was sent */
	assert_int_equal(act.job.outcomes[OUTCOME_DENIED], 0);
	check(&act, JOB_RUNNING);
	act_clear(&act);
}

static void
test_nobody(void **state)
{
	struct act act;

	(void)state;
	start(&act, 0);
	assert_null(job_send(&act.job));
	job_drop(&act.job);
	act_clear(&act);
}

/* The answer was no; and what comes next has nothing of it. */
static void
test_again(void **state)
{
	struct act act;
	size_t bytes;

	(void)state;
	ask(&act, TARGETS);
	job_drop(&act.job);
	check(&act, JOB_NONE);
	job_start(&act.job, &act.scene.choice, &act.scene.plan, act.scene.snap);
	check(&act, JOB_ASKED);
	job_confirm(&act.job);
	job_stop(&act.job, "enough", false);
	check(&act, JOB_DONE);
	bytes = act.job.arena.bytes;
	for (int i = 0; i < 2000; i++) { /* and takes no more memory */
		job_start(&act.job, &act.scene.choice, &act.scene.plan, act.scene.snap);
		job_confirm(&act.job);
		job_stop(&act.job, "enough", false);
	}
	assert_true(act.job.arena.bytes <= 2 * bytes);
	act.scene.choice.policy = POLICY_IDLE;
	act.scene.choice.action = ACTION_CANCEL;
	act.scene.plan.count = 1;
	act.scene.plan.before = 0.25;
	job_start(&act.job, &act.scene.choice, &act.scene.plan, act.scene.snap);
	check(&act, JOB_ASKED);
	assert_int_equal(act.job.count, 1);
	assert_int_equal(act.job.next, 0);
	assert_int_equal(act.job.action, ACTION_CANCEL);
	assert_int_equal(act.job.policy, POLICY_IDLE);
	assert_true(act.job.before == 0.25);
	assert_false(act.job.stopped);
	assert_null(act.job.why);
	act_clear(&act);
}

/* Nothing of a job is the sample's: that is used again while the job goes on. */
static void
test_copies(void **state)
{
	const struct target *target;
	struct session *session;
	struct act act;
	char note[] = "pg_monitor", why[] = "enough";

	(void)state;
	ask(&act, 1);
	session = scene_add(&act.scene, 2, NULL, STATE_ABORTED, 50);
	session->user = session->database = session->client = session->query = NULL;
	session->state_change_us = TIME_UNKNOWN;
	scene_plan(&act.scene);
	job_drop(&act.job);
	job_start(&act.job, &act.scene.choice, &act.scene.plan, act.scene.snap);
	snapshot_reset(act.scene.snap);
	memset(arena_alloc(&act.scene.snap->arena, 1, 20000), 'x', 20000);
	target = &act.job.targets[0];
	assert_int_equal(target->id.pid, 1);
	assert_int_equal(target->id.start_us, NOW_US - SECONDS(86400));
	assert_int_equal(target->state, STATE_IDLE);
	assert_int_equal(target->state_change_us, NOW_US - SECONDS(60));
	assert_int_equal(target->age_us, SECONDS(60));
	assert_string_equal(target->user, "app");
	assert_string_equal(target->database, "wall");
	assert_string_equal(target->application, "web");
	assert_string_equal(target->client, "10.0.0.5");
	assert_string_equal(target->query, "select 1");
	assert_null(target->note);
	target = &act.job.targets[1];
	assert_null(target->user);
	assert_null(target->database);
	assert_null(target->application);
	assert_null(target->client);
	assert_null(target->query);
	assert_true(target->age_us == TIME_UNKNOWN && target->state_change_us == TIME_UNKNOWN);
	job_confirm(&act.job);
	job_run(&act.job);
	job_send(&act.job);
	job_outcome(&act.job, OUTCOME_DENIED, note, MONO_US);
	job_stop(&act.job, why, false);
	memset(note, 'x', sizeof(note) - 1);
	memset(why, 'x', sizeof(why) - 1);
	assert_string_equal(act.job.targets[0].note, "pg_monitor");
	assert_string_equal(act.job.why, "enough");
	act_clear(&act);
}

static void
test_fetched(void **state)
{
	char query[] = "select 1 -- and much more";
	struct identity other = { 1, NOW_US };
	struct act act;

	(void)state;
	ask(&act, 3);
	job_confirm(&act.job);
	job_fetched(&act.job, &act.job.targets[1].id, query);
	job_fetched(&act.job, &act.job.targets[2].id, NULL); /* gone: what was seen stays */
	job_fetched(&act.job, &other, "select 3");           /* the pid of another one */
	memset(query, 'x', sizeof(query) - 1);
	assert_string_equal(act.job.targets[0].query, "select 1");
	assert_string_equal(act.job.targets[1].query, "select 1 -- and much more");
	assert_string_equal(act.job.targets[2].query, "select 1");
	check(&act, JOB_FETCHING);
	act_clear(&act);
}

static bool
is_changed(const struct target *target)
{
	return target->outcome == OUTCOME_CHANGED;
}

static bool
is_odd(const struct target *target)
{
	return target->id.pid % 2 == 1;
}

/* Some of them once more, in the state in which they were confirmed. */
static void
test_some_again(void **state)
{
	struct act act;
	struct job again = { 0 };

	(void)state;
	start(&act, TARGETS);
	turn(&act, OUTCOME_GONE, JOB_RUNNING);
	turn(&act, OUTCOME_CHANGED, JOB_RUNNING);
	job_send(&act.job);
	job_outcome(&act.job, OUTCOME_DENIED, "pg_signal_backend", MONO_US);
	turn(&act, OUTCOME_SIGNALLED, JOB_WATCHING);
	job_again(&again, &act.job, ACTION_CANCEL, is_odd);
	check(&act, JOB_WATCHING); /* the other one is left as it is */
	job_clear(&act.job);
	act.job = again;
	check(&act, JOB_ASKED);
	assert_int_equal(act.job.count, 2);
	assert_int_equal(act.job.action, ACTION_CANCEL);
	assert_int_equal(act.job.policy, POLICY_CHOSEN);
	assert_true(act.job.before == act.scene.plan.before);
	assert_int_equal(act.job.targets[0].id.pid, 1);
	assert_int_equal(act.job.targets[1].id.pid, 3);
	assert_int_equal(act.job.targets[1].state_change_us, NOW_US - SECONDS(58));
	assert_null(act.job.targets[1].note);
	assert_string_equal(act.job.targets[1].application, "web");
	assert_string_equal(act.job.targets[1].query, "select 1");
	job_confirm(&act.job);
	job_run(&act.job);
	turn(&act, OUTCOME_SIGNALLED, JOB_RUNNING);
	assert_true(act.job.targets[1].signalled_us == TIME_UNKNOWN);
	turn(&act, OUTCOME_CHANGED, JOB_WATCHING);
	act_clear(&act);
	start(&act, 1);
	turn(&act, OUTCOME_GONE, JOB_DONE);
	memset(&again, 0, sizeof(again));
	job_again(&again, &act.job, ACTION_TERMINATE, is_changed);
	assert_int_equal(again.count, 0);
	job_clear(&again);
	act_clear(&act);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_watching),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_some_again),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_fetched),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
