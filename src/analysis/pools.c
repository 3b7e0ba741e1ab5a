/* SPDX-License-Identifier: PostgreSQL */
/*
 * The configured pools against what is there: each session belongs to the
 * first plan that claims it, or to none.
 */
#include "analysis/pools.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/groups.h"
#include "analysis/input.h"
#include "analysis/plans.h"
#include "analysis/slots.h"
#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"

/* Any order that puts equal ones together: the names are interned. */
static int
compare_identical(const void *a, const void *b)
{
	const struct unclaimed *left = a, *right = b;
	const char *const lefts[] = { left->application, left->user, left->client };
	const char *const rights[] = { right->application, right->user, right->client };

	for (size_t i = 0; i < sizeof lefts / sizeof lefts[0]; i++)
		if (lefts[i] != rights[i])
			return (uintptr_t)lefts[i] < (uintptr_t)rights[i] ? -1 : 1;
	return 0;
}

static int
compare_names(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	return strcmp(a, b);
}

/* Most first, then by name. */
static int
compare_kinds(const void *a, const void *b)
{
	const struct unclaimed *left = a, *right = b;
	int order = right->total - left->total;

	if (order == 0)
		order = compare_names(left->application, right->application);
	if (order == 0)
		order = compare_names(left->user, right->user);
	return order != 0 ? order : compare_names(left->client, right->client);
}

/* 1 or 0; -1 where its state is not to be seen. */
static int
is_idle(const struct session *session)
{
	if (session->state == STATE_UNKNOWN || session->state == STATE_DISABLED)
		return -1;
	return session->state == STATE_IDLE;
}

/* The sum, -1 if either is unknown. */
static int
add_idle(int idle, int more)
{
	return idle < 0 || more < 0 ? -1 : idle + more;
}

/* Makes one row of each kind out of one for each session. */
static void
join_kinds(struct pools *pools)
{
	struct unclaimed *kinds = pools->kinds;
	size_t count = 0;

	if (pools->kind_count == 0)
		return;
	qsort(kinds, pools->kind_count, sizeof *kinds, compare_identical);
	for (size_t i = 1; i < pools->kind_count; i++) {
		if (compare_identical(&kinds[count], &kinds[i]) != 0) {
			kinds[++count] = kinds[i];
			continue;
		}
		kinds[count].total += kinds[i].total;
		kinds[count].idle = add_idle(kinds[count].idle, kinds[i].idle);
	}
	pools->kind_count = count + 1;
	qsort(kinds, pools->kind_count, sizeof *kinds, compare_kinds);
}

static void
add_unclaimed(struct pools *pools, const struct session *session)
{
	pools->kinds[pools->kind_count++] = (struct unclaimed){
		.application = groups_name(GROUP_APPLICATION, session),
		.user = groups_name(GROUP_USER, session),
		.client = groups_name(GROUP_CLIENT, session),
		.total = 1,
		.idle = is_idle(session),
	};
}

static void
add_common(struct pool *pool, const struct pool *other)
{
	if (pool->other == NULL)
		pool->other = other->plan;
	pool->common += pool->other == other->plan;
}

/* A session of pool n, which the plans behind it may claim as well. */
static void
observe_shared(struct pools *pools, const struct input *input, const struct session *session, int n)
{
	const struct pool_matcher *matcher = input->matcher;
	int last = (int)pools->count - 1, at = n;
	bool shared = false;

	while (at + 1 < last) {
		at = matcher->match(matcher->context, input->snap, session, at + 1);
		if (at < 0)
			break;
		add_common(&pools->items[n], &pools->items[at]);
		add_common(&pools->items[at], &pools->items[n]);
		shared = true;
	}
	pools->items[n].shared += shared;
}

/*
 * Whether it is not known of whom the session is: of plan n, or of no plan
 * if that is -1, or of one before that may claim it. Notes it with them all.
 */
static bool
note_unsure(struct pools *pools, const struct input *input, const struct session *session, int n)
{
	const struct pool_matcher *matcher = input->matcher;
	int last = (int)pools->count - 1, end = n >= 0 ? n : last, at = -1;
	bool unsure = false;

	while (matcher->may != NULL && at + 1 < end) {
		at = matcher->may(matcher->context, input->snap, session, at + 1);
		if (at < 0 || at >= end)
			break;
		pools->items[at].unsure = unsure = true;
	}
	if (unsure)
		pools->items[end].unsure = true;
	return unsure;
}

