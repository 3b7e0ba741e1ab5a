/* SPDX-License-Identifier: PostgreSQL */
/*
 * A grid of cells: all drawing goes here, and one function of the terminal
 * shows it. Drawing outside is cut, at any size. Text is written with a pen,
 * which knows its row, where it stands and where it must stop.
 */
#ifndef PGCONNTOP_UI_CANVAS_H
#define PGCONNTOP_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/style.h"

struct buf;

struct cell {
	uint32_t ch;   /* a code point that text_shown() gave; 0 for the right half of a wide one */
	uint8_t style; /* enum style */
};

/* Signs that have an ASCII stand-in. */
enum sign {
	SIGN_HLINE,
	SIGN_VLINE,
	SIGN_CROSS,  /* where a vertical line begins under a horizontal one */
	SIGN_CURSOR, /* before the row under the cursor */
	SIGN_MORE,   /* text goes on to the right */
	SIGN_UP,
	SIGN_DOWN,
	SIGN_SPARK0, /* 8 heights of a sparkline follow */
	SIGN_SPARK7 = SIGN_SPARK0 + 7,
	SIGN_COUNT
};

struct canvas {
	struct cell *cells; /* rows x cols, owned */
	int rows, cols;
	bool utf8; /* else ASCII only */
};

/* A part of the canvas. */
struct rect {
	int row, col, rows, cols;
};

/* Writes to the right within one row; to be copied and changed at will. */
struct pen {
	struct canvas *canvas;
	int row, col; /* where the next character goes */
	int end;      /* first column that it may not touch */
	enum style style;
	bool cut; /* something did not fit and was left out */
};

/* Zero initialized is empty. Sets the size (at least 1x1) and blanks it. */
void canvas_resize(struct canvas *canvas, int rows, int cols, bool utf8);

void canvas_clear(struct canvas *canvas);

void canvas_free(struct canvas *canvas);

/* The sign as this canvas draws it. */
uint32_t canvas_sign(const struct canvas *canvas, enum sign sign);

/* One cell; ch is one column wide. */
void canvas_put(struct canvas *canvas, int row, int col, uint32_t ch, enum style style);

/* Gives all cells of the rectangle the style, the text stays. */
void canvas_style(struct canvas *canvas, const struct rect *rect, enum style style);

/* Blanks the rectangle. */
void canvas_blank(struct canvas *canvas, const struct rect *rect);

/* The text of the canvas, a line a row without blanks at its end, for tests and snapshots. */
void canvas_dump(const struct canvas *canvas, struct buf *out);

/* A pen at the start of the rectangle's row n (0 is its first), that stops at its right side. */
struct pen pen_at(struct canvas *canvas, const struct rect *rect, int n, enum style style);

/* The same cell n times. */
void pen_fill(struct pen *pen, int n, uint32_t ch);

/* Blanks up to the column (of the canvas), if it is to the right. */
void pen_to(struct pen *pen, int col);

/* A sign. */
void pen_sign(struct pen *pen, enum sign sign);

/*
 * Text, cleaned as it is drawn; a character that does not fit whole is left
 * out with all that follows, and pen->cut set.
 */
void pen_text(struct pen *pen, const char *text);

/* The same for n bytes, without their first `skip` columns. flags: TEXT_SQUEEZE. */
void pen_bytes(struct pen *pen, const char *s, size_t n, int skip, unsigned flags);

/* Formatted text of our own (the server's would be cut anywhere), at most 255 bytes. */
void pen_printf(struct pen *pen, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Text in exactly `width` columns, to the left or right; what is cut ends in SIGN_MORE. */
void pen_field(struct pen *pen, int width, const char *text, bool right);

/* If something was cut, puts SIGN_MORE over the last column. */
void pen_finish(struct pen *pen);

/* Columns that a text takes on this canvas. */
int canvas_width(const struct canvas *canvas, const char *text);

#endif
