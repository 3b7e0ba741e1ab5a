/* SPDX-License-Identifier: PostgreSQL */
/*
 * Configuration files, read with libconfig. A key is a setting, or one of
 * the lists that only a file can hold; anything else, or a value of the
 * wrong type or range, is refused with file and line.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"
#include "reader.h"

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
