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
#include "base/units.h"
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

static bool
is_utilization(const struct alert *alert)
{
	return strcmp(alert->rule->name, "utilization") == 0;
}

/*
 * Utilization is what --until is about, so what that alert began goes on beyond its end until it is
 * reached: else a guard that is throttled would stop where the alert clears.
 */
static enum guard_state
judge_alert(const struct kill *kill, const struct alert *alert)
{
	const struct slots *slots = &kill->app->facts.slots;
	enum guard_state before = kill->guard.state;

	if (alert->level >= kill->order.level)
		return GUARD_STANDS;
	if (!alert->known && alert->rule->samples <= 2)
		return GUARD_UNKNOWN;
	if (kill->order.guard && (before == GUARD_STANDS || before == GUARD_GOES_ON) &&
	    is_utilization(alert) && kill->order.choice.until > 0 &&
	    slots->utilization > kill->order.choice.until)
		return GUARD_GOES_ON;
	return GUARD_WAITS;
}

/* "utilization is below critical again (80.7 %): goes on until 70 %". */
static const char *
say_change(struct kill *kill, const struct alert *alert, enum guard_state state)
{
	const char *name = alert->rule->name, *level = level_name(kill->order.level);
	enum guard_state before = kill->guard.state;
	char value[UNITS_TEXT_MAX] = "";

	if (alert->known)
		alert_figure(value, alert->rule->unit, alert->value);
	switch (state) {
	case GUARD_STANDS:
		return arena_printf(&kill->arena, "%s is at %s: %s", name, level_name(alert->level),
		    alert->message);
	case GUARD_UNKNOWN:
		return arena_printf(&kill->arena, "%s is unknown: %s: nothing is done", name,
		    alert->why);
	case GUARD_GOES_ON:
		return arena_printf(&kill->arena,
		    "%s is below %s again (%s): goes on until %.0f %%", name, level, value,
		    kill->order.choice.until * 100);
	case GUARD_NEW:
	case GUARD_WAITS:
		break;
	}
	if (before == GUARD_GOES_ON)
		return arena_printf(&kill->arena, "%s is down to %s: waiting", name, value);
	return arena_printf(&kill->arena, "%s is %s%s%s%s%s: %s", name,
	    before == GUARD_STANDS ? "below " : "not at ", level,
	    before == GUARD_STANDS ? " again" : "", alert->known ? " (" : "",
	    alert->known ? arena_printf(&kill->arena, "%s)", value) : "",
	    kill->order.guard ? "waiting" : "nothing is done");
}

bool
guard_judge(struct kill *kill)
{
	struct guard *guard = &kill->guard;
	const struct alert *alert = find_alert(kill);
	enum guard_state state;

	guard->note_count = 0;
	guard->change = NULL;
	guard->retry_us = INT64_MAX;
	if (kill->order.guard) {
		budget_forget(&guard->budget, kill->app->current->mono_us);
		guard_note(kill);
	}
	if (alert == NULL)
		return true;
	state = judge_alert(kill, alert);
	if (state != guard->state && state == GUARD_STANDS)
		guard->said_barred = 0;
	if (state != guard->state)
		guard->change = say_change(kill, alert, state);
	guard->state = state;
	guard->stands = state == GUARD_UNKNOWN
	    ? value_none()
	    : value_bool(state == GUARD_STANDS || state == GUARD_GOES_ON);
	return state == GUARD_STANDS || state == GUARD_GOES_ON;
}

/* Adds to what is said of this turn. */
static void
add_change(struct kill *kill, const char *text)
{
	const char *before = kill->guard.change;

	kill->guard.change =
	    before == NULL ? text : arena_printf(&kill->arena, "%s; %s", before, text);
}

/* Nobody is acted on for the minute is used up: said once, until it keeps nobody any more. */
static void
say_throttled(struct kill *kill, int64_t wait_us)
{
	char wait[UNITS_TEXT_MAX];

	if (kill->guard.throttled || wait_us < kill->app->settings.interval)
		return;
	kill->guard.throttled = true;
	add_change(kill,
	    arena_printf(&kill->arena,
	        "the most of a minute is reached, %d left alone: goes on in %s",
	        kill->spared[SPARE_MINUTE], units_duration_long(wait, wait_us)));
}

/* Sessions that are meant, but that nothing this guard does will reach: said when that changes. */
static void
say_barred(struct kill *kill, const struct plan *plan)
{
	static const enum spare reasons[] = { SPARE_STATE, SPARE_PROTECTED, SPARE_UNSEEN,
		SPARE_ROLE, SPARE_ACCOUNT };
	struct plan left = { .young_us = TIME_UNKNOWN,
		.barred = plan->barred,
		.unjudged = plan->unjudged };
	unsigned said = 0;
	const char *next;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		left.spared[reasons[i]] = plan->spared[reasons[i]];
		said |= left.spared[reasons[i]] > 0 ? 1u << reasons[i] : 0;
	}
	if (said == 0 || said == kill->guard.said_barred)
		return;
	kill->guard.said_barred = said;
	next = words_next(&kill->order.choice, &left, kill->app->current, &kill->arena);
	add_change(kill,
	    arena_printf(&kill->arena, "%s%s%s",
	        words_spared(&kill->order.choice, left.spared, &kill->arena),
	        next != NULL ? ": " : "", next != NULL ? next : ""));
}

void
guard_planned(struct kill *kill, const struct plan *plan)
{
	size_t count = plan->count;
	struct guard *guard = &kill->guard;
	int64_t now_us = clock_mono_us(), wait_us;

	guard->reached = guard->reached || count > 0;
	guard->barred = guard->barred || plan->barred + plan->unjudged > 0;
	if (kill->order.guard && count == 0)
		say_barred(kill, plan);
	guard->throttled = guard->throttled && kill->spared[SPARE_MINUTE] > 0;
	if (guard->state == GUARD_GOES_ON && count == 0 && kill->spared[SPARE_MINUTE] == 0) {
		guard->state = GUARD_WAITS;
		add_change(kill, "nobody is left to end: waiting");
	}
	if (kill->whom.budget == NULL || kill->spared[SPARE_MINUTE] == 0)
		return;
	wait_us = budget_wait(&guard->budget, now_us);
	if (count == 0)
		say_throttled(kill, wait_us);
	if (wait_us > RETRY_MOST_US)
		return;
	guard->retry_us = now_us + wait_us;
	feed_soon(&kill->feed, wait_us);
}

bool
guard_lacks_right(const struct kill *kill)
{
	return kill->order.guard && kill->guard.barred && !kill->guard.reached;
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
