/* SPDX-License-Identifier: PostgreSQL */
/*
 * Grouping of the sessions that hold slots. A hash table over the names
 * finds the group; within a sample names are interned, but the sessions that
 * are gone have theirs in the previous one, so names compare as text.
 */
#include "analysis/groups.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/churn.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"

struct grouping {
	enum group_by by;
	int64_t now_us;
	bool sees_queries; /* else nobody knows who never ran one */
	struct arena *arena;
	uint32_t *slots; /* hash table of indexes of items plus 1; free ones 0 */
	size_t room;     /* of the table: a power of two, twice that of items */
	struct group *items;
	size_t count;
};

const char *
groups_label(const char *name)
{
	return groups_shown(name);
}

const char *
groups_shown(const char *name)
{
	return name != NULL && name[0] == '\0' ? "(none)" : name;
}

const char *
groups_name(enum group_by by, const struct session *session)
{
	const char *name = NULL;

	switch (by) {
	case GROUP_APPLICATION:
		name = session->application;
		break;
	case GROUP_USER:
		name = session->user;
		break;
	case GROUP_DATABASE:
		name = session->database;
		break;
	case GROUP_CLIENT:
		name = session->client;
		break;
	case GROUP_COUNT:
		break;
	}
	return groups_label(name);
}

static size_t
hash_name(const char *name)
{
	size_t hash = 5381;

	for (; name != NULL && *name != '\0'; name++)
		hash = hash * 33 ^ (unsigned char)*name;
	return hash;
}

/* The slot of the name, or the free one where it belongs. */
static uint32_t *
find_slot(const struct grouping *grouping, const char *name)
{
	size_t i = hash_name(name) & (grouping->room - 1);

	while (grouping->slots[i] != 0 &&
	    !text_same(grouping->items[grouping->slots[i] - 1].name, name))
		i = (i + 1) & (grouping->room - 1);
	return &grouping->slots[i];
}

/* Groups are few, but there may be as many as sessions. */
static void
grow(struct grouping *grouping)
{
	struct group *items;

	grouping->room = grouping->room > 0 ? grouping->room * 2 : 64;
	items = arena_alloc(grouping->arena, grouping->room / 2, sizeof *items);
	if (grouping->count > 0)
		memcpy(items, grouping->items, grouping->count * sizeof *items);
	grouping->items = items;
	grouping->slots = arena_alloc(grouping->arena, grouping->room, sizeof *grouping->slots);
	for (size_t i = 0; i < grouping->count; i++)
		*find_slot(grouping, items[i].name) = (uint32_t)i + 1;
}

static struct group *
find_group(struct grouping *grouping, const char *name)
{
	uint32_t *slot = find_slot(grouping, name);

	if (*slot != 0)
		return &grouping->items[*slot - 1];
	if (grouping->count == grouping->room / 2) {
		grow(grouping);
		slot = find_slot(grouping, name);
	}
	grouping->items[grouping->count] = (struct group){
		.name = name,
		.oldest_idle_us = TIME_UNKNOWN,
		.longest_query_us = TIME_UNKNOWN,
		.longest_xact_us = TIME_UNKNOWN,
		.opened = -1,
		.closed = -1,
		.limit = -1,
	};
	*slot = (uint32_t)++grouping->count;
	return &grouping->items[grouping->count - 1];
}

static void
keep_longest(int64_t *longest, int64_t us)
{
	if (us > *longest) /* TIME_UNKNOWN is the least value */
		*longest = us;
}

static void
add_idle(struct group *group, const struct session *session, const struct grouping *grouping)
{
	static const int64_t limits_us[] = {
		[IDLE_SECOND] = UNITS_US_PER_SECOND,
		[IDLE_MINUTE] = 60 * UNITS_US_PER_SECOND,
		[IDLE_TEN] = 600 * UNITS_US_PER_SECOND,
	};
	int64_t idle_us = session_since(session->state_change_us, grouping->now_us);
	bool never = grouping->sees_queries && session->query_start_us == TIME_UNKNOWN;
	size_t age = 0;

	keep_longest(&group->oldest_idle_us, idle_us);
	if (idle_us == TIME_UNKNOWN)
		return;
	group->old += idle_us >= limits_us[IDLE_MINUTE];
	while (age < IDLE_LONGER && idle_us >= limits_us[age])
		age++;
	group->idle_ages[never ? IDLE_NEVER : age]++;
}

static void
add_session(struct grouping *grouping, const struct session *session)
{
	struct group *group = find_group(grouping, groups_name(grouping->by, session));
	int64_t now = grouping->now_us;

	group->total++;
	group->states[session->state]++;
	group->waiting += session_waits_for_lock(session);
	group->young += session->id.start_us != TIME_UNKNOWN &&
	    session_since(session->id.start_us, now) < GROUPS_YOUNG_US;
	if (session->state == STATE_IDLE)
		add_idle(group, session, grouping);
	if (session->state == STATE_ACTIVE)
		keep_longest(&group->longest_query_us, session_since(session->query_start_us, now));
	keep_longest(&group->longest_xact_us, session_since(session->xact_start_us, now));
}

static void
add_change(void *context, const struct session *session, bool opened)
{
	struct grouping *grouping = context;
	struct group *group = find_group(grouping, groups_name(grouping->by, session));

	if (opened)
		group->opened++;
	else
		group->closed++;
}

static void
count_changes(struct grouping *grouping, const struct snapshot *snap,
    const struct snapshot *previous)
{
	size_t present = grouping->count;

	for (size_t i = 0; i < present; i++)
		grouping->items[i].opened = grouping->items[i].closed = 0;
	churn_each(snap, previous, add_change, grouping);
	grouping->count = present; /* groups that are gone are not listed */
}

static void
set_limits(struct grouping *grouping, const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->limit_count; i++) {
		const struct limit *limit = &snap->limits[i];

		if (limit->is_role != (grouping->by == GROUP_USER))
			continue;
		for (size_t n = 0; n < grouping->count; n++)
			if (text_same(grouping->items[n].name, limit->name))
				grouping->items[n].limit = limit->connections;
	}
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	if (left->total != right->total)
		return left->total > right->total ? -1 : 1;
	if (left->name == NULL || right->name == NULL)
		return (left->name == NULL) - (right->name == NULL);
	return strcmp(left->name, right->name);
}

void
groups_make(struct groups *groups, enum group_by by, const struct snapshot *snap,
    const struct snapshot *previous, struct arena *arena)
{
	struct grouping grouping = { .by = by,
		.now_us = snap->server_us,
		.sees_queries = snap->via != VIA_PROC,
		.arena = arena };
	bool compare = previous != NULL && churn_comparable(snap, previous);

	grow(&grouping);
	for (size_t i = 0; i < snap->session_count; i++)
		if (snap->sessions[i].slot)
			add_session(&grouping, &snap->sessions[i]);
	if (compare)
		count_changes(&grouping, snap, previous);
	if (by == GROUP_USER || by == GROUP_DATABASE)
		set_limits(&grouping, snap);
	if (grouping.count > 1)
		qsort(grouping.items, grouping.count, sizeof *grouping.items, compare_groups);
	*groups = (struct groups){ grouping.items, grouping.count };
}
