/* SPDX-License-Identifier: PostgreSQL */
/*
 * What each application opened and closed in the last minute, how long its
 * sessions live, and how many of those that were ended came back.
 */
#include "analysis/tracks.h"
#include "base/mem.h"
#include "base/units.h"
#include "internal.h"
#include "model/messages.h"

#define WINDOW_US (60 * UNITS_US_PER_SECOND)

#define GETTER(function, expression)                                                 \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		const struct track *track = row;                                     \
                                                                                     \
		(void)data;                                                          \
		return (expression);                                                 \
	}

GETTER(get_name, value_text(track->name[0] != '\0' ? track->name : NULL))
GETTER(get_total, value_int(track_step(track, 0)->total))
GETTER(get_peak, value_int(track->peak))
GETTER(get_life, value_duration(track_median_life(track)))
GETTER(get_ended, value_int(track->act.ended))
GETTER(get_returned, track->act.ended > 0 ? value_int(track_returned(track)) : value_none())

static struct value
get_opened(const struct table_data *data, const void *row)
{
	struct track_rates rates;

	(void)data;
	return track_rates(row, WINDOW_US, &rates) ? value_real(rates.opened) : value_none();
}

static struct value
get_closed(const struct table_data *data, const void *row)
{
	struct track_rates rates;

	(void)data;
	return track_rates(row, WINDOW_US, &rates) ? value_real(rates.closed) : value_none();
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct tracks *tracks = data->tracks;

	*out = (struct rows){ .count = tracks != NULL ? tracks->count : 0 };
	out->items = arena_alloc(arena, out->count, sizeof *out->items);
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = &tracks->items[i];
}

static uint64_t
key(const void *row)
{
	const struct track *track = row;

	return row_key_text(track->name);
}

static int
level(const struct table_data *data, const void *row)
{
	const struct track *track = row;

	(void)data;
	return track_is_futile(track) ? LEVEL_WARNING : LEVEL_OK;
}

static const struct column columns[] = {
	{ "name", NULL, "NAME", "application name", VALUE_TEXT, 12, COLUMN_STRETCH, get_name },
	{ "total", NULL, "TOTAL", "sessions that hold a slot", VALUE_INT, 5, 0, get_total },
	{ "peak", NULL, "PEAK", "most sessions since pgconntop saw it first", VALUE_INT, 4, 0,
	    get_peak },
	{ "opened", "opened_per_second", "OPENED/S", "seen to open per second in the last minute",
	    VALUE_REAL, 8, 0, get_opened },
	{ "closed", "closed_per_second", "CLOSED/S", "seen to close per second in the last minute",
	    VALUE_REAL, 8, 0, get_closed },
	{ "median_life", "median_life_seconds", "LIFE",
	    "half of those that were closed lived about so long or shorter; unknown when half of "
	    "them were in one sample only",
	    VALUE_DURATION, 6, 0, get_life },
	{ "ended", NULL, "ENDED", "ended by pgconntop in its last act, 10 minutes at most",
	    VALUE_INT, 5, 0, get_ended },
	{ "returned", NULL, "BACK", "of these, how many came back within a minute", VALUE_INT, 4, 0,
	    get_returned },
};

const struct table table_turnover = {
	.name = "turnover",
	.title = "Turnover",
	.help = "what each application opens and closes, and how long its sessions live",
	.shape = SHAPE_LIST,
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.sort = "-opened",
	.rows = rows,
	.key = key,
	.level = level,
};
