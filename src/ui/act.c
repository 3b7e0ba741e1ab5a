/* SPDX-License-Identifier: PostgreSQL */
/*
 * The keys that act: whom they reach is settled when they are pressed, by
 * what is on the screen at that moment.
 */
#include "internal.h"

#include "base/units.h"
#include "model/link.h"

#include <string.h>

#define MENU_COLS 80
#define MENU_NAME_COLS 10

unsigned
act_refuse(struct ui *ui, const struct ui_frame *frame)
{
	const struct link *link = frame->link;

	if (ui->acting.job.state != JOB_NONE) {
		ui_set_mode(ui, MODE_RESULT);
		return ui_sayf(ui, "one act at a time: this one is not over yet");
	}
	if (link != NULL && (link->state == LINK_DOWN || link->state == LINK_CONNECTING))
		return ui_sayf(ui, "not connected: no action is possible now");
	return 0;
}

unsigned
act_say_nothing(struct ui *ui, const struct ui_frame *frame, const struct choice *choice,
    const struct plan *plan)
{
	const char *spared = words_spared(choice, plan->spared, &ui->scratch);
	const char *next = words_next(choice, plan, frame->data->snap, &ui->scratch);
	const char *name = action_row(choice->action)->name;

	if (plan->spared_count > 0 && plan->spared[SPARE_USELESS] == plan->spared_count)
		return ui_sayf(ui,
		    "a cancel does nothing to idle or idle in transaction sessions; %s terminates",
		    keymap_first(&ui->keymap, "terminate", &ui->scratch));
	if (spared == NULL && choice->policy == POLICY_CHOSEN)
		return ui_sayf(ui, "nothing to %s: the session is gone", name);
	if (plan->young_us != TIME_UNKNOWN)
		return ui_sayf(ui, "nothing to %s; Tab, then %s", name, next);
	if (spared == NULL)
		return ui_sayf(ui, "nothing to %s: no session is %s", name,
		    words_policy(choice, &ui->scratch));
	if (next != NULL)
		return ui_sayf(ui, "nothing to %s: %s; %s", name, spared, next);
	return ui_sayf(ui, "nothing to %s: %s", name, spared);
}

/*
 * Those that the keys mean: the session of the details, else the tagged
 * ones, else the one under the cursor. None where there is none.
 */
static struct id_list
chosen(struct ui *ui, const struct ui_frame *frame)
{
	struct pane *pane = &ui->panes[ui->focus];
	const struct session *session;
	struct identity *one;

	if (ui->mode == MODE_DETAILS || (ui->mode == MODE_MENU && ui->origin == MODE_DETAILS))
		return (struct id_list){ &ui->details.id, 1 };
	if (ui->acting.tags.ids.count > 0)
		return ui->acting.tags.ids;
	pane_update(ui, ui->focus, frame);
	session = pane_has_sessions(pane) ? pane_row(pane) : NULL;
	if (session == NULL)
		return (struct id_list){ 0 };
	one = arena_alloc(&ui->scratch, 1, sizeof(*one));
	*one = session->id;
	return (struct id_list){ one, 1 };
}

unsigned
act_run(struct ui *ui, const struct ui_frame *frame, int action)
{
	struct choice choice = { .action = (enum action)action, .policy = POLICY_CHOSEN };
	struct id_list ids;
	struct plan plan;
	unsigned want;

	if (ui->mode == MODE_RESULT)
		return result_escalate(ui, frame);
	want = act_refuse(ui, frame);
	if (want != 0)
		return want;
	ids = chosen(ui, frame);
	if (ids.count == 0)
		return ui_sayf(ui, "put the cursor on a session (panes 3 and 4), or tag some: %s",
		    keymap_first(&ui->keymap, "tag", &ui->scratch));
	choice.named = ids.count == 1;
	targets_plan(ui, frame, &choice, &ids, &plan);
	if (plan.count == 0) {
		if (ui->mode == MODE_MENU)
			ui_set_mode(ui, ui->origin);
		return act_say_nothing(ui, frame, &choice, &plan);
	}
	job_start(&ui->acting.asked, &choice, &plan, frame->data->snap);
	ui->acting.question.of_free = false;
	ui->acting.question.choice = choice;
	return confirm_open(ui, frame, &plan);
}

/* The lines of the menu, with the command whose key does the same. */
static const char *const menu_commands[ACTION_COUNT] = {
	[ACTION_CANCEL] = "cancel",
	[ACTION_TERMINATE] = "terminate",
};

static const char *
menu_title(struct ui *ui)
{
	size_t tagged = ui->acting.tags.ids.count;

	if (ui->origin == MODE_DETAILS)
		return arena_printf(&ui->scratch, "Session %d", (int)ui->details.id.pid);
	if (tagged > 0)
		return arena_printf(&ui->scratch, "%zu tagged %s", tagged,
		    tagged == 1 ? "session" : "sessions");
	return "The session under the cursor";
}

static int
menu_count(const struct ui *ui)
{
	(void)ui;
	return ACTION_COUNT;
}

static void
menu_line(struct ui *ui, int line, struct pen *pen)
{
	const struct action_row *row = action_row((enum action)line);

	pen_fill(pen, 1, ' ');
	pen_text(pen, keymap_first(&ui->keymap, menu_commands[line], &ui->scratch));
	pen_fill(pen, 1, ' ');
	pen_field(pen, MENU_NAME_COLS, row->verb, false);
	pen_text(pen, row->effect);
}

static const struct menu actions = { menu_title, MENU_COLS, menu_count, menu_line, act_run };

unsigned
act_menu(struct ui *ui, const struct ui_frame *frame, int arg)
{
	unsigned want = act_refuse(ui, frame);

	(void)arg;
	if (want != 0)
		return want;
	if (chosen(ui, frame).count == 0)
		return ui_sayf(ui, "put the cursor on a session (panes 3 and 4), or tag some: %s",
		    keymap_first(&ui->keymap, "tag", &ui->scratch));
	freeze_begin(ui, frame);
	menu_open(ui, &actions, ACTION_CANCEL);
	return UI_DRAW;
}
