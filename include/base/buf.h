/* SPDX-License-Identifier: PostgreSQL */
/*
 * A growing byte buffer; zero initialized is empty and ready. What is in it
 * is always followed by a NUL that does not count.
 */
#ifndef PGCONNTOP_BASE_BUF_H
#define PGCONNTOP_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NULL until the first byte; owned */
	size_t len; /* bytes in use, without the NUL */
	size_t cap; /* bytes allocated */
};

/* Appends n bytes. */
void buf_add(struct buf *buf, const void *data, size_t n);

/* Appends a NUL terminated string, without its NUL. */
void buf_adds(struct buf *buf, const char *s);

/* Appends one byte. */
void buf_addc(struct buf *buf, char c);

/* Appends the byte n times. */
void buf_fill(struct buf *buf, char c, size_t n);

/* Appends a number in decimal digits. */
void buf_addi(struct buf *buf, int64_t number);

/* Appends formatted text. */
void buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Takes the last n bytes away, at most all. */
void buf_chop(struct buf *buf, size_t n);

/* Empties it and keeps the memory. */
void buf_reset(struct buf *buf);

/* Frees the memory; empty and ready again. */
void buf_clear(struct buf *buf);

/* The bytes as a string, "" when nothing was ever added; valid until the next change. */
const char *buf_str(const struct buf *buf);

#endif
