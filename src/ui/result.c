/* SPDX-License-Identifier: PostgreSQL */
/*
 * What becomes of the targets: while it goes on and until it is closed. Once
 * it is over those come first that did not end.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "analysis/tracks.h"
#include "base/units.h"

#include <stdlib.h>

#define BOX_COLS 110
#define BAR_COLS_MOST 50
#define COUNT_COLS 6
#define WORD_COLS 12
#define RETURNED_MOST 3

static bool
is_still_there(const struct target *target)
{
	return target->outcome == OUTCOME_STILL_THERE;
}

/* Whether a harder way is left for some. */
static bool
can_escalate(const struct job *job)
{
	return job->state == JOB_DONE && job->action == ACTION_CANCEL &&
	    job->outcomes[OUTCOME_STILL_THERE] > 0;
}

unsigned
result_back(struct ui *ui)
{
	struct job *job = &ui->acting.job;

	if (!job->stopped && (job->state == JOB_FETCHING || job->state == JOB_RUNNING)) {
		job_stop(job, "stopped by you", false);
		return ui_sayf(ui, "stopped: %zu of %zu had their turn", job_progress(job),
		    job->count);
	}
	ui->dialog.top = 0;
	ui_set_mode(ui, ui->origin);
	if (job_is_over(job)) {
		job_drop(job);
		return UI_DRAW;
	}
	return ui_sayf(ui, "still watched until it is over; %s shows it again",
	    keymap_first(&ui->keymap, "terminate", &ui->scratch));
}

unsigned
result_escalate(struct ui *ui, const struct ui_frame *frame)
{
	struct acting *acting = &ui->acting;

	if (!can_escalate(&acting->job))
		return ui_sayf(ui, "close this result first: Esc");
	job_again(&acting->asked, &acting->job, ACTION_TERMINATE, is_still_there);
	acting->question.of_free = false;
	acting->question.choice = (struct choice){ .action = ACTION_TERMINATE };
	return confirm_open(ui, frame, NULL);
}

static void
write_bar(const struct job *job, struct page *page)
{
	struct pen pen = page_line(page, STYLE_TEXT);
	size_t done = job_progress(job);
	int cells = (pen.end - pen.col) / 2, filled;

	if (cells > BAR_COLS_MOST)
		cells = BAR_COLS_MOST;
	if (cells < 0)
		cells = 0;
	filled = job->count > 0 ? (int)((size_t)cells * done / job->count) : cells;
	pen_text(&pen, "[");
	pen.style = STYLE_OK;
	pen_fill(&pen, filled, '#');
	pen.style = STYLE_DIM;
	pen_fill(&pen, cells - filled, '.');
	pen.style = STYLE_TEXT;
	pen_text(&pen, "]");
	pen.style = STYLE_TITLE;
	pen_printf(&pen, " %zu/%zu", done, job->count);
	pen_finish(&pen);
}

/* How far it is, in words. */
static const char *
state_words(struct ui *ui)
{
	const struct job *job = &ui->acting.job;
	const char *why = job->why != NULL ? words_line(job->why, &ui->scratch) : "";
	const char *how = "";

	switch (job->state) {
	case JOB_FETCHING:
		how = "Fetching the whole queries for the log.";
		break;
	case JOB_RUNNING:
		how = "Running. Esc stops before the next one.";
		break;
	case JOB_WATCHING:
		how = "Watching until they are gone.";
		break;
	case JOB_DONE:
		how = arena_printf(&ui->scratch, "Over: %d of %zu %s. Esc closes.",
		    job->outcomes[OUTCOME_ENDED], job->count, action_row(job->action)->done);
		break;
	case JOB_NONE:
	case JOB_ASKED:
		break;
	}
	if (!job->stopped)
		return how;
	return arena_printf(&ui->scratch, "%zu of %zu had their turn: %s. %s", job_progress(job),
	    job->count, why, how);
}

/* The first note of those with that outcome; NULL when there is none. */
static const char *
note_of(const struct job *job, enum outcome outcome)
{
	for (size_t i = 0; i < job->count; i++)
		if (job->targets[i].outcome == outcome && job->targets[i].note != NULL)
			return job->targets[i].note;
	return NULL;
}

