/* SPDX-License-Identifier: PostgreSQL */
/*
 * Configuration files, read with libconfig. A key is a setting, or one of
 * the lists that only a file can hold; anything else, or a value of the
 * wrong type or range, is refused with file and line. A profile is a group
 * of such keys that is read on top when it is asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"
#include "reader.h"

struct file {
	const char *path;
	bool must; /* be there */
	config_t config;
	const config_setting_t *root;     /* NULL when there is no file */
	const config_setting_t *profiles; /* NULL when it has none */
};

struct files {
	struct file items[CONFIG_PATHS];
	size_t count;
};

bool
reader_refuse(const struct reader *reader, const config_setting_t *at, const char *reason)
{
	return err_set(reader->err, "%s:%u: %s", reader->path, config_setting_source_line(at),
	    reason);
}

bool
reader_refuse_key(const struct reader *reader, const config_setting_t *at, const char *what)
{
	char reason[256];

	snprintf(reason, sizeof reason, "%s \"%s\"", what, config_setting_name(at));
	return reader_refuse(reader, at, reason);
}

bool
reader_refuse_value(const struct reader *reader, const config_setting_t *at, const struct err *why)
{
	char reason[600];

	snprintf(reason, sizeof(reason), "%s: %s", config_setting_name(at), why->msg);
	return reader_refuse(reader, at, reason);
}

const char *
reader_text(const config_setting_t *at, char room[64])
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
	const char *text = reader_text(at, room);
	bool is_bool = config_setting_type(at) == CONFIG_TYPE_BOOL;
	struct err why;

	if (text == NULL)
		return reader_refuse_key(reader, at, "one value is expected for");
	if (is_bool != (row->kind == SETTING_FLAG))
		return reader_refuse_key(reader, at,
		    is_bool ? "true or false is no value for" : "true or false is expected for");
	if (!value_set(reader->settings, row, text, &why))
		return reader_refuse(reader, at, why.msg);
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
			return reader_refuse_key(reader, at, "texts are expected in");
		if (!value_set(reader->settings, row, config_setting_get_string(item), &why))
			return reader_refuse(reader, item, why.msg);
	}
	return true;
}

/* A file that is always read must not end sessions. */
static bool
refuse_order(const struct reader *reader, const config_setting_t *at)
{
	char reason[256];

	snprintf(reason, sizeof reason,
	    "\"%s\" may stand only in a profile or on the command line: a file that is always "
	    "read must not end sessions",
	    config_setting_name(at));
	return reader_refuse(reader, at, reason);
}

static bool
read_key(const struct reader *reader, const config_setting_t *at)
{
	const char *name = config_setting_name(at);
	const struct setting_row *row = settings_find(name);

	if (strcmp(name, "alerts") == 0)
		return reader_alerts(reader, at);
	if (strcmp(name, "pools") == 0)
		return reader_pools(reader, at);
	if (strcmp(name, "keys") == 0)
		return reader_keys(reader, at);
	if (strcmp(name, "colors") == 0)
		return reader_colors(reader, at);
	if (row == NULL || row->section == SECTION_COMMAND || row->section == SECTION_HIDDEN)
		return reader_refuse_key(reader, at, "there is no setting");
	if (row->section == SECTION_ORDER && !reader->in_profile)
		return refuse_order(reader, at);
	if (row->kind == SETTING_LIST)
		return set_list(reader, at, row);
	return set_scalar(reader, at, row);
}

/* All keys of a group but the one that holds the profiles; the scenarios last, for they are made of
 * the pools. */
static bool
read_group(const struct reader *reader, const config_setting_t *group,
    const config_setting_t *profiles)
{
	const config_setting_t *scenarios = config_setting_get_member(group, "scenarios");

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *at = config_setting_get_elem(group, (unsigned)i);

		if (at != profiles && at != scenarios && !read_key(reader, at))
			return false;
	}
	return scenarios == NULL || reader_scenarios(reader, scenarios);
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

