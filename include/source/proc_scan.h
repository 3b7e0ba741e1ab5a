/* SPDX-License-Identifier: PostgreSQL */
/*
 * The children of a server's first process, followed from one look to the
 * next: who they are, their titles, when they last ran and how much.
 */
#ifndef PGCONNTOP_SOURCE_PROC_SCAN_H
#define PGCONNTOP_SOURCE_PROC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "source/proc_find.h"
#include "source/proc_stat.h"
#include "source/proc_title.h"

struct proc_child {
	int32_t pid;
	uint64_t start_ticks; /* since boot: with the pid, which process it is */
	struct proc_run run;
	char *title; /* owned; without the NULs at its end */
	size_t title_len;
	bool no_sender; /* it handles signals as no walsender does */
	bool stopped;   /* by a signal: it ends, or goes on, only after SIGCONT */
	bool seen;      /* in this look */
	bool ran;       /* since the look before */
	int64_t ran_us; /* our clock: the last time, as near as one can tell */
	double cpu;     /* share of one CPU since the look before; negative is unknown */
};

struct proc_scan {
	struct proc_server server;
	int64_t boot_us;             /* our clock, kept: it must not move */
	int64_t ticks;               /* clock ticks in a second */
	struct buf prefix;           /* of all titles; empty is unknown */
	bool stopped;                /* the server's first process is, by a signal */
	struct proc_child *children; /* by pid; owned */
	size_t count, room;
	int64_t mono_us;       /* of the last look; 0 for none */
	struct buf pids, text; /* scratch */
};

/* Begins with nothing; free with proc_scan_clear(). */
void proc_scan_init(struct proc_scan *scan, const struct proc_server *server);

void proc_scan_clear(struct proc_scan *scan);

/* Looks; false when the server is gone. */
bool proc_scan_look(struct proc_scan *scan, int64_t mono_us, int64_t wall_us);

/* The child of that pid; NULL when the last look did not find it. */
const struct proc_child *proc_scan_find(const struct proc_scan *scan, int32_t pid);

/* When a process started, by our clock; and back, exactly. */
int64_t proc_scan_start_us(const struct proc_scan *scan, uint64_t start_ticks);
uint64_t proc_scan_start_ticks(const struct proc_scan *scan, int64_t start_us);

/* Reads the title of a child, as it is or was. */
void proc_scan_title(const struct proc_scan *scan, const struct proc_child *child,
    struct proc_title *title);

/* Fills in figures and title anew, for a check; false when it is gone or no child of the server.
 * The title is scratch that is valid until the next call. */
bool proc_scan_recheck(struct proc_scan *scan, int32_t pid, struct proc_child *now);

#endif
