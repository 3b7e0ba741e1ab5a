/* SPDX-License-Identifier: PostgreSQL */
/*
 * The limit of an alert: one figure in the sense of the rule, or a range as
 * the Monitoring Plugins guidelines have it. Texts are in the unit of the
 * alert: per cent for shares, durations or seconds, plain numbers.
 */
#ifndef PGCONNTOP_ANALYSIS_ALERT_LIMIT_H
#define PGCONNTOP_ANALYSIS_ALERT_LIMIT_H

#include <stdbool.h>

#include "base/settings.h"
#include "base/units.h"
#include "model/value.h"

struct buf;
struct err;

#define ALERT_LIMIT_TEXT_MAX (2 * UNITS_TEXT_MAX + 16)

/* Where the alert of a plain limit stands. */
enum alert_sense {
	ALERT_FROM,   /* at the limit and above */
	ALERT_BEYOND, /* above the limit */
	ALERT_BELOW,  /* at the limit and below: time left */
};

/* The limit of a rule: NAN is none. */
struct alert_limit alert_limit_plain(double figure);

/*
 * Reads "85", "85%" or "90s", a range that is good, "10:20" "10:" "~:20" (~
 * is no lower end, which is 0 when left out), one that is bad, "@10:20", or
 * "off" for none; "" is refused, for it may be a variable that was not set.
 */
bool alert_limit_parse(enum value_type unit, const char *text, struct alert_limit *limit,
    struct err *err);

/* Appends text that alert_limit_parse() reads back, without a sign for per cent. */
void alert_limit_format(enum value_type unit, const struct alert_limit *limit, struct buf *out);

/*
 * The limit as performance data of monitoring plugins: "70", "10:20",
 * "@0:900"; times in seconds, shares in per cent, "" for none.
 */
void alert_limit_perfdata(char out[ALERT_LIMIT_TEXT_MAX], enum value_type unit,
    enum alert_sense sense, const struct alert_limit *limit);

/* The one figure that stands for a limit: a range's upper end, else its lower; NAN for none. */
double alert_limit_number(const struct alert_limit *limit);

/*
 * Whether a value is past the limit; NAN is not. An alert that stands clears
 * only 5 % beyond a plain limit, so that it does not flicker; ranges are exact.
 */
bool alert_limit_past(enum alert_sense sense, const struct alert_limit *limit, double value,
    bool stands);

/* A value of that unit in words: "93.8 %", "5 min", "24.2/s". */
void alert_figure(char out[UNITS_TEXT_MAX], enum value_type unit, double value);

/* The limit that this value is past: "limit 85.0 %", "below 10.0 %", "from 5 to 7". */
void alert_limit_words(char out[ALERT_LIMIT_TEXT_MAX], enum value_type unit,
    const struct alert_limit *limit, double value);

#endif
