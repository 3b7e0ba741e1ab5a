/* SPDX-License-Identifier: PostgreSQL */
/* What came of an act on sessions, in lines for people. */
#include <string.h>

#include "action/job.h"
#include "action/words.h"
#include "analysis/slots.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"
#include "report/report.h"

static void
add_clean(const struct report *report, const char *text, struct buf *out)
{
	text_clean(out, text, strlen(text), report->utf8 ? TEXT_UTF8 : 0u);
}

/* "utilization 93.8 % -> 73.2 %". */
static void
add_utilization(const struct report_act *act, struct buf *out)
{
	char before[UNITS_TEXT_MAX], after[UNITS_TEXT_MAX];

	if (act->before->usable > 0 && act->data->job->count == 0)
		buf_addf(out, "utilization %s", units_share(before, act->before->utilization));
	else if (act->before->usable > 0 && act->after->usable > 0)
		buf_addf(out, "utilization %s -> %s", units_share(before, act->before->utilization),
		    units_share(after, act->after->utilization));
	else
		buf_adds(out, "utilization unknown");
}

void
report_outcome(const struct report *report, const struct report_act *act, struct buf *out,
    struct arena *arena)
{
	const struct job *job = act->data->job;
	const char *name = action_row(job->action)->name;
	const char *spared = words_spared(act->choice, act->spared, arena);

	if (job->count == 0)
		buf_addf(out, "Nothing to %s; ", name);
	else if (act->dry_run)
		buf_addf(out, "%s would %s %s%zu session%s; ",
		    act->unasked ? "Nothing was done: no --yes and no terminal. It"
		                 : "Dry run, nothing was done: it",
		    name, action_row(job->action)->object, job->count, job->count == 1 ? "" : "s");
	else
		buf_addf(out, "%s; ", words_outcomes(job, arena));
	add_utilization(act, out);
	if (job->stopped && !act->dry_run) {
		buf_adds(out, "; stopped: ");
		add_clean(report, job->why, out);
	}
	buf_addc(out, '\n');
	if (spared != NULL)
		buf_addf(out, "Left alone: %s\n", spared);
	if (act->next != NULL) {
		buf_adds(out, "Next: ");
		add_clean(report, act->next, out);
		buf_addc(out, '\n');
	}
}
