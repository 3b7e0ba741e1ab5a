/* SPDX-License-Identifier: PostgreSQL */
/*
 * A login as a way in: phases, events, wishes. A step runs the present phase
 * until nothing moves any more.
 */
#include "source/pg_way.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"
#include "source/pg_error.h"
#include "source/pg_names.h"
#include "source/probe.h"
#include "source/resolve.h"

#define BIT(phase) (1u << (phase))
#define BUSY                                                                           \
	(BIT(PHASE_HELLO) | BIT(PHASE_SAMPLE) | BIT(PHASE_NAMES) | BIT(PHASE_FOLLOW) | \
	    BIT(PHASE_DETAIL) | BIT(PHASE_QUERIES) | BIT(PHASE_ACT))

/* Which phases may follow, and what to do in one. */
static const struct {
	unsigned next;
	void (*step)(struct pg *pg);
} phases[] = {
	[PHASE_PAUSE] = { BIT(PHASE_PASSWORD) | BIT(PHASE_RESOLVE) | BIT(PHASE_LOGIN),
	    login_pause },
	[PHASE_PASSWORD] = { BIT(PHASE_PAUSE), NULL },
	[PHASE_RESOLVE] = { BIT(PHASE_PAUSE) | BIT(PHASE_LOGIN), login_resolve },
	[PHASE_LOGIN] = { BIT(PHASE_PAUSE) | BIT(PHASE_PASSWORD) | BIT(PHASE_HELLO),
	    login_connect },
	[PHASE_IDLE] = { BIT(PHASE_PAUSE) | BUSY, refresh_idle },
	[PHASE_HELLO] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE), message_receive },
	[PHASE_SAMPLE] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE) | BUSY, message_receive },
	[PHASE_NAMES] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE) | BUSY, message_receive },
	[PHASE_FOLLOW] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE), message_receive },
	[PHASE_DETAIL] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE), message_receive },
	[PHASE_QUERIES] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE), message_receive },
	[PHASE_ACT] = { BIT(PHASE_PAUSE) | BIT(PHASE_IDLE), message_receive },
};

void
pg_set_phase(struct pg *pg, enum phase phase)
{
	assert(phases[pg->phase].next & BIT(phase));
	pg->phase = phase;
}

bool
pg_is_open(const struct pg *pg)
{
	return pg->phase >= PHASE_IDLE && pg->phase != PHASE_HELLO;
}

void
pg_set_link(struct pg *pg, enum link_state state)
{
	if (pg->link.state != state)
		pg->link.since_mono_us = pg->mono_us;
	pg->link.state = state;
	pg->link_changed = true;
}

void
pg_say(struct pg *pg, enum level level, const char *text)
{
	if (pg->message_count == PG_MESSAGES)
		return; /* the first ones say what went wrong */
	pg->messages[pg->message_count++] = (struct pg_message){ level, mem_strdup(text) };
}

struct snapshot *
pg_spare(struct pg *pg)
{
	for (size_t i = 0; i < PG_SPARES; i++)
		if (pg->spares[i] != NULL) {
			struct snapshot *snap = pg->spares[i];

			pg->spares[i] = NULL;
			return snap;
		}
	return snapshot_new();
}

void
pg_name_target(struct pg *pg)
{
	const struct conninfo *info = &pg->info;
	const struct conn_host *host = &info->hosts[0];
	const char *name = host->name[0] != '\0' ? host->name : host->addr;

	buf_reset(&pg->target);
	if (pg->conn != NULL && pg->about.host[0] != '\0')
		name = pg->about.host;
	for (size_t i = 1; pg->conn == NULL && i < info->host_count; i++)
		buf_addf(&pg->target, "%s,", info->hosts[i - 1].name);
	if (pg->conn == NULL && info->host_count > 1)
		name = info->hosts[info->host_count - 1].name;
	if (name[0] == '\0')
		name = "[local]";
	buf_addf(&pg->target, strchr(name, ':') != NULL ? "[%s]" : "%s", name);
	if (pg->conn != NULL)
		buf_addf(&pg->target, ":%s/%s", pg->about.port, pg->about.database);
	else
		buf_addf(&pg->target, ":%s/%s", host->port, info->database);
}

void *
pg_open(const struct settings *settings, enum via via, struct err *err)
{
	struct pg *pg = mem_alloc(1, sizeof(*pg));

	if (!conninfo_read(&pg->info, settings, err)) {
		conninfo_clear(&pg->info);
		mem_free(pg);
		return NULL;
	}
	pg->info.walsender = pg->info.walsender || via == VIA_WALSENDER;
	pg->link.via = pg->info.walsender ? VIA_WALSENDER : VIA_CLIENT;
	pg->no_password = settings->no_password;
	pg->link.state = LINK_CONNECTING;
	pg->refused_us = pg->looked_us = pg->starting_us = INT64_MIN;
	pg->names = pg_names_new();
	pg_name_target(pg);
	return pg;
}

static void
close_all(void *state)
{
	struct pg *pg = state;

	login_forget(pg);
	resolve_free(pg->resolve);
	probe_free(pg->probe);
	pg_conn_free(pg->conn);
	pg_names_free(pg->names);
	pg_params_clear(&pg->params);
	for (size_t i = 0; i < PG_SPARES; i++)
		snapshot_free(pg->spares[i]);
	for (size_t i = 0; i < pg->message_count; i++)
		mem_free(pg->messages[i].text);
	snapshot_free(pg->sample.snap);
	snapshot_free(pg->ready);
	mem_free(pg->given);
	pg_starting_clear(&pg->starting);
	pg_rows_free(pg->blockers);
	buf_clear(&pg->reserves);
	buf_clear(&pg->target);
	buf_clear(&pg->sql);
	buf_clear(&pg->query);
	buf_clear(&pg->act.note);
	queries_clear(&pg->detail);
	queries_clear(&pg->queries);
	arena_clear(&pg->arena);
	conninfo_clear(&pg->info);
	mem_free(pg);
}

