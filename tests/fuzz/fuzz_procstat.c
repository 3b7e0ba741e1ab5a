/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of source/proc_stat: each file of a process, whatever is in it.
 */
#include "source/proc_stat.h"

#include <stddef.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_stat stat;
	struct proc_run run;
	struct proc_status status;
	struct proc_rss rss;

	if (proc_stat_read(&stat, text, size)) {
		assert(stat.pid >= 0 && stat.ppid >= 0 && stat.start_ticks > 0);
		assert(stat.state != '\0' && stat.processor >= -1);
		assert(memchr(stat.comm, '\0', sizeof(stat.comm)));
	}
	if (proc_run_read(&run, text, size))
		assert(run.turns > 0);
	proc_status_read(&status, text, size);
	assert(status.uid >= -1 && status.uid <= UINT32_MAX);
	assert(proc_sched_read(text, size) >= -1);
	if (proc_rss_read(&rss, text, size))
		assert(rss.own_bytes >= 0 && rss.bytes >= rss.own_bytes);
	assert(proc_memory_read(text, size) >= -1);
	return 0;
}
