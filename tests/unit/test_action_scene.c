/* SPDX-License-Identifier: PostgreSQL */
/*
 * A server made by hand, and a plan of it.
 */
#include "test_action_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void
scene_init(struct scene *scene)
{
	*scene = (struct scene){
		.snap = snapshot_new(),
		.choice = { .action = ACTION_TERMINATE, .policy = POLICY_ALL },
		.used = 91,
		.usable = 97,
	};
	scene->snap->server_us = NOW_US;
	scene->snap->mono_us = MONO_US;
}

void
scene_clear(struct scene *scene)
{
	snapshot_free(scene->snap);
	arena_clear(&scene->arena);
}

static const char *
intern(struct scene *scene, const char *text)
{
	return text == NULL ? NULL : snapshot_intern(scene->snap, text, strlen(text));
}

struct session *
scene_add(struct scene *scene, int32_t pid, const char *application, enum session_state state,
    int64_t age_s)
{
	struct session *session = snapshot_add(scene->snap);

	session->id = (struct identity){ pid, NOW_US - SECONDS(86400) };
	session->kind = KIND_CLIENT;
	session->state = state;
	session->slot = true;
	session->user = intern(scene, "app");
	session->database = intern(scene, "wall");
	session->application = intern(scene, application);
	session->client = intern(scene, "10.0.0.5");
	session->state_change_us = NOW_US - SECONDS(age_s);
	session->query = intern(scene, "select 1");
	return session;
}

static bool
within(const void *context, const struct session *session)
{
	const struct scene *scene = context;

	for (const int32_t *pid = scene->shown; pid != NULL; pid++) {
		if (*pid == 0)
			return false;
		if (*pid == session->id.pid)
			return true;
	}
	return true;
}

static bool
is_protected(const void *context, const struct session *session)
{
	assert_non_null(context);
	return session->application != NULL && strcmp(session->application, "etl") == 0;
}

void
scene_plan(struct scene *scene)
{
	const struct plan_input input = {
		.snap = scene->snap,
		.used = scene->used,
		.usable = scene->usable,
		.within = within,
		.is_protected = is_protected,
		.context = scene,
		.left = scene->left,
	};

	snapshot_finish(scene->snap);
	arena_reset(&scene->arena);
	plan_make(&scene->plan, &scene->choice, &input, &scene->arena);
}

void
scene_expect(struct scene *scene, const int32_t *pids)
{
	size_t count = 0;

	scene_plan(scene);
	for (; pids[count] != 0; count++) {
		if (count < scene->plan.count)
			assert_int_equal(scene->plan.targets[count]->id.pid, pids[count]);
	}
	assert_int_equal(scene->plan.count, count);
}
