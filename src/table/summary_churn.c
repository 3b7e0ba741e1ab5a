/* SPDX-License-Identifier: PostgreSQL */
/*
 * Of the summary: sessions that come and go, as seen in the samples and as
 * the server counts them.
 */
#include "analysis/facts.h"
#include "internal.h"

#define GETTER(function, expression)                                          \
	struct value function(const struct table_data *data, const void *row) \
	{                                                                     \
		(void)row;                                                    \
		return (expression);                                          \
	}

static struct value
seen_rate(const struct churn *churn, double per_second)
{
	return churn->known ? value_real(per_second) : value_none();
}

/* Of nothing until two samples were compared. */
static struct value
seen_total(const struct churn *churn, int64_t n)
{
	return churn->counted ? value_int(n) : value_none();
}

static struct value
rate(const struct unseen *unseen, enum server_count kind)
{
	return unseen->known ? value_real(unseen->per_second[kind]) : value_none();
}

static struct value
total(const struct unseen *unseen, enum server_count kind)
{
	return unseen->counted ? value_int(unseen->totals[kind]) : value_none();
}

GETTER(summary_opened, seen_rate(&data->facts->churn, data->facts->churn.opened_per_second))
GETTER(summary_closed, seen_rate(&data->facts->churn, data->facts->churn.closed_per_second))
GETTER(summary_opened_total, seen_total(&data->facts->churn, data->facts->churn.opened_total))
GETTER(summary_closed_total, seen_total(&data->facts->churn, data->facts->churn.closed_total))
GETTER(summary_unseen, rate(&data->facts->unseen, COUNT_UNSEEN))
GETTER(summary_abandoned, rate(&data->facts->unseen, COUNT_ABANDONED))
GETTER(summary_fatal, rate(&data->facts->unseen, COUNT_FATAL))
GETTER(summary_killed, rate(&data->facts->unseen, COUNT_KILLED))
GETTER(summary_unseen_total, total(&data->facts->unseen, COUNT_UNSEEN))
GETTER(summary_abandoned_total, total(&data->facts->unseen, COUNT_ABANDONED))
GETTER(summary_fatal_total, total(&data->facts->unseen, COUNT_FATAL))
GETTER(summary_killed_total, total(&data->facts->unseen, COUNT_KILLED))
