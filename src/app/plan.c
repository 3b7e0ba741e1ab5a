/* SPDX-License-Identifier: PostgreSQL */
/*
 * Plans alone: whether the configured pools fit a server that need not be
 * there. The exit status is the verdict, so that a deployment can wait for
 * it; what keeps us from one has a status of its own.
 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/snapshot.h"
#include "order.h"
#include "out.h"
#include "report/report.h"

/* Of text, where nothing is to be said of sessions; other formats have all columns. */
#define TEXT_SIZES "name,workers,engines,pool_size,max_overflow"
#define TEXT_BOUNCER ",databases,max_db_connections"
#define TEXT_SUM \
	",configured,fitting_size,fitting_all,usable,max_connections,spare,share,target,fits,text"
#define TEXT_SCENARIOS ",verdict,pools"

/* Whether there is something to calculate with, and nothing else was asked for. */
static bool
check_settings_of(const struct settings *settings, struct err *err)
{
	int64_t kept = settings->superuser_reserved + settings->reserved;

	if (settings->check || order_given(settings))
		return err_set(err,
		    "--plan asks no server: neither --check nor an order can be given with it");
	if (settings->filter_given)
		return err_set(err, "--filter selects sessions, and --plan has none");
	if (settings->pool_count == 0)
		return err_set(err,
		    "no pools to plan: describe them in the configuration, pools = ( ... ); see "
		    "pgconntop.conf(5)");
	if (settings->max_connections == 0)
		return err_set(err,
		    "no slots to plan for: give --max-connections=N, or max_connections in the "
		    "configuration");
	if (settings->max_connections <= kept)
		return err_set(err,
		    "max_connections %lld must be above the %lld that are reserved: no server "
		    "starts so",
		    (long long)settings->max_connections, (long long)kept);
	return true;
}

/* The pools with their sum, and where there is room for two tables the scenarios that there are;
 * or those alone. */
static const char *
tables_of(const struct settings *settings, const struct report *report)
{
	if (settings->show != NULL && strcmp(settings->show, table_scenarios.name) == 0)
		return settings->show;
	return settings->scenario_count == 0 || report->writer->one_table ? "pools"
	                                                                  : "pools,scenarios";
}

static const char *
columns_of(const struct settings *settings, const struct report *report, struct arena *arena)
{
	bool bouncer = false;

	if (settings->columns != NULL || report->writer != &writer_text ||
	    report->tables[0] != &table_pools)
		return settings->columns;
	for (size_t i = 0; i < settings->pool_count; i++)
		bouncer |= settings->pools[i].databases > 0;
	return arena_printf(arena, TEXT_SIZES "%s" TEXT_SUM "%s", bouncer ? TEXT_BOUNCER : "",
	    settings->scenario_count > 0 ? TEXT_SCENARIOS : "");
}

static bool
prepare(struct report *report, const struct settings *settings, struct arena *arena,
    struct err *err)
{
	const char *columns;

	if (!report->writer->plans)
		return err_set(err, "--format=%s has no plans: text, csv and json have",
		    report->writer->name);
	if (!report_show(report, tables_of(settings, report), err))
		return false;
	if (report->tables[0] == &table_scenarios && settings->scenario_count == 0)
		return err_set(err,
		    "no scenarios to plan: describe them in the configuration, scenarios = ( ... "
		    "); see pgconntop.conf(5)");
	columns = columns_of(settings, report, arena);
	return (settings->sort == NULL || report_sort(report, settings->sort, err)) &&
	    (columns == NULL || report_columns(report, columns, arena, err));
}

/* A sample of which only the limits are known. */
static void
take_limits(struct app *app)
{
	struct snapshot *snap = snapshot_new();
	const struct input input = {
		.snap = snap,
		.history = &app->history,
		.settings = &app->settings,
	};

	snap->wall_us = clock_wall_us();
	snap->max_connections = (int)app->settings.max_connections;
	snap->superuser_reserved = (int)app->settings.superuser_reserved;
	snap->reserved = (int)app->settings.reserved;
	snapshot_finish(snap);
	app->current = snap;
	alerts_init(&app->alerts, &app->settings);
	facts_make(&app->facts, &input);
}

static int
refuse(const struct err *err)
{
	fprintf(stderr, "pgconntop: %s\n", err->msg);
	return POOLS_UNKNOWN;
}

int
plan_run(struct app *app)
{
	struct table_data data;
	const struct report_sample sample = { .data = &data, .first = true, .plan = true };
	struct report report = { 0 };
	struct arena arena = { 0 };
	struct buf text = { 0 };
	struct out out;
	struct err err;
	int status;

	signals_init(); /* a reader that is gone does not end us */
	out_open(&out, app->settings.output);
	out_report(&out, &app->settings, &report);
	report.width = out_width(&out);
	if (check_settings_of(&app->settings, &err) &&
	    prepare(&report, &app->settings, &arena, &err)) {
		take_limits(app);
		app_data(app, &data);
		report.writer->sample(&report, &sample, &text, &arena);
		status = app->facts.pools.verdict;
		if (out_write(&out, &text) == OUT_FAILED)
			status = POOLS_UNKNOWN;
	} else {
		status = refuse(&err);
	}
	arena_clear(&arena);
	buf_clear(&text);
	return status;
}
