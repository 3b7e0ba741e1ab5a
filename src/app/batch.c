/* SPDX-License-Identifier: PostgreSQL */
/*
 * Reports: a sample, a report, until the count is reached or a signal says
 * stop. Samples are asked for on a grid of the interval, so they do not
 * drift; a slow server makes a gap, never a pile-up.
 */
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "report/report.h"
#include "source/source.h"
#include "table/filter.h"

#define GRACE_US 500000 /* the source, which knows more, gives up on a login first */

struct batch {
	struct app *app;
	struct report report;
	struct filter **filters; /* owned */
	struct arena names;      /* of the report's columns */
	struct arena arena;      /* of one sample */
	struct buf out;
	int64_t next_us; /* when to ask for the next sample */
	int64_t asked_us;
	size_t done;       /* reports written */
	bool asked;        /* a sample is on its way */
	bool query_failed; /* a statement failed since the last report */
	bool finished;
	int status;
};

/* "pgconntop: ..." on stderr, cleaned, for what comes from a server. */
static void
complain(const char *text)
{
	struct buf clean = { 0 };

	text_clean(&clean, text, strlen(text), TEXT_SQUEEZE);
	fprintf(stderr, "pgconntop: %s\n", buf_str(&clean));
	buf_clear(&clean);
}

static bool
compile_filters(struct batch *batch, struct err *err)
{
	const struct text_list *list = &batch->app->settings.filter;

	batch->filters = mem_alloc(list->count, sizeof(struct filter *));
	for (size_t i = 0; i < list->count; i++) {
		batch->filters[i] = filter_parse(list->items[i], err);
		if (batch->filters[i] == NULL)
			return false;
	}
	batch->report.filters = (const struct filter *const *)batch->filters;
	batch->report.filter_count = list->count;
	return true;
}

static bool
prepare(struct batch *batch, struct err *err)
{
	const struct settings *settings = &batch->app->settings;
	struct report *report = &batch->report;
	bool tty = isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");
	bool color = tty && (no_color == NULL || no_color[0] == '\0');

	report->writer = writer_by_format(settings->format);
	report->limit = (size_t)settings->limit;
	report->utf8 = !settings->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	report->color = settings->color == 1 || (settings->color == 0 && color);
	return report_show(report, settings->show, err) && compile_filters(batch, err) &&
	    (settings->sort == NULL || report_sort(report, settings->sort, err)) &&
	    (settings->columns == NULL ||
	        report_columns(report, settings->columns, &batch->names, err));
}

/* Writes what is in out, whole. A reader that went away ends the program quietly. */
static void
put_out(struct batch *batch)
{
	size_t written = fwrite(batch->out.data, 1, batch->out.len, stdout);

	if (written < batch->out.len || fflush(stdout) != 0) {
		if (errno != EPIPE) {
			fprintf(stderr, "pgconntop: cannot write: %s\n", strerror(errno));
			batch->status = STATUS_USAGE;
		}
		batch->finished = true;
	}
	buf_reset(&batch->out);
	batch->done++;
	batch->asked = false;
	if (batch->app->settings.count > 0 && batch->done >= (size_t)batch->app->settings.count)
		batch->finished = true;
}

static void
write_sample(struct batch *batch)
{
	struct table_data data;

	app_data(batch->app, &data);
	arena_reset(&batch->arena);
	batch->report.writer->sample(&batch->report, &data, batch->done, &batch->out,
	    &batch->arena);
	batch->status = STATUS_OK;
	batch->query_failed = false;
	put_out(batch);
}

/* No sample: said in the data, and on stderr when that was all there is to come. */
static void
write_failure(struct batch *batch, const char *why, int status)
{
	batch->status = status;
	if (batch->app->settings.count == 1) {
		complain(why);
		batch->finished = true;
		return;
	}
	batch->report.writer->failure(&batch->report, clock_wall_us(), why, batch->done,
	    &batch->out);
	put_out(batch);
}

/*
 * The link changed: when it is down while a sample was wanted, that sample has failed. A connection
 * lost between two samples may be there again for the next one, so that is no failure yet.
 */
