/* SPDX-License-Identifier: PostgreSQL */
/*
 * Building snapshots. Strings are interned in a hash table in the arena, so
 * that grouping and comparing within a snapshot compares pointers, and a
 * thousand sessions of one application hold its name once.
 */
#include "model/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SAME_START_US 1000000 /* between a process and its session, on a busy machine */

#ifndef INTERN_SLOTS
#define INTERN_SLOTS 256 /* a power of two; grows */
#endif

struct intern_slot {
	const char *s; /* NULL: free */
	size_t len;
	uint64_t hash;
};

struct intern {
	struct intern_slot *slots;
	size_t room; /* a power of two */
	size_t used;
};

struct snapshot *
snapshot_new(void)
{
	struct snapshot *snap = mem_alloc(1, sizeof *snap);

	snapshot_reset(snap);
	return snap;
}

void
snapshot_reset(struct snapshot *snap)
{
	struct arena arena = snap->arena;

	arena_reset(&arena);
	*snap = (struct snapshot){
		.arena = arena,
		.max_connections = -1,
		.max_wal_senders = -1,
		.server.started_us = TIME_UNKNOWN,
	};
	params_init(&snap->params);
}

void
snapshot_free(struct snapshot *snap)
{
	if (snap == NULL)
		return;
	arena_clear(&snap->arena);
	mem_free(snap);
}

/* FNV-1a, by bytes. */
static uint64_t
hash_bytes(const char *s, size_t n)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return hash;
}

/* The slot of that string, or the free one where it belongs. */
static struct intern_slot *
intern_slot(const struct intern *intern, uint64_t hash, const char *s, size_t n)
{
	size_t i = hash & (intern->room - 1);

	while (intern->slots[i].s != NULL) {
		const struct intern_slot *slot = &intern->slots[i];

		if (slot->hash == hash && slot->len == n && memcmp(slot->s, s, n) == 0)
			break;
		i = (i + 1) & (intern->room - 1);
	}
	return &intern->slots[i];
}

static void
intern_grow(struct snapshot *snap)
{
	struct intern old = *snap->intern;
	struct intern *now = snap->intern;

	now->room = old.room * 2;
	now->slots = arena_alloc(&snap->arena, now->room, sizeof *now->slots);
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].s != NULL)
			*intern_slot(now, old.slots[i].hash, old.slots[i].s, old.slots[i].len) =
			    old.slots[i];
}

const char *
snapshot_intern(struct snapshot *snap, const char *s, size_t n)
{
	struct intern_slot *slot;
	uint64_t hash;

	if (s == NULL)
		return NULL;
	if (snap->intern == NULL) {
		snap->intern = arena_alloc(&snap->arena, 1, sizeof *snap->intern);
		snap->intern->room = INTERN_SLOTS;
		snap->intern->slots = arena_alloc(&snap->arena, INTERN_SLOTS, sizeof *slot);
	}
	hash = hash_bytes(s, n);
	slot = intern_slot(snap->intern, hash, s, n);
	if (slot->s != NULL)
		return slot->s;
	if (++snap->intern->used * 2 > snap->intern->room) {
		intern_grow(snap);
		slot = intern_slot(snap->intern, hash, s, n);
	}
	*slot = (struct intern_slot){ arena_strndup(&snap->arena, s, n), n, hash };
	return slot->s;
}

void
snapshot_reserve(struct snapshot *snap, size_t n)
{
	snap->sessions = arena_alloc(&snap->arena, n, sizeof *snap->sessions);
	snap->session_room = n;
}

