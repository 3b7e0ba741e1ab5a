/* SPDX-License-Identifier: PostgreSQL */
/*
 * JSON: one object per sample on one line. Keys come from the columns (a dot
 * in a key nests), so that whatever the screen can show is here as well.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "report/json.h"
#include "report/report.h"

#define CONTRACT_VERSION 1

/* A column as a member of an object: "inner" or "outer.inner". */
struct member {
	const struct column *column;
	const char *inner;
	size_t outer; /* bytes of the key before the dot, 0 without */
};

static struct member
member_of(const struct column *column)
{
	const char *key = column_key(column);
	const char *dot = strchr(key, '.');

	return (struct member){ column, dot != NULL ? dot + 1 : key,
		dot != NULL ? (size_t)(dot - key) : 0 };
}

static const char *
member_key(const struct member *member)
{
	return member->outer > 0 ? member->inner - member->outer - 1 : member->inner;
}

/* Whether both stand in the same inner object. */
static bool
share_outer(const struct member *a, const struct member *b)
{
	return a->outer == b->outer && memcmp(member_key(a), member_key(b), a->outer) == 0;
}

static bool
has_column(const struct member *members, size_t count, const struct column *column)
{
	for (size_t i = 0; i < count; i++)
		if (members[i].column == column)
			return true;
	return false;
}

/* Columns in the order in which they are written: each once, those of an inner object together. */
static size_t
arrange(const struct column *const *columns, size_t count, struct member members[64])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct member first = member_of(columns[i]);

		if (has_column(members, n, columns[i]))
			continue;
		members[n++] = first;
		for (size_t k = i + 1; first.outer > 0 && k < count; k++) {
			struct member other = member_of(columns[k]);

			if (share_outer(&first, &other) && !has_column(members, n, columns[k]))
				members[n++] = other;
		}
	}
	return n;
}

/* Appends to the object that is open. */
static void
add_members(struct buf *out, const struct member *members, size_t count,
    const struct table_data *data, const void *row)
{
	char outer[64];

	for (size_t i = 0; i < count; i++) {
		const struct member *member = &members[i];
		struct value value = member->column->get(data, row);
		bool inside = i > 0 && share_outer(member, member - 1);

		if (member->outer > 0 && !inside) {
			snprintf(outer, sizeof outer, "%.*s", (int)member->outer,
			    member_key(member));
			json_key(out, outer);
			json_open(out, '{');
		}
		json_key(out, member->inner);
		json_value(out, &value);
		if (member->outer > 0 && (i + 1 == count || !share_outer(member, member + 1)))
			json_close(out, '}');
	}
}

/* The keys of the root table: those that every report has, or the others. */
static void
add_root(struct buf *out, const struct table_data *data, bool always)
{
	const struct column *columns[64];
	struct member members[64];
	size_t count = 0;

	for (size_t i = 0; i < table_summary.column_count; i++) {
		const struct column *column = &table_summary.columns[i];

		if (always == ((column->flags & COLUMN_ALWAYS) != 0))
			columns[count++] = column;
	}
	add_members(out, members, arrange(columns, count, members), data, data->snap);
}

static void
add_rows(const struct report *report, const struct table *table, const struct table_data *data,
    const struct rows *rows, struct buf *out)
{
	const struct column *columns[64];
	struct member members[64];
	size_t count = report_table_columns(report, table, true, columns);

	count = arrange(columns, count, members);
	for (size_t i = 0; i < rows->count; i++) {
		json_open(out, '{');
		add_members(out, members, count, data, rows->items[i]);
		json_close(out, '}');
	}
}

static void
add_map(const struct table *table, const struct table_data *data, const struct rows *rows,
    struct buf *out)
{
	json_open(out, '{');
	for (size_t i = 0; i < rows->count; i++) {
		struct value name = table->columns[0].get(data, rows->items[i]);
		struct value number = table->columns[1].get(data, rows->items[i]);

		json_key(out, name.s);
		json_value(out, &number);
	}
	json_close(out, '}');
}

static void
add_table(const struct report *report, const struct table *table, const struct table_data *data,
    struct buf *out, struct arena *arena)
{
	struct rows rows;

	if (table->shape == SHAPE_ROOT) {
		add_root(out, data, false);
		return;
	}
	report_rows(report, table, data, &rows, arena);
	json_key(out, table->name);
	if (table->shape == SHAPE_MAP) {
		add_map(table, data, &rows, out);
	} else if (table->shape == SHAPE_ROW) {
		if (rows.count == 0)
			json_value(out, &(struct value){ .type = VALUE_NONE });
		add_rows(report, table, data, &rows, out);
	} else {
		json_open(out, '[');
		add_rows(report, table, data, &rows, out);
		json_close(out, ']');
	}
}

static void
sample(const struct report *report, const struct report_sample *sample, struct buf *out,
    struct arena *arena)
{
	const struct json_field version = { "version", value_int(CONTRACT_VERSION) };
	const struct json_field skipped = { "skipped", value_int((int64_t)sample->skipped) };

	json_open(out, '{');
	json_fields(out, &version, 1);
	add_root(out, sample->data, true);
	json_fields(out, &skipped, 1);
	for (size_t i = 0; i < report->table_count; i++)
		add_table(report, report->tables[i], sample->data, out, arena);
	json_close(out, '}');
	buf_addc(out, '\n');
}

static void
failure(const struct report *report, const struct report_failure *failure, struct buf *out)
{
	const struct json_field fields[] = {
		{ "version", value_int(CONTRACT_VERSION) },
		{ "time", value_time(failure->wall_us) },
		{ "error", value_text(failure->why) },
	};

	(void)report;
	json_line(out, fields, sizeof fields / sizeof fields[0]);
}

const struct writer writer_json = {
	.name = "json",
	.help = "one object per sample, on one line",
	.show = REPORT_SHOW,
	.gaps = true,
	.sample = sample,
	.failure = failure,
};
