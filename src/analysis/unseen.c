/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's counts of its databases are read before the list of sessions,
 * so a new session can be in the list before it is counted: what was seen is
 * set off against what is counted then or with the next sample.
 */
#include "analysis/unseen.h"

#include <stddef.h>

#include "analysis/churn.h"
#include "base/units.h"
#include "model/snapshot.h"

#define SPAN_US (5 * UNITS_US_PER_SECOND)

/* Counted by the server: a client's session that has logged in. */
static bool
is_counted(const struct session *session)
{
	return session->slot && session->kind != KIND_HIDDEN && session->state != STATE_STARTING;
}

/* Sessions that have logged in since the sample before. */
static int64_t
count_seen(const struct snapshot *snap, const struct snapshot *previous)
{
	size_t then = 0;
	int64_t seen = 0;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i], *old;

		if (!is_counted(session))
			continue;
		while (then < previous->session_count &&
		    identity_compare(&previous->sessions[then].id, &session->id) < 0)
			then++;
		old = then < previous->session_count ? &previous->sessions[then] : NULL;
		seen += old == NULL || !is_counted(old) ||
		    identity_compare(&old->id, &session->id) != 0;
	}
	return seen;
}

/* How much a count grew. After a reset it begins at 0 again. */
static int64_t
growth(int64_t now, int64_t then)
{
	return now < then ? now : now - then;
}

/* What all databases counted since the sample before; unseen ones still with those seen. */
static void
add_databases(struct unseen *unseen, int64_t counts[COUNT_KINDS], const struct snapshot *snap,
    const struct snapshot *previous)
{
	size_t then = 0;
	int64_t most = 0;

	for (size_t i = 0; i < snap->database_count; i++) {
		const struct database *now = &snap->databases[i], *old;
		int64_t opened;

		while (then < previous->database_count && previous->databases[then].oid < now->oid)
			then++;
		if (then == previous->database_count || previous->databases[then].oid != now->oid)
			continue; /* new to us: what it counted may be old */
		old = &previous->databases[then];
		opened = growth(now->sessions, old->sessions);
		counts[COUNT_UNSEEN] += opened;
		counts[COUNT_ABANDONED] += growth(now->abandoned, old->abandoned);
		counts[COUNT_FATAL] += growth(now->fatal, old->fatal);
		counts[COUNT_KILLED] += growth(now->killed, old->killed);
		if (opened > most) {
			most = opened;
			unseen->database = now->name;
		}
	}
}

/* Takes off those that were seen: earlier ones first, which are given up after two samples. */
static int64_t
take_seen(struct unseen *unseen, int64_t counted, int64_t seen)
{
	unseen->early[1] = unseen->early[0];
	unseen->early[0] = seen;
	for (int i = 1; i >= 0; i--) {
		int64_t n = counted < unseen->early[i] ? counted : unseen->early[i];

		unseen->early[i] -= n;
		counted -= n;
	}
	return counted;
}

static void
add_recent(struct unseen *unseen, int64_t count, int64_t from_us, int64_t now_us)
{
	struct unseen_span *spans = unseen->spans;
	int64_t since_us;

	if (spans[0].since_us == 0 || from_us - spans[0].since_us >= SPAN_US) {
		spans[1] = spans[0];
		spans[0] = (struct unseen_span){ .since_us = from_us };
	}
	spans[0].count += count;
	since_us = spans[1].since_us != 0 ? spans[1].since_us : spans[0].since_us;
	if (now_us - since_us >= SPAN_US)
		unseen->recent = (double)(spans[0].count + spans[1].count) * UNITS_US_PER_SECOND /
		    (double)(now_us - since_us);
}

void
unseen_count(struct unseen *unseen, const struct snapshot *snap, const struct snapshot *previous)
{
	struct unseen before = *unseen;
	int64_t counts[COUNT_KINDS] = { 0 };
	double seconds;

	*unseen = (struct unseen){ .counted = before.counted };
	for (int kind = 0; kind < COUNT_KINDS; kind++)
		unseen->totals[kind] = before.totals[kind];
	if (previous == NULL || snap->database_count == 0 || previous->database_count == 0 ||
	    !churn_comparable(snap, previous))
		return;
	for (int i = 0; i < 2; i++) {
		unseen->early[i] = before.early[i];
		unseen->spans[i] = before.spans[i];
	}
	unseen->known = unseen->counted = true;
	unseen->interval_us = snap->mono_us - previous->mono_us;
	add_databases(unseen, counts, snap, previous);
	counts[COUNT_UNSEEN] = take_seen(unseen, counts[COUNT_UNSEEN], count_seen(snap, previous));
	seconds = (double)unseen->interval_us / UNITS_US_PER_SECOND;
	for (int kind = 0; kind < COUNT_KINDS; kind++) {
		unseen->per_second[kind] = (double)counts[kind] / seconds;
		unseen->totals[kind] += counts[kind];
	}
	add_recent(unseen, counts[COUNT_UNSEEN], previous->mono_us, snap->mono_us);
}
