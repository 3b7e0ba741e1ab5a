/* SPDX-License-Identifier: PostgreSQL */
/* Makes a server of a scene, and all that a frame needs besides. */
#include "test_golden_scenes.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/advice.h"
#include "analysis/input.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"

#define NOW_US INT64_C(1795183353123456) /* 2026-11-20 14:02:33 UTC */
#define MONO_US (500 * HOUR)

const char *
scene_name(enum scene scene)
{
	return scenes[scene].name;
}

static const char *
intern(struct snapshot *snap, const char *s)
{
	return s == NULL ? NULL : snapshot_intern(snap, s, strlen(s));
}

/* The times of a session that has been in its state for that long. */
static void
set_times(struct session *session, int64_t age_us)
{
	bool open = session->state != STATE_IDLE;

	if (age_us == TIME_UNKNOWN) {
		session->id.start_us = TIME_UNKNOWN;
		return;
	}
	session->id.start_us = NOW_US - age_us - HOUR;
	session->state_change_us = NOW_US - age_us;
	session->query_start_us = NOW_US - age_us - SECOND / 10;
	if (open)
		session->xact_start_us = NOW_US - age_us - SECOND;
}

static void
add_session(struct snapshot *snap, const struct batch *batch, int n)
{
	struct session *session = snapshot_add(snap);
	bool unknown = batch->state == STATE_UNKNOWN;
	int32_t *pids;

	session->id.pid = batch->pid + n;
	session->kind = unknown ? KIND_UNKNOWN : KIND_CLIENT;
	if (batch->state == STATE_STARTING)
		session->kind = KIND_HIDDEN;
	session->state = batch->state;
	session->slot = true;
	session->application = intern(snap, batch->application);
	session->user = intern(snap, batch->user);
	session->database = intern(snap, batch->database);
	session->client = intern(snap, batch->client);
	session->superuser = batch->user != NULL &&
	    (strcmp(batch->user, "postgres") == 0 || strcmp(batch->user, "rdsadmin") == 0);
	session->foreign = batch->user != NULL && strcmp(batch->user, "monitor") != 0;
	session->backend_type = unknown ? NULL : intern(snap, "client backend");
	session->query = intern(snap, batch->query);
	set_times(session,
	    batch->age_us == TIME_UNKNOWN ? TIME_UNKNOWN : batch->age_us - n * batch->age_us / 40);
	if (batch->blocked_by == 0)
		return;
	session->wait_event_type = intern(snap, "Lock");
	session->wait_event = intern(snap, "transactionid");
	pids = arena_alloc(&snap->arena, 1, sizeof(*pids));
	pids[0] = batch->blocked_by;
	session->blocked_by = pids;
	session->blocker_count = 1;
	session->blockers_known = true;
}

/* Our own session, and processes that hold no slot. */
static void
add_others(struct snapshot *snap)
{
	static const struct batch own = { 1, 30000, "pgconntop", "monitor", "postgres", "local",
		STATE_ACTIVE, 0, "SELECT ...", 0 };
	struct session *session;

	add_session(snap, &own, 0);
	snap->sessions[snap->session_count - 1].own = true;
	for (int i = 0; i < 3; i++) {
		session = snapshot_add(snap);
		session->id = (struct identity){ 900 + i, NOW_US - 10 * HOUR };
		session->kind = i < 2 ? KIND_WALSENDER : KIND_WORKER;
		session->state = STATE_ACTIVE;
		session->backend_type = intern(snap, i < 2 ? "walsender" : "autovacuum worker");
	}
}

/* Settings as installed, but for what waits for a restart, and some values of roles. */
static void
set_params(struct snapshot *snap, enum scene scene)
{
	struct override *list = arena_alloc(&snap->arena, 3, sizeof(*list));
	const char *hostile = intern(snap, "us\ner"), *database = intern(snap, "d\tb");

	for (int id = 0; id < PARAM_COUNT; id++)
		if (param_rows[id].version <= snap->server.version_num)
			snap->params.items[id].value = param_rows[id].otherwise;
	snap->params.items[PARAM_MAX_CONNECTIONS].value = snap->max_connections;
	snap->params.items[PARAM_MAX_CONNECTIONS].pending = scene == SCENE_MANAGED;
	list[0] = (struct override){ PARAM_STATEMENT, intern(snap, "analyst"), NULL, 900000 };
	list[1] = (struct override){ PARAM_IDLE_IN_TRANSACTION, intern(snap, "jobs"),
		intern(snap, "shop"), 0 };
	list[2] = (struct override){ PARAM_STATEMENT, NULL, intern(snap, "warehouse"), 3600000 };
	if (scene == SCENE_HOSTILE)
		list[0] = (struct override){ PARAM_IDLE_IN_TRANSACTION, hostile, database, 0 };
	snap->params.overrides = list;
	snap->params.override_count = scene == SCENE_HOSTILE ? 1 : 3;
	snap->params.overrides_known = scene != SCENE_RESTRICTED;
}

