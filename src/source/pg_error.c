/* SPDX-License-Identifier: PostgreSQL */
/*
 * libpq tells a failure in words only. With the highest verbosity they look
 * like this, where all but the SQLSTATE, the routine and what is quoted from
 * the configuration may be in any language and encoding:
 *
 *   connection to server at "db1" (10.0.0.5), port 5432 failed: FATAL:  53300: sorry, too many ...
 *   DETAIL:  ...
 *   LOCATION:  InitProcess, proc.c:357
 *
 * The server's failures are told apart by SQLSTATE and routine. Those of the
 * client have neither: there the system's words for an error number help,
 * which are in the same language, and then what is never translated.
 */
#include "source/pg_error.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "model/link.h"

#define SQLSTATE_LEN 5
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* A rule holds when all it names is there; NULL is anything. */
struct server_rule {
	const char *sqlstate;
	const char *routine;
	const char *word; /* in the text */
	enum refusal refusal;
};

struct client_rule {
	int number; /* of errno, whose words are looked for; else 0 */
	const char *word;
	enum refusal refusal;
};

/* The first that holds. Words are parts that no language changes, or a pooler's, which has one
 * only. */
static const struct server_rule server_rules[] = {
	{ "53300", NULL, "max_wal_senders", REFUSAL_WALSENDERS },
	{ "53300", "InitWalSenderSlot", NULL, REFUSAL_WALSENDERS }, /* up to 11 */
	{ "53300", "InitProcess", NULL, REFUSAL_ALL_SLOTS },
	{ "53300", NULL, "pg_use_reserved_connections", REFUSAL_ROLE_RESERVED },
	{ "53300", "InitPostgres", "rds_", REFUSAL_ROLE_RESERVED },
	{ "53300", "InitPostgres", NULL, REFUSAL_SUPERUSER_RESERVED },
	{ "53300", "InitializeSessionUserId", NULL, REFUSAL_ROLE_LIMIT },
	{ "53300", "CheckMyDatabase", NULL, REFUSAL_DATABASE_LIMIT },
	{ "53300", "ProcessStartupPacket", NULL, REFUSAL_CHILDREN }, /* up to 16 */
	{ "53300", "BackendInitialize", NULL, REFUSAL_CHILDREN },
	{ "53300", NULL, "remaining connection slots", REFUSAL_SUPERUSER_RESERVED },
	{ "53300", NULL, "for role", REFUSAL_ROLE_LIMIT },
	{ "53300", NULL, "for database", REFUSAL_DATABASE_LIMIT },
	{ "53300", NULL, NULL, REFUSAL_ALL_SLOTS },
	{ "57P01", NULL, NULL, REFUSAL_UNAVAILABLE },
	{ "57P02", NULL, NULL, REFUSAL_UNAVAILABLE },
	{ "57P03", NULL, NULL, REFUSAL_UNAVAILABLE },
	{ "28P01", NULL, NULL, REFUSAL_PASSWORD },
	{ "28000", NULL, NULL, REFUSAL_LOGIN },
	{ "42501", "InitPostgres", NULL, REFUSAL_REPLICATION },
	{ "42501", NULL, NULL, REFUSAL_LOGIN },
	{ "3D000", NULL, NULL, REFUSAL_DATABASE },
	{ "55000", NULL, NULL, REFUSAL_DATABASE },
	/* PgBouncer, which passes the server's words on but not always its SQLSTATE. */
	{ "08P01", NULL, "too many clients", REFUSAL_ALL_SLOTS },
	{ "08P01", NULL, "remaining connection slots", REFUSAL_SUPERUSER_RESERVED },
	{ "08P01", NULL, "too many connections for role", REFUSAL_ROLE_LIMIT },
	{ "08P01", NULL, "too many connections for database", REFUSAL_DATABASE_LIMIT },
	{ "08P01", NULL, "no more connections allowed", REFUSAL_POOLER },
	{ "08P01", NULL, "query_wait_timeout", REFUSAL_POOLER },
	{ "08P01", NULL, "client_login_timeout", REFUSAL_TIMEOUT },
	{ "08P01", NULL, "no such database", REFUSAL_DATABASE },
	{ "08P01", NULL, "does not exist", REFUSAL_DATABASE },
	{ "08P01", NULL, "no such user", REFUSAL_LOGIN },
	{ "08P01", NULL, "not allowed", REFUSAL_LOGIN },
	{ "08P01", NULL, "auth", REFUSAL_PASSWORD },
	{ "08P01", NULL, "replication", REFUSAL_UNPOOLED },
	{ "08P01", NULL, "server_login_retry", REFUSAL_POOLED },
	{ "08P01", NULL, "cannot connect to server", REFUSAL_POOLED },
	{ NULL, NULL, NULL, REFUSAL_OTHER },
};

