/* SPDX-License-Identifier: PostgreSQL */
/* Tests of ways in beside each other: what hangs, and what is lost. */
#include "base/settings.h"
#include "base/units.h"
#include "source/source.h"
#include "test_source_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

static struct played *client, *walsender;
static struct settings settings;
static struct source *source;
static int64_t now;

static int
setup(void **state)
{
	(void)state;
	played_reset();
	client = played_get(VIA_CLIENT);
	walsender = played_get(VIA_WALSENDER);
	memset(&settings, 0, sizeof(settings));
	now = 1000 * SECOND;
	source = source_open(&settings, NULL);
	return source == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(source);
	return client->open + walsender->open;
}

static void
step(int64_t us)
{
	now += us;
	source_step(source, now, now);
}

/* A login that hangs stays the only one of its kind; what else there is helps meanwhile. */
static void
test_pending(void **state)
{
	(void)state;
	played_get(VIA_PROC)->visible = true;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pending, setup, teardown),
	};

	return cmocka_run_group_tests_name("source/legs", tests, NULL, NULL);
}
