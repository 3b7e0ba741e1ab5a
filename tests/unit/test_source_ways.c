/* SPDX-License-Identifier: PostgreSQL */
/* Tests of the choice between ways in. The test plays both logins, and sees what is asked of them.
 */
#include "base/settings.h"
#include "base/units.h"
#include "model/messages.h"
#include "source/source.h"
#include "source/ways.h"
#include "test_source_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND
#define MS (SECOND / 1000)

/* The next event, and its text. */
static void
expect(enum source_event_type type, const char *text)
{
	struct source_event event;

	source_next(source, &event);
	assert_int_equal(event.type, type);
	if (text != NULL)
		assert_string_equal(event.text, text);
}

/* In by a walsender slot, all events taken. */
static void
go_around(void)
{
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	played_let_in(walsender);
	step(0);
	expect(SOURCE_MESSAGE,
	    "an ordinary login refused: all slots in use (53300); trying a walsender slot");
	expect(SOURCE_LINK, NULL);
	expect(SOURCE_NOTHING, NULL);
	assert_int_equal(source_link(source)->state, LINK_UP);
	assert_int_equal(source_link(source)->via, VIA_WALSENDER);
}

static void
test_table(void **state)
{
	static const enum refusal around[] = { REFUSAL_ALL_SLOTS, REFUSAL_SUPERUSER_RESERVED,
		REFUSAL_ROLE_RESERVED, REFUSAL_ROLE_LIMIT, REFUSAL_DATABASE_LIMIT, REFUSAL_POOLED };
	struct link link = { .via = VIA_CLIENT };
	int helped = 0;

	(void)state;
	for (int i = 0; i <= REFUSAL_OTHER; i++) {
		link.refusal = (enum refusal)i;
		helped += way_helps(VIA_WALSENDER, &link);
		assert_false(way_helps(VIA_CLIENT, &link));
	}
	assert_int_equal(helped, sizeof(around) / sizeof(around[0]));
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		link = (struct link){ .via = VIA_CLIENT, .refusal = around[i] };
		assert_true(way_helps(VIA_WALSENDER, &link));
		assert_true(way_helps(VIA_PROC, &link));
		link.via = VIA_WALSENDER;
		assert_false(way_helps(VIA_WALSENDER, &link)); /* the same again */
	}
	link = (struct link){ .refusal = REFUSAL_WALSENDERS, .sqlstate = "53300" };
	assert_int_equal(way_pause_us(&link), SECOND);
	link.refusal = REFUSAL_REPLICATION;
	assert_int_equal(way_pause_us(&link), 30 * SECOND);
	link = (struct link){ .refusal = REFUSAL_OTHER, .sqlstate = "08P01" };
	assert_int_equal(way_pause_us(&link), INT64_MAX);
}

/* No pause, and no word of a failure while there is hope. */
static void
test_around(void **state)
{
	(void)state;
	source_ask_sample(source);
	step(0);
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	client->event.type = SOURCE_LINK;
	step(0);
	assert_int_equal(walsender->open, 1);
	assert_true(source_deadline(source) > now); /* what else could be tried waits for it */
	assert_int_equal(source_link(source)->state, LINK_CONNECTING);
	assert_int_equal(source_link(source)->refusal, REFUSAL_ALL_SLOTS);
	assert_null(source_knock(source));
	played_let_in(walsender);
	step(0);
	assert_int_equal(walsender->samples, 1);
	assert_int_equal(source_link(source)->state, LINK_UP);
	assert_string_equal(source_target(source), "walsender");
	assert_ptr_equal(source_knock(source), &client->link);
	assert_null(source_refused(source, VIA_WALSENDER));
}

