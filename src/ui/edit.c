/* SPDX-License-Identifier: PostgreSQL */
/* Editing a line of UTF-8 text, key by key. */
#include "internal.h"

#include "base/text.h"

#define LAST_CODE_POINT 0x10FFFF

void
edit_set(struct edit *edit, const char *text)
{
	buf_reset(&edit->text);
	buf_adds(&edit->text, text);
	edit->at = edit->text.len;
}

/* Puts n bytes in the place of the `old` bytes at the cursor, and the cursor behind them. */
static void
replace(struct edit *edit, size_t old, const char *bytes, size_t n)
{
	struct buf text = { 0 };

	buf_add(&text, buf_str(&edit->text), edit->at);
	buf_add(&text, bytes, n);
	buf_adds(&text, buf_str(&edit->text) + edit->at + old);
	buf_clear(&edit->text);
	edit->text = text;
	edit->at += n;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Start of the character before a place. */
static size_t
before(const struct edit *edit, size_t at)
{
	const char *text = buf_str(&edit->text);

	while (at > 0 && is_continuation(text[--at]))
		;
	return at;
}

/* End of the character at a place. */
static size_t
after(const struct edit *edit, size_t at)
{
	const char *text = buf_str(&edit->text);

	if (at < edit->text.len)
		at++;
	while (at < edit->text.len && is_continuation(text[at]))
		at++;
	return at;
}

/* Start of the word before a place, and of the blanks behind it. */
static size_t
word_before(const struct edit *edit, size_t at)
{
	const char *text = buf_str(&edit->text);

	while (at > 0 && text[at - 1] == ' ')
		at--;
	while (at > 0 && text[at - 1] != ' ')
		at--;
	return at;
}

/* Takes away from `from` to `to`. */
static void
cut(struct edit *edit, size_t from, size_t to)
{
	edit->at = from;
	replace(edit, to - from, "", 0);
}

bool
edit_key(struct edit *edit, uint32_t code)
{
	size_t at = edit->at, end = edit->text.len;
	char bytes[4];

	switch (code) {
	case KEY_CODE_LEFT:
		edit->at = before(edit, at);
		break;
	case KEY_CODE_RIGHT:
		edit->at = after(edit, at);
		break;
	case KEY_CODE_HOME:
	case KEY_CODE_CTRL('A'):
		edit->at = 0;
		break;
	case KEY_CODE_END:
	case KEY_CODE_CTRL('E'):
		edit->at = end;
		break;
	case KEY_CODE_BACKSPACE:
		cut(edit, before(edit, at), at);
		break;
	case KEY_CODE_DELETE:
		cut(edit, at, after(edit, at));
		break;
	case KEY_CODE_CTRL('U'):
		cut(edit, 0, at);
		break;
	case KEY_CODE_CTRL('W'):
		cut(edit, word_before(edit, at), at);
		break;
	default:
		if (code < ' ' || code > LAST_CODE_POINT)
			return false;
		replace(edit, 0, bytes, text_encode(code, bytes));
	}
	return true;
}
