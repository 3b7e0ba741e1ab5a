/* SPDX-License-Identifier: PostgreSQL */
/* The made-up servers: const rows of sessions, multiplied. */
#include "test_golden_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/input.h"
#include "base/buf.h"
#include "base/units.h"

#define SECOND UNITS_US_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW_US INT64_C(1795183353123456) /* 2026-11-20 14:02:33 UTC */
#define MONO_US (500 * HOUR)

/* `count` sessions alike, each a little younger than the one before. */
struct batch {
	int count;
	int32_t pid; /* of the first */
	const char *application, *user, *database, *client;
	enum session_state state;
	int64_t age_us; /* of the state */
	const char *query;
	int32_t blocked_by; /* 0 for none */
};

static const struct batch busy[] = {
	{ 1, 4711, "migrate", "owner", "shop", "10.0.0.9", STATE_IDLE_IN_TRANSACTION, 14 * MINUTE,
	    "ALTER TABLE orders ADD COLUMN note text", 0 },
	{ 28, 20100, "web", "app", "shop", "10.0.0.5", STATE_IDLE, 13 * MINUTE,
	    "SELECT * FROM orders WHERE customer_id = $1", 0 },
	{ 6, 20140, "web", "app", "shop", "10.0.0.5", STATE_ACTIVE, 2 * SECOND,
	    "SELECT count(*) FROM items WHERE stock > 0", 0 },
	{ 3, 20150, "web", "app", "shop", "10.0.0.6", STATE_ACTIVE, 3 * MINUTE,
	    "UPDATE orders\n\tSET state = 'paid'\n\tWHERE id = 421173", 4711 },
	{ 3, 20160, "web", "app", "shop", "10.0.0.6", STATE_IDLE_IN_TRANSACTION, 40 * SECOND,
	    "SELECT * FROM carts WHERE id = 17 FOR UPDATE", 0 },
	{ 22, 20200, "worker", "jobs", "shop", "10.0.0.7", STATE_IDLE, 125 * MINUTE,
	    "SELECT pg_advisory_unlock(7)", 0 },
	{ 3, 20240, "worker", "jobs", "shop", "10.0.0.7", STATE_ACTIVE, 9 * SECOND,
	    "DELETE FROM queue WHERE done", 0 },
	{ 4, 20250, "worker", "jobs", "shop", "10.0.0.7", STATE_IDLE_IN_TRANSACTION, 2 * MINUTE,
	    "SELECT * FROM queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED", 0 },
	{ 4, 20300, "report", "analyst", "warehouse", "10.0.1.20", STATE_IDLE, 30 * MINUTE, "COMMIT", 0 },
	{ 4, 20310, "report", "analyst", "warehouse", "10.0.1.20", STATE_ACTIVE, 4 * MINUTE,
	    "SELECT region, sum(amount) FROM sales JOIN stores USING (store_id) GROUP BY region", 0 },
	{ 1, 20320, "report", "analyst", "warehouse", "10.0.1.20", STATE_IDLE_IN_TRANSACTION, 70 * SECOND,
	    "DECLARE c CURSOR FOR SELECT * FROM sales", 0 },
	{ 3, 20400, "psql", "postgres", "postgres", "local", STATE_IDLE, 26 * HOUR, "\\d", 0 },
	{ 1, 20410, "psql", "postgres", "shop", "local", STATE_ABORTED, 11 * MINUTE, "SELEC 1", 0 },
	{ 5, 20420, "", "legacy", "shop", "192.168.200.117", STATE_IDLE, 5 * SECOND, "SELECT 1", 0 },
	{ 1, 20430, "", "legacy", "shop", "192.168.200.117", STATE_ACTIVE, SECOND / 4, "SELECT 2", 0 },
	{ 1, 20440, NULL, "secret", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
};

static const struct batch hostile[] = {
	{ 1, 101, "\033[2J\033[31mred\033]0;title\007", "us\ner", "d\tb", "10.0.0.1", STATE_IDLE, MINUTE,
	    "SELECT '\033[2J\033[1;1H'; -- \r\n\x9b\x31m", 0 },
	{ 1, 102, "\xe2\x80\xae" "evil\xe2\x80\xac", "r\xc3\xa9mi", "caf\xc3\xa9", "10.0.0.2", STATE_ACTIVE,
	    SECOND, "SELECT '\xe2\x80\xae gnp.exe'", 0 },
	{ 1, 103, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x82\xa2\xe3\x83\x97\xe3\x83\xaa\xe3\x82\xb1",
	    "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4\xec\x82\xac\xec\x9a\xa9", "\xe4\xb8\xad\xe6\x96\x87",
	    "10.0.0.3", STATE_IDLE, 2 * MINUTE, "SELECT '\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e'", 0 },
	{ 1, 104, "latin1 \xe9\xe8\xff", "\xff\xfe", "\xc3\x28", "10.0.0.4", STATE_IDLE, 3 * MINUTE,
	    "SELECT '\xe9t\xe9', '\xf0\x28\x8c\x28', '\xc0\xaf'", 0 },
	{ 1, 105, "z\xcc\x80\xcc\x81\xcc\x82w\xe2\x80\x8b" "sp\xef\xbb\xbf", "%s%n%d", "$(id);`id`", "10.0.0.5",
	    STATE_IDLE_IN_TRANSACTION, 4 * MINUTE, "SELECT '%s%n' /* \\\" */", 0 },
	{ 1, 106, "a very long application name that does not fit into any column of it at all",
	    "also_a_rather_long_role_name_of_63_bytes_as_postgresql_has_them", "x", "10.0.0.6", STATE_IDLE,
	    5 * MINUTE, "", 0 },
};

static const struct batch thousand[] = {
	{ 700, 10000, "wall-django-api", "app", "wall", "10.1.0.5", STATE_IDLE, 50 * MINUTE,
	    "SELECT id, body FROM posts WHERE author = $1 ORDER BY created DESC LIMIT 20", 0 },
	{ 200, 11000, "wall-django-api", "app", "wall", "10.1.0.6", STATE_ACTIVE, 30 * SECOND,
	    "INSERT INTO events (kind, at) VALUES ($1, now())", 0 },
	{ 99, 12000, "celery", "jobs", "wall", "10.1.0.7", STATE_IDLE_IN_TRANSACTION, 3 * MINUTE,
	    "UPDATE tasks SET state = 'done' WHERE id = $1", 0 },
};

static const struct batch restricted[] = {
	{ 12, 301, "web", "app", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
	{ 5, 331, "worker", "jobs", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
	{ 2, 351, "mine", "monitor", "shop", "local", STATE_IDLE, 5 * MINUTE, "SELECT 1", 0 },
};

struct scene_row {
	const char *name;
	const struct batch *batches;
	size_t count;
	int max_connections;
	int before; /* sessions used five minutes ago */
};

#define BATCHES(rows) rows, sizeof(rows) / sizeof((rows)[0])

static const struct scene_row scenes[SCENE_COUNT] = {
	[SCENE_BUSY] = { "busy", BATCHES(busy), 100, 70 },
	[SCENE_HEALTHY] = { "healthy", NULL, 0, 100, 1 },
	[SCENE_REFUSED] = { "refused", NULL, 0, 0, 0 },
	[SCENE_DOWN] = { "down", BATCHES(busy), 100, 91 },
	[SCENE_HOSTILE] = { "hostile", BATCHES(hostile), 20, 6 },
	[SCENE_THOUSAND] = { "thousand", BATCHES(thousand), 1500, 900 },
	[SCENE_RESTRICTED] = { "restricted", BATCHES(restricted), 50, 20 },
};

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
	session->state = batch->state;
	session->slot = true;
	session->application = intern(snap, batch->application);
	session->user = intern(snap, batch->user);
	session->database = intern(snap, batch->database);
	session->client = intern(snap, batch->client);
	session->backend_type = unknown ? NULL : intern(snap, "client backend");
	session->query = intern(snap, batch->query);
	set_times(session, unknown ? TIME_UNKNOWN : batch->age_us - n * batch->age_us / 40);
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
	static const struct batch own = { 1, 30000, "pgconntop", "monitor", "postgres", "local", STATE_ACTIVE, 0,
		"SELECT ...", 0 };
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

static void
set_server(struct snapshot *snap, enum scene scene)
{
	snap->server_us = NOW_US;
	snap->wall_us = NOW_US;
	snap->mono_us = MONO_US;
	snap->took_us = 3000;
	snap->server = (struct server){ "db1", "5432", "postgres", "monitor", "15.20", 150020,
		scene == SCENE_THOUSAND, NOW_US - 12 * 24 * HOUR };
	snap->max_connections = scenes[scene].max_connections;
	snap->superuser_reserved = 3;
	snap->max_wal_senders = 10;
	snap->restricted = scene == SCENE_RESTRICTED;
	snap->hidden_known = true;
	if (scene == SCENE_THOUSAND) {
		snap->server.version = "17.2";
		snap->reserved = 5;
	}
}

/* The first `skip` sessions are not there: they were opened after this sample. */
static struct snapshot *
make_snapshot(enum scene scene, int skip)
{
	struct snapshot *snap = snapshot_new();

	set_server(snap, scene);
	for (size_t i = 0; i < scenes[scene].count; i++) {
		const struct batch *batch = &scenes[scene].batches[i];

		for (int n = 0; n < batch->count; n++)
			if (skip-- <= 0)
				add_session(snap, batch, n);
	}
	add_others(snap);
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
		history_add(&fixture->history, &(struct history_point){
		    .mono_us = MONO_US - (points - 1 - i) * 2 * SECOND,
		    .used = scenes[scene].before + (slots.used - scenes[scene].before) * i / points,
		    .usable = slots.usable,
		});
	facts_point(fixture->snap, &fixture->history);
}

/* A session belongs to the pool that has the name of its application. */
static int
match_pool(const void *context, const struct snapshot *snap, const struct session *session)
{
	const struct settings *settings = context;

	(void)snap;
	for (size_t i = 0; i < settings->pool_count; i++)
		if (session->application != NULL && strcmp(settings->pools[i].name, session->application) == 0)
			return (int)i;
	return -1;
}

static void
add_pool(struct settings *settings, const char *name, int workers, int size)
{
	struct pool_plan *plan = settings_add_pool(settings, name);
	struct buf match = { 0 };

	buf_addf(&match, "application=%s", name);
	plan->match = mem_strdup(buf_str(&match));
	plan->instances = 1;
	plan->workers = workers;
	plan->engines = 1;
	plan->pool_size = size;
	plan->max_overflow = 10;
	plan->connections = -1;
	buf_clear(&match);
}

void
fixture_analyse(struct fixture *fixture)
{
	const struct pool_matcher matcher = { match_pool, &fixture->settings };
	const struct input input = { fixture->snap, fixture->previous, &fixture->history, &fixture->settings,
		&matcher };

	facts_make(&fixture->facts, &input);
	alerts_update(&fixture->alerts, &fixture->facts, fixture->snap->wall_us);
	fixture->data = (struct table_data){ fixture->snap, &fixture->facts, &fixture->alerts,
		&fixture->settings };
}

static void
set_link(struct fixture *fixture, enum scene scene)
{
	static const struct link down = {
		.state = LINK_DOWN, .refusal = REFUSAL_LOST,
		.text = "server closed the connection unexpectedly", .tries = 4,
	};
	static const struct link refused = {
		.state = LINK_DOWN, .refusal = REFUSAL_SUPERUSER_RESERVED, .sqlstate = "53300",
		.routine = "InitPostgres", .tries = 37,
		.text = "FATAL:  remaining connection slots are reserved for non-replication superuser connections",
	};

	fixture->link = (struct link){ .state = LINK_UP, .since_mono_us = MONO_US - HOUR };
	if (scene == SCENE_DOWN)
		fixture->link = down;
	if (scene == SCENE_REFUSED)
		fixture->link = refused;
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
			say(fixture, LEVEL_CRITICAL, (8 - 2 * i) * SECOND, "server closed the connection unexpectedly");
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
	}
	alerts_init(&fixture->alerts, &fixture->settings);
	set_link(fixture, scene);
	fixture->frame = (struct ui_frame){
		.history = &fixture->history, .messages = &fixture->messages, .link = &fixture->link,
		.target = "db1:5432/postgres", .version = "0.1",
		.mono_us = MONO_US + (scene == SCENE_DOWN ? 12 * SECOND : 300000), .wall_us = NOW_US,
	};
	if (scene != SCENE_REFUSED) {
		set_messages(fixture, scene);
		fixture->snap = make_snapshot(scene, 0);
		fixture->previous = make_snapshot(scene, 8);
		fixture->previous->mono_us -= 2 * SECOND;
		fixture->previous->server_us -= 2 * SECOND;
		make_history(fixture, scene);
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
