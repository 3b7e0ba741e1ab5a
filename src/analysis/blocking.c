/* SPDX-License-Identifier: PostgreSQL */
/*
 * From "blocked by" to the root: the session that others wait for and that
 * itself waits for nobody.
 */
#include "analysis/blocking.h"

#include "base/mem.h"
#include "model/snapshot.h"

#define DEEPEST 64 /* steps up a chain; also ends a walk around a deadlock */

/*
 * The session that holds this one up: the first that does not wait itself,
 * else the first that the sample knows, for those ahead in the queue are
 * listed as well. NULL for none.
 */
static const struct session *
blocker_of(const struct snapshot *snap, const struct session *session)
{
	const struct session *first = NULL;

	for (size_t i = 0; i < session->blocker_count; i++) {
		const struct session *blocker = snapshot_find_pid(snap, session->blocked_by[i]);

		if (blocker == NULL || blocker == session)
			continue;
		if (!session_waits_for_lock(blocker))
			return blocker;
		if (first == NULL)
			first = blocker;
	}
	return first;
}

/* The end of the chain; NULL when it ends in one that waits, as in a deadlock. */
static const struct session *
root_of(const struct snapshot *snap, const struct session *session)
{
	for (int steps = 0; steps < DEEPEST; steps++) {
		session = blocker_of(snap, session);
		if (session == NULL || !session_waits_for_lock(session))
			return session;
	}
	return NULL;
}

static bool
waits_longer(const struct session *session, const struct session *than)
{
	if (than == NULL || than->query_start_us == TIME_UNKNOWN)
		return true;
	return session->query_start_us != TIME_UNKNOWN &&
	    session->query_start_us < than->query_start_us;
}

/* Counts the session for each that holds it up, once: a parallel query lists its leader for each
 * worker. */
static void
count_blockers(struct blocking *blocking, const struct snapshot *snap,
    const struct session *session)
{
	for (size_t i = 0; i < session->blocker_count; i++) {
		const struct session *blocker = snapshot_find_pid(snap, session->blocked_by[i]);
		size_t earlier = 0;

		while (session->blocked_by[earlier] != session->blocked_by[i])
			earlier++;
		if (blocker != NULL && earlier == i)
			blocking->blocks[blocker - snap->sessions]++;
	}
}

static void
count_waiters(struct blocking *blocking, const struct snapshot *snap, int32_t *below)
{
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i], *root;

		if (!session_waits_for_lock(session))
			continue;
		blocking->waiting++;
		count_blockers(blocking, snap, session);
		root = root_of(snap, session);
		if (root != NULL)
			below[root - snap->sessions]++;
	}
}

/* The one that waits longest of those that the root holds up. */
static const struct session *
find_waiter(const struct snapshot *snap, const struct session *root)
{
	const struct session *waiter = NULL;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];

		if (session_waits_for_lock(session) && root_of(snap, session) == root &&
		    waits_longer(session, waiter))
			waiter = session;
	}
	return waiter;
}

void
blocking_make(struct blocking *blocking, const struct snapshot *snap, struct arena *arena)
{
	int32_t *below;

	*blocking = (struct blocking){ 0 };
	blocking->blocks = arena_alloc(arena, snap->session_count + 1, sizeof *blocking->blocks);
	below = arena_alloc(arena, snap->session_count + 1, sizeof *below);
	count_waiters(blocking, snap, below);
	for (size_t i = 0; i < snap->session_count && blocking->waiting > 0; i++)
		if (below[i] > blocking->root_blocks) {
			blocking->root_blocks = below[i];
			blocking->root = &snap->sessions[i];
		}
	if (blocking->root != NULL)
		blocking->waiter = find_waiter(snap, blocking->root);
}
