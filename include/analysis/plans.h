/* SPDX-License-Identifier: PostgreSQL */
/* The arithmetic of configured connection pools: what they can open, and how large they could be.
 */
#ifndef PGCONNTOP_ANALYSIS_PLANS_H
#define PGCONNTOP_ANALYSIS_PLANS_H

#include <stddef.h>
#include <stdint.h>

struct pool_plan;

/*
 * The most connections that a pool can open: instances x workers x engines x
 * (pool_size + max_overflow), or connections; in each database of PgBouncer
 * no more than `most`. Cannot overflow: capped at INT32_MAX.
 */
int64_t plans_capacity(const struct pool_plan *plan);

/* The sum of all; capped likewise. */
int64_t plans_sum(const struct pool_plan *plans, size_t count);

/*
 * The largest pool_size of plan n with which all plans together need at most
 * `slots`, the others as they are; -1 when not even 1 is small enough, or the
 * plan has no pool_size. Where the limit of a database makes any larger one do,
 * the largest that is of use, or the present one.
 */
int64_t plans_fit_one(const struct pool_plan *plans, size_t count, size_t n, int64_t slots);

/*
 * The pool_size of each plan when all are changed by the same factor, the
 * largest with which they need at most `slots` together, but 1 at least, and as
 * above no larger than of use. out has room for count; -1 for a plan without
 * pool_size, and for all when even 1 is too much.
 */
void plans_fit_all(const struct pool_plan *plans, size_t count, int64_t slots, int64_t *out);

#endif
