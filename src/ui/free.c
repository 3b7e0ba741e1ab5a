/* SPDX-License-Identifier: PostgreSQL */
/*
 * The dialog that frees slots: a policy, and limits that are typed in place.
 * Whom that means is planned anew for each frame; what is asked about is
 * settled when Enter is pressed.
 */
#include "internal.h"

#include "base/units.h"

#include <string.h>

#define COUNT_MOST 1000000

static const char *const defaults[FIELD_COUNT] = {
	[FIELD_AGE] = "5min",
	[FIELD_KEEP] = "0",
	[FIELD_MOST] = "0",
	[FIELD_UNTIL] = "0",
};

static const char *
field_text(const struct ui *ui, enum free_field field)
{
	return buf_str(&ui->acting.free.fields[field].text);
}

/* "70" or "70%" as a share. */
static bool
parse_share(const char *text, double *share, struct err *err)
{
	char number[16];
	size_t n = strcspn(text, "% ");

	if (n >= sizeof(number))
		return err_set(err, "\"%s\" is no percentage", text);
	memcpy(number, text, n);
	number[n] = '\0';
	if (!units_parse_number(number, share, err))
		return false;
	if (*share < 0 || *share > 100)
		return err_set(err, "\"%s\" is not within 0 and 100", text);
	*share /= 100;
	return true;
}

bool
free_choice(const struct ui *ui, enum policy policy, struct choice *choice, struct err *err)
{
	struct err why;

	*choice = (struct choice){
		.action = ACTION_TERMINATE,
		.policy = policy,
		.age_us = TIME_UNKNOWN,
		.name = ui->acting.free.names[policy],
	};
	if (!units_parse_duration(field_text(ui, FIELD_AGE), &choice->age_us, &why))
		return err_set(err, "age: %s", why.msg);
	if (!units_parse_int(field_text(ui, FIELD_KEEP), 0, COUNT_MOST, &choice->keep, &why))
		return err_set(err, "keep: %s", why.msg);
	if (!units_parse_int(field_text(ui, FIELD_MOST), 0, COUNT_MOST, &choice->most, &why))
		return err_set(err, "most to end: %s", why.msg);
	if (!parse_share(field_text(ui, FIELD_UNTIL), &choice->until, &why))
		return err_set(err, "utilization: %s", why.msg);
	return true;
}

/* The policies that need a name take it from the row under the cursor. */
static void
take_names(struct ui *ui, const struct ui_frame *frame)
{
	static const struct {
		enum policy policy;
		const char *column;
	} columns[] = {
		{ POLICY_APPLICATION, "application" },
		{ POLICY_DATABASE, "database" },
		{ POLICY_USER, "user" },
	};
	struct free_dialog *dialog = &ui->acting.free;

	arena_reset(&dialog->arena);
	for (int policy = 0; policy < POLICY_COUNT; policy++) {
		dialog->named[policy] = true;
		dialog->names[policy] = NULL;
	}
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const char *name = choose_cursor_text(ui, frame, columns[i].column);

		dialog->named[columns[i].policy] = name != NULL;
		if (name != NULL)
			dialog->names[columns[i].policy] =
			    arena_strndup(&dialog->arena, name, strlen(name));
	}
}

unsigned
free_open(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct free_dialog *dialog = &ui->acting.free;
	unsigned want = act_refuse(ui, frame);

	(void)arg;
	if (want != 0)
		return want;
	take_names(ui, frame);
	for (int field = 0; field < FIELD_COUNT; field++)
		edit_set(&dialog->fields[field], defaults[field]);
	dialog->policy = POLICY_IDLE;
	dialog->at = 0;
	dialog->fresh = dialog->follow = true;
	ui->dialog.top = 0;
	freeze_begin(ui, frame);
	ui_set_mode(ui, MODE_FREE);
	return UI_DRAW;
}

bool
free_is_named(const struct ui *ui)
{
	const bool *named = ui->acting.free.named;

	return named[POLICY_APPLICATION] || named[POLICY_USER] || named[POLICY_DATABASE];
}

/* Whether the line can be chosen. */
static bool
is_open(const struct free_dialog *dialog, int line)
{
	return line >= FREE_POLICIES || dialog->named[POLICY_IDLE + line];
}

static void
go_to(struct ui *ui, int line)
{
	struct free_dialog *dialog = &ui->acting.free;

	dialog->at = line;
	dialog->fresh = true;
	if (line < FREE_POLICIES)
		dialog->policy = (enum policy)(POLICY_IDLE + line);
	dialog->follow = true;
}

unsigned
free_move(struct ui *ui, enum move move)
{
	const struct free_dialog *dialog = &ui->acting.free;
	int by = move == MOVE_UP || move == MOVE_LAST ? -1 : 1, line = dialog->at + by;

	if (move == MOVE_PAGE_UP || move == MOVE_PAGE_DOWN) {
		ui->acting.free.follow = false;
		page_move(&ui->dialog, move);
		return UI_DRAW;
	}
	if (move == MOVE_FIRST)
		line = 0;
	if (move == MOVE_LAST)
		line = FREE_LINES - 1;
	while (line >= 0 && line < FREE_LINES && !is_open(dialog, line))
		line += by;
	if (line >= 0 && line < FREE_LINES)
		go_to(ui, line);
	return UI_DRAW;
}

/* From the policies to the fields, from one of these to the next, and back. */
static void
go_round(struct ui *ui, int by)
{
	const struct free_dialog *dialog = &ui->acting.free;
	int line = dialog->at;

	if (line < FREE_POLICIES)
		line = by > 0 ? FREE_POLICIES : FREE_LINES - 1;
	else
		line += by;
	if (line < FREE_POLICIES || line >= FREE_LINES)
		line = (int)dialog->policy - POLICY_IDLE;
	go_to(ui, line);
}

/* What durations and numbers are made of; the other letters stay commands. */
static bool
is_typed(uint32_t code)
{
	return code < 128 && code != 0 && strchr("0123456789.%dhminsu", (int)code) != NULL;
}

bool
free_key(struct ui *ui, uint32_t code)
{
	struct free_dialog *dialog = &ui->acting.free;
	struct edit *edit;
	bool fresh = dialog->fresh;

	if (code == KEY_CODE_TAB || code == KEY_CODE_BACK_TAB) {
		go_round(ui, code == KEY_CODE_TAB ? 1 : -1);
		return true;
	}
	if (dialog->at < FREE_POLICIES ||
	    (code >= ' ' && code < KEY_CODE_BACKSPACE && !is_typed(code)))
		return false;
	edit = &dialog->fields[dialog->at - FREE_POLICIES];
	if (fresh && (is_typed(code) || code == KEY_CODE_BACKSPACE))
		edit_set(edit, "");
	dialog->fresh = false;
	if (edit_key(edit, code))
		return true;
	dialog->fresh = fresh;
	return false;
}

unsigned
free_take(struct ui *ui, const struct ui_frame *frame)
{
	struct acting *acting = &ui->acting;
	struct choice choice;
	struct plan plan;
	struct err err;

	if (!free_choice(ui, acting->free.policy, &choice, &err))
		return ui_sayf(ui, "%s", err.msg);
	targets_plan(ui, frame, &choice, NULL, &plan);
	if (plan.count == 0)
		return act_say_nothing(ui, frame, &choice, &plan);
	job_start(&acting->asked, &choice, &plan, frame->data->snap);
	acting->question.of_free = true;
	acting->question.choice = choice;
	return confirm_open(ui, frame, &plan);
}
