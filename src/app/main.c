/* SPDX-License-Identifier: PostgreSQL */
/*
 * pgconntop: which connections hold the slots of a PostgreSQL server, and
 * why. This file only decides what is run.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "base/err.h"
#include "base/mem.h"
#include "config.h"
#include "order.h"

/* Prints what needs no server; false when there is nothing of that kind to print. */
static bool
print_words(const struct settings *settings)
{
	if (settings->help)
		return docs_print(settings, "help");
	if (settings->dump_config)
		return docs_print(settings, "config");
	if (settings->version)
		return printf("pgconntop %s\n", PACKAGE_VERSION) > 0;
	return false;
}

/* Without a terminal there is no screen: one report, as if it had been asked for. */
static void
choose_mode(struct settings *settings)
{
	if (settings->watch || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return;
	settings->watch = true;
	if (settings->count == 0)
		settings->count = 1;
}

/*
 * Whether the command line asks for that option, as far as it can be read: it may be wrong
 * elsewhere. getopt_long() takes the beginning of a name that has but one end, from `least` on.
 */
static bool
asks_for(int argc, char *const argv[], const char *option, size_t least)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t n = strlen(argv[i]);

		if (n >= least && strncmp(argv[i], option, n) == 0)
			return true;
	}
	return false;
}

/* Says what is wrong, in a way that the reader understands. */
static int
refuse(const struct app *app, const struct err *err)
{
	if (app->settings.check)
		return check_refuse(err->msg);
	fprintf(stderr, "pgconntop: %s\n", err->msg);
	return app->settings.plan ? POOLS_UNKNOWN : STATUS_USAGE;
}

static int
run(struct app *app)
{
	struct settings *settings = &app->settings;
	struct order order;
	struct err err;

	if (settings->generate != NULL) {
		if (docs_print(settings, settings->generate))
			return STATUS_OK;
		fprintf(stderr, "pgconntop: no part \"%s\" to generate\n", settings->generate);
		return STATUS_USAGE;
	}
	if (print_words(settings))
		return STATUS_OK;
	if (settings->plan)
		return plan_run(app);
	if (settings->check)
		check_settings(settings);
	if (settings->check && order_given(settings) && !order_read(&order, settings, &err))
		return refuse(app, &err);
	if (!app_open(app, &err))
		return refuse(app, &err);
	signals_init();
	if (settings->check)
		return check_run(app);
	if (order_given(settings))
		return kill_run(app);
	choose_mode(settings);
	return settings->watch ? batch_run(app) : live_run(app);
}

/*
 * A standard descriptor that is closed would be taken by the connection, and what we print would
 * go to the server. What stands in its place cannot be written to either.
 */
static void
hold_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char *argv[])
{
	struct app *app;
	struct err err;
	int status;
	bool check;

	mem_init();
	app = mem_alloc(1, sizeof(*app)); /* the rings in it are large */
	hold_descriptors();
	setlocale(LC_CTYPE, ""); /* not LC_NUMERIC: numbers have a point everywhere */
	setlocale(LC_MESSAGES, "");
	settings_init(&app->settings);
	if (options_read(&app->settings, argc, argv, &err)) {
		status = run(app);
	} else {
		app->settings.check |= asks_for(argc, argv, "--check", strlen("--ch"));
		app->settings.plan |= asks_for(argc, argv, "--plan", strlen("--pl"));
		status = refuse(app, &err);
	}
	check = app->settings.check;
	app_close(app);
	mem_free(app);
	if (fclose(stdout) != 0 && status == STATUS_OK && !check)
		status = STATUS_USAGE;
	return status;
}
