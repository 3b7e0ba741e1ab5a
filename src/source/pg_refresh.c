/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is asked on an open connection, and when: the sample, names when some
 * are new, a closer look when something waits or slots are short; acts and
 * whole queries in between. A sample is given out after names and closer
 * look, or without them when they take too long.
 */
#include "source/pg_way.h"

#include <string.h>

#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_names.h"
#include "source/pg_sql.h"

#define LOOK_PAUSE_US 900000                       /* a closer look is costly: one a second */
#define REFUSED_AGE_US (300 * UNITS_US_PER_SECOND) /* for that long we look for hidden sessions */
#define BLOCKERS_MAX 50                            /* the server's work grows with the square */
#define STARTING_PERCENT 60 /* of the slots in use: from here on hidden sessions matter, */
#define STARTING_PAUSE_US (30 * UNITS_US_PER_SECOND) /* below it is seldom that there are any */

/* Of the message for names and, when they are due, settings. */
enum { RESULT_NAMES, RESULT_PARAMS, RESULT_OVERRIDES };

static void
send_sample(struct pg *pg)
{
	struct buf settings = { 0 }, databases = { 0 };
	const char *at = buf_str(&pg->reserves);

	for (size_t n; *at != '\0'; at += n + (at[n] == ',')) {
		n = strcspn(at, ",");
		buf_addf(&settings, ", pg_catalog.current_setting('%.*s', true)", (int)n, at);
	}
	pg->sample = (struct pg_sample){
		.snap = pg_spare(pg),
		.version = pg->about.version_num,
	};
	pg->want_sample = false;
	pg_names_begin(pg->names);
	message_begin(pg);
	pg_names_databases(pg->names, &databases);
	message_add(pg, PG_SQL_SERVER, buf_str(&settings), buf_str(&databases));
	message_add(pg, PG_SQL_ACTIVITY, NULL, NULL);
	message_send(pg, PHASE_SAMPLE);
	buf_clear(&settings);
	buf_clear(&databases);
}

void
refresh_sample_rows(struct pg *pg, struct pg_rows *rows)
{
	if (pg->result == 0)
		pg_sample_server(&pg->sample, rows, buf_str(&pg->reserves));
	else
		pg_sample_sessions(&pg->sample, rows, pg->names);
	pg_rows_free(rows);
}

static const char *
intern(struct snapshot *snap, const char *s)
{
	return snapshot_intern(snap, s, strlen(s));
}

/* What the connection and the clocks know. */
static void
complete_sample(struct pg *pg)
{
	struct snapshot *snap = pg->sample.snap;
	const struct pg_about *about = &pg->about;

	snap->mono_us = pg->mono_us;
	snap->wall_us = pg->wall_us;
	snap->took_us = pg->mono_us - pg->sent_us;
	snap->via = pg->link.via;
	snap->server.host = intern(snap, about->host);
	snap->server.port = intern(snap, about->port);
	snap->server.database = intern(snap, about->database);
	snap->server.user = intern(snap, about->user);
	snap->server.version = snapshot_intern(snap, about->version, strcspn(about->version, " "));
	snap->server.version_num = about->version_num;
	snap->server.started_us = pg->started_us;
	snap->hidden_known = about->version_num >= 180000 && !snap->restricted;
}

/* Gives the sample out. */
static void
publish(struct pg *pg)
{
	pg_params_give(&pg->params, pg->sample.snap);
	pg_recycle(pg, pg->ready);
	pg->ready = pg->sample.snap;
	pg->sample.snap = NULL;
}

/*
 * Whether sessions that do not show yet may explain missing slots; whatever the others show, now
 * and then it is looked, and then again as long as there may be some.
 */
static bool
needs_starting(const struct pg *pg)
{
	int64_t used = pg_sample_used(&pg->sample);
	int64_t usable = pg_sample_usable(&pg->sample);

	/* A walsender's slot is taken when the others are all in use. */
	return pg->about.version_num < 180000 &&
	    (pg->info.walsender || pg->mono_us < pg->refused_us + REFUSED_AGE_US ||
	        used * 100 >= usable * STARTING_PERCENT || pg->starting.count > 0 ||
	        pg->mono_us >= pg->starting_us + STARTING_PAUSE_US);
}

/* Puts what the closer look found into the sample, and gives it out. */
static void
finish_sample(struct pg *pg)
{
	if (pg->blockers != NULL)
		pg_sample_blockers(&pg->sample, pg->blockers);
	pg_sample_starting(&pg->sample, &pg->starting);
	publish(pg);
	mem_trim(); /* of the server's answer, below what was found in it */
}

