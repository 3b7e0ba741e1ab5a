/* SPDX-License-Identifier: PostgreSQL */
/*
 * A strict reader of metrics, for the tests of what writes them.
 */
#include "test_report_exposition.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LINES_MAX 8192

static bool
has_line(const struct buf *out, const char *line)
{
	size_t n = strlen(line);

	for (const char *s = buf_str(out); (s = strstr(s, line)) != NULL; s++)
		if ((s == out->data || s[-1] == '\n') && s[n] == '\n')
			return true;
	return false;
}

void
expect(const struct buf *out, const char *line)
{
	if (!has_line(out, line))
		fail_msg("no line %s in\n%s", line, buf_str(out));
}

void
expect_none(const struct buf *out, const char *part)
{
	if (strstr(buf_str(out), part) != NULL)
		fail_msg("%s in\n%s", part, buf_str(out));
}

/* What was read up to now. */
struct exposition {
	char *lines[LINES_MAX]; /* of samples, up to their values */
	size_t line_count;
	char families[256][128];
	size_t family_count;
};

/* The label values: "..." with \\, \" and \n only; gives what follows the closing brace. */
static const char *
skip_labels(const char *s)
{
	assert_int_equal(*s++, '{');
	do {
		assert_true(islower((unsigned char)*s));
		s += strspn(s, "abcdefghijklmnopqrstuvwxyz");
		assert_int_equal(*s++, '=');
		assert_int_equal(*s++, '"');
		while (*s != '"') {
			if (*s == '\\') {
				s++;
				assert_non_null(strchr("\\\"n", *s));
			}
			assert_int_not_equal(*s, '\0');
			s++;
		}
		s++;
	} while (*s++ == ',');
	assert_int_equal(s[-1], '}');
	return s;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static void
read_comment(struct exposition *text, const char *line)
{
	char what[8], name[128], rest[256];

	assert_int_equal(sscanf(line, "# %7s %127s %255[^\n]", what, name, rest), 3);
	if (strcmp(what, "HELP") == 0) { /* a family begins: never again */
		for (size_t i = 0; i < text->family_count; i++)
			assert_string_not_equal(text->families[i], name);
		assert_true(text->family_count < COUNT_OF(text->families));
		snprintf(text->families[text->family_count++], sizeof name, "%s", name);
		return;
	}
	assert_string_equal(text->families[text->family_count - 1], name);
	if (strcmp(what, "UNIT") == 0)
		assert_true(ends_with(name, rest) && name[strlen(name) - strlen(rest) - 1] == '_');
	else
		assert_true(ends_with(name, "_total") == (strcmp(rest, "counter") == 0));
}

static void
read_sample(struct exposition *text, char *line)
{
	size_t n = strcspn(line, "{ ");
	char *value, *end;
	double number;

	assert_true(text->family_count > 0);
	assert_int_equal(n, strlen(text->families[text->family_count - 1]));
	assert_memory_equal(line, text->families[text->family_count - 1], n);
	value = line + (skip_labels(line + n) - line);
	assert_int_equal(*value, ' ');
	*value++ = '\0';
	number = strtod(value, &end);
	assert_int_equal(*end, '\0');
	assert_true(number >= 0 && value != end);
	for (size_t i = 0; i < text->line_count; i++)
		if (strcmp(text->lines[i], line) == 0)
			fail_msg("twice: %s", line);
	assert_true(text->line_count < LINES_MAX);
	text->lines[text->line_count++] = line;
}

size_t
expect_text(struct buf *out)
{
	struct exposition *text = mem_alloc(1, sizeof *text);
	size_t count;
	char *line, *rest;

	for (size_t i = 0, len; i < out->len; i += len) {
		uint32_t cp;

		len = text_decode(out->data + i, out->len - i, &cp);
		assert_true(
		    cp != TEXT_BAD && (cp >= ' ' || cp == '\n' || cp == '\t') && cp != 0x7F);
	}
	assert_true(out->len > 6 && strcmp(out->data + out->len - 7, "\n# EOF\n") == 0);
	out->data[out->len - 6] = '\0';
	for (line = strtok_r(out->data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] == '#')
			read_comment(text, line);
		else
			read_sample(text, line);
	}
	count = text->line_count;
	mem_free(text);
	return count;
}
