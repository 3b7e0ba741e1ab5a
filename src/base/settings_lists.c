/* SPDX-License-Identifier: PostgreSQL */
/*
 * The lists of the settings that only a configuration file can hold.
 */
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
settings_drop_pools(struct settings *settings)
{
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
