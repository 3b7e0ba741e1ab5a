/* SPDX-License-Identifier: PostgreSQL */
/*
 * A sample at each time of a grid, so that they do not drift. A server that
 * is late makes a gap, which is counted, and never a pile-up. Whoever reads
 * pulls news, and all waiting is done here.
 */
#include "feed.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "base/buf.h"
#include "base/text.h"
#include "model/link.h"
#include "model/snapshot.h"

#define GRACE_US 500000   /* the source, which knows more, gives up on a login first */
#define FINISH_US 2000000 /* how long a signal waits for a sample that is under way */

void
complain(const char *text)
{
	struct buf clean = { 0 };

	text_clean(&clean, text, strlen(text), TEXT_SQUEEZE);
	fprintf(stderr, "pgconntop: %s\n", buf_str(&clean));
	buf_clear(&clean);
}

void
feed_open(struct feed *feed, struct app *app)
{
	*feed = (struct feed){
		.app = app,
		.fd = -1,
		.timeout_us = app->settings.connect_timeout + GRACE_US,
		.next_us = clock_mono_us(),
		.soon_us = INT64_MAX,
		.quit_us = INT64_MAX,
	};
}

/* Ends the sample that was due, and tells what was left out before it. */
static void
answer(struct feed *feed, struct feed_news *news, enum feed_type type)
{
	news->type = type;
	news->skipped = feed->begun ? feed->skipped : 0;
	news->gap = feed->gap;
	feed->skipped = 0;
	feed->gap = GAP_LATE;
	feed->asked = false;
	feed->begun = true;
}

static void
fail(struct feed *feed, struct feed_news *news, const char *why, int status)
{
	if (why != feed->why)
		snprintf(feed->why, sizeof(feed->why), "%s", why);
	answer(feed, news, FEED_FAILURE);
	news->why = feed->why;
	news->status = status;
}

/* What is also among the messages. */
static void
tell(const struct feed *feed, const char *text)
{
	if (!feed->quiet)
		complain(text);
}

static void
take_snapshot(struct feed *feed, struct feed_news *news)
{
	const char *told = app_take(feed->app, news->event.snapshot);

	if (told != NULL)
		tell(feed, told);
	if (feed->asked)
		answer(feed, news, FEED_SAMPLE);
}

/*
 * The link changed: when it is down while a sample was due, that sample has failed. A connection
 * lost between two samples may be there again for the next one, so that is no failure yet.
 */
static void
link_changed(struct feed *feed, struct feed_news *news)
{
	const struct link *link = source_link(feed->app->source);

	app_link_changed(feed->app, clock_wall_us());
	if (link->state != LINK_DOWN)
		return;
	app_explain(feed->app, feed->why);
	if (feed->asked)
		fail(feed, news, feed->why, STATUS_NO_WAY_IN);
	else if (link->tries == 0)
		tell(feed, feed->why);
}

void
feed_password(struct app *app)
{
	char *password = password_ask(app->settings.username, source_link(app->source));

	source_password(app->source, password);
	password_free(password);
}

/* What went wrong beside the data; a sample that failed takes its place. */
static void
take_message(struct feed *feed, struct feed_news *news)
{
	const struct source_event *event = &news->event;

	messages_add(&feed->app->messages, clock_wall_us(), (enum level)event->level, event->text);
	if (event->level == LEVEL_CRITICAL && feed->asked)
		fail(feed, news, event->text, STATUS_QUERY_FAILED);
	else if (event->level >= LEVEL_WARNING)
		tell(feed, event->text);
}

/* The next event of the source becomes news; false when there is none. */
static bool
take_event(struct feed *feed, struct feed_news *news)
{
	if (!source_next(feed->app->source, &news->event))
		return false;
	news->type = FEED_EVENT;
	switch (news->event.type) {
	case SOURCE_SNAPSHOT:
		take_snapshot(feed, news);
		break;
	case SOURCE_LINK:
		link_changed(feed, news);
		break;
	case SOURCE_PASSWORD:
		feed_password(feed->app);
		break;
	case SOURCE_MESSAGE:
		take_message(feed, news);
		break;
	case SOURCE_DETAIL:
	case SOURCE_FETCHED:
	case SOURCE_OUTCOME:
	case SOURCE_NOTHING:
		break;
	}
	return true;
}