static void
test_nowhere(void **state)
{
	(void)state;
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	played_refuse(walsender, REFUSAL_REPLICATION, "42501");
	step(0);
	expect(SOURCE_MESSAGE, NULL);
	expect(SOURCE_MESSAGE,
	    "no way in by a walsender slot: role may not take a walsender slot (42501)");
	expect(SOURCE_MESSAGE, "no way in by /proc: another machine");
	expect(SOURCE_LINK, NULL);
	expect(SOURCE_NOTHING, NULL);
	assert_int_equal(walsender->open, 0);
	assert_int_equal(source_link(source)->state, LINK_DOWN);
	assert_int_equal(source_link(source)->refusal, REFUSAL_ALL_SLOTS);
	assert_int_equal(source_refused(source, VIA_WALSENDER)->refusal, REFUSAL_REPLICATION);
	/* Where it would not be tried, that is no news. */
	client->link.refusal = REFUSAL_UNREACHABLE;
	assert_null(source_refused(source, VIA_WALSENDER));
	client->link.refusal = REFUSAL_ALL_SLOTS;
	step(29 * SECOND);
	assert_int_equal(walsender->opened, 1);
	step(SECOND);
	assert_int_equal(walsender->opened, 2);
	played_let_in(client);
	step(0);
	expect(SOURCE_LINK, NULL);
	expect(SOURCE_NOTHING, NULL); /* said once */
	assert_int_equal(walsender->open, 0);
	assert_null(source_refused(source, VIA_WALSENDER));
}

/* Without SQL, when nothing else is left; and back as soon as there is something better. */
static void
test_proc(void **state)
{
	(void)state;
	proc->visible = true;
	played_refuse(client, REFUSAL_CHILDREN, "53300");
	source_ask_sample(source);
	step(0);
	assert_int_equal(walsender->opened, 0); /* it would count as well */
	assert_int_equal(proc->samples, 1);
	assert_int_equal(source_link(source)->state, LINK_UP);
	assert_int_equal(source_link(source)->via, VIA_PROC);
	assert_ptr_equal(source_knock(source), &client->link);
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(SECOND);
	step(0);
	assert_int_equal(walsender->open, 1);
	assert_int_equal(proc->open, 1);
	played_let_in(walsender);
	step(0);
	assert_int_equal(source_link(source)->via, VIA_WALSENDER);
	played_let_in(client);
	step(0);
	assert_int_equal(source_link(source)->via, VIA_CLIENT);
	while (source_next(source, &(struct source_event){ 0 })) {
	}
	assert_int_equal(proc->open + walsender->open, 0);
}

static void
test_pooler(void **state)
{
	(void)state;
	played_refuse(client, REFUSAL_ALL_SLOTS, "08P01");
	step(0);
	played_refuse(walsender, REFUSAL_OTHER, "08P01");
	step(0);
	source_retry(source);
	step(1000 * SECOND);
	assert_int_equal(walsender->opened, 1);
}

/* Four times a second, not quite regularly, and right after a session was told to end. */
static void
test_knock(void **state)
{
	const struct target target = { .id = { 7, 8 } };
	int64_t wait_us, least = SECOND, most = 0;

	(void)state;
	go_around();
	for (int i = 1; i <= 40; i++) {
		step(0);
		wait_us = source_deadline(source) - now;
		least = wait_us < least ? wait_us : least;
		most = wait_us > most ? wait_us : most;
		step(wait_us - 1);
		assert_int_equal(client->retries, i - 1);
		step(1);
		assert_int_equal(client->retries, i);
		assert_int_equal(source_deadline(source), INT64_MAX);
	}
	assert_in_range(least, 200 * MS, 230 * MS);
	assert_in_range(most, 270 * MS, 300 * MS);
	step(0);
	source_act(source, ACTION_TERMINATE, &target);
	walsender->event =
	    (struct source_event){ .type = SOURCE_OUTCOME, .outcome = OUTCOME_SIGNALLED };
	expect(SOURCE_OUTCOME, NULL);
	assert_in_range(source_deadline(source) - now, 1, 20 * MS);
	client->link.state = LINK_CONNECTING;
	step(SECOND);
	assert_int_equal(client->retries, 40); /* one at a time */
}

static void
test_hand_over(void **state)
{
	(void)state;
	go_around();
	client->link.tries = 7;
	step(0);
	source_ask_sample(source);
	played_let_in(client);
	step(0);
	assert_int_equal(client->samples, 1); /* the one that is not there yet */
	expect(SOURCE_MESSAGE, "an ordinary slot again after 7 tries");
	assert_int_equal(walsender->open, 0);
	expect(SOURCE_LINK, NULL);
	expect(SOURCE_NOTHING, NULL);
	assert_int_equal(source_link(source)->via, VIA_CLIENT);
	assert_null(source_knock(source));
	assert_int_equal(source_deadline(source), INT64_MAX);
}