/* Takes a closer look if there is a reason; one a moment ago is still good. */
static void
follow_sample(struct pg *pg)
{
	struct buf pids = { 0 };

	if (pg->mono_us < pg->looked_us + LOOK_PAUSE_US) {
		finish_sample(pg);
		pg_set_phase(pg, PHASE_IDLE);
		return;
	}
	pg_rows_free(pg->blockers);
	pg->blockers = NULL;
	pg->asks_blockers = pg_sample_waiting(&pg->sample, BLOCKERS_MAX, &pids) > 0;
	pg->asks_starting = needs_starting(pg);
	message_begin(pg);
	if (pg->asks_blockers)
		message_add(pg, PG_SQL_BLOCKERS, buf_str(&pids), NULL);
	if (pg->asks_starting) {
		pg->starting.known = false; /* until it is answered */
		pg->starting_us = pg->mono_us;
		message_add(pg, PG_SQL_STARTING, NULL, NULL);
	}
	buf_clear(&pids);
	if (pg->asks_blockers || pg->asks_starting) {
		pg->looked_us = pg->mono_us;
		message_send(pg, PHASE_FOLLOW);
	} else {
		finish_sample(pg);
		pg_set_phase(pg, PHASE_IDLE);
	}
}

/* Seldom, and in the same message: what is read last may fail without the others. */
static void
add_params(struct pg *pg)
{
	struct buf names = { 0 }, texts = { 0 };

	pg_params_list(&names, &texts);
	message_add(pg, PG_SQL_PARAMS, buf_str(&names), NULL);
	if (pg_params_ask_overrides(&pg->params, pg->mono_us))
		message_add(pg, PG_SQL_OVERRIDES, buf_str(&texts), PG_PARAMS_LIMIT);
	buf_clear(&names);
	buf_clear(&texts);
}

static void
send_names(struct pg *pg)
{
	struct buf databases = { 0 }, roles = { 0 };

	pg_names_list(pg->names, NAME_DATABASE, &databases);
	pg_names_list(pg->names, NAME_ROLE, &roles);
	message_begin(pg);
	message_add(pg, PG_SQL_NAMES, buf_str(&databases), buf_str(&roles));
	if (pg_params_due(&pg->params, pg->mono_us))
		add_params(pg);
	message_send(pg, PHASE_NAMES);
	buf_clear(&databases);
	buf_clear(&roles);
}

void
refresh_sample_done(struct pg *pg)
{
	if (pg->failed) {
		pg_recycle(pg, pg->sample.snap);
		pg->sample.snap = NULL;
		pg_set_phase(pg, PHASE_IDLE);
		return;
	}
	complete_sample(pg);
	if (pg_names_due(pg->names, pg->mono_us)) {
		send_names(pg);
		return;
	}
	pg_sample_names(&pg->sample, pg->names);
	follow_sample(pg);
}

void
refresh_names_rows(struct pg *pg, struct pg_rows *rows)
{
	if (pg->result == RESULT_NAMES)
		pg_names_read(pg->names, rows, pg->mono_us);
	else if (pg->result == RESULT_PARAMS)
		pg_params_read(&pg->params, rows, pg->about.options, pg->mono_us);
	else
		pg_params_read_overrides(&pg->params, rows);
	pg_rows_free(rows);
}

void
refresh_names_done(struct pg *pg)
{
	if (pg->failed && pg->result == RESULT_OVERRIDES)
		pg_params_overrides_failed(&pg->params, pg->mono_us);
	else if (pg->failed)
		pg_names_failed(pg->names, pg->mono_us);
	if (pg->sample.snap == NULL) {
		pg_set_phase(pg, PHASE_IDLE);
		return;
	}
	pg_sample_names(&pg->sample, pg->names);
	follow_sample(pg);
}

void
refresh_follow_rows(struct pg *pg, struct pg_rows *rows)
{
	if (pg->sample.snap == NULL) {
		pg_rows_free(rows); /* too late */
	} else if (pg->asks_blockers && pg->result == 0) {
		pg->blockers = rows;
	} else {
		pg_starting_read(&pg->starting, rows, pg->sample.snap);
		pg_rows_free(rows);
	}
}

void
refresh_follow_done(struct pg *pg)
{
	if (pg->sample.snap != NULL)
		finish_sample(pg);
	pg_set_phase(pg, PHASE_IDLE);
}

void
refresh_overdue(struct pg *pg)
{
	if (pg->sample.snap == NULL)
		return;
	if (pg->phase == PHASE_NAMES)
		pg_sample_names(&pg->sample, pg->names);
	if (pg->phase == PHASE_NAMES || pg->phase == PHASE_FOLLOW)
		publish(pg);
}

bool
refresh_wanted(const struct pg *pg)
{
	return pg->act.state == WISH_WAITS || pg->queries.state == WISH_WAITS ||
	    pg->detail.state == WISH_WAITS || pg->want_sample;
}

/*
 * An act comes first. Others get their turn between two of them: the next
 * one is only wished for when this one's outcome was taken, and by then the
 * step that received it has gone on to what waits.
 */
void
refresh_idle(struct pg *pg)
{
	if (pg_conn_receive(pg->conn) == PG_BROKEN)
		login_lost(pg);
	else if (pg->act.state == WISH_WAITS)
		act_send(pg);
	else if (pg->queries.state == WISH_WAITS)
		queries_send(pg, &pg->queries, PHASE_QUERIES);
	else if (pg->detail.state == WISH_WAITS)
		queries_send(pg, &pg->detail, PHASE_DETAIL);
	else if (pg->want_sample)
		send_sample(pg);
}
