/* SPDX-License-Identifier: PostgreSQL */
/* Commands that choose and order what the panes list. */
#include "internal.h"

#include "analysis/groups.h"
#include "analysis/pools.h"
#include "base/settings.h"
#include "table/filter.h"

#include <string.h>

/* Tables of the first pane, and the column of a session that each one groups by. */
static const struct {
	const struct table *table;
	const char *column;
} groupings[] = {
	{ &table_applications, "application" },
	{ &table_users, "user" },
	{ &table_databases, "database" },
	{ &table_clients, "client" },
};

#define GROUPING_COUNT (sizeof(groupings) / sizeof(groupings[0]))

static size_t
grouping_of(const struct ui *ui)
{
	size_t i = 0;

	while (groupings[i].table != ui->panes[PANE_GROUPS].table)
		i++;
	return i;
}

unsigned
choose_grouping(struct ui *ui, const struct ui_frame *frame, int arg)
{
	size_t next = (grouping_of(ui) + 1) % GROUPING_COUNT;

	(void)frame;
	(void)arg;
	pane_set_table(&ui->panes[PANE_GROUPS], groupings[next].table);
	if (ui->layout.panes[PANE_GROUPS].rows == 0)
		ui->focus = PANE_GROUPS;
	return UI_DRAW;
}

/* The text of a column of a row; NULL when it is unknown. */
static const char *
row_text(const struct table *table, const char *column, const struct ui_frame *frame,
    const void *row)
{
	struct value value = table_column(table, column)->get(frame->data, row);

	return value.type == VALUE_TEXT ? value.s : NULL;
}

const char *
choose_cursor_text(struct ui *ui, const struct ui_frame *frame, const char *column)
{
	struct pane *pane = &ui->panes[ui->focus];
	const struct group *group;
	const void *row;

	pane_update(ui, ui->focus, frame);
	row = pane_row(pane);
	if (row == NULL)
		return NULL;
	if (pane_has_sessions(pane))
		return row_text(&table_sessions, column, frame, row);
	if (ui->focus != PANE_GROUPS || strcmp(groupings[grouping_of(ui)].column, column) != 0)
		return NULL;
	group = row;
	if (group->name != NULL && strcmp(group->name, "(none)") == 0)
		return "";
	return group->name;
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

unsigned
choose_group_sessions(struct ui *ui, const struct ui_frame *frame)
{
	const char *column = groupings[grouping_of(ui)].column;
	const char *text = choose_cursor_text(ui, frame, column);

	if (pane_row(&ui->panes[PANE_GROUPS]) == NULL)
		return 0;
	if (text == NULL)
		return ui_sayf(ui, "what cannot be seen cannot be filtered: grant pg_monitor");
	set_equal(ui, FILTER_TYPED, column, text);
	ui->focus = PANE_SESSIONS;
	return UI_DRAW;
}

unsigned
choose_pool_sessions(struct ui *ui, const struct ui_frame *frame)
{
	const struct pool *pool;
	struct err err;

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
