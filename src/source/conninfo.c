/* SPDX-License-Identifier: PostgreSQL */
/*
 * What psql does with its options, in its order: options, then what the
 * connection string says, then our own needs. Hosts are listed here only
 * because libpq would freeze the screen while it looks up a name.
 */
#include "source/conninfo.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/settings.h"
#include "base/units.h"
#include "source/pg_conn.h"

/*
 * A dead server is found out within half a minute, even with a request under
 * way. The first login may hang on each dead host no longer than that either.
 */
static const struct {
	const char *key;
	const char *value;
} keep_params[CONN_KEEP_COUNT] = {
	{ "keepalives", "1" },
	{ "keepalives_idle", "10" },
	{ "keepalives_interval", "5" },
	{ "keepalives_count", "3" },
	{ "tcp_user_timeout", "15000" },
};

/* Where an option may come from, best first. */
struct origins {
	struct pg_options *string;   /* NULL when there is no connection string */
	struct pg_options *defaults; /* environment, service, built in */
};

static bool
is_connection_string(const char *dbname)
{
	return strncmp(dbname, "postgresql://", 13) == 0 ||
	    strncmp(dbname, "postgres://", 11) == 0 || strchr(dbname, '=') != NULL;
}

/* NULL for what is empty, as libpq takes it; else a copy. */
static const char *
copy(struct arena *arena, const char *s)
{
	return s == NULL || s[0] == '\0' ? NULL : arena_strndup(arena, s, strlen(s));
}

/* The value that will count for a key; NULL for none. */
static const char *
value_of(const struct origins *origins, const char *key, const char *option)
{
	const char *value = pg_options_get(origins->string, key);

	if (value == NULL)
		value = option;
	return value != NULL ? value : pg_options_get(origins->defaults, key);
}

/* Reads what counts out of all origins. */
static bool
read_origins(struct conninfo *info, const struct origins *origins, struct err *err)
{
	const char *const lists[3] = {
		value_of(origins, "host", info->host),
		value_of(origins, "hostaddr", NULL),
		value_of(origins, "port", info->port),
	};
	const char *replication = value_of(origins, "replication", NULL);
	const char *timeout = value_of(origins, "connect_timeout", NULL);
	const char *plain = info->dbname != NULL && origins->string == NULL ? info->dbname : NULL;
	struct err ignored;
	int64_t seconds;

	info->database = copy(&info->arena, value_of(origins, "dbname", plain));
	if (info->database == NULL)
		info->database = "postgres";
	info->walsender = replication != NULL && strcmp(replication, "database") == 0;
	for (size_t i = 0; i < CONN_KEEP_COUNT; i++)
		info->kept[i] = value_of(origins, keep_params[i].key, NULL) != NULL;
	if (timeout != NULL && units_parse_int(timeout, 1, 3600, &seconds, &ignored))
		info->timeout_us = seconds * UNITS_US_PER_SECOND;
	info->host_count = conn_hosts_split(&info->arena, lists, &info->hosts, err);
	return info->host_count > 0;
}

void
conninfo_clear(struct conninfo *info)
{
	arena_clear(&info->arena);
}

/* Number of items of a list, 0 when there is none. */
static size_t
count_items(const char *list)
{
	size_t count = 1;

	if (list == NULL)
		return 0;
	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* Takes the next item off a list; "" at its end and of no list. */
static const char *
next_item(struct arena *arena, const char **list)
{
	const char *item = *list;
	size_t len;

	if (item == NULL)
		return "";
	len = strcspn(item, ",");
	*list = item[len] == ',' ? item + len + 1 : item + len;
	return arena_strndup(arena, item, len);
}

size_t
conn_hosts_split(struct arena *arena, const char *const lists[3], struct conn_host **hosts,
    struct err *err)
{
	const char *names = lists[0], *addrs = lists[1], *ports = lists[2];
	size_t name_count = count_items(names), port_count = count_items(ports);
	size_t count = addrs != NULL ? count_items(addrs) : names != NULL ? name_count : 1;
	const char *port = "";

	if (names != NULL && name_count != count)
		return err_set(err, "could not match %zu host names to %zu hostaddr values",
		    name_count, count);
	if (port_count > 1 && port_count != count)
		return err_set(err, "could not match %zu port numbers to %zu hosts", port_count,
		    count);
	*hosts = arena_alloc(arena, count, sizeof(**hosts));
	for (size_t i = 0; i < count; i++) {
		struct err ignored;
		int64_t number;

		if (i == 0 || port_count > 1)
			port = next_item(arena, &ports);
		if (port[0] != '\0' && !units_parse_int(port, 1, 65535, &number, &ignored))
			return err_set(err, "invalid port number: \"%s\"", port);
		(*hosts)[i].name = next_item(arena, &names);
		(*hosts)[i].addr = next_item(arena, &addrs);
		(*hosts)[i].port = port;
	}
	return count;
}

bool
conn_host_needs_lookup(const struct conn_host *host)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	/* A socket is a path, or a name of Linux that begins with an at sign. */
	if (host->addr[0] != '\0' || strchr("/@", host->name[0]) != NULL)
		return false;
	if (getaddrinfo(host->name, NULL, &hints, &found) != 0)
		return true;
	freeaddrinfo(found);
	return false;
}

