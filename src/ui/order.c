/* SPDX-License-Identifier: PostgreSQL */
/* Commands that order the rows of a pane, and the list of columns to choose from. */
#include "internal.h"

#include <string.h>

void
order_by(struct ui *ui, enum pane_id id, const struct column *column)
{
	struct view *view = &ui->panes[id].view;

	view->sort = column;
	view->descending = cell_right(column->type);
	ui_view_changed(ui);
}

/* The next column that is not hidden, in a direction; at the ends it goes on at the other one. */
static const struct column *
neighbour(const struct pane *pane, int step)
{
	const struct table *table = pane->table;
	size_t n = table->column_count;
	size_t at = pane->view.sort != NULL ? (size_t)(pane->view.sort - table->columns) : n - 1;

	for (size_t i = 0; i < n; i++) {
		at = step > 0 ? (at + 1) % n : (at + n - 1) % n;
		if (!(table->columns[at].flags & COLUMN_HIDDEN))
			break;
	}
	return &table->columns[at];
}

unsigned
order_step(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	order_by(ui, ui->focus, neighbour(&ui->panes[ui->focus], arg));
	return UI_DRAW;
}

unsigned
order_reverse(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct view *view = &ui->panes[ui->focus].view;

	(void)frame;
	(void)arg;
	if (view->sort == NULL)
		return ui_sayf(ui, "this list has an order of its own: choose a column first");
	view->descending = !view->descending;
	ui_view_changed(ui);
	return UI_DRAW;
}

/* What an age counts from; the order in which T goes through them. */
static const struct {
	const char *column;
	const char *words;
} ages[] = {
	{ "age", "time in the present state" },
	{ "query_age", "time since the query began" },
	{ "transaction", "time since the transaction began" },
	{ "session", "time since the session began" },
};

#define AGE_COUNT (sizeof(ages) / sizeof(ages[0]))

unsigned
order_age(struct ui *ui, const struct ui_frame *frame, int arg)
{
	enum pane_id id = pane_has_sessions(&ui->panes[ui->focus]) ? ui->focus : PANE_SESSIONS;
	const struct pane *pane = &ui->panes[id];
	size_t at = AGE_COUNT - 1;

	(void)frame;
	(void)arg;
	for (size_t i = 0; i < AGE_COUNT; i++)
		if (pane->view.sort != NULL && strcmp(pane->view.sort->name, ages[i].column) == 0)
			at = i;
	for (size_t i = 0; i < AGE_COUNT; i++) {
		const struct column *column;

		at = (at + 1) % AGE_COUNT;
		column = table_column(pane->table, ages[at].column);
		if (column == NULL)
			continue;
		order_by(ui, id, column);
		ui->panes[id].view.descending = true;
		return ui_sayf(ui, "longest first by %s", ages[at].words);
	}
	return 0;
}

unsigned
order_menu(struct ui *ui, const struct ui_frame *frame, int arg)
{
	const struct pane *pane = &ui->panes[ui->focus];

	(void)frame;
	(void)arg;
	ui->menu_at = pane->view.sort != NULL ? (int)(pane->view.sort - pane->table->columns) : 0;
	ui_set_mode(ui, MODE_MENU);
	return UI_DRAW;
}

void
order_menu_move(struct ui *ui, enum move move)
{
	int last = (int)ui->panes[ui->focus].table->column_count - 1;
	int at = ui->menu_at;

	switch (move) {
	case MOVE_UP:
		at--;
		break;
	case MOVE_DOWN:
		at++;
		break;
	case MOVE_PAGE_UP:
		at -= 10;
		break;
	case MOVE_PAGE_DOWN:
		at += 10;
		break;
	case MOVE_FIRST:
		at = 0;
		break;
	case MOVE_LAST:
		at = last;
		break;
	}
	ui->menu_at = at < 0 ? 0 : at > last ? last : at;
}

void
order_menu_take(struct ui *ui)
{
	order_by(ui, ui->focus, &ui->panes[ui->focus].table->columns[ui->menu_at]);
	ui_set_mode(ui, MODE_PANES);
}

/* The box in the middle of the body, as high as the list or the screen. */
static struct rect
menu_rect(const struct ui *ui, const struct canvas *canvas, int lines)
{
	struct rect rect = { 0, 0, lines + 1, 62 };

	if (rect.rows > canvas->rows - 1)
		rect.rows = canvas->rows - 1;
	if (rect.rows < 2)
		rect.rows = 2;
	if (rect.cols > canvas->cols)
		rect.cols = canvas->cols;
	rect.row = ui->layout.body.row;
	if (rect.row + rect.rows > canvas->rows - 1)
		rect.row = canvas->rows - 1 - rect.rows;
	if (rect.row < 0)
		rect.row = 0;
	rect.col = (canvas->cols - rect.cols) / 2;
	return rect;
}

void
order_menu_draw(struct ui *ui, struct canvas *canvas)
{
	const struct pane *pane = &ui->panes[ui->focus];
	const struct table *table = pane->table;
	struct rect rect = menu_rect(ui, canvas, (int)table->column_count);
	struct pen title = pen_at(canvas, &rect, 0, STYLE_FRAME);
	int room = rect.rows - 1, top = ui->menu_at >= room ? ui->menu_at - room + 1 : 0;

	ui->menu_top = top;
	ui->menu_rect = rect;
	canvas_blank(canvas, &rect);
	title_begin(&title, arena_printf(&ui->scratch, "Order of %s", table->title), true);
	for (int n = 0; n < room && top + n < (int)table->column_count; n++) {
		const struct column *column = &table->columns[top + n];
		struct rect line = { rect.row + 1 + n, rect.col, 1, rect.cols };
		struct pen pen = pen_at(canvas, &rect, n + 1, STYLE_TEXT);

		pen_text(&pen, top + n == ui->menu_at ? ">" : " ");
		pen_text(&pen, column == pane->view.sort ? "*" : " ");
		pen_field(&pen, 20, column->name, false);
		pen_text(&pen, column->help);
		pen_finish(&pen);
		if (top + n == ui->menu_at)
			canvas_style(canvas, &line, STYLE_CURSOR);
	}
}
