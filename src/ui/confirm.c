/* SPDX-License-Identifier: PostgreSQL */
/*
 * The question before an act. The answer is No unless it is y, or for more
 * than a few sessions their number: nobody types that by accident.
 */
#include "internal.h"

#include "base/settings.h"
#include "base/units.h"
#include "model/link.h"
#include "model/snapshot.h"

#define DIGITS_MOST 9
#define BOX_COLS 110

static const char *
sessions_word(size_t count)
{
	return count == 1 ? "session" : "sessions";
}

unsigned
confirm_open(struct ui *ui, const struct ui_frame *frame, const struct plan *plan)
{
	/* The key also works in the menu of orders, which freezes nothing. */
	if (ui->mode == MODE_PANES ||
	    (ui->mode == MODE_MENU && ui->panes[PANE_SESSIONS].frozen == NULL))
		freeze_begin(ui, frame);
	ui->dialog.top = 0;
	if (ui->mode != MODE_CONFIRM)
		ui_set_mode(ui, MODE_CONFIRM);
	question_make(ui, frame, plan);
	return UI_DRAW;
}

unsigned
confirm_no(struct ui *ui)
{
	const struct acting *acting = &ui->acting;

	job_drop(&ui->acting.asked);
	ui->dialog.top = 0;
	if (acting->job.state != JOB_NONE)
		ui_set_mode(ui, MODE_RESULT);
	else
		ui_set_mode(ui, acting->question.of_free ? MODE_FREE : ui->origin);
	return ui_sayf(ui, "nothing was done");
}

struct judging {
	const struct ui *ui;
	const struct ui_frame *frame;
};

static enum spare
judge(const void *context, const struct job *job, const struct session *session)
{
	const struct judging *judging = context;

	return ui_spares(judging->ui, judging->frame, job, session);
}

/* Whom the choice means now, but that what it may reach was settled when it was asked first. */
static void
plan_anew(struct ui *ui, const struct ui_frame *frame, struct plan *plan)
{
	const struct question *question = &ui->acting.question;
	const struct job *job = &ui->acting.asked;
	struct id_list one = { &job->targets[0].id, 1 };
	struct choice choice = question->choice;
	const struct id_list *ids = job->named ? &one : &ui->acting.tags.ids;

	choice.keep = choice.most = 0;
	choice.until = 0;
	targets_plan(ui, frame, &choice, choice.policy == POLICY_CHOSEN ? ids : NULL, plan);
	for (int why = SPARE_KEEP; why < SPARE_COUNT; why++) {
		plan->spared[why] = question->limited[why];
		plan->spared_count += question->limited[why];
	}
}

void
confirm_renew(struct ui *ui, const struct ui_frame *frame)
{
	const struct judging judging = { ui, frame };
	struct question *question = &ui->acting.question;
	struct job *job = &ui->acting.asked;
	bool typed = question->typed.len > 0;
	size_t left = job_spare(job, frame->data->snap, judge, &judging);
	struct plan plan;

	if (job->count == 0) {
		confirm_no(ui);
		ui_sayf(ui, "by SQL all of them are to be left alone: nothing was done");
		return;
	}
	if (!question->again)
		plan_anew(ui, frame, &plan);
	question_make(ui, frame, question->again ? NULL : &plan);
	if (left > 0 || typed)
		ui_sayf(ui, "by SQL %zu %s to be left alone: asked anew%s", left,
		    left == 1 ? "is" : "are", typed ? ", what was typed is void" : "");
}

static unsigned
yes(struct ui *ui, const struct ui_frame *frame)
{
	struct acting *acting = &ui->acting;
	const struct link *link = frame->link;
	struct job over = acting->job;

	if (ui->settings->read_only)
		return confirm_no(ui);
	if (link != NULL && (link->state == LINK_DOWN || link->state == LINK_CONNECTING))
		return ui_sayf(ui, "not connected: nothing was done");
	job_confirm(&acting->asked);
	acting->job = acting->asked;
	acting->asked = over;
	if (over.state != JOB_NONE)
		job_drop(&acting->asked);
	ui->dialog.top = 0;
	ui_set_mode(ui, MODE_RESULT);
	return UI_ACT | UI_DRAW;
}

