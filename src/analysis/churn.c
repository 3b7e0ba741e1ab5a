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

/* The next session that counts from i on: a hidden one has no identity yet. */
static size_t
next_holder(const struct snapshot *snap, size_t i)
{
	while (i < snap->session_count &&
	    (!snap->sessions[i].slot || snap->sessions[i].kind == KIND_HIDDEN))
		i++;
	return i;
}

void
churn_each(const struct snapshot *snap, const struct snapshot *previous,
    void (*change)(void *context, const struct session *session, bool opened), void *context)
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
		if (order < 0)
			change(context, &snap->sessions[now], true);
		if (order > 0)
			change(context, &previous->sessions[then], false);
		if (order <= 0)
			now = next_holder(snap, now + 1);
		if (order >= 0)
			then = next_holder(previous, then + 1);
	}
}

static void
count_change(void *context, const struct session *session, bool opened)
{
	struct churn *churn = context;

	(void)session;
	churn->opened += opened;
	churn->closed += !opened;
}

void
churn_count(struct churn *churn, const struct snapshot *snap, const struct snapshot *previous)
{
	double seconds;

	*churn = (struct churn){
		.counted = churn->counted,
		.opened_total = churn->opened_total,
		.closed_total = churn->closed_total,
	};
	if (previous == NULL || !churn_comparable(snap, previous))
		return;
	churn_each(snap, previous, count_change, churn);
	seconds = (double)(snap->mono_us - previous->mono_us) / UNITS_US_PER_SECOND;
	churn->opened_per_second = churn->opened / seconds;
	churn->closed_per_second = churn->closed / seconds;
	churn->known = churn->counted = true;
	churn->opened_total += churn->opened;
	churn->closed_total += churn->closed;
}
