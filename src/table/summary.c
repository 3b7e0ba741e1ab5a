/* SPDX-License-Identifier: PostgreSQL */
/*
 * One row of figures about the whole server: what a person reads first, and
 * the top level of a JSON report.
 */
#include <stdlib.h>

#include "analysis/advice.h"
#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/verdict.h"
#include "model/messages.h"
#include "internal.h"
#include "model/snapshot.h"

#define GETTER(function, expression)                                                 \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		(void)row;                                                           \
		return (expression);                                                 \
	}

/* A count that is negative when unknown. */
static struct value
count(int64_t n)
{
	return n < 0 ? value_none() : value_int(n);
}

/* A number that is 0 when unknown. */
static struct value
known(int64_t n)
{
	return n == 0 ? value_none() : value_int(n);
}

/* What is known of chains of locks only when somebody looked. */
static struct value
of_chains(const struct table_data *data, int n)
{
	const struct blocking *blocking = &data->facts->blocking;
	bool all =
	    blocking->waiting > 0 ? blocking->looked == blocking->waiting : !data->snap->restricted;

	return n > 0 || all ? value_int(n) : value_none();
}

static bool
cause_is_there(const struct table_data *data)
{
	return data->verdict != NULL && data->verdict->rule != NULL;
}

GETTER(sample_time, value_time(data->snap->wall_us))
GETTER(server_host, value_text(data->snap->server.host))
GETTER(server_database, value_text(data->snap->server.database))
GETTER(server_user, value_text(data->snap->server.user))
GETTER(server_version, value_text(data->snap->server.version))
GETTER(server_version_num, known(data->snap->server.version_num))
GETTER(server_started, value_time(data->snap->server.started_us))
GETTER(via, value_text(via_name(data->snap->via)))
GETTER(max_connections, count(data->facts->slots.max_connections))
GETTER(superuser_reserved, count(data->facts->slots.superuser_reserved))
GETTER(reserved, count(data->facts->slots.reserved))
GETTER(usable, count(data->facts->slots.usable))
GETTER(used, value_int(data->facts->slots.used))
GETTER(hidden, count(data->facts->slots.hidden))
GETTER(free_slots, count(data->facts->slots.free))
GETTER(estimated, value_bool(data->facts->slots.estimated))
GETTER(limits_from, value_text(limits_from_name(data->facts->slots.limits_from)))
GETTER(ages_estimated, value_bool(data->snap->ages_estimated))
GETTER(walsenders_max, count(data->facts->slots.max_wal_senders))
GETTER(walsenders_used, count(data->facts->slots.walsenders))
GETTER(longest_query, value_duration(data->facts->query.us))
GETTER(longest_transaction, value_duration(data->facts->xact.us))
GETTER(longest_in_transaction, value_duration(data->facts->idle_in_transaction.us))
GETTER(oldest_idle, value_duration(data->facts->states[STATE_IDLE].us))
GETTER(peak_used, value_int(data->facts->peak.used))
GETTER(peak_time, value_time(data->facts->peak.wall_us))
GETTER(full_in, value_duration(data->facts->trend.full_in_us))
GETTER(verdict, value_text(advice_verdict(data->alerts)))
GETTER(next, value_text(data->alerts->next))
GETTER(deepest, of_chains(data, data->facts->blocking.deepest))
GETTER(roots, of_chains(data, data->facts->blocking.roots))
GETTER(root_holds_up, of_chains(data, data->facts->blocking.root_blocks))
GETTER(prepared, of_chains(data, data->facts->blocking.prepared))
GETTER(cause_name, cause_is_there(data) ? value_text(data->verdict->rule->name) : value_none())
GETTER(cause_text, cause_is_there(data) ? value_text(data->verdict->text) : value_none())
GETTER(worst, value_text(level_name(alerts_worst(data->alerts))))

static struct value
server_port(const struct table_data *data, const void *row)
{
	const char *port = data->snap->server.port;

	(void)row;
	return port == NULL ? value_none() : value_int(strtol(port, NULL, 10));
}

