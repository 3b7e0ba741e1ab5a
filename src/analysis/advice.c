/* SPDX-License-Identifier: PostgreSQL */
/*
 * Each kind of advice is a function that writes its sentence, or says that
 * it has none; the first one that has is taken. What it names is read off
 * the facts, so it holds for this sample.
 */
#include "analysis/advice.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "base/units.h"
#include "model/snapshot.h"

#define NAME_MOST 60 /* bytes of a name in a sentence */
#define WHO_MAX 96
#define SHARE_LEAST 3 /* of the used slots has a third who is told to take less */

static bool
is_raised(const struct alert_set *alerts, const char *name)
{
	const struct alert *alert = alerts_named(alerts, name);

	return alert != NULL && alert->level > LEVEL_OK;
}

const char *
advice_verdict(const struct alert_set *alerts)
{
	const struct alert *alert = alerts_named(alerts, "utilization");

	if (alert == NULL || !alert->known ||
	    (alert->warning.kind == LIMIT_OFF && alert->critical.kind == LIMIT_OFF))
		return "unknown";
	if (alert->level == LEVEL_CRITICAL)
		return "critical";
	return alert->level == LEVEL_WARNING ? "high" : "healthy";
}

/* "pid 4711 (worker)". */
static const char *
who(char out[WHO_MAX], const struct session *session)
{
	const char *name = session->application;

	if (name == NULL || name[0] == '\0')
		name = session->kind == KIND_CLIENT ? NULL : session->backend_type;
	if (name == NULL)
		snprintf(out, WHO_MAX, "pid %d", (int)session->id.pid);
	else
		snprintf(out, WHO_MAX, "pid %d (%.*s)", (int)session->id.pid, NAME_MOST, name);
	return out;
}

/* ": pgconntop --cancel --filter pid=4711", where it can be ended at all. */
static void
add_command(char out[ADVICE_MAX], const struct session *session, const char *command,
    const char *option)
{
	size_t used = strlen(out);

	if (session->kind == KIND_CLIENT)
		snprintf(out + used, ADVICE_MAX - used, ": %s --%s --filter pid=%d", command,
		    option, (int)session->id.pid);
}

/* One that does not wait itself and holds up others; what is active is asked to stop first. */
static bool
advise_blocked(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	const struct blocking *blocking = &facts->blocking;
	const struct session *root = blocking->root;
	char name[WHO_MAX], time[UNITS_TEXT_MAX];
	int64_t us;

	if (!is_raised(alerts, "blocked") || root == NULL)
		return false;
	us = session_since(root->state_change_us, facts->server_us);
	snprintf(out, ADVICE_MAX, "%s, %s%s%s, holds up %d session%s", who(name, root),
	    session_state_name(root->state), us != TIME_UNKNOWN ? " for " : "",
	    us != TIME_UNKNOWN ? units_duration_long(time, us) : "", blocking->root_blocks,
	    blocking->root_blocks == 1 ? "" : "s");
	add_command(out, root, command, root->state == STATE_ACTIVE ? "cancel" : "terminate");
	return true;
}

/* The longest age at which enough of them are idle, or else the age at which most are. */
static int
choose_age(const struct idle *idle, int needed)
{
	int age = 0;

	while (age < IDLE_AGES - 1 && idle->ages[age].count < needed)
		age++;
	while (age > 0 && idle->ages[age - 1].count == idle->ages[age].count)
		age--;
	return age;
}

/* "12 sessions are idle for over 10 min, most of web: pgconntop --kill-idle=10min". */
static bool
advise_idle(char out[ADVICE_MAX], const struct idle *sessions, int needed, bool in_transaction,
    const char *command)
{
	int age = choose_age(sessions, needed);
	const struct idle_count *idle = &sessions->ages[age];
	bool most = idle->application != NULL && idle->application[0] != '\0' &&
	    idle->most * 2 > idle->count && idle->count > 1;

	if (idle->count == 0)
		return false;
	snprintf(out, ADVICE_MAX, "%d session%s idle%s for over %s%s%.*s: %s --kill-idle%s=%s",
	    idle->count, idle->count == 1 ? " is" : "s are",
	    in_transaction ? " in a transaction" : "", idle_ages[age].words,
	    !most                           ? ""
	        : idle->most == idle->count ? ", all of "
	                                    : ", most of ",
	    NAME_MOST, most ? idle->application : "", command,
	    in_transaction ? "-in-transaction" : "", idle_ages[age].option);
	return true;
}

