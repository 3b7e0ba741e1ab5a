/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/pg_error with words recorded from servers of versions 13
 * to 19 and clients in several languages.
 */
#include "model/link.h"
#include "source/pg_error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct example {
	const char *words;
	enum refusal refusal;
	const char *sqlstate, *routine, *text;
};

static void
check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct example *one = &examples[i];
		struct link link = { .state = LINK_LATE, .tries = 7 };

		pg_error_read(&link, one->words);
		assert_string_equal(link.text, one->text);
		assert_string_equal(link.sqlstate, one->sqlstate);
		assert_string_equal(link.routine, one->routine);
		assert_int_equal(link.refusal, one->refusal);
		assert_int_equal(link.state, LINK_LATE);
		assert_int_equal(link.tries, 7);
	}
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof(examples[0]))
#define SOCKET "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: "
#define SERVER "connection to server at "
#define HINT "\n\tIs the server running on that host and accepting TCP/IP connections?\n"

static void
test_slots(void **state)
{
	static const struct example examples[] = {
		{ SOCKET "FATAL:  53300: sorry, too many clients already\n"
		         "LOCATION:  InitProcess, proc.c:357\n",
		    REFUSAL_ALL_SLOTS, "53300", "InitProcess", "sorry, too many clients already" },
		{ SOCKET "FATAL:  53300: remaining connection slots are reserved for "
		         "non-replication superuser connections\nLOCATION:  InitPostgres, x.c:1\n",
		    REFUSAL_SUPERUSER_RESERVED, "53300", "InitPostgres",
		    "remaining connection slots are reserved for non-replication superuser "
		    "connections" },
		{ "FATAL:  53300: remaining connection slots are reserved for roles with the "
		  "SUPERUSER attribute\nLOCATION:  InitPostgres, postinit.c:986\n",
		    REFUSAL_SUPERUSER_RESERVED, "53300", "InitPostgres",
		    "remaining connection slots are reserved for roles with the SUPERUSER "
		    "attribute" },
		{ "FATAL:  53300: reserved for \"pg_use_reserved_connections\"\n"
		  "LOCATION:  InitPostgres, postinit.c:993\n",
		    REFUSAL_ROLE_RESERVED, "53300", "InitPostgres",
		    "reserved for \"pg_use_reserved_connections\"" },
		{ "FATAL:  53300: reserved for rds_reserved\nLOCATION:  InitPostgres, x.c:1\n",
		    REFUSAL_ROLE_RESERVED, "53300", "InitPostgres", "reserved for rds_reserved" },
		{ "FATAL:  53300: too many connections for role \"lim\"\n"
		  "LOCATION:  InitializeSessionUserId, miscinit.c:842\n",
		    REFUSAL_ROLE_LIMIT, "53300", "InitializeSessionUserId",
		    "too many connections for role \"lim\"" },
		{ "FATAL:  53300: too many connections for database \"dbl\"\n"
		  "LOCATION:  CheckMyDatabase, postinit.c:399\n",
		    REFUSAL_DATABASE_LIMIT, "53300", "CheckMyDatabase",
		    "too many connections for database \"dbl\"" },
		{ "FATAL:  53300: number of requested standby connections exceeds max_wal_senders "
		  "(currently 1)\nLOCATION:  InitProcess, proc.c:351\n",
		    REFUSAL_WALSENDERS, "53300", "InitProcess",
		    "number of requested standby connections exceeds max_wal_senders "
		    "(currently 1)" },
		{ "FATAL:  53300: sorry, too many clients already\n"
		  "LOCATION:  ProcessStartupPacket, postmaster.c:2345\n",
		    REFUSAL_CHILDREN, "53300", "ProcessStartupPacket",
		    "sorry, too many clients already" },
		{ "FATAL:  53300: sorry, too many clients already\n"
		  "LOCATION:  BackendInitialize, backend_startup.c:351\n",
		    REFUSAL_CHILDREN, "53300", "BackendInitialize",
		    "sorry, too many clients already" },
		/* Without a routine, as through a pooler. */
		{ "FATAL:  53300: sorry, too many clients already\n", REFUSAL_ALL_SLOTS, "53300",
		    "", "sorry, too many clients already" },
	};

	(void)state;
	CHECK(examples);
}

