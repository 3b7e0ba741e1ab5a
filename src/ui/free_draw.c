/* SPDX-License-Identifier: PostgreSQL */
/* The dialog that frees slots, drawn: every policy with what it would do, and the chosen one in
 * full. */
#include "internal.h"

#include "analysis/facts.h"
#include "base/units.h"
#include "table/filter.h"

#include <stdio.h>
#include <string.h>

#define BOX_COLS 100
#define WHO_COLS 44
#define NUMBER_COLS 9
#define FIELD_COLS 10
#define ROOMY_ROWS 26 /* of the screen's body, for blank lines */

/* The fields, and what an unlimited one means. */
static const struct {
	const char *title;
	const char *unit;
	const char *none; /* what 0 means; NULL for what it says */
} fields[FIELD_COUNT] = {
	[FIELD_AGE] = { "age: so long in its state, or longer", "90s 5min 2h", NULL },
	[FIELD_KEEP] = { "keep the newest of each application", "sessions", "none" },
	[FIELD_MOST] = { "end at most", "sessions", "no limit" },
	[FIELD_UNTIL] = { "stop at a utilization of", "%", "off" },
};

static void
mark_line(struct page *page, const struct pen *pen)
{
	if (pen->end > 0)
		canvas_style(page->canvas,
		    &(struct rect){ pen->row, page->rect.col, 1, page->rect.cols }, STYLE_CURSOR);
}

/* A policy with whom it means; dim when it does not know of whom. */
static void
write_policy(struct ui *ui, enum policy policy, struct page *page)
{
	const struct free_dialog *dialog = &ui->acting.free;
	struct pen pen = page_line(page, STYLE_TEXT), start = pen;
	char after[UNITS_TEXT_MAX];
	struct choice choice;
	struct err err;

	free_choice(ui, policy, &choice, &err);
	if (dialog->at == (int)policy - POLICY_IDLE && dialog->follow)
		ui->dialog.keep = page->line - 1;
	if (!dialog->named[policy])
		pen.style = STYLE_DIM;
	pen_text(&pen, policy == dialog->policy ? "(*) " : "( ) ");
	if (!dialog->named[policy]) {
		pen_printf(&pen, "all of the %s under the cursor: none there",
		    policy_row(policy)->name);
	} else {
		pen_field(&pen, WHO_COLS, words_policy(&choice, &ui->scratch), false);
	}
	if (dialog->plans != NULL && dialog->named[policy]) {
		const struct plan *plan = &dialog->plans[policy];

		snprintf(after, sizeof(after), "-"); /* unknown, as the slots are */
		if (plan->before > 0)
			units_share(after, plan->after);
		pen_printf(&pen, "%*zu%*d", NUMBER_COLS, plan->count, NUMBER_COLS, plan->slots);
		pen_field(&pen, NUMBER_COLS + 1, after, true);
	}
	if (dialog->at == (int)policy - POLICY_IDLE)
		mark_line(page, &start);
}

static void
write_field(struct ui *ui, enum free_field field, struct page *page)
{
	const struct free_dialog *dialog = &ui->acting.free;
	const struct edit *edit = &dialog->fields[field];
	const char *text = buf_str(&edit->text);
	bool here = dialog->at == FREE_POLICIES + (int)field;
	struct pen pen = page_line(page, STYLE_TEXT);
	int left;

	if (here && dialog->follow)
		ui->dialog.keep = page->line - 1;
	pen_text(&pen, here ? "  > " : "    ");
	pen_field(&pen, WHO_COLS, fields[field].title, false);
	left = pen.col;
	pen.style = here && dialog->fresh ? STYLE_CURSOR : STYLE_INPUT;
	pen_field(&pen, FIELD_COLS, text, false);
	if (here && !dialog->fresh && pen.end > 0)
		canvas_style(page->canvas, &(struct rect){ pen.row, left + (int)edit->at, 1, 1 },
		    STYLE_CURSOR);
	pen.style = STYLE_DIM;
	pen_text(&pen,
	    fields[field].none != NULL && strcmp(text, "0") == 0 ? fields[field].none
	                                                         : fields[field].unit);
}

/* By application, whom the chosen policy means. */
static void
write_preview(struct ui *ui, const struct ui_frame *frame, const struct plan *plan,
    struct page *page)
{
	const char *const notes[] = { words_unseen(plan->spared),
		plan->count > 0 ? words_unnamed(frame->data->snap) : NULL };
	struct tally *tallies = arena_alloc(&ui->scratch, plan->group_count, sizeof(*tallies));
	struct choice choice;
	const char *spared;
	struct err err;

