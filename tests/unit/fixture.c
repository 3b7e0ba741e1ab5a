/* SPDX-License-Identifier: PostgreSQL */
/*
 * Samples made by hand.
 */
#include "fixture.h"

#include "analysis/advice.h"
#include <stdio.h>
#include <string.h>

#define HOSTILE_ROUNDS 3

const char *const hostile_texts[] = {
	"web",
	"",
	" ",
	"(unknown)",
	"(none)",
	"\033[2J\033[31mred\033[0m",
	"\033]0;title\007",
	"\033]52;c;cm0gLXJm\033\\",
	"line\nfeed\r\ntab\tbell\a",
	"del\177ete\177\b\001\037",
	"\xC2\x9B"
	"2J",                    /* a control character of 2 bytes */
	"\xFF\xFE\x80\xC0\xAF",  /* never UTF-8 */
	"caf\xE9",               /* Latin-1 */
	"\xE2\x82",              /* cut */
	"\xED\xA0\x80",          /* a surrogate */
	"\xF4\x90\x80\x80",      /* past the last character */
	"\xE2\x80\xAEtxt.exe",   /* turns the direction */
	"a\xE2\x80\x8B\xCC\x81", /* no width */
	"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
	"\xF0\x9F\x90\x98\xF0\x9F\x90\x98",
	"caf\xC3\xA9",
	"\"quoted\" 'single' \\back",
	"a|b,c;d=e>f<g!=h~i",
	"{\"json\":[1,null]}",
	"%s%n%d%%",
	"null",
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	"8901234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
	"6789012345678901234567890123456789012345678901234567890123456789012345678901234567890123",
};

const size_t hostile_count = COUNT_OF(hostile_texts);

const char *
fixture_intern(struct snapshot *snap, const char *text)
{
	return snapshot_intern(snap, text, strlen(text));
}

struct snapshot *
fixture_snapshot(void)
{
	struct snapshot *snap = snapshot_new();

	snap->server_us = NOW_US;
	snap->wall_us = NOW_US;
	snap->mono_us = MONO_US;
	snap->took_us = 1500;
	snap->server = (struct server){
		.host = "db1",
		.port = "5432",
		.database = "postgres",
		.user = "monitor",
		.version = "15.20",
		.version_num = 150020,
		.in_recovery_known = true,
		.started_us = NOW_US - MINUTES(60 * 24 * 12),
	};
	snap->max_connections = 100;
	snap->superuser_reserved = 3;
	snap->max_wal_senders = 10;
	snap->hidden_known = true;
	snap->limits_known = true;
	return snap;
}

struct session *
fixture_add(struct snapshot *snap, int32_t pid, const char *user, const char *application,
    enum session_state state)
{
	struct session *session = snapshot_add(snap);

	session->id = (struct identity){ pid, NOW_US - MINUTES(60) };
	session->kind = KIND_CLIENT;
	session->state = state;
	session->slot = true;
	session->database = fixture_intern(snap, "wall");
	session->user = fixture_intern(snap, user);
	session->application = fixture_intern(snap, application);
	session->client = fixture_intern(snap, "10.0.0.5");
	session->client_port = 40000;
	session->backend_type = fixture_intern(snap, "client backend");
	session->state_change_us = NOW_US - SECONDS(10);
	session->query_start_us = NOW_US - SECONDS(10);
	session->query = "select 1";
	return session;
}

void
fixture_add_many(struct snapshot *snap, int32_t first_pid, int n, const char *application,
    enum session_state state)
{
	for (int i = 0; i < n; i++)
		fixture_add(snap, first_pid + i, "app", application, state);
}

void
fixture_limits(struct snapshot *snap, const struct limit *limits, size_t count)
{
	struct limit *copy = arena_alloc(&snap->arena, count, sizeof(*copy));

	for (size_t i = 0; i < count; i++) {
		copy[i] = limits[i];
		copy[i].name = fixture_intern(snap, limits[i].name);
	}
	snap->limits = copy;
	snap->limit_count = count;
}

static enum bar
judge_bar(const void *context, const struct snapshot *snap, const struct session *session)
{
	(void)context;
	(void)snap;
	if (session->application != NULL && strcmp(session->application, "pg_dump") == 0)
		return BAR_PROTECTED;
	return session->superuser ? BAR_RIGHT : BAR_NONE;
}

/* The pool whose name is the session's application. */
static int
match_name(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct settings *settings = context;

	(void)snap;
	for (size_t i = (size_t)from; i < settings->pool_count; i++) {
		if (session->application &&
		    strcmp(settings->pools[i].name, session->application) == 0)
			return (int)i;
	}
	return -1;
}

void
fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	settings_init(&fixture->settings);
	fixture->snap = fixture_snapshot();
	fixture->matcher = (struct pool_matcher){ match_name, &fixture->settings };
	fixture->barrier = (struct barrier){ judge_bar, NULL };
}

void
fixture_advise(struct fixture *fixture)
{
	advice_make(&fixture->alerts, &fixture->facts,
	    &(struct adviser){ fixture->settings.read_only ? NULL : "pgconntop", "role mon",
	        "GRANT pg_signal_backend TO mon", &fixture->verdict });
}

