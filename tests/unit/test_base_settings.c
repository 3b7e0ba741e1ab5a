/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the settings: the rows are sound, defaults, what each kind takes
 * and refuses, and that what is read out can be read in.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
set(struct settings *settings, const char *name, const char *text)
{
	struct err err;

	if (!settings_set(settings, settings_find(name), text, &err))
		fail_msg("%s", err.msg);
}

static void
expect_refused(struct settings *settings, const char *name, const char *text, const char *msg)
{
	struct err err;

	assert_false(settings_set(settings, settings_find(name), text, &err));
	assert_string_equal(err.msg, msg);
}

static void
check_value(const struct settings *settings, const char *name, size_t n, const char *text)
{
	struct buf buf = { 0 };

	buf_addc(&buf, '=');
	assert_int_equal(settings_get(settings, settings_find(name), n, &buf), text != NULL);
	assert_string_equal(buf_str(&buf) + 1, text ? text : "");
	buf_clear(&buf);
}

/* The option is the field with dashes, and no name, letter or field comes twice. */
static void
test_rows(void **state)
{
	(void)state;
	assert_true(setting_count > 20);
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];

		assert_ptr_equal(settings_find(row->field), row);
		assert_ptr_equal(settings_find(row->option), row);
		assert_null(strchr(row->field, '-'));
		assert_null(strchr(row->option, '_'));
		assert_true(row->help[0] != '\0');
		assert_int_equal(row->arg == NULL, row->kind == SETTING_FLAG);
		assert_true(row->least <= row->most);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(row->offset, setting_rows[j].offset);
			assert_true(row->letter == 0 || row->letter != setting_rows[j].letter);
		}
	}
}

static void
test_find(void **state)
{
	(void)state;
	assert_string_equal(settings_find("no-password")->field, "no_password");
	assert_string_equal(settings_find("no_password")->option, "no-password");
	assert_null(settings_find("no.password"));
	assert_null(settings_find("no-passwor"));
	assert_null(settings_find("no-password-"));
	assert_null(settings_find("no"));
	assert_null(settings_find(""));
	assert_null(settings_find("Host"));
}

static void
test_defaults(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	assert_null(settings.host);
	assert_int_equal(settings.interval, 2000000);
	assert_int_equal(settings.connect_timeout, 10000000);
	assert_int_equal(settings.count, 0);
	assert_false(settings.watch);
	assert_int_equal(settings.format, 0);
	assert_int_equal(settings.filter.count, 0);
	assert_int_equal(settings.pool_count, 0);
	check_value(&settings, "host", 0, NULL);
	check_value(&settings, "interval", 0, "2s");
	check_value(&settings, "color", 0, "auto");
	check_value(&settings, "watch", 0, "false");
	check_value(&settings, "limit", 0, "0");
	settings_clear(&settings);
	assert_null(settings.show);
	settings_clear(&settings);
}

static void
test_flag(void **state)
{
	static const char *const yes[] = { "", "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };
	struct settings settings;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		settings.watch = false;
		set(&settings, "watch", yes[i]);
		assert_true(settings.watch);
		check_value(&settings, "watch", 0, "true");
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		settings.watch = true;
		set(&settings, "watch", no[i]);
		assert_false(settings.watch);
	}
	settings.watch = true;
	expect_refused(&settings, "watch", "maybe",
	    "bad value \"maybe\" for watch: must be true or false");
	expect_refused(&settings, "no_password", "TRUE",
	    "bad value \"TRUE\" for no-password: must be true or false");
	assert_true(settings.watch);
	settings_clear(&settings);
}

static void
test_numbers(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	set(&settings, "count", "9223372036854775807");
	assert_true(settings.count == INT64_MAX);
	check_value(&settings, "count", 0, "9223372036854775807");
	set(&settings, "count", "5");
	expect_refused(&settings, "count", "-1",
	    "bad value \"-1\" for count: must be a whole number of at least 0");
	expect_refused(&settings, "count", "",
	    "bad value \"\" for count: must be a whole number of at least 0");
	assert_int_equal(settings.count, 5);
	set(&settings, "interval", "0.1");
	assert_int_equal(settings.interval, 100000);
	set(&settings, "interval", "1h");
	assert_true(settings.interval == INT64_C(3600000000));
	expect_refused(&settings, "interval", "x",
	    "bad value \"x\" for interval: must be a duration from 1ms to 1h");
	expect_refused(&settings, "interval", "999us",
	    "bad value \"999us\" for interval: must be a duration from 1ms to 1h");
	expect_refused(&settings, "interval", "3600.1",
	    "bad value \"3600.1\" for interval: must be a duration from 1ms to 1h");
	assert_true(settings.interval == INT64_C(3600000000));
	settings_clear(&settings);
}

