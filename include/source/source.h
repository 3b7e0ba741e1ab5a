/* SPDX-License-Identifier: PostgreSQL */
/*
 * Where samples come from. A source never blocks and calls nobody back: the
 * loop asks for its descriptors and its next deadline, lets it step, and
 * pulls events until there are none.
 */
#ifndef PGCONNTOP_SOURCE_SOURCE_H
#define PGCONNTOP_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"
#include "model/link.h"
#include "model/session.h"

struct err;
struct settings;
struct snapshot;
struct pollfd;

#define SOURCE_FDS_MAX 3

enum source_event_type {
	SOURCE_NOTHING,
	SOURCE_SNAPSHOT, /* a sample; the receiver owns it and gives it back with source_recycle()
	                  */
	SOURCE_LINK,     /* the link changed: see source_link() */
	SOURCE_PASSWORD, /* the server wants a password: answer with source_password() */
	SOURCE_FETCHED,  /* all DETAIL events of source_ask_queries() were given */
	SOURCE_OUTCOME,  /* what source_act() did: id, outcome and, in text, a note */
	SOURCE_DETAIL,   /* the whole query that source_ask_query() asked for */
	SOURCE_MESSAGE,  /* a statement failed (critical: the sample did), or the server sent a
	                    notice */
};

struct source_event {
	enum source_event_type type;
	struct snapshot *snapshot; /* SNAPSHOT */
	struct identity id;        /* DETAIL, OUTCOME: of that session */
	const char *text; /* DETAIL: the query, NULL when the session is gone; OUTCOME: a note, NULL
	                     for none; MESSAGE; valid until the next event, step or wish */
	enum outcome outcome; /* OUTCOME */
	int level;            /* MESSAGE: enum level */
};

struct source;

/* Checks the connection options (libpq's words in err) without connecting; NULL when they are
 * wrong. The settings must outlive it. */
struct source *source_open(const struct settings *settings, struct err *err);

/* Closes the connection as a well behaved client does and frees all. NULL is fine. */
void source_close(struct source *source);

/* Fills the descriptors to poll, at most SOURCE_FDS_MAX; gives how many. */
size_t source_fds(struct source *source, struct pollfd *fds);

/* The mono time by which source_step() wants to be called even if no descriptor is ready; INT64_MAX
 * for never. */
int64_t source_deadline(const struct source *source);

/* Does what can be done now: connects, sends, receives, gives up, tries again. Never blocks. */
void source_step(struct source *source, int64_t mono_us, int64_t wall_us);

/* The next event; false when there are no more for now. */
bool source_next(struct source *source, struct source_event *event);

/*
 * Asks for a sample as soon as the connection is free. One wish is kept,
 * not a queue: asking again while a sample is under way changes nothing.
 */
void source_ask_sample(struct source *source);

/* Asks for the whole query of a session; the last wish wins. The answer is a DETAIL event. */
void source_ask_query(struct source *source, const struct identity *id);

/*
 * Asks for the whole queries of many sessions in one statement: a DETAIL
 * event for each, text NULL for one that is gone, then FETCHED. Only FETCHED
 * when the statement fails or there is no connection. The identities are
 * copied; the last wish wins.
 */
void source_ask_queries(struct source *source, const struct identity *ids, size_t count);

/*
 * Acts on one session, in a statement and a transaction of its own that
 * checks identity and state again, as soon as the connection is free; when
 * many follow each other, samples have their turn in between. The target must
 * stay until the OUTCOME event; one at a time. When the connection breaks
 * after it was sent the outcome is UNKNOWN, before that, or without a
 * connection, NOT_TRIED; nothing is repeated. Its event comes before the
 * link's. The note: who would be allowed, or the server's words.
 */
void source_act(struct source *source, enum action action, const struct target *target);

/* Hands over to a better way that is in, if nothing is under way; gives the one that wishes go. */
enum via source_settle(struct source *source);

/* Answers SOURCE_PASSWORD; NULL for none: then the login counts as failed. Copied, and wiped when
 * freed. */
void source_password(struct source *source, const char *password);

/* Gives a snapshot back, to be used again. */
void source_recycle(struct source *source, struct snapshot *snapshot);

/* Tries a login at once instead of at the end of the pause. */
void source_retry(struct source *source);

/*
 * The state of the link, of all ways together: DOWN when no way leads in and
 * none is being tried, and then the refusal is the ordinary login's. Valid
 * while the source is open.
 */
const struct link *source_link(const struct source *source);

/* How the ordinary login fares while another way is in use; NULL when none is. */
const struct link *source_knock(const struct source *source);

/* How that way failed, after the ordinary login did; NULL when it did not, or was not tried. */
const struct link *source_refused(const struct source *source, enum via via);

/* What is connected to, for the title: "db1:5432/postgres". Valid while the source is open. */
const char *source_target(const struct source *source);

#endif
