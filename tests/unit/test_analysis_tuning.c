/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of advice about the server's settings.
 */
#include "analysis/tuning.h"

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture fixture;
static struct arena arena;
static struct tunings list;
static struct override overrides[4];

static int
set_up(void **state)
{
	(void)state;
	fixture_init(&fixture);
	for (int id = 0; id < PARAM_COUNT; id++)
		if (param_rows[id].version <= fixture.snap->server.version_num)
			fixture.snap->params.items[id].value = param_rows[id].otherwise;
	fixture.snap->params.overrides = overrides;
	fixture.snap->params.overrides_known = true;
	fixture.snap->server.user = "postgres";
	fixture.snap->server.database = "postgres";
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_clear(&fixture);
	arena_clear(&arena);
	return 0;
}

static void
make(void)
{
	fixture_analyse(&fixture);
	arena_reset(&arena);
	tuning_make(&list, fixture.snap, &fixture.facts, &arena);
}

/* The n-th row of that setting, the server's first; NULL when there is none. */
static const struct tuning *
row(enum param_id id, int n)
{
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].id == id && n-- == 0)
			return &list.items[i];
	return NULL;
}

static void
set(enum param_id id, int64_t value)
{
	fixture.snap->params.items[id].value = value;
}

static void
check(enum param_id id, const char *advice, const char *statement)
{
	const struct tuning *found = row(id, 0);

	assert_non_null(found);
	assert_non_null(found->reason);
	assert_non_null(found->meaning);
	if (advice == NULL) {
		assert_null(found->advice);
		assert_null(found->statement);
		assert_null(found->effect);
		return;
	}
	assert_string_equal(found->advice, advice);
	assert_string_equal(found->statement, statement);
}

/* A server as it was installed. */
static void
test_defaults(void **state)
{
	(void)state;
	make();
	assert_int_equal(list.count, PARAM_COUNT - 2);
	assert_null(row(PARAM_RESERVED, 0));
	assert_null(row(PARAM_TRANSACTION, 0));
	check(PARAM_MAX_CONNECTIONS, NULL, NULL);
	check(PARAM_SUPERUSER_RESERVED, NULL, NULL);
	check(PARAM_IDLE_IN_TRANSACTION, "5min",
	    "ALTER SYSTEM SET idle_in_transaction_session_timeout = '5min';"
	    " SELECT pg_reload_conf();");
	assert_string_equal(row(PARAM_IDLE_IN_TRANSACTION, 0)->effect, "reload");
	check(PARAM_IDLE_SESSION, NULL, NULL);
	check(PARAM_STATEMENT, NULL, NULL);
	check(PARAM_KEEPALIVES_IDLE, "1min",
	    "ALTER SYSTEM SET tcp_keepalives_idle = '1min'; SELECT pg_reload_conf();");
	check(PARAM_KEEPALIVES_INTERVAL, "10s",
	    "ALTER SYSTEM SET tcp_keepalives_interval = '10s'; SELECT pg_reload_conf();");
	check(PARAM_KEEPALIVES_COUNT, NULL, NULL);
	check(PARAM_USER_TIMEOUT, "2min",
	    "ALTER SYSTEM SET tcp_user_timeout = '2min'; SELECT pg_reload_conf();");
	check(PARAM_CHECK_INTERVAL, "10s",
	    "ALTER SYSTEM SET client_connection_check_interval = '10s'; SELECT pg_reload_conf();");
	check(PARAM_AUTHENTICATION, NULL, NULL);
	for (size_t i = 0; i < list.count; i++) {
		assert_false(list.items[i].urgent);
		assert_string_equal(list.items[i].scope, "server");
	}
}

/* One that follows all of it is told nothing. */
static void
test_good(void **state)
{
	(void)state;
	fixture.snap->server.version_num = 180000;
	set(PARAM_RESERVED, 2);
	set(PARAM_TRANSACTION, 0);
	set(PARAM_IDLE_IN_TRANSACTION, 300000);
	set(PARAM_KEEPALIVES_IDLE, 0);
	fixture.snap->params.items[PARAM_KEEPALIVES_IDLE].actual = 120;
	set(PARAM_KEEPALIVES_INTERVAL, 10);
	set(PARAM_USER_TIMEOUT, 60000);
	set(PARAM_CHECK_INTERVAL, 10000);
	make();
	assert_int_equal(list.count, PARAM_COUNT);
	for (size_t i = 0; i < list.count; i++)
		assert_null(list.items[i].advice);
}

