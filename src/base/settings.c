/* SPDX-License-Identifier: PostgreSQL */
/*
 * The settings: settings.def becomes the table of rows, and a row's kind and
 * offset are all that reading, writing and freeing a field need to know.
 */
#include "base/settings.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"

#include <string.h>

static void *
field_of(struct settings *settings, const struct setting_row *row)
{
	return (char *)settings + row->offset;
}

/* Whether the names are the same when - and _ are. */
static bool
same_name(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b)))) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct setting_row *
settings_find(const char *name)
{
	for (size_t i = 0; i < setting_count; i++) {
		if (same_name(setting_rows[i].option, name))
			return &setting_rows[i];
	}
	return NULL;
}

static bool
is_limited(const struct setting_row *row)
{
	return row->least != 0 || row->most != 0;
}

/* Reads a whole number or a duration, within the limits of the row. */
static bool
read_number(const struct setting_row *row, const char *text, int64_t *out)
{
	int64_t least = is_limited(row) ? row->least : INT64_MIN;
	int64_t most = is_limited(row) ? row->most : INT64_MAX;
	struct err unused;
	int64_t number;

	if (row->kind == SETTING_INT)
		return units_parse_int(text, least, most, out, &unused);
	if (!units_parse_duration(text, &number, &unused) || number < least || number > most)
		return false;
	*out = number;
	return true;
}