static size_t
get_fds(void *state, struct pollfd *fds)
{
	struct pg *pg = state;

	fds[0] = (struct pollfd){ .fd = -1 };
	if (pg->resolve != NULL) {
		fds[0] = (struct pollfd){ .fd = resolve_fd(pg->resolve), .events = POLLIN };
	} else if (pg->conn != NULL) {
		fds[0].fd = pg_conn_socket(pg->conn);
		fds[0].events = pg_conn_events(pg->conn);
	}
	return fds[0].fd >= 0 ? 1 : 0;
}

static int64_t
get_deadline(const void *state)
{
	const struct pg *pg = state;

	switch (pg->phase) {
	case PHASE_PAUSE:
		return pg->link.retry_mono_us;
	case PHASE_PASSWORD:
		return INT64_MAX;
	case PHASE_RESOLVE:
	case PHASE_LOGIN:
		return login_deadline(pg);
	case PHASE_IDLE:
		return refresh_wanted(pg) ? pg->mono_us : INT64_MAX;
	case PHASE_HELLO:
	case PHASE_SAMPLE:
	case PHASE_NAMES:
	case PHASE_FOLLOW:
	case PHASE_DETAIL:
	case PHASE_QUERIES:
	case PHASE_ACT:
		return message_deadline(pg);
	}
	return INT64_MAX;
}

/* What the server says by the way: a message, or a note about the act that is under way. */
static void
take_notice(struct pg *pg, enum phase phase, enum level level, const char *text)
{
	struct link read = { 0 };

	if (phase == PHASE_ACT) {
		act_notice(pg, text);
		return;
	}
	pg_error_read(&read, text);
	pg_say(pg, level, read.text);
}

static void
step(void *state, int64_t mono_us, int64_t wall_us)
{
	struct pg *pg = state;
	enum phase before;
	enum level level;
	const char *text;

	pg->mono_us = mono_us;
	pg->wall_us = wall_us;
	do {
		before = pg->phase;
		if (phases[before].step != NULL)
			phases[before].step(pg);
		while (pg->conn != NULL && pg_conn_notice(pg->conn, &level, &text))
			take_notice(pg, before, level, text);
	} while (pg->phase != before);
}

/* Takes the oldest message off the list; it stays valid until the next one. */
static void
take_message(struct pg *pg, struct source_event *event)
{
	mem_free(pg->given);
	pg->given = pg->messages[0].text;
	*event = (struct source_event){
		.type = SOURCE_MESSAGE,
		.text = pg->given,
		.level = (int)pg->messages[0].level,
	};
	pg->message_count--;
	memmove(&pg->messages[0], &pg->messages[1], pg->message_count * sizeof(pg->messages[0]));
}

static bool
get_next(void *state, struct source_event *event)
{
	struct pg *pg = state;

	*event = (struct source_event){ .type = SOURCE_NOTHING };
	/* Before the link: an outcome says more than that the connection is gone. */
	if (act_next(pg, event))
		return true;
	if (pg->message_count > 0) {
		take_message(pg, event);
	} else if (pg->link_changed) {
		pg->link_changed = false;
		event->type = SOURCE_LINK;
	} else if (pg->password_wanted) {
		pg->password_wanted = false;
		event->type = SOURCE_PASSWORD;
	} else if (pg->ready != NULL) {
		event->type = SOURCE_SNAPSHOT;
		event->snapshot = pg->ready;
		pg->ready = NULL;
	} else {
		return queries_next(pg, event);
	}
	return event->type != SOURCE_NOTHING;
}

static void
ask_sample(void *state)
{
	struct pg *pg = state;

	pg->want_sample = pg->phase != PHASE_SAMPLE && pg->sample.snap == NULL;
}

static void
take_password(void *state, const char *password)
{
	struct pg *pg = state;

	login_forget(pg);
	pg->password = mem_strdup(password);
	pg->ask_first = false;
	pg->declined = password == NULL;
	if (pg->phase != PHASE_PASSWORD)
		return;
	pg_set_phase(pg, PHASE_PAUSE);
	pg->link.retry_mono_us = pg->mono_us;
	if (password == NULL)
		login_failed(pg, "no password given");
}

void
pg_recycle(void *state, struct snapshot *snapshot)
{
	struct pg *pg = state;

	for (size_t i = 0; snapshot != NULL && i < PG_SPARES; i++)
		if (pg->spares[i] == NULL) {
			snapshot_reset(snapshot);
			pg->spares[i] = snapshot;
			return;
		}
	snapshot_free(snapshot);
}

static void
retry(void *state)
{
	struct pg *pg = state;

	pg->declined = false;
	if (pg->phase == PHASE_PAUSE)
		pg->link.retry_mono_us = pg->mono_us;
}

static const struct link *
get_link(const void *state)
{
	const struct pg *pg = state;

	return &pg->link;
}

static const char *
get_target(const void *state)
{
	const struct pg *pg = state;

	return buf_str(&pg->target);
}

const struct way way_pg = {
	.close = close_all,
	.fds = get_fds,
	.deadline = get_deadline,
	.step = step,
	.next = get_next,
	.ask_sample = ask_sample,
	.ask_query = queries_ask_one,
	.ask_queries = queries_ask,
	.act = act_ask,
	.password = take_password,
	.recycle = pg_recycle,
	.retry = retry,
	.link = get_link,
	.target = get_target,
};
