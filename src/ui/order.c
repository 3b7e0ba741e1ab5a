/* SPDX-License-Identifier: PostgreSQL */
/* Commands that order the rows of a pane, and the list of columns to choose from. */
#include "internal.h"

#include <string.h>

#define MENU_COLS 70
#define MENU_NAME_COLS 20

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

static const char *
menu_title(struct ui *ui)
{
	return arena_printf(&ui->scratch, "Sort %s by", ui->panes[ui->focus].table->title);
}

static int
menu_count(const struct ui *ui)
{
	return (int)ui->panes[ui->focus].table->column_count;
}

static void
menu_line(struct ui *ui, int line, struct pen *pen)
{
	const struct pane *pane = &ui->panes[ui->focus];
	const struct column *column = &pane->table->columns[line];

	pen_text(pen, column == pane->view.sort ? "*" : " ");
	pen_field(pen, MENU_NAME_COLS, column->name, false);
	pen_text(pen, column->help);
}

static unsigned
menu_taken(struct ui *ui, const struct ui_frame *frame, int line)
{
	(void)frame;
	order_by(ui, ui->focus, &ui->panes[ui->focus].table->columns[line]);
	ui_set_mode(ui, MODE_PANES);
	return UI_DRAW;
}

static const struct menu order_columns = { menu_title, MENU_COLS, menu_count, menu_line,
	menu_taken };

unsigned
order_menu(struct ui *ui, const struct ui_frame *frame, int arg)
{
	const struct pane *pane = &ui->panes[ui->focus];

	(void)frame;
	(void)arg;
	menu_open(ui, &order_columns,
	    pane->view.sort != NULL ? (int)(pane->view.sort - pane->table->columns) : 0);
	return UI_DRAW;
}
