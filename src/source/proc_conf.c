/* SPDX-License-Identifier: PostgreSQL */
/*
 * postgresql.conf: one "name = value" per line, where the sign and quotes may
 * be left out, and three ways to include others. The last one counts.
 */
#include "source/proc_conf.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "base/units.h"
#include "source/proc_fs.h"

#define DEPTH_MOST 10 /* as the server has it */
#define FILES_MOST 256
#define WORD_MAX 1024

static const struct {
	const char *name;
	int otherwise; /* the server's default */
} rows[PROC_LIMITS] = {
	[PROC_MAX_CONNECTIONS] = { "max_connections", 100 },
	[PROC_SUPERUSER_RESERVED] = { "superuser_reserved_connections", 3 },
	[PROC_RESERVED] = { "reserved_connections", 0 },
	[PROC_MAX_WAL_SENDERS] = { "max_wal_senders", 10 },
};

/* A file that is read. */
struct reader {
	struct proc_conf *conf;
	const char *dir; /* of the file, for relative names */
	size_t dir_len;
	int depth;
};

static bool read_file(struct proc_conf *conf, const char *path, int depth);

void
proc_conf_init(struct proc_conf *conf)
{
	*conf = (struct proc_conf){ 0 };
	for (int i = 0; i < PROC_LIMITS; i++)
		conf->limits[i] = -1;
	for (int id = 0; id < PARAM_COUNT; id++)
		conf->params[id] = -1;
}

static void
set_text(char out[PROC_PATH_MAX], const char *value)
{
	if (strlen(value) < PROC_PATH_MAX)
		snprintf(out, PROC_PATH_MAX, "%s", value);
}

static void
set_param(struct proc_conf *conf, const char *name, const char *value, bool certain)
{
	enum param_id id = param_find(name, strlen(name));
	int64_t number;

	if (id == PARAM_COUNT || (conf->params_certain[id] && !certain) ||
	    !param_parse(id, value, &number))
		return;
	conf->params[id] = number;
	conf->params_certain[id] = certain;
}

static void
set(struct proc_conf *conf, const char *name, const char *value, bool certain)
{
	int64_t number;
	struct err err;

	for (int i = 0; i < PROC_LIMITS; i++)
		if (strcasecmp(name, rows[i].name) == 0 && (certain || !conf->certain[i]) &&
		    units_parse_int(value, 0, SETTINGS_SLOTS_MOST, &number, &err)) {
			conf->limits[i] = (int)number;
			conf->certain[i] = certain;
		}
	set_param(conf, name, value, certain);
	if (certain && strcasecmp(name, "config_file") == 0)
		set_text(conf->config_file, value);
	if (certain && strcasecmp(name, "data_directory") == 0)
		set_text(conf->data_dir, value);
}

/* "name=value" of the command line, where a dash may stand for an underscore. */
static void
set_assignment(struct proc_conf *conf, const char *text)
{
	const char *sign = strchr(text, '=');
	char name[WORD_MAX];

	if (sign == NULL || (size_t)(sign - text) >= sizeof(name))
		return;
	for (size_t i = 0; text + i <= sign; i++)
		name[i] = text[i] == '-' ? '_' : text[i];
	name[sign - text] = '\0';
	set(conf, name, sign + 1, true);
}

