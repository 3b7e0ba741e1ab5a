/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which way is in use. When the first one is refused and another one helps,
 * that is tried at once. While it lasts, the first one goes on knocking, and
 * takes over as soon as it is in: between two acts, so that none is lost.
 */
#include "source/legs.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/way.h"
#include "source/ways.h"

#define KNOCK_US 200000      /* at least, between two knocks */
#define JITTER_US 100000     /* and up to so much more: many of us do not knock as one */
#define HAND_OVER_US 2000000 /* an act that takes longer is given up for the better way */

static void *
open_client(const struct source *source, struct err *err)
{
	return pg_open(source->settings, VIA_CLIENT, err);
}

static void *
open_walsender(const struct source *source, struct err *err)
{
	return pg_open(source->settings, VIA_WALSENDER, err);
}

static void *
open_proc(const struct source *source, struct err *err)
{
	return proc_open(source->settings, &source->known, err);
}

/* All ways; one without functions is not there. */
static const struct {
	const struct way *way;
	void *(*open)(const struct source *source, struct err *err);
} ways[VIA_COUNT] = {
	[VIA_CLIENT] = { &way_pg, open_client },
	[VIA_WALSENDER] = { &way_pg, open_walsender },
	[VIA_PROC] = { &way_proc, open_proc },
};

const struct way *
leg_way(enum via via)
{
	return ways[via].way;
}

const struct link *
leg_link(const struct source *source, enum via via)
{
	return ways[via].way->link(source->legs[via].state);
}

bool
leg_open(struct source *source, enum via via, struct err *err)
{
	struct leg *leg = &source->legs[via];

	if (ways[via].open == NULL)
		return err_set(err, "there is no way in by %s here", via_words(via));
	leg->state = ways[via].open(source, err);
	leg->over = false;
	if (leg->state != NULL && source->password != NULL)
		ways[via].way->password(leg->state, source->password);
	return leg->state != NULL;
}

void
leg_close(struct source *source, enum via via)
{
	struct leg *leg = &source->legs[via];

	if (leg->state != NULL)
		ways[via].way->close(leg->state);
	leg->state = NULL;
}

/* It is open, and not about to be closed. */
static bool
is_open(const struct source *source, enum via via)
{
	return source->legs[via].state != NULL && !source->legs[via].over;
}

bool
leg_is_in(const struct source *source, enum via via)
{
	return is_open(source, via) &&
	    (leg_link(source, via)->state == LINK_UP || leg_link(source, via)->state == LINK_LATE);
}

/* The best way that is in, VIA_COUNT for none. */
static enum via
best_in(const struct source *source)
{
	enum via via = 0;

	while (via < VIA_COUNT && !leg_is_in(source, via))
		via++;
	return via;
}

bool
leg_may_help(const struct source *source, enum via via)
{
	return !source->only && via != source->first && ways[via].open != NULL &&
	    way_helps(via, leg_link(source, source->first));
}

/* The first way is not in for want of a slot, which may be there at any moment. */
static bool
waits_for_slot(const struct source *source)
{
	enum via via = 0;

	while (via < VIA_COUNT && !leg_may_help(source, via))
		via++;
	return via < VIA_COUNT;
}

static void __attribute__((format(printf, 3, 4)))
tell(struct source *source, enum level level, const char *format, ...)
{
	struct leg_message *message = &source->messages[source->message_count];
	va_list args;

	if (source->message_count == LEG_MESSAGES)
		return;
	va_start(args, format);
	if (vsnprintf(message->text, sizeof(message->text), format, args) < 0)
		message->text[0] = '\0';
	va_end(args);
	message->level = level;
	source->message_count++;
}

/* Whether this refusal is news about that way. */
static bool
is_news(struct source *source, enum via via, const struct link *link)
{
	bool news = source->legs[via].told != link->refusal;

	source->legs[via].told = link->refusal;
	return news;
}

