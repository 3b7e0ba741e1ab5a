/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of a source's way to the server and back: refusals and pauses,
 * passwords, late answers, lost connections. The clock is the test's.
 */
#include "base/settings.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/pg_sql.h"
#include "source/source.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND
#define FULL "FATAL:  53300: sorry\nLOCATION:  InitProcess, proc.c:1\n"
#define WRONG "FATAL:  28P01: wrong\nLOCATION:  auth_failed, auth.c:1\n"

static const char *const server_cells[] = { "2026-11-20 12:00:00+00", "100", "f", "100", "3", "0",
	"10", NULL };
static const struct pg_rows server_rows = FAKE_ROWS(server_cells, 8);
static const char *const activity_cells[] = { "100", "5", "10", "app", NULL, "-1",
	"2026-11-20 11:00:00+00", NULL, NULL, NULL, NULL, NULL, "idle", NULL, NULL,
	"client backend", "select 1", NULL, NULL };
static const struct pg_rows activity_rows = FAKE_ROWS(activity_cells, ACTIVITY_COLUMNS);
static const char *const names_cells[] = { "d", "5", "shop", "-1", "f", "t", "r", "10", "ann", "-1",
	"f", "t" };
static const struct pg_rows names_rows = FAKE_ROWS(names_cells, NAMES_OURS + 1);

static void
answer_sample(void)
{
	fake_answer(PG_ROWS, &server_rows);
	fake_answer(PG_ROWS, &activity_rows);
	fake_answer(PG_DONE, NULL);
}

static void
log_in(void)
{
	step(0);
	assert_int_equal(source_link(source)->state, LINK_CONNECTING);
	fake_hello();
	step(0);
	assert_int_equal(source_link(source)->state, LINK_UP);
}

static void
test_pauses(void **state)
{
	static const int64_t pauses_ms[] = { 250, 500, 1000, 2000, 4000, 5000, 5000 };
	const struct link *link = source_link(source);
	unsigned logins = 0;

	(void)state;
	fake_get()->login = PG_BROKEN;
	fake_get()->error = FULL;
	step(0);
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		assert_int_equal(link->state, LINK_DOWN);
		assert_int_equal(link->refusal, REFUSAL_ALL_SLOTS);
		assert_int_equal(link->tries, i + 1);
		assert_int_equal(fake_get()->logins, ++logins);
		assert_int_equal(link->retry_mono_us - now, pauses_ms[i] * 1000);
		assert_int_equal(source_deadline(source), link->retry_mono_us);
		assert_int_equal(link->since_down_mono_us, 1000 * SECOND);
		step(pauses_ms[i] * 1000 - 1);
		assert_int_equal(fake_get()->logins, logins);
		step(1);
	}
	source_retry(source);
	step(0);
	assert_int_equal(fake_get()->logins, logins + 2);
	fake_get()->login = PG_DONE;
	step(5 * SECOND);
	fake_hello();
	step(0);
	assert_int_equal(link->state, LINK_UP);
	assert_int_equal(link->refusal, REFUSAL_NONE);
	assert_int_equal(link->tries, 0);
	assert_int_equal(link->since_down_mono_us, 0);
	assert_string_equal(link->text, "");
}

static void
test_password(void **state)
{
	const struct link *link = source_link(source);

	(void)state;
	fake_get()->login = PG_BROKEN;
	fake_get()->error = "fe_sendauth: no password supplied";
	fake_get()->wants_password = true;
	step(0);
	assert_int_equal(next_event().type, SOURCE_PASSWORD);
	assert_int_equal(source_deadline(source), INT64_MAX);
	step(100 * SECOND);
	assert_int_equal(fake_get()->logins, 1);
	fake_get()->error = WRONG;
	source_password(source, "first");
	step(0);
	assert_string_equal(fake_get()->password, "first");
	assert_int_equal(link->state, LINK_DOWN);
	assert_int_equal(link->refusal, REFUSAL_PASSWORD);
	/* A wrong one is forgotten and asked for again after the pause; not a login is wasted. */
	step(250000);
	assert_int_equal(fake_get()->logins, 2);
	assert_int_equal(next_event().type, SOURCE_PASSWORD);
	source_password(source, NULL);
	assert_int_equal(link->state, LINK_DOWN);
	assert_int_equal(link->refusal, REFUSAL_PASSWORD);
	step(60 * SECOND);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	source_retry(source);
	step(0);
	assert_int_equal(next_event().type, SOURCE_PASSWORD);
	fake_get()->login = PG_DONE;
	source_password(source, "second");
	step(0);
	assert_string_equal(fake_get()->password, "second");
	fake_hello();
	step(0);
	assert_int_equal(link->state, LINK_UP);
}

/* A password from a file is not tried again and again in a hurry, and nobody is asked. */
static void
test_wrong_file(void **state)
{
	(void)state;
	fake_get()->login = PG_BROKEN;
	fake_get()->error = WRONG;
	step(0);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_int_equal(source_link(source)->refusal, REFUSAL_PASSWORD);
	assert_int_equal(source_link(source)->retry_mono_us, now + 30 * SECOND);
}

