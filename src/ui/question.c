/* SPDX-License-Identifier: PostgreSQL */
/*
 * What must be known before the answer: who is meant, who is spared and why,
 * what it will not do, and what will be refused. Made once, when it is asked.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "table/filter.h"

#include <string.h>

#define NAMED_MOST 5 /* sessions that a note names */

/* Roles of the services that run the server for its users: nobody else may signal them. */
static const char *const managed_roles[] = {
	"rdsadmin",
	"rdsrepladmin",
	"rds_replication",
	"cloudsqladmin",
	"cloudsqlagent",
	"cloudsqlreplica",
	"alloydbadmin",
	"alloydbagent",
	"azuresu",
	"azure_superuser",
	"cloud_admin",
	"supabase_admin",
	"_aiven",
	"_doadmin_managed",
	"_doadmin_monitor",
};

static void
count_all(struct ui *ui, const struct plan *plan)
{
	struct question *question = &ui->acting.question;
	struct arena *arena = &question->arena;
	const struct job *job = &ui->acting.asked;
	size_t count, more = plan != NULL ? plan->group_count : 0;
	struct tally *tallies = tally_targets(job, TALLY_USER, 0, &count, arena);

	question->users = words_tallies(tallies, count, arena);
	tallies = tally_targets(job, TALLY_STATE, 0, &count, arena);
	question->states = words_tallies(tallies, count, arena);
	tallies = tally_targets(job, TALLY_APPLICATION, more, &count, arena);
	for (size_t i = 0; i < more; i++) {
		const struct plan_group *group = &plan->groups[i];
		const char *name = group->application;

		if (group->spared == 0)
			continue;
		if (name != NULL)
			name = arena_strndup(arena, name, strlen(name));
		tally_find(tallies, &count, name)->spared = group->spared;
	}
	question->applications = tallies;
	question->application_count = count;
}

bool
target_is_busy(const struct target *target)
{
	return target->state == STATE_ACTIVE || target->state == STATE_FASTPATH;
}

static void
note(struct question *question, const char *text)
{
	if (text != NULL && question->note_count < NOTES_MOST)
		question->notes[question->note_count++] = text;
}

/* What is noted about the targets that have something in common. */
typedef bool test_function(const struct ui *ui, const struct ui_frame *frame,
    const struct session *session);

static bool
is_managed(const struct ui *ui, const struct ui_frame *frame, const struct session *session)
{
	(void)ui;
	(void)frame;
	for (size_t i = 0; i < sizeof(managed_roles) / sizeof(managed_roles[0]); i++)
		if (session->user != NULL && strcmp(session->user, managed_roles[i]) == 0)
			return true;
	return false;
}

static bool
is_superusers(const struct ui *ui, const struct ui_frame *frame, const struct session *session)
{
	return session->superuser && !is_managed(ui, frame, session);
}

static bool
is_foreign(const struct ui *ui, const struct ui_frame *frame, const struct session *session)
{
	(void)ui;
	(void)frame;
	return session->foreign && !session->superuser;
}

static bool
is_hidden(const struct ui *ui, const struct ui_frame *frame, const struct session *session)
{
	for (size_t i = 0; i < ui->filters.count; i++)
		if (!filter_match(ui->filters.all[i], frame->data, session))
			return true;
	return false;
}

/* How many targets pass the test; `named` gets "4711 pg_dump of backup, ..." unless it is NULL. */
static int
count_those(struct ui *ui, const struct ui_frame *frame, test_function *test, const char **named)
{
	const struct job *job = &ui->acting.asked;
	struct arena *arena = &ui->acting.question.arena;
	int count = 0;

	for (size_t i = 0; i < job->count; i++) {
		const struct session *session =
		    snapshot_find(frame->data->snap, &job->targets[i].id);

		if (session == NULL || !test(ui, frame, session))
			continue;
		count++;
		if (named == NULL || count > NAMED_MOST)
			continue;
		*named = arena_printf(arena, "%s%s%d %s of %s", count > 1 ? *named : "",
		    count > 1 ? ", " : "", (int)session->id.pid,
		    words_name(session->application, arena), words_name(session->user, arena));
	}
	if (named != NULL && count > NAMED_MOST)
		*named = arena_printf(arena, "%s and %d more", *named, count - NAMED_MOST);
	return count;
}

/* What our role may not. */
static void
note_rights(struct ui *ui, const struct ui_frame *frame)
{
	const struct snapshot *snap = frame->data->snap;
	struct question *question = &ui->acting.question;
	const char *named = "";

	if (snap->signal_right == SIGNAL_OWN && count_those(ui, frame, is_foreign, NULL) > 0)
		note(question,
		    arena_printf(&question->arena,
		        "your role may end only its own sessions: it will be denied:\n  %s",
		        words_barred(snap, &question->arena)));
	if (count_those(ui, frame, is_managed, &named) > 0)
		note(question,
		    arena_printf(&question->arena,
		        "of the managed service itself, which will deny it: %s", named));
	if (snap->signal_right != SIGNAL_ALL && count_those(ui, frame, is_superusers, &named) > 0)
		note(question,
		    arena_printf(&question->arena,
		        "of superusers, will be denied, for only a superuser may: %s", named));
}

