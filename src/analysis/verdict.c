/* SPDX-License-Identifier: PostgreSQL */
/*
 * The rules in the order in which they are asked. Their limits are meant so
 * that a rule that speaks is right; what is not sure is not said.
 */
#include "analysis/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/groups.h"
#include "verdict_rule.h"

bool
verdict_say(struct verdict *verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(verdict->text, sizeof verdict->text, format, args);
	va_end(args);
	return true;
}

void
verdict_name(struct verdict *verdict, const char *name)
{
	snprintf(verdict->subject, sizeof verdict->subject, "%s", name);
}

const char *
verdict_called(const char *name)
{
	if (name == NULL || name[0] == '\0')
		return "an unknown application";
	return strcmp(name, groups_label("")) == 0 ? "an application without name" : name;
}

double
verdict_share(int part, int whole)
{
	return whole > 0 ? (double)part / whole : 0;
}

const struct verdict_rule verdict_rules[] = {
	{ "pile_up",
	    "5 sessions or more, and half of those that wait, wait for over 5 seconds for one "
	    "session that stands still or has its transaction open for over a minute, or for a "
	    "prepared transaction",
	    "root", true, judge_pile_up },
	{ "starting",
	    "clients that are not authenticated after 5 seconds hold a tenth of the usable slots "
	    "or more; or those that log in hold half of these, most of them for over a second",
	    "states", true, judge_starting },
	{ "monitor",
	    "a program that watches servers holds 10 slots or more, a tenth of the usable ones, "
	    "and most of its sessions are idle",
	    "free", true, judge_monitor },
	{ "leak",
	    "an application opens session after session while half of its own or more are idle "
	    "for over a minute, and these only grow",
	    "free", true, judge_leak },
	{ "storm",
	    "an application is seen to open 10 sessions a second or more, and half of them live "
	    "under 2 seconds; or the server counts 10 a second or more that no sample sees",
	    "groups", true, judge_storm },
	{ "slow",
	    "5 queries or more, in a quarter of the used slots, run for over a minute, and the "
	    "alert long_query is raised",
	    "queries", true, judge_slow },
	{ "over_provisioned",
	    "the configured pools exceed the usable slots, 70 % of these are used, half of that "
	    "or more by pools, whose sessions are mostly idle",
	    "pools", true, judge_over_provisioned },
	{ "one_took",
	    "one application of several holds 60 % of the used slots or more, and 85 % of the "
	    "usable ones are used",
	    "free", true, judge_one_took },
	{ "nothing",
	    "no alert is raised and less than 85 % of the usable slots are used, all sessions can "
	    "be seen, those that log in too, which are less than a tenth, and none were that live "
	    "under 2 seconds: in the third sample or later, before 14 in the second. Before 18 "
	    "the sentence says that stalled logins show late: below 60 % they are looked for every "
	    "30 seconds",
	    NULL, false, judge_nothing },
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
