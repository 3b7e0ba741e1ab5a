/* SPDX-License-Identifier: PostgreSQL */
/*
 * What if: the configured pools with other numbers, and max_connections with
 * another one. A calculation; nothing here or that uses it changes a server.
 */
#ifndef PGCONNTOP_ANALYSIS_WHATIF_H
#define PGCONNTOP_ANALYSIS_WHATIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/pools.h"

struct memory;
struct pool_plan;
struct settings;
struct slots;

/* The numbers of a plan that can be tried. Which a plan has, and their names, hang on its kind. */
enum whatif_number {
	WHATIF_INSTANCES,
	WHATIF_WORKERS,
	WHATIF_ENGINES,
	WHATIF_POOL_SIZE,
	WHATIF_MAX_OVERFLOW,
	WHATIF_CONNECTIONS,   /* of a plan that is one number */
	WHATIF_DATABASE_MOST, /* of PgBouncer */
	WHATIF_NUMBERS
};

#define WHATIF_MOST 1000000 /* of a plan's number, as in a configuration */

/* Plans and slots as they are tried. */
struct whatif {
	const struct pool_plan *given; /* as configured */
	struct pool_plan *plans;  /* as tried: owned, but for their texts, which are the others' */
	struct pool_plan *before; /* as tried before the last reset: likewise */
	size_t count;
	int64_t max_connections; /* as tried, -1 for that of the server */
	int64_t max_connections_before;
};

/* Begins with the configured plans, which must outlive it. Free with whatif_clear(). */
void whatif_init(struct whatif *whatif, const struct pool_plan *plans, size_t count);
void whatif_clear(struct whatif *whatif);

/* All numbers as configured, max_connections as the server has it; if they are that already, as
 * they were before. */
void whatif_reset(struct whatif *whatif);

/* The name of a number of that plan in the configuration, NULL when it has none; and what it
 * counts.
 */
const char *whatif_name(const struct pool_plan *plan, enum whatif_number number);
const char *whatif_help(const struct pool_plan *plan, enum whatif_number number);

/* The number of that name; WHATIF_NUMBERS when the plan has none. */
enum whatif_number whatif_find(const struct pool_plan *plan, const char *name);

/* The least that a number may be. */
int64_t whatif_least(enum whatif_number number);

/* A number of a plan that has it. */
int64_t whatif_get(const struct pool_plan *plan, enum whatif_number number);

/* Gives a plan another number, the nearest that is allowed. */
void whatif_set(struct pool_plan *plan, enum whatif_number number, int64_t to);

/* Whether plan n has another number than the configured one. */
bool whatif_changed(const struct whatif *whatif, size_t n, enum whatif_number number);

/* Tries another max_connections, the nearest that is allowed; that of the server, or -1, is no
 * change. */
void whatif_set_slots(struct whatif *whatif, const struct slots *slots, int64_t to);

/* Whether anything is changed. */
bool whatif_any(const struct whatif *whatif);

/* How plans go with the slots. */
struct whatif_sum {
	int64_t max_connections; /* -1 when unknown, and then so are the next three */
	int64_t usable;          /* for ordinary roles */
	int64_t spare;           /* usable ones that the plans leave; below 0 they do not fit */
	int64_t target;          /* connections that fitting sizes are made for */
	int64_t planned;
	double share; /* of the usable ones; negative when unknown */
	enum pools_verdict verdict;
};

/* Judges plans, one for each pool of the settings, with another max_connections, -1 for that of the
 * server. */
void whatif_sum(struct whatif_sum *sum, const struct settings *settings,
    const struct pool_plan *plans, int64_t max_connections, const struct slots *slots);

/* Memory that a server takes, in bytes: for a good estimate both are the same. */
struct whatif_memory {
	double low, high;
};

/*
 * The memory of so many sessions, their own and what the server shares for
 * each of max_connections; work_mem comes on top. From what was measured, or
 * from the range that is common when nothing was.
 */
struct whatif_memory whatif_memory(int64_t sessions, int64_t max_connections,
    const struct memory *measured);

/* Private memory of one session in bytes, as whatif_memory() takes it. */
struct whatif_memory whatif_memory_each(const struct memory *measured);

#endif
