/* SPDX-License-Identifier: PostgreSQL */
/*
 * The numbers come from what is seen: a limit lets those go on that work now,
 * and half as many again. The undo restores what was read; where that is not
 * known it says so.
 */
#include "action/remedy.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "action/timeout.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/quote.h"
#include "model/snapshot.h"

#define LIMIT_LEAST 5 /* connections that an application needs to get anything done */

/* Sessions of the subject. */
struct count {
	int total;
	int busy;    /* not idle */
	int unknown; /* nobody knows whether they are */
	int others;  /* of all, of other applications */
	bool superuser;
};

struct maker {
	struct remedies *out;
	const struct snapshot *snap;
	struct arena *arena;
	const char *heading; /* of the next one */
};

/* The timeouts, and what they are set to. */
static const struct {
	enum param_id id;
	int64_t value; /* in its unit */
	const char *what;
} timeouts[] = {
	{ PARAM_IDLE_IN_TRANSACTION, 60000, "end sessions idle in a transaction for a minute" },
	{ PARAM_IDLE_SESSION, 300000, "end sessions idle for five minutes" },
	{ PARAM_STATEMENT, 60000, "cancel statements after a minute" },
	{ PARAM_TRANSACTION, 300000, "end sessions whose transaction takes five minutes" },
};

static bool
is_of(const struct session *session, const char *user, const char *database)
{
	return session->slot && (user == NULL || text_same(session->user, user)) &&
	    (database == NULL || text_same(session->database, database));
}

static void
count_sessions(struct count *count, const struct maker *maker, const char *user,
    const char *database)
{
	*count = (struct count){ 0 };
	for (size_t i = 0; i < maker->snap->session_count; i++) {
		const struct session *session = &maker->snap->sessions[i];

		if (!is_of(session, user, database))
			continue;
		count->total++;
		count->unknown +=
		    session->state == STATE_UNKNOWN || session->state == STATE_DISABLED;
		count->busy += session->state != STATE_IDLE;
		count->others += maker->out->who.application != NULL &&
		    !text_same(session->application, maker->out->who.application);
		count->superuser |= session->superuser;
	}
	count->busy -= count->unknown;
}

/* The name that most sessions have, of those whose other names are as given. */
static const char *
find_most(const struct snapshot *snap, const struct remedy_subject *who, bool user)
{
	const char *best = NULL;
	int most = 0;

	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *one = &snap->sessions[i];
		const char *name = user ? one->user : one->database;
		int count = 0;

		if (name == NULL || name == best || !is_of(one, who->user, who->database) ||
		    (who->application != NULL && !text_same(one->application, who->application)))
			continue;
		for (size_t n = i; n < snap->session_count; n++) {
			const struct session *other = &snap->sessions[n];

			count +=
			    is_of(other, user ? name : who->user, user ? who->database : name) &&
			    (who->application == NULL ||
			        text_same(other->application, who->application));
		}
		if (count > most) {
			most = count;
			best = name;
		}
	}
	return best;
}

static void
add(struct maker *maker, const struct remedy *remedy)
{
	struct remedies *out = maker->out;

	if (out->count == REMEDIES_MOST)
		return;
	out->items[out->count] = *remedy;
	out->items[out->count++].heading = maker->heading;
	maker->heading = NULL;
}

static void
note(struct maker *maker, const char *text)
{
	if (maker->out->note_count < REMEDY_NOTES_MOST)
		maker->out->notes[maker->out->note_count++] = text;
}

/* The present limit, -1 for none. */
static int
find_limit(const struct snapshot *snap, const char *name, bool is_role)
{
	for (size_t i = 0; i < snap->limit_count; i++)
		if (snap->limits[i].is_role == is_role && text_same(snap->limits[i].name, name))
			return snap->limits[i].connections;
	return -1;
}

/* Enough for those that work, or may do so, and half as many again. */
static int
sensible_limit(const struct count *count)
{
	int busy = count->busy + count->unknown;
	int limit = busy + busy / 2;

	if (limit < LIMIT_LEAST)
		limit = LIMIT_LEAST;
	return limit < count->total ? limit : count->total;
}

