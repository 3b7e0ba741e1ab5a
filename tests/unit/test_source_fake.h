/* SPDX-License-Identifier: PostgreSQL */
/*
 * Stands in for source/pg_conn: a connection that does what the test says,
 * and rows made of texts. It checks what may not be done with one.
 */
#ifndef PGCONNTOP_TEST_SOURCE_FAKE_H
#define PGCONNTOP_TEST_SOURCE_FAKE_H

#include "base/settings.h"
#include "source/pg_conn.h"
#include "source/source.h"

#define FAKE_RESULTS 16

struct pg_rows {
	int count;
	int cols;
	const char *const *cells; /* row by row, NULL for the SQL NULL */
};

/* The rows of an array of cells, in rows of that many columns. */
#define FAKE_ROWS(array, columns)                                                                \
	{                                                                                        \
		.count = (int)(sizeof(array) / sizeof(array[0])) / (columns), .cols = (columns), \
		.cells = (array)                                                                 \
	}

struct fake_option {
	const char *key;
	const char *value;
};

/* Lists of options end with a NULL key. */
struct pg_options {
	const struct fake_option *list;
};

/* What the fake does and what was done to it. */
struct fake {
	/* set by the test */
	enum pg_status login; /* of pg_conn_login() */
	bool made;            /* the connection of a login that waits */
	int socket;           /* of the connection, 0 for one that is none */
	bool wants_password;  /* after a failed one */
	const char *error;    /* libpq's words */
	const char *notice;   /* a warning that waits; NULL for none */
	bool send_fails;
	struct pg_about about;
	const struct fake_option *string;   /* of any connection string; NULL: it is wrong */
	const struct fake_option *defaults; /* of the environment */
	/* seen by the test */
	int logins;        /* started */
	int open;          /* connections there are */
	int sent;          /* messages */
	char sql[65536];   /* the last of them */
	char password[64]; /* of the last login, "" for none */
	char service[64];  /* that the defaults were asked for, "" for none */
	/* results that wait to be received */
	struct {
		enum pg_status status;
		const struct pg_rows *rows;
	} results[FAKE_RESULTS];
	int result_count;
	bool running; /* a message was sent and is not done */
};

/* All zero, but for a server that takes logins: PostgreSQL 15 with the pid 100. */
void fake_reset(void);

/* For source_open(): an ordinary login to a directory, which may take 10 s. */
extern const struct settings fake_settings;

/* The one fake. */
struct fake *fake_get(void);

/* Adds a result; rows only for PG_ROWS. */
void fake_answer(enum pg_status status, const struct pg_rows *rows);

/* A row of one cell; the rows that tell who we are. */
extern const struct pg_rows fake_row, fake_identity;

/* Adds what a server answers to the first message. */
void fake_hello(void);

/* Adds one result or two, and the end of the message; then a step. */
void fake_answers(const struct pg_rows *first, const struct pg_rows *second);

/* The source under test, with the fake for its server, and its clock, which begins at 1000 s. */
extern struct source *source;
extern int64_t now;

/* Of a cmocka test: opens the source, which did not step yet; closes it. */
int fake_setup(void **state);
int fake_teardown(void **state);

/* Time goes by, then a step. */
void step(int64_t us);

/* The next event that is none of the link. */
struct source_event next_event(void);

/* Whether the last message has these words. */
bool sent(const char *words);

#endif
