/* SPDX-License-Identifier: PostgreSQL */
/*
 * Everything that is known of one session, and its whole query. The session
 * is found anew in each sample by its identity; when it is gone, its query
 * stays for as long as the page is open.
 */
#include "internal.h"

#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"

#include <string.h>

#define NAME_COLS 14
#define VALUE_COLS 30
#define WAITERS_MOST 10

void
details_open(struct ui *ui, const struct session *session)
{
	struct details *details = &ui->details;

	details->id = session->id;
	details->whole = false;
	buf_reset(&details->query);
	if (session->query != NULL)
		buf_adds(&details->query, session->query);
	ui->page_top = 0;
	ui_set_mode(ui, MODE_DETAILS);
}

/* "name  value   what it means". The query comes apart, and the name of the server's state in full. */
static void
write_column(const struct table_data *data, const struct session *session, const struct column *column,
    struct page *page)
{
	struct pen pen = page_line(page, STYLE_DIM);
	struct value value = column->get(data, session);
	int left = pen.col;
	char text[CELL_MAX];

	pen_text(&pen, column->name);
	pen_to(&pen, left + NAME_COLS + 2);
	pen.style = column->flags & COLUMN_STATE ? style_of_state(session->state) : STYLE_TEXT;
	pen_text(&pen, cell_text(text, &value));
	pen_text(&pen, "  ");
	pen_to(&pen, left + NAME_COLS + VALUE_COLS);
	pen.style = STYLE_DIM;
	pen_text(&pen, column->help);
	pen_finish(&pen);
}

/* A session that this one waits for, or that waits for this one. */
static void
write_other(const struct table_data *data, const struct session *other, const char *how, struct page *page)
{
	struct pen pen = page_line(page, STYLE_WARNING);
	int64_t us = session_since(other->state_change_us, data->snap->server_us);
	char age[UNITS_TEXT_MAX];

	pen_printf(&pen, "%s %d ", how, (int)other->id.pid);
	pen.style = STYLE_TEXT;
	if (other->application != NULL)
		pen_text(&pen, other->application);
	pen_text(&pen, "  ");
	pen.style = style_of_state(other->state);
	pen_text(&pen, session_state_name(other->state));
	if (us != TIME_UNKNOWN)
		pen_printf(&pen, " %s", units_duration(age, us));
	pen.style = STYLE_TEXT;
	pen_text(&pen, "  ");
	if (other->query != NULL)
		pen_bytes(&pen, other->query, strlen(other->query), 0, TEXT_SQUEEZE);
	pen_finish(&pen);
}

static bool
waits_for(const struct session *session, int32_t pid)
{
	for (size_t i = 0; i < session->blocker_count; i++)
		if (session->blocked_by[i] == pid)
			return true;
	return false;
}

static void
write_locks(const struct table_data *data, const struct session *session, struct page *page)
{
	int waiters = 0;

	for (size_t i = 0; i < session->blocker_count; i++) {
		const struct session *other = snapshot_find_pid(data->snap, session->blocked_by[i]);

		if (other != NULL)
			write_other(data, other, "waits for", page);
	}
	for (size_t i = 0; i < data->snap->session_count && waiters < WAITERS_MOST; i++) {
		const struct session *other = &data->snap->sessions[i];

		if (!waits_for(other, session->id.pid))
			continue;
		write_other(data, other, "holds up", page);
		waiters++;
	}
}

static void
write_query(struct ui *ui, struct page *page)
{
	const struct details *details = &ui->details;

	page_line(page, STYLE_TEXT);
	if (details->query.len == 0) {
		page_text(page, STYLE_DIM, "Its query is not known.");
		return;
	}
	page_text(page, STYLE_HEADING, details->whole ? "QUERY" : "QUERY, ITS BEGINNING");
	page_wrap(page, STYLE_TEXT, buf_str(&details->query));
}

static void
write_details(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct session *session = snapshot_find(frame->data->snap, &ui->details.id);
	const struct table *table = &table_sessions;

	if (session == NULL) {
		page_text(page, STYLE_WARNING, "This session is gone.");
		write_query(ui, page);
		return;
	}
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i].name, "query") != 0)
			write_column(frame->data, session, &table->columns[i], page);
	write_locks(frame->data, session, page);
	write_query(ui, page);
}

void
details_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = {
		arena_printf(&ui->scratch, "Session %d", (int)ui->details.id.pid), frame, write_details
	};

	page_draw(ui, canvas, &source);
}
