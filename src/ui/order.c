/* SPDX-License-Identifier: PostgreSQL */
/* Commands that order the rows of a pane, and the list of columns to choose from. */
#include "internal.h"

#include <string.h>

#define MENU_COLS 70
#define MENU_NAME_COLS 20
#define MENU_PAGE 10

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
		at -= MENU_PAGE;
		break;
	case MOVE_PAGE_DOWN:
		at += MENU_PAGE;
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

/* The box in the middle of the body, as high as the list or the screen, its border included. */
static struct rect
menu_rect(const struct ui *ui, const struct canvas *canvas, int lines)
{
	const struct rect *page = &ui->layout.page;
	struct rect rect = { ui->layout.body.row, 0, lines + 2, MENU_COLS };

	if (rect.rows > page->rows)
		rect.rows = page->rows;
	if (rect.cols > page->cols)
		rect.cols = page->cols;
	if (rect.row + rect.rows > page->row + page->rows)
		rect.row = page->row + page->rows - rect.rows;
	rect.col = (canvas->cols - rect.cols) / 2;
	return rect;
}

static void
draw_box(const struct rect *rect, struct canvas *canvas)
{
	struct pen bottom = pen_at(canvas, rect, rect->rows - 1, STYLE_FRAME);

	canvas_blank(canvas, rect);
	pen_fill(&bottom, rect->cols, canvas_sign(canvas, SIGN_HLINE));
	for (int i = 1; i < rect->rows - 1; i++) {
		canvas_put(canvas, rect->row + i, rect->col, canvas_sign(canvas, SIGN_VLINE),
		    STYLE_FRAME);
		canvas_put(canvas, rect->row + i, rect->col + rect->cols - 1,
		    canvas_sign(canvas, SIGN_VLINE), STYLE_FRAME);
	}
}

void
order_menu_draw(struct ui *ui, struct canvas *canvas)
{
	const struct pane *pane = &ui->panes[ui->focus];
	const struct table *table = pane->table;
	struct rect rect = menu_rect(ui, canvas, (int)table->column_count);
	struct rect list = { rect.row + 1, rect.col + 1, rect.rows - 2, rect.cols - 2 };
	struct pen title = pen_at(canvas, &rect, 0, STYLE_FRAME);
	int top = ui->menu_at >= list.rows ? ui->menu_at - list.rows + 1 : 0;

	ui->menu_top = top;
	ui->menu_list = list;
	draw_box(&rect, canvas);
	title_begin(&title, arena_printf(&ui->scratch, "Sort %s by", table->title), true);
	for (int n = 0; n < list.rows && top + n < (int)table->column_count; n++) {
		const struct column *column = &table->columns[top + n];
		struct rect line = { list.row + n, list.col, 1, list.cols };
		struct pen pen = pen_at(canvas, &list, n, STYLE_TEXT);

		pen_text(&pen, top + n == ui->menu_at ? ">" : " ");
		pen_text(&pen, column == pane->view.sort ? "*" : " ");
		pen_field(&pen, MENU_NAME_COLS, column->name, false);
		pen_text(&pen, column->help);
		pen_finish(&pen);
		if (top + n == ui->menu_at)
			canvas_style(canvas, &line, STYLE_CURSOR);
	}
}
