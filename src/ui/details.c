/* SPDX-License-Identifier: PostgreSQL */
/*
 * Everything that is known of one session, and its whole query. The session
 * is found anew in each sample by its identity; when it is gone, its query
 * stays for as long as the page is open.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"

#include <string.h>

#define NAME_COLS 15
#define FIELD_COLS 40  /* a name and its value; as many side by side as fit */
#define OTHERS_MOST 10 /* sessions that it waits for, or that wait for it */

/* What is known of the session, and what is not. */
struct fields {
	const struct column *columns[PLACES_MAX];
	const char *values[PLACES_MAX];
	size_t count;
	const char *empty; /* names of those that have nothing */
};

/* Keeps the beginning of the query that samples have; another one makes the whole one outdated. */
static void
keep_query(struct details *details, const struct session *session)
{
	const char *query = session->query != NULL ? session->query : "";

	details->known = session->query != NULL;
	if (strcmp(buf_str(&details->beginning), query) == 0)
		return;
	buf_reset(&details->beginning);
	buf_adds(&details->beginning, query);
	buf_reset(&details->whole);
}

void
details_open(struct ui *ui, const struct session *session)
{
	struct details *details = &ui->details;

	details->id = session->id;
	buf_reset(&details->beginning);
	buf_reset(&details->whole);
	keep_query(details, session);
	ui->page.top = 0;
	ui_set_mode(ui, MODE_DETAILS);
}

/* Whether there is nothing to show: unknown, or none. */
static bool
is_empty(const struct value *value)
{
	return value->type == VALUE_NONE || (value->type == VALUE_PIDS && value->list.count == 0) ||
	    (value->type == VALUE_TEXT && value->s[0] == '\0') ||
	    (value->type == VALUE_BOOL && !value->b);
}

static const char *
value_words(const struct value *value, struct arena *arena)
{
	char out[CELL_MAX];
	const char *text = cell_text(out, value);

	/* Fractions of a second tell nothing of when a session began. */
	if (value->type == VALUE_TIME)
		return arena_printf(arena, "%.19sZ", text);
	return arena_strndup(arena, text, strlen(text));
}

/* All columns but the query. */
static void
list_fields(struct fields *fields, const struct table_data *data, const struct session *session,
    struct arena *arena)
{
	const struct table *table = &table_sessions;

	*fields = (struct fields){ .empty = "" };
	for (size_t i = 0; i < table->column_count && fields->count < PLACES_MAX; i++) {
		const struct column *column = &table->columns[i];
		struct value value = column->get(data, session);

		if (strcmp(column->name, "query") == 0)
			continue;
		if (is_empty(&value)) {
			fields->empty = arena_printf(arena, "%s  %s", fields->empty, column->name);
			continue;
		}
		fields->columns[fields->count] = column;
		fields->values[fields->count++] = value_words(&value, arena);
	}
}

static void
write_field(const struct fields *fields, size_t i, const struct session *session, struct pen *pen)
{
	pen->style = STYLE_DIM;
	pen_field(pen, NAME_COLS, fields->columns[i]->name, false);
	pen->style =
	    fields->columns[i]->flags & COLUMN_STATE ? style_of_state(session->state) : STYLE_TEXT;
	pen_text(pen, fields->values[i]);
	pen_finish(pen);
}

static bool
is_long(const struct canvas *canvas, const char *value)
{
	return canvas_width(canvas, value) > FIELD_COLS - NAME_COLS - 1;
}

/* Side by side, to be read downwards; long ones on lines of their own, wrapped. */
static void
write_fields(const struct fields *fields, const struct session *session, struct page *page,
    struct arena *arena)
{
	size_t cols = (size_t)(page->rect.cols + 2) / FIELD_COLS;
	size_t grid[PLACES_MAX], count = 0, rows;

	for (size_t i = 0; i < fields->count; i++)
		if (!is_long(page->canvas, fields->values[i]))
			grid[count++] = i;
	cols = cols > 0 ? cols : 1;
	rows = (count + cols - 1) / cols;
	for (size_t row = 0; row < rows; row++) {
		struct pen line = page_line(page, STYLE_TEXT);

		for (size_t i = row; i < count; i += rows) {
			struct pen pen = line;

			pen.col += (int)(i / rows) * FIELD_COLS;
			write_field(fields, grid[i], session, &pen);
		}
	}
	for (size_t i = 0; i < fields->count; i++)
		if (is_long(page->canvas, fields->values[i]))
			page_wrap(page, STYLE_TEXT,
			    arena_printf(arena, "%-*s%s", NAME_COLS, fields->columns[i]->name,
			        fields->values[i]));
}

