/* SPDX-License-Identifier: PostgreSQL */
/*
 * The inside of a source: its ways, each a leg as long as it is tried or
 * used. legs.c decides between them, source.c is the application's side.
 */
#ifndef PGCONNTOP_SOURCE_LEGS_H
#define PGCONNTOP_SOURCE_LEGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/link.h"
#include "model/messages.h"
#include "source/proc_about.h"

struct err;
struct settings;
struct snapshot;
struct target;

#define LEG_MESSAGES 8
#define LEG_MESSAGE_MAX 600
#define LEG_FREED_US 15000 /* a session that was told to end is gone by then, as a rule */

struct leg_message {
	enum level level;
	char text[LEG_MESSAGE_MAX];
};

struct leg {
	void *state;        /* of struct way, NULL: not open */
	bool over;          /* no longer used: closed when its events are taken */
	struct link failed; /* how it failed the last time; refusal NONE for not */
	int64_t again_us;   /* not tried before that */
	enum refusal told;  /* by the last message about it */
};

struct source {
	const struct settings *settings;
	bool only;       /* the first way is the only one */
	enum via first;  /* the ordinary login, or what the user chose; never closed */
	enum via active; /* the way that wishes go: the best that is in, else the first */
	struct leg legs[VIA_COUNT];
	struct link link; /* of all ways together */
	bool link_changed;
	int64_t mono_us, wall_us; /* of this step */

	/* The first way's next try and failed tries while another way is in use. */
	int64_t knock_us; /* INT64_MAX for none */
	unsigned knocks;

	/* What was wished for and is not there yet. */
	bool want_sample;
	const struct target *target; /* of the act, NULL for none */
	bool fetching;               /* queries */
	enum via carrier;            /* the way of act and fetch */
	int64_t late_us; /* when a better way no longer waits for them, INT64_MAX: none waits */

	struct proc_known known; /* of the server, from connections */
	char *password;          /* from the application, for ways opened later; NULL for none */
	enum via asker;          /* for it */
	struct leg_message messages[LEG_MESSAGES]; /* not yet taken */
	size_t message_count;
	struct leg_message given; /* taken last */
	bool limit_told;          /* which one refused the first way this time */
};

/* The functions of an open leg. */
const struct way *leg_way(enum via via);

/* The link of an open leg. */
const struct link *leg_link(const struct source *source, enum via via);

/* Opens that way; false with the reason when that cannot be. */
bool leg_open(struct source *source, enum via via, struct err *err);

void leg_close(struct source *source, enum via via);

/* That way may lead in where the first one does not, as that one is refused now. */
bool leg_may_help(const struct source *source, enum via via);

/* The way is open and answers wishes. */
bool leg_is_in(const struct source *source, enum via via);

/* Steps all ways until none of them changes anything any more. */
void legs_step(struct source *source);

/* Hands over to a better way that is in, if nothing is under way. */
void legs_settle(struct source *source);

/* A sample came by a way around the first one: it knows the limit that refused that. */
void legs_take_limit(struct source *source, const struct snapshot *snap);

/* What source.h calls the link, anew. */
void legs_join_links(struct source *source);

/* When legs_step() has something to do. */
int64_t legs_deadline(const struct source *source);

#endif
