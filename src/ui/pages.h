/* SPDX-License-Identifier: PostgreSQL */
/*
 * Pages of lines that are longer than the screen, and boxes over the panes:
 * a dialog is a page in a box, a menu a list of lines in one.
 */
#ifndef PGCONNTOP_UI_PAGES_H
#define PGCONNTOP_UI_PAGES_H

#include "ui/canvas.h"

struct ui;
struct ui_frame;

/* How a list or a page is moved through. */
enum move { MOVE_UP, MOVE_DOWN, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_FIRST, MOVE_LAST };

/* Where a page is scrolled to. */
struct scroll {
	int top;  /* first line in sight */
	int rows; /* lines that had room in the last frame */
	int keep; /* a line that the writer wants in sight, 0 for none */
};

/* A page of lines; the ones in sight are drawn. */
struct page {
	struct canvas *canvas;
	struct rect rect;
	int top;  /* first line in sight */
	int line; /* the next one */
};

/* What writes a page. */
struct page_source {
	const char *title;
	const struct ui_frame *frame;
	struct scroll *scroll;
	void (*write)(struct ui *ui, const struct ui_frame *frame, struct page *page);
};

/* A page in a box, as large as its text or the screen, and a line below that does not scroll. */
struct dialog {
	struct page_source source;
	int cols; /* with its border */
	void (*draw_end)(struct ui *ui, const struct ui_frame *frame, struct pen *pen);
};

/* A list of lines in a box, one of which is taken. */
struct menu {
	const char *(*title)(struct ui *ui);
	int cols; /* with its border */
	int (*count)(const struct ui *ui);
	void (*draw_line)(struct ui *ui, int line, struct pen *pen);
	unsigned (*take)(struct ui *ui, const struct ui_frame *frame, int line);
};

/* page.c */

/* A pen on the next line; it writes nothing when that is out of sight. */
struct pen page_line(struct page *page, enum style style);

/* One line, cut at the side. */
void page_text(struct page *page, enum style style, const char *text);

/* Text of any length, wrapped, with its own line ends. */
void page_wrap(struct page *page, enum style style, const char *text);

/* Draws the page over all panes and keeps its scrolling within it. */
void page_draw(struct ui *ui, struct canvas *canvas, const struct page_source *source);

void page_move(struct scroll *scroll, enum move move);

void dialog_draw(struct ui *ui, struct canvas *canvas, const struct dialog *dialog);

/* Whether a dialog has a box of its own, and not just the last line of the screen. */
bool dialog_has_room(const struct ui *ui);

/* menu.c */

/* Blanks the rectangle and draws its border with a title; the pen stands behind it. */
struct pen box_draw(const struct rect *rect, struct canvas *canvas, const char *title);

/* Opens a menu with the cursor on a line. */
void menu_open(struct ui *ui, const struct menu *menu, int line);
void menu_move(struct ui *ui, enum move move);
unsigned menu_take(struct ui *ui, const struct ui_frame *frame);
void menu_draw(struct ui *ui, struct canvas *canvas);

/* A line of the menu is taken, a click beside it closes it. */
unsigned menu_click(struct ui *ui, const struct ui_frame *frame, int row, int col);

#endif
