/* SPDX-License-Identifier: PostgreSQL */
/*
 * The actions and their outcomes, as tables.
 */
#include "action/action.h"

#include <string.h>

static const struct action_row actions[ACTION_COUNT] = {
	[ACTION_CANCEL] = { "cancel", "Cancel", "ends the running query, the session stays",
	    "ends the running queries, the sessions stay", "the queries of ", "queries cancelled",
	    false },
	[ACTION_TERMINATE] = { "terminate", "Terminate",
	    "ends the session, rolls its transaction back and frees its slot",
	    "ends these sessions, rolls transactions back and frees the slots", "", "ended", true },
};

static const struct {
	const char *name;
	const char *word; /* of the acting statement, NULL for none */
	const char *help;
} outcomes[OUTCOME_COUNT] = {
	[OUTCOME_WAITING] = { "waiting", NULL, "its turn has not come" },
	[OUTCOME_SENT] = { "sent", NULL, "the statement is on its way" },
	[OUTCOME_SIGNALLED] = { "signalled", "signalled", "the server sent the signal" },
	[OUTCOME_ENDED] = { "ended", NULL,
	    "the session, or the query that was cancelled, is gone" },
	[OUTCOME_STILL_THERE] = { "still there", NULL, "signalled, and not gone after 2 s" },
	[OUTCOME_GONE] = { "gone", "gone", "it had ended by itself" },
	[OUTCOME_CHANGED] = { "changed", "changed", "spared: its state is not the one you saw" },
	[OUTCOME_REUSED] = { "reused", "reused", "spared: another session has its pid now" },
	[OUTCOME_DENIED] = { "denied", "denied", "this role or account may not" },
	[OUTCOME_FAILED] = { "failed", NULL, "the statement failed" },
	[OUTCOME_UNKNOWN] = { "unknown", NULL, "sent, but the connection broke before the answer" },
	[OUTCOME_NOT_TRIED] = { "not tried", NULL, "stopped before its turn" },
};

const struct action_row *
action_row(enum action action)
{
	return &actions[action];
}

bool
action_works(enum action action, enum session_state state)
{
	if (action == ACTION_TERMINATE)
		return true;
	return state == STATE_ACTIVE || state == STATE_FASTPATH || state == STATE_DISABLED;
}

const char *
outcome_name(enum outcome outcome)
{
	return outcomes[outcome].name;
}

const char *
outcome_help(enum outcome outcome)
{
	return outcomes[outcome].help;
}

enum outcome
outcome_parse(const char *word)
{
	for (int i = 0; word != NULL && i < OUTCOME_COUNT; i++)
		if (outcomes[i].word != NULL && strcmp(outcomes[i].word, word) == 0)
			return (enum outcome)i;
	return OUTCOME_FAILED;
}
