/* SPDX-License-Identifier: PostgreSQL */
/*
 * A list of what happened, an entry for each application and sample at most.
 * It holds a minute and no more.
 */
#include "action/budget.h"

#include "base/mem.h"
#include "base/text.h"

static bool
is_past(const struct budget_entry *entry, int64_t mono_us)
{
	return mono_us - entry->mono_us >= BUDGET_US;
}

void
budget_add(struct budget *budget, const char *application, int count, int64_t mono_us)
{
	if (budget->count == budget->room) {
		budget->room = budget->room > 0 ? budget->room * 2 : 16;
		budget->entries = mem_grow(budget->entries, budget->room, sizeof(*budget->entries));
	}
	budget->entries[budget->count++] =
	    (struct budget_entry){ mem_strdup(application), mono_us, count };
}

static bool
is_of(const struct budget_entry *entry, const char *application, int64_t mono_us)
{
	return !is_past(entry, mono_us) && text_same(entry->application, application);
}

int
budget_sum(const struct budget *budget, const char *application, int64_t mono_us)
{
	int sum = 0;

	for (size_t i = 0; i < budget->count; i++)
		if (is_of(&budget->entries[i], application, mono_us))
			sum += budget->entries[i].count;
	return sum;
}

int64_t
budget_wait(const struct budget *budget, int64_t mono_us)
{
	int64_t wait_us = INT64_MAX;

	for (size_t i = 0; i < budget->count; i++) {
		const struct budget_entry *entry = &budget->entries[i];
		int64_t left_us = entry->mono_us + BUDGET_US - mono_us;

		if (entry->count > 0 && left_us > 0 && left_us < wait_us)
			wait_us = left_us;
	}
	return wait_us;
}

void
budget_forget(struct budget *budget, int64_t mono_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < budget->count; i++) {
		if (is_past(&budget->entries[i], mono_us))
			mem_free(budget->entries[i].application);
		else
			budget->entries[kept++] = budget->entries[i];
	}
	budget->count = kept;
}

void
budget_clear(struct budget *budget)
{
	for (size_t i = 0; i < budget->count; i++)
		mem_free(budget->entries[i].application);
	mem_free(budget->entries);
	*budget = (struct budget){ 0 };
}
