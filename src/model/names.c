/* SPDX-License-Identifier: PostgreSQL */
/*
 * The words of the model's enums, and the small questions about one session
 * that several layers ask.
 */
#include "model/session.h"

#include <string.h>

#include "model/messages.h"
#include "model/snapshot.h"

static const struct {
	const char *name;
	const char *brief;
	const char *label;
} state_names[STATE_COUNT] = {
	[STATE_ACTIVE] = { "active", "active", "active" },
	[STATE_IDLE] = { "idle", "idle", "idle" },
	[STATE_IDLE_IN_TRANSACTION] = { "idle in transaction", "in txn", "in_transaction" },
	[STATE_ABORTED] = { "idle in transaction (aborted)", "aborted", "aborted" },
	[STATE_FASTPATH] = { "fastpath function call", "fastpth", "fastpath" },
	[STATE_DISABLED] = { "disabled", "disabld", "disabled" },
	[STATE_STARTING] = { "starting", "startng", "starting" },
	[STATE_UNKNOWN] = { "unknown", "unknown", "unknown" },
};

static const char *const limits_from_names[LIMITS_COUNT] = {
	[LIMITS_SERVER] = "server",
	[LIMITS_BEFORE] = "earlier connection",
	[LIMITS_FILES] = "configuration files",
	[LIMITS_CONTROL] = "pg_control, reserved slots from configuration files",
};

static const char *const level_names[] = {
	[LEVEL_OK] = "ok",
	[LEVEL_INFO] = "info",
	[LEVEL_WARNING] = "warning",
	[LEVEL_CRITICAL] = "critical",
};

const char *
session_state_name(enum session_state state)
{
	return state_names[state].name;
}

const char *
session_state_short(enum session_state state)
{
	return state_names[state].brief;
}

const char *
session_state_label(enum session_state state)
{
	return state_names[state].label;
}

enum session_state
session_state_parse(const char *word)
{
	if (word == NULL)
		return STATE_UNKNOWN;
	for (int i = 0; i < STATE_COUNT; i++)
		if (strcmp(state_names[i].name, word) == 0)
			return (enum session_state)i;
	return STATE_UNKNOWN;
}

bool
session_waits_for_lock(const struct session *session)
{
	return session->wait_event_type != NULL && strcmp(session->wait_event_type, "Lock") == 0;
}

bool
session_in_transaction(const struct session *session)
{
	return session->xact_start_us != TIME_UNKNOWN;
}

int64_t
session_since(int64_t then_us, int64_t now_us)
{
	if (then_us == TIME_UNKNOWN || now_us == TIME_UNKNOWN)
		return TIME_UNKNOWN;
	return now_us > then_us ? now_us - then_us : 0;
}

int
identity_compare(const struct identity *a, const struct identity *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->start_us != b->start_us)
		return a->start_us < b->start_us ? -1 : 1;
	return 0;
}

const char *
level_name(enum level level)
{
	return level_names[level];
}

const char *
limits_from_name(enum limits_from from)
{
	return limits_from_names[from];
}

const char *
server_role(const struct server *server)
{
	if (!server->in_recovery_known)
		return NULL;
	return server->in_recovery ? "standby" : "primary";
}
