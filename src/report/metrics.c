/* SPDX-License-Identifier: PostgreSQL */
/*
 * OpenMetrics: what has a name for metrics in the tables, and a few words
 * about the scrape itself, as tables too. Each sample has the label `server`,
 * so that files of several servers can stand side by side. A counter's TYPE
 * has its whole name, which readers of the older text format need.
 */
#include "metrics.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/snapshot.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What can be said of a sample besides its data, or of a sample that could not be had. */
struct scrape {
	bool up;
	int64_t wall_us;
	int64_t took_us; /* TIME_UNKNOWN when there was no answer */
	int64_t skipped; /* since the start; -1 for unknown */
	const char *version;
	const char *refusal; /* NULL for none */
};

#define GETTER(function, expression)                                                 \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		const struct scrape *scrape = row;                                   \
                                                                                     \
		(void)data;                                                          \
		return (expression);                                                 \
	}

GETTER(scrape_up, value_bool(scrape->up))
GETTER(scrape_time, value_time(scrape->wall_us))
GETTER(scrape_took, value_duration(scrape->took_us))
GETTER(scrape_skipped, scrape->skipped < 0 ? value_none() : value_int(scrape->skipped))
GETTER(scrape_version, value_text(scrape->version))
GETTER(scrape_built, scrape->version != NULL ? value_int(1) : value_none())
GETTER(scrape_refusal, value_text(scrape->refusal))
GETTER(scrape_refused, scrape->refusal != NULL ? value_int(1) : value_none())

static const struct column scrape_columns[] = {
	{ "up", NULL, NULL, "whether the server could be asked", VALUE_BOOL, 0, 0, scrape_up,
	    "pg_up" },
	{ "time", NULL, NULL, "when the sample was taken", VALUE_TIME, 0, 0, scrape_time,
	    "sample" },
	{ "took", NULL, NULL, "time from the question to the last row of the answer",
	    VALUE_DURATION, 0, 0, scrape_took, "scrape_duration" },
	{ "skipped", NULL, NULL, "samples that were left out", VALUE_INT, 0, COLUMN_COUNTER,
	    scrape_skipped, "skipped_samples" },
};

static const struct column build_columns[] = {
	{ "name", NULL, NULL, "version of pgconntop", VALUE_TEXT, 0, 0, scrape_version },
	{ "built", NULL, NULL, "always 1", VALUE_INT, 0, 0, scrape_built, "pgconntop_build_info" },
};

static const struct column refusal_columns[] = {
	{ "name", NULL, NULL, "why the login was refused", VALUE_TEXT, 0, 0, scrape_refusal },
	{ "refused", NULL, NULL, "1 while logins are refused", VALUE_INT, 0, 0, scrape_refused,
	    "pgconntop_refused" },
};

/* Their rows are a struct scrape. */
static const struct table scrape_tables[] = {
	{ .name = "scrape", .columns = scrape_columns, .column_count = COUNT_OF(scrape_columns) },
	{ .name = "build",
	    .columns = build_columns,
	    .column_count = COUNT_OF(build_columns),
	    .label = "version" },
	{ .name = "refusal",
	    .columns = refusal_columns,
	    .column_count = COUNT_OF(refusal_columns),
	    .label = "reason" },
};

static void
add_scrape(const struct exposition *exposition, const struct scrape *scrape)
{
	const void *row = scrape;

	for (size_t i = 0; i < COUNT_OF(scrape_tables); i++) {
		const struct table *table = &scrape_tables[i];
		struct columns columns = { .count = 0 };

		for (size_t c = 0; c < table->column_count; c++)
			columns.items[columns.count++] = &table->columns[c];
		metrics_add(exposition, table, &columns, NULL, &(struct rows){ &row, 1 });
	}
}

/* The columns that the report has; of the summary those of every report, or all. */
static void
choose(const struct report *report, const struct table *table, struct columns *out)
{
	bool shown = false;

	if (table != &table_summary) {
		out->count = report_table_columns(report, table, true, out->items);
		return;
	}
	out->count = 0;
	for (size_t i = 0; i < report->table_count; i++)
		shown = shown || report->tables[i] == table;
	for (size_t i = 0; i < table->column_count; i++)
		if (shown || (table->columns[i].flags & COLUMN_ALWAYS) != 0)
			out->items[out->count++] = &table->columns[i];
}

