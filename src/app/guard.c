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

void
guard_count(struct kill *kill)
{
	const struct groups *groups = &kill->app->facts.groups[GROUP_APPLICATION];
	struct budget *budget = &kill->guard.budget;
	int64_t now_us = kill->app->current->mono_us;

	budget_forget(budget, now_us);
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];
		const struct budget_count count = { .opened = group->opened,
			.closed = group->closed };

		if (group->opened > 0 || group->closed > 0)
			budget_add(budget, group->name, &count, now_us);
	}
}

/* Once a minute for each application whose sessions come back as fast as they are ended. */
static void
note_futile(struct kill *kill)
{
	const struct groups *groups = &kill->app->facts.groups[GROUP_APPLICATION];
	const struct budget_count told = { .told = 1 };
	struct guard *guard = &kill->guard;
	int64_t now_us = kill->app->current->mono_us;

	for (size_t i = 0; i < groups->count && guard->note_count < NOTES_MOST; i++) {
		const char *name = groups->items[i].name;
		const struct budget_count minute = budget_sum(&guard->budget, name, now_us);
		const char *note;

		if (minute.told > 0 || !budget_is_futile(&minute))
			continue;
		budget_add(&guard->budget, name, &told, now_us);
		note = arena_printf(&kill->arena,
		    "%s: %d ended, %d new ones within a minute: ending sessions does not help, "
		    "see its pool settings",
		    words_name(name, &kill->arena), minute.ended, budget_returned(&minute));
		complain(note);
		guard->notes[guard->note_count++] = note;
	}
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
	if (kill->order.guard)
		note_futile(kill);
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
		const struct budget_count count = {
			.acted = was_tried(target) || kill->order.dry_run,
			.ended = target->outcome == OUTCOME_ENDED,
		};

		if (count.acted > 0)
			budget_add(&kill->guard.budget, groups_label(target->application), &count,
			    target->signalled_us != TIME_UNKNOWN ? target->signalled_us : now_us);
	}
}
