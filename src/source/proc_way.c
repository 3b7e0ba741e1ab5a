/* SPDX-License-Identifier: PostgreSQL */
/*
 * A way in that is up as soon as it is open. A look is taken within the step
 * after it was asked for, an act at once; there is nothing to wait for.
 */
#include "source/proc_way.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "model/link.h"
#include "model/messages.h"
#include "model/snapshot.h"
#include "source/proc_about.h"
#include "source/proc_act.h"
#include "source/proc_sample.h"
#include "source/proc_scan.h"
#include "source/source.h"
#include "source/way.h"

#define SPARES 3
#define MESSAGES_MOST 8
#define SILENT_LEAST 10 /* clients that sent nothing: fewer are the usual coming and going */

struct told {
	enum level level;
	char text[MESSAGE_TEXT_MAX];
};

struct proc_way {
	struct arena arena; /* of the strings in about */
	struct proc_about about;
	struct proc_scan scan;
	struct link link;
	struct buf target;
	int64_t mono_us; /* of the last step */
	bool want_sample;
	struct snapshot *ready; /* NULL for none */
	struct snapshot *spares[SPARES];
	bool link_changed;
	bool fetched; /* to be given: there are no queries */
	bool acted;   /* to be given: */
	struct identity acted_on;
	enum outcome outcome;
	struct buf note;
	struct told messages[MESSAGES_MOST];
	size_t message_count, message_next;
	bool told_stopped, told_silent;
};

__attribute__((format(printf, 3, 4))) static void
tell(struct proc_way *way, enum level level, const char *fmt, ...)
{
	struct told *told = &way->messages[way->message_count];
	va_list args;

	if (way->message_count == MESSAGES_MOST)
		return;
	way->message_count++;
	told->level = level;
	va_start(args, fmt);
	if (vsnprintf(told->text, sizeof(told->text), fmt, args) < 0)
		told->text[0] = '\0';
	va_end(args);
}

static void
greet(struct proc_way *way)
{
	const struct proc_server *server = &way->scan.server;
	const struct proc_about *about = &way->about;

	tell(way, LEVEL_INFO,
	    "reading processes of the server with pid %d: ages are the time since a process last ran, "
	    "a guess; queries and applications are unknown",
	    (int)server->pid);
	if (!server->may_signal)
		tell(way, LEVEL_WARNING,
		    "to end sessions this way, be %s or root: sudo -u %s pgconntop ...",
		    server->account, server->account);
	if (about->max_connections < 0)
		tell(way, LEVEL_WARNING,
		    "max_connections is unknown: the server's configuration cannot be read by this "
		    "account");
	else if (about->limits_from == LIMITS_FILES)
		tell(way, LEVEL_INFO,
		    "max_connections is %d in the configuration files: if they were changed since the "
		    "server started it has another one",
		    about->max_connections);
}

void *
proc_open(const struct settings *settings, const struct proc_hint *hint, struct err *err)
{
	struct proc_server server;
	struct proc_place place = { hint->host, hint->port, settings->pgdata };
	const char *host = hint->host != NULL && hint->host[0] != '\0' ? hint->host : "[local]";
	struct proc_way *way;

	if (!proc_find(&server, &place, err))
		return NULL;
	way = mem_alloc(1, sizeof(*way));
	proc_scan_init(&way->scan, &server);
	if (settings->pgdata != NULL)
		host = settings->pgdata;
	way->about.host = arena_printf(&way->arena, "%s", host);
	way->about.port = arena_printf(&way->arena, "%s", server.port);
	buf_addf(&way->target, "%s:%s", host, server.port);
	proc_about_learn(&way->about, &way->arena, &way->scan, hint->before);
	greet(way);
	way->link.via = VIA_PROC;
	way->link.state = LINK_UP;
	way->link_changed = true;
	return way;
}

static void
proc_close(void *state)
{
	struct proc_way *way = state;

	if (way == NULL)
		return;
	proc_scan_clear(&way->scan);
	snapshot_free(way->ready);
	for (size_t i = 0; i < SPARES; i++)
		snapshot_free(way->spares[i]);
	buf_clear(&way->target);
	buf_clear(&way->note);
	arena_clear(&way->arena);
	mem_free(way);
}

static size_t
proc_fds(void *state, struct pollfd *fds)
{
	(void)state;
	(void)fds;
	return 0;
}

static bool
has_events(const struct proc_way *way)
{
	return way->acted || way->fetched || way->link_changed || way->ready != NULL ||
	    way->message_next < way->message_count;
}

static int64_t
proc_deadline(const void *state)
{
	const struct proc_way *way = state;

	return way->want_sample || has_events(way) ? way->mono_us : INT64_MAX;
}

static struct snapshot *
spare(struct proc_way *way)
{
	for (size_t i = 0; i < SPARES; i++)
		if (way->spares[i] != NULL) {
			struct snapshot *snap = way->spares[i];

			way->spares[i] = NULL;
			return snap;
		}
	return snapshot_new();
}

static void
set_link(struct proc_way *way, enum link_state state)
{
	if (way->link.state == state)
		return;
	way->link.state = state;
	way->link.since_mono_us = way->mono_us;
	way->link_changed = true;
}

