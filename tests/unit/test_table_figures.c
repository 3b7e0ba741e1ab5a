/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the tables of figures: each column of summary, states, groups and
 * alerts on a sample that is easy to add up by hand.
 */
#include "fixture.h"
#include "model/messages.h"
#include "table/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 12 idle, 5 active of which 2 wait for one of the 2 in transactions, 1 aborted, 2 hidden. */
static void
begin(struct fixture *fixture)
{
	static const int32_t blockers[] = { 301 };
	struct session *session;

	fixture_init(fixture);
	fixture_add_many(fixture->snap, 100, 12, "web", STATE_IDLE);
	fixture_add_many(fixture->snap, 200, 5, "web", STATE_ACTIVE);
	for (int i = 15; i < 17; i++) {
		session = &fixture->snap->sessions[i];
		session->wait_event_type = "Lock";
		session->blocked_by = blockers;
		session->blocker_count = 1;
		session->blockers_known = true;
		session->query_start_us = NOW_US - SECONDS(192);
	}
	fixture_add_many(fixture->snap, 300, 2, "worker", STATE_IDLE_IN_TRANSACTION);
	fixture->snap->sessions[18].xact_start_us = NOW_US - MINUTES(14);
	fixture->snap->sessions[0].state_change_us = NOW_US - MINUTES(120);
	fixture_add(fixture->snap, 400, "app", "worker", STATE_ABORTED);
	for (int32_t pid = 500; pid < 502; pid++) {
		session = snapshot_add(fixture->snap);
		session->id.pid = pid;
		session->kind = KIND_HIDDEN;
		session->state = STATE_STARTING;
		session->slot = true;
	}
	session = fixture_add(fixture->snap, 600, "rep", "standby", STATE_ACTIVE);
	session->kind = KIND_WALSENDER;
	session->slot = false;
	fixture->previous = fixture_snapshot();
	fixture->previous->mono_us -= SECONDS(2);
	fixture_add_many(fixture->previous, 103, 10, "web", STATE_IDLE);
	fixture_add_many(fixture->previous, 200, 5, "web", STATE_ACTIVE);
	fixture_add_many(fixture->previous, 300, 2, "worker", STATE_IDLE);
	fixture_analyse(fixture);
}

static void
test_summary(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture.snap->reserved = 5;
	fixture.snap->server.in_recovery = true;
	fixture_analyse(&fixture);
	fixture_expect_rows(&fixture, &table_summary, 1);
	fixture_expect_row(&fixture, &table_summary, 0,
	    "time=2026-11-20T14:02:33.123456Z host=db1 port=5432 database=postgres user=monitor "
	    "version=15.20 version_num=150020 in_recovery=yes "
	    "started=2026-11-08T14:02:33.123456Z via=client verdict=healthy "
	    "next=pid 203 (web) runs a query for 3 min 12 s: pgconntop --cancel --filter pid=203 "
	    "utilization=23.9 % used=22 usable=92 free=70 max_connections=100 "
	    "superuser_reserved=3 reserved=5 hidden=2 estimated=no limits_from=server "
	    "reclaimable=1 walsenders_max=10 "
	    "walsenders_used=1 long_queries=2 longest_query=3m12s longest_pid=203 "
	    "longest_application=web longest_text=select 1 longest_transaction=14m00s "
	    "longest_in_transaction=10s oldest_idle=2h00m ages_estimated=no blocked=2 "
	    "blocked_by=301 root_holds_up=2 roots=1 depth=1 prepared=0 opened=2.0 "
	    "closed=0.5 opened_total=8 closed_total=2 peak=22 "
	    "peak_time=2026-11-20T14:02:33.123456Z level=warning");
	fixture_clear(&fixture);
}

