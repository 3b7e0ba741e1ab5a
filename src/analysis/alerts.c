/* SPDX-License-Identifier: PostgreSQL */
/*
 * The life of an alert: it rises when its reading passes a limit, and falls
 * when the reading is clear of it. The rules themselves are in rules.c, the
 * limits in alert_limit.c.
 */
#include "analysis/alerts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "model/session.h"
#include "model/snapshot.h"

const struct alert_rule *
alert_find(const char *name)
{
	for (size_t i = 0; i < alert_count; i++)
		if (strcmp(alert_rules[i].name, name) == 0)
			return &alert_rules[i];
	return NULL;
}

const struct alert *
alerts_named(const struct alert_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i].rule->name, name) == 0)
			return &set->items[i];
	return NULL;
}

/* The limit in force; whether it is one that was asked for. */
static struct alert_limit
find_limit(const struct alert_rule *rule, const struct settings *settings, bool critical,
    bool *asked)
{
	struct alert_limit limit = alert_limit_plain(critical ? rule->critical : rule->warning);

	*asked = false;
	for (size_t i = 0; i < settings->alert_count; i++) {
		const struct alert_limits *limits = &settings->alerts[i];
		const struct alert_limit *given = critical ? &limits->critical : &limits->warning;

		if (given->kind == LIMIT_DEFAULT || strcmp(limits->name, rule->name) != 0)
			continue;
		limit = *given;
		*asked = limits->given && given->kind != LIMIT_OFF;
	}
	return limit;
}

struct alert_limit
alerts_limit(const struct alert_rule *rule, const struct settings *settings, bool critical)
{
	bool unused;

	return find_limit(rule, settings, critical, &unused);
}

void
alerts_init(struct alert_set *set, const struct settings *settings)
{
	*set = (struct alert_set){ .count = alert_count };
	for (size_t i = 0; i < alert_count; i++) {
		struct alert *alert = &set->items[i];
		bool warning, critical;

		alert->rule = &alert_rules[i];
		alert->warning = find_limit(alert->rule, settings, false, &warning);
		alert->critical = find_limit(alert->rule, settings, true, &critical);
		alert->asked = warning || critical ||
		    (alert->rule->needed &&
		        (alert->warning.kind != LIMIT_OFF || alert->critical.kind != LIMIT_OFF));
		alert->since_us = TIME_UNKNOWN;
	}
}

static enum level
judge(const struct alert *alert)
{
	enum alert_sense sense = alert->rule->sense;

	if (alert_limit_past(sense, &alert->critical, alert->critical_value,
	        alert->level == LEVEL_CRITICAL))
		return LEVEL_CRITICAL;
	if (alert_limit_past(sense, &alert->warning, alert->value, alert->level >= LEVEL_WARNING))
		return LEVEL_WARNING;
	return LEVEL_OK;
}

/*
 * "idle in transaction 14 min: pid 4711 worker (limit 5 min)"; of refusals it matters which limit
 * it was, not how many there were: "logins refused: all slots in use (53300, InitProcess)".
 */
static void
write_message(struct alert *alert)
{
	bool critical = alert->level == LEVEL_CRITICAL;
	char value[UNITS_TEXT_MAX], limit[ALERT_LIMIT_TEXT_MAX];
	bool subject = alert->subject[0] != '\0';

	if (alert->rule->read == NULL) {
		snprintf(alert->message, sizeof alert->message, "%s: %s", alert->rule->wording,
		    alert->subject);
		return;
	}
	alert_figure(value, alert->rule->unit, alert->value);
	alert_limit_words(limit, alert->rule->unit, critical ? &alert->critical : &alert->warning,
	    critical ? alert->critical_value : alert->value);
	snprintf(alert->message, sizeof alert->message, "%s %s%s%s (%s)", alert->rule->wording,
	    value, subject ? ": " : "", alert->subject, limit);
}

