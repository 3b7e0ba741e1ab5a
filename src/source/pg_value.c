/* SPDX-License-Identifier: PostgreSQL */
/*
 * Values out of rows. It runs for each session of each sample, so numbers
 * are read without the detours of strtol().
 */
#include "source/pg_value.h"

#include <stdbool.h>
#include <string.h>

#include "base/units.h"
#include "model/session.h"
#include "source/pg_conn.h"

int64_t
pg_value_read(const char **s, const char *end, int64_t none)
{
	const char *at = *s;
	bool negative = at < end && *at == '-';
	uint64_t value = 0;

	at += negative;
	if (at == end || *at < '0' || *at > '9')
		return none;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	*s = at;
	return (int64_t)(negative ? 0 - value : value);
}

int64_t
pg_value_number(const struct pg_rows *rows, int row, int col, int64_t none)
{
	size_t len;
	const char *s = pg_rows_value(rows, row, col, &len);

	return s == NULL ? none : pg_value_read(&s, s + len, none);
}

int64_t
pg_value_time(const struct pg_rows *rows, int row, int col)
{
	size_t len;
	const char *s = pg_rows_value(rows, row, col, &len);
	int64_t us;

	return s != NULL && units_parse_timestamp(s, len, &us) ? us : TIME_UNKNOWN;
}

size_t
pg_value_unescape(char *out, const char *s, size_t n)
{
	const char *end = s + n;
	size_t len = 0;

	while (s < end) {
		const char *slash = memchr(s, '\\', (size_t)(end - s));
		size_t plain = (size_t)((slash != NULL ? slash : end) - s);

		memcpy(out + len, s, plain);
		len += plain;
		if (slash == NULL)
			break;
		s = slash + 1;
		if (end - s >= 3 && s[0] >= '0' && s[0] <= '3') {
			out[len++] = (char)((s[0] - '0') * 64 + (s[1] - '0') * 8 + (s[2] - '0'));
			s += 3;
		} else if (s < end) {
			out[len++] = *s++;
		}
	}
	return len;
}
