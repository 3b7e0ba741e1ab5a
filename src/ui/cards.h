/* SPDX-License-Identifier: PostgreSQL */
/*
 * A page of text with statements to copy among it: a setting of the server,
 * or what stops an application from taking slots. As it was when opened.
 */
#ifndef PGCONNTOP_UI_CARDS_H
#define PGCONNTOP_UI_CARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "ui/style.h"

#include "pages.h"

struct canvas;
struct ui;
struct ui_frame;

#define CARD_LINES 80

struct card_line {
	enum style style;
	const char *label; /* before the text; NULL for none */
	const char *text;  /* raw */
	bool copied;       /* a statement: the cursor stops here */
};

#define UNDOS_MOST 32

/* What took a statement back when it was first shown. */
struct undo {
	const char *about; /* as of struct remedy */
	const char *statement;
};

struct card {
	struct arena arena;
	struct arena kept; /* for the undos: they stay */
	struct undo undos[UNDOS_MOST];
	size_t undo_count;
	const char *title;
	struct card_line lines[CARD_LINES];
	size_t count;
	size_t at;   /* the line of the cursor, if there is any statement */
	bool follow; /* it is kept in sight */
	int back;    /* the mode that it returns to */
};

/* card.c */
unsigned card_move(struct ui *ui, enum move move);
unsigned card_copy(struct ui *ui);
unsigned card_back(struct ui *ui);
void card_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* The setting under the cursor of its pane. */
unsigned card_open_setting(struct ui *ui, const struct ui_frame *frame);

/* What stops the application, user or database under the cursor, or of the session shown. */
unsigned card_open_remedies(struct ui *ui, const struct ui_frame *frame, int arg);

#endif
