/* SPDX-License-Identifier: PostgreSQL */
/*
 * A page of text that is longer than the screen: its writer goes through all
 * lines, and those that are in sight are drawn.
 */
#include "internal.h"

#include "base/text.h"

#include <string.h>

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

void
page_draw(struct ui *ui, struct canvas *canvas, const struct page_source *source)
{
	const struct rect *body = &ui->layout.page;
	struct page page = { canvas,
		{ body->row + 1, body->col + 1, body->rows - 1, body->cols - 2 }, ui->page_top, 0 };
	struct pen title = pen_at(canvas, body, 0, STYLE_FRAME);
	int last;

	if (body->rows < 1)
		return;
	canvas_blank(canvas, body);
	source->write(ui, source->frame, &page);
	last = page.line > page.rect.rows ? page.line - page.rect.rows : 0;
	if (ui->page_top > last) {
		canvas_blank(canvas, body);
		ui->page_top = page.top = last;
		page.line = 0;
		source->write(ui, source->frame, &page);
	}
	title_begin(&title, source->title, true);
	if (last > 0)
		pen_printf(&title, "  lines %d-%d of %d ", ui->page_top + 1,
		    ui->page_top + page.rect.rows, page.line);
}

void
page_move(struct ui *ui, enum move move)
{
	int rows = ui->layout.page.rows - 2, top = ui->page_top;

	if (rows < 1)
		rows = 1;
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
	ui->page_top = top < 0 ? 0 : top;
}
