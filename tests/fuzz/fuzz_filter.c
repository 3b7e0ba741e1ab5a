/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of the filter language: a text is refused with its place, or
 * it makes a filter that can be asked about any session. The same text as a
 * name is found by the filter that quotes it, and by no other name.
 */
#include "../unit/fixture.h"
#include "base/buf.h"
#include "base/err.h"
#include "table/filter.h"

#include <ctype.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

#define TEXT_MOST 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The sessions to ask about, made once. */
static const struct fixture *
sessions(void)
{
	static struct fixture fixture;

	if (!fixture.snap)
		fixture_hostile(&fixture);
	return &fixture;
}

/* Repetitions and back references take the C library for ever, which is its own affair. */
static bool
is_slow(const char *text)
{
	if (!strchr(text, '~'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text == '{' || (*text == '\\' && isdigit((unsigned char)text[1])))
			return true;
	}
	return false;
}

static void
check_error(const char *text, const struct err *err)
{
	static const char start[] = "bad filter, at ";
	size_t place = 0;
	const char *s;

	assert(strncmp(err->msg, start, strlen(start)) == 0);
	for (s = err->msg + strlen(start); isdigit((unsigned char)*s); s++)
		place = place * 10 + (size_t)(*s - '0');
	assert(place >= 1 && place <= strlen(text) + 1);
	assert(s[0] == ':' && s[1] == ' ' && s[2] != '\0');
}

/* Every session, with the facts and without; the answer is the same twice. */
static void
check_matches(const struct filter *filter)
{
	struct table_data data = sessions()->data;
	const struct snapshot *snap = data.snap;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < snap->session_count; i++) {
			bool match = filter_match(filter, &data, &snap->sessions[i]);

			assert(match == filter_match(filter, &data, &snap->sessions[i]));
		}
		data.facts = NULL;
	}
}

static void
check_parse(const char *text)
{
	struct err err = { "" };
	struct filter *filter = filter_parse(text, &err);

	if (!filter) {
		check_error(text, &err);
		return;
	}
	assert(strcmp(filter_text(filter), text) == 0);
	check_matches(filter);
	filter_free(filter);
}

static void
check_quote(const char *text)
{
	struct session session = sessions()->snap->sessions[0];
	struct buf quoted = { 0 }, other = { 0 };
	struct filter *filter;
	struct err err;

	buf_adds(&quoted, "pid>0 ");
	filter_quote(&quoted, "user", text);
	buf_adds(&quoted, " pid>0");
	filter = filter_parse(buf_str(&quoted), &err);
	assert(filter);
	session.user = text;
	assert(filter_match(filter, &sessions()->data, &session));
	buf_adds(&other, text);
	buf_addc(&other, 'x');
	session.user = buf_str(&other);
	assert(!filter_match(filter, &sessions()->data, &session));
	filter_free(filter);
	buf_clear(&quoted);
	buf_clear(&other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	const char *text;

	if (size > TEXT_MOST)
		return 0;
	text = arena_strndup(&arena, (const char *)data, size);
	if (!is_slow(text))
		check_parse(text);
	check_quote(text);
	arena_clear(&arena);
	return 0;
}
