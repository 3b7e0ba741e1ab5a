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
#include "table/filter.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define SAID_MAX 400

#define BIT(mode) (1U << (mode))
#define BASES (BIT(MODE_PANES) | BIT(MODE_DETAILS))

/* Which modes may follow. */
static const unsigned ways[MODE_COUNT] = {
	[MODE_PANES] = ~0U,
	[MODE_DETAILS] = BIT(MODE_PANES) | BIT(MODE_HELP) | BIT(MODE_CARD) | BIT(MODE_MENU) |
	    BIT(MODE_CONFIRM) | BIT(MODE_RESULT),
	[MODE_WHATIF] = BIT(MODE_PANES) | BIT(MODE_HELP),
	[MODE_CARD] = BASES | BIT(MODE_HELP) | BIT(MODE_FREE),
	[MODE_HELP] = BASES | BIT(MODE_CARD) | BIT(MODE_WHATIF) | BIT(MODE_RESULT),
	[MODE_PROMPT] = BIT(MODE_PANES),
	[MODE_MENU] = BASES | BIT(MODE_CONFIRM) | BIT(MODE_RESULT),
	[MODE_FREE] = BIT(MODE_PANES) | BIT(MODE_CARD) | BIT(MODE_CONFIRM),
	[MODE_CONFIRM] = BASES | BIT(MODE_FREE) | BIT(MODE_RESULT),
	[MODE_RESULT] = BASES | BIT(MODE_HELP) | BIT(MODE_CONFIRM),
};

#define DIALOGS (BIT(MODE_FREE) | BIT(MODE_CONFIRM))

/* In these lists keep their order. */
#define FROZEN (BIT(MODE_MENU) | BIT(MODE_CARD) | BIT(MODE_FREE) | BIT(MODE_CONFIRM))

void
ui_set_mode(struct ui *ui, enum ui_mode mode)
{
	assert(ways[ui->mode] & BIT(mode));
	if (mode == MODE_HELP)
		ui->below = ui->mode;
	else if (BIT(ui->mode) & BASES)
		ui->origin = ui->mode;
	if (!(BIT(mode) & FROZEN))
		freeze_end(ui);
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
	whatif_init(&ui->trying.whatif, settings->pools, settings->pool_count);
	if (!filters_init(&ui->filters, settings, err) || !targets_init(ui, err) ||
	    !keymap_make(&ui->keymap, settings, err) ||
	    (settings->sort != NULL && !view_sort(view, &table_sessions, settings->sort, err))) {
		ui_free(ui);
		return NULL;
	}
	return ui;
}

static void
free_acting(struct acting *acting)
{
	for (size_t i = 0; i < acting->protect_count; i++)
		filter_free(acting->protect[i]);
	mem_free(acting->protect);
	mem_free(acting->tags.ids.items);
	for (int field = 0; field < FIELD_COUNT; field++)
		buf_clear(&acting->free.fields[field].text);
	arena_clear(&acting->free.arena);
	arena_clear(&acting->question.arena);
	buf_clear(&acting->question.typed);
	buf_clear(&acting->copied);
	job_clear(&acting->job);
	job_clear(&acting->asked);
}

void
ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	freeze_end(ui);
	for (int id = 0; id < PANE_COUNT; id++)
		arena_clear(&ui->panes[id].arena);
	filters_clear(&ui->filters);
	free_acting(&ui->acting);
	arena_clear(&ui->card.arena);
	arena_clear(&ui->card.kept);
	whatif_clear(&ui->trying.whatif);
	mem_free(ui->keymap.items);
	buf_clear(&ui->prompt.line.text);
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
	const struct command *command = keymap_find(&ui->keymap, code, BIT(ui->mode));
	bool types = code >= ' ' && code < KEY_CODE_FIRST;

	if (command != NULL && !types && command->modes & BIT(MODE_PROMPT))
		return command_run(ui, command, frame);
	return prompt_key(ui, frame, code);
}

static unsigned
key_command(struct ui *ui, const struct ui_frame *frame, uint32_t code)
{
	const struct command *command = keymap_find(&ui->keymap, code, BIT(ui->mode));

	if (command == NULL)
		return ui_sayf(ui, "no such key; %s is help",
		    keymap_first(&ui->keymap, "help", &ui->scratch));
	return command_run(ui, command, frame);
}

