/* SPDX-License-Identifier: PostgreSQL */
/*
 * Drawing a pane: a line with its title, the headings, and the rows that are
 * visible. Only these are looked at, so that a frame costs the same whatever
 * the number of sessions.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "base/text.h"
#include "base/units.h"
#include "model/messages.h"
#include "table/filter.h"

#include <string.h>

#define LEVEL_COLS 9 /* of a message: as wide as in the alerts above it */

void
title_begin(struct pen *pen, const char *title, bool focus)
{
	struct pen line = *pen;

	line.style = STYLE_FRAME;
	pen_fill(&line, line.end - line.col, canvas_sign(pen->canvas, SIGN_HLINE));
	pen->col++;
	pen->style = focus ? STYLE_FOCUS : STYLE_FRAME;
	pen_text(pen, title);
	pen->style = STYLE_FRAME;
}

static void
title_count(struct pen *pen, const struct pane *pane)
{
	if (pane->rows.count != pane->total)
		pen_printf(pen, " (%zu of %zu) ", pane->rows.count, pane->total);
	else
		pen_printf(pen, " (%zu) ", pane->rows.count);
}

/* The marked sessions, also those that are not among the rows. */
static void
title_tags(struct pen *pen, const struct ui *ui, const struct pane *pane)
{
	size_t tagged = ui->acting.tags.ids.count, shown = tags_shown(ui, pane);

	if (tagged == 0)
		return;
	pen->style = STYLE_TAGGED;
	if (shown < tagged)
		pen_printf(pen, " %zu tagged (%zu hidden) ", tagged, tagged - shown);
	else
		pen_printf(pen, " %zu tagged ", tagged);
	pen->style = STYLE_FRAME;
}

/* The filters in force, as they could be typed. */
static void
title_filters(struct pen *pen, const struct filters *filters)
{
	if (filters->count == 0)
		return;
	pen->style = STYLE_WARNING;
	pen_text(pen, " filter:");
	for (size_t i = 0; i < filters->count; i++) {
		pen_text(pen, " ");
		pen_text(pen, filter_text(filters->all[i]));
	}
	pen_text(pen, " ");
	pen->style = STYLE_FRAME;
}

static void
title_sort(struct pen *pen, const struct view *view)
{
	if (view->sort == NULL)
		return;
	pen_text(pen, " sort: ");
	pen_text(pen, view->sort->name);
	pen_sign(pen, view->descending ? SIGN_DOWN : SIGN_UP);
	pen_text(pen, " ");
}

/* What the configured pools come to. */
static void
title_pools(struct pen *pen, const struct table_data *data)
{
	const struct pools *pools = &data->facts->pools;
	int usable = data->facts->slots.usable;

	if (pools->count == 0 || usable < 0)
		return;
	pen->style = pools->fits ? STYLE_OK : STYLE_WARNING;
	pen_printf(pen, " %lld planned, %d usable: %s ", (long long)pools->configured, usable,
	    pools->fits ? "fits" : "DOES NOT FIT");
	pen->style = STYLE_FRAME;
}

/* Limits that are not in the list, though there may be some. */
static void
title_limits(struct pen *pen, const struct table_data *data)
{
	if (data->snap == NULL || data->facts->limits.known)
		return;
	pen->style = STYLE_UNKNOWN;
	pen_text(pen, " those of roles and databases unknown ");
	pen->style = STYLE_FRAME;
}

/* A pane while it is drawn. */
struct list {
	struct ui *ui;
	const struct ui_frame *frame;
	enum pane_id id;
	const struct pane *pane;
	struct rect rect; /* without the line to its right */
	struct place places[PLACES_MAX];
	size_t count;
};

static void
draw_title(const struct list *list, struct pen *pen)
{
	const struct pane *pane = list->pane;
	const char *title = arena_printf(&list->ui->scratch, "%c %s%s", pane_infos[list->id].digit,
	    pane->table->title, list->id == PANE_ALERTS ? " and messages" : "");

	title_begin(pen, title, list->ui->focus == list->id);
	title_count(pen, pane);
	if (pane_has_sessions(pane)) {
		title_tags(pen, list->ui, pane);
		title_filters(pen, &list->ui->filters);
	}
	title_sort(pen, &pane->view);
	if (list->id == PANE_POOLS)
		title_pools(pen, list->frame->data);
	if (list->id == PANE_LIMITS)
		title_limits(pen, list->frame->data);
	pen_finish(pen);
}

