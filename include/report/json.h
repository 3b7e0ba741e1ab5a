/* SPDX-License-Identifier: PostgreSQL */
/*
 * JSON written piece by piece, straight into a buffer: nothing is built first. Commas come by
 * themselves. All of it is ASCII.
 */
#ifndef PGCONNTOP_REPORT_JSON_H
#define PGCONNTOP_REPORT_JSON_H

#include <stddef.h>

#include "model/value.h"

struct buf;

/* Appends the start of an object '{' or an array '[': as a whole, an element, or behind a key. */
void json_open(struct buf *out, char bracket);

/* Appends its end, '}' or ']'. */
void json_close(struct buf *out, char bracket);

/* Appends a key of an object; its value is to follow. No key may be written twice. */
void json_key(struct buf *out, const char *key);

/* Appends a value: unknown is null, a duration seconds, bytes that are not UTF-8 are \xNN. */
void json_value(struct buf *out, const struct value *value);

/* Appends a number, a duration in seconds, true or false, as other formats write them too; null for
 * all else. No comma. */
void json_number(struct buf *out, const struct value *value);

/* A key and its value. */
struct json_field {
	const char *key;
	struct value value;
};

/* Appends fields to the object that is open. */
void json_fields(struct buf *out, const struct json_field *fields, size_t count);

/* Appends an object of these fields alone, and a line end. */
void json_line(struct buf *out, const struct json_field *fields, size_t count);

#endif
