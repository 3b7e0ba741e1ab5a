/* SPDX-License-Identifier: PostgreSQL */
/*
 * A job moves on through the functions below and no other way; the counts of
 * outcomes change only in set_outcome(), so they always add up.
 */
#include "action/job.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/snapshot.h"

#define SAME_STATE_US 100000 /* between the ways' starts of one state */

static const char *
copy(struct job *job, const char *s)
{
	return s == NULL ? NULL : arena_strndup(&job->arena, s, strlen(s));
}

static void
set_outcome(struct job *job, struct target *target, enum outcome outcome)
{
	job->outcomes[target->outcome]--;
	target->outcome = outcome;
	job->outcomes[outcome]++;
}

/* One more, with texts of its own. */
static void
add_target(struct job *job, const struct target *target)
{
	struct target *added = &job->targets[job->count++];

	*added = *target;
	added->user = copy(job, target->user);
	added->database = copy(job, target->database);
	added->application = copy(job, target->application);
	added->client = copy(job, target->client);
	added->query = copy(job, target->query);
	added->via = job->via;
	added->outcome = OUTCOME_WAITING;
	added->note = NULL;
	added->signalled_us = TIME_UNKNOWN;
}

/* Empties it, with room for so many targets. */
static void
begin(struct job *job, enum action action, enum policy policy, size_t room)
{
	struct arena arena = job->arena;

	assert(job->state == JOB_NONE || job->state == JOB_DONE);
	arena_reset(&arena);
	*job = (struct job){
		.arena = arena,
		.state = JOB_ASKED,
		.action = action,
		.policy = policy,
	};
	job->targets = arena_alloc(&job->arena, room, sizeof(*job->targets));
}

void
job_start(struct job *job, const struct choice *choice, const struct plan *plan,
    const struct snapshot *snap)
{
	begin(job, choice->action, choice->policy, plan->count);
	job->via = snap->via;
	job->named = choice->named;
	job->before = plan->before;
	for (size_t i = 0; i < plan->count; i++) {
		const struct session *session = plan->targets[i];
		const struct target target = {
			.id = session->id,
			.state = session->state,
			.state_change_us = session->state_change_us,
			.age_us = session_since(session->state_change_us, snap->server_us),
			.user = session->user,
			.database = session->database,
			.application = session->application,
			.client = session->client,
			.query = session->query,
			.barred = !plan_may_signal(snap, session),
		};

		add_target(job, &target);
	}
	job->outcomes[OUTCOME_WAITING] = (int)job->count;
}

void
job_again(struct job *job, const struct job *other, enum action action,
    bool (*wanted)(const struct target *target))
{
	begin(job, action, POLICY_CHOSEN, other->count);
	job->via = other->via;
	job->named = other->named;
	job->before = other->before;
	for (size_t i = 0; i < other->count; i++) {
		const struct target *old = &other->targets[i];

		if (wanted(old))
			add_target(job, old);
	}
	job->outcomes[OUTCOME_WAITING] = (int)job->count;
}

bool
job_is_few(const struct job *job)
{
	return job->count <= JOB_FEW;
}

void
job_confirm(struct job *job)
{
	assert(job->state == JOB_ASKED);
	job->state = JOB_FETCHING;
}

void
job_drop(struct job *job)
{
	struct arena arena = job->arena;

	assert(job->state == JOB_ASKED || job->state == JOB_DONE);
	arena_reset(&arena);
	*job = (struct job){ .arena = arena };
}

static struct target *
find_target(struct job *job, const struct identity *id)
{
	for (size_t i = 0; i < job->count; i++)
		if (identity_compare(&job->targets[i].id, id) == 0)
			return &job->targets[i];
	return NULL;
}

void
job_fetched(struct job *job, const struct identity *id, const char *query)
{
	struct target *target = find_target(job, id);

	assert(job->state == JOB_FETCHING);
	if (target != NULL && query != NULL)
		target->query = copy(job, query);
}

void
job_run(struct job *job)
{
	assert(job->state == JOB_FETCHING);
	job->state = job->count > 0 ? JOB_RUNNING : JOB_DONE;
}

/* The target under way; NULL when there is none. */
static struct target *
under_way(struct job *job)
{
	if (job->next == 0 || job->targets[job->next - 1].outcome != OUTCOME_SENT)
		return NULL;
	return &job->targets[job->next - 1];
}

const struct target *
job_send(struct job *job)
{
	struct target *target;

	if (job->state != JOB_RUNNING || under_way(job) != NULL)
		return NULL;
	while (job->next < job->count && job->targets[job->next].outcome != OUTCOME_WAITING)
		job->next++;
	if (job->next == job->count)
		return NULL;
	target = &job->targets[job->next++];
	set_outcome(job, target, OUTCOME_SENT);
	return target;
}

/* Whether some target may still change by being watched. */
static bool
is_open(const struct job *job)
{
	return job->outcomes[OUTCOME_SIGNALLED] > 0 || job->outcomes[OUTCOME_SENT] > 0 ||
	    job->outcomes[OUTCOME_WAITING] > 0;
}

