/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of text: decoding of every kind of bad UTF-8, what is shown of it,
 * and that widths and cleaned text agree.
 */
#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_decode_all(void **state)
{
	uint32_t back;
	char bytes[4];
	size_t len;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		len = text_encode(cp, bytes);
		assert_int_equal(len, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
		if (cp >= 0xD800 && cp <= 0xDFFF) {
			assert_int_equal(text_decode(bytes, len, &back), 1);
			assert_int_equal(back, TEXT_BAD);
			continue;
		}
		assert_int_equal(text_decode(bytes, len, &back), len);
		assert_int_equal(back, cp);
		if (len > 1) {
			assert_int_equal(text_decode(bytes, len - 1, &back), 1);
			assert_int_equal(back, TEXT_BAD);
		}
	}
}

static void
test_decode_known(void **state)
{
	uint32_t cp;

	(void)state;
	assert_int_equal(text_decode("A", 1, &cp), 1);
	assert_int_equal(cp, 'A');
	assert_int_equal(text_decode("\xC3\xA9", 2, &cp), 2);
	assert_int_equal(cp, 0xE9);
	assert_int_equal(text_decode("\xE2\x82\xAC", 3, &cp), 3);
	assert_int_equal(cp, 0x20AC);
	assert_int_equal(text_decode("\xF0\x9F\x98\x80", 4, &cp), 4);
	assert_int_equal(cp, 0x1F600);
}

static void
test_decode_bad(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",         /* overlong NUL */
		"\xC1\xBF",         /* overlong */
		"\xC3",             /* ends early */
		"\xC3(",            /* not continued */
		"\xE0\x80\x80",     /* overlong */
		"\xE0\x9F\xBF",     /* overlong */
		"\xE2\x82",         /* ends early */
		"\xE2(\xA1",        /* not continued */
		"\xE2\x82(",        /* not continued */
		"\xED\xA0\x80",     /* surrogate */
		"\xED\xBF\xBF",     /* surrogate */
		"\xF0\x8F\xBF\xBF", /* overlong */
		"\xF4\x90\x80\x80", /* over U+10FFFF */
		"\xF5\x80\x80\x80",
		"\xF8\x88\x80\x80\x80",
		"\xFE",
		"\xFF",
	};
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(text_decode(bad[i], strlen(bad[i]), &cp), 1);
		assert_int_equal(cp, TEXT_BAD);
	}
}

static void
test_shown_kept(void **state)
{
	static const struct {
		uint32_t cp;
		int width;
	} kept[] = {
		{ 0x20, 1 },
		{ '~', 1 },
		{ 0xA0, 1 },
		{ 0xE9, 1 },
		{ 0x416, 1 },
		{ 0x20AC, 1 },
		{ 0x2500, 1 },
		{ 0x4E2D, 2 },
		{ 0xAC00, 2 },
		{ 0xFF21, 2 },
		{ 0x1F600, 2 },
		{ 0xFFFD, 1 },
	};
	int width;

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		assert_int_equal(text_shown(kept[i].cp, TEXT_UTF8, &width), kept[i].cp);
		assert_int_equal(width, kept[i].width);
		assert_int_equal(text_shown(kept[i].cp, 0, &width),
		    kept[i].cp < 0x80 ? kept[i].cp : '?');
		assert_int_equal(width, 1);
	}
}

