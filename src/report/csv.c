/* SPDX-License-Identifier: PostgreSQL */
/*
 * CSV by RFC 4180, for spreadsheets and programs: one table, a header once,
 * and the time of the sample before each row. Fields are named and numbers
 * written as in JSON. An empty field is unknown, a quoted one without
 * anything in it is an empty text.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "report/json.h"
#include "report/report.h"

#define LINE_END "\r\n"

/* The column that every line begins with; a table's own of that name is the same time. */
#define TIME "time"

/* Whether it can stand without quotes; blanks at an end are safe from no reader. */
static bool
is_plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == ',')
			return false;
	return n > 0 && s[0] != ' ' && s[n - 1] != ' ';
}

static void
add_text(struct buf *out, const char *s)
{
	size_t n = strlen(s);
	struct buf clean = { 0 };
	const char *rest, *quote;

	if (is_plain(s, n)) {
		buf_add(out, s, n);
		return;
	}
	text_escape(&clean, s, n);
	rest = buf_str(&clean);
	buf_addc(out, '"');
	while ((quote = strchr(rest, '"')) != NULL) {
		buf_add(out, rest, (size_t)(quote - rest));
		buf_adds(out, "\"\"");
		rest = quote + 1;
	}
	buf_adds(out, rest);
	buf_addc(out, '"');
	buf_clear(&clean);
}

static void
add_pids(struct buf *out, const struct value *value)
{
	if (value->list.count == 0)
		buf_adds(out, "\"\"");
	for (size_t i = 0; i < value->list.count; i++) {
		if (i > 0)
			buf_addc(out, ' ');
		buf_addi(out, value->list.pids[i]);
	}
}

static void
add_value(struct buf *out, const struct value *value)
{
	char text[UNITS_TEXT_MAX];

	switch (value->type) {
	case VALUE_NONE:
		break;
	case VALUE_REAL:
	case VALUE_SHARE:
		if (isfinite(value->d))
			json_number(out, value);
		break;
	case VALUE_INT:
	case VALUE_DURATION:
	case VALUE_BOOL:
		json_number(out, value);
		break;
	case VALUE_TIME:
		buf_adds(out, units_time_iso(text, value->i));
		break;
	case VALUE_TEXT:
		add_text(out, value->s);
		break;
	case VALUE_PIDS:
		add_pids(out, value);
		break;
	}
}

/* The columns of the table but for the time. */
static size_t
choose(const struct report *report, const struct table *table,
    const struct column *columns[COLUMNS_MAX])
{
	size_t count = report_table_columns(report, table, true, columns), kept = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(columns[i]->name, TIME) != 0)
			columns[kept++] = columns[i];
	return kept;
}

static void
sample(const struct report *report, const struct report_sample *sample, struct buf *out,
    struct arena *arena)
{
	const struct table *table = report->tables[0];
	const struct column *columns[COLUMNS_MAX];
	size_t count = choose(report, table, columns);
	char time[UNITS_TEXT_MAX];
	struct rows rows;

	units_time_iso(time, sample->data->snap->wall_us);
	if (sample->first) {
		buf_adds(out, TIME);
		for (size_t c = 0; c < count; c++) {
			buf_addc(out, ',');
			add_text(out, column_key(columns[c]));
		}
		buf_adds(out, LINE_END);
	}
	report_rows(report, table, sample->data, &rows, arena);
	for (size_t r = 0; r < rows.count; r++) {
		buf_adds(out, time);
		for (size_t c = 0; c < count; c++) {
			struct value value = columns[c]->get(sample->data, rows.items[r]);

			buf_addc(out, ',');
			add_value(out, &value);
		}
		buf_adds(out, LINE_END);
	}
}

/* The targets. */
static void
acted(const struct report *report, const struct report_act *act, struct buf *out,
    struct arena *arena)
{
	const struct report_sample targets = { .data = act->data, .first = act->first };

	sample(report, &targets, out, arena);
}

const struct writer writer_csv = {
	.name = "csv",
	.help = "one table, a line per row, for spreadsheets",
	.show = "sessions",
	.one_table = true,
	.plans = true,
	.rows = true,
	.sample = sample,
	.acted = acted,
};
