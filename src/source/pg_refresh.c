/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is asked on an open connection, and when: the sample, names when some
 * are new, a closer look when something waits or slots are short; acts and
 * whole queries in between. A sample is given out after names and closer
 * look, or without them when they take too long.
 */
#include "source/pg_source.h"

#include <string.h>

#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_names.h"
#include "source/pg_sql.h"

#define LOOK_PAUSE_US 900000                       /* a closer look is costly: one a second */
#define REFUSED_AGE_US (300 * UNITS_US_PER_SECOND) /* for that long we look for hidden sessions */
#define BLOCKERS_MAX 50                            /* the server's work grows with the square */
#define STARTING_PERCENT 60 /* of the slots in use: from here on hidden sessions matter */

static void
send_sample(struct source *source)
{
	struct buf settings = { 0 };
	const char *at = buf_str(&source->reserves);

	for (size_t n; *at != '\0'; at += n + (at[n] == ',')) {
		n = strcspn(at, ",");
		buf_addf(&settings, ", pg_catalog.current_setting('%.*s', true)", (int)n, at);
	}
	source->sample = (struct pg_sample){
		.snap = source_spare(source),
		.version = source->about.version_num,
	};
	source->want_sample = false;
	pg_names_begin(source->names);
	message_begin(source);
	message_add(source, PG_SQL_SERVER, buf_str(&settings), NULL);
	message_add(source, PG_SQL_ACTIVITY, NULL, NULL);
	message_send(source, PHASE_SAMPLE);
	buf_clear(&settings);
}

void
refresh_sample_rows(struct source *source, struct pg_rows *rows)
{
	if (source->result == 0)
		pg_sample_server(&source->sample, rows, buf_str(&source->reserves));
	else
		pg_sample_sessions(&source->sample, rows, source->names);
	pg_rows_free(rows);
}

static const char *
intern(struct snapshot *snap, const char *s)
{
	return snapshot_intern(snap, s, strlen(s));
}

/* What the connection and the clocks know. */
static void
complete_sample(struct source *source)
{
	struct snapshot *snap = source->sample.snap;
	const struct pg_about *about = &source->about;

	snap->mono_us = source->mono_us;
	snap->wall_us = source->wall_us;
	snap->took_us = source->mono_us - source->sent_us;
	snap->via = VIA_CLIENT;
	snap->server.host = intern(snap, about->host);
	snap->server.port = intern(snap, about->port);
	snap->server.database = intern(snap, about->database);
	snap->server.user = intern(snap, about->user);
	snap->server.version = snapshot_intern(snap, about->version, strcspn(about->version, " "));
	snap->server.version_num = about->version_num;
	snap->server.started_us = source->started_us;
	snap->hidden_known = about->version_num >= 180000 && !snap->restricted;
}

/* Gives the sample out. */
static void
publish(struct source *source)
{
	source_recycle(source, source->ready);
	source->ready = source->sample.snap;
	source->sample.snap = NULL;
}

/* Whether sessions that do not show yet may explain missing slots. */
static bool
needs_starting(const struct source *source)
{
	int64_t used = pg_sample_used(&source->sample);
	int64_t usable = pg_sample_usable(&source->sample);

	return source->about.version_num < 180000 &&
	    (source->mono_us < source->refused_us + REFUSED_AGE_US ||
	        used * 100 >= usable * STARTING_PERCENT);
}

/* Puts what the closer look found into the sample, and gives it out. */
static void
finish_sample(struct source *source)
{
	if (source->blockers != NULL)
		pg_sample_blockers(&source->sample, source->blockers);
	if (source->starting_known)
		pg_sample_starting(&source->sample, &source->starting);
	publish(source);
}

/* Forgets the last closer look, but not what the next one is compared with. */
static void
forget_look(struct source *source)
{
	pg_rows_free(source->blockers);
	source->blockers = NULL;
	source->starting_known = false;
}

