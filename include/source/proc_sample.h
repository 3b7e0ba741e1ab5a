/* SPDX-License-Identifier: PostgreSQL */
/*
 * A look at a server's processes as a snapshot.
 */
#ifndef PGCONNTOP_SOURCE_PROC_SAMPLE_H
#define PGCONNTOP_SOURCE_PROC_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/session.h"

struct proc_about;
struct proc_child;
struct proc_scan;
struct snapshot;

/* Fills an empty snapshot but for its times. */
void proc_sample_fill(struct snapshot *snap, const struct proc_scan *scan,
    const struct proc_about *about);

/* The start of a child's present state, as a sample shows it; TIME_UNKNOWN is unknown. */
int64_t proc_sample_since(const struct proc_child *child, enum session_state state);

/* How many children have sent nothing yet: they hold no slot, but can use up the processes. */
size_t proc_sample_silent(const struct snapshot *snap);

#endif
