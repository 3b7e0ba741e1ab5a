/* SPDX-License-Identifier: PostgreSQL */
/*
 * An order that is carried out without the screen: what the files of it
 * share. kill.c is the way of it, ask.c the question, guard.c what is needed
 * at each sample, tell.c what is printed.
 */
#ifndef PGCONNTOP_APP_KILL_H
#define PGCONNTOP_APP_KILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act.h"
#include "action/budget.h"
#include "action/job.h"
#include "analysis/slots.h"
#include "base/buf.h"
#include "base/mem.h"
#include "feed.h"
#include "model/value.h"
#include "order.h"
#include "out.h"
#include "report/report.h"
#include "whom.h"

struct app;

enum kill_state {
	KILL_WAITING, /* for a sample */
	KILL_ASKING,  /* for an answer */
	KILL_ACTING,  /* until all targets are gone or known to stay */
	KILL_OVER,
};

#define NOTES_MOST 8

/* What was seen of the alert of the order, and said of it. */
enum guard_state {
	GUARD_NEW,     /* nothing yet */
	GUARD_WAITS,   /* it does not stand */
	GUARD_UNKNOWN, /* it cannot be judged */
	GUARD_STANDS,
	GUARD_GOES_ON, /* it does not any more, but --until is not reached */
};

/* What must be kept between samples to act at each of them. */
struct guard {
	struct budget budget;
	enum guard_state state;
	struct value stands;  /* whether there is cause to act; none without an alert */
	bool throttled;       /* it was said that the minute keeps it from some */
	unsigned said_barred; /* bits of enum spare: it was said whom it cannot reach, and why */
	bool barred;          /* in some sample it lacked a right: to signal, or to see */
	bool reached;         /* in some sample there was somebody to act on */
	const char *change;   /* of one turn, as the notes: texts of its arena */
	const char *notes[NOTES_MOST];
	size_t note_count;
	int64_t
	    retry_us; /* when a sample is wanted because the minute is over; INT64_MAX for never */
};

struct kill {
	struct app *app;
	struct order order;
	struct whom whom;
	struct guard guard;
	struct feed feed;
	struct report report;
	struct act act;
	struct job job;
	enum kill_state state;
	struct slots before;     /* when the plan was made */
	int spared[SPARE_COUNT]; /* of the plan */
	int barred, unjudged;    /* likewise */
	const char *next;        /* what helps where it has no targets; NULL for nothing */
	struct arena arena;      /* of one turn */
	struct out out;
	struct buf text; /* of one turn */
	size_t turns;    /* samples that were judged, or could not be had */
	size_t skipped;  /* samples that were left out since the last turn */
	enum gap gap;    /* like it, as in struct feed_news */
	bool begun;      /* something was written */
	bool told_unseen, told_unnamed;
	bool quit;  /* a signal came while acting */
	int failed; /* exit status of the last turn, if its sample could not be had */
	int acted;  /* exit status of the last act that left something to be desired */
};

/* ask.c */

/* Whether there is a terminal to ask on. */
bool ask_can(void);
/* Shows what the job will do, and asks. */
void ask_begin(struct kill *kill, const struct plan *plan);
/* Reads the answer, which is there: whether it is yes. */
bool ask_answer(struct kill *kill);

/* guard.c */

/* Notes for whom ending sessions does not help, once for each act. */
void guard_note(struct kill *kill);
/* Notes what the plan could not see, and what to do instead. */
void guard_note_plan(struct kill *kill, const struct plan *plan);
/*
 * Looks whether the alert of the order stands, or what it began goes on, and whether ending
 * sessions helps. Gives the first.
 */
bool guard_judge(struct kill *kill);
/*
 * A plan was made: when the minute keeps it from some, asks for a sample when it is over; what has
 * nobody left does not go on; who cannot be reached is said.
 */
void guard_planned(struct kill *kill, const struct plan *plan);
/* Whether it never had anybody to act on, and that for want of a right. */
bool guard_lacks_right(const struct kill *kill);
/* Whether that sample is there. */
bool guard_is_due(const struct kill *kill);
/* An act is over. */
void guard_acted(struct kill *kill);

/* tell.c */

/* Checks that the format can tell about acts, and prepares it. */
bool tell_open(struct kill *kill, struct err *err);
/* A plan was made: keeps what is to be told of it. */
void tell_planned(struct kill *kill, const struct plan *plan);
/* Prints the job and its outcome; planned: not what is, but what would be. */
void tell_job(struct kill *kill, bool planned);
/* A sample could not be had. */
void tell_failure(struct kill *kill, const char *why);
/* What the outcomes of the job are as an exit status. */
int tell_status(const struct kill *kill);

#endif
