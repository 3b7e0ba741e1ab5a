/* SPDX-License-Identifier: PostgreSQL */
/*
 * How long a process has not run. The kernel notes when it last did by the
 * clock of the processor where that was; these clocks stand still while the
 * processor serves interrupts, so each is compared with itself only.
 */
#ifndef PGCONNTOP_SOURCE_PROC_CLOCK_H
#define PGCONNTOP_SOURCE_PROC_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* What the clocks of the processors show, each read when it is first asked for. Zero initialized
 * is ready; valid for one look. */
struct proc_clocks {
	int64_t *now_ns; /* by processor: 0 is not read yet, -1 not to be had; owned */
	size_t count;
};

void proc_clocks_clear(struct proc_clocks *clocks);

/* Microseconds since the process last ran on that processor, never too many; 0 when the kernel
 * does not say. */
int64_t proc_clock_rested(struct proc_clocks *clocks, int32_t pid, int32_t processor,
    struct buf *scratch);

#endif
