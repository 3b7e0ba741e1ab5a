/* SPDX-License-Identifier: PostgreSQL */
/*
 * One message of statements at a time, and what becomes of its results. An
 * answer that does not come is waited for: the connection may be the last
 * slot that there was.
 */
#include "source/pg_source.h"

#include <stdio.h>

#include "base/units.h"
#include "source/pg_error.h"

#define LATE_US (2 * UNITS_US_PER_SECOND) /* an answer that takes longer is said to be late */
#define EXTRA_WAIT_US 500000              /* a sample waits no longer for what comes after it */
#define TLS_TICK_US 50000                 /* bytes that are decrypted already do not wake poll() */

/* What a message is for. */
struct task {
	const char *name; /* as it is called when it fails */
	void (*rows)(struct source *source, struct pg_rows *rows); /* frees them */
	void (*done)(struct source *source);
	void (*failed)(struct source *source, const struct link *error); /* NULL: a message */
};

static const struct task tasks[] = {
	[PHASE_HELLO] = { "session settings", login_hello_rows, login_hello_done, NULL },
	[PHASE_SAMPLE] = { "sample", refresh_sample_rows, refresh_sample_done, NULL },
	[PHASE_NAMES] = { "names of roles and databases", refresh_names_rows, refresh_names_done,
	    NULL },
	[PHASE_FOLLOW] = { "lock lookup", refresh_follow_rows, refresh_follow_done, NULL },
	[PHASE_DETAIL] = { "query text", queries_rows, queries_done, NULL },
	[PHASE_QUERIES] = { "query texts", queries_rows, queries_done, NULL },
	[PHASE_ACT] = { "act", act_rows, act_done, act_failed },
};

void
message_begin(struct source *source)
{
	buf_reset(&source->sql);
	source->result = 0;
	if (source->pooled) {
		/* Each message may meet another server process, which knows nothing of our
		 * settings. */
		message_add(source, PG_SQL_SESSION, "true", NULL);
		source->result = -1;
	}
}

void
message_add(struct source *source, enum pg_sql id, const char *arg1, const char *arg2)
{
	pg_sql_add(&source->sql, id, source->about.version_num, arg1, arg2);
}

void
message_send(struct source *source, enum phase phase)
{
	source->failed = false;
	source->sent_us = source->mono_us;
	source->deadline_us = source->mono_us + EXTRA_WAIT_US;
	if (pg_conn_send(source->conn, buf_str(&source->sql)))
		source_set_phase(source, phase);
	else
		login_lost(source);
}

/* A statement failed; what it was for goes on without it, but for a sample, which is lost. */
static void
report_failure(struct source *source)
{
	struct link read = { 0 };
	char text[512];

	source->failed = true;
	pg_error_read(&read, pg_conn_error(source->conn));
	if (tasks[source->phase].failed != NULL) {
		tasks[source->phase].failed(source, &read);
		return;
	}
	snprintf(text, sizeof(text), "%s: %s", tasks[source->phase].name, read.text);
	source_message(source, source->phase == PHASE_SAMPLE ? LEVEL_CRITICAL : LEVEL_WARNING,
	    text);
}

/* Says since when there is no answer, once a second. */
static void
check_late(struct source *source)
{
	struct link *link = &source->link;
	int64_t waited_us = source->mono_us - source->sent_us;
	char time[UNITS_TEXT_MAX];

	if (source->mono_us >= source->deadline_us)
		refresh_overdue(source);
	if (waited_us < LATE_US || source->mono_us < source->late_us)
		return;
	waited_us -= waited_us % UNITS_US_PER_SECOND;
	source->late_us = source->sent_us + waited_us + UNITS_US_PER_SECOND;
	snprintf(link->text, sizeof(link->text), "no answer for %s",
	    units_duration_long(time, waited_us));
	source_set_link(source, LINK_LATE);
	link->since_mono_us = source->sent_us;
}

/* The server speaks again. */
static void
check_answered(struct source *source)
{
	if (source->link.state != LINK_LATE)
		return;
	source->link.text[0] = '\0';
	source_set_link(source, LINK_UP);
}

void
message_receive(struct source *source)
{
	const struct task *task = &tasks[source->phase];
	struct pg_rows *rows;

	for (;;) {
		switch (pg_conn_receive(source->conn)) {
		case PG_WAIT:
			check_late(source);
			return;
		case PG_ROWS:
			rows = pg_conn_take(source->conn);
			if (source->result >= 0)
				task->rows(source, rows);
			else
				pg_rows_free(rows);
			source->result++;
			break;
		case PG_ERROR:
			report_failure(source);
			break;
		case PG_DONE:
			check_answered(source);
			task->done(source);
			return;
		case PG_BROKEN:
			login_lost(source);
			return;
		}
	}
}

int64_t
message_deadline(const struct source *source)
{
	int64_t next_us = source->sent_us + LATE_US;

	if (next_us < source->late_us)
		next_us = source->late_us;
	if (source->sample.snap != NULL && source->phase != PHASE_SAMPLE &&
	    source->deadline_us < next_us)
		next_us = source->deadline_us;
	if (source->about.encrypted && source->mono_us + TLS_TICK_US < next_us)
		next_us = source->mono_us + TLS_TICK_US;
	return next_us;
}
