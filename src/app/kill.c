/* SPDX-License-Identifier: PostgreSQL */
/*
 * Orders without a screen: a sample, a plan, the question, the act, and what
 * came of it; with --watch again and again. Who is meant, guarded, logged and
 * judged is the same code as on the screen.
 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/err.h"
#include "base/settings.h"
#include "kill.h"
#include "model/link.h"
#include "model/snapshot.h"

#define WATCH_US 250000 /* between samples while signalled sessions are to end */

/* The end of a turn: what came of it is told, and the next sample is waited for. */
static void
end_turn(struct kill *kill, bool planned)
{
	kill->state = KILL_WAITING;
	guard_acted(kill);
	if (!kill->order.guard)
		guard_note(kill);
	tell_job(kill, planned);
}

/* Nobody is acted on: because there is nobody, or because only a look was asked for. */
static void
look_only(struct kill *kill, const char *why)
{
	struct job *job = &kill->job;

	job_confirm(job);
	if (job->count > 0)
		job_stop(job, why, false);
	else
		job_run(job);
	end_turn(kill, true);
}

static void
begin_act(struct kill *kill)
{
	kill->state = KILL_ACTING;
	job_confirm(&kill->job);
	act_begin(&kill->act, kill->app, &kill->job);
}

static void
fail(struct kill *kill, const char *why, int status)
{
	kill->failed = status;
	tell_failure(kill, why);
}

/* What could not be told is not done. */
static bool
can_tell(const struct kill *kill, struct err *err)
{
	struct err why;

	return out_check(&kill->out, &why) || err_set(err, "nothing was done: %s", why.msg);
}

/* What the plan is for. */
static void
go_on(struct kill *kill, const struct plan *plan)
{
	struct table_data data;
	struct err err;

	app_data(kill->app, &data);
	if (plan->count == 0) {
		if (!kill->order.guard && kill->guard.state == GUARD_UNKNOWN) {
			kill->acted = STATUS_QUERY_FAILED;
			complain(kill->guard.change);
		} else if (!kill->order.guard) {
			const char *missed =
			    whom_missed(&kill->whom, &kill->order, &data, &kill->arena);

			kill->acted = tell_status(kill);
			if (missed != NULL)
				complain(missed);
		}
		look_only(kill, NULL);
	} else if (kill->order.dry_run) {
		look_only(kill, "a dry run");
	} else if (!can_tell(kill, &err)) {
		job_drop(&kill->job);
		fail(kill, err.msg, STATUS_USAGE);
	} else if (kill->order.yes) {
		begin_act(kill);
	} else if (ask_can()) {
		kill->state = KILL_ASKING;
		ask_begin(kill, plan);
	} else {
		kill->acted = STATUS_USAGE;
		look_only(kill, "no terminal to ask on");
		complain("nothing was done: there is no terminal to ask on; give --yes to act, or "
		         "--dry-run to only look");
	}
}

/* A sample that is to be acted on. */
static void
begin_turn(struct kill *kill)
{
	const struct slots *slots = &kill->app->facts.slots;
	struct table_data data;
	struct plan plan = { 0 };
	bool stands;

	arena_reset(&kill->arena);
	app_data(kill->app, &data);
	stands = guard_judge(kill);
	if (kill->order.choice.until > 0 && slots->usable <= 0) {
		fail(kill, "how many slots are usable is unknown: --until cannot be met",
		    STATUS_QUERY_FAILED);
		return;
	}
	if (stands)
		whom_plan(&kill->whom, &kill->order, &data, &plan, &kill->arena);
	kill->before = *slots;
	tell_planned(kill, &plan);
	guard_note_plan(kill, &plan);
	guard_planned(kill, &plan);
	job_start(&kill->job, &kill->order.choice, &plan, data.snap);
	go_on(kill, &plan);
}

static void
take_answer(struct kill *kill)
{
	if (ask_answer(kill)) {
		begin_act(kill);
		return;
	}
	job_drop(&kill->job);
	complain("nothing was done");
	kill->acted = STATUS_USAGE;
	kill->state = KILL_OVER;
}

/* A sample could not be had: an act was stopped by that, a question is not waited for. */
static void
take_failure(struct kill *kill, const struct feed_news *news)
{
	if (kill->state == KILL_ACTING && !kill->order.guard) {
		act_end(&kill->act, kill->app, &kill->job);
		kill->acted = STATUS_NOT_ENDED;
		end_turn(kill, false);
		if (!kill->job.stopped)
			complain(news->why);
		return;
	}
	if (kill->state == KILL_ASKING) {
		fputc('\n', stderr);
		job_drop(&kill->job);
		complain("nothing was done");
		kill->state = KILL_WAITING;
	}
	/* Of a guard's act it is seen who is gone once the server is there again. */
	fail(kill, news->why, news->status);
}

