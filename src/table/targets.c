/* SPDX-License-Identifier: PostgreSQL */
/*
 * What an act did: its targets as they were confirmed and what became of
 * each, and how many have which outcome.
 */
#include "action/job.h"
#include "base/mem.h"
#include "internal.h"
#include "model/messages.h"

/* A getter of a target's column. */
#define GETTER(function, expression)                                                 \
	static struct value function(const struct table_data *data, const void *row) \
	{                                                                            \
		const struct target *target = row;                                   \
                                                                                     \
		(void)data;                                                          \
		return (expression);                                                 \
	}

GETTER(target_pid, value_int(target->id.pid))
GETTER(target_backend_start, value_time(target->id.start_us))
GETTER(target_user, value_text(target->user))
GETTER(target_database, value_text(target->database))
GETTER(target_application, value_text(target->application))
GETTER(target_client, value_text(target->client))
GETTER(target_state, value_text(session_state_name(target->state)))
GETTER(target_age, value_duration(target->age_us))
GETTER(target_outcome, value_text(outcome_name(target->outcome)))
GETTER(target_note, value_text(target->note))

static void
target_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct job *job = data->job;
	size_t count = job != NULL ? job->count : 0;

	out->items = arena_alloc(arena, count, sizeof(*out->items));
	out->count = count;
	for (size_t i = 0; i < count; i++)
		out->items[i] = &job->targets[i];
}

/* Those that did not end ask for a look. */
static int
target_level(const struct table_data *data, const void *row)
{
	const struct target *target = row;

	(void)data;
	switch (target->outcome) {
	case OUTCOME_STILL_THERE:
	case OUTCOME_CHANGED:
	case OUTCOME_REUSED:
	case OUTCOME_UNKNOWN:
		return LEVEL_WARNING;
	case OUTCOME_DENIED:
	case OUTCOME_FAILED:
		return LEVEL_CRITICAL;
	case OUTCOME_WAITING:
	case OUTCOME_SENT:
	case OUTCOME_SIGNALLED:
	case OUTCOME_ENDED:
	case OUTCOME_GONE:
	case OUTCOME_NOT_TRIED:
	case OUTCOME_COUNT:
		break;
	}
	return LEVEL_OK;
}

static const struct column target_columns[] = {
	{ "pid", NULL, "PID", "process id of the server process", VALUE_INT, 7, 0, target_pid },
	{ "backend_start", NULL, "STARTED", "when the session began", VALUE_TIME, 27, COLUMN_HIDDEN,
	    target_backend_start },
	{ "user", NULL, "USER", "role that logged in", VALUE_TEXT, 9, 0, target_user },
	{ "database", NULL, "DATABASE", "database it is in", VALUE_TEXT, 9, 0, target_database },
	{ "application", NULL, "APPLICATION", "application_name that the client set", VALUE_TEXT,
	    12, 0, target_application },
	{ "client", NULL, "CLIENT", "address of the client, or local", VALUE_TEXT, 15, 0,
	    target_client },
	{ "state", NULL, "STATE", "state in which it was chosen", VALUE_TEXT, 7, COLUMN_STATE,
	    target_state },
	{ "age", "age_seconds", "AGE", "time in that state when it was chosen", VALUE_DURATION, 6,
	    0, target_age },
	{ "outcome", NULL, "OUTCOME", "what became of it", VALUE_TEXT, 11, 0, target_outcome },
	{ "note", NULL, "NOTE", "what the server said, or what it waits for", VALUE_TEXT, 20,
	    COLUMN_STRETCH, target_note },
};

const struct table table_targets = {
	.name = "targets",
	.title = "Targets",
	.help = "sessions that were acted on",
	.shape = SHAPE_LIST,
	.columns = target_columns,
	.column_count = COUNT_OF(target_columns),
	.rows = target_rows,
	.level = target_level,
};

/* A row is an index into the counts of the job, as a pointer to one of them. */
static enum outcome
outcome_of(const struct table_data *data, const void *row)
{
	return (enum outcome)((const int *)row - data->job->outcomes);
}

static struct value
outcome_word(const struct table_data *data, const void *row)
{
	return value_text(outcome_name(outcome_of(data, row)));
}

static struct value
outcome_targets(const struct table_data *data, const void *row)
{
	(void)data;
	return value_int(*(const int *)row);
}

static struct value
outcome_meaning(const struct table_data *data, const void *row)
{
	return value_text(outcome_help(outcome_of(data, row)));
}

/* Only those that some target has. */
static void
outcome_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	out->items = arena_alloc(arena, OUTCOME_COUNT, sizeof(*out->items));
	out->count = 0;
	for (int i = 0; data->job != NULL && i < OUTCOME_COUNT; i++)
		if (data->job->outcomes[i] > 0)
			out->items[out->count++] = &data->job->outcomes[i];
}

static const struct column outcome_columns[] = {
	{ "outcome", NULL, "OUTCOME", "what became of them", VALUE_TEXT, 11, 0, outcome_word },
	{ "targets", NULL, "TARGETS", "how many", VALUE_INT, 7, 0, outcome_targets },
	{ "meaning", NULL, "MEANING", "what that means", VALUE_TEXT, 40, COLUMN_STRETCH,
	    outcome_meaning },
};

const struct table table_outcomes = {
	.name = "outcomes",
	.title = "Outcomes",
	.help = "targets of an act by outcome",
	.shape = SHAPE_MAP,
	.columns = outcome_columns,
	.column_count = COUNT_OF(outcome_columns),
	.rows = outcome_rows,
};
