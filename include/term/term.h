/* SPDX-License-Identifier: PostgreSQL */
/*
 * The terminal: shows a canvas, gives keys. The only layer that knows
 * curses. One terminal at a time.
 */
#ifndef PGCONNTOP_TERM_TERM_H
#define PGCONNTOP_TERM_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/keys.h"

struct err;
struct settings;
struct term;

/*
 * Takes the terminal of stdin and stdout over: alternate screen, no echo,
 * ^C ^Z ^S and ^\ are keys, mouse unless settings say no. The colours are
 * settings->color, NO_COLOR and what the terminal can; the locale was set by
 * the caller. The restore hook of die() is set; signal handlers stay as they
 * are. NULL with the reason, and nothing sent, when there is no terminal,
 * TERM is unknown or a colour of the settings is wrong.
 */
struct term *term_open(const struct settings *settings, struct err *err);

/* Gives the terminal back as it was. NULL is fine. */
void term_close(struct term *term);

/*
 * Gives the terminal back for a while: to suspend, or to ask for a password.
 * Nothing is shown until the resume, which may also be called alone, after a
 * SIGCONT that nobody asked for.
 */
void term_pause(struct term *term);
void term_resume(struct term *term);

/* Present size, at least 1x1, asked from the system anew; adapts to it as term_resized() does. */
void term_size(struct term *term, int *rows, int *cols);

/*
 * The size may have changed (SIGWINCH, whose handler is the caller's): adapts
 * to it. term_key() gives KEY_CODE_RESIZE when it did.
 */
void term_resized(struct term *term);

/* Whether the terminal shows UTF-8. */
bool term_utf8(const struct term *term);

/*
 * Shows the canvas; sends only what changed since the last one, nothing when
 * that is nothing. What is larger than the terminal is cut.
 */
void term_show(struct term *term, const struct canvas *canvas);

/* Sends everything again at the next term_show(): after ^L. */
void term_redraw(struct term *term);

/*
 * The next key that is waiting; false when there is none now. Never blocks
 * but for the 25 ms that tell Esc from an escape sequence. Call until false:
 * keys may wait here that poll() on stdin does not tell of. mono_us is the
 * time, which makes two clicks a double click.
 */
bool term_key(struct term *term, int64_t mono_us, struct key_event *key);

/* Whether term_key() found that the terminal is gone for good: stdin would be ready for ever. */
bool term_gone(const struct term *term);

/*
 * Asks the terminal to put text into its clipboard (OSC 52), within tmux also
 * past it. Whether the terminal does so cannot be known.
 */
void term_copy(struct term *term, const char *text);

/*
 * Restores the terminal from a signal handler of a crash: writes fixed
 * bytes and resets the modes, nothing else. Does nothing when the terminal
 * is not taken over.
 */
void term_emergency(void);

#endif
