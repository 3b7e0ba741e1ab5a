/* SPDX-License-Identifier: PostgreSQL */
/* Tests of the parts of the screen: styles, names of keys, the table of commands. */
#include "base/buf.h"
#include "base/err.h"
#include "base/settings.h"
#include "ui/keys.h"
#include "ui/style.h"
#include "ui/ui.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_style_defaults(void **state)
{
	struct look looks[STYLE_COUNT];

	(void)state;
	for (int style = 0; style < STYLE_COUNT; style++) {
		assert_non_null(style_name((enum style)style));
		assert_non_null(style_help((enum style)style));
		for (int other = 0; other < style; other++)
			assert_string_not_equal(style_name((enum style)style),
			    style_name((enum style)other));
	}
	style_defaults(looks, false);
	for (int style = 0; style < STYLE_COUNT; style++) {
		assert_int_equal(looks[style].fg, -1);
		assert_int_equal(looks[style].bg, -1);
	}
	assert_true(looks[STYLE_CURSOR].reverse);
}

/* Applies one colour of the configuration. */
static bool
configure(struct look looks[STYLE_COUNT], const char *name, const char *words, bool colors,
    struct err *err)
{
	struct settings settings;
	bool ok;

	settings_init(&settings);
	settings_add_color(&settings, name, words);
	style_defaults(looks, colors);
	ok = style_configure(looks, &settings, colors, err);
	settings_clear(&settings);
	return ok;
}

static void
test_style_configure(void **state)
{
	struct look looks[STYLE_COUNT];
	struct err err;

	(void)state;
	assert_true(configure(looks, "critical", "red bold", true, &err));
	assert_int_equal(looks[STYLE_CRITICAL].fg, 1);
	assert_int_equal(looks[STYLE_CRITICAL].bg, -1);
	assert_true(looks[STYLE_CRITICAL].bold);
	assert_true(configure(looks, "Focus", " white  on color208 underline", true, &err));
	assert_int_equal(looks[STYLE_FOCUS].fg, 7);
	assert_int_equal(looks[STYLE_FOCUS].bg, 208);
	assert_true(looks[STYLE_FOCUS].underline);
	assert_true(configure(looks, "warning", "default", true, &err));
	assert_false(looks[STYLE_WARNING].bold);
	assert_true(configure(looks, "warning", "yellow on blue bold", false, &err));
	assert_int_equal(looks[STYLE_WARNING].fg, -1);
	assert_int_equal(looks[STYLE_WARNING].bg, -1);
	assert_true(looks[STYLE_WARNING].bold);
	assert_false(configure(looks, "critical", "red blod", true, &err));
	assert_non_null(strstr(err.msg, "blod"));
	assert_false(configure(looks, "critical", "color256", true, &err));
	assert_false(configure(looks, "nonsense", "red", true, &err));
	assert_non_null(strstr(err.msg, "nonsense"));
}

/* Every code that has a name reads back as itself, and every name that is known reads as a code. */
static void
test_key_names(void **state)
{
	static const char *const more[] = { "Space", "Enter", "Tab", "S-Tab", "Esc", "Up", "PgDn",
		"F4", "^L", "^H", "^J", "/", "\xc3\xa9" };
	char name[16];

	(void)state;
	for (uint32_t code = 1; code <= KEY_CODE_F12; code++) {
		if (code == 1000)
			code = KEY_CODE_FIRST + 1;
		/* The terminal gives these as Backspace and Enter. */
		if (code == KEY_CODE_CTRL('H') || code == KEY_CODE_CTRL('J'))
			continue;
		assert_int_equal(key_parse(key_name(code, name)), code);
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		assert_int_not_equal(key_parse(more[i]), 0);
	assert_int_equal(key_parse("space"), ' ');
	assert_int_equal(key_parse("^h"), KEY_CODE_BACKSPACE);
	assert_int_equal(key_parse("^"), '^');
	assert_int_equal(key_parse(""), 0);
	assert_int_equal(key_parse("F13"), 0);
	assert_int_equal(key_parse("ab"), 0);
	assert_int_equal(key_parse("^1"), 0);
	assert_int_equal(key_parse("\xff"), 0);
}

/* No key calls two commands, all keys are keys, no name is there twice. */
static void
test_commands(void **state)
{
	struct buf all = { 0 };
	char *line, *rest, *name, *next;
	char names[4096] = " ";

	(void)state;
	ui_describe_keys(&all);
	for (line = all.data; *line != '\0'; line = rest) {
		rest = strchr(line, '\n') + 1;
		rest[-1] = '\0';
		name = strchr(line, '\t');
		*name++ = '\0';
		strchr(name, '\t')[0] = '\0';
		for (; line != NULL; line = next) {
			uint32_t code;

			next = strchr(line, ' ');
			if (next != NULL)
				*next++ = '\0';
			code = key_parse(line);
			assert_int_not_equal(code, 0);
			assert_true(code < 128 || code > KEY_CODE_FIRST);
		}
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", name);
	}
	assert_non_null(strstr(names, " filter "));
	buf_clear(&all);
}

/* The reason why a screen with that key cannot be; "" when it can. */
static const char *
bind(const char *command, const char *keys, struct err *err)
{
	struct settings settings;
	struct ui *ui;

	settings_init(&settings);
	settings_add_key(&settings, command, keys);
	err->msg[0] = '\0';
	ui = ui_new(&settings, err);
	ui_free(ui);
	settings_clear(&settings);
	return err->msg;
}

static void
test_user_keys(void **state)
{
	struct err err;

	(void)state;
	assert_string_equal(bind("pause", "p F8", &err), "");
	assert_string_equal(bind("pause", "", &err), "");
	assert_string_equal(bind("pause", "Z Z", &err), "");
	assert_non_null(strstr(bind("pause", "q", &err), "pause"));
	assert_non_null(strstr(err.msg, "quit"));
	assert_non_null(strstr(bind("pause", "F99", &err), "F99"));
	assert_non_null(strstr(bind("dance", "d", &err), "dance"));
	assert_non_null(strstr(bind("pause", "averyveryverylongname", &err), "averyvery"));
}

static void
test_settings(void **state)
{
	struct settings settings;
	struct err err;

	(void)state;
	settings_init(&settings);
	assert_true(settings_set(&settings, settings_find("sort"), "-nonsense", &err));
	assert_null(ui_new(&settings, &err));
	assert_non_null(strstr(err.msg, "nonsense"));
	assert_true(settings_set(&settings, settings_find("sort"), "-transaction", &err));
	assert_true(settings_set(&settings, settings_find("filter"), "state=idle", &err));
	assert_true(settings_set(&settings, settings_find("filter"), "nonsense=1", &err));
	assert_null(ui_new(&settings, &err));
	assert_non_null(strstr(err.msg, "nonsense"));
	settings_clear(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_style_defaults),
		cmocka_unit_test(test_style_configure),
		cmocka_unit_test(test_key_names),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_user_keys),
		cmocka_unit_test(test_settings),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("parts of the screen", tests, NULL, NULL);
}
