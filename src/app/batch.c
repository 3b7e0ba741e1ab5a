/* SPDX-License-Identifier: PostgreSQL */
/*
 * Reports: a sample, a report, until the count is reached or a signal says
 * stop.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config.h"
#include "feed.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "out.h"
#include "report/report.h"
#include "table/filter.h"

struct batch {
	struct app *app;
	struct report report;
	struct filter **filters; /* owned */
	struct arena names;      /* of the report's columns */
	struct arena arena;      /* of one sample */
	struct out out;
	struct buf text; /* of one sample */
	size_t done;     /* reports written */
	bool begun;      /* a sample is among them */
	bool told;       /* that the filter takes what is not to be seen */
	size_t skipped;  /* samples left out */
	bool finished;
	int status;
};

static bool
compile_filters(struct batch *batch, struct err *err)
{
	const struct text_list *list = &batch->app->settings.filter;

	if (batch->app->settings.filter_given && !report_has_sessions(&batch->report))
		return err_set(err,
		    "--filter selects sessions, and this report has none: "
		    "choose tables with --show=sessions or --show=queries");
	batch->filters = mem_alloc(list->count, sizeof(struct filter *));
	for (size_t i = 0; i < list->count; i++) {
		batch->filters[i] = filter_parse(list->items[i], err);
		if (batch->filters[i] == NULL)
			return false;
	}
	if (list->count > 0 && !report_has_sessions(&batch->report))
		complain("the filter of the configuration selects sessions, and this report has "
		         "none: it counts all");
	batch->report.filters = (const struct filter *const *)batch->filters;
	batch->report.filter_count = list->count;
	return true;
}

static bool
prepare(struct batch *batch, struct err *err)
{
	const struct settings *settings = &batch->app->settings;
	struct report *report = &batch->report;

	out_report(&batch->out, settings, report);
	return report_show(report, settings->show, err) && compile_filters(batch, err) &&
	    (settings->sort == NULL || report_sort(report, settings->sort, err)) &&
	    (settings->columns == NULL ||
	        report_columns(report, settings->columns, &batch->names, err));
}

/*
 * Writes the report. A reader that went away ends the program quietly; a file that cannot be
 * written now may be so later.
 */
static void
put_out(struct batch *batch)
{
	enum out_result result = out_write(&batch->out, &batch->text);

	if (result == OUT_GONE)
		batch->status = STATUS_OK;
	else if (result == OUT_FAILED)
		batch->status = STATUS_USAGE;
	if (result != OUT_DONE && (result == OUT_GONE || batch->out.path == NULL))
		batch->finished = true;
	buf_reset(&batch->text);
	batch->done++;
	if (batch->app->settings.count > 0 && batch->done >= (size_t)batch->app->settings.count)
		batch->finished = true;
}

/* Each file is whole, so each of them has the first report. */
static size_t
report_number(const struct batch *batch)
{
	return batch->out.path == NULL ? batch->done : 0;
}

/* A filter that takes what /proc does not show says nothing about who is there. */
static void
tell_unseen(struct batch *batch, const struct table_data *data)
{
	const struct text_list *list = &batch->app->settings.filter;

	for (size_t i = 0;
	     i < data->snap->session_count && !batch->told && report_has_sessions(&batch->report);
	     i++)
		batch->told = filter_any(batch->filters, list->count, FILTER_MAYBE, data,
		    &data->snap->sessions[i]);
	if (batch->told)
		complain("by /proc no applications, queries or transactions are known: a filter by "
		         "these neither finds nor excludes anybody");
}

static void
write_sample(struct batch *batch, const struct feed_news *news)
{
	const struct link *knock = source_knock(batch->app->source);
	struct table_data data;
	struct report_sample sample = {
		.data = &data,
		.n = report_number(batch),
		.skipped = news->skipped,
		.skipped_total = batch->skipped + news->skipped,
		.first = batch->out.path != NULL || !batch->begun,
		.gap = news->gap,
		.refusal = knock != NULL && knock->refusal != REFUSAL_NONE
		    ? refusal_words(knock->refusal)
		    : NULL,
	};
	char gap[REPORT_GAP_MAX];

	batch->skipped = sample.skipped_total;
	if (news->skipped > 0 && !batch->report.writer->gaps)
		complain(report_gap(news->skipped, news->gap, gap));
	batch->report.width = out_width(&batch->out);
	app_data(batch->app, &data);
	if (!batch->told)
		tell_unseen(batch, &data);
	arena_reset(&batch->arena);
	batch->report.writer->sample(&batch->report, &sample, &batch->text, &batch->arena);
	batch->status = STATUS_OK;
	batch->begun = true;
	put_out(batch);
}

/* No sample: said in the data, and on stderr when that was all there is to come. */
static void
write_failure(struct batch *batch, const char *why, int status)
{
	const struct app *app = batch->app;
	const struct link *link = source_link(app->source);
	struct report_failure failure = {
		.wall_us = clock_wall_us(),
		.target = source_target(batch->app->source),
		.why = why,
		.n = report_number(batch),
		.refusal = link->refusal != REFUSAL_NONE ? refusal_words(link->refusal) : NULL,
		.server = app->current != NULL ? &app->current->server : NULL,
	};

	batch->status = status;
	if (app->settings.count == 1) {
		complain(why);
		batch->finished = true;
		if (!batch->report.writer->always)
			return;
	}
	if (batch->report.writer->failure != NULL)
		batch->report.writer->failure(&batch->report, &failure, &batch->text);
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
			write_sample(batch, &news);
			break;
		case FEED_FAILURE:
			batch->skipped += news.skipped;
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

	out_open(&batch.out, app->settings.output);
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
	buf_clear(&batch.text);
	return batch.status;
}