void
proc_conf_arguments(struct proc_conf *conf, const char *text, size_t len)
{
	static const char with_value[] = "BCcDdfhkNoprStvW";
	const char *end = text + len;
	char letter = '\0'; /* option that waits for its value */

	text += len > 0 ? strnlen(text, len) + 1 : 0; /* the program's name */
	for (; text < end; text += strnlen(text, (size_t)(end - text)) + 1) {
		const char *value = text;

		if (memchr(text, '\0', (size_t)(end - text)) == NULL)
			return; /* cut off */
		if (letter == '\0' && strncmp(text, "--", 2) == 0) {
			set_assignment(conf, text + 2);
			continue;
		}
		if (letter == '\0') {
			if (text[0] != '-' || strchr(with_value, text[1]) == NULL ||
			    text[1] == '\0')
				continue;
			letter = text[1];
			value = text + 2;
			if (value[0] == '\0')
				continue; /* it is the next argument */
		}
		if (letter == 'c')
			set_assignment(conf, value);
		else if (letter == 'N')
			set(conf, rows[PROC_MAX_CONNECTIONS].name, value, true);
		else if (letter == 'D')
			set_text(conf->data_dir, value);
		letter = '\0';
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A quoted value without its quotes: doubled ones and backslashes stand for one character. */
static void
unquote(const char *s, char out[WORD_MAX])
{
	size_t n = 0;

	for (s++; *s != '\0' && n + 1 < WORD_MAX; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '\'' && *++s != '\'')
			break;
		out[n++] = *s;
	}
	out[n] = '\0';
}

/* The name and the value of a line; false when there is none. */
static bool
split_line(const char *s, char name[WORD_MAX], char value[WORD_MAX])
{
	size_t n;

	while (is_blank(*s))
		s++;
	n = strcspn(s, " \t\r=#'");
	if (n == 0 || n >= WORD_MAX)
		return false;
	snprintf(name, WORD_MAX, "%.*s", (int)n, s);
	s += n;
	while (is_blank(*s))
		s++;
	if (*s == '=')
		s++;
	while (is_blank(*s))
		s++;
	if (*s == '\'')
		unquote(s, value);
	else
		snprintf(value, WORD_MAX, "%.*s", (int)strcspn(s, " \t\r#"), s);
	return true;
}

/* The path of a name in a file, relative to it. */
static void
resolve(const struct reader *reader, const char *name, struct buf *path)
{
	if (name[0] != '/')
		buf_add(path, reader->dir, reader->dir_len);
	buf_adds(path, name);
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* The files of a directory whose names end in .conf, in their order. */
static void
include_dir(const struct reader *reader, const char *path)
{
	DIR *dir = opendir(path);
	struct arena arena = { 0 };
	const char *names[FILES_MOST];
	size_t count = 0;
	struct dirent *entry;

	if (dir == NULL)
		return;
	while (count < FILES_MOST && (entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] != '.' && len > 5 &&
		    strcmp(entry->d_name + len - 5, ".conf") == 0)
			names[count++] = arena_printf(&arena, "%s/%s", path, entry->d_name);
	}
	closedir(dir);
	if (count > 1)
		qsort(names, count, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < count; i++)
		read_file(reader->conf, names[i], reader->depth + 1);
	arena_clear(&arena);
}

static void
read_line(const struct reader *reader, const char *line)
{
	char name[WORD_MAX], value[WORD_MAX];
	struct buf path = { 0 };

	if (!split_line(line, name, value))
		return;
	if (strcasecmp(name, "include") == 0 || strcasecmp(name, "include_if_exists") == 0) {
		resolve(reader, value, &path);
		read_file(reader->conf, buf_str(&path), reader->depth + 1);
	} else if (strcasecmp(name, "include_dir") == 0) {
		resolve(reader, value, &path);
		include_dir(reader, buf_str(&path));
	} else {
		set(reader->conf, name, value, false);
	}
	buf_clear(&path);
}

static bool
read_file(struct proc_conf *conf, const char *path, int depth)
{
	struct buf text = { 0 };
	const char *slash = strrchr(path, '/');
	struct reader reader = {
		.conf = conf,
		.dir = path,
		.dir_len = slash != NULL ? (size_t)(slash + 1 - path) : 0,
		.depth = depth,
	};
	bool good =
	    depth <= DEPTH_MOST && conf->files++ < FILES_MOST && proc_fs_read_file(path, &text);
	char *line = text.data, *end;

	for (; good && line != NULL; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		read_line(&reader, line);
	}
	buf_clear(&text);
	return good;
}

bool
proc_conf_files(struct proc_conf *conf, const char *data_dir)
{
	struct buf path = { 0 };
	bool good;

	buf_adds(&path, conf->config_file);
	if (path.len == 0 && data_dir[0] != '\0')
		buf_addf(&path, "%s/postgresql.conf", data_dir);
	good = buf_str(&path)[0] == '/' && read_file(conf, buf_str(&path), 0);
	if (good && data_dir[0] != '\0') {
		buf_reset(&path);
		buf_addf(&path, "%s/postgresql.auto.conf", data_dir);
		read_file(conf, buf_str(&path), 0);
	}
	for (int i = 0; good && i < PROC_LIMITS; i++)
		if (conf->limits[i] < 0)
			conf->limits[i] = rows[i].otherwise;
	for (int id = 0; good && id < PARAM_COUNT; id++)
		if (conf->params[id] < 0)
			conf->params[id] = param_rows[id].otherwise;
	buf_clear(&path);
	return good;
}