/* Parses the file, if it is there; its profiles must be groups. */
static bool
parse_file(struct file *file, struct err *err)
{
	struct reader reader = { NULL, file->path, false, err };
	FILE *stream = fopen(file->path, "re");
	struct buf text = { 0 };
	bool ok;

	if (stream == NULL)
		return (!file->must && errno == ENOENT) ||
		    err_set(err, "cannot read %s: %s", file->path, strerror(errno));
	ok = read_file(stream, &text) ||
	    err_set(err, "cannot read %s: %s", file->path, strerror(errno));
	fclose(stream);
	if (ok && config_read_string(&file->config, buf_str(&text)) != CONFIG_TRUE)
		ok = err_set(err, "%s:%d: %s", file->path, config_error_line(&file->config),
		    config_error_text(&file->config));
	buf_clear(&text);
	if (!ok)
		return false;
	file->root = config_root_setting(&file->config);
	file->profiles = config_setting_get_member(file->root, "profiles");
	return file->profiles == NULL || config_setting_is_group(file->profiles) ||
	    reader_refuse_key(&reader, file->profiles, "{ name = { ... }; } is expected for");
}

/* All files in their order, then what each of them has of the profile; NULL is none. */
static bool
apply(struct settings *settings, const struct files *files, const char *profile, struct err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct file *file = &files->items[i];
		struct reader reader = { settings, file->path, false, err };

		if (file->root != NULL && !read_group(&reader, file->root, file->profiles))
			return false;
	}
	for (size_t i = 0; profile != NULL && i < files->count; i++) {
		const struct file *file = &files->items[i];
		struct reader reader = { settings, file->path, true, err };
		const config_setting_t *group = file->profiles != NULL
		    ? config_setting_get_member(file->profiles, profile)
		    : NULL;

		if (group != NULL && !config_setting_is_group(group))
			return reader_refuse_key(&reader, group,
			    "{ setting = ...; } is expected for profile");
		if (group != NULL && !read_group(&reader, group, NULL))
			return false;
	}
	return true;
}

/* Name of the n-th profile of a file, NULL past the last. */
static const char *
profile_name(const struct file *file, int n)
{
	if (file->profiles == NULL || n >= config_setting_length(file->profiles))
		return NULL;
	return config_setting_name(config_setting_get_elem(file->profiles, (unsigned)n));
}

/* Each profile must be right, for it is needed when there is no time to correct it. */
static bool
check_profiles(const struct files *files, struct err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		const char *name;

		for (int n = 0; (name = profile_name(&files->items[i], n)) != NULL; n++) {
			struct settings settings;
			bool ok;

			settings_init(&settings);
			ok = apply(&settings, files, name, err);
			settings_clear(&settings);
			if (!ok)
				return false;
		}
	}
	return true;
}

static bool
has_profile(const struct file *file, const char *name)
{
	return file->profiles != NULL && config_setting_get_member(file->profiles, name) != NULL;
}

/* Whether a profile has that name; with an error that lists those that there are. */
static bool
find_profile(const struct files *files, const char *wanted, struct err *err)
{
	struct buf names = { 0 };
	bool found = false;

	for (size_t i = 0; i < files->count; i++) {
		const char *name;

		for (int n = 0; (name = profile_name(&files->items[i], n)) != NULL; n++) {
			found |= strcmp(name, wanted) == 0;
			if (i == 0 || !has_profile(&files->items[0], name))
				buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", name);
		}
	}
	if (!found && names.len == 0)
		err_set(err, "no profile \"%.80s\": the configuration has none", wanted);
	else if (!found)
		err_set(err, "no profile \"%.80s\": there are %s", wanted, buf_str(&names));
	buf_clear(&names);
	return found;
}

bool
config_load(struct settings *settings, const struct config_paths *paths, const char *profile,
    struct err *err)
{
	struct files files = { .count = 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < CONFIG_PATHS && paths->items[i] != NULL; i++) {
		struct file *file = &files.items[files.count++];

		*file = (struct file){ .path = paths->items[i], .must = paths->must };
		config_init(&file->config);
		ok = parse_file(file, err);
	}
	ok = ok && apply(settings, &files, NULL, err) && check_profiles(&files, err);
	if (ok && profile != NULL) {
		settings_clear(settings);
		settings_init(settings);
		ok = find_profile(&files, profile, err) && apply(settings, &files, profile, err);
	}
	for (size_t i = 0; i < files.count; i++)
		config_destroy(&files.items[i].config);
	return ok;
}
