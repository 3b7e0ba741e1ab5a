/* SPDX-License-Identifier: PostgreSQL */
/*
 * The limits and who counts against them. Roles and databases are few or
 * many; each is looked up in its grouping, where names are interned.
 */
#include "analysis/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/groups.h"
#include "analysis/slots.h"
#include "base/mem.h"
#include "model/snapshot.h"

#define FIXED_MOST 4 /* limits of the server itself */
#define CLOSED 0.85  /* a limit of 0 without sessions comes behind what is as full as that */

const char *
limit_on_name(enum limit_on kind)
{
	static const char *const names[] = {
		[LIMIT_ON_SLOTS] = "slots",
		[LIMIT_ON_RESERVE] = "reserve",
		[LIMIT_ON_ROLE] = "role",
		[LIMIT_ON_DATABASE] = "database",
		[LIMIT_ON_WALSENDERS] = "walsenders",
	};

	return names[kind];
}

double
limit_share(const struct limit_use *use)
{
	if (use->limit == 0)
		return use->used > 0 ? 1 : NAN;
	return use->used < 0 ? NAN : (double)use->used / use->limit;
}

/* What the order goes by: past a limit of 0 is past all others, and what is unknown comes last. */
static double
fullness(const struct limit_use *use)
{
	double share = limit_share(use);

	if (use->limit == 0)
		return use->used > 0 ? INFINITY : CLOSED;
	return isnan(share) ? -1 : share;
}

static int
compare_limits(const void *a, const void *b)
{
	const struct limit_use *left = a, *right = b;

	if (fullness(left) < fullness(right) || fullness(left) > fullness(right))
		return fullness(left) < fullness(right) ? 1 : -1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void
add(struct limits *limits, enum limit_on kind, const char *name, int used, int limit)
{
	limits->items[limits->count++] = (struct limit_use){ kind, name, used, limit };
}

/* What of a reserve is used up when so many of its slots and those before it are. */
static int
within(int used, int reserve)
{
	return used < 0 ? 0 : used < reserve ? used : reserve;
}

/* The reserve for superusers is the last one that is broken into. */
static void
add_fixed(struct limits *limits, const struct slots *slots)
{
	int over = slots->used - slots->usable;

	if (slots->usable >= 0) {
		add(limits, LIMIT_ON_SLOTS, "usable", slots->used, slots->usable);
		if (slots->reserved > 0)
			add(limits, LIMIT_ON_RESERVE, "reserved", within(over, slots->reserved),
			    slots->reserved);
		if (slots->superuser_reserved > 0)
			add(limits, LIMIT_ON_RESERVE, "superuser",
			    within(over - slots->reserved, slots->superuser_reserved),
			    slots->superuser_reserved);
	}
	if (slots->max_wal_senders > 0)
		add(limits, LIMIT_ON_WALSENDERS, "max_wal_senders", slots->walsenders,
		    slots->max_wal_senders);
}

static void
add_named(struct limits *limits, const struct limit *limit, const struct groups *groups)
{
	const struct groups *named = &groups[limit->is_role ? GROUP_USER : GROUP_DATABASE];
	int used = 0;

	for (size_t i = 0; i < named->count; i++)
		if (named->items[i].name == limit->name)
			used = named->items[i].total;
	add(limits, limit->is_role ? LIMIT_ON_ROLE : LIMIT_ON_DATABASE, limit->name, used,
	    limit->connections);
}

/* Until 13.19, 14.16, 15.11, 16.7 and 17.3 walsenders and autovacuum counted as well. */
static bool
counts_others(int version)
{
	static const int fixed[] = { 130019, 140016, 150011, 160007, 170003 };

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (version / 10000 == fixed[i] / 10000)
			return version < fixed[i];
	return version > 0 && version < 130000;
}

static void
count_other(struct limits *limits, const struct session *session)
{
	for (size_t i = 0; i < limits->count; i++) {
		struct limit_use *use = &limits->items[i];

		use->used += (use->kind == LIMIT_ON_ROLE && use->name == session->user) ||
		    (use->kind == LIMIT_ON_DATABASE && use->name == session->database);
	}
}

static bool
is_other(const struct session *session)
{
	return !session->slot &&
	    (session->kind == KIND_WALSENDER ||
	        (session->backend_type != NULL &&
	            strcmp(session->backend_type, "autovacuum worker") == 0));
}

void
limits_make(struct limits *limits, const struct snapshot *snap, const struct slots *slots,
    const struct groups *groups, struct arena *arena)
{
	*limits = (struct limits){ .known = snap->limits_known };
	limits->items = arena_alloc(arena, snap->limit_count + FIXED_MOST, sizeof *limits->items);
	add_fixed(limits, slots);
	for (size_t i = 0; i < snap->limit_count; i++)
		add_named(limits, &snap->limits[i], groups);
	for (size_t i = 0; counts_others(snap->server.version_num) && i < snap->session_count; i++)
		if (is_other(&snap->sessions[i]))
			count_other(limits, &snap->sessions[i]);
	if (limits->count > 1)
		qsort(limits->items, limits->count, sizeof *limits->items, compare_limits);
}