/* What is not known, and not possible, without SQL. */
static void
note_proc(struct ui *ui, const struct ui_frame *frame)
{
	const struct snapshot *snap = frame->data->snap;
	struct question *question = &ui->acting.question;

	if (snap->via != VIA_PROC)
		return;
	if (snap->signal_right != SIGNAL_ALL)
		note(question,
		    "this account may not signal the server's processes: it will be denied");
	if (ui->acting.asked.count > 1)
		note(question, words_unnamed(snap));
}

static bool
is_unseen(const struct target *target)
{
	return target->state == STATE_UNKNOWN || target->state == STATE_DISABLED;
}

static void
note_all(struct ui *ui, const struct ui_frame *frame, const struct plan *plan)
{
	struct question *question = &ui->acting.question;
	bool chosen = question->choice.policy == POLICY_CHOSEN;
	const struct ui_frame *f = frame;
	const char *named = "";
	char age[UNITS_TEXT_MAX];
	int count;

	if (plan != NULL && plan->spared[SPARE_USELESS] > 0)
		note(question,
		    arena_printf(&question->arena,
		        "a cancel does nothing to idle or idle in transaction sessions: "
		        "%d left out",
		        plan->spared[SPARE_USELESS]));
	if (ui->acting.asked.count == 1 && is_unseen(&ui->acting.asked.targets[0]))
		note(question, "its state is unknown: it may be running a query");
	if (plan != NULL)
		note(question, words_unseen(plan->spared));
	count = chosen ? count_those(ui, f, is_hidden, NULL) : 0;
	if (count > 0)
		note(question,
		    arena_printf(&question->arena, "%d of them %s hidden by the filter", count,
		        count == 1 ? "is" : "are"));
	if (count_those(ui, f, targets_protect, &named) > 0)
		note(question,
		    arena_printf(&question->arena,
		        "protected from bulk actions, but chosen by you: %s", named));
	if (plan != NULL && plan->barred > 0)
		note(question,
		    arena_printf(&question->arena, "%d left alone for want of a right: %s",
		        plan->barred, words_barred(frame->data->snap, &question->arena)));
	note_rights(ui, frame);
	note_proc(ui, frame);
	if (!ui->paused && !frame_is_old(frame))
		return;
	units_duration_long(age, frame->mono_us - frame->data->snap->mono_us);
	note(question,
	    arena_printf(&question->arena,
	        "this picture is %s old; whoever is in another state now is spared", age));
}

/* The filters that a policy stayed within, behind a comma; "" for none. */
static const char *
within(struct ui *ui)
{
	struct arena *arena = &ui->acting.question.arena;
	const char *text = "";

	for (size_t i = 0; i < ui->filters.count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? ", within the filter " : " ",
		    words_line(filter_text(ui->filters.all[i]), arena));
	return text;
}

/* Who the targets are, in a few words. */
static const char *
whom(struct ui *ui, bool again)
{
	struct question *question = &ui->acting.question;
	struct arena *arena = &question->arena;
	const struct job *job = &ui->acting.asked;
	const char *s = job->count == 1 ? "" : "s";

	if (again && job->action == ACTION_CANCEL)
		return arena_printf(arena, "%zu session%s, only the running quer%s", job->count, s,
		    job->count == 1 ? "y" : "ies");
	if (again)
		return arena_printf(arena, "%zu session%s that the cancel did not stop", job->count,
		    s);
	if (question->choice.policy != POLICY_CHOSEN)
		return arena_printf(arena, "%zu session%s: %s%s", job->count, s,
		    words_policy(&question->choice, arena), within(ui));
	if (ui->origin == MODE_DETAILS || ui->acting.tags.ids.count == 0)
		return arena_printf(arena, "session %d", (int)job->targets[0].id.pid);
	return arena_printf(arena, "%zu tagged session%s", job->count, s);
}

void
question_make(struct ui *ui, const struct ui_frame *frame, const struct plan *plan)
{
	const struct slots *slots = &frame->data->facts->slots;
	struct question *question = &ui->acting.question;
	const struct job *job = &ui->acting.asked;
	int freed = job_slots(job);

	arena_reset(&question->arena);
	buf_reset(&question->typed);
	question->seen = false;
	question->whom = whom(ui, plan == NULL);
	question->spared =
	    plan != NULL ? words_spared(&question->choice, plan->spared, &question->arena) : NULL;
	question->again = plan == NULL;
	for (int why = SPARE_KEEP; plan != NULL && why < SPARE_COUNT; why++)
		question->limited[why] = plan->spared[why];
	question->spared_count = plan != NULL ? plan->spared_count : 0;
	question->before = slots->utilization;
	question->after = slots->usable > 0 ? (double)(slots->used - freed) / slots->usable : 0;
	question->busy = 0;
	/* What a cancel did not stop it need not try again. */
	for (size_t i = 0; plan != NULL && i < job->count; i++)
		question->busy += target_is_busy(&job->targets[i]);
	count_all(ui, plan);
	question->note_count = 0;
	note_all(ui, frame, plan);
}
