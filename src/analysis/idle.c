/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions by how long they are in a state. Whose application has more than
 * half of them is found by votes: it is the candidate that is left over.
 */
#include "analysis/idle.h"

#include "analysis/input.h"
#include "base/units.h"
#include "model/snapshot.h"

#define MINUTE (60 * UNITS_US_PER_SECOND)

/* How long it is in that state and could be ended there; TIME_UNKNOWN when it is none of them. */
static int64_t
age_in(const struct session *session, const struct snapshot *snap, enum session_state state)
{
	if (session->state != state || session->kind != KIND_CLIENT || !session->slot ||
	    session->own)
		return TIME_UNKNOWN;
	return session_since(session->state_change_us, snap->server_us);
}

enum bar
input_bar(const struct input *input, const struct session *session)
{
	return input->barrier == NULL || session == NULL
	    ? BAR_NONE
	    : input->barrier->judge(input->barrier->context, input->snap, session);
}

/* One more in each age that it has reached. */
static void
add(struct idle *idle, int votes[IDLE_AGES], const struct session *session, int64_t us, bool barred)
{
	for (int age = IDLE_AGES - 1; age >= 0 && us >= idle_ages[age].us; age--) {
		struct idle_count *count = &idle->ages[age];

		count->count++;
		count->barred += barred;
		if (votes[age] == 0)
			count->application = session->application;
		votes[age] += session->application == count->application ? 1 : -1;
	}
}

void
idle_count(struct idle *idle, const struct input *input, enum session_state state)
{
	const struct snapshot *snap = input->snap;
	int votes[IDLE_AGES] = { 0 };

	*idle = (struct idle){ 0 };
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t us = age_in(session, snap, state);
		enum bar bar;

		if (us < idle_ages[IDLE_AGES - 1].us)
			continue;
		bar = input_bar(input, session);
		if (bar == BAR_PROTECTED)
			idle->spared++;
		else
			add(idle, votes, session, us, bar == BAR_RIGHT);
	}
	for (size_t i = 0; idle->ages[IDLE_AGES - 1].count > 0 && i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t us = age_in(session, snap, state);

		if (us < idle_ages[IDLE_AGES - 1].us || input_bar(input, session) == BAR_PROTECTED)
			continue;
		for (int age = IDLE_AGES - 1; age >= 0 && us >= idle_ages[age].us; age--)
			idle->ages[age].most += session->application == idle->ages[age].application;
	}
}

const struct idle_age idle_ages[IDLE_AGES] = {
	[IDLE_AGE_HOUR] = { 60 * MINUTE, "1h", "1 h" },
	[IDLE_AGE_TEN] = { 10 * MINUTE, "10min", "10 min" },
	[IDLE_AGE_FIVE] = { 5 * MINUTE, "5min", "5 min" },
	[IDLE_AGE_ONE] = { 1 * MINUTE, "1min", "1 min" },
};