void
fixture_analyse(struct fixture *fixture)
{
	struct input input = {
		.snap = fixture->snap,
		.previous = fixture->previous,
		.history = &fixture->history,
		.settings = &fixture->settings,
		.matcher = &fixture->matcher,
		.barrier = &fixture->barrier,
	};

	snapshot_finish(fixture->snap);
	if (fixture->previous)
		snapshot_finish(fixture->previous);
	facts_point(fixture->snap, &fixture->history);
	facts_make(&fixture->facts, &input);
	tracks_update(&fixture->tracks, &fixture->facts, fixture->snap, fixture->previous);
	alerts_init(&fixture->alerts, &fixture->settings);
	alerts_update(&fixture->alerts, &fixture->facts, fixture->snap->wall_us);
	verdict_make(&fixture->verdict,
	    &(struct evidence){ fixture->snap, &fixture->facts, &fixture->alerts,
	        &fixture->tracks });
	fixture_advise(fixture);
	fixture->data = (struct table_data){
		.snap = fixture->snap,
		.facts = &fixture->facts,
		.alerts = &fixture->alerts,
		.tracks = &fixture->tracks,
		.verdict = &fixture->verdict,
		.settings = &fixture->settings,
	};
}

void
fixture_clear(struct fixture *fixture)
{
	facts_clear(&fixture->facts);
	settings_clear(&fixture->settings);
	snapshot_free(fixture->previous);
	snapshot_free(fixture->snap);
}

/* Times that are unknown, in the future, or as far off as they can be. */
static int64_t
hostile_time(int32_t i)
{
	static const int64_t times[] = { TIME_UNKNOWN, NOW_US, NOW_US + MINUTES(5),
		NOW_US - SECONDS(7), 0, INT64_C(253402300799999999), NOW_US - MINUTES(600) };

	return times[(size_t)i % COUNT_OF(times)];
}

/* Every third session waits; they hold up each other, strangers and nobody. */
static void
hostile_blockers(struct snapshot *snap, struct session *session, int32_t i)
{
	int32_t *pids = arena_alloc(&snap->arena, 40, sizeof(*pids));

	session->blockers_known = i % 4 != 0;
	if (i % 3 != 0)
		return;
	session->wait_event_type = fixture_intern(snap, "Lock");
	session->wait_event = fixture_intern(snap, hostile_texts[(size_t)i % hostile_count]);
	for (int32_t n = 0; n < i % 40; n++)
		pids[n] = n % 5 == 0 ? 0 : n % 5 == 1 ? session->id.pid : INT32_MAX - 3 * n;
	session->blocked_by = pids;
	session->blocker_count = (size_t)(i % 40);
}

static void
hostile_session(struct snapshot *snap, int32_t i)
{
	const char *text = hostile_texts[(size_t)i % hostile_count];
	const char *other = hostile_texts[(size_t)(i * 7 + 3) % hostile_count];
	struct session *session = snapshot_add(snap);

	session->id = (struct identity){ INT32_MAX - i, hostile_time(i / 2) };
	session->kind = (enum session_kind)(i % (KIND_UNKNOWN + 1));
	session->state = (enum session_state)(i % STATE_COUNT);
	session->slot = i % 5 != 4;
	if (i % 6 == 5)
		return; /* nothing more is known */
	session->own = i == 1;
	session->database = fixture_intern(snap, other);
	session->user = fixture_intern(snap, text);
	session->application = fixture_intern(snap, text);
	session->client = fixture_intern(snap, other);
	session->backend_type = fixture_intern(snap, text);
	session->client_port = i % 2 == 0 ? 65535 : -1;
	session->xact_start_us = hostile_time(i);
	session->query_start_us = hostile_time(i + 1);
	session->state_change_us = hostile_time(i + 2);
	session->xid = i % 2 == 0 ? INT64_C(4294967295) : -1;
	session->xmin = i % 2 == 0 ? -1 : INT64_C(4294967295);
	session->query_id = i % 2 == 0 ? INT64_MIN : 0;
	session->query = text;
	hostile_blockers(snap, session, i);
}

static void
hostile_settings(struct settings *settings)
{
	for (size_t i = 3; i < hostile_count; i++) { /* the first ones are in no pool */
		struct pool_plan *plan = settings_add_pool(settings, hostile_texts[i], "user=x");

		plan->instances = plan->workers = plan->engines = plan->pool_size = 1000000;
		plan->max_overflow = (int64_t)i;
		if (i % 3 == 0)
			plan->connections = (int64_t)i / 3;
	}
	for (size_t i = 0; i < 3; i++)
		settings_add_scenario(settings, hostile_texts[i])->max_connections =
		    (int64_t)i * 1000;
}

void
fixture_hostile(struct fixture *fixture)
{
	static const struct reserve reserves[] = { { "rds.reserved_connections", 2 } };
	static const struct limit limits[] = { { "web", true, 0 }, { "web", false, 1 },
		{ "(none)", true, 3 }, { "nobody", true, 0 } };
	int32_t count = HOSTILE_ROUNDS * (int32_t)hostile_count;

	fixture_init(fixture);
	hostile_settings(&fixture->settings);
	fixture->previous = fixture_snapshot();
	fixture->previous->mono_us -= SECONDS(2);
	for (int32_t i = 0; i < count; i++) {
		hostile_session(fixture->snap, i);
		if (i % 2 == 0)
			hostile_session(fixture->previous, i + 11);
	}
	fixture->snap->server.host = hostile_texts[5];
	fixture->snap->server.port = "99999999999999999999";
	fixture->snap->server.database = hostile_texts[11];
	fixture->snap->server.user = NULL;
	fixture->snap->server.version = hostile_texts[10];
	fixture->snap->reserves = reserves;
	fixture->snap->reserve_count = COUNT_OF(reserves);
	fixture_limits(fixture->snap, limits, COUNT_OF(limits));
	fixture_analyse(fixture);
}
