/* SPDX-License-Identifier: PostgreSQL */
/*
 * What can be done to a session, as const rows, and what becomes of it. An
 * action is added here and in the source's SQL and nowhere else.
 */
#ifndef PGCONNTOP_ACTION_ACTION_H
#define PGCONNTOP_ACTION_ACTION_H

#include <stdbool.h>

#include "model/link.h"
#include "model/session.h"

enum action { ACTION_CANCEL, ACTION_TERMINATE, ACTION_COUNT };

struct action_row {
	const char *name;    /* in the log: "terminate" */
	const char *verb;    /* in a question: "Terminate" */
	const char *effect;  /* what it does, a short sentence without stop */
	const char *effects; /* the same to several */
	const char *object;  /* of the verb before "3 sessions": "the queries of "; "" for none */
	const char *done;    /* of those with the outcome ended: "queries cancelled" */
	bool frees;          /* ends the session and so frees its slot */
};

const struct action_row *action_row(enum action action);

/* Whether the action does anything to a session in that state: an idle one cannot be cancelled. */
bool action_works(enum action action, enum session_state state);

/* What became of a target, in the order in which it can go on. */
enum outcome {
	OUTCOME_WAITING,     /* its turn has not come */
	OUTCOME_SENT,        /* the statement is on its way */
	OUTCOME_SIGNALLED,   /* the server sent the signal */
	OUTCOME_ENDED,       /* and the session, or its query, is gone */
	OUTCOME_STILL_THERE, /* signalled over 2 s ago and not gone */
	OUTCOME_GONE,        /* it had ended before its turn */
	OUTCOME_CHANGED,     /* spared: it is not in the state any more in which it was confirmed */
	OUTCOME_REUSED,      /* spared: another session has its pid */
	OUTCOME_DENIED,      /* our role, or by /proc our account, may not */
	OUTCOME_FAILED,      /* the statement failed */
	OUTCOME_UNKNOWN,     /* sent, but the connection broke before the answer */
	OUTCOME_NOT_TRIED,   /* stopped before its turn */
	OUTCOME_COUNT
};

/* "signalled" "still there" "not tried" ... */
const char *outcome_name(enum outcome outcome);

/* What it means, a short sentence without stop. */
const char *outcome_help(enum outcome outcome);

/* The outcome of the word that the acting statement gives; FAILED for one that we do not know. */
enum outcome outcome_parse(const char *word);

/* A session that is to be acted on, as it was shown when it was confirmed. */
struct target {
	struct identity id;
	enum session_state state;
	int64_t state_change_us; /* TIME_UNKNOWN when unknown */
	int64_t age_us;          /* in its state when it was chosen; TIME_UNKNOWN when unknown */
	const char *user; /* this and the following texts: of the job's arena; NULL is unknown */
	const char *database;
	const char *application;
	const char *client;
	const char *query; /* the whole one once it was fetched */
	enum via via;      /* by which it was acted on, or is to be */
	bool barred;       /* it was known beforehand that our role or account may not */
	enum outcome outcome;
	const char *note;     /* the role that would be allowed, what it waits for; NULL for none */
	int64_t signalled_us; /* our clock for differences */
};

#endif
