/* SPDX-License-Identifier: PostgreSQL */
/*
 * A process that has not run since the last look cannot have changed its
 * title, nor be another one: of most children a look reads nothing but one
 * short line. Where the kernel does not count, all is read each time.
 */
#include "source/proc_scan.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "model/session.h"
#include "source/proc_clock.h"
#include "source/proc_fs.h"

#define NS_PER_US 1000
#define NS_PER_S INT64_C(1000000000)
#define SENDER_SIGNAL \
	(UINT64_C(1) << 11) /* SIGUSR2: a walsender handles it, a session ignores it */

static int64_t
clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * UNITS_US_PER_SECOND + now.tv_nsec / NS_PER_US;
}

void
proc_scan_init(struct proc_scan *scan, const struct proc_server *server)
{
	*scan = (struct proc_scan){
		.server = *server,
		.boot_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME),
		.ticks = sysconf(_SC_CLK_TCK),
	};
}

void
proc_scan_clear(struct proc_scan *scan)
{
	for (size_t i = 0; i < scan->count; i++)
		mem_free(scan->children[i].title);
	mem_free(scan->children);
	buf_clear(&scan->prefix);
	buf_clear(&scan->pids);
	buf_clear(&scan->text);
	*scan = (struct proc_scan){ 0 };
}

int64_t
proc_scan_start_us(const struct proc_scan *scan, uint64_t start_ticks)
{
	return scan->boot_us + (int64_t)start_ticks * (UNITS_US_PER_SECOND / scan->ticks);
}

uint64_t
proc_scan_start_ticks(const struct proc_scan *scan, int64_t start_us)
{
	return (uint64_t)((start_us - scan->boot_us) / (UNITS_US_PER_SECOND / scan->ticks));
}

void
proc_scan_title(const struct proc_scan *scan, const struct proc_child *child,
    struct proc_title *title)
{
	struct proc_titles titles = {
		.prefix = scan->prefix.len > 0 ? scan->prefix.data : NULL,
		.prefix_len = scan->prefix.len,
		.most = scan->server.title_most,
		.no_senders = child->no_sender,
	};

	proc_title_read(title, child->title, child->title_len, &titles);
}

