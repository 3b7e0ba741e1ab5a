/* SPDX-License-Identifier: PostgreSQL */
/*
 * A walsender has slots of its own, and is neither kept from reserved ones
 * nor counted against a role or a database; but it is a process like any
 * other for the limit of those that are not yet authenticated. Where a login
 * fails for another reason it would fail in the same way.
 */
#include "source/ways.h"

#include <string.h>

#include "base/units.h"

#define PROTOCOL_VIOLATION "08P01" /* of poolers, which do not know such logins */
#define SLOT_PAUSE_US UNITS_US_PER_SECOND
#define OTHER_PAUSE_US (30 * UNITS_US_PER_SECOND)
#define LOST_PAUSE_US (UNITS_US_PER_SECOND / 4)

#define WAY(via) (1u << (via))

/* By the refusal of the ordinary login: the ways around it. */
static const unsigned helping[REFUSAL_OTHER + 1] = {
	[REFUSAL_ALL_SLOTS] = WAY(VIA_WALSENDER) | WAY(VIA_PROC),
	[REFUSAL_SUPERUSER_RESERVED] = WAY(VIA_WALSENDER) | WAY(VIA_PROC),
	[REFUSAL_ROLE_RESERVED] = WAY(VIA_WALSENDER) | WAY(VIA_PROC),
	[REFUSAL_ROLE_LIMIT] = WAY(VIA_WALSENDER) | WAY(VIA_PROC),
	[REFUSAL_DATABASE_LIMIT] = WAY(VIA_WALSENDER) | WAY(VIA_PROC),
	[REFUSAL_WALSENDERS] = WAY(VIA_PROC), /* the user's own login was one of a walsender */
	[REFUSAL_CHILDREN] = WAY(VIA_PROC),
	[REFUSAL_POOLED] = WAY(VIA_WALSENDER) | WAY(VIA_PROC), /* it does not say why */
};

bool
way_helps(enum via via, const struct link *refused)
{
	return refused->via != via && (helping[refused->refusal] & WAY(via)) != 0;
}

int64_t
way_pause_us(const struct link *failed)
{
	if (strcmp(failed->sqlstate, PROTOCOL_VIOLATION) == 0)
		return INT64_MAX;
	if (failed->refusal == REFUSAL_LOST)
		return LOST_PAUSE_US;
	return failed->refusal == REFUSAL_WALSENDERS ? SLOT_PAUSE_US : OTHER_PAUSE_US;
}
