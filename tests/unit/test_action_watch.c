/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of a job that watches: which of the signalled sessions are gone.
 */
#include "action/job.h"
#include "test_action_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct watch {
	struct scene scene;
	struct job job;
};

/* Sessions with the pids 1 to count, each of them signalled at MONO_US. */
static void
watch_start(struct watch *watch, enum action action, int count)
{
	enum session_state state = action == ACTION_CANCEL ? STATE_ACTIVE : STATE_IDLE;

	memset(&watch->job, 0, sizeof(watch->job));
	scene_init(&watch->scene);
	watch->scene.choice.action = action;
	for (int i = 0; i < count; i++)
		scene_add(&watch->scene, 1 + i, "web", state, 60 - i);
	scene_plan(&watch->scene);
	job_start(&watch->job, &watch->scene.choice, &watch->scene.plan, watch->scene.snap);
	job_confirm(&watch->job);
	job_run(&watch->job);
	for (int i = 0; i < count; i++) {
		job_send(&watch->job);
		job_outcome(&watch->job, OUTCOME_SIGNALLED, NULL, MONO_US);
	}
	assert_int_equal(watch->job.state, JOB_WATCHING);
}

static void
watch_clear(struct watch *watch)
{
	job_clear(&watch->job);
	scene_clear(&watch->scene);
}

/* A sample so long after the signals, that took 1 ms. */
static void
look(struct watch *watch, int64_t after_us)
{
	int sum = 0;

	watch->scene.snap->mono_us = MONO_US + after_us;
	watch->scene.snap->took_us = 1000;
	snapshot_finish(watch->scene.snap);
	job_watch(&watch->job, watch->scene.snap);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		assert_true(watch->job.outcomes[i] >= 0);
		sum += watch->job.outcomes[i];
	}
	assert_int_equal(sum, watch->job.count);
}

/* The session ends. */
static void
end(struct watch *watch, int32_t pid)
{
	for (size_t i = 0; i < watch->scene.snap->session_count; i++)
		if (watch->scene.snap->sessions[i].id.pid == pid)
			watch->scene.snap->sessions[i] =
			    watch->scene.snap->sessions[--watch->scene.snap->session_count];
}

static void
test_ended(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 3);
	end(&watch, 2);
	look(&watch, 5000);
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 2);
	assert_int_equal(watch.job.state, JOB_WATCHING);
	end(&watch, 1);
	end(&watch, 3);
	look(&watch, 9000);
	assert_int_equal(watch.job.outcomes[OUTCOME_ENDED], 3);
	assert_int_equal(watch.job.state, JOB_DONE);
	job_drop(&watch.job);
	look(&watch, 10000); /* nobody is watched any more */
	assert_int_equal(watch.job.state, JOB_NONE);
	watch_clear(&watch);
}

/* What was asked for before the signal went out cannot tell. */
static void
test_old_sample(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 1);
	end(&watch, 1);
	look(&watch, -1);
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 1);
	look(&watch, 999); /* answered after it, but asked for before */
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 1);
	assert_int_equal(watch.job.state, JOB_WATCHING);
	look(&watch, 1000);
	assert_int_equal(watch.job.outcomes[OUTCOME_ENDED], 1);
	assert_int_equal(watch.job.state, JOB_DONE);
	watch_clear(&watch);
}

/* Another session with its pid is another session. */
static void
test_pid_again(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 1);
	watch.scene.snap->sessions[0].id.start_us += 1;
	look(&watch, 5000);
	assert_int_equal(watch.job.outcomes[OUTCOME_ENDED], 1);
	watch_clear(&watch);
}

/* A session that was terminated is there as long as it is, whatever it does. */
static void
test_busy_end(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 1);
	watch.scene.snap->sessions[0].state = STATE_ACTIVE;
	watch.scene.snap->sessions[0].state_change_us += SECONDS(60);
	look(&watch, 5000);
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 1);
	watch_clear(&watch);
}

static void
test_still_there(void **state)
{
	struct watch watch;
	char event[] = "DataFileRead";

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 2);
	end(&watch, 2);
	watch.scene.snap->sessions[0].wait_event = event;
	look(&watch, JOB_STILL_US - 1);
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 1);
	assert_int_equal(watch.job.state, JOB_WATCHING);
	look(&watch, JOB_STILL_US);
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_STILL_THERE);
	memset(event, 'x', sizeof(event) - 1);
	assert_string_equal(watch.job.targets[0].note, "DataFileRead");
	assert_int_equal(watch.job.state, JOB_DONE);
	watch_clear(&watch);
}

/* While there is another one to wait for, it may go after all. */
static void
test_still_there_then_ended(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 2);
	watch.job.targets[1].signalled_us += SECONDS(1);
	look(&watch, JOB_STILL_US);
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_STILL_THERE);
	assert_null(watch.job.targets[0].note); /* it waits for nothing */
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_SIGNALLED);
	assert_int_equal(watch.job.state, JOB_WATCHING);
	watch.scene.snap->sessions[0].wait_event = "ClientRead";
	look(&watch, JOB_STILL_US + 1);
	assert_string_equal(watch.job.targets[0].note, "ClientRead");
	end(&watch, 1);
	look(&watch, JOB_STILL_US + SECONDS(1));
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_ENDED);
	assert_null(watch.job.targets[0].note);
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_STILL_THERE);
	assert_int_equal(watch.job.state, JOB_DONE);
	watch_clear(&watch);
}

