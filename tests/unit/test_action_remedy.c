/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the statements that stop an application, and of what takes them
 * back.
 */
#include "action/remedy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/snapshot.h"

static struct snapshot *snap;
static struct arena arena;
static struct remedies made;
static struct override overrides[2];
static struct limit limits[2];

static int
set_up(void **state)
{
	(void)state;
	snap = snapshot_new();
	snap->server.version_num = 150000;
	snap->limits_known = true;
	snap->params.overrides = overrides;
	snap->params.overrides_known = true;
	for (int id = 0; id < PARAM_COUNT; id++)
		snap->params.items[id].value = 0;
	snap->limits = limits;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	snapshot_free(snap);
	arena_clear(&arena);
	return 0;
}

static const char *
name(const char *text)
{
	return text == NULL ? NULL : snapshot_intern(snap, text, strlen(text));
}

/* So many sessions, of which some are busy. */
static void
add(int count, int busy, const char *user, const char *database, const char *application)
{
	for (int i = 0; i < count; i++) {
		struct session *session = snapshot_add(snap);

		session->id.pid = (int32_t)snap->session_count;
		session->slot = true;
		session->kind = KIND_CLIENT;
		session->user = name(user);
		session->database = name(database);
		session->application = name(application);
		session->state = i < busy ? STATE_ACTIVE : STATE_IDLE;
	}
}

static void
make(const char *application, const char *user, const char *database)
{
	const struct remedy_subject subject = { application, user, database };

	arena_reset(&arena);
	remedies_make(&made, &subject, snap, &arena);
}

/* The n-th one, from 0. */
static void
check(size_t n, const char *statement, const char *undo)
{
	assert_true(n < made.count);
	assert_string_equal(made.items[n].statement, statement);
	if (undo == NULL)
		assert_null(made.items[n].undo);
	else
		assert_string_equal(made.items[n].undo, undo);
	assert_non_null(made.items[n].what);
}

static bool
is_noted(const char *part)
{
	for (size_t i = 0; i < made.note_count; i++)
		if (strstr(made.notes[i], part) != NULL)
			return true;
	return false;
}

/* Everything, in its order. */
static void
test_all(void **state)
{
	(void)state;
	add(20, 8, "app", "wall", "web");
	add(2, 2, "app", "wall", "worker");
	add(1, 0, "jobs", "wall", "worker");
	make("web", "app", "wall");
	assert_int_equal(made.count, 11);
	assert_string_equal(made.items[0].heading,
	    "Role app: 22 sessions, 10 not idle, 2 of other applications; no limit");
	check(0, "ALTER ROLE \"app\" CONNECTION LIMIT 15;",
	    "ALTER ROLE \"app\" CONNECTION LIMIT -1;");
	check(1, "ALTER ROLE \"app\" CONNECTION LIMIT 0;",
	    "ALTER ROLE \"app\" CONNECTION LIMIT -1;");
	check(2, "ALTER ROLE \"app\" SET idle_in_transaction_session_timeout = '1min';",
	    "ALTER ROLE \"app\" RESET idle_in_transaction_session_timeout;");
	check(3, "ALTER ROLE \"app\" SET idle_session_timeout = '5min';",
	    "ALTER ROLE \"app\" RESET idle_session_timeout;");
	check(4, "ALTER ROLE \"app\" SET statement_timeout = '1min';",
	    "ALTER ROLE \"app\" RESET statement_timeout;");
	assert_string_equal(made.items[5].heading,
	    "Database wall: 23 sessions, 10 not idle, 3 of other applications; no limit");
	check(5, "ALTER DATABASE \"wall\" CONNECTION LIMIT 15;",
	    "ALTER DATABASE \"wall\" CONNECTION LIMIT -1;");
	check(6, "ALTER DATABASE \"wall\" CONNECTION LIMIT 0;",
	    "ALTER DATABASE \"wall\" CONNECTION LIMIT -1;");
	check(7, "SHOW POOLS;", NULL);
	check(8, "SHOW CONFIG;", NULL);
	check(9, "PAUSE \"wall\";", "RESUME \"wall\";");
	check(10, "RECONNECT \"wall\";", NULL);
	for (size_t i = 0; i < made.count; i++)
		assert_null(made.items[i].unsure);
	assert_true(is_noted("new sessions"));
	assert_true(is_noted("Copy the undo"));
	assert_true(is_noted("no limits of applications"));
	assert_false(is_noted("superuser"));
	assert_false(is_noted("standby"));
}

