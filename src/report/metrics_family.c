/* SPDX-License-Identifier: PostgreSQL */
/*
 * The families of metrics of a table: a name, type, unit and help made of the
 * column, and a sample for each row. Rows of one name, and those after the
 * largest, are joined, so there are never two samples of the same labels.
 */
#include "metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"

#define NAME_LEN 128
#define HELP_LEN 256
#define LABELS_LEN 64
#define OTHER "other"

/* Those of one table: their names, and the values of each row by column. */
struct series {
	const char *labels; /* as they are written; NULL in a table without */
	struct value *values;
};

struct block {
	const struct table *table;
	const struct column *columns[COLUMNS_MAX]; /* that have a metric */
	size_t column_count;
	struct series series[METRIC_ROWS + 1];
	size_t count;
	size_t rows; /* at most so many, then OTHER */
};

static const char *
unit_of(const struct column *column)
{
	switch (column->type) {
	case VALUE_DURATION:
	case VALUE_TIME:
		return "seconds";
	case VALUE_SHARE:
		return "ratio";
	case VALUE_NONE:
	case VALUE_INT:
	case VALUE_REAL:
	case VALUE_TEXT:
	case VALUE_BOOL:
	case VALUE_PIDS:
		return NULL;
	}
	return NULL;
}

static bool
is_whole_name(const char *metric)
{
	return strncmp(metric, "pg_", 3) == 0 || strncmp(metric, "pgconntop_", 10) == 0;
}

static const char *
type_of(const struct column *column)
{
	return (column->flags & COLUMN_COUNTER) != 0 ? "counter" : "gauge";
}

/* pgconntop_ROW_METRIC_UNIT_total, without what there is not. */
static const char *
family_name(char out[NAME_LEN], const struct table *table, const struct column *column)
{
	const char *unit = unit_of(column);

	if (is_whole_name(column->metric))
		snprintf(out, NAME_LEN, "%s", column->metric);
	else
		snprintf(out, NAME_LEN, "pgconntop_%s%s%s%s%s%s%s",
		    table->label != NULL ? table->label : "", table->label != NULL ? "_" : "",
		    column->metric, column->type == VALUE_TIME ? "_timestamp" : "",
		    unit != NULL ? "_" : "", unit != NULL ? unit : "",
		    (column->flags & COLUMN_COUNTER) != 0 ? "_total" : "");
	return out;
}

/* A family of several columns is what the table is about, one of a column what that is. */
static const char *
family_help(char out[HELP_LEN], const struct table *table, const struct column *column)
{
	if (column->label != NULL)
		snprintf(out, HELP_LEN, "%s and %.*s", table->help,
		    (int)strcspn(column->label, "="), column->label);
	else if (table->label != NULL)
		snprintf(out, HELP_LEN, "%s, by %s", column->help, table->label);
	else
		snprintf(out, HELP_LEN, "%s", column->help);
	return out;
}

/* Whether the n-th column is of a family that an earlier one has begun. */
static bool
is_begun(const struct column *const *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i]->metric, columns[n]->metric) == 0)
			return true;
	return false;
}

const char *
metrics_label(struct arena *arena, const char *raw)
{
	struct buf shown = { 0 }, label = { 0 };
	const char *copy;

	text_escape(&shown, raw, strlen(raw));
	for (size_t i = 0; i < shown.len; i++) {
		if (shown.data[i] == '\\' || shown.data[i] == '"' || shown.data[i] == '\n')
			buf_addc(&label, '\\');
		buf_addc(&label, shown.data[i] == '\n' ? 'n' : shown.data[i]);
	}
	copy = arena_strndup(arena, buf_str(&label), label.len);
	buf_clear(&shown);
	buf_clear(&label);
	return copy;
}

/* The column whose text is that label of a row: of that name, else the row's name. */
static const struct column *
label_column(const struct table *table, const char *label)
{
	const struct column *column = table_column(table, label);

	if (column == NULL)
		column = table_column(table, "name");
	return column != NULL ? column : &table->columns[0];
}

/* `kind="role",name="web"`; of no row: OTHER for each. */
static const char *
labels_of(const struct block *block, const struct exposition *exposition,
    const struct table_data *data, const void *row)
{
	struct arena *arena = exposition->arena;
	const char *all = "", *at = block->table->label;

	for (size_t n; *at != '\0'; at += n + strspn(at + n, ", ")) {
		const char *label, *text = OTHER;

		n = strcspn(at, ",");
		label = arena_strndup(arena, at, n);
		if (row != NULL) {
			struct value value = label_column(block->table, label)->get(data, row);

			text =
			    metrics_label(arena, value.type == VALUE_TEXT ? value.s : "(unknown)");
		}
		all = arena_printf(arena, "%s%s%s=\"%s\"", all, all[0] != '\0' ? "," : "", label,
		    text);
	}
	return all;
}

