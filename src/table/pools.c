/* SPDX-License-Identifier: PostgreSQL */
/*
 * Configured pools against what is there. Their sum is in pool_total.c.
 */
#include "analysis/pools.h"

#include "analysis/facts.h"
#include "base/mem.h"
#include "base/settings.h"
#include "internal.h"
#include "model/messages.h"

/* A number of the plan's formula; none where it is below 0, the plan is one number or there is no
 * plan. */
static struct value
plan_number(const void *row, int64_t (*get)(const struct pool_plan *plan))
{
	const struct pool *pool = row;
	int64_t n = pool->plan != NULL && pool->plan->connections < 0 ? get(pool->plan) : -1;

	return n < 0 ? value_none() : value_int(n);
}

static int64_t
plan_instances(const struct pool_plan *plan)
{
	return plan->instances;
}

static int64_t
plan_workers(const struct pool_plan *plan)
{
	return plan->instances * plan->workers;
}

/* PgBouncer has one pool for each pair, which count as workers. */
static int64_t
plan_engines(const struct pool_plan *plan)
{
	return plan->databases > 0 ? -1 : plan->engines;
}

static int64_t
plan_databases(const struct pool_plan *plan)
{
	return plan->databases > 0 ? plan->databases : -1;
}

static int64_t
plan_most(const struct pool_plan *plan)
{
	return plan->databases > 0 && plan->most > 0 ? plan->most : -1;
}

static int64_t
plan_size(const struct pool_plan *plan)
{
	return plan->pool_size;
}

static int64_t
plan_overflow(const struct pool_plan *plan)
{
	return plan->max_overflow;
}

static struct value
pool_name(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return value_text(pool->plan != NULL ? pool->plan->name : "(unclaimed)");
}

static struct value
pool_match(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return value_text(pool->plan != NULL ? pool->plan->match : NULL);
}

static struct value
pool_instances(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_instances);
}

static struct value
pool_workers(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_workers);
}

static struct value
pool_engines(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_engines);
}

static struct value
pool_size(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_size);
}

static struct value
pool_overflow(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_overflow);
}

static struct value
pool_databases(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_databases);
}

static struct value
pool_most(const struct table_data *data, const void *row)
{
	(void)data;
	return plan_number(row, plan_most);
}

static struct value
pool_configured(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->configured < 0 ? value_none() : value_int(pool->configured);
}

static struct value
pool_observed(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->observed < 0 ? value_none() : value_int(pool->observed);
}

static struct value
pool_peak(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->peak < 0 ? value_none() : value_int(pool->peak);
}

static struct value
pool_over(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->over < 0 ? value_none() : value_int(pool->over);
}

static struct value
pool_under(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->under < 0 ? value_none() : value_int(pool->under);
}

static struct value
pool_shared(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->shared < 0 ? value_none() : value_int(pool->shared);
}

static struct value
pool_other(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return value_text(pool->other != NULL ? pool->other->name : NULL);
}

static struct value
pool_common(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->other == NULL ? value_none() : value_int(pool->common);
}

static struct value
pool_idle_share(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->observed <= 0 || pool->idle < 0
	    ? value_none()
	    : value_share((double)pool->idle / pool->observed);
}

static struct value
pool_fitting_all(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->fitting_all < 0 ? value_none() : value_int(pool->fitting_all);
}

static struct value
pool_idle(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->idle < 0 ? value_none() : value_int(pool->idle);
}

static struct value
pool_fitting(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->fitting_size < 0 ? value_none() : value_int(pool->fitting_size);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct pools *pools = &data->facts->pools;

	out->items = arena_alloc(arena, pools->count, sizeof *out->items);
	out->count = pools->count;
	for (size_t i = 0; i < pools->count; i++)
		out->items[i] = &pools->items[i];
}

static uint64_t
key(const void *row)
{
	const struct pool *pool = row;

	return row_key_text(pool->plan != NULL ? pool->plan->name : "(unclaimed)");
}

static int
level(const struct table_data *data, const void *row)
{
	const struct pool *pool = row;

	(void)data;
	return pool->over > 0 ? LEVEL_WARNING : LEVEL_OK;
}

static const struct column columns[] = {
	{ "name", NULL, "POOL", "name in the configuration", VALUE_TEXT, 11, COLUMN_STRETCH,
	    pool_name },
	{ "instances", NULL, "INST", "instances of the program", VALUE_INT, 4, COLUMN_HIDDEN,
	    pool_instances },
	{ "workers", NULL, "PROC",
	    "processes of all its instances; of PgBouncer pairs of a database and a user",
	    VALUE_INT, 4, 0, pool_workers },
	{ "engines", NULL, "ENG", "pools of each process", VALUE_INT, 3, 0, pool_engines },
	{ "pool_size", NULL, "SIZE", "connections that each pool keeps", VALUE_INT, 4, 0,
	    pool_size },
	{ "max_overflow", NULL, "OVFL", "connections that each pool may open beside", VALUE_INT, 4,
	    0, pool_overflow },
	{ "databases", NULL, "DBS", "databases of PgBouncer that these pairs are of", VALUE_INT, 3,
	    COLUMN_HIDDEN, pool_databases },
	{ "max_db_connections", NULL, "DBMAX", "connections that each of them may have", VALUE_INT,
	    5, COLUMN_HIDDEN, pool_most },
	{ "configured", NULL, "MAX", "connections that it may open together", VALUE_INT, 4, 0,
	    pool_configured, "configured_connections" },
	{ "observed", NULL, "SEEN", "its sessions that hold a slot", VALUE_INT, 4, 0, pool_observed,
	    "observed_connections" },
	{ "over", NULL, "OVER", "sessions above its plan", VALUE_INT, 4, 0, pool_over,
	    "over_connections" },
	{ "under", NULL, "UNDER", "connections of its plan that are not there", VALUE_INT, 5,
	    COLUMN_WIDER, pool_under },
	{ "peak", NULL, "PEAK", "most of its sessions seen since the start of pgconntop", VALUE_INT,
	    4, COLUMN_WIDE, pool_peak },
	{ "idle", NULL, "IDLE", "of those seen, idle", VALUE_INT, 4, COLUMN_WIDE, pool_idle,
	    "idle_connections" },
	{ "idle_share", NULL, "IDLE%", "idle ones, as a share of those seen", VALUE_SHARE, 6,
	    COLUMN_WIDER, pool_idle_share },
	{ "shared", NULL, "ALSO", "of those seen, claimed by a later plan as well", VALUE_INT, 4,
	    COLUMN_WIDER, pool_shared },
	{ "overlaps", NULL, "OVERLAPS", "a pool that claims some of the same sessions", VALUE_TEXT,
	    8, COLUMN_WIDER, pool_other },
	{ "common", NULL, "BOTH", "sessions that both claim: the first of the two has them",
	    VALUE_INT, 4, COLUMN_HIDDEN, pool_common },
	{ "fitting_size", NULL, "FITS",
	    "largest pool_size with which all plans fit the target, the others as they are",
	    VALUE_INT, 4, COLUMN_WIDE, pool_fitting },
	{ "fitting_all", NULL, "ALL", "and when all sizes are changed in proportion", VALUE_INT, 4,
	    COLUMN_WIDER, pool_fitting_all },
	{ "match", NULL, "MATCH", "filter that tells its sessions", VALUE_TEXT, 20, COLUMN_HIDDEN,
	    pool_match },
};

const struct table table_pools = {
	.name = "pools",
	.title = "Pools",
	.help = "configured connection pools against what is there",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.total = &table_pool_total,
	.label = "pool",
	.rows = rows,
	.key = key,
	.level = level,
};
