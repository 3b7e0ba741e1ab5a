/* SPDX-License-Identifier: PostgreSQL */
/*
 * What y copies: of a list the rows as text with tabs between, of the details
 * the whole query, of settings the statement. Cleaned: who pastes it into a terminal gets no
 * surprise.
 */
#include "internal.h"

#include "analysis/tuning.h"
#include "base/text.h"
#include "model/snapshot.h"

#include <string.h>

/* A row of the pane, with the columns that are shown and always the query. */
struct copier {
	struct buf *out;
	const struct ui_frame *frame;
	const struct pane *pane;
	const struct column *columns[PLACES_MAX + 1];
	size_t count;
};

static void
list_columns(const struct ui *ui, struct copier *copier)
{
	const struct column *query = table_column(copier->pane->table, "query");
	struct place places[PLACES_MAX];
	size_t count = columns_place(copier->pane, ui->layout.panes[ui->focus].cols, places);

	for (size_t i = 0; i < count; i++)
		if (places[i].column != query)
			copier->columns[copier->count++] = places[i].column;
	if (query != NULL)
		copier->columns[copier->count++] = query;
}

static void
add_headings(struct copier *copier)
{
	for (size_t i = 0; i < copier->count; i++) {
		buf_adds(copier->out, i > 0 ? "\t" : "");
		buf_adds(copier->out, copier->columns[i]->title);
	}
	buf_addc(copier->out, '\n');
}

static void
add_row(struct copier *copier, const void *row)
{
	char text[CELL_MAX];

	for (size_t i = 0; i < copier->count; i++) {
		struct value value = copier->columns[i]->get(copier->frame->data, row);
		const char *cell = cell_text(text, &value);

		buf_adds(copier->out, i > 0 ? "\t" : "");
		text_clean(copier->out, cell, strlen(cell), TEXT_UTF8 | TEXT_SQUEEZE);
	}
	buf_addc(copier->out, '\n');
}

/* The tagged rows as they are shown, then those that are not. */
static size_t
add_tagged(struct ui *ui, struct copier *copier)
{
	const struct id_list *ids = &ui->acting.tags.ids;
	const struct rows *rows = &copier->pane->rows;
	struct id_list shown = { arena_alloc(&ui->scratch, rows->count, sizeof(*ids->items)), 0 };
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct session *session = rows->items[i];

		if (!ids_have(ids, &session->id))
			continue;
		add_row(copier, session);
		shown.items[shown.count++] = session->id;
		count++;
	}
	ids_sort(&shown);
	for (size_t i = 0; i < ids->count; i++) {
		const struct session *session =
		    snapshot_find(copier->frame->data->snap, &ids->items[i]);

		if (session == NULL || ids_have(&shown, &session->id))
			continue;
		add_row(copier, session);
		count++;
	}
	return count;
}

static unsigned
copy_rows(struct ui *ui, const struct ui_frame *frame)
{
	struct pane *pane = &ui->panes[ui->focus];
	struct copier copier = { .out = &ui->acting.copied, .frame = frame, .pane = pane };
	const void *row;

	pane_update(ui, ui->focus, frame);
	row = pane_row(pane);
	if (row == NULL)
		return ui_sayf(ui, "nothing to copy here");
	list_columns(ui, &copier);
	add_headings(&copier);
	if (!pane_has_sessions(pane) || add_tagged(ui, &copier) == 0)
		add_row(&copier, row);
	return UI_COPY | UI_DRAW;
}

/* The query with its own line ends and tabs. */
static unsigned
copy_query(struct ui *ui)
{
	const struct details *details = &ui->details;
	const char *text = buf_str(details->whole.len > 0 ? &details->whole : &details->beginning);

	if (text[0] == '\0')
		return ui_sayf(ui, "no query is known of this session");
	while (*text != '\0') {
		size_t len = strcspn(text, "\n\t");

		text_clean(&ui->acting.copied, text, len, TEXT_UTF8);
		text += len;
		if (*text != '\0')
			buf_addc(&ui->acting.copied, *text++);
	}
	return UI_COPY | UI_DRAW;
}

/* The statement that is better, not the row. */
static unsigned
copy_setting(struct ui *ui, const struct ui_frame *frame)
{
	const struct tuning *row;

	pane_update(ui, PANE_SETTINGS, frame);
	row = pane_row(&ui->panes[PANE_SETTINGS]);
	if (row == NULL || row->statement == NULL)
		return ui_sayf(ui, "there is nothing to change here");
	buf_adds(&ui->acting.copied, row->statement);
	return UI_COPY | UI_DRAW;
}

unsigned
copy_run(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)arg;
	buf_reset(&ui->acting.copied);
	if (ui->mode == MODE_CARD)
		return card_copy(ui);
	if (ui->focus == PANE_SETTINGS && ui->mode == MODE_PANES)
		return copy_setting(ui, frame);
	return ui->mode == MODE_DETAILS ? copy_query(ui) : copy_rows(ui, frame);
}