static void
move(struct alert *alert, enum level level, int64_t wall_us)
{
	if (level != alert->level)
		alert->since_us = level == LEVEL_OK ? TIME_UNKNOWN : wall_us;
	alert->level = level;
	if (level == LEVEL_OK)
		alert->message[0] = '\0';
	else
		write_message(alert);
}

/* Whether what is not seen could raise an alert that is not. */
static bool
could_rise(const struct alert *alert, double unseen)
{
	struct alert most = *alert;

	most.value += unseen;
	most.critical_value += unseen;
	return alert->level == LEVEL_OK && unseen > 0 &&
	    (judge(&most) != LEVEL_OK ||
	        (alert->warning.kind == LIMIT_OFF && alert->critical.kind == LIMIT_OFF));
}

static void
apply(struct alert *alert, const struct reading *reading, int64_t wall_us)
{
	alert->known = reading->known;
	alert->value = reading->known ? reading->value : NAN;
	alert->critical_value = reading->known ? reading->critical_value : NAN;
	memcpy(alert->subject, reading->subject, sizeof alert->subject);
	move(alert, judge(alert), wall_us);
	if (could_rise(alert, reading->unseen)) {
		alert->known = false;
		alert->value = alert->critical_value = NAN;
	}
	alert->why = alert->known ? NULL : reading->why;
}

void
alerts_update(struct alert_set *set, const struct facts *facts, int64_t wall_us)
{
	for (size_t i = 0; i < set->count; i++) {
		struct reading reading = { .critical_value = NAN };

		if (set->items[i].rule->read == NULL)
			continue;
		set->items[i].rule->read(&reading, facts);
		if (isnan(reading.critical_value))
			reading.critical_value = reading.value;
		apply(&set->items[i], &reading, wall_us);
	}
}

void
alerts_forget(struct alert_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].rule->read != NULL)
			move(&set->items[i], LEVEL_OK, TIME_UNKNOWN);
}

void
alerts_refused(struct alert_set *set, const struct link *link, const struct snapshot *snap,
    int64_t wall_us)
{
	bool refused = refusal_is_limit(link->refusal);
	struct reading reading = { .known = true, .value = refused ? link->tries : 0 };
	char text[REFUSAL_TEXT_MAX], limit[SNAPSHOT_LIMIT_MAX];

	/* Where only /proc is looked at nobody knocks. */
	if (link->via == VIA_PROC && !refused)
		reading = (struct reading){ .why = "by --via=proc no login is tried" };
	reading.critical_value = reading.value;
	set->refusal = refused ? link->refusal : REFUSAL_NONE;
	if (refused)
		snprintf(reading.subject, sizeof reading.subject, "%s%s", refusal_text(text, link),
		    snap != NULL ? snapshot_limit(snap, link->refusal, limit) : "");
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].rule->read == NULL)
			apply(&set->items[i], &reading, wall_us);
}

const struct alert *
alerts_missed(const struct alert_set *set, size_t n)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].asked && !set->items[i].known && n-- == 0)
			return &set->items[i];
	return NULL;
}

enum level
alerts_worst(const struct alert_set *set)
{
	enum level worst = LEVEL_OK;

	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].level > worst)
			worst = set->items[i].level;
	return worst;
}

/* Whether a comes before b among the raised ones. */
static bool
before(const struct alert *a, const struct alert *b)
{
	if (a->level != b->level)
		return a->level > b->level;
	return a->since_us != b->since_us ? a->since_us < b->since_us : a < b;
}

const struct alert *
alerts_raised(const struct alert_set *set, size_t n)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct alert *alert = &set->items[i];
		size_t earlier = 0;

		if (alert->level == LEVEL_OK)
			continue;
		for (size_t other = 0; other < set->count; other++)
			earlier += set->items[other].level != LEVEL_OK &&
			    before(&set->items[other], alert);
		if (earlier == n)
			return alert;
	}
	return NULL;
}
