/* SPDX-License-Identifier: PostgreSQL */
/*
 * What became of the sessions of each application within the last minute,
 * for a guard: how many it may still act on, and whether it helps.
 */
#ifndef PGCONNTOP_ACTION_BUDGET_H
#define PGCONNTOP_ACTION_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_US 60000000 /* a minute */

/* Numbers of sessions. */
struct budget_count {
	int acted;          /* that were tried to be ended */
	int ended;          /* of these, gone */
	int opened, closed; /* whoever opened and closed them; in a sum since the first one ended */
	int told;           /* it was said that ending them does not help */
};

struct budget_entry {
	char *application; /* NULL is unknown; owned */
	int64_t mono_us;
	struct budget_count count;
};

/* Zero initialized is empty and ready. */
struct budget {
	struct budget_entry *entries; /* owned */
	size_t count, room;
};

/* Adds what happened at that moment. */
void budget_add(struct budget *budget, const char *application, const struct budget_count *count,
    int64_t mono_us);

/* The sum of the minute before. What happened a whole minute ago is not in it. */
struct budget_count budget_sum(const struct budget *budget, const char *application,
    int64_t mono_us);

/* The time until something that was acted on leaves the minute; INT64_MAX when there is nothing. */
int64_t budget_wait(const struct budget *budget, int64_t mono_us);

/* Of those that ended, how many have come back: opened, less what closed by itself meanwhile. */
int budget_returned(const struct budget_count *count);

/* Whether they come back as fast as they are ended. */
bool budget_is_futile(const struct budget_count *count);

/* Forgets what is over a minute ago. */
void budget_forget(struct budget *budget, int64_t mono_us);

void budget_clear(struct budget *budget);

#endif
