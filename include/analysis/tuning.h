/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's settings that matter for connections, each with what it means
 * for them, what it had better be and why, and the statement that changes it.
 */
#ifndef PGCONNTOP_ANALYSIS_TUNING_H
#define PGCONNTOP_ANALYSIS_TUNING_H

#include <stddef.h>

#include "analysis/tuning_rules.h"

struct arena;
struct facts;
struct snapshot;

struct tunings {
	struct tuning *items; /* overrides behind the server's value */
	size_t count;
};

/* All texts are of the arena, the snapshot, or const. */
void tuning_make(struct tunings *tunings, const struct snapshot *snap, const struct facts *facts,
    struct arena *arena);

#endif
