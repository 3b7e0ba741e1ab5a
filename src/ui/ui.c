/* SPDX-License-Identifier: PostgreSQL */
/*
 * The screen as a whole: its state, which part a key goes to, and the order
 * in which the parts are drawn. Nothing is drawn by a key, so that any number
 * of keys costs one frame.
 */
#include "ui/ui.h"

#include "internal.h"

#include "analysis/facts.h"
#include "base/settings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define SAID_MAX 400

void
ui_set_mode(struct ui *ui, enum ui_mode mode)
{
	/* Help can be read over details; all else opens from the panes and goes back to them. */
	assert(ui->mode == MODE_PANES || mode == MODE_PANES || mode == MODE_HELP ||
	    (ui->mode == MODE_HELP && mode == ui->below));
	ui->mode = mode;
	ui->clicked = 0;
}

void
ui_view_changed(struct ui *ui)
{
	ui->view_changes++;
}

struct ui *
ui_new(const struct settings *settings, struct err *err)
{
	struct ui *ui = mem_alloc(1, sizeof(*ui));
	struct view *view = &ui->panes[PANE_SESSIONS].view;

	ui->settings = settings;
	ui->focus = PANE_SESSIONS;
	ui->interval_us = settings->interval;
	for (int id = 0; id < PANE_COUNT; id++) {
		ui->panes[id].table = pane_infos[id].table;
		ui->panes[id].view = view_default(ui->panes[id].table);
	}
	if (!filters_init(&ui->filters, settings, err) ||
	    !keymap_make(&ui->keymap, settings, err) ||
	    (settings->sort != NULL && !view_sort(view, &table_sessions, settings->sort, err))) {
		ui_free(ui);
		return NULL;
	}
	return ui;
}

void
ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	for (int id = 0; id < PANE_COUNT; id++)
		arena_clear(&ui->panes[id].arena);
	filters_clear(&ui->filters);
	mem_free(ui->keymap.items);
	buf_clear(&ui->prompt.text);
	buf_clear(&ui->prompt.before);
	buf_clear(&ui->details.beginning);
	buf_clear(&ui->details.whole);
	buf_clear(&ui->search);
	buf_clear(&ui->said);
	arena_clear(&ui->scratch);
	mem_free(ui);
}

/* A key while a line is typed: it goes into the line, but for those that work anywhere. */
static unsigned
key_prompt(struct ui *ui, const struct ui_frame *frame, uint32_t code)
{
	const struct command *command = keymap_find(&ui->keymap, code);
	bool types = code >= ' ' && code < KEY_CODE_FIRST;

	if (command != NULL && !types && command->modes & 1U << MODE_PROMPT)
		return command_run(ui, command, frame);
	return prompt_key(ui, frame, code);
}

unsigned
ui_key(struct ui *ui, const struct key_event *key, const struct ui_frame *frame)
{
	const struct command *command;
	unsigned want = ui->said.len > 0 ? UI_DRAW : 0;

	arena_reset(&ui->scratch);
	buf_reset(&ui->said);
	if (key->code == KEY_CODE_RESIZE)
		return UI_DRAW;
	if (key->code == KEY_CODE_MOUSE)
		return want | mouse_key(ui, frame, key);
	if (ui->mode == MODE_PROMPT)
		return want | key_prompt(ui, frame, key->code);
	command = keymap_find(&ui->keymap, key->code);
	if (command == NULL)
		return want |
		    ui_sayf(ui, "no such key; %s is help",
		        keymap_first(&ui->keymap, "help", &ui->scratch));
	return want | command_run(ui, command, frame);
}

/* All that is old is drawn dim, but for what shows where the keys go. */
static void
dim_old(const struct ui *ui, struct canvas *canvas)
{
	int first = ui->layout.title.rows;
	int end = canvas->rows - ui->layout.footer.rows;

	for (int i = first * canvas->cols; i < end * canvas->cols; i++) {
		enum style style = (enum style)canvas->cells[i].style;

		if (style != STYLE_CURSOR && style != STYLE_FOCUS && style != STYLE_INPUT)
			canvas->cells[i].style = STYLE_DIM;
	}
}

static void
draw_panes(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	for (int id = 0; id < PANE_COUNT; id++)
		if (ui->layout.panes[id].rows > 0)
			pane_draw(ui, (enum pane_id)id, frame, canvas);
}

static void
draw_body(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	header_draw(ui, frame, canvas);
	switch (ui->mode) {
	case MODE_PANES:
	case MODE_PROMPT:
	case MODE_MENU:
		draw_panes(ui, frame, canvas);
		break;
	case MODE_DETAILS:
		details_draw(ui, frame, canvas);
		break;
	case MODE_HELP:
		help_draw(ui, frame, canvas);
		break;
	}
	if (frame_is_old(frame) && ui->mode != MODE_HELP) {
		dim_old(ui, canvas);
		reason_draw(ui, frame, canvas);
	}
	if (ui->mode == MODE_MENU)
		order_menu_draw(ui, canvas);
}

static void
draw_bottom(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	struct rect line = { canvas->rows - 1, 0, 1, canvas->cols };
	struct pen pen = pen_at(canvas, &line, 0, STYLE_WARNING);

	ui->footer.count = 0;
	if (ui->mode == MODE_PROMPT) {
		prompt_draw(ui, canvas);
		return;
	}
	if (ui->said.len == 0) {
		footer_draw(ui, frame, canvas);
		return;
	}
	canvas_blank(canvas, &line);
	pen_text(&pen, buf_str(&ui->said));
	pen_finish(&pen);
}

void
ui_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	arena_reset(&ui->scratch);
	canvas_clear(canvas);
	layout_make(&ui->layout, canvas, ui->focus, ui->zoom);
	if (frame->data != NULL)
		draw_body(ui, frame, canvas);
	else if (ui->mode == MODE_HELP)
		help_draw(ui, frame, canvas);
	else
		wait_draw(ui, frame, canvas);
	draw_bottom(ui, frame, canvas);
}

int64_t
ui_interval(const struct ui *ui)
{
	return ui->interval_us;
}

bool
ui_paused(const struct ui *ui)
{
	return ui->paused;
}

bool
ui_wants_query(const struct ui *ui, struct identity *id)
{
	bool open =
	    ui->mode == MODE_DETAILS || (ui->mode == MODE_HELP && ui->below == MODE_DETAILS);

	*id = ui->details.id;
	return open && ui->details.beginning.len > 0 && ui->details.whole.len == 0;
}

void
ui_query(struct ui *ui, const struct identity *id, const char *text)
{
	if (text == NULL || identity_compare(&ui->details.id, id) != 0)
		return;
	buf_reset(&ui->details.whole);
	buf_adds(&ui->details.whole, text);
}

void
ui_say(struct ui *ui, const char *text)
{
	buf_reset(&ui->said);
	buf_adds(&ui->said, text);
}

unsigned
ui_sayf(struct ui *ui, const char *fmt, ...)
{
	char text[SAID_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ui_say(ui, text);
	return UI_DRAW;
}

void
ui_describe_keys(struct buf *out)
{
	for (size_t i = 0; i < command_count; i++)
		buf_addf(out, "%s\t%s\t%s\n", commands[i].keys, commands[i].name, commands[i].help);
}
