/* SPDX-License-Identifier: PostgreSQL */
/*
 * A PostgreSQL connection that never blocks. The rest of the program sees
 * libpq through this header only; simple query protocol, one message of
 * statements at a time, their results one after the other.
 */
#ifndef PGCONNTOP_SOURCE_PG_CONN_H
#define PGCONNTOP_SOURCE_PG_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/messages.h"

/* A host address that libpq refuses as the last thing before it connects. */
#define CONN_NO_ADDRESS "[nowhere]"

struct err;
struct pg_conn;
struct pg_options;
struct pg_rows;

enum pg_status {
	PG_WAIT,   /* nothing to do until the socket is ready */
	PG_ROWS,   /* a statement's rows have come: pg_conn_take() */
	PG_ERROR,  /* a statement failed: pg_conn_error(); those after it in the message do not run
	            */
	PG_DONE,   /* logged in; or all results of the message have come */
	PG_BROKEN, /* the login failed, or the connection is lost: pg_conn_error() */
};

struct pg_about {
	const char *host; /* as asked for, or the socket directory */
	const char *port;
	const char *database;
	const char *user;
	const char *version; /* "15.20 (Debian ...)"; "1.18.0/bouncer" */
	int version_num;     /* 150020 */
	int pid;             /* as the login said: a pooler invents one */
	bool encrypted;
	const char *options; /* settings of the session that the login asked for; may be NULL */
};

/*
 * Starts a login with these parameters, two lists that end with NULL; the
 * first dbname may be a connection string. Go on with pg_conn_login().
 */
struct pg_conn *pg_conn_start(const char *const *keys, const char *const *values);

/* Says goodbye to the server as far as that needs no waiting, and frees all. NULL is fine. */
void pg_conn_free(struct pg_conn *conn);

/* The socket, which may be another after each pg_conn_login(), -1 for none; and its poll() events.
 */
int pg_conn_socket(const struct pg_conn *conn);
short pg_conn_events(const struct pg_conn *conn);

/* Goes on with the login: WAIT, DONE or BROKEN. */
enum pg_status pg_conn_login(struct pg_conn *conn);

/* While a login goes on: somebody has taken the connection. */
bool pg_conn_is_made(const struct pg_conn *conn);

/* After a BROKEN login: the server asked for a password and there was none. */
bool pg_conn_wants_password(const struct pg_conn *conn);

/* Sends a message of one or more statements; false when the connection is lost. None may be
 * running. */
bool pg_conn_send(struct pg_conn *conn, const char *sql);

/*
 * Reads what is there. After PG_DONE, and whenever no message was sent, it
 * is WAIT or BROKEN: notices and the end of the connection are seen too.
 */
enum pg_status pg_conn_receive(struct pg_conn *conn);

/* The rows of the last PG_ROWS; free with pg_rows_free(). */
struct pg_rows *pg_conn_take(struct pg_conn *conn);

/* The words of the last failure, with SQLSTATE and routine as pg_error_read() wants them. */
const char *pg_conn_error(const struct pg_conn *conn);

/* Takes the next notice, with SQLSTATE as above; false when there is none. Valid until the next
 * call. */
bool pg_conn_notice(struct pg_conn *conn, enum level *level, const char **text);

/* What is known once logged in; texts are "" when unknown and live as long as the connection. */
void pg_conn_about(const struct pg_conn *conn, struct pg_about *about);

/* Number of rows. */
int pg_rows_count(const struct pg_rows *rows);

/* Bytes of a value, NUL terminated, with their number; NULL for the SQL NULL. */
const char *pg_rows_value(const struct pg_rows *rows, int row, int col, size_t *len);

/* NULL is fine. */
void pg_rows_free(struct pg_rows *rows);

/* The options of a connection string or URI; NULL with libpq's words when it is wrong. */
struct pg_options *pg_options_parse(const char *text, struct err *err);

/* What libpq takes for options not given: environment, that service (NULL: the environment's),
 * built in. */
struct pg_options *pg_options_defaults(const char *service);

/*
 * Whether libpq takes these parameters; its words when it does not, for an
 * undefined service or a wrong sslmode. Nothing is looked up or connected.
 */
bool pg_options_check(const char *const *keys, const char *const *values, struct err *err);

/* The value of an option, NULL when it has none or options is NULL. */
const char *pg_options_get(const struct pg_options *options, const char *key);

/* NULL is fine. */
void pg_options_free(struct pg_options *options);

#endif
