/* SPDX-License-Identifier: PostgreSQL */
/*
 * A fixed number of applications, each with a ring of steps. A sample falls
 * into the newest step, or begins one when that is long enough.
 */
#include "analysis/tracks.h"

#include <stdio.h>
#include <string.h>

#include "analysis/churn.h"
#include "analysis/facts.h"
#include "analysis/groups.h"
#include "analysis/trend.h"
#include "base/units.h"
#include "model/snapshot.h"

#define FADE_US (60 * UNITS_US_PER_SECOND) /* lives of a minute ago count half */
#define LIVES_LEAST 5                      /* a median of less is a guess */
#define FUTILE_LEAST 2 /* sessions that ended: one that comes back says nothing */

static bool
has_name(const struct track *track, const char *name)
{
	return strncmp(track->name, name != NULL ? name : "", TRACK_NAME_MAX - 1) == 0;
}

/* Its place in the list; the count when it has none. */
static size_t
find(const struct tracks *tracks, const char *name)
{
	size_t i = 0;

	while (i < tracks->count && !has_name(&tracks->items[i], name))
		i++;
	return i;
}

const struct track *
tracks_find(const struct tracks *tracks, const char *name)
{
	size_t i = find(tracks, name);

	return i < tracks->count ? &tracks->items[i] : NULL;
}

static struct track *
find_known(struct tracks *tracks, const char *name)
{
	size_t i = find(tracks, name);

	return i < tracks->count ? &tracks->items[i] : NULL;
}

/* Where the step is that is n steps old. */
static size_t
step_at(const struct track *track, size_t n)
{
	return (track->next + TRACK_STEPS - 1 - n) % TRACK_STEPS;
}

const struct track_step *
track_step(const struct track *track, size_t n)
{
	return n < track->count ? &track->steps[step_at(track, n)] : NULL;
}

static struct track_step *
newest(struct track *track)
{
	return &track->steps[step_at(track, 0)];
}

/* One for a new application: unused, or of one that has gone for longest; NULL when all are there.
 */
static struct track *
make(struct tracks *tracks, const char *name, int64_t mono_us)
{
	struct track *track = NULL;

	if (tracks->count < TRACKS_KEPT)
		track = &tracks->items[tracks->count++];
	for (size_t i = 0; track == NULL && i < tracks->count; i++) {
		struct track *other = &tracks->items[i];

		if (other->seen_us < mono_us && (track == NULL || other->seen_us < track->seen_us))
			track = other;
	}
	if (track == NULL)
		return NULL;
	*track = (struct track){ .first_us = mono_us, .seen_us = mono_us, .faded_us = mono_us };
	snprintf(track->name, sizeof track->name, "%s", name != NULL ? name : "");
	return track;
}

/* Begins a step when the newest one is long enough. */
static void
advance(struct track *track, int64_t mono_us)
{
	int64_t begin_us = mono_us - mono_us % TRACK_STEP_US;

	if (track->count == 0 || newest(track)->mono_us < begin_us) {
		track->steps[track->next] = (struct track_step){ 0 };
		track->next = (track->next + 1) % TRACK_STEPS;
		track->count += track->count < TRACK_STEPS;
	}
	newest(track)->mono_us = mono_us;
	newest(track)->samples++;
	newest(track)->total = newest(track)->old = 0;
	while (mono_us - track->faded_us >= FADE_US) {
		for (size_t i = 0; i < TRACK_LIVES; i++) {
			int32_t odd = track->lives[i].count % 2;

			if (odd > 0)
				track->lives[i].sum_us -=
				    track->lives[i].sum_us / track->lives[i].count;
			track->lives[i].count /= 2;
			track->lives[i].sum_us /= 2;
		}
		track->brief /= 2;
		track->faded_us += FADE_US;
	}
}

struct change {
	struct tracks *tracks;
	const struct snapshot *snap, *previous;
};

/* What others open and close later than a minute after it is no answer to the act. */
static void
add_to_act(struct track_act *act, bool opened, int64_t mono_us)
{
	if (act->since_us == 0 || mono_us - act->since_us > TRACK_ACT_US)
		return;
	act->opened += opened;
	act->closed += !opened;
	if (opened)
		act->back_us = mono_us;
}

