/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of base/text: whatever the bytes are, what leaves is valid, has
 * no control bytes, takes the columns announced and stays as it is when it
 * goes through again. The first byte chooses the flags.
 */
#include "base/buf.h"
#include "base/text.h"

#include <locale.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Valid UTF-8, and each character decodes to what encodes to the same bytes. */
static void
check_valid(const struct buf *buf)
{
	uint32_t cp;
	char back[4];
	size_t len;

	for (size_t i = 0; i < buf->len; i += len) {
		len = text_decode(buf->data + i, buf->len - i, &cp);
		assert(cp != TEXT_BAD);
		assert(text_encode(cp, back) == len);
		assert(memcmp(back, buf->data + i, len) == 0);
	}
}

static void
check_shown(const struct buf *buf, unsigned flags)
{
	uint32_t cp;
	size_t len, columns = 0;
	int width;

	for (size_t i = 0; i < buf->len; i += len) {
		len = text_decode(buf->data + i, buf->len - i, &cp);
		assert(cp >= ' ' && cp != 0x7F && (cp < 0x80 || cp >= 0xA0));
		assert(cp < 0x80 || (flags & TEXT_UTF8));
		assert(text_shown(cp, flags, &width) == cp);
		assert(width == 1 || width == 2);
		columns += (size_t)width;
	}
	assert(text_width(buf_str(buf), buf->len, flags) == columns);
	if (flags & TEXT_SQUEEZE) {
		assert(buf_str(buf)[0] != ' ');
		assert(!strstr(buf_str(buf), "  "));
	}
}

static void
check_clean(const char *s, size_t n, unsigned flags)
{
	struct buf once = { 0 }, twice = { 0 };

	text_clean(&once, s, n, flags);
	check_valid(&once);
	check_shown(&once, flags);
	assert(text_width(s, n, flags) == text_width(buf_str(&once), once.len, flags));
	text_clean(&twice, buf_str(&once), once.len, flags);
	assert(strcmp(buf_str(&once), buf_str(&twice)) == 0);
	buf_clear(&once);
	buf_clear(&twice);
}

static void
check_escaped(const char *s, size_t n)
{
	struct buf once = { 0 }, twice = { 0 };

	text_escape(&once, s, n);
	assert(once.len >= n && once.len <= 4 * n);
	check_valid(&once);
	text_escape(&twice, buf_str(&once), once.len);
	assert(once.len == twice.len);
	assert(memcmp(buf_str(&once), buf_str(&twice), once.len) == 0);
	buf_clear(&once);
	buf_clear(&twice);
}

/* The second half of the text is a part of it. */
static void
check_contains(const char *s, size_t n)
{
	struct buf whole = { 0 };

	buf_add(&whole, s, n);
	assert(text_contains(buf_str(&whole), buf_str(&whole) + strlen(buf_str(&whole)) / 2));
	buf_addc(&whole, 'x');
	assert(text_contains(buf_str(&whole), ""));
	buf_clear(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	unsigned flags;

	if (size < 1)
		return 0;
	flags = data[0] & (TEXT_UTF8 | TEXT_SQUEEZE);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		flags &= ~(unsigned)TEXT_UTF8;
	check_clean(s + 1, size - 1, flags);
	check_escaped(s + 1, size - 1);
	check_contains(s + 1, size - 1);
	return 0;
}
