/* SPDX-License-Identifier: PostgreSQL */
/*
 * All that can refuse a login for want of room, the fullest first.
 */
#include "analysis/limits.h"

#include <math.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "base/mem.h"
#include "internal.h"

static struct value
get_kind(const struct table_data *data, const void *row)
{
	const struct limit_use *use = row;

	(void)data;
	return value_text(limit_on_name(use->kind));
}

static struct value
get_name(const struct table_data *data, const void *row)
{
	const struct limit_use *use = row;

	(void)data;
	return value_text(use->name);
}

static struct value
get_used(const struct table_data *data, const void *row)
{
	const struct limit_use *use = row;

	(void)data;
	return use->used < 0 ? value_none() : value_int(use->used);
}

static struct value
get_limit(const struct table_data *data, const void *row)
{
	const struct limit_use *use = row;

	(void)data;
	return value_int(use->limit);
}

static struct value
get_headroom(const struct table_data *data, const void *row)
{
	const struct limit_use *use = row;

	(void)data;
	if (use->used < 0)
		return value_none();
	return value_int(use->used < use->limit ? use->limit - use->used : 0);
}

static struct value
get_share(const struct table_data *data, const void *row)
{
	double share = limit_share(row);

	(void)data;
	return isnan(share) ? value_none() : value_share(share);
}

/*
 * By the limits of the alert on that kind; without one, a full limit is worth
 * a warning, as one is that lets nobody in and has nobody.
 */
static int
level(const struct table_data *data, const void *row)
{
	static const char *const names[] = {
		[LIMIT_ON_SLOTS] = "utilization",
		[LIMIT_ON_ROLE] = "role_limit",
		[LIMIT_ON_DATABASE] = "database_limit",
		[LIMIT_ON_WALSENDERS] = NULL,
	};
	const struct limit_use *use = row;
	const char *name = names[use->kind];
	const struct alert *alert = name != NULL ? alerts_named(data->alerts, name) : NULL;
	double share = limit_share(use);

	if (use->limit == 0 && isnan(share))
		return LEVEL_WARNING;
	if (alert == NULL)
		return share >= 1 ? LEVEL_WARNING : LEVEL_OK;
	if (alert_limit_past(alert->rule->sense, &alert->critical, share, false))
		return LEVEL_CRITICAL;
	if (alert_limit_past(alert->rule->sense, &alert->warning, share, false))
		return LEVEL_WARNING;
	return LEVEL_OK;
}

static struct value
get_level(const struct table_data *data, const void *row)
{
	return value_text(level_name((enum level)level(data, row)));
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct limits *limits = &data->facts->limits;

	out->items = arena_alloc(arena, limits->count, sizeof *out->items);
	out->count = limits->count;
	for (size_t i = 0; i < limits->count; i++)
		out->items[i] = &limits->items[i];
}

static uint64_t
key(const void *row)
{
	const struct limit_use *use = row;

	return row_key_join(row_key_text(limit_on_name(use->kind)), use->name);
}

static const struct column columns[] = {
	{ "kind", NULL, "KIND",
	    "slots of ordinary roles, a reserve, a role (superusers have none), a database "
	    "(superusers count, but get in), or walsenders",
	    VALUE_TEXT, 10, 0, get_kind },
	{ "name", NULL, "NAME", "whose limit it is", VALUE_TEXT, 16, COLUMN_STRETCH, get_name },
	{ "used", NULL, "USED", "what counts against it now", VALUE_INT, 5, 0, get_used,
	    "pgconntop_limit_used" },
	{ "limit", NULL, "LIMIT", "the limit", VALUE_INT, 5, 0, get_limit,
	    "pgconntop_limit_connections" },
	{ "headroom", NULL, "LEFT", "how many more it lets in", VALUE_INT, 5, 0, get_headroom },
	{ "share", NULL, "SHARE", "used as a share of it; 100 % of a limit of 0 with sessions",
	    VALUE_SHARE, 7, 0, get_share },
	{ "level", NULL, "LEVEL",
	    "by the alerts utilization, role_limit and database_limit; others, and a limit "
	    "of 0 without sessions, warn when they are full",
	    VALUE_TEXT, 8, 0, get_level },
};

const struct table table_limits = {
	.name = "limits",
	.title = "Limits",
	.help = "limits of roles, databases, slots and walsenders, and what is left of them",
	.shape = SHAPE_LIST,
	.label = "kind, name",
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.key = key,
	.level = level,
};
