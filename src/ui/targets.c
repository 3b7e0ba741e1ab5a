/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the model of acting asks of the screen: who is within the filters, who
 * was chosen, and whom the configuration protects.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "base/settings.h"
#include "table/filter.h"

/* What the questions are about. */
struct asked {
	const struct ui *ui;
	const struct ui_frame *frame;
	const struct id_list *ids; /* NULL: the filters decide */
	bool named;                /* one session alone: nothing protects it */
};

bool
targets_init(struct ui *ui, struct err *err)
{
	const struct text_list *list = &ui->settings->protect;
	struct acting *acting = &ui->acting;
	struct err why;

	acting->protect = mem_alloc(list->count, sizeof(struct filter *));
	for (size_t i = 0; i < list->count; i++) {
		struct filter *filter = filter_parse(list->items[i], &why);

		if (filter == NULL)
			return err_set(err, "protect: \"%s\": %s", list->items[i], why.msg);
		acting->protect[acting->protect_count++] = filter;
	}
	return true;
}

static bool
is_within(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct filters *filters = &asked->ui->filters;

	if (asked->ids != NULL)
		return ids_have(asked->ids, &session->id);
	for (size_t i = 0; i < filters->count; i++)
		if (filter_judge(filters->all[i], asked->frame->data, session) == FILTER_NO)
			return false;
	return true;
}

static bool
is_protected(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct acting *acting = &asked->ui->acting;

	return filter_any(acting->protect, acting->protect_count, FILTER_YES, asked->frame->data,
	    session);
}

static bool
is_unsure(const void *context, const struct session *session)
{
	const struct asked *asked = context;
	const struct filters *filters = &asked->ui->filters;
	const struct acting *acting = &asked->ui->acting;
	const struct table_data *data = asked->frame->data;

	for (size_t i = 0; asked->ids == NULL && i < filters->count; i++)
		if (filter_judge(filters->all[i], data, session) == FILTER_MAYBE)
			return true;
	return !asked->named &&
	    filter_any(acting->protect, acting->protect_count, FILTER_MAYBE, data, session);
}

bool
targets_protect(const struct ui *ui, const struct ui_frame *frame, const struct session *session)
{
	const struct asked asked = { ui, frame, NULL, false };

	return plan_default_protected(session) || is_protected(&asked, session);
}

static struct plan_input
input_of(const struct asked *asked)
{
	const struct slots *slots = &asked->frame->data->facts->slots;

	return (struct plan_input){
		.snap = asked->frame->data->snap,
		.used = slots->used,
		.usable = slots->usable,
		.within = is_within,
		.is_protected = is_protected,
		.is_unsure = is_unsure,
		.context = asked,
	};
}

static bool
is_any(const void *context, const struct session *session)
{
	(void)context;
	(void)session;
	return true;
}

enum spare
ui_spares(const struct ui *ui, const struct ui_frame *frame, const struct job *job,
    const struct session *session)
{
	const struct choice choice = {
		.action = job->action,
		.policy = job->policy,
		.named = job->named,
	};
	const struct id_list chosen = { 0 };
	const bool filtered = job->policy != POLICY_CHOSEN;
	const struct asked asked = { ui, frame, filtered ? NULL : &chosen, job->named };
	struct plan_input input = input_of(&asked);

	if (!filtered)
		input.within = is_any;
	return plan_recheck(&choice, &input, session);
}

void
targets_plan(struct ui *ui, const struct ui_frame *frame, const struct choice *choice,
    const struct id_list *ids, struct plan *plan)
{
	const struct asked asked = { ui, frame, ids, choice->named };
	const struct plan_input input = input_of(&asked);

	plan_make(plan, choice, &input, &ui->scratch);
}
