/* SPDX-License-Identifier: PostgreSQL */
/*
 * The source's side towards the application: phases, events, wishes. A step
 * runs the present phase until nothing moves any more.
 */
#include "source/pg_source.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"
#include "source/pg_error.h"
#include "source/pg_names.h"
#include "source/resolve.h"

#define BIT(phase) (1u << (phase))
#define BUSY                                                                           \
	(BIT(PHASE_HELLO) | BIT(PHASE_SAMPLE) | BIT(PHASE_NAMES) | BIT(PHASE_FOLLOW) | \
	    BIT(PHASE_DETAIL) | BIT(PHASE_QUERIES) | BIT(PHASE_ACT))

/* Which phases may follow, and what to do in one. */
static const struct {
	unsigned next;
	void (*step)(struct source *source);
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
source_set_phase(struct source *source, enum phase phase)
{
	assert(phases[source->phase].next & BIT(phase));
	source->phase = phase;
}

bool
source_is_open(const struct source *source)
{
	return source->phase >= PHASE_IDLE && source->phase != PHASE_HELLO;
}

void
source_set_link(struct source *source, enum link_state state)
{
	if (source->link.state != state)
		source->link.since_mono_us = source->mono_us;
	source->link.state = state;
	source->link_changed = true;
}

void
source_message(struct source *source, enum level level, const char *text)
{
	if (source->message_count == SOURCE_MESSAGES)
		return; /* the first ones say what went wrong */
	source->messages[source->message_count++] =
	    (struct source_message){ level, mem_strdup(text) };
}

struct snapshot *
source_spare(struct source *source)
{
	for (size_t i = 0; i < SOURCE_SPARES; i++)
		if (source->spares[i] != NULL) {
			struct snapshot *snap = source->spares[i];

			source->spares[i] = NULL;
			return snap;
		}
	return snapshot_new();
}

void
source_name_target(struct source *source)
{
	const struct conninfo *info = &source->info;
	const struct conn_host *host = &info->hosts[0];
	const char *name = host->name[0] != '\0' ? host->name : host->addr;

	buf_reset(&source->target);
	if (source->conn != NULL && source->about.host[0] != '\0')
		name = source->about.host;
	for (size_t i = 1; source->conn == NULL && i < info->host_count; i++)
		buf_addf(&source->target, "%s,", info->hosts[i - 1].name);
	if (source->conn == NULL && info->host_count > 1)
		name = info->hosts[info->host_count - 1].name;
	if (name[0] == '\0')
		name = "[local]";
	buf_addf(&source->target, strchr(name, ':') != NULL ? "[%s]" : "%s", name);
	if (source->conn != NULL)
		buf_addf(&source->target, ":%s/%s", source->about.port, source->about.database);
	else
		buf_addf(&source->target, ":%s/%s", host->port, info->database);
}

struct source *
source_open(const struct settings *settings, struct err *err)
{
	struct source *source = mem_alloc(1, sizeof(*source));

	if (!conninfo_read(&source->info, settings, err)) {
		conninfo_clear(&source->info);
		mem_free(source);
		return NULL;
	}
	source->no_password = settings->no_password;
	source->link.state = LINK_CONNECTING;
	source->refused_us = source->looked_us = INT64_MIN;
	source->names = pg_names_new();
	source_name_target(source);
	return source;
}

void
source_close(struct source *source)
{
	if (source == NULL)
		return;
	login_forget(source);
	resolve_free(source->resolve);
	pg_conn_free(source->conn);
	pg_names_free(source->names);
	for (size_t i = 0; i < SOURCE_SPARES; i++)
		snapshot_free(source->spares[i]);
	for (size_t i = 0; i < source->message_count; i++)
		mem_free(source->messages[i].text);
	snapshot_free(source->sample.snap);
	snapshot_free(source->ready);
	mem_free(source->given);
	pg_starting_clear(&source->starting);
	pg_rows_free(source->blockers);
	buf_clear(&source->reserves);
	buf_clear(&source->target);
	buf_clear(&source->sql);
	buf_clear(&source->query);
	buf_clear(&source->act.note);
	queries_clear(&source->detail);
	queries_clear(&source->queries);
	arena_clear(&source->arena);
	conninfo_clear(&source->info);
	mem_free(source);
}

size_t
source_fds(struct source *source, struct pollfd *fds)
{
	fds[0] = (struct pollfd){ .fd = -1 };
	if (source->resolve != NULL) {
		fds[0] = (struct pollfd){ .fd = resolve_fd(source->resolve), .events = POLLIN };
	} else if (source->conn != NULL) {
		fds[0].fd = pg_conn_socket(source->conn);
		fds[0].events = pg_conn_events(source->conn);
	}
	return fds[0].fd >= 0 ? 1 : 0;
}

int64_t
source_deadline(const struct source *source)
{
	switch (source->phase) {
	case PHASE_PAUSE:
		return source->link.retry_mono_us;
	case PHASE_PASSWORD:
		return INT64_MAX;
	case PHASE_RESOLVE:
	case PHASE_LOGIN:
		return source->deadline_us;
	case PHASE_IDLE:
		return refresh_wanted(source) ? source->mono_us : INT64_MAX;
	case PHASE_HELLO:
	case PHASE_SAMPLE:
	case PHASE_NAMES:
	case PHASE_FOLLOW:
	case PHASE_DETAIL:
	case PHASE_QUERIES:
	case PHASE_ACT:
		return message_deadline(source);
	}
	return INT64_MAX;
}

/* What the server says by the way: a message, or a note about the act that is under way. */
static void
take_notice(struct source *source, enum phase phase, enum level level, const char *text)
{
	struct link read = { 0 };

	if (phase == PHASE_ACT) {
		act_notice(source, text);
		return;
	}
	pg_error_read(&read, text);
	source_message(source, level, read.text);
}

void
source_step(struct source *source, int64_t mono_us, int64_t wall_us)
{
	enum phase before;
	enum level level;
	const char *text;

	source->mono_us = mono_us;
	source->wall_us = wall_us;
	do {
		before = source->phase;
		if (phases[before].step != NULL)
			phases[before].step(source);
		while (source->conn != NULL && pg_conn_notice(source->conn, &level, &text))
			take_notice(source, before, level, text);
	} while (source->phase != before);
}

/* Takes the oldest message off the list; it stays valid until the next one. */
static void
take_message(struct source *source, struct source_event *event)
{
	mem_free(source->given);
	source->given = source->messages[0].text;
	*event = (struct source_event){
		.type = SOURCE_MESSAGE,
		.text = source->given,
		.level = (int)source->messages[0].level,
	};
	source->message_count--;
	memmove(&source->messages[0], &source->messages[1],
	    source->message_count * sizeof(source->messages[0]));
}

bool
source_next(struct source *source, struct source_event *event)
{
	*event = (struct source_event){ .type = SOURCE_NOTHING };
	/* Before the link: an outcome says more than that the connection is gone. */
	if (act_next(source, event))
		return true;
	if (source->message_count > 0) {
		take_message(source, event);
	} else if (source->link_changed) {
		source->link_changed = false;
		event->type = SOURCE_LINK;
	} else if (source->password_wanted) {
		source->password_wanted = false;
		event->type = SOURCE_PASSWORD;
	} else if (source->ready != NULL) {
		event->type = SOURCE_SNAPSHOT;
		event->snapshot = source->ready;
		source->ready = NULL;
	} else {
		return queries_next(source, event);
	}
	return event->type != SOURCE_NOTHING;
}

void
source_ask_sample(struct source *source)
{
	source->want_sample = source->phase != PHASE_SAMPLE && source->sample.snap == NULL;
}

void
source_password(struct source *source, const char *password)
{
	login_forget(source);
	source->password = mem_strdup(password);
	source->ask_first = false;
	source->declined = password == NULL;
	if (source->phase != PHASE_PASSWORD)
		return;
	source_set_phase(source, PHASE_PAUSE);
	source->link.retry_mono_us = source->mono_us;
	if (password == NULL)
		login_failed(source, "no password given");
}

void
source_recycle(struct source *source, struct snapshot *snapshot)
{
	for (size_t i = 0; snapshot != NULL && i < SOURCE_SPARES; i++)
		if (source->spares[i] == NULL) {
			snapshot_reset(snapshot);
			source->spares[i] = snapshot;
			return;
		}
	snapshot_free(snapshot);
}

void
source_retry(struct source *source)
{
	source->declined = false;
	if (source->phase == PHASE_PAUSE)
		source->link.retry_mono_us = source->mono_us;
}

const struct link *
source_link(const struct source *source)
{
	return &source->link;
}

const char *
source_target(const struct source *source)
{
	return buf_str(&source->target);
}
