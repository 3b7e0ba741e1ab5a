/* SPDX-License-Identifier: PostgreSQL */
/*
 * What a column's getter gives: a value with its unit, never text made for
 * one reader. The screen, sorting, filters and every format start from it.
 */
#ifndef PGCONNTOP_MODEL_VALUE_H
#define PGCONNTOP_MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_NONE,     /* unknown or not applicable */
	VALUE_INT,      /* i */
	VALUE_REAL,     /* d: a rate */
	VALUE_SHARE,    /* d: 1 is 100 % */
	VALUE_DURATION, /* i, microseconds */
	VALUE_TIME,     /* i, microseconds since 1970 */
	VALUE_TEXT,     /* s: raw bytes */
	VALUE_BOOL,     /* b */
	VALUE_PIDS,     /* pids and count */
};

struct value {
	enum value_type type;
	union {
		int64_t i;
		double d;
		const char *s;
		bool b;
		struct {
			const int32_t *pids;
			size_t count;
		} list;
	};
};

static inline struct value
value_none(void)
{
	return (struct value){ .type = VALUE_NONE };
}

static inline struct value
value_int(int64_t i)
{
	return (struct value){ .type = VALUE_INT, .i = i };
}

static inline struct value
value_real(double d)
{
	return (struct value){ .type = VALUE_REAL, .d = d };
}

static inline struct value
value_share(double d)
{
	return (struct value){ .type = VALUE_SHARE, .d = d };
}

/* TIME_UNKNOWN gives none, as in value_time(). */
static inline struct value
value_duration(int64_t us)
{
	return us == INT64_MIN ? value_none() : (struct value){ .type = VALUE_DURATION, .i = us };
}

static inline struct value
value_time(int64_t us)
{
	return us == INT64_MIN ? value_none() : (struct value){ .type = VALUE_TIME, .i = us };
}

/* NULL gives none. */
static inline struct value
value_text(const char *s)
{
	return s == NULL ? value_none() : (struct value){ .type = VALUE_TEXT, .s = s };
}

static inline struct value
value_bool(bool b)
{
	return (struct value){ .type = VALUE_BOOL, .b = b };
}

#endif
