/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the rows mean: which process holds a slot, what was not shown to us.
 */
#include "source/pg_sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/snapshot.h"
#include "source/pg_conn.h"
#include "source/pg_names.h"
#include "source/pg_sql.h"
#include "source/pg_value.h"

static const char *
text_at(struct snapshot *snap, const struct pg_rows *rows, int row, int col)
{
	size_t len;
	const char *s = pg_rows_value(rows, row, col, &len);

	return snapshot_intern(snap, s, s == NULL ? 0 : len);
}

static const char *
query_at(struct snapshot *snap, const struct pg_rows *rows, int row)
{
	size_t len;
	const char *s = pg_rows_value(rows, row, ACTIVITY_QUERY, &len);
	char *query;

	if (s == NULL)
		return NULL;
	query = arena_strndup(&snap->arena, s, len);
	if (memchr(s, '\\', len) != NULL)
		query[pg_value_unescape(query, s, len)] = '\0';
	return query;
}

/* Reads "5 10 0 0 1,16384 ..." */
static void
read_counts(struct snapshot *snap, const struct pg_rows *rows)
{
	size_t len, count = 1;
	const char *s = pg_rows_value(rows, 0, SERVER_COUNTS, &len), *end;
	struct database *list;

	if (s == NULL)
		return;
	end = s + len;
	for (size_t i = 0; i < len; i++)
		count += s[i] == ',';
	snap->databases = list = arena_alloc(&snap->arena, count, sizeof(*list));
	for (; snap->database_count < count; s++) {
		int64_t numbers[5] = { 0 };

		for (int i = 0; i < 5; i++) {
			s += i > 0 && s < end;
			numbers[i] = pg_value_read(&s, end, 0);
		}
		list[snap->database_count++] = (struct database){ (uint32_t)numbers[0], NULL,
			numbers[1], numbers[2], numbers[3], numbers[4] };
	}
}

void
pg_sample_server(struct pg_sample *sample, const struct pg_rows *rows, const char *reserves)
{
	struct snapshot *snap = sample->snap;
	struct reserve *list;
	size_t len;
	const char *recovery;

	if (pg_rows_count(rows) != 1)
		return;
	recovery = pg_rows_value(rows, 0, SERVER_RECOVERY, &len);
	sample->own_pid = (int32_t)pg_value_number(rows, 0, SERVER_PID, 0);
	snap->server_us = pg_value_time(rows, 0, SERVER_CLOCK);
	snap->server.in_recovery_known = recovery != NULL;
	snap->server.in_recovery = recovery != NULL && recovery[0] == 't';
	snap->max_connections = (int)pg_value_number(rows, 0, SERVER_MAX_CONNECTIONS, -1);
	snap->superuser_reserved = (int)pg_value_number(rows, 0, SERVER_SUPERUSER_RESERVED, 0);
	snap->reserved = (int)pg_value_number(rows, 0, SERVER_RESERVED, 0);
	snap->max_wal_senders = (int)pg_value_number(rows, 0, SERVER_MAX_WAL_SENDERS, -1);
	read_counts(snap, rows);
	snap->reserves = list = arena_alloc(&snap->arena, strlen(reserves) + 1, sizeof(*list));
	for (; *reserves != '\0'; reserves += len + (reserves[len] == ',')) {
		int col = SERVER_RESERVES + (int)snap->reserve_count;

		len = strcspn(reserves, ",");
		list[snap->reserve_count++] = (struct reserve){
			.setting = snapshot_intern(snap, reserves, len),
			.slots = (int)pg_value_number(rows, 0, col, 0),
		};
	}
}

/* Which kind of process it is, and whether it holds a slot. */
static void
set_kind(const struct pg_sample *sample, struct session *session, const struct pg_oids *oids)
{
	const char *type = session->backend_type;

	if (type == NULL) {
		/* A background process whose type has no name shows its start; who shows neither is
		 * hidden. */
		bool shown = session->id.start_us != TIME_UNKNOWN;

		session->kind = shown ? KIND_WORKER : KIND_UNKNOWN;
		session->slot = !shown && oids->database != 0 && oids->user != 0;
	} else if (strcmp(type, "client backend") == 0) {
		session->kind = KIND_CLIENT;
		session->slot = true;
	} else if (strcmp(type, "walsender") == 0) {
		session->kind = KIND_WALSENDER;
		session->slot = sample->version < 120000;
	} else {
		session->kind = KIND_WORKER;
		/* Until 17.3 the worker that copies replication slots took a client's. */
		session->slot = strcmp(type, "slotsync worker") == 0 && sample->version < 170003;
	}
}

