/* SPDX-License-Identifier: PostgreSQL */
/*
 * A straight line through the last minutes of used slots. The time to full
 * is given only while they climb step after step to where they have not been
 * in these minutes, and the line explains most of it: one step, or many that
 * are over, foretell nothing. The line is then one through these steps.
 */
#include "analysis/trend.h"

#include "base/units.h"
#include "model/history.h"
#include "model/session.h"

#define SURE 0.7     /* least r squared for a forecast */
#define CLIMBING 0.5 /* least slots a minute */
#define FARTHEST_MINUTES 1440.0

#define RISES_KEPT 64                          /* of the window, the last ones */
#define RISE_US (9 * UNITS_US_PER_SECOND / 10) /* what comes within that time is one rise */
#define RISES_LEAST 3                          /* of a forecast, */
#define PAUSE 3                                /* none of which waits for so many others */

#define SHORT_US (60 * UNITS_US_PER_SECOND) /* what is seen for less is often chance, */
#define SHORT_SURE 0.9
#define EARLY_RISES 4 /* and with half of the slots free it is no hurry */
#define EARLY_US (20 * UNITS_US_PER_SECOND)

/* Used slots got more than they ever were. */
struct rise {
	int64_t from_us, at_us; /* the sample before it, and its own */
	int32_t by;
};

struct rises {
	struct rise items[RISES_KEPT]; /* a ring */
	size_t count;                  /* ever */
	int32_t dip;                   /* most that it ever was below the most */
};

/* Rises that follow each other, up to the last one. */
struct run {
	int64_t since_us, last_us;
	int rises;
	int32_t growth, biggest;
	int32_t late; /* growth in the second half of the time until now */
};

struct sums {
	double n, x, y, xx, xy, yy;
	int64_t span_us;
};