/* The first that holds; a missing certificate file comes before a missing file. */
static const struct client_rule client_rules[] = {
	{ 0, "certificate", REFUSAL_TLS },
	{ 0, "could not translate host name", REFUSAL_UNREACHABLE },
	{ ECONNREFUSED, NULL, REFUSAL_UNREACHABLE },
	{ EHOSTUNREACH, NULL, REFUSAL_UNREACHABLE },
	{ ENETUNREACH, NULL, REFUSAL_UNREACHABLE },
	{ EHOSTDOWN, NULL, REFUSAL_UNREACHABLE },
	{ ENETDOWN, NULL, REFUSAL_UNREACHABLE },
	{ EADDRNOTAVAIL, NULL, REFUSAL_UNREACHABLE },
	{ ENOENT, NULL, REFUSAL_UNREACHABLE },
	{ EACCES, NULL, REFUSAL_UNREACHABLE },
	{ EAGAIN, NULL, REFUSAL_UNAVAILABLE }, /* a Unix socket whose queue is full */
	{ ETIMEDOUT, NULL, REFUSAL_TIMEOUT },
	{ ECONNRESET, NULL, REFUSAL_LOST },
	{ EPIPE, NULL, REFUSAL_LOST },
	{ 0, "sslmode", REFUSAL_TLS },
	{ 0, "SSL", REFUSAL_TLS },
	{ 0, "TLS", REFUSAL_TLS },
	{ 0, "password", REFUSAL_PASSWORD },
	{ 0, "timeout", REFUSAL_TIMEOUT },
	{ 0, "could not fork", REFUSAL_UNAVAILABLE },
	{ 0, "closed the connection", REFUSAL_LOST },
	{ 0, NULL, REFUSAL_OTHER },
};

static bool
is_sqlstate_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* The SQLSTATE in "SEVERITY:  53300: text" within n bytes, NULL when there is none. */
static const char *
find_sqlstate(const char *line, size_t n)
{
	for (size_t i = 3; i + SQLSTATE_LEN + 2 <= n; i++) {
		size_t len = 0;

		if (memcmp(line + i - 3, ":  ", 3) != 0)
			continue;
		while (len < SQLSTATE_LEN && is_sqlstate_char(line[i + len]))
			len++;
		if (len == SQLSTATE_LEN && memcmp(line + i + len, ": ", 2) == 0)
			return line + i;
	}
	return NULL;
}

/* The length of s without the bytes of that set at its end. */
static size_t
trim(const char *s, size_t n, const char *set)
{
	while (n > 0 && s[n - 1] != '\0' && strchr(set, s[n - 1]) != NULL)
		n--;
	return n;
}

/*
 * Keeps the routine of a line such as "LOCATION:  InitProcess, proc.c:357";
 * false for any other line. Read from its end, for the label and the blanks
 * around the colons change with the language ("EMPLACEMENT : ... proc.c : 357").
 */
static bool
read_location(struct link *link, const char *line, size_t n)
{
	size_t number = trim(line, n, "0123456789"), colon = trim(line, number, " ");
	size_t file, comma, name;

	if (number == n || colon == 0 || line[colon - 1] != ':')
		return false;
	colon = trim(line, colon - 1, " ");
	file = trim(line, colon, NAME_CHARS ".");
	comma = trim(line, file, " ");
	if (file == colon || comma == 0 || line[comma - 1] != ',')
		return false;
	name = trim(line, comma - 1, NAME_CHARS);
	if (name == comma - 1)
		return false;
	snprintf(link->routine, sizeof(link->routine), "%.*s", (int)(comma - 1 - name),
	    line + name);
	return true;
}

