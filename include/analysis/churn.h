/* SPDX-License-Identifier: PostgreSQL */
/* Sessions that came and went between two samples, told apart by identity. */
#ifndef PGCONNTOP_ANALYSIS_CHURN_H
#define PGCONNTOP_ANALYSIS_CHURN_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct snapshot;

struct churn {
	bool known; /* false without a previous sample, or across a restart */
	int opened, closed;
	double opened_per_second, closed_per_second;
	bool counted; /* there was a sample to compare with, ever */
	int64_t opened_total, closed_total;
};

/* Whether the two are samples of the same run of a server, so that they can be compared. */
bool churn_comparable(const struct snapshot *snap, const struct snapshot *previous);

/*
 * Calls `change` for each slot holder that only one of two comparable samples
 * has: opened, or closed. A hidden session has no identity yet and counts
 * from when it becomes visible.
 */
void churn_each(const struct snapshot *snap, const struct snapshot *previous,
    void (*change)(void *context, const struct session *session, bool opened), void *context);

/* Made anew but for the totals, which go on; previous may be NULL. Sessions that live shorter than
 * the interval are missed. */
void churn_count(struct churn *churn, const struct snapshot *snap, const struct snapshot *previous);

#endif
