/* SPDX-License-Identifier: PostgreSQL */
/*
 * The kernel's figures about a process, as its files in /proc have them. Pure.
 */
#ifndef PGCONNTOP_SOURCE_PROC_STAT_H
#define PGCONNTOP_SOURCE_PROC_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proc_stat {
	int32_t pid;
	int32_t ppid;
	char state; /* 'S' sleeps, 'R' runs, 'T' is stopped, 'Z' has ended ... */
	char comm[64];
	uint64_t cpu_ticks;          /* user and system time, in clock ticks */
	uint64_t start_ticks;        /* since boot, in clock ticks */
	int32_t processor;           /* the last one it ran on; -1 is unknown */
	uint64_t arg_start, env_end; /* of its arguments and environment; 0 is unknown */
};

/* What tells whether a process has run since the last look. */
struct proc_run {
	uint64_t cpu_ns;
	uint64_t turns; /* on a processor */
};

/* What /proc/PID/status says of interest. */
struct proc_status {
	int64_t uid;     /* -1 is unknown */
	bool nested;     /* in a pid namespace below ours */
	uint64_t caught; /* signals with a handler, bit 0 is signal 1 */
	bool caught_known;
};

/* Reads /proc/PID/stat, whose command name may hold blanks and brackets. */
bool proc_stat_read(struct proc_stat *out, const char *text, size_t len);

/* Reads /proc/PID/schedstat; false also for a kernel that does not count. */
bool proc_run_read(struct proc_run *out, const char *text, size_t len);

/* Reads /proc/PID/status. */
void proc_status_read(struct proc_status *out, const char *text, size_t len);

/* Reads when the process last ran out of /proc/PID/sched: nanoseconds on the clock of its
 * processor; -1 when it does not say. */
int64_t proc_sched_read(const char *text, size_t len);

/* The pages of a process that are in memory, as the kernel counts them all the time. */
struct proc_rss {
	int64_t bytes; /* all, also what it shares */
	int64_t
	    own_bytes; /* neither of files nor of shared memory; some may still be its parent's */
};

/* Reads /proc/PID/status; false for a kernel that does not tell them apart. */
bool proc_rss_read(struct proc_rss *out, const char *text, size_t len);

/* Reads the memory that a process has for itself out of /proc/PID/smaps_rollup: bytes; -1 when it
 * does not say. */
int64_t proc_memory_read(const char *text, size_t len);

#endif
