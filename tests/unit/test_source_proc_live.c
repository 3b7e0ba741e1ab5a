/* SPDX-License-Identifier: PostgreSQL */
/*
 * Looking at processes and signalling them, with real ones: this program is
 * the server, its children show the titles they are given and obey signals.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/snapshot.h"
#include "source/proc_about.h"
#include "source/proc_act.h"
#include "source/proc_fs.h"
#include "source/proc_sample.h"
#include "source/proc_scan.h"
#include "test_source_children.h"

#define MOST 8
#define WALL_US INT64_C(1800000000000000)

struct scene {
	struct proc_scan scan;
	struct proc_about about;
	struct snapshot *snap;
	struct buf note;
	pid_t children[MOST];
	size_t count;
	int64_t mono_us;
};

static pid_t
start(struct scene *scene, const char *title)
{
	pid_t pid = child_start(title, 0);

	assert_true(pid > 0 && scene->count < MOST);
	scene->children[scene->count++] = pid;
	return pid;
}

/* How a child ended: the signal. */
static int
end_of(struct scene *scene, pid_t pid)
{
	int number = child_end(pid);

	for (size_t i = 0; i < scene->count; i++)
		if (scene->children[i] == pid)
			scene->children[i] = 0;
	return number;
}

static void
look(struct scene *scene)
{
	scene->mono_us += 1000000;
	assert_true(proc_scan_look(&scene->scan, scene->mono_us, WALL_US + scene->mono_us));
	snapshot_reset(scene->snap);
	proc_sample_fill(scene->snap, &scene->scan, &scene->about);
}

static const struct session *
session_of(const struct scene *scene, pid_t pid)
{
	return snapshot_find_pid(scene->snap, pid);
}

/* Sends a signal and waits until the child has dealt with it. */
static void
poke(struct scene *scene, pid_t pid, int number)
{
	struct proc_child before, now;
	int tries = 0;

	child_wait(pid);
	assert_true(proc_scan_recheck(&scene->scan, pid, &before));
	assert_int_equal(kill(pid, number), 0);
	do
		assert_true(proc_scan_recheck(&scene->scan, pid, &now));
	while (now.run.cpu_ns == before.run.cpu_ns && ++tries < 1000000);
	child_wait(pid);
}

static struct target
target_of(const struct scene *scene, pid_t pid)
{
	const struct session *session = session_of(scene, pid);

	assert_non_null(session);
	return (struct target){
		.id = session->id,
		.state = session->state,
		.state_change_us = session->state_change_us,
	};
}

static enum outcome
act(struct scene *scene, enum action action, const struct target *target)
{
	return proc_act(&scene->scan, action, target, &scene->note);
}

static int
set_up(void **state)
{
	static struct scene scene;
	struct proc_server server = { .pid = getpid(), .title_most = SIZE_MAX };
	struct proc_stat stat;

	scene = (struct scene){ .snap = snapshot_new(), .mono_us = 1 };
	scene.about.max_connections = 20;
	assert_true(proc_fs_stat(getpid(), &stat, &scene.note));
	server.start_ticks = stat.start_ticks;
	proc_scan_init(&scene.scan, &server);
	start(&scene, PROGRAM "checkpointer ");
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < scene->count; i++)
		if (scene->children[i] > 0) {
			kill(scene->children[i], SIGKILL);
			waitpid(scene->children[i], NULL, 0);
		}
	proc_scan_clear(&scene->scan);
	snapshot_free(scene->snap);
	buf_clear(&scene->note);
	return 0;
}

static void
test_look(void **state)
{
	struct scene *scene = *state;
	pid_t idle = start(scene, IDLE), silent = start(scene, SERVER);
	/* The children handle no signal as a walsender would. */
	pid_t named = start(scene, PROGRAM "walsender shop [local] idle");
	const struct session *session;
	int64_t since_us;

	child_wait(idle);
	look(scene);
	assert_int_equal(scene->snap->session_count, 4);
	session = session_of(scene, idle);
	assert_int_equal(session->kind, KIND_CLIENT);
	assert_true(session->slot);
	assert_string_equal(session->user, "app");
	assert_true(session->cpu < 0);
	since_us = session->state_change_us;
	assert_true(since_us >= session->id.start_us && since_us <= WALL_US + scene->mono_us);
	session = session_of(scene, silent);
	assert_int_equal(session->kind, KIND_HIDDEN);
	assert_false(session->slot);
	assert_int_equal(proc_sample_silent(scene->snap), 1);
	session = session_of(scene, named);
	assert_int_equal(session->kind, KIND_CLIENT);
	assert_string_equal(session->user, "walsender");
	assert_int_equal(session_of(scene, scene->children[0])->kind, KIND_WORKER);
	/* It rests, works, and ends. */
	look(scene);
	assert_true(session_of(scene, idle)->state_change_us == since_us);
	assert_true(session_of(scene, idle)->cpu == 0);
	poke(scene, idle, SIGUSR1);
	look(scene);
	session = session_of(scene, idle);
	assert_int_equal(session->state, STATE_ACTIVE);
	assert_true(session->state_change_us == TIME_UNKNOWN); /* it ran since */
	assert_true(session->cpu > 0);
	look(scene);
	assert_true(session_of(scene, idle)->state_change_us > since_us);
	kill(idle, SIGKILL);
	end_of(scene, idle);
	look(scene);
	assert_null(session_of(scene, idle));
	assert_int_equal(scene->snap->session_count, 3);
}

