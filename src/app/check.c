/* SPDX-License-Identifier: PostgreSQL */
/*
 * One answer for a monitoring system, in time and with the right status
 * whatever happens. Nothing is asked, and nothing goes to stderr, which some
 * of these systems put before the answer.
 */
#include "report/check.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/units.h"
#include "feed.h"
#include "model/link.h"
#include "ui/ui.h"

#define PAUSE_US UNITS_US_PER_SECOND /* between the two samples that rates are made of */

struct run {
	struct app *app;
	struct feed feed;
	int64_t end_us; /* by our clock */
	bool second;    /* the second sample was asked for */
	bool finished;
	int status;
};

/*
 * Writes the answer. A status is never changed because nobody reads it; but where nothing can be
 * written, nobody is told that all is well.
 */
static int
answer(struct check *check, bool ascii)
{
	struct buf out = { 0 };
	int status;

	check->utf8 = !ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	status = (int)check_write(check, &out);
	errno = 0;
	if ((fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0) &&
	    errno != EPIPE && status == CHECK_OK)
		status = CHECK_UNKNOWN;
	buf_clear(&out);
	return status;
}

int
check_refuse(const char *why)
{
	struct check check = { .failure = why, .status = CHECK_UNKNOWN };

	signals_init(); /* a reader that is gone does not end us */
	return answer(&check, false);
}

/* Ends the run with a sample, or a failure and what to do about it. */
static void
finish(struct run *run, const char *failure, const char *advice, enum check_status status)
{
	struct app *app = run->app;
	struct table_data data;
	const struct verdict_rule *cause = app->verdict.rule;
	char key[UI_KEY_MAX];
	struct check check = {
		.data = &data,
		.messages = &app->messages,
		.target = source_target(app->source),
		.failure = failure,
		.advice = advice,
		.status = status,
	};

	if (cause != NULL && cause->command != NULL)
		check.cause_key = ui_key_of(&app->settings, cause->command, key);
	app_data(app, &data);
	if (failure != NULL)
		data.snap = NULL; /* what was seen before it counts no more */
	run->status = answer(&check, app->settings.ascii);
	run->finished = true;
}

/*
 * Rates, and sessions that are still authenticating, take a second sample. It has half of the
 * time: when it does not come either, the server is in trouble.
 */
static bool
ask_again(struct run *run)
{
	int64_t now_us = clock_mono_us();

	if (run->second || run->end_us - now_us < run->app->settings.timeout / 2 + PAUSE_US)
		return false;
	run->second = true;
	run->feed.next_us = now_us + PAUSE_US;
	run->feed.timeout_us = run->end_us - run->feed.next_us;
	alerts_forget(&run->app->alerts);
	return true;
}

static void
fail(struct run *run, const struct feed_news *news)
{
	const struct link *link = source_link(run->app->source);
	char time[UNITS_TEXT_MAX], text[1024];
	const char *advice;

	if (news->status != STATUS_NO_WAY_IN) {
		finish(run, news->why, NULL, CHECK_UNKNOWN);
	} else if (link->state == LINK_DOWN) {
		advice = app_reason(run->app, text);
		finish(run, text, advice, link_in_trouble(link) ? CHECK_CRITICAL : CHECK_UNKNOWN);
	} else {
		snprintf(text, sizeof text, "no answer in %s",
		    units_duration_long(time, run->app->settings.timeout));
		finish(run, text, "is the server stopped or overloaded? --timeout gives it longer",
		    CHECK_CRITICAL);
	}
}

void
check_settings(struct settings *settings)
{
	settings->no_password = true;
	settings->password = false;
	settings->interval = settings->timeout; /* a second sample has a time of its own */
	/* A login that ends first can say why: stopped, silent, locked. */
	if (settings->connect_timeout > settings->timeout / 10 * 9)
		settings->connect_timeout = settings->timeout / 10 * 9;
}

int
check_run(struct app *app)
{
	struct run run = { .app = app };
	struct feed_news news;

	feed_open(&run.feed, app);
	run.feed.quiet = true;
	run.feed.timeout_us = app->settings.timeout;
	run.end_us = run.feed.next_us + app->settings.timeout;
	while (!run.finished) {
		feed_next(&run.feed, &news);
		switch (news.type) {
		case FEED_SAMPLE:
			if (!ask_again(&run))
				finish(&run, NULL, NULL, CHECK_OK);
			break;
		case FEED_FAILURE:
			fail(&run, &news);
			break;
		case FEED_QUIT:
			finish(&run, "ended by a signal", NULL, CHECK_UNKNOWN);
			break;
		case FEED_EVENT:
		case FEED_INPUT:
			break;
		}
	}
	return run.status;
}
