/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is said of an act before and after it, the same on the screen and
 * without one. Names that a server gave are cleaned, all is one line of
 * UTF-8, and from the arena.
 */
#ifndef PGCONNTOP_ACTION_WORDS_H
#define PGCONNTOP_ACTION_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "action/plan.h"

struct arena;
struct job;
struct server;
struct snapshot;

/* Targets and spared ones that have a name in common. */
struct tally {
	const char *name; /* NULL is unknown */
	int targets, spared;
	int64_t oldest_us, newest_us; /* TIME_UNKNOWN when unknown */
};

enum tally_by { TALLY_APPLICATION, TALLY_USER, TALLY_STATE };

/* Counts the targets of a job, most first; from the arena, with room for so many more. */
struct tally *tally_targets(const struct job *job, enum tally_by by, size_t more, size_t *count,
    struct arena *arena);

/* The tally of that name, a new one at the end if there is none. */
struct tally *tally_find(struct tally *tallies, size_t *count, const char *name);

/* A name that is not too long: "(unknown)" for NULL, "(none)" for an empty one. */
const char *words_name(const char *name, struct arena *arena);

/* Text of any length, cleaned, one line. */
const char *words_line(const char *text, struct arena *arena);

/* A role as SQL needs it. */
const char *words_role(const char *name, struct arena *arena);

/* Whom a policy means: "idle for 5 min or longer". */
const char *words_policy(const struct choice *choice, struct arena *arena);

/* "web 28, worker 3, 2 more" of the tallies. */
const char *words_tallies(const struct tally *tallies, size_t count, struct arena *arena);

/* "2 protected, 1 our own connection"; NULL for nobody. */
const char *words_spared(const struct choice *choice, const int spared[SPARE_COUNT],
    struct arena *arena);

/* Who may signal what our role or account may not, a sentence without stop. */
const char *words_barred(const struct snapshot *snap, struct arena *arena);

/* The next step where a plan has no targets, a sentence without stop; NULL for none. */
const char *words_next(const struct choice *choice, const struct plan *plan,
    const struct snapshot *snap, struct arena *arena);

/* What to do instead when sessions were spared as unseen; NULL when none were. */
const char *words_unseen(const int spared[SPARE_COUNT]);

/* What the way in of the sample does not let bulk spare; NULL when there is nothing to say. */
const char *words_unnamed(const struct snapshot *snap);

/* "20 of 21 ended, 1 changed". */
const char *words_outcomes(const struct job *job, struct arena *arena);

/* Where it is done: "on db1:5432/postgres, primary, PostgreSQL 15.20". */
const char *words_where(const char *target, const struct server *server, struct arena *arena);

/* What so many slots that come free do to the utilization, a sentence. */
const char *words_utilization(int slots, double before, double after, struct arena *arena);

#endif