/* A number; false for what is unknown or none. */
static bool
number_of(const struct value *value, double *number)
{
	switch (value->type) {
	case VALUE_INT:
		*number = (double)value->i;
		return true;
	case VALUE_REAL:
	case VALUE_SHARE:
		*number = value->d;
		return isfinite(value->d);
	case VALUE_DURATION:
	case VALUE_TIME:
		*number = (double)value->i / UNITS_US_PER_SECOND;
		return true;
	case VALUE_BOOL:
		*number = value->b;
		return true;
	case VALUE_NONE:
	case VALUE_TEXT:
	case VALUE_PIDS:
		return false;
	}
	return false;
}

/* Rows of one name: counts add up, of all else the largest stands. */
static void
join(struct value *sum, const struct value *value)
{
	double old, new;

	if (!number_of(value, &new))
		return;
	if (!number_of(sum, &old))
		*sum = *value;
	else if (value->type == VALUE_INT)
		sum->i += value->i;
	else if (new > old)
		*sum = *value;
}

/* The series of a row: one of its name, or a new one. */
static struct series *
series_of(struct block *block, const struct exposition *exposition, const struct table_data *data,
    const void *row)
{
	const char *labels = NULL;

	if (block->table->label != NULL)
		labels =
		    labels_of(block, exposition, data, block->count < block->rows ? row : NULL);
	for (size_t i = 0; i < block->count; i++)
		if (labels == NULL || strcmp(block->series[i].labels, labels) == 0)
			return &block->series[i];
	block->series[block->count] = (struct series){ labels,
		arena_alloc(exposition->arena, block->column_count, sizeof(struct value)) };
	return &block->series[block->count++];
}

static void
fill(struct block *block, const struct exposition *exposition, const struct table_data *data,
    const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct series *series = series_of(block, exposition, data, rows->items[i]);

		for (size_t c = 0; c < block->column_count; c++) {
			struct value value = block->columns[c]->get(data, rows->items[i]);

			join(&series->values[c], &value);
		}
	}
}

static void
begin_family(const struct exposition *exposition, const struct table *table,
    const struct column *column)
{
	char name[NAME_LEN], help[HELP_LEN];
	const char *unit = unit_of(column);

	family_name(name, table, column);
	buf_addf(exposition->out, "# HELP %s %s\n", name, family_help(help, table, column));
	buf_addf(exposition->out, "# TYPE %s %s\n", name, type_of(column));
	if (unit != NULL)
		buf_addf(exposition->out, "# UNIT %s %s\n", name, unit);
}

static void
add_sample(const struct exposition *exposition, const struct block *block,
    const struct column *column, const struct series *series, double number)
{
	char name[NAME_LEN], text[UNITS_TEXT_MAX];

	buf_addf(exposition->out, "%s{server=\"%s\"", family_name(name, block->table, column),
	    exposition->server);
	if (series->labels != NULL)
		buf_addf(exposition->out, ",%s", series->labels);
	if (column->label != NULL) {
		size_t n = strcspn(column->label, "=");

		buf_addf(exposition->out, ",%.*s=\"%s\"", (int)n, column->label,
		    column->label + n + 1);
	}
	buf_addf(exposition->out, "} %s\n", units_number_exact(text, number));
}

/* All samples of the family that the n-th column begins; without a known one it is left out. */
static void
add_family(const struct exposition *exposition, const struct block *block, size_t n)
{
	bool begun = false;
	double number;

	for (size_t i = 0; i < block->count; i++)
		for (size_t c = n; c < block->column_count; c++) {
			if (strcmp(block->columns[c]->metric, block->columns[n]->metric) != 0 ||
			    !number_of(&block->series[i].values[c], &number))
				continue;
			if (!begun)
				begin_family(exposition, block->table, block->columns[n]);
			begun = true;
			add_sample(exposition, block, block->columns[c], &block->series[i], number);
		}
}

bool
metrics_of(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].metric != NULL)
			return true;
	return false;
}

void
metrics_add(const struct exposition *exposition, const struct table *table,
    const struct columns *columns, const struct table_data *data, const struct rows *rows)
{
	struct block block = { .table = table };

	for (size_t i = 0; i < columns->count; i++)
		if (columns->items[i]->metric != NULL)
			block.columns[block.column_count++] = columns->items[i];
	/* Rows that are fixed are few, and all of them are wanted. */
	block.rows = table->shape == SHAPE_LIST && table->metric_rows == NULL ? exposition->rows
	                                                                      : METRIC_ROWS;
	fill(&block, exposition, data, rows);
	for (size_t c = 0; c < block.column_count; c++)
		if (!is_begun(block.columns, c))
			add_family(exposition, &block, c);
}

void
metrics_describe(const struct table *table, metric_item *item, void *context)
{
	const struct column *columns[COLUMNS_MAX];
	char name[NAME_LEN], labels[LABELS_LEN], help[HELP_LEN];
	size_t n = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		const char *more = column->label != NULL ? column->label : "";

		if (column->metric == NULL)
			continue;
		columns[n++] = column;
		if (is_begun(columns, n - 1))
			continue;
		snprintf(labels, sizeof labels, "server%s%s%s%.*s",
		    table->label != NULL ? ", " : "", table->label != NULL ? table->label : "",
		    more[0] != '\0' ? ", " : "", (int)strcspn(more, "="), more);
		item(context,
		    &(struct metric){ family_name(name, table, column), type_of(column), labels,
		        family_help(help, table, column) });
	}
}
