/* SPDX-License-Identifier: PostgreSQL */
/*
 * The sessions that hold slots: one row each. These columns are also those
 * of the filter language.
 */
#include <string.h>

#include "analysis/facts.h"
#include "base/mem.h"
#include "base/units.h"
#include "internal.h"
#include "model/messages.h"
#include "model/snapshot.h"

#define WARN_TRANSACTION_US \
	(60 * UNITS_US_PER_SECOND) /* idle in a transaction this long is marked */

struct value
session_pid(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_int(session->id.pid);
}

static struct value
session_backend_start(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_time(session->id.start_us);
}

struct value
session_user(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->user);
}

struct value
session_database(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->database);
}

struct value
session_application(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->application);
}

static struct value
session_client(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->client);
}

static struct value
session_port(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return session->client_port < 0 ? value_none() : value_int(session->client_port);
}

struct value
session_state(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session_state_name(session->state));
}

struct value
session_age(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	return value_duration(session_since(session->state_change_us, data->snap->server_us));
}

struct value
session_query_age(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	return value_duration(session_since(session->query_start_us, data->snap->server_us));
}

struct value
session_transaction(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	return value_duration(session_since(session->xact_start_us, data->snap->server_us));
}

static struct value
session_session(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	return value_duration(session_since(session->id.start_us, data->snap->server_us));
}

static struct value
session_wait_type(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->wait_event_type);
}

struct value
session_wait(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->wait_event);
}

struct value
session_blocked_by(const struct table_data *data, const void *row)
{
	const struct session *session = row;
	struct value value = { .type = VALUE_PIDS };

	(void)data;
	if (session_waits_for_lock(session) ? !session->blockers_known
	                                    : session->state == STATE_UNKNOWN)
		return value_none();
	value.list.pids = session->blocked_by;
	value.list.count = session->blocker_count;
	return value;
}

/* NULL when it is not known whom it waits for, or whether it does. */
static const struct hold *
hold_of(const struct table_data *data, const struct session *session)
{
	bool unseen = session->state == STATE_UNKNOWN && !session_waits_for_lock(session);

	return data->facts == NULL || unseen
	    ? NULL
	    : blocking_hold(&data->facts->blocking, data->snap, session);
}

static struct value
session_blocked_root(const struct table_data *data, const void *row)
{
	const struct hold *hold = hold_of(data, row);

	if (hold == NULL || hold->depth <= 0)
		return value_none();
	return value_int(hold->root < (int32_t)data->snap->session_count
	        ? data->snap->sessions[hold->root].id.pid
	        : 0);
}

static struct value
session_depth(const struct table_data *data, const void *row)
{
	const struct hold *hold = hold_of(data, row);

	return hold == NULL || hold->depth < 0 ? value_none() : value_int(hold->depth);
}

/* Somebody waits, and nobody could look for whom. */
static bool
is_unlooked(const struct table_data *data)
{
	return data->facts == NULL ||
	    (data->facts->blocking.waiting > 0 && data->facts->blocking.looked == 0);
}

struct value
session_blocks(const struct table_data *data, const void *row)
{
	if (is_unlooked(data))
		return value_none();
	return value_int(blocking_hold(&data->facts->blocking, data->snap, row)->blocks);
}

struct value
session_holds_up(const struct table_data *data, const void *row)
{
	if (is_unlooked(data))
		return value_none();
	return value_int(blocking_hold(&data->facts->blocking, data->snap, row)->below);
}

static struct value
session_backend_type(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->backend_type);
}

static struct value
session_xid(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return session->xid < 0 ? value_none() : value_int(session->xid);
}

static struct value
session_xmin(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return session->xmin < 0 ? value_none() : value_int(session->xmin);
}

static struct value
session_query_id(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return session->query_id == 0 ? value_none() : value_int(session->query_id);
}

static struct value
session_own(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_bool(session->own);
}

static struct value
session_cpu(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return session->cpu < 0 ? value_none() : value_share(session->cpu);
}

struct value
session_query(const struct table_data *data, const void *row)
{
	const struct session *session = row;

	(void)data;
	return value_text(session->query);
}

void
session_rows(const struct table_data *data, struct rows *out, struct arena *arena,
    bool (*want)(const struct session *session))
{
	const struct snapshot *snap = data->snap;

	out->items = arena_alloc(arena, snap->session_count, sizeof *out->items);
	out->count = 0;
	for (size_t i = 0; i < snap->session_count; i++)
		if (want(&snap->sessions[i]))
			out->items[out->count++] = &snap->sessions[i];
}

static bool
holds_slot(const struct session *session)
{
	return session->slot;
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	session_rows(data, out, arena, holds_slot);
}

uint64_t
session_key(const void *row)
{
	const struct session *session = row;

	return row_key_identity(&session->id);
}

