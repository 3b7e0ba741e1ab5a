/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the answer to a monitoring system: status, line, figures by the
 * grammar of the Monitoring Plugins guidelines, and names that would break
 * them.
 */
#include "analysis/alert_limit.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "fixture.h"
#include "model/link.h"
#include "report/check.h"
#include "test_report_answer.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct link up = { .state = LINK_UP };

static void
test_healthy(void **state)
{
	struct fixture fixture;
	struct answer *answer;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 3, "web", STATE_IDLE);
	fixture_add_many(fixture.snap, 200, 4, "worker", STATE_ACTIVE);
	fixture_analyse(&fixture);
	alerts_refused(&fixture.alerts, &up, fixture.snap, NOW_US);
	answer = ask(&fixture, true);
	assert_int_equal(answer->status, CHECK_OK);
	assert_string_equal(answer->line,
	    "PGCONNTOP OK - 7 of 97 slots used (7.2 %), 90 free: active 4, idle 3 ");
	has(answer,
	    "\ndb1:5432/postgres: PostgreSQL 15.20 primary, max_connections 100, via client\n"
	    "worker has 4: active 4\n"
	    "web has 3: idle 3\n"
	    "a role that / sees little\n");
	assert_null(strstr(buf_str(&answer->out), "not worth"));
	expect(answer, "used", 7, ";;");
	assert_float_equal(find(answer, "used")->least, 0, 0);
	assert_float_equal(find(answer, "used")->most, 100, 0);
	expect(answer, "free", 90, ";;");
	assert_float_equal(find(answer, "free")->most, 97, 0);
	expect(answer, "active", 4, ";;");
	expect(answer, "aborted", 0, ";;");
	expect(answer, "utilization", 7.22, "%;70;85");
	expect(answer, "refused", 0, ";;1");
	expect(answer, "exhaustion", NAN, ";@0:900;@0:300");
	expect(answer, "long_query", 10, "s;60;300");
	expect(answer, "idle_in_transaction", 0, "s;60;300");
	expect(answer, "churn", NAN, ";20;100");
	expect(answer, "pool_plan", NAN, ";100;100");
	release(answer);
	fixture_clear(&fixture);
}

static void
test_levels(void **state)
{
	struct fixture fixture;
	struct answer *answer;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 68, "web", STATE_ACTIVE);
	fixture_analyse(&fixture);
	answer = ask(&fixture, true);
	assert_int_equal(answer->status, CHECK_WARNING);
	assert_string_equal(answer->line,
	    "PGCONNTOP WARNING - utilization 70.1 %: web has 68 (limit 70.0 %); "
	    "68 of 97 slots used (70.1 %), 29 free: active 68 ");
	release(answer);
	fixture_add_many(fixture.snap, 200, 23, "worker", STATE_IDLE_IN_TRANSACTION);
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		if (fixture.snap->sessions[i].id.pid == 207)
			fixture.snap->sessions[i].state_change_us = NOW_US - MINUTES(2);
	fixture_analyse(&fixture);
	answer = ask(&fixture, true);
	assert_int_equal(answer->status, CHECK_CRITICAL);
	has(answer,
	    "PGCONNTOP CRITICAL - utilization 93.8 %: web has 68 (limit 85.0 %); "
	    "idle in transaction 2 min: pid 207 worker (limit 1 min); 91 of 97 slots used");
	has(answer,
	    "\ncause one_took: web took 68 of 91 used slots, 0 of them are idle\n"
	    "CRITICAL utilization: utilization 93.8 %: web has 68 (limit 85.0 %)\n"
	    "WARNING idle_in_transaction: idle in transaction 2 min: pid 207 worker");
	has(answer, "\nworker has 23: idle in transaction 23\n");
	expect(answer, "in_transaction", 23, ";;");
	expect(answer, "idle_in_transaction", 120, "s;60;300");
	release(answer);
	fixture_clear(&fixture);
}

