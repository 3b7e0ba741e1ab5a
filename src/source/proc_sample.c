/* SPDX-License-Identifier: PostgreSQL */
/*
 * What titles and figures mean: which process holds a slot, what it does and
 * for how long. The kernel does not know the start of a state, but when a
 * process ran last: one that rests has been in its state for at least as long.
 */
#include "source/proc_sample.h"

#include <string.h>

#include "model/snapshot.h"
#include "source/proc_about.h"
#include "source/proc_scan.h"
#include "source/proc_title.h"

/* In the place of what the server would say: nothing but that signal moves it. */
static const char stopped[] = "stopped: kill -CONT";

static const char *
intern(struct snapshot *snap, struct proc_text text)
{
	return snapshot_intern(snap, text.s, text.len);
}

int64_t
proc_sample_since(const struct proc_child *child, enum session_state state)
{
	/* Who runs may be in one query or in the hundredth. */
	if (child->ran && (state == STATE_ACTIVE || state == STATE_FASTPATH))
		return TIME_UNKNOWN;
	return child->ran_us;
}

/* Which processes take one of max_connections. */
static bool
holds_slot(const struct proc_title *title, const struct proc_about *about)
{
	switch (title->kind) {
	case PROC_CLIENT:
		return true;
	case PROC_WALSENDER:
		return about->major > 0 && about->major < 12;
	case PROC_WORKER: /* a mistake of three releases */
		return about->version_num >= 170000 && about->version_num <= 170002 &&
		    strcmp(title->type, "slotsync worker") == 0;
	case PROC_SILENT:
		break;
	}
	return false;
}

static enum session_kind
kind_of(const struct proc_title *title)
{
	switch (title->kind) {
	case PROC_CLIENT:
		return KIND_CLIENT;
	case PROC_WALSENDER:
		return KIND_WALSENDER;
	case PROC_SILENT:
		return KIND_HIDDEN;
	case PROC_WORKER:
		break;
	}
	return KIND_WORKER;
}

static void
add_session(struct snapshot *snap, const struct proc_scan *scan, const struct proc_child *child,
    const struct proc_title *title, const struct proc_about *about)
{
	struct session *session = snapshot_add(snap);

	session->id.pid = child->pid;
	session->id.start_us = proc_scan_start_us(scan, child->start_ticks);
	session->kind = kind_of(title);
	session->state = title->kind == PROC_SILENT ? STATE_STARTING : title->state;
	session->slot = holds_slot(title, about);
	session->user = intern(snap, title->user);
	session->database = intern(snap, title->database);
	session->client = intern(snap, title->client);
	session->client_port = title->client_port;
	if (title->type != NULL)
		session->backend_type = snapshot_intern(snap, title->type, strlen(title->type));
	session->state_change_us = proc_sample_since(child, session->state);
	session->cpu = child->cpu;
	session->blockers_known = !title->waits_for_lock;
	if (title->waits_for_lock)
		session->wait_event_type = snapshot_intern(snap, "Lock", strlen("Lock"));
	if (child->stopped)
		session->wait_event = snapshot_intern(snap, stopped, strlen(stopped));
}

/* Only a standby replays forever; only a primary writes. */
static void
note_role(struct snapshot *snap, const struct proc_title *title)
{
	if (title->kind != PROC_WORKER)
		return;
	if (strcmp(title->type, "startup") == 0)
		snap->server.in_recovery = snap->server.in_recovery_known = true;
	else if (strcmp(title->type, "walwriter") == 0)
		snap->server.in_recovery_known = true;
}

/*
 * One that is refused shows as long as it takes to say so: there are no more
 * slots than there are, so the newest of those that log in have none.
 */
static void
drop_refused(struct snapshot *snap)
{
	int used = 0;

	for (size_t i = 0; i < snap->session_count; i++)
		used += snap->sessions[i].slot;
	while (snap->max_connections >= 0 && used > snap->max_connections) {
		struct session *newest = NULL;

		for (size_t i = 0; i < snap->session_count; i++) {
			struct session *session = &snap->sessions[i];

			if (session->slot && session->state == STATE_STARTING &&
			    (newest == NULL || session->id.start_us > newest->id.start_us))
				newest = session;
		}
		if (newest == NULL)
			return;
		newest->slot = false;
		used--;
	}
}

static const char *
copy(struct snapshot *snap, const char *text)
{
	return text == NULL ? NULL : snapshot_intern(snap, text, strlen(text));
}

void
proc_sample_fill(struct snapshot *snap, const struct proc_scan *scan,
    const struct proc_about *about)
{
	const bool runs = about->limits_from == LIMITS_CONTROL;

	snap->via = VIA_PROC;
	snap->server = (struct server){
		.host = copy(snap, about->host),
		.port = copy(snap, about->port),
		.version = copy(snap, about->version),
		.version_num = about->version_num,
		.started_us = proc_scan_start_us(scan, scan->server.start_ticks),
	};
	snap->max_connections = about->max_connections;
	snap->superuser_reserved = about->superuser_reserved;
	snap->reserved = about->reserved;
	snap->max_wal_senders = about->max_wal_senders;
	snap->limits_from = about->limits_from;
	for (int id = 0; id < PARAM_COUNT; id++) {
		snap->params.items[id].value = about->params[id];
		snap->params.items[id].source =
		    limits_from_name(runs ? LIMITS_FILES : about->limits_from);
	}
	if (runs)
		snap->params.items[PARAM_MAX_CONNECTIONS].source = "pg_control";
	snap->params.items[PARAM_MAX_CONNECTIONS].pending = about->pending;
	snap->signal_right = scan->server.may_signal ? SIGNAL_ALL : SIGNAL_UNKNOWN;
	snap->account = scan->server.may_signal ? NULL : copy(snap, scan->server.account);
	snap->ages_estimated = true;
	snap->hidden_known = true;
	snapshot_reserve(snap, scan->count);
	for (size_t i = 0; i < scan->count; i++) {
		struct proc_title title;

		proc_scan_title(scan, &scan->children[i], &title);
		note_role(snap, &title);
		add_session(snap, scan, &scan->children[i], &title, about);
	}
	drop_refused(snap);
	snapshot_finish(snap);
}

size_t
proc_sample_silent(const struct snapshot *snap)
{
	size_t count = 0;

	for (size_t i = 0; i < snap->session_count; i++)
		count += snap->sessions[i].kind == KIND_HIDDEN;
	return count;
}
