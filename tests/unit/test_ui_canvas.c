/* SPDX-License-Identifier: PostgreSQL */
/* Tests of the grid of cells and of the pen. */
#include "base/buf.h"
#include "base/text.h"
#include "ui/canvas.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define WIDE "\xe6\x97\xa5\xe6\x9c\xac" /* two characters of two columns */

static void
expect_screen(const struct canvas *canvas, const char *wanted)
{
	struct buf text = { 0 };

	canvas_dump(canvas, &text);
	assert_string_equal(buf_str(&text), wanted);
	buf_clear(&text);
}

/* A canvas of one row with a text written at a column. */
static void
write_at(struct canvas *canvas, int cols, int col, const char *text)
{
	struct rect row = { 0, 0, 1, cols };
	struct pen pen;

	canvas_resize(canvas, 1, cols, true);
	pen = pen_at(canvas, &row, 0, STYLE_TEXT);
	pen.col = col;
	pen_text(&pen, text);
}

static void
test_canvas_text(void **state)
{
	struct canvas canvas = { 0 };

	(void)state;
	write_at(&canvas, 5, 0, "ab");
	expect_screen(&canvas, "ab\n");
	write_at(&canvas, 5, 3, "abc");
	expect_screen(&canvas, "   ab\n");
	write_at(&canvas, 5, 7, "abc");
	expect_screen(&canvas, "\n");
	write_at(&canvas, 8, 0, "a\033[2Jb");
	expect_screen(&canvas, "a\xef\xbf\xbd[2Jb\n");
	canvas_free(&canvas);
}

/* A wide character is drawn whole or not at all, and never left in halves. */
static void
test_canvas_wide(void **state)
{
	struct canvas canvas = { 0 };
	struct rect inner = { 0, 1, 1, 1 };
	struct pen pen;

	(void)state;
	write_at(&canvas, 3, 0, WIDE);
	expect_screen(&canvas, "\xe6\x97\xa5\n");
	write_at(&canvas, 4, 1, WIDE);
	expect_screen(&canvas, " \xe6\x97\xa5\n");
	write_at(&canvas, 4, 0, WIDE);
	canvas_put(&canvas, 0, 1, 'x', STYLE_TEXT);
	expect_screen(&canvas, " x\xe6\x9c\xac\n");
	canvas_put(&canvas, 0, 2, 'y', STYLE_TEXT);
	expect_screen(&canvas, " xy\n");
	write_at(&canvas, 4, 0, WIDE);
	pen = pen_at(&canvas, &inner, 0, STYLE_TEXT);
	pen_text(&pen, WIDE);
	assert_true(pen.cut);
	expect_screen(&canvas, WIDE "\n");
	canvas_blank(&canvas, &inner);
	expect_screen(&canvas, "  \xe6\x9c\xac\n");
	canvas_free(&canvas);
}

static void
test_canvas_skip(void **state)
{
	struct canvas canvas = { 0 };
	struct rect row = { 0, 0, 1, 10 };
	struct pen pen;

	(void)state;
	canvas_resize(&canvas, 1, 10, true);
	pen = pen_at(&canvas, &row, 0, STYLE_TEXT);
	pen_bytes(&pen, "  a \n b", 7, 0, TEXT_SQUEEZE);
	expect_screen(&canvas, "a b\n");
	canvas_clear(&canvas);
	pen = pen_at(&canvas, &row, 0, STYLE_TEXT);
	pen_bytes(&pen, "a" WIDE "b", 8, 2, 0);
	expect_screen(&canvas,
	    " \xe6\x9c\xac"
	    "b\n");
	canvas_free(&canvas);
}

static void
test_canvas_field(void **state)
{
	struct canvas canvas = { 0 };
	struct rect row = { 0, 0, 1, 9 };
	struct pen pen;

	(void)state;
	canvas_resize(&canvas, 1, 9, false);
	pen = pen_at(&canvas, &row, 0, STYLE_TEXT);
	pen_field(&pen, 4, "12", true);
	assert_int_equal(pen.col, 4);
	pen_field(&pen, 3, "abcd", false);
	pen_field(&pen, 4, "xy", false);
	assert_int_equal(pen.col, 9);
	assert_true(pen.cut);
	expect_screen(&canvas, "  12ab>xy\n");
	canvas_free(&canvas);
}

/* No drawing reaches outside, whatever the rectangle. The heap is watched when the sanitizer is
 * there. */
static void
test_canvas_outside(void **state)
{
	static const int edges[] = { -1000, -1, 0, 1, 2, 3, 1000 };
	enum { N = sizeof(edges) / sizeof(edges[0]) };
	struct canvas canvas = { 0 };

	(void)state;
	for (int i = 0; i < N * N * N * N; i++) {
		struct rect rect = { edges[i % N], edges[i / N % N], edges[i / N / N % N],
			edges[i / N / N / N] };
		struct pen pen;

		canvas_resize(&canvas, 1 + i % 3, 1 + i / 3 % 4, true);
		for (int n = -1; n < 4; n++) {
			pen = pen_at(&canvas, &rect, n, STYLE_TEXT);
			pen_text(&pen, WIDE "abc");
			pen_finish(&pen);
			pen_sign(&pen, SIGN_MORE);
			pen_field(&pen, 3, WIDE, true);
			pen_fill(&pen, 5, 'x');
			pen_to(&pen, 1000);
			canvas_put(&canvas, rect.row, rect.col, 'x', STYLE_TEXT);
		}
		canvas_style(&canvas, &rect, STYLE_DIM);
		canvas_blank(&canvas, &rect);
	}
	canvas_free(&canvas);
}

static void
test_canvas_huge(void **state)
{
	struct canvas canvas = { 0 };
	struct rect row = { 99, 0, 1, 400 };
	struct pen pen;

	(void)state;
	canvas_resize(&canvas, 100, 400, true);
	pen = pen_at(&canvas, &row, 0, STYLE_TEXT);
	pen_fill(&pen, 1000, 'x');
	assert_int_equal(pen.col, 400);
	assert_int_equal(canvas.cells[100 * 400 - 1].ch, 'x');
	canvas_resize(&canvas, 1, 1, false);
	assert_int_equal(canvas.cells[0].ch, ' ');
	canvas_free(&canvas);
}

/* All signs are one column, and ASCII on a screen that takes no more. */
static void
test_signs(void **state)
{
	struct canvas canvas = { 0 };
	int width;

	(void)state;
	for (int sign = 0; sign < SIGN_COUNT; sign++) {
		canvas_resize(&canvas, 1, 1, true);
		assert_int_equal(text_shown(canvas_sign(&canvas, (enum sign)sign), TEXT_UTF8,
		                     &width),
		    canvas_sign(&canvas, (enum sign)sign));
		assert_int_equal(width, 1);
		canvas_resize(&canvas, 1, 1, false);
		assert_in_range(canvas_sign(&canvas, (enum sign)sign), ' ' + 1, '~');
	}
	canvas_free(&canvas);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canvas_text),
		cmocka_unit_test(test_canvas_wide),
		cmocka_unit_test(test_canvas_skip),
		cmocka_unit_test(test_canvas_field),
		cmocka_unit_test(test_canvas_outside),
		cmocka_unit_test(test_canvas_huge),
		cmocka_unit_test(test_signs),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
