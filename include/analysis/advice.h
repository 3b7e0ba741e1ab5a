/* SPDX-License-Identifier: PostgreSQL */
/* What a person reads first: a verdict in a word, and what to do next in a sentence. */
#ifndef PGCONNTOP_ANALYSIS_ADVICE_H
#define PGCONNTOP_ANALYSIS_ADVICE_H

#define ADVICE_COMMAND_MAX 320

struct alert_set;
struct facts;
struct verdict;

/* Who is advised. Texts are raw. */
struct adviser {
	/* How to start us for this server, of at most ADVICE_COMMAND_MAX bytes; NULL when nothing
	 * may be done to sessions, or it cannot be said. */
	const char *command;
	const char *whose;  /* whose rights count: "role mon" */
	const char *rights; /* who may signal what that one may not: "GRANT ... TO mon" */
	const struct verdict *verdict; /* of the same facts */
};

/* "healthy", "high" or "critical" by the alert utilization; "unknown" when that is not known. */
const char *advice_verdict(const struct alert_set *alerts);

/*
 * Sets alerts->next: the most useful step and the facts that speak for it,
 * with the command if there is one and it may be given. Who holds others up
 * and what the verdict names come first, then slots when they run out, then
 * whatever else an alert is raised for. Names are raw. Call after
 * alerts_update() and verdict_make().
 */
void advice_make(struct alert_set *alerts, const struct facts *facts,
    const struct adviser *adviser);

#endif
