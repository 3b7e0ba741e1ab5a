/* SPDX-License-Identifier: PostgreSQL */
/*
 * There is nothing to wait for: the server is found within one step, a look
 * taken within the step after it was asked for, and an act done at once.
 */
#include "source/proc_way.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"
#include "source/proc_act.h"
#include "source/proc_fs.h"
#include "source/proc_pidfile.h"
#include "source/proc_sample.h"
#include "source/source.h"
#include "source/way.h"

#define SILENT_LEAST 10 /* clients that sent nothing: fewer are the usual coming and going */

void *
proc_open(const struct settings *settings, const struct proc_known *known, struct err *err)
{
	struct proc_way *way = mem_alloc(1, sizeof(*way));

	if (!conninfo_read(&way->info, settings, err)) {
		conninfo_clear(&way->info);
		mem_free(way);
		return NULL;
	}
	way->known = *known;
	way->pgdata = mem_strdup(settings->pgdata);
	way->link.via = VIA_PROC;
	way->link.state = LINK_CONNECTING;
	proc_login_target(way, way->pgdata != NULL ? "" : way->info.hosts[0].port);
	return way;
}

static void
proc_close(void *state)
{
	struct proc_way *way = state;

	if (way == NULL)
		return;
	proc_scan_clear(&way->scan);
	conninfo_clear(&way->info);
	mem_free(way->pgdata);
	snapshot_free(way->ready);
	for (size_t i = 0; i < PROC_SPARES; i++)
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

	if (has_events(way) || way->link.state == LINK_CONNECTING)
		return way->mono_us;
	if (way->link.state == LINK_DOWN)
		return way->link.retry_mono_us;
	return way->want_sample ? way->mono_us : INT64_MAX;
}

static struct snapshot *
spare(struct proc_way *way)
{
	for (size_t i = 0; i < PROC_SPARES; i++)
		if (way->spares[i] != NULL) {
			struct snapshot *snap = way->spares[i];

			way->spares[i] = NULL;
			return snap;
		}
	return snapshot_new();
}

/* It was told to shut down, and waits for its clients. */
static bool
is_stopping(const struct proc_server *server)
{
	struct buf path = { 0 }, text = { 0 };
	struct proc_pidfile file;
	bool stopping;

	buf_addf(&path, "%s/postmaster.pid", server->data_dir);
	stopping = server->data_dir[0] != '\0' && proc_fs_read_file(buf_str(&path), &text) &&
	    proc_pidfile_read(&file, buf_str(&text), text.len) && file.stopping;
	buf_clear(&path);
	buf_clear(&text);
	return stopping;
}

/* What stands out in a sample, once for as long as it lasts. */
static void
remark(struct proc_way *way, const struct snapshot *snap)
{
	size_t silent = proc_sample_silent(snap);
	bool stopping = is_stopping(&way->scan.server);
	int pid = (int)way->scan.server.pid;

	if (way->scan.stopped && !way->told_stopped)
		proc_tell(way, LEVEL_WARNING,
		    "the server's process %d is stopped by a signal: nobody gets in before "
		    "kill -CONT %d",
		    pid, pid);
	if (silent >= SILENT_LEAST && !way->told_silent)
		proc_tell(way, LEVEL_WARNING,
		    "%zu clients are connected and have sent nothing: they hold no slot, but the "
		    "number of processes is limited too",
		    silent);
	if (stopping && !way->told_stopping)
		proc_tell(way, LEVEL_WARNING,
		    "the server is shutting down: no login gets in, and it ends with its last "
		    "clients");
	way->told_stopping = stopping;
	way->told_stopped = way->scan.stopped;
	way->told_silent = silent >= SILENT_LEAST;
}

static void
look(struct proc_way *way, int64_t wall_us)
{
	struct snapshot *snap;
	char words[64];

	way->want_sample = false;
	if (!proc_scan_look(&way->scan, way->mono_us, wall_us)) {
		snprintf(words, sizeof(words), "the server's process %d is gone",
		    (int)way->scan.server.pid);
		proc_login_failed(way, REFUSAL_LOST, words);
		return;
	}
	snap = spare(way);
	proc_sample_fill(snap, &way->scan, &way->about);
	snap->mono_us = way->mono_us;
	snap->wall_us = snap->server_us = wall_us;
	remark(way, snap);
	way->ready = snap;
}

static void
proc_step(void *state, int64_t mono_us, int64_t wall_us)
{
	struct proc_way *way = state;

	way->mono_us = mono_us;
	if (way->link.state == LINK_CONNECTING ||
	    (way->link.state == LINK_DOWN && mono_us >= way->link.retry_mono_us))
		proc_login(way);
	if (way->want_sample && way->ready == NULL && way->link.state == LINK_UP)
		look(way, wall_us);
}

/* Messages stay valid until the next one: their places are not used twice before all are taken. */
static void
take_message(struct proc_way *way, struct source_event *event)
{
	const struct proc_told *told = &way->messages[way->message_next++];

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

	for (size_t i = 0; snapshot != NULL && i < PROC_SPARES; i++)
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
	struct proc_way *way = state;

	way->link.retry_mono_us = way->mono_us;
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
