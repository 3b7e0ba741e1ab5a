/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which key calls which command: the default keys of the commands, and
 * those that the user gave instead. No key may call two in the same mode.
 */
#include "internal.h"

#include "base/settings.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES UI_KEY_MAX

/* The user's keys of a command, the last ones given; NULL when there are none. */
static const char *
user_keys(const struct settings *settings, const char *name)
{
	const char *keys = NULL;

	for (size_t i = 0; i < settings->key_count; i++)
		if (strcmp(settings->keys[i].name, name) == 0)
			keys = settings->keys[i].value;
	return keys;
}

const struct command *
keymap_find(const struct keymap *keymap, uint32_t code, unsigned modes)
{
	const struct command *elsewhere = NULL;

	for (size_t i = 0; i < keymap->count; i++) {
		const struct bound *bound = &keymap->items[i];

		if (bound->code == code && (bound->command->modes & modes) != 0)
			return bound->command;
		if (bound->code == code)
			elsewhere = bound->command;
	}
	return elsewhere;
}

static bool
bind(struct keymap *keymap, const char *key, const struct command *command, struct err *err)
{
	uint32_t code = key_parse(key);
	const struct command *other;

	if (code == 0)
		return err_set(err, "keys.%s: there is no key \"%s\"", command->name, key);
	other = keymap_find(keymap, code, command->modes);
	if (other == command)
		return true;
	if (other != NULL && (other->modes & command->modes) != 0)
		return err_set(err, "keys.%s: \"%s\" is already the key of \"%s\"", command->name,
		    key, other->name);
	keymap->items = mem_grow(keymap->items, keymap->count + 1, sizeof(*keymap->items));
	keymap->items[keymap->count++] = (struct bound){ code, command };
	return true;
}

/* Binds each of the names in the list. */
static bool
bind_all(struct keymap *keymap, const char *keys, const struct command *command, struct err *err)
{
	char name[NAME_MAX_BYTES];

	for (keys += strspn(keys, " "); *keys != '\0'; keys += strspn(keys, " ")) {
		size_t len = strcspn(keys, " ");

		if (len >= sizeof(name))
			return err_set(err, "keys.%s: there is no key \"%.*s\"", command->name,
			    (int)len, keys);
		memcpy(name, keys, len);
		name[len] = '\0';
		if (!bind(keymap, name, command, err))
			return false;
		keys += len;
	}
	return true;
}

static bool
check_names(const struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->key_count; i++) {
		size_t n = 0;

		while (n < command_count && strcmp(commands[n].name, settings->keys[i].name) != 0)
			n++;
		if (n == command_count)
			return err_set(err, "keys: there is no command \"%s\"",
			    settings->keys[i].name);
	}
	return true;
}

bool
keymap_make(struct keymap *keymap, const struct settings *settings, struct err *err)
{
	if (!check_names(settings, err))
		return false;
	for (size_t i = 0; i < command_count; i++) {
		const char *keys = user_keys(settings, commands[i].name);

		if (!bind_all(keymap, keys != NULL ? keys : commands[i].keys, &commands[i], err))
			return false;
	}
	return true;
}

const char *
keymap_first(const struct keymap *keymap, const char *name, struct arena *arena)
{
	char key[NAME_MAX_BYTES];

	for (size_t i = 0; i < keymap->count; i++)
		if (strcmp(keymap->items[i].command->name, name) == 0)
			return arena_printf(arena, "%s", key_name(keymap->items[i].code, key));
	return "?";
}

const char *
keymap_keys(const struct keymap *keymap, const struct command *command, struct arena *arena)
{
	const char *keys = "";
	char name[NAME_MAX_BYTES];

	for (size_t i = 0; i < keymap->count; i++)
		if (keymap->items[i].command == command)
			keys = arena_printf(arena, "%s%s%s", keys, keys[0] != '\0' ? " " : "",
			    key_name(keymap->items[i].code, name));
	return keys;
}

const char *
ui_key_of(const struct settings *settings, const char *name, char out[UI_KEY_MAX])
{
	const char *keys = user_keys(settings, name);

	for (size_t i = 0; keys == NULL && i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			keys = commands[i].keys;
	if (keys == NULL)
		keys = "";
	keys += strspn(keys, " ");
	snprintf(out, UI_KEY_MAX, "%.*s", (int)strcspn(keys, " "), keys);
	return out;
}
