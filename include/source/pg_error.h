/* SPDX-License-Identifier: PostgreSQL */
/*
 * What libpq's words about a failure mean. Pure.
 */
#ifndef PGCONNTOP_SOURCE_PG_ERROR_H
#define PGCONNTOP_SOURCE_PG_ERROR_H

struct link;

/*
 * Reads the words of a failed login or statement, as verbose as libpq makes
 * them, into link's refusal, sqlstate, routine and text; its other fields
 * stay. The refusal is never NONE.
 */
void pg_error_read(struct link *link, const char *words);

#endif