static void
test_languages(void **state)
{
	static const struct example examples[] = {
		{ "Verbindung zum Server auf Socket »/tmp/.s.PGSQL.5432« fehlgeschlagen: "
		  "FATAL:  53300: zu viele Verbindungen von Rolle >>lim<<\n"
		  "ORT:  InitializeSessionUserId, miscinit.c:842\n",
		    REFUSAL_ROLE_LIMIT, "53300", "InitializeSessionUserId",
		    "zu viele Verbindungen von Rolle >>lim<<" },
		{ "la connexion au serveur sur le socket « /tmp/.s.PGSQL.5432 » a échoué : "
		  "FATAL:  53300: trop de connexions pour le r?le << lim >>\n"
		  "EMPLACEMENT : InitializeSessionUserId, miscinit.c : 842\n",
		    REFUSAL_ROLE_LIMIT, "53300", "InitializeSessionUserId",
		    "trop de connexions pour le r?le << lim >>" },
		{ "подключиться к серверу через сокет \"/tmp/.s.PGSQL.5432\" не удалось: "
		  "VAZHNO:  53300: slishkom mnogo podklyuchenij dlya roli \"lim\"\n"
		  "ПОЛОЖЕНИЕ:  InitializeSessionUserId, miscinit.c:842\n",
		    REFUSAL_ROLE_LIMIT, "53300", "InitializeSessionUserId",
		    "slishkom mnogo podklyuchenij dlya roli \"lim\"" },
		{ "致命错误:  53300: 对不起, 已经有太多的客户\n位置:  InitProcess, proc.c: 357\n",
		    REFUSAL_ALL_SLOTS, "53300", "InitProcess", "对不起, 已经有太多的客户" },
		{ "подключиться к серверу \"127.0.0.1\" не удалось: затребовано подключение "
		  "через "
		  "SSL, но сервер не поддерживает SSL\n",
		    REFUSAL_TLS, "", "",
		    "подключиться к серверу \"127.0.0.1\" не удалось: затребовано подключение "
		    "через "
		    "SSL, но сервер не поддерживает SSL" },
	};

	(void)state;
	CHECK(examples);
}

static void
test_other_refusals(void **state)
{
	static const struct example examples[] = {
		{ "FATAL:  57P03: the database system is starting up\n"
		  "LOCATION:  ProcessStartupPacket, postmaster.c:2330\n",
		    REFUSAL_UNAVAILABLE, "57P03", "ProcessStartupPacket",
		    "the database system is starting up" },
		{ "FATAL:  28P01: password authentication failed for user \"u\"\n"
		  "LOCATION:  auth_failed, auth.c:324\n",
		    REFUSAL_PASSWORD, "28P01", "auth_failed",
		    "password authentication failed for user \"u\"" },
		{ "FATAL:  3D000: database \"x\" does not exist\nLOCATION:  InitPostgres, p.c:1\n",
		    REFUSAL_DATABASE, "3D000", "InitPostgres", "database \"x\" does not exist" },
		{ "FATAL:  55000: database \"x\" is not currently accepting connections\n"
		  "LOCATION:  CheckMyDatabase, p.c:1\n",
		    REFUSAL_DATABASE, "55000", "CheckMyDatabase",
		    "database \"x\" is not currently accepting connections" },
		{ "FATAL:  42501: permission denied for database \"x\"\n"
		  "DETAIL:  User does not have CONNECT privilege.\n"
		  "LOCATION:  CheckMyDatabase, postinit.c:382\n",
		    REFUSAL_LOGIN, "42501", "CheckMyDatabase",
		    "permission denied for database \"x\"; "
		    "DETAIL:  User does not have CONNECT privilege." },
		/* Tried with and without encryption: both are said, the same twice only once. */
		{ "FATAL:  28000: no entry, SSL on\nLOCATION:  ClientAuthentication, auth.c:1\n"
		  "FATAL:  28000: no entry, SSL off\nLOCATION:  ClientAuthentication, auth.c:1\n"
		  "FATAL:  28000: no entry, SSL on\nLOCATION:  ClientAuthentication, auth.c:1\n",
		    REFUSAL_LOGIN, "28000", "ClientAuthentication",
		    "no entry, SSL on; no entry, SSL off" },
		{ "FATAL:  08P01: server login has been failing, try again later "
		  "(server_login_retry)\n",
		    REFUSAL_POOLED, "08P01", "",
		    "server login has been failing, try again later (server_login_retry)" },
		{ "FATAL:  08P01: unsupported startup parameter: replication\n", REFUSAL_UNPOOLED,
		    "08P01", "", "unsupported startup parameter: replication" },
		{ "FATAL:  08P01: no more connections allowed (max_client_conn)\n", REFUSAL_POOLER,
		    "08P01", "", "no more connections allowed (max_client_conn)" },
		{ "FATAL:  08P01: sorry, too many clients already\n", REFUSAL_ALL_SLOTS, "08P01",
		    "", "sorry, too many clients already" },
		{ "FATAL:  XX000: something else\n", REFUSAL_OTHER, "XX000", "", "something else" },
	};

	(void)state;
	CHECK(examples);
}

