/* SPDX-License-Identifier: PostgreSQL */
/*
 * Text for people: the summary in sentences of figures, each table with
 * aligned columns as wide as their widest cell.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/slots.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "model/messages.h"
#include "model/snapshot.h"
#include "report/report.h"

#define WIDE 100 /* columns of a terminal from which on it has room for COLUMN_WIDE */
#define WIDER 140
#define ROOM_LEAST 20 /* for a value beside its title; less is not worth breaking lines */
#define CELL_MOST 200 /* columns; a longer cell of another than the last column is cut */

static const char *const colors[] = {
	[LEVEL_OK] = "",
	[LEVEL_INFO] = "",
	[LEVEL_WARNING] = "\033[33m",
	[LEVEL_CRITICAL] = "\033[1;31m",
};

/* A table laid out: cells[row * columns + column], with the widths of the columns. */
struct grid {
	const struct table *table;
	struct rows rows;
	const struct column *columns[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	size_t count;
	const char **cells;
};

static unsigned
text_flags(const struct report *report, const struct column *column)
{
	return (report->utf8 ? TEXT_UTF8 : 0u) |
	    ((column->flags & COLUMN_SQUEEZE) != 0 ? TEXT_SQUEEZE : 0u);
}

/* Cuts the line that begins at an offset of out to the width of the terminal. */
static void
cut_line(const struct report *report, struct buf *out, size_t start)
{
	if (report->width > 0)
		buf_chop(out,
		    out->len - start -
		        text_fit(out->data + start, out->len - start, report->width));
}

static const char *
color_of(const struct report *report, int level)
{
	return report->color ? colors[level] : "";
}

/* A cell, cleaned, in the arena; cut unless it is of the last column. */
static const char *
clean_cell(const struct report *report, const struct column *column, const struct value *value,
    bool last, struct arena *arena)
{
	char text[CELL_MAX];
	const char *raw = cell_text(text, value);
	struct buf clean = { 0 };
	const char *cell;

	text_clean(&clean, raw, strlen(raw), text_flags(report, column));
	cell = arena_strndup(arena, buf_str(&clean),
	    last ? clean.len : text_fit(buf_str(&clean), clean.len, CELL_MOST));
	buf_clear(&clean);
	return cell;
}

static void
fill_grid(struct grid *grid, const struct report *report, const struct table_data *data,
    struct arena *arena)
{
	grid->cells = arena_alloc(arena, grid->rows.count * grid->count + 1, sizeof *grid->cells);
	for (size_t c = 0; c < grid->count; c++)
		grid->widths[c] = (int)strlen(grid->columns[c]->title);
	for (size_t r = 0; r < grid->rows.count; r++) {
		for (size_t c = 0; c < grid->count; c++) {
			struct value value = grid->columns[c]->get(data, grid->rows.items[r]);
			bool last = c + 1 == grid->count;
			const char *cell =
			    clean_cell(report, grid->columns[c], &value, last, arena);
			int width = (int)text_width(cell, strlen(cell), TEXT_UTF8);

			grid->cells[r * grid->count + c] = cell;
			if (width > grid->widths[c])
				grid->widths[c] = width < CELL_MOST ? width : CELL_MOST;
		}
	}
}

static void
add_cell(const struct grid *grid, size_t c, const char *cell, struct buf *out)
{
	int width = (int)text_width(cell, strlen(cell), TEXT_UTF8);
	size_t pad = width < grid->widths[c] ? (size_t)(grid->widths[c] - width) : 0;
	bool right = cell_right(grid->columns[c]->type);

	if (c > 0)
		buf_adds(out, "  ");
	if (right)
		buf_fill(out, ' ', pad);
	buf_adds(out, cell);
	if (!right && c + 1 < grid->count)
		buf_fill(out, ' ', pad);
}

static void
add_grid(const struct grid *grid, const struct report *report, const struct table_data *data,
    struct buf *out)
{
	const struct table *table = grid->table;

	size_t start = out->len;