static void
link_changed(struct batch *batch)
{
	const struct link *link = source_link(batch->app->source);
	char why[1024];

	app_link_changed(batch->app, clock_wall_us());
	if (link->state != LINK_DOWN)
		return;
	app_explain(batch->app, why);
	if (batch->asked)
		write_failure(batch, why, STATUS_NO_WAY_IN);
	else if (link->tries == 0)
		complain(why);
}

static void
ask_password(struct batch *batch)
{
	struct source *source = batch->app->source;
	char *password = password_ask(batch->app->settings.username, source_link(source));

	source_password(source, password);
	password_free(password);
}

static void
take(struct batch *batch, struct snapshot *snap)
{
	const char *news = app_take(batch->app, snap);

	if (news != NULL)
		complain(news);
	if (batch->asked)
		write_sample(batch);
}

/* What went wrong beside the data; a sample that failed takes its place. */
static void
take_message(struct batch *batch, const struct source_event *event)
{
	messages_add(&batch->app->messages, clock_wall_us(), (enum level)event->level, event->text);
	if (event->level == LEVEL_CRITICAL && batch->asked)
		write_failure(batch, event->text, STATUS_QUERY_FAILED);
	else if (event->level >= LEVEL_WARNING)
		complain(event->text);
}

static void
drain(struct batch *batch)
{
	struct source_event event;

	while (!batch->finished && source_next(batch->app->source, &event)) {
		switch (event.type) {
		case SOURCE_SNAPSHOT:
			take(batch, event.snapshot);
			break;
		case SOURCE_LINK:
			link_changed(batch);
			break;
		case SOURCE_PASSWORD:
			ask_password(batch);
			break;
		case SOURCE_MESSAGE:
			take_message(batch, &event);
			break;
		case SOURCE_DETAIL:
		case SOURCE_FETCHED:
		case SOURCE_OUTCOME:
		case SOURCE_NOTHING:
			break;
		}
	}
}

/* When an answer that was asked for must be there. */
static int64_t
answer_deadline(const struct batch *batch)
{
	int64_t timeout_us = batch->app->settings.connect_timeout + GRACE_US;

	return batch->asked ? batch->asked_us + timeout_us : INT64_MAX;
}

static void
give_up(struct batch *batch)
{
	char why[512];

	snprintf(why, sizeof(why), "%s: no answer in time; is the server stopped or overloaded?",
	    source_target(batch->app->source));
	write_failure(batch, why, STATUS_NO_WAY_IN);
}

/* Asks for the next sample when its time has come; times that were missed are left out. */
static void
tick(struct batch *batch, int64_t now_us)
{
	int64_t interval_us = batch->app->settings.interval;

	if (now_us >= answer_deadline(batch))
		give_up(batch);
	if (now_us < batch->next_us)
		return;
	batch->next_us += ((now_us - batch->next_us) / interval_us + 1) * interval_us;
	if (batch->asked)
		return;
	batch->asked_us = now_us;
	batch->asked = true;
	source_ask_sample(batch->app->source);
}

static void
run(struct batch *batch)
{
	struct app *app = batch->app;

	batch->next_us = clock_mono_us();
	while (!batch->finished) {
		int64_t now_us = clock_mono_us(), until_us;

		tick(batch, now_us);
		source_step(app->source, now_us, clock_wall_us());
		drain(batch);
		until_us = answer_deadline(batch);
		if (!batch->finished)
			loop_wait(app, -1, until_us < batch->next_us ? until_us : batch->next_us,
			    NULL);
		if (signals_quit()) {
			batch->status = STATUS_OK;
			batch->finished = true;
		}
	}
}

int
batch_run(struct app *app)
{
	struct batch batch = { .app = app };
	struct err err;

	if (prepare(&batch, &err)) {
		if (app->settings.password)
			ask_password(&batch);
		run(&batch);
	} else {
		fprintf(stderr, "pgconntop: %s\n", err.msg);
		batch.status = STATUS_USAGE;
	}
	for (size_t i = 0; batch.filters != NULL && i < app->settings.filter.count; i++)
		filter_free(batch.filters[i]);
	mem_free(batch.filters);
	arena_clear(&batch.names);
	arena_clear(&batch.arena);
	buf_clear(&batch.out);
	return batch.status;
}
