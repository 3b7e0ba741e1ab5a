/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which columns of a table are shown, and where: as many as fit, the first
 * one always, the others from where the pane was scrolled to.
 */
#include "internal.h"

#define WIDE_COLS 100    /* a pane with so many shows COLUMN_WIDE ones, if there is room */
#define WIDER_COLS 140   /* likewise COLUMN_WIDER */
#define MARK_COLS 2      /* for the sign of the cursor */
#define CUT_LEAST 8      /* a column of text is shown in part from so many on */
#define STRETCH_LEAST 24 /* of the last column, before wide ones are shown as well */
#define STRETCH_MOST 40  /* of a column that others follow */
#define TEXT_STEP 16     /* of scrolling within the last column's text */
#define TEXT_STEPS 64
#define ROOMY_COLS 60 /* columns to spare, from which names get more room */

static int
gap_of(int cols)
{
	return cols < WIDE_COLS ? 1 : 2;
}

/* Always listed. */
static bool
is_plain(const struct pane *pane, const struct column *column)
{
	const unsigned flags =
	    COLUMN_HIDDEN | COLUMN_WIDE | COLUMN_WIDER | (pane->locks ? 0 : COLUMN_LOCKS);

	return column == pane->view.sort || !(column->flags & flags);
}

/* Listed in a pane of that width if there is room. */
static bool
is_extra(const struct pane *pane, const struct column *column, int cols)
{
	if (column->flags & COLUMN_HIDDEN || (column->flags & COLUMN_LOCKS && !pane->locks))
		return false;
	return column->flags & COLUMN_WIDER ? cols >= WIDER_COLS : cols >= WIDE_COLS;
}

/* Columns of the screen that are left when all plain ones are shown. */
static int
room_for_wide(const struct pane *pane, int cols)
{
	int left = cols - MARK_COLS;

	for (size_t i = 0; i < pane->table->column_count; i++) {
		const struct column *column = &pane->table->columns[i];
		bool last = (column->flags & COLUMN_STRETCH) && i == pane->table->column_count - 1;

		if (is_plain(pane, column))
			left -= (last ? STRETCH_LEAST : column->width) + gap_of(cols);
	}
	return left;
}

/* Lists the columns that are shown at that width or can be scrolled to. */
static size_t
list_columns(const struct pane *pane, int cols, const struct column *out[PLACES_MAX])
{
	int room = room_for_wide(pane, cols);
	size_t n = 0;

	for (size_t i = 0; i < pane->table->column_count && n < PLACES_MAX; i++) {
		const struct column *column = &pane->table->columns[i];

		if (!is_plain(pane, column)) {
			int width = column->width + gap_of(cols);

			if (!is_extra(pane, column, cols) || width > room)
				continue;
			room -= width;
		}
		out[n++] = column;
	}
	return n;
}

/* Columns that can be scrolled away: all but the first and the last. */
static int
shift_columns(size_t count)
{
	return count > 2 ? (int)count - 2 : 0;
}

/* Whether the column may be shown in part. */
static bool
can_cut(const struct column *column)
{
	return !cell_right(column->type);
}

/* Makes places wider to the right of what is before them. */
static void
widen(struct place *places, size_t count, size_t which, int by)
{
	places[which].width += by;
	for (size_t i = which + 1; i < count; i++)
		places[i].col += by;
}

/* Gives away the columns that are left: some to names if there are many, the rest to the stretched
 * one. */
static void
spread(struct place *places, size_t count, int cols)
{
	const struct place *last = &places[count - 1];
	int left = cols - last->col - last->width;
	bool roomy = left >= ROOMY_COLS;

	for (size_t i = 0; i < count; i++) {
		const struct column *column = places[i].column;
		int by = places[i].width / 2;

		if (!roomy || column->type != VALUE_TEXT ||
		    (column->flags & (COLUMN_STRETCH | COLUMN_STATE)))
			continue;
		widen(places, count, i, by);
		left -= by;
	}
	for (size_t i = 0; i < count && left > 0; i++) {
		if (!(places[i].column->flags & COLUMN_STRETCH))
			continue;
		if (i < count - 1 && left > STRETCH_MOST - places[i].width)
			left = STRETCH_MOST - places[i].width;
		if (left > 0)
			widen(places, count, i, left);
		return;
	}
}

size_t
columns_place(const struct pane *pane, int cols, struct place places[PLACES_MAX])
{
	const struct column *columns[PLACES_MAX];
	size_t listed = list_columns(pane, cols, columns), count = 0;
	int away = pane->shift < shift_columns(listed) ? pane->shift : shift_columns(listed);
	int col = MARK_COLS;

	for (size_t i = 0; i < listed; i++) {
		int width = columns[i]->width;

		if (i > 0 && i <= (size_t)away)
			continue;
		if (cols - col < width && count > 0) {
			if (!can_cut(columns[i]) || cols - col < CUT_LEAST)
				break;
			width = cols - col;
		}
		places[count++] = (struct place){ columns[i], col, width, 0 };
		col += width + gap_of(cols);
	}
	if (count == 0)
		return 0;
	if (pane->shift > away)
		places[count - 1].skip = (pane->shift - away) * TEXT_STEP;
	spread(places, count, cols);
	return count;
}

int
columns_shift_max(const struct pane *pane, int cols)
{
	const struct column *columns[PLACES_MAX];
	size_t listed = list_columns(pane, cols, columns);

	if (listed == 0)
		return 0;
	return shift_columns(listed) + (can_cut(columns[listed - 1]) ? TEXT_STEPS : 0);
}
