/* SPDX-License-Identifier: PostgreSQL */
/*
 * Names and texts as they stand in SQL that a person copies. A name may hold
 * quotes, line ends, escape sequences: what comes out is one line that means
 * just that name, and shows all of it.
 */
#ifndef PGCONNTOP_MODEL_QUOTE_H
#define PGCONNTOP_MODEL_QUOTE_H

#include <stdbool.h>

struct buf;

/*
 * Appends "name", or U&"name" with escapes where it holds characters that do
 * not show. False, and nothing is appended, when it has bytes that are not
 * UTF-8 or is empty: then no SQL stands for it that can be copied.
 */
bool quote_name(struct buf *buf, const char *name);

/* The same for the console of PgBouncer, which knows no escapes: false for these as well. */
bool quote_name_plain(struct buf *buf, const char *name);

/*
 * Appends whose sessions ALTER ... SET is for: ROLE "app" IN DATABASE "wall",
 * one of the two, or ROLE ALL; NULL is for all. False, and nothing is
 * appended, when a name cannot be written.
 */
bool quote_scope(struct buf *buf, const char *role, const char *database);

/* Appends 'text', as the server takes it whatever standard_conforming_strings is. Plain text. */
void quote_text(struct buf *buf, const char *text);

#endif
