/* SPDX-License-Identifier: PostgreSQL */
/* Searching the rows of a pane for a text, in any of their columns. */
#include "internal.h"

#include "analysis/facts.h"
#include "base/text.h"

/* Whether the row has the text in it as it is shown. */
static bool
row_contains(const struct table *table, const struct table_data *data, const void *row,
    const char *text)
{
	char cell[CELL_MAX];

	for (size_t i = 0; i < table->column_count; i++) {
		struct value value;

		if (table->columns[i].flags & COLUMN_HIDDEN)
			continue;
		value = table->columns[i].get(data, row);
		if (text_contains(cell_text(cell, &value), text))
			return true;
	}
	return false;
}

bool
search_from(struct ui *ui, const struct ui_frame *frame, size_t from, bool forward)
{
	struct pane *pane = &ui->panes[ui->focus];
	size_t n;

	pane_update(ui, ui->focus, frame);
	n = pane->rows.count;
	for (size_t i = 0; i < n; i++) {
		size_t row = (forward ? from + i : from + 2 * n - i) % n;

		if (!row_contains(pane->table, frame->data, pane->rows.items[row],
		        buf_str(&ui->search)))
			continue;
		pane_select(pane, row);
		return true;
	}
	return false;
}

unsigned
search_next(struct ui *ui, const struct ui_frame *frame, int arg)
{
	const struct pane *pane = &ui->panes[ui->focus];
	size_t n;

	pane_update(ui, ui->focus, frame);
	n = pane->rows.count;
	if (ui->search.len == 0)
		return ui_sayf(ui, "nothing was searched for yet; %s does",
		    keymap_first(&ui->keymap, "search", &ui->scratch));
	if (n == 0 ||
	    !search_from(ui, frame, arg > 0 ? pane->cursor + 1 : pane->cursor + n - 1, arg > 0))
		return ui_sayf(ui, "not found: %s", buf_str(&ui->search));
	return UI_DRAW;
}

unsigned
search_root(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct pane *pane = &ui->panes[PANE_SESSIONS];
	const struct blocking *blocking;

	(void)arg;
	if (frame->data == NULL)
		return 0;
	blocking = &frame->data->facts->blocking;
	if (blocking->root == NULL)
		return ui_sayf(ui,
		    blocking->prepared > 0
		        ? "a prepared transaction holds them up: see pg_prepared_xacts, "
		          "then ROLLBACK PREPARED"
		        : blocking->waiting > 0 ? "it is not known for whom they wait"
		                                : "no session waits for a lock");
	ui->focus = PANE_SESSIONS;
	pane_update(ui, ui->focus, frame);
	for (size_t row = 0; row < pane->rows.count; row++)
		if (pane->rows.items[row] == blocking->root) {
			pane_select(pane, row);
			return UI_DRAW;
		}
	return ui_sayf(ui, "pid %d is not in the list%s%s", (int)blocking->root->id.pid,
	    ui->filters.count > 0 ? ": a filter is set, to clear with " : "",
	    ui->filters.count > 0 ? keymap_first(&ui->keymap, "clear", &ui->scratch) : "");
}