/* Only the queries, of those that run one. */
static unsigned
soften(struct ui *ui, const struct ui_frame *frame)
{
	struct acting *acting = &ui->acting;
	struct job hard = acting->asked;

	acting->asked = (struct job){ 0 };
	job_again(&acting->asked, &hard, ACTION_CANCEL, target_is_busy);
	job_clear(&hard);
	return confirm_open(ui, frame, NULL);
}

static bool
can_soften(const struct acting *acting)
{
	return acting->asked.action == ACTION_TERMINATE && acting->question.busy > 0;
}

static unsigned
answer(struct ui *ui, const struct ui_frame *frame)
{
	struct buf *typed = &ui->acting.question.typed;
	int64_t number;
	struct err err;

	if (typed->len == 0)
		return confirm_no(ui);
	if (units_parse_int(buf_str(typed), 0, INT64_MAX, &number, &err) &&
	    number == (int64_t)ui->acting.asked.count)
		return yes(ui, frame);
	ui_sayf(ui, "%s is not %zu: nothing was done", buf_str(typed), ui->acting.asked.count);
	buf_reset(typed);
	return UI_DRAW;
}

static unsigned
type_digit(struct ui *ui, char digit)
{
	struct question *question = &ui->acting.question;

	if (job_is_few(&ui->acting.asked))
		return ui_sayf(ui, "y is yes; n, Esc or Enter is no");
	if (question->typed.len < DIGITS_MOST)
		buf_addc(&question->typed, digit);
	return UI_DRAW;
}

bool
confirm_key(struct ui *ui, const struct ui_frame *frame, uint32_t code, unsigned *want)
{
	struct acting *acting = &ui->acting;

	*want = UI_DRAW;
	if (!acting->question.seen && (code == 'y' || code == 'c' || (code >= '0' && code <= '9')))
		*want = ui_sayf(ui, "typed before the question was shown: not taken");
	else if (code == 'y' && job_is_few(&acting->asked))
		*want = yes(ui, frame);
	else if (code == 'y')
		*want =
		    ui_sayf(ui, "for more than %d sessions their number must be typed", JOB_FEW);
	else if (code == 'n' || code == KEY_CODE_ESC)
		*want = confirm_no(ui);
	else if (code == KEY_CODE_ENTER)
		*want = answer(ui, frame);
	else if (code >= '0' && code <= '9')
		*want = type_digit(ui, (char)code);
	else if (code == KEY_CODE_BACKSPACE)
		buf_chop(&acting->question.typed, 1);
	else if (code == 'c' && can_soften(acting))
		*want = soften(ui, frame);
	else
		return false;
	return true;
}

/* How many targets are gone or in another state since it was asked. */
static const char *
changed_words(struct ui *ui, const struct ui_frame *frame)
{
	const struct job *job = &ui->acting.asked;
	int gone = 0, changed = 0;

	for (size_t i = 0; i < job->count; i++) {
		const struct target *target = &job->targets[i];
		const struct session *session = snapshot_find(frame->data->snap, &target->id);

		if (session == NULL)
			gone++;
		else
			changed += session->state != target->state ||
			    session->state_change_us != target->state_change_us;
	}
	if (gone == 0 && changed == 0)
		return NULL;
	return arena_printf(&ui->scratch,
	    "since you asked %d ended and %d changed: these will be spared", gone, changed);
}

static void
write_facts(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct question *question = &ui->acting.question;
	const struct job *job = &ui->acting.asked;
	const struct action_row *row = action_row(job->action);
	struct arena *arena = &ui->scratch;

	page_wrap(page, STYLE_TITLE, arena_printf(arena, "%s %s", row->verb, question->whom));
	page_wrap(page, STYLE_TEXT, words_where(frame->target, &frame->data->snap->server, arena));
	page_wrap(page, STYLE_TEXT,
	    arena_printf(arena, "This %s.", job->count == 1 ? row->effect : row->effects));
	page_wrap(page, STYLE_TEXT,
	    words_utilization(job_slots(job), question->before, question->after, arena));
	if (job->count > 1)
		page_wrap(page, STYLE_TEXT,
		    arena_printf(arena, "States: %s.  Users: %s.", question->states,
		        question->users));
	if (question->spared != NULL)
		page_wrap(page, STYLE_TEXT,
		    arena_printf(arena, "Left alone: %s.", question->spared));
}