	for (size_t c = 0; c < grid->count; c++)
		add_cell(grid, c, grid->columns[c]->title, out);
	cut_line(report, out, start);
	buf_addc(out, '\n');
	for (size_t r = 0; r < grid->rows.count; r++) {
		int level =
		    table->level != NULL ? table->level(data, grid->rows.items[r]) : LEVEL_OK;
		const char *color = color_of(report, level);

		buf_adds(out, color);
		start = out->len;
		for (size_t c = 0; c < grid->count; c++)
			add_cell(grid, c, grid->cells[r * grid->count + c], out);
		cut_line(report, out, start);
		buf_adds(out, color[0] != '\0' ? "\033[0m\n" : "\n");
	}
}

/* Where a command begins, behind the last colon: it has a line of its own, to be copied. */
static size_t
find_command(const char *text, size_t len, int room)
{
	for (size_t i = len; i > 2; i--)
		if (text[i - 2] == ':' && text[i - 1] == ' ')
			return text_fit(text + i, len - i, room) == len - i ? i : 0;
	return 0;
}

/*
 * Appends cleaned text, on a terminal in lines that fit beside the titles:
 * broken at a blank, or anywhere in a word that is too long.
 */
static void
add_wrapped(const struct report *report, const char *text, size_t len, size_t indent,
    struct buf *out)
{
	int room = report->width - (int)indent;

	while (room >= ROOM_LEAST) {
		size_t n = text_fit(text, len, room), end = n;
		size_t command = find_command(text, len, room);

		if (n == len)
			break;
		while (end > 0 && text[end] != ' ')
			end--;
		end = end > 0 ? end : n;
		if (command > 0 && command - 1 < end)
			end = command - 1;
		buf_add(out, text, end);
		buf_addc(out, '\n');
		buf_fill(out, ' ', indent);
		end += text[end] == ' ';
		text += end;
		len -= end;
	}
	buf_add(out, text, len);
}

/* The value of a pair. A query has its beginning only, and one line. */
static void
add_value(const struct report *report, const struct column *column, const struct value *value,
    size_t indent, struct buf *out)
{
	int room = report->width > 0 ? report->width - (int)indent : CELL_MOST;
	char text[CELL_MAX];
	const char *raw = value->type == VALUE_DURATION ? units_duration_long(text, value->i)
	                                                : cell_text(text, value);
	struct buf clean = { 0 };

	text_clean(&clean, raw, strlen(raw), text_flags(report, column));
	if ((column->flags & COLUMN_SQUEEZE) != 0)
		buf_add(out, buf_str(&clean), text_fit(buf_str(&clean), clean.len, room));
	else
		add_wrapped(report, buf_str(&clean), clean.len, indent, out);
	buf_clear(&clean);
	if (column->after != NULL && value->type != VALUE_NONE) {
		buf_addc(out, ' ');
		buf_adds(out, column->after);
	}
}

/* One row as a list of titles and values. */
static void
add_pairs(const struct report *report, const struct table *table, const struct table_data *data,
    const struct rows *rows, struct buf *out)
{
	const struct column *columns[COLUMNS_MAX];
	size_t count = report_table_columns(report, table, false, columns);
	size_t widest = 0;

	for (size_t c = 0; c < count; c++)
		if (strlen(columns[c]->title) > widest)
			widest = strlen(columns[c]->title);
	for (size_t c = 0; c < count && rows->count > 0; c++) {
		struct value value = columns[c]->get(data, rows->items[0]);
		bool colored = table->level != NULL && (columns[c]->flags & COLUMN_STATE) != 0;
		const char *color =
		    color_of(report, colored ? table->level(data, rows->items[0]) : LEVEL_OK);

		buf_adds(out, color);
		buf_adds(out, columns[c]->title);
		buf_fill(out, ' ', widest + 2 - strlen(columns[c]->title));
		add_value(report, columns[c], &value, widest + 2, out);
		buf_adds(out, color[0] != '\0' ? "\033[0m\n" : "\n");
	}
}

/* Leaves out the columns for which the terminal is too narrow, as the screen does. */
static void
leave_out(struct grid *grid, const struct report *report)
{
	unsigned flags = report->width == 0 || report->width >= WIDER ? 0
	    : report->width >= WIDE                                   ? COLUMN_WIDER
	                                                              : COLUMN_WIDE | COLUMN_WIDER;
	size_t kept = 0;

	for (size_t c = 0; c < grid->count; c++)
		if ((grid->columns[c]->flags & flags) == 0)
			grid->columns[kept++] = grid->columns[c];
	grid->count = kept;
}

static void
add_list(struct grid *grid, const struct report *report, const struct table_data *data,
    struct buf *out, struct arena *arena)
{
	grid->count = report_table_columns(report, grid->table, false, grid->columns);
	if (report->column_count == 0)
		leave_out(grid, report);
	fill_grid(grid, report, data, arena);
	add_grid(grid, report, data, out);
}

static void
add_table(const struct report *report, const struct table *table, const struct table_data *data,
    struct buf *out, struct arena *arena)
{
	struct grid grid = { .table = table };

