/* SPDX-License-Identifier: PostgreSQL */
/*
 * A job on a server made by hand, step by step.
 */
#include "test_action_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void
check(const struct act *act, enum job_state state)
{
	const struct job *job = &act->job;
	int counts[OUTCOME_COUNT] = { 0 }, had_turn = 0;

	assert_int_equal(job->state, state);
	for (size_t i = 0; i < job->count; i++) {
		counts[job->targets[i].outcome]++;
		had_turn += i < job->next && job->targets[i].outcome != OUTCOME_SENT;
	}
	for (int i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(job->outcomes[i], counts[i]);
	assert_int_equal(job_progress(job), had_turn);
	assert_int_equal(job_is_over(job), state == JOB_DONE || state == JOB_NONE);
}

void
ask(struct act *act, int count)
{
	memset(&act->job, 0, sizeof(act->job));
	scene_init(&act->scene);
	for (int i = 0; i < count; i++)
		scene_add(&act->scene, 1 + i, "web", STATE_IDLE, 60 - i);
	scene_plan(&act->scene);
	job_start(&act->job, &act->scene.choice, &act->scene.plan, act->scene.snap);
	check(act, JOB_ASKED);
}

void
start(struct act *act, int count)
{
	ask(act, count);
	job_confirm(&act->job);
	check(act, JOB_FETCHING);
	job_run(&act->job);
	check(act, count > 0 ? JOB_RUNNING : JOB_DONE);
}

void
turn(struct act *act, enum outcome outcome, enum job_state after)
{
	const struct target *target = job_send(&act->job);

	assert_non_null(target);
	assert_int_equal(target->outcome, OUTCOME_SENT);
	check(act, JOB_RUNNING);
	job_outcome(&act->job, outcome, NULL, MONO_US);
	assert_int_equal(target->outcome, outcome);
	check(act, after);
}

void
act_clear(struct act *act)
{
	job_clear(&act->job);
	check(act, JOB_NONE);
	scene_clear(&act->scene);
}
