/* SPDX-License-Identifier: PostgreSQL */
/*
 * From a confirmed job to signals and back: the whole queries are fetched,
 * the intent is on disk, then one target after the other, each judged by the
 * statement that acts. Used by the screen and by batch runs alike.
 */
#include "act.h"

#include <stdio.h>

#include "action/job.h"
#include "analysis/groups.h"
#include "app.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "source/source.h"

static struct killlog_where
where(const struct app *app)
{
	return (struct killlog_where){
		.wall_us = clock_wall_us(),
		.server = source_target(app->source),
		.role = app->current != NULL ? app->current->server.user : NULL,
	};
}

/* The log cannot be written: nothing more is done. */
static void
refuse(struct app *app, struct job *job, const struct err *err)
{
	job_stop(job, err->msg, false);
	messages_add(&app->messages, clock_wall_us(), LEVEL_CRITICAL, err->msg);
}

/* Logs the outcomes that are final and not yet in the log; at the end, of all. */
static void
log_outcomes(struct act *act, struct app *app, struct job *job, bool all)
{
	struct killlog_where here = where(app);
	struct err err;

	for (size_t i = 0; i < job->count; i++) {
		const struct target *target = &job->targets[i];
		bool waits = target->outcome == OUTCOME_WAITING ||
		    target->outcome == OUTCOME_SENT || target->outcome == OUTCOME_SIGNALLED ||
		    target->outcome == OUTCOME_STILL_THERE;

		if (act->logged[i] || (waits && !all))
			continue;
		act->logged[i] = true;
		if (target->outcome == OUTCOME_ENDED && action_row(job->action)->frees)
			tracks_ended(&app->tracks, groups_shown(target->application));
		killlog_add(&act->log, "outcome", job, target, &here);
	}
	if (!killlog_flush(&act->log, all, &err))
		refuse(app, job, &err);
}

static void
act_clear(struct act *act)
{
	if (act->open)
		killlog_close(&act->log);
	mem_free(act->logged);
	*act = (struct act){ .log.fd = -1, .judge = act->judge, .context = act->context };
}

static void
finish(struct act *act, struct app *app, struct job *job)
{
	if (act->intended)
		log_outcomes(act, app, job, true);
	act_clear(act);
}

/*
 * Whether the way in use knows the targets by what the job has of them. If
 * not, nothing goes on before it has shown them itself.
 */
static bool
is_known(struct act *act, struct app *app, const struct job *job)
{
	act->waits = via_differs(job->via, source_settle(app->source));
	if (act->waits)
		source_ask_sample(app->source);
	return !act->waits;
}

static void
fetch(struct act *act, struct app *app, struct job *job)
{
	struct identity *ids;

	if (!is_known(act, app, job))
		return;
	ids = mem_alloc(job->count, sizeof(*ids));
	for (size_t i = 0; i < job->count; i++)
		ids[i] = job->targets[i].id;
	source_ask_queries(app->source, ids, job->count);
	mem_free(ids);
}

void
act_begin(struct act *act, struct app *app, struct job *job)
{
	struct err err;

	act_clear(act);
	if (!killlog_open(&act->log, &app->settings, &err)) {
		killlog_close(&act->log);
		refuse(app, job, &err);
		return;
	}
	act->open = true;
	act->logged = mem_alloc(job->count, sizeof(*act->logged));
	fetch(act, app, job);
}

static void
send_next(struct act *act, struct app *app, struct job *job)
{
	const struct target *target;

	if (job->state == JOB_RUNNING && !is_known(act, app, job))
		return;
	target = job_send(job);
	if (target != NULL && action_row(job->action)->frees)
		tracks_signalled(&app->tracks, groups_shown(target->application), clock_mono_us());
	if (target != NULL)
		source_act(app->source, job->action, target);
	else
		source_ask_sample(app->source);
}

/* All queries are here: the intent goes to disk, and only then the first signal out. */
static void
start(struct act *act, struct app *app, struct job *job)
{
	struct killlog_where here = where(app);
	struct err err;

	if (job->state != JOB_FETCHING)
		return;
	for (size_t i = 0; i < job->count; i++)
		if (job->targets[i].outcome == OUTCOME_WAITING)
			killlog_add(&act->log, "intent", job, &job->targets[i], &here);
	if (!killlog_flush(&act->log, true, &err)) {
		refuse(app, job, &err);
		return;
	}
	act->intended = true;
	job_run(job);
	send_next(act, app, job);
}

static void
take_outcome(struct act *act, struct app *app, struct job *job, const struct source_event *event)
{
	job_outcome(job, event->outcome, event->text, clock_mono_us());
	if (event->outcome == OUTCOME_UNKNOWN || event->outcome == OUTCOME_NOT_TRIED)
		job_stop(job, "the connection was lost", true);
	log_outcomes(act, app, job, false);
	send_next(act, app, job);
}

/* What waited for a sample goes on, with the identities that this one has. */
static void
take_sample(struct act *act, struct app *app, struct job *job)
{
	job_watch(job, app->current);
	if (!act->waits)
		return;
	if (job->state == JOB_FETCHING)
		fetch(act, app, job);
	else
		send_next(act, app, job);
}

/* SQL shows what /proc did not: who is protected, and whom the filter does not mean. */
static void
hand_over(const struct act *act, const struct app *app, struct job *job)
{
	/* A question is its owner's to ask anew. */
	if (job->state == JOB_ASKED || !job_hand_over(job, app->current))
		return;
	if (app->current->via != VIA_PROC)
		job_spare(job, app->current, act->judge, act->context);
}

void
act_event(struct act *act, struct app *app, struct job *job, const struct source_event *event)
{
	if (event->type == SOURCE_SNAPSHOT)
		hand_over(act, app, job);
	if (!act->open)
		return;
	switch (event->type) {
	case SOURCE_DETAIL:
		if (job->state == JOB_FETCHING)
			job_fetched(job, &event->id, event->text);
		break;
	case SOURCE_FETCHED:
		start(act, app, job);
		break;
	case SOURCE_OUTCOME:
		take_outcome(act, app, job, event);
		break;
	case SOURCE_SNAPSHOT:
		take_sample(act, app, job);
		break;
	case SOURCE_LINK:
		if (source_link(app->source)->state == LINK_DOWN)
			job_stop(job, "the connection was lost", true);
		break;
	case SOURCE_MESSAGE:
		if (act->waits && event->level == LEVEL_CRITICAL)
			job_stop(job, event->text, false);
		break;
	case SOURCE_PASSWORD:
	case SOURCE_NOTHING:
		break;
	}
	if (act->open && job_is_over(job))
		finish(act, app, job);
}

bool
act_wants_sample(const struct job *job)
{
	return job->state == JOB_WATCHING;
}

void
act_end(struct act *act, struct app *app, struct job *job)
{
	if (!act->open)
		return;
	job_stop(job, "the program was ended", true);
	finish(act, app, job);
}
