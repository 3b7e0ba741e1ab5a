/* SPDX-License-Identifier: PostgreSQL */
/* Everything that can refuse a login for want of room, with how much of it is used. */
#ifndef PGCONNTOP_ANALYSIS_LIMITS_H
#define PGCONNTOP_ANALYSIS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct groups;
struct slots;
struct snapshot;

enum limit_on {
	LIMIT_ON_SLOTS,    /* what ordinary roles can hold together */
	LIMIT_ON_RESERVE,  /* what is kept from them */
	LIMIT_ON_ROLE,     /* binds no superuser: theirs are not listed */
	LIMIT_ON_DATABASE, /* superusers' sessions count, but are let in all the same */
	LIMIT_ON_WALSENDERS,
};

struct limit_use {
	enum limit_on kind;
	const char *name; /* of the role or database; of the others a word */
	int used;         /* as the server counts; -1 when our role may not see that */
	int limit;        /* at least 0 */
};

struct limits {
	struct limit_use *items; /* the fullest first */
	size_t count;
	bool known; /* those of roles and databases were read */
};

/* Lists the limits; groups are those of all kinds, by enum group_by. Memory is from the arena,
 * names stay in the snapshot. */
void limits_make(struct limits *limits, const struct snapshot *snap, const struct slots *slots,
    const struct groups *groups, struct arena *arena);

/* "slots" "reserve" "role" "database" "walsenders". */
const char *limit_on_name(enum limit_on kind);

/* The part that is used; NAN when that is unknown. A limit of 0 lets nobody in: with sessions it is
 * full, NAN without. */
double limit_share(const struct limit_use *use);

#endif