/* A limit of so many, and one of none at all, for a role or a database. */
static void
add_limits(struct maker *maker, const char *object, const struct count *count, int present)
{
	int limit = sensible_limit(count);
	struct remedy remedy = {
		.about = arena_printf(maker->arena, "%s CONNECTION LIMIT", object),
		.undo =
		    arena_printf(maker->arena, "ALTER %s CONNECTION LIMIT %d;", object, present),
		.unsure = maker->snap->limits_known ? NULL : "the present limit is not known",
	};

	if (limit > 0 && (present < 0 || limit < present)) {
		remedy.what = limit == 1
		    ? "at most 1 session: no new one while it is there"
		    : arena_printf(maker->arena,
		          "at most %d sessions: no new one while there are %d or more", limit,
		          limit);
		remedy.statement =
		    arena_printf(maker->arena, "ALTER %s CONNECTION LIMIT %d;", object, limit);
		add(maker, &remedy);
	}
	if (present == 0)
		return;
	remedy.what = "no new session at all";
	remedy.statement = arena_printf(maker->arena, "ALTER %s CONNECTION LIMIT 0;", object);
	add(maker, &remedy);
}

/* "ALTER ROLE x SET y = 'z';", or its RESET for -1. */
static const char *
set_text(struct maker *maker, const char *scope, enum param_id id, int64_t value)
{
	struct buf sql = { 0 };
	char text[PARAM_TEXT_MAX];
	const char *out;

	buf_addf(&sql, "ALTER %s %s %s", scope, value < 0 ? "RESET" : "SET", param_rows[id].name);
	if (value >= 0) {
		buf_adds(&sql, " = ");
		quote_text(&sql, param_text(text, id, value));
	}
	buf_addc(&sql, ';');
	out = arena_strndup(maker->arena, sql.data, sql.len);
	buf_clear(&sql);
	return out;
}

/* The scope as SQL; NULL when a name cannot be written. */
static const char *
scope_text(struct maker *maker, const char *user, const char *database)
{
	struct buf sql = { 0 };
	const char *out = NULL;

	if (quote_scope(&sql, user, database))
		out = arena_strndup(maker->arena, sql.data, sql.len);
	buf_clear(&sql);
	return out;
}

/* Those that are tighter than what holds now. */
static void
add_timeouts(struct maker *maker, const char *user, const char *database)
{
	const struct snapshot *snap = maker->snap;

	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		enum param_id id = timeouts[i].id;
		struct timeout timeout = { .user = user, .database = database };
		struct remedy remedy = { .what = timeouts[i].what };
		const char *scope;

		if (snap->server.version_num > 0 &&
		    snap->server.version_num < param_rows[id].version)
			continue;
		timeout_find(&timeout, snap, id);
		if (timeout.holds > 0 && timeout.holds <= timeouts[i].value)
			continue;
		scope = scope_text(maker, user, timeout.database);
		if (scope == NULL)
			return;
		if (timeout.present == NULL &&
		    (!snap->params.overrides_known || snap->params.overrides_cut))
			remedy.unsure = "the present value is not known";
		else if (timeout.holds < 0)
			remedy.unsure = "what holds now is not known: it may be less";
		remedy.about = arena_printf(maker->arena, "%s %s", scope, param_rows[id].name);
		remedy.statement = set_text(maker, scope, id, timeouts[i].value);
		remedy.undo = set_text(maker, scope, id,
		    timeout.present != NULL ? timeout.present->value : -1);
		add(maker, &remedy);
	}
}

/* "Role app: 40 sessions, 12 at work, 6 of other applications; limit 50". */
static const char *
heading_text(struct maker *maker, const char *kind, const char *name, const struct count *count,
    int limit)
{
	struct buf text = { 0 };
	const char *out;

	buf_addf(&text, "%s %s: %d session%s", kind, name, count->total,
	    count->total == 1 ? "" : "s");
	if (count->unknown < count->total || count->total == 0)
		buf_addf(&text, ", %d not idle", count->busy);
	if (count->unknown > 0)
		buf_addf(&text, ", %d of unknown state", count->unknown);
	if (count->others > 0)
		buf_addf(&text, ", %d of other applications", count->others);
	if (limit >= 0)
		buf_addf(&text, "; limit %d", limit);
	else
		buf_adds(&text, maker->snap->limits_known ? "; no limit" : "; limit not known");
	out = arena_strndup(maker->arena, text.data, text.len);
	buf_clear(&text);
	return out;
}

