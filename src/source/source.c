/* SPDX-License-Identifier: PostgreSQL */
/*
 * The application's side: wishes go to the way in use, events come from all.
 */
#include "source/source.h"

#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "base/settings.h"
#include "model/messages.h"
#include "source/legs.h"
#include "source/way.h"

struct source *
source_open(const struct settings *settings, struct err *err)
{
	struct source *source = mem_alloc(1, sizeof(*source));

	source->settings = settings;
	source->only = settings->via != 0; /* auto, then the names of enum via */
	source->first = source->only ? (enum via)(settings->via - 1) : VIA_CLIENT;
	source->active = source->first;
	source->knock_us = source->late_us = INT64_MAX;
	if (!leg_open(source, source->first, err)) {
		mem_free(source);
		return NULL;
	}
	legs_join_links(source);
	source->link_changed = false;
	return source;
}

void
source_close(struct source *source)
{
	if (source == NULL)
		return;
	for (enum via via = 0; via < VIA_COUNT; via++)
		leg_close(source, via);
	mem_free_secret(source->password);
	mem_free(source);
}

size_t
source_fds(struct source *source, struct pollfd *fds)
{
	size_t count = 0;

	for (enum via via = 0; via < VIA_COUNT; via++)
		if (source->legs[via].state != NULL)
			count += leg_way(via)->fds(source->legs[via].state, fds + count);
	return count;
}

int64_t
source_deadline(const struct source *source)
{
	return legs_deadline(source);
}

void
source_step(struct source *source, int64_t mono_us, int64_t wall_us)
{
	source->mono_us = mono_us;
	source->wall_us = wall_us;
	legs_step(source);
	legs_join_links(source);
}

/* Keeps account of what is under way. */
static void
note_event(struct source *source, enum via via, const struct source_event *event)
{
	switch (event->type) {
	case SOURCE_SNAPSHOT:
		source->want_sample = false;
		proc_known_take(&source->known, event->snapshot);
		legs_take_limit(source, event->snapshot);
		break;
	case SOURCE_MESSAGE:
		if (event->level == LEVEL_CRITICAL)
			source->want_sample = false; /* it failed */
		break;
	case SOURCE_PASSWORD:
		source->asker = via;
		break;
	case SOURCE_FETCHED:
		source->fetching = false;
		break;
	case SOURCE_OUTCOME:
		source->target = NULL;
		/* A slot becomes free: be there before others are. */
		if (event->outcome == OUTCOME_SIGNALLED && source->knock_us != INT64_MAX &&
		    source->knock_us > source->mono_us + LEG_FREED_US)
			source->knock_us = source->mono_us + LEG_FREED_US;
		break;
	case SOURCE_LINK:
	case SOURCE_DETAIL:
	case SOURCE_NOTHING:
		break;
	}
}

/* What a way that is left has still under way is over; true when there was something. */
static bool
end_wishes(struct source *source, enum via via, struct source_event *event)
{
	if (source->carrier != via || (source->target == NULL && !source->fetching))
		return false;
	*event = (struct source_event){ .type = SOURCE_FETCHED };
	if (source->target != NULL) {
		event->type = SOURCE_OUTCOME;
		event->id = source->target->id;
		event->outcome = OUTCOME_UNKNOWN;
	}
	note_event(source, via, event);
	return true;
}

/* The next event of one way; its link's only when it is in use. */
static bool
next_of(struct source *source, enum via via, struct source_event *event)
{
	struct leg *leg = &source->legs[via];

	while (leg->state != NULL && leg_way(via)->next(leg->state, event)) {
		if (event->type == SOURCE_LINK && (leg->over || via != source->active))
			continue;
		source->link_changed = source->link_changed && event->type != SOURCE_LINK;
		note_event(source, via, event);
		return true;
	}
	if (!leg->over)
		return false;
	if (end_wishes(source, via, event))
		return true;
	leg_close(source, via);
	leg->over = false;
	return false;
}

bool
source_next(struct source *source, struct source_event *event)
{
	*event = (struct source_event){ .type = SOURCE_NOTHING };
	/* Outcomes of a way that was lost come before the link of the one that is left. */
	for (enum via via = VIA_COUNT; via-- > 0;)
		if (source->legs[via].over && next_of(source, via, event))
			return true;
	if (source->message_count > 0) {
		source->given = source->messages[0];
		source->message_count--;
		memmove(&source->messages[0], &source->messages[1],
		    source->message_count * sizeof(source->messages[0]));
		event->type = SOURCE_MESSAGE;
		event->text = source->given.text;
		event->level = (int)source->given.level;
		return true;
	}
	for (enum via via = VIA_COUNT; via-- > 0;)
		if (next_of(source, via, event))
			return true;
	if (source->link_changed)
		event->type = SOURCE_LINK;
	source->link_changed = false;
	return event->type != SOURCE_NOTHING;
}

/* The way for a wish, and its state. */
static const struct way *
way_of(struct source *source, void **state)
{
	*state = source->legs[source->active].state;
	return leg_way(source->active);
}

void
source_ask_sample(struct source *source)
{
	void *state;
	const struct way *way = way_of(source, &state);

	source->want_sample = true;
	way->ask_sample(state);
}

void
source_ask_query(struct source *source, const struct identity *id)
{
	void *state;
	const struct way *way = way_of(source, &state);

	way->ask_query(state, id);
}

enum via
source_settle(struct source *source)
{
	legs_settle(source);
	return source->active;
}

void
source_ask_queries(struct source *source, const struct identity *ids, size_t count)
{
	void *state;
	const struct way *way;

	legs_settle(source);
	way = way_of(source, &state);
	source->fetching = true;
	source->carrier = source->active;
	way->ask_queries(state, ids, count);
}

void
source_act(struct source *source, enum action action, const struct target *target)
{
	void *state;
	const struct way *way;

	legs_settle(source);
	way = way_of(source, &state);
	source->target = target;
	source->carrier = source->active;
	way->act(state, action, target);
}

void
source_password(struct source *source, const char *password)
{
	if (password == NULL) {
		if (source->legs[source->asker].state != NULL)
			leg_way(source->asker)->password(source->legs[source->asker].state, NULL);
	} else {
		mem_free_secret(source->password);
		source->password = mem_strdup(password);
	}
	for (enum via via = 0; password != NULL && via < VIA_COUNT; via++)
		if (source->legs[via].state != NULL)
			leg_way(via)->password(source->legs[via].state, password);
	legs_join_links(source);
}

void
source_recycle(struct source *source, struct snapshot *snapshot)
{
	void *state;
	const struct way *way = way_of(source, &state);

	way->recycle(state, snapshot);
}

void
source_retry(struct source *source)
{
	for (enum via via = 0; via < VIA_COUNT; via++)
		if (source->legs[via].again_us != INT64_MAX)
			source->legs[via].again_us = 0;
	leg_way(source->first)->retry(source->legs[source->first].state);
	legs_join_links(source);
}

const struct link *
source_link(const struct source *source)
{
	return &source->link;
}

const struct link *
source_knock(const struct source *source)
{
	return source->active != source->first && leg_is_in(source, source->active)
	    ? leg_link(source, source->first)
	    : NULL;
}

const struct link *
source_refused(const struct source *source, enum via via)
{
	const struct link *failed = &source->legs[via].failed;

	/* What it was refused for before it was tried for another reason is not the news. */
	return failed->refusal != REFUSAL_NONE && leg_may_help(source, via) ? failed : NULL;
}

const char *
source_target(const struct source *source)
{
	return leg_way(source->active)->target(source->legs[source->active].state);
}