/* The end: nothing more is begun, and what was under way is told as far as it is known. */
static void
take_quit(struct kill *kill)
{
	if (kill->state == KILL_ACTING) {
		act_end(&kill->act, kill->app, &kill->job);
		kill->acted = tell_status(kill);
		end_turn(kill, false);
	} else if (!kill->order.guard) {
		if (kill->state == KILL_ASKING)
			fputc('\n', stderr);
		complain("nothing was done: ended by a signal");
		kill->acted = STATUS_USAGE;
	} else {
		kill->failed = STATUS_OK;
	}
	kill->state = KILL_OVER;
}

/*
 * Before the act goes on: after a signal or a failure no target has its turn any more. Gives
 * whether the act is let finish nevertheless what was begun.
 */
static bool
heed(struct kill *kill, const struct feed_news *news)
{
	bool acting = kill->state == KILL_ACTING;

	if (acting && news->type == FEED_FAILURE)
		job_stop(&kill->job, news->why, true);
	if (!signals_quit() || kill->quit)
		return false;
	kill->quit = true;
	if (!acting)
		return false;
	job_stop(&kill->job, "ended by a signal", false);
	feed_now(&kill->feed); /* shows who is gone */
	return true;
}

/* A question about what another way showed is withdrawn: it is asked anew. */
static bool
withdraw(struct kill *kill, const struct feed_news *news)
{
	if (kill->state != KILL_ASKING || news->event.type != SOURCE_SNAPSHOT ||
	    !via_differs(kill->job.via, kill->app->current->via))
		return false;
	fputc('\n', stderr);
	complain("the server is seen by another way now: what was asked is void");
	kill->feed.fd = -1;
	job_drop(&kill->job);
	return true;
}

static void
take_news(struct kill *kill, const struct feed_news *news)
{
	switch (news->type) {
	case FEED_SAMPLE:
		if (kill->state == KILL_WAITING || withdraw(kill, news))
			begin_turn(kill);
		break;
	case FEED_FAILURE:
		take_failure(kill, news);
		break;
	case FEED_EVENT:
		if ((kill->state == KILL_WAITING && guard_is_due(kill)) || withdraw(kill, news))
			begin_turn(kill);
		break;
	case FEED_INPUT:
		if (kill->state == KILL_ASKING)
			take_answer(kill);
		break;
	case FEED_QUIT:
		take_quit(kill);
		break;
	}
}

static void
run(struct kill *kill)
{
	struct feed_news news;

	feed_open(&kill->feed, kill->app);
	while (kill->state != KILL_OVER) {
		feed_next(&kill->feed, &news);
		kill->skipped += news.skipped;
		if (news.gap > kill->gap)
			kill->gap = news.gap;
		if (heed(kill, &news) && news.type == FEED_QUIT)
			news.type = FEED_EVENT;
		act_event(&kill->act, kill->app, &kill->job, &news.event);
		take_news(kill, &news);
		if (kill->state == KILL_ACTING && job_is_over(&kill->job)) {
			int status = tell_status(kill);

			kill->acted = status != STATUS_OK ? status : kill->acted;
			end_turn(kill, false);
		} else if (act_wants_sample(&kill->job)) {
			feed_soon(&kill->feed, WATCH_US);
		}
	}
}

static enum spare
judge(const void *context, const struct job *job, const struct session *session)
{
	const struct kill *kill = context;
	struct table_data data;

	(void)job;
	app_data(kill->app, &data);
	return whom_spares(&kill->whom, &kill->order, &data, session);
}

int
kill_run(struct app *app)
{
	struct kill kill = { .app = app, .act = { .log.fd = -1, .judge = judge } };
	struct err err;

	kill.act.context = &kill;
	kill.guard.retry_us = INT64_MAX;
	if (!order_read(&kill.order, &app->settings, &err) ||
	    !whom_open(&kill.whom, &kill.order, &app->settings, &err) || !tell_open(&kill, &err) ||
	    !can_tell(&kill, &err)) {
		fprintf(stderr, "pgconntop: %s\n", err.msg);
		kill.acted = STATUS_USAGE;
	} else {
		if (kill.order.guard)
			kill.whom.budget = &kill.guard.budget;
		if (app->settings.password)
			feed_password(app);
		run(&kill);
	}
	act_end(&kill.act, app, &kill.job);
	whom_close(&kill.whom);
	budget_clear(&kill.guard.budget);
	job_clear(&kill.job);
	arena_clear(&kill.arena);
	buf_clear(&kill.text);
	if (kill.acted == STATUS_OK && guard_lacks_right(&kill))
		kill.acted = STATUS_QUERY_FAILED;
	return kill.failed != STATUS_OK ? kill.failed : kill.acted;
}
