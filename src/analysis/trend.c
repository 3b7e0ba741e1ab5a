/* SPDX-License-Identifier: PostgreSQL */
/*
 * A straight line through the last minutes of used slots. The time to full
 * is given only when the line climbs and explains most of what was seen: no
 * forecast rather than a guess.
 */
#include "analysis/trend.h"

#include "base/units.h"
#include "model/history.h"
#include "model/session.h"

#define SURE 0.5     /* least r squared for a forecast */
#define CLIMBING 0.5 /* least slots a minute */
#define FARTHEST_MINUTES 1440.0

struct sums {
	double n, x, y, xx, xy, yy;
	int64_t span_us;
};

static void
collect(struct sums *sums, const struct history *history)
{
	const struct history_point *newest = history_get(history, 0);
	const struct history_point *point;

	*sums = (struct sums){ 0 };
	for (size_t i = 0; (point = history_get(history, i)) != NULL; i++) {
		int64_t age_us = newest->mono_us - point->mono_us;
		double x = -(double)age_us / (60.0 * UNITS_US_PER_SECOND);
		double y = point->used - newest->used; /* from there, so that flat is just 0 */

		if (age_us > TREND_WINDOW_US)
			break;
		sums->n++;
		sums->x += x;
		sums->y += y;
		sums->xx += x * x;
		sums->xy += x * y;
		sums->yy += y * y;
		sums->span_us = age_us;
	}
}

void
trend_make(struct trend *trend, const struct history *history, int free_slots)
{
	struct sums s;
	double across, along, both;

	*trend = (struct trend){ .full_in_us = TIME_UNKNOWN };
	collect(&s, history);
	if (s.n < TREND_LEAST_POINTS || s.span_us < TREND_LEAST_US)
		return;
	across = s.n * s.xx - s.x * s.x;
	along = s.n * s.yy - s.y * s.y;
	both = s.n * s.xy - s.x * s.y;
	trend->known = true;
	trend->per_minute = across > 0 ? both / across : 0;
	trend->confidence = across > 0 && along > 0 ? both * both / (across * along) : 1;
	if (trend->per_minute < CLIMBING || trend->confidence < SURE || free_slots <= 0)
		return;
	if (free_slots / trend->per_minute <= FARTHEST_MINUTES)
		trend->full_in_us =
		    (int64_t)(free_slots / trend->per_minute * 60.0 * UNITS_US_PER_SECOND);
}
