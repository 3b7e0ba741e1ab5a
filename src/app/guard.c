/* SPDX-License-Identifier: PostgreSQL */
/*
 * A guard acts at each sample: only while an alert stands, never on more of
 * an application within a minute than it may, and it says when that does not
 * help.
 */
#include <stdio.h>
#include <string.h>

#include "action/words.h"
#include "analysis/alerts.h"
#include "app.h"
#include "kill.h"
#include "model/snapshot.h"

#define RETRY_MOST_US 3000000 /* what an act takes longer than the sample before it */

/* When sessions come back as fast as they are ended. */
void
guard_note(struct kill *kill)
{
	struct guard *guard = &kill->guard;
	char text[TRACK_TEXT_MAX];
	bool futile;

	while (guard->note_count < NOTES_MOST && app_tell_act(kill->app, &futile, text)) {
		if (!futile)
			continue;
		guard->notes[guard->note_count] = words_line(text, &kill->arena);
		complain(guard->notes[guard->note_count++]);
	}
}

/* Each turn's notes have it, but it is said once. */
static void
note(struct kill *kill, const char *text, bool *told)
{
	struct guard *guard = &kill->guard;

	if (text == NULL)
		return;
	if (!*told)
		complain(text);
	*told = true;
	if (guard->note_count < NOTES_MOST)
		guard->notes[guard->note_count++] = text;
}

void
guard_note_plan(struct kill *kill, const struct plan *plan)
{
	note(kill, words_unseen(plan->spared), &kill->told_unseen);
	if (plan->count > 0 && !kill->order.choice.named)
		note(kill, words_unnamed(kill->app->current), &kill->told_unnamed);
}

static const struct alert *
find_alert(const struct kill *kill)
{
	const struct alert_set *set = &kill->app->alerts;

	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].rule == kill->order.when)
			return &set->items[i];
	return NULL;
}

bool
guard_judge(struct kill *kill)
{
	struct guard *guard = &kill->guard;
	const struct alert *alert = find_alert(kill);
	bool stands = alert == NULL || alert->level >= kill->order.level;

	guard->note_count = 0;
	guard->change = NULL;
	guard->retry_us = INT64_MAX;
	if (kill->order.guard) {
		budget_forget(&guard->budget, kill->app->current->mono_us);
		guard_note(kill);
	}
	if (alert == NULL)
		return true;
	if (guard->begun && guard->stands.b == stands)
		return stands;
	guard->change = stands
	    ? arena_printf(&kill->arena, "%s is at %s: %s", alert->rule->name,
	          level_name(alert->level), alert->message)
	    : arena_printf(&kill->arena, "%s is %s at %s: nothing is done", alert->rule->name,
	          guard->begun ? "no more" : "not", level_name(kill->order.level));
	guard->begun = true;
	guard->stands = value_bool(stands);
	return stands;
}

void
guard_planned(struct kill *kill)
{
	int64_t now_us = clock_mono_us(), wait_us;

	if (kill->whom.budget == NULL || kill->spared[SPARE_MINUTE] == 0)
		return;
	wait_us = budget_wait(&kill->guard.budget, now_us);
	if (wait_us > RETRY_MOST_US)
		return;
	kill->guard.retry_us = now_us + wait_us;
	feed_soon(&kill->feed, wait_us);
}

bool
guard_is_due(const struct kill *kill)
{
	return kill->app->current != NULL && kill->app->current->mono_us >= kill->guard.retry_us;
}

/* Whether the target had its turn, whatever came of it. */
static bool
was_tried(const struct target *target)
{
	return target->outcome != OUTCOME_NOT_TRIED && target->outcome != OUTCOME_WAITING;
}

void
guard_acted(struct kill *kill)
{
	const struct job *job = &kill->job;
	int64_t now_us = clock_mono_us();

	if (!kill->order.guard)
		return;
	for (size_t i = 0; i < job->count; i++) {
		const struct target *target = &job->targets[i];

		if (was_tried(target) || kill->order.dry_run)
			budget_add(&kill->guard.budget, groups_label(target->application), 1,
			    target->signalled_us != TIME_UNKNOWN ? target->signalled_us : now_us);
	}
}