static void
test_shown_refused(void **state)
{
	static const uint32_t refused[] = { 0, 1, 7, 8, 0x0E, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9B,
		0x9F, 0xAD, 0x300, 0x34F, 0x600, 0x61C, 0x6DD, 0x70F, 0x8E2, 0x115F, 0x1160, 0x17B4,
		0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,
		0x202E, 0x2060, 0x2064, 0x2066, 0x2069, 0x206F, 0x20D0, 0x3164, 0xD800, 0xDFFF,
		0xE000, 0xF8FF, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFE, 0xFFFF,
		0x110BD, 0x13430, 0x1BCA0, 0x1D173, 0xE0000, 0xE0001, 0xE007F, 0xE0100, 0xE01EF,
		0xE0FFF, 0xF0000, 0x10FFFF, 0x110000, TEXT_BAD };
	int width;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		width = 9;
		assert_int_equal(text_shown(refused[i], TEXT_UTF8, &width), 0xFFFD);
		assert_int_equal(width, 1);
		width = 9;
		assert_int_equal(text_shown(refused[i], 0, &width), '?');
		assert_int_equal(width, 1);
	}
	for (uint32_t cp = '\t'; cp <= '\r'; cp++) {
		assert_int_equal(text_shown(cp, TEXT_UTF8, &width), ' ');
		assert_int_equal(text_shown(cp, 0, &width), ' ');
		assert_int_equal(width, 1);
	}
}

/* Cleans and checks the text and that its width is the one announced. */
static void
expect_clean(const char *in, size_t n, unsigned flags, const char *out, size_t width)
{
	struct buf buf = { 0 };

	buf_adds(&buf, "=");
	text_clean(&buf, in, n, flags);
	assert_string_equal(buf_str(&buf) + 1, out);
	assert_int_equal(buf.len, strlen(out) + 1);
	assert_int_equal(text_width(in, n, flags), width);
	assert_int_equal(text_width(out, strlen(out), flags), width);
	buf_clear(&buf);
}

static void
test_clean(void **state)
{
	static const char esc[] = "a\x1B[31mb";
	static const char mixed[] = "\xC3\xA9\xFFx\xE4\xB8\xAD\xCC\x81.";

	(void)state;
	expect_clean("", 0, 0, "", 0);
	expect_clean("plain text", 10, 0, "plain text", 10);
	expect_clean("plain text", 5, 0, "plain", 5);
	expect_clean(esc, strlen(esc), 0, "a?[31mb", 7);
	expect_clean(esc, strlen(esc), TEXT_UTF8, "a\xEF\xBF\xBD[31mb", 7);
	expect_clean("a\0b", 3, 0, "a?b", 3);
	expect_clean("a\x7F.", 3, 0, "a?.", 3);
	expect_clean("a\t\r\nb ", 6, 0, "a   b ", 6);
	expect_clean(mixed, strlen(mixed), 0, "??x??.", 6);
	expect_clean(mixed, strlen(mixed), TEXT_UTF8,
	    "\xC3\xA9\xEF\xBF\xBDx\xE4\xB8\xAD\xEF\xBF\xBD.", 7);
	/* a right-to-left override and what it hides */
	expect_clean("a\xE2\x80\xAE"
	             "b",
	    5, TEXT_UTF8,
	    "a\xEF\xBF\xBD"
	    "b",
	    3);
	/* the C1 control that begins a sequence, as a byte and in UTF-8 */
	expect_clean("\x9B"
	             "1m",
	    3, TEXT_UTF8,
	    "\xEF\xBF\xBD"
	    "1m",
	    3);
	expect_clean("\xC2\x9B"
	             "1m",
	    4, TEXT_UTF8,
	    "\xEF\xBF\xBD"
	    "1m",
	    3);
}

static void
test_clean_squeeze(void **state)
{
	static const char query[] = "\n  select  1,\n\t2  \n from   t ";

	(void)state;
	expect_clean(query, strlen(query), TEXT_SQUEEZE, "select 1, 2 from t ", 19);
	expect_clean(query, strlen(query), TEXT_SQUEEZE | TEXT_UTF8, "select 1, 2 from t ", 19);
	expect_clean(" \t ", 3, TEXT_SQUEEZE, "", 0);
	expect_clean("a \x01 b", 5, TEXT_SQUEEZE, "a ? b", 5);
	expect_clean("a\n\nb", 4, TEXT_SQUEEZE, "a b", 3);
	expect_clean("\xC3\xA9  \xC3\xA9", 6, TEXT_SQUEEZE | TEXT_UTF8, "\xC3\xA9 \xC3\xA9", 3);
	/* without the flag each blank counts */
	expect_clean("  a  ", 5, 0, "  a  ", 5);
}

