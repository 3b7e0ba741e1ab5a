/* SPDX-License-Identifier: PostgreSQL */
/*
 * Where everything goes at a size of the screen. The lines of the header come
 * in the order of their worth: on a screen of one line it is the slots. Panes
 * lie in bands from top to bottom; a pane that has no place of its own takes
 * that of another one while it has the keys.
 */
#include "internal.h"

#define BODY_LEAST 3   /* title, headings, a row */
#define BANDS_LEAST 13 /* rows of the body from which more than one pane fits */
#define ALERTS_MOST 3  /* lines of alerts on a tall screen */

/* Panes side by side. */
struct band {
	int body_least; /* rows of the body from which there is such a band */
	int share;      /* of the body's rows, in per cent; 0 takes what is left */
	int most;       /* rows, 0 for no limit */
	struct {
		enum pane_id id;
		int cols_least; /* of the screen, for the pane to be there */
		int share;      /* of the columns among those that are there */
	} panes[3];
	size_t count;
};

static const struct band bands[] = {
	{ BANDS_LEAST, 30, 14,
	    { { PANE_GROUPS, 0, 9 }, { PANE_POOLS, 100, 8 }, { PANE_STATES, 160, 8 } }, 3 },
	{ 0, 0, 0, { { PANE_SESSIONS, 0, 1 } }, 1 },
	{ 28, 27, 0, { { PANE_QUERIES, 0, 1 } }, 1 },
	{ 44, 15, 10, { { PANE_ALERTS, 0, 3 }, { PANE_LIMITS, 160, 2 } }, 2 },
};

#define BAND_COUNT (sizeof(bands) / sizeof(bands[0]))

/* Whose place a pane takes when it has none: the first one of these that has. */
static const enum pane_id hosts[PANE_COUNT][3] = {
	[PANE_GROUPS] = { PANE_SESSIONS },
	[PANE_POOLS] = { PANE_GROUPS, PANE_SESSIONS },
	[PANE_SESSIONS] = { PANE_SESSIONS },
	[PANE_QUERIES] = { PANE_SESSIONS },
	[PANE_STATES] = { PANE_QUERIES, PANE_SESSIONS },
	[PANE_LIMITS] = { PANE_QUERIES, PANE_SESSIONS },
	[PANE_ALERTS] = { PANE_QUERIES, PANE_SESSIONS },
	[PANE_SETTINGS] = { PANE_SESSIONS },
};

/* Takes n rows from the top of the rest. */
static struct rect
take_rows(struct rect *rest, int n)
{
	struct rect part = *rest;

	part.rows = n < rest->rows ? n : rest->rows;
	rest->row += part.rows;
	rest->rows -= part.rows;
	return part;
}

/* Puts the panes of a band beside each other, with a column between them for the line. */
static void
place_band(struct layout *layout, const struct band *band, const struct rect *rect)
{
	int col = rect->col, left = rect->cols, shares = 0;

	for (size_t i = 0; i < band->count; i++)
		if (rect->cols >= band->panes[i].cols_least)
			shares += band->panes[i].share;
	for (size_t i = 0; i < band->count; i++) {
		struct rect *pane = &layout->panes[band->panes[i].id];
		int cols;

		if (rect->cols < band->panes[i].cols_least)
			continue;
		cols = left * band->panes[i].share / shares;
		shares -= band->panes[i].share;
		*pane = (struct rect){ rect->row, col, rect->rows, shares > 0 ? cols - 1 : cols };
		col += cols;
		left -= cols;
	}
}

static int
band_rows(const struct band *band, int body)
{
	int rows = body * band->share / 100;

	if (body < band->body_least)
		return 0;
	if (rows < BODY_LEAST * 2)
		rows = BODY_LEAST * 2;
	return band->most > 0 && rows > band->most ? band->most : rows;
}

static void
place_bands(struct layout *layout)
{
	struct rect rest = layout->body;
	int fixed = 0;

	for (size_t i = 0; i < BAND_COUNT; i++)
		if (bands[i].share > 0)
			fixed += band_rows(&bands[i], layout->body.rows);
	for (size_t i = 0; i < BAND_COUNT; i++) {
		int rows = bands[i].share > 0 ? band_rows(&bands[i], layout->body.rows)
		                              : layout->body.rows - fixed;
		struct rect rect = take_rows(&rest, rows);

		if (rect.rows > 0)
			place_band(layout, &bands[i], &rect);
	}
}

/* A pane that has the keys is always there. */
static void
place_focus(struct layout *layout, enum pane_id focus)
{
	if (layout->panes[focus].rows > 0)
		return;
	for (size_t i = 0; i < 3; i++) {
		struct rect *host = &layout->panes[hosts[focus][i]];

		if (host->rows == 0)
			continue;
		layout->panes[focus] = *host;
		host->rows = 0;
		return;
	}
}

/* The lines of the header that have room, on the screen from top to bottom. */
static void
place_header(struct layout *layout, struct rect *rest, int rows)
{
	int alerts = rows < 2 ? 0 : 1;

	if (rows >= 5)
		layout->footer = (struct rect){ rest->row + --rest->rows, 0, 1, rest->cols };
	if (rows >= 3)
		layout->title = take_rows(rest, 1);
	layout->slots = take_rows(rest, 1);
	if (rows >= 4)
		layout->states = take_rows(rest, 1);
	if (rows >= 12)
		layout->trend = take_rows(rest, 1);
	if (rows >= 24)
		alerts = rows >= 36 ? ALERTS_MOST : 2;
	if (rest->rows - alerts < BODY_LEAST)
		alerts = rest->rows;
	layout->alerts = take_rows(rest, alerts);
}

void
layout_make(struct layout *layout, const struct canvas *canvas, enum pane_id focus, bool zoom)
{
	struct rect rest = { 0, 0, canvas->rows, canvas->cols };

	*layout = (struct layout){ 0 };
	place_header(layout, &rest, canvas->rows);
	layout->page = (struct rect){ layout->slots.row + 1, 0, 0, canvas->cols };
	layout->page.rows = canvas->rows - layout->footer.rows - layout->page.row;
	layout->body = rest;
	if (rest.rows == 0)
		return;
	if (zoom || rest.rows < BANDS_LEAST) {
		layout->panes[focus] = rest;
		return;
	}
	place_bands(layout);
	place_focus(layout, focus);
}
