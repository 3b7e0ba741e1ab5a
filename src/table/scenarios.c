/* SPDX-License-Identifier: PostgreSQL */
/*
 * The scenarios of the configuration against the slots, one below the other,
 * and before them what is configured.
 */
#include <string.h>

#include "analysis/facts.h"
#include "analysis/plans.h"
#include "analysis/whatif.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/settings.h"
#include "internal.h"
#include "model/messages.h"

struct side {
	const char *name;
	const char *pools; /* "api 56, jobs 20" */
	struct whatif_sum sum;
};

static struct value
get_name(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return value_text(side->name);
}

static struct value
configured(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return value_int(side->sum.planned);
}

static struct value
usable(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return side->sum.usable < 0 ? value_none() : value_int(side->sum.usable);
}

static struct value
max_connections(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return side->sum.max_connections < 0 ? value_none() : value_int(side->sum.max_connections);
}

static struct value
spare(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return side->sum.usable < 0 ? value_none() : value_int(side->sum.spare);
}

static struct value
share(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return side->sum.share < 0 ? value_none() : value_share(side->sum.share);
}

static struct value
fits(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return side->sum.usable < 0 ? value_none() : value_bool(side->sum.spare >= 0);
}

static struct value
verdict(const struct table_data *data, const void *row)
{
	static const char *const words[] = {
		[POOLS_FIT] = "fits",
		[POOLS_TIGHT] = "fits, but past the warning",
		[POOLS_EXCEED] = "does not fit",
	};
	const struct side *side = row;

	(void)data;
	return side->sum.verdict == POOLS_UNKNOWN ? value_none()
	                                          : value_text(words[side->sum.verdict]);
}

static struct value
pools(const struct table_data *data, const void *row)
{
	const struct side *side = row;

	(void)data;
	return value_text(side->pools);
}

static const char *
name_pools(const struct pool_plan *plans, size_t count, struct arena *arena)
{
	struct buf out = { 0 };
	const char *names;

	for (size_t i = 0; i < count; i++)
		buf_addf(&out, "%s%s %lld", i > 0 ? ", " : "", plans[i].name,
		    (long long)plans_capacity(&plans[i]));
	names = arena_strndup(arena, buf_str(&out), out.len);
	buf_clear(&out);
	return names;
}

static const struct side *
make_side(const struct table_data *data, const char *name, const struct pool_plan *plans,
    int64_t max_connections_of, struct arena *arena)
{
	struct side *side = arena_alloc(arena, 1, sizeof *side);

	side->name = name;
	side->pools = name_pools(plans, data->settings->pool_count, arena);
	whatif_sum(&side->sum, data->settings, plans, max_connections_of, &data->facts->slots);
	return side;
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct settings *settings = data->settings;

	*out = (struct rows){ 0 };
	if (settings->scenario_count == 0)
		return;
	out->items = arena_alloc(arena, settings->scenario_count + 1, sizeof *out->items);
	out->items[out->count++] = make_side(data, SCENARIO_CONFIGURED, settings->pools, -1, arena);
	for (size_t i = 0; i < settings->scenario_count; i++) {
		const struct scenario *scenario = &settings->scenarios[i];

		out->items[out->count++] = make_side(data, scenario->name, scenario->plans,
		    scenario->max_connections, arena);
	}
}

static uint64_t
key(const void *row)
{
	const struct side *side = row;

	return row_key_text(side->name);
}

static int
level(const struct table_data *data, const void *row)
{
	static const int levels[] = {
		[POOLS_FIT] = LEVEL_OK,
		[POOLS_TIGHT] = LEVEL_WARNING,
		[POOLS_EXCEED] = LEVEL_CRITICAL,
		[POOLS_UNKNOWN] = LEVEL_OK,
	};
	const struct side *side = row;

	(void)data;
	return levels[side->sum.verdict];
}

static const struct column columns[] = {
	{ "name", NULL, "SCENARIO", "scenario of the configuration", VALUE_TEXT, 16, 0, get_name },
	{ "configured", NULL, "PLANNED", "connections of all plans together", VALUE_INT, 7, 0,
	    configured },
	{ "usable", NULL, "USABLE", "slots that ordinary roles can hold", VALUE_INT, 6, 0, usable },
	{ "max_connections", NULL, "SLOTS", "max_connections", VALUE_INT, 6, 0, max_connections },
	{ "spare", NULL, "SPARE", "usable slots that the plans leave; below 0 they exceed them",
	    VALUE_INT, 6, 0, spare },
	{ "share", NULL, "SHARE", "the plans as a share of the usable slots", VALUE_SHARE, 7, 0,
	    share },
	{ "fits", NULL, "FITS", "whether the plans together fit the usable slots", VALUE_BOOL, 4, 0,
	    fits },
	{ "verdict", NULL, "VERDICT", "whether they fit, in words", VALUE_TEXT, 12, COLUMN_WIDE,
	    verdict },
	{ "pools", NULL, "POOLS", "connections that each pool could open", VALUE_TEXT, 20,
	    COLUMN_STRETCH, pools },
};

const struct table table_scenarios = {
	.name = "scenarios",
	.title = "Scenarios",
	.help = "the configured pools with the numbers of each scenario, against the slots",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.key = key,
	.level = level,
};
