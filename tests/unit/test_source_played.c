/* SPDX-License-Identifier: PostgreSQL */
/*
 * The played logins.
 */
#include "test_source_played.h"

#include "base/units.h"
#include "source/way.h"

#include <stdio.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

static struct played ways[VIA_COUNT];

struct source *source;
int64_t now;
struct settings settings;
struct played *const client = &ways[VIA_CLIENT];
struct played *const walsender = &ways[VIA_WALSENDER];
struct played *const proc = &ways[VIA_PROC];

int
played_setup(void **state)
{
	(void)state;
	memset(ways, 0, sizeof(ways));
	memset(&settings, 0, sizeof(settings));
	now = 1000 * UNITS_US_PER_SECOND;
	source = source_open(&settings, NULL);
	return source == NULL;
}

int
played_teardown(void **state)
{
	(void)state;
	source_close(source);
	return client->open + walsender->open;
}

void
step(int64_t us)
{
	now += us;
	source_step(source, now, now);
}

void
played_refuse(struct played *way, enum refusal refusal, const char *sqlstate)
{
	way->link.state = LINK_DOWN;
	way->link.refusal = refusal;
	way->link.tries++;
	snprintf(way->link.sqlstate, sizeof(way->link.sqlstate), "%s", sqlstate);
}

void
played_let_in(struct played *way)
{
	way->link = (struct link){ .via = way->link.via, .state = LINK_UP };
}

void *
pg_open(const struct settings *given, enum via via, struct err *err)
{
	(void)err;
	(void)given;
	ways[via].link = (struct link){ .via = via, .state = LINK_CONNECTING };
	ways[via].open++;
	ways[via].opened++;
	return &ways[via];
}

/* Sees no server, unless the test lets it in when it is open. */
void *
proc_open(const struct settings *given, const struct proc_known *known, struct err *err)
{
	struct played *way = pg_open(given, VIA_PROC, err);

	assert(known != NULL);
	way->link.state = LINK_DOWN;
	way->link.refusal = REFUSAL_PROC;
	if (way->visible)
		played_let_in(way);
	else
		snprintf(way->link.text, sizeof(way->link.text), "another machine");
	return way;
}

static void
play_close(void *state)
{
	((struct played *)state)->open--;
}

static size_t
play_fds(void *state, struct pollfd *fds)
{
	(void)state;
	(void)fds;
	return 0;
}

static int64_t
play_deadline(const void *state)
{
	(void)state;
	return INT64_MAX;
}

static void
play_step(void *state, int64_t mono_us, int64_t wall_us)
{
	(void)mono_us;
	(void)wall_us;
	assert(((struct played *)state)->open == 1);
}

static bool
play_next(void *state, struct source_event *event)
{
	struct played *way = state;

	*event = way->event;
	way->event.type = SOURCE_NOTHING;
	return event->type != SOURCE_NOTHING;
}

static void
play_ask_sample(void *state)
{
	((struct played *)state)->samples++;
}

static void
play_ask_query(void *state, const struct identity *id)
{
	(void)state;
	(void)id;
}

static void
play_ask_queries(void *state, const struct identity *ids, size_t count)
{
	(void)ids;
	(void)count;
	((struct played *)state)->fetches++;
}

static void
play_act(void *state, enum action action, const struct target *target)
{
	(void)action;
	(void)target;
	((struct played *)state)->acts++;
}

static void
play_password(void *state, const char *password)
{
	snprintf(((struct played *)state)->password, sizeof(ways[0].password), "%s",
	    password != NULL ? password : "(none)");
}

static void
play_recycle(void *state, struct snapshot *snapshot)
{
	(void)state;
	(void)snapshot;
}

static void
play_retry(void *state)
{
	((struct played *)state)->retries++;
}

static const struct link *
play_link(const void *state)
{
	return &((const struct played *)state)->link;
}

static const char *
play_target(const void *state)
{
	return via_name(((const struct played *)state)->link.via);
}

#define PLAYED_WAY                                                                             \
	{                                                                                      \
		.close = play_close, .fds = play_fds, .deadline = play_deadline,               \
		.step = play_step, .next = play_next, .ask_sample = play_ask_sample,           \
		.ask_query = play_ask_query, .ask_queries = play_ask_queries, .act = play_act, \
		.password = play_password, .recycle = play_recycle, .retry = play_retry,       \
		.link = play_link, .target = play_target,                                      \
	}

const struct way way_pg = PLAYED_WAY;
const struct way way_proc = PLAYED_WAY;
