/* SPDX-License-Identifier: PostgreSQL */
/*
 * The lists that only a configuration file can hold: limits of alerts,
 * pools, keys and colours.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "app.h"
#include "base/units.h"
#include "reader.h"
#include "ui/style.h"
#include "ui/ui.h"

static bool
read_limit(const struct reader *reader, const config_setting_t *at, enum value_type unit,
    struct alert_limit *limit)
{
	char room[64];
	const char *text = reader_text(at, room);
	struct err why;

	if (text == NULL || config_setting_type(at) == CONFIG_TYPE_BOOL)
		return reader_refuse_key(reader, at,
		    "a number, a duration or a range is expected for");
	return alert_limit_parse(unit, text, limit, &why) || reader_refuse(reader, at, why.msg);
}

static bool
read_alert(const struct reader *reader, const config_setting_t *at)
{
	const struct alert_rule *rule = alert_find(config_setting_name(at));
	struct alert_limits *limits;

	if (rule == NULL)
		return reader_refuse_key(reader, at, "there is no alert");
	if (!config_setting_is_group(at))
		return reader_refuse_key(reader, at,
		    "{ warning = ...; critical = ...; } is expected for");
	limits = settings_add_alert(reader->settings, rule->name);
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *name = config_setting_name(item);
		struct alert_limit *field = strcmp(name, "warning") == 0 ? &limits->warning
		    : strcmp(name, "critical") == 0                      ? &limits->critical
		                                                         : NULL;

		if (field == NULL)
			return reader_refuse_key(reader, item,
			    "an alert has warning and critical, not");
		if (!read_limit(reader, item, rule->unit, field))
			return false;
	}
	return true;
}

bool
reader_alerts(const struct reader *reader, const config_setting_t *at)
{
	if (!config_setting_is_group(at))
		return reader_refuse_key(reader, at,
		    "{ name = { warning = ...; }; } is expected for");
	for (int i = 0; i < config_setting_length(at); i++)
		if (!read_alert(reader, config_setting_get_elem(at, (unsigned)i)))
			return false;
	return true;
}

/* The numbers of a pool: name, field, least. */
static int64_t *
pool_number(struct pool_plan *plan, const char *name, int64_t *least)
{
	const struct {
		const char *name;
		int64_t *field;
		int64_t least;
	} numbers[] = {
		{ "instances", &plan->instances, 1 },
		{ "workers", &plan->workers, 1 },
		{ "engines", &plan->engines, 1 },
		{ "pool_size", &plan->pool_size, 0 },
		{ "max_overflow", &plan->max_overflow, 0 },
		{ "connections", &plan->connections, 0 },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		*least = numbers[i].least;
		if (strcmp(numbers[i].name, name) == 0)
			return numbers[i].field;
	}
	return NULL;
}

static bool
read_pool_number(const struct reader *reader, const config_setting_t *at, struct pool_plan *plan)
{
	int64_t least, *field = pool_number(plan, config_setting_name(at), &least);
	char room[64];
	const char *text = reader_text(at, room);
	struct err why;

	if (field == NULL)
		return reader_refuse_key(reader, at, "a pool has no");
	if (!config_setting_is_number(at))
		return reader_refuse_key(reader, at, "a whole number is expected for");
	if (!units_parse_int(text, least, 1000000, field, &why))
		return reader_refuse_value(reader, at, &why);
	return true;
}

static bool
read_pool(const struct reader *reader, const config_setting_t *at)
{
	const char *name, *match;
	struct pool_plan *plan;
	bool formula, number;
	struct err why;

	if (!config_setting_is_group(at) || !config_setting_lookup_string(at, "name", &name))
		return reader_refuse(reader, at,
		    "a pool is { name = \"...\"; match = \"...\"; pool_size = ...; }");
	if (!config_setting_lookup_string(at, "match", &match))
		return reader_refuse(reader, at, "a pool needs match = \"filter\"");
	if (!value_check_filter(match, &why))
		return reader_refuse(reader, config_setting_get_member(at, "match"), why.msg);
	plan = settings_add_pool(reader->settings, name, match);
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);

		if (strcmp(config_setting_name(item), "name") == 0 ||
		    strcmp(config_setting_name(item), "match") == 0)
			continue;
		if (!read_pool_number(reader, item, plan))
			return false;
	}
	formula = config_setting_get_member(at, "pool_size") != NULL;
	number = config_setting_get_member(at, "connections") != NULL;
	return formula != number ||
	    reader_refuse(reader, at, "a pool has either pool_size or connections");
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

/* A group of texts: names and what they are bound to. */
static bool
read_bindings(const struct reader *reader, const config_setting_t *at,
    void (*add)(struct settings *settings, const char *name, const char *value))
{
	if (!config_setting_is_group(at))
		return reader_refuse_key(reader, at, "{ name = \"...\"; } is expected for");
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *value = config_setting_get_string(item);

		if (value == NULL)
			return reader_refuse_key(reader, item, "a text is expected for");
		add(reader->settings, config_setting_name(item), value);
	}
	return true;
}

/* Keys are checked together, for two commands may change places. */
bool
reader_keys(const struct reader *reader, const config_setting_t *at)
{
	struct settings only = { 0 };
	struct ui *ui;
	struct err why;

	if (!read_bindings(reader, at, settings_add_key))
		return false;
	only.keys = reader->settings->keys;
	only.key_count = reader->settings->key_count;
	ui = ui_new(&only, &why);
	if (ui == NULL)
		return reader_refuse(reader, at, why.msg);
	ui_free(ui);
	return true;
}

bool
reader_colors(const struct reader *reader, const config_setting_t *at)
{
	struct look looks[STYLE_COUNT];
	struct err why;

	if (!read_bindings(reader, at, settings_add_color))
		return false;
	style_defaults(looks, true);
	return style_configure(looks, reader->settings, true, &why) ||
	    reader_refuse(reader, at, why.msg);
}
