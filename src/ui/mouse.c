/* SPDX-License-Identifier: PostgreSQL */
/* The mouse: what was clicked is found in the layout of the last frame. */
#include "internal.h"

static bool
inside(const struct rect *rect, const struct key_event *key)
{
	return key->row >= rect->row && key->row < rect->row + rect->rows &&
	    key->col >= rect->col && key->col < rect->col + rect->cols;
}

/* The pane under the mouse; PANE_COUNT when there is none. */
static enum pane_id
pane_under(const struct ui *ui, const struct key_event *key)
{
	int id = 0;

	while (id < PANE_COUNT && !inside(&ui->layout.panes[id], key))
		id++;
	return (enum pane_id)id;
}

/* A word of the bottom line acts as its key. */
static unsigned
click_footer(struct ui *ui, const struct ui_frame *frame, const struct key_event *key)
{
	for (size_t i = 0; i < ui->footer.count; i++) {
		int col = ui->footer.items[i].col;

		if (key->col >= col && key->col < col + ui->footer.items[i].cols)
			return command_run(ui, ui->footer.items[i].command, frame);
	}
	return 0;
}

/* A heading sorts by its column; once more: the other way round. */
static unsigned
click_heading(struct ui *ui, const struct ui_frame *frame, int col)
{
	const struct pane *pane = &ui->panes[ui->focus];
	struct place places[PLACES_MAX];
	size_t count = columns_place(pane, ui->layout.panes[ui->focus].cols, places);

	for (size_t i = 0; i < count; i++) {
		if (col < places[i].col || col >= places[i].col + places[i].width)
			continue;
		if (pane->view.sort == places[i].column)
			return order_reverse(ui, frame, 0);
		order_by(ui, ui->focus, places[i].column);
	}
	return UI_DRAW;
}

/* The first click on a row puts the cursor there, the second one opens it. */
static unsigned
click_row(struct ui *ui, const struct ui_frame *frame, size_t row, bool twice)
{
	struct pane *pane = &ui->panes[ui->focus];

	pane_update(ui, ui->focus, frame);
	if (row >= pane_lines(pane))
		return UI_DRAW;
	pane_select(pane, row);
	if (twice || (pane->cursor_key != 0 && ui->clicked == pane->cursor_key)) {
		ui->clicked = 0;
		return command_enter(ui, frame, 0);
	}
	ui->clicked = pane->cursor_key;
	return UI_DRAW;
}

static unsigned
click_pane(struct ui *ui, const struct ui_frame *frame, enum pane_id id,
    const struct key_event *key)
{
	const struct rect *rect = &ui->layout.panes[id];
	int row = key->row - rect->row;

	if (id != ui->focus)
		ui->clicked = 0;
	ui->focus = id;
	if (row == 0 || frame->data == NULL)
		return UI_DRAW;
	if (row == 1 && ui->panes[id].rows.count > 0) /* without rows there are no headings */
		return click_heading(ui, frame, key->col - rect->col);
	if (row == 1)
		return UI_DRAW;
	return click_row(ui, frame, ui->panes[id].top + (size_t)(row - 2),
	    key->mouse == MOUSE_DOUBLE_CLICK);
}

/* The wheel moves what is under it: a page, the menu, or the rows of a pane. */
static unsigned
turn_wheel(struct ui *ui, const struct ui_frame *frame, const struct key_event *key)
{
	enum move move = key->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN;
	enum pane_id id = pane_under(ui, key);

	for (int i = 0; i < 3; i++) {
		switch (ui->mode) {
		case MODE_DETAILS:
		case MODE_WHATIF:
		case MODE_HELP:
			ui->trying.follow = false;
			page_move(&ui->page, move);
			break;
		case MODE_CARD:
			ui->card.follow = false;
			page_move(&ui->page, move);
			break;
		case MODE_MENU:
			menu_move(ui, move);
			break;
		case MODE_FREE:
		case MODE_CONFIRM:
		case MODE_RESULT:
			page_move(&ui->dialog, move);
			break;
		case MODE_PANES:
		case MODE_PROMPT:
		case MODE_COUNT:
			if (id < PANE_COUNT && frame->data != NULL)
				pane_move(ui, id, frame, move);
		}
	}
	return UI_DRAW;
}

unsigned
mouse_key(struct ui *ui, const struct ui_frame *frame, const struct key_event *key)
{
	enum pane_id id = pane_under(ui, key);

	if (key->mouse == MOUSE_NONE)
		return 0;
	if (key->mouse == MOUSE_WHEEL_UP || key->mouse == MOUSE_WHEEL_DOWN)
		return turn_wheel(ui, frame, key);
	if (ui->mode == MODE_PROMPT)
		return 0;
	if (inside(&ui->layout.footer, key))
		return click_footer(ui, frame, key);
	if (ui->mode == MODE_MENU)
		return menu_click(ui, frame, key->row, key->col);
	if (ui->mode == MODE_PANES && id < PANE_COUNT)
		return click_pane(ui, frame, id, key);
	return 0;
}
