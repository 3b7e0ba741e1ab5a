/* SPDX-License-Identifier: PostgreSQL */
/*
 * A plan is made in passes over the sessions: whom the policy means, who is
 * left alone and why, the oldest first; then what must be kept, and where to
 * stop.
 */
#include "action/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/snapshot.h"

static const struct policy_row policies[POLICY_COUNT] = {
	[POLICY_CHOSEN] = { "chosen", "the chosen sessions", false },
	[POLICY_IDLE] = { "idle", "idle for %s or longer", true },
	[POLICY_IDLE_IN_TRANSACTION] = { "idle-in-transaction",
	    "idle in a transaction for %s or longer", true },
	[POLICY_ABORTED] = { "aborted", "idle in an aborted transaction", false },
	[POLICY_APPLICATION] = { "application", "all of application %s", false },
	[POLICY_DATABASE] = { "database", "all of database %s", false },
	[POLICY_USER] = { "user", "all of user %s", false },
	[POLICY_ALL] = { "all", "everything but this connection", false },
};

static const char *const spares[SPARE_COUNT] = {
	[SPARE_NONE] = "",
	[SPARE_OWN] = "our own connection",
	[SPARE_KIND] = "no ordinary session",
	[SPARE_STATE] = "of unknown state",
	[SPARE_STARTING] = "still logging in",
	[SPARE_PROTECTED] = "protected",
	[SPARE_FILTER] = "outside the filter",
	[SPARE_UNSEEN] = "that filter or protect may name, which /proc does not show",
	[SPARE_ROLE] = "not permitted to this role",
	[SPARE_ACCOUNT] = "not permitted to this account",
	[SPARE_USELESS] = "without a query to cancel",
	[SPARE_KEEP] = "kept as the newest",
	[SPARE_MOST] = "beyond the most to end",
	[SPARE_UNTIL] = "not needed for the utilization",
	[SPARE_MINUTE] = "beyond the most in a minute",
};

/* Programs that a bulk action must not break: backups, restores, and monitors like us. */
static const char *const protected_applications[] = {
	"pg_dump",
	"pg_dumpall",
	"pg_restore",
	"pg_basebackup",
	"pgconntop",
};

struct candidate {
	const struct session *session;
	int64_t age_us;
	bool kept; /* one of the newest of its application, which stay */
};

const struct policy_row *
policy_row(enum policy policy)
{
	return &policies[policy];
}

const char *
spare_name(enum spare spare)
{
	return spares[spare];
}

bool
plan_default_protected(const struct session *session)
{
	for (size_t i = 0; session->application != NULL &&
	     i < sizeof(protected_applications) / sizeof(protected_applications[0]);
	     i++)
		if (strcmp(session->application, protected_applications[i]) == 0)
			return true;
	return false;
}

bool
plan_may_signal(const struct snapshot *snap, const struct session *session)
{
	switch (snap->signal_right) {
	case SIGNAL_UNKNOWN:
		return snap->via != VIA_PROC;
	case SIGNAL_OWN:
		return !session->superuser && !session->foreign;
	case SIGNAL_OTHERS:
		return !session->superuser;
	case SIGNAL_ALL:
		break;
	}
	return true;
}

/* Whether its state is not known, so that a policy of states may mean it or not. */
static bool
is_unjudged(const struct session *session)
{
	return session->kind == KIND_UNKNOWN ||
	    (session->kind == KIND_CLIENT &&
	        (session->state == STATE_UNKNOWN || session->state == STATE_DISABLED));
}

/* Whether it is still logging in, which servers show from 18 on. */
static bool
is_starting(const struct session *session)
{
	return session->kind == KIND_CLIENT && session->state == STATE_STARTING;
}

/* Whether the policy means the session, whatever protects it and however old it is. */
static bool
is_meant(const struct choice *choice, const struct session *session)
{
	enum session_state state = session->state;

	switch (choice->policy) {
	case POLICY_CHOSEN:
	case POLICY_ALL:
		return true;
	case POLICY_IDLE:
		return state == STATE_IDLE || is_unjudged(session);
	case POLICY_IDLE_IN_TRANSACTION:
		return state == STATE_IDLE_IN_TRANSACTION || state == STATE_ABORTED ||
		    is_unjudged(session);
	case POLICY_ABORTED:
		return state == STATE_ABORTED || is_unjudged(session);
	case POLICY_APPLICATION:
		return text_same(session->application, choice->name);
	case POLICY_DATABASE:
		return text_same(session->database, choice->name);
	case POLICY_USER:
		return text_same(session->user, choice->name);
	case POLICY_COUNT:
		break;
	}
	return false;
}

