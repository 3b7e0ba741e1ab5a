/* SPDX-License-Identifier: PostgreSQL */
/*
 * Each kind of advice is a function that writes its sentence, or says that
 * it has none; the first one that has is taken. What it names is read off
 * the facts, so it holds for this sample.
 */
#include "analysis/advice.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/verdict.h"
#include "advice_step.h"
#include "base/units.h"
#include "model/snapshot.h"

#define WHO_MAX 96

bool
advice_is_raised(const struct alert_set *alerts, const char *name)
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
		snprintf(out, WHO_MAX, "pid %d (%.*s)", (int)session->id.pid, ADVICE_NAME_MOST,
		    name);
	return out;
}

void
advice_append(char out[ADVICE_MAX], const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + used, ADVICE_MAX - used, format, args);
	va_end(args);
}

/* ": pgconntop --cancel --filter pid=4711", where it can be ended at all, or why it should not. */
static void
add_command(char out[ADVICE_MAX], const struct session *session, enum bar bar,
    const struct adviser *adviser, const char *option)
{
	if (session->kind != KIND_CLIENT)
		return;
	if (bar == BAR_PROTECTED)
		advice_append(out, "; protected: look before you end it");
	else if (adviser->command != NULL && bar == BAR_RIGHT)
		advice_append(out, "; %s may not end it: %s", adviser->whose, adviser->rights);
	else if (adviser->command != NULL)
		advice_append(out, ": %s --%s --filter pid=%d", adviser->command, option,
		    (int)session->id.pid);
}

/* What has no session: more wait for it than for any that has one. */
static bool
advise_prepared(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	int waiting = facts->blocking.prepared;

	(void)adviser;
	if (!advice_is_raised(alerts, "blocked") || waiting == 0 ||
	    (facts->blocking.root != NULL && waiting <= facts->blocking.root_blocks))
		return false;
	snprintf(out, ADVICE_MAX,
	    "%d session%s for a prepared transaction: find it in pg_prepared_xacts, then COMMIT "
	    "PREPARED or ROLLBACK PREPARED it in its database",
	    waiting, waiting == 1 ? " waits" : "s wait");
	return true;
}

/* One that does not wait itself and holds up others; what is active is asked to stop first. */
static bool
advise_blocked(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	const struct blocking *blocking = &facts->blocking;
	const struct session *root = blocking->root;
	char name[WHO_MAX], time[UNITS_TEXT_MAX];
	int64_t us;

	if (!advice_is_raised(alerts, "blocked") || root == NULL)
		return false;
	us = session_since(root->state_change_us, facts->server_us);
	snprintf(out, ADVICE_MAX, "%s, %s%s%s, holds up %d session%s", who(name, root),
	    session_state_name(root->state), us != TIME_UNKNOWN ? " for " : "",
	    us != TIME_UNKNOWN ? units_duration_long(time, us) : "", blocking->root_blocks,
	    blocking->root_blocks == 1 ? "" : "s");
	add_command(out, root, facts->root_bar, adviser,
	    root->state == STATE_ACTIVE ? "cancel" : "terminate");
	return true;
}

/* Causes that no session of now can be ended for. */
static const struct {
	const char *verdict, *step;
} causes[] = {
	{ "starting",
	    "find the hosts that they come from and stop them there, or lower "
	    "authentication_timeout" },
	{ "storm", "let it keep its connections, with a pool in it or a pooler before the server" },
};

static bool
advise_cause(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	const struct verdict *verdict = adviser->verdict;

	(void)facts;
	(void)alerts;
	for (size_t i = 0; verdict->rule != NULL && i < sizeof causes / sizeof causes[0]; i++) {
		if (strcmp(verdict->rule->name, causes[i].verdict) != 0)
			continue;
		snprintf(out, ADVICE_MAX, "%s: %s", verdict->text, causes[i].step);
		return true;
	}
	return false;
}

/* "pid 4711 (worker) is idle in a transaction for 14 min". */
static bool
advise_longest(char out[ADVICE_MAX], const struct longest *longest, const char *does,
    const struct adviser *adviser, const char *option)
{
	char name[WHO_MAX], time[UNITS_TEXT_MAX];

	if (longest->session == NULL)
		return false;
	snprintf(out, ADVICE_MAX, "%s %s for %s", who(name, longest->session), does,
	    units_duration_long(time, longest->us));
	add_command(out, longest->session, longest->bar, adviser, option);
	return true;
}

static bool
advise_in_transaction(char out[ADVICE_MAX], const struct facts *facts,
    const struct alert_set *alerts, const struct adviser *adviser)
{
	return advice_is_raised(alerts, "idle_in_transaction") &&
	    advise_longest(out, &facts->idle_in_transaction, "is idle in a transaction", adviser,
	        "terminate");
}

static bool
advise_query(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	return advice_is_raised(alerts, "long_query") &&
	    advise_longest(out, &facts->query, "runs a query", adviser, "cancel");
}

/* What is wrong for another cause. */
static bool
advise_verdict(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	const struct verdict *verdict = adviser->verdict;

	(void)facts;
	(void)alerts;
	if (verdict->rule == NULL || !verdict->rule->bad)
		return false;
	snprintf(out, ADVICE_MAX, "look into this: %s", verdict->text);
	return true;
}

/* What no command of ours mends. */
static bool
advise_other(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	const struct alert *alert = alerts_raised(alerts, 0);

	(void)facts;
	(void)adviser;
	if (alert == NULL)
		return false;
	snprintf(out, ADVICE_MAX, "look into this: %.300s", alert->message);
	return true;
}

/* Nobody knows how full it is. */
static bool
advise_limits(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	(void)alerts;
	(void)adviser;
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
    const struct adviser *adviser)
{
	const struct slots *slots = &facts->slots;

	(void)alerts;
	(void)adviser;
	if (slots->states[STATE_UNKNOWN] == 0)
		return false;
	snprintf(out, ADVICE_MAX,
	    "nothing to do for what is seen; %d of %d sessions are not: grant pg_monitor to our "
	    "role",
	    slots->states[STATE_UNKNOWN], slots->used);
	return true;
}

static bool (*const advisers[])(char out[ADVICE_MAX], const struct facts *facts,
    const struct alert_set *alerts, const struct adviser *adviser) = {
	advise_prepared,
	advise_blocked,
	advise_cause,
	advise_limit,
	advise_slots,
	advise_in_transaction,
	advise_query,
	advise_verdict,
	advise_other,
	advise_limits,
	advise_unseen,
};

void
advice_make(struct alert_set *alerts, const struct facts *facts, const struct adviser *adviser)
{
	snprintf(alerts->next, ADVICE_MAX, "nothing to do");
	for (size_t i = 0; i < sizeof advisers / sizeof advisers[0]; i++)
		if (advisers[i](alerts->next, facts, alerts, adviser))
			return;
}
