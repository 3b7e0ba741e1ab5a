/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/conninfo: what counts when options, connection string,
 * service and environment say different things.
 */
#include "base/err.h"
#include "base/settings.h"
#include "source/conninfo.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The value that libpq takes: the last one of a key that is not empty. */
static const char *
last_value(const struct conn_params *params, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->keys[i], key) == 0 && params->values[i][0] != '\0')
			value = params->values[i];
	return value;
}

static size_t
position(const struct conn_params *params, const char *key)
{
	size_t i = 0;

	while (i < params->count && strcmp(params->keys[i], key) != 0)
		i++;
	return i;
}

static void
test_nothing_given(void **state)
{
	struct settings settings = { .connect_timeout = 7 };
	struct conn_params params = { 0 };
	struct conninfo info;
	struct err err;

	(void)state;
	fake_reset();
	assert_true(conninfo_read(&info, &settings, &err));
	assert_string_equal(info.database, "postgres");
	assert_int_equal(info.host_count, 1);
	assert_string_equal(info.hosts[0].name, "");
	assert_int_equal(info.timeout_us, 7);
	conninfo_params(&info, info.hosts, info.host_count, NULL, &params);
	assert_null(last_value(&params, "host"));
	assert_null(last_value(&params, "user"));
	assert_null(last_value(&params, "password"));
	assert_string_equal(last_value(&params, "dbname"), "postgres");
	assert_string_equal(last_value(&params, "fallback_application_name"), "pgconntop");
	assert_string_equal(last_value(&params, "client_encoding"), "SQL_ASCII");
	assert_string_equal(last_value(&params, "keepalives"), "1");
	assert_string_equal(last_value(&params, "tcp_user_timeout"), "15000");
	assert_null(params.keys[params.count]);
	conn_params_clear(&params);
	conninfo_clear(&info);
}

/* A time that the command line gives is stronger than one of the environment. */
static void
test_timeout(void **state)
{
	static const struct fake_option defaults[] = { { "connect_timeout", "3" }, { NULL, NULL } };
	struct settings settings = { .connect_timeout = 7 };
	struct conninfo info;
	struct err err;

	(void)state;
	for (int given = 0; given < 2; given++) {
		fake_reset();
		fake_get()->defaults = defaults;
		settings.timeout_given = given;
		assert_true(conninfo_read(&info, &settings, &err));
		assert_int_equal(info.timeout_us, given ? 7 : 3000000);
		conninfo_clear(&info);
	}
}

static void
test_precedence(void **state)
{
	static const struct fake_option in_string[] = { { "host", "a,b" }, { "service", "s" },
		{ "keepalives_idle", "99" }, { NULL, NULL } };
	static const struct fake_option defaults[] = { { "host", "env" }, { "port", "5432" },
		{ "dbname", "envdb" }, { "connect_timeout", "3" }, { "hostaddr", "" },
		{ "tcp_user_timeout", "1" }, { NULL, NULL } };
	char host[] = "option", port[] = "6000", user[] = "ann";
	char string[] = "host=a,b service=s keepalives_idle=99";
	struct settings settings = { .host = host,
		.port = port,
		.username = user,
		.dbname = string };
	struct conn_params params = { 0 };
	struct conninfo info;
	struct err err;

	(void)state;
	fake_reset();
	fake_get()->string = in_string;
	fake_get()->defaults = defaults;
	assert_true(conninfo_read(&info, &settings, &err));
	assert_string_equal(fake_get()->service, "s");
	assert_string_equal(info.database, "envdb");
	assert_int_equal(info.timeout_us, 3000000);
	assert_int_equal(info.host_count, 2);
	assert_string_equal(info.hosts[0].name, "a");
	assert_string_equal(info.hosts[1].name, "b");
	assert_string_equal(info.hosts[1].port, "6000");
	conninfo_params(&info, info.hosts, info.host_count, "secret", &params);
	assert_string_equal(last_value(&params, "host"), "a,b");
	assert_string_equal(last_value(&params, "port"), "6000,6000");
	assert_string_equal(last_value(&params, "user"), "ann");
	assert_string_equal(last_value(&params, "password"), "secret");
	assert_null(last_value(&params, "keepalives_idle"));
	assert_null(last_value(&params, "tcp_user_timeout"));
	assert_string_equal(last_value(&params, "keepalives_count"), "3");
	/* The first dbname is the one that libpq expands; what we insist on comes after it. */
	assert_string_equal(params.values[position(&params, "dbname")], settings.dbname);
	assert_true(position(&params, "user") < position(&params, "dbname"));
	assert_true(position(&params, "dbname") < position(&params, "client_encoding"));
	assert_true(position(&params, "dbname") < position(&params, "password"));
	assert_true(position(&params, "dbname") < position(&params, "hostaddr"));
	conn_params_clear(&params);
	conninfo_clear(&info);
}

