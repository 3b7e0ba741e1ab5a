/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which tables, columns and format a report has: checked once, before
 * anything is connected or printed.
 */
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

static const struct writer *const writers[] = {
	&writer_text,
	&writer_csv,
	&writer_json,
	&writer_openmetrics,
};

const struct writer *
writer_by_format(int format)
{
	return writers[format];
}

const char *
report_gap(size_t skipped, enum gap gap, char out[REPORT_GAP_MAX])
{
	static const char *const reasons[] = {
		[GAP_LATE] = "the server answered late",
		[GAP_LOST] = "no connection",
		[GAP_HELD_UP] = "pgconntop was held up",
	};

	snprintf(out, REPORT_GAP_MAX, "%zu sample%s left out: %s", skipped, skipped == 1 ? "" : "s",
	    reasons[gap]);
	return out;
}

/* The next name of a comma separated list into name; false at its end. */
static bool
next_name(const char **list, char name[64])
{
	size_t n;

	if (**list == '\0')
		return false;
	n = strcspn(*list, ",");
	if (n > 63)
		n = 63;
	memcpy(name, *list, n);
	name[n] = '\0';
	*list += strcspn(*list, ",");
	if (**list == ',')
		(*list)++;
	return true;
}

static bool
refuse_table(const char *name, struct err *err)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < table_count; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", tables[i]->name);
	err_set(err, "no table \"%s\" to show: there are %s", name, buf_str(&names));
	buf_clear(&names);
	return false;
}

static bool
add_table(struct report *report, const struct table *table)
{
	for (size_t i = 0; i < report->table_count; i++)
		if (report->tables[i] == table)
			return true;
	if (report->table_count == sizeof report->tables / sizeof report->tables[0])
		return false;
	report->tables[report->table_count++] = table;
	return table->total == NULL || report->writer->one_table || add_table(report, table->total);
}

bool
report_show(struct report *report, const char *names, struct err *err)
{
	char name[64];

	if (names == NULL)
		names = report->writer->show;
	report->table_count = 0;
	while (next_name(&names, name)) {
		const struct table *table = table_find(name);

		if (table == NULL)
			return refuse_table(name, err);
		if (report->writer->one_table && report->table_count > 0 &&
		    table != report->tables[0])
			return err_set(err, "%s has one table in a report: show %s or %s, not both",
			    report->writer->name, report->tables[0]->name, name);
		add_table(report, table);
	}
	if (report->table_count == 0)
		return err_set(err, "show names no table");
	return report->writer->check == NULL || report->writer->check(report, err);
}

static bool
some_table_has(const struct report *report, const char *column)
{
	for (size_t i = 0; i < report->table_count; i++)
		if (table_column(report->tables[i], column) != NULL)
			return true;
	return false;
}

bool
report_columns(struct report *report, const char *names, struct arena *arena, struct err *err)
{
	const char **columns = arena_alloc(arena, COLUMNS_MAX, sizeof *columns);
	char name[64];

	report->columns = columns;
	report->column_count = 0;
	while (next_name(&names, name)) {
		if (!some_table_has(report, name))
			return err_set(err, "no table of the report has a column \"%s\"", name);
		if (report->column_count == COLUMNS_MAX)
			return err_set(err, "more than %d columns", COLUMNS_MAX);
		columns[report->column_count++] = arena_strndup(arena, name, strlen(name));
	}
	return report->column_count > 0 || err_set(err, "columns names no column");
}

bool
report_sort(struct report *report, const char *sort, struct err *err)
{
	const char *name = sort[0] == '-' ? sort + 1 : sort;

	if (!some_table_has(report, name))
		return err_set(err, "no table of the report has a column \"%s\" to sort by", name);
	report->sort = sort;
	return true;
}

bool
report_has_sessions(const struct report *report)
{
	for (size_t i = 0; i < report->table_count; i++)
		if (report->tables[i]->sessions)
			return true;
	return false;
}

bool
report_has_time(const struct report *report)
{
	bool shown = report->column_count == 0;

	for (size_t i = 0; i < report->column_count; i++)
		shown = shown || strcmp(report->columns[i], "time") == 0;
	for (size_t i = 0; shown && i < report->table_count; i++)
		if (report->tables[i]->shape == SHAPE_ROOT)
			return true;
	return false;
}

size_t
report_table_columns(const struct report *report, const struct table *table, bool all,
    const struct column *out[COLUMNS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < report->column_count; i++) {
		const struct column *column = table_column(table, report->columns[i]);

		if (column != NULL)
			out[n++] = column;
	}
	if (n > 0)
		return n;
	for (size_t i = 0; i < table->column_count; i++)
		if (all || (table->columns[i].flags & COLUMN_HIDDEN) == 0)
			out[n++] = &table->columns[i];
	return n;
}

void
report_rows(const struct report *report, const struct table *table, const struct table_data *data,
    struct rows *rows, struct arena *arena)
{
	struct view view = view_default(table);
	struct err ignored;

	if (report->sort != NULL)
		view_sort(&view, table, report->sort,
		    &ignored); /* tables without the column keep their own */
	view.filters = report->filters;
	view.filter_count = report->filter_count;
	if (table->shape == SHAPE_LIST)
		view.limit = report->limit;
	view_rows(&view, table, data, rows, arena);
}
