/* SPDX-License-Identifier: PostgreSQL */
/*
 * Sessions opened and closed, by walking the two ordered lists side by side.
 */
#include "analysis/churn.h"

#include <stddef.h>

#include "base/units.h"
#include "model/snapshot.h"

bool
churn_comparable(const struct snapshot *snap, const struct snapshot *previous)
{
	return snap->server.started_us == previous->server.started_us &&
	    snap->mono_us > previous->mono_us && snap->restricted == previous->restricted;
}

bool
churn_counts(const struct session *session)
{
	return session->slot && session->kind != KIND_HIDDEN;
}

/* The next session that counts from i on. */
static size_t
next_holder(const struct snapshot *snap, size_t i)
{
	while (i < snap->session_count && !churn_counts(&snap->sessions[i]))
		i++;
	return i;
}

static void
walk(struct churn *churn, const struct snapshot *snap, const struct snapshot *previous)
{
	size_t now = next_holder(snap, 0), then = next_holder(previous, 0);

	while (now < snap->session_count || then < previous->session_count) {
		int order;

		if (now == snap->session_count)
			order = 1;
		else if (then == previous->session_count)
			order = -1;
		else
			order =
			    identity_compare(&snap->sessions[now].id, &previous->sessions[then].id);
		churn->opened += order < 0;
		churn->closed += order > 0;
		if (order <= 0)
			now = next_holder(snap, now + 1);
		if (order >= 0)
			then = next_holder(previous, then + 1);
	}
}

void
churn_count(struct churn *churn, const struct snapshot *snap, const struct snapshot *previous)
{
	double seconds;

	*churn = (struct churn){ .known = false };
	if (previous == NULL || !churn_comparable(snap, previous))
		return;
	walk(churn, snap, previous);
	seconds = (double)(snap->mono_us - previous->mono_us) / UNITS_US_PER_SECOND;
	churn->opened_per_second = churn->opened / seconds;
	churn->closed_per_second = churn->closed / seconds;
	churn->known = true;
}
