/* SPDX-License-Identifier: PostgreSQL */
/* Carrying out a confirmed job: see act.c. */
#ifndef PGCONNTOP_APP_ACT_H
#define PGCONNTOP_APP_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "action/job.h"
#include "killlog.h"

struct app;
struct source_event;

struct act {
	struct killlog log;
	bool open;     /* a job is being carried out: the log is open */
	bool waits;    /* for a sample by the way that is in use now: the job knows another one's */
	bool intended; /* the intent is in the log, so outcomes belong there too */
	job_judge *judge; /* who is left alone after all when another way shows more; set by the
	                     owner, with its context */
	const void *context;
	bool *logged; /* by target: its last outcome is in the log; owned */
};

/* The job was confirmed: opens the log and asks for the queries. A log that cannot be written stops
 * it. */
void act_begin(struct act *act, struct app *app, struct job *job);

/* An event of the source that may be about the job. */
void act_event(struct act *act, struct app *app, struct job *job, const struct source_event *event);

/* Whether a sample is wanted soon, to see who is gone. */
bool act_wants_sample(const struct job *job);

/* The program ends: what is not done will not be, and the log says so. */
void act_end(struct act *act, struct app *app, struct job *job);

#endif
