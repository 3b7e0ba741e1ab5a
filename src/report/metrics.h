/* SPDX-License-Identifier: PostgreSQL */
/* What the two files of the OpenMetrics writer share. */
#ifndef PGCONNTOP_REPORT_METRICS_H
#define PGCONNTOP_REPORT_METRICS_H

#include <stddef.h>

#include "report/report.h"

#define METRIC_ROWS 50 /* of a table at most; those after them are summed up as "other" */

/* One exposition on its way. */
struct exposition {
	struct buf *out;
	struct arena *arena;
	const char *server; /* as metrics_label() gave it */
	size_t rows;        /* of lists, at most METRIC_ROWS */
};

/* Some columns of a table. */
struct columns {
	const struct column *items[COLUMNS_MAX];
	size_t count;
};

/* The text as the value of a label, without the quotes; what is invisible or no UTF-8 as \xNN. */
const char *metrics_label(struct arena *arena, const char *raw);

/* Whether any column has a metric. */
bool metrics_of(const struct table *table);

/* Appends the families of those columns that have a metric. */
void metrics_add(const struct exposition *exposition, const struct table *table,
    const struct columns *columns, const struct table_data *data, const struct rows *rows);

/* Calls `item` for each family of the table, as metrics_each() says. */
void metrics_describe(const struct table *table, metric_item *item, void *context);

#endif