static struct value
server_in_recovery(const struct table_data *data, const void *row)
{
	const struct server *server = &data->snap->server;

	(void)row;
	return server->in_recovery_known ? value_bool(server->in_recovery) : value_none();
}

static struct value
utilization(const struct table_data *data, const void *row)
{
	const struct slots *slots = &data->facts->slots;

	(void)row;
	return slots->usable <= 0 ? value_none() : value_share(slots->utilization);
}

/* What may not be seen may wait as well. */
static struct value
blocked(const struct table_data *data, const void *row)
{
	int waiting = data->facts->blocking.waiting;

	(void)row;
	return waiting == 0 && data->snap->restricted ? value_none() : value_int(waiting);
}

static struct value
blocked_by(const struct table_data *data, const void *row)
{
	const struct session *root = data->facts->blocking.root;

	(void)row;
	return root == NULL ? value_none() : value_int(root->id.pid);
}

/* What may not be seen may be idle as well. */
static struct value
reclaimable(const struct table_data *data, const void *row)
{
	int n = data->facts->idle.ages[IDLE_AGE_TEN].count;

	(void)row;
	return n == 0 && data->facts->slots.states[STATE_UNKNOWN] > 0 ? value_none() : value_int(n);
}

static struct value
cause_subject(const struct table_data *data, const void *row)
{
	(void)row;
	return cause_is_there(data) && data->verdict->subject[0] != '\0'
	    ? value_text(data->verdict->subject)
	    : value_none();
}

static struct value
per_minute(const struct table_data *data, const void *row)
{
	const struct trend *trend = &data->facts->trend;

	(void)row;
	return trend->known ? value_real(trend->per_minute) : value_none();
}

static struct value
confidence(const struct table_data *data, const void *row)
{
	const struct trend *trend = &data->facts->trend;

	(void)row;
	return trend->known ? value_share(trend->confidence) : value_none();
}

/* Of the session that runs a query longest. */
static struct value
longest_pid(const struct table_data *data, const void *row)
{
	const struct session *session = data->facts->query.session;

	(void)row;
	return session == NULL ? value_none() : value_int(session->id.pid);
}

static struct value
longest_application(const struct table_data *data, const void *row)
{
	const struct session *session = data->facts->query.session;

	(void)row;
	return session == NULL ? value_none() : value_text(groups_name(GROUP_APPLICATION, session));
}

static struct value
longest_text(const struct table_data *data, const void *row)
{
	const struct session *session = data->facts->query.session;

	(void)row;
	return session == NULL ? value_none() : value_text(session->query);
}

/* Queries that run past the limit of the alert long_query for a warning. */
static struct value
long_queries(const struct table_data *data, const void *row)
{
	const struct snapshot *snap = data->snap;
	const struct alert *alert = alerts_named(data->alerts, "long_query");
	int64_t n = 0;

	(void)row;
	if (alert->warning.kind == LIMIT_OFF)
		return value_none();
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t us = session_since(session->query_start_us, snap->server_us);

		n += session->state == STATE_ACTIVE && session->slot && !session->own &&
		    us != TIME_UNKNOWN &&
		    alert_limit_past(alert->rule->sense, &alert->warning, (double)us, false);
	}
	/* What may not be seen may run as well; by /proc no query is. */
	return n == 0 && (snap->restricted || snap->via == VIA_PROC) ? value_none() : value_int(n);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	rows_single(out, data->snap, arena);
}

static int
level(const struct table_data *data, const void *row)
{
	(void)row;
	return alerts_named(data->alerts, "utilization")->level;
}

