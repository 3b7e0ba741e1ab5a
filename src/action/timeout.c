/* SPDX-License-Identifier: PostgreSQL */
/*
 * Of a role in its database what is set there goes before that of the role,
 * and this before those of the database, of all roles and of the server.
 */
#include "action/timeout.h"

#include <stdbool.h>

#include "model/snapshot.h"

/* Whether a database has a value of its own, which one of a role would take the place of. */
static bool
any_database_has(const struct params *params, enum param_id id)
{
	for (size_t i = 0; i < params->override_count; i++)
		if (params->overrides[i].id == id && params->overrides[i].role == NULL &&
		    params->overrides[i].database != NULL)
			return true;
	return false;
}

void
timeout_find(struct timeout *timeout, const struct snapshot *snap, enum param_id id)
{
	const struct params *params = &snap->params;
	const char *user = timeout->user, *database = timeout->database;
	const struct override *holds = params_override(params, id, user, database);

	timeout->present = holds;
	if (holds == NULL && user != NULL) {
		holds = params_override(params, id, user, NULL);
		if (holds != NULL || !any_database_has(params, id)) {
			timeout->present = holds;
			timeout->database = NULL;
		}
	}
	if (holds == NULL && user != NULL && database != NULL)
		holds = params_override(params, id, NULL, database);
	if (holds == NULL)
		holds = params_override(params, id, NULL, NULL);
	timeout->holds = holds != NULL ? holds->value : snapshot_param(snap, id);
}
