/* SPDX-License-Identifier: PostgreSQL */
/* Fitting words into a line. */
#include "line.h"

#include <assert.h>

void
word_add(struct writer *writer, const char *text, enum style style, int rank, int gap)
{
	struct line *line = &writer->line;

	assert(line->count < LINE_WORDS);
	if (text != NULL && text[0] != '\0')
		line->words[line->count++] = (struct word){ text, style, rank, gap };
}

void
line_right(struct line *line)
{
	line->left = line->count;
}

/* Columns of all words with the gaps between them. */
static int
total_width(const struct line *line, const struct canvas *canvas)
{
	int total = 0;

	for (size_t i = 0; i < line->count; i++) {
		total += i > 0 ? line->words[i].gap : 0;
		total += canvas_width(canvas, line->words[i].text);
	}
	return total;
}

/* Leaves out the word of the lowest rank, of equals the last one. */
static void
drop_least(struct line *line)
{
	size_t least = 0;

	for (size_t i = 1; i < line->count; i++)
		if (line->words[i].rank <= line->words[least].rank)
			least = i;
	line->count--;
	if (least < line->left)
		line->left--;
	for (size_t i = least; i < line->count; i++)
		line->words[i] = line->words[i + 1];
}

int
line_fit(struct line *line, const struct canvas *canvas, int cols)
{
	int total = total_width(line, canvas);

	while (total > cols && line->count > 1) {
		drop_least(line);
		total = total_width(line, canvas);
	}
	return total;
}

void
line_draw(struct line *line, struct pen *pen)
{
	int cols = pen->end - pen->col;
	int slack = cols - line_fit(line, pen->canvas, cols);

	for (size_t i = 0; i < line->count; i++) {
		const struct word *word = &line->words[i];

		if (i > 0)
			pen->col += word->gap;
		if (i == line->left && line->left > 0 && slack > 0)
			pen->col += slack;
		pen->style = word->style;
		pen_text(pen, word->text);
	}
	pen_finish(pen);
}