static void
test_never_ask(void **state)
{
	static char host[] = "/tmp";
	static const struct settings settings = { .via = 1,
		.host = host,
		.no_password = true,
		.connect_timeout = SECOND };

	(void)state;
	source_close(source);
	source = source_open(&settings, NULL);
	fake_get()->login = PG_BROKEN;
	fake_get()->wants_password = true;
	step(0);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	assert_int_equal(source_link(source)->refusal, REFUSAL_PASSWORD);
}

static void
test_password_before(void **state)
{
	(void)state;
	source_password(source, "early");
	step(0);
	assert_string_equal(fake_get()->password, "early");
}

static void
test_wrong_servers(void **state)
{
	const struct link *link = source_link(source);

	(void)state;
	fake_get()->about.version = "1.18.0/bouncer";
	fake_get()->about.version_num = 11800;
	step(0);
	assert_int_equal(link->state, LINK_DOWN);
	assert_int_equal(link->refusal, REFUSAL_OTHER);
	assert_non_null(strstr(link->text, "console of PgBouncer"));
	fake_get()->about.version = "9.6.24";
	fake_get()->about.version_num = 90624;
	step(SECOND);
	assert_non_null(strstr(link->text, "9.6.24 is too old"));
	assert_int_equal(fake_get()->sent, 0);
}

static void
test_late(void **state)
{
	const struct link *link = source_link(source);
	struct source_event event;
	int64_t sent;

	(void)state;
	log_in();
	source_ask_sample(source);
	step(0);
	sent = now;
	step(2 * SECOND - 1);
	assert_int_equal(link->state, LINK_UP);
	assert_int_equal(source_deadline(source), now + 1);
	step(1);
	assert_int_equal(link->state, LINK_LATE);
	assert_string_equal(link->text, "no answer for 2 s");
	assert_int_equal(link->since_mono_us, sent);
	assert_int_equal(source_deadline(source), now + SECOND);
	assert_int_equal(next_event().type, SOURCE_NOTHING);
	step(SECOND / 2);
	assert_false(source_next(source, &event)); /* said once a second */
	step(SECOND / 2);
	assert_true(source_next(source, &event));
	assert_string_equal(link->text, "no answer for 3 s");
	step(597 * SECOND);
	assert_string_equal(link->text, "no answer for 10 min");
	assert_int_equal(fake_get()->open, 1); /* it may be the last slot */
	answer_sample();
	step(0);
	assert_int_equal(link->state, LINK_UP);
	assert_string_equal(link->text, "");
}

static void
test_lost(void **state)
{
	const struct link *link = source_link(source);

	(void)state;
	log_in();
	source_ask_sample(source);
	step(0);
	fake_get()->error = "FATAL:  57P01: terminating\nLOCATION:  ProcessInterrupts, p.c:1\n";
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_int_equal(link->state, LINK_DOWN);
	assert_int_equal(link->refusal, REFUSAL_LOST);
	assert_string_equal(link->sqlstate, "57P01");
	assert_string_equal(link->text, "terminating");
	assert_int_equal(link->retry_mono_us, now + 250000);
	step(250000);
	fake_hello();
	step(0);
	assert_int_equal(link->state, LINK_UP);
	assert_int_equal(fake_get()->sent, 4); /* the sample is asked for again */
	fake_answer(PG_BROKEN, NULL);
	step(0);
	assert_int_equal(link->refusal, REFUSAL_LOST);
	assert_int_equal(link->retry_mono_us, now + 250000);
}

static void
test_pooled(void **state)
{
	struct source_event event;

	(void)state;
	fake_get()->about.pid = -4711;
	step(0);
	assert_non_null(strstr(fake_get()->sql, "int4ne(pg_catalog.pg_backend_pid(), -4711)"));
	fake_hello();
	source_ask_sample(source);
	step(0);
	event = next_event();
	assert_int_equal(event.type, SOURCE_MESSAGE);
	assert_non_null(strstr(event.text, "pooler"));
	/* Settings with each message, and only for it. */
	assert_non_null(strstr(fake_get()->sql, "set_config(name, value, true)"));
	fake_answer(PG_ROWS, &fake_row);
	answer_sample();
	step(0);
	assert_non_null(strstr(fake_get()->sql, "set_config(name, value, true)"));
	fake_answer(PG_ROWS, &fake_row);
	fake_answer(PG_ROWS, &names_rows);
	fake_answer(PG_DONE, NULL);
	step(0);
	assert_non_null(strstr(fake_get()->sql, "pg_locks"));
	fake_answer(PG_ROWS, &fake_row);
	fake_answer(PG_ROWS, &(struct pg_rows){ 0, 1, NULL });
	fake_answer(PG_DONE, NULL);
	step(0);
	event = next_event();
	assert_int_equal(event.type, SOURCE_SNAPSHOT);
	assert_string_equal(event.snapshot->sessions[0].user, "ann");
	source_recycle(source, event.snapshot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pauses, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_password, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_file, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_never_ask, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_password_before, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_servers, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_late, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_lost, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_pooled, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("source/pg_login", tests, NULL, NULL);
}