/* A duration read out is one that reads in as the same. */
static void
test_duration_text(void **state)
{
	static const char *const texts[][2] = { { "0.25", "250ms" }, { "90", "90s" },
		{ "120", "2min" }, { "1.000001", "1000001us" }, { "10", "10s" }, { "60min", "1h" },
		{ "0.1", "100ms" } };
	struct settings settings;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		set(&settings, "interval", texts[i][0]);
		check_value(&settings, "interval", 0, texts[i][1]);
		set(&settings, "connect_timeout", texts[i][1]);
		assert_int_equal(settings.connect_timeout, settings.interval);
	}
	settings_clear(&settings);
}

static void
test_choice(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	set(&settings, "color", "always");
	assert_int_equal(settings.color, 1);
	set(&settings, "color", "never");
	assert_int_equal(settings.color, 2);
	check_value(&settings, "color", 0, "never");
	check_value(&settings, "color", 1, NULL);
	expect_refused(&settings, "color", "alway",
	    "bad value \"alway\" for color: must be one of auto, always, never");
	expect_refused(&settings, "color", "auto|always",
	    "bad value \"auto|always\" for color: must be one of auto, always, never");
	expect_refused(&settings, "color", "",
	    "bad value \"\" for color: must be one of auto, always, never");
	assert_int_equal(settings.color, 2);
	settings_clear(&settings);
}

static void
test_text_and_list(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	set(&settings, "host", "/tmp");
	set(&settings, "host", "db 1");
	check_value(&settings, "host", 0, "db 1");
	check_value(&settings, "host", 1, NULL);
	set(&settings, "host", settings.host);
	check_value(&settings, "host", 0, "db 1");
	set(&settings, "host", "");
	check_value(&settings, "host", 0, "");
	check_value(&settings, "filter", 0, NULL);
	set(&settings, "filter", "a = 1");
	set(&settings, "filter", "b");
	set(&settings, "filter", "");
	assert_int_equal(settings.filter.count, 3);
	check_value(&settings, "filter", 0, "a = 1");
	check_value(&settings, "filter", 1, "b");
	check_value(&settings, "filter", 2, "");
	check_value(&settings, "filter", 3, NULL);
	settings_clear(&settings);
}

static void
test_lists(void **state)
{
	struct settings settings;
	struct pool_plan *plan;
	struct alert_limits *limits;
	char name[] = "web";

	(void)state;
	settings_init(&settings);
	plan = settings_add_pool(&settings, name, NULL);
	name[0] = 'x';
	assert_string_equal(plan->name, "web");
	assert_null(plan->match);
	assert_int_equal(plan->instances, 1);
	assert_int_equal(plan->workers, 1);
	assert_int_equal(plan->engines, 1);
	assert_int_equal(plan->pool_size, 0);
	assert_int_equal(plan->max_overflow, 0);
	assert_int_equal(plan->connections, -1);
	plan = settings_add_pool(&settings, "batch", "user = batch");
	assert_ptr_equal(plan, &settings.pools[1]);
	assert_string_equal(settings.pools[0].name, "web");
	assert_string_equal(plan->match, "user = batch");
	limits = settings_add_alert(&settings, "slots");
	assert_int_equal(limits->warning.kind, LIMIT_DEFAULT);
	assert_int_equal(limits->critical.kind, LIMIT_DEFAULT);
	settings_add_key(&settings, "quit", "q");
	settings_add_key(&settings, "help", "F1");
	settings_add_color(&settings, "title", "bold");
	assert_int_equal(settings.pool_count, 2);
	assert_int_equal(settings.alert_count, 1);
	assert_int_equal(settings.key_count, 2);
	assert_int_equal(settings.color_count, 1);
	assert_string_equal(settings.keys[1].name, "help");
	assert_string_equal(settings.keys[1].value, "F1");
	assert_string_equal(settings.colors[0].value, "bold");
	settings_drop_pools(&settings);
	assert_int_equal(settings.pool_count, 0);
	assert_int_equal(settings.key_count, 2);
	settings_add_pool(&settings, "late", NULL);
	assert_string_equal(settings.pools[0].name, "late");
	settings_clear(&settings);
	assert_int_equal(settings.pool_count, 0);
	assert_null(settings.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_duration_text),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_text_and_list),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
