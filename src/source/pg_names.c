/* SPDX-License-Identifier: PostgreSQL */
/*
 * A hash table by kind and object id. It holds what occurs in the last
 * sample and what has a limit, so it does not grow with what comes and goes.
 */
#include "source/pg_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_conn.h"
#include "source/pg_sql.h"

#define NAMES_AGE_US (30 * UNITS_US_PER_SECOND)  /* renames are rare */
#define NAMES_PAUSE_US (5 * UNITS_US_PER_SECOND) /* after a failure: each costs a lock timeout */

#define DATABASES_MOST 128 /* whose sessions are counted: each costs the server a microsecond */

#ifndef NAMES_ROOM
#define NAMES_ROOM 64 /* a power of two; grows */
#endif

struct entry {
	uint32_t oid; /* 0: free */
	enum name_kind kind;
	unsigned sample;  /* the last one it occurred in */
	bool asked;       /* name is the server's last word, even when there is none */
	const char *name; /* NULL: unknown, or dropped */
	size_t len;
	int64_t limit;        /* -1 for none */
	bool superuser;       /* of a role */
	bool foreign;         /* of a role: ours has not its rights */
	const char *interned; /* in the snapshot of that sample */
};

struct pg_names {
	struct arena arena; /* entries and names */
	struct entry *entries;
	size_t room, used;
	unsigned sample; /* counts them */
	bool news;       /* an entry was not asked for yet */
	enum signal_right right;
	int64_t due_us; /* time to read anew; and, with news, not before not_before_us */
	int64_t not_before_us;
};

/* The entry, or the free one where it belongs. */
static struct entry *
find(const struct pg_names *names, enum name_kind kind, uint32_t oid)
{
	size_t i = (oid * UINT32_C(2654435761) + (size_t)kind) & (names->room - 1);

	while (names->entries[i].oid != 0 &&
	    (names->entries[i].oid != oid || names->entries[i].kind != kind))
		i = (i + 1) & (names->room - 1);
	return &names->entries[i];
}

static void
make_room(struct pg_names *names, size_t room)
{
	names->room = room;
	names->entries = arena_alloc(&names->arena, room, sizeof(*names->entries));
}

/* The entry, made when it is not there. */
static struct entry *
get(struct pg_names *names, enum name_kind kind, uint32_t oid)
{
	struct entry *entry = find(names, kind, oid);

	if (entry->oid != 0)
		return entry;
	if (++names->used * 2 > names->room) {
		struct entry *old = names->entries;
		size_t old_room = names->room;

		make_room(names, old_room * 2);
		for (size_t i = 0; i < old_room; i++)
			if (old[i].oid != 0)
				*find(names, old[i].kind, old[i].oid) = old[i];
		entry = find(names, kind, oid);
	}
	*entry = (struct entry){ .oid = oid, .kind = kind, .limit = -1 };
	return entry;
}

struct pg_names *
pg_names_new(void)
{
	struct pg_names *names = mem_alloc(1, sizeof(*names));

	make_room(names, NAMES_ROOM);
	return names;
}

void
pg_names_free(struct pg_names *names)
{
	if (names == NULL)
		return;
	arena_clear(&names->arena);
	mem_free(names);
}

void
pg_names_begin(struct pg_names *names)
{
	names->sample++;
	names->news = false;
}

void
pg_names_note(struct pg_names *names, enum name_kind kind, uint32_t oid)
{
	struct entry *entry;

	if (oid == 0)
		return;
	entry = get(names, kind, oid);
	if (entry->sample != names->sample)
		entry->interned = NULL;
	entry->sample = names->sample;
	names->news |= !entry->asked;
}

bool
pg_names_due(const struct pg_names *names, int64_t mono_us)
{
	return mono_us >= names->not_before_us && (names->news || mono_us >= names->due_us);
}

void
pg_names_list(const struct pg_names *names, enum name_kind kind, struct buf *list)
{
	buf_adds(list, "0");
	for (size_t i = 0; i < names->room; i++) {
		const struct entry *entry = &names->entries[i];

		if (entry->oid != 0 && entry->kind == kind && entry->sample == names->sample)
			buf_addf(list, ",%lu", (unsigned long)entry->oid);
	}
}

void
pg_names_databases(const struct pg_names *names, struct buf *list)
{
	size_t count = 0;

	for (size_t i = 0; i < names->room && count < DATABASES_MOST; i++) {
		const struct entry *entry = &names->entries[i];

		if (entry->oid != 0 && entry->kind == NAME_DATABASE && entry->name != NULL)
			buf_addf(list, "%s%lu", count++ > 0 ? "," : "", (unsigned long)entry->oid);
	}
}

