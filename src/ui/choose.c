/* SPDX-License-Identifier: PostgreSQL */
/* Commands that choose and order what the panes list. */
#include "internal.h"

#include "analysis/groups.h"
#include "analysis/limits.h"
#include "analysis/pools.h"
#include "base/settings.h"
#include "table/filter.h"

#include <string.h>

/* What panes list instead of their first table, in the order of the key. */
static const struct listing {
	enum pane_id pane;
	const struct table *table;
	const char *column; /* of a session: what the name of a row is; NULL where rows have none */
} listings[] = {
	{ PANE_GROUPS, &table_applications, "application" },
	{ PANE_GROUPS, &table_users, "user" },
	{ PANE_GROUPS, &table_databases, "database" },
	{ PANE_GROUPS, &table_clients, "client" },
	{ PANE_GROUPS, &table_idle, "application" },
	{ PANE_GROUPS, &table_turnover, "application" },
	{ PANE_POOLS, &table_pools, NULL },
	{ PANE_POOLS, &table_unclaimed, NULL },
};

#define LISTING_COUNT (sizeof(listings) / sizeof(listings[0]))

/* Its place in the list; the count for a pane that has one table. */
static size_t
listing_of(const struct pane *pane)
{
	size_t i = 0;

	while (i < LISTING_COUNT && listings[i].table != pane->table)
		i++;
	return i;
}

unsigned
choose_listing(struct ui *ui, const struct ui_frame *frame, int arg)
{
	enum pane_id id = ui->focus == PANE_POOLS ? PANE_POOLS : PANE_GROUPS;
	size_t next = listing_of(&ui->panes[id]);

	(void)frame;
	(void)arg;
	do
		next = (next + 1) % LISTING_COUNT;
	while (listings[next].pane != id);
	pane_set_table(&ui->panes[id], listings[next].table);
	if (ui->layout.panes[id].rows == 0)
		ui->focus = id;
	return UI_DRAW;
}

/* Whether the limit is one of sessions that have its name in that column. */
static bool
is_limit_of(const struct limit_use *use, const char *column)
{
	return use != NULL &&
	    ((use->kind == LIMIT_ON_ROLE && strcmp(column, "user") == 0) ||
	        (use->kind == LIMIT_ON_DATABASE && strcmp(column, "database") == 0));
}

/* The column of the pane's table that has what that column of a session has; NULL for none. */
static const struct column *
find_like(const struct pane *pane, const char *column)
{
	size_t i = listing_of(pane);

	if (pane_has_sessions(pane))
		return table_column(&table_sessions, column);
	if (pane->table == &table_limits)
		return is_limit_of(pane_row(pane), column) ? table_column(pane->table, "name")
		                                           : NULL;
	if (i == LISTING_COUNT || pane->table == &table_pools)
		return NULL;
	if (listings[i].column == NULL)
		return table_column(pane->table, column);
	return strcmp(listings[i].column, column) == 0 ? table_column(pane->table, "name") : NULL;
}

const char *
choose_cursor_text(struct ui *ui, const struct ui_frame *frame, const char *column)
{
	struct pane *pane = &ui->panes[ui->focus];
	const struct column *like;
	struct value value;
	const void *row;

	pane_update(ui, ui->focus, frame);
	like = find_like(pane, column);
	row = pane_row(pane);
	if (row == NULL || like == NULL)
		return NULL;
	value = like->get(frame->data, row);
	if (value.type != VALUE_TEXT)
		return NULL;
	return !pane_has_sessions(pane) && strcmp(value.s, groups_label("")) == 0 ? "" : value.s;
}

/* `column=text` in that slot. */
static void
set_equal(struct ui *ui, enum filter_slot slot, const char *column, const char *text)
{
	struct buf expression = { 0 };
	struct err err;

	filter_quote(&expression, column, text);
	if (!filters_parse(ui, slot, buf_str(&expression), &err))
		ui_say(ui, err.msg);
	buf_clear(&expression);
}

/* Only the user or application of the row under the cursor; again: all. */
static unsigned
toggle_equal(struct ui *ui, const struct ui_frame *frame, enum filter_slot slot, const char *column)
{
	const char *text;

	if (ui->filters.slots[slot] != NULL) {
		filters_set(ui, slot, NULL);
		return UI_DRAW;
	}
	text = choose_cursor_text(ui, frame, column);
	if (text == NULL)
		return ui_sayf(ui, "no %s is known here: put the cursor on a session", column);
	ui->panes[PANE_SESSIONS].held = true;
	set_equal(ui, slot, column, text);
	return UI_DRAW;
}

unsigned
choose_user(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)arg;
	return toggle_equal(ui, frame, FILTER_USER, "user");
}

unsigned
choose_application(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)arg;
	return toggle_equal(ui, frame, FILTER_APPLICATION, "application");
}

unsigned
choose_idle(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct err err;

	(void)frame;
	(void)arg;
	filters_parse(ui, FILTER_IDLE, ui->filters.slots[FILTER_IDLE] != NULL ? "" : "state!=idle",
	    &err);
	return UI_DRAW;
}

unsigned
choose_all(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	for (int slot = 0; slot < FILTER_SLOTS; slot++)
		filters_set(ui, (enum filter_slot)slot, NULL);
	return UI_DRAW;
}

/* The sessions of a row that has one name, or one of each of these kinds. */
unsigned
choose_row_sessions(struct ui *ui, const struct ui_frame *frame)
{
	static const char *const columns[] = { "application", "user", "database", "client" };
	struct buf expression = { 0 };
	struct err err;
	unsigned want = UI_DRAW;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const char *text = choose_cursor_text(ui, frame, columns[i]);

		if (text == NULL)
			continue;
		if (expression.len > 0)
			buf_addc(&expression, ' ');
		filter_quote(&expression, columns[i], text);
	}
	if (pane_row(&ui->panes[ui->focus]) == NULL)
		want = 0;
	else if (expression.len == 0)
		want = ui_sayf(ui, "what cannot be seen cannot be filtered: grant pg_monitor");
	else if (!filters_parse(ui, FILTER_TYPED, buf_str(&expression), &err))
		want = ui_sayf(ui, "%s", err.msg);
	else
		ui->focus = PANE_SESSIONS;
	buf_clear(&expression);
	return want;
}

/* Those of a role or database; other limits are of no sessions in particular. */
unsigned
choose_limit_sessions(struct ui *ui, const struct ui_frame *frame)
{
	const struct limit_use *use = pane_row(&ui->panes[PANE_LIMITS]);

	if (is_limit_of(use, "user") || is_limit_of(use, "database"))
		return choose_row_sessions(ui, frame);
	ui->zoom = !ui->zoom;
	return UI_DRAW;
}

unsigned
choose_pool_sessions(struct ui *ui, const struct ui_frame *frame)
{
	const struct pool *pool;
	struct err err;

	if (ui->panes[PANE_POOLS].table != &table_pools)
		return choose_row_sessions(ui, frame);
	pane_update(ui, PANE_POOLS, frame);
	pool = pane_row(&ui->panes[PANE_POOLS]);
	if (pool == NULL)
		return 0;
	if (pool->plan == NULL || pool->plan->match == NULL)
		return ui_sayf(ui, "no filter stands for the sessions that no pool claims");
	if (!filters_parse(ui, FILTER_TYPED, pool->plan->match, &err))
		return ui_sayf(ui, "%s", err.msg);
	ui->focus = PANE_SESSIONS;
	return UI_DRAW;
}
