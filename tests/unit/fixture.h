/* SPDX-License-Identifier: PostgreSQL */
/*
 * Samples made by hand, for the tests of analysis, tables and reports: a
 * plain server to add sessions to, and one on which nothing is as it should
 * be. All times are fixed.
 */
#ifndef PGCONNTOP_UNIT_FIXTURE_H
#define PGCONNTOP_UNIT_FIXTURE_H

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/input.h"
#include "analysis/tracks.h"
#include "analysis/verdict.h"
#include "base/settings.h"
#include "model/history.h"
#include "model/snapshot.h"
#include "table/table.h"

#define NOW_US INT64_C(1795183353123456) /* 2026-11-20T14:02:33.123456Z */
#define MONO_US INT64_C(5000000000)      /* at the same moment */
#define SECONDS(n) ((n)*INT64_C(1000000))
#define MINUTES(n) SECONDS((n)*INT64_C(60))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct fixture {
	struct snapshot *snap;
	struct snapshot *previous; /* NULL unless a test sets it; freed with the rest */
	struct history history;
	struct settings settings;
	struct pool_matcher matcher; /* a session is the pool's whose name is its application */
	struct barrier barrier;      /* pg_dump is protected, superusers are not permitted */
	struct facts facts;
	struct alert_set alerts;
	struct tracks tracks;
	struct verdict verdict;
	struct table_data data;
};

/* A snapshot at NOW_US without sessions: PostgreSQL 15.20, 100 slots, 3 for superusers. */
struct snapshot *fixture_snapshot(void);

/*
 * One more client session, from 10.0.0.5 in database wall, an hour old, for
 * 10 seconds in its state and since its last query began.
 */
struct session *fixture_add(struct snapshot *snap, int32_t pid, const char *user,
    const char *application, enum session_state state);

/* The same n times, pids counted up from the first one. */
void fixture_add_many(struct snapshot *snap, int32_t first_pid, int n, const char *application,
    enum session_state state);

/* The text in the snapshot. */
const char *fixture_intern(struct snapshot *snap, const char *text);

/* Sets the connection limits of roles and databases. */
void fixture_limits(struct snapshot *snap, const struct limit *limits, size_t count);

/* Default settings and an empty fixture_snapshot(). End with fixture_clear(). */
void fixture_init(struct fixture *fixture);

/* Finishes the snapshots; facts, alerts and data of them. May be called again. */
void fixture_analyse(struct fixture *fixture);

/* Advice anew, for role mon. */
void fixture_advise(struct fixture *fixture);

void fixture_clear(struct fixture *fixture);

/* Texts as a client may set them to do harm: escape sequences, bad UTF-8, quotes. */
extern const char *const hostile_texts[];
extern const size_t hostile_count;

#define FIXTURE_ROW_MAX 2048

/*
 * "name=text" of each column of the table's n-th row that is not unknown, in
 * order, with blanks between. False past the last row.
 */
bool fixture_row(const struct fixture *fixture, const struct table *table, size_t n,
    char out[FIXTURE_ROW_MAX]);

/* Fails the test unless the table's n-th row is that, as fixture_row() gives it. */
void fixture_expect_row(const struct fixture *fixture, const struct table *table, size_t n,
    const char *want);

/* Fails the test unless the table has so many rows. */
void fixture_expect_rows(const struct fixture *fixture, const struct table *table, size_t count);

/* Initializes it with all kinds, states, hostile texts and unknowns, and analyses it. */
void fixture_hostile(struct fixture *fixture);

#endif
