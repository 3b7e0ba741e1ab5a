/* SPDX-License-Identifier: PostgreSQL */
/*
 * A server made by hand and a plan of it, for the tests of acting. It needs
 * no layer above the one that is tested.
 */
#ifndef PGCONNTOP_UNIT_TEST_ACTION_SCENE_H
#define PGCONNTOP_UNIT_TEST_ACTION_SCENE_H

#include "action/plan.h"
#include "base/mem.h"
#include "model/snapshot.h"

#define NOW_US INT64_C(1795183353123456) /* of the server */
#define MONO_US INT64_C(5000000000)      /* at the same moment */
#define SECONDS(n) ((n)*INT64_C(1000000))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct scene {
	struct snapshot *snap;
	struct choice choice;
	const int32_t *shown; /* pids that are shown or tagged, 0 ends them; NULL for all */
	int (*left)(const void *context, const char *application); /* as in struct plan_input */
	int used, usable;
	struct plan plan;
	struct arena arena; /* of the plan */
};

/* Terminates whom POLICY_ALL means, on a server with 91 of 97 slots in use. */
void scene_init(struct scene *scene);
void scene_clear(struct scene *scene);

/* One more client session of user app in database wall, for so many seconds in its state. */
struct session *scene_add(struct scene *scene, int32_t pid, const char *application,
    enum session_state state, int64_t age_s);

/* Makes the plan. Sessions of the application "etl" are protected by the configuration. */
void scene_plan(struct scene *scene);

/* The plan is made and reaches these pids in this order, 0 ends them. */
void scene_expect(struct scene *scene, const int32_t *pids);

#define EXPECT(scene, ...) scene_expect(scene, (const int32_t[]){ __VA_ARGS__, 0 })
#define EXPECT_NONE(scene) scene_expect(scene, (const int32_t[]){ 0 })

#endif