/* The mark stands beside the title, on the side that is free. */
static void
draw_sort_mark(const struct list *list, const struct place *place, const struct pen *pen)
{
	struct pen mark = *pen;
	int width = (int)strlen(place->column->title);
	int room = place->width;

	if (cell_right(place->column->type))
		mark.col += room - width - 1;
	else
		mark.col += width < room ? width : room;
	pen_sign(&mark, list->pane->view.descending ? SIGN_DOWN : SIGN_UP);
}

static void
draw_headings(const struct list *list, struct pen *pen)
{
	struct rect line = { pen->row, pen->col, 1, list->rect.cols };

	canvas_style(pen->canvas, &line, STYLE_HEADING);
	pen->style = STYLE_HEADING;
	for (size_t i = 0; i < list->count; i++) {
		const struct place *place = &list->places[i];
		struct pen cell = *pen;

		cell.col = pen->col + place->col;
		pen_field(&cell, place->width, place->column->title,
		    cell_right(place->column->type));
		cell.col = pen->col + place->col;
		if (place->column == list->pane->view.sort)
			draw_sort_mark(list, place, &cell);
	}
}

/* One value, cleaned; what is cut ends in a sign. */
static void
draw_cell(struct pen *pen, const struct place *place, const struct value *value)
{
	unsigned flags = place->column->flags & COLUMN_SQUEEZE ? TEXT_SQUEEZE : 0;
	char text[CELL_MAX];

	if (value->type != VALUE_TEXT) {
		pen_field(pen, place->width, cell_text(text, value),
		    cell_right(place->column->type));
		return;
	}
	if (pen->col + place->width < pen->end)
		pen->end = pen->col + place->width;
	pen_bytes(pen, value->s, strlen(value->s), place->skip, flags);
	pen_finish(pen);
}

static enum style
row_style(const struct list *list, const void *row)
{
	const struct table *table = list->pane->table;
	int level = table->level != NULL ? table->level(list->frame->data, row) : LEVEL_OK;

	if (level == LEVEL_OK && table->sessions && ((const struct session *)row)->own)
		return STYLE_DIM;
	return style_of_level(level);
}

/* Whether the row is a session that the user marked. */
static bool
is_tagged(const struct list *list, const void *row)
{
	const struct session *session = row;

	return list->pane->table->sessions && ids_have(&list->ui->acting.tags.ids, &session->id);
}

/* Whether the row is a session that others wait for, and that itself waits for nobody. */
static bool
is_root(const struct list *list, const void *row)
{
	const struct table_data *data = list->frame->data;

	return list->pane->table->sessions &&
	    blocking_is_root(blocking_hold(&data->facts->blocking, data->snap, row));
}

/* The mark beside the sign of the cursor, and the first column with it. */
static void
draw_tag(const struct list *list, struct canvas *canvas, const struct pen *pen)
{
	struct rect first = { pen->row, pen->col + 1, 1, list->places[0].width + 1 };
	struct pen mark = *pen;

	if (first.col + first.cols > pen->end)
		first.cols = pen->end - first.col;
	mark.col++;
	pen_text(&mark, "*");
	canvas_style(canvas, &first, STYLE_TAGGED);
}

/* A row of the table in its columns. */
static void
draw_row(const struct list *list, const void *row, const struct pen *pen)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct place *place = &list->places[i];
		struct value value = place->column->get(list->frame->data, row);
		struct pen cell = *pen;

		cell.col = pen->col + place->col;
		cell.style = row_style(list, row);
		if ((place->column->flags & COLUMN_STATE) && value.type == VALUE_TEXT) {
			enum session_state state = session_state_parse(value.s);

			value.s = session_state_short(state);
			if (cell.style == STYLE_TEXT)
				cell.style = style_of_state(state);
		}
		draw_cell(&cell, place, &value);
	}
}

/* A line behind the rows: the heading of the messages, then these. */
static void
draw_message(const struct list *list, size_t n, struct pen *pen)
{
	const struct message *message;
	char first[UNITS_TEXT_MAX], last[UNITS_TEXT_MAX];

	pen->col += 2;
	if (n == 0) {
		pen->style = STYLE_HEADING;
		pen_text(pen, "MESSAGES, THE LATEST FIRST");
		return;
	}
	message = messages_get(list->frame->messages, n - 1);
	if (message == NULL)
		return;
	pen->style = style_of_level(message->level);
	pen_field(pen, LEVEL_COLS, level_name(message->level), false);
	pen->style = STYLE_TEXT;
	pen_text(pen, units_time_of_day(last, message->last_us, list->frame->utc_offset_s));
	pen_text(pen, "  ");
	pen_text(pen, message->text);
	pen->style = STYLE_DIM;
	if (message->times > 1)
		pen_printf(pen, "  (%u times since %s)", message->times,
		    units_time_of_day(first, message->first_us, list->frame->utc_offset_s));
	pen_finish(pen);
}

