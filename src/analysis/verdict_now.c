/* SPDX-License-Identifier: PostgreSQL */
/*
 * Rules that find their evidence in one sample. What is there for a moment
 * only is none: it must have lasted.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "model/snapshot.h"
#include "verdict_rule.h"

#define PILE_LEAST 5                          /* sessions that one root holds up, */
#define PILE_US (5 * UNITS_US_PER_SECOND)     /* each for so long */
#define STARTING_LEAST 3                      /* clients that are not authenticated */
#define STARTING_US (5 * UNITS_US_PER_SECOND) /* and ought to be */
#define LOGIN_US UNITS_US_PER_SECOND          /* long for a login, if many take it at once */
#define MONITOR_LEAST 10                      /* sessions of a program that needs one or two */
#define SLOW_LEAST 5 /* queries over a minute, and a quarter of the used slots */
#define TIGHT 0.70   /* from this utilization on plans matter */
#define HALF 0.50
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
	"pganalyze",
	"pgmetrics",
	"newrelic",
	"netdata",
	"pgconntop",
};

static bool
has_text(const char *name)
{
	return name != NULL && name[0] != '\0';
}

/* Whether it stands still, or has its transaction open for long. */
static bool
lasts(const struct session *root, int64_t now_us)
{
	return session_since(root->state_change_us, now_us) >= PILE_US ||
	    session_since(root->xact_start_us, now_us) >= MINUTE;
}

/* Sessions that wait for that root in the end, and whose query began a while ago. */
static int
count_patient(const struct evidence *evidence, int32_t root)
{
	const struct snapshot *snap = evidence->snap;
	int patient = 0;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		const struct hold *hold = blocking_hold(&evidence->facts->blocking, snap, session);

		patient += hold->depth > 0 && hold->root == root &&
		    session_since(session->query_start_us, snap->server_us) >= PILE_US;
	}
	return patient;
}

/* Many wait for one session, or for a transaction that has none. */
bool
judge_pile_up(struct verdict *verdict, const struct evidence *evidence)
{
	const struct blocking *blocking = &evidence->facts->blocking;
	const struct snapshot *snap = evidence->snap;
	const struct session *root = blocking->root;
	int blocks = root != NULL ? blocking->root_blocks : 0;
	bool prepared = blocking->prepared > blocks;
	char age[UNITS_TEXT_MAX], pid[UNITS_TEXT_MAX];
	int64_t age_us;

	if (prepared) {
		blocks = blocking->prepared;
		root = NULL;
	}
	if (blocks < PILE_LEAST || blocks * 2 < blocking->looked ||
	    (!prepared && !lasts(root, snap->server_us)) ||
	    count_patient(evidence,
	        prepared ? (int32_t)snap->session_count : (int32_t)(root - snap->sessions)) <
	        PILE_LEAST)
		return false;
	if (prepared) {
		verdict_name(verdict, "prepared transaction");
		return verdict_say(verdict,
		    "%d wait for a prepared transaction: see pg_prepared_xacts", blocks);
	}
	age_us = session_since(root->state_change_us, snap->server_us);
	snprintf(pid, sizeof pid, "pid %d", (int)root->id.pid);
	verdict_name(verdict, pid);
	return verdict_say(verdict, "%d%s wait for %s%s%.60s, %s%s%s", blocks,
	    blocking->looked < blocking->waiting ? " or more" : "", pid,
	    has_text(root->application) ? " " : "",
	    has_text(root->application) ? root->application : "", session_state_name(root->state),
	    age_us != TIME_UNKNOWN ? " for " : "",
	    age_us != TIME_UNKNOWN ? units_duration_long(age, age_us) : "");
}

/* Clients that are in their login for so long. */
static int
count_starting(const struct snapshot *snap, int64_t since_us)
{
	int count = 0;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];
		int64_t us = session_since(session->id.start_us, snap->server_us);

		/* Those without a start were there in the sample before. */
		count += session->slot && session->state == STATE_STARTING &&
		    (us == TIME_UNKNOWN || us >= since_us);
	}
	return count;
}

/*
 * Clients that take slots and do not get through their login: some that stay, or so many that it
 * does not matter whether they give up and others come.
 */
bool
judge_starting(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;
	int all = slots->states[STATE_STARTING];
	int stay = count_starting(evidence->snap, STARTING_US);
	bool many = verdict_share(all, slots->usable) >= HALF &&
	    verdict_share(count_starting(evidence->snap, LOGIN_US), all) >= HALF;

	if (all < STARTING_LEAST ||
	    (!many && (stay < STARTING_LEAST || verdict_share(stay, slots->usable) < TENTH)))
		return false;
	return verdict_say(verdict,
	    "%d of %d used slots are held by clients that are still logging in", all, slots->used);
}

