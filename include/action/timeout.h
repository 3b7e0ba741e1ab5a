/* SPDX-License-Identifier: PostgreSQL */
/* What holds of a setting for a role or database, and where another value would be set. */
#ifndef PGCONNTOP_ACTION_TIMEOUT_H
#define PGCONNTOP_ACTION_TIMEOUT_H

#include <stdint.h>

#include "model/param.h"

struct snapshot;

/* A timeout for new sessions: its scope, what is set there, and what holds in its place. */
struct timeout {
	const char *user;
	const char *database; /* NULL: for the role in all of them */
	const struct override *present;
	int64_t holds; /* -1 when unknown */
};

/*
 * Fills in the rest for that role, database or role in its database. Leaves the
 * database out where the role alone is as good: where it has a value, or no
 * database has one that would be lost.
 */
void timeout_find(struct timeout *timeout, const struct snapshot *snap, enum param_id id);

#endif
