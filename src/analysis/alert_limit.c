/* SPDX-License-Identifier: PostgreSQL */
/*
 * Limits of alerts: read, compared and written.
 */
#include "analysis/alert_limit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define HYSTERESIS 0.05

struct alert_limit
alert_limit_plain(double figure)
{
	if (isnan(figure))
		return (struct alert_limit){ .kind = LIMIT_OFF };
	return (struct alert_limit){ .kind = LIMIT_PLAIN, .high = figure };
}

/* Reads a figure of that unit. */
static bool
parse_figure(enum value_type unit, const char *text, double *out, struct err *err)
{
	size_t n = strlen(text);
	char number[UNITS_TEXT_MAX];
	int64_t us;

	if (unit == VALUE_DURATION) {
		if (!units_parse_duration(text, &us, err))
			return false;
		*out = (double)us;
		return true;
	}
	if (unit == VALUE_SHARE && n > 0 && n < sizeof number && text[n - 1] == '%') {
		snprintf(number, sizeof number, "%.*s", (int)n - 1, text);
		text = number;
	}
	if (!units_parse_number(text, out, err))
		return false;
	if (unit == VALUE_SHARE)
		*out /= 100;
	return true;
}

/* Reads "LOW:HIGH" or "HIGH", behind the @ if there was one. */
static bool
parse_range(enum value_type unit, const char *text, struct alert_limit *range, struct err *err)
{
	const char *colon = strchr(text, ':');
	const char *end = colon != NULL ? colon + 1 : text;
	char low[UNITS_TEXT_MAX];

	if (strcmp(text, ":") == 0 || text[0] == '\0' || strlen(text) >= sizeof low)
		return err_set(err, "\"%.80s\" is no range such as 10:20, 10:, ~:20 or @10:20",
		    text);
	snprintf(low, sizeof low, "%.*s", colon != NULL ? (int)(colon - text) : 0, text);
	range->low = strcmp(low, "~") == 0 ? -INFINITY : 0;
	range->high = INFINITY;
	if (low[0] != '\0' && low[0] != '~' && !parse_figure(unit, low, &range->low, err))
		return false;
	if (low[0] == '~' && low[1] != '\0')
		return err_set(err, "\"%s\" is no lower end of a range: ~ stands alone", low);
	if (end[0] != '\0' && !parse_figure(unit, end, &range->high, err))
		return false;
	if (isinf(range->low) && isinf(range->high))
		return err_set(err, "range \"%s\" has no end", text);
	return range->low <= range->high || err_set(err, "range \"%s\" begins above its end", text);
}

bool
alert_limit_parse(enum value_type unit, const char *text, struct alert_limit *limit,
    struct err *err)
{
	struct alert_limit range = { .kind = LIMIT_OUTSIDE };
	double figure;

	if (text[0] == '\0')
		return err_set(err, "no limit is given, and only \"off\" switches it off");
	if (strcmp(text, "off") == 0) {
		*limit = (struct alert_limit){ .kind = LIMIT_OFF };
		return true;
	}
	if (text[0] == '@' || strchr(text, ':') != NULL) {
		if (text[0] == '@') {
			range.kind = LIMIT_INSIDE;
			text++;
		}
		if (!parse_range(unit, text, &range, err))
			return false;
		*limit = range;
		return true;
	}
	if (!parse_figure(unit, text, &figure, err))
		return false;
	if (figure < 0)
		return err_set(err, "a limit is a number from 0 on, not \"%.80s\"", text);
	*limit = alert_limit_plain(figure);
	return true;
}

/* A figure as parse_figure() reads it back; with `bare` a time is a number of seconds. */
static void
add_figure(struct buf *out, enum value_type unit, double figure, bool bare)
{
	char text[UNITS_TEXT_MAX];

	if (unit == VALUE_DURATION && !bare) {
		buf_adds(out, units_duration_exact(text, (int64_t)figure));
		return;
	}
	if (unit == VALUE_DURATION)
		figure /= (double)UNITS_US_PER_SECOND;
	else if (unit == VALUE_SHARE) /* 7 of 0.07, which times 100 is a little more */
		figure = units_round(figure * 100, 9);
	buf_adds(out, units_number_exact(text, figure));
}