/* The way is not to be used any more; its last events are still taken. */
static void
leave(struct source *source, enum via via)
{
	if (is_open(source, via))
		source->legs[via].over = true;
	if (source->active == via)
		source->active = source->first;
}

/* A way around the first one did not lead in, or was lost. */
static void
note_failure(struct source *source, enum via via, const struct link *link)
{
	struct leg *leg = &source->legs[via];
	int64_t pause_us = way_pause_us(link);
	char reason[LINK_REASON_MAX];

	if (is_news(source, via, link))
		tell(source, LEVEL_INFO, "no way in by %s: %s", via_words(via),
		    link_reason(reason, link));
	leg->failed = *link;
	leg->again_us = pause_us == INT64_MAX ? INT64_MAX : source->mono_us + pause_us;
}

/* Opens the next way around the first one that is better than this; true when there is one. */
static bool
try_next(struct source *source, enum via than)
{
	const struct link *refused = leg_link(source, source->first);
	struct link failed;
	char words[REFUSAL_TEXT_MAX];
	struct err err;

	for (enum via via = 0; via < than; via++) {
		struct leg *leg = &source->legs[via];

		if (!leg_may_help(source, via) || leg->state != NULL ||
		    source->mono_us < leg->again_us)
			continue;
		if (is_news(source, source->first, refused))
			tell(source, LEVEL_INFO, "%s refused: %s; trying %s",
			    via_words(source->first), refusal_text(words, refused), via_words(via));
		if (leg_open(source, via, &err))
			return true;
		failed = (struct link){ .via = via, .refusal = REFUSAL_OTHER };
		snprintf(failed.text, sizeof(failed.text), "%.399s", err.msg);
		note_failure(source, via, &failed);
	}
	return false;
}

/* An act or a fetch is on its way, and a better way has not yet waited long for it. */
static bool
is_busy(struct source *source)
{
	if (!leg_is_in(source, source->active) || source->carrier != source->active ||
	    (source->target == NULL && !source->fetching)) {
		source->late_us = INT64_MAX;
		return false;
	}
	if (source->late_us == INT64_MAX)
		source->late_us = source->mono_us + HAND_OVER_US;
	return source->mono_us < source->late_us;
}

/* That way is in and is used from now on; true when that is new. */
static bool
use(struct source *source, enum via via)
{
	enum via before = source->active;

	if (via != before && is_busy(source))
		return false;
	for (enum via other = 0; other < VIA_COUNT; other++)
		if (other > via && other != source->first)
			leave(source, other);
	for (enum via any = 0; any < VIA_COUNT && via == source->first; any++) {
		source->legs[any].failed.refusal = source->legs[any].told = REFUSAL_NONE;
		if (source->legs[any].again_us != INT64_MAX)
			source->legs[any].again_us = 0;
	}
	source->active = via;
	source->late_us = INT64_MAX;
	source->limit_told = source->limit_told && via != source->first;
	if (via == before)
		return false;
	if (via == source->first)
		tell(source, LEVEL_INFO, "an ordinary slot again after %u %s", source->knocks,
		    source->knocks == 1 ? "try" : "tries");
	if (source->want_sample)
		ways[via].way->ask_sample(source->legs[via].state);
	return true;
}

/* A way around the first one is being tried; until it is known what became of it, no other is. */
static bool
is_trying(const struct source *source)
{
	for (enum via via = 0; via < VIA_COUNT; via++)
		if (via != source->first && is_open(source, via) &&
		    leg_link(source, via)->state == LINK_CONNECTING)
			return true;
	return false;
}

/* Looks at what became of all ways; true when one of them has something new to do. */
static bool
decide(struct source *source)
{
	enum via in = best_in(source);

	if (in != VIA_COUNT && use(source, in))
		return true;
	if (in == source->first)
		return false;
	for (enum via via = 0; via < VIA_COUNT; via++)
		if (via != source->first && is_open(source, via) &&
		    leg_link(source, via)->state == LINK_DOWN) {
			note_failure(source, via, leg_link(source, via));
			if (!leg_link(source, via)->pending)
				leave(source, via);
		}
	return !is_trying(source) && leg_link(source, source->first)->state == LINK_DOWN &&
	    try_next(source, in);
}

