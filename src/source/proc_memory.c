/* SPDX-License-Identifier: PostgreSQL */
/*
 * Measures sessions of a sample in rounds: some that are spread over the
 * list, a few in each look.
 */
#include "source/proc_memory.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "model/snapshot.h"
#include "source/proc_fs.h"
#include "source/proc_stat.h"

#define ROUND_MOST 24                          /* sessions of a round */
#define LOOK_MOST 6                            /* of a look */
#define LOOK_US 10000                          /* no further one after that time */
#define WALK_MOST (INT64_C(128) << 20)         /* bytes of a process to go through */
#define PAUSE_US (60 * UNITS_US_PER_SECOND)    /* between rounds */
#define START_OFF_US (2 * UNITS_US_PER_SECOND) /* how far clocks may be apart */

static int64_t
clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * UNITS_US_PER_SECOND + now.tv_nsec / 1000;
}

void
proc_memory_clear(struct proc_memory *memory)
{
	buf_clear(&memory->text);
	*memory = (struct proc_memory){ 0 };
}

/* Whether that process is the session: a server's, started when the server says. The server may be
 * on another host or in a container, where the pid means another process. */
static bool
is_session(const struct session *session, struct buf *text)
{
	int64_t boot_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME);
	int64_t ticks = sysconf(_SC_CLK_TCK), off_us;
	struct proc_stat stat;

	if (!proc_fs_stat(session->id.pid, &stat, text) || ticks <= 0 ||
	    strncmp(stat.comm, "post", strlen("post")) != 0)
		return false;
	off_us = boot_us + (int64_t)stat.start_ticks * (UNITS_US_PER_SECOND / ticks) -
	    session->id.start_us;
	return off_us < START_OFF_US && off_us > -START_OFF_US;
}

/*
 * Bytes that the process has for itself, -1 when the kernel does not tell.
 * Going through the pages takes the kernel some 0.1 ms for each MB: where
 * there are many, which are of shared memory mostly, its own count has to do.
 * That is up to 2 MB too high.
 */
static int64_t
measure(int32_t pid, struct buf *text)
{
	struct proc_rss rss;

	if (!proc_fs_read(pid, "status", text) || !proc_rss_read(&rss, buf_str(text), text->len))
		return -1;
	if (rss.bytes > WALK_MOST)
		return rss.own_bytes;
	if (!proc_fs_read(pid, "smaps_rollup", text))
		return -1;
	return proc_memory_read(buf_str(text), text->len);
}

/* Adds the session to the round; false when nothing is known of it. */
static bool
add_session(struct proc_memory *memory, const struct session *session)
{
	int64_t bytes;

	if (session->kind != KIND_CLIENT || session->own || session->id.start_us == TIME_UNKNOWN ||
	    !is_session(session, &memory->text))
		return false;
	bytes = measure(session->id.pid, &memory->text);
	if (bytes < 0)
		return false;
	memory->round.sessions++;
	memory->round.total_bytes += bytes;
	if (bytes > memory->round.most_bytes)
		memory->round.most_bytes = bytes;
	return true;
}

static void
end_round(struct proc_memory *memory, int64_t mono_us)
{
	memory->known = memory->round;
	memory->round = (struct memory){ 0 };
	memory->next = 0;
	memory->whole = true;
	memory->due_us = mono_us + PAUSE_US;
}

void
proc_memory_look(struct proc_memory *memory, const struct snapshot *snap, int64_t mono_us)
{
	size_t step = snap->session_count / ROUND_MOST + 1;
	int64_t end_us = clock_us(CLOCK_MONOTONIC) + LOOK_US;

	if (mono_us < memory->due_us)
		return;
	for (int looks = 0; looks < LOOK_MOST && memory->next < snap->session_count;) {
		looks += add_session(memory, &snap->sessions[memory->next]);
		memory->next += step;
		if (clock_us(CLOCK_MONOTONIC) >= end_us)
			break;
	}
	if (memory->next >= snap->session_count)
		end_round(memory, mono_us);
	else if (!memory->whole)
		memory->known = memory->round;
}
