/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the server itself counted of its sessions between two samples, from 14
 * on: those too short for a sample to see, and those that ended badly.
 */
#ifndef PGCONNTOP_ANALYSIS_UNSEEN_H
#define PGCONNTOP_ANALYSIS_UNSEEN_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;

enum server_count {
	COUNT_UNSEEN,    /* opened and closed between two samples */
	COUNT_ABANDONED, /* the client went without a word */
	COUNT_FATAL,     /* ended by an error, or refused by the limit of the database */
	COUNT_KILLED,    /* by an administrator */
	COUNT_KINDS
};

/* Sessions counted since some time. */
struct unseen_span {
	int64_t since_us; /* our clock for differences */
	int64_t count;
};

struct unseen {
	bool known;          /* both samples have the server's counts */
	bool counted;        /* two samples had them, ever */
	int64_t interval_us; /* between the two */
	double per_second[COUNT_KINDS];
	int64_t totals[COUNT_KINDS]; /* since the start, as far as known */
	double recent;               /* unseen ones per second over the last seconds; 0 when that
	                                is not known yet */
	const char *database;        /* in which most were opened since the sample before, interned
	                                in the snapshot; NULL for none */
	int64_t early[2];            /* seen, but not counted by the server yet: new, and older */
	struct unseen_span spans[2]; /* of recent: the newest and the one before */
};

/*
 * Made anew but for the totals and what follows from sample to sample;
 * previous may be NULL. Unseen are sessions that the server counted less
 * those that appeared in the samples: at least so many were there.
 */
void unseen_count(struct unseen *unseen, const struct snapshot *snap,
    const struct snapshot *previous);

#endif
