/* SPDX-License-Identifier: PostgreSQL */
/*
 * Other numbers for the configured pools and max_connections, and how they
 * would go together.
 */
#include "analysis/whatif.h"

#include <string.h>

#include "analysis/plans.h"
#include "analysis/slots.h"
#include "base/mem.h"
#include "base/settings.h"
#include "model/memory.h"

#define MB (1024.0 * 1024.0)
#define SHARED_EACH (48 * 1024.0) /* of the server for each slot, with its defaults */
#define PRIVATE_LOW (1.5 * MB)    /* of a session that has run a few queries */
#define PRIVATE_HIGH (10 * MB)    /* of one that has touched a thousand tables */

enum kind { SIZED, BOUNCER, WHOLE, KINDS };

/* What a number is to a kind of plan. */
struct meaning {
	const char *name; /* NULL: a plan of this kind has no such number */
	const char *help;
};

static const struct {
	struct meaning meanings[KINDS];
	size_t offset;
	int64_t least;
} numbers[WHATIF_NUMBERS] = {
	[WHATIF_INSTANCES] = { { [SIZED] = { "instances", "copies of the program" },
	                           [BOUNCER] = { "instances", "processes of PgBouncer" } },
	    offsetof(struct pool_plan, instances), 1 },
	[WHATIF_WORKERS] = { { [SIZED] = { "workers", "processes of each instance" },
	                         [BOUNCER] = { "pairs", "pairs of a database and a user" } },
	    offsetof(struct pool_plan, workers), 1 },
	[WHATIF_ENGINES] = { { [SIZED] = { "engines", "pools of each process" } },
	    offsetof(struct pool_plan, engines), 1 },
	[WHATIF_POOL_SIZE] = { { [SIZED] = { "pool_size", "connections that each pool keeps" },
	                           [BOUNCER] = { "default_pool_size",
	                               "connections of each pair" } },
	    offsetof(struct pool_plan, pool_size), 1 },
	[WHATIF_MAX_OVERFLOW] = { { [SIZED] = { "max_overflow",
	                                "connections that each pool may open beside" },
	                              [BOUNCER] = { "reserve_pool_size",
	                                  "connections that each pair may open beside" } },
	    offsetof(struct pool_plan, max_overflow), 0 },
	[WHATIF_CONNECTIONS] = { { [WHOLE] = { "connections", "the whole in one number" } },
	    offsetof(struct pool_plan, connections), 0 },
	[WHATIF_DATABASE_MOST] = { { [BOUNCER] = { "max_db_connections",
	                                 "the most of each database, 0 for no limit" } },
	    offsetof(struct pool_plan, most), 0 },
};

static enum kind
kind_of(const struct pool_plan *plan)
{
	if (plan->connections >= 0)
		return WHOLE;
	return plan->databases > 0 ? BOUNCER : SIZED;
}

static int64_t
within(int64_t n, int64_t least, int64_t most)
{
	if (n < least)
		return least;
	return n < most ? n : most;
}

static void
copy_plans(struct pool_plan *to, const struct pool_plan *from, size_t count)
{
	if (count > 0)
		memcpy(to, from, count * sizeof *to);
}

void
whatif_init(struct whatif *whatif, const struct pool_plan *plans, size_t count)
{
	*whatif = (struct whatif){
		.given = plans,
		.plans = mem_alloc(count, sizeof *whatif->plans),
		.before = mem_alloc(count, sizeof *whatif->before),
		.count = count,
		.max_connections = -1,
		.max_connections_before = -1,
	};
	copy_plans(whatif->plans, plans, count);
	copy_plans(whatif->before, plans, count);
}

void
whatif_clear(struct whatif *whatif)
{
	mem_free(whatif->plans);
	mem_free(whatif->before);
	*whatif = (struct whatif){ 0 };
}

const char *
whatif_name(const struct pool_plan *plan, enum whatif_number number)
{
	return numbers[number].meanings[kind_of(plan)].name;
}

const char *
whatif_help(const struct pool_plan *plan, enum whatif_number number)
{
	return numbers[number].meanings[kind_of(plan)].help;
}

