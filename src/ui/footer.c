/* SPDX-License-Identifier: PostgreSQL */
/* The bottom line: the keys worth knowing, as many as fit, each to be clicked. */
#include "internal.h"

#include "base/settings.h"

#include <string.h>

/* A key and what it does, as wide as it is. */
struct hint {
	const struct command *command;
	const char *key;
	int cols;
};

static size_t
list_hints(struct ui *ui, const struct ui_frame *frame, const struct canvas *canvas,
    struct hint hints[FOOTER_MAX])
{
	unsigned here = 1U << ui->mode | (ui->mode == MODE_PANES ? LABEL_AT(ui->focus) : 0);
	size_t n = 0;

	for (size_t i = 0; i < command_count && n < FOOTER_MAX; i++) {
		const struct command *command = &commands[i];
		const char *key;

		if (command->label == NULL || !(command->labels & here) ||
		    (command->acts && ui->settings->read_only) ||
		    !command_works(ui, command, frame))
			continue;
		key = keymap_first(&ui->keymap, command->name, &ui->scratch);
		hints[n++] = (struct hint){ command, key,
			canvas_width(canvas, key) + 1 + canvas_width(canvas, command->label) };
	}
	return n;
}

/* Leaves out those of the lowest rank until the rest fits. */
static size_t
fit_hints(struct hint *hints, size_t n, int cols)
{
	for (;;) {
		int total = -2;
		size_t least = 0;

		for (size_t i = 0; i < n; i++) {
			total += hints[i].cols + 2;
			if (hints[i].command->rank < hints[least].command->rank)
				least = i;
		}
		if (total <= cols || n == 0)
			return n;
		memmove(&hints[least], &hints[least + 1], (n - least - 1) * sizeof(*hints));
		n--;
	}
}

void
footer_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	struct hint hints[FOOTER_MAX];
	struct pen pen = pen_at(canvas, &ui->layout.footer, 0, STYLE_KEY);
	size_t n = fit_hints(hints, list_hints(ui, frame, canvas, hints), pen.end - pen.col);

	ui->footer.count = n;
	for (size_t i = 0; i < n; i++) {
		ui->footer.items[i].col = pen.col;
		ui->footer.items[i].cols = hints[i].cols;
		ui->footer.items[i].command = hints[i].command;
		pen.style = STYLE_KEY;
		pen_text(&pen, hints[i].key);
		pen.style = STYLE_TEXT;
		pen_text(&pen, " ");
		pen_text(&pen, hints[i].command->label);
		pen.col += 2;
	}
}
