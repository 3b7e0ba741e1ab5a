/* SPDX-License-Identifier: PostgreSQL */
/*
 * Slot arithmetic. Reserved slots are no pool of their own: a superuser's
 * session shrinks what ordinary roles can get as well, so free is simply
 * usable less used. Which process holds a slot was decided when the sample
 * was taken, for it hangs on the server's version.
 */
#include "analysis/slots.h"

#include "model/snapshot.h"

/* The limits: what is there, and what ordinary roles may use of it. */
static void
count_limits(struct slots *slots, const struct snapshot *snap)
{
	slots->max_connections = snap->max_connections;
	slots->superuser_reserved = snap->superuser_reserved;
	slots->reserved = snap->reserved;
	for (size_t i = 0; snap->reserved >= 0 && i < snap->reserve_count; i++)
		slots->reserved += snap->reserves[i].slots;
	slots->max_wal_senders = snap->max_wal_senders;
	slots->usable = -1;
	if (snap->max_connections >= 0 && slots->superuser_reserved >= 0 && slots->reserved >= 0) {
		slots->usable = snap->max_connections - slots->superuser_reserved - slots->reserved;
		if (slots->usable < 0)
			slots->usable = 0;
	}
}

void
slots_count(struct slots *slots, const struct snapshot *snap)
{
	*slots = (struct slots){
		.hidden = snap->hidden_known ? 0 : -1,
		.free = -1,
		.estimated = snap->limits_from >= LIMITS_FILES,
		.limits_from = snap->limits_from,
	};
	count_limits(slots, snap);
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];

		if (session->kind == KIND_WALSENDER)
			slots->walsenders++;
		if (!session->slot)
			continue;
		slots->used++;
		slots->states[session->state]++;
		if (session->kind == KIND_HIDDEN)
			slots->hidden = slots->hidden < 0 ? 1 : slots->hidden + 1;
		if (session->kind == KIND_UNKNOWN)
			slots->estimated = true;
	}
	if (snap->restricted)
		slots->walsenders = -1;
	if (slots->usable < 0)
		return;
	slots->free = slots->usable > slots->used ? slots->usable - slots->used : 0;
	if (slots->usable > 0)
		slots->utilization = (double)slots->used / slots->usable;
}