/* Whose pool is too large: of the one that grows while time runs out, else of the one with most. */
static bool
advise_pool(char out[ADVICE_MAX], const struct facts *facts, bool growing)
{
	const struct slots *slots = &facts->slots;
	const struct growth *growth = &facts->growth;
	enum group_by by = facts_telling(facts);
	const struct groups *groups = &facts->groups[by];
	char who_has[WHO_MAX * 2], span[UNITS_TEXT_MAX];
	const char *remedy = "make its pool smaller";

	if (groups->count == 0 || groups->items[0].name == NULL || slots->states[STATE_UNKNOWN] > 0)
		return false;
	if (growing && growth->name != NULL) {
		snprintf(who_has, sizeof who_has, "%.*s opened %d more in the last %s", NAME_MOST,
		    growth->name, growth->more, units_duration_long(span, growth->span_us));
	} else if (groups->items[0].total * SHARE_LEAST < slots->used) {
		snprintf(who_has, sizeof who_has, "nobody has a third of the %d used slots",
		    slots->used);
		remedy = "make all pools smaller";
	} else {
		snprintf(who_has, sizeof who_has, "%s%.*s has %d of %d used slots",
		    by == GROUP_USER ? "user " : "", NAME_MOST, groups->items[0].name,
		    groups->items[0].total, slots->used);
	}
	snprintf(out, ADVICE_MAX,
	    "no session is idle for over %s, and %s: %s, or raise max_connections",
	    idle_ages[IDLE_AGES - 1].words, who_has, remedy);
	return true;
}

/* Slots that must be given back until the utilization is high no more. */
static int
count_needed(const struct slots *slots, const struct alert_set *alerts)
{
	double limit = alert_limit_number(&alerts_named(alerts, "utilization")->warning);
	int needed = isnan(limit) ? 1 : slots->used - (int)(limit * slots->usable);

	return needed > 1 ? needed : 1;
}

/* The limit of one role or database, while there are slots: to free those of others is no help. */
static bool
advise_limit(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	(void)facts;
	(void)command;
	if (is_raised(alerts, "utilization") ||
	    (alerts->refusal != REFUSAL_ROLE_LIMIT && alerts->refusal != REFUSAL_DATABASE_LIMIT))
		return false;
	snprintf(out, ADVICE_MAX, "%s", refusal_advice(alerts->refusal));
	return true;
}

static bool
advise_slots(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	int needed;

	if (!is_raised(alerts, "utilization") && !is_raised(alerts, "exhaustion") &&
	    !is_raised(alerts, "refused"))
		return false;
	needed = count_needed(&facts->slots, alerts);
	if (advise_idle(out, &facts->idle, needed, false, command) ||
	    advise_idle(out, &facts->in_transaction, needed, true, command))
		return true;
	return is_raised(alerts, "utilization") &&
	    advise_pool(out, facts, is_raised(alerts, "exhaustion"));
}

/* "pid 4711 (worker) is idle in a transaction for 14 min". */
static bool
advise_longest(char out[ADVICE_MAX], const struct longest *longest, const char *does,
    const char *command, const char *option)
{
	char name[WHO_MAX], time[UNITS_TEXT_MAX];

	if (longest->session == NULL)
		return false;
	snprintf(out, ADVICE_MAX, "%s %s for %s", who(name, longest->session), does,
	    units_duration_long(time, longest->us));
	add_command(out, longest->session, command, option);
	return true;
}

static bool
advise_in_transaction(char out[ADVICE_MAX], const struct facts *facts,
    const struct alert_set *alerts, const char *command)
{
	return is_raised(alerts, "idle_in_transaction") &&
	    advise_longest(out, &facts->idle_in_transaction, "is idle in a transaction", command,
	        "terminate");
}

static bool
advise_query(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	return is_raised(alerts, "long_query") &&
	    advise_longest(out, &facts->query, "runs a query", command, "cancel");
}

/* What no command of ours mends. */
static bool
advise_other(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	const struct alert *alert = alerts_raised(alerts, 0);

	(void)facts;
	(void)command;
	if (alert == NULL)
		return false;
	snprintf(out, ADVICE_MAX, "look into this: %.300s", alert->message);
	return true;
}

/* Nobody knows how full it is. */
static bool
advise_limits(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	(void)alerts;
	(void)command;
	if (facts->slots.usable >= 0)
		return false;
	snprintf(out, ADVICE_MAX,
	    "find out how many slots there are: as the server's account or root, its "
	    "configuration can be read");
	return true;
}

/* What is not seen may be worth an alert. */
static bool
advise_unseen(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const char *command)
{
	const struct slots *slots = &facts->slots;

	(void)alerts;
	(void)command;
	if (slots->states[STATE_UNKNOWN] == 0)
		return false;
	snprintf(out, ADVICE_MAX,
	    "nothing to do for what is seen; %d of %d sessions are not: grant pg_monitor to our "
	    "role",
	    slots->states[STATE_UNKNOWN], slots->used);
	return true;
}

static bool (*const advisers[])(char out[ADVICE_MAX], const struct facts *facts,
    const struct alert_set *alerts, const char *command) = {
	advise_blocked,
	advise_limit,
	advise_slots,
	advise_in_transaction,
	advise_query,
	advise_other,
	advise_limits,
	advise_unseen,
};

void
advice_make(struct alert_set *alerts, const struct facts *facts, const char *command)
{
	snprintf(alerts->next, ADVICE_MAX, "nothing to do");
	for (size_t i = 0; i < sizeof advisers / sizeof advisers[0]; i++)
		if (advisers[i](alerts->next, facts, alerts, command))
			return;
}
