/* SPDX-License-Identifier: PostgreSQL */
/* Configured connection pools against what is there: capacity, observed, over, what fits. */
#ifndef PGCONNTOP_ANALYSIS_POOLS_H
#define PGCONNTOP_ANALYSIS_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct input;
struct pool_plan;
struct settings;
struct slots;

/* How the plans together stand to the usable slots. */
enum pools_verdict {
	POOLS_FIT,
	POOLS_TIGHT,  /* they fit, but full they would raise the alert utilization */
	POOLS_EXCEED, /* they do not */
	POOLS_UNKNOWN,
};

struct pool {
	const struct pool_plan *plan;  /* NULL for the row of sessions that no plan claims */
	int64_t configured;            /* -1 for unclaimed sessions */
	int observed;                  /* -1 when there is no sample: plans alone; or when it is not
	                                  known of some session whether it is of this pool */
	int idle;                      /* of these; -1 likewise, and when some state is unknown */
	int peak;                      /* most observed at once since the start; -1 likewise */
	int64_t over;                  /* observed above configured, else 0; -1 for unclaimed */
	int64_t under;                 /* configured and not there, else 0; -1 likewise */
	int shared;                    /* of these, sessions that a later plan claims as well */
	const struct pool_plan *other; /* one that claims sessions of it as well; NULL for none */
	int common;                    /* sessions that both claim: the first of the two has them */
	bool unsure;                   /* some session may be of this pool or not */
	int64_t fitting_size; /* largest pool_size with which all plans fit the target, the others
	                         as they are; -1 when none or not asked */
	int64_t fitting_all;  /* and when all are changed in proportion */
};

/* Sessions that no plan claims, of one kind. */
struct unclaimed {
	const char *application; /* as groups_name() gives it, as the next two */
	const char *user;
	const char *client;
	int total;
	int idle; /* -1 when the state of some is unknown */
};

struct pools {
	struct pool *items; /* as configured; last the unclaimed ones when there are plans */
	size_t count;       /* 0 when no pool is configured */
	int64_t configured; /* sum */
	int64_t target;     /* connections that the fitting sizes are made for; -1 when unknown */
	int unclaimed;      /* -1 when there is no sample, or some may be claimed */
	int shared;         /* sessions that several plans claim; -1 when there is no sample */
	struct unclaimed *kinds; /* of the unclaimed ones, most first */
	size_t kind_count;
	bool fits; /* configured <= usable; true when usable is unknown */
	enum pools_verdict verdict;
	const char *text; /* the verdict in words, with what would fit; NULL when unknown */
};

/* Memory is from the arena; the plans stay in the settings. */
void pools_make(struct pools *pools, const struct input *input, const struct slots *slots,
    struct arena *arena);

/* Keeps the peaks for input->pool_peaks of the next sample; there is room for all plans and one
 * more.
 */
void pools_keep_peaks(const struct pools *pools, int *peaks);

/* How plans that fit, or do not, and take such a share of the usable slots stand to them. */
enum pools_verdict pools_verdict(bool fits, double share, const struct settings *settings);

/* Sets verdict and text out of all the rest; pools_make() does. */
void pools_judge(struct pools *pools, const struct settings *settings, const struct slots *slots,
    struct arena *arena);

#endif