static void
test_signals(void **state)
{
	struct scene *scene = *state;
	pid_t ended = start(scene, IDLE), cancelled = start(scene, BIND);
	struct target target;

	child_wait(ended);
	child_wait(cancelled);
	look(scene);
	target = target_of(scene, ended);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_SIGNALLED);
	assert_int_equal(end_of(scene, ended), SIGTERM);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_GONE);
	target = target_of(scene, cancelled);
	assert_int_equal(act(scene, ACTION_CANCEL, &target), OUTCOME_SIGNALLED);
	assert_int_equal(end_of(scene, cancelled), SIGINT);
}

static void
test_changed(void **state)
{
	struct scene *scene = *state;
	pid_t other = start(scene, IDLE), same = start(scene, IDLE);
	struct target target;

	child_wait(other);
	child_wait(same);
	look(scene);
	poke(scene, other, SIGUSR1);
	target = target_of(scene, other);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	assert_true(child_lives(other));
	target.state = STATE_IDLE;
	target.state_change_us = TIME_UNKNOWN; /* as of one that always works */
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	assert_true(child_lives(other));
	/* Idle as it was, but it has done something meanwhile; and so also by a newer look. */
	poke(scene, same, SIGUSR2);
	target = target_of(scene, same);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	look(scene);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	assert_true(child_lives(same));
	target = target_of(scene, same);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_SIGNALLED);
	assert_int_equal(end_of(scene, same), SIGTERM);
}

static void
test_never(void **state)
{
	struct scene *scene = *state;
	pid_t sender = start(scene, PROGRAM "walsender rep [local] streaming 0/1");
	pid_t silent = start(scene, SERVER);
	pid_t idle;
	struct target target;

	look(scene);
	for (size_t i = 0; i < scene->count; i++) {
		target = target_of(scene, scene->children[i]);
		assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
		assert_true(child_lives(scene->children[i]));
	}
	assert_true(sender > 0 && silent > 0);
	idle = start(scene, IDLE);
	child_wait(idle);
	look(scene);
	/* One with such a title and such a start, but of another parent. */
	target = target_of(scene, idle);
	scene->scan.server.pid = getppid();
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_REUSED);
	assert_true(child_lives(idle));
	scene->scan.server.pid = getpid();
	target.id.pid = getpid();
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	target.id.pid = getppid();
	assert_int_not_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_SIGNALLED);
	target.id.pid = 0;
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
	target.id.pid = -1;
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_CHANGED);
}

/* The state is unknown and stays so: whoever names that session knows what he does. */
static void
test_titles_off(void **state)
{
	struct scene *scene = *state;
	pid_t pid = start(scene, PROGRAM "app shop [local] ");
	struct target target;

	look(scene);
	target = target_of(scene, pid);
	assert_int_equal(target.state, STATE_UNKNOWN);
	poke(scene, pid, SIGUSR2);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_SIGNALLED);
	assert_int_equal(end_of(scene, pid), SIGTERM);
}

static void
test_gone(void **state)
{
	struct scene *scene = *state;
	pid_t pid = start(scene, IDLE);
	struct target target;
	struct proc_stat stat = { 0 };

	look(scene);
	target = target_of(scene, pid);
	kill(pid, SIGKILL);
	for (int i = 0; i < 1000000 && stat.state != 'Z'; i++)
		assert_true(proc_fs_stat(pid, &stat, &scene->note));
	/* It has ended, but nobody has fetched its status. */
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_GONE);
	look(scene);
	assert_null(session_of(scene, pid));
	end_of(scene, pid);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_GONE);
}

/* More than there are slots: whoever came last while logging in is being refused. */
static void
test_refused(void **state)
{
	struct scene *scene = *state;
	pid_t pids[4];

	for (int i = 0; i < 4; i++)
		pids[i] = start(scene, i < 2 ? IDLE : PROGRAM "app shop [local] startup");
	scene->about.max_connections = 3;
	look(scene);
	assert_true(session_of(scene, pids[0])->slot && session_of(scene, pids[1])->slot);
	assert_int_equal(session_of(scene, pids[2])->slot + session_of(scene, pids[3])->slot, 1);
	scene->about.max_connections = 1;
	look(scene);
	assert_true(session_of(scene, pids[0])->slot && session_of(scene, pids[1])->slot);
	assert_false(session_of(scene, pids[2])->slot || session_of(scene, pids[3])->slot);
}

static int64_t
ns_of(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

static void
test_reused(void **state)
{
	struct scene *scene = *state;
	pid_t pid = start(scene, IDLE), again;
	struct target target, shifted;
	struct timespec now;
	int64_t until_ns;

	child_wait(pid);
	look(scene);
	target = shifted = target_of(scene, pid);
	shifted.id.start_us -= 1000000 / scene->scan.ticks;
	assert_int_equal(act(scene, ACTION_TERMINATE, &shifted), OUTCOME_REUSED);
	assert_true(child_lives(pid));
	kill(pid, SIGKILL);
	end_of(scene, pid);
	/* Later by a clock tick at least. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	until_ns = ns_of(&now) + 2 * 1000000000 / scene->scan.ticks;
	while (ns_of(&now) < until_ns)
		clock_gettime(CLOCK_MONOTONIC, &now);
	again = child_start(IDLE, pid);
	if (again < 0) {
		print_message("no process with a pid of choice: %s\n", strerror(errno));
		return;
	}
	scene->children[scene->count++] = again;
	assert_int_equal(again, pid);
	look(scene);
	assert_int_equal(act(scene, ACTION_TERMINATE, &target), OUTCOME_REUSED);
	assert_true(child_lives(pid));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_never, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_titles_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reused, set_up, tear_down),
	};
	const struct CMUnitTest looking[] = {
		cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
	};

	(void)argc;
	if (child_run(argv[0]))
		return 1;
	if (!child_has_pidfd())
		return cmocka_run_group_tests_name("source/proc look", looking, NULL, NULL);
	return cmocka_run_group_tests_name("source/proc live", tests, NULL, NULL);
}
