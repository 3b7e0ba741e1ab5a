/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the analysis of a sample costs: all that is done with it between its
 * last row and the first column that is shown. The samples are made up: a
 * busy server with ten pools, as many sessions as asked for, one of a
 * hundred of them new each time. Prints the CPU time of one sample.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/advice.h"
#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/input.h"
#include "analysis/tracks.h"
#include "analysis/verdict.h"
#include "base/err.h"
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "table/filter.h"
#include "table/table.h"

#define POOLS 10
#define ROUNDS 9    /* of which the best counts: what else the machine does only adds */
#define SAMPLES 100 /* in a round */
#define STEP_US (2 * UNITS_US_PER_SECOND)

/* Sizes, and what each may cost. */
static const struct {
	int sessions;
	double limit_ms;
} sizes[] = {
	{ 1000, 1 },
	{ 5000, 6 },
};

struct bench {
	struct settings settings;
	struct filter *filters[POOLS];
	struct pool_matcher matcher;
	int peaks[POOLS + 1]; /* and one for the sessions of none */
	struct history history;
	struct facts facts;
	struct alert_set alerts;
	struct tracks tracks;
	struct verdict verdict;
};

/* A name with a number, without one if it is negative. */
static const char *
intern(struct snapshot *snap, const char *name, int n)
{
	char text[64];
	int len = n >= 0 ? snprintf(text, sizeof text, "%s%d", name, n)
	                 : snprintf(text, sizeof text, "%s", name);

	return snapshot_intern(snap, text, (size_t)len);
}

/* The n-th session: most are idle, some wait for one of ten others. */
static void
add_session(struct snapshot *snap, int n)
{
	static const enum session_state states[] = { STATE_IDLE, STATE_IDLE, STATE_ACTIVE,
		STATE_IDLE, STATE_IDLE_IN_TRANSACTION, STATE_IDLE, STATE_ACTIVE, STATE_IDLE };
	struct session *session = snapshot_add(snap);
	int64_t age_us = (int64_t)(n % 1000) * UNITS_US_PER_SECOND;
	int32_t *pids;

	session->id = (struct identity){ 1000 + n, snap->server_us - 3600 * UNITS_US_PER_SECOND };
	session->kind = KIND_CLIENT;
	session->slot = true;
	session->state = states[n % 8];
	session->application = intern(snap, "service-", n % 13);
	session->user = intern(snap, "role_", n % 20);
	session->database = intern(snap, "database_", n % 5);
	session->client = intern(snap, "10.0.0.", n % 60);
	session->backend_type = intern(snap, "client backend", -1);
	session->query = intern(snap, "SELECT * FROM orders WHERE id = ", n % 100);
	session->state_change_us = snap->server_us - age_us;
	session->query_start_us = session->state_change_us;
	if (session->state != STATE_IDLE)
		session->xact_start_us = session->state_change_us;
	if (n % 100 != 2)
		return;
	pids = arena_alloc(&snap->arena, 1, sizeof *pids);
	pids[0] = 1000 + n % 1000 / 100;
	session->wait_event_type = intern(snap, "Lock", -1);
	session->wait_event = intern(snap, "transactionid", -1);
	session->blocked_by = pids;
	session->blocker_count = 1;
	session->blockers_known = true;
}

/* The sample at that time; of the sessions each has another hundredth that is new. */
static struct snapshot *
make_sample(int sessions, int time)
{
	struct snapshot *snap = snapshot_new();

	snap->server_us = snap->wall_us = (INT64_C(1795183353) * UNITS_US_PER_SECOND);
	snap->server_us += time * STEP_US;
	snap->mono_us = 5000 * UNITS_US_PER_SECOND + time * STEP_US;
	snap->server.started_us = 1;
	snap->max_connections = sessions + 100;
	snap->superuser_reserved = 3;
	snap->reserved = 0;
	snap->max_wal_senders = 10;
	snap->hidden_known = true;
	for (int n = 0; n < sessions; n++) {
		add_session(snap, n);
		snap->sessions[n].id.start_us -= n % 100 == time ? 0 : time * STEP_US;
	}
	snapshot_finish(snap);
	return snap;
}

static int
match(const void *context, const struct snapshot *snap, const struct session *session, int from)
{
	const struct bench *bench = context;
	const struct table_data data = { .snap = snap, .settings = &bench->settings };

	for (int i = from; i < POOLS; i++)
		if (filter_match(bench->filters[i], &data, session))
			return i;
	return -1;
}

static void
begin(struct bench *bench)
{
	struct err err;

	settings_init(&bench->settings);
	for (int i = 0; i < POOLS; i++) {
		char name[32], text[64];
		struct pool_plan *plan;

		snprintf(name, sizeof name, "pool %d", i);
		snprintf(text, sizeof text, "application=service-%d user!=postgres", i);
		plan = settings_add_pool(&bench->settings, name, text);
		plan->instances = plan->workers = plan->engines = 2;
		plan->pool_size = 20;
		plan->max_overflow = 10;
		plan->connections = -1;
		bench->filters[i] = filter_parse(text, &err);
	}
	bench->matcher = (struct pool_matcher){ match, bench };
	alerts_init(&bench->alerts, &bench->settings);
}

static void
end(struct bench *bench)
{
	for (int i = 0; i < POOLS; i++)
		filter_free(bench->filters[i]);
	facts_clear(&bench->facts);
	settings_clear(&bench->settings);
}

/* As the program does it when a sample came. */
static void
take(struct bench *bench, const struct snapshot *snap, const struct snapshot *previous)
{
	const struct input input = {
		.snap = snap,
		.previous = previous,
		.history = &bench->history,
		.settings = &bench->settings,
		.pool_peaks = bench->peaks,
		.matcher = &bench->matcher,
	};

	facts_point(snap, &bench->history);
	facts_make(&bench->facts, &input);
	pools_keep_peaks(&bench->facts.pools, bench->peaks);
	tracks_update(&bench->tracks, &bench->facts, snap, previous);
	alerts_update(&bench->alerts, &bench->facts, snap->wall_us);
	verdict_make(&bench->verdict,
	    &(struct evidence){ snap, &bench->facts, &bench->alerts, &bench->tracks });
	advice_make(&bench->alerts, &bench->facts,
	    &(struct adviser){ "pgconntop", "role mon", "", &bench->verdict });
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* CPU time of one sample in the best round. */
static double
measure(int sessions)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct snapshot *samples[2] = { make_sample(sessions, 0), make_sample(sessions, 1) };
	double best = 0;

	begin(bench);
	for (int round = 0; round < ROUNDS; round++) {
		double start_ms = cpu_ms(), ms;

		for (int n = 0; n < SAMPLES; n++) {
			struct snapshot *snap = samples[n % 2];

			snap->mono_us += 2 * STEP_US; /* comes after the other one */
			take(bench, snap, samples[(n + 1) % 2]);
		}
		ms = (cpu_ms() - start_ms) / SAMPLES;
		if (round == 0 || ms < best)
			best = ms;
	}
	end(bench);
	free(bench);
	snapshot_free(samples[0]);
	snapshot_free(samples[1]);
	return best;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		double ms = measure(sizes[i].sessions);

		printf("analysis of %d sessions in %d pools: %.2f ms of CPU, limit %.0f ms, %s\n",
		    sizes[i].sessions, POOLS, ms, sizes[i].limit_ms,
		    ms <= sizes[i].limit_ms ? "ok" : "OVER");
	}
	return 0;
}
