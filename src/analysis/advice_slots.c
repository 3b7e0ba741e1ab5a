/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is advised when slots run out: whom to end, the longest idle first,
 * else whose pool is too large.
 */
#include <math.h>
#include <stdio.h>

#include "advice_step.h"
#include "analysis/advice.h"
#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "base/units.h"

#define WHO_MAX 192
#define SHARE_LEAST 3 /* of the used slots has a third who is told to take less */

/* How many of an age count: those that we may end, or all. */
static int
count_of(const struct idle_count *idle, bool all)
{
	return all ? idle->count : idle->count - idle->barred;
}

/* The longest age at which enough of them are idle, or else the age at which most are. */
static int
choose_age(const struct idle *idle, int needed, bool all)
{
	int age = 0;

	while (age < IDLE_AGES - 1 && count_of(&idle->ages[age], all) < needed)
		age++;
	while (age > 0 && count_of(&idle->ages[age - 1], all) == count_of(&idle->ages[age], all))
		age--;
	return age;
}

/* "12 sessions are idle for over 10 min, most of web". */
static void
say_idle(char out[ADVICE_MAX], const struct idle_count *idle, int count, int age,
    bool in_transaction)
{
	bool most = idle->application != NULL && idle->application[0] != '\0' &&
	    idle->most * 2 > idle->count && idle->count > 1 && count == idle->count;

	snprintf(out, ADVICE_MAX, "%d session%s idle%s for over %s%s%.*s", count,
	    count == 1 ? " is" : "s are", in_transaction ? " in a transaction" : "",
	    idle_ages[age].words,
	    !most                           ? ""
	        : idle->most == idle->count ? ", all of "
	                                    : ", most of ",
	    ADVICE_NAME_MOST, most ? idle->application : "");
}

/* The same with ": pgconntop --kill-idle=10min"; where nothing may be done, just the fact. */
static bool
advise_idle(char out[ADVICE_MAX], const struct idle *sessions, int needed, bool in_transaction,
    const struct adviser *adviser)
{
	bool all = adviser->command == NULL;
	int age = choose_age(sessions, needed, all);
	int count = count_of(&sessions->ages[age], all);

	if (count == 0)
		return false;
	say_idle(out, &sessions->ages[age], count, age, in_transaction);
	if (adviser->command != NULL)
		advice_append(out, ": %s --kill-idle%s=%s", adviser->command,
		    in_transaction ? "-in-transaction" : "", idle_ages[age].option);
	return true;
}

/* None of them may be ended by us: who may. */
static bool
advise_rights(char out[ADVICE_MAX], const struct idle *sessions, int needed, bool in_transaction,
    const struct adviser *adviser)
{
	int age = choose_age(sessions, needed, true);
	int count = sessions->ages[age].count;

	if (count == 0)
		return false;
	say_idle(out, &sessions->ages[age], count, age, in_transaction);
	advice_append(out, ", but %s may not end %s: %s", adviser->whose,
	    count == 1 ? "it" : "them", adviser->rights);
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
	char who_has[WHO_MAX], span[UNITS_TEXT_MAX];
	const char *remedy = "make its pool smaller";

	if (groups->count == 0 || groups->items[0].name == NULL || slots->states[STATE_UNKNOWN] > 0)
		return false;
	if (growing && growth->name != NULL) {
		snprintf(who_has, sizeof who_has, "%.*s opened %d more in the last %s",
		    ADVICE_NAME_MOST, growth->name, growth->more,
		    units_duration_long(span, growth->span_us));
	} else if (groups->items[0].total * SHARE_LEAST < slots->used) {
		snprintf(who_has, sizeof who_has, "nobody has a third of the %d used slots",
		    slots->used);
		remedy = "make all pools smaller";
	} else {
		snprintf(who_has, sizeof who_has, "%s%.*s has %d of %d used slots",
		    by == GROUP_USER ? "user " : "", ADVICE_NAME_MOST, groups->items[0].name,
		    groups->items[0].total, slots->used);
	}
	snprintf(out, ADVICE_MAX,
	    "no session %sis idle for over %s, and %s: %s, or raise max_connections",
	    facts->idle.spared + facts->in_transaction.spared > 0 ? "but protected ones " : "",
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

bool
advise_limit(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	(void)facts;
	(void)adviser;
	if (advice_is_raised(alerts, "utilization") ||
	    (alerts->refusal != REFUSAL_ROLE_LIMIT && alerts->refusal != REFUSAL_DATABASE_LIMIT))
		return false;
	snprintf(out, ADVICE_MAX, "%s", refusal_advice(alerts->refusal));
	return true;
}

bool
advise_slots(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser)
{
	int needed;

	if (!advice_is_raised(alerts, "utilization") && !advice_is_raised(alerts, "exhaustion") &&
	    !advice_is_raised(alerts, "refused"))
		return false;
	needed = count_needed(&facts->slots, alerts);
	if (advise_idle(out, &facts->idle, needed, false, adviser) ||
	    advise_idle(out, &facts->in_transaction, needed, true, adviser) ||
	    advise_rights(out, &facts->idle, needed, false, adviser) ||
	    advise_rights(out, &facts->in_transaction, needed, true, adviser))
		return true;
	return advice_is_raised(alerts, "utilization") &&
	    advise_pool(out, facts, advice_is_raised(alerts, "exhaustion"));
}
