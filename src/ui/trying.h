/* SPDX-License-Identifier: PostgreSQL */
/* The page of what if: numbers of pools and max_connections that are tried. */
#ifndef PGCONNTOP_UI_TRYING_H
#define PGCONNTOP_UI_TRYING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/whatif.h"
#include "ui/canvas.h"

#include "pages.h"

/* What is tried, and where the cursor is. */
struct trying {
	struct whatif whatif;
	size_t row;                /* a pool, or one past the last for max_connections */
	enum whatif_number number; /* the column; the pool may have another one there */
	bool typing;               /* digits go on with the number that is typed */
	int64_t typed;             /* so far; 0 for nothing */
	bool follow;               /* the cursor is kept in sight */
};

/* whatif.c */

/* The number under the cursor; not on the row of max_connections. */
enum whatif_number whatif_at(const struct trying *trying);

/* Commands. */
unsigned whatif_open(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned whatif_shift(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned whatif_step(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned whatif_as_configured(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned whatif_move(struct ui *ui, enum move move);

/* A key that types a number; false when it does not. */
bool whatif_key(struct ui *ui, const struct ui_frame *frame, uint32_t code);

/* whatif_draw.c */
void whatif_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* whatif_grid.c: what is tried beside what is configured, and the scenarios. */
void whatif_grid(struct ui *ui, const struct ui_frame *frame, struct page *page);

/* Plans against the slots of the sample, with another max_connections, or -1. */
void whatif_judge(const struct ui_frame *frame, const struct pool_plan *plans,
    int64_t max_connections, struct whatif_sum *sum);

#endif
