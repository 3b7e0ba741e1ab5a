/* SPDX-License-Identifier: PostgreSQL */
/*
 * JSON: one object per sample on one line. Keys come from the columns (a dot
 * in a key nests), so that whatever the screen can show is here as well.
 */
#include <stdio.h>
#include <string.h>

#include "action/job.h"
#include "analysis/facts.h"
#include "base/buf.h"
#include "base/mem.h"
#include "report/json.h"
#include "report/report.h"

#define CONTRACT_VERSION 1
#define SLOTS "slots." /* what the keys of the slot arithmetic begin with */

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
arrange(const struct column *const *columns, size_t count, struct member members[COLUMNS_MAX])
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

static bool
is_always(const struct column *column)
{
	return (column->flags & COLUMN_ALWAYS) != 0;
}

/* Plans alone are of no server. */
static bool
is_of_plan(const struct column *column)
{
	return strcmp(column->name, "time") == 0;
}

static bool
is_extra(const struct column *column)
{
	return !is_always(column);
}

static bool
is_slots(const struct column *column)
{
	return strncmp(column_key(column), SLOTS, strlen(SLOTS)) == 0;
}

/* An act has the slots twice, before and after it. */
static bool
is_of_act(const struct column *column)
{
	return is_always(column) && !is_slots(column);
}

/* The keys of the root table that are wanted. */
static void
add_root(struct buf *out, const struct table_data *data, bool (*want)(const struct column *column))
{
	const struct column *columns[COLUMNS_MAX];
	struct member members[COLUMNS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < table_summary.column_count; i++) {
		const struct column *column = &table_summary.columns[i];

		if (want(column))
			columns[count++] = column;
	}
	add_members(out, members, arrange(columns, count, members), data, data->snap);
}

static void
add_rows(const struct report *report, const struct table *table, const struct table_data *data,
    const struct rows *rows, struct buf *out)
{
	const struct column *columns[COLUMNS_MAX];
	struct member members[COLUMNS_MAX];
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
		add_root(out, data, is_extra);
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
	add_root(out, sample->data, sample->plan ? is_of_plan : is_always);
	if (!sample->plan)
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

/* The slot arithmetic of another moment than that of the sample. */
static void
add_slots(struct buf *out, const char *key, const struct slots *slots)
{
	const struct facts facts = { .slots = *slots };
	const struct table_data data = { .facts = &facts };

	json_key(out, key);
	json_open(out, '{');
	for (size_t i = 0; i < table_summary.column_count; i++) {
		const struct column *column = &table_summary.columns[i];
		struct value value;

		if (!is_slots(column))
			continue;
		value = column->get(&data, NULL);
		json_key(out, column_key(column) + strlen(SLOTS));
		json_value(out, &value);
	}
	json_close(out, '}');
}

static void
add_spared(struct buf *out, const int spared[SPARE_COUNT])
{
	json_key(out, "spared");
	json_open(out, '{');
	for (int i = SPARE_NONE + 1; i < SPARE_COUNT; i++) {
		const struct json_field field = { spare_name((enum spare)i), value_int(spared[i]) };

		if (spared[i] > 0)
			json_fields(out, &field, 1);
	}
	json_close(out, '}');
}

static void
add_notes(struct buf *out, const struct report_act *act)
{
	json_key(out, "notes");
	json_open(out, '[');
	for (size_t i = 0; i < act->note_count; i++) {
		const struct value note = value_text(act->notes[i]);

		json_value(out, &note);
	}
	json_close(out, ']');
}

static void
acted(const struct report *report, const struct report_act *act, struct buf *out,
    struct arena *arena)
{
	const struct job *job = act->data->job;
	const struct json_field version = { "version", value_int(CONTRACT_VERSION) };
	const struct json_field order[] = {
		{ "action", value_text(action_row(job->action)->name) },
		{ "policy", value_text(policy_row(job->policy)->name) },
		{ "dry_run", value_bool(act->dry_run) },
		{ "skipped", value_int((int64_t)act->skipped) },
		{ "stands", act->stands },
		{ "stopped", value_text(job->why) },
	};

	json_open(out, '{');
	json_fields(out, &version, 1);
	add_root(out, act->data, is_of_act);
	json_fields(out, order, sizeof order / sizeof order[0]);
	add_slots(out, "slots_before", act->before);
	add_slots(out, "slots_after", act->after);
	add_table(report, &table_targets, act->data, out, arena);
	add_table(report, &table_outcomes, act->data, out, arena);
	add_spared(out, act->spared);
	add_notes(out, act);
	json_close(out, '}');
	buf_addc(out, '\n');
}

const struct writer writer_json = {
	.name = "json",
	.help = "one object per sample, on one line",
	.show = REPORT_SHOW,
	.gaps = true,
	.plans = true,
	.sample = sample,
	.failure = failure,
	.acted = acted,
};
