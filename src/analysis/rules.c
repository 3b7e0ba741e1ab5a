/* SPDX-License-Identifier: PostgreSQL */
/*
 * The rules of the alerts: a function that reads one figure out of the
 * facts and names who it is about, and the row that declares it. An alert is
 * added here and nowhere else.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"

#define MINUTE (60.0 * UNITS_US_PER_SECOND)
#define NO_SIGHT "our role may not see what all sessions do; grant it pg_monitor"
#define IDLE_RATIO_LEAST 10 /* sessions; below that a ratio says nothing */
#define SUBJECT_LEAST 10    /* of what is counted, one in that many: who has less is no subject */

/* "pid 4711 worker". */
static void
name_session(struct reading *reading, const struct session *session)
{
	const char *application = session->application;

	snprintf(reading->subject, sizeof reading->subject, "pid %d%s%s", (int)session->id.pid,
	    application != NULL && application[0] != '\0' ? " " : "",
	    application != NULL ? application : "");
}

/* Appends to the subject, as much as there is room for. */
static void
add_subject(struct reading *reading, const char *text)
{
	size_t used = strlen(reading->subject);

	snprintf(reading->subject + used, sizeof reading->subject - used, "%s", text);
}

/* None among those that may not be seen is no news. */
static void
read_longest(struct reading *reading, const struct longest *longest, const struct slots *slots)
{
	reading->known = longest->session != NULL || !slots->estimated;
	reading->why = NO_SIGHT;
	reading->unseen = slots->estimated && slots->states[STATE_UNKNOWN] > 0 ? INFINITY : 0;
	reading->value = 0;
	if (longest->session == NULL)
		return;
	reading->value = (double)longest->us;
	name_session(reading, longest->session);
}

/* "web has 40": who has most of what is counted; or "user app has 40". Nobody where nobody has a
 * tenth of it. */
static void
name_group(struct reading *reading, const struct facts *facts, const char *verb,
    int (*count)(const struct group *))
{
	enum group_by by = facts_telling(facts);
	const struct groups *groups = &facts->groups[by];
	const struct group *most = NULL;
	int all = 0;

	for (size_t i = 0; i < groups->count; i++) {
		all += count(&groups->items[i]);
		if (most == NULL || count(&groups->items[i]) > count(most))
			most = &groups->items[i];
	}
	if (most != NULL && count(most) > 0 && count(most) * SUBJECT_LEAST >= all)
		snprintf(reading->subject, sizeof reading->subject, "%s%s %s %d",
		    by == GROUP_USER ? "user " : "", most->name != NULL ? most->name : "(unknown)",
		    verb, count(most));
}

static int
group_total(const struct group *group)
{
	return group->total;
}

static int
group_idle(const struct group *group)
{
	return group->states[STATE_IDLE];
}

static int
group_changes(const struct group *group)
{
	return group->opened > 0 ? group->opened : 0;
}

static void
read_utilization(struct reading *reading, const struct facts *facts)
{
	reading->known = facts->slots.usable > 0;
	reading->why = "how many slots are usable is not known";
	reading->value = facts->slots.utilization;
	name_group(reading, facts, "has", group_total);
}

static void
read_idle_ratio(struct reading *reading, const struct facts *facts)
{
	const struct slots *slots = &facts->slots;

	reading->known = slots->used > 0;
	reading->why = NO_SIGHT;
	reading->value = 0;
	if (slots->used >= IDLE_RATIO_LEAST) {
		reading->value = (double)slots->states[STATE_IDLE] / slots->used;
		reading->unseen = (double)slots->states[STATE_UNKNOWN] / slots->used;
	}
	name_group(reading, facts, "has", group_idle);
}

static void
read_idle_in_transaction(struct reading *reading, const struct facts *facts)
{
	read_longest(reading, &facts->idle_in_transaction, &facts->slots);
}

static void
read_long_query(struct reading *reading, const struct facts *facts)
{
	read_longest(reading, &facts->query, &facts->slots);
}

static void
read_long_transaction(struct reading *reading, const struct facts *facts)
{
	read_longest(reading, &facts->xact, &facts->slots);
}

static void
read_churn(struct reading *reading, const struct facts *facts)
{
	const struct unseen *unseen = &facts->unseen;

	reading->known = facts->churn.known;
	reading->why = "it takes two samples";
	reading->value = facts->churn.opened_per_second;
	if (unseen->known)
		reading->value += unseen->per_second[COUNT_UNSEEN];
	if (unseen->known && unseen->database != NULL &&
	    unseen->per_second[COUNT_UNSEEN] > facts->churn.opened_per_second)
		snprintf(reading->subject, sizeof reading->subject,
		    "%.1f of them too short to be seen, most in database %.63s",
		    unseen->per_second[COUNT_UNSEEN], unseen->database);
	else
		name_group(reading, facts, "opened", group_changes);
}

/* "pid 4711 psql, idle in transaction, holds up pid 812 writer". */
static void
read_blocked(struct reading *reading, const struct facts *facts)
{
	const struct blocking *blocking = &facts->blocking;
	struct reading waiter = { 0 };

	reading->known = blocking->waiting > 0 || !facts->slots.estimated;
	reading->why = NO_SIGHT;
	reading->unseen =
	    facts->slots.estimated && facts->slots.states[STATE_UNKNOWN] > 0 ? INFINITY : 0;
	reading->value = blocking->lasting;
	if (blocking->root == NULL || blocking->lasting == 0)
		return;
	name_session(&waiter, blocking->waiter);
	name_session(reading, blocking->root);
	add_subject(reading, ", ");
	add_subject(reading, session_state_name(blocking->root->state));
	add_subject(reading, ", holds up ");
	add_subject(reading, waiter.subject);
	add_subject(reading, blocking->root_blocks > 1 ? " and others" : "");
}