static void
write_outcomes(struct ui *ui, struct page *page)
{
	const struct job *job = &ui->acting.job;

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome outcome = (enum outcome)i;
		const char *note = note_of(job, outcome);
		struct pen pen;

		if (job->outcomes[i] == 0)
			continue;
		pen = page_line(page, style_of_outcome(outcome));
		pen_printf(&pen, "%*d ", COUNT_COLS, job->outcomes[i]);
		pen_field(&pen, WORD_COLS, outcome_name(outcome), false);
		pen.style = STYLE_TEXT;
		pen_text(&pen, outcome_help(outcome));
		if (note != NULL) {
			pen_text(&pen, ": ");
			pen_text(&pen, note);
		}
		pen_finish(&pen);
	}
}

/* Where the outcomes stand when all is over: first what asks for a look. */
static const int ranks[OUTCOME_COUNT] = {
	[OUTCOME_STILL_THERE] = 0,
	[OUTCOME_DENIED] = 1,
	[OUTCOME_FAILED] = 2,
	[OUTCOME_UNKNOWN] = 3,
	[OUTCOME_REUSED] = 4,
	[OUTCOME_CHANGED] = 5,
	[OUTCOME_NOT_TRIED] = 6,
	[OUTCOME_WAITING] = 7,
	[OUTCOME_SENT] = 7,
	[OUTCOME_SIGNALLED] = 7,
	[OUTCOME_GONE] = 8,
	[OUTCOME_ENDED] = 9,
};

static int
compare_targets(const void *a, const void *b)
{
	const struct target *left = *(const struct target *const *)a;
	const struct target *right = *(const struct target *const *)b;
	int by = ranks[left->outcome] - ranks[right->outcome];

	/* Else in the order in which they had their turn. */
	return by != 0 ? by : (left > right) - (left < right);
}

/* Of each application whether its sessions come back; the ones with the most targets. */
static void
write_returned(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct job *job = &ui->acting.job;
	size_t count;
	const struct tally *tallies =
	    tally_targets(job, TALLY_APPLICATION, 0, &count, &ui->scratch);

	if (!action_row(job->action)->frees)
		return;
	for (size_t i = 0; i < count && i < RETURNED_MOST; i++) {
		const struct track *track =
		    tracks_find(frame->data->tracks, groups_shown(tallies[i].name));
		char text[TRACK_TEXT_MAX];

		if (track == NULL)
			continue;
		track_tell(track, frame->data->snap->mono_us, text);
		if (text[0] != '\0')
			page_wrap(page, track_is_futile(track) ? STYLE_WARNING : STYLE_TEXT,
			    words_line(text, &ui->scratch));
	}
}

static void
write_result(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct job *job = &ui->acting.job;
	const struct target **targets = arena_alloc(&ui->scratch, job->count, sizeof(*targets));
	char before[UNITS_TEXT_MAX], now[UNITS_TEXT_MAX];

	write_bar(job, page);
	page_wrap(page, job->stopped ? STYLE_WARNING : STYLE_TITLE, state_words(ui));
	units_share(before, job->before);
	units_share(now, frame->data->facts->slots.utilization);
	page_text(page, STYLE_TEXT,
	    job->before > 0 && frame->data->facts->slots.usable > 0
	        ? arena_printf(&ui->scratch, "Utilization %s before, %s now.", before, now)
	        : "Utilization unknown: so is the number of slots.");
	if (can_escalate(job))
		page_wrap(page, STYLE_WARNING,
		    arena_printf(&ui->scratch, "! %d still there. Key %s: terminate them",
		        job->outcomes[OUTCOME_STILL_THERE],
		        keymap_first(&ui->keymap, "terminate", &ui->scratch)));
	write_returned(ui, frame, page);
	write_outcomes(ui, page);
	for (size_t i = 0; i < job->count; i++)
		targets[i] = &job->targets[i];
	if (job->state == JOB_DONE && job->count > 1)
		qsort(targets, job->count, sizeof(struct target *), compare_targets);
	page_line(page, STYLE_TEXT);
	list_targets(ui, targets, job->count, true, page);
}

void
result_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct job *job = &ui->acting.job;
	const struct dialog dialog = {
		{ arena_printf(&ui->scratch, "%s %zu on %s", action_row(job->action)->verb,
		      job->count, frame->target),
		    frame, &ui->dialog, write_result },
		BOX_COLS,
		NULL,
	};

	dialog_draw(ui, canvas, &dialog);
}
