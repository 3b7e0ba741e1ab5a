/* SPDX-License-Identifier: PostgreSQL */
/* A list in a box over the panes, of which one line is taken. */
#include "internal.h"

#define MENU_PAGE 10

void
menu_open(struct ui *ui, const struct menu *menu, int line)
{
	ui->menu = menu;
	ui->menu_at = line;
	ui_set_mode(ui, MODE_MENU);
}

void
menu_move(struct ui *ui, enum move move)
{
	int last = ui->menu->count(ui) - 1;
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

unsigned
menu_take(struct ui *ui, const struct ui_frame *frame)
{
	return ui->menu->take(ui, frame, ui->menu_at);
}

unsigned
menu_click(struct ui *ui, const struct ui_frame *frame, int row, int col)
{
	const struct rect *list = &ui->menu_list;
	int line = row - list->row;

	if (line < 0 || line >= list->rows || col < list->col || col >= list->col + list->cols) {
		ui_set_mode(ui, ui->origin);
		return UI_DRAW;
	}
	if (ui->menu_top + line >= ui->menu->count(ui))
		return 0;
	ui->menu_at = ui->menu_top + line;
	return menu_take(ui, frame);
}

/* The box in the middle of the body, as high as the list or the screen, its border included. */
static struct rect
menu_rect(const struct ui *ui, const struct canvas *canvas)
{
	const struct rect *page = &ui->layout.page;
	struct rect rect = { ui->layout.body.row, 0, ui->menu->count(ui) + 2, ui->menu->cols };

	if (rect.rows > page->rows)
		rect.rows = page->rows;
	if (rect.cols > page->cols)
		rect.cols = page->cols;
	if (rect.row + rect.rows > page->row + page->rows)
		rect.row = page->row + page->rows - rect.rows;
	rect.col = (canvas->cols - rect.cols) / 2;
	return rect;
}

struct pen
box_draw(const struct rect *rect, struct canvas *canvas, const char *title)
{
	struct pen bottom = pen_at(canvas, rect, rect->rows - 1, STYLE_FRAME);
	struct pen top = pen_at(canvas, rect, 0, STYLE_FRAME);

	canvas_blank(canvas, rect);
	pen_fill(&bottom, rect->cols, canvas_sign(canvas, SIGN_HLINE));
	for (int i = 1; i < rect->rows - 1; i++) {
		canvas_put(canvas, rect->row + i, rect->col, canvas_sign(canvas, SIGN_VLINE),
		    STYLE_FRAME);
		canvas_put(canvas, rect->row + i, rect->col + rect->cols - 1,
		    canvas_sign(canvas, SIGN_VLINE), STYLE_FRAME);
	}
	title_begin(&top, title, true);
	return top;
}

void
menu_draw(struct ui *ui, struct canvas *canvas)
{
	struct rect rect = menu_rect(ui, canvas);
	struct rect list = { rect.row + 1, rect.col + 1, rect.rows - 2, rect.cols - 2 };
	int top = ui->menu_at >= list.rows ? ui->menu_at - list.rows + 1 : 0;

	ui->menu_top = top;
	ui->menu_list = list;
	box_draw(&rect, canvas, ui->menu->title(ui));
	for (int n = 0; n < list.rows && top + n < ui->menu->count(ui); n++) {
		struct rect line = { list.row + n, list.col, 1, list.cols };
		struct pen pen = pen_at(canvas, &list, n, STYLE_TEXT);

		pen_text(&pen, top + n == ui->menu_at ? ">" : " ");
		ui->menu->draw_line(ui, top + n, &pen);
		pen_finish(&pen);
		if (top + n == ui->menu_at)
			canvas_style(canvas, &line, STYLE_CURSOR);
	}
}