static void
test_reserves(void **state)
{
	static const struct reserve reserve = { "rds.rds_superuser_reserved_connections", 2 };

	(void)state;
	fixture.snap->server.version_num = 160000;
	set(PARAM_SUPERUSER_RESERVED, 1);
	set(PARAM_RESERVED, 0);
	fixture.snap->reserves = &reserve;
	fixture.snap->reserve_count = 1;
	fixture.snap->params.items[PARAM_MAX_CONNECTIONS].pending = true;
	make();
	check(PARAM_SUPERUSER_RESERVED, "3",
	    "ALTER SYSTEM SET superuser_reserved_connections = 3;");
	assert_string_equal(row(PARAM_SUPERUSER_RESERVED, 0)->effect, "restart");
	check(PARAM_RESERVED, "2", "ALTER SYSTEM SET reserved_connections = 2;");
	assert_true(row(PARAM_MAX_CONNECTIONS, 0)->pending);
	assert_non_null(strstr(row(PARAM_MAX_CONNECTIONS, 0)->reason, "waits for a restart"));
	assert_string_equal(list.items[3].name, reserve.setting);
	assert_string_equal(list.items[3].text, "2");
}

/* The pools may open more than there is. */
static void
test_pools(void **state)
{
	struct pool_plan *plan = settings_add_pool(&fixture.settings, "web", "user=x");

	(void)state;
	plan->connections = 120;
	make();
	check(PARAM_MAX_CONNECTIONS, "130", "ALTER SYSTEM SET max_connections = 130;");
	assert_true(row(PARAM_MAX_CONNECTIONS, 0)->urgent);
	plan->connections = 262140;
	make();
	check(PARAM_MAX_CONNECTIONS, "262143", "ALTER SYSTEM SET max_connections = 262143;");
	plan->connections = 262141; /* with the reserve more than a server takes */
	make();
	check(PARAM_MAX_CONNECTIONS, NULL, NULL);
	assert_true(row(PARAM_MAX_CONNECTIONS, 0)->urgent);
	assert_non_null(strstr(row(PARAM_MAX_CONNECTIONS, 0)->reason, "make them smaller"));
	plan->connections = 97;
	make();
	check(PARAM_MAX_CONNECTIONS, NULL, NULL);
}

/* What goes on makes it urgent, and tells for whom. */
static void
test_urgent(void **state)
{
	struct session *session;

	(void)state;
	fixture.snap->server.version_num = 170000;
	set(PARAM_TRANSACTION, 0);
	session = fixture_add(fixture.snap, 1, "o\"neil", "web", STATE_ACTIVE);
	session->query_start_us = NOW_US - MINUTES(22);
	session->xact_start_us = NOW_US - MINUTES(45);
	session = fixture_add(fixture.snap, 2, "app", "web", STATE_IDLE_IN_TRANSACTION);
	session->state_change_us = NOW_US - MINUTES(6);
	for (int i = 0; i < 3; i++) {
		session = fixture_add(fixture.snap, 10 + i, "bi", "bi", STATE_IDLE);
		session->state_change_us = NOW_US - MINUTES(20);
		session = fixture_add(fixture.snap, 20 + i, "x", "x", STATE_STARTING);
	}
	make();
	assert_true(row(PARAM_IDLE_IN_TRANSACTION, 0)->urgent);
	check(PARAM_STATEMENT, "5min for o\"neil",
	    "ALTER ROLE \"o\"\"neil\" SET statement_timeout = '5min';");
	assert_true(row(PARAM_STATEMENT, 0)->urgent);
	assert_string_equal(row(PARAM_STATEMENT, 0)->effect, "new sessions");
	fixture.snap->server.in_recovery = true; /* roles are the primary's */
	make();
	assert_string_equal(row(PARAM_STATEMENT, 0)->effect, "on the primary");
	assert_string_equal(row(PARAM_AUTHENTICATION, 0)->effect, "reload");
	fixture.snap->server.in_recovery = false;
	make();
	check(PARAM_TRANSACTION, "30min for o\"neil",
	    "ALTER ROLE \"o\"\"neil\" SET transaction_timeout = '30min';");
	check(PARAM_IDLE_SESSION, "30min for bi",
	    "ALTER ROLE \"bi\" SET idle_session_timeout = '30min';");
	check(PARAM_AUTHENTICATION, "10s",
	    "ALTER SYSTEM SET authentication_timeout = '10s'; SELECT pg_reload_conf();");
	assert_true(row(PARAM_AUTHENTICATION, 0)->urgent);
	/* Nothing is advised for superusers, who mend things. */
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].superuser = true;
	make();
	check(PARAM_IDLE_SESSION, NULL, NULL);
	check(PARAM_STATEMENT, NULL, NULL);
	check(PARAM_TRANSACTION, NULL, NULL);
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].superuser = false;
	/* A role that has a value of its own needs no other. */
	overrides[0] = (struct override){ PARAM_IDLE_SESSION, "bi", NULL, 0 };
	overrides[1] = (struct override){ PARAM_STATEMENT, "o\"neil", NULL, 60000 };
	fixture.snap->params.override_count = 2;
	make();
	check(PARAM_IDLE_SESSION, NULL, NULL);
	check(PARAM_STATEMENT, NULL, NULL);
}