/* A server that tells nothing: no zero stands for what is unknown. */
static void
test_summary_unknown(void **state)
{
	struct fixture fixture;
	struct snapshot *snap;

	(void)state;
	fixture_init(&fixture);
	snap = fixture.snap;
	snap->server = (struct server){ .started_us = TIME_UNKNOWN };
	snap->max_connections = snap->max_wal_senders = -1;
	snap->hidden_known = false;
	fixture_add(snap, 1, "app", "web", STATE_UNKNOWN)->kind = KIND_UNKNOWN;
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_summary, 0,
	    "time=2026-11-20T14:02:33.123456Z via=client "
	    "verdict=unknown next=find out how many slots there are: as the server's account or "
	    "root, its configuration can be read used=1 superuser_reserved=3 reserved=0 "
	    "estimated=yes "
	    "limits_from=server walsenders_used=0 long_queries=0 ages_estimated=no blocked=0 "
	    "root_holds_up=0 roots=0 depth=0 prepared=0 peak=1 "
	    "peak_time=2026-11-20T14:02:33.123456Z level=ok");
	snap->max_connections = 2; /* less than is reserved: a share of nothing */
	snap->restricted = true;   /* what may not be seen may wait as well */
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_summary, 0,
	    "time=2026-11-20T14:02:33.123456Z via=client "
	    "verdict=unknown next=nothing to do for what is seen; 1 of 1 sessions are not: grant "
	    "pg_monitor to our role used=1 usable=0 free=0 max_connections=2 superuser_reserved=3 "
	    "reserved=0 estimated=yes limits_from=server ages_estimated=no "
	    "peak=1 peak_time=2026-11-20T14:02:33.123456Z level=ok");
	snap->max_connections = 4;
	fixture_add(snap, 2, "monitor", "", STATE_ACTIVE)->wait_event_type = "Lock";
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_summary, 0,
	    "time=2026-11-20T14:02:33.123456Z via=client "
	    "verdict=critical next=look into this: utilization 200.0 %: (none) has 1 "
	    "(limit 85.0 %) utilization=200.0 % used=2 usable=1 free=0 max_connections=4 "
	    "superuser_reserved=3 reserved=0 estimated=yes limits_from=server "
	    "longest_query=10s "
	    "longest_pid=2 longest_application=(none) longest_text=select 1 ages_estimated=no "
	    "blocked=1 peak=2 peak_time=2026-11-20T14:02:33.123456Z level=critical");
	fixture_clear(&fixture);
}

static void
test_states(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture_expect_rows(&fixture, &table_states, STATE_COUNT);
	fixture_expect_row(&fixture, &table_states, 0,
	    "state=active sessions=5 share=22.7 % oldest=10s oldest_pid=200");
	fixture_expect_row(&fixture, &table_states, 1,
	    "state=idle sessions=12 share=54.5 % oldest=2h00m oldest_pid=100");
	fixture_expect_row(&fixture, &table_states, 2,
	    "state=idle in transaction sessions=2 share=9.1 % oldest=10s oldest_pid=300");
	fixture_expect_row(&fixture, &table_states, 3,
	    "state=idle in transaction (aborted) sessions=1 share=4.5 % oldest=10s oldest_pid=400");
	fixture_expect_row(&fixture, &table_states, 4,
	    "state=fastpath function call sessions=0 share=0.0 %");
	fixture_expect_row(&fixture, &table_states, 5, "state=disabled sessions=0 share=0.0 %");
	fixture_expect_row(&fixture, &table_states, 6, "state=starting sessions=2 share=9.1 %");
	fixture_expect_row(&fixture, &table_states, 7, "state=unknown sessions=0 share=0.0 %");
	fixture_clear(&fixture);
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_states, 0, "state=active sessions=0");
	fixture_clear(&fixture);
}