static void
add_role(struct maker *maker)
{
	const struct remedy_subject *who = &maker->out->who;
	const char *role = who->user != NULL ? scope_text(maker, who->user, NULL) : NULL;
	int limit = role != NULL ? find_limit(maker->snap, who->user, true) : -1;
	struct count count;

	maker->out->scopes[0] = role;
	if (role == NULL)
		return;
	count_sessions(&count, maker, who->user, NULL);
	maker->heading = heading_text(maker, "Role", who->user, &count, limit);
	if (count.superuser)
		note(maker,
		    "This role is a superuser: no connection limit binds it, and the timeouts hold "
		    "for administrators who log in with it.");
	else
		add_limits(maker, role, &count, limit);
	add_timeouts(maker, who->user, who->database);
}

static void
add_database(struct maker *maker)
{
	const struct remedy_subject *who = &maker->out->who;
	const char *database =
	    who->database != NULL ? scope_text(maker, NULL, who->database) : NULL;
	int limit = database != NULL ? find_limit(maker->snap, who->database, false) : -1;
	struct count count;

	maker->out->scopes[1] = database;
	if (database == NULL)
		return;
	count_sessions(&count, maker, NULL, who->database);
	maker->heading = heading_text(maker, "Database", who->database, &count, limit);
	add_limits(maker, database, &count, limit);
	if (who->user == NULL)
		add_timeouts(maker, NULL, who->database);
}

/*
 * The console knows the names of its own configuration. No size is offered:
 * default_pool_size is that of all pools without one of their own, and what it
 * is now is known there only.
 */
static void
add_pgbouncer(struct maker *maker)
{
	const char *database = maker->out->who.database;
	struct buf name = { 0 };

	if (database != NULL && quote_name_plain(&name, database)) {
		maker->heading =
		    "PgBouncer, on its console (psql -p 6432 pgbouncer), if one is in between";
		add(maker,
		    &(struct remedy){
		        .what = "look first: the sessions of each pool, and who waits for one",
		        .statement = "SHOW POOLS;",
		    });
		add(maker,
		    &(struct remedy){
		        .what = "and its limits: default_pool_size, max_db_connections",
		        .statement = "SHOW CONFIG;",
		    });
		add(maker,
		    &(struct remedy){
		        .what =
		            "hold its clients back: server sessions are closed as they come free",
		        .statement = arena_printf(maker->arena, "PAUSE %s;", buf_str(&name)),
		        .undo = arena_printf(maker->arena, "RESUME %s;", buf_str(&name)),
		    });
		add(maker,
		    &(struct remedy){
		        .what = "close its server sessions as they come free, and open others on "
		                "demand; nothing to undo",
		        .statement = arena_printf(maker->arena, "RECONNECT %s;", buf_str(&name)),
		    });
	}
	buf_clear(&name);
}

static void
add_notes(struct maker *maker)
{
	const struct snapshot *snap = maker->snap;

	if (maker->out->count == 0) {
		note(maker, "No role and no database is known here that a statement can name.");
		return;
	}
	note(maker, "Limits and timeouts hold for new sessions: end those that are there as well.");
	note(maker, "Copy the undo before you run a statement: it has the value of now.");
	if (snap->server.in_recovery_known && snap->server.in_recovery)
		note(maker, "This is a standby: run ALTER on its primary.");
	if (maker->out->who.application != NULL)
		note(maker,
		    "The server knows no limits of applications, but of roles and databases.");
}

static const char *
copy(struct maker *maker, const char *name)
{
	return name == NULL ? NULL : arena_strndup(maker->arena, name, strlen(name));
}

void
remedies_make(struct remedies *remedies, const struct remedy_subject *subject,
    const struct snapshot *snap, struct arena *arena)
{
	struct maker maker = { remedies, snap, arena, NULL };
	struct remedy_subject *who = &remedies->who;

	*remedies = (struct remedies){ .who = *subject };
	if (who->user == NULL)
		who->user = find_most(snap, who, true);
	if (who->database == NULL)
		who->database = find_most(snap, who, false);
	who->application = copy(&maker, who->application);
	who->user = copy(&maker, who->user);
	who->database = copy(&maker, who->database);
	add_role(&maker);
	add_database(&maker);
	add_pgbouncer(&maker);
	add_notes(&maker);
}