/* The scopes, and how they are changed. */
static void
test_overrides(void **state)
{
	static const struct {
		const char *role, *database, *scope, *statement;
	} cases[] = {
		{ "app", NULL, "role app",
		    "ALTER ROLE \"app\" SET idle_in_transaction_session_timeout = '5min';" },
		{ "app", "wall", "role app in wall",
		    "ALTER ROLE \"app\" IN DATABASE \"wall\" SET"
		    " idle_in_transaction_session_timeout = '5min';" },
		{ NULL, "w\"all", "database w\"all",
		    "ALTER DATABASE \"w\"\"all\" SET"
		    " idle_in_transaction_session_timeout = '5min';" },
		{ NULL, NULL, "all roles",
		    "ALTER ROLE ALL SET idle_in_transaction_session_timeout = '5min';" },
	};

	(void)state;
	for (int i = 0; i < 4; i++)
		overrides[i] = (struct override){ PARAM_IDLE_IN_TRANSACTION, cases[i].role,
			cases[i].database, 0 };
	fixture.snap->params.override_count = 4;
	make();
	for (int i = 0; i < 4; i++) {
		const struct tuning *found = row(PARAM_IDLE_IN_TRANSACTION, i + 1);

		assert_string_equal(found->scope, cases[i].scope);
		assert_string_equal(found->text, "0");
		assert_string_equal(found->statement, cases[i].statement);
		assert_string_equal(found->effect, "new sessions");
	}
	/* One row that says so when there are more. */
	fixture.snap->params.overrides_cut = true;
	make();
	assert_string_equal(list.items[list.count - 1].name, "(more)");
	assert_non_null(strstr(list.items[list.count - 1].reason, "only 100"));
	/* A name that no statement can be made of. */
	overrides[0].role = "caf\351";
	make();
	assert_non_null(row(PARAM_IDLE_IN_TRANSACTION, 1)->advice);
	assert_null(row(PARAM_IDLE_IN_TRANSACTION, 1)->statement);
}

/* What cannot be known is not shown. */
static void
test_unknown(void **state)
{
	(void)state;
	overrides[0] = (struct override){ PARAM_STATEMENT, "postgres", NULL, 1000 };
	overrides[1] = (struct override){ PARAM_IDLE_SESSION, "postgres", "wall", 1000 };
	fixture.snap->params.override_count = 2;
	set(PARAM_AUTHENTICATION, -1);
	make();
	assert_null(row(PARAM_STATEMENT, 0)->text);
	assert_null(row(PARAM_STATEMENT, 0)->advice);
	assert_string_equal(row(PARAM_IDLE_SESSION, 0)->text, "0");
	assert_null(row(PARAM_AUTHENTICATION, 0)->text);
	fixture.snap->params.override_count = 0;
	fixture.snap->params.overrides_known = false;
	make();
	assert_null(row(PARAM_STATEMENT, 0)->text);
	assert_string_equal(row(PARAM_MAX_CONNECTIONS, 0)->text, "100");
	fixture.snap->via = VIA_PROC;
	make();
	assert_string_equal(row(PARAM_STATEMENT, 0)->text, "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reserves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pools, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_urgent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_overrides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
