/* SPDX-License-Identifier: PostgreSQL */
/*
 * A growing byte buffer. Capacity doubles, so appending costs the same
 * however large it grew; one byte more than asked for is kept for the NUL.
 */
#include "base/buf.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST_CAP 64

/* Makes room for n more bytes and the NUL. */
static void
reserve(struct buf *buf, size_t n)
{
	size_t cap = buf->cap ? buf->cap : BUF_FIRST_CAP;

	if (n >= PTRDIFF_MAX - buf->len)
		die("out of memory (text of %zu bytes)", n);
	if (buf->len + n < buf->cap)
		return;
	while (cap <= buf->len + n)
		cap = cap > PTRDIFF_MAX / 2 ? PTRDIFF_MAX : cap * 2;
	buf->data = mem_grow(buf->data, cap, 1);
	buf->cap = cap;
}

/* Counts n bytes that are in place now. */
static void
advance(struct buf *buf, size_t n)
{
	buf->len += n;
	buf->data[buf->len] = '\0';
}

void
buf_add(struct buf *buf, const void *data, size_t n)
{
	if (!n)
		return;
	reserve(buf, n);
	memcpy(buf->data + buf->len, data, n);
	advance(buf, n);
}

void
buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_addc(struct buf *buf, char c)
{
	buf_fill(buf, c, 1);
}

void
buf_fill(struct buf *buf, char c, size_t n)
{
	if (!n)
		return;
	reserve(buf, n);
	memset(buf->data + buf->len, c, n);
	advance(buf, n);
}

void
buf_addi(struct buf *buf, int64_t number)
{
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		digits[--i] = '-';
	buf_add(buf, digits + i, sizeof digits - i);
}

void
buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		die("cannot format a text");
	if (len > 0) {
		reserve(buf, (size_t)len);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
		advance(buf, (size_t)len);
	}
	va_end(again);
}

void
buf_chop(struct buf *buf, size_t n)
{
	buf->len -= n < buf->len ? n : buf->len;
	if (buf->data)
		buf->data[buf->len] = '\0';
}

void
buf_reset(struct buf *buf)
{
	buf_chop(buf, buf->len);
}

void
buf_clear(struct buf *buf)
{
	mem_free(buf->data);
	*buf = (struct buf){ 0 };
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
