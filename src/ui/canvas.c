/* SPDX-License-Identifier: PostgreSQL */
/*
 * The grid of cells. A character of two columns fills its cell and leaves a
 * zero in the next; whoever writes over one half blanks the other, so that
 * the two never come apart.
 */
#include "ui/canvas.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRINTF_MAX 256

/* A sign in UTF-8 and in ASCII. */
static const struct {
	uint32_t utf8, ascii;
} signs[SIGN_COUNT] = {
	[SIGN_HLINE] = { 0x2500, '-' },
	[SIGN_VLINE] = { 0x2502, '|' },
	[SIGN_CROSS] = { 0x252C, '+' },
	[SIGN_CURSOR] = { '>', '>' },
	[SIGN_MORE] = { 0x2026, '>' },
	[SIGN_UP] = { 0x25B2, '^' },
	[SIGN_DOWN] = { 0x25BC, 'v' },
	[SIGN_SPARK0] = { 0x2581, '.' },
	[SIGN_SPARK0 + 1] = { 0x2582, '.' },
	[SIGN_SPARK0 + 2] = { 0x2583, '-' },
	[SIGN_SPARK0 + 3] = { 0x2584, '-' },
	[SIGN_SPARK0 + 4] = { 0x2585, '=' },
	[SIGN_SPARK0 + 5] = { 0x2586, '+' },
	[SIGN_SPARK0 + 6] = { 0x2587, '*' },
	[SIGN_SPARK7] = { 0x2588, '#' },
};

static struct cell *
cell_at(const struct canvas *canvas, int row, int col)
{
	return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

void
canvas_clear(struct canvas *canvas)
{
	static const struct cell blank = { ' ', STYLE_TEXT };
	size_t n = (size_t)canvas->rows * (size_t)canvas->cols;

	for (size_t i = 0; i < n; i++)
		canvas->cells[i] = blank;
}

void
canvas_resize(struct canvas *canvas, int rows, int cols, bool utf8)
{
	assert(rows >= 1 && cols >= 1);
	if (rows != canvas->rows || cols != canvas->cols)
		canvas->cells =
		    mem_grow(canvas->cells, (size_t)rows * (size_t)cols, sizeof(struct cell));
	canvas->rows = rows;
	canvas->cols = cols;
	canvas->utf8 = utf8;
	canvas_clear(canvas);
}

void
canvas_free(struct canvas *canvas)
{
	mem_free(canvas->cells);
	*canvas = (struct canvas){ 0 };
}

uint32_t
canvas_sign(const struct canvas *canvas, enum sign sign)
{
	return canvas->utf8 ? signs[sign].utf8 : signs[sign].ascii;
}

/* Blanks the half outside of columns [col, col + width) of wide characters that stand across their
 * ends. */
static void
split_wide(struct canvas *canvas, int row, int col, int width)
{
	int after = col + width;

	if (cell_at(canvas, row, col)->ch == 0 && col > 0)
		cell_at(canvas, row, col - 1)->ch = ' ';
	if (after < canvas->cols && cell_at(canvas, row, after)->ch == 0)
		cell_at(canvas, row, after)->ch = ' ';
}

void
canvas_put(struct canvas *canvas, int row, int col, uint32_t ch, enum style style)
{
	if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols)
		return;
	split_wide(canvas, row, col, 1);
	*cell_at(canvas, row, col) = (struct cell){ ch, (uint8_t)style };
}

/* The part of the rectangle that is on the canvas. */
static struct rect
clip(const struct canvas *canvas, const struct rect *rect)
{
	int row = rect->row < 0 ? 0 : rect->row;
	int col = rect->col < 0 ? 0 : rect->col;
	int bottom = rect->row + rect->rows;
	int right = rect->col + rect->cols;

	if (bottom > canvas->rows)
		bottom = canvas->rows;
	if (right > canvas->cols)
		right = canvas->cols;
	return (struct rect){ row, col, bottom - row, right - col };
}

void
canvas_style(struct canvas *canvas, const struct rect *rect, enum style style)
{
	struct rect part = clip(canvas, rect);

	for (int row = part.row; row < part.row + part.rows; row++)
		for (int col = part.col; col < part.col + part.cols; col++)
			cell_at(canvas, row, col)->style = (uint8_t)style;
}

