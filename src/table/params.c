/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's settings that matter for connections, and what had better be
 * changed. Nothing here is ever done by itself.
 */
#include "analysis/facts.h"
#include "analysis/tuning.h"
#include "base/mem.h"
#include "internal.h"
#include "model/messages.h"
#include "model/snapshot.h"

#define TEXT_GETTER(function, field)                                                 \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		const struct tuning *tuning = row;                                   \
                                                                                     \
		(void)data;                                                          \
		return value_text(tuning->field);                                    \
	}

TEXT_GETTER(get_name, name)
TEXT_GETTER(get_value, text)
TEXT_GETTER(get_scope, scope)
TEXT_GETTER(get_role, role)
TEXT_GETTER(get_database, database)
TEXT_GETTER(get_source, source)
TEXT_GETTER(get_meaning, meaning)
TEXT_GETTER(get_advice, advice)
TEXT_GETTER(get_reason, reason)
TEXT_GETTER(get_effect, effect)
TEXT_GETTER(get_statement, statement)

static struct value
get_pending(const struct table_data *data, const void *row)
{
	const struct tuning *tuning = row;

	if (tuning->is_override || (data->snap->via == VIA_PROC && !tuning->pending))
		return value_none(); /* files do not tell */
	return value_bool(tuning->pending);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	struct tunings tunings;

	tuning_make(&tunings, data->snap, data->facts, arena);
	out->items = arena_alloc(arena, tunings.count, sizeof *out->items);
	out->count = tunings.count;
	for (size_t i = 0; i < tunings.count; i++)
		out->items[i] = &tunings.items[i];
}

static uint64_t
key(const void *row)
{
	const struct tuning *tuning = row;
	uint64_t hash = row_key_text(tuning->name);

	hash = row_key_join(hash, tuning->role);
	return row_key_join(hash, tuning->database);
}

static int
level(const struct table_data *data, const void *row)
{
	const struct tuning *tuning = row;

	(void)data;
	return tuning->urgent || tuning->pending ? LEVEL_WARNING : LEVEL_OK;
}

static const struct column columns[] = {
	{ "name", NULL, "SETTING", "its name in PostgreSQL", VALUE_TEXT, 35, 0, get_name },
	{ "value", NULL, "VALUE", "its value, as SHOW has it; 0 is off for times", VALUE_TEXT, 6, 0,
	    get_value },
	{ "scope", NULL, "FOR", "for whom it is: the server, a role, a database or all roles",
	    VALUE_TEXT, 13, 0, get_scope },
	{ "role", NULL, "ROLE", "role that has a value of its own", VALUE_TEXT, 10, COLUMN_HIDDEN,
	    get_role },
	{ "database", NULL, "DATABASE", "database that has a value of its own", VALUE_TEXT, 10,
	    COLUMN_HIDDEN, get_database },
	{ "recommendation", NULL, "BETTER", "what it had better be; none where it may stay",
	    VALUE_TEXT, 15, 0, get_advice },
	{ "takes_effect", NULL, "AFTER",
	    "what that takes: restart, reload, new sessions, or on a standby the primary",
	    VALUE_TEXT, 12, COLUMN_WIDER, get_effect },
	{ "pending", NULL, "PENDING", "whether another value waits for a restart of the server",
	    VALUE_BOOL, 7, COLUMN_WIDER, get_pending },
	{ "reason", NULL, "WHY", "why it had better be so, or may stay", VALUE_TEXT, 36,
	    COLUMN_STRETCH | COLUMN_WIDE, get_reason },
	{ "source", NULL, "FROM", "where the value is from", VALUE_TEXT, 18, COLUMN_HIDDEN,
	    get_source },
	{ "meaning", NULL, "MEANING", "what the setting does to connections", VALUE_TEXT, 40,
	    COLUMN_HIDDEN, get_meaning },
	{ "statement", NULL, "STATEMENT", "what makes it so; pgconntop never runs it", VALUE_TEXT,
	    40, COLUMN_HIDDEN, get_statement },
};

const struct table table_params = {
	.name = "settings",
	.title = "Settings",
	.help = "the server's settings that matter for connections, and what would be better",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.key = key,
	.level = level,
};
