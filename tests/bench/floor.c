/* SPDX-License-Identifier: PostgreSQL */
/*
 * The floor of the bench: the least that it costs to fetch rows again and again. Runs a statement
 * each interval with the plainest libpq, touches every value, and prints the CPU time that it and
 * its backend took for that. The server must be on this machine, and in our PID namespace.
 */
#include <getopt.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define SECOND_US 1000000
#define WARM_UP 3 /* fetches before those that count: the backend fills its caches */

static const char usage[] = "usage: floor [--interval=SECONDS] [--count=N] CONNINFO STATEMENT\n"
                            "prints: refreshes N rows N bytes N client_us N server_us N\n"
                            "rows and bytes of one refresh, CPU time per refresh; -1 is unknown\n";

struct request {
	const char *conninfo;
	const char *statement;
	int64_t interval_us;
	long count; /* of fetches */
};

/* What one fetch brought. */
struct harvest {
	size_t rows;
	size_t bytes;
	unsigned sum; /* of what was read, so that it has to be */
};

static void fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void
fail(const char *fmt, ...)
{
	va_list args;

	fputs("floor: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static double
parse_number(const char *option, const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end != '\0' || !(number > 0 && number < 1e6))
		fail("--%s: not a number from 0 to a million: %s", option, text);
	return number;
}

static void
parse_options(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'i') {
			request->interval_us =
			    (int64_t)(SECOND_US * parse_number("interval", optarg));
		} else if (c == 'c') {
			request->count = (long)parse_number("count", optarg);
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c != 'h');
		}
	}
	if (argc - optind != 2 || request->count < 1) {
		fputs(usage, stderr);
		exit(1);
	}
	request->conninfo = argv[optind];
	request->statement = argv[optind + 1];
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static void
wait_until(int64_t time_us)
{
	int64_t left_us;

	while ((left_us = time_us - now_us()) > 0)
		poll(NULL, 0, (int)((left_us + 999) / 1000));
}

/* Our own CPU time, user and system. */
static double
own_cpu_us(void)
{
	struct rusage usage_now;

	getrusage(RUSAGE_SELF, &usage_now);
	return SECOND_US * (double)(usage_now.ru_utime.tv_sec + usage_now.ru_stime.tv_sec) +
	    (double)(usage_now.ru_utime.tv_usec + usage_now.ru_stime.tv_usec);
}

/* That of the backend, -1 if it cannot be seen. stat has it in hundredths only, schedstat in ns. */
static double
backend_cpu_us(int pid)
{
	char path[64];
	unsigned long long ns;
	FILE *in;
	int found;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return -1;
	found = fscanf(in, "%llu", &ns);
	fclose(in);
	return found == 1 ? (double)ns / 1000 : -1;
}

static struct harvest
fetch(PGconn *conn, const char *statement)
{
	struct harvest harvest = { 0 };
	PGresult *result = PQexec(conn, statement);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("%s", PQerrorMessage(conn));
	for (int row = 0; row < PQntuples(result); row++)
		for (int column = 0; column < PQnfields(result); column++) {
			harvest.bytes += (size_t)PQgetlength(result, row, column);
			harvest.sum += (unsigned char)*PQgetvalue(result, row, column);
		}
	harvest.rows = (size_t)PQntuples(result);
	PQclear(result);
	return harvest;
}

static void
measure(PGconn *conn, const struct request *request)
{
	volatile unsigned sum = 0;
	struct harvest harvest = { 0 };
	int64_t next_us = now_us();
	double own_us = 0, backend_us = 0;

	for (long i = -WARM_UP; i < request->count; i++) {
		if (i == 0) {
			own_us = own_cpu_us();
			backend_us = backend_cpu_us(PQbackendPID(conn));
		}
		harvest = fetch(conn, request->statement);
		sum = sum + harvest.sum;
		next_us += request->interval_us;
		wait_until(next_us);
	}
	own_us = own_cpu_us() - own_us;
	if (backend_us >= 0)
		backend_us = backend_cpu_us(PQbackendPID(conn)) - backend_us;
	(void)sum; /* only so that the values are read */
	printf("refreshes %ld rows %zu bytes %zu client_us %.1f server_us %.1f\n", request->count,
	    harvest.rows, harvest.bytes, own_us / (double)request->count,
	    backend_us < 0 ? -1 : backend_us / (double)request->count);
}

int
main(int argc, char **argv)
{
	struct request request = { .interval_us = 2 * SECOND_US, .count = 10 };
	PGconn *conn;

	parse_options(&request, argc, argv);
	conn = PQconnectdb(request.conninfo);
	if (PQstatus(conn) != CONNECTION_OK)
		fail("%s", PQerrorMessage(conn));
	measure(conn, &request);
	PQfinish(conn);
	return 0;
}
