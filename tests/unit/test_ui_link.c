/* SPDX-License-Identifier: PostgreSQL */
/* What the header says of the way in, on a screen of 80 columns. */
#include "test_ui_screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

#define SECOND UNITS_US_PER_SECOND

static void
draw_after(struct fixture *fixture, int seconds)
{
	fixture->frame.mono_us += seconds * SECOND;
	fixture_draw(fixture, ROWS, COLS, false);
}

/* The way in is worth most when it is a new one. */
static void
test_new_way(void **state)
{
	struct fixture *fixture = *state;

	expect_not(fixture, "via client");
	fixture->link.via = VIA_WALSENDER;
	draw_after(fixture, 1);
	expect(fixture, "via walsender");
	draw_after(fixture, 60);
	expect(fixture, "via walsender");
	fixture->link.via = VIA_CLIENT;
	draw_after(fixture, 1);
	expect(fixture, "via client");
	draw_after(fixture, 9);
	expect(fixture, "via client");
	draw_after(fixture, 1);
	expect_not(fixture, "via client");
}

/* What keeps us from an ordinary login when it is no limit, which has an alert. */
static void
test_knock(void **state)
{
	struct fixture *fixture = *state;
	struct link knock = { .state = LINK_DOWN,
		.refusal = REFUSAL_ALL_SLOTS,
		.sqlstate = "53300",
		.text = "sorry" };

	fixture->link.via = VIA_WALSENDER;
	fixture->frame.knock = &knock;
	draw_after(fixture, 0);
	expect_not(fixture, "no ordinary login");
	expect(fixture, "waiting for a slot");
	knock = (struct link){ .state = LINK_DOWN,
		.refusal = REFUSAL_UNAVAILABLE,
		.sqlstate = "57P03",
		.text = "the database system is shutting down" };
	draw_after(fixture, 1);
	expect(fixture, "no ordinary login: 57P03: the database system is shutting down");
	expect(fixture, "waiting for a login");
	knock = (struct link){ .state = LINK_DOWN,
		.refusal = REFUSAL_HANGS,
		.pending = true,
		.text = "nothing within 10 s" };
	draw_after(fixture, 1);
	expect(fixture,
	    "no ordinary login: the server answers, but no login gets through: nothing");
}

static void
test_hanging(void **state)
{
	struct fixture *fixture = *state;

	fixture->link.state = LINK_DOWN;
	fixture->link.refusal = REFUSAL_HANGS;
	fixture->link.pending = true;
	draw_after(fixture, 1);
	expect(fixture, "DOWN, login hangs");
	expect_not(fixture, "next try");
}

/* A server that is full, or refuses us, is not down. */
static void
test_down_words(void **state)
{
	static const struct {
		enum refusal refusal;
		const char *words;
	} refusals[] = {
		{ REFUSAL_ALL_SLOTS, "FULL, trying" },
		{ REFUSAL_ROLE_LIMIT, "FULL, trying" },
		{ REFUSAL_PASSWORD, "REFUSED, trying" },
		{ REFUSAL_UNAVAILABLE, "REFUSED, trying" },
		{ REFUSAL_UNREACHABLE, "DOWN, trying" },
		{ REFUSAL_LOST, "DOWN, trying" },
	};
	struct fixture *fixture = *state;

	fixture->link.state = LINK_DOWN;
	fixture->link.retry_mono_us = 0;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fixture->link.refusal = refusals[i].refusal;
		draw_after(fixture, 1);
		expect(fixture, refusals[i].words);
	}
	fixture->link.refusal = REFUSAL_ALL_SLOTS;
	fixture->link.retry_mono_us = fixture->frame.mono_us + 3 * SECOND;
	draw_after(fixture, 1);
	expect(fixture, "FULL, next try in 2 s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_way, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_knock, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_down_words, screen_set_up, screen_tear_down),
		cmocka_unit_test_setup_teardown(test_hanging, screen_set_up, screen_tear_down),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("way in", tests, NULL, NULL);
}
