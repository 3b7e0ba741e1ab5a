/* SPDX-License-Identifier: PostgreSQL */
/*
 * The words of JSON, appended one after the other. Whether a comma is due is
 * seen by the last byte. On a terminal some characters do more than stand
 * there, so all that is not plain ASCII is escaped.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"
#include "report/json.h"

/* Before an element or a key: a comma, unless it is the first one or the value of a key. */
static void
separate(struct buf *out)
{
	char last = out->len > 0 ? out->data[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_addc(out, ',');
}

/* How many of the bytes stand in a string as they are. */
static size_t
plain_run(const char *s)
{
	size_t n = 0;

	while (s[n] >= ' ' && s[n] <= '~' && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

/* Two or four digits behind what says so. Whole queries may be made of these. */
static void
add_code(struct buf *out, const char *lead, uint32_t code, int digits)
{
	char text[4];

	for (int i = digits - 1; i >= 0; i--, code >>= 4)
		text[i] = "0123456789abcdef"[code & 0xF];
	buf_adds(out, lead);
	buf_add(out, text, (size_t)digits);
}

/* A character that is not plain; those past U+FFFF take two escapes. */
static void
add_escaped(struct buf *out, uint32_t cp)
{
	static const char named[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *found = cp < 0x80 ? memchr(named, (int)cp, sizeof named - 1) : NULL;

	if (found != NULL) {
		buf_addc(out, '\\');
		buf_addc(out, letters[found - named]);
	} else if (cp > 0xFFFF) {
		add_code(out, "\\u", 0xD7C0 + (cp >> 10), 4);
		add_code(out, "\\u", 0xDC00 + (cp & 0x3FF), 4);
	} else {
		add_code(out, "\\u", cp, 4);
	}
}

static void
add_string(struct buf *out, const char *s)
{
	size_t left = strlen(s);

	buf_addc(out, '"');
	for (;;) {
		size_t n = plain_run(s);
		uint32_t cp;

		buf_add(out, s, n);
		s += n;
		left -= n;
		if (left == 0)
			break;
		n = text_decode(s, left, &cp);
		if (cp == TEXT_BAD)
			add_code(out, "\\\\x", (unsigned char)*s, 2);
		else
			add_escaped(out, cp);
		s += n;
		left -= n;
	}
	buf_addc(out, '"');
}

/* With a point or an exponent, so that it is no integer to any reader. */
static void
add_real(struct buf *out, double number)
{
	char text[UNITS_TEXT_MAX];

	if (!isfinite(number)) {
		buf_adds(out, "null");
		return;
	}
	snprintf(text, sizeof text, "%.15g", number);
	buf_adds(out, text);
	if (strpbrk(text, ".e") == NULL)
		buf_adds(out, ".0");
}

static void
add_seconds(struct buf *out, int64_t us)
{
	uint64_t rest = us < 0 ? -(uint64_t)us : (uint64_t)us;
	uint32_t part = (uint32_t)(rest % UNITS_US_PER_SECOND);
	char digits[7] = ".";

	if (us < 0)
		buf_addc(out, '-');
	buf_addi(out, (int64_t)(rest / UNITS_US_PER_SECOND));
	for (int i = 6; i > 0; i--, part /= 10)
		digits[i] = (char)('0' + part % 10);
	for (part = 7; part > 2 && digits[part - 1] == '0';)
		part--;
	buf_add(out, digits, part);
}

static void
add_pids(struct buf *out, const struct value *value)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < value->list.count; i++) {
		if (i > 0)
			buf_addc(out, ',');
		buf_addi(out, value->list.pids[i]);
	}
	buf_addc(out, ']');
}

void
json_open(struct buf *out, char bracket)
{
	separate(out);
	buf_addc(out, bracket);
}

void
json_close(struct buf *out, char bracket)
{
	buf_addc(out, bracket);
}

void
json_key(struct buf *out, const char *key)
{
	separate(out);
	add_string(out, key);
	buf_addc(out, ':');
}

void
json_number(struct buf *out, const struct value *value)
{
	switch (value->type) {
	case VALUE_INT:
		buf_addi(out, value->i);
		break;
	case VALUE_REAL:
	case VALUE_SHARE:
		add_real(out, value->d);
		break;
	case VALUE_DURATION:
		add_seconds(out, value->i);
		break;
	case VALUE_BOOL:
		buf_adds(out, value->b ? "true" : "false");
		break;
	case VALUE_NONE:
	case VALUE_TIME:
	case VALUE_TEXT:
	case VALUE_PIDS:
		buf_adds(out, "null");
		break;
	}
}

void
json_value(struct buf *out, const struct value *value)
{
	char text[UNITS_TEXT_MAX];

	separate(out);
	switch (value->type) {
	case VALUE_TIME:
		add_string(out, units_time_iso(text, value->i));
		break;
	case VALUE_TEXT:
		add_string(out, value->s);
		break;
	case VALUE_PIDS:
		add_pids(out, value);
		break;
	case VALUE_NONE:
	case VALUE_INT:
	case VALUE_REAL:
	case VALUE_SHARE:
	case VALUE_DURATION:
	case VALUE_BOOL:
		json_number(out, value);
		break;
	}
}

void
json_fields(struct buf *out, const struct json_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_key(out, fields[i].key);
		json_value(out, &fields[i].value);
	}
}

void
json_line(struct buf *out, const struct json_field *fields, size_t count)
{
	json_open(out, '{');
	json_fields(out, fields, count);
	json_close(out, '}');
	buf_addc(out, '\n');
}
