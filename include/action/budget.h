/* SPDX-License-Identifier: PostgreSQL */
/*
 * How many sessions of each application were acted on within the last minute,
 * for a guard: how many it may still act on.
 */
#ifndef PGCONNTOP_ACTION_BUDGET_H
#define PGCONNTOP_ACTION_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_US 60000000 /* a minute */

struct budget_entry {
	char *application; /* NULL is unknown; owned */
	int64_t mono_us;
	int count;
};

/* Zero initialized is empty and ready. */
struct budget {
	struct budget_entry *entries; /* owned */
	size_t count, room;
};

/* Adds that so many were tried to be ended at that moment. */
void budget_add(struct budget *budget, const char *application, int count, int64_t mono_us);

/* The sum of the minute before. What happened a whole minute ago is not in it. */
int budget_sum(const struct budget *budget, const char *application, int64_t mono_us);

/* The time until something that was acted on leaves the minute; INT64_MAX when there is nothing. */
int64_t budget_wait(const struct budget *budget, int64_t mono_us);

/* Forgets what is over a minute ago. */
void budget_forget(struct budget *budget, int64_t mono_us);

void budget_clear(struct budget *budget);

#endif
