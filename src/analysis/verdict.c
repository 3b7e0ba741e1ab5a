/* SPDX-License-Identifier: PostgreSQL */
/*
 * The rules, and the evidence that each of them wants. The limits are meant
 * so that a rule that speaks is right; what is not sure is not said.
 */
#include "analysis/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/tracks.h"
#include "base/units.h"
#include "model/snapshot.h"

#define MINUTE (60 * UNITS_US_PER_SECOND)

#define PILE_LEAST 5     /* sessions that one root holds up */
#define STARTING_LEAST 3 /* clients that are not authenticated, and a tenth of the slots */
#define MONITOR_LEAST 10 /* sessions of a program that needs one or two */
#define LEAK_LEAST 5     /* old sessions more than before */
#define STORM_RATE 10.0  /* sessions of one application per second */
#define STORM_LIFE_US (2 * UNITS_US_PER_SECOND)
#define STORM_WINDOW_US (10 * UNITS_US_PER_SECOND)
#define SLOW_LEAST 5 /* queries over a minute, and a quarter of the used slots */
#define TIGHT 0.70   /* from this utilization on plans and shares matter */
#define FULL 0.85
#define MOST_SHARE 0.60 /* of the used slots, for one application */

/* Programs that watch servers: their names begin so. */
static const char *const monitors[] = {
	"pg_activity",
	"pgcenter",
	"pg_top",
	"postgres_exporter",
	"postgres-exporter",
	"pgwatch",
	"check_postgres",
	"datadog",
	"telegraf",
	"zabbix",
	"pganalyze",
	"pgmetrics",
	"newrelic",
	"netdata",
	"grafana",
};

/* Writes the sentence; always true, for rules that end with it. */
static bool __attribute__((format(printf, 2, 3)))
say(struct verdict *verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(verdict->text, sizeof verdict->text, format, args);
	va_end(args);
	return true;
}

static void
set_subject(struct verdict *verdict, const char *name)
{
	snprintf(verdict->subject, sizeof verdict->subject, "%s",
	    name != NULL ? name : "(unknown)");
}

static double
share(int part, int whole)
{
	return whole > 0 ? (double)part / whole : 0;
}

/* Many wait for one session. */
static bool
judge_pile_up(struct verdict *verdict, const struct evidence *evidence)
{
	const struct blocking *blocking = &evidence->facts->blocking;
	const struct session *root = blocking->root;
	int64_t age_us;
	char age[UNITS_TEXT_MAX];

	if (root == NULL || blocking->root_blocks < PILE_LEAST ||
	    blocking->root_blocks * 2 < blocking->waiting)
		return false;
	age_us = session_since(root->state_change_us, evidence->snap->server_us);
	snprintf(verdict->subject, sizeof verdict->subject, "pid %d", (int)root->id.pid);
	return say(verdict, "%d sessions wait for pid %d %.60s, %s%s%s", blocking->root_blocks,
	    (int)root->id.pid, root->application != NULL ? root->application : "",
	    session_state_name(root->state), age_us != TIME_UNKNOWN ? " for " : "",
	    age_us != TIME_UNKNOWN ? units_duration_long(age, age_us) : "");
}

/* Clients that take slots and do not get through their login. */
static bool
judge_starting(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;
	int count = slots->states[STATE_STARTING];

	if (count < STARTING_LEAST || slots->usable <= 0 || share(count, slots->usable) < 0.1)
		return false;
	return say(verdict,
	    "%d of %d used slots are held by clients that are not yet authenticated", count,
	    slots->used);
}

static bool
is_monitor(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof monitors / sizeof monitors[0]; i++)
		if (strncmp(name, monitors[i], strlen(monitors[i])) == 0)
			return true;
	return false;
}

/* A program that watches holds more than it needs. */
static bool
judge_monitor(struct verdict *verdict, const struct evidence *evidence)
{
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];

		if (group->total < MONITOR_LEAST || !is_monitor(group->name))
			continue;
		set_subject(verdict, group->name);
		return say(verdict, "%.60s, which only watches, holds %d of %d used slots",
		    group->name, group->total, evidence->facts->slots.used);
	}
	return false;
}

/* Opens new ones while its old ones lie idle, and closes hardly any. */
static bool
is_leak(const struct group *group, const struct track *track, struct track_growth *growth)
{
	struct track_rates rates;
	const struct track_step *now = track_step(track, 0), *before = NULL, *step;

	track_growth(track, growth);
	for (size_t n = 0; (step = track_step(track, n)) != NULL; n++) {
		before = step;
		if (now->mono_us - step->mono_us >= MINUTE)
			break;
	}
	return growth->span_us >= MINUTE && growth->to - growth->from >= LEAK_LEAST &&
	    share(group->old, group->total) >= 0.5 && before != NULL &&
	    now->total > before->total && track_rates(track, growth->span_us, &rates) &&
	    rates.closed * 4 <= rates.opened;
}

static bool
judge_leak(struct verdict *verdict, const struct evidence *evidence)
{
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];
		const struct track *track = tracks_find(evidence->tracks, group->name);
		struct track_growth growth;
		char span[UNITS_TEXT_MAX];

		if (track == NULL || !is_leak(group, track, &growth))
			continue;
		set_subject(verdict, group->name);
		return say(verdict,
		    "%.60s leaks: %d of its %d sessions are idle for over 1 min, "
		    "%d more than %s ago",
		    verdict->subject, group->old, group->total, growth.to - growth.from,
		    units_duration_long(span, growth.span_us));
	}
	return false;
}

