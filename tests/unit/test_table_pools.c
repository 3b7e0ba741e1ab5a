/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the tables of pools: each column, and zero where it is known.
 */
#include "fixture.h"
#include "model/messages.h"
#include "table/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
test_pools(void **state)
{
	struct fixture fixture;
	struct pool_plan *plan;

	(void)state;
	fixture_init(&fixture);
	assert_int_equal(fixture.settings.pool_count, 0);
	fixture_analyse(&fixture);
	fixture_expect_rows(&fixture, &table_pools, 0);
	fixture_expect_rows(&fixture, &table_pool_total, 0);
	plan = settings_add_pool(&fixture.settings, "api", "application=web");
	plan->instances = 2;
	plan->workers = 4;
	plan->engines = 3;
	plan->pool_size = 2;
	plan->max_overflow = 1;
	settings_add_pool(&fixture.settings, "admin", "user=postgres")->connections = 2;
	fixture_add_many(fixture.snap, 100, 7, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 3, "admin", STATE_ACTIVE);
	fixture_add_many(fixture.snap, 300, 4, "psql", STATE_IDLE);
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 0,
	    "name=api instances=2 workers=8 engines=3 pool_size=2 max_overflow=1 configured=72 "
	    "observed=7 over=0 under=65 peak=7 idle=7 idle_share=100.0 % shared=0 fitting_size=2 "
	    "fitting_all=2 match=application=web");
	fixture_expect_row(&fixture, &table_pools, 1,
	    "name=admin configured=2 observed=3 over=1 under=0 peak=3 idle=0 idle_share=0.0 % "
	    "shared=0 match=user=postgres");
	fixture_expect_row(&fixture, &table_pools, 2,
	    "name=(unclaimed) observed=4 peak=4 idle=4 idle_share=100.0 %");
	fixture_expect_row(&fixture, &table_pool_total, 0,
	    "configured=74 usable=97 max_connections=100 spare=23 share=76.3 % target=82 "
	    "unclaimed=4 shared=0 fits=yes "
	    "text=74 of 97 usable (76.3 %): fits with 23 to spare, but past "
	    "the warning (limit 70.0 %); with 4 sessions of no pool 78 of 97; "
	    "no larger pool_size fits 85 % (82)");
	assert_int_equal(table_pools.level(&fixture.data, &fixture.facts.pools.items[0]), LEVEL_OK);
	assert_int_equal(table_pools.level(&fixture.data, &fixture.facts.pools.items[1]),
	    LEVEL_WARNING);
	assert_int_equal(table_pools.level(&fixture.data, &fixture.facts.pools.items[2]), LEVEL_OK);
	fixture.snap->max_connections = 76;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pool_total, 0,
	    "configured=74 usable=73 max_connections=76 spare=-1 share=101.4 % target=62 "
	    "unclaimed=4 shared=0 fits=no "
	    "text=74 of 73 usable (101.4 %): does not fit, 1 too many; "
	    "with 4 sessions of no pool 78 of 73; "
	    "largest pool_size for 85 % (62): api 1");
	fixture.snap->max_connections = -1;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pool_total, 0, "configured=74 unclaimed=4 shared=0");
	fixture_clear(&fixture);
}

/* Where the state of one cannot be seen nobody knows how many are idle. */
static void
test_pools_states(void **state)
{
	static const enum session_state unknown[] = { STATE_UNKNOWN, STATE_DISABLED };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	settings_add_pool(&fixture.settings, "api", "user=x")->connections = 5;
	settings_add_pool(&fixture.settings, "web", "user=y")->connections = 5;
	fixture_add_many(fixture.snap, 100, 2, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 2, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 300, 2, "psql", STATE_IDLE);
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		fixture.snap->sessions[0].state = fixture.snap->sessions[5].state = unknown[i];
		fixture_analyse(&fixture);
		fixture_expect_row(&fixture, &table_pools, 0,
		    "name=api configured=5 observed=2 over=0 under=3 peak=2 shared=0 match=user=x");
		fixture_expect_row(&fixture, &table_pools, 1,
		    "name=web configured=5 observed=2 over=0 under=3 peak=2 idle=2 "
		    "idle_share=100.0 % shared=0 match=user=y");
		fixture_expect_row(&fixture, &table_pools, 2, "name=(unclaimed) observed=2 peak=2");
		fixture_expect_row(&fixture, &table_unclaimed, 0,
		    "application=psql user=app client=10.0.0.5 total=2");
	}
	fixture_clear(&fixture);
}

