/* SPDX-License-Identifier: PostgreSQL */
/*
 * What each setting means, and a function that gives the value that it had
 * better have. PostgreSQL's manual gives no numbers; these end what nobody
 * waits for any more and leave the rest alone.
 */
#include "analysis/tuning_rules.h"

#include "analysis/facts.h"
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"

#define MINUTE (60 * UNITS_US_PER_SECOND)
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define FULL 0.85           /* utilization from which slots are short */
#define KEEPALIVES_MOST 300 /* seconds after which a dead client is too long there */
#define LEFT_IDLE_LEAST 3   /* sessions idle for over ten minutes, of one role */
#define STARTING_LEAST 3    /* clients that are not authenticated */
#define LONG_QUERY (5 * MINUTE)
#define LONG_TRANSACTION (30 * MINUTE)

static void
set_better(struct maker *maker, int64_t value, const char *reason)
{
	maker->better = value;
	maker->row->reason = reason;
}

static void
leave(struct maker *maker, const char *reason)
{
	set_better(maker, -1, reason);
}

/* What would fit the pools that are configured; -1 when no server takes so many. */
static int64_t
fitting_connections(const struct facts *facts)
{
	int64_t needed =
	    facts->pools.configured + facts->slots.superuser_reserved + facts->slots.reserved;
	int64_t rounded = (needed + 9) / 10 * 10;

	if (needed > SETTINGS_SLOTS_MOST)
		return -1;
	return rounded < SETTINGS_SLOTS_MOST ? rounded : SETTINGS_SLOTS_MOST;
}

static void
advise_for_pools(struct maker *maker)
{
	const char *end = fitting_connections(maker->facts) < 0
	    ? "no server takes so many: make them smaller"
	    : "smaller pools do as well";

	maker->row->urgent = true;
	set_better(maker, fitting_connections(maker->facts),
	    arena_printf(maker->arena,
	        "the configured pools may open %lld connections and %d are usable; %s",
	        (long long)maker->facts->pools.configured, maker->facts->slots.usable, end));
}

static void
advise_connections(struct maker *maker)
{
	const struct slots *slots = &maker->facts->slots;
	const struct pools *pools = &maker->facts->pools;

	if (slots->usable < 0) {
		leave(maker, "how many of them are reserved is not known");
	} else if (pools->count > 0 && !pools->fits) {
		advise_for_pools(maker);
	} else if (slots->utilization >= FULL && slots->states[STATE_IDLE] * 2 > slots->used) {
		leave(maker,
		    arena_printf(maker->arena,
		        "%d of %d used slots are idle: smaller pools help more than more slots",
		        slots->states[STATE_IDLE], slots->used));
	} else {
		leave(maker,
		    arena_printf(maker->arena, "%d of %d usable slots are used", slots->used,
		        slots->usable));
	}
}

static void
advise_superuser_reserved(struct maker *maker)
{
	if (maker->row->value < 3)
		set_better(maker, 3, "with fewer, a full server soon lets nobody in to mend it");
	else
		leave(maker, "the way in for superusers when all else is taken");
}

static void
advise_reserved(struct maker *maker)
{
	if (maker->row->value == 0)
		set_better(maker, 2,
		    "a monitor that has pg_use_reserved_connections gets into a full server "
		    "without being superuser");
	else
		leave(maker, "the way in for roles that have pg_use_reserved_connections");
}

