/* SPDX-License-Identifier: PostgreSQL */
/*
 * The lists behind the panes: rows of a sample, made once in each view, and
 * the cursor on them. A cursor that the user moved follows its row from
 * sample to sample; one that he did not stays at the top of the list.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "model/messages.h"
#include "model/snapshot.h"

#include <string.h>

const struct pane_info pane_infos[PANE_COUNT] = {
	[PANE_GROUPS] = { '1', &table_applications, { "No session holds a slot." } },
	[PANE_POOLS] = { '2', &table_pools,
	    { "No pools are configured. To compare plans", "with sessions, add to pgconntop.conf:",
	        "  pools = ( { name = \"api\"; workers = 4;",
	        "    pool_size = 5; match = \"user=api\"; } );" } },
	[PANE_SESSIONS] = { '3', &table_sessions, { "No session holds a slot." } },
	[PANE_QUERIES] = { '4', &table_queries, { "No query runs and no transaction is open." } },
	[PANE_STATES] = { '5', &table_states, { "" } },
	[PANE_LIMITS] = { '6', &table_limits, { "No limit is known." } },
	[PANE_ALERTS] = { '7', &table_alerts, { "OK: no alert, and no messages." } },
	[PANE_SETTINGS] = { '8', &table_params, { "The server's settings are not known." } },
};

/* The key of a row, 0 when it cannot be followed. */
static uint64_t
row_key(const struct pane *pane, size_t row)
{
	if (row >= pane->rows.count || pane->table->key == NULL)
		return 0;
	return pane->table->key(pane->rows.items[row]);
}

/* The row under the cursor is the one that it follows. */
static void
remember(struct pane *pane)
{
	pane->cursor_key = row_key(pane, pane->cursor);
	if (pane->cursor_key != 0 && pane_has_sessions(pane))
		pane->cursor_id = ((const struct session *)pane->rows.items[pane->cursor])->id;
}

static void
follow(struct pane *pane)
{
	size_t lines = pane_lines(pane);

	for (size_t i = 0; pane->held && pane->cursor_key != 0 && i < pane->rows.count; i++) {
		if (row_key(pane, i) == pane->cursor_key) {
			pane->cursor = i;
			return;
		}
	}
	if (pane->cursor >= lines)
		pane->cursor = lines > 0 ? lines - 1 : 0;
	remember(pane);
}

void
panes_hand_over(struct ui *ui, const struct snapshot *snap)
{
	for (int id = 0; id < PANE_COUNT; id++) {
		struct pane *pane = &ui->panes[id];

		if (pane->cursor_key == 0 || !pane_has_sessions(pane))
			continue;
		hand_over_id(&pane->cursor_id, snap);
		pane->cursor_key = row_key_identity(&pane->cursor_id);
	}
}

/* Lines after the rows: a heading and the messages. */
static size_t
count_extra(enum pane_id id, const struct ui_frame *frame)
{
	if (id != PANE_ALERTS || frame->messages == NULL || frame->messages->count == 0)
		return 0;
	return frame->messages->count + 1;
}

/*
 * Whether the rows are still those of the sample and the view. Only lists of
 * sessions are long, and lead into the snapshot; the others are made for each
 * frame, for facts and alerts may change while the sample stays.
 */
static bool
is_fresh(const struct ui *ui, const struct pane *pane, const struct snapshot *snap)
{
	return pane_has_sessions(pane) && pane->snap == snap &&
	    pane->snap_mono_us == snap->mono_us && pane->view_seen == ui->view_changes;
}

void
pane_update(struct ui *ui, enum pane_id id, const struct ui_frame *frame)
{
	struct pane *pane = &ui->panes[id];
	struct view view = pane->view;

	pane->extra = count_extra(id, frame);
	if (frame->data == NULL) {
		pane->rows = (struct rows){ 0 };
		pane->snap = NULL;
		return;
	}
	if (is_fresh(ui, pane, frame->data->snap))
		return;
	arena_reset(&pane->arena);
	if (pane_has_sessions(pane)) {
		view.filters = ui->filters.all;
		view.filter_count = ui->filters.count;
	}
	view_rows(&view, pane->table, frame->data, &pane->rows, &pane->arena);
	freeze_apply(pane);
	pane->total = pane->rows.count;
	if (view.filter_count > 0) {
		struct rows all;

		pane->table->rows(frame->data, &all, &pane->arena);
		pane->total = all.count;
	}
	pane->locks = frame->data->facts->blocking.waiting > 0;
	pane->snap = frame->data->snap;
	pane->snap_mono_us = frame->data->snap->mono_us;
	pane->view_seen = ui->view_changes;
	follow(pane);
}

size_t
pane_lines(const struct pane *pane)
{
	return pane->rows.count + pane->extra;
}

const void *
pane_row(const struct pane *pane)
{
	return pane->cursor < pane->rows.count ? pane->rows.items[pane->cursor] : NULL;
}

void
pane_select(struct pane *pane, size_t row)
{
	size_t lines = pane_lines(pane);

	if (row >= lines)
		row = lines > 0 ? lines - 1 : 0;
	pane->cursor = row;
	remember(pane);
	pane->held = true;
}

size_t
pane_room(const struct ui *ui, enum pane_id id)
{
	int rows = ui->layout.panes[id].rows - 2;

	return rows > 1 ? (size_t)rows : 1;
}

void
pane_move(struct ui *ui, enum pane_id id, const struct ui_frame *frame, enum move move)
{
	struct pane *pane = &ui->panes[id];
	size_t page = pane_room(ui, id), at;

	pane_update(ui, id, frame);
	at = pane->cursor;
	switch (move) {
	case MOVE_UP:
		at = at > 0 ? at - 1 : 0;
		break;
	case MOVE_DOWN:
		at++;
		break;
	case MOVE_PAGE_UP:
		at = at > page ? at - page : 0;
		break;
	case MOVE_PAGE_DOWN:
		at += page;
		break;
	case MOVE_FIRST:
		at = 0;
		break;
	case MOVE_LAST:
		at = pane_lines(pane);
		break;
	}
	pane_select(pane, at);
	/* Back at the top it stays there, as at the start. */
	if (move == MOVE_FIRST)
		pane->held = false;
}

void
pane_scroll(struct pane *pane, size_t room)
{
	size_t lines = pane_lines(pane);

	if (pane->cursor < pane->top)
		pane->top = pane->cursor;
	if (pane->cursor >= pane->top + room)
		pane->top = pane->cursor - room + 1;
	if (pane->top + room > lines)
		pane->top = lines > room ? lines - room : 0;
}

void
pane_set_table(struct pane *pane, const struct table *table)
{
	const struct view view = pane->view, usual = view_default(pane->table);
	bool chosen = view.sort != usual.sort || view.descending != usual.descending;
	const struct column *sort =
	    chosen && view.sort != NULL ? table_column(table, view.sort->name) : NULL;

	pane->table = table;
	pane->rows = (struct rows){ 0 };
	pane->snap = NULL;
	pane->cursor = pane->top = 0;
	pane->held = false;
	pane->view = view_default(table);
	if (sort != NULL) {
		pane->view.sort = sort;
		pane->view.descending = view.descending;
	}
}

bool
pane_has_sessions(const struct pane *pane)
{
	return pane->table->sessions;
}
