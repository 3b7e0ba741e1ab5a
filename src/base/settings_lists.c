/* SPDX-License-Identifier: PostgreSQL */
/*
 * The lists of the settings that only a configuration file can hold.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/settings.h"

static void
clear_bindings(struct binding **bindings, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		mem_free((*bindings)[i].name);
		mem_free((*bindings)[i].value);
	}
	mem_free(*bindings);
	*bindings = NULL;
	*count = 0;
}

void
settings_drop_scenarios(struct settings *settings)
{
	for (size_t i = 0; i < settings->scenario_count; i++) {
		mem_free(settings->scenarios[i].name);
		mem_free(settings->scenarios[i].plans);
	}
	mem_free(settings->scenarios);
	settings->scenarios = NULL;
	settings->scenario_count = 0;
}

void
settings_drop_pools(struct settings *settings)
{
	settings_drop_scenarios(settings);
	for (size_t i = 0; i < settings->pool_count; i++) {
		mem_free(settings->pools[i].name);
		mem_free(settings->pools[i].match);
	}
	mem_free(settings->pools);
	settings->pools = NULL;
	settings->pool_count = 0;
}

struct pool_plan *
settings_add_pool(struct settings *settings, const char *name, const char *match)
{
	struct pool_plan *plan;

	assert(settings->scenario_count == 0);
	settings->pools =
	    mem_grow(settings->pools, settings->pool_count + 1, sizeof(*settings->pools));
	plan = &settings->pools[settings->pool_count++];
	*plan = (struct pool_plan){
		.name = mem_strdup(name),
		.match = mem_strdup(match),
		.instances = 1,
		.workers = 1,
		.engines = 1,
		.connections = -1,
	};
	return plan;
}

struct scenario *
settings_add_scenario(struct settings *settings, const char *name)
{
	size_t count = settings->pool_count;
	struct scenario *scenario;

	settings->scenarios = mem_grow(settings->scenarios, settings->scenario_count + 1,
	    sizeof(*settings->scenarios));
	scenario = &settings->scenarios[settings->scenario_count++];
	*scenario = (struct scenario){
		.name = mem_strdup(name),
		.plans = mem_alloc(count, sizeof(*scenario->plans)),
		.max_connections = -1,
	};
	if (count > 0)
		memcpy(scenario->plans, settings->pools, count * sizeof(*scenario->plans));
	return scenario;
}

struct alert_limits *
settings_add_alert(struct settings *settings, const char *name)
{
	struct alert_limits *limits;

	settings->alerts =
	    mem_grow(settings->alerts, settings->alert_count + 1, sizeof(*settings->alerts));
	limits = &settings->alerts[settings->alert_count++];
	*limits = (struct alert_limits){ .name = mem_strdup(name) };
	return limits;
}

static void
add_binding(struct binding **bindings, size_t *count, const char *name, const char *value)
{
	*bindings = mem_grow(*bindings, *count + 1, sizeof(**bindings));
	(*bindings)[(*count)++] =
	    (struct binding){ .name = mem_strdup(name), .value = mem_strdup(value) };
}

void
settings_add_key(struct settings *settings, const char *name, const char *value)
{
	add_binding(&settings->keys, &settings->key_count, name, value);
}

void
settings_add_color(struct settings *settings, const char *name, const char *value)
{
	add_binding(&settings->colors, &settings->color_count, name, value);
}

void
settings_drop_lists(struct settings *settings)
{
	settings_drop_pools(settings);
	for (size_t i = 0; i < settings->alert_count; i++)
		mem_free(settings->alerts[i].name);
	mem_free(settings->alerts);
	settings->alerts = NULL;
	settings->alert_count = 0;
	clear_bindings(&settings->keys, &settings->key_count);
	clear_bindings(&settings->colors, &settings->color_count);
}
