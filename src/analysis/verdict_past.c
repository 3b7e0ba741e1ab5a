/* SPDX-License-Identifier: PostgreSQL */
/*
 * Rules about what an application did in the last minutes.
 */
#include <stddef.h>
#include <stdio.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/tracks.h"
#include "model/snapshot.h"
#include "verdict_rule.h"

#define LEAK_LEAST 5          /* sessions opened while as many lie idle */
#define STORM_RATE 10.0       /* sessions of one application per second */
#define SHOWS_STARTING 180000 /* from this version on each sample shows clients that log in */
#define SEEN_LEAST 0.9        /* of them; where it is less, that is told */
#define STORM_LIFE_US (2 * UNITS_US_PER_SECOND)
#define STORM_WINDOW_US (10 * UNITS_US_PER_SECOND)

/* What an application did since enough of its sessions lay idle. */
struct hoard {
	int64_t span_us;
	int64_t last_us; /* since it last opened one */
	int32_t from;    /* idle for long, then */
	int32_t more;    /* sessions more than then */
	int32_t opened;
	int steps, openings; /* steps in all, and those in which it opened any */
};

/* Back to when the first ones lay there, or their number fell. */
static void
look_back(const struct track *track, struct hoard *hoard)
{
	const struct track_step *now = track_step(track, 0), *step, *later = NULL;

	*hoard = (struct hoard){ 0 };
	for (size_t n = 0; (step = track_step(track, n)) != NULL; n++) {
		if (step->old < LEAK_LEAST || (later != NULL && step->old > later->old))
			return;
		if (later != NULL) {
			if (later->opened > 0 && hoard->openings++ == 0)
				hoard->last_us = now->mono_us - later->mono_us;
			hoard->opened += later->opened;
			hoard->steps++;
		}
		hoard->span_us = now->mono_us - step->mono_us;
		hoard->from = step->old;
		hoard->more = now->total - step->total;
		later = step;
	}
}

/*
 * It opens session after session while half of its own or more lie idle; it went on until now, or
 * until there were no slots. One that starts some pools beside each other
 * opens many at a time, and then none for a while.
 */
static bool
is_leak(const struct group *group, const struct track *track, bool full, struct hoard *hoard)
{
	bool steady;

	look_back(track, hoard);
	steady = hoard->openings * 2 >= hoard->steps || hoard->opened < hoard->openings * 3;
	return steady && hoard->openings >= LEAK_LEAST && (full || hoard->last_us < MINUTE) &&
	    hoard->more >= LEAK_LEAST && group->old - hoard->from >= LEAK_LEAST &&
	    verdict_share(group->old, group->total) >= 0.5;
}

bool
judge_leak(struct verdict *verdict, const struct evidence *evidence)
{
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];
	const struct slots *slots = &evidence->facts->slots;
	bool full = slots->usable > 0 && slots->free == 0;

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];
		const struct track *track = tracks_find(evidence->tracks, group->name);
		struct hoard hoard;
		char span[UNITS_TEXT_MAX];

		if (track == NULL || group->name == NULL || !is_leak(group, track, full, &hoard))
			continue;
		verdict_name(verdict, group->name);
		return verdict_say(verdict,
		    "%.60s leaks: %d of %d sessions idle over 1 min, +%d in %s",
		    verdict_called(group->name), group->old, group->total, group->old - hoard.from,
		    units_duration_long(span, hoard.span_us));
	}
	return false;
}

/* Whether it opens many, and half of them live shortly; how many per second, and seen of these. */
static bool
is_storm(const struct track *track, double *opened, double *seen)
{
	int64_t life_us = track_median_limit(track);
	struct track_rates rates;

	if (!track_rates(track, STORM_WINDOW_US, &rates) || rates.span_us < STORM_WINDOW_US / 2)
		return false;
	*opened = rates.begun > rates.opened ? rates.begun : rates.opened;
	*seen = rates.opened;
	return *opened >= STORM_RATE && life_us != TIME_UNKNOWN && life_us <= STORM_LIFE_US;
}

/* They live so shortly that samples do not see them, but the server counted them. */
static bool
judge_unseen(struct verdict *verdict, const struct unseen *unseen)
{
	if (!unseen->known || unseen->recent < STORM_RATE || unseen->database == NULL)
		return false;
	verdict_name(verdict, unseen->database);
	return verdict_say(verdict,
	    "%.0f sessions a second too short to see, most in database %.60s", unseen->recent,
	    unseen->database);
}

/* Connects for each little thing. */
bool
judge_storm(struct verdict *verdict, const struct evidence *evidence)
{
	const struct tracks *tracks = evidence->tracks;
	const struct track *worst = NULL;
	double opened, seen, most = 0, seen_most = 0;
	char life[UNITS_TEXT_MAX], less[32] = "";

	for (size_t i = 0; i < tracks->count; i++)
		if (is_storm(&tracks->items[i], &opened, &seen) && opened > most) {
			most = opened;
			seen_most = seen;
			worst = &tracks->items[i];
		}
	if ((worst == NULL || evidence->facts->unseen.recent > 2 * most) &&
	    judge_unseen(verdict, &evidence->facts->unseen))
		return true;
	if (worst == NULL)
		return false;
	verdict_name(verdict, worst->name);
	if (seen_most < most * SEEN_LEAST)
		snprintf(less, sizeof less, ", %.0f of them seen", seen_most);
	return verdict_say(verdict,
	    "%.60s opens %.0f sessions a second%s, half of them live under %s",
	    verdict_called(worst->name), most, less,
	    units_duration_long(life, track_median_limit(worst)));
}

/* Whether so many live for less than samples are apart that it may be trouble, or nobody knows. */
static bool
may_storm(const struct evidence *evidence)
{
	const struct unseen *unseen = &evidence->facts->unseen;

	if (unseen->known)
		return (unseen->recent > 0 ? unseen->recent : unseen->per_second[COUNT_UNSEEN]) >=
		    STORM_RATE;
	for (size_t i = 0; i < evidence->tracks->count; i++) {
		int64_t life_us = track_median_limit(&evidence->tracks->items[i]);

		if (life_us != TIME_UNKNOWN && life_us <= STORM_LIFE_US)
			return true;
	}
	return evidence->snap->database_count > 0; /* the next sample tells */
}

/*
 * Nothing is wrong, as far as can be known, whatever the limits of the alerts are: logins are from
 * the second sample on; clients that do not get through theirs, when it was looked for them; how
 * many live for less than samples are apart, where the server counts them.
 */
bool
judge_nothing(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;
	const struct snapshot *snap = evidence->snap;
	int starting = slots->states[STATE_STARTING];
	char active[32] = "";

	if (slots->usable <= 0 || slots->estimated || slots->hidden < 0 ||
	    slots->utilization >= FULL || snap->restricted || snap->ages_estimated ||
	    verdict_share(starting, slots->usable) >= TENTH || !evidence->facts->churn.known ||
	    alerts_worst(evidence->alerts) >= LEVEL_WARNING || may_storm(evidence))
		return false;
	if (slots->states[STATE_UNKNOWN] + slots->states[STATE_DISABLED] == 0)
		snprintf(active, sizeof active, ", %d active", slots->states[STATE_ACTIVE]);
	return verdict_say(verdict, "nothing wrong: %d of %d slots are used%s%s", slots->used,
	    slots->usable, active,
	    snap->server.version_num < SHOWS_STARTING ? "; stalled logins show in 30 s" : "");
}