static void
test_groups(void **state)
{
	static const struct limit limits[] = { { "app", true, 20 }, { "wall", false, 21 } };
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_applications, 0,
	    "name=web total=17 share=77.3 % active=5 idle=12 txn=0 other=0 "
	    "idle_in_transaction=0 aborted=0 fastpath=0 disabled=0 starting=0 unknown=0 "
	    "oldest_idle=2h00m longest_query=3m12s waiting=2 opened=3 closed=1");
	fixture_expect_row(&fixture, &table_applications, 1,
	    "name=worker total=3 share=13.6 % active=0 idle=0 txn=3 other=0 "
	    "idle_in_transaction=2 aborted=1 fastpath=0 disabled=0 starting=0 unknown=0 "
	    "longest_transaction=14m00s waiting=0 opened=1 closed=0");
	fixture_expect_row(&fixture, &table_clients, 1,
	    "name=(unknown) total=2 share=9.1 % active=0 idle=0 txn=0 other=2 "
	    "idle_in_transaction=0 aborted=0 fastpath=0 disabled=0 starting=2 unknown=0 "
	    "waiting=0 opened=0 closed=0");
	fixture_expect_row(&fixture, &table_users, 0,
	    "name=app total=20 share=90.9 % active=5 idle=12 txn=3 other=0 "
	    "idle_in_transaction=2 aborted=1 fastpath=0 disabled=0 starting=0 unknown=0 "
	    "oldest_idle=2h00m longest_query=3m12s longest_transaction=14m00s waiting=2 "
	    "opened=4 closed=1 limit=20");
	fixture_expect_rows(&fixture, &table_databases, 2);
	assert_int_equal(table_users.level(&fixture.data,
	                     &fixture.facts.groups[GROUP_USER].items[0]),
	    LEVEL_CRITICAL); /* full */
	assert_int_equal(table_databases.level(&fixture.data,
	                     &fixture.facts.groups[GROUP_DATABASE].items[0]),
	    LEVEL_OK);
	fixture_clear(&fixture);
}

/* A limit of 0 is one, and one session is all of them. */
static void
test_group_limit(void **state)
{
	static const struct limit limits[] = { { "app", true, 0 } };
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_add(fixture.snap, 1, "app", "web", STATE_DISABLED);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_users, 0,
	    "name=app total=1 share=100.0 % active=0 idle=0 txn=0 other=1 idle_in_transaction=0 "
	    "aborted=0 fastpath=0 disabled=1 starting=0 unknown=0 waiting=0 limit=0");
	assert_int_equal(table_users.level(&fixture.data,
	                     &fixture.facts.groups[GROUP_USER].items[0]),
	    LEVEL_CRITICAL);
	fixture_clear(&fixture);
}

/* The n-th limit as `value` and the level of its row. */
static void
expect_limit(const struct fixture *fixture, size_t n, const char *value, enum level level)
{
	fixture_expect_row(fixture, &table_limits, n, value);
	assert_int_equal(table_limits.level(&fixture->data, &fixture->facts.limits.items[n]),
	    (int)level);
}

static void
test_limits(void **state)
{
	static const struct limit limits[] = { { "app", true, 23 }, { "wall", false, 20 },
		{ "jobs", true, 0 } };
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture.snap->max_wal_senders = 1;
	fixture_analyse(&fixture);
	fixture_expect_rows(&fixture, &table_limits, 6);
	expect_limit(&fixture, 3, "kind=role name=jobs used=0 limit=0 headroom=0 level=warning",
	    LEVEL_WARNING);
	expect_limit(&fixture, 2,
	    "kind=role name=app used=20 limit=23 headroom=3 share=87.0 % level=warning",
	    LEVEL_WARNING);
	expect_limit(&fixture, 4,
	    "kind=slots name=usable used=22 limit=97 headroom=75 share=22.7 % level=ok", LEVEL_OK);
	expect_limit(&fixture, 5,
	    "kind=reserve name=superuser used=0 limit=3 headroom=3 share=0.0 % level=ok", LEVEL_OK);
	fixture.snap->restricted = true;
	fixture_analyse(&fixture);
	expect_limit(&fixture, 0,
	    "kind=database name=wall used=20 limit=20 headroom=0 share=100.0 % level=critical",
	    LEVEL_CRITICAL);
	expect_limit(&fixture, 5, "kind=walsenders name=max_wal_senders limit=1 level=ok",
	    LEVEL_OK);
	fixture_clear(&fixture);
}

/* The limit that ends all logins of a role, while its sessions are there. */
static void
test_limit_of_none(void **state)
{
	static const struct limit limits[] = { { "app", true, 0 } };
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture_limits(fixture.snap, limits, COUNT_OF(limits));
	fixture_analyse(&fixture);
	expect_limit(&fixture, 0,
	    "kind=role name=app used=20 limit=0 headroom=0 share=100.0 % level=critical",
	    LEVEL_CRITICAL);
	fixture_clear(&fixture);
}