static void
add_range(struct buf *out, enum value_type unit, const struct alert_limit *range, bool bare)
{
	buf_adds(out, range->kind == LIMIT_INSIDE ? "@" : "");
	if (isinf(range->low))
		buf_addc(out, '~');
	else
		add_figure(out, unit, range->low, bare);
	buf_addc(out, ':');
	if (!isinf(range->high))
		add_figure(out, unit, range->high, bare);
}

void
alert_limit_format(enum value_type unit, const struct alert_limit *limit, struct buf *out)
{
	if (limit->kind == LIMIT_OFF)
		buf_adds(out, "off");
	else if (limit->kind == LIMIT_PLAIN)
		add_figure(out, unit, limit->high, false);
	else
		add_range(out, unit, limit, false);
}

void
alert_limit_perfdata(char out[ALERT_LIMIT_TEXT_MAX], enum value_type unit, enum alert_sense sense,
    const struct alert_limit *limit)
{
	struct alert_limit left = { .kind = LIMIT_INSIDE, .high = limit->high };
	struct buf text = { 0 };

	if (limit->kind == LIMIT_PLAIN && sense == ALERT_BELOW)
		add_range(&text, unit, &left, true);
	else if (limit->kind == LIMIT_PLAIN)
		add_figure(&text, unit, limit->high, true);
	else if (limit->kind != LIMIT_OFF)
		add_range(&text, unit, limit, true);
	snprintf(out, ALERT_LIMIT_TEXT_MAX, "%s", buf_str(&text));
	buf_clear(&text);
}

double
alert_limit_number(const struct alert_limit *limit)
{
	if (limit->kind == LIMIT_OFF)
		return NAN;
	if (isfinite(limit->high))
		return limit->high;
	return isfinite(limit->low) ? limit->low : NAN;
}

/* Whether a value is past a plain limit; an alert that stands clears only beyond the margin. */
static bool
past_plain(enum alert_sense sense, double limit, double value, bool stands)
{
	double margin = stands ? limit * HYSTERESIS : 0;

	switch (sense) {
	case ALERT_FROM:
		return value >= limit - margin;
	case ALERT_BEYOND:
		return value > limit - margin;
	case ALERT_BELOW:
		return value <= limit + margin;
	}
	return false;
}

bool
alert_limit_past(enum alert_sense sense, const struct alert_limit *limit, double value, bool stands)
{
	if (isnan(value))
		return false;
	switch (limit->kind) {
	case LIMIT_DEFAULT:
	case LIMIT_OFF:
		return false;
	case LIMIT_PLAIN:
		return past_plain(sense, limit->high, value, stands);
	case LIMIT_OUTSIDE:
		return value < limit->low || value > limit->high;
	case LIMIT_INSIDE:
		return value >= limit->low && value <= limit->high;
	}
	return false;
}

void
alert_figure(char out[UNITS_TEXT_MAX], enum value_type unit, double value)
{
	if (unit == VALUE_SHARE)
		units_share(out, value);
	else if (unit == VALUE_DURATION)
		units_duration_long(out, (int64_t)value);
	else if (unit == VALUE_REAL)
		snprintf(out, UNITS_TEXT_MAX, "%.1f/s", value);
	else
		snprintf(out, UNITS_TEXT_MAX, "%.0f", value);
}

void
alert_limit_words(char out[ALERT_LIMIT_TEXT_MAX], enum value_type unit,
    const struct alert_limit *limit, double value)
{
	bool ends = isfinite(limit->low) && isfinite(limit->high);
	char low[UNITS_TEXT_MAX] = "", high[UNITS_TEXT_MAX] = "";

	if (isfinite(limit->low))
		alert_figure(low, unit, limit->low);
	if (isfinite(limit->high))
		alert_figure(high, unit, limit->high);
	if (limit->kind == LIMIT_PLAIN)
		snprintf(out, ALERT_LIMIT_TEXT_MAX, "limit %s", high);
	else if (limit->kind == LIMIT_OUTSIDE)
		snprintf(out, ALERT_LIMIT_TEXT_MAX, value < limit->low ? "below %s" : "over %s",
		    value < limit->low ? low : high);
	else
		snprintf(out, ALERT_LIMIT_TEXT_MAX, "%s%s%s%s", low[0] != '\0' ? "from " : "", low,
		    ends                 ? " to "
		        : low[0] != '\0' ? " on"
		                         : "up to ",
		    high);
}
