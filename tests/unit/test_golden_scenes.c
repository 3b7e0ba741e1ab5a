/* SPDX-License-Identifier: PostgreSQL */
/* The made-up servers: const rows of sessions, multiplied. */
#include "test_golden_scenes.h"

static const struct batch busy[] = {
	{ 1, 4711, "migrate", "owner", "shop", "10.0.0.9", STATE_IDLE_IN_TRANSACTION, 14 * MINUTE,
	    "ALTER TABLE orders ADD COLUMN note text", 0 },
	{ 28, 20100, "web", "app", "shop", "10.0.0.5", STATE_IDLE, 13 * MINUTE,
	    "SELECT * FROM orders WHERE customer_id = $1", 0 },
	{ 6, 20140, "web", "app", "shop", "10.0.0.5", STATE_ACTIVE, 2 * SECOND,
	    "SELECT count(*) FROM items WHERE stock > 0", 0 },
	{ 3, 20150, "web", "app", "shop", "10.0.0.6", STATE_ACTIVE, 3 * MINUTE,
	    "UPDATE orders\n\tSET state = 'paid'\n\tWHERE id = 421173", 4711 },
	{ 3, 20160, "web", "app", "shop", "10.0.0.6", STATE_IDLE_IN_TRANSACTION, 40 * SECOND,
	    "SELECT * FROM carts WHERE id = 17 FOR UPDATE", 0 },
	{ 22, 20200, "worker", "jobs", "shop", "10.0.0.7", STATE_IDLE, 125 * MINUTE,
	    "SELECT pg_advisory_unlock(7)", 0 },
	{ 3, 20240, "worker", "jobs", "shop", "10.0.0.7", STATE_ACTIVE, 9 * SECOND,
	    "DELETE FROM queue WHERE done", 0 },
	{ 4, 20250, "worker", "jobs", "shop", "10.0.0.7", STATE_IDLE_IN_TRANSACTION, 2 * MINUTE,
	    "SELECT * FROM queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED", 0 },
	{ 4, 20300, "report", "analyst", "warehouse", "10.0.1.20", STATE_IDLE, 30 * MINUTE,
	    "COMMIT", 0 },
	{ 4, 20310, "report", "analyst", "warehouse", "10.0.1.20", STATE_ACTIVE, 4 * MINUTE,
	    "SELECT region, sum(amount) FROM sales JOIN stores USING (store_id) GROUP BY region",
	    0 },
	{ 1, 20320, "report", "analyst", "warehouse", "10.0.1.20", STATE_IDLE_IN_TRANSACTION,
	    70 * SECOND, "DECLARE c CURSOR FOR SELECT * FROM sales", 0 },
	{ 3, 20400, "psql", "postgres", "postgres", "local", STATE_IDLE, 26 * HOUR, "\\d", 0 },
	{ 1, 20410, "psql", "postgres", "shop", "local", STATE_ABORTED, 11 * MINUTE, "SELEC 1", 0 },
	{ 5, 20420, "", "legacy", "shop", "192.168.200.117", STATE_IDLE, 5 * SECOND, "SELECT 1",
	    0 },
	{ 1, 20430, "", "legacy", "shop", "192.168.200.117", STATE_ACTIVE, SECOND / 4, "SELECT 2",
	    0 },
	{ 1, 20440, NULL, "secret", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
};

static const struct batch hostile[] = {
	{ 1, 101, "\033[2J\033[31mred\033]0;title\007", "us\ner", "d\tb", "10.0.0.1", STATE_IDLE,
	    MINUTE, "SELECT '\033[2J\033[1;1H'; -- \r\n\x9b\x31m", 0 },
	{ 1, 102,
	    "\xe2\x80\xae"
	    "evil\xe2\x80\xac",
	    "r\xc3\xa9mi", "caf\xc3\xa9", "10.0.0.2", STATE_ACTIVE, SECOND,
	    "SELECT '\xe2\x80\xae gnp.exe'", 0 },
	{ 1, 103,
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x82\xa2\xe3\x83\x97\xe3\x83\xaa\xe3\x82\xb1",
	    "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4\xec\x82\xac\xec\x9a\xa9",
	    "\xe4\xb8\xad\xe6\x96\x87", "10.0.0.3", STATE_IDLE, 2 * MINUTE,
	    "SELECT '\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e'", 0 },
	{ 1, 104, "latin1 \xe9\xe8\xff", "\xff\xfe", "\xc3\x28", "10.0.0.4", STATE_IDLE, 3 * MINUTE,
	    "SELECT '\xe9t\xe9', '\xf0\x28\x8c\x28', '\xc0\xaf'", 0 },
	{ 1, 105,
	    "z\xcc\x80\xcc\x81\xcc\x82w\xe2\x80\x8b"
	    "sp\xef\xbb\xbf",
	    "%s%n%d", "$(id);`id`", "10.0.0.5", STATE_IDLE_IN_TRANSACTION, 4 * MINUTE,
	    "SELECT '%s%n' /* \\\" */", 0 },
	{ 1, 106, "a very long application name that does not fit into any column of it at all",
	    "also_a_rather_long_role_name_of_63_bytes_as_postgresql_has_them", "x", "10.0.0.6",
	    STATE_IDLE, 5 * MINUTE, "", 0 },
};

static const struct batch thousand[] = {
	{ 700, 10000, "wall-django-api", "app", "wall", "10.1.0.5", STATE_IDLE, 50 * MINUTE,
	    "SELECT id, body FROM posts WHERE author = $1 ORDER BY created DESC LIMIT 20", 0 },
	{ 200, 11000, "wall-django-api", "app", "wall", "10.1.0.6", STATE_ACTIVE, 30 * SECOND,
	    "INSERT INTO events (kind, at) VALUES ($1, now())", 0 },
	{ 99, 12000, "celery", "jobs", "wall", "10.1.0.7", STATE_IDLE_IN_TRANSACTION, 3 * MINUTE,
	    "UPDATE tasks SET state = 'done' WHERE id = $1", 0 },
};

static const struct batch restricted[] = {
	{ 12, 301, "web", "app", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
	{ 5, 331, "worker", "jobs", "shop", NULL, STATE_UNKNOWN, TIME_UNKNOWN, NULL, 0 },
	{ 2, 371, NULL, NULL, NULL, NULL, STATE_STARTING, TIME_UNKNOWN, NULL, 0 },
	{ 2, 351, "mine", "monitor", "shop", "local", STATE_IDLE, 5 * MINUTE, "SELECT 1", 0 },
};

static const struct batch managed[] = {
	{ 2, 501, "rdsadmin", "rdsadmin", "rdsadmin", "local", STATE_IDLE, 20 * MINUTE, "", 0 },
	{ 1, 511, "pg_dump", "backup", "shop", "10.0.0.8", STATE_ACTIVE, 9 * MINUTE,
	    "COPY public.orders (id, note) TO stdout;", 0 },
	{ 6, 521, "web", "app", "shop", "10.0.0.5", STATE_IDLE, 12 * MINUTE, "SELECT 1", 0 },
	{ 2, 531, "web", "app", "shop", "10.0.0.5", STATE_IDLE_IN_TRANSACTION, 6 * MINUTE,
	    "SELECT 2", 0 },
	{ 1, 541, "report", "Mary \"M\"", "shop", "10.0.0.6", STATE_ACTIVE, 8 * MINUTE,
	    "SELECT pg_sleep(600)", 0 },
};

static const struct batch pile[] = {
	{ 1, 4711, "migrate", "owner", "shop", "10.0.0.9", STATE_IDLE_IN_TRANSACTION, 14 * MINUTE,
	    "ALTER TABLE orders ADD COLUMN note text", 0 },
	{ 1, 4800, "psql", "postgres", "shop", "local", STATE_IDLE_IN_TRANSACTION, 40 * SECOND,
	    "UPDATE items SET stock = 0 WHERE id = 5", 0 },
	{ 9, 20100, "web", "app", "shop", "10.0.0.5", STATE_IDLE, 3 * MINUTE,
	    "SELECT * FROM orders WHERE customer_id = $1", 0 },
	{ 6, 20140, "web", "app", "shop", "10.0.0.5", STATE_ACTIVE, 2 * SECOND,
	    "SELECT count(*) FROM items WHERE stock > 0", 0 },
	{ 8, 20150, "web", "app", "shop", "10.0.0.6", STATE_ACTIVE, 50 * SECOND,
	    "UPDATE orders SET state = 'paid' WHERE id = 421173", 4711 },
	{ 2, 20170, "worker", "jobs", "shop", "10.0.0.7", STATE_ACTIVE, 20 * SECOND,
	    "UPDATE carts SET done = true WHERE id = 17", 20152 },
	{ 1, 20180, "worker", "jobs", "shop", "10.0.0.7", STATE_ACTIVE, 9 * SECOND,
	    "UPDATE items SET stock = stock - 1 WHERE id = 5", 4800 },
	{ 1, 20190, "worker", "jobs", "shop", "10.0.0.7", STATE_ACTIVE, 8 * SECOND,
	    "DELETE FROM queue WHERE done", 20171 },
};

#define BATCHES(rows) rows, sizeof(rows) / sizeof((rows)[0])

const struct scene_row scenes[SCENE_COUNT] = {
	[SCENE_BUSY] = { "busy", BATCHES(busy), 100, 70, false },
	[SCENE_HEALTHY] = { "healthy", NULL, 0, 100, 1, true },
	[SCENE_REFUSED] = { "refused", NULL, 0, 0, 0, false },
	[SCENE_DOWN] = { "down", BATCHES(busy), 100, 91, false },
	[SCENE_LATE] = { "late", BATCHES(busy), 100, 91, false },
	[SCENE_CONNECTING] = { "connecting", NULL, 0, 0, 0, false },
	[SCENE_HOSTILE] = { "hostile", BATCHES(hostile), 20, 6, false },
	[SCENE_THOUSAND] = { "thousand", BATCHES(thousand), 1500, 900, false },
	[SCENE_MANAGED] = { "managed", BATCHES(managed), 20, 12, false },
	[SCENE_PILE] = { "pile", BATCHES(pile), 50, 20, true },
	[SCENE_RESTRICTED] = { "restricted", BATCHES(restricted), 50, 20, false },
};