/* Counts each slot holder for its pool, or as unclaimed. */
static void
observe(struct pools *pools, const struct input *input, struct arena *arena)
{
	const struct pool_matcher *matcher = input->matcher;
	const struct snapshot *snap = input->snap;
	int last = (int)pools->count - 1;

	pools->kinds = arena_alloc(arena, snap->session_count, sizeof *pools->kinds);
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		struct pool *pool;
		int n;

		if (!session->slot)
			continue;
		n = matcher->match(matcher->context, snap, session, 0);
		if (note_unsure(pools, input, session, n))
			continue;
		pool = &pools->items[n >= 0 ? n : last];
		pool->observed++;
		pool->idle = add_idle(pool->idle, is_idle(session));
		if (n < 0)
			add_unclaimed(pools, session);
		else
			observe_shared(pools, input, session, n);
	}
	pools->unclaimed = pools->items[last].unsure ? -1 : pools->items[last].observed;
	join_kinds(pools);
}

/* What each plan has against what it may have, and had. */
static void
compare_plans(struct pools *pools, bool observed, const int *peaks)
{
	for (size_t i = 0; i < pools->count; i++) {
		struct pool *pool = &pools->items[i];
		int64_t more = pool->observed - pool->configured;
		bool known = observed && !pool->unsure;

		pool->over = pool->under = -1;
		if (!known)
			pool->observed = pool->idle = pool->shared = -1;
		pool->peak = observed && peaks != NULL && peaks[i] > 0 && peaks[i] > pool->observed
		    ? peaks[i]
		    : pool->observed;
		if (!known || pool->plan == NULL)
			continue;
		pool->over = more > 0 ? more : 0;
		pool->under = more < 0 ? -more : 0;
		pools->shared += pool->shared;
	}
}

/* The sizes that would fit. */
static void
fit(struct pools *pools, const struct settings *settings, int usable, struct arena *arena)
{
	size_t count = settings->pool_count;
	int64_t *all = arena_alloc(arena, count, sizeof *all);

	pools->target = usable < 0 ? -1 : usable * settings->target / 100;
	if (pools->target >= 0)
		plans_fit_all(settings->pools, count, pools->target, all);
	for (size_t i = 0; i < count; i++) {
		pools->items[i].fitting_size = pools->target < 0
		    ? -1
		    : plans_fit_one(settings->pools, count, i, pools->target);
		pools->items[i].fitting_all = pools->target < 0 ? -1 : all[i];
	}
}

void
pools_keep_peaks(const struct pools *pools, int *peaks)
{
	for (size_t i = 0; i < pools->count; i++)
		peaks[i] = pools->items[i].peak;
}

void
pools_make(struct pools *pools, const struct input *input, const struct slots *slots,
    struct arena *arena)
{
	const struct pool_plan *plans = input->settings->pools;
	size_t count = input->settings->pool_count;

	*pools = (struct pools){ .fits = true, .target = -1, .verdict = POOLS_UNKNOWN };
	if (count == 0)
		return;
	pools->count = count + 1;
	pools->items = arena_alloc(arena, pools->count, sizeof *pools->items);
	for (size_t i = 0; i < count; i++)
		pools->items[i] =
		    (struct pool){ .plan = &plans[i], .configured = plans_capacity(&plans[i]) };
	pools->items[count] =
	    (struct pool){ .configured = -1, .shared = -1, .fitting_size = -1, .fitting_all = -1 };
	pools->configured = plans_sum(plans, count);
	pools->unclaimed = -1;
	pools->shared = input->matcher != NULL ? 0 : -1;
	if (input->matcher != NULL)
		observe(pools, input, arena);
	else
		pools->count = count; /* plans alone */
	compare_plans(pools, input->matcher != NULL, input->pool_peaks);
	fit(pools, input->settings, slots->usable, arena);
	pools->fits = slots->usable < 0 || pools->configured <= slots->usable;
	pools_judge(pools, input->settings, slots, arena);
}