/* Connects for each little thing. */
static bool
judge_storm(struct verdict *verdict, const struct evidence *evidence)
{
	const struct tracks *tracks = evidence->tracks;
	const struct track *worst = NULL;
	struct track_rates most = { 0 };
	char life[UNITS_TEXT_MAX];

	for (size_t i = 0; i < tracks->count; i++) {
		struct track_rates rates;

		if (track_rates(&tracks->items[i], STORM_WINDOW_US, &rates) &&
		    rates.opened > most.opened) {
			most = rates;
			worst = &tracks->items[i];
		}
	}
	if (worst == NULL || most.opened < STORM_RATE || most.span_us < STORM_WINDOW_US / 2)
		return false;
	if (track_median_life(worst) == TIME_UNKNOWN || track_median_life(worst) > STORM_LIFE_US)
		return false;
	set_subject(verdict, worst->name[0] != '\0' ? worst->name : NULL);
	return say(verdict, "%.60s opens %.0f sessions a second, half of them live under %s",
	    verdict->subject, most.opened, units_duration_long(life, track_median_life(worst)));
}

/* Queries that take long hold the slots. */
static bool
judge_slow(struct verdict *verdict, const struct evidence *evidence)
{
	const struct snapshot *snap = evidence->snap;
	const struct slots *slots = &evidence->facts->slots;
	int slow = 0;
	char longest[UNITS_TEXT_MAX];

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];

		slow += session->slot && session->state == STATE_ACTIVE &&
		    !session_waits_for_lock(session) &&
		    session_since(session->query_start_us, snap->server_us) >= MINUTE;
	}
	if (slow < SLOW_LEAST || slow * 4 < slots->used || evidence->facts->query.session == NULL)
		return false;
	set_subject(verdict, evidence->facts->query.session->application);
	return say(verdict, "%d of %d used slots run queries for over 1 min, the longest %s", slow,
	    slots->used, units_duration_long(longest, evidence->facts->query.us));
}

/* The pools may open more than there is, and most of it lies idle. */
static bool
judge_over_provisioned(struct verdict *verdict, const struct evidence *evidence)
{
	const struct facts *facts = evidence->facts;
	const struct slots *slots = &facts->slots;

	if (facts->pools.count == 0 || facts->pools.fits || slots->utilization < TIGHT ||
	    share(slots->states[STATE_IDLE], slots->used) < 0.5)
		return false;
	return say(verdict,
	    "pools may open %lld connections, %d are usable, and %d of %d used are idle",
	    (long long)facts->pools.configured, slots->usable, slots->states[STATE_IDLE],
	    slots->used);
}

static bool
judge_one_took(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];
	const struct group *most = groups->items;

	if (groups->count < 2 || slots->utilization < FULL ||
	    share(most->total, slots->used) < MOST_SHARE)
		return false;
	set_subject(verdict, most->name);
	return say(verdict, "%.60s took %d of %d used slots, %d of them are idle", verdict->subject,
	    most->total, slots->used, most->states[STATE_IDLE]);
}

static bool
judge_nothing(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;

	if (slots->usable <= 0 || slots->estimated || evidence->snap->restricted ||
	    alerts_worst(evidence->alerts) >= LEVEL_WARNING)
		return false;
	return say(verdict, "nothing wrong: %d of %d slots are used, %d of them active",
	    slots->used, slots->usable, slots->states[STATE_ACTIVE]);
}

const struct verdict_rule verdict_rules[] = {
	{ "pile_up", "at least 5 sessions, and half of those that wait, wait for one", "terminate",
	    true, judge_pile_up },
	{ "starting",
	    "a tenth of the slots or more is held by clients that are not yet authenticated",
	    "states", true, judge_starting },
	{ "monitor", "a program that watches servers holds 10 slots or more", "free", true,
	    judge_monitor },
	{ "leak",
	    "an application opens sessions while half of its own or more lie idle for over a "
	    "minute, and these only grow",
	    "free", true, judge_leak },
	{ "storm",
	    "an application opens 10 sessions a second or more, and half of them live under 2 s",
	    "groups", true, judge_storm },
	{ "slow", "a quarter of the used slots or more run a query for over a minute", "queries",
	    true, judge_slow },
	{ "over_provisioned",
	    "the configured pools exceed the usable slots, 70 % of these are used, and half of "
	    "that is idle",
	    "pools", true, judge_over_provisioned },
	{ "one_took", "one application holds 60 % of the used slots, and few are left", "free",
	    true, judge_one_took },
	{ "nothing", "no alert is raised, and all sessions can be seen", NULL, false,
	    judge_nothing },
};

const size_t verdict_count = sizeof verdict_rules / sizeof verdict_rules[0];

void
verdict_make(struct verdict *verdict, const struct evidence *evidence)
{
	*verdict = (struct verdict){ .rule = NULL };
	for (size_t i = 0; i < verdict_count; i++) {
		if (!verdict_rules[i].judge(verdict, evidence))
			continue;
		verdict->rule = &verdict_rules[i];
		return;
	}
}
