/* SPDX-License-Identifier: PostgreSQL */
/*
 * A processor's clock can be read by running there: we go to it for a moment
 * and look when we ourselves last ran.
 */
#define _GNU_SOURCE /* sched_setaffinity() */

#include "source/proc_clock.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/proc_fs.h"
#include "source/proc_stat.h"

#define PROCESSORS_MOST 8192
#define NS_PER_US 1000

void
proc_clocks_clear(struct proc_clocks *clocks)
{
	mem_free(clocks->now_ns);
	*clocks = (struct proc_clocks){ 0 };
}

/* When a process last ran, by its processor's clock; ourselves is 0. */
static int64_t
last_ran_ns(int32_t pid, struct buf *scratch)
{
	return proc_fs_read(pid, "sched", scratch) ? proc_sched_read(buf_str(scratch), scratch->len)
	                                           : -1;
}

/* -1 when we may not run there. */
static int64_t
read_clock(int32_t processor, struct buf *scratch)
{
	cpu_set_t *before = mem_alloc(2, CPU_ALLOC_SIZE(PROCESSORS_MOST));
	cpu_set_t *there = (cpu_set_t *)((char *)before + CPU_ALLOC_SIZE(PROCESSORS_MOST));
	size_t size = CPU_ALLOC_SIZE(PROCESSORS_MOST);
	int64_t now_ns = -1;

	CPU_SET_S((size_t)processor, size, there);
	if (sched_getaffinity(0, size, before) == 0 && sched_setaffinity(0, size, there) == 0) {
		now_ns = last_ran_ns(0, scratch);
		sched_setaffinity(0, size, before);
	}
	mem_free(before);
	return now_ns;
}

int64_t
proc_clock_rested(struct proc_clocks *clocks, int32_t pid, int32_t processor, struct buf *scratch)
{
	int64_t ran_ns, now_ns;

	if (processor < 0 || processor >= PROCESSORS_MOST)
		return 0;
	if (clocks->now_ns == NULL) {
		clocks->count = PROCESSORS_MOST;
		clocks->now_ns = mem_alloc(clocks->count, sizeof(*clocks->now_ns));
	}
	if (clocks->now_ns[processor] == 0)
		clocks->now_ns[processor] = read_clock(processor, scratch);
	now_ns = clocks->now_ns[processor];
	ran_ns = now_ns > 0 ? last_ran_ns(pid, scratch) : -1;
	return ran_ns > 0 && ran_ns < now_ns ? (now_ns - ran_ns) / NS_PER_US : 0;
}