/* The line through the points since that time. */
static void
collect(struct sums *sums, const struct history *history, int64_t since_us)
{
	const struct history_point *newest = history_get(history, 0);
	const struct history_point *point;

	*sums = (struct sums){ 0 };
	for (size_t i = 0; (point = history_get(history, i)) != NULL; i++) {
		int64_t age_us = newest->mono_us - point->mono_us;
		double x = -(double)age_us / (60.0 * UNITS_US_PER_SECOND);
		double y = point->used - newest->used; /* from there, so that flat is just 0 */

		if (point->mono_us < since_us)
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

/* False when there are too few points, over too little time. */
static bool
fit(struct trend *trend, const struct history *history, int64_t since_us)
{
	struct sums s;
	double across, along, both;

	collect(&s, history, since_us);
	if (s.n < TREND_LEAST_POINTS || s.span_us < TREND_LEAST_US)
		return false;
	across = s.n * s.xx - s.x * s.x;
	along = s.n * s.yy - s.y * s.y;
	both = s.n * s.xy - s.x * s.y;
	trend->known = true;
	trend->span_us = s.span_us;
	trend->per_minute = across > 0 ? both / across : 0;
	trend->confidence = across > 0 && along > 0 ? both * both / (across * along) : 1;
	return true;
}

static void
add_rise(struct rises *rises, const struct history_point *before, const struct history_point *point,
    int32_t most)
{
	struct rise *last = &rises->items[(rises->count + RISES_KEPT - 1) % RISES_KEPT];

	if (rises->count > 0 && point->mono_us - last->at_us < RISE_US) {
		last->by += point->used - most;
		return;
	}
	rises->items[rises->count++ % RISES_KEPT] =
	    (struct rise){ before->mono_us, point->mono_us, point->used - most };
}

/*
 * Finds the rises among the newest n points, and gives how often a quarter of the slots came free
 * at once. With `anew`, what was before that does not count.
 */
static int
find_rises(struct rises *rises, const struct history *history, size_t n, bool anew)
{
	const struct history_point *before = history_get(history, n - 1);
	int32_t most = before->used, level = most; /* the most ever, and since it fell */
	bool falling = false;
	int falls = 0;

	rises->count = 0;
	rises->dip = 0;
	while (--n > 0) {
		const struct history_point *point = history_get(history, n - 1);
		bool fell = !falling && level - point->used >= 4 && point->used * 4 <= level * 3;

		falls += fell;
		falling = fell || (falling && point->used <= level);
		if (falling || point->used > level)
			level = point->used;
		if (anew && falling) {
			most = level;
			rises->count = 0;
			rises->dip = 0;
		}
		if (point->used > most) {
			add_rise(rises, before, point, most);
			most = point->used;
		}
		if (most - point->used > rises->dip)
			rises->dip = most - point->used;
		before = point;
	}
	return falls;
}

/* From the last rise back, until there was a pause that is long beside those after it. */
static void
find_run(struct run *run, const struct rises *rises, int64_t now_us)
{
	size_t kept = rises->count < RISES_KEPT ? rises->count : RISES_KEPT;
	const struct rise *later = NULL;

	*run = (struct run){ 0 };
	for (size_t n = 1; n <= kept; n++) {
		const struct rise *rise = &rises->items[(rises->count - n) % RISES_KEPT];
		int64_t pause_us = later != NULL ? later->at_us - rise->at_us : 0;

		if (n > 2 && pause_us > TREND_LEAST_US &&
		    pause_us * (int64_t)(n - 2) > PAUSE * (run->last_us - later->at_us))
			break;
		if (later == NULL)
			run->last_us = rise->at_us;
		run->since_us = rise->from_us;
		run->growth += rise->by;
		run->rises++;
		if (rise->by > run->biggest)
			run->biggest = rise->by;
		later = rise;
	}
	for (size_t n = 1; n <= (size_t)run->rises; n++) {
		const struct rise *rise = &rises->items[(rises->count - n) % RISES_KEPT];

		if (rise->at_us - run->since_us > now_us - rise->at_us)
			run->late += rise->by;
	}
}

/* Several rises, none of which is most of it, and they go on; more than what comes and goes. */
static bool
climbs(const struct run *run, int32_t dip, int64_t now_us, bool early)
{
	int64_t span_us = run->last_us - run->since_us;

	return run->rises >= (early ? EARLY_RISES : RISES_LEAST) &&
	    span_us >= (early ? EARLY_US : TREND_LEAST_US) && run->biggest * 2 <= run->growth &&
	    run->growth * 2 >= dip * 3 && run->late * 4 >= run->growth &&
	    (now_us - run->last_us) * run->rises <= PAUSE * span_us;
}

void
trend_make(struct trend *trend, const struct history *history, int free_slots)
{
	const struct history_point *newest = history_get(history, 0), *point;
	struct trend line = { .full_in_us = TIME_UNKNOWN };
	struct rises rises;
	struct run run;
	size_t n = 0;
	bool early;

	*trend = line;
	if (newest == NULL || !fit(trend, history, newest->mono_us - TREND_WINDOW_US))
		return;
	while ((point = history_get(history, n)) != NULL &&
	    newest->mono_us - point->mono_us <= TREND_WINDOW_US)
		n++;
	if (find_rises(&rises, history, n, false) == 1)
		find_rises(&rises, history, n, true);
	find_run(&run, &rises, newest->mono_us);
	early = newest->used * 2 < newest->usable;
	if (free_slots <= 0 || !climbs(&run, rises.dip, newest->mono_us, early) ||
	    !fit(&line, history, run.since_us) || line.per_minute < CLIMBING ||
	    line.confidence < (early || line.span_us < SHORT_US ? SHORT_SURE : SURE) ||
	    free_slots / line.per_minute > FARTHEST_MINUTES)
		return;
	line.full_in_us = (int64_t)(free_slots / line.per_minute * 60.0 * UNITS_US_PER_SECOND);
	*trend = line;
}