/* An act ends where it began; the next one goes the better way. */
static void
test_acting(void **state)
{
	const struct target target = { .id = { 7, 8 } };

	(void)state;
	go_around();
	source_act(source, ACTION_TERMINATE, &target);
	played_let_in(client);
	step(SECOND);
	assert_int_equal(walsender->open, 1);
	assert_int_equal(source_link(source)->via, VIA_WALSENDER);
	walsender->event =
	    (struct source_event){ .type = SOURCE_OUTCOME, .outcome = OUTCOME_SIGNALLED };
	expect(SOURCE_OUTCOME, NULL);
	source_act(source, ACTION_TERMINATE, &target);
	assert_int_equal(walsender->acts, 1);
	assert_int_equal(client->acts, 1);
	step(0);
	expect(SOURCE_MESSAGE, NULL);
	assert_int_equal(walsender->open, 0);
}

/* What hangs there is not waited for without end. */
static void
test_hanging(void **state)
{
	const struct target target = { .id = { 7, 8 } };
	struct source_event event;

	(void)state;
	go_around();
	source_act(source, ACTION_TERMINATE, &target);
	played_let_in(client);
	step(0);
	assert_int_equal(source_deadline(source), now + 2 * SECOND);
	step(2 * SECOND);
	assert_true(source_next(source, &event));
	assert_int_equal(event.type, SOURCE_OUTCOME);
	assert_int_equal(event.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(event.id.pid, 7);
	expect(SOURCE_MESSAGE, NULL);
	assert_int_equal(walsender->open, 0);
}

static void
test_fetching(void **state)
{
	(void)state;
	go_around();
	source_ask_queries(source, NULL, 0);
	played_let_in(client);
	step(0);
	assert_int_equal(walsender->open, 1);
	step(2 * SECOND);
	expect(SOURCE_FETCHED, NULL);
	expect(SOURCE_MESSAGE, NULL);
	source_ask_queries(source, NULL, 0);
	assert_int_equal(client->fetches, 1);
}

/* Its outcome is told before the link that is left. */
static void
test_lost(void **state)
{
	(void)state;
	go_around();
	played_refuse(walsender, REFUSAL_LOST, "57P01");
	walsender->event.type = SOURCE_OUTCOME;
	step(0);
	expect(SOURCE_OUTCOME, NULL);
	expect(SOURCE_MESSAGE, "no way in by a walsender slot: connection lost (57P01)");
	expect(SOURCE_MESSAGE, "no way in by /proc: another machine");
	assert_int_equal(walsender->open, 0);
	expect(SOURCE_LINK, NULL);
	assert_int_equal(source_link(source)->state, LINK_DOWN);
	step(250 * MS);
	assert_int_equal(walsender->open, 1);
}

static void
test_password(void **state)
{
	(void)state;
	source_password(source, "secret");
	go_around();
	assert_string_equal(walsender->password, "secret");
	client->event.type = SOURCE_PASSWORD;
	expect(SOURCE_PASSWORD, NULL);
	source_password(source, NULL);
	assert_string_equal(client->password, "(none)");
	assert_string_equal(walsender->password, "secret");
}

static void
test_only(void **state)
{
	(void)state;
	source_close(source);
	settings.via = 1 + VIA_CLIENT;
	source = source_open(&settings, NULL);
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	assert_int_equal(walsender->opened, 0);
	assert_int_equal(source_link(source)->state, LINK_DOWN);
	source_close(source);
	settings.via = 1 + VIA_WALSENDER;
	source = source_open(&settings, NULL);
	assert_int_equal(walsender->open, 1);
	assert_int_equal(client->open, 0);
	played_refuse(walsender, REFUSAL_WALSENDERS, "53300");
	step(SECOND);
	assert_int_equal(walsender->open, 1);
	assert_int_equal(source_link(source)->refusal, REFUSAL_WALSENDERS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test_setup_teardown(test_around, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_nowhere, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_proc, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_pooler, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_knock, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_hand_over, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_acting, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_hanging, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_fetching, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_lost, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_password, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_only, played_setup, played_teardown),
	};

	return cmocka_run_group_tests_name("source/ways", tests, NULL, NULL);
}