static void
set_server(struct snapshot *snap, enum scene scene)
{
	snap->server_us = NOW_US;
	snap->wall_us = NOW_US;
	snap->mono_us = MONO_US;
	snap->took_us = 3000;
	snap->server = (struct server){ "db1", "5432", "postgres", "monitor", "15.20", 150020,
		scene == SCENE_THOUSAND, true, NOW_US - 12 * 24 * HOUR };
	snap->max_connections = scenes[scene].max_connections;
	snap->superuser_reserved = 3;
	snap->max_wal_senders = 10;
	snap->restricted = scene == SCENE_RESTRICTED;
	snap->signal_right = scene == SCENE_MANAGED ? SIGNAL_OWN : SIGNAL_ALL;
	snap->hidden_known = true;
	snap->limits_known = true;
	set_params(snap, scene);
	if (scene == SCENE_THOUSAND) {
		snap->server.version = "17.2";
		snap->reserved = 5;
	}
}

/* Before: two seconds ago. Eight sessions were not opened yet, seven others not yet closed. */
/* Of roles and databases, below their alerts. */
static void
add_limits(struct snapshot *snap)
{
	static const struct limit rows[] = { { "app", true, 48 }, { "analyst", true, 15 },
		{ "shop", false, 120 }, { "off", false, 0 } };
	struct limit *limits = arena_alloc(&snap->arena, 4, sizeof *limits);

	for (size_t i = 0; i < 4; i++) {
		limits[i] = rows[i];
		limits[i].name = snapshot_intern(snap, rows[i].name, strlen(rows[i].name));
	}
	snap->limits = limits;
	snap->limit_count = 4;
}

static struct snapshot *
make_snapshot(enum scene scene, bool before)
{
	static const struct batch closed = { 7, 40000, "web", "app", "shop", "10.0.0.5", STATE_IDLE,
		MINUTE, "SELECT 1", 0 };
	int skip = before ? 8 : 0;
	struct snapshot *snap = snapshot_new();

	set_server(snap, scene);
	for (size_t i = 0; i < scenes[scene].count; i++) {
		const struct batch *batch = &scenes[scene].batches[i];

		for (int n = 0; n < batch->count; n++)
			if (skip-- <= 0)
				add_session(snap, batch, n);
	}
	for (int n = 0; before && scenes[scene].count > 0 && n < closed.count; n++)
		add_session(snap, &closed, n);
	add_others(snap);
	if (scene == SCENE_BUSY)
		add_limits(snap);
	snapshot_finish(snap);
	return snap;
}

/* Five minutes in which the number of sessions rose evenly to what it is. */
static void
make_history(struct fixture *fixture, enum scene scene)
{
	struct slots slots;
	const int points = 150;

	slots_count(&slots, fixture->snap);
	for (int i = 0; i < points - 1; i++)
		history_add(&fixture->history,
		    &(struct history_point){
		        .mono_us = MONO_US - (points - 1 - i) * 2 * SECOND,
		        .used =
		            scenes[scene].before + (slots.used - scenes[scene].before) * i / points,
		        .usable = slots.usable,
		    });
	facts_point(fixture->snap, &fixture->history);
}

/* A session belongs to the pool that has the name of its application. */
static int
match_pool(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct settings *settings = context;

	(void)snap;
	for (size_t i = (size_t)from; i < settings->pool_count; i++)
		if (session->application != NULL &&
		    strcmp(settings->pools[i].name, session->application) == 0)
			return (int)i;
	return -1;
}

static void
add_pool(struct settings *settings, const char *name, int workers, int size)
{
	struct buf match = { 0 };
	struct pool_plan *plan;

	buf_addf(&match, "application=%s", name);
	plan = settings_add_pool(settings, name, buf_str(&match));
	plan->instances = 1;
	plan->workers = workers;
	plan->engines = 1;
	plan->pool_size = size;
	plan->max_overflow = 10;
	plan->connections = -1;
	buf_clear(&match);
}

static void
make_facts(struct fixture *fixture, const struct snapshot *snap, const struct snapshot *previous)
{
	const struct pool_matcher matcher = { match_pool, &fixture->settings };
	const struct input input = { snap, previous, &fixture->history, &fixture->settings,
		&matcher };

	facts_make(&fixture->facts, &input);
	tracks_update(&fixture->tracks, &fixture->facts, snap, previous);
}

static void
add_scenario(struct settings *settings, const char *name, int size, int overflow, int slots)
{
	struct scenario *scenario = settings_add_scenario(settings, name);

	scenario->plans[0].pool_size = size;
	scenario->plans[0].max_overflow = overflow;
	scenario->max_connections = slots;
}

