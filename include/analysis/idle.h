/* SPDX-License-Identifier: PostgreSQL */
/* How many sessions are idle for how long: what could be freed. */
#ifndef PGCONNTOP_ANALYSIS_IDLE_H
#define PGCONNTOP_ANALYSIS_IDLE_H

#include <stdint.h>

#include "model/session.h"

struct input;

enum { IDLE_AGE_HOUR, IDLE_AGE_TEN, IDLE_AGE_FIVE, IDLE_AGE_ONE, IDLE_AGES };

/* An age from which on sessions are counted. */
struct idle_age {
	int64_t us;
	const char *option; /* as options have it */
	const char *words;
};

extern const struct idle_age idle_ages[IDLE_AGES]; /* the longest first */

/* Sessions in a state for so long or longer. */
struct idle_count {
	int count;               /* that could be ended, by us or by whoever may */
	int barred;              /* of these, that our role or account may not signal */
	int most;                /* of these, of the application below */
	const char *application; /* of more than half of them, if there is such a one; NULL is the
	                            unknown one */
};

struct idle {
	struct idle_count ages[IDLE_AGES]; /* like idle_ages */
	int spared;                        /* protected ones, idle for the least age or longer */
};

/* Counts those that are in the state and that an action in bulk could end: our own and protected
 * ones are none of them. */
void idle_count(struct idle *idle, const struct input *input, enum session_state state);

#endif
