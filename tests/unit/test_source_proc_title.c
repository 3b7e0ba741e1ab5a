/* SPDX-License-Identifier: PostgreSQL */
/*
 * Titles of server processes as servers from 10 to 19 write them, and as
 * people with strange names make them look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "source/proc_title.h"

#define PREFIX "postgres: 15/main: "
#define LEN(s) (sizeof(s) - 1)

struct example {
	const char *title; /* after the prefix */
	enum proc_kind kind;
	enum session_state state;
	const char *user; /* NULL is unknown, as in the next two */
	const char *database;
	const char *client;
	int port;
};

static void
check_text(struct proc_text text, const char *expected)
{
	char copy[200];

	if (expected == NULL) {
		assert_null(text.s);
		return;
	}
	assert_non_null(text.s);
	snprintf(copy, sizeof(copy), "%.*s", (int)text.len, text.s);
	assert_string_equal(copy, expected);
}

static void
check(const struct example *example, const struct proc_titles *titles)
{
	char title[256];
	struct proc_title read;

	snprintf(title, sizeof(title), "%.*s%s", (int)titles->prefix_len, titles->prefix,
	    example->title);
	proc_title_read(&read, title, strlen(title), titles);
	print_message("%s\n", title);
	assert_int_equal(read.kind, example->kind);
	assert_int_equal(read.state, example->state);
	check_text(read.user, example->user);
	check_text(read.database, example->database);
	check_text(read.client, example->client);
	assert_int_equal(read.client_port, example->port);
}

static void
check_all(const struct example *examples, size_t count)
{
	static const struct proc_titles plain = { "postgres: ", LEN("postgres: "), SIZE_MAX,
		false };
	static const struct proc_titles named = { PREFIX, LEN(PREFIX), SIZE_MAX, false };

	for (size_t i = 0; i < count; i++) {
		check(&examples[i], &plain);
		check(&examples[i], &named);
	}
}

#define CHECK(examples) check_all(examples, sizeof(examples) / sizeof((examples)[0]))

static void
test_sessions(void **state)
{
	static const struct example examples[] = {
		{ "app shop [local] idle", PROC_CLIENT, STATE_IDLE, "app", "shop", "local", -1 },
		{ "app shop 10.0.0.1(5432) idle in transaction", PROC_CLIENT,
		    STATE_IDLE_IN_TRANSACTION, "app", "shop", "10.0.0.1", 5432 },
		{ "app shop ::1(1) idle in transaction (aborted)", PROC_CLIENT, STATE_ABORTED,
		    "app", "shop", "::1", 1 },
		{ "app shop fe80::1%eth0(65535) SELECT", PROC_CLIENT, STATE_ACTIVE, "app", "shop",
		    "fe80::1%eth0", 65535 },
		{ "app shop web.example(7) CREATE TABLE AS", PROC_CLIENT, STATE_ACTIVE, "app",
		    "shop", "web.example", 7 },
		{ "app shop [local] <FASTPATH>", PROC_CLIENT, STATE_FASTPATH, "app", "shop",
		    "local", -1 },
		{ "app shop [local] notify interrupt", PROC_CLIENT, STATE_ACTIVE, "app", "shop",
		    "local", -1 },
		{ "app shop [local] ???", PROC_CLIENT, STATE_ACTIVE, "app", "shop", "local", -1 },
		{ "app shop [local] COMMIT waiting for 0/16B3D80", PROC_CLIENT, STATE_ACTIVE, "app",
		    "shop", "local", -1 },
		{ "app shop 10.0.0.1(1) authentication", PROC_CLIENT, STATE_STARTING, "app", "shop",
		    "10.0.0.1", 1 },
		{ "app shop 10.0.0.1(1) initializing", PROC_CLIENT, STATE_STARTING, "app", "shop",
		    "10.0.0.1", 1 },
		{ "app shop [local] startup waiting", PROC_CLIENT, STATE_STARTING, "app", "shop",
		    "local", -1 },
		/* update_process_title is off. */
		{ "app shop [local] ", PROC_CLIENT, STATE_UNKNOWN, "app", "shop", "local", -1 },
		/* Words that no server has yet: a session, and no more. */
		{ "app shop [local] snoozing", PROC_CLIENT, STATE_UNKNOWN, NULL, NULL, NULL, -1 },
		{ "app shop [local] idle  ", PROC_CLIENT, STATE_UNKNOWN, NULL, NULL, NULL, -1 },
	};

	(void)state;
	CHECK(examples);
}

