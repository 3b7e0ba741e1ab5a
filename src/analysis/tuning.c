/* SPDX-License-Identifier: PostgreSQL */
/*
 * Lists the settings, those of the server and those of roles and databases,
 * and writes the statements.
 */
#include "analysis/tuning.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/quote.h"
#include "model/snapshot.h"

static void
write_statement(struct maker *maker, const char *value)
{
	struct tuning *row = maker->row;
	const struct param_row *param = &param_rows[row->id];
	bool whole = !row->is_override && maker->role == NULL;
	struct buf sql = { 0 };

	buf_adds(&sql, "ALTER ");
	if (whole)
		buf_adds(&sql, "SYSTEM");
	else if (!quote_scope(&sql, maker->role != NULL ? maker->role : row->role, row->database))
		buf_reset(&sql);
	if (sql.len > 0) {
		buf_addf(&sql, " SET %s = ", param->name);
		if (param->unit == PARAM_NUMBER)
			buf_adds(&sql, value);
		else
			quote_text(&sql, value);
		buf_adds(&sql, ";");
		if (whole && param->change == PARAM_RELOAD)
			buf_adds(&sql, " SELECT pg_reload_conf();");
		row->statement = arena_strndup(maker->arena, sql.data, sql.len);
		row->effect = !whole && maker->snap->server.in_recovery ? "on the primary"
		    : !whole                                            ? "new sessions"
		    : param->change == PARAM_RESTART                    ? "restart"
		                                                        : "reload";
	}
	buf_clear(&sql);
}

/* Fills in what the value of a row had better be. */
static void
advise(struct maker *maker)
{
	struct tuning *row = maker->row;
	char text[PARAM_TEXT_MAX];

	maker->better = -1;
	maker->role = NULL;
	tuning_rules[row->id].advise(maker);
	if (maker->better < 0)
		return;
	param_text(text, row->id, maker->better);
	row->advice = maker->role == NULL
	    ? arena_strndup(maker->arena, text, strlen(text))
	    : arena_printf(maker->arena, "%s for %s", text, maker->role);
	write_statement(maker, text);
}

/* Whether the server has the setting; known values are of one that has. */
static bool
is_there(const struct snapshot *snap, enum param_id id)
{
	int version = snap->server.version_num;

	return snap->params.items[id].value >= 0 || param_rows[id].version <= version ||
	    (version == 0 && param_rows[id].version == PARAM_ALWAYS);
}

/* The value of a row as SHOW has it. */
static void
write_value(struct tuning *row, struct arena *arena)
{
	char text[PARAM_TEXT_MAX];

	if (row->value < 0)
		return;
	param_text(text, row->id, row->value);
	row->text = arena_strndup(arena, text, strlen(text));
}

static void
add_server(struct maker *maker, struct tunings *tunings, enum param_id id)
{
	const struct param *param = &maker->snap->params.items[id];
	struct tuning *row = maker->row = &tunings->items[tunings->count++];

	*row = (struct tuning){
		.id = id,
		.name = param_rows[id].name,
		.scope = "server",
		.value = snapshot_param(maker->snap, id),
		.source = param->source,
		.pending = param->pending,
		.meaning = tuning_rules[id].meaning,
	};
	write_value(row, maker->arena);
	if (row->value >= 0)
		advise(maker);
	else
		row->reason = param->value >= 0
		    ? "not known: our own login has, or may have, a value of its own"
		    : "not known";
	if (row->pending)
		row->reason = arena_printf(maker->arena,
		    "another value waits for a restart of the server; %s", row->reason);
}

static void
add_override(struct maker *maker, struct tunings *tunings, const struct override *override)
{
	struct tuning *row = maker->row = &tunings->items[tunings->count++];
	const char *role = override->role, *database = override->database;

	*row = (struct tuning){
		.id = override->id,
		.name = param_rows[override->id].name,
		.role = role,
		.database = database,
		.is_override = true,
		.value = override->value,
		.meaning = tuning_rules[override->id].meaning,
	};
	if (role != NULL && database != NULL)
		row->scope = arena_printf(maker->arena, "role %s in %s", role, database);
	else if (role != NULL)
		row->scope = arena_printf(maker->arena, "role %s", role);
	else if (database != NULL)
		row->scope = arena_printf(maker->arena, "database %s", database);
	else
		row->scope = "all roles";
	row->source = row->scope;
	write_value(row, maker->arena);
	advise(maker);
}

static void
add_reserves(struct maker *maker, struct tunings *tunings)
{
	for (size_t i = 0; i < maker->snap->reserve_count; i++)
		tunings->items[tunings->count++] = (struct tuning){
			.id = PARAM_COUNT,
			.name = maker->snap->reserves[i].setting,
			.scope = "server",
			.value = maker->snap->reserves[i].slots,
			.text = arena_printf(maker->arena, "%d", maker->snap->reserves[i].slots),
			.meaning = "slots that the provider of the server keeps for itself",
			.reason = "the provider's",
		};
}

void
tuning_make(struct tunings *tunings, const struct snapshot *snap, const struct facts *facts,
    struct arena *arena)
{
	const struct params *params = &snap->params;
	struct maker maker = { .snap = snap, .facts = facts, .arena = arena };
	size_t room = PARAM_COUNT + snap->reserve_count + params->override_count + 1;

	*tunings = (struct tunings){ arena_alloc(arena, room, sizeof *tunings->items), 0 };
	for (int id = 0; id < PARAM_COUNT; id++) {
		if (is_there(snap, (enum param_id)id))
			add_server(&maker, tunings, (enum param_id)id);
		if (id == PARAM_RESERVED)
			add_reserves(&maker, tunings);
		for (size_t i = 0; i < params->override_count; i++)
			if (params->overrides[i].id == (enum param_id)id)
				add_override(&maker, tunings, &params->overrides[i]);
	}
	if (params->overrides_cut)
		tunings->items[tunings->count++] = (struct tuning){
			.id = PARAM_COUNT,
			.name = "(more)",
			.scope = "roles, databases",
			.meaning = "values of more roles and databases",
			.reason = arena_printf(arena,
			    "only %d of roles and databases are listed; pg_db_role_setting has all",
			    OVERRIDES_MOST),
		};
}