/* Only what the version has. */
static void
test_versions(void **state)
{
	(void)state;
	add(1, 0, "app", "wall", "web");
	snap->server.version_num = 130000;
	make(NULL, "app", "wall");
	assert_int_equal(made.count, 10);
	snap->server.version_num = 170000;
	make(NULL, "app", "wall");
	assert_int_equal(made.count, 12);
	check(5, "ALTER ROLE \"app\" SET transaction_timeout = '5min';",
	    "ALTER ROLE \"app\" RESET transaction_timeout;");
}

/* The undo restores what was there. */
static void
test_present(void **state)
{
	(void)state;
	add(20, 0, "app", "wall", "web");
	limits[0] = (struct limit){ .name = name("app"), .is_role = true, .connections = 30 };
	limits[1] = (struct limit){ .name = name("wall"), .is_role = false, .connections = 4 };
	snap->limit_count = 2;
	overrides[0] = (struct override){ PARAM_STATEMENT, "app", NULL, 90000 };
	overrides[1] = (struct override){ PARAM_IDLE_SESSION, "app", "wall", 0 };
	snap->params.override_count = 2;
	make(NULL, "app", "wall");
	check(0, "ALTER ROLE \"app\" CONNECTION LIMIT 5;",
	    "ALTER ROLE \"app\" CONNECTION LIMIT 30;");
	check(3, "ALTER ROLE \"app\" IN DATABASE \"wall\" SET idle_session_timeout = '5min';",
	    "ALTER ROLE \"app\" IN DATABASE \"wall\" SET idle_session_timeout = '0';");
	check(4, "ALTER ROLE \"app\" SET statement_timeout = '1min';",
	    "ALTER ROLE \"app\" SET statement_timeout = '90s';");
	/* A limit that is lower already is not raised. */
	check(5, "ALTER DATABASE \"wall\" CONNECTION LIMIT 0;",
	    "ALTER DATABASE \"wall\" CONNECTION LIMIT 4;");
	limits[1].connections = 0;
	make(NULL, "app", "wall");
	check(5, "SHOW POOLS;", NULL);
}

/* What that one is set to; NULL when it is not offered. */
static const struct remedy *
find(const char *setting)
{
	for (size_t i = 0; i < made.count; i++)
		if (strstr(made.items[i].statement, setting) != NULL)
			return &made.items[i];
	return NULL;
}

static void
set_override(const char *role, const char *database, int64_t value)
{
	overrides[snap->params.override_count++] =
	    (struct override){ PARAM_STATEMENT, role, database, value };
	make(NULL, "app", "wall");
}

/* No timeout is offered that is looser than what holds: for the role, its database or the server.
 */
static void
test_tighter(void **state)
{
	static const char of_role[] = "ALTER ROLE \"app\" SET statement_timeout = '1min';";
	static const char in_database[] =
	    "ALTER ROLE \"app\" IN DATABASE \"wall\" SET statement_timeout = '1min';";
	struct param *server = &snap->params.items[PARAM_STATEMENT];

	(void)state;
	add(9, 0, "app", "wall", "web");
	set_override("app", NULL, 7000);
	assert_null(find("statement_timeout"));
	overrides[0].value = 60000;
	make(NULL, "app", "wall");
	assert_null(find("statement_timeout"));
	assert_non_null(find("idle_session_timeout"));
	snap->params.override_count = 0;
	server->value = 30000;
	make(NULL, "app", "wall");
	assert_null(find("statement_timeout"));
	server->value = 90000;
	make(NULL, "app", "wall");
	assert_string_equal(find("statement_timeout")->statement, of_role);
	/* The role's goes before the server's, the database's before that of all roles. */
	server->value = 30000;
	set_override("app", NULL, 0);
	assert_string_equal(find("statement_timeout")->statement, of_role);
	snap->params.override_count = 0;
	set_override(NULL, NULL, 5000);
	assert_null(find("statement_timeout"));
	/* Another database may have a tighter one, which that of the role would replace. */
	set_override(NULL, "wall", 0);
	assert_string_equal(find("statement_timeout")->statement, in_database);
	assert_string_equal(find("statement_timeout")->undo,
	    "ALTER ROLE \"app\" IN DATABASE \"wall\" RESET statement_timeout;");
}

