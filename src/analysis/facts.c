/* SPDX-License-Identifier: PostgreSQL */
/*
 * All analysis of one sample, in the order in which one part needs another.
 */
#include "analysis/facts.h"

#include "model/history.h"
#include "model/snapshot.h"

static void
lead(struct longest *longest, const struct session *session, int64_t us)
{
	if (us <= longest->us) /* TIME_UNKNOWN is the least value */
		return;
	longest->session = session;
	longest->us = us;
}

/* Who leads in each kind of age; only sessions with a slot, and never our own. */
static void
find_longest(struct facts *facts, const struct snapshot *snap)
{
	struct longest none = { .us = TIME_UNKNOWN };

	facts->query = facts->xact = facts->idle_in_transaction = none;
	for (int state = 0; state < STATE_COUNT; state++)
		facts->states[state] = none;
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t state_us = session_since(session->state_change_us, snap->server_us);

		if (!session->slot || session->own)
			continue;
		lead(&facts->xact, session, session_since(session->xact_start_us, snap->server_us));
		if (session->state == STATE_ACTIVE)
			lead(&facts->query, session,
			    session_since(session->query_start_us, snap->server_us));
		lead(&facts->states[session->state], session, state_us);
		if (session->state == STATE_IDLE_IN_TRANSACTION || session->state == STATE_ABORTED)
			lead(&facts->idle_in_transaction, session, state_us);
	}
}

/* Of those whom a person may want to end. */
static void
find_bars(struct facts *facts, const struct input *input)
{
	facts->root_bar = input_bar(input, facts->blocking.root);
	facts->query.bar = input_bar(input, facts->query.session);
	facts->idle_in_transaction.bar = input_bar(input, facts->idle_in_transaction.session);
}

void
facts_make(struct facts *facts, const struct input *input)
{
	const struct snapshot *snap = input->snap;
	struct arena arena = facts->arena;

	arena_reset(&arena);
	*facts = (struct facts){ .arena = arena,
		.server_us = snap->server_us,
		.churn = facts->churn,
		.unseen = facts->unseen };
	slots_count(&facts->slots, snap);
	for (int by = 0; by < GROUP_COUNT; by++)
		groups_make(&facts->groups[by], (enum group_by)by, snap, input->previous,
		    &facts->arena);
	churn_count(&facts->churn, snap, input->previous);
	unseen_count(&facts->unseen, snap, input->previous);
	pools_make(&facts->pools, input, &facts->slots, &facts->arena);
	trend_make(&facts->trend, input->history, facts->slots.free);
	facts->peak = input->history->peak;
	blocking_make(&facts->blocking, snap, &facts->arena);
	find_longest(facts, snap);
	find_bars(facts, input);
	idle_count(&facts->idle, input, STATE_IDLE);
	idle_count(&facts->in_transaction, input, STATE_IDLE_IN_TRANSACTION);
	limits_make(&facts->limits, snap, &facts->slots, facts->groups, &facts->arena);
}

static bool
has_names(const struct groups *groups)
{
	size_t i = 0;

	while (i < groups->count && groups->items[i].name == NULL)
		i++;
	return i < groups->count;
}

enum group_by
facts_telling(const struct facts *facts)
{
	return has_names(&facts->groups[GROUP_APPLICATION]) ||
	        !has_names(&facts->groups[GROUP_USER])
	    ? GROUP_APPLICATION
	    : GROUP_USER;
}

void
facts_point(const struct snapshot *snap, struct history *history)
{
	struct slots slots;

	slots_count(&slots, snap);
	history_add(history,
	    &(struct history_point){
	        .mono_us = snap->mono_us,
	        .wall_us = snap->wall_us,
	        .used = slots.used,
	        .usable = slots.usable,
	        .idle = slots.states[STATE_IDLE],
	        .active = slots.states[STATE_ACTIVE],
	        .in_transaction =
	            slots.states[STATE_IDLE_IN_TRANSACTION] + slots.states[STATE_ABORTED],
	    });
}

void
facts_clear(struct facts *facts)
{
	arena_clear(&facts->arena);
	*facts = (struct facts){ 0 };
}
