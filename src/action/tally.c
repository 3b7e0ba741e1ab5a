/* SPDX-License-Identifier: PostgreSQL */
/*
 * The targets of a job counted by what they have in common.
 */
#include <stdlib.h>

#include "action/job.h"
#include "action/words.h"
#include "base/text.h"

static const char *
name_of(const struct target *target, enum tally_by by)
{
	switch (by) {
	case TALLY_APPLICATION:
		return target->application;
	case TALLY_USER:
		return target->user;
	case TALLY_STATE:
		return session_state_name(target->state);
	}
	return NULL;
}

struct tally *
tally_find(struct tally *tallies, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (text_same(tallies[i].name, name))
			return &tallies[i];
	tallies[*count] =
	    (struct tally){ .name = name, .oldest_us = TIME_UNKNOWN, .newest_us = TIME_UNKNOWN };
	return &tallies[(*count)++];
}

static int
compare_tallies(const void *a, const void *b)
{
	const struct tally *left = a, *right = b;

	if (left->targets != right->targets)
		return left->targets > right->targets ? -1 : 1;
	return (left->spared < right->spared) - (left->spared > right->spared);
}

struct tally *
tally_targets(const struct job *job, enum tally_by by, size_t more, size_t *count,
    struct arena *arena)
{
	struct tally *tallies = arena_alloc(arena, job->count + more, sizeof(*tallies));

	*count = 0;
	for (size_t i = 0; i < job->count; i++) {
		const struct target *target = &job->targets[i];
		struct tally *tally = tally_find(tallies, count, name_of(target, by));

		tally->targets++;
		if (target->age_us > tally->oldest_us)
			tally->oldest_us = target->age_us;
		if (tally->newest_us == TIME_UNKNOWN || target->age_us < tally->newest_us)
			tally->newest_us = target->age_us;
	}
	if (*count > 1)
		qsort(tallies, *count, sizeof(*tallies), compare_tallies);
	return tallies;
}
