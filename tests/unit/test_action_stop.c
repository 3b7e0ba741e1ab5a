/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of a job that is stopped, in each of its states.
 */
#include "test_action_steps.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Before the first one: nothing was tried, lost or not. */
static void
test_stop_fetching(void **state)
{
	struct act act;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		ask(&act, TARGETS);
		job_confirm(&act.job);
		job_stop(&act.job, "the log cannot be written", lost == 1);
		check(&act, JOB_DONE);
		assert_int_equal(act.job.outcomes[OUTCOME_NOT_TRIED], TARGETS);
		assert_true(act.job.stopped);
		assert_string_equal(act.job.why, "the log cannot be written");
		assert_null(job_send(&act.job));
		act_clear(&act);
	}
}

/* Between two targets, with and without a signal sent before. */
static void
test_stop_between(void **state)
{
	struct act act;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		start(&act, TARGETS);
		turn(&act, OUTCOME_CHANGED, JOB_RUNNING);
		job_stop(&act.job, "by you", lost == 1);
		check(&act, JOB_DONE);
		assert_int_equal(act.job.outcomes[OUTCOME_CHANGED], 1);
		assert_int_equal(act.job.outcomes[OUTCOME_NOT_TRIED], TARGETS - 1);
		assert_int_equal(job_progress(&act.job), 1);
		act_clear(&act);
		start(&act, TARGETS);
		turn(&act, OUTCOME_SIGNALLED, JOB_RUNNING);
		job_stop(&act.job, "by you", lost == 1);
		check(&act, JOB_WATCHING);
		assert_int_equal(act.job.outcomes[OUTCOME_SIGNALLED], 1);
		assert_int_equal(act.job.outcomes[OUTCOME_NOT_TRIED], TARGETS - 1);
		assert_null(job_send(&act.job));
		act_clear(&act);
	}
}

/* One is under way: its answer counts, unless the connection is lost. */
static void
test_stop_under_way(void **state)
{
	struct act act;

	(void)state;
	start(&act, TARGETS);
	job_send(&act.job);
	job_stop(&act.job, "by you", false);
	check(&act, JOB_RUNNING);
	assert_int_equal(act.job.outcomes[OUTCOME_SENT], 1);
	assert_null(job_send(&act.job));
	job_outcome(&act.job, OUTCOME_SIGNALLED, NULL, MONO_US);
	check(&act, JOB_WATCHING);
	act_clear(&act);
	start(&act, TARGETS);
	job_send(&act.job);
	job_stop(&act.job, "lost", true);
	check(&act, JOB_DONE);
	assert_int_equal(act.job.outcomes[OUTCOME_UNKNOWN], 1);
	assert_int_equal(act.job.outcomes[OUTCOME_NOT_TRIED], TARGETS - 1);
	job_outcome(&act.job, OUTCOME_SIGNALLED, NULL, MONO_US); /* too late */
	check(&act, JOB_DONE);
	assert_int_equal(act.job.outcomes[OUTCOME_SIGNALLED], 0);
	act_clear(&act);
	/* Stopped by the user, and then the connection breaks as well. */
	start(&act, TARGETS);
	turn(&act, OUTCOME_SIGNALLED, JOB_RUNNING);
	job_send(&act.job);
	job_stop(&act.job, "by you", false);
	job_stop(&act.job, "lost", true);
	check(&act, JOB_WATCHING);
	assert_int_equal(act.job.outcomes[OUTCOME_UNKNOWN], 1);
	act_clear(&act);
}

/* Where there is nothing to stop. */
static void
test_stop_else(void **state)
{
	struct act act;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		ask(&act, 1);
		job_stop(&act.job, "by you", lost == 1);
		check(&act, JOB_ASKED);
		job_confirm(&act.job);
		job_run(&act.job);
		turn(&act, OUTCOME_SIGNALLED, JOB_WATCHING);
		job_stop(&act.job, "by you", lost == 1);
		check(&act, JOB_WATCHING); /* the signal is out: it is still to be seen */
		assert_false(act.job.stopped);
		act_clear(&act);
		job_stop(&act.job, "by you", lost == 1);
		check(&act, JOB_NONE);
	}
}

static enum spare
spare_second(const void *context, const struct job *job, const struct session *session)
{
	(void)context;
	(void)job;
	return session->id.pid == 2 ? SPARE_PROTECTED : SPARE_NONE;
}

/* Another way shows who is to be left alone, by how many the job has fewer to try, and that our
 * role may not signal the last one. */
static size_t
see_by_sql(struct act *act)
{
	act->job.via = VIA_PROC;
	act->scene.snap->via = VIA_CLIENT;
	act->scene.snap->signal_right = SIGNAL_OTHERS;
	act->scene.snap->sessions[act->scene.snap->session_count - 1].superuser = true;
	assert_true(job_hand_over(&act->job, act->scene.snap));
	assert_false(job_hand_over(&act->job, act->scene.snap));
	return job_spare(&act->job, act->scene.snap, spare_second, NULL);
}

/* Whoever is to be left alone after all leaves a question, and has no turn in what runs. */
static void
test_spare(void **state)
{
	struct act act;

	(void)state;
	ask(&act, 3);
	assert_int_equal(see_by_sql(&act), 1);
	check(&act, JOB_ASKED);
	assert_int_equal(act.job.count, 2);
	assert_int_equal(act.job.targets[1].id.pid, 3);
	assert_false(act.job.targets[0].barred);
	assert_true(act.job.targets[1].barred);
	act_clear(&act);
	start(&act, 3);
	for (int i = 0; i < 3; i++)
		act.job.targets[i].via = VIA_PROC;
	turn(&act, OUTCOME_SIGNALLED, JOB_RUNNING);
	assert_int_equal(see_by_sql(&act), 1);
	assert_int_equal(act.job.targets[1].outcome, OUTCOME_NOT_TRIED);
	assert_string_equal(act.job.targets[1].note, "protected");
	assert_int_equal(act.job.targets[0].via, VIA_PROC);
	assert_int_equal(act.job.targets[2].via, VIA_CLIENT);
	assert_int_equal(job_send(&act.job)->id.pid, 3);
	job_outcome(&act.job, OUTCOME_SIGNALLED, NULL, MONO_US);
	assert_null(job_send(&act.job));
	check(&act, JOB_WATCHING);
	act_clear(&act);
}

/* All that waited is to be left alone; who is under way is past that. */
static void
test_spare_last(void **state)
{
	struct act act;

	(void)state;
	start(&act, 2);
	turn(&act, OUTCOME_GONE, JOB_RUNNING);
	see_by_sql(&act);
	check(&act, JOB_DONE);
	act_clear(&act);
	start(&act, 2);
	turn(&act, OUTCOME_GONE, JOB_RUNNING);
	assert_int_equal(job_send(&act.job)->id.pid, 2);
	assert_int_equal(see_by_sql(&act), 0);
	check(&act, JOB_RUNNING);
	act_clear(&act);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop_fetching),
		cmocka_unit_test(test_stop_between),
		cmocka_unit_test(test_stop_under_way),
		cmocka_unit_test(test_stop_else),
		cmocka_unit_test(test_spare),
		cmocka_unit_test(test_spare_last),
	};

	return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