static const struct column columns[] = {
	{ "time", NULL, "Time", "when the sample was taken", VALUE_TIME, 0, COLUMN_ALWAYS,
	    sample_time },
	{ "host", "server.host", "Host", "server as it was asked for", VALUE_TEXT, 0, COLUMN_ALWAYS,
	    server_host },
	{ "port", "server.port", "Port", "port of the server", VALUE_INT, 0, COLUMN_ALWAYS,
	    server_port },
	{ "database", "server.database", "Database", "database we are in", VALUE_TEXT, 0,
	    COLUMN_ALWAYS | COLUMN_HIDDEN, server_database },
	{ "user", "server.user", "User", "role we are", VALUE_TEXT, 0,
	    COLUMN_ALWAYS | COLUMN_HIDDEN, server_user },
	{ "version", "server.version", "PostgreSQL", "version of the server", VALUE_TEXT, 0,
	    COLUMN_ALWAYS, server_version },
	{ "version_num", "server.version_num", "Version number",
	    "version of the server as a number", VALUE_INT, 0, COLUMN_ALWAYS | COLUMN_HIDDEN,
	    server_version_num },
	{ "in_recovery", "server.in_recovery", "Standby", "whether the server is a standby",
	    VALUE_BOOL, 0, COLUMN_ALWAYS | COLUMN_HIDDEN, server_in_recovery,
	    "pg_replication_is_replica" },
	{ "started", "server.started", "Started", "start of the server", VALUE_TIME, 0,
	    COLUMN_ALWAYS | COLUMN_HIDDEN, server_started, "pg_postmaster_start_time_seconds" },
	{ "via", NULL, "Via", "way in", VALUE_TEXT, 0, COLUMN_ALWAYS, via },
	{ "verdict", NULL, "Verdict", "utilization in a word: healthy, high, critical, unknown",
	    VALUE_TEXT, 0, COLUMN_STATE, verdict },
	{ "cause_name", "cause.name", "Cause name", "the rule that found its evidence", VALUE_TEXT,
	    0, COLUMN_HIDDEN, cause_name },
	{ "cause_subject", "cause.subject", "Cause subject",
	    "whom the cause names: an application, a process; none for the whole server",
	    VALUE_TEXT, 0, COLUMN_HIDDEN, cause_subject },
	{ "cause", "cause.text", "Cause", "why it is so, where there is evidence for it",
	    VALUE_TEXT, 0, 0, cause_text },
	{ "next", NULL, "Next", "what to do, and why", VALUE_TEXT, 0, 0, next },
	{ "utilization", "slots.utilization", "Utilization", "used as a share of usable",
	    VALUE_SHARE, 0, COLUMN_ALWAYS, utilization, "utilization" },
	{ "used", "slots.used", "Used", "sessions that hold a slot", VALUE_INT, 0, COLUMN_ALWAYS,
	    used, "used_slots" },
	{ "usable", "slots.usable", "Usable", "slots that ordinary roles can hold together",
	    VALUE_INT, 0, COLUMN_ALWAYS, usable, "usable_slots" },
	{ "free", "slots.free", "Free", "slots that ordinary roles can still get", VALUE_INT, 0,
	    COLUMN_ALWAYS, free_slots, "free_slots" },
	{ "max_connections", "slots.max_connections", "Slots", "max_connections", VALUE_INT, 0,
	    COLUMN_ALWAYS, max_connections, "pg_settings_max_connections" },
	{ "superuser_reserved", "slots.superuser_reserved", "Superuser reserved",
	    "slots reserved for superusers", VALUE_INT, 0, COLUMN_ALWAYS | COLUMN_HIDDEN,
	    superuser_reserved, "pg_settings_superuser_reserved_connections" },
	{ "reserved", "slots.reserved", "Otherwise reserved",
	    "slots reserved by reserved_connections and the provider's settings", VALUE_INT, 0,
	    COLUMN_ALWAYS | COLUMN_HIDDEN, reserved, "reserved_slots" },
	{ "hidden", "slots.hidden", "Hidden",
	    "of the used ones, authenticating and not in pg_stat_activity", VALUE_INT, 0,
	    COLUMN_ALWAYS | COLUMN_HIDDEN, hidden, "hidden_sessions" },
	{ "estimated", "slots.estimated", "Estimated",
	    "our role may not see all, and parallel workers may be counted in; or the limits are "
	    "from files",
	    VALUE_BOOL, 0, COLUMN_ALWAYS | COLUMN_HIDDEN, estimated, "estimated" },
	{ "limits_from", "slots.limits_from", "Limits from",
	    "who says so: server, earlier connection, configuration files, pg_control", VALUE_TEXT,
	    0, COLUMN_ALWAYS | COLUMN_HIDDEN, limits_from },
	{ "reclaimable", NULL, "Reclaimable",
	    "of the used ones, idle for 10 minutes or longer and not protected: these can be "
	    "had back",
	    VALUE_INT, 0, 0, reclaimable, "reclaimable_slots", NULL, "idle over 10 min" },
	{ "walsenders_max", "walsenders.max", "Walsender slots", "max_wal_senders", VALUE_INT, 0,
	    COLUMN_HIDDEN, walsenders_max, "pg_settings_max_wal_senders" },
	{ "walsenders_used", "walsenders.used", "Walsenders", "walsenders running", VALUE_INT, 0,
	    COLUMN_HIDDEN, walsenders_used, "walsenders" },
	{ "long_queries", NULL, "Long queries",
	    "queries that run past the limit of the alert long_query", VALUE_INT, 0, 0,
	    long_queries, "long_queries" },
	{ "longest_query", "longest.query_seconds", "Longest query", "longest running query",
	    VALUE_DURATION, 0, 0, longest_query, "longest_query" },
	{ "longest_pid", "longest.query_pid", "  by pid", "process id of the longest running query",
	    VALUE_INT, 0, 0, longest_pid },
	{ "longest_application", "longest.query_application", "  of",
	    "application of the longest running query", VALUE_TEXT, 0, 0, longest_application },
	{ "longest_text", "longest.query_text", "  query", "longest running query, its beginning",
	    VALUE_TEXT, 0, COLUMN_SQUEEZE, longest_text },
	{ "longest_transaction", "longest.transaction_seconds", "Longest transaction",
	    "longest open transaction", VALUE_DURATION, 0, 0, longest_transaction,
	    "longest_transaction" },
	{ "longest_in_transaction", "longest.idle_in_transaction_seconds", "Longest in txn",
	    "longest time idle in a transaction", VALUE_DURATION, 0, 0, longest_in_transaction,
	    "longest_idle_in_transaction" },
	{ "oldest_idle", "longest.idle_seconds", "Oldest idle", "longest time idle", VALUE_DURATION,
	    0, 0, oldest_idle, "oldest_idle" },
	{ "ages_estimated", "longest.estimated", "Ages estimated",
	    "ages in a state are since the process last ran: nothing better is known via proc",
	    VALUE_BOOL, 0, COLUMN_HIDDEN, ages_estimated },
	{ "blocked", "blocking.waiting", "Blocked", "sessions that wait for a lock", VALUE_INT, 0,
	    0, blocked, "blocked_sessions" },
	{ "blocked_by", "blocking.root", "Blocked by",
	    "process id of the session that holds up most of them", VALUE_INT, 0, 0, blocked_by },
	{ "root_holds_up", "blocking.root_holds_up", "Root holds up",
	    "sessions that wait for it, directly or behind others", VALUE_INT, 0, COLUMN_HIDDEN,
	    root_holds_up },
	{ "roots", "blocking.roots", "Roots", "sessions that hold up others and wait for nobody",
	    VALUE_INT, 0, COLUMN_HIDDEN, roots },
	{ "depth", "blocking.depth", "Depth", "steps of the longest chain of sessions that wait",
	    VALUE_INT, 0, COLUMN_HIDDEN, deepest },
	{ "prepared", "blocking.prepared", "Held up by prepared",
	    "sessions that wait for prepared transactions in the end", VALUE_INT, 0, COLUMN_HIDDEN,
	    prepared },
	{ "opened", "churn.opened_per_second", "Opened/s", "sessions opened per second", VALUE_REAL,
	    0, 0, summary_opened },
	{ "closed", "churn.closed_per_second", "Closed/s", "sessions closed per second", VALUE_REAL,
	    0, 0, summary_closed },
	{ "opened_total", "churn.opened", "Opened",
	    "sessions seen to open since the start of pgconntop", VALUE_INT, 0,
	    COLUMN_HIDDEN | COLUMN_COUNTER, summary_opened_total, "opened" },
	{ "closed_total", "churn.closed", "Closed",
	    "sessions seen to close since the start of pgconntop", VALUE_INT, 0,
	    COLUMN_HIDDEN | COLUMN_COUNTER, summary_closed_total, "closed" },
	{ "unseen", "churn.unseen_per_second", "Unseen/s",
	    "sessions per second too short to be seen: those that the server counted (14+) less "
	    "those seen",
	    VALUE_REAL, 0, 0, summary_unseen },
	{ "abandoned", "churn.abandoned_per_second", "Abandoned/s",
	    "sessions per second whose client was gone without a word (14+)", VALUE_REAL, 0,
	    COLUMN_HIDDEN, summary_abandoned },
	{ "fatal", "churn.fatal_per_second", "Fatal/s",
	    "sessions per second ended by an error or refused by their database (14+)", VALUE_REAL,
	    0, COLUMN_HIDDEN, summary_fatal },
	{ "killed", "churn.killed_per_second", "Killed/s",
	    "sessions per second that somebody terminated (14+)", VALUE_REAL, 0, COLUMN_HIDDEN,
	    summary_killed },
	{ "unseen_total", "churn.unseen", "Unseen",
	    "sessions too short to be seen since the start of pgconntop", VALUE_INT, 0,
	    COLUMN_HIDDEN | COLUMN_COUNTER, summary_unseen_total, "unseen" },
	{ "abandoned_total", "churn.abandoned", "Abandoned",
	    "sessions whose client was gone without a word, since the start of pgconntop",
	    VALUE_INT, 0, COLUMN_HIDDEN | COLUMN_COUNTER, summary_abandoned_total, "abandoned" },
	{ "fatal_total", "churn.fatal", "Fatal",
	    "sessions ended by an error or refused by their database, since the start of pgconntop",
	    VALUE_INT, 0, COLUMN_HIDDEN | COLUMN_COUNTER, summary_fatal_total, "fatal" },
	{ "killed_total", "churn.killed", "Killed",
	    "sessions that somebody terminated since the start of pgconntop", VALUE_INT, 0,
	    COLUMN_HIDDEN | COLUMN_COUNTER, summary_killed_total, "killed" },
	{ "per_minute", "trend.per_minute", "Slots/min",
	    "slots taken per minute, by the trend of 5 minutes, or of the time that they climb",
	    VALUE_REAL, 0, COLUMN_HIDDEN, per_minute },
	{ "confidence", "trend.confidence", "Confidence",
	    "how much of what was seen the trend explains: r squared, from 0 to 1", VALUE_SHARE, 0,
	    COLUMN_HIDDEN, confidence },
	{ "full_in", "trend.full_in_seconds", "Full in",
	    "time until the usable slots are full, as the trend goes", VALUE_DURATION, 0, 0,
	    full_in, "full_in" },
	{ "peak", "peak.used", "Peak", "most slots used since the start of pgconntop", VALUE_INT, 0,
	    COLUMN_HIDDEN, peak_used },
	{ "peak_time", "peak.time", "Peak at", "when so many were used first", VALUE_TIME, 0,
	    COLUMN_HIDDEN, peak_time },
	{ "level", NULL, "Alerts", "the highest level of all alerts", VALUE_TEXT, 0, 0, worst },
};

const struct table table_summary = {
	.name = "summary",
	.title = "Summary",
	.help = "slot arithmetic and the figures of the whole server",
	.shape = SHAPE_ROOT,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.level = level,
};
