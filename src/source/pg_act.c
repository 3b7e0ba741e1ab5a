/* SPDX-License-Identifier: PostgreSQL */
/*
 * One act on one session. The statement judges and signals by itself; here it
 * is only told whom it means, and what it says is read. An act is sent once
 * or not at all, whatever becomes of the connection.
 */
#include "source/pg_way.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "source/pg_error.h"

#define NO_RIGHT "42501"
#define SESSION_ENDED "57P0" /* by an administrator, a crash, a shutdown */

static const enum pg_sql statements[ACTION_COUNT] = {
	[ACTION_CANCEL] = PG_SQL_CANCEL,
	[ACTION_TERMINATE] = PG_SQL_TERMINATE,
};

static void
set_outcome(struct pg_act *act, enum outcome outcome)
{
	act->state = WISH_DONE;
	act->outcome = outcome;
}

void
act_ask(void *state, enum action action, const struct target *target)
{
	struct pg *pg = state;
	struct pg_act *act = &pg->act;

	assert(act->state == WISH_NONE);
	act->state = WISH_WAITS;
	act->action = action;
	act->target = target;
	act->outcome = OUTCOME_UNKNOWN;
	buf_reset(&act->note);
	if (!pg_is_open(pg))
		set_outcome(act, OUTCOME_NOT_TRIED);
}

/* A time as SQL, to the microsecond. */
static void
add_time(struct buf *sql, int64_t us)
{
	char time[UNITS_TEXT_MAX];

	if (us == TIME_UNKNOWN)
		buf_adds(sql, "NULL");
	else
		buf_addf(sql, "'%s'", units_time_iso(time, us));
	buf_adds(sql, "::pg_catalog.timestamptz");
}

void
act_send(struct pg *pg)
{
	struct pg_act *act = &pg->act;
	const struct target *target = act->target;
	struct buf whom = { 0 };

	buf_addf(&whom, "%d, ", (int)target->id.pid);
	add_time(&whom, target->id.start_us);
	/* One of our own words, or a state that has none. */
	if (target->state == STATE_UNKNOWN)
		buf_adds(&whom, ", NULL, ");
	else
		buf_addf(&whom, ", '%s', ", session_state_name(target->state));
	add_time(&whom, target->state_change_us);
	act->state = WISH_SENT;
	message_begin(pg);
	message_add(pg, statements[act->action], buf_str(&whom), NULL);
	message_send(pg, PHASE_ACT);
	buf_clear(&whom);
}

/* Who has the right that we lack: his own role, or one that has it for all. */
static void
note_member(struct pg_act *act, const char *role, const char *what_for)
{
	const char *user = act->target->user;

	buf_reset(&act->note);
	buf_addf(&act->note, "a member of %s or %s%s", user != NULL ? user : "its role", role,
	    what_for);
}

void
act_rows(struct pg *pg, struct pg_rows *rows)
{
	struct pg_act *act = &pg->act;
	size_t len;

	act->outcome =
	    outcome_parse(pg_rows_count(rows) > 0 ? pg_rows_value(rows, 0, 0, &len) : NULL);
	if (act->outcome == OUTCOME_DENIED)
		note_member(act, "pg_read_all_stats", ", to see its state");
	pg_rows_free(rows);
}

/* The server's words name the role that helps, in any language, unless only superusers may. */
static void
note_denied(struct pg_act *act, const char *words)
{
	if (strstr(words, "pg_signal_backend") != NULL)
		note_member(act, "pg_signal_backend", "");
	else
		buf_adds(&act->note, "a superuser, or postgres or root on the host: --via=proc");
}

void
act_failed(struct pg *pg, const struct link *error)
{
	struct pg_act *act = &pg->act;
	bool by_function = strcmp(error->routine, "pg_cancel_backend") == 0 ||
	    strcmp(error->routine, "pg_terminate_backend") == 0;
	bool denied = strcmp(error->sqlstate, NO_RIGHT) == 0;

	if (act->outcome != OUTCOME_UNKNOWN || strncmp(error->sqlstate, SESSION_ENDED, 4) == 0)
		return; /* it was done by then, or nobody knows: our own session was ended */
	act->outcome = denied ? OUTCOME_DENIED : OUTCOME_FAILED;
	buf_reset(&act->note);
	if (denied && by_function)
		note_denied(act, pg_conn_error(pg->conn));
	else
		buf_adds(&act->note, error->text);
}

void
act_notice(struct pg *pg, const char *words)
{
	struct link read = { 0 };

	pg_error_read(&read, words);
	buf_reset(&pg->act.note);
	buf_adds(&pg->act.note, read.text);
}

void
act_done(struct pg *pg)
{
	set_outcome(&pg->act, pg->act.outcome);
	pg_set_phase(pg, PHASE_IDLE);
}

void
act_lost(struct pg *pg)
{
	struct pg_act *act = &pg->act;

	if (act->state == WISH_WAITS)
		set_outcome(act, OUTCOME_NOT_TRIED);
	else if (act->state == WISH_SENT)
		set_outcome(act, act->outcome);
}

bool
act_next(struct pg *pg, struct source_event *event)
{
	struct pg_act *act = &pg->act;

	if (act->state != WISH_DONE)
		return false;
	*event = (struct source_event){
		.type = SOURCE_OUTCOME,
		.id = act->target->id,
		.outcome = act->outcome,
		.text = act->note.len > 0 ? buf_str(&act->note) : NULL,
	};
	act->state = WISH_NONE;
	return true;
}
