/* SPDX-License-Identifier: PostgreSQL */
/*
 * What an order tells: the targets and what became of them, through the
 * writer of the format, and the exit status.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/words.h"
#include "app.h"
#include "base/err.h"
#include "kill.h"
#include "model/link.h"
#include "model/snapshot.h"

bool
tell_open(struct kill *kill, struct err *err)
{
	const struct settings *settings = &kill->app->settings;
	struct report *report = &kill->report;

	out_open(&kill->out, settings->output);
	out_report(&kill->out, settings, report);
	if (report->writer->acted == NULL)
		return err_set(err, "--format=%s cannot tell what --%s does", report->writer->name,
		    kill->order.option);
	report->tables[report->table_count++] = &table_targets;
	return true;
}

/* Writes what there is. A reader that went away ends the program quietly. */
static void
put_out(struct kill *kill)
{
	enum out_result result = out_write(&kill->out, &kill->text);
	int64_t count = kill->app->settings.count;

	if (result == OUT_FAILED && kill->out.done == NULL)
		kill->acted = STATUS_USAGE;
	else if (result == OUT_FAILED && kill->acted == STATUS_OK)
		kill->acted = STATUS_NOT_ENDED;
	kill->out.done = NULL;
	kill->begun = kill->begun || kill->text.len > 0;
	buf_reset(&kill->text);
	kill->turns++;
	kill->skipped = 0;
	kill->gap = GAP_LATE;
	if (!kill->order.guard || (count > 0 && kill->turns >= (size_t)count) ||
	    (result != OUT_DONE && (result == OUT_GONE || kill->out.path == NULL)))
		kill->state = KILL_OVER;
}

/* The slots as they would be without so many sessions. */
static struct slots
slots_without(const struct slots *slots, int count)
{
	struct slots after = *slots;

	after.used -= count;
	if (after.usable > 0) {
		after.free = after.usable > after.used ? after.usable - after.used : 0;
		after.utilization = (double)after.used / after.usable;
	}
	return after;
}

void
tell_planned(struct kill *kill, const struct plan *plan)
{
	memcpy(kill->spared, plan->spared, sizeof(kill->spared));
	kill->barred = plan->barred;
	kill->unjudged = plan->unjudged;
	kill->next = NULL;
	if (plan->targets != NULL && plan->count == 0 && !kill->order.guard)
		kill->next =
		    words_next(&kill->order.choice, plan, kill->app->current, &kill->arena);
}

/* Sessions that are left though no limit keeps them: we may not signal them. */
static bool
lacks_right(const struct kill *kill)
{
	return kill->barred > 0 && kill->spared[SPARE_MOST] + kill->spared[SPARE_UNTIL] == 0;
}

/* Nobody was acted on: was there nobody, or had we not the right to see or to signal them? */
static int
status_of_none(const struct kill *kill)
{
	return kill->unjudged > 0 || kill->spared[SPARE_UNSEEN] > 0 || lacks_right(kill)
	    ? STATUS_QUERY_FAILED
	    : STATUS_NO_MATCH;
}

/* What the rows of the format do not say, on stderr. */
static void
tell_words(struct kill *kill, const struct report_act *act)
{
	struct buf words = { 0 };
	char *line, *rest;

	if (act->change != NULL)
		complain(act->change);
	if (!act->guard || act->data->job->count > 0)
		report_outcome(&kill->report, act, &words, &kill->arena);
	rest = arena_strndup(&kill->arena, buf_str(&words), words.len);
	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '\0')
			complain(line);
	buf_clear(&words);
}

void
tell_job(struct kill *kill, bool planned)
{
	const struct job *job = &kill->job;
	const struct slots after =
	    planned ? slots_without(&kill->before, job_slots(job)) : kill->app->facts.slots;
	struct table_data data;
	const struct report_act act = {
		.data = &data,
		.before = &kill->before,
		.after = &after,
		.choice = &kill->order.choice,
		.spared = kill->spared,
		.next = kill->next,
		.dry_run = kill->order.dry_run || (planned && job->count > 0),
		.unasked = planned && !kill->order.dry_run,
		.guard = kill->order.guard,
		.first = kill->out.path != NULL || !kill->begun,
		.skipped = kill->skipped,
		.gap = kill->gap,
		.stands = kill->guard.stands,
		.change = kill->guard.change,
		.notes = kill->guard.notes,
		.note_count = kill->guard.note_count,
	};

	char gap[REPORT_GAP_MAX];

	if (kill->skipped > 0 && !kill->report.writer->gaps)
		complain(report_gap(kill->skipped, kill->gap, gap));
	app_data(kill->app, &data);
	data.job = job;
	kill->report.writer->acted(&kill->report, &act, &kill->text, &kill->arena);
	if (kill->report.writer->rows)
		tell_words(kill, &act);
	if (!planned)
		kill->out.done =
		    arena_printf(&kill->arena, "%d of %zu were %s", job->outcomes[OUTCOME_ENDED],
		        job->count, action_row(job->action)->frees ? "ended" : "cancelled");
	put_out(kill);
	kill->failed = STATUS_OK;
	if (job->stopped && !planned)
		complain(job->why);
}

void
tell_failure(struct kill *kill, const char *why)
{
	const struct app *app = kill->app;
	const struct link *link = source_link(app->source);
	const struct report_failure failure = {
		.wall_us = clock_wall_us(),
		.target = source_target(app->source),
		.why = why,
		.n = kill->turns,
		.refusal = link->refusal != REFUSAL_NONE ? refusal_words(link->refusal) : NULL,
		.server = app->current != NULL ? &app->current->server : NULL,
	};
	bool last = !kill->order.guard || app->settings.count == 1;

	if (last || kill->report.writer->failure == NULL)
		complain(why);
	else
		kill->report.writer->failure(&kill->report, &failure, &kill->text);
	put_out(kill);
}

int
tell_status(const struct kill *kill)
{
	const struct job *job = &kill->job;
	const int *outcomes = job->outcomes;
	size_t gone = (size_t)(outcomes[OUTCOME_ENDED] + outcomes[OUTCOME_GONE]);
	size_t refused = (size_t)(outcomes[OUTCOME_DENIED] + outcomes[OUTCOME_FAILED]);
	size_t untried = (size_t)outcomes[OUTCOME_NOT_TRIED];
	bool up = source_link(kill->app->source)->state == LINK_UP;

	if (job->count == 0)
		return status_of_none(kill);
	if (gone == job->count)
		return lacks_right(kill) ? STATUS_NOT_ENDED : STATUS_OK;
	/* Stopped before the first one, and neither by a signal nor by a lost server: by the log.
	 */
	if (refused == job->count || (untried == job->count && up && !kill->quit))
		return STATUS_QUERY_FAILED;
	return STATUS_NOT_ENDED;
}
