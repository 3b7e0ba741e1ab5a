/* SPDX-License-Identifier: PostgreSQL */
/*
 * Measuring the memory of sessions: children of the test stand for a
 * server's, and what is not surely a session is left out.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/snapshot.h"
#include "source/proc_fs.h"
#include "source/proc_memory.h"
#include "source/proc_stat.h"

#define CHILDREN 10
#define SECOND INT64_C(1000000)

struct scene {
	struct snapshot *snap;
	pid_t pids[CHILDREN];
};

/* A process with that name, which waits for its end. */
static pid_t
start(const char *name, const int ends[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_NAME, name);
	if (write(ends[1], "", 1) == 1)
		for (;;)
			pause();
	_exit(1);
}

static int64_t
clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* When the kernel says that it started. */
static int64_t
started_us(pid_t pid)
{
	struct buf text = { 0 };
	struct proc_stat stat;

	assert_true(proc_fs_stat((int32_t)pid, &stat, &text));
	buf_clear(&text);
	return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME) +
	    (int64_t)stat.start_ticks * (SECOND / sysconf(_SC_CLK_TCK));
}

static int
set_up(void **state)
{
	static struct scene scene;
	struct buf text = { 0 };
	bool readable = proc_fs_read(0, "smaps_rollup", &text);
	int ends[2];
	char byte;

	buf_clear(&text);
	scene = (struct scene){ .snap = snapshot_new() };
	*state = &scene;
	if (!readable)
		return 0;
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < CHILDREN; i++) {
		struct session *session = snapshot_add(scene.snap);

		scene.pids[i] = start("postgres", ends);
		assert_true(scene.pids[i] > 0);
		assert_int_equal(read(ends[0], &byte, 1), 1);
		session->id =
		    (struct identity){ (int32_t)scene.pids[i], started_us(scene.pids[i]) };
		session->kind = KIND_CLIENT;
	}
	close(ends[0]);
	close(ends[1]);
	snapshot_finish(scene.snap);
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < CHILDREN; i++) {
		if (scene->pids[i] <= 0)
			continue;
		kill(scene->pids[i], SIGKILL);
		waitpid(scene->pids[i], NULL, 0);
	}
	snapshot_free(scene->snap);
	return 0;
}

/* Not skip() where there are none: prove takes that for a failure. */
static bool
has_children(const struct scene *scene)
{
	if (scene->snap->session_count > 0)
		return true;
	print_message("# skipped: this kernel does not tell what memory is whose\n");
	return false;
}

/* Looks until a round is over, a minute later than the last one. */
static void
look(struct proc_memory *memory, const struct snapshot *snap, int64_t *mono_us)
{
	*mono_us += 61 * SECOND;
	for (int i = 0; i < 100 && memory->due_us <= *mono_us; i++)
		proc_memory_look(memory, snap, *mono_us);
	assert_true(memory->due_us > *mono_us);
}

/* A few in each look, all of them in a round, and no look before its time. */
static void
test_rounds(void **state)
{
	struct scene *scene = *state;
	struct proc_memory memory = { 0 };
	int64_t mono_us = SECOND;

	if (!has_children(scene))
		return;
	proc_memory_look(&memory, scene->snap, mono_us);
	assert_in_range(memory.known.sessions, 1, CHILDREN - 1);
	look(&memory, scene->snap, &mono_us);
	assert_int_equal(memory.known.sessions, CHILDREN);
	assert_true(memory.known.most_bytes > 4096);
	assert_true(memory.known.total_bytes >= memory.known.most_bytes);
	assert_true(memory.known.total_bytes <= CHILDREN * memory.known.most_bytes);
	scene->snap->session_count = 3;
	proc_memory_look(&memory, scene->snap, mono_us + SECOND);
	assert_int_equal(memory.known.sessions, CHILDREN);
	look(&memory, scene->snap, &mono_us);
	assert_int_equal(memory.known.sessions, 3);
	proc_memory_clear(&memory);
}

/* Another start, another kind, our own session, and a pid that is another process or none. */
static void
test_others(void **state)
{
	struct scene *scene = *state;
	struct session *sessions = scene->snap->sessions;
	struct proc_memory memory = { 0 };
	int64_t mono_us = SECOND;

	if (!has_children(scene))
		return;
	sessions[0].id.start_us -= 10 * SECOND;
	sessions[1].id.start_us += 10 * SECOND;
	sessions[2].id.start_us = TIME_UNKNOWN;
	sessions[3].kind = KIND_WALSENDER;
	sessions[4].own = true;
	sessions[5].id = (struct identity){ (int32_t)getpid(), started_us(getpid()) };
	sessions[6].id.pid = INT32_MAX;
	look(&memory, scene->snap, &mono_us);
	assert_int_equal(memory.known.sessions, CHILDREN - 7);
	for (int i = 0; i < CHILDREN; i++)
		sessions[i].kind = KIND_WORKER;
	look(&memory, scene->snap, &mono_us);
	assert_int_equal(memory.known.sessions, 0);
	proc_memory_clear(&memory);
}

/* Of many sessions some are taken that are far apart: here all are one process. */
static void
test_many(void **state)
{
	struct scene *scene = *state;
	struct identity id;
	struct proc_memory memory = { 0 };
	int64_t mono_us = SECOND;

	if (!has_children(scene))
		return;
	id = scene->snap->sessions[0].id;
	for (int i = 0; i < 1000; i++) {
		struct session *session = snapshot_add(scene->snap);

		session->id = id;
		session->kind = KIND_CLIENT;
	}
	look(&memory, scene->snap, &mono_us);
	assert_in_range(memory.known.sessions, 15, 25);
	proc_memory_clear(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("source/proc memory", tests, NULL, NULL);
}