/* Takes one row of the answer in. */
static void
read_row(struct pg_names *names, const struct pg_rows *rows, int row)
{
	size_t len, ignored;
	const char *kind = pg_rows_value(rows, row, NAMES_KIND, &ignored);
	const char *oid = pg_rows_value(rows, row, NAMES_OID, &ignored);
	const char *name = pg_rows_value(rows, row, NAMES_NAME, &len);
	const char *limit = pg_rows_value(rows, row, NAMES_NUMBER, &ignored);
	const char *super = pg_rows_value(rows, row, NAMES_SUPERUSER, &ignored);
	const char *ours = pg_rows_value(rows, row, NAMES_OURS, &ignored);
	struct entry *entry;

	if (kind == NULL || oid == NULL || name == NULL || limit == NULL || super == NULL ||
	    ours == NULL)
		return;
	if (kind[0] == NAMES_IS_SIGNAL) {
		names->right = super[0] == 't' ? SIGNAL_ALL
		    : limit[0] == '1'          ? SIGNAL_OTHERS
		                               : SIGNAL_OWN;
		return;
	}
	entry = get(names, kind[0] == NAMES_IS_ROLE ? NAME_ROLE : NAME_DATABASE,
	    (uint32_t)strtoul(oid, NULL, 10));
	entry->asked = true;
	entry->name = arena_strndup(&names->arena, name, len);
	entry->len = len;
	entry->limit = strtol(limit, NULL, 10);
	entry->superuser = super[0] == 't';
	entry->foreign = ours[0] == 'f';
}

void
pg_names_read(struct pg_names *names, const struct pg_rows *rows, int64_t mono_us)
{
	struct pg_names old = *names;

	names->arena = (struct arena){ 0 };
	names->used = 0;
	names->right = SIGNAL_UNKNOWN;
	make_room(names, NAMES_ROOM);
	for (size_t i = 0; i < old.room; i++)
		if (old.entries[i].oid != 0 && old.entries[i].sample == names->sample) {
			struct entry *entry = get(names, old.entries[i].kind, old.entries[i].oid);

			entry->sample = names->sample;
			entry->asked = true;
		}
	for (int row = 0; row < pg_rows_count(rows); row++)
		read_row(names, rows, row);
	arena_clear(&old.arena);
	names->news = false;
	names->due_us = mono_us + NAMES_AGE_US;
}

void
pg_names_failed(struct pg_names *names, int64_t mono_us)
{
	names->not_before_us = mono_us + NAMES_PAUSE_US;
}

/* The name of an entry in the snapshot of this sample. */
static const char *
intern(const struct pg_names *names, struct entry *entry, struct snapshot *snap)
{
	char text[32];
	int len;

	if (entry->interned != NULL && entry->sample == names->sample)
		return entry->interned;
	if (entry->name != NULL)
		return entry->interned = snapshot_intern(snap, entry->name, entry->len);
	len = snprintf(text, sizeof(text), "oid %lu", (unsigned long)entry->oid);
	return entry->interned = snapshot_intern(snap, text, (size_t)len);
}

const char *
pg_names_get(struct pg_names *names, enum name_kind kind, uint32_t oid, struct snapshot *snap)
{
	return oid == 0 ? NULL : intern(names, get(names, kind, oid), snap);
}

bool
pg_names_superuser(const struct pg_names *names, uint32_t oid)
{
	return find(names, NAME_ROLE, oid)->superuser;
}

bool
pg_names_foreign(const struct pg_names *names, uint32_t oid)
{
	return find(names, NAME_ROLE, oid)->foreign;
}

void
pg_names_limits(struct pg_names *names, struct snapshot *snap)
{
	struct limit *limits = arena_alloc(&snap->arena, names->used, sizeof(*limits));
	size_t count = 0;

	for (size_t i = 0; i < names->room; i++) {
		struct entry *entry = &names->entries[i];

		if (entry->oid == 0 || entry->limit < 0)
			continue;
		limits[count++] = (struct limit){
			.name = intern(names, entry, snap),
			.is_role = entry->kind == NAME_ROLE,
			.connections = (int)entry->limit,
		};
	}
	snap->limits = limits;
	snap->limit_count = count;
	snap->limits_known = names->right != SIGNAL_UNKNOWN;
	snap->signal_right = names->right;
}
