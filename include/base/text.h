/* SPDX-License-Identifier: PostgreSQL */
/*
 * Text from a server is hostile until it went through here: it may hold
 * control bytes, escape sequences, bytes of another encoding, characters
 * that turn the writing direction, take two columns or none at all.
 *
 * Everything that leaves the program is made of code points that
 * text_shown() gave, so no byte of the input reaches a terminal unseen.
 */
#ifndef PGCONNTOP_BASE_TEXT_H
#define PGCONNTOP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum text_flag {
	TEXT_UTF8 = 1,    /* the reader takes UTF-8; without it, ASCII only */
	TEXT_SQUEEZE = 2, /* white space, also line ends, becomes one blank; none at the start */
};

#define TEXT_BAD UINT32_MAX /* a byte that is no part of valid UTF-8 */

/*
 * Decodes the first character of the n > 0 bytes at s. Gives the number of
 * bytes taken (at least 1) and the code point, or TEXT_BAD for one bad byte.
 * Overlong forms, surrogates and values over U+10FFFF are bad.
 */
size_t text_decode(const char *s, size_t n, uint32_t *cp);

/* Whether both texts are the same, or both are NULL. */
bool text_same(const char *a, const char *b);

/* Encodes a code point as UTF-8; gives the number of bytes, 1 to 4. */
size_t text_encode(uint32_t cp, char out[4]);

/*
 * What to draw for a decoded code point and how many columns (1 or 2) it
 * takes: itself; a blank for tab and line ends; else (control, TEXT_BAD,
 * bidirectional, zero-width, unassigned, or non-ASCII without TEXT_UTF8) a
 * replacement: U+FFFD, '?' in ASCII. With TEXT_UTF8 the locale must be UTF-8.
 */
uint32_t text_shown(uint32_t cp, unsigned flags, int *width);

/* Columns that the n bytes take when text_clean() shows them. */
size_t text_width(const char *s, size_t n, unsigned flags);

/* How many of n bytes of cleaned text fit into so many columns: whole characters. */
size_t text_fit(const char *s, size_t n, int columns);

/* Appends the n bytes, each character as text_shown() has it; one line always. */
void text_clean(struct buf *buf, const char *s, size_t n, unsigned flags);

/*
 * Appends the n bytes as valid UTF-8 with tabs and line feeds. Each byte that is no part of UTF-8
 * is written as \xNN, and so are those of a character that text_shown() replaces for what it does.
 */
void text_escape(struct buf *buf, const char *s, size_t n);

/* Whether s contains the other text, letters compared without case (ASCII only). "" is in all. */
bool text_contains(const char *s, const char *part);

#endif