	free_choice(ui, ui->acting.free.policy, &choice, &err);
	spared = words_spared(&choice, plan->spared, &ui->scratch);
	page_wrap(page, STYLE_TITLE,
	    words_utilization(plan->slots, plan->before, plan->after, &ui->scratch));
	if (spared != NULL)
		page_wrap(page, STYLE_TEXT, arena_printf(&ui->scratch, "Left alone: %s", spared));
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i] != NULL)
			page_wrap(page, STYLE_WARNING,
			    arena_printf(&ui->scratch, "! %s", notes[i]));
	if (plan->group_count == 0)
		return;
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct plan_group *group = &plan->groups[i];

		tallies[i] = (struct tally){ group->application, group->targets, group->spared,
			group->oldest_us, group->newest_us };
	}
	list_tallies(tallies, plan->group_count, page);
}

/* How long the idle sessions of the whole server have been so: which age frees how many. */
static void
write_ages(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	static const char *const words[IDLE_CLASSES] = { "under 1 s", "under 1 min", "under 10 min",
		"longer", "never used" };
	const struct groups *groups = &frame->data->facts->groups[GROUP_APPLICATION];
	const char *text = "Idle in all:";
	const char *comma = " ";

	for (int age = 0; age < IDLE_CLASSES; age++) {
		int sum = 0;

		for (size_t i = 0; i < groups->count; i++)
			sum += groups->items[i].idle_ages[age];
		if (sum == 0)
			continue;
		text = arena_printf(&ui->scratch, "%s%s%d %s", text, comma, sum, words[age]);
		comma = ", ";
	}
	page_wrap(page, STYLE_TEXT, comma[0] == ',' ? text : "Idle in all: none");
}

/* The filters that all policies stay within. */
static void
write_within(struct ui *ui, struct page *page)
{
	struct pen pen = page_line(page, STYLE_HEADING);
	const struct filters *filters = &ui->filters;

	if (filters->count > 0) {
		pen.style = STYLE_WARNING;
		pen_text(&pen, "only within the filter:");
		for (size_t i = 0; i < filters->count; i++) {
			pen_text(&pen, " ");
			pen_text(&pen, filter_text(filters->all[i]));
		}
		pen_finish(&pen);
		pen = page_line(page, STYLE_HEADING);
	}
	pen_field(&pen, WHO_COLS + 4, "TERMINATE, THE OLDEST FIRST", false);
	pen_field(&pen, NUMBER_COLS, "TARGETS", true);
	pen_field(&pen, NUMBER_COLS, "SLOTS", true);
	pen_field(&pen, NUMBER_COLS + 1, "THEN", true);
}

static void
write_free(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct free_dialog *dialog = &ui->acting.free;
	bool roomy = ui->layout.page.rows >= ROOMY_ROWS;

	write_within(ui, page);
	for (int policy = POLICY_IDLE; policy < POLICY_COUNT; policy++)
		write_policy(ui, (enum policy)policy, page);
	if (roomy)
		page_line(page, STYLE_TEXT);
	for (int field = 0; field < FIELD_COUNT; field++)
		write_field(ui, (enum free_field)field, page);
	if (roomy) {
		page_line(page, STYLE_TEXT);
		write_ages(ui, frame, page);
	}
	if (dialog->plans != NULL)
		write_preview(ui, frame, &dialog->plans[dialog->policy], page);
	else
		page_wrap(page, STYLE_CRITICAL, words_line(dialog->wrong.msg, &ui->scratch));
}

/* Plans all policies; none when a field cannot be read. */
static void
make_plans(struct ui *ui, const struct ui_frame *frame)
{
	struct free_dialog *dialog = &ui->acting.free;
	struct choice choice;

	dialog->plans = NULL;
	if (!free_choice(ui, dialog->policy, &choice, &dialog->wrong))
		return;
	dialog->plans = arena_alloc(&ui->scratch, POLICY_COUNT, sizeof(*dialog->plans));
	for (int policy = POLICY_IDLE; policy < POLICY_COUNT; policy++) {
		choice.policy = (enum policy)policy;
		choice.name = dialog->names[policy];
		if (dialog->named[policy])
			targets_plan(ui, frame, &choice, NULL, &dialog->plans[policy]);
	}
}

static void
draw_keys(struct ui *ui, const struct ui_frame *frame, struct pen *pen)
{
	static const char *const hints[] = { "Enter", " Go on to the question  ", "Up Down",
		" Choose  ", "Tab", " Limits  ", "Esc", " Close" };

	(void)ui;
	(void)frame;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		pen->style = i % 2 == 0 ? STYLE_KEY : STYLE_TEXT;
		pen_text(pen, hints[i]);
	}
}

void
free_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct dialog dialog = {
		{ arena_printf(&ui->scratch, "Free slots on %s", frame->target), frame, &ui->dialog,
		    write_free },
		BOX_COLS,
		draw_keys,
	};

	make_plans(ui, frame);
	dialog_draw(ui, canvas, &dialog);
	ui->acting.free.plans = NULL;
}
