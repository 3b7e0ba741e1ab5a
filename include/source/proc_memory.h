/* SPDX-License-Identifier: PostgreSQL */
/*
 * The memory of a server's sessions, where their processes are on this host
 * and may be looked into. The kernel goes through all pages of a process to
 * tell, so only some are looked at, a few at a time, and seldom.
 */
#ifndef PGCONNTOP_SOURCE_PROC_MEMORY_H
#define PGCONNTOP_SOURCE_PROC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/memory.h"

struct snapshot;

/* Zero initialized is ready, and knows nothing. */
struct proc_memory {
	struct memory known; /* of the last round; of the first one as far as it is */
	struct memory round; /* the one under way */
	size_t next;         /* session of the snapshot to look at next */
	bool whole;          /* a round was finished */
	int64_t due_us;      /* our clock: no look before that */
	struct buf text;     /* scratch */
};

void proc_memory_clear(struct proc_memory *memory);

/* Looks at some more sessions of this snapshot, if it is time. A process that is not surely the
 * session is left out. */
void proc_memory_look(struct proc_memory *memory, const struct snapshot *snap, int64_t mono_us);

#endif
