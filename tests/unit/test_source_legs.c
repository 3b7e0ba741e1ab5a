/* SPDX-License-Identifier: PostgreSQL */
/* Tests of ways in beside each other: what hangs, and what is lost. */
#include "base/settings.h"
#include "base/units.h"
#include "model/messages.h"
#include "model/snapshot.h"
#include "source/source.h"
#include "test_source_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

/* A login that hangs stays the only one of its kind; what else there is helps meanwhile. */
static void
test_pending(void **state)
{
	(void)state;
	proc->visible = true;
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	played_refuse(walsender, REFUSAL_HANGS, "");
	walsender->link.pending = true;
	step(0);
	assert_int_equal(source_link(source)->via, VIA_PROC);
	assert_int_equal(source_refused(source, VIA_WALSENDER)->refusal, REFUSAL_HANGS);
	for (int i = 0; i < 100; i++)
		step(SECOND);
	assert_int_equal(walsender->opened, 1);
	assert_int_equal(walsender->open, 1);
	client->retries = 0;
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	client->link.pending = true;
	for (int i = 0; i < 10; i++)
		step(SECOND);
	assert_int_equal(client->retries, 0);
	played_let_in(walsender);
	step(0);
	assert_int_equal(source_link(source)->via, VIA_WALSENDER);
}

static void
expect(enum source_event_type type, enum level level, const char *text)
{
	struct source_event event;

	source_next(source, &event);
	assert_int_equal(event.type, type);
	if (text == NULL)
		return;
	assert_string_equal(event.text, text);
	assert_int_equal(event.level, level);
}

/* In by a walsender slot, all events taken. */
static void
go_around(void)
{
	struct source_event event;

	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	played_let_in(walsender);
	step(0);
	while (source_next(source, &event))
		;
}

/* What the limit is, is known with the first sample. */
static void
test_limit(void **state)
{
	struct snapshot *snap = snapshot_new();

	(void)state;
	snap->max_connections = 100;
	go_around();
	for (int i = 0; i < 2; i++) {
		walsender->event.type = SOURCE_SNAPSHOT;
		walsender->event.snapshot = snap;
		expect(SOURCE_SNAPSHOT, LEVEL_OK, NULL);
		if (i == 0)
			expect(SOURCE_MESSAGE, LEVEL_INFO,
			    "an ordinary login refused: all slots in use (53300), "
			    "max_connections 100; in by a walsender slot");
		expect(SOURCE_NOTHING, LEVEL_OK, NULL);
	}
	snapshot_free(snap);
}

/* A server that lets nobody in any more for another reason than a limit. */
static void
test_trouble(void **state)
{
	(void)state;
	go_around();
	played_refuse(client, REFUSAL_SUPERUSER_RESERVED, "53300");
	step(0);
	expect(SOURCE_NOTHING, LEVEL_OK, NULL);
	for (int i = 0; i < 2; i++) {
		played_refuse(client, REFUSAL_UNAVAILABLE, "57P03");
		snprintf(client->link.text, sizeof(client->link.text), "shutting down");
		step(0);
		if (i == 0)
			expect(SOURCE_MESSAGE, LEVEL_WARNING,
			    "an ordinary login fails: server not ready (57P03): shutting down");
		expect(SOURCE_NOTHING, LEVEL_OK, NULL);
	}
	assert_int_equal(source_link(source)->via, VIA_WALSENDER);
}

/* The way that is told of is the one in use, also when an act let the better one take over. */
static void
test_settled(void **state)
{
	const struct target target = { .id = { 7, 8 } };

	(void)state;
	played_refuse(client, REFUSAL_ALL_SLOTS, "53300");
	step(0);
	played_let_in(walsender);
	step(0);
	client->link.tries = 3;
	played_let_in(client);
	source_act(source, ACTION_TERMINATE, &target);
	assert_int_equal(client->acts, 1);
	assert_int_equal(source_link(source)->via, VIA_CLIENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pending, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_limit, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_trouble, played_setup, played_teardown),
		cmocka_unit_test_setup_teardown(test_settled, played_setup, played_teardown),
	};

	return cmocka_run_group_tests_name("source/legs", tests, NULL, NULL);
}
