/* SPDX-License-Identifier: PostgreSQL */
/*
 * Values of rows, out of the texts in which the server sends them.
 */
#ifndef PGCONNTOP_SOURCE_PG_VALUE_H
#define PGCONNTOP_SOURCE_PG_VALUE_H

#include <stddef.h>
#include <stdint.h>

struct pg_rows;

/* The number that s begins with; `none` when there is none. Moves s behind it. */
int64_t pg_value_read(const char **s, const char *end, int64_t none);

/* The number that a value begins with; `none` when there is none. */
int64_t pg_value_number(const struct pg_rows *rows, int row, int col, int64_t none);

/* A value that is a point in time; TIME_UNKNOWN when it is none. */
int64_t pg_value_time(const struct pg_rows *rows, int row, int col);

/* Decodes n bytes of bytea in the escape format; out has room for n. Gives the number of bytes. */
size_t pg_value_unescape(char *out, const char *s, size_t n);

#endif