/* Limits that are ranges, or off, are the figures' too. */
static void
test_ranges(void **state)
{
	struct fixture fixture;
	struct alert_limits *limits;
	struct answer *answer;
	struct err err;

	(void)state;
	fixture_init(&fixture);
	limits = settings_add_alert(&fixture.settings, "utilization");
	assert_true(alert_limit_parse(VALUE_SHARE, "@10:20", &limits->warning, &err));
	assert_true(alert_limit_parse(VALUE_SHARE, "off", &limits->critical, &err));
	limits = settings_add_alert(&fixture.settings, "long_query");
	assert_true(alert_limit_parse(VALUE_DURATION, "~:90s", &limits->critical, &err));
	fixture_add_many(fixture.snap, 100, 15, "web", STATE_ACTIVE);
	fixture_analyse(&fixture);
	answer = ask(&fixture, true);
	assert_int_equal(answer->status, CHECK_WARNING);
	expect(answer, "utilization", 15.46, "%;@10:20;");
	expect(answer, "long_query", 10, "s;60;~:90");
	release(answer);
	fixture_clear(&fixture);
}

/* A sample over another way in, while the ordinary login is refused. */
static void
test_refused_but_in(void **state)
{
	const struct link link = { .state = LINK_UP,
		.refusal = REFUSAL_ALL_SLOTS,
		.sqlstate = "53300",
		.routine = "InitProcess",
		.tries = 3 };
	struct fixture fixture;
	struct answer *answer;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 2, "web", STATE_ACTIVE);
	fixture_analyse(&fixture);
	alerts_refused(&fixture.alerts, &link, fixture.snap, NOW_US);
	answer = ask(&fixture, true);
	assert_int_equal(answer->status, CHECK_CRITICAL);
	has(answer,
	    "PGCONNTOP CRITICAL - logins refused: all slots in use (53300, InitProcess), "
	    "max_connections 100; 2 of 97");
	has(answer,
	    "\nCRITICAL refused: logins refused: all slots in use (53300, InitProcess), "
	    "max_connections 100\nnext: ");
	expect(answer, "refused", 3, ";;1");
	release(answer);
	fixture_clear(&fixture);
}

static void
test_failure(void **state)
{
	struct answer *answer = calloc(1, sizeof *answer);
	struct fixture fixture;
	struct check check = {
		.data = &fixture.data,
		.target = "db1",
		.failure = "no \033[1mway | in\n\xFF",
		.advice = "look",
		.status = CHECK_CRITICAL,
	};

	(void)state;
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	fixture.data.snap = NULL;
	answer->status = check_write(&check, &answer->out);
	parse(answer);
	assert_int_equal(answer->status, CHECK_CRITICAL);
	assert_string_equal(answer->line, "PGCONNTOP CRITICAL - no ?[1mway / in ? ");
	has(answer, "\ndb1: look\n");
	for (size_t i = 0; i < answer->count; i++)
		if (strcmp(answer->figures[i].label, "refused") != 0 && i < 2 + STATE_COUNT)
			assert_true(isnan(answer->figures[i].value));
	expect(answer, "used", NAN, ";;");
	assert_true(isnan(find(answer, "used")->most));
	buf_reset(&answer->out);
	check = (struct check){ .failure = "wrong option", .status = CHECK_UNKNOWN };
	assert_int_equal(check_write(&check, &answer->out), CHECK_UNKNOWN);
	assert_string_equal(buf_str(&answer->out), "PGCONNTOP UNKNOWN - wrong option\n");
	release(answer);
	fixture_clear(&fixture);
}

/* The same labels in the same order whatever there is, and told apart where only 19 bytes count. */
static void
test_labels(void **state)
{
	struct fixture empty, full;
	struct answer *a, *b;

	(void)state;
	fixture_init(&empty);
	fixture_analyse(&empty);
	fixture_hostile(&full);
	a = ask(&empty, true);
	b = ask(&full, true);
	assert_int_equal(a->count, 2 + STATE_COUNT + alert_count);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->figures[i].label, b->figures[i].label);
		for (size_t n = 0; n < i; n++)
			assert_int_not_equal(strncmp(a->figures[i].label, a->figures[n].label, 19),
			    0);
	}
	release(a);
	release(b);
	fixture_clear(&empty);
	fixture_clear(&full);
}

