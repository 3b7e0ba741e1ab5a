/* SPDX-License-Identifier: PostgreSQL */
/*
 * UTF-8 in, and the decision what of it may be shown. The C library knows
 * widths and unassigned characters, but its answer for what is invisible or
 * turns the writing direction differs between versions: a table has those.
 */
#include "base/text.h"

#include "base/buf.h"

#include <string.h>
#include <wchar.h>

#define REPLACEMENT 0xFFFD

struct range {
	uint32_t first, last;
};

/*
 * Not ASCII and never shown: controls, format characters, fillers that look
 * like nothing, line separators, surrogates and private use; ascending.
 */
static const struct range refused[] = {
	{ 0x0080, 0x009F },     /* C1 controls */
	{ 0x00AD, 0x00AD },     /* soft hyphen */
	{ 0x034F, 0x034F },     /* combining grapheme joiner */
	{ 0x0600, 0x0605 },     /* Arabic number signs */
	{ 0x061C, 0x061C },     /* Arabic letter mark */
	{ 0x06DD, 0x06DD },     /* Arabic end of ayah */
	{ 0x070F, 0x070F },     /* Syriac abbreviation mark */
	{ 0x0890, 0x0891 },     /* Arabic currency marks */
	{ 0x08E2, 0x08E2 },     /* Arabic disputed end of ayah */
	{ 0x115F, 0x1160 },     /* Hangul fillers */
	{ 0x17B4, 0x17B5 },     /* Khmer inherent vowels */
	{ 0x180B, 0x180F },     /* Mongolian selectors and separator */
	{ 0x200B, 0x200F },     /* zero width, direction marks */
	{ 0x2028, 0x202E },     /* line separators, direction embeddings */
	{ 0x2060, 0x206F },     /* joiners, direction isolates */
	{ 0x3164, 0x3164 },     /* Hangul filler */
	{ 0xD800, 0xF8FF },     /* surrogates, private use */
	{ 0xFE00, 0xFE0F },     /* variation selectors */
	{ 0xFEFF, 0xFEFF },     /* byte order mark */
	{ 0xFFA0, 0xFFA0 },     /* Hangul filler */
	{ 0xFFF0, 0xFFFB },     /* interlinear annotation */
	{ 0xFFFE, 0xFFFF },     /* no characters */
	{ 0x110BD, 0x110BD },   /* Kaithi number sign */
	{ 0x110CD, 0x110CD },   /* Kaithi number sign above */
	{ 0x13430, 0x1343F },   /* Egyptian format controls */
	{ 0x1BCA0, 0x1BCA3 },   /* shorthand format controls */
	{ 0x1D173, 0x1D17A },   /* musical format controls */
	{ 0xE0000, 0xE0FFF },   /* tags, variation selectors */
	{ 0xF0000, UINT32_MAX } /* private use and what is no code point */
};

static bool
is_refused(uint32_t cp)
{
	const struct range *range = refused;

	while (cp > range->last)
		range++;
	return cp >= range->first;
}

/* Blank, tab, and what ends a line or page. */
static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || (cp >= '\t' && cp <= '\r');
}

/* How many bytes the character that this byte begins has; 0 when none begins with it. */
static size_t
sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xC2)
		return 0;
	if (lead < 0xE0)
		return 2;
	if (lead < 0xF0)
		return 3;
	return lead < 0xF5 ? 4 : 0;
}

size_t
text_decode(const char *s, size_t n, uint32_t *cp)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s[0];
	size_t len = sequence_length(lead);
	uint32_t value;

	if (len == 1) {
		*cp = lead;
		return 1;
	}
	*cp = TEXT_BAD;
	if (len == 0 || len > n)
		return 1;
	value = lead & (0x7FU >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return 1;
		value = value << 6 | ((unsigned char)s[i] & 0x3F);
	}
	if (value < smallest[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 1;
	*cp = value;
	return len;
}

bool
text_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

size_t
text_encode(uint32_t cp, char out[4])
{
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)(len == 1 ? cp : (0xF00U >> len & 0xF0) | cp);
	return len;
}