void
fixture_analyse(struct fixture *fixture)
{
	make_facts(fixture, fixture->snap, fixture->previous);
	alerts_update(&fixture->alerts, &fixture->facts, fixture->snap->wall_us);
	verdict_make(&fixture->verdict,
	    &(struct evidence){ fixture->snap, &fixture->facts, &fixture->alerts,
	        &fixture->tracks });
	advice_make(&fixture->alerts, &fixture->facts,
	    &(struct adviser){ "pgconntop", "role mon", "", &fixture->verdict });
	fixture->data = (struct table_data){
		.snap = fixture->snap,
		.facts = &fixture->facts,
		.alerts = &fixture->alerts,
		.tracks = &fixture->tracks,
		.verdict = fixture->judged ? &fixture->verdict : NULL,
		.settings = &fixture->settings,
	};
}

static void
set_link(struct fixture *fixture, enum scene scene)
{
	static const struct link down = {
		.state = LINK_DOWN,
		.refusal = REFUSAL_LOST,
		.text = "server closed the connection unexpectedly",
		.tries = 4,
	};
	static const struct link refused = {
		.state = LINK_DOWN,
		.refusal = REFUSAL_SUPERUSER_RESERVED,
		.sqlstate = "53300",
		.routine = "InitPostgres",
		.tries = 37,
		.text = "FATAL:  remaining connection slots are reserved for non-replication "
		        "superuser connections",
	};

	fixture->link = (struct link){ .state = LINK_UP };
	if (scene == SCENE_DOWN)
		fixture->link = down;
	if (scene == SCENE_REFUSED)
		fixture->link = refused;
	if (scene == SCENE_LATE)
		fixture->link.state = LINK_LATE;
	if (scene == SCENE_CONNECTING)
		fixture->link.state = LINK_CONNECTING;
	fixture->link.retry_mono_us = MONO_US + 14 * SECOND;
	fixture->link.since_mono_us = MONO_US - 3 * SECOND;
	fixture->link.since_down_mono_us = MONO_US - 73 * SECOND;
}

static void
say(struct fixture *fixture, enum level level, int64_t ago_us, const char *text)
{
	messages_add(&fixture->messages, NOW_US - ago_us, level, text);
}

static void
set_messages(struct fixture *fixture, enum scene scene)
{
	say(fixture, LEVEL_INFO, HOUR, "connected to db1:5432/postgres");
	if (scene == SCENE_DOWN)
		for (int i = 0; i < 4; i++)
			say(fixture, LEVEL_CRITICAL, (8 - 2 * i) * SECOND,
			    "server closed the connection unexpectedly");
	if (scene == SCENE_HOSTILE)
		say(fixture, LEVEL_WARNING, MINUTE, "NOTICE: \033[2J\xe9\n\xe2\x80\xae");
	if (scene == SCENE_RESTRICTED)
		say(fixture, LEVEL_WARNING, SECOND,
		    "sessions of other roles are seen in part: grant pg_monitor to monitor");
}

void
fixture_init(struct fixture *fixture, enum scene scene, bool with_pools)
{
	struct err err;

	*fixture = (struct fixture){ 0 };
	settings_init(&fixture->settings);
	if (with_pools) {
		add_pool(&fixture->settings, "web", 4, 15);
		add_pool(&fixture->settings, "worker", 1, 10);
		add_scenario(&fixture->settings, "conservative", 10, 0, -1);
		add_scenario(&fixture->settings, "balanced", 15, 4, 120);
		add_scenario(&fixture->settings, "high-performance", 50, 10, 200);
	}
	alerts_init(&fixture->alerts, &fixture->settings);
	fixture->judged = scenes[scene].judged;
	set_link(fixture, scene);
	fixture->frame = (struct ui_frame){
		.history = &fixture->history,
		.messages = &fixture->messages,
		.link = &fixture->link,
		.target = "db1:5432/postgres",
		.version = "0.1",
		.mono_us = MONO_US +
		    (scene == SCENE_DOWN          ? 12 * SECOND
		            : scene == SCENE_LATE ? 5 * SECOND
		                                  : 300000),
		.wall_us = NOW_US,
	};
	if (scene != SCENE_REFUSED && scene != SCENE_CONNECTING) {
		set_messages(fixture, scene);
		fixture->snap = make_snapshot(scene, false);
		fixture->previous = make_snapshot(scene, true);
		fixture->previous->mono_us -= 2 * SECOND;
		fixture->previous->server_us -= 2 * SECOND;
		make_history(fixture, scene);
		make_facts(fixture, fixture->previous, NULL);
		fixture_analyse(fixture);
		fixture->frame.data = &fixture->data;
	}
	fixture->ui = ui_new(&fixture->settings, &err);
	if (fixture->ui == NULL)
		abort();
}

void
fixture_clear(struct fixture *fixture)
{
	ui_free(fixture->ui);
	canvas_free(&fixture->canvas);
	facts_clear(&fixture->facts);
	snapshot_free(fixture->snap);
	snapshot_free(fixture->previous);
	settings_clear(&fixture->settings);
}
