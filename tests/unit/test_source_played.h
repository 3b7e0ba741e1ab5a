/* SPDX-License-Identifier: PostgreSQL */
/*
 * Stands in for source/pg_way and source/proc_way: ways in that do what the
 * test says, and count what was asked of them.
 */
#ifndef PGCONNTOP_TEST_SOURCE_PLAYED_H
#define PGCONNTOP_TEST_SOURCE_PLAYED_H

#include <stdbool.h>

#include "model/link.h"
#include "source/source.h"

struct played {
	struct link link;
	bool visible;     /* by /proc */
	int open, opened; /* now, and ever */
	int samples, acts, fetches, retries;
	char password[16];         /* the last one given, "(none)" for none */
	struct source_event event; /* the next one; NOTHING for none */
};

/* No login was tried yet. */
void played_reset(void);

/* The login that is a way in of that kind. */
struct played *played_get(enum via via);

/* It is refused like this. */
void played_refuse(struct played *way, enum refusal refusal, const char *sqlstate);

/* It is in. */
void played_let_in(struct played *way);

#endif