/* Our own login's value hides the server's, which may be less. */
static void
test_hidden(void **state)
{
	(void)state;
	add(9, 0, "app", "wall", "web");
	snap->server.user = "boss";
	snap->params.items[PARAM_STATEMENT].value = 0;
	set_override("boss", NULL, 0);
	assert_non_null(strstr(find("statement_timeout")->unsure, "not known"));
}

/* Sessions of which nobody knows whether they work are not said to. */
static void
test_unseen(void **state)
{
	(void)state;
	add(9, 2, "app", "wall", "web");
	for (size_t i = 2; i < 9; i++)
		snap->sessions[i].state = STATE_UNKNOWN;
	make(NULL, "app", "wall");
	assert_string_equal(made.items[0].heading,
	    "Role app: 9 sessions, 2 not idle, 7 of unknown state; no limit");
	assert_string_equal(made.items[0].what,
	    "at most 9 sessions: no new one while there are 9 or more");
	snap->sessions[0].state = snap->sessions[1].state = STATE_DISABLED;
	make(NULL, "app", "wall");
	assert_string_equal(made.items[0].heading,
	    "Role app: 9 sessions, 9 of unknown state; no limit");
}

/* What is not known of the present is said to be so. */
static void
test_unknown(void **state)
{
	(void)state;
	add(1, 0, "app", "wall", "web");
	snap->limits_known = false;
	snap->params.overrides_known = false;
	snap->server.version_num = 0;
	make(NULL, "app", "wall");
	assert_non_null(strstr(made.items[0].unsure, "not known"));
	assert_non_null(strstr(made.items[2].unsure, "not known"));
	assert_non_null(strstr(made.items[0].heading, "limit not known"));
}

/* The rest of the names is found by most of the sessions. */
static void
test_found(void **state)
{
	(void)state;
	add(3, 0, "ann", "one", "web");
	add(4, 0, "bob", "two", "web");
	add(9, 0, "cid", "three", "other");
	make("web", NULL, NULL);
	assert_string_equal(made.who.user, "bob");
	assert_string_equal(made.who.database, "two");
	make(NULL, NULL, "one");
	assert_string_equal(made.who.user, "ann");
	make(NULL, "cid", NULL);
	assert_string_equal(made.who.database, "three");
	make("nobody", NULL, NULL);
	assert_int_equal(made.count, 0);
	assert_true(is_noted("No role and no database"));
}

static void
test_special(void **state)
{
	(void)state;
	add(3, 0, "boss", "wall", "psql");
	snap->sessions[0].superuser = true;
	snap->server.in_recovery = snap->server.in_recovery_known = true;
	make(NULL, "boss", "wall");
	check(0, "ALTER ROLE \"boss\" SET idle_in_transaction_session_timeout = '1min';",
	    "ALTER ROLE \"boss\" RESET idle_in_transaction_session_timeout;");
	assert_true(is_noted("superuser"));
	assert_true(is_noted("administrators"));
	assert_true(is_noted("standby"));
}

/* Names that want to be something else. */
static void
test_hostile(void **state)
{
	(void)state;
	add(1, 0, "a\"; drop role b; --", "w\nall", "web");
	make("web", NULL, NULL);
	check(0, "ALTER ROLE \"a\"\"; drop role b; --\" CONNECTION LIMIT 1;",
	    "ALTER ROLE \"a\"\"; drop role b; --\" CONNECTION LIMIT -1;");
	check(5, "ALTER DATABASE U&\"w\\+00000Aall\" CONNECTION LIMIT 1;",
	    "ALTER DATABASE U&\"w\\+00000Aall\" CONNECTION LIMIT -1;");
	assert_int_equal(made.count, 7); /* none for PgBouncer */
	make(NULL, "\377", "\376");
	assert_int_equal(made.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_present, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tighter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hidden, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unseen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_special, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
