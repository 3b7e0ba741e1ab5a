/* SPDX-License-Identifier: PostgreSQL */
/*
 * libpq, asynchronously. Errors come with SQLSTATE and routine name, since
 * the verbosity is raised before the first byte is read; a FATAL of the
 * server is kept, for libpq's own words after it only say that the
 * connection is gone.
 */
#include "source/pg_conn.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define NOTICES_KEPT 8
#define LOGIN_STEPS_MAX 64 /* of one call: multi-host lists go on for long */

struct notice {
	enum level level;
	struct buf text;
};

struct pg_conn {
	PGconn *pg;
	PGresult *result; /* of the last PG_ROWS, until taken */
	short events;     /* what the login or the running message waits for */
	bool running;     /* a message was sent and not all results have come */
	struct buf error; /* of the last failed statement */
	struct buf fatal; /* the server's last words, "" for none */
	struct notice notices[NOTICES_KEPT];
	size_t notice_count;
	struct buf notice_out; /* the one given out */
};

static bool
is_fatal(const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity != NULL &&
	    (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

/* The whole words of a result, whatever the verbosity it was made with. */
static void
set_words(struct buf *buf, const PGresult *result)
{
	char *words = PQresultVerboseErrorMessage(result, PQERRORS_VERBOSE, PQSHOW_CONTEXT_NEVER);

	buf_reset(buf);
	if (words != NULL)
		buf_adds(buf, words);
	PQfreemem(words);
}

/* libpq calls it instead of writing to stderr. */
static void
receive_notice(void *arg, const PGresult *result)
{
	struct pg_conn *conn = arg;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	struct notice *notice = &conn->notices[conn->notice_count];

	if (is_fatal(result)) {
		set_words(&conn->fatal, result);
		return;
	}
	if (conn->notice_count == NOTICES_KEPT)
		return;
	notice->level =
	    severity != NULL && strcmp(severity, "WARNING") == 0 ? LEVEL_WARNING : LEVEL_INFO;
	set_words(&notice->text, result);
	conn->notice_count++;
}

struct pg_conn *
pg_conn_start(const char *const *keys, const char *const *values)
{
	struct pg_conn *conn = mem_alloc(1, sizeof(*conn));

	conn->pg = PQconnectStartParams(keys, values, 1);
	if (conn->pg == NULL)
		die("out of memory");
	PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);
	PQsetNoticeReceiver(conn->pg, receive_notice, conn);
	conn->events = POLLOUT;
	return conn;
}

void
pg_conn_free(struct pg_conn *conn)
{
	if (conn == NULL)
		return;
	PQclear(conn->result);
	PQfinish(conn->pg);
	for (size_t i = 0; i < NOTICES_KEPT; i++)
		buf_clear(&conn->notices[i].text);
	buf_clear(&conn->notice_out);
	buf_clear(&conn->error);
	buf_clear(&conn->fatal);
	mem_free(conn);
}

int
pg_conn_socket(const struct pg_conn *conn)
{
	return PQsocket(conn->pg);
}

short
pg_conn_events(const struct pg_conn *conn)
{
	return conn->events;
}

/* PQconnectPoll() misunderstands a socket that is not ready, so it is asked first. */
static bool
is_ready(const struct pg_conn *conn)
{
	struct pollfd fd = { .fd = PQsocket(conn->pg), .events = conn->events };

	return fd.fd < 0 || poll(&fd, 1, 0) > 0;
}

enum pg_status
pg_conn_login(struct pg_conn *conn)
{
	if (PQstatus(conn->pg) == CONNECTION_BAD)
		return PG_BROKEN;
	for (int i = 0; i < LOGIN_STEPS_MAX && is_ready(conn); i++) {
		switch (PQconnectPoll(conn->pg)) {
		case PGRES_POLLING_READING:
			conn->events = POLLIN;
			break;
		case PGRES_POLLING_WRITING:
			conn->events = POLLOUT;
			break;
		case PGRES_POLLING_OK:
			conn->events = POLLIN;
			PQsetnonblocking(conn->pg, 1);
			return PG_DONE;
		case PGRES_POLLING_FAILED:
		case PGRES_POLLING_ACTIVE:
			return PG_BROKEN;
		}
	}
	return PG_WAIT;
}

bool
pg_conn_is_made(const struct pg_conn *conn)
{
	ConnStatusType status = PQstatus(conn->pg);

	return status != CONNECTION_BAD && status != CONNECTION_NEEDED &&
	    status != CONNECTION_STARTED;
}

bool
pg_conn_wants_password(const struct pg_conn *conn)
{
	return PQconnectionNeedsPassword(conn->pg) != 0;
}

/* Sends what is still in the buffer, and then waits for the answer only. */
static bool
flush(struct pg_conn *conn)
{
	int rest = PQflush(conn->pg);

	conn->events = rest > 0 ? POLLIN | POLLOUT : POLLIN;
	return rest >= 0;
}

bool
pg_conn_send(struct pg_conn *conn, const char *sql)
{
	buf_reset(&conn->error);
	if (!PQsendQuery(conn->pg, sql))
		return false;
	conn->running = true;
	return flush(conn);
}

/* What a result means for the caller; it is kept when it has rows. We send no COPY and no pipeline.
 */
static enum pg_status
sort_result(struct pg_conn *conn, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK) {
		PQclear(conn->result);
		conn->result = result;
		return PG_ROWS;
	}
	if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
		PQclear(result);
		return PG_WAIT;
	}
	set_words(&conn->error, result);
	if (is_fatal(result))
		set_words(&conn->fatal, result);
	PQclear(result);
	return PG_ERROR;
}