/* A query was cancelled when its session does anything else, or nothing more. */
static void
test_cancelled(void **state)
{
	struct watch watch;
	struct session *sessions;

	(void)state;
	watch_start(&watch, ACTION_CANCEL, 5);
	sessions = watch.scene.snap->sessions;
	sessions[0].state = STATE_IDLE;
	sessions[0].state_change_us += SECONDS(60);
	sessions[1].state_change_us += 1; /* the next query */
	sessions[4].state = STATE_IDLE;   /* in no time */
	look(&watch, 5000);
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.targets[4].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.outcomes[OUTCOME_SIGNALLED], 2);
	sessions[3].wait_event = "PgSleep";
	end(&watch, 3);
	look(&watch, JOB_STILL_US);
	assert_int_equal(watch.job.targets[2].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.targets[3].outcome, OUTCOME_STILL_THERE);
	assert_string_equal(watch.job.targets[3].note, "PgSleep");
	assert_int_equal(watch.job.state, JOB_DONE);
	watch_clear(&watch);
}

/* Only what was signalled is watched: the others keep what became of them. */
static void
test_others(void **state)
{
	struct watch watch;

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 3);
	job_clear(&watch.job);
	job_start(&watch.job, &watch.scene.choice, &watch.scene.plan, watch.scene.snap);
	job_confirm(&watch.job);
	look(&watch, 0);
	job_run(&watch.job);
	job_send(&watch.job);
	job_outcome(&watch.job, OUTCOME_SIGNALLED, NULL, MONO_US);
	job_send(&watch.job);
	job_outcome(&watch.job, OUTCOME_DENIED, "superuser", MONO_US);
	job_send(&watch.job);
	end(&watch, 1);
	end(&watch, 2);
	end(&watch, 3);
	look(&watch, 5000);
	assert_int_equal(watch.job.state, JOB_RUNNING);
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_DENIED);
	assert_string_equal(watch.job.targets[1].note, "superuser");
	assert_int_equal(watch.job.targets[2].outcome, OUTCOME_SENT);
	job_outcome(&watch.job, OUTCOME_GONE, NULL, MONO_US + 6000);
	assert_int_equal(watch.job.state, JOB_DONE); /* the first one was seen to end already */
	watch_clear(&watch);
}

/* The server's own starts of a session and its state come a moment after those by /proc. */
static void
see_by_sql(struct watch *watch)
{
	watch->scene.snap->via = VIA_CLIENT;
	for (size_t i = 0; i < watch->scene.snap->session_count; i++)
		watch->scene.snap->sessions[i].id.start_us += 17123;
}

/* What was signalled by /proc is watched by SQL: who is there is still there. */
static void
test_hand_over(void **state)
{
	struct watch watch = { .scene = { 0 } };

	(void)state;
	watch_start(&watch, ACTION_TERMINATE, 3);
	watch.job.via = VIA_PROC;
	see_by_sql(&watch);
	watch.scene.snap->sessions[1].kind = KIND_CLIENT;
	watch.scene.snap->sessions[1].id.start_us += SECONDS(2); /* its pid is another's */
	job_hand_over(&watch.job, watch.scene.snap);
	look(&watch, SECONDS(3));
	assert_int_equal(watch.job.targets[0].outcome, OUTCOME_STILL_THERE);
	assert_int_equal(watch.job.targets[1].outcome, OUTCOME_ENDED);
	assert_int_equal(watch.job.targets[2].outcome, OUTCOME_STILL_THERE);
	watch_clear(&watch);
}

/* Before the answer: the guard gets what SQL says, but of who has not moved. */
static void
test_hand_over_asked(void **state)
{
	struct watch watch = { .scene = { 0 } };
	struct session *sessions;
	struct target *targets;

	(void)state;
	scene_init(&watch.scene);
	watch.scene.snap->via = VIA_PROC;
	watch.scene.snap->signal_right = SIGNAL_ALL;
	for (int i = 0; i < 5; i++)
		scene_add(&watch.scene, 1 + i, "web", i < 4 ? STATE_IDLE : STATE_ACTIVE, 60 - i);
	scene_plan(&watch.scene);
	job_start(&watch.job, &watch.scene.choice, &watch.scene.plan, watch.scene.snap);
	targets = watch.job.targets;
	targets[4].state_change_us = TIME_UNKNOWN; /* it ran */
	see_by_sql(&watch);
	sessions = watch.scene.snap->sessions;
	for (int i = 0; i < 5; i++)
		sessions[i].state_change_us += 20000;
	sessions[1].state_change_us += SECONDS(1);
	sessions[2].state = STATE_ACTIVE;
	sessions[3].id.start_us = TIME_UNKNOWN; /* our role may not see it */
	job_hand_over(&watch.job, watch.scene.snap);
	for (int i = 0; i < 5; i++)
		assert_int_equal(identity_compare(&targets[i].id, &sessions[i].id), 0);
	assert_true(targets[0].state_change_us == sessions[0].state_change_us);
	assert_true(targets[1].state_change_us != sessions[1].state_change_us);
	assert_true(targets[2].state_change_us != sessions[2].state_change_us);
	assert_int_equal(targets[2].state, STATE_IDLE);
	assert_true(targets[4].state_change_us == sessions[4].state_change_us);
	/* Once is enough. */
	sessions[0].id.start_us += 1;
	job_hand_over(&watch.job, watch.scene.snap);
	assert_true(targets[0].id.start_us != sessions[0].id.start_us);
	watch_clear(&watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_old_sample),
		cmocka_unit_test(test_pid_again),
		cmocka_unit_test(test_busy_end),
		cmocka_unit_test(test_still_there),
		cmocka_unit_test(test_still_there_then_ended),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_hand_over_asked),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
