/* SPDX-License-Identifier: PostgreSQL */
/*
 * How long the idle sessions of each application have been so: what could be
 * had back without anybody missing it.
 */
#include "analysis/facts.h"
#include "analysis/groups.h"
#include "base/mem.h"
#include "internal.h"
#include "model/messages.h"

#define COUNT_GETTER(function, expression)                                           \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		const struct group *group = row;                                     \
                                                                                     \
		(void)data;                                                          \
		return value_int(expression);                                        \
	}

COUNT_GETTER(get_idle, group->states[STATE_IDLE])
COUNT_GETTER(get_second, group->idle_ages[IDLE_SECOND])
COUNT_GETTER(get_minute, group->idle_ages[IDLE_MINUTE])
COUNT_GETTER(get_ten, group->idle_ages[IDLE_TEN])
COUNT_GETTER(get_longer, group->idle_ages[IDLE_LONGER])

static struct value
get_never(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	return data->snap->via == VIA_PROC ? value_none() : value_int(group->idle_ages[IDLE_NEVER]);
}

static struct value
get_name(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return value_text(group->name);
}

static struct value
get_share(const struct table_data *data, const void *row)
{
	const struct group *group = row;

	(void)data;
	return group->total <= 0 ? value_none()
	                         : value_share((double)group->states[STATE_IDLE] / group->total);
}

/* Only applications that have idle sessions. */
static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct groups *groups = &data->facts->groups[GROUP_APPLICATION];

	out->items = arena_alloc(arena, groups->count, sizeof *out->items);
	out->count = 0;
	for (size_t i = 0; i < groups->count; i++)
		if (groups->items[i].states[STATE_IDLE] > 0)
			out->items[out->count++] = &groups->items[i];
}

static uint64_t
key(const void *row)
{
	const struct group *group = row;

	return row_key_text(group->name);
}

static int
level(const struct table_data *data, const void *row)
{
	(void)data;
	(void)row;
	return LEVEL_OK;
}

static const struct column columns[] = {
	{ "name", NULL, "NAME", "application name", VALUE_TEXT, 12, COLUMN_STRETCH, get_name },
	{ "idle", NULL, "IDLE", "idle sessions", VALUE_INT, 5, 0, get_idle },
	{ "share", NULL, "SHARE", "idle ones, as a share of its sessions", VALUE_SHARE, 7, 0,
	    get_share },
	{ "under_1s", NULL, "<1S", "idle for less than a second: a pool at work", VALUE_INT, 4, 0,
	    get_second, "idle_sessions", "age=under 1s" },
	{ "under_1min", NULL, "<1MIN", "for less than a minute", VALUE_INT, 5, 0, get_minute,
	    "idle_sessions", "age=under 1min" },
	{ "under_10min", NULL, "<10MIN", "for less than ten minutes", VALUE_INT, 6, 0, get_ten,
	    "idle_sessions", "age=under 10min" },
	{ "longer", NULL, "LONGER", "for ten minutes or longer: these can be had back", VALUE_INT,
	    6, 0, get_longer, "idle_sessions", "age=longer" },
	{ "never_used", NULL, "NEVER", "never ran a query", VALUE_INT, 5, 0, get_never,
	    "idle_sessions", "age=never used" },
};

const struct table table_idle = {
	.name = "idle",
	.label = "application",
	.title = "Idle sessions",
	.help = "idle sessions by application",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.sort = "-idle",
	.rows = rows,
	.key = key,
	.level = level,
};
