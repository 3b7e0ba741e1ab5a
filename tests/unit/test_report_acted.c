/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of what each format says of an act: one of two sessions ended, and
 * both have names that must not do harm.
 */
#include "action/job.h"
#include "base/buf.h"
#include "fixture.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	struct fixture fixture;
	struct job job;
	struct slots after;
	int spared[SPARE_COUNT];
	struct report report;
	struct report_act act;
	struct buf out;
	struct arena arena;
};

/* The job of both sessions, decided at 2 of 97 slots. */
static void
begin(struct scene *scene)
{
	static const struct choice choice = { .action = ACTION_TERMINATE, .policy = POLICY_IDLE };
	struct fixture *fixture = &scene->fixture;
	const struct session *targets[2];
	struct plan plan = { .targets = targets, .count = 2 };

	*scene = (struct scene){ .spared = { [SPARE_PROTECTED] = 3 } };
	fixture_init(fixture);
	fixture_add(fixture->snap, 11, "app", "a,\"b\"\033[31m", STATE_IDLE);
	fixture_add(fixture->snap, 12, "app", "\377", STATE_IDLE);
	fixture_analyse(fixture);
	targets[0] = &fixture->snap->sessions[0];
	targets[1] = &fixture->snap->sessions[1];
	job_start(&scene->job, &choice, &plan, fixture->snap);
	fixture->data.job = &scene->job;
	scene->after = fixture->facts.slots;
	scene->after.used = 1;
	scene->after.utilization = 1.0 / 97;
	scene->report.tables[scene->report.table_count++] = &table_targets;
	scene->act = (struct report_act){
		.data = &fixture->data,
		.before = &fixture->facts.slots,
		.after = &scene->after,
		.spared = scene->spared,
		.first = true,
	};
}

/* The first one ends, the second one is denied. */
static void
carry_out(struct scene *scene)
{
	struct job *job = &scene->job;

	job_confirm(job);
	job_run(job);
	job_send(job);
	job_outcome(job, OUTCOME_GONE, NULL, MONO_US);
	job_send(job);
	job_outcome(job, OUTCOME_DENIED, "a \"superuser\"\n", MONO_US);
	assert_true(job_is_over(job));
}

static void
look_only(struct scene *scene)
{
	job_confirm(&scene->job);
	job_stop(&scene->job, "a dry run", false);
	scene->act.dry_run = true;
}

static void
end(struct scene *scene)
{
	job_clear(&scene->job);
	fixture_clear(&scene->fixture);
	buf_clear(&scene->out);
	arena_clear(&scene->arena);
}

static const char *
told(struct scene *scene, const struct writer *writer)
{
	buf_reset(&scene->out);
	writer->acted(&scene->report, &scene->act, &scene->out, &scene->arena);
	return buf_str(&scene->out);
}

static void
has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void
test_text(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	carry_out(&scene);
	text = told(&scene, &writer_text);
	has(text, "PID  USER");
	has(text, " a,\"b\"?[31m ");
	has(text,
	    "\n0 of 2 ended, 1 gone, 1 denied; utilization 2.1 % -> 1.0 %\n"
	    "Left alone: 3 protected\n");
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\377'));
	end(&scene);
}

static void
test_text_dry(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	look_only(&scene);
	text = told(&scene, &writer_text);
	has(text, " not tried ");
	has(text,
	    "\nDry run, nothing was done: it would terminate 2 sessions; utilization 2.1 % -> ");
	assert_null(strstr(text, "stopped"));
	end(&scene);
}

/* A guard says nothing where there is nothing to say, and when its alert begins to stand. */
static void
test_text_guard(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.act.guard = true;
	scene.job.count = 0;
	assert_string_equal(told(&scene, &writer_text), "");
	scene.act.change = "utilization is at critical: \033";
	assert_string_equal(told(&scene, &writer_text),
	    "2026-11-20T14:02:33.123456Z  utilization is at critical: ?\n");
	scene.act.change = NULL;
	scene.act.skipped = 2;
	assert_string_equal(told(&scene, &writer_text),
	    "2026-11-20T14:02:33.123456Z  2 samples left out: the server answered late\n");
	scene.act.guard = false;
	scene.act.skipped = 0;
	assert_string_equal(told(&scene, &writer_text),
	    "Nothing to terminate; utilization 2.1 %\nLeft alone: 3 protected\n");
	end(&scene);
}

static void
test_json(void **state)
{
	static const char *const notes[] = { "web: \"it\" does not help" };
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	carry_out(&scene);
	scene.act.stands = value_bool(true);
	scene.act.skipped = 7;
	scene.act.notes = notes;
	scene.act.note_count = 1;
	text = told(&scene, &writer_json);
	has(text, "{\"version\":1,\"time\":\"2026-11-20T14:02:33.123456Z\",\"server\":{");
	has(text,
	    "\"action\":\"terminate\",\"policy\":\"idle\",\"dry_run\":false,\"skipped\":7,"
	    "\"stands\":true,\"stopped\":null,\"slots_before\":{\"utilization\":0.0206");
	has(text, "\"used\":2,\"usable\":97,");
	has(text, "\"slots_after\":{\"utilization\":0.0103");
	has(text, "\"used\":1,\"usable\":97,");
	has(text, "\"targets\":[{\"pid\":11,\"backend_start\":");
	has(text, "\"application\":\"a,\\\"b\\\"\\u001b[31m\"");
	has(text, "\"application\":\"\\\\xff\"");
	has(text, "\"outcome\":\"denied\",\"note\":\"a \\\"superuser\\\"\\n\"}]");
	has(text,
	    "\"outcomes\":{\"gone\":1,\"denied\":1},\"spared\":{\"protected\":3},"
	    "\"notes\":[\"web: \\\"it\\\" does not help\"]}\n");
	assert_null(strstr(text, "\"slots\":"));
	end(&scene);
}

static void
test_csv(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	carry_out(&scene);
	text = told(&scene, &writer_csv);
	has(text,
	    "time,pid,backend_start,user,database,application,client,state,age_seconds,"
	    "outcome,note\r\n2026-11-20T14:02:33.123456Z,11,");
	has(text, ",idle,10.0,gone,\r\n");
	has(text, ",denied,\"a \"\"superuser\"\"\n\"\r\n");
	scene.act.first = false;
	assert_null(strstr(told(&scene, &writer_csv), "pid"));
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_dry),
		cmocka_unit_test(test_text_guard),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests_name("acts in each format", tests, NULL, NULL);
}
