/* SPDX-License-Identifier: PostgreSQL */
/*
 * Whole queries: of the one session that is shown, and of many at once before
 * they are acted on. The rows are kept until all events were taken; one whose
 * identity is not among them is gone.
 */
#include "source/pg_way.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "source/pg_value.h"

void
queries_clear(struct pg_queries *queries)
{
	pg_rows_free(queries->rows);
	mem_free(queries->ids);
	*queries = (struct pg_queries){ 0 };
}

/* A new wish takes the place of the one before. */
static void
ask(struct pg_queries *queries, const struct identity *ids, size_t count)
{
	if (count > queries->room) {
		queries->ids = mem_grow(queries->ids, count, sizeof(*ids));
		queries->room = count;
	}
	if (count > 0)
		memcpy(queries->ids, ids, count * sizeof(*ids));
	pg_rows_free(queries->rows);
	queries->rows = NULL;
	queries->count = count;
	queries->next = 0;
	queries->state = WISH_WAITS;
}

/* No rows will come: only the end is to be told. */
static void
give_up(struct pg_queries *queries)
{
	queries->next = queries->count;
	queries->state = WISH_DONE;
}

void
queries_ask_one(void *state, const struct identity *id)
{
	struct pg *pg = state;

	ask(&pg->detail, id, 1);
}

void
queries_ask(void *state, const struct identity *ids, size_t count)
{
	struct pg *pg = state;

	ask(&pg->queries, ids, count);
	if (!pg_is_open(pg))
		give_up(&pg->queries);
}

void
queries_send(struct pg *pg, struct pg_queries *queries, enum phase phase)
{
	struct buf pids = { 0 };

	buf_adds(&pids, queries->count == 0 ? "NULL" : "");
	for (size_t i = 0; i < queries->count; i++)
		buf_addf(&pids, "%s%d", i > 0 ? "," : "", (int)queries->ids[i].pid);
	queries->state = WISH_SENT;
	message_begin(pg);
	message_add(pg, PG_SQL_QUERIES, buf_str(&pids),
	    queries->count == 1 ? buf_str(&pids) : "NULL");
	message_send(pg, phase);
	buf_clear(&pids);
}

/* What the running message asks for. */
static struct pg_queries *
asked(struct pg *pg)
{
	return pg->phase == PHASE_DETAIL ? &pg->detail : &pg->queries;
}

void
queries_rows(struct pg *pg, struct pg_rows *rows)
{
	struct pg_queries *queries = asked(pg);

	pg_rows_free(queries->rows); /* of a wish before, which nobody wants any more */
	queries->rows = rows;
}

void
queries_done(struct pg *pg)
{
	struct pg_queries *queries = asked(pg);

	if (queries->state == WISH_SENT && !pg->failed)
		queries->state = WISH_DONE;
	else if (queries->state == WISH_SENT)
		give_up(queries);
	pg_set_phase(pg, PHASE_IDLE);
}

void
queries_lost(struct pg *pg)
{
	if (pg->detail.state == WISH_SENT)
		give_up(&pg->detail);
	if (pg->queries.state == WISH_WAITS || pg->queries.state == WISH_SENT)
		give_up(&pg->queries);
}

/* The row of that session, -1 when there is none; the pids of the rows ascend. */
static int
find_row(const struct pg_rows *rows, const struct identity *id)
{
	int count = pg_rows_count(rows), low = 0, high = count;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (pg_value_number(rows, middle, QUERIES_PID, 0) < id->pid)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && pg_value_number(rows, low, QUERIES_PID, 0) == id->pid; low++)
		if (pg_value_time(rows, low, QUERIES_START) == id->start_us)
			return low;
	return -1;
}

/* The query of that session in pg->query; NULL when there is none. */
static const char *
query_of(struct pg *pg, const struct pg_rows *rows, const struct identity *id)
{
	int row = find_row(rows, id);
	struct buf *query = &pg->query;
	const char *s;
	size_t len;

	s = row >= 0 ? pg_rows_value(rows, row, QUERIES_TEXT, &len) : NULL;
	if (s == NULL)
		return NULL;
	buf_reset(query);
	buf_add(query, s, len);
	buf_chop(query, len - pg_value_unescape(query->data, s, len));
	return buf_str(query);
}

/* The next one of these queries. */
static bool
next_detail(struct pg *pg, struct pg_queries *queries, struct source_event *event)
{
	if (queries->state != WISH_DONE || queries->next == queries->count)
		return false;
	event->type = SOURCE_DETAIL;
	event->id = queries->ids[queries->next++];
	event->text = queries->rows == NULL ? NULL : query_of(pg, queries->rows, &event->id);
	return true;
}

bool
queries_next(struct pg *pg, struct source_event *event)
{
	if (next_detail(pg, &pg->detail, event) || next_detail(pg, &pg->queries, event))
		return true;
	if (pg->queries.state != WISH_DONE)
		return false;
	queries_clear(&pg->queries);
	event->type = SOURCE_FETCHED;
	return true;
}