struct session *
snapshot_add(struct snapshot *snap)
{
	struct session *session;

	if (snap->session_count == snap->session_room) {
		size_t room = snap->session_room > 0 ? snap->session_room * 2 : 64;
		struct session *grown = arena_alloc(&snap->arena, room, sizeof *grown);

		if (snap->session_count > 0)
			memcpy(grown, snap->sessions, snap->session_count * sizeof *grown);
		snap->sessions = grown;
		snap->session_room = room;
	}
	session = &snap->sessions[snap->session_count++];
	*session = (struct session){
		.id.start_us = TIME_UNKNOWN,
		.kind = KIND_UNKNOWN,
		.state = STATE_UNKNOWN,
		.client_port = -1,
		.xact_start_us = TIME_UNKNOWN,
		.query_start_us = TIME_UNKNOWN,
		.state_change_us = TIME_UNKNOWN,
		.xid = -1,
		.xmin = -1,
		.cpu = -1,
	};
	return session;
}

static int
compare_sessions(const void *a, const void *b)
{
	const struct session *left = a, *right = b;

	return identity_compare(&left->id, &right->id);
}

void
snapshot_finish(struct snapshot *snap)
{
	if (snap->session_count > 1)
		qsort(snap->sessions, snap->session_count, sizeof *snap->sessions,
		    compare_sessions);
}

/* The first session that does not come before the identity. */
static size_t
lower_bound(const struct snapshot *snap, const struct identity *id)
{
	size_t low = 0, high = snap->session_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (identity_compare(&snap->sessions[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct session *
snapshot_find(const struct snapshot *snap, const struct identity *id)
{
	size_t i = lower_bound(snap, id);

	if (i == snap->session_count || identity_compare(&snap->sessions[i].id, id) != 0)
		return NULL;
	return &snap->sessions[i];
}

const struct session *
snapshot_find_pid(const struct snapshot *snap, int32_t pid)
{
	struct identity first = { pid, INT64_MIN };
	size_t i = lower_bound(snap, &first);

	if (i == snap->session_count || snap->sessions[i].id.pid != pid)
		return NULL;
	return &snap->sessions[i];
}

static bool
names_ours(const char *name, const char *ours)
{
	return name == NULL || text_same(name, ours);
}

/* Whether what our own session would have without its own values is not the server's. */
static bool
is_hidden(const struct snapshot *snap, enum param_id id)
{
	const struct params *params = &snap->params;

	if (!param_rows[id].per_session || snap->via == VIA_PROC)
		return false;
	for (size_t i = 0; i < params->override_count; i++)
		if (params->overrides[i].id == id &&
		    names_ours(params->overrides[i].role, snap->server.user) &&
		    names_ours(params->overrides[i].database, snap->server.database))
			return true;
	return !params->overrides_known;
}

int64_t
snapshot_param(const struct snapshot *snap, enum param_id id)
{
	return is_hidden(snap, id) ? -1 : snap->params.items[id].value;
}

bool
via_differs(enum via one, enum via other)
{
	return (one == VIA_PROC) != (other == VIA_PROC);
}

const struct session *
snapshot_recognise(const struct snapshot *snap, const struct identity *id)
{
	const struct session *session = snapshot_find_pid(snap, id->pid);
	int64_t apart_us;

	if (session == NULL || session->id.start_us == TIME_UNKNOWN || id->start_us == TIME_UNKNOWN)
		return session;
	apart_us = session->id.start_us - id->start_us;
	return apart_us <= SAME_START_US && -apart_us <= SAME_START_US ? session : NULL;
}

const char *
snapshot_limit(const struct snapshot *snap, enum refusal refusal, char out[SNAPSHOT_LIMIT_MAX])
{
	const struct {
		const char *name;
		int value;
	} limits[REFUSAL_OTHER + 1] = {
		[REFUSAL_ALL_SLOTS] = { "max_connections", snap->max_connections },
		[REFUSAL_SUPERUSER_RESERVED] = { "superuser_reserved_connections",
		    snap->superuser_reserved },
		[REFUSAL_ROLE_RESERVED] = { "reserved_connections", snap->reserved },
	}, *limit = &limits[refusal];

	out[0] = '\0';
	if (limit->name != NULL && limit->value >= 0)
		snprintf(out, SNAPSHOT_LIMIT_MAX, ", %s %d", limit->name, limit->value);
	return out;
}
