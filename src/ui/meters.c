/* SPDX-License-Identifier: PostgreSQL */
/*
 * Two pictures in a line: the slots by what their sessions do, and the used
 * ones over the last minutes. Both can be read without colours.
 */
#include "internal.h"

#include "analysis/slots.h"
#include "model/history.h"

#include <string.h>

/* A part of the bar. */
struct segment {
	const char *label;
	char fill;
	enum style style;
	int slots;
	int cells;
};

enum { PART_IDLE, PART_ACTIVE, PART_TRANSACTION, PART_OTHER, PART_FREE, PART_COUNT };

static const struct segment parts[PART_COUNT] = {
	[PART_IDLE] = { "idle", '.', STYLE_IDLE, 0, 0 },
	[PART_ACTIVE] = { "active", '#', STYLE_ACTIVE, 0, 0 },
	[PART_TRANSACTION] = { "txn", '=', STYLE_TRANSACTION, 0, 0 },
	[PART_OTHER] = { "other", '?', STYLE_UNKNOWN, 0, 0 },
	[PART_FREE] = { "free", ' ', STYLE_FREE, 0, 0 },
};

enum style
style_of_state(enum session_state state)
{
	switch (state) {
	case STATE_ACTIVE:
	case STATE_FASTPATH:
		return STYLE_ACTIVE;
	case STATE_IDLE:
		return STYLE_IDLE;
	case STATE_IDLE_IN_TRANSACTION:
		return STYLE_TRANSACTION;
	case STATE_ABORTED:
		return STYLE_ABORTED;
	case STATE_DISABLED:
	case STATE_STARTING:
	case STATE_UNKNOWN:
	case STATE_COUNT:
		break;
	}
	return STYLE_UNKNOWN;
}

static void
count_parts(const struct slots *slots, struct segment segments[PART_COUNT])
{
	const int *states = slots->states;

	memcpy(segments, parts, sizeof(parts));
	segments[PART_IDLE].slots = states[STATE_IDLE];
	segments[PART_ACTIVE].slots = states[STATE_ACTIVE] + states[STATE_FASTPATH];
	segments[PART_TRANSACTION].slots =
	    states[STATE_IDLE_IN_TRANSACTION] + states[STATE_ABORTED];
	segments[PART_OTHER].slots = slots->used - segments[PART_IDLE].slots -
	    segments[PART_ACTIVE].slots - segments[PART_TRANSACTION].slots;
	segments[PART_FREE].slots = slots->free > 0 ? slots->free : 0;
}

/* Shares the cells out in proportion; what is there at all gets at least one if there are enough.
 */
static void
share_cells(struct segment segments[PART_COUNT], int cells)
{
	long long total = 0, before = 0;
	struct segment *largest = &segments[0];

	for (int i = 0; i < PART_COUNT; i++)
		total += segments[i].slots;
	if (total == 0)
		return;
	for (int i = 0; i < PART_COUNT; i++) {
		long long start = before * cells / total;

		before += segments[i].slots;
		segments[i].cells = (int)(before * cells / total - start);
		if (segments[i].cells > largest->cells)
			largest = &segments[i];
	}
	for (int i = 0; i < PART_COUNT; i++) {
		if (segments[i].slots > 0 && segments[i].cells == 0 &&
		    largest->cells > PART_COUNT) {
			segments[i].cells = 1;
			largest->cells--;
		}
	}
}

void
slot_bar_draw(const struct slots *slots, struct pen *pen)
{
	struct segment segments[PART_COUNT];

	count_parts(slots, segments);
	share_cells(segments, pen->end - pen->col);
	for (int i = 0; i < PART_COUNT; i++) {
		const struct segment *segment = &segments[i];
		int label = (int)strlen(segment->label);
		int end = pen->col + segment->cells;

		pen->style = segment->style;
		if (segment->cells > label)
			pen_text(pen, segment->label);
		pen_fill(pen, end - pen->col, (uint32_t)segment->fill);
	}
}

/* How long a cell of the line lasts: the whole line is the shortest of these that holds the
 * history. */
static int64_t
choose_step(const struct history *history, int64_t mono_us, int cells)
{
	static const int64_t spans_us[] = { 60, 300, 900, 3600 };
	const struct history_point *oldest = history_get(history, history->count - 1);
	int64_t span = 0;

	for (size_t i = 0; i < sizeof(spans_us) / sizeof(spans_us[0]); i++) {
		span = spans_us[i] * INT64_C(1000000);
		if (mono_us - oldest->mono_us <= span)
			break;
	}
	return span / cells;
}

#define SPARK_MOST 128

void
sparkline_draw(const struct history *history, int64_t mono_us, struct pen *pen)
{
	int cells = pen->end - pen->col;
	double heights[SPARK_MOST];
	const struct history_point *point;
	int64_t step, newest;

	if (cells > SPARK_MOST)
		cells = SPARK_MOST;
	if (cells < 1 || history->count == 0)
		return;
	for (int i = 0; i < cells; i++)
		heights[i] = -1;
	step = choose_step(history, mono_us, cells);
	newest = mono_us / step;
	/* Cells are cut by the clock, not by the number of points, so that they move as one
	 * picture. */
	for (size_t n = 0; (point = history_get(history, n)) != NULL; n++) {
		int64_t cell = cells - 1 - (newest - point->mono_us / step);
		double height = point->usable > 0 ? (double)point->used / point->usable : 0;

		if (cell < 0 || cell >= cells)
			break;
		if (height > heights[cell])
			heights[cell] = height;
	}
	for (int i = 0; i < cells; i++) {
		int height = (int)(heights[i] * 8);

		if (heights[i] < 0)
			pen_fill(pen, 1, ' ');
		else
			pen_sign(pen, (enum sign)(SIGN_SPARK0 + (height > 7 ? 7 : height)));
	}
}
