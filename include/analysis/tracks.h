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
#define TRACK_LIVES 24           /* classes of life: under 0.1 s, 0.2 s, 0.4 s ... 9 days */
#define TRACK_SHORTEST_US 100000 /* the first of these */
#define TRACK_NAME_MAX 64
#define TRACK_ACT_US 60000000   /* acts within a minute are one, and it is seen who comes back */
#define TRACK_KEEP_US 600000000 /* it is forgotten then */
#define TRACK_TEXT_MAX 320

struct track_step {
	int64_t mono_us; /* of its last sample */
	int32_t total;   /* sessions that hold a slot */
	int32_t old;     /* of these, idle for a minute or longer */
	int32_t opened;  /* during the step */
	int32_t closed;
	int32_t young; /* of all its samples together: sessions opened within GROUPS_YOUNG_US */
	int32_t samples;
};

/* Sessions that were closed, of one class of life, the older ones counting less. */
struct track_lives {
	int32_t count;
	int64_t sum_us; /* of their lives */
};

/* What became of the sessions since some of them were ended by us. */
struct track_act {
	int64_t since_us; /* of the first signal; 0 for none */
	int64_t back_us;  /* when the last one had come back */
	int32_t ended;    /* of those that were signalled */
	int32_t opened;   /* by whomever */
	int32_t closed;   /* likewise; those that were ended are among them */
	bool told;        /* what came of it was told */
};

struct track {
	char name[TRACK_NAME_MAX]; /* as groups_name() gives it, cut; "" is unknown */
	int64_t first_us, seen_us; /* our clock for differences */
	int32_t peak;              /* most sessions since first_us */
	struct track_step steps[TRACK_STEPS];
	size_t count, next;
	struct track_lives lives[TRACK_LIVES];
	int32_t brief;    /* of these, how many were in one sample only, as far as is known */
	int64_t faded_us; /* when these were last halved */
	struct track_act act;
};

struct tracks {
	struct track items[TRACKS_KEPT];
	size_t count;
	int64_t started_us; /* of the server; another one has no past */
};

/* Takes a sample in; previous may be NULL. The facts are those of the sample, and are told who
 * grew. */
void tracks_update(struct tracks *tracks, struct facts *facts, const struct snapshot *snap,
    const struct snapshot *previous);

/* The track of an application; NULL when there is none. */
const struct track *tracks_find(const struct tracks *tracks, const char *name);

/* A session of the application is sent a signal at that time, by our clock for differences. */
void tracks_signalled(struct tracks *tracks, const char *name, int64_t mono_us);

/* One that was signalled is gone. */
void tracks_ended(struct tracks *tracks, const char *name);

/* Of those that were ended, how many came back: opened, less what closed by itself meanwhile. */
int track_returned(const struct track *track);

/* Whether they come back as fast as they are ended. */
bool track_is_futile(const struct track *track);

/* What came of ending some, a sentence without stop, raw bytes: "web: 20 ended, 19 came back within
 * 2 s". "" when none was ended. */
void track_tell(const struct track *track, int64_t mono_us, char out[TRACK_TEXT_MAX]);

/* The step that is n steps old, 0 the newest; NULL past the oldest. */
const struct track_step *track_step(const struct track *track, size_t n);

/* Sessions opened and closed per second within the window; false when it saw less than two samples.
 */
struct track_rates {
	double opened, closed;
	double begun;    /* opened, by those that were seen young: also for what lives so shortly
	                    that most of it is between the samples */
	int64_t span_us; /* what was seen of the window */
};
bool track_rates(const struct track *track, int64_t window_us, struct track_rates *rates);

/* Half of its sessions live about so long or shorter; TIME_UNKNOWN when too few were seen to end,
 * or that half in one sample only, and so not for how long. */
int64_t track_median_life(const struct track *track);

/* Half of its sessions live no longer than this, however often they were seen: the end of a class
 * of life; TIME_UNKNOWN when too few were seen to end, or they live longer than the classes reach.
 */
int64_t track_median_limit(const struct track *track);

#endif