/* Those of psql may be web's. */
static int
match_maybe(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct settings *settings = context;

	(void)snap;
	for (size_t i = (size_t)from; i < settings->pool_count; i++)
		if (strcmp(settings->pools[i].name, session->application) == 0 ||
		    (i == 1 && strcmp(session->application, "psql") == 0))
			return (int)i;
	return -1;
}

/* A session that may be of a pool or not makes unknown what both have; others stay known. */
static void
test_pools_unsure(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.matcher.may = match_maybe;
	settings_add_pool(&fixture.settings, "api", "user=x")->connections = 5;
	settings_add_pool(&fixture.settings, "web", "user=y")->connections = 5;
	settings_add_pool(&fixture.settings, "psql", "user=z")->connections = 1;
	fixture_add_many(fixture.snap, 100, 2, "api", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 2, "web", STATE_IDLE);
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 1,
	    "name=web configured=5 observed=2 over=0 under=3 peak=2 idle=2 idle_share=100.0 % "
	    "shared=0 match=user=y");
	assert_true(alerts_named(&fixture.alerts, "pool_over")->known);
	fixture_add_many(fixture.snap, 300, 3, "psql", STATE_IDLE);
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 0,
	    "name=api configured=5 observed=2 over=0 under=3 peak=2 idle=2 idle_share=100.0 % "
	    "shared=0 match=user=x");
	fixture_expect_row(&fixture, &table_pools, 1, "name=web configured=5 match=user=y");
	fixture_expect_row(&fixture, &table_pools, 2, "name=psql configured=1 match=user=z");
	fixture_expect_row(&fixture, &table_pools, 3, "name=(unclaimed) observed=0 peak=0 idle=0");
	assert_int_equal(alerts_named(&fixture.alerts, "pool_over")->level, LEVEL_OK);
	assert_false(alerts_named(&fixture.alerts, "pool_over")->known);
	fixture.settings.pools[2].name[0] = '-';
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 3, "name=(unclaimed)");
	assert_int_equal(fixture.facts.pools.unclaimed, -1);
	fixture_expect_rows(&fixture, &table_unclaimed, 0);
	/* The first, of which more are there than planned, is known. */
	fixture.settings.pools[0].connections = 1;
	fixture_analyse(&fixture);
	assert_int_equal(alerts_named(&fixture.alerts, "pool_over")->level, LEVEL_WARNING);
	fixture_clear(&fixture);
}

/* Where 0 is known: no connection planned, none usable, a size of 0 that fits. */
static void
test_pools_zero(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	settings_add_pool(&fixture.settings, "old", "user=x")->connections = 0;
	settings_add_pool(&fixture.settings, "new", "user=y");
	fixture.snap->max_connections = 3;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 0,
	    "name=old configured=0 observed=0 over=0 under=0 peak=0 idle=0 shared=0 match=user=x");
	fixture_expect_row(&fixture, &table_pools, 1,
	    "name=new instances=1 workers=1 engines=1 pool_size=0 max_overflow=0 configured=0 "
	    "observed=0 over=0 under=0 peak=0 idle=0 shared=0 "
	    "match=user=y");
	fixture_expect_row(&fixture, &table_pool_total, 0,
	    "configured=0 usable=0 max_connections=3 spare=0 target=0 unclaimed=0 shared=0 "
	    "fits=yes text=0 of 0 usable: fits with 0 to spare");
	fixture_clear(&fixture);
}

/* PgBouncer's pairs are its workers; a limit that it does not have is none. */
static void
test_bouncer(void **state)
{
	struct fixture fixture;
	struct pool_plan *plan;

	(void)state;
	fixture_init(&fixture);
	plan = settings_add_pool(&fixture.settings, "bouncer", "user=x");
	plan->instances = 2;
	plan->workers = 6;
	plan->databases = 3;
	plan->pool_size = 4;
	plan->max_overflow = 1;
	plan->most = 8;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 0,
	    "name=bouncer instances=2 workers=12 pool_size=4 max_overflow=1 databases=3 "
	    "max_db_connections=8 configured=48 observed=0 over=0 under=48 peak=0 idle=0 shared=0 "
	    "fitting_size=4 fitting_all=4 match=user=x");
	fixture.settings.pools[0].most = 0;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_pools, 0,
	    "name=bouncer instances=2 workers=12 pool_size=4 max_overflow=1 databases=3 "
	    "configured=60 observed=0 over=0 under=60 peak=0 idle=0 shared=0 "
	    "fitting_size=5 fitting_all=5 match=user=x");
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_pools_states),
		cmocka_unit_test(test_pools_unsure),
		cmocka_unit_test(test_pools_zero),
		cmocka_unit_test(test_bouncer),
	};

	return cmocka_run_group_tests_name("pools", tests, NULL, NULL);
}