/* Whether it is in its state for long enough, if that counts. */
static bool
is_old(const struct choice *choice, const struct session *session, int64_t age_us)
{
	return !policy_row(choice->policy)->aged || is_unjudged(session) ||
	    (age_us != TIME_UNKNOWN && age_us >= choice->age_us);
}

/* Whether its state must be known, for the policy is one of states, or it is not named alone. */
static bool
needs_state(const struct choice *choice)
{
	return !choice->named || choice->policy == POLICY_IDLE ||
	    choice->policy == POLICY_IDLE_IN_TRANSACTION || choice->policy == POLICY_ABORTED;
}

/* Why a session that is meant must not be touched; NONE when it may. */
static enum spare
check(const struct choice *choice, const struct plan_input *input, const struct session *session)
{
	if (session->own)
		return SPARE_OWN;
	if (session->kind == KIND_HIDDEN || (is_starting(session) && needs_state(choice)))
		return SPARE_STARTING;
	if (session->kind != KIND_CLIENT)
		return session->kind == KIND_UNKNOWN ? SPARE_STATE : SPARE_KIND;
	if (session->id.start_us == TIME_UNKNOWN || (is_unjudged(session) && needs_state(choice)))
		return SPARE_STATE;
	if (!choice->named &&
	    (plan_default_protected(session) || input->is_protected(input->context, session)))
		return SPARE_PROTECTED;
	if (input->is_unsure != NULL && input->is_unsure(input->context, session))
		return SPARE_UNSEEN;
	if (!action_works(choice->action, session->state))
		return SPARE_USELESS;
	if (!choice->named && !plan_may_signal(input->snap, session))
		return input->snap->via == VIA_PROC ? SPARE_ACCOUNT : SPARE_ROLE;
	return SPARE_NONE;
}

enum spare
plan_recheck(const struct choice *choice, const struct plan_input *input,
    const struct session *session)
{
	enum spare why = check(choice, input, session);

	if (why == SPARE_USELESS)
		why = SPARE_NONE;
	if (why == SPARE_NONE && !input->within(input->context, session))
		why = SPARE_FILTER;
	return why;
}

static void
spare(struct plan *plan, enum spare why)
{
	plan->spared[why]++;
	plan->spared_count++;
	plan->barred += why == SPARE_ROLE || why == SPARE_ACCOUNT;
}

static struct plan_group *
find_group(struct plan *plan, const char *application)
{
	struct plan_group *group;

	for (size_t i = 0; i < plan->group_count; i++)
		if (text_same(plan->groups[i].application, application))
			return &plan->groups[i];
	group = &plan->groups[plan->group_count++];
	*group = (struct plan_group){
		.application = application,
		.oldest_us = TIME_UNKNOWN,
		.newest_us = TIME_UNKNOWN,
	};
	return group;
}

/* Oldest first; unknown ages last. */
static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->age_us != right->age_us)
		return left->age_us > right->age_us ? -1 : 1;
	return identity_compare(&left->session->id, &right->session->id);
}

static int
compare_groups(const void *a, const void *b)
{
	const struct plan_group *left = a, *right = b;

	if (left->targets != right->targets)
		return left->targets > right->targets ? -1 : 1;
	if (left->spared != right->spared)
		return left->spared > right->spared ? -1 : 1;
	if (left->application == NULL || right->application == NULL)
		return (left->application == NULL) - (right->application == NULL);
	return strcmp(left->application, right->application);
}

/* It is not old enough; whom a smaller age would reach is the next step. */
static void
note_young(struct plan *plan, enum spare why, int64_t age_us)
{
	if (why == SPARE_NONE && age_us > plan->young_us)
		plan->young_us = age_us;
}

/* Whether it is for want of a right that its state is not known. */
static bool
lacks_right(const struct session *session)
{
	return is_unjudged(session) && session->state != STATE_DISABLED;
}