static bool
read_flag(const char *text, bool *out)
{
	static const char *const words[][2] = { { "false", "true" }, { "no", "yes" },
		{ "off", "on" }, { "0", "1" }, { "false", "" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool yes = strcmp(text, words[i][1]) == 0;

		if (yes || strcmp(text, words[i][0]) == 0) {
			*out = yes;
			return true;
		}
	}
	return false;
}

/* The word of that number in "a|b|c"; its length in *len, NULL when there are less. */
static const char *
choice_word(const char *words, int n, size_t *len)
{
	for (; n > 0; n--) {
		words = strchr(words, '|');
		if (!words)
			return NULL;
		words++;
	}
	*len = strcspn(words, "|");
	return words;
}

static bool
read_choice(const char *words, const char *text, int *out)
{
	const char *word;
	size_t len;

	for (int i = 0; (word = choice_word(words, i, &len)); i++) {
		if (strlen(text) == len && memcmp(text, word, len) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

static void
add_duration(struct buf *out, int64_t us)
{
	char text[UNITS_TEXT_MAX];

	buf_adds(out, units_duration_exact(text, us));
}

/* Appends " from 100ms to 1h", or " of at least 0" where there is no other end. */
static void
add_range(struct buf *out, const struct setting_row *row)
{
	if (row->kind != SETTING_INT && row->most == INT64_MAX) {
		buf_adds(out, " below 100 years, such as 90s, 5min or 1h30min");
	} else if (row->kind != SETTING_INT) {
		buf_adds(out, " from ");
		add_duration(out, row->least);
		buf_adds(out, " to ");
		add_duration(out, row->most);
	} else if (row->most == INT64_MAX) {
		buf_addf(out, " of at least %lld", (long long)row->least);
	} else {
		buf_addf(out, " from %lld to %lld", (long long)row->least, (long long)row->most);
	}
}

/* Appends what the row takes. */
static void
add_allowed(struct buf *out, const struct setting_row *row)
{
	const char *word;
	size_t len;

	switch (row->kind) {
	case SETTING_FLAG:
		buf_adds(out, "must be true or false");
		return;
	case SETTING_INT:
	case SETTING_DURATION:
	case SETTING_AGE:
		buf_adds(out,
		    row->kind == SETTING_INT ? "must be a whole number" : "must be a duration");
		if (is_limited(row))
			add_range(out, row);
		return;
	case SETTING_CHOICE:
		buf_adds(out, "must be one of ");
		for (int i = 0; (word = choice_word(row->arg, i, &len)); i++) {
			buf_adds(out, i > 0 ? ", " : "");
			buf_add(out, word, len);
		}
		return;
	case SETTING_TEXT:
	case SETTING_LIST:
		buf_adds(out, "must be a text");
		return;
	}
}

static bool
refuse(const struct setting_row *row, const char *text, struct err *err)
{
	struct buf allowed = { 0 };

	add_allowed(&allowed, row);
	err_set(err, "bad value \"%.80s\" for %s: %s", text, row->option, buf_str(&allowed));
	buf_clear(&allowed);
	return false;
}

static void
add_item(struct text_list *list, const char *text)
{
	list->items = mem_grow(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = mem_strdup(text);
}

/* Stores the value; false, and nothing changed, when the text is none for this row. */
static bool
store(void *field, const struct setting_row *row, const char *text)
{
	char *old;

	switch (row->kind) {
	case SETTING_FLAG:
		return read_flag(text, field);
	case SETTING_INT:
	case SETTING_DURATION:
		return read_number(row, text, field);
	case SETTING_AGE:
		return read_number(row, text[0] != '\0' ? text : row->value, field);
	case SETTING_CHOICE:
		return read_choice(row->arg, text, field);
	case SETTING_TEXT:
		old = *(char **)field;
		*(char **)field = mem_strdup(text);
		mem_free(old); /* only now, for it may be the text */
		return true;
	case SETTING_LIST:
		add_item(field, text);
		return true;
	}
	return false;
}

bool
settings_set(struct settings *settings, const struct setting_row *row, const char *text,
    struct err *err)
{
	return store(field_of(settings, row), row, text) || refuse(row, text, err);
}

/* Appends the text unless it is NULL; gives whether it did. */
static bool
add_text(struct buf *out, const char *text)
{
	if (text)
		buf_adds(out, text);
	return text != NULL;
}

bool
settings_get(const struct settings *settings, const struct setting_row *row, size_t n,
    struct buf *out)
{
	const void *field = (const char *)settings + row->offset;
	const struct text_list *list = field;
	const char *word;
	size_t len;

	if (n > 0 && row->kind != SETTING_LIST)
		return false;
	switch (row->kind) {
	case SETTING_FLAG:
		return add_text(out, *(const bool *)field ? "true" : "false");
	case SETTING_INT:
		buf_addf(out, "%lld", (long long)*(const int64_t *)field);
		return true;
	case SETTING_AGE:
		if (*(const int64_t *)field == SETTING_AGE_NONE)
			return false;
		add_duration(out, *(const int64_t *)field);
		return true;
	case SETTING_DURATION:
		add_duration(out, *(const int64_t *)field);
		return true;
	case SETTING_CHOICE:
		word = choice_word(row->arg, *(const int *)field, &len);
		if (word)
			buf_add(out, word, len);
		return word != NULL;
	case SETTING_TEXT:
		return add_text(out, *(char *const *)field);
	case SETTING_LIST:
		return n < list->count && add_text(out, list->items[n]);
	}
	return false;
}

void
settings_init(struct settings *settings)
{
	struct err err;

	*settings = (struct settings){ 0 };
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (row->kind == SETTING_AGE)
			*(int64_t *)field_of(settings, row) = SETTING_AGE_NONE;
		else if (row->value && !settings_set(settings, row, row->value, &err))
			die("%s", err.msg);
	}
}

static void
clear_list(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mem_free(list->items[i]);
	mem_free(list->items);
}

void
settings_clear(struct settings *settings)
{
	for (size_t i = 0; i < setting_count; i++) {
		void *field = field_of(settings, &setting_rows[i]);

		if (setting_rows[i].kind == SETTING_TEXT)
			mem_free(*(char **)field);
		if (setting_rows[i].kind == SETTING_LIST)
			clear_list(field);
	}
	settings_drop_lists(settings);
	*settings = (struct settings){ 0 };
}

const struct setting_row setting_rows[] = {
#define SETTING(kind, field, option, letter, arg, value, least, most, section, help)          \
	{ #field, option, letter, SETTING_##kind, arg, value, least, most, SECTION_##section, \
		help, offsetof(struct settings, field) },
#include "base/settings.def"
#undef SETTING
};

const size_t setting_count = sizeof(setting_rows) / sizeof(setting_rows[0]);
