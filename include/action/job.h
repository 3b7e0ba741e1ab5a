/* SPDX-License-Identifier: PostgreSQL */
/*
 * The life of an act: asked about, confirmed, its queries fetched, its intent
 * logged, then one target after the other, then watched until all are over.
 * A job owns copies of all that it names, for samples come and go meanwhile.
 */
#ifndef PGCONNTOP_ACTION_JOB_H
#define PGCONNTOP_ACTION_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"
#include "action/plan.h"
#include "base/mem.h"
#include "model/link.h"

struct snapshot;

#define JOB_FEW 5            /* targets that y is enough for; for more their number is typed */
#define JOB_STILL_US 2000000 /* a signalled session that is there so long after is still there */

enum job_state {
	JOB_NONE,
	JOB_ASKED,    /* the question stands; its targets are fixed from here on */
	JOB_FETCHING, /* the whole queries are fetched, for the log */
	JOB_RUNNING,  /* one target after the other */
	JOB_WATCHING, /* all are signalled or spared: which ones are gone? */
	JOB_DONE,
};

struct job {
	struct arena arena;
	enum job_state state;
	enum action action;
	enum policy policy;
	bool named;   /* as in struct choice */
	enum via via; /* where the identities of the targets are from */
	struct target *targets;
	size_t count;
	size_t next;     /* the first one whose turn has not come */
	bool stopped;    /* by the user, a lost connection, or the log that cannot be written */
	const char *why; /* in words; NULL when it was not stopped */
	double before;   /* utilization when it was confirmed */
	int outcomes[OUTCOME_COUNT]; /* how many targets have which; sum is count */
};

/* Copies the targets of the plan; the state is ASKED. A job before must be DONE or NONE. */
void job_start(struct job *job, const struct choice *choice, const struct plan *plan,
    const struct snapshot *snap);

/*
 * Asks about those targets of another job that `wanted` takes, as they were
 * confirmed there: whoever has changed since is spared. Copies them.
 */
void job_again(struct job *job, const struct job *other, enum action action,
    bool (*wanted)(const struct target *target));

/* Whether y is enough for an answer. */
bool job_is_few(const struct job *job);

/* The answer was yes: ASKED becomes FETCHING. */
void job_confirm(struct job *job);

/* The answer was no, or the result was closed: ASKED or DONE becomes NONE. */
void job_drop(struct job *job);

/* The whole query of a target came; NULL when it is gone. */
void job_fetched(struct job *job, const struct identity *id, const char *query);

/* All queries are there and the intent is logged: the first target may go. */
void job_run(struct job *job);

/* The target whose turn it is, marked SENT; NULL when there is none left (or one is under way). */
const struct target *job_send(struct job *job);

/* What became of the one that was sent; note may be NULL, it is copied. */
void job_outcome(struct job *job, enum outcome outcome, const char *note, int64_t mono_us);

/* No more targets: those that wait are not tried, one under way is unknown if `lost`. */
void job_stop(struct job *job, const char *why, bool lost);

/*
 * A sample, perhaps by another way than the one before: the targets get the
 * identities that it has for them, exact by SQL. Whoever is in another state
 * by then, or began it anew, keeps what was confirmed, and so is spared.
 * Gives whether it was another way.
 */
bool job_hand_over(struct job *job, const struct snapshot *snap);

/* Why a target is to be left alone now; NONE when it is not. */
typedef enum spare job_judge(const void *context, const struct job *job,
    const struct session *session);

/*
 * After that: whoever must be left alone leaves a job that is ASKED, and is
 * not tried any more by one that was confirmed. Gives how many.
 */
size_t job_spare(struct job *job, const struct snapshot *snap, job_judge *judge,
    const void *context);

/* A sample: which of the signalled ones are gone, which are still there. */
void job_watch(struct job *job, const struct snapshot *snap);

/* Whether it is over: DONE. */
bool job_is_over(const struct job *job);

/* How many slots come free when all goes well. */
int job_slots(const struct job *job);

/* How many targets had their turn. */
size_t job_progress(const struct job *job);

void job_clear(struct job *job);

#endif