	report_rows(report, table, data, &grid.rows, arena);
	buf_addf(out, "%s%s\n", out->len > 0 ? "\n" : "", table->title);
	if (grid.rows.count == 0) {
		buf_adds(out, "(none)\n");
		return;
	}
	if (table->shape == SHAPE_ROOT || table->shape == SHAPE_ROW) {
		add_pairs(report, table, data, &grid.rows, out);
		return;
	}
	add_list(&grid, report, data, out, arena);
}

static void
sample(const struct report *report, const struct report_sample *sample, struct buf *out,
    struct arena *arena)
{
	const struct table_data *data = sample->data;
	char time[UNITS_TEXT_MAX], gap[REPORT_GAP_MAX];
	bool dated = !sample->plan && (sample->n > 0 || !report_has_time(report));

	if (dated)
		buf_addf(out, "%s--- %s", sample->n > 0 ? "\n" : "",
		    units_time_iso(time, data->snap->wall_us));
	if (sample->skipped > 0)
		buf_addf(out, "%s(%s)", dated ? "  " : "",
		    report_gap(sample->skipped, sample->gap, gap));
	if (dated || sample->skipped > 0)
		buf_addc(out, '\n');
	for (size_t i = 0; i < report->table_count; i++)
		add_table(report, report->tables[i], data, out, arena);
}

static void
failure(const struct report *report, const struct report_failure *failure, struct buf *out)
{
	char time[UNITS_TEXT_MAX];

	buf_addf(out, "%s--- %s  no sample: ", failure->n > 0 ? "\n" : "",
	    units_time_iso(time, failure->wall_us));
	text_clean(out, failure->why, strlen(failure->why), report->utf8 ? TEXT_UTF8 : 0u);
	buf_addc(out, '\n');
}

static void
acted(const struct report *report, const struct report_act *act, struct buf *out,
    struct arena *arena)
{
	struct grid grid = { .table = &table_targets };
	char time[UNITS_TEXT_MAX], gap[REPORT_GAP_MAX];

	units_time_iso(time, act->data->snap->wall_us);
	if (act->skipped > 0)
		buf_addf(out, "%s  %s\n", time, report_gap(act->skipped, act->gap, gap));
	if (act->change != NULL) {
		buf_addf(out, "%s  ", time);
		text_clean(out, act->change, strlen(act->change), report->utf8 ? TEXT_UTF8 : 0u);
		buf_addc(out, '\n');
	}
	report_rows(report, &table_targets, act->data, &grid.rows, arena);
	if (act->guard && grid.rows.count == 0)
		return;
	if (act->guard)
		buf_addf(out, "--- %s\n", time);
	if (grid.rows.count > 0)
		add_list(&grid, report, act->data, out, arena);
	report_outcome(report, act, out, arena);
}

const struct writer writer_text = {
	.name = "text",
	.help = "tables with aligned columns, for people",
	.show = REPORT_SHOW,
	.gaps = true,
	.plans = true,
	.sample = sample,
	.failure = failure,
	.acted = acted,
};
