/* SPDX-License-Identifier: PostgreSQL */
/*
 * Points in time as text, both ways. Days are counted with the calendar of
 * years that begin in March, which puts the leap day at the end; an era is
 * the 400 years after which it repeats.
 */
#include "base/units.h"

#include <stdio.h>
#include <string.h>

#define US_PER_MINUTE (60 * UNITS_US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468 /* from the first of March of the year 0 */

/* A point in time in parts. */
struct parts {
	int year, month, day; /* the last two from 1 */
	int hour, minute, second, us;
};

/* Days from 1970 to a day of a year from 0 on. */
static int64_t
days_from_date(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 + 400 : year + 400; /* an era more: never negative */
	int in_era = y % 400;
	int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t in_days = in_era * 365 + in_era / 4 - in_era / 100 + in_year;

	return (int64_t)(y / 400 - 1) * DAYS_PER_ERA + in_days - DAYS_TO_1970;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Two digits as a number, negative when they are none. */
static int
two_digits(const char *s)
{
	unsigned tens = (unsigned)s[0] - '0', ones = (unsigned)s[1] - '0';

	return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

/* The digits after a point as microseconds, -1 when they are none or more than 6. */
static int
read_fraction(const char *s, size_t n)
{
	int us = 0;

	if (n < 2 || n > 7 || s[0] != '.')
		return -1;
	for (size_t i = 1; i < 7; i++) {
		unsigned digit = i < n ? (unsigned)s[i] - '0' : 0;

		if (digit > 9)
			return -1;
		us = us * 10 + (int)digit;
	}
	return us;
}

bool
units_parse_timestamp(const char *s, size_t n, int64_t *us)
{
	int century, year, month, day, hour, minute, second, fraction = 0;

	/* 19 bytes to the second and 3 of the offset */
	if (n < 22 || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' ||
	    memcmp(s + n - 3, "+00", 3) != 0)
		return false;
	century = two_digits(s);
	year = two_digits(s + 2);
	month = two_digits(s + 5);
	day = two_digits(s + 8);
	hour = two_digits(s + 11);
	minute = two_digits(s + 14);
	second = two_digits(s + 17);
	if (n > 22)
		fraction = read_fraction(s + 19, n - 22);
	if ((century | year | month | day | hour | minute | second | fraction) < 0)
		return false;
	year += century * 100;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	*us = days_from_date(year, month, day) * US_PER_DAY + hour * US_PER_HOUR +
	    minute * US_PER_MINUTE + second * UNITS_US_PER_SECOND + fraction;
	return true;
}

/* Takes the time of day out of us; gives the whole days, rounded down. */
static int64_t
split_day(int64_t us, struct parts *parts)
{
	int64_t days = us / US_PER_DAY - (us % US_PER_DAY < 0 ? 1 : 0);
	int64_t rest = us % US_PER_DAY + (us % US_PER_DAY < 0 ? US_PER_DAY : 0);

	parts->hour = (int)(rest / US_PER_HOUR);
	parts->minute = (int)(rest / US_PER_MINUTE % 60);
	parts->second = (int)(rest / UNITS_US_PER_SECOND % 60);
	parts->us = (int)(rest % UNITS_US_PER_SECOND);
	return days;
}

/* The date of a day counted from 1970. */
static void
split_date(int64_t days, struct parts *parts)
{
	int64_t shifted = days + DAYS_TO_1970;
	int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int in_era = (int)(shifted - era * DAYS_PER_ERA);
	int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int in_year = in_era - (365 * year + year / 4 - year / 100);
	int month = (5 * in_year + 2) / 153; /* 0 is March */

	parts->day = in_year - (153 * month + 2) / 5 + 1;
	parts->month = month < 10 ? month + 3 : month - 9;
	parts->year = (int)era * 400 + year + (parts->month <= 2 ? 1 : 0);
}

const char *
units_time_iso(char out[UNITS_TEXT_MAX], int64_t us)
{
	struct parts parts;

	split_date(split_day(us, &parts), &parts);
	snprintf(out, UNITS_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.year,
	    parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.us);
	return out;
}

const char *
units_time_of_day(char out[UNITS_TEXT_MAX], int64_t us, int offset_s)
{
	struct parts parts;

	split_day(us % US_PER_DAY + offset_s * UNITS_US_PER_SECOND, &parts);
	snprintf(out, UNITS_TEXT_MAX, "%02d:%02d:%02d", parts.hour, parts.minute, parts.second);
	return out;
}
