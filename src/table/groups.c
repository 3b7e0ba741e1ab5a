/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions by application, user, database and client: four tables over one
 * set of columns.
 */
#include "analysis/groups.h"

#include <stddef.h>

#include "analysis/facts.h"
#include "base/mem.h"
#include "internal.h"
#include "model/messages.h"
#include "model/snapshot.h"

static struct value
group_name(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_text(group->name != NULL ? group->name : "(unknown)");
}

static struct value
group_total(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_int(group->total);
}

static struct value
group_share(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	if (data->facts->slots.used == 0)
		return value_none();
	return value_share((double)group->total / data->facts->slots.used);
}

static struct value
state_count(const void *row, enum session_state state)
{
	const struct group *group = row;

	return value_int(group->states[state]);
}

static struct value
group_active(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_ACTIVE);
}

static struct value
group_idle(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_IDLE);
}

static struct value
group_in_transaction(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_IDLE_IN_TRANSACTION);
}

static struct value
group_aborted(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_ABORTED);
}

static struct value
group_fastpath(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_FASTPATH);
}

static struct value
group_disabled(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_DISABLED);
}

static struct value
group_starting(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_STARTING);
}

static struct value
group_unknown(const struct table_data *data, const void *row)
{
	(void)data;
	return state_count(row, STATE_UNKNOWN);
}

static struct value
group_txn(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_int(group->states[STATE_IDLE_IN_TRANSACTION] + group->states[STATE_ABORTED]);
}

static struct value
group_other(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_int(group->states[STATE_FASTPATH] + group->states[STATE_DISABLED] +
	    group->states[STATE_STARTING] + group->states[STATE_UNKNOWN]);
}

static struct value
group_oldest(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_duration(group->oldest_idle_us);
}

static struct value
group_longest_query(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_duration(group->longest_query_us);
}

static struct value
group_longest_transaction(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_duration(group->longest_xact_us);
}

static struct value
group_waiting(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_int(group->waiting);
}

static struct value
group_opened(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return group->opened < 0 ? value_none() : value_int(group->opened);
}

static struct value
group_closed(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return group->closed < 0 ? value_none() : value_int(group->closed);
}

static struct value
group_limit(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return group->limit < 0 ? value_none() : value_int(group->limit);
}

/* What the server counted in a database: that field of struct database. */
static struct value
server_count(const struct table_data *data, const struct group *group, size_t field)
{
	for (size_t i = 0; i < data->snap->database_count; i++) {
		const struct database *database = &data->snap->databases[i];

		if (group->name != NULL && database->name == group->name)
			return value_int(*(const int64_t *)((const char *)database + field));
	}
	return value_none();
}

static struct value
database_established(const struct table_data *data, const void *row)
{
	return server_count(data, row, offsetof(struct database, sessions));
}

static struct value
database_abandoned(const struct table_data *data, const void *row)
{
	return server_count(data, row, offsetof(struct database, abandoned));
}

static struct value
database_fatal(const struct table_data *data, const void *row)
{
	return server_count(data, row, offsetof(struct database, fatal));
}

static struct value
database_killed(const struct table_data *data, const void *row)
{
	return server_count(data, row, offsetof(struct database, killed));
}

static void
list(const struct table_data *data, enum group_by by, struct rows *out, struct arena *arena)
{
	const struct groups *groups = &data->facts->groups[by];

	out->items = arena_alloc(arena, groups->count, sizeof *out->items);
	out->count = groups->count;
	for (size_t i = 0; i < groups->count; i++)
		out->items[i] = &groups->items[i];
}

static void
application_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	list(data, GROUP_APPLICATION, out, arena);
}

static void
user_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	list(data, GROUP_USER, out, arena);
}

static void
database_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	list(data, GROUP_DATABASE, out, arena);
}

static void
client_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	list(data, GROUP_CLIENT, out, arena);
}

static uint64_t
key(const void *row)
{
	const struct group *group = row;

	return row_key_text(group->name);
}

static int
level(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return group->limit >= 0 && group->total >= group->limit ? LEVEL_CRITICAL : LEVEL_OK;
}

