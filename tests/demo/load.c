/* SPDX-License-Identifier: PostgreSQL */
/*
 * The load program: plays the clients of a small web shop, and single kinds of sessions, for the
 * demonstration, the server tests and the bench. This is its command line; load_kinds.c has what
 * the sessions do, load_sessions.c does it.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define COUNT_MAX 100000
#define FAREWELL_S 5 /* a server that does not answer may not keep us longer */

static const char usage[] =
    "usage: load [SETTING | SESSIONS]...\n"
    "Settings, for the sessions named after them:\n"
    "  --conninfo=CONNINFO    where to log in (default: the PG* environment)\n"
    "  --user=NAME, --role=NAME\n"
    "  --application=NAME     instead of the name that belongs to the kind; empty: that again\n"
    "  --query=SQL            instead of the last statement of the kind; empty: that again\n"
    "Sessions:\n"
    "  --idle=N               after one statement\n"
    "  --active=N             in pg_sleep\n"
    "  --idle-in-transaction=N\n"
    "  --aborted=N            idle in a transaction that failed\n"
    "  --web=N, --work=N      pools that run short statements\n"
    "  --leak=SECONDS[,N]     N idle ones at once, then one more each SECONDS\n"
    "  --churn=PER_SECOND     open, run one statement, close\n"
    "  --report[=N]           one slow statement\n"
    "  --lock[=N]             idle in a transaction that updated a row\n"
    "  --wait[=N]             wait to update this row\n"
    "  --blocked[=N]          --lock --wait[=N]\n"
    "  --idle-app=NAME        application name of all --idle without --application\n"
    "Else:\n"
    "  --duration=SECONDS     end after that time, not only by a signal\n"
    "  --ready=FILE           written when all sessions stand: standing N refused N\n";

/* The command line. */
struct request {
	struct group groups[GROUPS_MAX];
	size_t group_count;
	struct group settings; /* for the groups that follow */
	const char *idle_application;
	const char *ready_file;
	int64_t duration_us;
};

static int stop_pipe[2];

void
load_fail(const char *fmt, ...)
{
	va_list args;

	fputs("load: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static double
parse_number(const char *option, const char *text, char **end)
{
	double number = strtod(text, end);

	if (*end == text || (**end && **end != ',') || !(number >= 0) || number > COUNT_MAX)
		load_fail("--%s: not a number from 0 to %d: %s", option, COUNT_MAX, text);
	return number;
}

/* Adds the sessions that an option names. */
static void
add_group(struct request *request, const char *option, const char *value)
{
	const struct group *settings = &request->settings;
	const struct kind *kind = load_kinds;
	struct group *group = &request->groups[request->group_count++];
	bool leak = strcmp(option, "leak") == 0;
	bool churn = strcmp(option, "churn") == 0;
	char *end;
	double number = parse_number(option, value ? value : "1", &end);

	if (request->group_count > GROUPS_MAX)
		load_fail("more than %d kinds of sessions", GROUPS_MAX);
	while (kind->option && strcmp(kind->option, option) != 0)
		kind++;
	*group = (struct group){ .kind = kind,
		.conninfo = settings->conninfo,
		.user = settings->user,
		.application = settings->application,
		.query = settings->query };
	if (leak || churn)
		group->period_us = (int64_t)(SECOND_US * (leak || !number ? number : 1 / number));
	else
		group->count = (int)number;
	if (leak && *end == ',')
		group->count = (int)parse_number(option, end + 1, &end);
	if (*end)
		load_fail("--%s: unexpected %s", option, end);
}

static void
apply_option(struct request *request, const char *option, char *value)
{
	struct group *settings = &request->settings;
	const char *text = value && *value ? value : NULL;
	char *end;

	if (strcmp(option, "conninfo") == 0)
		settings->conninfo = value;
	else if (strcmp(option, "user") == 0 || strcmp(option, "role") == 0)
		settings->user = text;
	else if (strcmp(option, "application") == 0)
		settings->application = text;
	else if (strcmp(option, "query") == 0)
		settings->query = text;
	else if (strcmp(option, "idle-app") == 0)
		request->idle_application = text;
	else if (strcmp(option, "ready") == 0)
		request->ready_file = text;
	else if (strcmp(option, "duration") == 0)
		request->duration_us = (int64_t)(SECOND_US * parse_number(option, value, &end));
	else if (strcmp(option, "blocked") == 0) {
		add_group(request, "lock", NULL);
		add_group(request, "wait", value);
	} else
		add_group(request, option, value);
}

static void
parse_options(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{ "conninfo", required_argument, NULL, 0 },
		{ "user", required_argument, NULL, 0 },
		{ "role", required_argument, NULL, 0 },
		{ "application", required_argument, NULL, 0 },
		{ "query", required_argument, NULL, 0 },
		{ "idle", required_argument, NULL, 0 },
		{ "idle-app", required_argument, NULL, 0 },
		{ "active", required_argument, NULL, 0 },
		{ "idle-in-transaction", required_argument, NULL, 0 },
		{ "aborted", required_argument, NULL, 0 },
		{ "web", required_argument, NULL, 0 },
		{ "work", required_argument, NULL, 0 },
		{ "leak", required_argument, NULL, 0 },
		{ "churn", required_argument, NULL, 0 },
		{ "report", optional_argument, NULL, 0 },
		{ "lock", optional_argument, NULL, 0 },
		{ "wait", optional_argument, NULL, 0 },
		{ "blocked", optional_argument, NULL, 0 },
		{ "duration", required_argument, NULL, 0 },
		{ "ready", required_argument, NULL, 0 },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int index = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, &index)) == 0)
		apply_option(request, options[index].name, optarg);
	if (c == 'h') {
		fputs(usage, stdout);
		exit(0);
	}
	if (c != -1 || optind < argc) {
		fputs(usage, stderr);
		exit(1);
	}
	for (size_t i = 0; i < request->group_count; i++)
		if (request->groups[i].kind == load_kinds && !request->groups[i].application)
			request->groups[i].application = request->idle_application;
}

static void
on_signal(int number)
{
	int saved = errno;

	if (number == SIGALRM)
		_exit(1);
	alarm(FAREWELL_S);
	while (write(stop_pipe[1], "", 1) < 0 && errno == EINTR)
		;
	errno = saved;
}

static void
catch_signals(void)
{
	const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old;

	if (pipe(stop_pipe) != 0)
		load_fail("pipe: %s", strerror(errno));
	/* A second signal may not wait for room in the pipe. */
	fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		/* A shell that starts us in the background ignores SIGINT; let it be so. */
		sigaction(numbers[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

/* As many open files as we may have; root may have more. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (geteuid() == 0 && limit.rlim_max < 65536)
		limit.rlim_max = 65536;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	struct request request = { .settings = { .conninfo = "" } };

	parse_options(&request, argc, argv);
	raise_file_limit();
	catch_signals();
	for (size_t i = 0; i < request.group_count; i++) {
		const struct group *group = &request.groups[i];
		char *error = NULL;

		if (group->kind->needs_shop)
			error = load_make_shop(group->conninfo, group->user);
		if (error)
			load_fail("%s", error);
	}
	load_play(request.groups, request.group_count, stop_pipe[0], request.duration_us,
	    request.ready_file);
	return 0;
}