static void
add_param(struct conn_params *params, const char *key, const char *value)
{
	if (value == NULL)
		return;
	params->keys[params->count] = key;
	params->values[params->count++] = value;
}

/* Lists the hosts with their addresses for libpq. */
static void
add_hosts(struct conn_params *params, const struct conn_host *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *comma = i > 0 ? "," : "";

		buf_addf(&params->names, "%s%s", comma, hosts[i].name);
		buf_addf(&params->addrs, "%s%s", comma, hosts[i].addr);
		buf_addf(&params->ports, "%s%s", comma, hosts[i].port);
	}
	add_param(params, "host", buf_str(&params->names));
	add_param(params, "hostaddr", buf_str(&params->addrs));
	add_param(params, "port", buf_str(&params->ports));
}

void
conninfo_params(const struct conninfo *info, const struct conn_host *hosts, size_t count,
    const char *password, struct conn_params *params)
{
	add_param(params, "host", info->host);
	add_param(params, "port", info->port);
	add_param(params, "user", info->user);
	add_param(params, "fallback_application_name", "pgconntop");
	for (size_t i = 0; i < CONN_KEEP_COUNT; i++)
		if (!info->kept[i])
			add_param(params, keep_params[i].key, keep_params[i].value);
	add_param(params, "dbname", info->dbname);
	/* From here on it is stronger than the connection string. */
	add_param(params, "dbname", info->database);
	if (info->walsender)
		add_param(params, "replication", "database");
	/* No conversion by the server, which fails on bytes of other databases' encodings. */
	add_param(params, "client_encoding", "SQL_ASCII");
	add_param(params, "password", password);
	add_hosts(params, hosts, count);
}

void
conn_params_clear(struct conn_params *params)
{
	buf_clear(&params->names);
	buf_clear(&params->addrs);
	buf_clear(&params->ports);
	*params = (struct conn_params){ 0 };
}

/* What is wrong with the options themselves will not be better in the next try. */
static bool
check_options(const struct conninfo *info, struct err *err)
{
	const struct conn_host nowhere = { .name = "-", .addr = CONN_NO_ADDRESS, .port = "1" };
	struct conn_params params = { 0 };
	bool good;

	/* With a password no password file is looked at. */
	conninfo_params(info, &nowhere, 1, "-", &params);
	good = pg_options_check(params.keys, params.values, err);
	conn_params_clear(&params);
	return good;
}

bool
conninfo_read(struct conninfo *info, const struct settings *settings, struct err *err)
{
	struct origins origins = { NULL, NULL };
	bool good;

	*info = (struct conninfo){ .timeout_us = settings->connect_timeout };
	info->host = copy(&info->arena, settings->host);
	info->port = copy(&info->arena, settings->port);
	info->user = copy(&info->arena, settings->username);
	info->dbname = copy(&info->arena, settings->dbname);
	if (info->dbname != NULL && is_connection_string(info->dbname)) {
		origins.string = pg_options_parse(info->dbname, err);
		if (origins.string == NULL)
			return false;
	}
	origins.defaults = pg_options_defaults(pg_options_get(origins.string, "service"));
	good = read_origins(info, &origins, err) && check_options(info, err);
	if (settings->timeout_given)
		info->timeout_us = settings->connect_timeout;
	pg_options_free(origins.string);
	pg_options_free(origins.defaults);
	return good;
}
