/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the styles look like on this terminal: attributes, and colour pairs
 * when there are colours. A colour that the terminal has not becomes the
 * nearest that it has.
 */
#include <stdlib.h>

#include "base/settings.h"
#include "internal.h"

/* settings->color, in the order of its words in settings.def. */
enum color_when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* The colour of the first 16 that is nearest to one of the 256. */
static int
basic_color(int color)
{
	int level[3]; /* red, green, blue: 0 to 5 */
	int most = 0, least = 5, basic = 0;

	if (color < 16)
		return color;
	if (color >= 232) /* 24 greys */
		return color < 236 ? 0 : color < 244 ? 8 : color < 252 ? 7 : 15;
	level[0] = (color - 16) / 36;
	level[1] = (color - 16) / 6 % 6;
	level[2] = (color - 16) % 6;
	for (int i = 0; i < 3; i++) {
		most = level[i] > most ? level[i] : most;
		least = level[i] < least ? level[i] : least;
	}
	if (most == 0)
		return 0;
	if (most == least)
		return most < 3 ? 8 : most < 5 ? 7 : 15;
	for (int i = 0; i < 3; i++)
		if (level[i] * 2 > most)
			basic |= 1 << i;
	return most == 5 ? basic + 8 : basic;
}

/* Makes the attributes and the colour pair of a style from its look. */
static void
set_look(struct term *term, enum style style, const struct look *look, int colors)
{
	int fg = look->fg, bg = look->bg;
	attr_t attrs = A_NORMAL;

	if (colors < 256) {
		fg = basic_color(fg);
		bg = basic_color(bg);
	}
	if (look->bold || (colors == 8 && fg >= 8))
		attrs |= A_BOLD;
	if (look->dim)
		attrs |= A_DIM;
	if (look->underline)
		attrs |= A_UNDERLINE;
	if (look->reverse)
		attrs |= A_REVERSE;
	if (colors == 8) {
		fg = fg < 0 ? fg : fg % 8;
		bg = bg < 0 ? bg : bg % 8;
	}
	term->attrs[style] = attrs;
	term->pairs[style] = 0;
	if (colors == 0 || (fg < 0 && bg < 0))
		return;
	if (init_pair((short)(style + 1), (short)fg, (short)bg) == OK)
		term->pairs[style] = (short)(style + 1);
}

bool
looks_wanted(const struct settings *settings)
{
	const char *no_color = getenv("NO_COLOR");

	switch ((enum color_when)settings->color) {
	case WHEN_AUTO:
		return no_color == NULL || *no_color == '\0';
	case WHEN_ALWAYS:
		return true;
	case WHEN_NEVER:
		return false;
	}
	return false;
}

void
looks_set(struct term *term, const struct look looks[STYLE_COUNT], int colors)
{
	bool own = true; /* the terminal can go back to its own colours */

	if (colors > 0) {
		start_color();
		own = use_default_colors() == OK;
	}
	for (int i = 0; i < STYLE_COUNT; i++) {
		struct look look = looks[i];

		if (!own && look.fg < 0)
			look.fg = COLOR_WHITE;
		if (!own && look.bg < 0)
			look.bg = COLOR_BLACK;
		set_look(term, (enum style)i, &look, colors);
	}
}