static void
move_on(struct job *job)
{
	if (job->outcomes[OUTCOME_WAITING] > 0 || job->outcomes[OUTCOME_SENT] > 0)
		return;
	job->state = is_open(job) ? JOB_WATCHING : JOB_DONE;
}

void
job_outcome(struct job *job, enum outcome outcome, const char *note, int64_t mono_us)
{
	struct target *target = under_way(job);

	if (target == NULL)
		return; /* stopped meanwhile */
	target->note = copy(job, note);
	if (outcome == OUTCOME_SIGNALLED)
		target->signalled_us = mono_us;
	set_outcome(job, target, outcome);
	move_on(job);
}

void
job_stop(struct job *job, const char *why, bool lost)
{
	struct target *sent = under_way(job);

	if (job->state != JOB_FETCHING && job->state != JOB_RUNNING)
		return;
	job->stopped = true;
	job->why = copy(job, why);
	if (lost && sent != NULL)
		set_outcome(job, sent, OUTCOME_UNKNOWN);
	for (size_t i = job->next; i < job->count; i++)
		set_outcome(job, &job->targets[i], OUTCOME_NOT_TRIED);
	if (job->state == JOB_FETCHING)
		job->state = JOB_DONE;
	else
		move_on(job);
}

/*
 * Whether it has been in one state since it was confirmed, as far as can be
 * told: by /proc the start of one is nearly exact, or unknown.
 */
static bool
is_as_confirmed(const struct target *target, const struct session *session)
{
	if (session->state != target->state)
		return false;
	if (target->outcome != OUTCOME_WAITING || target->state_change_us == TIME_UNKNOWN)
		return true;
	return session->state_change_us != TIME_UNKNOWN &&
	    session->state_change_us <= target->state_change_us + SAME_STATE_US;
}

bool
job_hand_over(struct job *job, const struct snapshot *snap)
{
	if (job->state == JOB_NONE || !via_differs(job->via, snap->via))
		return false;
	job->via = snap->via;
	for (size_t i = 0; i < job->count; i++) {
		struct target *target = &job->targets[i];
		const struct session *session = snapshot_recognise(snap, &target->id);

		if (target->outcome == OUTCOME_WAITING)
			target->via = snap->via;
		if (session == NULL)
			continue;
		target->id = session->id;
		target->barred = !plan_may_signal(snap, session);
		if (is_as_confirmed(target, session))
			target->state_change_us = session->state_change_us;
	}
	return true;
}

size_t
job_spare(struct job *job, const struct snapshot *snap, job_judge *judge, const void *context)
{
	size_t count = job->count, kept = 0, spared = 0;

	for (size_t i = 0; i < count; i++) {
		struct target *target = &job->targets[i];
		const struct session *session = snapshot_find(snap, &target->id);
		enum spare why = SPARE_NONE;

		if (target->outcome == OUTCOME_WAITING && session != NULL)
			why = judge(context, job, session);
		spared += why != SPARE_NONE;
		if (why != SPARE_NONE && job->state != JOB_ASKED) {
			target->note = spare_name(why);
			set_outcome(job, target, OUTCOME_NOT_TRIED);
		} else if (why != SPARE_NONE) {
			job->outcomes[OUTCOME_WAITING]--;
			continue;
		}
		job->targets[kept++] = *target;
	}
	job->count = kept;
	if (spared > 0 && (job->state == JOB_FETCHING || job->state == JOB_RUNNING))
		move_on(job);
	return spared;
}

/* Whether what the action meant is over: the session is gone, or for a cancel its query is. */
static bool
is_over(const struct job *job, const struct target *target, const struct session *session)
{
	if (session == NULL)
		return true;
	return job->action == ACTION_CANCEL &&
	    (session->state != target->state ||
	        session->state_change_us != target->state_change_us);
}

void
job_watch(struct job *job, const struct snapshot *snap)
{
	for (size_t i = 0; i < job->next; i++) {
		struct target *target = &job->targets[i];
		const struct session *session;

		if (target->outcome != OUTCOME_SIGNALLED && target->outcome != OUTCOME_STILL_THERE)
			continue;
		if (snap->mono_us - snap->took_us < target->signalled_us)
			continue; /* the sample is older than the signal */
		session = snapshot_find(snap, &target->id);
		if (is_over(job, target, session)) {
			target->note = NULL;
			set_outcome(job, target, OUTCOME_ENDED);
		} else if (snap->mono_us - target->signalled_us >= JOB_STILL_US) {
			target->note = copy(job, session->wait_event);
			set_outcome(job, target, OUTCOME_STILL_THERE);
		}
	}
	if (job->state == JOB_WATCHING && !is_open(job))
		job->state = JOB_DONE;
}

bool
job_is_over(const struct job *job)
{
	return job->state == JOB_DONE || job->state == JOB_NONE;
}

int
job_slots(const struct job *job)
{
	int slots = 0;

	for (size_t i = 0; action_row(job->action)->frees && i < job->count; i++)
		slots += !job->targets[i].barred;
	return slots;
}

size_t
job_progress(const struct job *job)
{
	return job->next - (size_t)job->outcomes[OUTCOME_SENT];
}

void
job_clear(struct job *job)
{
	arena_clear(&job->arena);
	*job = (struct job){ 0 };
}