int64_t
whatif_least(enum whatif_number number)
{
	return numbers[number].least;
}

enum whatif_number
whatif_find(const struct pool_plan *plan, const char *name)
{
	int number = 0;

	for (; number < WHATIF_NUMBERS; number++) {
		const char *own = whatif_name(plan, (enum whatif_number)number);

		if (own != NULL && strcmp(own, name) == 0)
			break;
	}
	return (enum whatif_number)number;
}

int64_t
whatif_get(const struct pool_plan *plan, enum whatif_number number)
{
	int64_t value;

	memcpy(&value, (const char *)plan + numbers[number].offset, sizeof value);
	return value;
}

void
whatif_set(struct pool_plan *plan, enum whatif_number number, int64_t to)
{
	int64_t value = within(to, numbers[number].least, WHATIF_MOST);

	memcpy((char *)plan + numbers[number].offset, &value, sizeof value);
}

bool
whatif_changed(const struct whatif *whatif, size_t n, enum whatif_number number)
{
	return whatif_get(&whatif->plans[n], number) != whatif_get(&whatif->given[n], number);
}

void
whatif_set_slots(struct whatif *whatif, const struct slots *slots, int64_t to)
{
	int64_t slots_to = within(to, 1, SETTINGS_SLOTS_MOST);

	whatif->max_connections = to < 0 || slots_to == slots->max_connections ? -1 : slots_to;
}

bool
whatif_any(const struct whatif *whatif)
{
	for (size_t n = 0; n < whatif->count; n++)
		for (int number = 0; number < WHATIF_NUMBERS; number++)
			if (whatif_changed(whatif, n, (enum whatif_number)number))
				return true;
	return whatif->max_connections >= 0;
}

void
whatif_reset(struct whatif *whatif)
{
	if (!whatif_any(whatif)) {
		copy_plans(whatif->plans, whatif->before, whatif->count);
		whatif->max_connections = whatif->max_connections_before;
		return;
	}
	copy_plans(whatif->before, whatif->plans, whatif->count);
	whatif->max_connections_before = whatif->max_connections;
	copy_plans(whatif->plans, whatif->given, whatif->count);
	whatif->max_connections = -1;
}

/* Slots that ordinary roles cannot hold; what is unknown counts as none. */
static int64_t
reserved_of(const struct slots *slots)
{
	return (slots->superuser_reserved > 0 ? slots->superuser_reserved : 0) +
	    (slots->reserved > 0 ? slots->reserved : 0);
}

void
whatif_sum(struct whatif_sum *sum, const struct settings *settings, const struct pool_plan *plans,
    int64_t max_connections, const struct slots *slots)
{
	*sum = (struct whatif_sum){
		.max_connections = max_connections >= 0 ? max_connections : slots->max_connections,
		.usable = -1,
		.target = -1,
		.planned = plans_sum(plans, settings->pool_count),
		.share = -1,
		.verdict = POOLS_UNKNOWN,
	};
	if (sum->max_connections < 0)
		return;
	sum->usable = sum->max_connections - reserved_of(slots);
	if (sum->usable < 0)
		sum->usable = 0;
	sum->spare = sum->usable - sum->planned;
	sum->target = sum->usable * settings->target / 100;
	if (sum->usable > 0)
		sum->share = (double)sum->planned / (double)sum->usable;
	sum->verdict = pools_verdict(sum->spare >= 0, sum->share, settings);
}

struct whatif_memory
whatif_memory_each(const struct memory *measured)
{
	double mean;

	if (measured == NULL || measured->sessions == 0)
		return (struct whatif_memory){ PRIVATE_LOW, PRIVATE_HIGH };
	mean = (double)measured->total_bytes / measured->sessions;
	return (struct whatif_memory){ mean, mean };
}

struct whatif_memory
whatif_memory(int64_t sessions, int64_t max_connections, const struct memory *measured)
{
	struct whatif_memory each = whatif_memory_each(measured);
	double shared = (double)max_connections * SHARED_EACH;

	return (struct whatif_memory){
		shared + (double)sessions * each.low,
		shared + (double)sessions * each.high,
	};
}
