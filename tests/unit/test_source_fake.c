/* SPDX-License-Identifier: PostgreSQL */
/*
 * The fake connection.
 */
#include "test_source_fake.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"
#include "model/link.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

struct pg_conn {
	const struct pg_rows *rows; /* of the last PG_ROWS */
};

static const char *const one_cell[] = { "x" };
const struct pg_rows fake_row = FAKE_ROWS(one_cell, 1);
static const char *const identity_cells[] = { "100", "2026-11-20 00:00:00+00", NULL };
const struct pg_rows fake_identity = FAKE_ROWS(identity_cells, 3);

struct source *source;
int64_t now;

static struct fake fake;

static char host[] = "/tmp";

const struct settings fake_settings = {
	.via = 1 + VIA_CLIENT,
	.host = host,
	.connect_timeout = 10 * UNITS_US_PER_SECOND,
};

void
fake_reset(void)
{
	fake = (struct fake){
		.login = PG_DONE,
		.error = "",
		.about = { "db1", "5432", "postgres", "me", "15.20 (Debian)", 150020, 100, false },
	};
}

struct fake *
fake_get(void)
{
	return &fake;
}

void
fake_answer(enum pg_status status, const struct pg_rows *rows)
{
	assert(fake.result_count < FAKE_RESULTS);
	fake.results[fake.result_count].status = status;
	fake.results[fake.result_count++].rows = rows;
}

void
fake_hello(void)
{
	fake_answer(PG_ROWS, &fake_row);
	fake_answer(PG_ROWS, &fake_identity);
	fake_answer(PG_DONE, NULL);
}

void
fake_answers(const struct pg_rows *first, const struct pg_rows *second)
{
	fake_answer(PG_ROWS, first);
	if (second != NULL)
		fake_answer(PG_ROWS, second);
	fake_answer(PG_DONE, NULL);
	step(0);
}

int
fake_setup(void **state)
{
	(void)state;
	fake_reset();
	now = 1000 * UNITS_US_PER_SECOND;
	source = source_open(&fake_settings, NULL);
	return source == NULL;
}

int
fake_teardown(void **state)
{
	(void)state;
	source_close(source);
	return fake.open;
}

void
step(int64_t us)
{
	now += us;
	source_step(source, now, now + 5);
}

struct source_event
next_event(void)
{
	struct source_event event;

	while (source_next(source, &event) && event.type == SOURCE_LINK)
		;
	return event;
}

bool
sent(const char *words)
{
	return strstr(fake.sql, words) != NULL;
}

struct pg_conn *
pg_conn_start(const char *const *keys, const char *const *values)
{
	fake.logins++;
	fake.open++;
	fake.running = false;
	fake.result_count = 0;
	fake.password[0] = '\0';
	for (size_t i = 0; keys[i] != NULL; i++)
		if (strcmp(keys[i], "password") == 0)
			snprintf(fake.password, sizeof(fake.password), "%s", values[i]);
	assert(fake.open == 1); /* exactly one connection */
	return mem_alloc(1, sizeof(struct pg_conn));
}

void
pg_conn_free(struct pg_conn *conn)
{
	fake.open -= conn != NULL;
	mem_free(conn);
}

int
pg_conn_socket(const struct pg_conn *conn)
{
	(void)conn;
	return fake.socket > 0 ? fake.socket : -1;
}

short
pg_conn_events(const struct pg_conn *conn)
{
	(void)conn;
	return POLLIN;
}

enum pg_status
pg_conn_login(struct pg_conn *conn)
{
	(void)conn;
	return fake.login;
}

bool
pg_conn_is_made(const struct pg_conn *conn)
{
	(void)conn;
	return fake.made;
}

bool
pg_conn_wants_password(const struct pg_conn *conn)
{
	(void)conn;
	return fake.wants_password && fake.password[0] == '\0';
}

bool
pg_conn_send(struct pg_conn *conn, const char *sql)
{
	(void)conn;
	assert(!fake.running); /* one message at a time */
	if (fake.send_fails)
		return false;
	fake.running = true;
	fake.sent++;
	snprintf(fake.sql, sizeof(fake.sql), "%s", sql);
	return true;
}

enum pg_status
pg_conn_receive(struct pg_conn *conn)
{
	enum pg_status status;

	if (fake.result_count == 0)
		return PG_WAIT;
	status = fake.results[0].status;
	assert(fake.running || status == PG_BROKEN);
	conn->rows = fake.results[0].rows;
	fake.result_count--;
	memmove(&fake.results[0], &fake.results[1], sizeof(fake.results) - sizeof(fake.results[0]));
	fake.running = status != PG_DONE && status != PG_BROKEN;
	return status;
}

struct pg_rows *
pg_conn_take(struct pg_conn *conn)
{
	struct pg_rows *rows = mem_alloc(1, sizeof(*rows)); /* so that a leak is seen */

	assert(conn->rows != NULL);
	*rows = *conn->rows;
	conn->rows = NULL;
	return rows;
}

const char *
pg_conn_error(const struct pg_conn *conn)
{
	(void)conn;
	return fake.error;
}

bool
pg_conn_notice(struct pg_conn *conn, enum level *level, const char **text)
{
	(void)conn;
	*level = LEVEL_WARNING;
	*text = fake.notice;
	fake.notice = NULL;
	return *text != NULL;
}

void
pg_conn_about(const struct pg_conn *conn, struct pg_about *about)
{
	(void)conn;
	*about = fake.about;
}

int
pg_rows_count(const struct pg_rows *rows)
{
	return rows->count;
}

const char *
pg_rows_value(const struct pg_rows *rows, int row, int col, size_t *len)
{
	const char *value = rows->cells[row * rows->cols + col];

	assert(row < rows->count && col < rows->cols);
	*len = value != NULL ? strlen(value) : 0;
	return value;
}

void
pg_rows_free(struct pg_rows *rows)
{
	mem_free(rows);
}

static struct pg_options *
make_options(const struct fake_option *list)
{
	struct pg_options *options = mem_alloc(1, sizeof(*options));

	options->list = list;
	return options;
}

struct pg_options *
pg_options_parse(const char *text, struct err *err)
{
	if (fake.string != NULL)
		return make_options(fake.string);
	err_set(err, "wrong: %s", text);
	return NULL;
}

struct pg_options *
pg_options_defaults(const char *service)
{
	snprintf(fake.service, sizeof(fake.service), "%s", service != NULL ? service : "");
	return make_options(fake.defaults);
}

bool
pg_options_check(const char *const *keys, const char *const *values, struct err *err)
{
	(void)keys;
	(void)values;
	(void)err;
	return true;
}

const char *
pg_options_get(const struct pg_options *options, const char *key)
{
	const struct fake_option *option = options != NULL ? options->list : NULL;

	for (; option != NULL && option->key != NULL; option++)
		if (strcmp(option->key, key) == 0)
			return option->value[0] != '\0' ? option->value : NULL;
	return NULL;
}

void
pg_options_free(struct pg_options *options)
{
	mem_free(options);
}