static void
test_names(void **state)
{
	static const struct example examples[] = {
		{ "two words [local] idle", PROC_CLIENT, STATE_IDLE, "two", "words", "local", -1 },
		/* Which blank is between the names? */
		{ "a b c [local] idle", PROC_CLIENT, STATE_IDLE, NULL, NULL, "local", -1 },
		{ "a  b [local] idle", PROC_CLIENT, STATE_IDLE, NULL, NULL, "local", -1 },
		{ " a [local] idle", PROC_CLIENT, STATE_IDLE, NULL, NULL, "local", -1 },
		{ "(a) b(5) [local] idle", PROC_CLIENT, STATE_IDLE, "(a)", "b(5)", "local", -1 },
		{ "b\xE4r\xFF caf\xC3\xA9 [local] idle", PROC_CLIENT, STATE_IDLE, "b\xE4r\xFF",
		    "caf\xC3\xA9", "local", -1 },
		/* Names that look like the rest: the last one is it. */
		{ "a [local] idle b [local] SELECT", PROC_CLIENT, STATE_ACTIVE, NULL, NULL, "local",
		    -1 },
		{ "a b 1.2.3.4(5) idle 10.0.0.1(6) SELECT", PROC_CLIENT, STATE_ACTIVE, NULL, NULL,
		    "10.0.0.1", 6 },
		{ "a [local] [local] ", PROC_CLIENT, STATE_UNKNOWN, "a", "[local]", "local", -1 },
		{ "idle idle [local] idle", PROC_CLIENT, STATE_IDLE, "idle", "idle", "local", -1 },
		/* Names of other processes. */
		{ "checkpointer postgres [local] idle", PROC_CLIENT, STATE_IDLE, "checkpointer",
		    "postgres", "local", -1 },
		{ "startup postgres [local] idle", PROC_CLIENT, STATE_IDLE, "startup", "postgres",
		    "local", -1 },
		{ "autovacuum launcher [local] idle", PROC_CLIENT, STATE_IDLE, "autovacuum",
		    "launcher", "local", -1 },
		{ "autovacuum worker shop [local] idle", PROC_CLIENT, STATE_UNKNOWN, NULL, NULL,
		    NULL, -1 },
		/* No port is so large, and no address has a blank in it. */
		{ "a b 10.0.0.1(65536) idle", PROC_WORKER, STATE_UNKNOWN, NULL, NULL, NULL, -1 },
		{ "a b 10.0.0.1() idle", PROC_WORKER, STATE_UNKNOWN, NULL, NULL, NULL, -1 },
		{ "a b (77) idle", PROC_WORKER, STATE_UNKNOWN, NULL, NULL, NULL, -1 },
	};

	(void)state;
	CHECK(examples);
}

static void
test_others(void **state)
{
	static const struct {
		const char *title;
		const char *type;
	} examples[] = {
		{ "checkpointer ", "checkpointer" },
		{ "checkpointer   ", "checkpointer" },
		{ "checkpointer process   ", "checkpointer" },
		{ "writer process   ", "background writer" },
		{ "background writer ", "background writer" },
		{ "wal writer process   ", "walwriter" },
		{ "walwriter ", "walwriter" },
		{ "wal receiver process   streaming 0/3000060", "walreceiver" },
		{ "walreceiver streaming 0/3000060", "walreceiver" },
		{ "autovacuum launcher process   ", "autovacuum launcher" },
		{ "autovacuum worker process   shop", "autovacuum worker" },
		{ "autovacuum worker shop", "autovacuum worker" },
		{ "stats collector process   ", "stats collector" },
		{ "startup recovering 000000010000000000000003", "startup" },
		{ "archiver last was 000000010000000000000003", "archiver" },
		{ "logger ", "logger" },
		{ "parallel worker for PID 4711 ", "parallel worker" },
		{ "logical replication launcher ", "logical replication launcher" },
		{ "logical replication apply worker for subscription 1 ",
		    "logical replication worker" },
		{ "slotsync worker ", "slotsync worker" },
		{ "walsummarizer ", "walsummarizer" },
		{ "io worker 2", "io worker" },
		{ "bgworker: pg_cron   ", "background worker" },
		{ "pg_cron launcher ", "background worker" },
		{ "", "background worker" },
	};
	static const struct proc_titles titles = { PREFIX, LEN(PREFIX), SIZE_MAX, false };

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char title[128];
		struct proc_title read;

		snprintf(title, sizeof(title), PREFIX "%s", examples[i].title);
		proc_title_read(&read, title, strlen(title), &titles);
		assert_int_equal(read.kind, PROC_WORKER);
		assert_string_equal(read.type, examples[i].type);
	}
}

