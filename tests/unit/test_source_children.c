/* SPDX-License-Identifier: PostgreSQL */
/*
 * A child is the test's own program under another name.
 */
#define _GNU_SOURCE /* syscall() */

#include "test_source_children.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "source/proc_fs.h"
#include "source/proc_stat.h"

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

bool
child_run(char *title)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL); /* and so for all children */
	if (strncmp(title, PROGRAM, strlen(PROGRAM)) != 0 && strcmp(title, SERVER) != 0)
		return false;
	signal(SIGINT, SIG_DFL); /* ignored in what a script runs in the background */
	while (sigwait(&set, &number) == 0)
		if (number == SIGUSR1)
			memcpy(title, BIND, strlen(BIND));
	return true;
}

/* Runs this program under that title; does not come back. */
static void
become(const char *title)
{
	char *const argv[] = { (char *)(uintptr_t)title, NULL };
	char path[4096] = ""; /* by name: what valgrind runs as is another program */

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) > 0)
		execv(path, argv);
	_exit(127);
}

/* A new process, with that pid unless it is 0; -1 when that cannot be. */
static pid_t
clone_as(pid_t pid)
{
	uint64_t args[11] = { [4] = SIGCHLD }; /* struct clone_args */

	if (pid == 0)
		return fork();
	args[8] = (uint64_t)(uintptr_t)&pid;
	args[9] = 1;
	return (pid_t)syscall(SYS_clone3, args, sizeof(args));
}

pid_t
child_start(const char *title, pid_t as)
{
	struct buf shown = { 0 };
	pid_t pid = clone_as(as);

	if (pid == 0)
		become(title);
	for (int i = 0; pid > 0 && i < 1000000 && strcmp(buf_str(&shown), title) != 0; i++)
		assert_true(proc_fs_read(pid, "cmdline", &shown));
	buf_clear(&shown);
	return pid;
}

int
child_end(pid_t pid)
{
	int status = 0;
	pid_t ended = 0;

	for (int ms = 0; ms < 20000 && (ended = waitpid(pid, &status, WNOHANG)) == 0; ms++)
		poll(NULL, 0, 1);
	assert_int_equal(ended, pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void
child_wait(pid_t pid)
{
	struct proc_stat stat = { 0 };
	struct buf buf = { 0 };

	for (int i = 0; i < 100000 && stat.state != 'S'; i++)
		assert_true(proc_fs_stat(pid, &stat, &buf));
	assert_int_equal(stat.state, 'S');
	buf_clear(&buf);
}

bool
child_lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

bool
child_has_pidfd(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != ENOSYS;
}
