/* SPDX-License-Identifier: PostgreSQL */
/*
 * Numbers and durations as text, both ways. The C library converts what has a
 * fraction, but with the point of the locale, so each text on its way to or
 * from it has its point exchanged.
 */
#include "base/units.h"

#include "base/buf.h"
#include "base/err.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_MINUTE (60 * UNITS_US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)
#define DURATION_END (36525 * US_PER_DAY) /* 100 years */

/* A length of time in parts. */
struct parts {
	int64_t days;
	int hours, minutes, seconds, us;
};

/* A unit of durations; those of one text go from the larger to the smaller. */
struct unit {
	const char *name;
	int64_t us;
};

static const struct unit duration_units[] = {
	{ "d", US_PER_DAY },
	{ "h", US_PER_HOUR },
	{ "min", US_PER_MINUTE },
	{ "s", UNITS_US_PER_SECOND },
	{ "ms", US_PER_MS },
	{ "us", 1 },
};

static size_t
count_digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* Length of the digits[.digits] that s begins with, 0 when there are none. */
static size_t
decimal_length(const char *s)
{
	size_t whole = count_digits(s);
	size_t part = s[whole] == '.' ? count_digits(s + whole + 1) : 0;

	if (whole + part == 0)
		return 0;
	return whole + (s[whole] == '.' ? 1 + part : 0);
}

/* Length of the e[+-]digits that s begins with, 0 when there are none. */
static size_t
exponent_length(const char *s)
{
	size_t start, digits;

	if (*s != 'e' && *s != 'E')
		return 0;
	start = s[1] == '+' || s[1] == '-' ? 2 : 1;
	digits = count_digits(s + start);
	return digits ? start + digits : 0;
}

/* Converts n bytes that are known to be a number with a point. */
static double
convert(const char *s, size_t n)
{
	const char *point = memchr(s, '.', n);
	size_t whole = point ? (size_t)(point - s) : n;
	struct buf text = { 0 };
	double number;

	buf_add(&text, s, whole);
	if (point) {
		buf_adds(&text, localeconv()->decimal_point);
		buf_add(&text, point + 1, n - whole - 1);
	}
	number = strtod(buf_str(&text), NULL);
	buf_clear(&text);
	return number;
}

/* Exchanges the locale's point in a printed number for a real one. */
static const char *
fix_point(char *number)
{
	const char *point = localeconv()->decimal_point;
	char *at = strcmp(point, ".") == 0 ? NULL : strstr(number, point);

	if (at) {
		*at = '.';
		memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
	}
	return number;
}

/* Reads a unit that is smaller than the last one; NULL when there is none. */
static const struct unit *
read_unit(const char **s, const struct unit *last)
{
	const struct unit *unit = last ? last + 1 : duration_units;
	const struct unit *end =
	    duration_units + sizeof(duration_units) / sizeof(duration_units[0]);
	size_t len = strspn(*s, "abcdefghijklmnopqrstuvwxyz");

	for (; unit < end; unit++) {
		if (strlen(unit->name) == len && memcmp(unit->name, *s, len) == 0) {
			*s += len;
			return unit;
		}
	}
	return NULL;
}

/* The duration in microseconds, -1 when s is none or too long. */
static double
read_duration(const char *s)
{
	const struct unit *unit = NULL;
	size_t len = decimal_length(s);
	double total = 0;

	if (len > 0 && s[len] == '\0')
		return convert(s, len) * (double)UNITS_US_PER_SECOND;
	do {
		double number = convert(s, len);

		s += len;
		unit = len > 0 ? read_unit(&s, unit) : NULL;
		if (!unit)
			return -1;
		total += number * (double)unit->us;
		len = decimal_length(s);
	} while (*s);
	return total;
}

bool
units_parse_duration(const char *s, int64_t *us, struct err *err)
{
	double total = read_duration(s);

	if (total < 0)
		return err_set(err, "\"%.80s\" is no duration such as 90s, 5min, 1h30min or 500ms",
		    s);
	if (total >= (double)DURATION_END - 0.5)
		return err_set(err, "\"%.80s\" is too long: 100 years or more", s);
	*us = (int64_t)(total + 0.5);
	return true;
}

bool
units_parse_int(const char *s, int64_t min, int64_t max, int64_t *out, struct err *err)
{
	const char *digits = *s == '-' || *s == '+' ? s + 1 : s;
	size_t n = count_digits(digits);
	int64_t value = 0;

	if (n == 0 || digits[n] != '\0')
		return err_set(err, "\"%.80s\" is no whole number", s);
	for (size_t i = 0; i < n; i++) {
		int digit = digits[i] - '0';

		/* Counted below zero, where there is room for one more. */
		if (value < (INT64_MIN + digit) / 10)
			return err_set(err, "\"%.80s\" is out of range", s);
		value = value * 10 - digit;
	}
	if (*s != '-' && value == INT64_MIN)
		return err_set(err, "\"%.80s\" is out of range", s);
	if (*s != '-')
		value = -value;
	if (value < min || value > max)
		return err_set(err, "\"%.80s\" is not from %lld to %lld", s, (long long)min,
		    (long long)max);
	*out = value;
	return true;
}

bool
units_parse_number(const char *s, double *out, struct err *err)
{
	size_t sign = *s == '-' || *s == '+' ? 1 : 0;
	size_t len = decimal_length(s + sign);
	double number;

	if (len > 0)
		len += sign + exponent_length(s + sign + len);
	if (len == 0 || s[len] != '\0')
		return err_set(err, "\"%.80s\" is no number", s);
	number = convert(s, len);
	if (!isfinite(number))
		return err_set(err, "\"%.80s\" is out of range", s);
	*out = number;
	return true;
}

