/* SPDX-License-Identifier: PostgreSQL */
/*
 * The pools of a configuration file. A pool is of one kind, told by the key
 * that gives its size; a number that this kind does not have is refused, for
 * it would not count.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/plans.h"
#include "app.h"
#include "base/units.h"
#include "reader.h"

#define MOST 1000000
#define NOT_GIVEN (-1)

enum pool_kind {
	POOL_SIZED = 1,   /* of an application */
	POOL_BOUNCER = 2, /* of PgBouncer */
	POOL_WHOLE = 4,   /* one number */
};

enum number {
	POOL_SIZE,
	DEFAULT_POOL_SIZE,
	CONNECTIONS,
	INSTANCES,
	WORKERS,
	ENGINES,
	MAX_OVERFLOW,
	RESERVE_POOL_SIZE,
	PAIRS,
	DATABASES,
	USERS,
	MAX_DB_CONNECTIONS,
	NUMBERS
};

static const struct {
	const char *name;
	int64_t least;
	unsigned kinds;  /* that have it */
	bool tells_kind; /* and are told by it */
} rows[NUMBERS] = {
	[POOL_SIZE] = { "pool_size", 1, POOL_SIZED, true },
	[DEFAULT_POOL_SIZE] = { "default_pool_size", 1, POOL_BOUNCER, true },
	[CONNECTIONS] = { "connections", 0, POOL_WHOLE, true },
	[INSTANCES] = { "instances", 1, POOL_SIZED | POOL_BOUNCER, false },
	[WORKERS] = { "workers", 1, POOL_SIZED, false },
	[ENGINES] = { "engines", 1, POOL_SIZED, false },
	[MAX_OVERFLOW] = { "max_overflow", 0, POOL_SIZED, false },
	[RESERVE_POOL_SIZE] = { "reserve_pool_size", 0, POOL_BOUNCER, false },
	[PAIRS] = { "pairs", 1, POOL_BOUNCER, false },
	[DATABASES] = { "databases", 1, POOL_BOUNCER, false },
	[USERS] = { "users", 1, POOL_BOUNCER, false },
	[MAX_DB_CONNECTIONS] = { "max_db_connections", 0, POOL_BOUNCER, false },
};

/* A pool while it is read. */
struct draft {
	const config_setting_t *at;
	int64_t numbers[NUMBERS];
	int kind; /* the number that tells it; NUMBERS before that is known */
};

static bool
is_given(const struct draft *draft, enum number n)
{
	return draft->numbers[n] != NOT_GIVEN;
}

/* The number, or what it is when it was left out. */
static int64_t
number_or(const struct draft *draft, enum number n, int64_t value)
{
	return is_given(draft, n) ? draft->numbers[n] : value;
}

static bool
read_number(const struct reader *reader, const config_setting_t *at, struct draft *draft)
{
	const char *name = config_setting_name(at);
	char room[64];
	const char *text = reader_text(at, room);
	struct err why;
	int n = 0;

	while (n < NUMBERS && strcmp(rows[n].name, name) != 0)
		n++;
	if (n == NUMBERS)
		return reader_refuse_key(reader, at, "a pool has no");
	if (!config_setting_is_number(at))
		return reader_refuse_key(reader, at, "a whole number is expected for");
	if (rows[n].tells_kind && rows[n].least > 0 && strcmp(text, "0") == 0)
		return reader_refuse(reader, at,
		    "a pool size of 0 is no limit to SQLAlchemy and PgBouncer: give what it may "
		    "open, as connections = N");
	if (!units_parse_int(text, rows[n].least, MOST, &draft->numbers[n], &why))
		return reader_refuse_value(reader, at, &why);
	return true;
}

static bool
read_numbers(const struct reader *reader, struct draft *draft)
{
	for (int n = 0; n < NUMBERS; n++)
		draft->numbers[n] = NOT_GIVEN;
	for (int i = 0; i < config_setting_length(draft->at); i++) {
		const config_setting_t *item = config_setting_get_elem(draft->at, (unsigned)i);
		const char *name = config_setting_name(item);

		if (strcmp(name, "name") != 0 && strcmp(name, "match") != 0 &&
		    !read_number(reader, item, draft))
			return false;
	}
	return true;
}

