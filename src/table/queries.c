/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions that run a query or hold a transaction open, the longest first:
 * the ones that hold others up.
 */
#include "analysis/facts.h"
#include "internal.h"

static bool
runs(const struct session *session)
{
	bool busy = session->state == STATE_ACTIVE || session->state == STATE_FASTPATH ||
	    session->state == STATE_IDLE_IN_TRANSACTION || session->state == STATE_ABORTED;

	return session->slot && !session->own && (busy || session_in_transaction(session));
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	session_rows(data, out, arena, runs);
}

static const struct column columns[] = {
	{ "pid", NULL, "PID", "process id of the server process", VALUE_INT, 7, 0, session_pid },
	{ "transaction", "transaction_seconds", "XACT", "time since the transaction began",
	    VALUE_DURATION, 6, 0, session_transaction },
	{ "query_age", "query_seconds", "QUERY", "time since the last query began", VALUE_DURATION,
	    6, COLUMN_WIDE, session_query_age },
	{ "state", NULL, "STATE", "state as the server names it", VALUE_TEXT, 7, COLUMN_STATE,
	    session_state },
	{ "age", "age_seconds", "AGE", "time in the present state", VALUE_DURATION, 6,
	    COLUMN_HIDDEN, session_age },
	{ "user", NULL, "USER", "role that logged in", VALUE_TEXT, 9, COLUMN_WIDE, session_user },
	{ "database", NULL, "DATABASE", "database it is in", VALUE_TEXT, 9, COLUMN_HIDDEN,
	    session_database },
	{ "application", NULL, "APPLICATION", "application_name that the client set", VALUE_TEXT,
	    12, 0, session_application },
	{ "wait", "wait_event", "WAIT", "what it waits for", VALUE_TEXT, 13, COLUMN_WIDE,
	    session_wait },
	{ "blocked_by", NULL, "BLOCKED BY",
	    "process ids that hold the lock it waits for; 0 is a prepared transaction", VALUE_PIDS,
	    10, COLUMN_LOCKS, session_blocked_by },
	{ "blocks", NULL, "BLOCKS", "sessions that wait for a lock of this one", VALUE_INT, 6,
	    COLUMN_HIDDEN, session_blocks },
	{ "holds_up", NULL, "HOLDS UP",
	    "sessions that wait for this one, directly or behind others", VALUE_INT, 8,
	    COLUMN_LOCKS, session_holds_up },
	{ "query", NULL, "QUERY TEXT", "running or last query, its beginning", VALUE_TEXT, 20,
	    COLUMN_STRETCH | COLUMN_SQUEEZE, session_query },
};

const struct table table_queries = {
	.name = "queries",
	.title = "Long-running queries",
	.help = "sessions that are active or in a transaction, the longest first",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.sort = "-transaction",
	.sessions = true,
	.rows = rows,
	.key = session_key,
	.level = session_level,
};