static bool
is_monitor(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof monitors / sizeof monitors[0]; i++)
		if (strncmp(name, monitors[i], strlen(monitors[i])) == 0)
			return true;
	return false;
}

/* A program that watches holds more than it needs, and does nothing with it. */
bool
judge_monitor(struct verdict *verdict, const struct evidence *evidence)
{
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];
	const struct slots *slots = &evidence->facts->slots;

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];

		if (group->total < MONITOR_LEAST ||
		    verdict_share(group->total, slots->usable) < TENTH ||
		    verdict_share(group->states[STATE_IDLE], group->total) < 0.5 ||
		    !is_monitor(group->name))
			continue;
		verdict_name(verdict, group->name);
		return verdict_say(verdict, "%.60s, which only watches, holds %d of %d used slots",
		    group->name, group->total, slots->used);
	}
	return false;
}

/* Runs a query for over a minute, and waits for no other session. */
static bool
is_slow(const struct session *session, const struct snapshot *snap)
{
	return session->slot && session->state == STATE_ACTIVE &&
	    !session_waits_for_lock(session) &&
	    session_since(session->query_start_us, snap->server_us) >= MINUTE;
}

/* Queries that take long hold the slots: by the limit that the user set for them, too. */
bool
judge_slow(struct verdict *verdict, const struct evidence *evidence)
{
	const struct snapshot *snap = evidence->snap;
	const struct slots *slots = &evidence->facts->slots;
	const char *most = NULL;
	int slow = 0, votes = 0, of_most = 0;
	char longest[UNITS_TEXT_MAX];

	for (size_t i = 0; i < snap->session_count; i++) {
		if (!is_slow(&snap->sessions[i], snap))
			continue;
		slow++;
		if (votes == 0)
			most = snap->sessions[i].application;
		votes += snap->sessions[i].application == most ? 1 : -1;
	}
	if (slow < SLOW_LEAST || slow * 4 < slots->used ||
	    alerts_named(evidence->alerts, "long_query")->level < LEVEL_WARNING)
		return false;
	for (size_t i = 0; i < snap->session_count; i++)
		of_most +=
		    is_slow(&snap->sessions[i], snap) && snap->sessions[i].application == most;
	if (of_most * 2 <= slow || !has_text(most))
		return verdict_say(verdict,
		    "%d of %d used slots run queries over 1 min, the longest %s", slow, slots->used,
		    units_duration_long(longest, evidence->facts->query.us));
	verdict_name(verdict, most);
	return verdict_say(verdict, "%d of %d used slots run queries over 1 min, %s %.60s", slow,
	    slots->used, of_most == slow ? "all of" : "most of", most);
}

/* The pools may open more than there is, and most of what they did open lies idle. */
bool
judge_over_provisioned(struct verdict *verdict, const struct evidence *evidence)
{
	const struct pools *pools = &evidence->facts->pools;
	const struct slots *slots = &evidence->facts->slots;
	int pooled = 0, idle = 0;

	for (size_t i = 0; i < pools->count; i++)
		if (pools->items[i].plan != NULL) {
			if (pools->items[i].idle < 0)
				return false;
			pooled += pools->items[i].observed;
			idle += pools->items[i].idle;
		}
	if (pools->count == 0 || pools->fits || slots->utilization < TIGHT ||
	    verdict_share(pooled, slots->used) < 0.5 || verdict_share(idle, pooled) < 0.5)
		return false;
	return verdict_say(verdict,
	    "pools may open %lld, usable are %d; %d of their %d sessions are idle",
	    (long long)pools->configured, slots->usable, idle, pooled);
}

bool
judge_one_took(struct verdict *verdict, const struct evidence *evidence)
{
	const struct slots *slots = &evidence->facts->slots;
	const struct groups *groups = &evidence->facts->groups[GROUP_APPLICATION];
	const struct group *most = groups->items;
	char idle[32] = "";
	int took;

	if (groups->count < 2 || most->name == NULL || slots->utilization < FULL)
		return false;
	took = most->total - most->states[STATE_STARTING]; /* who these are is not known yet */
	if (verdict_share(took, slots->used) < MOST_SHARE)
		return false;
	if (most->states[STATE_UNKNOWN] + most->states[STATE_DISABLED] == 0)
		snprintf(idle, sizeof idle, ", %d of them are idle", most->states[STATE_IDLE]);
	verdict_name(verdict, most->name);
	return verdict_say(verdict, "%.60s took %d of %d used slots%s", verdict_called(most->name),
	    took, slots->used, idle);
}