static int
compare_children(const void *a, const void *b)
{
	const struct proc_child *left = a, *right = b;

	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

static int
compare_pids(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return left < right ? -1 : left > right;
}

static struct proc_child *
find_child(const struct proc_scan *scan, size_t count, int32_t pid)
{
	struct proc_child key = { .pid = pid };

	if (count == 0)
		return NULL;
	return bsearch(&key, scan->children, count, sizeof(key), compare_children);
}

const struct proc_child *
proc_scan_find(const struct proc_scan *scan, int32_t pid)
{
	return find_child(scan, scan->count, pid);
}

/* What has run; turns is 0 where the kernel does not count. */
static struct proc_run
read_run(struct proc_scan *scan, int32_t pid)
{
	struct proc_run run;

	if (!proc_fs_read(pid, "schedstat", &scan->text) ||
	    !proc_run_read(&run, buf_str(&scan->text), scan->text.len))
		return (struct proc_run){ 0 };
	return run;
}

/* The same, out of the figures that every kernel has. */
static struct proc_run
run_of_stat(const struct proc_scan *scan, const struct proc_stat *stat)
{
	return (struct proc_run){
		.cpu_ns = stat->cpu_ticks * (uint64_t)(NS_PER_S / scan->ticks),
	};
}

/* Reads the rest of a process that has run so much; it may be another one that has its pid. */
static bool
read_child(struct proc_scan *scan, int32_t pid, struct proc_run run, struct proc_child *now,
    struct proc_stat *stat)
{
	*now = (struct proc_child){ .pid = pid, .run = run, .cpu = -1, .ran = true };
	if (!proc_fs_stat(pid, stat, &scan->text) || stat->ppid != scan->server.pid)
		return false;
	if (run.turns == 0)
		now->run = run_of_stat(scan, stat);
	now->start_ticks = stat->start_ticks;
	now->stopped = stat->state == 'T';
	if (!proc_fs_read(pid, "cmdline", &scan->text))
		return false;
	while (scan->text.len > 0 && scan->text.data[scan->text.len - 1] == '\0')
		scan->text.len--;
	now->title = scan->text.data;
	now->title_len = scan->text.len;
	return now->title_len > 0; /* one without memory has ended, or is about to */
}

bool
proc_scan_recheck(struct proc_scan *scan, int32_t pid, struct proc_child *now)
{
	const struct proc_child *before = proc_scan_find(scan, pid);
	struct proc_stat stat;

	if (!read_child(scan, pid, read_run(scan, pid), now, &stat))
		return false;
	now->no_sender =
	    before != NULL && before->start_ticks == now->start_ticks && before->no_sender;
	return true;
}

/* A walsender's title can be that of a client whose role is called walsender. */
static void
check_sender(struct proc_scan *scan, struct proc_child *child)
{
	struct proc_title title;
	struct proc_status status;

	proc_scan_title(scan, child, &title);
	if (!title.ambiguous || !proc_fs_status(child->pid, &status, &scan->text))
		return;
	child->no_sender = status.caught_known && (status.caught & SENDER_SIGNAL) == 0;
}

static void
keep_title(struct proc_child *child, const struct proc_child *now)
{
	if (child->title == NULL || child->title_len != now->title_len ||
	    memcmp(child->title, now->title, now->title_len) != 0) {
		child->title = mem_grow(child->title, now->title_len, 1);
		memcpy(child->title, now->title, now->title_len);
		child->title_len = now->title_len;
	}
}

/* Takes in what has become of a child that was there; false when it is another or none. */
static bool
update(struct proc_scan *scan, struct proc_child *child, int64_t mono_us, int64_t wall_us)
{
	struct proc_run run = read_run(scan, child->pid);
	struct proc_child now;
	struct proc_stat stat;

	child->ran = false;
	child->cpu = 0;
	if (run.turns > 0 && run.turns == child->run.turns && run.cpu_ns == child->run.cpu_ns)
		return true;
	if (!read_child(scan, child->pid, run, &now, &stat) ||
	    now.start_ticks != child->start_ticks)
		return false;
	child->ran = now.run.cpu_ns != child->run.cpu_ns || now.run.turns != child->run.turns ||
	    now.title_len != child->title_len ||
	    memcmp(now.title, child->title, now.title_len) != 0;
	if (child->ran)
		child->ran_us = wall_us;
	if (mono_us > scan->mono_us)
		child->cpu = (double)(now.run.cpu_ns - child->run.cpu_ns) /
		    ((double)(mono_us - scan->mono_us) * NS_PER_US);
	child->run = now.run;
	child->stopped = now.stopped;
	keep_title(child, &now);
	child->no_sender = false;
	check_sender(scan, child);
	return true;
}

/* Adds a child that was not there. */
static void
add(struct proc_scan *scan, int32_t pid, struct proc_clocks *clocks, int64_t wall_us)
{
	struct proc_child now, *child;
	struct proc_stat stat;
	int64_t rested_us;

	if (!read_child(scan, pid, read_run(scan, pid), &now, &stat))
		return;
	if (scan->count == scan->room) {
		scan->room = scan->room > 0 ? scan->room * 2 : 64;
		scan->children = mem_grow(scan->children, scan->room, sizeof(*child));
	}
	child = &scan->children[scan->count++];
	*child = now;
	child->title = NULL;
	child->seen = true;
	keep_title(child, &now);
	/* One that is new since the last look has just run; of the others only the kernel knows. */
	rested_us =
	    scan->mono_us == 0 ? proc_clock_rested(clocks, pid, stat.processor, &scan->text) : 0;
	child->ran = rested_us == 0;
	child->ran_us = wall_us - rested_us;
	if (child->ran_us < proc_scan_start_us(scan, child->start_ticks))
		child->ran_us = proc_scan_start_us(scan, child->start_ticks);
	check_sender(scan, child);
}

/* All titles begin as the checkpointer's does; it is there before the first client is let in. */
static void
find_prefix(struct proc_scan *scan)
{
	const struct proc_child *first = NULL;

	for (size_t i = 0; i < scan->count; i++) {
		const struct proc_child *child = &scan->children[i];

		if (proc_title_prefix(child->title, child->title_len) > 0 &&
		    (first == NULL || child->start_ticks < first->start_ticks))
			first = child;
	}
	if (first == NULL)
		return;
	buf_add(&scan->prefix, first->title, proc_title_prefix(first->title, first->title_len));
	for (size_t i = 0; i < scan->count; i++)
		check_sender(scan, &scan->children[i]);
}

/* Those that may be children, in the order of their pids. */
static void
list_pids(struct proc_scan *scan)
{
	buf_reset(&scan->pids);
	if (!proc_fs_children(scan->server.pid, &scan->pids, &scan->text)) {
		buf_reset(&scan->pids);
		proc_fs_list(&scan->pids);
	}
	if (scan->pids.len > 0)
		qsort(scan->pids.data, scan->pids.len / sizeof(int32_t), sizeof(int32_t),
		    compare_pids);
}

/* Drops those that are gone. The list of children can miss some while others end: look again. */
static void
drop_gone(struct proc_scan *scan, int64_t mono_us, int64_t wall_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < scan->count; i++) {
		struct proc_child *child = &scan->children[i];

		if (child->seen || update(scan, child, mono_us, wall_us))
			scan->children[kept++] = *child;
		else
			mem_free(child->title);
	}
	scan->count = kept;
}

bool
proc_scan_look(struct proc_scan *scan, int64_t mono_us, int64_t wall_us)
{
	struct proc_clocks clocks = { 0 };
	struct proc_stat stat;
	size_t known = scan->count;
	int32_t last = 0;

	if (!proc_fs_stat(scan->server.pid, &stat, &scan->text) ||
	    stat.start_ticks != scan->server.start_ticks || stat.state == 'Z')
		return false;
	scan->stopped = stat.state == 'T';
	for (size_t i = 0; i < known; i++)
		scan->children[i].seen = false;
	list_pids(scan);
	for (size_t i = 0; i < scan->pids.len / sizeof(int32_t); i++) {
		int32_t pid = ((const int32_t *)(const void *)scan->pids.data)[i];
		struct proc_child *child = find_child(scan, known, pid);

		if (pid != last && child == NULL)
			add(scan, pid, &clocks, wall_us);
		else if (pid != last)
			child->seen = update(scan, child, mono_us, wall_us);
		last = pid;
	}
	proc_clocks_clear(&clocks);
	drop_gone(scan, mono_us, wall_us);
	if (scan->count > 1)
		qsort(scan->children, scan->count, sizeof(*scan->children), compare_children);
	if (scan->prefix.len == 0)
		find_prefix(scan);
	scan->mono_us = mono_us;
	return true;
}
