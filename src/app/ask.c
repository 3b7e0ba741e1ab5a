/* SPDX-License-Identifier: PostgreSQL */
/*
 * The question before an act, where there is a terminal but no screen. All
 * of it goes to stderr; the answer is No unless it is y, or for more than a
 * few sessions their number.
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "action/words.h"
#include "app.h"
#include "base/err.h"
#include "base/text.h"
#include "base/units.h"
#include "kill.h"
#include "model/snapshot.h"

#define LISTED_MOST 20 /* targets that are listed one by one */

bool
ask_can(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* A part of a line, as the terminal takes it. */
static void
say_part(const struct kill *kill, const char *text)
{
	struct buf clean = { 0 };

	text_clean(&clean, text, strlen(text), kill->report.utf8 ? TEXT_UTF8 : 0u);
	fputs(buf_str(&clean), stderr);
	buf_clear(&clean);
}

static void
say(const struct kill *kill, const char *text)
{
	say_part(kill, text);
	fputc('\n', stderr);
}

static const char *
age(char out[UNITS_TEXT_MAX], int64_t us)
{
	return us == TIME_UNKNOWN ? "unknown" : units_duration_long(out, us);
}

static void
say_counts(struct kill *kill, const struct plan *plan)
{
	const struct job *job = &kill->job;
	struct arena *arena = &kill->arena;
	char text[UNITS_TEXT_MAX];
	size_t count;
	const struct tally *tallies = tally_targets(job, TALLY_APPLICATION, 0, &count, arena);

	say(kill,
	    arena_printf(arena, "Applications: %s.  Oldest: %s.",
	        words_tallies(tallies, count, arena), age(text, plan->oldest_us)));
	tallies = tally_targets(job, TALLY_STATE, 0, &count, arena);
	say(kill, arena_printf(arena, "States: %s.", words_tallies(tallies, count, arena)));
	tallies = tally_targets(job, TALLY_USER, 0, &count, arena);
	say(kill, arena_printf(arena, "Users: %s.", words_tallies(tallies, count, arena)));
}

/* One by one, the oldest first, with what they run or ran last. */
static void
say_targets(struct kill *kill)
{
	const struct job *job = &kill->job;
	struct arena *arena = &kill->arena;
	char text[UNITS_TEXT_MAX];

	for (size_t i = 0; i < job->count && i < LISTED_MOST; i++) {
		const struct target *target = &job->targets[i];

		say(kill,
		    arena_printf(arena, "%7d %s@%s %s %s %s: %.60s", (int)target->id.pid,
		        words_name(target->user, arena), words_name(target->database, arena),
		        words_name(target->application, arena), session_state_name(target->state),
		        age(text, target->age_us),
		        target->query != NULL ? words_line(target->query, arena) : "(unknown)"));
	}
	if (job->count > LISTED_MOST)
		say(kill, arena_printf(arena, "and %zu more", job->count - LISTED_MOST));
}

/* Who may do what our role or account may not. */
static void
say_rights(struct kill *kill, const struct plan *plan)
{
	const char *who = words_barred(kill->app->current, &kill->arena);

	if (plan->barred > 0)
		say(kill,
		    arena_printf(&kill->arena, "! %d left alone for want of a right: %s",
		        plan->barred, who));
	else if (kill->job.targets[0].barred)
		say(kill, arena_printf(&kill->arena, "! This will be denied: %s", who));
}

void
ask_begin(struct kill *kill, const struct plan *plan)
{
	const struct job *job = &kill->job;
	const struct action_row *row = action_row(job->action);
	struct arena *arena = &kill->arena;
	const char *spared = words_spared(&kill->order.choice, plan->spared, arena);
	const char *whom = kill->order.choice.policy == POLICY_CHOSEN
	    ? "those that match"
	    : words_policy(&kill->order.choice, arena);

	say(kill,
	    arena_printf(arena, "%s %s%zu session%s: %s%s", row->verb, row->object, job->count,
	        job->count == 1 ? "" : "s", whom, whom_text(&kill->whom, arena)));
	say(kill,
	    words_where(source_target(kill->app->source), &kill->app->current->server, arena));
	say_targets(kill);
	say_counts(kill, plan);
	say(kill, arena_printf(arena, "This %s.", job->count == 1 ? row->effect : row->effects));
	say(kill, words_utilization(job_slots(job), plan->before, plan->after, arena));
	if (spared != NULL)
		say(kill, arena_printf(arena, "Left alone: %s.", spared));
	say_rights(kill, plan);
	/* What was typed before the question was seen is no answer to it. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	/* The first lines may have scrolled away. */
	say_part(kill,
	    arena_printf(arena, "%s %s%zu on %s? ", row->verb, row->object, job->count,
	        source_target(kill->app->source)));
	if (job_is_few(job))
		fputs("y is yes, anything else no: ", stderr);
	else
		fprintf(stderr, "Type %zu for yes, anything else is no: ", job->count);
	kill->feed.fd = STDIN_FILENO;
}

bool
ask_answer(struct kill *kill)
{
	const struct job *job = &kill->job;
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);
	struct err err;
	int64_t number;

	kill->feed.fd = -1;
	tcflush(STDIN_FILENO, TCIFLUSH); /* what else was typed is not for the shell */
	if (n <= 0) {
		fputc('\n', stderr); /* the end of input shows nothing */
		return false;
	}
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (job_is_few(job))
		return strcmp(line, "y") == 0;
	return units_parse_int(line, 0, INT64_MAX, &number, &err) && number == (int64_t)job->count;
}
