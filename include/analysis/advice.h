/* SPDX-License-Identifier: PostgreSQL */
/* What a person reads first: a verdict in a word, and what to do next in a sentence. */
#ifndef PGCONNTOP_ANALYSIS_ADVICE_H
#define PGCONNTOP_ANALYSIS_ADVICE_H

#define ADVICE_COMMAND_MAX 320

struct alert_set;
struct facts;

/* "healthy", "high" or "critical" by the alert utilization; "unknown" when that is not known. */
const char *advice_verdict(const struct alert_set *alerts);

/*
 * Sets alerts->next: the most useful step and the facts that speak for it,
 * with the command if there is one, which begins with what is given here, of
 * at most ADVICE_COMMAND_MAX bytes. Who holds others up comes first, then
 * slots when they run out, then whatever else an alert is raised for. Names
 * are raw. Call after alerts_update().
 */
void advice_make(struct alert_set *alerts, const struct facts *facts, const char *command);

#endif
