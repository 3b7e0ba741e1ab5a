/* SPDX-License-Identifier: PostgreSQL */
/*
 * Our own session has set some timeouts for itself, so the value to show is
 * the one that RESET would give. That one is the server's, unless our role or
 * database has another: who reads it has to look for that.
 */
#include "source/pg_params.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_conn.h"
#include "source/pg_sql.h"

#define PARAMS_AGE_US (60 * UNITS_US_PER_SECOND)
#define DENIED_AGE_US (600 * UNITS_US_PER_SECOND) /* it would only be said again */

void
pg_params_clear(struct pg_params *params)
{
	arena_clear(&params->arena);
	*params = (struct pg_params){ 0 };
}

bool
pg_params_due(const struct pg_params *params, int64_t mono_us)
{
	return !params->known || mono_us >= params->due_us;
}

bool
pg_params_ask_overrides(const struct pg_params *params, int64_t mono_us)
{
	return mono_us >= params->overrides_us;
}

void
pg_params_overrides_failed(struct pg_params *params, int64_t mono_us)
{
	params->overrides_us = mono_us + DENIED_AGE_US;
}

void
pg_params_list(struct buf *names, struct buf *texts)
{
	for (int id = 0; id < PARAM_COUNT; id++) {
		const char *comma = id > 0 ? ", " : "";

		buf_addf(names, "%s'%s'", comma, param_rows[id].name);
		buf_addf(texts, "%s'%s=%%'", comma, param_rows[id].name);
	}
}

static bool
is_tcp(enum param_id id)
{
	return id >= PARAM_KEEPALIVES_IDLE && id <= PARAM_USER_TIMEOUT;
}

static void
read_row(struct pg_params *params, const struct pg_rows *rows, int row)
{
	size_t len;
	const char *name = pg_rows_value(rows, row, PARAMS_NAME, &len);
	enum param_id id = name == NULL ? PARAM_COUNT : param_find(name, len);
	struct param *param = &params->now.items[id < PARAM_COUNT ? id : 0];
	const char *reset, *setting, *pending, *source;
	int64_t number;

	if (id == PARAM_COUNT)
		return;
	reset = pg_rows_value(rows, row, PARAMS_RESET, &len);
	setting = pg_rows_value(rows, row, PARAMS_SETTING, &len);
	pending = pg_rows_value(rows, row, PARAMS_PENDING, &len);
	source = pg_rows_value(rows, row, PARAMS_SOURCE, &len);
	if (reset != NULL && !param_parse(id, reset, &param->value))
		param->value = -1;
	/* What 0 leaves to the system shows on a TCP connection; otherwise it stays 0. */
	if (is_tcp(id) && param->value == 0 && setting != NULL &&
	    param_parse(id, setting, &number) && number > 0)
		param->actual = number;
	param->pending = pending != NULL && pending[0] == 't';
	/* A value of our session says nothing of where the server's is from. */
	if (source != NULL && strcmp(source, "session") != 0 && strcmp(source, "client") != 0)
		param->source = arena_strndup(&params->arena, source, len);
}

/* Whether "-c name=value" or the like is among the options, where a dash may be an underscore. */
static bool
names_param(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (; options != NULL && *options != '\0'; options++) {
		size_t i = 0;

		while (i < len &&
		    (strncasecmp(&options[i], &name[i], 1) == 0 ||
		        (options[i] == '-' && name[i] == '_')))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

void
pg_params_read(struct pg_params *params, const struct pg_rows *rows, const char *options,
    int64_t mono_us)
{
	arena_reset(&params->arena);
	params_init(&params->now);
	for (int row = 0; row < pg_rows_count(rows); row++)
		read_row(params, rows, row);
	for (int id = 0; id < PARAM_COUNT; id++)
		if (names_param(options, param_rows[id].name))
			params->now.items[id].value = -1;
	params->known = true;
	params->due_us = mono_us + PARAMS_AGE_US;
}

static const char *
keep(struct pg_params *params, const struct pg_rows *rows, int row, int col)
{
	size_t len;
	const char *name = pg_rows_value(rows, row, col, &len);

	return name == NULL ? NULL : arena_strndup(&params->arena, name, len);
}

void
pg_params_read_overrides(struct pg_params *params, const struct pg_rows *rows)
{
	int count = pg_rows_count(rows);
	struct override *list = arena_alloc(&params->arena, OVERRIDES_MOST, sizeof(*list));

	params->now.overrides = list;
	params->now.overrides_known = true;
	params->now.overrides_cut = count > OVERRIDES_MOST;
	for (int row = 0; row < count && row < OVERRIDES_MOST; row++) {
		struct override *override = &list[params->now.override_count];
		size_t len;
		const char *text = pg_rows_value(rows, row, OVERRIDES_TEXT, &len);
		const char *sign = text == NULL ? NULL : strchr(text, '=');

		if (sign == NULL)
			continue;
		override->id = param_find(text, (size_t)(sign - text));
		if (override->id == PARAM_COUNT ||
		    !param_parse(override->id, sign + 1, &override->value))
			continue;
		override->role = keep(params, rows, row, OVERRIDES_ROLE);
		override->database = keep(params, rows, row, OVERRIDES_DATABASE);
		params->now.override_count++;
	}
}

static const char *
give(struct snapshot *snap, const char *text)
{
	return text == NULL ? NULL : snapshot_intern(snap, text, strlen(text));
}

void
pg_params_give(const struct pg_params *params, struct snapshot *snap)
{
	const struct params *now = &params->now;
	struct override *list;

	if (!params->known)
		return;
	snap->params = *now;
	for (int id = 0; id < PARAM_COUNT; id++)
		snap->params.items[id].source = give(snap, now->items[id].source);
	snap->params.overrides = list =
	    arena_alloc(&snap->arena, now->override_count, sizeof(*list));
	for (size_t i = 0; i < now->override_count; i++) {
		list[i] = now->overrides[i];
		list[i].role = give(snap, now->overrides[i].role);
		list[i].database = give(snap, now->overrides[i].database);
	}
}