/* A session came or went: the life of one that went ended somewhere between the samples. */
static void
add_change(void *context, const struct session *session, bool opened)
{
	const struct change *change = context;
	struct track *track = find_known(change->tracks, groups_name(GROUP_APPLICATION, session));
	int64_t least_us, most_us, life_us, limit_us = TRACK_SHORTEST_US;
	size_t class = 0;

	if (track == NULL)
		return;
	add_to_act(&track->act, opened, change->snap->mono_us);
	if (opened) {
		newest(track)->opened++;
		return;
	}
	newest(track)->closed++;
	least_us = session_since(session->id.start_us, change->previous->server_us);
	most_us = session_since(session->id.start_us, change->snap->server_us);
	if (least_us == TIME_UNKNOWN || most_us == TIME_UNKNOWN)
		return;
	life_us = (least_us + most_us) / 2;
	for (; class + 1 < TRACK_LIVES && life_us >= limit_us; class ++)
		limit_us *= 2;
	track->lives[class].count++;
	track->lives[class].sum_us += life_us;
	track->brief += least_us < most_us - least_us;
}

/* How many sessions more it has than at that time; when it began after that it had none. */
static struct growth
growth_of(const struct track *track, int64_t since_us, int64_t mono_us)
{
	const struct track_step *now = track_step(track, 0), *step;
	struct growth growth = { .name = track->name };

	if (now == NULL)
		return growth;
	growth.more = now->total;
	growth.span_us = mono_us - since_us;
	for (size_t n = 0; track->first_us <= since_us && (step = track_step(track, n)) != NULL;
	     n++) {
		if (step->mono_us < since_us)
			break;
		growth.more = now->total - step->total;
		growth.span_us = mono_us - step->mono_us;
	}
	return growth;
}

/* Who grew most while the trend went as it goes. */
static void
find_growth(struct growth *growth, const struct tracks *tracks, const struct trend *trend,
    int64_t mono_us)
{
	int64_t first_us = mono_us, since_us = mono_us - trend->span_us - TRACK_STEP_US;
	double minutes;

	*growth = (struct growth){ 0 };
	for (size_t i = 0; i < tracks->count; i++)
		if (tracks->items[i].first_us < first_us)
			first_us = tracks->items[i].first_us;
	if (since_us < first_us)
		since_us = first_us;
	for (size_t i = 0; i < tracks->count; i++) {
		struct growth one = growth_of(&tracks->items[i], since_us, mono_us);

		if (one.more > growth->more)
			*growth = one;
	}
	minutes = (double)growth->span_us / (60.0 * UNITS_US_PER_SECOND);
	if (growth->name != NULL &&
	    (growth->name[0] == '\0' || growth->span_us < TREND_LEAST_US ||
	        growth->more < trend->per_minute * minutes / 2))
		growth->name = NULL;
}

void
tracks_update(struct tracks *tracks, struct facts *facts, const struct snapshot *snap,
    const struct snapshot *previous)
{
	const struct groups *groups = &facts->groups[GROUP_APPLICATION];
	struct change change = { tracks, snap, previous };

	if (tracks->started_us != snap->server.started_us)
		*tracks = (struct tracks){ .started_us = snap->server.started_us };
	for (size_t i = 0; i < tracks->count; i++) {
		struct track *track = &tracks->items[i];

		advance(track, snap->mono_us);
		if (snap->mono_us - track->act.since_us > TRACK_KEEP_US)
			track->act = (struct track_act){ 0 };
	}
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];
		struct track *track = find_known(tracks, group->name);

		if (track == NULL && i < TRACKS_KEPT) {
			track = make(tracks, group->name, snap->mono_us);
			if (track != NULL)
				advance(track, snap->mono_us);
		}
		if (track == NULL)
			continue;
		track->seen_us = snap->mono_us;
		newest(track)->total = group->total;
		newest(track)->old = group->old;
		newest(track)->young += group->young;
		if (group->total > track->peak)
			track->peak = group->total;
	}
	if (previous != NULL && churn_comparable(snap, previous))
		churn_each(snap, previous, add_change, &change);
	find_growth(&facts->growth, tracks, &facts->trend, snap->mono_us);
}

