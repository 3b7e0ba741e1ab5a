/* SPDX-License-Identifier: PostgreSQL */
/*
 * Slot holders by state; the counts add up to the used slots.
 */
#include "analysis/facts.h"
#include "base/mem.h"
#include "internal.h"

static const enum session_state states[STATE_COUNT] = {
	STATE_ACTIVE,
	STATE_IDLE,
	STATE_IDLE_IN_TRANSACTION,
	STATE_ABORTED,
	STATE_FASTPATH,
	STATE_DISABLED,
	STATE_STARTING,
	STATE_UNKNOWN,
};

static enum session_state
state_of(const void *row)
{
	return *(const enum session_state *)row;
}

static struct value
state_name(const struct table_data *data, const void *row)
{
	(void)data;
	return value_text(session_state_name(state_of(row)));
}

static struct value
state_sessions(const struct table_data *data, const void *row)
{
	return value_int(data->facts->slots.states[state_of(row)]);
}

static struct value
state_share(const struct table_data *data, const void *row)
{
	const struct slots *slots = &data->facts->slots;

	return slots->used == 0 ? value_none()
	                        : value_share((double)slots->states[state_of(row)] / slots->used);
}

static struct value
state_oldest(const struct table_data *data, const void *row)
{
	return value_duration(data->facts->states[state_of(row)].us);
}

static struct value
state_oldest_pid(const struct table_data *data, const void *row)
{
	const struct session *session = data->facts->states[state_of(row)].session;

	return session == NULL ? value_none() : value_int(session->id.pid);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	(void)data;
	out->items = arena_alloc(arena, STATE_COUNT, sizeof *out->items);
	out->count = STATE_COUNT;
	for (size_t i = 0; i < STATE_COUNT; i++)
		out->items[i] = &states[i];
}

static uint64_t
key(const void *row)
{
	return row_key_text(session_state_name(state_of(row)));
}

static const struct column columns[] = {
	{ "state", NULL, "STATE", "state as the server names it", VALUE_TEXT, 20, COLUMN_STRETCH,
	    state_name },
	{ "sessions", NULL, "SESSIONS", "sessions that hold a slot", VALUE_INT, 8, 0,
	    state_sessions, "pgconntop_sessions" },
	{ "share", NULL, "SHARE", "share of the used slots", VALUE_SHARE, 7, 0, state_share },
	{ "oldest", "oldest_seconds", "OLDEST", "longest time one of them is in it", VALUE_DURATION,
	    6, 0, state_oldest, "oldest" },
	{ "oldest_pid", NULL, "PID", "the one that is in it longest", VALUE_INT, 7, 0,
	    state_oldest_pid },
};

const struct table table_states = {
	.name = "states",
	.title = "States",
	.help = "slots by state of the session",
	.shape = SHAPE_MAP,
	.label = "state",
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.key = key,
};