/* Where the client is; a row that is not hidden has a port unless it is no client. */
static const char *
client_at(struct snapshot *snap, const struct pg_rows *rows, int row, const struct session *session)
{
	const char *address = text_at(snap, rows, row, ACTIVITY_CLIENT);
	size_t len;

	if (address != NULL || session->kind == KIND_UNKNOWN ||
	    pg_rows_value(rows, row, ACTIVITY_PORT, &len) == NULL)
		return address;
	return snapshot_intern(snap, "local", 5);
}

static void
read_session(struct pg_sample *sample, const struct pg_rows *rows, int row, struct pg_oids *oids)
{
	struct snapshot *snap = sample->snap;
	struct session *session = snapshot_add(snap);
	size_t len;

	session->id.pid = (int32_t)pg_value_number(rows, row, ACTIVITY_PID, 0);
	session->id.start_us = pg_value_time(rows, row, ACTIVITY_START);
	session->own = session->id.pid == sample->own_pid;
	session->backend_type = text_at(snap, rows, row, ACTIVITY_TYPE);
	set_kind(sample, session, oids);
	session->application = text_at(snap, rows, row, ACTIVITY_APPLICATION);
	session->client = client_at(snap, rows, row, session);
	session->client_port = (int32_t)pg_value_number(rows, row, ACTIVITY_PORT, -1);
	session->xact_start_us = pg_value_time(rows, row, ACTIVITY_XACT_START);
	session->query_start_us = pg_value_time(rows, row, ACTIVITY_QUERY_START);
	session->state_change_us = pg_value_time(rows, row, ACTIVITY_STATE_CHANGE);
	session->wait_event_type = text_at(snap, rows, row, ACTIVITY_WAIT_TYPE);
	session->wait_event = text_at(snap, rows, row, ACTIVITY_WAIT);
	session->state = session_state_parse(pg_rows_value(rows, row, ACTIVITY_STATE, &len));
	session->xid = pg_value_number(rows, row, ACTIVITY_XID, -1);
	session->xmin = pg_value_number(rows, row, ACTIVITY_XMIN, -1);
	session->leader_pid = (int32_t)pg_value_number(rows, row, ACTIVITY_LEADER, 0);
	session->query_id = pg_value_number(rows, row, ACTIVITY_QUERY_ID, 0);
	if (session->kind == KIND_UNKNOWN) {
		snap->restricted = true;
		return;
	}
	session->query = query_at(snap, rows, row);
	session->blockers_known = !session_waits_for_lock(session);
}

void
pg_sample_sessions(struct pg_sample *sample, const struct pg_rows *rows, struct pg_names *names)
{
	int count = pg_rows_count(rows);

	sample->oids = arena_alloc(&sample->snap->arena, (size_t)count, sizeof(*sample->oids));
	snapshot_reserve(sample->snap, (size_t)count);
	for (int row = 0; row < count; row++) {
		struct pg_oids *oids = &sample->oids[row];

		oids->database = (uint32_t)pg_value_number(rows, row, ACTIVITY_DATABASE, 0);
		oids->user = (uint32_t)pg_value_number(rows, row, ACTIVITY_USER, 0);
		pg_names_note(names, NAME_DATABASE, oids->database);
		pg_names_note(names, NAME_ROLE, oids->user);
		read_session(sample, rows, row, oids);
	}
}

static void
name_databases(struct snapshot *snap, struct pg_names *names)
{
	struct database *list = arena_alloc(&snap->arena, snap->database_count, sizeof(*list));

	for (size_t i = 0; i < snap->database_count; i++) {
		list[i] = snap->databases[i];
		list[i].name = pg_names_get(names, NAME_DATABASE, list[i].oid, snap);
	}
	snap->databases = list;
}

void
pg_sample_names(struct pg_sample *sample, struct pg_names *names)
{
	struct snapshot *snap = sample->snap;

	for (size_t i = 0; i < snap->session_count; i++) {
		struct session *session = &snap->sessions[i];

		session->database =
		    pg_names_get(names, NAME_DATABASE, sample->oids[i].database, snap);
		session->user = pg_names_get(names, NAME_ROLE, sample->oids[i].user, snap);
		session->superuser = pg_names_superuser(names, sample->oids[i].user);
		session->foreign = pg_names_foreign(names, sample->oids[i].user);
	}
	sample->oids = NULL;
	name_databases(snap, names);
	pg_names_limits(names, snap);
	snapshot_finish(snap);
}

int
pg_sample_used(const struct pg_sample *sample)
{
	int used = 0;

	for (size_t i = 0; i < sample->snap->session_count; i++)
		used += sample->snap->sessions[i].slot;
	return used;
}

