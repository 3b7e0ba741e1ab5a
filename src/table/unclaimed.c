/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions that no pool's plan claims, by what they have in common.
 */
#include "analysis/facts.h"
#include "analysis/pools.h"
#include "base/mem.h"
#include "internal.h"
#include "model/messages.h"

static struct value
get_application(const struct table_data *data, const void *row)
{
	const struct unclaimed *kind = row;

	(void)data;
	return value_text(kind->application);
}

static struct value
get_user(const struct table_data *data, const void *row)
{
	const struct unclaimed *kind = row;

	(void)data;
	return value_text(kind->user);
}

static struct value
get_client(const struct table_data *data, const void *row)
{
	const struct unclaimed *kind = row;

	(void)data;
	return value_text(kind->client);
}

static struct value
get_total(const struct table_data *data, const void *row)
{
	const struct unclaimed *kind = row;

	(void)data;
	return value_int(kind->total);
}

static struct value
get_idle(const struct table_data *data, const void *row)
{
	const struct unclaimed *kind = row;

	(void)data;
	return kind->idle < 0 ? value_none() : value_int(kind->idle);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct pools *pools = &data->facts->pools;

	out->items = arena_alloc(arena, pools->kind_count, sizeof *out->items);
	out->count = pools->kind_count;
	for (size_t i = 0; i < pools->kind_count; i++)
		out->items[i] = &pools->kinds[i];
}

static uint64_t
key(const void *row)
{
	const struct unclaimed *kind = row;

	return row_key_join(row_key_join(row_key_text(kind->application), kind->user),
	    kind->client);
}

static int
level(const struct table_data *data, const void *row)
{
	(void)data;
	(void)row;
	return LEVEL_OK;
}

static const struct column columns[] = {
	{ "application", NULL, "APPLICATION", "application_name that the client set", VALUE_TEXT,
	    16, COLUMN_STRETCH, get_application },
	{ "user", NULL, "USER", "role that logged in", VALUE_TEXT, 12, 0, get_user },
	{ "client", NULL, "CLIENT", "address of the client, or local", VALUE_TEXT, 15, 0,
	    get_client },
	{ "total", NULL, "TOTAL", "sessions that hold a slot", VALUE_INT, 5, 0, get_total },
	{ "idle", NULL, "IDLE", "of these, idle", VALUE_INT, 4, 0, get_idle },
};

const struct table table_unclaimed = {
	.name = "unclaimed",
	.title = "Sessions of no pool",
	.help = "sessions that no configured pool claims, by application, user and client",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.key = key,
	.level = level,
};
