/* SPDX-License-Identifier: PostgreSQL */
/*
 * One way in: a connection of one kind, or /proc. What source.h says of a
 * source holds for each of them; source.c decides which one is in use.
 */
#ifndef PGCONNTOP_SOURCE_WAY_H
#define PGCONNTOP_SOURCE_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"
#include "model/link.h"

struct err;
struct identity;
struct pollfd;
struct proc_known;
struct settings;
struct snapshot;
struct source_event;
struct target;

struct way {
	void (*close)(void *state);
	size_t (*fds)(void *state, struct pollfd *fds); /* at most one */
	int64_t (*deadline)(const void *state);
	void (*step)(void *state, int64_t mono_us, int64_t wall_us);
	bool (*next)(void *state, struct source_event *event);
	void (*ask_sample)(void *state);
	void (*ask_query)(void *state, const struct identity *id);
	void (*ask_queries)(void *state, const struct identity *ids, size_t count);
	void (*act)(void *state, enum action action, const struct target *target);
	void (*password)(void *state, const char *password);
	void (*recycle)(void *state, struct snapshot *snapshot);
	void (*retry)(void *state);
	const struct link *(*link)(const void *state);
	const char *(*target)(const void *state);
};

/* An ordinary login, or one for a walsender slot. */
extern const struct way way_pg;

/* Its state, for either of these two. Nothing is sent before the first step; NULL when the
 * connection options are wrong, with libpq's words. */
void *pg_open(const struct settings *settings, enum via via, struct err *err);

/*
 * The server's processes as /proc shows them, and signals: no slot, no login,
 * no SQL; but only on the server's host, and to signal only as its account or
 * root.
 */
extern const struct way way_proc;

/*
 * Its state: looks for the server with the first step. When there is none to
 * be seen from here its link says why, and it looks again each second. What
 * connections knew is copied. NULL when the connection options are wrong.
 */
void *proc_open(const struct settings *settings, const struct proc_known *known, struct err *err);

#endif