int
pg_sample_usable(const struct pg_sample *sample)
{
	const struct snapshot *snap = sample->snap;
	int usable = snap->max_connections - snap->superuser_reserved - snap->reserved;

	for (size_t i = 0; i < snap->reserve_count; i++)
		usable -= snap->reserves[i].slots;
	return usable;
}

size_t
pg_sample_waiting(const struct pg_sample *sample, size_t max, struct buf *list)
{
	size_t count = 0;

	for (size_t i = 0; i < sample->snap->session_count && count < max; i++)
		if (session_waits_for_lock(&sample->snap->sessions[i]))
			buf_addf(list, "%s%d", count++ > 0 ? "," : "",
			    (int)sample->snap->sessions[i].id.pid);
	return count;
}

/* The session of that pid to change, NULL when there is none. */
static struct session *
session_of(const struct pg_sample *sample, int32_t pid)
{
	const struct session *session = snapshot_find_pid(sample->snap, pid);

	return session == NULL ? NULL : &sample->snap->sessions[session - sample->snap->sessions];
}

/* Reads "{12,13,12}", each pid once. */
static void
read_blockers(struct snapshot *snap, struct session *session, const char *s, size_t len)
{
	const char *end = s + len;
	int32_t *pids = arena_alloc(&snap->arena, len / 2 + 1, sizeof(*pids));
	size_t count = 0;

	while (s < end && ++s < end) { /* past the brace or comma */
		int32_t pid = (int32_t)pg_value_read(&s, end, -1);
		size_t i = 0;

		while (i < count && pids[i] != pid)
			i++;
		if (i == count && pid >= 0)
			pids[count++] = pid;
	}
	session->blocked_by = count > 0 ? pids : NULL;
	session->blocker_count = count;
	session->blockers_known = true;
}

void
pg_sample_blockers(struct pg_sample *sample, const struct pg_rows *rows)
{
	for (int row = 0; row < pg_rows_count(rows); row++) {
		int32_t pid = (int32_t)pg_value_number(rows, row, BLOCKERS_PID, 0);
		struct session *session = session_of(sample, pid);
		size_t len;
		const char *pids = pg_rows_value(rows, row, BLOCKERS_PIDS, &len);

		if (session != NULL && pids != NULL && session_waits_for_lock(session))
			read_blockers(sample->snap, session, pids, len);
	}
}

static int
compare_pids(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return left < right ? -1 : left > right;
}

/* Whether the pid is among those, which ascend. */
static bool
has_pid(const int32_t *pids, size_t count, int32_t pid)
{
	return count > 0 && bsearch(&pid, pids, count, sizeof(pid), compare_pids) != NULL;
}

void
pg_starting_read(struct pg_starting *starting, const struct pg_rows *rows,
    const struct snapshot *snap)
{
	struct pg_starting before = *starting;
	size_t rows_count = (size_t)pg_rows_count(rows);

	*starting = (struct pg_starting){
		.pids = mem_alloc(rows_count, sizeof(int32_t)),
		.hidden = mem_alloc(rows_count, sizeof(int32_t)),
		.looked = true,
	};
	for (size_t row = 0; row < rows_count; row++) {
		int32_t pid = (int32_t)pg_value_number(rows, (int)row, 0, 0);

		if (snapshot_find_pid(snap, pid) == NULL)
			starting->pids[starting->count++] = pid;
	}
	qsort(starting->pids, starting->count, sizeof(int32_t), compare_pids);
	for (size_t i = 0; i < starting->count; i++)
		if (has_pid(before.pids, before.count, starting->pids[i]))
			starting->hidden[starting->hidden_count++] = starting->pids[i];
	starting->known = before.looked || starting->count == 0;
	pg_starting_clear(&before);
}

void
pg_starting_clear(struct pg_starting *starting)
{
	mem_free(starting->pids);
	mem_free(starting->hidden);
	*starting = (struct pg_starting){ 0 };
}

void
pg_sample_starting(struct pg_sample *sample, const struct pg_starting *starting)
{
	struct snapshot *snap = sample->snap;
	int32_t *absent = arena_alloc(&snap->arena, starting->hidden_count, sizeof(*absent));
	size_t count = 0;

	if (!starting->known)
		return;
	for (size_t i = 0; i < starting->hidden_count; i++)
		if (snapshot_find_pid(snap, starting->hidden[i]) == NULL)
			absent[count++] = starting->hidden[i];
	for (size_t i = 0; i < count; i++) {
		struct session *session = snapshot_add(snap);

		session->id.pid = absent[i];
		session->kind = KIND_HIDDEN;
		session->state = STATE_STARTING;
		session->slot = true;
		session->blockers_known = true;
	}
	if (count > 0)
		snapshot_finish(snap);
	snap->hidden_known = true;
}
