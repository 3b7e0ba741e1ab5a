/* SPDX-License-Identifier: PostgreSQL */
/*
 * The sum of the configured pools against the slots.
 */
#include "analysis/facts.h"
#include "internal.h"

static struct value
configured(const struct table_data *data, const void *row)
{
	(void)row;
	return value_int(data->facts->pools.configured);
}

static struct value
usable(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->slots.usable < 0 ? value_none() : value_int(data->facts->slots.usable);
}

static struct value
max_connections(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->slots.max_connections < 0
	    ? value_none()
	    : value_int(data->facts->slots.max_connections);
}

static struct value
unclaimed(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->pools.unclaimed < 0 ? value_none()
	                                        : value_int(data->facts->pools.unclaimed);
}

static struct value
shared(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->pools.shared < 0 ? value_none() : value_int(data->facts->pools.shared);
}

static struct value
target(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->pools.target < 0 ? value_none() : value_int(data->facts->pools.target);
}

static struct value
spare(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->slots.usable < 0
	    ? value_none()
	    : value_int(data->facts->slots.usable - data->facts->pools.configured);
}

static struct value
share(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->slots.usable <= 0
	    ? value_none()
	    : value_share((double)data->facts->pools.configured / data->facts->slots.usable);
}

static struct value
fits(const struct table_data *data, const void *row)
{
	(void)row;
	return data->facts->slots.usable < 0 ? value_none() : value_bool(data->facts->pools.fits);
}

static struct value
text(const struct table_data *data, const void *row)
{
	(void)row;
	return value_text(data->facts->pools.text);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	*out = (struct rows){ 0 };
	if (data->facts->pools.count > 0)
		rows_single(out, &data->facts->pools, arena);
}

static const struct column columns[] = {
	{ "configured", NULL, "PLANNED", "connections of all plans together", VALUE_INT, 7, 0,
	    configured, "pools_configured_connections" },
	{ "usable", NULL, "USABLE", "slots that ordinary roles can hold", VALUE_INT, 6, 0, usable },
	{ "max_connections", NULL, "SLOTS", "max_connections", VALUE_INT, 6, 0, max_connections },
	{ "spare", NULL, "SPARE", "usable slots that the plans leave; below 0 they exceed them",
	    VALUE_INT, 6, 0, spare },
	{ "share", NULL, "SHARE", "the plans as a share of the usable slots", VALUE_SHARE, 7, 0,
	    share },
	{ "target", NULL, "TARGET", "connections that the fitting sizes are made for", VALUE_INT, 6,
	    0, target },
	{ "unclaimed", NULL, "UNCLAIMED", "sessions that no plan claims", VALUE_INT, 9, 0,
	    unclaimed },
	{ "shared", NULL, "OVERLAP", "sessions that several plans claim: the first has them",
	    VALUE_INT, 7, 0, shared },
	{ "fits", NULL, "FITS", "whether the plans together fit the usable slots", VALUE_BOOL, 4, 0,
	    fits, "pools_fit" },
	{ "text", NULL, "VERDICT", "whether they fit, in words, and what would", VALUE_TEXT, 20, 0,
	    text },
};

const struct table table_pool_total = {
	.name = "pool_total",
	.title = "Pools together",
	.help = "all configured pools against the slots",
	.shape = SHAPE_ROW,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
};