/* Finds the kind; every number must be one of it. */
static bool
check_kind(const struct reader *reader, struct draft *draft)
{
	char reason[160];

	draft->kind = NUMBERS;
	for (int n = 0; n < NUMBERS; n++) {
		if (!rows[n].tells_kind || !is_given(draft, (enum number)n))
			continue;
		if (draft->kind != NUMBERS)
			draft->kind = n = NUMBERS; /* two are as bad as none */
		else
			draft->kind = n;
	}
	if (draft->kind == NUMBERS)
		return reader_refuse(reader, draft->at,
		    "a pool has one of pool_size, default_pool_size (of PgBouncer) and "
		    "connections");
	for (int n = 0; n < NUMBERS; n++) {
		if (!is_given(draft, (enum number)n) ||
		    (rows[n].kinds & rows[draft->kind].kinds) != 0)
			continue;
		snprintf(reason, sizeof(reason), "a pool with %s has no \"%s\"",
		    rows[draft->kind].name, rows[n].name);
		return reader_refuse(reader, config_setting_get_member(draft->at, rows[n].name),
		    reason);
	}
	return true;
}

/* How many pools PgBouncer has, and over how many databases they are spread. */
static bool
count_pairs(const struct reader *reader, const struct draft *draft, struct pool_plan *plan)
{
	int64_t databases = number_or(draft, DATABASES, 1);
	int64_t pairs = number_or(draft, PAIRS, databases * number_or(draft, USERS, 1));

	if (is_given(draft, PAIRS) && is_given(draft, USERS))
		return reader_refuse(reader, draft->at,
		    "a pool has either pairs or users, which are those of each database");
	if (is_given(draft, PAIRS) && number_or(draft, MAX_DB_CONNECTIONS, 0) > 0 &&
	    !is_given(draft, DATABASES))
		return reader_refuse(reader, draft->at,
		    "max_db_connections holds for each database: say also how many databases "
		    "the pairs are of");
	if (pairs < databases)
		return reader_refuse(reader, draft->at,
		    "there are fewer pairs than databases, each of which is in one at least");
	if (pairs > MOST)
		return reader_refuse(reader, draft->at,
		    "databases x users is more than 1000000 pairs");
	plan->workers = pairs;
	plan->databases = databases;
	return true;
}

static bool
fill_plan(const struct reader *reader, const struct draft *draft, struct pool_plan *plan)
{
	bool bouncer = draft->kind == DEFAULT_POOL_SIZE;

	plan->connections = number_or(draft, CONNECTIONS, -1);
	plan->instances = number_or(draft, INSTANCES, 1);
	plan->workers = number_or(draft, WORKERS, 1);
	plan->engines = number_or(draft, ENGINES, 1);
	plan->pool_size = number_or(draft, bouncer ? DEFAULT_POOL_SIZE : POOL_SIZE, 0);
	plan->max_overflow = number_or(draft, bouncer ? RESERVE_POOL_SIZE : MAX_OVERFLOW, 0);
	plan->most = number_or(draft, MAX_DB_CONNECTIONS, 0);
	return !bouncer || count_pairs(reader, draft, plan);
}

/* A name is what tells a pool in reports, metrics and scenarios. */
static bool
check_name(const struct reader *reader, const config_setting_t *at, const char *name)
{
	for (size_t i = 0; i < reader->settings->pool_count; i++)
		if (strcmp(reader->settings->pools[i].name, name) == 0)
			return reader_refuse(reader, at,
			    "there is a pool of this name already: its connections would count "
			    "twice");
	return true;
}

/* Beyond this no sum is exact any more. */
static bool
check_sum(const struct reader *reader, const config_setting_t *at)
{
	return plans_sum(reader->settings->pools, reader->settings->pool_count) < INT32_MAX ||
	    reader_refuse(reader, at,
	        "with this pool there are over 2147483646 connections: one of its numbers is too "
	        "large");
}

static bool
read_pool(const struct reader *reader, const config_setting_t *at)
{
	struct draft draft = { .at = at };
	const char *name, *match;
	struct err why;

	if (!config_setting_is_group(at) || !config_setting_lookup_string(at, "name", &name))
		return reader_refuse(reader, at,
		    "a pool is { name = \"...\"; match = \"...\"; pool_size = ...; }");
	if (!config_setting_lookup_string(at, "match", &match))
		return reader_refuse(reader, at, "a pool needs match = \"filter\"");
	if (!value_check_filter(match, &why))
		return reader_refuse(reader, config_setting_get_member(at, "match"), why.msg);
	return check_name(reader, config_setting_get_member(at, "name"), name) &&
	    read_numbers(reader, &draft) && check_kind(reader, &draft) &&
	    fill_plan(reader, &draft, settings_add_pool(reader->settings, name, match)) &&
	    check_sum(reader, at);
}

bool
reader_pools(const struct reader *reader, const config_setting_t *at)
{
	if (!config_setting_is_list(at))
		return reader_refuse_key(reader, at, "( { ... }, { ... } ) is expected for");
	settings_drop_pools(reader->settings);
	for (int i = 0; i < config_setting_length(at); i++)
		if (!read_pool(reader, config_setting_get_elem(at, (unsigned)i)))
			return false;
	return true;
}