/* When an answer that was asked for must be there. */
static int64_t
answer_deadline(const struct feed *feed)
{
	return feed->asked ? feed->asked_us + feed->timeout_us : INT64_MAX;
}

static bool
is_down(const struct feed *feed)
{
	enum link_state state = source_link(feed->app->source)->state;

	return state == LINK_DOWN || state == LINK_CONNECTING;
}

/* When to end after a signal: a sample that is on its way from the server is waited for. */
static int64_t
quit_deadline(const struct feed *feed)
{
	if (feed->quit_us == INT64_MAX)
		return INT64_MAX;
	if (!feed->asked || signals_hurry() || is_down(feed))
		return feed->quit_us;
	return feed->quit_us + FINISH_US;
}

/* Asks for the next sample when its time has come; times that were missed are left out. */
static void
tick(struct feed *feed, int64_t now_us)
{
	int64_t interval_us = feed->app->settings.interval, missed;

	if (now_us >= feed->soon_us) {
		feed->soon_us = INT64_MAX;
		source_ask_sample(feed->app->source);
	}
	if (now_us < feed->next_us)
		return;
	missed = (now_us - feed->next_us) / interval_us;
	feed->next_us += (missed + 1) * interval_us;
	feed->skipped += (size_t)missed + feed->asked;
	if (missed > 0 && !feed->asked)
		feed->gap = GAP_HELD_UP; /* nobody pulled news when one was due */
	else if (feed->asked && feed->gap == GAP_LATE && is_down(feed))
		feed->gap = GAP_LOST;
	feed_now(feed);
}

/* What the clock says: an answer that did not come, or the end. */
static bool
take_time(struct feed *feed, struct feed_news *news, int64_t now_us)
{
	if (signals_quit() && feed->quit_us == INT64_MAX)
		feed->quit_us = now_us;
	news->event = (struct source_event){ .type = SOURCE_NOTHING };
	if (now_us >= quit_deadline(feed)) {
		news->type = FEED_QUIT;
		return true;
	}
	if (now_us >= answer_deadline(feed)) {
		if (source_link(feed->app->source)->state == LINK_DOWN)
			app_explain(feed->app, feed->why);
		else
			snprintf(feed->why, sizeof(feed->why),
			    "%s: no answer in time; is the server stopped or overloaded?",
			    source_target(feed->app->source));
		fail(feed, news, feed->why, STATUS_NO_WAY_IN);
		return true;
	}
	return false;
}

static int64_t
wait_until(const struct feed *feed)
{
	int64_t until_us = answer_deadline(feed), quit_us = quit_deadline(feed);

	if (quit_us < until_us)
		until_us = quit_us;
	if (feed->next_us < until_us && feed->quit_us == INT64_MAX)
		until_us = feed->next_us;
	return feed->soon_us < until_us ? feed->soon_us : until_us;
}

void
feed_next(struct feed *feed, struct feed_news *news)
{
	struct source *source = feed->app->source;

	*news = (struct feed_news){ .type = FEED_EVENT };
	while (!take_event(feed, news)) {
		int64_t now_us = clock_mono_us();

		if (take_time(feed, news, now_us))
			return;
		if (!signals_quit())
			tick(feed, now_us);
		source_step(source, now_us, clock_wall_us());
		if (take_event(feed, news))
			return;
		if (loop_wait(feed->app, feed->fd, wait_until(feed), NULL)) {
			news->type = FEED_INPUT;
			return;
		}
	}
}

void
feed_soon(struct feed *feed, int64_t after_us)
{
	int64_t at_us = clock_mono_us() + after_us;

	if (at_us < feed->soon_us)
		feed->soon_us = at_us;
}

void
feed_now(struct feed *feed)
{
	if (feed->asked)
		return;
	feed->asked_us = clock_mono_us();
	feed->asked = true;
	source_ask_sample(feed->app->source);
}