static void
draw_lines(const struct list *list, struct canvas *canvas)
{
	const struct pane *pane = list->pane;
	bool focus = list->ui->focus == list->id;

	for (int n = 2; n < list->rect.rows; n++) {
		size_t line = pane->top + (size_t)(n - 2);
		struct pen pen = pen_at(canvas, &list->rect, n, STYLE_TEXT);
		struct rect whole = { pen.row, pen.col, 1, list->rect.cols };
		struct pen sign = pen, mark = pen;

		if (line >= pane_lines(pane))
			return;
		if (line < pane->rows.count)
			draw_row(list, pane->rows.items[line], &pen);
		else
			draw_message(list, line - pane->rows.count, &pen);
		mark.col++;
		mark.style = STYLE_CRITICAL;
		if (line < pane->rows.count && is_root(list, pane->rows.items[line]))
			pen_text(&mark, "!");
		if (line < pane->rows.count && is_tagged(list, pane->rows.items[line]))
			draw_tag(list, canvas, &sign);
		if (!focus || line != pane->cursor)
			continue;
		pen_sign(&sign, SIGN_CURSOR);
		canvas_style(canvas, &whole, STYLE_CURSOR);
	}
}

/* Whether nothing is there because no pool is configured. */
static bool
is_unconfigured(const struct list *list)
{
	return list->id == PANE_POOLS && list->frame->data->facts->pools.count == 0;
}

/* What stands in a pane without rows. */
static void
draw_empty(const struct list *list, struct canvas *canvas)
{
	const char *const *text = pane_infos[list->id].empty;
	struct ui *ui = list->ui;
	const char *only[] = { NULL, NULL, NULL };

	if (list->pane->total > 0) {
		only[0] = arena_printf(&ui->scratch, "No session matches the filter; %s clears it.",
		    keymap_first(&ui->keymap, "clear", &ui->scratch));
		if (list->frame->data->snap->via == VIA_PROC)
			only[1] = "By /proc no applications, queries or transactions are known.";
		text = only;
	} else if (!is_unconfigured(list) && list->pane->table != pane_infos[list->id].table) {
		only[0] = "There are none.";
		text = only;
	}
	for (int n = 0; n < 4 && text[n] != NULL; n++) {
		struct pen pen = pen_at(canvas, &list->rect, n + 1, STYLE_DIM);

		if (n == 0 && list->ui->focus == list->id)
			pen_sign(&pen, SIGN_CURSOR);
		pen_to(&pen, list->rect.col + 2);
		pen_text(&pen, text[n]);
		pen_finish(&pen);
	}
}

/* The line between this pane and the one to the right. */
static void
draw_border(const struct rect *rect, struct canvas *canvas)
{
	int col = rect->col + rect->cols;

	canvas_put(canvas, rect->row, col, canvas_sign(canvas, SIGN_CROSS), STYLE_FRAME);
	for (int i = 1; i < rect->rows; i++)
		canvas_put(canvas, rect->row + i, col, canvas_sign(canvas, SIGN_VLINE),
		    STYLE_FRAME);
}

void
pane_draw(struct ui *ui, enum pane_id id, const struct ui_frame *frame, struct canvas *canvas)
{
	struct pane *pane = &ui->panes[id];
	struct list list = { ui, frame, id, pane, ui->layout.panes[id], { { 0 } }, 0 };
	struct pen pen = pen_at(canvas, &list.rect, 0, STYLE_FRAME);

	pane_update(ui, id, frame);
	pane_scroll(pane, pane_room(ui, id));
	list.count = columns_place(pane, list.rect.cols, list.places);
	draw_title(&list, &pen);
	draw_border(&list.rect, canvas);
	if (pane_lines(pane) == 0) {
		draw_empty(&list, canvas);
		return;
	}
	pen = pen_at(canvas, &list.rect, 1, STYLE_HEADING);
	if (pane->rows.count > 0)
		draw_headings(&list, &pen);
	draw_lines(&list, canvas);
}