static void
advise_idle_in_transaction(struct maker *maker)
{
	const struct slots *slots = &maker->facts->slots;
	const struct longest *longest = &maker->facts->idle_in_transaction;
	int count = slots->states[STATE_IDLE_IN_TRANSACTION] + slots->states[STATE_ABORTED];
	char time[UNITS_TEXT_MAX];

	if (maker->row->value > 0 && maker->row->value <= HOUR_MS) {
		leave(maker, "it ends transactions with which nobody goes on");
		return;
	}
	set_better(maker, 5 * MINUTE_MS,
	    maker->row->is_override
	        ? "these sessions may hold slots and locks in a forgotten transaction"
	        : "a forgotten transaction holds its slot and its locks, and holds up vacuum");
	if (maker->row->is_override || longest->session == NULL)
		return;
	maker->row->urgent = longest->us >= 5 * MINUTE;
	maker->row->reason = arena_printf(maker->arena,
	    "%d idle in a transaction, the longest for %s: they hold slots and locks, and hold "
	    "up vacuum",
	    count, units_duration_long(time, longest->us));
}

static bool
is_superuser(const struct snapshot *snap, const char *role)
{
	for (size_t i = 0; i < snap->session_count; i++)
		if (snap->sessions[i].user == role && snap->sessions[i].superuser)
			return true;
	return false;
}

/* Whether the role has a value of its own, cannot be named, or is for administration. */
static bool
is_settled(const struct maker *maker, const char *role)
{
	return role == NULL || is_superuser(maker->snap, role) ||
	    params_override(&maker->snap->params, maker->row->id, role, NULL) != NULL;
}

static void
advise_idle_session(struct maker *maker)
{
	const struct groups *users = &maker->facts->groups[GROUP_USER];
	const struct group *most = NULL;

	leave(maker,
	    maker->row->value > 0
	        ? "poolers keep idle sessions on purpose, and find them closed: for roles of "
	          "people only"
	        : "poolers keep idle sessions on purpose: set it for roles of people, not for all");
	if (maker->row->value > 0 || maker->row->is_override)
		return;
	for (size_t i = 0; i < users->count; i++)
		if (!is_settled(maker, users->items[i].name) &&
		    users->items[i].idle_ages[IDLE_LONGER] >=
		        (most == NULL ? LEFT_IDLE_LEAST : most->idle_ages[IDLE_LONGER] + 1))
			most = &users->items[i];
	if (most == NULL)
		return;
	maker->role = most->name;
	maker->row->urgent = maker->facts->slots.utilization >= FULL;
	set_better(maker, 30 * MINUTE_MS,
	    arena_printf(maker->arena,
	        "%d sessions of %s are idle for over 10 min; not for roles of poolers, which keep "
	        "them on purpose",
	        most->idle_ages[IDLE_LONGER], most->name));
}

/* A limit for the role of what takes longest, if that is long. */
static void
advise_longest(struct maker *maker, const struct longest *longest, int64_t least_us,
    const char *what)
{
	const struct session *session = longest->session;
	char time[UNITS_TEXT_MAX];

	leave(maker,
	    maker->row->value > 0
	        ? "it ends what takes too long"
	        : "for roles of applications, not for all: it would end maintenance as well");
	if (maker->row->value != 0 || maker->row->is_override || session == NULL ||
	    longest->us < least_us || session->kind != KIND_CLIENT ||
	    is_settled(maker, session->user))
		return;
	maker->role = session->user;
	maker->row->urgent = true;
	set_better(maker, least_us / 1000,
	    arena_printf(maker->arena, "pid %d of %s %s for %s", (int)session->id.pid,
	        session->user, what, units_duration_long(time, longest->us)));
}

static void
advise_statement(struct maker *maker)
{
	advise_longest(maker, &maker->facts->query, LONG_QUERY, "runs a query");
}

static void
advise_transaction(struct maker *maker)
{
	advise_longest(maker, &maker->facts->xact, LONG_TRANSACTION, "is in a transaction");
}