static void
expect_escaped(const char *in, size_t n, const char *out)
{
	struct buf buf = { 0 };

	text_escape(&buf, in, n);
	assert_string_equal(buf_str(&buf), out);
	buf_clear(&buf);
}

static void
test_escape(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	expect_escaped("", 0, "");
	expect_escaped("plain", 5, "plain");
	expect_escaped(" \t\n~", 4, " \t\n~");
	expect_escaped("\x1B[0m\r\n\x7F", 7, "\\x1b[0m\\x0d\n\\x7f");
	expect_escaped("\xC2\x9B"
	               "2J\xE2\x80\xAE",
	    7, "\\xc2\\x9b2J\\xe2\\x80\\xae");
	expect_escaped("\xC3\xA9\xE4\xB8\xAD", 5, "\xC3\xA9\xE4\xB8\xAD");
	expect_escaped("a\xFF"
	               "b",
	    3, "a\\xffb");
	expect_escaped("\xE4\xB8", 2, "\\xe4\\xb8");
	expect_escaped("\xC3\xA9\x80\xC3\xA9", 5, "\xC3\xA9\\x80\xC3\xA9");
	expect_escaped("\xED\xA0\x80", 3, "\\xed\\xa0\\x80");
	text_escape(&buf, "a\0b", 3);
	assert_string_equal(buf_str(&buf), "a\\x00b");
	buf_clear(&buf);
}

static void
test_contains(void **state)
{
	(void)state;
	assert_true(text_contains("", ""));
	assert_true(text_contains("abc", ""));
	assert_false(text_contains("", "a"));
	assert_true(text_contains("abc", "abc"));
	assert_true(text_contains("SELECT 1", "select"));
	assert_true(text_contains("xSeLeCt", "sElEcT"));
	assert_true(text_contains("aab", "ab"));
	assert_true(text_contains("abc", "C"));
	assert_false(text_contains("abc", "abcd"));
	assert_false(text_contains("abc", "cb"));
	/* only letters are the same without their case */
	assert_false(text_contains("[", "{"));
	assert_false(text_contains("@", "`"));
	assert_false(text_contains("\xC3\x89", "\xC3\xA9"));
	assert_true(text_contains("x\xC3\xA9", "\xC3\xA9"));
}

/* What the text of an amount of memory looks like. */
static void
test_bytes(void **state)
{
	static const struct {
		double bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 kB" },
		{ 4.8 * 1024, "4.8 kB" },
		{ 48 * 1024, "48 kB" },
		{ 1023.4 * 1024, "1023 kB" },
		{ 1023.6 * 1024, "1.0 MB" },
		{ 1.5 * 1024 * 1024, "1.5 MB" },
		{ 9.96 * 1024 * 1024, "10 MB" },
		{ 410.0 * 1024 * 1024, "410 MB" },
		{ 1.25 * 1024 * 1024 * 1024, "1.2 GB" },
		{ 262143 * 10.0 * 1024 * 1024, "2.5 TB" },
	};
	char out[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(units_bytes(out, rows[i].bytes, rows[i].bytes), rows[i].text);
	assert_string_equal(units_bytes(out, 155.0 * (1 << 20), 1005.0 * (1 << 20)), "155-1005 MB");
	assert_string_equal(units_bytes(out, 246.0 * (1 << 20), 1.6 * (1 << 30)), "0.2-1.6 GB");
	assert_string_equal(units_bytes(out, 1.5 * (1 << 20), 10.0 * (1 << 20)), "1.5-10 MB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_all),
		cmocka_unit_test(test_decode_known),
		cmocka_unit_test(test_decode_bad),
		cmocka_unit_test(test_shown_kept),
		cmocka_unit_test(test_shown_refused),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_squeeze),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_bytes),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8")) {
		puts("1..0 # SKIP no UTF-8 locale");
		return 0;
	}
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