static void
test_client_side(void **state)
{
	static const struct example examples[] = {
		{ SERVER "\"db1\" (10.0.0.5), port 1 failed: Connection refused" HINT,
		    REFUSAL_UNREACHABLE, "", "", "\"db1\" (10.0.0.5), port 1: Connection refused" },
		{ SOCKET "No such file or directory\n\tIs the server running locally and accepting "
		         "connections on that socket?\n",
		    REFUSAL_UNREACHABLE, "", "",
		    "socket \"/tmp/.s.PGSQL.5432\": No such file or directory" },
		{ SERVER "\"l\" (::1), port 1 failed: Connection refused" HINT SERVER
		         "\"l\" (127.0.0.1), port 1 failed: Connection refused" HINT,
		    REFUSAL_UNREACHABLE, "", "",
		    "\"l\" (::1), port 1: Connection refused; "
		    "\"l\" (127.0.0.1), port 1: Connection refused" },
		{ "could not translate host name \"x\" to address: Name or service not known",
		    REFUSAL_UNREACHABLE, "", "",
		    "could not translate host name \"x\" to address: Name or service not known" },
		{ "fe_sendauth: no password supplied\n", REFUSAL_PASSWORD, "", "",
		    "fe_sendauth: no password supplied" },
		{ "received invalid response to SSL negotiation: H\n", REFUSAL_STRANGER, "", "",
		    "received invalid response to SSL negotiation: H" },
		{ "expected authentication request from server, but received H\n", REFUSAL_STRANGER,
		    "", "", "expected authentication request from server, but received H" },
		{ "timeout expired\n", REFUSAL_TIMEOUT, "", "", "timeout expired" },
		/* A missing file, but of a certificate. */
		{ "could not open certificate file \"/x\": No such file or directory\n",
		    REFUSAL_TLS, "", "",
		    "could not open certificate file \"/x\": No such file or directory" },
		{ "SSL error: certificate verify failed\n", REFUSAL_TLS, "", "",
		    "SSL error: certificate verify failed" },
		{ "server closed the connection unexpectedly\n\tThis probably means the server "
		  "terminated abnormally\n\tbefore or while processing the request.\n",
		    REFUSAL_LOST, "", "", "server closed the connection unexpectedly" },
		{ "", REFUSAL_OTHER, "", "", "" },
	};

	(void)state;
	CHECK(examples);
}

/* The words of the system are compared in the language of the moment. */
static void
test_system_words(void **state)
{
	char words[512];
	struct link link = { 0 };

	(void)state;
	snprintf(words, sizeof(words), "unübersetzbar: %s\n", strerror(EHOSTUNREACH));
	pg_error_read(&link, words);
	assert_int_equal(link.refusal, REFUSAL_UNREACHABLE);
	snprintf(words, sizeof(words), "unübersetzbar: %s\n", strerror(ETIMEDOUT));
	pg_error_read(&link, words);
	assert_int_equal(link.refusal, REFUSAL_TIMEOUT);
}

/* How many walsenders there may be is in the server's words, in any language. */
static void
test_walsenders(void **state)
{
	char text[REFUSAL_TEXT_MAX];
	struct link link = { .refusal = REFUSAL_WALSENDERS,
		.sqlstate = "53300",
		.text = "die Anzahl überschreitet max_wal_senders (aktuell 3)" };

	(void)state;
	assert_string_equal(refusal_text(text, &link),
	    "all walsender slots in use (53300), max_wal_senders 3");
	snprintf(link.text, sizeof(link.text), "%s", "exceeds \"max_wal_senders\" (currently 0)");
	assert_string_equal(refusal_text(text, &link),
	    "max_wal_senders is 0: no walsender way on this server (53300)");
	snprintf(link.text, sizeof(link.text), "%s", "something");
	assert_string_equal(refusal_text(text, &link), "all walsender slots in use (53300)");
}

/* Whatever the length, the text ends, and what was there before is gone. */
static void
test_long(void **state)
{
	char words[3000];
	struct link link = { .text = "before", .sqlstate = "53300", .routine = "before" };

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	pg_error_read(&link, words);
	assert_int_equal(strlen(link.text), sizeof(link.text) - 1);
	assert_string_equal(link.sqlstate, "");
	assert_string_equal(link.routine, "");
	assert_int_equal(link.refusal, REFUSAL_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_other_refusals),
		cmocka_unit_test(test_client_side),
		cmocka_unit_test(test_system_words),
		cmocka_unit_test(test_walsenders),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("source/pg_error", tests, NULL, NULL);
}
