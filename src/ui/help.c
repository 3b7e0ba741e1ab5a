/* SPDX-License-Identifier: PostgreSQL */
/* The help: every key from the table of commands, then the columns of the pane that has the keys.
 */
#include "internal.h"

#define KEYS_COLS 18

static void
write_keys(struct ui *ui, struct page *page)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = &commands[i];
		struct pen pen;
		int left;

		if (command->heading != NULL) {
			if (i > 0)
				page_line(page, STYLE_TEXT);
			page_text(page, STYLE_HEADING, command->heading);
		}
		pen = page_line(page, STYLE_KEY);
		left = pen.col;
		pen_text(&pen, keymap_keys(&ui->keymap, command, &ui->scratch));
		pen.style = STYLE_TEXT;
		pen_text(&pen, " ");
		pen_to(&pen, left + KEYS_COLS);
		pen_text(&pen, command->help);
		pen_finish(&pen);
	}
}

static void
write_columns(const struct table *table, struct page *page)
{
	page_line(page, STYLE_TEXT);
	page_text(page, STYLE_HEADING, table->title);
	page_text(page, STYLE_DIM, table->help);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		struct pen pen = page_line(page, STYLE_TEXT);
		int left = pen.col;

		pen_text(&pen, column->title);
		pen_to(&pen, left + KEYS_COLS);
		pen_text(&pen, column->help);
		pen_finish(&pen);
	}
}

static void
write_help(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	(void)frame;
	write_keys(ui, page);
	write_columns(ui->panes[ui->focus].table, page);
}

void
help_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = { "Help", frame, &ui->page, write_help };

	page_draw(ui, canvas, &source);
}