static void
test_senders(void **state)
{
	static const struct {
		const char *title;
		bool ambiguous;
	} examples[] = {
		{ "walsender rep 10.0.0.1(5) streaming 0/3000148", false },
		{ "walsender rep [local] sending backup \"x [local] idle\"", false },
		{ "walsender rep shop [local] idle", true },
		{ "wal sender process rep [local] idle", true },
		{ "walsender postgres [local] idle", true },
		{ "walsender postgres [local] ", true },
	};
	struct proc_titles titles = { PREFIX, LEN(PREFIX), SIZE_MAX, false };
	struct proc_title read;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char title[128];

		snprintf(title, sizeof(title), PREFIX "%s", examples[i].title);
		proc_title_read(&read, title, strlen(title), &titles);
		assert_int_equal(read.kind, PROC_WALSENDER);
		assert_int_equal(read.ambiguous, examples[i].ambiguous);
		assert_null(read.user.s);
	}
	/* It turned out to be a client. */
	titles.no_senders = true;
	proc_title_read(&read, PREFIX "walsender postgres [local] idle",
	    LEN(PREFIX "walsender postgres [local] idle"), &titles);
	assert_int_equal(read.kind, PROC_CLIENT);
	assert_int_equal(read.state, STATE_IDLE);
	check_text(read.user, "walsender");
	check_text(read.database, "postgres");
}

/* At each length up to which a title can be cut off, nothing is said that may be wrong. */
static void
test_cut(void **state)
{
	static const char title[] = PREFIX "my app [local] idle in transaction (aborted)";

	(void)state;
	for (size_t most = LEN(PREFIX); most <= LEN(title); most++) {
		struct proc_titles titles = { PREFIX, LEN(PREFIX), most, false };
		struct proc_title read;

		proc_title_read(&read, title, most, &titles);
		assert_int_equal(read.state, STATE_UNKNOWN);
		assert_null(read.user.s);
		assert_int_equal(read.kind, PROC_CLIENT);
	}
	{
		struct proc_titles titles = { PREFIX, LEN(PREFIX), LEN(title) + 1, false };
		struct proc_title read;

		proc_title_read(&read, title, LEN(title), &titles);
		assert_int_equal(read.state, STATE_ABORTED);
	}
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *title;
		const char *prefix;
	} examples[] = {
		{ "postgres: checkpointer ", "postgres: " },
		{ "postgres: checkpointer process   ", "postgres: " },
		{ "postgres: 15/main: checkpointer   ", "postgres: 15/main: " },
		{ "postgres: a: b: checkpointer ", "postgres: a: b: " },
		{ "postgres: checkpointer", "" },
		{ "postgres: checkpointer postgres [local] idle", "" },
		{ "postgres: my checkpointer ", "" },
		{ "checkpointer ", "" },
		{ "", "" },
	};
	struct proc_titles none = { NULL, 0, SIZE_MAX, false };
	struct proc_title read;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_int_equal(proc_title_prefix(examples[i].title, strlen(examples[i].title)),
		    strlen(examples[i].prefix));
	/* Without it names cannot be told from the name of the cluster. */
	proc_title_read(&read, "postgres: x: a [local] idle", LEN("postgres: x: a [local] idle"),
	    &none);
	assert_int_equal(read.state, STATE_IDLE);
	assert_null(read.user.s);
	/* A client that has sent nothing yet. */
	proc_title_read(&read, "/usr/bin/postgres\0-D\0/data", 27, &none);
	assert_int_equal(read.kind, PROC_SILENT);
}

static void
test_lock(void **state)
{
	struct proc_titles titles = { "postgres: ", LEN("postgres: "), SIZE_MAX, false };
	struct proc_title read;

	(void)state;
	proc_title_read(&read, "postgres: a b [local] UPDATE waiting",
	    LEN("postgres: a b [local] UPDATE waiting"), &titles);
	assert_int_equal(read.state, STATE_ACTIVE);
	assert_true(read.waits_for_lock);
	proc_title_read(&read, "postgres: a b [local] UPDATE", LEN("postgres: a b [local] UPDATE"),
	    &titles);
	assert_false(read.waits_for_lock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests_name("source/proc_title", tests, NULL, NULL);
}
