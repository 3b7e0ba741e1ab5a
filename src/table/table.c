/* SPDX-License-Identifier: PostgreSQL */
/*
 * The registry of tables, and small helpers that all of them use.
 */
#include "table/table.h"

#include <string.h>

#include "base/mem.h"
#include "internal.h"

const struct table *
table_find(const char *name)
{
	for (size_t i = 0; i < table_count; i++)
		if (strcmp(tables[i]->name, name) == 0)
			return tables[i];
	return NULL;
}

const struct column *
table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

const char *
column_key(const struct column *column)
{
	return column->key != NULL ? column->key : column->name;
}

/* One step of FNV-1a for each byte and one for the end, so that "a", "bc" is not "ab", "c". */
uint64_t
row_key_join(uint64_t hash, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(1099511628211);
	hash = (hash ^ 0x100) * UINT64_C(1099511628211);
	return hash != 0 ? hash : 1;
}

uint64_t
row_key_text(const char *s)
{
	return row_key_join(UINT64_C(14695981039346656037), s);
}

uint64_t
row_key_identity(const struct identity *id)
{
	uint64_t key = ((uint64_t)id->start_us ^ ((uint64_t)(uint32_t)id->pid << 40)) *
	    UINT64_C(0x9e3779b97f4a7c15);

	return key != 0 ? key : 1;
}

void
rows_single(struct rows *out, const void *row, struct arena *arena)
{
	out->items = arena_alloc(arena, 1, sizeof *out->items);
	out->items[0] = row;
	out->count = 1;
}

const struct table *const tables[] = {
	&table_summary,
	&table_states,
	&table_applications,
	&table_users,
	&table_databases,
	&table_clients,
	&table_sessions,
	&table_queries,
	&table_pools,
	&table_unclaimed,
	&table_scenarios,
	&table_limits,
	&table_idle,
	&table_turnover,
	&table_params,
	&table_alerts,
};

const size_t table_count = COUNT_OF(tables);
