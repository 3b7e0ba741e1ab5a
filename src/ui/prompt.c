/* SPDX-License-Identifier: PostgreSQL */
/*
 * A line that is typed at the bottom of the screen and takes effect at once:
 * the filter, the search, the least age. A text that cannot be used says why
 * and changes nothing; Esc puts back what was before.
 */
#include "internal.h"

#include "base/units.h"

#include <string.h>

/* Each kind applies its text whenever it changed; false with the reason. */
struct prompt_row {
	const char *label;
	const char *hint;
	bool (
	    *apply)(struct ui *ui, const struct ui_frame *frame, const char *text, struct err *err);
};

static bool
apply_filter(struct ui *ui, const struct ui_frame *frame, const char *text, struct err *err)
{
	(void)frame;
	return filters_parse(ui, FILTER_TYPED, text, err);
}

static bool
apply_search(struct ui *ui, const struct ui_frame *frame, const char *text, struct err *err)
{
	buf_reset(&ui->search);
	buf_adds(&ui->search, text);
	if (text[0] == '\0' || search_from(ui, frame, ui->prompt.row, true))
		return true;
	return err_set(err, "not found");
}

static bool
apply_age(struct ui *ui, const struct ui_frame *frame, const char *text, struct err *err)
{
	int64_t us;

	(void)frame;
	if (text[0] == '\0')
		return filters_parse(ui, FILTER_AGE, "", err);
	if (!units_parse_duration(text, &us, err))
		return false;
	return filters_parse(ui, FILTER_AGE, arena_printf(&ui->scratch, "age>=%s", text), err);
}

static const struct prompt_row prompts[] = {
	[PROMPT_FILTER] = { "Filter: ",
	    "word  column=text|text  column~regex  age>5min  state!=idle", apply_filter },
	[PROMPT_SEARCH] = { "Search: ", "any text of a row; n and N go on", apply_search },
	[PROMPT_AGE] = { "Least age: ", "90s 5min 2h: time in the present state", apply_age },
};

/* What the prompt begins with: what is in force. */
static const char *
present_text(const struct ui *ui, enum prompt_kind kind)
{
	const char *text = "";

	if (kind == PROMPT_FILTER)
		text = filters_text(ui, FILTER_TYPED);
	if (kind == PROMPT_AGE)
		text = filters_text(ui, FILTER_AGE);
	return kind == PROMPT_AGE && text[0] != '\0' ? text + strlen("age>=") : text;
}

unsigned
prompt_open(struct ui *ui, const struct ui_frame *frame, int kind)
{
	struct prompt *prompt = &ui->prompt;
	const struct pane *pane = &ui->panes[ui->focus];

	(void)frame;
	prompt->kind = (enum prompt_kind)kind;
	prompt->wrong = false;
	prompt->row = pane->cursor;
	prompt->held = pane->held;
	buf_reset(&prompt->before);
	buf_adds(&prompt->before, present_text(ui, prompt->kind));
	edit_set(&prompt->line, buf_str(&prompt->before));
	ui_set_mode(ui, MODE_PROMPT);
	return UI_DRAW;
}

static void
apply(struct ui *ui, const struct ui_frame *frame)
{
	struct prompt *prompt = &ui->prompt;

	prompt->wrong =
	    !prompts[prompt->kind].apply(ui, frame, buf_str(&prompt->line.text), &prompt->problem);
}

/* Puts back what was there before. */
static void
cancel(struct ui *ui, const struct ui_frame *frame)
{
	struct prompt *prompt = &ui->prompt;
	struct pane *pane = &ui->panes[ui->focus];

	edit_set(&prompt->line, buf_str(&prompt->before));
	if (prompt->kind != PROMPT_SEARCH) {
		apply(ui, frame);
	} else {
		pane_update(ui, ui->focus, frame);
		pane_select(pane, prompt->row);
		pane->held = prompt->held;
	}
	ui_set_mode(ui, MODE_PANES);
}

unsigned
prompt_key(struct ui *ui, const struct ui_frame *frame, uint32_t code)
{
	struct prompt *prompt = &ui->prompt;

	if (code == KEY_CODE_ESC) {
		cancel(ui, frame);
	} else if (code == KEY_CODE_ENTER) {
		if (!prompt->wrong)
			ui_set_mode(ui, MODE_PANES);
	} else if (edit_key(&prompt->line, code)) {
		apply(ui, frame);
	}
	return UI_DRAW;
}

void
prompt_draw(struct ui *ui, struct canvas *canvas)
{
	const struct prompt *prompt = &ui->prompt;
	const struct rect line = { canvas->rows - 1, 0, 1, canvas->cols };
	const struct rect above = { canvas->rows - 2, 0, 1, canvas->cols };
	const char *text = buf_str(&prompt->line.text);
	struct pen pen = pen_at(canvas, &line, 0, STYLE_KEY);
	struct pen why = pen_at(canvas, &above, 0, STYLE_CRITICAL);
	const char *head = arena_strndup(&ui->scratch, text, prompt->line.at);
	int room, left;

	canvas_blank(canvas, &line);
	pen_text(&pen, prompts[prompt->kind].label);
	/* The place of the cursor is always in sight. */
	room = pen.end - pen.col - 1;
	left = canvas_width(canvas, head);
	left = left > room ? left - room : 0;
	pen.style = STYLE_INPUT;
	room = pen.col + canvas_width(canvas, head) - left;
	pen_bytes(&pen, text, prompt->line.text.len, left, 0);
	pen_text(&pen, " ");
	canvas_style(canvas, &(struct rect){ line.row, room, 1, 1 }, STYLE_CURSOR);
	pen.style = STYLE_DIM;
	pen_text(&pen, "  ");
	if (!prompt->wrong) {
		pen_text(&pen, prompts[prompt->kind].hint);
		return;
	}
	canvas_blank(canvas, &above);
	pen_text(&why, prompt->problem.msg);
	pen_finish(&why);
}