/* Plans against what ordinary roles can hold, and for the critical limit against all slots. */
static void
read_pool_plan(struct reading *reading, const struct facts *facts)
{
	const struct slots *slots = &facts->slots;

	reading->known = facts->pools.count > 0 && slots->usable > 0;
	reading->why = "no pools are configured, or the slots are not known";
	if (!reading->known)
		return;
	reading->value = (double)facts->pools.configured / slots->usable;
	reading->critical_value = (double)facts->pools.configured / slots->max_connections;
	snprintf(reading->subject, sizeof reading->subject, "%lld planned of %d usable",
	    (long long)facts->pools.configured, slots->usable);
}

static void
read_pool_over(struct reading *reading, const struct facts *facts)
{
	bool unsure = false;

	reading->known = facts->pools.count > 0;
	reading->why = "no pools are configured";
	for (size_t i = 0; i < facts->pools.count; i++) {
		const struct pool *pool = &facts->pools.items[i];

		unsure |= pool->unsure && pool->plan != NULL;
		if (pool->plan == NULL || (double)pool->over <= reading->value)
			continue;
		reading->value = (double)pool->over;
		snprintf(reading->subject, sizeof reading->subject, "%s has %d, planned %lld",
		    pool->plan->name, pool->observed, (long long)pool->configured);
	}
	if (!unsure || reading->value > 0)
		return;
	reading->known = false;
	reading->why = "which pool some sessions are of cannot be seen";
}

static void
read_limits(struct reading *reading, const struct facts *facts, enum limit_on kind)
{
	reading->known = facts->limits.known;
	reading->why = "connection limits could not be read";
	reading->value = 0;
	for (size_t i = 0; i < facts->limits.count; i++) {
		const struct limit_use *use = &facts->limits.items[i];

		if (use->kind != kind || isnan(limit_share(use)))
			continue;
		reading->value = limit_share(use);
		snprintf(reading->subject, sizeof reading->subject, "%s has %d of %d", use->name,
		    use->used, use->limit);
		return; /* the first one is the fullest */
	}
}

static void
read_role_limit(struct reading *reading, const struct facts *facts)
{
	read_limits(reading, facts, LIMIT_ON_ROLE);
}

static void
read_database_limit(struct reading *reading, const struct facts *facts)
{
	read_limits(reading, facts, LIMIT_ON_DATABASE);
}

static void
read_exhaustion(struct reading *reading, const struct facts *facts)
{
	char span[UNITS_TEXT_MAX];

	reading->known = facts->trend.full_in_us != TIME_UNKNOWN;
	reading->why = "it takes samples of some minutes";
	reading->value = (double)facts->trend.full_in_us;
	if (facts->growth.name != NULL)
		snprintf(reading->subject, sizeof reading->subject, "%s +%d in %s",
		    facts->growth.name, facts->growth.more,
		    units_duration_long(span, facts->growth.span_us));
}

/* In the order of what matters most when several rise together. */
const struct alert_rule alert_rules[] = {
	{ "utilization", "used slots, as a share of those that ordinary roles can hold",
	    VALUE_SHARE, 0.70, 0.85, ALERT_FROM, read_utilization, "utilization", 0, true },
	{ "refused", "logins of ours that were refused because slots ran out", VALUE_INT, NAN, 1,
	    ALERT_FROM, NULL, "logins refused" },
	{ "exhaustion", "time until the usable slots are full, as the trend goes", VALUE_DURATION,
	    15 * MINUTE, 5 * MINUTE, ALERT_BELOW, read_exhaustion, "full in", 3 },
	{ "blocked", "sessions that wait for a lock, in a statement that takes over a second",
	    VALUE_INT, 5, 20, ALERT_FROM, read_blocked, "blocked" },
	{ "pool_over", "sessions of a pool above its plan", VALUE_INT, 1, NAN, ALERT_FROM,
	    read_pool_over, "pool over its plan by" },
	{ "role_limit", "sessions of a role, as a share of its connection limit", VALUE_SHARE, 0.85,
	    1, ALERT_FROM, read_role_limit, "role limit" },
	{ "database_limit", "sessions of a database, as a share of its connection limit",
	    VALUE_SHARE, 0.85, 1, ALERT_FROM, read_database_limit, "database limit" },
	{ "idle_in_transaction", "longest time a session is idle in a transaction", VALUE_DURATION,
	    1 * MINUTE, 5 * MINUTE, ALERT_FROM, read_idle_in_transaction, "idle in transaction" },
	{ "long_transaction", "longest open transaction", VALUE_DURATION, 5 * MINUTE, 30 * MINUTE,
	    ALERT_FROM, read_long_transaction, "transaction open" },
	{ "long_query", "longest running query", VALUE_DURATION, 1 * MINUTE, 5 * MINUTE, ALERT_FROM,
	    read_long_query, "query runs" },
	{ "idle_ratio", "idle sessions, as a share of the used slots, from 10 sessions on",
	    VALUE_SHARE, 0.50, NAN, ALERT_FROM, read_idle_ratio, "idle" },
	{ "churn", "sessions opened per second, with those that only the server counted",
	    VALUE_REAL, 20, 100, ALERT_FROM, read_churn, "opened", 2 },
	{ "pool_plan",
	    "configured pools together, as a share of the usable slots; critical counts all slots",
	    VALUE_SHARE, 1, 1, ALERT_BEYOND, read_pool_plan, "pools" },
};

const size_t alert_count = sizeof alert_rules / sizeof alert_rules[0];