static void
lost(struct proc_way *way)
{
	way->link.refusal = REFUSAL_LOST;
	way->link.since_down_mono_us = way->mono_us;
	snprintf(way->link.text, sizeof(way->link.text), "the server's process %d is gone",
	    (int)way->scan.server.pid);
	set_link(way, LINK_DOWN);
}

/* What stands out in a sample, once for as long as it lasts. */
static void
remark(struct proc_way *way, const struct snapshot *snap)
{
	size_t silent = proc_sample_silent(snap);
	int pid = (int)way->scan.server.pid;

	if (way->scan.stopped && !way->told_stopped)
		tell(way, LEVEL_CRITICAL,
		    "the server's process %d is stopped by a signal: nobody gets in before kill -CONT "
		    "%d",
		    pid, pid);
	if (silent >= SILENT_LEAST && !way->told_silent)
		tell(way, LEVEL_WARNING,
		    "%zu clients are connected and have sent nothing: they hold no slot, but the "
		    "number of processes is limited too",
		    silent);
	way->told_stopped = way->scan.stopped;
	way->told_silent = silent >= SILENT_LEAST;
}

static void
proc_step(void *state, int64_t mono_us, int64_t wall_us)
{
	struct proc_way *way = state;
	struct snapshot *snap;

	way->mono_us = mono_us;
	if (!way->want_sample || way->ready != NULL || way->link.state == LINK_DOWN)
		return;
	way->want_sample = false;
	if (!proc_scan_look(&way->scan, mono_us, wall_us)) {
		lost(way);
		return;
	}
	snap = spare(way);
	proc_sample_fill(snap, &way->scan, &way->about);
	snap->mono_us = mono_us;
	snap->wall_us = snap->server_us = wall_us;
	remark(way, snap);
	way->ready = snap;
}

/* Messages stay valid until the next one: their places are not used twice before all are taken. */
static void
take_message(struct proc_way *way, struct source_event *event)
{
	const struct told *told = &way->messages[way->message_next++];

	event->type = SOURCE_MESSAGE;
	event->text = told->text;
	event->level = (int)told->level;
	if (way->message_next == way->message_count)
		way->message_next = way->message_count = 0;
}

static bool
proc_next(void *state, struct source_event *event)
{
	struct proc_way *way = state;

	*event = (struct source_event){ .type = SOURCE_NOTHING };
	if (way->acted) {
		way->acted = false;
		event->type = SOURCE_OUTCOME;
		event->id = way->acted_on;
		event->outcome = way->outcome;
		event->text = way->note.len > 0 ? buf_str(&way->note) : NULL;
	} else if (way->link_changed) {
		way->link_changed = false;
		event->type = SOURCE_LINK;
	} else if (way->message_next < way->message_count) {
		take_message(way, event);
	} else if (way->ready != NULL) {
		event->type = SOURCE_SNAPSHOT;
		event->snapshot = way->ready;
		way->ready = NULL;
	} else if (way->fetched) {
		way->fetched = false;
		event->type = SOURCE_FETCHED;
	}
	return event->type != SOURCE_NOTHING;
}

static void
proc_ask_sample(void *state)
{
	struct proc_way *way = state;

	way->want_sample = true;
}

/* Queries are in the memory of the server: nothing is answered, and so they stay unknown. */
static void
proc_ask_query(void *state, const struct identity *id)
{
	(void)state;
	(void)id;
}

static void
proc_ask_queries(void *state, const struct identity *ids, size_t count)
{
	struct proc_way *way = state;

	(void)ids;
	(void)count;
	way->fetched = true;
}

static void
proc_act_on(void *state, enum action action, const struct target *target)
{
	struct proc_way *way = state;

	way->acted = true;
	way->acted_on = target->id;
	buf_reset(&way->note);
	way->outcome = way->link.state == LINK_UP ? proc_act(&way->scan, action, target, &way->note)
	                                          : OUTCOME_NOT_TRIED;
}

static void
proc_password(void *state, const char *password)
{
	(void)state;
	(void)password;
}

static void
proc_recycle(void *state, struct snapshot *snapshot)
{
	struct proc_way *way = state;

	for (size_t i = 0; snapshot != NULL && i < SPARES; i++)
		if (way->spares[i] == NULL) {
			snapshot_reset(snapshot);
			way->spares[i] = snapshot;
			return;
		}
	snapshot_free(snapshot);
}

static void
proc_retry(void *state)
{
	(void)state;
}

static const struct link *
proc_link(const void *state)
{
	const struct proc_way *way = state;

	return &way->link;
}

static const char *
proc_target(const void *state)
{
	const struct proc_way *way = state;

	return buf_str(&way->target);
}

const struct way way_proc = {
	.close = proc_close,
	.fds = proc_fds,
	.deadline = proc_deadline,
	.step = proc_step,
	.next = proc_next,
	.ask_sample = proc_ask_sample,
	.ask_query = proc_ask_query,
	.ask_queries = proc_ask_queries,
	.act = proc_act_on,
	.password = proc_password,
	.recycle = proc_recycle,
	.retry = proc_retry,
	.link = proc_link,
	.target = proc_target,
};