static const struct column columns[] = {
	{ "name", NULL, "NAME", "what the sessions have in common", VALUE_TEXT, 12, COLUMN_STRETCH,
	    group_name },
	{ "total", NULL, "TOTAL", "sessions that hold a slot", VALUE_INT, 5, 0, group_total },
	{ "share", NULL, "SHARE", "share of the used slots", VALUE_SHARE, 7, COLUMN_HIDDEN,
	    group_share },
	{ "active", "states.active", "ACT", "active: they run a query", VALUE_INT, 4, 0,
	    group_active, "sessions", "state=active" },
	{ "idle", "states.idle", "IDLE", "idle: they wait for their client", VALUE_INT, 4, 0,
	    group_idle, "sessions", "state=idle" },
	{ "txn", "in_transaction", "TXN", "idle in a transaction, aborted or not", VALUE_INT, 4, 0,
	    group_txn },
	{ "other", NULL, "OTHER", "in any other state, or in an unknown one", VALUE_INT, 5, 0,
	    group_other },
	{ "idle_in_transaction", "states.idle in transaction", "IN TXN", "idle in transaction",
	    VALUE_INT, 6, COLUMN_HIDDEN, group_in_transaction, "sessions",
	    "state=idle in transaction" },
	{ "aborted", "states.idle in transaction (aborted)", "ABORTED",
	    "idle in an aborted transaction", VALUE_INT, 7, COLUMN_HIDDEN, group_aborted,
	    "sessions", "state=idle in transaction (aborted)" },
	{ "fastpath", "states.fastpath function call", "FASTPATH", "in a fast-path function call",
	    VALUE_INT, 8, COLUMN_HIDDEN, group_fastpath, "sessions",
	    "state=fastpath function call" },
	{ "disabled", "states.disabled", "DISABLED", "track_activities is off", VALUE_INT, 8,
	    COLUMN_HIDDEN, group_disabled, "sessions", "state=disabled" },
	{ "starting", "states.starting", "STARTING", "still authenticating", VALUE_INT, 8,
	    COLUMN_HIDDEN, group_starting, "sessions", "state=starting" },
	{ "unknown", "states.unknown", "UNKNOWN", "our role may not see the state", VALUE_INT, 7,
	    COLUMN_HIDDEN, group_unknown, "sessions", "state=unknown" },
	{ "oldest_idle", "oldest_idle_seconds", "OLDEST", "longest time one of them is idle",
	    VALUE_DURATION, 6, 0, group_oldest, "oldest_idle" },
	{ "longest_query", "longest_query_seconds", "QUERY", "longest running query",
	    VALUE_DURATION, 6, COLUMN_WIDE, group_longest_query, "longest_query" },
	{ "longest_transaction", "longest_transaction_seconds", "XACT", "longest open transaction",
	    VALUE_DURATION, 6, COLUMN_WIDE, group_longest_transaction, "longest_transaction" },
	{ "waiting", NULL, "WAITING", "waiting for a lock", VALUE_INT, 7, COLUMN_WIDE,
	    group_waiting, "blocked_sessions" },
	{ "opened", NULL, "OPENED", "opened since the last sample", VALUE_INT, 6, COLUMN_WIDE,
	    group_opened },
	{ "closed", NULL, "CLOSED", "closed since the last sample", VALUE_INT, 6, COLUMN_WIDE,
	    group_closed },
	{ "limit", NULL, "LIMIT", "connection limit of the role or database", VALUE_INT, 5,
	    COLUMN_HIDDEN, group_limit },
	/* From here on of databases only. */
	{ "established", NULL, "ESTABL", "sessions since the server's statistics were reset (14+)",
	    VALUE_INT, 8, COLUMN_HIDDEN | COLUMN_COUNTER, database_established, "established" },
	{ "abandoned", NULL, "ABANDONED", "of these, their client was gone without a word",
	    VALUE_INT, 9, COLUMN_WIDE | COLUMN_COUNTER, database_abandoned, "abandoned" },
	{ "fatal", NULL, "FATAL", "ended by an error, or refused by the limit of the database",
	    VALUE_INT, 7, COLUMN_WIDE | COLUMN_COUNTER, database_fatal, "fatal" },
	{ "killed", NULL, "KILLED", "terminated by somebody", VALUE_INT, 7,
	    COLUMN_WIDE | COLUMN_COUNTER, database_killed, "killed" },
};

#define DATABASE_COLUMNS 4

#define GROUP_TABLE(word, one, heading, what, list_rows, less)                                    \
	{                                                                                         \
		.name = word, .label = one, .title = heading, .help = what, .shape = SHAPE_LIST,  \
		.columns = columns, .column_count = COUNT_OF(columns) - (less), .sort = "-total", \
		.rows = list_rows, .key = key, .level = level,                                    \
	}

const struct table table_applications = GROUP_TABLE("applications", "application", "Applications",
    "slots by application name", application_rows, DATABASE_COLUMNS);
const struct table table_users =
    GROUP_TABLE("users", "user", "Users", "slots by role", user_rows, DATABASE_COLUMNS);
const struct table table_databases =
    GROUP_TABLE("databases", "database", "Databases", "slots by database", database_rows, 0);
const struct table table_clients = GROUP_TABLE("clients", "client", "Clients",
    "slots by client address", client_rows, DATABASE_COLUMNS);