/* A session that this one waits for, or that waits for this one. */
static void
write_other(const struct table_data *data, const struct session *other, const char *how,
    struct page *page)
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

/* Whom it waits for, and on from there to the root. */
static void
write_chain(const struct table_data *data, const struct session *session, struct page *page)
{
	const struct blocking *blocking = &data->facts->blocking;
	const struct hold *hold = blocking_hold(blocking, data->snap, session);
	int others = 0;

	if (!session_waits_for_lock(session))
		return;
	if (hold->depth < 0)
		page_text(page, STYLE_WARNING,
		    session->blockers_known ? "waits for one that is not known, or in a circle"
		                            : "waits for a lock; whose was not looked into");
	for (size_t i = 0; i < session->blocker_count && others < OTHERS_MOST; i++) {
		const struct session *other = snapshot_find_pid(data->snap, session->blocked_by[i]);

		if (other == NULL)
			continue;
		write_other(data, other,
		    session_waits_for_lock(other) ? "waits for" : "waits for root", page);
		others++;
	}
	for (int step = 1; hold->next >= 0 && step <= OTHERS_MOST; step++) {
		const struct session *other = &data->snap->sessions[hold->next];

		if ((size_t)hold->next == data->snap->session_count) {
			page_wrap(page, STYLE_WARNING,
			    "in the end for a prepared transaction: SELECT gid, owner, database "
			    "FROM pg_prepared_xacts; then COMMIT PREPARED or ROLLBACK PREPARED "
			    "'gid', in its database");
			return;
		}
		hold = blocking_hold(blocking, data->snap, other);
		if (step > 1)
			write_other(data, other,
			    hold->depth > 0 ? "and so for" : "in the end for root", page);
	}
}

/* Who waits for it, or behind it in the queue for what another one holds. */
static void
write_waiters(struct ui *ui, const struct table_data *data, const struct session *session,
    struct page *page)
{
	const struct hold *hold = blocking_hold(&data->facts->blocking, data->snap, session);
	int others = 0;

	if (hold->below > 0)
		page_text(page, blocking_is_root(hold) ? STYLE_CRITICAL : STYLE_WARNING,
		    arena_printf(&ui->scratch, "%sholds up %d session%s%s",
		        blocking_is_root(hold) ? "ROOT: " : "", hold->below,
		        hold->below == 1 ? "" : "s",
		        hold->below > hold->blocks ? ", some behind others" : ""));
	for (size_t i = 0; i < data->snap->session_count && others < OTHERS_MOST; i++) {
		const struct session *other = &data->snap->sessions[i];
		int32_t next;

		if (!waits_for(other, session->id.pid))
			continue;
		next = blocking_hold(&data->facts->blocking, data->snap, other)->next;
		write_other(data, other,
		    next == (int32_t)(session - data->snap->sessions) ? "holds up" : "is ahead of",
		    page);
		others++;
	}
}

static void
write_query(struct ui *ui, struct page *page)
{
	const struct details *details = &ui->details;
	bool whole = details->whole.len > 0;

	page_line(page, STYLE_TEXT);
	if (details->beginning.len == 0) {
		page_text(page, STYLE_DIM,
		    details->known ? "It has not run a query." : "Its query is not known.");
		return;
	}
	page_text(page, STYLE_HEADING, whole ? "QUERY" : "QUERY, ITS BEGINNING");
	page_wrap(page, STYLE_TEXT, buf_str(whole ? &details->whole : &details->beginning));
}

static void
write_details(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct session *session = snapshot_find(frame->data->snap, &ui->details.id);
	struct fields fields;

	if (session == NULL) {
		page_text(page, STYLE_WARNING, "This session is gone.");
		write_query(ui, page);
		return;
	}
	keep_query(&ui->details, session);
	list_fields(&fields, frame->data, session, &ui->scratch);
	write_fields(&fields, session, page, &ui->scratch);
	write_chain(frame->data, session, page);
	write_waiters(ui, frame->data, session, page);
	write_query(ui, page);
	if (fields.empty[0] == '\0')
		return;
	page_line(page, STYLE_TEXT);
	page_wrap(page, STYLE_DIM, arena_printf(&ui->scratch, "None or unknown:%s", fields.empty));
}

void
details_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = { arena_printf(&ui->scratch, "Session %d",
		                                (int)ui->details.id.pid),
		frame, &ui->page, write_details };

	page_draw(ui, canvas, &source);
}
