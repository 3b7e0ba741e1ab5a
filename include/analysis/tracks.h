/* SPDX-License-Identifier: PostgreSQL */
/*
 * What each application did in the last minutes, in fixed memory: how many
 * sessions it had, how many of them were idle for long, how fast it opens and
 * closes them and how long they live. What was ended by us is marked, so that
 * those that come back can be told.
 */
#ifndef PGCONNTOP_ANALYSIS_TRACKS_H
#define PGCONNTOP_ANALYSIS_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facts;
struct snapshot;

#define TRACKS_KEPT 32           /* applications; the one not seen for longest makes room */
#define TRACK_STEPS 60           /* kept of each, the newest one still growing */
#define TRACK_STEP_US 5000000    /* five minutes in all */
#define TRACK_LIVES 16           /* classes of life: under 0.1 s, 0.2 s, 0.4 s ... */
#define TRACK_SHORTEST_US 100000 /* the first of these */
#define TRACK_NAME_MAX 64

struct track_step {
	int64_t mono_us; /* of its last sample */
	int32_t total;   /* sessions that hold a slot */
	int32_t old;     /* of these, idle for a minute or longer */
	int32_t opened;  /* during the step */
	int32_t closed;
};

struct track {
	char name[TRACK_NAME_MAX]; /* as groups_name() gives it, cut; "" is unknown */
	int64_t first_us, seen_us; /* our clock for differences */
	int32_t peak;              /* most sessions since first_us */
	struct track_step steps[TRACK_STEPS];
	size_t count, next;
	int32_t lives[TRACK_LIVES]; /* of sessions that were closed, the older ones counting less */
	int64_t faded_us;           /* when these were last halved */
	int32_t ended;              /* by us, since ended_us; 0 when none was */
	int64_t ended_us;
	int32_t returned; /* opened since then */
};

struct tracks {
	struct track items[TRACKS_KEPT];
	size_t count;
	int64_t started_us; /* of the server; another one has no past */
};

/* Takes a sample in; previous may be NULL. The facts are those of the sample. */
void tracks_update(struct tracks *tracks, const struct facts *facts, const struct snapshot *snap,
    const struct snapshot *previous);

/* The track of an application; NULL when there is none. */
const struct track *tracks_find(const struct tracks *tracks, const char *name);

/* A session of the application was ended by us at that time. Acts within a minute count together.
 */
void tracks_ended(struct tracks *tracks, const char *name, int64_t mono_us);

/* The step that is n steps old, 0 the newest; NULL past the oldest. */
const struct track_step *track_step(const struct track *track, size_t n);

/* Sessions opened and closed per second within the window; false when it saw less than two samples.
 */
struct track_rates {
	double opened, closed;
	int64_t span_us; /* what was seen of the window */
};
bool track_rates(const struct track *track, int64_t window_us, struct track_rates *rates);

/* Half of its sessions live no longer than this; TIME_UNKNOWN when too few were seen to end. */
int64_t track_median_life(const struct track *track);

/* How the number of its old sessions went, over all that is kept since it was last 0 or fell. */
struct track_growth {
	int64_t span_us;
	int32_t from, to;
};
void track_growth(const struct track *track, struct track_growth *growth);

#endif