uint32_t
text_shown(uint32_t cp, unsigned flags, int *width)
{
	int columns;

	*width = 1;
	if (cp >= ' ' && cp < 0x7F)
		return cp;
	if (is_blank(cp))
		return ' ';
	if (!(flags & TEXT_UTF8))
		return '?';
	if (cp <= 0x7F || is_refused(cp))
		return REPLACEMENT;
	columns = wcwidth((wchar_t)cp);
	if (columns != 1 && columns != 2)
		return REPLACEMENT;
	*width = columns;
	return cp;
}

/* A text on its way to being shown. */
struct walk {
	const char *s; /* what is left */
	size_t n;      /* bytes of it */
	unsigned flags;
	bool blank; /* another blank would be squeezed away */
};

/* Takes the bytes from the start that are shown as they are; gives how many. */
static size_t
take_plain(struct walk *walk)
{
	bool squeeze = walk->flags & TEXT_SQUEEZE;
	size_t i;

	for (i = 0; i < walk->n; i++) {
		unsigned char c = (unsigned char)walk->s[i];

		if (c < ' ' || c > '~' || (c == ' ' && squeeze && walk->blank))
			break;
		walk->blank = c == ' ';
	}
	walk->s += i;
	walk->n -= i;
	return i;
}

/* Takes a character and gives how it is shown; the width is 0 for a blank squeezed away. */
static uint32_t
take_other(struct walk *walk, int *width)
{
	uint32_t cp, shown;
	size_t len = text_decode(walk->s, walk->n, &cp);
	bool blank = is_blank(cp);

	shown = text_shown(cp, walk->flags, width);
	if (blank && walk->blank && (walk->flags & TEXT_SQUEEZE))
		*width = 0;
	walk->blank = blank;
	walk->s += len;
	walk->n -= len;
	return shown;
}

size_t
text_width(const char *s, size_t n, unsigned flags)
{
	struct walk walk = { s, n, flags, true };
	size_t total = 0;
	int width;

	for (;;) {
		total += take_plain(&walk);
		if (walk.n == 0)
			return total;
		take_other(&walk, &width);
		total += (size_t)width;
	}
}

void
text_clean(struct buf *buf, const char *s, size_t n, unsigned flags)
{
	struct walk walk = { s, n, flags, true };
	const char *run;
	uint32_t shown;
	char bytes[4];
	int width;

	for (;;) {
		run = walk.s;
		buf_add(buf, run, take_plain(&walk));
		if (walk.n == 0)
			return;
		shown = take_other(&walk, &width);
		if (width)
			buf_add(buf, bytes, text_encode(shown, bytes));
	}
}

/* Whether it stays in a file that may be looked at on a terminal. */
static bool
is_safe(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || (cp >= ' ' && cp != 0x7F && !is_refused(cp));
}

void
text_escape(struct buf *buf, const char *s, size_t n)
{
	size_t plain = 0, len;
	uint32_t cp;

	for (size_t i = 0; i < n; i += len) {
		len = text_decode(s + i, n - i, &cp);
		if (is_safe(cp))
			continue;
		buf_add(buf, s + plain, i - plain);
		plain = i + len;
		for (size_t k = i; k < plain; k++)
			buf_addf(buf, "\\x%02x", (unsigned)(unsigned char)s[k]);
	}
	buf_add(buf, s + plain, n - plain);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
starts_with(const char *s, const char *part)
{
	while (*part && lower(*s) == lower(*part)) {
		s++;
		part++;
	}
	return *part == '\0';
}

bool
text_contains(const char *s, const char *part)
{
	do {
		if (starts_with(s, part))
			return true;
	} while (*s++);
	return false;
}

size_t
text_fit(const char *s, size_t n, int columns)
{
	size_t i = 0;

	while (i < n) {
		uint32_t cp;
		int width;
		size_t bytes = text_decode(s + i, n - i, &cp);

		text_shown(cp, TEXT_UTF8, &width);
		columns -= width;
		if (columns < 0)
			break;
		i += bytes;
	}
	return i;
}
