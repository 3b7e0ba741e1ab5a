/* SPDX-License-Identifier: PostgreSQL */
/* Sessions that came and went between two samples, told apart by identity. */
#ifndef PGCONNTOP_ANALYSIS_CHURN_H
#define PGCONNTOP_ANALYSIS_CHURN_H

#include <stdbool.h>

struct session;
struct snapshot;

struct churn {
	bool known; /* false without a previous sample, or across a restart */
	int opened, closed;
	double opened_per_second, closed_per_second;
};

/* Whether the two are samples of the same run of a server, so that they can be compared. */
bool churn_comparable(const struct snapshot *snap, const struct snapshot *previous);

/* Whether a session counts: it holds a slot, and is not hidden, for then it has no identity yet. */
bool churn_counts(const struct session *session);

/* previous may be NULL. Sessions that live shorter than the interval are missed. */
void churn_count(struct churn *churn, const struct snapshot *snap, const struct snapshot *previous);

#endif
