/* SPDX-License-Identifier: PostgreSQL */
/*
 * The command line: getopt's tables are made from the settings' rows. The
 * configuration files are read before what was given here is applied, so
 * that the command line wins.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"
#include "order.h"

#define SYSTEM_FILE "/etc/pgconntop.conf"
#define FIRST_LONG 256 /* getopt's value of row 0; below are letters */

struct given {
	const struct setting_row *row;
	const char *text;
};

struct parsed {
	struct given *items;
	size_t count;
};

static struct option *
long_options(void)
{
	struct option *options = mem_alloc(setting_count + 1, sizeof *options);

	for (size_t i = 0; i < setting_count; i++)
		options[i] = (struct option){
			.name = setting_rows[i].option,
			.has_arg = setting_rows[i].kind == SETTING_FLAG ? no_argument
			    : setting_rows[i].kind == SETTING_AGE       ? optional_argument
			                                                : required_argument,
			.val = FIRST_LONG + (int)i,
		};
	return options;
}

/* "+:h:p:..." with a colon behind the letters that take an argument. */
static void
short_options(char *out)
{
	*out++ = ':';
	for (size_t i = 0; i < setting_count; i++) {
		if (setting_rows[i].letter == 0 || setting_rows[i].letter == '?')
			continue;
		*out++ = (char)setting_rows[i].letter;
		if (setting_rows[i].kind != SETTING_FLAG)
			*out++ = ':';
	}
	*out = '\0';
}

static const struct setting_row *
row_of(int value)
{
	if (value >= FIRST_LONG)
		return &setting_rows[value - FIRST_LONG];
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].letter == value)
			return &setting_rows[i];
	return NULL;
}

/* What getopt could not take, at the word that it has just read. */
static bool
refuse(int value, const char *word, struct err *err)
{
	bool in_cluster = optopt > 0 && optopt < FIRST_LONG && strncmp(word, "--", 2) != 0;
	char letter[3] = { '-', (char)optopt, '\0' };
	const char *name = in_cluster ? letter : word;

	if (value == ':')
		return err_set(err, "option %s needs an argument; see pgconntop --help", name);
	if (optopt >= FIRST_LONG)
		return err_set(err, "option %s takes no argument; see pgconntop --help", name);
	return err_set(err, "unknown option %s; see pgconntop --help", name);
}

/* Whether an AGE was meant that getopt leaves for an operand: it may be left out. */
static bool
lost_age(int value, const char *next)
{
	const struct setting_row *row = row_of(value);
	struct err ignored;
	int64_t us;

	return row != NULL && row->kind == SETTING_AGE && optarg == NULL && next != NULL &&
	    units_parse_duration(next, &us, &ignored);
}

/* An AGE that is left out is the default; one that is empty may be a variable that was not set. */
static bool
empty_age(int value)
{
	const struct setting_row *row = row_of(value);

	return row != NULL && row->kind == SETTING_AGE && optarg != NULL && optarg[0] == '\0';
}