/* One of the three that tell how soon a dead client is noticed. */
static void
advise_keepalives(struct maker *maker)
{
	static const struct {
		int64_t most, better;
		const char *otherwise;
	} limits[] = {
		{ KEEPALIVES_MOST, 60,
		    "0 leaves it to the system, on Linux 2 h: so long a vanished client keeps its "
		    "slot" },
		{ 30, 10, "0 leaves it to the system, on Linux 75 s between two probes" },
	};
	const struct param *param = &maker->snap->params.items[maker->row->id];
	int i = (int)maker->row->id - PARAM_KEEPALIVES_IDLE;
	int64_t value = maker->row->value;

	if (i == PARAM_KEEPALIVES_COUNT - PARAM_KEEPALIVES_IDLE)
		leave(maker,
		    value == 0 ? "0 leaves it to the system, on Linux 9" : "so many will do");
	else if (value > 0 && value <= limits[i].most)
		leave(maker, "it tells vanished clients soon enough");
	else if (value == 0 && param->actual > 0 && param->actual <= limits[i].most &&
	    !maker->row->is_override)
		leave(maker,
		    arena_printf(maker->arena, "0 leaves it to the system, where it is %lld",
		        (long long)param->actual));
	else
		set_better(maker, limits[i].better,
		    value == 0 ? limits[i].otherwise
		               : "until then a client that vanished keeps its slot");
}

static void
advise_user_timeout(struct maker *maker)
{
	if (maker->row->value == 0)
		set_better(maker, 2 * MINUTE_MS,
		    "0 leaves it to the system, on Linux about 15 min: so long an answer to a "
		    "vanished client holds its slot");
	else
		leave(maker, "it ends sessions whose client takes no answer any more");
}

static void
advise_check_interval(struct maker *maker)
{
	if (maker->row->value == 0)
		set_better(maker, 10000,
		    "without it, a query whose client is gone runs to its end in its slot (Linux, "
		    "macOS, BSD)");
	else
		leave(maker, "it ends queries whose client is gone");
}

static void
advise_authentication(struct maker *maker)
{
	int starting = maker->facts->slots.states[STATE_STARTING];

	if (starting >= STARTING_LEAST && maker->row->value > 10) {
		maker->row->urgent = true;
		set_better(maker, 10,
		    arena_printf(maker->arena,
		        "%d clients that are not authenticated hold slots, each up to twice as "
		        "long",
		        starting));
	} else if (maker->row->value > 60) {
		set_better(maker, 60,
		    "a client that never logs in holds a slot for up to twice as long");
	} else {
		leave(maker, "a client that never logs in holds a slot for up to twice as long");
	}
}

const struct tuning_rule tuning_rules[PARAM_COUNT] = {
	[PARAM_MAX_CONNECTIONS] = { "slots of the server, the reserved ones included",
	    advise_connections },
	[PARAM_SUPERUSER_RESERVED] = { "the last slots, for superusers only",
	    advise_superuser_reserved },
	[PARAM_RESERVED] = { "slots before these, for roles with pg_use_reserved_connections",
	    advise_reserved },
	[PARAM_IDLE_IN_TRANSACTION] = { "ends sessions that are idle in a transaction for so long",
	    advise_idle_in_transaction },
	[PARAM_IDLE_SESSION] = { "ends sessions that are idle, in no transaction, for so long",
	    advise_idle_session },
	[PARAM_STATEMENT] = { "cancels statements that run for so long; the session stays",
	    advise_statement },
	[PARAM_TRANSACTION] = { "ends sessions whose transaction takes so long, idle or not",
	    advise_transaction },
	[PARAM_KEEPALIVES_IDLE] = { "how long a connection is silent before the client is probed",
	    advise_keepalives },
	[PARAM_KEEPALIVES_INTERVAL] = { "between two probes", advise_keepalives },
	[PARAM_KEEPALIVES_COUNT] = { "probes without an answer before the client is given up",
	    advise_keepalives },
	[PARAM_USER_TIMEOUT] = { "how long data to a client may stay unacknowledged",
	    advise_user_timeout },
	[PARAM_CHECK_INTERVAL] = { "looks during a query whether the client is still there",
	    advise_check_interval },
	[PARAM_AUTHENTICATION] = { "how long a client may take to log in, in a slot",
	    advise_authentication },
};