void
legs_settle(struct source *source)
{
	enum via in = best_in(source);

	if (in != VIA_COUNT && use(source, in))
		legs_join_links(source); /* who is told of the way sees this one */
}

void
legs_take_limit(struct source *source, const struct snapshot *snap)
{
	const struct link *refused = leg_link(source, source->first);
	char words[REFUSAL_TEXT_MAX], limit[SNAPSHOT_LIMIT_MAX];

	if (source->limit_told || source->active == source->first ||
	    snapshot_limit(snap, refused->refusal, limit)[0] == '\0')
		return;
	source->limit_told = true;
	tell(source, LEVEL_INFO, "%s refused: %s%s; in by %s", via_words(source->first),
	    refusal_text(words, refused), limit, via_words(source->active));
}

/* While another way is in use: what keeps the first one out now, when it is no limit. */
static void
note_trouble(struct source *source)
{
	const struct link *link = leg_link(source, source->first);
	char words[REFUSAL_TEXT_MAX];

	if (source->active == source->first || link->state != LINK_DOWN)
		return;
	if (is_news(source, source->first, link) && !refusal_is_limit(link->refusal))
		tell(source, LEVEL_WARNING, "%s fails: %s: %s", via_words(source->first),
		    refusal_text(words, link), link->text);
}

/* Lets the first way try again when it is time. */
static void
knock(struct source *source)
{
	const struct link *link = leg_link(source, source->first);
	uint64_t mixed = (uint64_t)source->wall_us * UINT64_C(0x9E3779B97F4A7C15);

	if (!waits_for_slot(source)) {
		source->knock_us = INT64_MAX;
		return;
	}
	if (link->tries > 0)
		source->knocks = link->tries;
	if (link->state != LINK_DOWN || link->pending)
		return;
	if (source->knock_us == INT64_MAX) {
		source->knock_us =
		    source->mono_us + KNOCK_US + (int64_t)((mixed >> 32) % JITTER_US);
	} else if (source->mono_us >= source->knock_us) {
		source->knock_us = INT64_MAX;
		ways[source->first].way->retry(source->legs[source->first].state);
	}
}

void
legs_step(struct source *source)
{
	do {
		for (enum via via = 0; via < VIA_COUNT; via++)
			if (is_open(source, via))
				ways[via].way->step(source->legs[via].state, source->mono_us,
				    source->wall_us);
	} while (decide(source));
	note_trouble(source);
	knock(source);
}

void
legs_join_links(struct source *source)
{
	struct link link = *leg_link(source, source->active);

	for (enum via via = 0; via < VIA_COUNT && link.state == LINK_DOWN; via++)
		if (is_open(source, via) && leg_link(source, via)->state != LINK_DOWN)
			link.state = LINK_CONNECTING;
	if (link.retry_mono_us > source->knock_us)
		link.retry_mono_us = source->knock_us;
	source->link_changed = source->link_changed || link.state != source->link.state ||
	    link.refusal != source->link.refusal || link.via != source->link.via;
	source->link = link;
}

int64_t
legs_deadline(const struct source *source)
{
	bool down = leg_link(source, source->first)->state == LINK_DOWN;
	bool trying = is_trying(source);
	enum via in = best_in(source);
	int64_t next_us = source->late_us;

	if (down && source->knock_us < next_us)
		next_us = source->knock_us;
	for (enum via via = 0; via < VIA_COUNT; via++) {
		const struct leg *leg = &source->legs[via];
		int64_t us = INT64_MAX;

		if (leg->over)
			us = source->mono_us;
		else if (leg->state != NULL)
			us = ways[via].way->deadline(leg->state);
		else if (down && !trying && via < in && leg_may_help(source, via))
			us = leg->again_us;
		if (us < next_us)
			next_us = us;
	}
	return next_us;
}
