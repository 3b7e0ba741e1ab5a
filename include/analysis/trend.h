/* SPDX-License-Identifier: PostgreSQL */
/* Where the number of used slots is going, by least squares over the last minutes. */
#ifndef PGCONNTOP_ANALYSIS_TREND_H
#define PGCONNTOP_ANALYSIS_TREND_H

#include <stdbool.h>
#include <stdint.h>

struct history;

#define TREND_WINDOW_US (INT64_C(5) * 60 * 1000000)
#define TREND_LEAST_POINTS 5
#define TREND_LEAST_US (INT64_C(10) * 1000000)

struct trend {
	bool known;         /* enough points over enough time */
	int64_t span_us;    /* what the line goes through */
	double per_minute;  /* slots; negative when they come free */
	double confidence;  /* r squared, 0 to 1 */
	int64_t full_in_us; /* TIME_UNKNOWN when it is full, or does not grow surely and still */
};

void trend_make(struct trend *trend, const struct history *history, int free_slots);

#endif