static void
test_unknown(void **state)
{
	struct fixture fixture;
	struct answer *answer;

	(void)state;
	fixture_init(&fixture);
	fixture_add_many(fixture.snap, 100, 5, "web", STATE_UNKNOWN);
	for (size_t i = 0; i < fixture.snap->session_count; i++)
		fixture.snap->sessions[i].kind = KIND_UNKNOWN;
	fixture.snap->max_connections = -1;
	fixture_analyse(&fixture);
	answer = ask(&fixture, true);
	assert_string_equal(answer->line,
	    "PGCONNTOP UNKNOWN - utilization is unknown: how many slots are usable is "
	    "not known; 5 slots used: unknown 5 ");
	has(answer, "max_connections unknown, via client\n");
	expect(answer, "used", 5, ";;");
	assert_true(isnan(find(answer, "used")->most));
	expect(answer, "free", NAN, ";;");
	expect(answer, "unknown", 5, ";;");
	expect(answer, "utilization", NAN, ";70;85");
	expect(answer, "long_query", NAN, ";60;300");
	expect(answer, "idle_in_transaction", NAN, ";60;300");
	expect(answer, "blocked", NAN, ";5;20");
	release(answer);
	fixture_clear(&fixture);
}

/* parse() has seen to the bars; here it is about the rest. */
static void
test_hostile(void **state)
{
	(void)state;
	for (int utf8 = 0; utf8 < 2; utf8++) {
		struct fixture fixture;
		struct answer *answer;

		fixture_hostile(&fixture);
		for (int i = 0; i < 12; i++)
			fixture_add_many(fixture.snap, 30000 + 100 * i, 40 + i,
			    fixture_intern(fixture.snap, i % 2 ? "|used=0 |" : hostile_texts[i]),
			    STATE_ABORTED);
		fixture_analyse(&fixture);
		answer = ask(&fixture, utf8 != 0);
		assert_in_range(strcspn(buf_str(&answer->out), "\n"), 100, 1400);
		assert_in_range(answer->out.len, 1000, 4096);
		assert_int_equal(strlen(buf_str(&answer->out)), answer->out.len);
		for (size_t i = 0, n; i < answer->out.len; i += n) {
			uint32_t cp;
			int width;

			n = text_decode(answer->out.data + i, answer->out.len - i, &cp);
			assert_true(
			    cp == '\n' || text_shown(cp, utf8 != 0 ? TEXT_UTF8 : 0, &width) == cp);
		}
		has(answer, "\n/used=0 / has ");
		has(answer, "applications more\n");
		release(answer);
		fixture_clear(&fixture);
	}
}

/* A long reason is cut between characters. */
static void
test_cut(void **state)
{
	struct buf why = { 0 };

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		struct check check = { .status = CHECK_UNKNOWN, .utf8 = true };
		struct buf out = { 0 };

		buf_reset(&why);
		buf_fill(&why, 'a', shift);
		for (int i = 0; i < 1000; i++)
			buf_adds(&why, "\xE6\x97\xA5");
		check.failure = buf_str(&why);
		check_write(&check, &out);
		assert_in_range(out.len, 390, 430);
		assert_string_equal(out.data + out.len - 7, "\xE6\x97\xA5...\n");
		buf_clear(&out);
	}
	buf_clear(&why);
}

/* Whose fault a refusal is. */
static void
test_trouble(void **state)
{
	static const enum refusal ours[] = { REFUSAL_NONE, REFUSAL_PASSWORD, REFUSAL_LOGIN,
		REFUSAL_DATABASE, REFUSAL_UNPOOLED, REFUSAL_REPLICATION, REFUSAL_TLS, REFUSAL_PROC,
		REFUSAL_OTHER };
	char cause[REFUSAL_TEXT_MAX];

	(void)state;
	for (int i = REFUSAL_NONE; i <= REFUSAL_OTHER; i++) {
		bool trouble = true;

		for (size_t n = 0; n < COUNT_OF(ours); n++)
			trouble &= (int)ours[n] != i;
		assert_int_equal(link_in_trouble(&(struct link){ .refusal = (enum refusal)i }),
		    trouble);
	}
	assert_true(
	    link_in_trouble(&(struct link){ .refusal = REFUSAL_OTHER, .sqlstate = "53200" }));
	assert_true(
	    link_in_trouble(&(struct link){ .refusal = REFUSAL_OTHER, .sqlstate = "XX000" }));
	assert_false(
	    link_in_trouble(&(struct link){ .refusal = REFUSAL_OTHER, .sqlstate = "22023" }));
	assert_string_equal(refusal_text(cause, &(struct link){ .refusal = REFUSAL_LOST }),
	    "connection lost");
	assert_string_equal(refusal_text(cause,
	                        &(struct link){ .refusal = REFUSAL_LOST, .sqlstate = "57P01" }),
	    "connection lost (57P01)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_refused_but_in),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_trouble),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8")) {
		puts("1..0 # SKIP no UTF-8 locale");
		return 0;
	}
	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
