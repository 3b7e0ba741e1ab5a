/* SPDX-License-Identifier: PostgreSQL */
/*
 * The lists that only a configuration file can hold: limits of alerts, keys
 * and colours. Pools are in config_pools.c.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "app.h"
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
