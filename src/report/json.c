/* SPDX-License-Identifier: PostgreSQL */
/*
 * JSON: one object per sample on one line. Keys come from the columns (a dot
 * in a key nests), so that whatever the screen can show is here as well.
 * Unknown is null. Bytes that are not UTF-8 are written as \xNN. All of it is
 * ASCII, for on a terminal some other characters do more than stand there.
 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"
#include "report/report.h"

#define CONTRACT_VERSION 1

static json_t *
text_json(const char *s)
{
	struct buf clean = { 0 };
	json_t *json;

	text_escape_bad(&clean, s, strlen(s));
	json = json_stringn(buf_str(&clean), clean.len);
	buf_clear(&clean);
	return json;
}

static json_t *
pids_json(const struct value *value)
{
	json_t *array = json_array();

	for (size_t i = 0; i < value->list.count; i++)
		json_array_append_new(array, json_integer(value->list.pids[i]));
	return array;
}

static json_t *
value_json(const struct value *value)
{
	char text[UNITS_TEXT_MAX];

	switch (value->type) {
	case VALUE_NONE:
		return json_null();
	case VALUE_INT:
		return json_integer(value->i);
	case VALUE_REAL:
	case VALUE_SHARE:
		return isfinite(value->d) ? json_real(value->d) : json_null();
	case VALUE_DURATION:
		return json_real((double)value->i / UNITS_US_PER_SECOND);
	case VALUE_TIME:
		return json_string(units_time_iso(text, value->i));
	case VALUE_TEXT:
		return text_json(value->s);
	case VALUE_BOOL:
		return json_boolean(value->b);
	case VALUE_PIDS:
		return pids_json(value);
	}
	return json_null();
}

/* Sets a key; what stands before a dot names an object to put the rest in. */
static void
set_key(json_t *object, const char *key, json_t *value)
{
	const char *dot = strchr(key, '.');
	char outer[64];
	json_t *inner;

	if (dot == NULL) {
		json_object_set_new(object, key, value);
		return;
	}
	snprintf(outer, sizeof outer, "%.*s", (int)(dot - key), key);
	inner = json_object_get(object, outer);
	if (inner == NULL) {
		inner = json_object();
		json_object_set_new(object, outer, inner);
	}
	json_object_set_new(inner, dot + 1, value);
}

static void
set_column(json_t *object, const struct column *column, const struct table_data *data,
    const void *row)
{
	struct value value = column->get(data, row);

	set_key(object, column->key != NULL ? column->key : column->name, value_json(&value));
}

/* The keys of the root table: all of them, or those that every report has. */
static void
add_root(json_t *root, const struct table *table, const struct table_data *data, bool always)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (always == ((table->columns[i].flags & COLUMN_ALWAYS) != 0))
			set_column(root, &table->columns[i], data, data->snap);
}

static json_t *
rows_json(const struct report *report, const struct table *table, const struct table_data *data,
    const struct rows *rows)
{
	const struct column *columns[64];
	size_t count = report_table_columns(report, table, true, columns);
	json_t *array = json_array();

	for (size_t i = 0; i < rows->count; i++) {
		json_t *object = json_object();

		for (size_t c = 0; c < count; c++)
			set_column(object, columns[c], data, rows->items[i]);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
map_json(const struct table *table, const struct table_data *data, const struct rows *rows)
{
	json_t *object = json_object();

	for (size_t i = 0; i < rows->count; i++) {
		struct value name = table->columns[0].get(data, rows->items[i]);
		struct value number = table->columns[1].get(data, rows->items[i]);

		json_object_set_new(object, name.s, value_json(&number));
	}
	return object;
}

static void
add_table(json_t *root, const struct report *report, const struct table *table,
    const struct table_data *data, struct arena *arena)
{
	struct rows rows;
	json_t *list;

	report_rows(report, table, data, &rows, arena);
	switch (table->shape) {
	case SHAPE_ROOT:
		add_root(root, table, data, false);
		break;
	case SHAPE_ROW:
		list = rows_json(report, table, data, &rows);
		json_object_set(root, table->name,
		    rows.count > 0 ? json_array_get(list, 0) : json_null());
		json_decref(list);
		break;
	case SHAPE_LIST:
		json_object_set_new(root, table->name, rows_json(report, table, data, &rows));
		break;
	case SHAPE_MAP:
		json_object_set_new(root, table->name, map_json(table, data, &rows));
		break;
	}
}

/* Appends ASCII but for DEL, the one control character that the library lets through. */
static int
append(const char *bytes, size_t n, void *out)
{
	const char *del;

	while ((del = memchr(bytes, '\177', n)) != NULL) {
		buf_add(out, bytes, (size_t)(del - bytes));
		buf_adds(out, "\\u007f");
		n -= (size_t)(del - bytes) + 1;
		bytes = del + 1;
	}
	buf_add(out, bytes, n);
	return 0;
}

static void
finish(json_t *root, struct buf *out)
{
	json_dump_callback(root, append, out,
	    JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
	buf_addc(out, '\n');
	json_decref(root);
}

static void
sample(const struct report *report, const struct report_sample *sample, struct buf *out,
    struct arena *arena)
{
	json_t *root = json_object();

	json_object_set_new(root, "version", json_integer(CONTRACT_VERSION));
	add_root(root, &table_summary, sample->data, true);
	for (size_t i = 0; i < report->table_count; i++)
		add_table(root, report, report->tables[i], sample->data, arena);
	finish(root, out);
}

static void
failure(const struct report *report, const struct report_failure *failure, struct buf *out)
{
	json_t *root = json_object();
	char text[UNITS_TEXT_MAX];

	(void)report;
	json_object_set_new(root, "version", json_integer(CONTRACT_VERSION));
	json_object_set_new(root, "time", json_string(units_time_iso(text, failure->wall_us)));
	json_object_set_new(root, "error", text_json(failure->why));
	finish(root, out);
}

void
json_line(struct buf *out, const struct json_field *fields, size_t count)
{
	json_t *root = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(root, fields[i].key, value_json(&fields[i].value));
	finish(root, out);
}

const struct writer writer_json = {
	.name = "json",
	.help = "one object per sample, on one line",
	.sample = sample,
	.failure = failure,
};
