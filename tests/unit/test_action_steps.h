/* SPDX-License-Identifier: PostgreSQL */
/* A job on a server made by hand, step by step, its counts checked at each. */
#ifndef PGCONNTOP_UNIT_TEST_ACTION_STEPS_H
#define PGCONNTOP_UNIT_TEST_ACTION_STEPS_H

#include "action/job.h"
#include "test_action_scene.h"

#define TARGETS 4

struct act {
	struct scene scene;
	struct job job;
};

/* The job is in that state, and its counts add up. */
void check(const struct act *act, enum job_state state);

/* Asks about so many sessions, pids from 1, the first one the oldest. End with act_clear(). */
void ask(struct act *act, int count);

/* The same, and goes on to the first one's turn. */
void start(struct act *act, int count);

/* The next target's turn comes, and this of it. */
void turn(struct act *act, enum outcome outcome, enum job_state after);

void act_clear(struct act *act);

#endif
