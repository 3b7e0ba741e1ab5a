/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the model of acting asks about sessions, answered by the filters of
 * the settings: who is meant, who is protected, and how many of an
 * application a guard has left.
 */
#include "whom.h"

#include <limits.h>

#include "action/budget.h"
#include "action/plan.h"
#include "action/words.h"
#include "analysis/facts.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "model/snapshot.h"
#include "order.h"
#include "table/filter.h"
#include "table/table.h"

/* What the questions are about. */
struct asked {
	const struct whom *whom;
	const struct order *order;
	const struct table_data *data;
};

static bool
compile(struct filter_list *list, const struct text_list *texts, const char *option,
    struct err *err)
{
	struct err why;

	list->items = mem_alloc(texts->count, sizeof(struct filter *));
	for (size_t i = 0; i < texts->count; i++) {
		struct filter *filter = filter_parse(texts->items[i], &why);

		if (filter == NULL)
			return err_set(err, "--%s: \"%s\": %s", option, texts->items[i], why.msg);
		list->items[list->count++] = filter;
	}
	return true;
}

bool
whom_protect(struct whom *whom, const struct settings *settings, struct err *err)
{
	return compile(&whom->protect, &settings->protect, "protect", err);
}

bool
whom_open(struct whom *whom, struct order *order, const struct settings *settings, struct err *err)
{
	struct choice *choice = &order->choice;
	bool all = true;

	if (!compile(&whom->filters, &settings->filter, "filter", err) ||
	    !whom_protect(whom, settings, err))
		return false;
	for (size_t i = 0; i < whom->filters.count; i++) {
		choice->named = choice->named || filter_names_one(whom->filters.items[i]);
		all = all && filter_is_empty(whom->filters.items[i]);
	}
	if (choice->policy == POLICY_CHOSEN && all)
		return err_set(err, "--%s: the filter is empty; --kill-all ends all sessions",
		    order->option);
	return true;
}

static bool
is_within(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct filter_list *filters = &asked->whom->filters;

	return !filter_any(filters->items, filters->count, FILTER_NO, asked->data, session);
}

static bool
is_protected(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct filter_list *protect = &asked->whom->protect;

	return filter_any(protect->items, protect->count, FILTER_YES, asked->data, session);
}

static bool
is_unsure(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct filter_list *filters = &asked->whom->filters;
	const struct filter_list *protect = &asked->whom->protect;

	return filter_any(filters->items, filters->count, FILTER_MAYBE, asked->data, session) ||
	    (!asked->order->choice.named &&
	        filter_any(protect->items, protect->count, FILTER_MAYBE, asked->data, session));
}

static int
left(const void *context, const char *application)
{
	const struct asked *asked = context;
	int64_t most = asked->order->choice.most;
	int minute =
	    budget_sum(asked->whom->budget, groups_label(application), asked->data->snap->mono_us);

	if (most == 0)
		return INT_MAX;
	return minute >= most ? 0 : (int)most - minute;
}

enum bar
whom_bar(const struct whom *whom, const struct table_data *data, const struct session *session)
{
	const struct filter_list *protect = &whom->protect;

	if (plan_default_protected(session) ||
	    filter_any(protect->items, protect->count, FILTER_YES, data, session) ||
	    filter_any(protect->items, protect->count, FILTER_MAYBE, data, session))
		return BAR_PROTECTED;
	return plan_may_signal(data->snap, session) ? BAR_NONE : BAR_RIGHT;
}

static struct plan_input
input_of(const struct asked *asked)
{
	const struct slots *slots = &asked->data->facts->slots;

	return (struct plan_input){
		.snap = asked->data->snap,
		.used = slots->used,
		.usable = slots->usable,
		.within = is_within,
		.is_protected = is_protected,
		.is_unsure = is_unsure,
		.context = asked,
		.left = asked->whom->budget != NULL ? left : NULL,
	};
}

void
whom_plan(const struct whom *whom, const struct order *order, const struct table_data *data,
    struct plan *plan, struct arena *arena)
{
	const struct asked asked = { whom, order, data };
	const struct plan_input input = input_of(&asked);

	plan_make(plan, &order->choice, &input, arena);
}

enum spare
whom_spares(const struct whom *whom, const struct order *order, const struct table_data *data,
    const struct session *session)
{
	const struct asked asked = { whom, order, data };
	const struct plan_input input = input_of(&asked);

	return plan_recheck(&order->choice, &input, session);
}

const char *
whom_missed(const struct whom *whom, const struct order *order, const struct table_data *data,
    struct arena *arena)
{
	const struct asked asked = { whom, order, data };
	const struct snapshot *snap = data->snap;
	const char *text = "";

	if (!order->choice.named)
		return NULL;
	for (size_t i = 0; i < snap->session_count; i++) {
		const struct session *session = &snap->sessions[i];

		if (!is_within(&asked, session))
			continue;
		return session->slot
		    ? NULL
		    : arena_printf(arena, "pid %d is no client session: %s", (int)session->id.pid,
		          words_name(session->backend_type, arena));
	}
	for (size_t i = 0; i < whom->filters.count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : " ",
		    words_line(filter_text(whom->filters.items[i]), arena));
	return arena_printf(arena, "no session has %s", text);
}

const char *
whom_text(const struct whom *whom, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < whom->filters.count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? ", within the filter " : " ",
		    words_line(filter_text(whom->filters.items[i]), arena));
	return text;
}

static void
clear(struct filter_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		filter_free(list->items[i]);
	mem_free(list->items);
	*list = (struct filter_list){ 0 };
}

void
whom_close(struct whom *whom)
{
	clear(&whom->filters);
	clear(&whom->protect);
}