enum pg_status
pg_conn_receive(struct pg_conn *conn)
{
	bool lost = !flush(conn);
	enum pg_status status = PG_WAIT;

	/* Parsed before more is read: libpq's buffer grows by what it holds, and stays so. */
	if (!lost && (!conn->running || PQisBusy(conn->pg)))
		lost = !PQconsumeInput(conn->pg);
	if (!conn->running)
		PQisBusy(conn->pg); /* parses notices, and the last words before the end */
	while (conn->running && status == PG_WAIT && !PQisBusy(conn->pg)) {
		PGresult *result = PQgetResult(conn->pg);

		if (result != NULL) {
			status = sort_result(conn, result);
		} else {
			conn->running = false;
			status = PG_DONE;
		}
	}
	return lost || PQstatus(conn->pg) == CONNECTION_BAD ? PG_BROKEN : status;
}

struct pg_rows *
pg_conn_take(struct pg_conn *conn)
{
	PGresult *result = conn->result;

	conn->result = NULL;
	return (struct pg_rows *)result;
}

const char *
pg_conn_error(const struct pg_conn *conn)
{
	if (conn->fatal.len > 0)
		return buf_str(&conn->fatal);
	if (conn->error.len > 0 && PQstatus(conn->pg) == CONNECTION_OK)
		return buf_str(&conn->error);
	return PQerrorMessage(conn->pg);
}

bool
pg_conn_notice(struct pg_conn *conn, enum level *level, const char **text)
{
	struct buf given = conn->notice_out;

	if (conn->notice_count == 0)
		return false;
	*level = conn->notices[0].level;
	conn->notice_out = conn->notices[0].text;
	conn->notice_count--;
	memmove(&conn->notices[0], &conn->notices[1],
	    (NOTICES_KEPT - 1) * sizeof(conn->notices[0]));
	conn->notices[NOTICES_KEPT - 1].text = given;
	*text = buf_str(&conn->notice_out);
	return true;
}

/* libpq gives NULL for what is not there. */
static const char *
text_or_empty(const char *s)
{
	return s != NULL ? s : "";
}

void
pg_conn_about(const struct pg_conn *conn, struct pg_about *about)
{
	*about = (struct pg_about){
		.host = text_or_empty(PQhost(conn->pg)),
		.port = text_or_empty(PQport(conn->pg)),
		.database = text_or_empty(PQdb(conn->pg)),
		.user = text_or_empty(PQuser(conn->pg)),
		.version = text_or_empty(PQparameterStatus(conn->pg, "server_version")),
		.version_num = PQserverVersion(conn->pg),
		.pid = PQbackendPID(conn->pg),
		.options = text_or_empty(PQoptions(conn->pg)),
		.encrypted = PQsslInUse(conn->pg) != 0,
	};
}

int
pg_rows_count(const struct pg_rows *rows)
{
	return PQntuples((const PGresult *)rows);
}

const char *
pg_rows_value(const struct pg_rows *rows, int row, int col, size_t *len)
{
	const PGresult *result = (const PGresult *)rows;

	*len = (size_t)PQgetlength(result, row, col);
	if (*len == 0 && PQgetisnull(result, row, col))
		return NULL;
	return PQgetvalue(result, row, col);
}

void
pg_rows_free(struct pg_rows *rows)
{
	PQclear((PGresult *)rows);
}

/* The words without the line end that libpq puts behind them. */
static void
set_err(struct err *err, const char *words)
{
	int len = words != NULL ? (int)strcspn(words, "\n") : 0;

	err_set(err, "%.*s", len, words != NULL ? words : "");
}

struct pg_options *
pg_options_parse(const char *text, struct err *err)
{
	char *words = NULL;
	PQconninfoOption *options = PQconninfoParse(text, &words);

	if (options == NULL)
		set_err(err, words);
	PQfreemem(words);
	return (struct pg_options *)options;
}

struct pg_options *
pg_options_defaults(const char *service)
{
	char *before = mem_strdup(getenv("PGSERVICE"));
	PQconninfoOption *options;

	/* The one way to make libpq read a service without connecting. */
	if (service != NULL)
		setenv("PGSERVICE", service, 1);
	options = PQconndefaults();
	if (service != NULL && before != NULL)
		setenv("PGSERVICE", before, 1);
	else if (service != NULL)
		unsetenv("PGSERVICE");
	mem_free(before);
	if (options == NULL)
		die("out of memory");
	return (struct pg_options *)options;
}

bool
pg_options_check(const char *const *keys, const char *const *values, struct err *err)
{
	PGconn *pg = PQconnectStartParams(keys, values, 1);
	bool good;

	if (pg == NULL)
		die("out of memory");
	/* What comes as far as to the address has passed all checks before. */
	good =
	    PQstatus(pg) != CONNECTION_BAD || strstr(PQerrorMessage(pg), CONN_NO_ADDRESS) != NULL;
	if (!good)
		set_err(err, PQerrorMessage(pg));
	PQfinish(pg);
	return good;
}

const char *
pg_options_get(const struct pg_options *options, const char *key)
{
	const PQconninfoOption *option = (const PQconninfoOption *)options;

	for (; option != NULL && option->keyword != NULL; option++)
		if (strcmp(option->keyword, key) == 0)
			return option->val != NULL && option->val[0] != '\0' ? option->val : NULL;
	return NULL;
}

void
pg_options_free(struct pg_options *options)
{
	PQconninfoFree((PQconninfoOption *)options);
}
