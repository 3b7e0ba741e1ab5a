/* SPDX-License-Identifier: PostgreSQL */
/*
 * Numbers, durations and times as text, both ways. Durations and times are
 * int64_t microseconds; times count from 1970 (UTC). Pure: no locale, no
 * time zone, no clock.
 */
#ifndef PGCONNTOP_BASE_UNITS_H
#define PGCONNTOP_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define UNITS_US_PER_SECOND INT64_C(1000000)
#define UNITS_TEXT_MAX 48 /* enough for each text made here, with its NUL */

/*
 * "90s", "5min", "2h", "1d", "1h30min" (larger units first, no blanks),
 * "500ms", "250us", also "1.5h"; a bare number is seconds. Not negative,
 * below 100 years.
 */
bool units_parse_duration(const char *s, int64_t *us, struct err *err);

/* A decimal integer within [min, max], nothing else in the string. */
bool units_parse_int(const char *s, int64_t min, int64_t max, int64_t *out, struct err *err);

/* A finite decimal number, nothing else in the string; always with a point, whatever the locale. */
bool units_parse_number(const char *s, double *out, struct err *err);

/*
 * A PostgreSQL timestamptz in ISO style and UTC, "2026-11-20 14:02:33.123+00".
 * Refuses infinity, "... BC" and years past 9999. Quick: four of them are
 * read for each session of each sample.
 */
bool units_parse_timestamp(const char *s, size_t n, int64_t *us);

/*
 * Short duration, rounded down, at most 6 columns: "250us" "340ms" "7.2s" "48s" "12m03s" "2h05m"
 * "3d04h" "417d". Negative is "0s".
 */
const char *units_duration(char out[UNITS_TEXT_MAX], int64_t us);

/* Duration in a sentence, rounded down: "340 ms" "7.2 s" "48 s" "12 min 3 s" "2 h" "3 d 4 h". */
const char *units_duration_long(char out[UNITS_TEXT_MAX], int64_t us);

/* Text that reads back as the same duration, in the largest unit that gives a whole number: "90s".
 */
const char *units_duration_exact(char out[UNITS_TEXT_MAX], int64_t us);

/* "2026-11-20T14:02:33.123456Z". */
const char *units_time_iso(char out[UNITS_TEXT_MAX], int64_t us);

/* "14:02:33" at an offset east of UTC in seconds. */
const char *units_time_of_day(char out[UNITS_TEXT_MAX], int64_t us, int offset_s);

/* An amount of memory, or the range in which it is: "48 kB", "2.3 MB", "410 MB", "0.2-1.6 GB". */
const char *units_bytes(char out[UNITS_TEXT_MAX], double low, double high);

/* A share of 1 as per cent: 0.9381 is "93.8 %". */
const char *units_share(char out[UNITS_TEXT_MAX], double share);

/* A rate or other number that is not whole: "0.4" "4.2" "31.0" "1250". */
const char *units_number(char out[UNITS_TEXT_MAX], double number);

/* The number with at most so many digits (of 12) after the point. Finite. */
double units_round(double number, int digits);

/* Text that reads back as the same double, with a point, for JSON; "null" when not finite. */
const char *units_number_exact(char out[UNITS_TEXT_MAX], double number);

#endif