void
canvas_blank(struct canvas *canvas, const struct rect *rect)
{
	struct rect part = clip(canvas, rect);

	for (int row = part.row; row < part.row + part.rows; row++)
		for (int col = part.col; col < part.col + part.cols; col++)
			canvas_put(canvas, row, col, ' ', STYLE_TEXT);
}

void
canvas_dump(const struct canvas *canvas, struct buf *out)
{
	char bytes[4];

	for (int row = 0; row < canvas->rows; row++) {
		int end = canvas->cols;

		while (end > 0 && cell_at(canvas, row, end - 1)->ch == ' ')
			end--;
		for (int col = 0; col < end; col++) {
			uint32_t ch = cell_at(canvas, row, col)->ch;

			if (ch != 0)
				buf_add(out, bytes, text_encode(ch, bytes));
		}
		buf_addc(out, '\n');
	}
}

int
canvas_width(const struct canvas *canvas, const char *text)
{
	size_t width = text_width(text, strlen(text), canvas->utf8 ? TEXT_UTF8 : 0);

	return width > INT_MAX ? INT_MAX : (int)width;
}

struct pen
pen_at(struct canvas *canvas, const struct rect *rect, int n, enum style style)
{
	int end = rect->col + rect->cols;
	int row = rect->row + n;

	if (end > canvas->cols)
		end = canvas->cols;
	/* A pen that can write nothing at all ends at 0. */
	if (n < 0 || n >= rect->rows || row < 0 || row >= canvas->rows || rect->col < 0 ||
	    end <= rect->col)
		end = 0;
	return (struct pen){ canvas, row, rect->col, end, style, false };
}

/* Writes a character of 1 or 2 columns if it fits. */
static bool
pen_write(struct pen *pen, uint32_t ch, int width)
{
	if (pen->col < 0 || pen->col + width > pen->end) {
		pen->cut = true;
		return false;
	}
	split_wide(pen->canvas, pen->row, pen->col, width);
	*cell_at(pen->canvas, pen->row, pen->col) = (struct cell){ ch, (uint8_t)pen->style };
	if (width == 2)
		*cell_at(pen->canvas, pen->row, pen->col + 1) =
		    (struct cell){ 0, (uint8_t)pen->style };
	pen->col += width;
	return true;
}

void
pen_fill(struct pen *pen, int n, uint32_t ch)
{
	for (int i = 0; i < n; i++)
		if (!pen_write(pen, ch, 1))
			return;
}

void
pen_to(struct pen *pen, int col)
{
	pen_fill(pen, col - pen->col, ' ');
}

void
pen_sign(struct pen *pen, enum sign sign)
{
	pen_write(pen, canvas_sign(pen->canvas, sign), 1);
}

void
pen_bytes(struct pen *pen, const char *s, size_t n, int skip, unsigned flags)
{
	unsigned all = flags | (pen->canvas->utf8 ? TEXT_UTF8 : 0);
	bool blank = true;
	uint32_t cp, shown;
	int width;

	while (n > 0) {
		size_t len = text_decode(s, n, &cp);
		bool drop;

		s += len;
		n -= len;
		shown = text_shown(cp, all, &width);
		drop = (flags & TEXT_SQUEEZE) && blank && shown == ' ';
		blank = shown == ' ';
		if (drop)
			continue;
		if (skip > 0) {
			skip -= width;
			/* Half of a wide character is left: a blank in its place. */
			if (skip < 0 && !pen_write(pen, ' ', 1))
				return;
			continue;
		}
		if (!pen_write(pen, shown, width))
			return;
	}
}

void
pen_text(struct pen *pen, const char *text)
{
	pen_bytes(pen, text, strlen(text), 0, 0);
}

void
pen_printf(struct pen *pen, const char *fmt, ...)
{
	char text[PRINTF_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pen_text(pen, text);
}

void
pen_finish(struct pen *pen)
{
	if (pen->cut && pen->end > 0)
		canvas_put(pen->canvas, pen->row, pen->end - 1, canvas_sign(pen->canvas, SIGN_MORE),
		    pen->style);
}

void
pen_field(struct pen *pen, int width, const char *text, bool right)
{
	struct pen field = *pen;
	int end = pen->col + width;

	if (end < field.end)
		field.end = end;
	if (field.end <= pen->col)
		return;
	field.cut = false;
	if (right)
		pen_to(&field, end - canvas_width(pen->canvas, text));
	pen_text(&field, text);
	pen_finish(&field);
	pen_to(&field, field.end);
	pen->col = field.end;
	pen->cut = pen->cut || field.end < end;
}
