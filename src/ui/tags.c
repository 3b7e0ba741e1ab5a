/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions that the user marked, by identity: samples, orders and filters do
 * not change them, only the end of a session does.
 */
#include "internal.h"

#include "model/snapshot.h"

#include <stdlib.h>
#include <string.h>

static int
compare_ids(const void *a, const void *b)
{
	return identity_compare(a, b);
}

void
ids_sort(struct id_list *ids)
{
	if (ids->count > 1)
		qsort(ids->items, ids->count, sizeof(*ids->items), compare_ids);
}

bool
ids_have(const struct id_list *ids, const struct identity *id)
{
	return ids->count > 0 &&
	    bsearch(id, ids->items, ids->count, sizeof(*ids->items), compare_ids) != NULL;
}

/* Adds those of the n that are not there yet. */
static void
add(struct id_list *ids, const struct rows *rows)
{
	size_t had = ids->count;

	ids->items = mem_grow(ids->items, had + rows->count, sizeof(*ids->items));
	for (size_t i = 0; i < rows->count; i++) {
		const struct session *session = rows->items[i];
		const struct id_list before = { ids->items, had };

		if (!ids_have(&before, &session->id))
			ids->items[ids->count++] = session->id;
	}
	ids_sort(ids);
}

static void
take_away(struct id_list *ids, const struct identity *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++)
		if (identity_compare(&ids->items[i], id) != 0)
			ids->items[kept++] = ids->items[i];
	ids->count = kept;
}

/* Whether the pane that has the keys lists sessions; else says where they are. */
static bool
lists_sessions(struct ui *ui, const struct ui_frame *frame)
{
	pane_update(ui, ui->focus, frame);
	if (pane_has_sessions(&ui->panes[ui->focus]))
		return true;
	ui_sayf(ui, "sessions are tagged in their lists: panes 3 and 4");
	return false;
}

unsigned
tags_toggle(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct pane *pane = &ui->panes[ui->focus];
	struct id_list *ids = &ui->acting.tags.ids;
	const struct session *session;
	const void *row;

	(void)arg;
	if (!lists_sessions(ui, frame))
		return UI_DRAW;
	session = row = pane_row(pane);
	if (session == NULL)
		return 0;
	if (ids_have(ids, &session->id))
		take_away(ids, &session->id);
	else
		add(ids, &(struct rows){ &row, 1 });
	pane_select(pane, pane->cursor + 1);
	return UI_DRAW;
}

unsigned
tags_all(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)arg;
	if (!lists_sessions(ui, frame))
		return UI_DRAW;
	add(&ui->acting.tags.ids, &ui->panes[ui->focus].rows);
	return UI_DRAW;
}

unsigned
tags_none(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	ui->acting.tags.ids.count = 0;
	return UI_DRAW;
}

void
tags_update(struct ui *ui, const struct ui_frame *frame)
{
	struct tags *tags = &ui->acting.tags;
	const struct snapshot *snap = frame->data != NULL ? frame->data->snap : NULL;
	size_t kept = 0;

	if (snap == NULL || (tags->snap == snap && tags->snap_mono_us == snap->mono_us))
		return;
	tags->snap = snap;
	tags->snap_mono_us = snap->mono_us;
	for (size_t i = 0; i < tags->ids.count; i++)
		if (snapshot_find(snap, &tags->ids.items[i]) != NULL)
			tags->ids.items[kept++] = tags->ids.items[i];
	tags->ids.count = kept;
}

size_t
tags_shown(const struct ui *ui, const struct pane *pane)
{
	const struct id_list *ids = &ui->acting.tags.ids;
	size_t shown = 0;

	for (size_t i = 0; ids->count > 0 && i < pane->rows.count; i++) {
		const struct session *session = pane->rows.items[i];

		shown += ids_have(ids, &session->id);
	}
	return shown;
}
