/* SPDX-License-Identifier: PostgreSQL */
/*
 * Configuration files, read with libconfig. A key is a setting, or one of
 * the lists that only a file can hold; anything else, or a value of the
 * wrong type or range, is refused with file and line.
 */
#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"
#include "ui/style.h"
#include "ui/ui.h"

struct reader {
	struct settings *settings;
	const char *path;
	struct err *err;
};

/* Fails with file and line. */
static bool
refuse(const struct reader *reader, const config_setting_t *at, const char *reason)
{
	return err_set(reader->err, "%s:%u: %s", reader->path, config_setting_source_line(at),
	    reason);
}

static bool
refuse_key(const struct reader *reader, const config_setting_t *at, const char *what)
{
	char reason[256];

	snprintf(reason, sizeof reason, "%s \"%s\"", what, config_setting_name(at));
	return refuse(reader, at, reason);
}

static bool
refuse_value(const struct reader *reader, const config_setting_t *at, const struct err *why)
{
	char reason[600];

	snprintf(reason, sizeof(reason), "%s: %s", config_setting_name(at), why->msg);
	return refuse(reader, at, reason);
}

/* A scalar as text, as it would stand on the command line; NULL for a list or group. */
static const char *
scalar_text(const config_setting_t *at, char room[64])
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(room, 64, "%lld", config_setting_get_int64(at));
		return room;
	case CONFIG_TYPE_FLOAT:
		return units_number_exact(room, config_setting_get_float(at));
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(at) ? "true" : "false";
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(at);
	default:
		return NULL;
	}
}

static bool
set_scalar(const struct reader *reader, const config_setting_t *at, const struct setting_row *row)
{
	char room[64];
	const char *text = scalar_text(at, room);
	bool is_bool = config_setting_type(at) == CONFIG_TYPE_BOOL;
	struct err why;

	if (text == NULL)
		return refuse_key(reader, at, "one value is expected for");
	if (is_bool != (row->kind == SETTING_FLAG))
		return refuse_key(reader, at,
		    is_bool ? "true or false is no value for" : "true or false is expected for");
	if (!value_set(reader->settings, row, text, &why))
		return refuse(reader, at, why.msg);
	return true;
}

static bool
set_list(const struct reader *reader, const config_setting_t *at, const struct setting_row *row)
{
	if (!config_setting_is_aggregate(at))
		return set_scalar(reader, at, row);
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		struct err why;

		if (config_setting_type(item) != CONFIG_TYPE_STRING)
			return refuse_key(reader, at, "texts are expected in");
		if (!value_set(reader->settings, row, config_setting_get_string(item), &why))
			return refuse(reader, item, why.msg);
	}
	return true;
}

static bool
read_limit(const struct reader *reader, const config_setting_t *at, enum value_type unit,
    struct alert_limit *limit)
{
	char room[64];
	const char *text = scalar_text(at, room);
	struct err why;

	if (text == NULL || config_setting_type(at) == CONFIG_TYPE_BOOL)
		return refuse_key(reader, at, "a number, a duration or a range is expected for");
	return alert_limit_parse(unit, text, limit, &why) || refuse(reader, at, why.msg);
}

static bool
read_alert(const struct reader *reader, const config_setting_t *at)
{
	const struct alert_rule *rule = alert_find(config_setting_name(at));
	struct alert_limits *limits;

	if (rule == NULL)
		return refuse_key(reader, at, "there is no alert");
	if (!config_setting_is_group(at))
		return refuse_key(reader, at, "{ warning = ...; critical = ...; } is expected for");
	limits = settings_add_alert(reader->settings, rule->name);
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *name = config_setting_name(item);
		struct alert_limit *field = strcmp(name, "warning") == 0 ? &limits->warning
		    : strcmp(name, "critical") == 0                      ? &limits->critical
		                                                         : NULL;

		if (field == NULL)
			return refuse_key(reader, item, "an alert has warning and critical, not");
		if (!read_limit(reader, item, rule->unit, field))
			return false;
	}
	return true;
}