/* A dialog has keys of its own, which go before the commands. */
static unsigned
key_of_mode(struct ui *ui, const struct ui_frame *frame, uint32_t code)
{
	unsigned want;

	if (ui->mode == MODE_PROMPT)
		return key_prompt(ui, frame, code);
	if (ui->mode == MODE_CONFIRM && confirm_key(ui, frame, code, &want))
		return want;
	if (ui->mode == MODE_FREE && free_key(ui, code))
		return UI_DRAW;
	if (ui->mode == MODE_WHATIF && whatif_key(ui, frame, code))
		return UI_DRAW;
	return key_command(ui, frame, code);
}

/* A result that was left before it was over is closed when it is. */
static void
close_over(struct ui *ui)
{
	bool shown = ui->mode == MODE_RESULT || ui->mode == MODE_CONFIRM ||
	    (ui->mode == MODE_HELP && ui->below == MODE_RESULT);

	if (!shown && ui->acting.job.state == JOB_DONE)
		job_drop(&ui->acting.job);
}

unsigned
ui_key(struct ui *ui, const struct key_event *key, const struct ui_frame *frame)
{
	unsigned want = ui->said.len > 0 ? UI_DRAW : 0;

	arena_reset(&ui->scratch);
	buf_reset(&ui->said);
	hand_over(ui, frame);
	tags_update(ui, frame);
	close_over(ui);
	if (key->code == KEY_CODE_RESIZE)
		return UI_DRAW;
	if (key->code == KEY_CODE_MOUSE)
		return want | mouse_key(ui, frame, key);
	if (key->pasted && ui->mode != MODE_PROMPT)
		return ui_sayf(ui, "pasted text is no command");
	return want | key_of_mode(ui, frame, key->code);
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

/* The panes, or the page that covers them. */
static void
draw_base(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	bool dialog = ui->mode == MODE_MENU || ui->mode == MODE_CONFIRM || ui->mode == MODE_RESULT;
	enum ui_mode base = dialog ? ui->origin : ui->mode;

	if (base == MODE_HELP)
		help_draw(ui, frame, canvas);
	else if (base == MODE_CARD)
		card_draw(ui, frame, canvas);
	else if (base == MODE_DETAILS)
		details_draw(ui, frame, canvas);
	else if (base == MODE_WHATIF)
		whatif_draw(ui, frame, canvas);
	else
		draw_panes(ui, frame, canvas);
}

static void
draw_body(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	header_draw(ui, frame, canvas);
	draw_base(ui, frame, canvas);
	if (frame_is_old(frame) && ui->mode != MODE_HELP)
		dim_old(ui, canvas);
	if (ui->mode != MODE_HELP)
		reason_draw(ui, frame, canvas);
	switch (ui->mode) {
	case MODE_MENU:
		menu_draw(ui, canvas);
		break;
	case MODE_FREE:
		free_draw(ui, frame, canvas);
		break;
	case MODE_CONFIRM:
		confirm_draw(ui, frame, canvas);
		break;
	case MODE_RESULT:
		result_draw(ui, frame, canvas);
		break;
	case MODE_PANES:
	case MODE_CARD:
	case MODE_DETAILS:
	case MODE_WHATIF:
	case MODE_HELP:
	case MODE_PROMPT:
	case MODE_COUNT:
		break;
	}
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
	if (ui->said.len == 0 && BIT(ui->mode) & DIALOGS && !dialog_has_room(ui))
		return;
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
	hand_over(ui, frame);
	tags_update(ui, frame);
	close_over(ui);
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

bool
ui_wants_memory(const struct ui *ui)
{
	return ui->mode == MODE_WHATIF;
}

void
ui_query(struct ui *ui, const struct identity *id, const char *text)
{
	if (text == NULL || identity_compare(&ui->details.id, id) != 0)
		return;
	buf_reset(&ui->details.whole);
	buf_adds(&ui->details.whole, text);
}

struct job *
ui_job(struct ui *ui)
{
	return ui->mode == MODE_CONFIRM ? &ui->acting.asked : &ui->acting.job;
}

const char *
ui_copied(const struct ui *ui)
{
	return buf_str(&ui->acting.copied);
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
