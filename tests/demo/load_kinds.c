/* SPDX-License-Identifier: PostgreSQL */
/*
 * The kinds of sessions that the load program plays, and the tables that some of them need. Slow
 * statements sleep in a view, so that what the server shows of them looks like work.
 */
#include "load.h"

#include "base/mem.h"

#include <libpq-fe.h>

/* Two load programs may start at once: whoever comes first makes the tables. */
static const char lock_sql[] = "BEGIN; SELECT pg_advisory_xact_lock(5432)";

static const char probe_sql[] = "SELECT 1 WHERE to_regclass('order_history') IS NOT NULL";

static const char shop_sql[] =
    "CREATE TABLE products (id integer PRIMARY KEY, name text, price numeric, stock integer);"
    "INSERT INTO products SELECT i, 'product ' || i, i % 90 + 9.99, 1000"
    "  FROM generate_series(1, 2000) i;"
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, ordered_at timestamptz,"
    "  total numeric, status text);"
    "INSERT INTO orders SELECT i, i % 400, now() - i * interval '1 hour', i % 300 + 0.5, 'paid'"
    "  FROM generate_series(1, 5000) i;"
    "CREATE TABLE jobs (id integer PRIMARY KEY, state text, payload text);"
    "INSERT INTO jobs SELECT i, 'queued', 'resize picture ' || i FROM generate_series(1, 200) i;"
    "CREATE TABLE outbox (id integer PRIMARY KEY, recipient text, sent_at timestamptz);"
    "INSERT INTO outbox SELECT i, 'customer ' || i FROM generate_series(1, 200) i;"
    "CREATE VIEW catalog AS SELECT * FROM products"
    "  WHERE pg_sleep(0.1 + random() * 0.6) IS NOT NULL;"
    "CREATE VIEW order_history AS SELECT * FROM orders WHERE pg_sleep(2) IS NOT NULL;"
    "GRANT ALL ON products, orders, jobs, outbox, catalog, order_history TO PUBLIC;"
    "ANALYZE products, orders, jobs, outbox";

/* True if sql worked; the number of rows that it gave is in *rows. */
static bool
run(PGconn *conn, const char *sql, int *rows)
{
	PGresult *result = PQexec(conn, sql);
	bool ok =
	    PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

	*rows = PQntuples(result);
	PQclear(result);
	return ok;
}

char *
load_make_shop(const char *conninfo, const char *user)
{
	const char *const names[] = { "dbname", "user", "application_name", NULL };
	const char *const values[] = { conninfo, user, "load", NULL };
	PGconn *conn = PQconnectdbParams(names, values, 1);
	char *error = NULL;
	int rows;
	bool ok = PQstatus(conn) == CONNECTION_OK && run(conn, lock_sql, &rows) &&
	    run(conn, probe_sql, &rows) && (rows > 0 || run(conn, shop_sql, &rows)) &&
	    run(conn, "COMMIT", &rows);

	if (!ok)
		error = mem_strdup(PQerrorMessage(conn));
	PQfinish(conn);
	return error;
}

static const char *const idle_sql[] = { "SELECT 1", NULL };

static const char *const active_sql[] = { "SELECT pg_sleep(1000000)", NULL };

static const char *const transaction_sql[] = { "BEGIN", "SELECT 1", NULL };

static const char *const aborted_sql[] = { "BEGIN", "SELECT 1 / 0", NULL };

static const char *const web_sql[] = {
	"SELECT name, price FROM catalog WHERE id = 42",
	"SELECT name, price, stock FROM catalog WHERE id = 1337",
	"SELECT id, total, status FROM orders WHERE customer_id = 117 ORDER BY id DESC LIMIT 10",
	"UPDATE products SET stock = stock - 1 WHERE id = 42",
	NULL,
};

static const char *const work_sql[] = {
	"SELECT id, payload FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1",
	"UPDATE jobs SET state = 'queued' WHERE id = 12",
	NULL,
};

static const char *const leak_sql[] = {
	"SELECT id, payload FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1",
	NULL,
};

static const char *const report_sql[] = {
	"SELECT date_trunc('month', ordered_at) AS month, count(*), sum(total) FROM order_history"
	" GROUP BY month ORDER BY month",
	NULL,
};

static const char *const lock_row_sql[] = {
	"BEGIN",
	"UPDATE orders SET status = 'refunded' WHERE id = 4711",
	NULL,
};

static const char *const wait_for_row_sql[] = {
	"UPDATE orders SET status = 'shipped' WHERE id = 4711",
	NULL,
};

const struct kind load_kinds[] = {
	{ .option = "idle", .application = "idle", .sql = idle_sql },
	{ .option = "active", .application = "active", .sql = active_sql, .endless = true },
	{ .option = "idle-in-transaction", .application = "transaction", .sql = transaction_sql },
	{ .option = "aborted", .application = "aborted", .sql = aborted_sql, .errs = true },
	{ .option = "web",
	    .application = "web",
	    .sql = web_sql,
	    .then = THEN_AGAIN,
	    .needs_shop = true },
	{ .option = "work",
	    .application = "worker",
	    .sql = work_sql,
	    .then = THEN_AGAIN,
	    .needs_shop = true },
	{ .option = "leak", .application = "worker", .sql = leak_sql, .needs_shop = true },
	{ .option = "churn", .application = "churn", .sql = idle_sql, .then = THEN_CLOSE },
	{ .option = "report",
	    .application = "report",
	    .sql = report_sql,
	    .endless = true,
	    .needs_shop = true },
	{ .option = "lock",
	    .application = "admin-shell",
	    .sql = lock_row_sql,
	    .needs_shop = true,
	    .makes_lock = true },
	{ .option = "wait",
	    .application = "writer",
	    .sql = wait_for_row_sql,
	    .endless = true,
	    .needs_shop = true,
	    .waits_for_lock = true },
	{ .option = NULL },
};
