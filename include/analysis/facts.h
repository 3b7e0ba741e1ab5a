/* SPDX-License-Identifier: PostgreSQL */
/*
 * Everything that is derived from a snapshot, by pure functions of it, the
 * one before and the history. What all panes and all formats show.
 */
#ifndef PGCONNTOP_ANALYSIS_FACTS_H
#define PGCONNTOP_ANALYSIS_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/blocking.h"
#include "analysis/churn.h"
#include "analysis/groups.h"
#include "analysis/idle.h"
#include "analysis/input.h"
#include "analysis/limits.h"
#include "analysis/pools.h"
#include "analysis/slots.h"
#include "analysis/trend.h"
#include "analysis/unseen.h"
#include "base/mem.h"
#include "model/history.h"

struct snapshot;

/* The session that leads in something, and how long. */
struct longest {
	const struct session *session; /* NULL when there is none */
	int64_t us;                    /* TIME_UNKNOWN then */
	enum bar bar;                  /* of the query and idle_in_transaction of the facts alone */
};

/* The application that got the most sessions more within the window of the trend, and at least half
 * of what the trend tells. */
struct growth {
	const char *name; /* in the tracks; NULL when none did, or it is not known which */
	int more;
	int64_t span_us; /* what was seen of the window */
};

struct facts {
	struct arena arena;
	int64_t server_us; /* the server's clock at the sample */
	struct slots slots;
	struct groups groups[GROUP_COUNT];
	struct churn churn;
	struct unseen unseen;
	struct pools pools;
	struct trend trend;
	struct growth growth;     /* set by tracks_update() */
	struct history_peak peak; /* of the used slots */
	struct blocking blocking;
	enum bar root_bar; /* of the blocking root */
	struct longest
	    states[STATE_COUNT]; /* the longest time in each state, not of our own session */
	struct longest query;    /* the active session with the oldest query start */
	struct longest xact;     /* the oldest open transaction */
	struct longest idle_in_transaction; /* aborted or not */
	struct idle idle, in_transaction;   /* sessions by how long they are idle */
	struct limits limits;
};

/*
 * Fills facts anew (its arena is reset; the totals of churn and unseen go on). Pointers lead into
 * input->snap and the settings, which must live as long as the facts are used.
 */
void facts_make(struct facts *facts, const struct input *input);

/* The grouping that tells who has the slots: applications, or users where no application is known,
 * as by /proc. */
enum group_by facts_telling(const struct facts *facts);

/* Adds the point of this snapshot to the history. */
void facts_point(const struct snapshot *snap, struct history *history);

void facts_clear(struct facts *facts);

#endif