/* Lists whom the policy means and nothing protects, the oldest first. */
static size_t
collect(struct plan *plan, const struct choice *choice, const struct plan_input *input,
    struct candidate *out)
{
	const struct snapshot *snap = input->snap;
	size_t count = 0;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t age_us = session_since(session->state_change_us, snap->server_us);
		enum spare why;

		if (!session->slot || !input->within(input->context, session) ||
		    !is_meant(choice, session))
			continue;
		why = check(choice, input, session);
		if (!is_old(choice, session, age_us)) {
			note_young(plan, why, age_us);
		} else if (why != SPARE_NONE) {
			spare(plan, why);
			plan->unjudged += why == SPARE_STATE && lacks_right(session);
			find_group(plan, session->application)->spared++;
		} else {
			out[count++] = (struct candidate){ session, age_us, false };
		}
	}
	if (count > 1)
		qsort(out, count, sizeof(*out), compare_candidates);
	return count;
}

/* Whether so many free slots are enough for the utilization that was asked for. */
static bool
is_enough(const struct choice *choice, const struct plan_input *input, int freed)
{
	if (choice->until <= 0 || input->usable <= 0)
		return false;
	return (double)(input->used - freed) / input->usable <= choice->until;
}

static void
add_target(struct plan *plan, const struct choice *choice, const struct snapshot *snap,
    const struct candidate *candidate)
{
	struct plan_group *group = find_group(plan, candidate->session->application);

	plan->targets[plan->count++] = candidate->session;
	plan->slots +=
	    action_row(choice->action)->frees && plan_may_signal(snap, candidate->session);
	plan->by_state[candidate->session->state]++;
	group->targets++;
	if (candidate->age_us > group->oldest_us)
		group->oldest_us = candidate->age_us;
	if (group->newest_us == TIME_UNKNOWN || candidate->age_us < group->newest_us)
		group->newest_us = candidate->age_us;
	if (candidate->age_us > plan->oldest_us)
		plan->oldest_us = candidate->age_us;
}

/* Marks the newest `keep` of each application: these stay. */
static void
mark_kept(struct plan *plan, const struct choice *choice, struct candidate *all, size_t count)
{
	for (size_t i = count; choice->keep > 0 && i-- > 0;) {
		struct plan_group *group = find_group(plan, all[i].session->application);

		all[i].kept = group->kept < choice->keep;
		group->kept += all[i].kept;
	}
}

/* Whether no more of the application may be acted on. */
static bool
is_used_up(struct plan *plan, const struct plan_input *input, const char *application)
{
	return input->left != NULL &&
	    find_group(plan, application)->targets >= input->left(input->context, application);
}

static void
choose(struct plan *plan, const struct choice *choice, const struct plan_input *input,
    struct candidate *all, size_t count)
{
	mark_kept(plan, choice, all, count);
	for (size_t i = 0; i < count; i++) {
		enum spare why = SPARE_NONE;

		if (all[i].kept)
			why = SPARE_KEEP;
		else if (choice->most > 0 && plan->count >= (size_t)choice->most)
			why = SPARE_MOST;
		else if (is_enough(choice, input, plan->slots))
			why = SPARE_UNTIL;
		else if (is_used_up(plan, input, all[i].session->application))
			why = SPARE_MINUTE;
		if (why == SPARE_NONE) {
			add_target(plan, choice, input->snap, &all[i]);
			continue;
		}
		spare(plan, why);
		find_group(plan, all[i].session->application)->spared++;
	}
}

void
plan_make(struct plan *plan, const struct choice *choice, const struct plan_input *input,
    struct arena *arena)
{
	size_t most = input->snap->session_count;
	struct candidate *all = arena_alloc(arena, most, sizeof(*all));
	size_t count;

	*plan = (struct plan){ .oldest_us = TIME_UNKNOWN, .young_us = TIME_UNKNOWN };
	plan->targets = arena_alloc(arena, most, sizeof(*plan->targets));
	plan->groups = arena_alloc(arena, most, sizeof(*plan->groups));
	count = collect(plan, choice, input, all);
	choose(plan, choice, input, all, count);
	if (plan->group_count > 1)
		qsort(plan->groups, plan->group_count, sizeof(*plan->groups), compare_groups);
	if (input->usable > 0) {
		plan->before = (double)input->used / input->usable;
		plan->after = (double)(input->used - plan->slots) / input->usable;
	}
}