/* Of each state another number, so that none can stand for another. */
static void
test_group_states(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int i = 0; i < STATE_COUNT; i++)
		fixture_add_many(fixture.snap, 100 * (i + 1), i + 1, "web", (enum session_state)i);
	fixture_analyse(&fixture);
	fixture_expect_row(&fixture, &table_applications, 0,
	    "name=web total=36 share=100.0 % active=1 idle=2 txn=7 other=26 "
	    "idle_in_transaction=3 aborted=4 fastpath=5 disabled=6 starting=7 unknown=8 "
	    "oldest_idle=10s longest_query=10s waiting=0");
	fixture_clear(&fixture);
}

static void
test_alerts(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture);
	fixture.snap->max_connections = 26;
	fixture.snap->sessions[18].xact_start_us = NOW_US - MINUTES(31);
	fixture_analyse(&fixture);
	fixture_expect_rows(&fixture, &table_alerts, 4);
	fixture_expect_row(&fixture, &table_alerts, 0,
	    "level=critical severity=2 name=utilization value=95.7 % "
	    "warning=70.0 % critical=85.0 % "
	    "since=2026-11-20T14:02:33.123456Z subject=web has 17 "
	    "message=utilization 95.7 %: web has 17 (limit 85.0 %)");
	fixture_expect_row(&fixture, &table_alerts, 1,
	    "level=critical severity=2 name=long_transaction value=31m00s "
	    "warning=5m00s critical=30m00s "
	    "since=2026-11-20T14:02:33.123456Z subject=pid 301 worker "
	    "message=transaction open 31 min: pid 301 worker (limit 30 min)");
	fixture_expect_row(&fixture, &table_alerts, 2,
	    "level=warning severity=1 name=long_query value=3m12s warning=1m00s critical=5m00s "
	    "since=2026-11-20T14:02:33.123456Z subject=pid 203 web "
	    "message=query runs 3 min 12 s: pid 203 web (limit 1 min)");
	fixture_expect_row(&fixture, &table_alerts, 3,
	    "level=warning severity=1 name=idle_ratio value=54.5 % warning=50.0 % "
	    "since=2026-11-20T14:02:33.123456Z subject=web has 12 "
	    "message=idle 54.5 %: web has 12 (limit 50.0 %)");
	assert_int_equal(table_alerts.level(&fixture.data, alerts_raised(&fixture.alerts, 0)),
	    LEVEL_CRITICAL);
	assert_int_equal(table_alerts.level(&fixture.data, alerts_raised(&fixture.alerts, 3)),
	    LEVEL_WARNING);
	fixture_clear(&fixture);
}

/* A count and a rate among the figures of alerts. */
static void
test_alert_units(void **state)
{
	struct fixture fixture;
	struct session *session;

	(void)state;
	fixture_init(&fixture);
	fixture.previous = fixture_snapshot();
	fixture.previous->mono_us -= SECONDS(1) / 4;
	for (int32_t pid = 1; pid <= 6; pid++) {
		session = fixture_add(fixture.snap, pid, "app", "", STATE_ACTIVE);
		session->wait_event_type = "Lock";
	}
	fixture_analyse(&fixture);
	fixture_expect_rows(&fixture, &table_alerts, 2);
	fixture_expect_row(&fixture, &table_alerts, 0,
	    "level=warning severity=1 name=blocked value=6 warning=5 critical=20 "
	    "since=2026-11-20T14:02:33.123456Z subject= message=blocked 6 (limit 5)");
	fixture_expect_row(&fixture, &table_alerts, 1,
	    "level=warning severity=1 name=churn value=24.0 warning=20.0 critical=100.0 "
	    "since=2026-11-20T14:02:33.123456Z subject=(none) opened 6 "
	    "message=opened 24.0/s: (none) opened 6 (limit 20.0/s)");
	fixture_clear(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_summary_unknown),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_group_limit),
		cmocka_unit_test(test_group_states),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limit_of_none),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_alert_units),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
