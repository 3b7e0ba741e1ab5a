/* SPDX-License-Identifier: PostgreSQL */
/* What the made-up servers are made of. */
#ifndef PGCONNTOP_UNIT_TEST_GOLDEN_SCENES_H
#define PGCONNTOP_UNIT_TEST_GOLDEN_SCENES_H

#include "base/units.h"
#include "test_golden_fixture.h"

#define SECOND UNITS_US_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* `count` sessions alike, each a little younger than the one before. */
struct batch {
	int count;
	int32_t pid; /* of the first */
	const char *application, *user, *database, *client;
	enum session_state state;
	int64_t age_us; /* of the state */
	const char *query;
	int32_t blocked_by; /* 0 for none */
};

struct scene_row {
	const char *name;
	const struct batch *batches;
	size_t count;
	int max_connections;
	int before;  /* sessions used five minutes ago */
	bool judged; /* with a verdict */
};

extern const struct scene_row scenes[SCENE_COUNT];

#endif
