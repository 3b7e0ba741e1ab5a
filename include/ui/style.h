/* SPDX-License-Identifier: PostgreSQL */
/*
 * What a piece of the screen means; the terminal gives it a look. Meaning
 * never hangs on colour alone.
 */
#ifndef PGCONNTOP_UI_STYLE_H
#define PGCONNTOP_UI_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct settings;

enum style {
	STYLE_TEXT,
	STYLE_TITLE,   /* the program's title line */
	STYLE_HEADING, /* column headings */
	STYLE_FRAME,   /* pane borders and titles */
	STYLE_FOCUS,   /* title of the pane that has the keys */
	STYLE_CURSOR,  /* the row under the cursor */
	STYLE_TAGGED,  /* a row that the user marked */
	STYLE_DIM,     /* what matters less; old data */
	STYLE_ACTIVE,  /* states, also in the slot bar */
	STYLE_IDLE,
	STYLE_TRANSACTION,
	STYLE_ABORTED,
	STYLE_UNKNOWN,
	STYLE_FREE,
	STYLE_OK,
	STYLE_WARNING,
	STYLE_CRITICAL,
	STYLE_KEY,   /* a key's name in the bar at the bottom */
	STYLE_INPUT, /* a line being typed */
	STYLE_COUNT
};

/* Colours 0 to 255 of the terminal, -1 for its default, and attributes. */
struct look {
	int16_t fg, bg; /* on terminals with 8 colours, 8 and up become fg - 8 with bold */
	bool bold, dim, underline, reverse;
};

/* The name of a style in the configuration and the documentation, and what it is for. */
const char *style_name(enum style style);
const char *style_help(enum style style);

/* The default look of all styles, with colours or without. */
void style_defaults(struct look looks[STYLE_COUNT], bool colors);

/* Applies the user's colours: words such as "red bold", "white on blue", "color208", "default". */
bool style_configure(struct look looks[STYLE_COUNT], const struct settings *settings, bool colors,
    struct err *err);

#endif