static bool
read_alerts(const struct reader *reader, const config_setting_t *at)
{
	if (!config_setting_is_group(at))
		return refuse_key(reader, at, "{ name = { warning = ...; }; } is expected for");
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
	const char *text = scalar_text(at, room);
	struct err why;

	if (field == NULL)
		return refuse_key(reader, at, "a pool has no");
	if (!config_setting_is_number(at))
		return refuse_key(reader, at, "a whole number is expected for");
	if (!units_parse_int(text, least, 1000000, field, &why))
		return refuse_value(reader, at, &why);
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
		return refuse(reader, at,
		    "a pool is { name = \"...\"; match = \"...\"; pool_size = ...; }");
	if (!config_setting_lookup_string(at, "match", &match))
		return refuse(reader, at, "a pool needs match = \"filter\"");
	if (!value_check_filter(match, &why))
		return refuse(reader, config_setting_get_member(at, "match"), why.msg);
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
	    refuse(reader, at, "a pool has either pool_size or connections");
}

/* The pools of a later file take the place of an earlier one's. */
static bool
read_pools(const struct reader *reader, const config_setting_t *at)
{
	if (!config_setting_is_list(at))
		return refuse_key(reader, at, "( { ... }, { ... } ) is expected for");
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
		return refuse_key(reader, at, "{ name = \"...\"; } is expected for");
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *value = config_setting_get_string(item);

		if (value == NULL)
			return refuse_key(reader, item, "a text is expected for");
		add(reader->settings, config_setting_name(item), value);
	}
	return true;
}

/* Keys are checked together, for two commands may change places. */
static bool
read_keys(const struct reader *reader, const config_setting_t *at)
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
		return refuse(reader, at, why.msg);
	ui_free(ui);
	return true;
}

static bool
read_colors(const struct reader *reader, const config_setting_t *at)
{
	struct look looks[STYLE_COUNT];
	struct err why;

	if (!read_bindings(reader, at, settings_add_color))
		return false;
	style_defaults(looks, true);
	return style_configure(looks, reader->settings, true, &why) || refuse(reader, at, why.msg);
}

static bool
read_key(const struct reader *reader, const config_setting_t *at)
{
	const char *name = config_setting_name(at);
	const struct setting_row *row = settings_find(name);

	if (strcmp(name, "alerts") == 0)
		return read_alerts(reader, at);
	if (strcmp(name, "pools") == 0)
		return read_pools(reader, at);
	if (strcmp(name, "keys") == 0)
		return read_keys(reader, at);
	if (strcmp(name, "colors") == 0)
		return read_colors(reader, at);
	if (row == NULL || row->section == SECTION_COMMAND || row->section == SECTION_HIDDEN)
		return refuse_key(reader, at, "there is no setting");
	if (row->kind == SETTING_LIST)
		return set_list(reader, at, row);
	return set_scalar(reader, at, row);
}

/* The whole file; false when it cannot be read, which for a directory shows only here. */
static bool
read_file(FILE *file, struct buf *text)
{
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(text, chunk, n);
	return ferror(file) == 0;
}

static bool
read_text(const struct reader *reader, const char *text)
{
	const config_setting_t *root;
	config_t config;
	bool ok = true;

	config_init(&config);
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		ok = err_set(reader->err, "%s:%d: %s", reader->path, config_error_line(&config),
		    config_error_text(&config));
	} else {
		root = config_root_setting(&config);
		for (int i = 0; ok && i < config_setting_length(root); i++)
			ok = read_key(reader, config_setting_get_elem(root, (unsigned)i));
	}
	config_destroy(&config);
	return ok;
}

bool
config_load(struct settings *settings, const char *path, bool must, struct err *err)
{
	struct reader reader = { settings, path, err };
	FILE *file = fopen(path, "re");
	struct buf text = { 0 };
	bool ok;

	if (file == NULL)
		return (!must && errno == ENOENT) ||
		    err_set(err, "cannot read %s: %s", path, strerror(errno));
	ok = read_file(file, &text) ? read_text(&reader, buf_str(&text))
	                            : err_set(err, "cannot read %s: %s", path, strerror(errno));
	fclose(file);
	buf_clear(&text);
	return ok;
}
