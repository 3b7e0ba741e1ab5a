/* SPDX-License-Identifier: PostgreSQL */
/*
 * The scenarios of a configuration file: other numbers for some of its
 * pools, under a name.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/whatif.h"
#include "base/settings.h"
#include "base/units.h"
#include "reader.h"

static bool
read_count(const struct reader *reader, const config_setting_t *at, int64_t least, int64_t most,
    int64_t *out)
{
	char room[64];
	const char *text = reader_text(at, room);
	struct err why;

	if (!config_setting_is_number(at))
		return reader_refuse_key(reader, at, "a whole number is expected for");
	return units_parse_int(text, least, most, out, &why) ||
	    reader_refuse_value(reader, at, &why);
}

/* The plan of the pool of that name; NULL when there is none. */
static struct pool_plan *
find_plan(const struct settings *settings, const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < settings->pool_count; i++)
		if (strcmp(settings->pools[i].name, name) == 0)
			return &scenario->plans[i];
	return NULL;
}

/* Another number for the pool, of those that it has. */
static bool
read_number(const struct reader *reader, const config_setting_t *at, struct pool_plan *plan)
{
	enum whatif_number number = whatif_find(plan, config_setting_name(at));
	char reason[160];
	int64_t value;

	if (number == WHATIF_NUMBERS) {
		snprintf(reason, sizeof(reason), "the pool \"%.64s\" has no", plan->name);
		return reader_refuse_key(reader, at, reason);
	}
	if (!read_count(reader, at, whatif_least(number), WHATIF_MOST, &value))
		return false;
	whatif_set(plan, number, value);
	return true;
}

static bool
read_pool(const struct reader *reader, const config_setting_t *at, const struct scenario *scenario)
{
	struct pool_plan *plan;
	char reason[160];
	const char *name;

	if (!config_setting_is_group(at) || !config_setting_lookup_string(at, "name", &name))
		return reader_refuse(reader, at,
		    "a pool of a scenario is { name = \"...\"; pool_size = ...; }");
	plan = find_plan(reader->settings, scenario, name);
	if (plan == NULL) {
		snprintf(reason, sizeof(reason), "there is no pool \"%.64s\" in pools", name);
		return reader_refuse(reader, at, reason);
	}
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);

		if (strcmp(config_setting_name(item), "name") != 0 &&
		    !read_number(reader, item, plan))
			return false;
	}
	return true;
}

static bool
read_pools(const struct reader *reader, const config_setting_t *at, const struct scenario *scenario)
{
	if (!config_setting_is_list(at))
		return reader_refuse_key(reader, at, "( { ... }, { ... } ) is expected for");
	for (int i = 0; i < config_setting_length(at); i++)
		if (!read_pool(reader, config_setting_get_elem(at, (unsigned)i), scenario))
			return false;
	return true;
}

static bool
read_key(const struct reader *reader, const config_setting_t *at, struct scenario *scenario)
{
	const char *key = config_setting_name(at);

	if (strcmp(key, "name") == 0)
		return true;
	if (strcmp(key, "pools") == 0)
		return read_pools(reader, at, scenario);
	if (strcmp(key, "max_connections") == 0)
		return read_count(reader, at, 1, SETTINGS_SLOTS_MOST, &scenario->max_connections);
	return reader_refuse_key(reader, at, "a scenario has name, pools and max_connections, not");
}

/* Scenarios are told apart by their names, also from what is configured. */
static bool
check_name(const struct reader *reader, const config_setting_t *at, const char *name)
{
	const struct settings *settings = reader->settings;

	if (name[0] == '\0' || strcmp(name, SCENARIO_CONFIGURED) == 0)
		return reader_refuse(reader, at, "a scenario needs a name of its own");
	for (size_t i = 0; i < settings->scenario_count; i++)
		if (strcmp(settings->scenarios[i].name, name) == 0)
			return reader_refuse(reader, at,
			    "there is a scenario of this name already");
	return true;
}

static bool
read_scenario(const struct reader *reader, const config_setting_t *at)
{
	struct scenario *scenario;
	const char *name;

	if (!config_setting_is_group(at) || !config_setting_lookup_string(at, "name", &name))
		return reader_refuse(reader, at,
		    "a scenario is { name = \"...\"; pools = ( ... ); max_connections = ...; }");
	if (!check_name(reader, config_setting_get_member(at, "name"), name))
		return false;
	scenario = settings_add_scenario(reader->settings, name);
	for (int i = 0; i < config_setting_length(at); i++)
		if (!read_key(reader, config_setting_get_elem(at, (unsigned)i), scenario))
			return false;
	return true;
}

bool
reader_scenarios(const struct reader *reader, const config_setting_t *at)
{
	if (!config_setting_is_list(at))
		return reader_refuse_key(reader, at, "( { ... }, { ... } ) is expected for");
	settings_drop_scenarios(reader->settings);
	for (int i = 0; i < config_setting_length(at); i++)
		if (!read_scenario(reader, config_setting_get_elem(at, (unsigned)i)))
			return false;
	return true;
}
