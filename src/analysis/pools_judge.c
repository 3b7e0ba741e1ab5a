/* SPDX-License-Identifier: PostgreSQL */
/*
 * Whether the plans fit, in one sentence: how much they need, what is left,
 * and which sizes would do.
 */
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/plans.h"
#include "analysis/pools.h"
#include "analysis/slots.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/settings.h"
#include "base/units.h"

#define NAMED 4 /* pools that the sentence names; the table has them all */

static bool
has_size(const struct pool *pool)
{
	return pool->plan != NULL && pool->plan->connections < 0;
}

/* Of the pools that alone could make room, the largest one; NULL when none could. */
static const struct pool *
find_largest(const struct pools *pools)
{
	const struct pool *largest = NULL;

	for (size_t i = 0; i < pools->count; i++) {
		const struct pool *pool = &pools->items[i];

		if (pool->fitting_size >= 0 &&
		    (largest == NULL || pool->configured > largest->configured))
			largest = pool;
	}
	return largest;
}

/* The sizes of all pools that have one. */
static void
add_all(struct buf *out, const struct pools *pools)
{
	size_t named = 0;

	for (size_t i = 0; i < pools->count; i++) {
		const struct pool *pool = &pools->items[i];

		if (!has_size(pool))
			continue;
		if (named++ < NAMED)
			buf_addf(out, "%s%s %lld", named > 1 ? ", " : "", pool->plan->name,
			    (long long)pool->fitting_all);
	}
	if (named > NAMED)
		buf_addf(out, " and %zu more", named - NAMED);
}

/* Whether the sizes, as they are, are the largest that fit the target, each alone and together. */
static bool
is_fitting(const struct pools *pools)
{
	for (size_t i = 0; i < pools->count; i++) {
		const struct pool *pool = &pools->items[i];

		if (!has_size(pool))
			continue;
		if (pool->fitting_size != pool->plan->pool_size ||
		    pool->fitting_all != pool->plan->pool_size)
			return false;
	}
	return true;
}

/* Whether a larger pool_size of some pool opens no more, for the limit of its databases. */
static bool
any_held(const struct pools *pools)
{
	for (size_t i = 0; i < pools->count; i++) {
		struct pool_plan larger;

		if (!has_size(&pools->items[i]))
			continue;
		larger = *pools->items[i].plan;
		larger.pool_size++;
		if (plans_capacity(&larger) == pools->items[i].configured)
			return true;
	}
	return false;
}

static size_t
count_sizes(const struct pools *pools)
{
	size_t n = 0;

	for (size_t i = 0; i < pools->count; i++)
		n += has_size(&pools->items[i]);
	return n;
}

/* What would fit the target; nothing where no pool has a size that could change. */
static void
add_sizes(struct buf *out, const struct pools *pools, const struct settings *settings)
{
	const struct pool *largest = find_largest(pools);
	size_t sizes = count_sizes(pools);
	bool all = false;

	for (size_t i = 0; i < pools->count; i++)
		all |= pools->items[i].fitting_all >= 0;
	if (sizes == 0)
		return;
	if (is_fitting(pools) && any_held(pools))
		return;
	if (is_fitting(pools)) {
		buf_addf(out, "; no larger pool_size fits %lld %% (%lld)",
		    (long long)settings->target, (long long)pools->target);
		return;
	}
	buf_addf(out, "; %s %lld %% (%lld): ",
	    all ? "largest pool_size for" : "not even pool_size 1 is enough for",
	    (long long)settings->target, (long long)pools->target);
	if (!all)
		buf_adds(out, "fewer processes, less overflow or more slots are needed");
	else if (sizes > 1 && largest != NULL)
		buf_addf(out, "%s %lld alone, or in proportion ", largest->plan->name,
		    (long long)largest->fitting_size);
	else if (sizes > 1)
		buf_adds(out, "in proportion ");
	if (all)
		add_all(out, pools);
}

/* Sessions that hold slots beside the pools, and those that one pool takes from another. */
static void
add_sessions(struct buf *out, const struct pools *pools, int usable)
{
	long long all = pools->configured + pools->unclaimed;

	if (pools->unclaimed > 0)
		buf_addf(out, "; with %d session%s of no pool %lld of %d", pools->unclaimed,
		    pools->unclaimed == 1 ? "" : "s", all, usable);
	if (pools->unclaimed > 0 && pools->fits && all > usable)
		buf_adds(out, ", too many");
	for (size_t i = 0; pools->shared > 0 && i < pools->count; i++) {
		const struct pool *pool = &pools->items[i];

		if (pool->shared <= 0)
			continue;
		buf_addf(out, "; %s overlaps with %s: %d session%s count for the first alone",
		    pool->plan->name, pool->other->name, pool->common,
		    pool->common == 1 ? "" : "s");
		return;
	}
}

enum pools_verdict
pools_verdict(bool fits, double share, const struct settings *settings)
{
	const struct alert_rule *rule = alert_find("utilization");
	struct alert_limit warning = alerts_limit(rule, settings, false);

	if (!fits)
		return POOLS_EXCEED;
	return alert_limit_past(rule->sense, &warning, share, false) ? POOLS_TIGHT : POOLS_FIT;
}

void
pools_judge(struct pools *pools, const struct settings *settings, const struct slots *slots,
    struct arena *arena)
{
	const struct alert_rule *rule = alert_find("utilization");
	struct alert_limit warning = alerts_limit(rule, settings, false);
	long long spare = slots->usable - pools->configured;
	double share = slots->usable > 0 ? (double)pools->configured / slots->usable : 0;
	char text[UNITS_TEXT_MAX], words[ALERT_LIMIT_TEXT_MAX];
	struct buf out = { 0 };

	if (pools->count == 0 || slots->usable < 0)
		return;
	pools->verdict = pools_verdict(pools->fits, share, settings);
	buf_addf(&out, "%lld of %d usable", (long long)pools->configured, slots->usable);
	if (slots->usable > 0)
		buf_addf(&out, " (%s)", units_share(text, share));
	if (pools->fits)
		buf_addf(&out, ": fits with %lld to spare", spare);
	else
		buf_addf(&out, ": does not fit, %lld too many", -spare);
	if (pools->verdict == POOLS_TIGHT) {
		alert_limit_words(words, rule->unit, &warning, share);
		buf_addf(&out, ", but past the warning (%s)", words);
	}
	add_sessions(&out, pools, slots->usable);
	if (pools->verdict != POOLS_FIT)
		add_sizes(&out, pools, settings);
	pools->text = arena_strndup(arena, buf_str(&out), out.len);
	buf_clear(&out);
}