static void
write_notes(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct question *question = &ui->acting.question;
	const char *changed = changed_words(ui, frame);

	if (can_soften(&ui->acting))
		page_wrap(page, STYLE_WARNING,
		    arena_printf(&ui->scratch, "! %d run%s a query now. Key c: cancel only, softer",
		        question->busy, question->busy == 1 ? "s" : ""));
	for (size_t i = 0; i < question->note_count; i++)
		page_wrap(page, STYLE_WARNING,
		    arena_printf(&ui->scratch, "! %s", question->notes[i]));
	if (changed != NULL)
		page_wrap(page, STYLE_WARNING, arena_printf(&ui->scratch, "! %s", changed));
}

static void
write_query(struct ui *ui, const struct target *target, struct page *page)
{
	if (target->query == NULL || target->query[0] == '\0')
		return;
	page_line(page, STYLE_TEXT);
	page_wrap(page, STYLE_TEXT, words_line(target->query, &ui->scratch));
}

static void
write_question(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct question *question = &ui->acting.question;
	const struct job *job = &ui->acting.asked;
	const struct target **targets = arena_alloc(&ui->scratch, job->count, sizeof(*targets));

	write_facts(ui, frame, page);
	write_notes(ui, frame, page);
	for (size_t i = 0; i < job->count; i++)
		targets[i] = &job->targets[i];
	page_line(page, STYLE_TEXT);
	if (job_is_few(job))
		list_targets(ui, targets, job->count, false, page);
	if (job->count == 1) {
		write_query(ui, targets[0], page);
		return;
	}
	if (job_is_few(job))
		page_line(page, STYLE_TEXT);
	list_tallies(question->applications, question->application_count, page);
	if (job_is_few(job))
		return;
	page_line(page, STYLE_TEXT);
	list_targets(ui, targets, job->count, false, page);
}

/* Words and keys in turn. */
static void
draw_hints(struct pen *pen, const char *const *hints, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pen->style = i % 2 == 0 ? STYLE_KEY : STYLE_TEXT;
		pen_text(pen, hints[i]);
	}
}

/* The question itself, with the place for the answer. */
static void
draw_answer(struct ui *ui, const struct ui_frame *frame, struct pen *pen)
{
	static const char *const few[] = { "c", " Cancel only, softer  ", "y", " Yes  ",
		"n Enter Esc", " No" };
	static const char *const many[] = { "n Esc", " or nothing: No" };
	const struct job *job = &ui->acting.asked;
	int end;

	(void)frame;
	pen_printf(pen, "%s %zu?  ", action_row(job->action)->verb, job->count);
	if (job_is_few(job)) {
		const int skip = can_soften(&ui->acting) ? 0 : 2;

		draw_hints(pen, few + skip, sizeof(few) / sizeof(few[0]) - (size_t)skip);
		return;
	}
	pen->style = STYLE_TEXT;
	pen_printf(pen, "Type %zu and Enter: ", job->count);
	end = pen->col + DIGITS_MOST + 2;
	pen->style = STYLE_INPUT;
	pen_text(pen, buf_str(&ui->acting.question.typed));
	pen->style = STYLE_CURSOR;
	pen_text(pen, " ");
	pen->style = STYLE_TEXT;
	pen_to(pen, end);
	draw_hints(pen, many, sizeof(many) / sizeof(many[0]));
}

void
confirm_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct job *job = &ui->acting.asked;
	const struct dialog dialog = {
		{ arena_printf(&ui->scratch, "%s %zu %s?", action_row(job->action)->verb,
		      job->count, sessions_word(job->count)),
		    frame, &ui->dialog, write_question },
		BOX_COLS,
		draw_answer,
	};

	dialog_draw(ui, canvas, &dialog);
	ui->acting.question.seen = true;
}