static bool
parse(struct parsed *parsed, int argc, char *const argv[], struct err *err)
{
	struct option *options = long_options();
	char letters[128];
	bool ok = true;
	int value;

	short_options(letters);
	opterr = 0;
	while (ok && (value = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (value == ':' || (value == '?' && strcmp(word, "-?") != 0))
			ok = refuse(value, word, err);
		else if (empty_age(value))
			ok = err_set(err, "%s has no AGE behind it, such as 5min", word);
		else if (lost_age(value, argv[optind]))
			ok = err_set(err, "write %s=%s: what stands behind a blank is a DBNAME",
			    word, argv[optind]);
		else
			parsed->items[parsed->count++] =
			    (struct given){ row_of(value), optarg != NULL ? optarg : "" };
	}
	mem_free(options);
	return ok;
}

/* [DBNAME [USERNAME]] behind the options. */
static bool
parse_operands(struct parsed *parsed, int argc, char *const argv[], struct err *err)
{
	static const char *const fields[] = { "dbname", "username" };

	for (size_t i = 0; optind < argc; i++, optind++) {
		if (i == 2)
			return err_set(err, "too many arguments: \"%s\"; see pgconntop --help",
			    argv[optind]);
		parsed->items[parsed->count++] =
		    (struct given){ settings_find(fields[i]), argv[optind] };
	}
	return true;
}

/* The argument of the last option of that name; NULL when it was not given. */
static const char *
given_text(const struct parsed *parsed, const char *field)
{
	const char *text = NULL;

	for (size_t i = 0; i < parsed->count; i++)
		if (strcmp(parsed->items[i].row->field, field) == 0)
			text = parsed->items[i].text;
	return text;
}

static bool
read_files(struct settings *settings, const struct parsed *parsed, struct err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	const char *path = given_text(parsed, "config");
	struct config_paths paths = { { path != NULL ? path : SYSTEM_FILE }, path != NULL };
	char user[1024] = "";

	if (config != NULL && config[0] == '/')
		snprintf(user, sizeof user, "%s/pgconntop/pgconntop.conf", config);
	else if (home != NULL && home[0] != '\0')
		snprintf(user, sizeof user, "%s/.config/pgconntop/pgconntop.conf", home);
	if (path == NULL && user[0] != '\0')
		paths.items[1] = user;
	return config_load(settings, &paths, given_text(parsed, "profile"), err);
}

static bool
apply(struct settings *settings, const struct parsed *parsed, struct err *err)
{
	settings->protect_from = settings->protect.count;
	for (size_t i = 0; i < parsed->count; i++)
		if (!value_set(settings, parsed->items[i].row, parsed->items[i].text, err))
			return false;
	return true;
}

/* Help, the version and generated texts need no configuration, and work when it is broken. */
static bool
wants_only_words(const struct parsed *parsed)
{
	return given_text(parsed, "help") != NULL || given_text(parsed, "version") != NULL ||
	    given_text(parsed, "generate") != NULL;
}

/* What holds for an order does not hold for the screen, where it might be trusted to. */
static bool
check_alone(const struct settings *settings, const struct parsed *parsed, struct err *err)
{
	static const char *const fields[] = { "dry_run", "max_kills", "until" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (given_text(parsed, fields[i]) != NULL && !order_given(settings))
			return order_refuse_alone(settings_find(fields[i])->option, err);
	return given_text(parsed, "until") == NULL || !settings->cancel ||
	    err_set(err, "--until cannot be given with --cancel, which frees no slot");
}

/* Numbers that would be no limit: who computes a 0 does not mean everybody. */
static bool
check_zero(const struct settings *settings, const struct parsed *parsed, struct err *err)
{
	static const char *const fields[] = { "max_kills", "until" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct setting_row *row = settings_find(fields[i]);

		if (given_text(parsed, fields[i]) != NULL &&
		    *(const int64_t *)((const char *)settings + row->offset) == 0)
			return err_set(err,
			    "--%s=0 would be no limit at all: give a number from 1 on, or leave it "
			    "out",
			    row->option);
	}
	return true;
}

/* What a check cannot do. */
static bool
check_check(const struct parsed *parsed, struct err *err)
{
	static const struct {
		const char *field, *why;
	} rows[] = {
		{ "filter", "selects sessions, and --check is about all of them" },
		{ "output", "is for reports, and --check answers on standard output" },
		{ "watch", "goes on, and --check answers once" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (given_text(parsed, rows[i].field) != NULL)
			return err_set(err, "--%s %s", rows[i].field, rows[i].why);
	return true;
}

bool
options_read(struct settings *settings, int argc, char *const argv[], struct err *err)
{
	struct parsed parsed = { .items = mem_alloc((size_t)argc, sizeof *parsed.items) };
	bool ok = parse(&parsed, argc, argv, err) && parse_operands(&parsed, argc, argv, err) &&
	    (wants_only_words(&parsed) || read_files(settings, &parsed, err)) &&
	    apply(settings, &parsed, err) && check_alone(settings, &parsed, err) &&
	    check_zero(settings, &parsed, err) && (!settings->check || check_check(&parsed, err));

	settings->filter_given = given_text(&parsed, "filter") != NULL;
	settings->timeout_given = given_text(&parsed, "connect_timeout") != NULL;
	mem_free(parsed.items);
	return ok;
}
