/* SPDX-License-Identifier: PostgreSQL */
/* Searching the rows of a pane for a text, in any of their columns. */
#include "internal.h"

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