/* Takes a closer look if there is a reason; one a moment ago is still good. */
static void
follow_sample(struct source *source)
{
	struct buf pids = { 0 };

	if (source->mono_us < source->looked_us + LOOK_PAUSE_US) {
		finish_sample(source);
		source_set_phase(source, PHASE_IDLE);
		return;
	}
	forget_look(source);
	source->asks_blockers = pg_sample_waiting(&source->sample, BLOCKERS_MAX, &pids) > 0;
	source->asks_starting = needs_starting(source);
	message_begin(source);
	if (source->asks_blockers)
		message_add(source, PG_SQL_BLOCKERS, buf_str(&pids), NULL);
	if (source->asks_starting)
		message_add(source, PG_SQL_STARTING, NULL, NULL);
	else
		pg_starting_clear(&source->starting);
	buf_clear(&pids);
	if (source->asks_blockers || source->asks_starting) {
		source->looked_us = source->mono_us;
		message_send(source, PHASE_FOLLOW);
	} else {
		publish(source);
		source_set_phase(source, PHASE_IDLE);
	}
}

static void
send_names(struct source *source)
{
	struct buf databases = { 0 }, roles = { 0 };

	pg_names_list(source->names, NAME_DATABASE, &databases);
	pg_names_list(source->names, NAME_ROLE, &roles);
	message_begin(source);
	message_add(source, PG_SQL_NAMES, buf_str(&databases), buf_str(&roles));
	message_send(source, PHASE_NAMES);
	buf_clear(&databases);
	buf_clear(&roles);
}

void
refresh_sample_done(struct source *source)
{
	if (source->failed) {
		source_recycle(source, source->sample.snap);
		source->sample.snap = NULL;
		source_set_phase(source, PHASE_IDLE);
		return;
	}
	complete_sample(source);
	if (pg_names_due(source->names, source->mono_us)) {
		send_names(source);
		return;
	}
	pg_sample_names(&source->sample, source->names);
	follow_sample(source);
}

void
refresh_names_rows(struct source *source, struct pg_rows *rows)
{
	pg_names_read(source->names, rows, source->mono_us);
	pg_rows_free(rows);
}

void
refresh_names_done(struct source *source)
{
	if (source->failed)
		pg_names_failed(source->names, source->mono_us);
	if (source->sample.snap == NULL) {
		source_set_phase(source, PHASE_IDLE);
		return;
	}
	pg_sample_names(&source->sample, source->names);
	follow_sample(source);
}

void
refresh_follow_rows(struct source *source, struct pg_rows *rows)
{
	if (source->sample.snap == NULL) {
		pg_rows_free(rows); /* too late */
	} else if (source->asks_blockers && source->result == 0) {
		source->blockers = rows;
	} else {
		pg_starting_read(&source->starting, rows, source->sample.snap);
		source->starting_known = true;
		pg_rows_free(rows);
	}
}

void
refresh_follow_done(struct source *source)
{
	if (source->sample.snap != NULL)
		finish_sample(source);
	source_set_phase(source, PHASE_IDLE);
}

void
refresh_overdue(struct source *source)
{
	if (source->sample.snap == NULL)
		return;
	if (source->phase == PHASE_NAMES)
		pg_sample_names(&source->sample, source->names);
	if (source->phase == PHASE_NAMES || source->phase == PHASE_FOLLOW)
		publish(source);
}

bool
refresh_wanted(const struct source *source)
{
	return source->act.state == WISH_WAITS || source->queries.state == WISH_WAITS ||
	    source->detail.state == WISH_WAITS || source->want_sample;
}

/*
 * An act comes first. Others get their turn between two of them: the next
 * one is only wished for when this one's outcome was taken, and by then the
 * step that received it has gone on to what waits.
 */
void
refresh_idle(struct source *source)
{
	if (pg_conn_receive(source->conn) == PG_BROKEN)
		login_lost(source);
	else if (source->act.state == WISH_WAITS)
		act_send(source);
	else if (source->queries.state == WISH_WAITS)
		queries_send(source, &source->queries, PHASE_QUERIES);
	else if (source->detail.state == WISH_WAITS)
		queries_send(source, &source->detail, PHASE_DETAIL);
	else if (source->want_sample)
		send_sample(source);
}
