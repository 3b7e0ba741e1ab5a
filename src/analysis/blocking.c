/* SPDX-License-Identifier: PostgreSQL */
/*
 * From "blocked by" to the root: the session that others wait for and that
 * itself waits for nobody.
 */
#include "analysis/blocking.h"

#include "base/mem.h"
#include "model/snapshot.h"

#define DEEPEST 64 /* steps up a chain; also ends a walk around a deadlock */

/* The session that holds this one up, the first that the sample knows; NULL for none. */
static const struct session *
blocker_of(const struct snapshot *snap, const struct session *session)
{
	for (size_t i = 0; i < session->blocker_count; i++) {
		const struct session *blocker = snapshot_find_pid(snap, session->blocked_by[i]);

		if (blocker != NULL && blocker != session)
			return blocker;
	}
	return NULL;
}

static const struct session *
root_of(const struct snapshot *snap, const struct session *session)
{
	const struct session *root = NULL;

	for (int steps = 0; steps < DEEPEST; steps++) {
		const struct session *blocker = blocker_of(snap, session);

		if (blocker == NULL)
			break;
		root = session = blocker;
	}
	return root;
}

static bool
waits_longer(const struct session *session, const struct session *than)
{
	return than == NULL || session->query_start_us < than->query_start_us;
}

static void
count_waiters(struct blocking *blocking, const struct snapshot *snap, int32_t *below)
{
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i], *found;

		if (!session_waits_for_lock(session))
			continue;
		blocking->waiting++;
		if (waits_longer(session, blocking->waiter))
			blocking->waiter = session;
		for (size_t n = 0; n < session->blocker_count; n++)
			if ((found = snapshot_find_pid(snap, session->blocked_by[n])) != NULL)
				blocking->blocks[found - snap->sessions]++;
		if ((found = root_of(snap, session)) != NULL)
			below[found - snap->sessions]++;
	}
}

void
blocking_make(struct blocking *blocking, const struct snapshot *snap, struct arena *arena)
{
	int32_t *below;

	*blocking = (struct blocking){0};
	blocking->blocks = arena_alloc(arena, snap->session_count + 1, sizeof *blocking->blocks);
	below = arena_alloc(arena, snap->session_count + 1, sizeof *below);
	count_waiters(blocking, snap, below);
	for (size_t i = 0; i < snap->session_count && blocking->waiting > 0; i++)
		if (below[i] > blocking->root_blocks) {
			blocking->root_blocks = below[i];
			blocking->root = &snap->sessions[i];
		}
}
