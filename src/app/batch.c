/* SPDX-License-Identifier: PostgreSQL */
/*
 * Reports: a sample, a report, until the count is reached or a signal says
 * stop.
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
#include "feed.h"
#include "report/report.h"
#include "table/filter.h"

struct batch {
	struct app *app;
	struct report report;
	struct filter **filters; /* owned */
	struct arena names;      /* of the report's columns */
	struct arena arena;      /* of one sample */
	struct buf out;
	size_t done; /* reports written */
	bool begun;  /* a sample is among them */
	bool finished;
	int status;
};

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
	if (batch->app->settings.count > 0 && batch->done >= (size_t)batch->app->settings.count)
		batch->finished = true;
}

static void
write_sample(struct batch *batch, size_t skipped)
{
	struct table_data data;
	struct report_sample sample = { &data, batch->done, skipped, !batch->begun };

	app_data(batch->app, &data);
	arena_reset(&batch->arena);
	batch->report.writer->sample(&batch->report, &sample, &batch->out, &batch->arena);
	batch->status = STATUS_OK;
	batch->begun = true;
	put_out(batch);
}

/* No sample: said in the data, and on stderr when that was all there is to come. */
static void
write_failure(struct batch *batch, const char *why, int status)
{
	struct report_failure failure = {
		.wall_us = clock_wall_us(),
		.target = source_target(batch->app->source),
		.why = why,
		.n = batch->done,
	};

	batch->status = status;
	if (batch->app->settings.count == 1) {
		complain(why);
		batch->finished = true;
		return;
	}
	if (batch->report.writer->failure != NULL)
		batch->report.writer->failure(&batch->report, &failure, &batch->out);
	else
		complain(why);
	put_out(batch);
}

static void
run(struct batch *batch)
{
	struct feed_news news;
	struct feed feed;

	feed_open(&feed, batch->app);
	while (!batch->finished) {
		feed_next(&feed, &news);
		switch (news.type) {
		case FEED_SAMPLE:
			write_sample(batch, news.skipped);
			break;
		case FEED_FAILURE:
			write_failure(batch, news.why, news.status);
			break;
		case FEED_QUIT:
			batch->status = STATUS_OK;
			batch->finished = true;
			break;
		case FEED_EVENT:
		case FEED_INPUT:
			break;
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
			feed_password(app);
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
