/* SPDX-License-Identifier: PostgreSQL */
/*
 * A page of text that is longer than the screen: its writer goes through all
 * lines, and those that are in sight are drawn.
 */
#include "internal.h"

#include "base/text.h"

#include <string.h>

#define BOX_LEAST 3  /* rows of a dialog */
#define TALL_ROWS 24 /* of all panes, from which a dialog leaves the header free */

struct pen
page_line(struct page *page, enum style style)
{
	int n = page->line++ - page->top;

	return pen_at(page->canvas, &page->rect, n >= 0 ? n : -1, style);
}

void
page_text(struct page *page, enum style style, const char *text)
{
	struct pen pen = page_line(page, style);

	pen_text(&pen, text);
	pen_finish(&pen);
}

/* How many of the n > 0 bytes fit into cols columns, at least one character; broken behind a blank
 * if there is one. */
static size_t
fitting(const char *s, size_t n, int cols, unsigned flags)
{
	size_t i = 0, blank = 0;
	uint32_t cp;
	int width, used = 0;

	while (i < n) {
		size_t len = text_decode(s + i, n - i, &cp);

		text_shown(cp, flags, &width);
		if (used + width > cols && i > 0)
			return blank > 0 ? blank : i;
		used += width;
		i += len;
		if (cp == ' ')
			blank = i;
	}
	return n;
}

/* One line of the text, without its end, in as many lines of the page as it takes. */
static void
wrap_line(struct page *page, enum style style, const char *s, size_t n)
{
	unsigned flags = page->canvas->utf8 ? TEXT_UTF8 : 0;
	int cols = page->rect.cols;

	do {
		struct pen pen = page_line(page, style);
		size_t len = n > 0 ? fitting(s, n, cols > 1 ? cols : 1, flags) : 0;

		pen_bytes(&pen, s, len, 0, 0);
		s += len;
		n -= len;
	} while (n > 0);
}

void
page_wrap(struct page *page, enum style style, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");
		size_t shown = len > 0 && text[len - 1] == '\r' ? len - 1 : len;

		wrap_line(page, style, text, shown);
		if (text[len] == '\0')
			return;
		text += len + 1;
	}
}

/* Writes all lines into the page, scrolled no further than to the last one. */
static void
write_lines(struct ui *ui, const struct page_source *source, struct page *page)
{
	struct scroll *scroll = source->scroll;
	int last;

	scroll->rows = page->rect.rows;
	page->top = scroll->top;
	source->write(ui, source->frame, page);
	last = page->line > page->rect.rows ? page->line - page->rect.rows : 0;
	if (scroll->top <= last)
		return;
	canvas_blank(page->canvas, &page->rect);
	scroll->top = page->top = last;
	page->line = 0;
	source->write(ui, source->frame, page);
}

static void
keep_in_sight(struct scroll *scroll, int rows)
{
	if (scroll->keep >= scroll->top + rows)
		scroll->top = scroll->keep - rows + 1;
	if (scroll->keep > 0 && scroll->keep < rows)
		scroll->top = 0;
	else if (scroll->keep > 0 && scroll->keep < scroll->top)
		scroll->top = scroll->keep;
}

/* Behind the title, which part of the page is in sight. */
static void
write_place(const struct page *page, struct pen *title)
{
	if (page->line > page->rect.rows)
		pen_printf(title, "  lines %d-%d of %d ", page->top + 1,
		    page->top + page->rect.rows, page->line);
}

void
page_draw(struct ui *ui, struct canvas *canvas, const struct page_source *source)
{
	const struct rect *body = &ui->layout.page;
	struct page page = { canvas,
		{ body->row + 1, body->col + 1, body->rows - 1, body->cols - 2 }, 0, 0 };
	struct pen title = pen_at(canvas, body, 0, STYLE_FRAME);
	int top;

	if (body->rows < 1)
		return;
	canvas_blank(canvas, body);
	source->scroll->keep = 0;
	write_lines(ui, source, &page);
	top = source->scroll->top;
	keep_in_sight(source->scroll, page.rect.rows);
	if (source->scroll->top != top) {
		canvas_blank(canvas, body);
		page.line = 0;
		write_lines(ui, source, &page);
	}
	title_begin(&title, source->title, true);
	write_place(&page, &title);
}

/* Lines of the page in so many columns. */
static int
count_lines(struct ui *ui, struct canvas *canvas, const struct page_source *source, int cols)
{
	struct page page = { canvas, { 0, 0, 0, cols }, 0, 0 };

	source->write(ui, source->frame, &page);
	return page.line;
}

/* Where a box of so many lines goes: below the header if the screen is tall. */
static struct rect
dialog_rect(const struct ui *ui, const struct canvas *canvas, int lines, int cols)
{
	const struct rect *body =
	    ui->layout.body.rows >= TALL_ROWS ? &ui->layout.body : &ui->layout.page;
	struct rect rect = *body;

	if (rect.rows > lines)
		rect.rows = lines;
	if (rect.cols > cols)
		rect.cols = cols;
	rect.row = body->row + body->rows - rect.rows;
	rect.col = (canvas->cols - rect.cols) / 2;
	return rect;
}

void
dialog_draw(struct ui *ui, struct canvas *canvas, const struct dialog *dialog)
{
	int end = dialog->draw_end != NULL; /* the line below */
	int cols = ui->layout.page.cols < dialog->cols ? ui->layout.page.cols : dialog->cols;
	struct rect last = { canvas->rows - 1, 0, 1, canvas->cols };
	struct page page = { canvas, { 0 }, 0, 0 };
	struct pen title, pen;
	struct rect rect;

	dialog->source.scroll->keep = 0;
	rect = dialog_rect(ui, canvas, count_lines(ui, canvas, &dialog->source, cols - 4) + 2 + end,
	    cols);
	/* Without room for a box the last line of the screen has to do. */
	if (rect.rows >= BOX_LEAST) {
		page.rect =
		    (struct rect){ rect.row + 1, rect.col + 2, rect.rows - 2 - end, rect.cols - 4 };
		title = box_draw(&rect, canvas, dialog->source.title);
		keep_in_sight(dialog->source.scroll, page.rect.rows);
		write_lines(ui, &dialog->source, &page);
		write_place(&page, &title);
		last = (struct rect){ rect.row + rect.rows - 2, rect.col + 1, 1, rect.cols - 2 };
	}
	if (dialog->draw_end == NULL)
		return;
	canvas_blank(canvas, &last);
	pen = pen_at(canvas, &last, 0, STYLE_TITLE);
	pen.col += rect.rows >= BOX_LEAST;
	dialog->draw_end(ui, dialog->source.frame, &pen);
	pen_finish(&pen);
}

bool
dialog_has_room(const struct ui *ui)
{
	return ui->layout.page.rows >= BOX_LEAST;
}

void
page_move(struct scroll *scroll, enum move move)
{
	int rows = scroll->rows > 2 ? scroll->rows - 1 : 1, top = scroll->top;

	switch (move) {
	case MOVE_UP:
		top--;
		break;
	case MOVE_DOWN:
		top++;
		break;
	case MOVE_PAGE_UP:
		top -= rows;
		break;
	case MOVE_PAGE_DOWN:
		top += rows;
		break;
	case MOVE_FIRST:
		top = 0;
		break;
	case MOVE_LAST:
		top = PAGE_END;
		break;
	}
	scroll->top = top < 0 ? 0 : top;
}