void
tracks_signalled(struct tracks *tracks, const char *name, int64_t mono_us)
{
	struct track *track = find_known(tracks, name);

	if (track == NULL)
		return;
	if (track->act.since_us == 0 || mono_us - track->act.since_us > TRACK_ACT_US)
		track->act = (struct track_act){ .since_us = mono_us };
}

void
tracks_ended(struct tracks *tracks, const char *name)
{
	struct track *track = find_known(tracks, name);

	if (track != NULL && track->act.since_us != 0)
		track->act.ended++;
}

int
track_returned(const struct track *track)
{
	const struct track_act *act = &track->act;
	int by_itself = act->closed > act->ended ? act->closed - act->ended : 0;
	int returned = act->opened > by_itself ? act->opened - by_itself : 0;

	return returned < act->ended ? returned : act->ended;
}

bool
track_is_futile(const struct track *track)
{
	return track->act.ended >= FUTILE_LEAST &&
	    track_returned(track) * 10 >= track->act.ended * 9;
}

void
track_tell(const struct track *track, int64_t mono_us, char out[TRACK_TEXT_MAX])
{
	const struct track_act *act = &track->act;
	int returned = track_returned(track);
	int64_t us = (returned > 0 ? act->back_us : mono_us) - act->since_us;
	char count[16] = "none", time[UNITS_TEXT_MAX];

	out[0] = '\0';
	if (act->ended == 0)
		return;
	if (returned > 0)
		snprintf(count, sizeof count, "%d", returned);
	units_duration_long(time, us < TRACK_ACT_US ? us : TRACK_ACT_US);
	snprintf(out, TRACK_TEXT_MAX, "%.*s: %s%d ended, %s came back within %s%s", TRACK_NAME_MAX,
	    track->name[0] != '\0' ? track->name : "(unknown)",
	    track_is_futile(track) ? "they come back, ending does not help: " : "", (int)act->ended,
	    count, time, track_is_futile(track) ? "; see its pool settings" : "");
}

bool
track_rates(const struct track *track, int64_t window_us, struct track_rates *rates)
{
	const struct track_step *step, *last = track_step(track, 0);
	int64_t watched_us = 0;

	*rates = (struct track_rates){ 0 };
	for (size_t n = 0; (step = track_step(track, n)) != NULL; n++) {
		const struct track_step *before = track_step(track, n + 1);
		int64_t start_us = before != NULL ? before->mono_us : track->first_us;

		if (n > 0 && last->mono_us - start_us > window_us)
			break;
		rates->opened += step->opened;
		rates->closed += step->closed;
		rates->begun += step->young;
		watched_us += step->samples * (int64_t)GROUPS_YOUNG_US;
		rates->span_us = last->mono_us - start_us;
	}
	if (rates->span_us <= 0)
		return false;
	rates->opened *= (double)UNITS_US_PER_SECOND / (double)rates->span_us;
	rates->closed *= (double)UNITS_US_PER_SECOND / (double)rates->span_us;
	rates->begun *= (double)UNITS_US_PER_SECOND / (double)watched_us;
	return true;
}

/* The class in which the median is; false when too few were seen to end. */
static bool
find_median(const struct track *track, size_t *class, int32_t *all)
{
	int32_t sum = 0;

	*all = 0;
	for (size_t i = 0; i < TRACK_LIVES; i++)
		*all += track->lives[i].count;
	for (*class = 0; *class + 1 < TRACK_LIVES; ++*class) {
		sum += track->lives[*class].count;
		if (sum * 2 >= *all)
			break;
	}
	return *all >= LIVES_LEAST;
}

int64_t
track_median_life(const struct track *track)
{
	int32_t all;
	size_t class;

	if (!find_median(track, &class, &all) || track->brief * 2 >= all)
		return TIME_UNKNOWN;
	return track->lives[class].sum_us / track->lives[class].count;
}

int64_t
track_median_limit(const struct track *track)
{
	int32_t all;
	size_t class;

	if (!find_median(track, &class, &all) || class + 1 == TRACK_LIVES)
		return TIME_UNKNOWN;
	return (int64_t)TRACK_SHORTEST_US << class;
}