/* Appends a line to the text unless it says the same again, as for each address of a host. */
static void
add_text(struct link *link, const char *where, const char *line, size_t n)
{
	char part[sizeof(link->text)];
	size_t used = strlen(link->text);

	snprintf(part, sizeof(part), "%s%.*s", where, n < sizeof(part) ? (int)n : (int)sizeof(part),
	    line);
	if (strstr(link->text, part) == NULL)
		snprintf(link->text + used, sizeof(link->text) - used, "%s%s", used > 0 ? "; " : "",
		    part);
}

/* Where in a line of n bytes the words begin, or n. */
static size_t
find_words(const char *line, size_t n, const char *words)
{
	size_t len = strlen(words), i = 0;

	while (i + len <= n && memcmp(line + i, words, len) != 0)
		i++;
	return i + len <= n ? i : n;
}

/* Takes in one line without its end. */
static void
read_line(struct link *link, const char *line, size_t n)
{
	static const char prefix[] = "connection to server ", failed[] = " failed: ";
	const char *state = find_sqlstate(line, n);
	size_t skip = sizeof(prefix) - 1, where = find_words(line, n, failed);

	/* libpq's own advice is indented; ours stands beside the text. */
	if (n == 0 || line[0] == '\t' || read_location(link, line, n))
		return;
	if (state != NULL) {
		memcpy(link->sqlstate, state, SQLSTATE_LEN);
		link->sqlstate[SQLSTATE_LEN] = '\0';
		state += SQLSTATE_LEN + 2;
		add_text(link, "", state, (size_t)(line + n - state));
	} else if (find_words(line, n, prefix) == 0 && where < n) {
		char host[256];

		/* at "db1" (10.0.0.5), port 5432: which of several it was */
		skip += find_words(line + skip, 3, "at ") == 0 ? 3 : 0;
		skip += find_words(line + skip, 3, "on ") == 0 ? 3 : 0;
		snprintf(host, sizeof(host), "%.*s: ", where > skip ? (int)(where - skip) : 0,
		    line + skip);
		where += sizeof(failed) - 1;
		add_text(link, host, line + where, n - where);
	} else {
		add_text(link, "", line, n);
	}
}

static enum refusal
judge_server(const struct link *link)
{
	const struct server_rule *rule = server_rules;

	for (; rule->sqlstate != NULL; rule++)
		if (strcmp(rule->sqlstate, link->sqlstate) == 0 &&
		    (rule->routine == NULL || strcmp(rule->routine, link->routine) == 0) &&
		    (rule->word == NULL || strstr(link->text, rule->word) != NULL))
			break;
	return rule->refusal;
}

/*
 * libpq names the byte that no server would send first: "received invalid response to SSL
 * negotiation: H", "expected authentication request from server, but received H".
 */
static bool
is_strange(const char *text)
{
	size_t n = strlen(text);

	return n > 2 && text[n - 2] == ' ' && text[n - 1] > ' ' && text[n - 1] <= '~';
}

static enum refusal
judge_client(const struct link *link)
{
	const struct client_rule *rule = client_rules;

	if (is_strange(link->text))
		return REFUSAL_STRANGER;

	for (; rule->number != 0 || rule->word != NULL; rule++) {
		const char *word = rule->word != NULL ? rule->word : strerror(rule->number);

		if (strstr(link->text, word) != NULL)
			break;
	}
	return rule->refusal;
}

void
pg_error_read(struct link *link, const char *words)
{
	link->sqlstate[0] = link->routine[0] = link->text[0] = '\0';
	while (*words != '\0') {
		size_t n = strcspn(words, "\r\n");

		read_line(link, words, n);
		words += n;
		words += strspn(words, "\r\n");
	}
	link->refusal = link->sqlstate[0] != '\0' ? judge_server(link) : judge_client(link);
}
