/* SPDX-License-Identifier: PostgreSQL */
/*
 * One message of statements at a time, and what becomes of its results. An
 * answer that does not come is waited for: the connection may be the last
 * slot that there was.
 */
#include "source/pg_way.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "source/pg_error.h"

#define LATE_US (2 * UNITS_US_PER_SECOND) /* an answer that takes longer is said to be late */
#define EXTRA_WAIT_US 500000              /* a sample waits no longer for what comes after it */
#define MANY_VERSION 150000 /* from here on a walsender takes several statements at once */
#define TLS_TICK_US 50000   /* bytes that are decrypted already do not wake poll() */

/* What a message is for. */
struct task {
	const char *name;                                  /* as it is called when it fails */
	void (*rows)(struct pg *pg, struct pg_rows *rows); /* frees them */
	void (*done)(struct pg *pg);
	void (*failed)(struct pg *pg, const struct link *error); /* NULL: a message */
};

/* A login that failed is no message: the link tells it. */
static void
leave_to_link(struct pg *pg, const struct link *error)
{
	(void)pg;
	(void)error;
}

static const struct task tasks[] = {
	[PHASE_HELLO] = { "session settings", login_hello_rows, login_hello_done, leave_to_link },
	[PHASE_SAMPLE] = { "sample", refresh_sample_rows, refresh_sample_done, NULL },
	[PHASE_NAMES] = { "names and settings", refresh_names_rows, refresh_names_done, NULL },
	[PHASE_FOLLOW] = { "lock lookup", refresh_follow_rows, refresh_follow_done, NULL },
	[PHASE_DETAIL] = { "query text", queries_rows, queries_done, NULL },
	[PHASE_QUERIES] = { "query texts", queries_rows, queries_done, NULL },
	[PHASE_ACT] = { "act", act_rows, act_done, act_failed },
};

void
message_begin(struct pg *pg)
{
	buf_reset(&pg->sql);
	pg->result = 0;
	if (pg->pooled) {
		/* Each message may meet another server process, which knows nothing of our
		 * settings. */
		message_add(pg, PG_SQL_SESSION, "true", NULL);
		pg->result = -1;
	}
}

void
message_add(struct pg *pg, enum pg_sql id, const char *arg1, const char *arg2)
{
	if (pg->sql.len > 0 && pg->info.walsender && pg->about.version_num < MANY_VERSION)
		buf_addc(&pg->sql, '\0');
	else if (pg->sql.len > 0)
		buf_adds(&pg->sql, "; ");
	pg_sql_add(&pg->sql, id, pg->about.version_num, arg1, arg2);
}

/* Sends the next of the statements that go one by one; false when the connection is lost. */
static bool
send_next(struct pg *pg)
{
	const char *sql = buf_str(&pg->sql) + pg->sent;

	pg->sent += strlen(sql) + 1;
	return pg_conn_send(pg->conn, sql);
}

void
message_send(struct pg *pg, enum phase phase)
{
	pg->failed = false;
	pg->sent = 0;
	pg->sent_us = pg->mono_us;
	pg->deadline_us = pg->mono_us + EXTRA_WAIT_US;
	if (send_next(pg))
		pg_set_phase(pg, phase);
	else
		login_lost(pg);
}

/* A statement failed; what it was for goes on without it, but for a sample, which is lost. */
static void
report_failure(struct pg *pg)
{
	struct link read = { 0 };
	char text[512];

	pg->failed = true;
	pg_error_read(&read, pg_conn_error(pg->conn));
	if (tasks[pg->phase].failed != NULL) {
		tasks[pg->phase].failed(pg, &read);
		return;
	}
	snprintf(text, sizeof(text), "%s: %s", tasks[pg->phase].name, read.text);
	pg_say(pg, pg->phase == PHASE_SAMPLE ? LEVEL_CRITICAL : LEVEL_WARNING, text);
}

/* Says since when there is no answer, once a second. */
static void
check_late(struct pg *pg)
{
	struct link *link = &pg->link;
	int64_t waited_us = pg->mono_us - pg->sent_us;
	char time[UNITS_TEXT_MAX];

	if (pg->mono_us >= pg->deadline_us)
		refresh_overdue(pg);
	if (waited_us < LATE_US || pg->mono_us < pg->late_us)
		return;
	waited_us -= waited_us % UNITS_US_PER_SECOND;
	pg->late_us = pg->sent_us + waited_us + UNITS_US_PER_SECOND;
	snprintf(link->text, sizeof(link->text), "no answer for %s",
	    units_duration_long(time, waited_us));
	pg_set_link(pg, LINK_LATE);
	link->since_mono_us = pg->sent_us;
}

/* The server speaks again. */
static void
check_answered(struct pg *pg)
{
	if (pg->link.state != LINK_LATE)
		return;
	pg->link.text[0] = '\0';
	pg_set_link(pg, LINK_UP);
}

void
message_receive(struct pg *pg)
{
	const struct task *task = &tasks[pg->phase];
	struct pg_rows *rows;

	for (;;) {
		switch (pg_conn_receive(pg->conn)) {
		case PG_WAIT:
			check_late(pg);
			return;
		case PG_ROWS:
			rows = pg_conn_take(pg->conn);
			if (pg->result >= 0)
				task->rows(pg, rows);
			else
				pg_rows_free(rows);
			pg->result++;
			break;
		case PG_ERROR:
			report_failure(pg);
			break;
		case PG_DONE:
			check_answered(pg);
			if (pg->failed || pg->sent > pg->sql.len) {
				task->done(pg);
				return;
			}
			if (send_next(pg))
				break;
			login_lost(pg);
			return;
		case PG_BROKEN:
			login_lost(pg);
			return;
		}
	}
}

int64_t
message_deadline(const struct pg *pg)
{
	int64_t next_us = pg->sent_us + LATE_US;

	if (next_us < pg->late_us)
		next_us = pg->late_us;
	if (pg->sample.snap != NULL && pg->phase != PHASE_SAMPLE && pg->deadline_us < next_us)
		next_us = pg->deadline_us;
	if (pg->about.encrypted && pg->mono_us + TLS_TICK_US < next_us)
		next_us = pg->mono_us + TLS_TICK_US;
	return next_us;
}
