/* SPDX-License-Identifier: PostgreSQL */
/*
 * Reports of the mouse, in the format with numbers and in the old one with
 * bytes.
 */
#include <ctype.h>

#include "internal.h"
#include "ui/keys.h"

#define DOUBLE_CLICK_US 400000

/* A click at the same cell a short time after another is a double click. */
static enum mouse
count_click(struct term *term, int row, int col, int64_t mono_us)
{
	bool twice = row == term->click_row && col == term->click_col &&
	    mono_us - term->click_mono_us <= DOUBLE_CLICK_US;

	term->click_row = twice ? -1 : row; /* a third one begins anew */
	term->click_col = col;
	term->click_mono_us = mono_us;
	return twice ? MOUSE_DOUBLE_CLICK : MOUSE_CLICK;
}

/* A report of button, column and row from 1; the button's bits 4, 8, 16 are Shift, Alt, Ctrl. */
static bool
mouse_event(struct term *term, const int report[3], int64_t mono_us, struct key_event *key)
{
	int col = report[1] - 1, row = report[2] - 1;

	if (row < 0 || row >= LINES || col < 0 || col >= COLS)
		return false;
	switch (report[0] & ~0x1c) {
	case 0:
		key->mouse = count_click(term, row, col, mono_us);
		break;
	case 64:
		key->mouse = MOUSE_WHEEL_UP;
		break;
	case 65:
		key->mouse = MOUSE_WHEEL_DOWN;
		break;
	default:
		return false; /* other buttons, released, moved */
	}
	key->code = KEY_CODE_MOUSE;
	key->row = row;
	key->col = col;
	return true;
}

/* The held report is "ESC [ < button ; column ; row M"; an m at the end is a release. */
static bool
parse_mouse(const struct term *term, int report[3])
{
	size_t at = 3;

	for (int i = 0; i < 3; i++) {
		report[i] = 0;
		while (at < term->held_count && isdigit(term->held[at]) && report[i] < 10000)
			report[i] = report[i] * 10 + term->held[at++] - '0';
		if (at >= term->held_count || term->held[at++] != (i < 2 ? ';' : 'M'))
			return false;
	}
	return true;
}

/* The held report is "ESC [ M" and three bytes, 32 added to each. */
static bool
parse_old_mouse(const struct term *term, int report[3])
{
	if (term->held_count != 6)
		return false;
	for (int i = 0; i < 3; i++)
		report[i] = term->held[3 + i] - 32;
	return true;
}

bool
mouse_read(struct term *term, int64_t mono_us, struct key_event *key)
{
	bool old = term->held[2] == 'M';
	int report[3];

	return (old ? parse_old_mouse(term, report) : parse_mouse(term, report)) &&
	    mouse_event(term, report, mono_us, key);
}
