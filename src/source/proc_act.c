/* SPDX-License-Identifier: PostgreSQL */
/*
 * A descriptor of the process is taken first: whatever is found out behind
 * it holds for whom the signal reaches, for the descriptor never means
 * another process.
 */
#define _GNU_SOURCE /* syscall() */

#include "source/proc_act.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "source/proc_fs.h"
#include "source/proc_sample.h"
#include "source/proc_scan.h"

/* The same on all processors; the C library may not know them. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static const int signals[ACTION_COUNT] = {
	[ACTION_CANCEL] = SIGINT,
	[ACTION_TERMINATE] = SIGTERM,
};

/* Why there is no child of the server with that pid any more. */
static enum outcome
gone_or_reused(struct proc_scan *scan, int32_t pid)
{
	struct proc_stat stat;

	if (!proc_fs_stat(pid, &stat, &scan->text) || stat.state == 'Z' || stat.state == 'X' ||
	    stat.ppid == scan->server.pid)
		return OUTCOME_GONE;
	return OUTCOME_REUSED;
}

/* Has done nothing since the look that showed it so. */
static bool
rested(const struct proc_scan *scan, const struct proc_child *now, const struct target *target)
{
	const struct proc_child *shown = proc_scan_find(scan, now->pid);

	return shown != NULL && shown->ran_us == target->state_change_us &&
	    shown->run.cpu_ns == now->run.cpu_ns && shown->run.turns == now->run.turns;
}

/* SIGNALLED for one that may get the signal. */
static enum outcome
judge(struct proc_scan *scan, const struct target *target)
{
	struct proc_child now;
	struct proc_title title;

	if (!proc_scan_recheck(scan, target->id.pid, &now))
		return gone_or_reused(scan, target->id.pid);
	if (now.start_ticks != proc_scan_start_ticks(scan, target->id.start_us))
		return OUTCOME_REUSED;
	proc_scan_title(scan, &now, &title);
	if (title.kind != PROC_CLIENT || title.state != target->state)
		return OUTCOME_CHANGED;
	if (target->state != STATE_UNKNOWN && target->state_change_us != TIME_UNKNOWN &&
	    !rested(scan, &now, target))
		return OUTCOME_CHANGED;
	return OUTCOME_SIGNALLED;
}

static enum outcome
failed(const struct proc_scan *scan, int error, struct buf *note)
{
	switch (error) {
	case ESRCH:
		return OUTCOME_GONE;
	case EPERM:
		buf_addf(note, "%s or root: sudo -u %s pgconntop ...", scan->server.account,
		    scan->server.account);
		return OUTCOME_DENIED;
	case ENOSYS:
		buf_adds(note, "this kernel cannot signal a process and no other: Linux 5.3 can");
		return OUTCOME_FAILED;
	}
	buf_adds(note, strerror(error));
	return OUTCOME_FAILED;
}

enum outcome
proc_act(struct proc_scan *scan, enum action action, const struct target *target, struct buf *note)
{
	enum outcome outcome;
	int fd;

	buf_reset(note);
	if (target->id.pid <= 1 || target->id.pid == scan->server.pid ||
	    target->id.start_us == TIME_UNKNOWN)
		return OUTCOME_CHANGED; /* no session has that */
	fd = (int)syscall(SYS_pidfd_open, target->id.pid, 0);
	if (fd < 0)
		return failed(scan, errno, note);
	outcome = judge(scan, target);
	if (outcome == OUTCOME_SIGNALLED &&
	    syscall(SYS_pidfd_send_signal, fd, signals[action], NULL, 0) < 0)
		outcome = failed(scan, errno, note);
	close(fd);
	return outcome;
}
