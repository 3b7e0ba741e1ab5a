/* SPDX-License-Identifier: PostgreSQL */
/* Sessions that hold slots, by application, user, database or client. */
#ifndef PGCONNTOP_ANALYSIS_GROUPS_H
#define PGCONNTOP_ANALYSIS_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "model/session.h"

struct arena;
struct snapshot;

enum group_by { GROUP_APPLICATION, GROUP_USER, GROUP_DATABASE, GROUP_CLIENT, GROUP_COUNT };

#define GROUPS_YOUNG_US 250000

/* How long idle sessions have been so. */
enum idle_class {
	IDLE_SECOND, /* less than a second: a pool at work */
	IDLE_MINUTE, /* less than a minute */
	IDLE_TEN,    /* less than ten minutes */
	IDLE_LONGER,
	IDLE_NEVER, /* never ran a query */
	IDLE_CLASSES
};

struct group {
	const char *name; /* interned in the snapshot; "(none)" for an empty application, NULL for
	                     unknown */
	int total;        /* sessions with a slot */
	int states[STATE_COUNT];
	int idle_ages[IDLE_CLASSES]; /* of the idle ones whose time is known */
	int old;                     /* idle for a minute or longer */
	int young;                   /* opened within GROUPS_YOUNG_US */
	int waiting;                 /* for a lock */
	int64_t oldest_idle_us; /* longest time in the state idle; TIME_UNKNOWN when none is idle */
	int64_t longest_query_us; /* of the active ones; TIME_UNKNOWN likewise */
	int64_t longest_xact_us;  /* open transactions */
	int opened;               /* since the last sample; -1 when there is none to compare with */
	int closed; /* likewise; also of groups that have no session any more (those are not listed)
	             */
	int limit;  /* connection limit of the role or database, -1 for none */
};

struct groups {
	struct group *items; /* largest first, then by name */
	size_t count;
};

/*
 * Groups the slot holders; the totals add up to slots.used. `previous` may
 * be NULL. All memory is from the arena; names stay in the snapshots.
 */
void groups_make(struct groups *groups, enum group_by by, const struct snapshot *snap,
    const struct snapshot *previous, struct arena *arena);

/* A name as a grouping has it: "(none)" for an empty one. */
const char *groups_label(const char *name);

/* The session's name in a grouping: "(none)" for an empty one, NULL for unknown. */
const char *groups_name(enum group_by by, const struct session *session);

/* The same of a name alone. */
const char *groups_shown(const char *name);

#endif