static void
test_plain_database(void **state)
{
	char plain[] = "my db", uri[] = "postgres://h/x", empty[] = "";
	struct settings settings = { .dbname = plain };
	struct conninfo info;
	struct err err;

	(void)state;
	fake_reset(); /* any connection string is wrong: it must not be taken for one */
	assert_true(conninfo_read(&info, &settings, &err));
	assert_string_equal(info.database, "my db");
	conninfo_clear(&info);
	settings.dbname = uri;
	assert_false(conninfo_read(&info, &settings, &err));
	assert_string_equal(err.msg, "wrong: postgres://h/x");
	conninfo_clear(&info);
	settings.dbname = empty;
	assert_true(conninfo_read(&info, &settings, &err));
	assert_string_equal(info.database, "postgres");
	conninfo_clear(&info);
}

static void
test_hosts(void **state)
{
	static const struct {
		const char *lists[3];
		const char *hosts; /* "name/addr/port ..." */
	} good[] = {
		{ { NULL, NULL, NULL }, "//" },
		{ { "a", NULL, "1" }, "a//1" },
		{ { "a,,/tmp", NULL, "1,2," }, "a//1 //2 /tmp//" },
		{ { "a,b", "10.0.0.1,", "5432" }, "a/10.0.0.1/5432 b//5432" },
		{ { NULL, "::1,::2", NULL }, "/::1/ /::2/" },
	};
	static const struct {
		const char *lists[3];
		const char *error;
	} bad[] = {
		{ { "a,b", "1.1.1.1", NULL }, "could not match 2 host names to 1 hostaddr values" },
		{ { "a,b", NULL, "1,2,3" }, "could not match 3 port numbers to 2 hosts" },
		{ { "a", NULL, "0" }, "invalid port number: \"0\"" },
		{ { "a,b", NULL, "1,x" }, "invalid port number: \"x\"" },
		{ { "a", NULL, "65536" }, "invalid port number: \"65536\"" },
	};
	struct arena arena = { 0 };
	struct conn_host *hosts;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buf text = { 0 };
		size_t count = conn_hosts_split(&arena, good[i].lists, &hosts, &err);

		for (size_t j = 0; j < count; j++)
			buf_addf(&text, "%s%s/%s/%s", j > 0 ? " " : "", hosts[j].name,
			    hosts[j].addr, hosts[j].port);
		assert_string_equal(buf_str(&text), good[i].hosts);
		buf_clear(&text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(conn_hosts_split(&arena, bad[i].lists, &hosts, &err), 0);
		assert_string_equal(err.msg, bad[i].error);
	}
	arena_clear(&arena);
}

static void
test_lookup(void **state)
{
	static const struct {
		struct conn_host host;
		bool lookup;
	} examples[] = {
		{ { "", "", "" }, false },
		{ { "/tmp", "", "" }, false },
		{ { "@abstract", "", "" }, false },
		{ { "10.0.0.5", "", "" }, false },
		{ { "::1", "", "" }, false },
		{ { "db1", "10.0.0.5", "" }, false },
		{ { "db1", "", "" }, true },
		{ { "localhost", "", "" }, true },
		{ { "10.0.0.5.example", "", "" }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_int_equal(conn_host_needs_lookup(&examples[i].host), examples[i].lookup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_given),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_plain_database),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests_name("source/conninfo", tests, NULL, NULL);
}
