/* SPDX-License-Identifier: PostgreSQL */
/*
 * Lines of words of different worth: those of the lowest rank are left out
 * whole until the rest fits, so that no number is ever cut in the middle.
 */
#ifndef PGCONNTOP_UI_LINE_H
#define PGCONNTOP_UI_LINE_H

#include <stddef.h>

#include "ui/canvas.h"

struct arena;
struct ui;
struct ui_frame;

#define LINE_WORDS 24

/* Words of different worth; each is shown whole or not at all. */
struct line {
	struct word {
		const char *text; /* not copied */
		enum style style;
		int rank; /* the lowest ones are left out first */
		int gap;  /* blanks before it */
	} words[LINE_WORDS];
	size_t count;
	size_t left; /* words at the left side, the others stand to the right; 0 for all */
};

/* A line that is written, and where the text of its words is made. */
struct writer {
	struct line line;
	struct arena *arena;
	const struct ui *ui;
	const struct ui_frame *frame;
};

/* Adds a word with the fields of struct word; nothing for NULL or an empty one. */
void word_add(struct writer *writer, const char *text, enum style style, int rank, int gap);

/* What is added from now on stands to the right. */
void line_right(struct line *line);

/* Leaves words out until the rest fits; gives the columns it takes. */
int line_fit(struct line *line, const struct canvas *canvas, int cols);

void line_draw(struct line *line, struct pen *pen);

/* alarms.c: the lines of the header about what is wrong. */
void alarms_draw(struct writer *writer, struct canvas *canvas);

#endif