static struct parts
split_duration(int64_t us)
{
	if (us < 0)
		us = 0;
	return (struct parts){
		.days = us / US_PER_DAY,
		.hours = (int)(us / US_PER_HOUR % 24),
		.minutes = (int)(us / US_PER_MINUTE % 60),
		.seconds = (int)(us / UNITS_US_PER_SECOND % 60),
		.us = (int)(us % UNITS_US_PER_SECOND),
	};
}

const char *
units_duration(char out[UNITS_TEXT_MAX], int64_t us)
{
	struct parts parts = split_duration(us);

	if (parts.days >= 100)
		snprintf(out, UNITS_TEXT_MAX, "%dd", parts.days < 99999 ? (int)parts.days : 99999);
	else if (parts.days > 0)
		snprintf(out, UNITS_TEXT_MAX, "%dd%02dh", (int)parts.days, parts.hours);
	else if (parts.hours > 0)
		snprintf(out, UNITS_TEXT_MAX, "%dh%02dm", parts.hours, parts.minutes);
	else if (parts.minutes > 0)
		snprintf(out, UNITS_TEXT_MAX, "%dm%02ds", parts.minutes, parts.seconds);
	else if (parts.seconds >= 10 || us <= 0)
		snprintf(out, UNITS_TEXT_MAX, "%ds", parts.seconds);
	else if (parts.seconds > 0)
		snprintf(out, UNITS_TEXT_MAX, "%d.%ds", parts.seconds, parts.us / 100000);
	else if (parts.us >= 1000)
		snprintf(out, UNITS_TEXT_MAX, "%dms", parts.us / 1000);
	else
		snprintf(out, UNITS_TEXT_MAX, "%dus", parts.us);
	return out;
}

/* "12 min 3 s", without the second part when it is 0. */
static void
print_pair(char *out, int64_t large, const char *large_unit, int small, const char *small_unit)
{
	int len = snprintf(out, UNITS_TEXT_MAX, "%lld %s", (long long)large, large_unit);

	if (small > 0)
		snprintf(out + len, UNITS_TEXT_MAX - (size_t)len, " %d %s", small, small_unit);
}

const char *
units_duration_long(char out[UNITS_TEXT_MAX], int64_t us)
{
	struct parts parts = split_duration(us);

	if (parts.days > 0)
		print_pair(out, parts.days, "d", parts.hours, "h");
	else if (parts.hours > 0)
		print_pair(out, parts.hours, "h", parts.minutes, "min");
	else if (parts.minutes > 0)
		print_pair(out, parts.minutes, "min", parts.seconds, "s");
	else if (parts.seconds >= 10 || us <= 0 || (parts.seconds > 0 && parts.us < 100000))
		snprintf(out, UNITS_TEXT_MAX, "%d s", parts.seconds);
	else if (parts.seconds > 0)
		snprintf(out, UNITS_TEXT_MAX, "%d.%d s", parts.seconds, parts.us / 100000);
	else if (parts.us >= 1000)
		snprintf(out, UNITS_TEXT_MAX, "%d ms", parts.us / 1000);
	else
		snprintf(out, UNITS_TEXT_MAX, "%d us", parts.us);
	return out;
}

const char *
units_duration_exact(char out[UNITS_TEXT_MAX], int64_t us)
{
	const struct unit *unit =
	    &duration_units[us != 0 ? 1 : 3]; /* hours, or seconds of nothing */

	while (us % unit->us != 0)
		unit++;
	snprintf(out, UNITS_TEXT_MAX, "%lld%s", (long long)(us / unit->us), unit->name);
	return out;
}

const char *
units_share(char out[UNITS_TEXT_MAX], double share)
{
	double pct = share * 100;

	if (fabs(pct) < 0.05)
		pct = 0; /* for there is no -0.0 */
	snprintf(out, UNITS_TEXT_MAX, fabs(pct) < 1e9 ? "%.1f %%" : "%.3g %%", pct);
	return fix_point(out);
}

/* With a digit behind the point when there would be only one. */
static void
print_amount(char *out, size_t size, double amount, const char *behind)
{
	snprintf(out, size, "%.*f%s", amount > 0 && amount < 9.95, amount, behind);
	fix_point(out);
}

const char *
units_bytes(char out[UNITS_TEXT_MAX], double low, double high)
{
	static const char *const names[] = { " kB", " MB", " GB", " TB" };
	double unit = 1024;
	size_t n = 0, len = 0;

	for (; high / unit >= 1023.5 && n + 1 < sizeof names / sizeof names[0]; n++)
		unit *= 1024;
	if (low < high) {
		print_amount(out, UNITS_TEXT_MAX, low / unit, "-");
		len = strlen(out);
	}
	print_amount(out + len, UNITS_TEXT_MAX - len, high / unit, names[n]);
	return out;
}

const char *
units_number(char out[UNITS_TEXT_MAX], double number)
{
	double size = fabs(number);

	if (size < 0.05)
		number = 0; /* nor here */
	if (size < 999.95)
		snprintf(out, UNITS_TEXT_MAX, "%.1f", number);
	else
		snprintf(out, UNITS_TEXT_MAX, size < 1e15 ? "%.0f" : "%.3g", number);
	return fix_point(out);
}

double
units_round(double number, int digits)
{
	char text[DBL_MAX_10_EXP + 16];

	snprintf(text, sizeof text, "%.*f", digits, number);
	return strtod(text, NULL);
}

const char *
units_number_exact(char out[UNITS_TEXT_MAX], double number)
{
	int digits = 15;

	if (!isfinite(number)) {
		snprintf(out, UNITS_TEXT_MAX, "null");
		return out;
	}
	do {
		snprintf(out, UNITS_TEXT_MAX, "%.*g", digits, number);
	} while (strtod(out, NULL) != number && ++digits <= 17);
	return fix_point(out);
}
