/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the files of the terminal share: the screen, and the state of the
 * keyboard and the mouse.
 */
#ifndef PGCONNTOP_TERM_INTERNAL_H
#define PGCONNTOP_TERM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Curses has a function of this name, which we do not use. */
#define key_name curses_key_name
#include <curses.h>
#undef key_name

#include "ui/canvas.h"
#include "ui/style.h"

struct key_event;
struct settings;

struct term {
	SCREEN *screen;            /* of curses */
	WINDOW *keyboard;          /* read instead of stdscr, so that reading never draws */
	struct canvas shown;       /* what stdscr holds */
	bool whole;                /* shown is not to be trusted: write all cells */
	bool utf8;                 /* the terminal shows UTF-8 */
	bool mouse;                /* the terminal reports it */
	attr_t attrs[STYLE_COUNT]; /* looks of the styles */
	short pairs[STYLE_COUNT];  /* and their colour pairs, 0 for the terminal's own */
	unsigned char held[32];    /* start of an escape sequence or of a character */
	size_t held_count;         /* bytes of it; those past the room are not kept */
	int click_row, click_col;  /* where the last click was, -1 for none */
	int64_t click_mono_us;     /* and when */
	unsigned deaf;             /* times in a row that stdin was ready and had nothing */
	bool pasting;              /* between the marks of a paste */
	int64_t paste_mono_us;     /* since when */
	bool gone;                 /* the terminal went away */
};

/* Whether the user wants colours, if the terminal has some. */
bool looks_wanted(const struct settings *settings);

/* Sets attrs and pairs; colors is what the terminal has: 0, 8, 16 or 256. */
void looks_set(struct term *term, const struct look looks[STYLE_COUNT], int colors);

/* Prepares the reading of keys and, unless told not to, the mouse; screen is set. */
void keys_open(struct term *term, bool mouse);

/* The held sequence is a report of the mouse: false when it means nothing to us. */
bool mouse_read(struct term *term, int64_t mono_us, struct key_event *key);

/* Switch off and on, around a pause, what curses does not know of. */
void keys_pause(struct term *term);
void keys_resume(const struct term *term);

/* The same as keys_pause() for who has no struct term. */
void keys_restore(void);

#endif