static void
add_table(const struct exposition *exposition, const struct report *report,
    const struct table *table, const struct table_data *data)
{
	struct report whole = *report;
	struct columns columns;
	struct rows rows;

	whole.limit = 0; /* those above it are summed up */
	choose(report, table, &columns);
	if (table->metric_rows != NULL)
		table->metric_rows(data, &rows, exposition->arena);
	else
		report_rows(&whole, table, data, &rows, exposition->arena);
	metrics_add(exposition, table, &columns, data, &rows);
}

/* "host:port", as postgres_exporter has it. */
static const char *
server_label(struct arena *arena, const struct server *server)
{
	const char *host = server->host != NULL ? server->host : "(unknown)";
	const char *port = server->port != NULL ? server->port : "";

	return metrics_label(arena, arena_printf(arena, "%s:%s", host, port));
}

/* The same of a server that was never reached: "host:port/database", by the first port in it. */
static const char *
target_label(struct arena *arena, const char *target)
{
	size_t n = strlen(target);

	for (const char *colon = strchr(target, ':'); colon != NULL;
	     colon = strchr(colon + 1, ':')) {
		size_t digits = strspn(colon + 1, "0123456789");

		if (digits > 0 && colon[1 + digits] == '/') {
			n = (size_t)(colon - target) + 1 + digits;
			break;
		}
	}
	return metrics_label(arena, arena_strndup(arena, target, n));
}

static bool
check(const struct report *report, struct err *err)
{
	struct buf names = { 0 };
	bool fine = true;

	for (size_t i = 0; i < table_count; i++)
		if (metrics_of(tables[i]))
			buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", tables[i]->name);
	for (size_t i = 0; fine && i < report->table_count; i++)
		if (!metrics_of(report->tables[i]))
			fine = err_set(err, "no metrics of %s: openmetrics has those of %s",
			    report->tables[i]->name, buf_str(&names));
	buf_clear(&names);
	return fine;
}

static void
sample(const struct report *report, const struct report_sample *sample, struct buf *out,
    struct arena *arena)
{
	const struct snapshot *snap = sample->data->snap;
	struct scrape scrape = {
		.up = true,
		.wall_us = snap->wall_us,
		.took_us = snap->took_us,
		.skipped = (int64_t)sample->skipped_total,
		.version = report->version,
		.refusal = sample->refusal,
	};
	struct exposition exposition = {
		.out = out,
		.arena = arena,
		.server = server_label(arena, &snap->server),
		.rows =
		    report->limit > 0 && report->limit < METRIC_ROWS ? report->limit : METRIC_ROWS,
	};

	add_scrape(&exposition, &scrape);
	add_table(&exposition, report, &table_summary, sample->data);
	for (size_t i = 0; i < report->table_count; i++)
		if (report->tables[i] != &table_summary)
			add_table(&exposition, report, report->tables[i], sample->data);
	buf_adds(out, "# EOF\n");
}

static void
failure(const struct report *report, const struct report_failure *failure, struct buf *out)
{
	struct arena arena = { 0 };
	struct scrape scrape = {
		.wall_us = failure->wall_us,
		.took_us = TIME_UNKNOWN,
		.skipped = -1,
		.version = report->version,
		.refusal = failure->refusal,
	};
	struct exposition exposition = {
		.out = out,
		.arena = &arena,
		.server = failure->server != NULL ? server_label(&arena, failure->server)
		                                  : target_label(&arena, failure->target),
		.rows = METRIC_ROWS,
	};

	add_scrape(&exposition, &scrape);
	buf_adds(out, "# EOF\n");
	arena_clear(&arena);
}

void
metrics_each(metric_item *item, void *context)
{
	for (size_t i = 0; i < COUNT_OF(scrape_tables); i++)
		metrics_describe(&scrape_tables[i], item, context);
	for (size_t i = 0; i < table_count; i++) {
		metrics_describe(tables[i], item, context);
		if (tables[i]->total != NULL)
			metrics_describe(tables[i]->total, item, context);
	}
}

const struct writer writer_openmetrics = {
	.name = "openmetrics",
	.help = "metrics, as Prometheus reads them",
	.show = REPORT_SHOW,
	.gaps = true,
	.always = true,
	.check = check,
	.sample = sample,
	.failure = failure,
};
