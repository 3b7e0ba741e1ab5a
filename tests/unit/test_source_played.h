/* SPDX-License-Identifier: PostgreSQL */
/*
 * Stands in for source/pg_way and source/proc_way: ways in that do what the
 * test says, and count what was asked of them.
 */
#ifndef PGCONNTOP_TEST_SOURCE_PLAYED_H
#define PGCONNTOP_TEST_SOURCE_PLAYED_H

#include <stdbool.h>

#include "base/settings.h"
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

/* The source under test, and its clock, which begins at 1000 s; the settings it has, all empty when
 * it is opened; and the logins that are ways in, by kind, of which none was tried yet. */
extern struct source *source;
extern int64_t now;
extern struct settings settings;
extern struct played *const client, *const walsender, *const proc;

/* Of a cmocka test: opens the source, which did not step yet; closes it. */
int played_setup(void **state);
int played_teardown(void **state);

/* Time goes by, then a step. */
void step(int64_t us);

/* It is refused like this. */
void played_refuse(struct played *way, enum refusal refusal, const char *sqlstate);

/* It is in. */
void played_let_in(struct played *way);

#endif
