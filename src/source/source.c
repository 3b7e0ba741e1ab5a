/* SPDX-License-Identifier: PostgreSQL */
/*
 * The way that is in use, for the application.
 */
#include "source/source.h"

#include "base/mem.h"
#include "source/way.h"

struct source {
	const struct way *way;
	void *state;
};

struct source *
source_open(const struct settings *settings, struct err *err)
{
	struct source *source;
	void *state = pg_open(settings, err);

	if (state == NULL)
		return NULL;
	source = mem_alloc(1, sizeof(*source));
	*source = (struct source){ &way_pg, state };
	return source;
}

void
source_close(struct source *source)
{
	if (source == NULL)
		return;
	source->way->close(source->state);
	mem_free(source);
}

size_t
source_fds(struct source *source, struct pollfd *fds)
{
	return source->way->fds(source->state, fds);
}

int64_t
source_deadline(const struct source *source)
{
	return source->way->deadline(source->state);
}

void
source_step(struct source *source, int64_t mono_us, int64_t wall_us)
{
	source->way->step(source->state, mono_us, wall_us);
}

bool
source_next(struct source *source, struct source_event *event)
{
	return source->way->next(source->state, event);
}

void
source_ask_sample(struct source *source)
{
	source->way->ask_sample(source->state);
}

void
source_ask_query(struct source *source, const struct identity *id)
{
	source->way->ask_query(source->state, id);
}

void
source_ask_queries(struct source *source, const struct identity *ids, size_t count)
{
	source->way->ask_queries(source->state, ids, count);
}

void
source_act(struct source *source, enum action action, const struct target *target)
{
	source->way->act(source->state, action, target);
}

void
source_password(struct source *source, const char *password)
{
	source->way->password(source->state, password);
}

void
source_recycle(struct source *source, struct snapshot *snapshot)
{
	source->way->recycle(source->state, snapshot);
}

void
source_retry(struct source *source)
{
	source->way->retry(source->state);
}

const struct link *
source_link(const struct source *source)
{
	return source->way->link(source->state);
}

const char *
source_target(const struct source *source)
{
	return source->way->target(source->state);
}