int
session_level(const struct table_data *data, const void *row)
{
	const struct session *session = row;
	int64_t idle_us = session_since(session->state_change_us, data->snap->server_us);
	bool holding =
	    session->state == STATE_IDLE_IN_TRANSACTION || session->state == STATE_ABORTED;

	if (data->facts != NULL && data->facts->blocking.root == session)
		return LEVEL_CRITICAL;
	if (session_waits_for_lock(session) || (holding && idle_us > WARN_TRANSACTION_US))
		return LEVEL_WARNING;
	if (data->facts != NULL &&
	    blocking_is_root(blocking_hold(&data->facts->blocking, data->snap, session)))
		return LEVEL_WARNING;
	return LEVEL_OK;
}

static const struct column columns[] = {
	{ "pid", NULL, "PID", "process id of the server process", VALUE_INT, 7, 0, session_pid },
	{ "backend_start", NULL, "STARTED", "when the session began", VALUE_TIME, 27, COLUMN_HIDDEN,
	    session_backend_start },
	{ "user", NULL, "USER", "role that logged in", VALUE_TEXT, 9, 0, session_user },
	{ "database", NULL, "DATABASE", "database it is in", VALUE_TEXT, 9, 0, session_database },
	{ "application", NULL, "APPLICATION", "application_name that the client set", VALUE_TEXT,
	    12, 0, session_application },
	{ "client", NULL, "CLIENT", "address of the client, or local", VALUE_TEXT, 15, COLUMN_WIDE,
	    session_client },
	{ "port", NULL, "PORT", "TCP port of the client", VALUE_INT, 5, COLUMN_HIDDEN,
	    session_port },
	{ "state", NULL, "STATE", "state as the server names it", VALUE_TEXT, 7, COLUMN_STATE,
	    session_state },
	{ "age", "age_seconds", "AGE",
	    "time in the present state; via proc a guess: since the process last ran",
	    VALUE_DURATION, 6, 0, session_age },
	{ "transaction", "transaction_seconds", "XACT", "time since the transaction began",
	    VALUE_DURATION, 6, 0, session_transaction },
	{ "query_age", "query_seconds", "SINCE", "time since the last query began", VALUE_DURATION,
	    6, COLUMN_HIDDEN, session_query_age },
	{ "session", "session_seconds", "SESSION", "time since the session began", VALUE_DURATION,
	    7, COLUMN_HIDDEN, session_session },
	{ "wait_type", "wait_event_type", "WAIT TYPE", "what kind of thing it waits for",
	    VALUE_TEXT, 9, COLUMN_HIDDEN, session_wait_type },
	{ "wait", "wait_event", "WAIT", "what it waits for", VALUE_TEXT, 13, COLUMN_WIDER,
	    session_wait },
	{ "blocked_by", NULL, "BLOCKED BY",
	    "process ids that hold the lock it waits for; 0 is a prepared transaction", VALUE_PIDS,
	    10, COLUMN_WIDER, session_blocked_by },
	{ "blocked_root", NULL, "ROOT",
	    "process id at the end of the chain that it waits in; 0 is a prepared transaction",
	    VALUE_INT, 7, COLUMN_HIDDEN, session_blocked_root },
	{ "depth", NULL, "DEPTH", "steps to that root: 0 waits for nobody", VALUE_INT, 5,
	    COLUMN_WIDER | COLUMN_LOCKS, session_depth },
	{ "blocks", NULL, "BLOCKS", "sessions that wait for a lock of this one", VALUE_INT, 6,
	    COLUMN_HIDDEN, session_blocks },
	{ "holds_up", NULL, "HOLDS UP",
	    "sessions that wait for this one, directly or behind others", VALUE_INT, 8,
	    COLUMN_WIDE | COLUMN_LOCKS, session_holds_up },
	{ "backend_type", NULL, "TYPE", "kind of server process", VALUE_TEXT, 14, COLUMN_HIDDEN,
	    session_backend_type },
	{ "xid", NULL, "XID", "transaction id: it has written", VALUE_INT, 10, COLUMN_HIDDEN,
	    session_xid },
	{ "xmin", NULL, "XMIN", "oldest transaction id it still needs", VALUE_INT, 10,
	    COLUMN_HIDDEN, session_xmin },
	{ "query_id", NULL, "QUERY ID", "identifier of the query, from server 14 on", VALUE_INT, 20,
	    COLUMN_HIDDEN, session_query_id },
	{ "own", NULL, "OWN", "whether it is the session of pgconntop itself", VALUE_BOOL, 3,
	    COLUMN_HIDDEN, session_own },
	{ "cpu", NULL, "CPU", "share of one CPU since the sample before, via proc only",
	    VALUE_SHARE, 7, COLUMN_HIDDEN, session_cpu },
	{ "query", NULL, "QUERY", "running or last query, its beginning", VALUE_TEXT, 20,
	    COLUMN_STRETCH | COLUMN_SQUEEZE, session_query },
};

const struct table table_sessions = {
	.name = "sessions",
	.title = "Sessions",
	.help = "every session that holds a slot",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.sort = "-age",
	.sessions = true,
	.rows = rows,
	.key = session_key,
	.level = session_level,
};
