/* SPDX-License-Identifier: PostgreSQL */
/*
 * From nothing to an open connection, and back: look up, log in, ask for a
 * password, wait, try again. Nobody is kept waiting for it.
 */
#include "source/pg_source.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"
#include "source/pg_error.h"
#include "source/pg_names.h"
#include "source/pg_sql.h"
#include "source/resolve.h"

/* Before the second, third ... login of a series. */
static const int64_t pauses_us[] = { 250000, 500000, 1000000, 2000000, 4000000, 5000000 };

/* A wrong password out of a file stays wrong, and some servers lock a role out for it. */
#define PASSWORD_PAUSE_US (30 * UNITS_US_PER_SECOND)

void
login_forget(struct source *source)
{
	volatile char *at = source->password; /* volatile: the compiler shall not save the work */

	while (at != NULL && *at != '\0')
		*at++ = '\0';
	mem_free(source->password);
	source->password = NULL;
}

/* Closes all that a login or a connection holds. */
static void
close_all(struct source *source)
{
	resolve_free(source->resolve);
	source->resolve = NULL;
	pg_conn_free(source->conn);
	source->conn = NULL;
	source->hosts = NULL;
	arena_reset(&source->arena);
}

/* The link is down until the pause is over. */
static void
go_down(struct source *source, int64_t pause_us)
{
	struct link *link = &source->link;

	close_all(source);
	link->retry_mono_us = source->mono_us + pause_us;
	if (link->since_down_mono_us == 0)
		link->since_down_mono_us = source->mono_us;
	if (source->phase != PHASE_PAUSE)
		source_set_phase(source, PHASE_PAUSE);
	source_set_link(source, LINK_DOWN);
}

void
login_failed(struct source *source, const char *words)
{
	const size_t last = sizeof(pauses_us) / sizeof(pauses_us[0]) - 1;
	struct link *link = &source->link;
	int64_t pause_us = pauses_us[link->tries < last ? link->tries : last];
	bool wrong;

	pg_error_read(link, words);
	link->tries++;
	if (link->refusal >= REFUSAL_ALL_SLOTS && link->refusal <= REFUSAL_CHILDREN)
		source->refused_us = source->mono_us;
	/* Passwords that are not the server's own, of LDAP or PAM, give the SQLSTATE of a missing
	 * right. */
	wrong = link->refusal == REFUSAL_PASSWORD || strcmp(link->routine, "auth_failed") == 0;
	if (wrong && source->password != NULL) {
		login_forget(source);
		source->ask_first = true;
	} else if (wrong) {
		pause_us = PASSWORD_PAUSE_US;
	}
	go_down(source, pause_us);
}

void
login_lost(struct source *source)
{
	struct link *link = &source->link;

	pg_error_read(link, pg_conn_error(source->conn));
	link->refusal = REFUSAL_LOST;
	link->tries = 0;
	act_lost(source);
	queries_lost(source);
	if (source->sample.snap != NULL) {
		source_recycle(source, source->sample.snap);
		source->sample.snap = NULL;
		source->want_sample = true;
	}
	go_down(source, pauses_us[0]);
}

static void
ask_password(struct source *source)
{
	close_all(source);
	source->password_wanted = true;
	source_set_phase(source, PHASE_PASSWORD);
	source_set_link(source, LINK_CONNECTING);
}

/* Starts the login to the hosts, beginning behind those where one hung. */
static void
connect_hosts(struct source *source)
{
	struct conn_params params = { 0 };
	struct conn_host *hosts = arena_alloc(&source->arena, source->host_count, sizeof(*hosts));

	for (size_t i = 0; i < source->host_count; i++)
		hosts[i] = source->hosts[(source->first_host + i) % source->host_count];
	conninfo_params(&source->info, hosts, source->host_count, source->password, &params);
	source->conn = pg_conn_start(params.keys, params.values);
	conn_params_clear(&params);
	source->deadline_us = source->mono_us + source->info.timeout_us;
	source_set_phase(source, PHASE_LOGIN);
}

void
login_pause(struct source *source)
{
	const struct conninfo *info = &source->info;
	struct err err;
	bool unknown = false;

	if (source->mono_us < source->link.retry_mono_us)
		return;
	if (source->ask_first && !source->declined) {
		ask_password(source);
		return;
	}
	source_set_link(source, LINK_CONNECTING);
	source->hosts = info->hosts;
	source->host_count = info->host_count;
	for (size_t i = 0; i < info->host_count; i++)
		unknown |= conn_host_needs_lookup(&info->hosts[i]);
	if (!unknown) {
		connect_hosts(source);
		return;
	}
	source->resolve = resolve_start(info->hosts, info->host_count, &err);
	if (source->resolve == NULL) {
		login_failed(source, err.msg);
		return;
	}
	source->deadline_us = source->mono_us + info->timeout_us;
	source_set_phase(source, PHASE_RESOLVE);
}

/* Ends a login that takes too long; true when it did. */
static bool
give_up(struct source *source, const char *what)
{
	char text[128], time[UNITS_TEXT_MAX];

	if (source->mono_us < source->deadline_us)
		return false;
	snprintf(text, sizeof(text), "timeout expired: no answer from %s in %s", what,
	    units_duration_long(time, source->info.timeout_us));
	source->first_host++;
	login_failed(source, text);
	return true;
}

void
login_resolve(struct source *source)
{
	struct err err;

	if (!resolve_step(source->resolve) && source->mono_us < source->deadline_us)
		return;
	source->host_count = resolve_hosts(source->resolve, &source->arena, &source->hosts, &err);
	if (source->host_count == 0 && give_up(source, "the name service"))
		return;
	resolve_free(source->resolve);
	source->resolve = NULL;
	if (source->host_count == 0)
		login_failed(source, err.msg);
	else
		connect_hosts(source);
}

static void
send_hello(struct source *source)
{
	char local[96];

	/* Behind a pooler our settings must not outlive the transaction. */
	snprintf(local, sizeof(local), "pg_catalog.int4ne(pg_catalog.pg_backend_pid(), %d)",
	    source->about.pid);
	source->pooled = false;
	message_begin(source);
	message_add(source, PG_SQL_SESSION, local, NULL);
	source->result = -1;
	message_add(source, PG_SQL_IDENTITY, NULL, NULL);
	message_send(source, PHASE_HELLO);
}

/* Logged in: is it a server that we can talk to? */
static void
greet(struct source *source)
{
	struct pg_about *about = &source->about;
	char text[256];

	pg_conn_about(source->conn, about);
	if (strstr(about->version, "/bouncer") != NULL) {
		login_failed(source,
		    "this is the console of PgBouncer: give the name of a database");
	} else if (about->version_num < PG_SQL_OLDEST) {
		snprintf(text, sizeof(text),
		    "server version %s is too old: 10 is the oldest supported", about->version);
		login_failed(source, text);
	} else {
		send_hello(source);
	}
}

void
login_connect(struct source *source)
{
	switch (pg_conn_login(source->conn)) {
	case PG_WAIT:
		give_up(source, "the server");
		break;
	case PG_DONE:
		greet(source);
		break;
	case PG_ROWS:
	case PG_ERROR:
	case PG_BROKEN:
		if (!pg_conn_wants_password(source->conn))
			login_failed(source, pg_conn_error(source->conn));
		else if (source->no_password || source->declined)
			login_failed(source, "the server wants a password, and there is none");
		else
			ask_password(source);
		break;
	}
}

/* A name of a setting that needs no quoting in SQL. */
static bool
is_plain_name(const char *s, size_t n)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") >= n;
}

void
login_hello_rows(struct source *source, struct pg_rows *rows)
{
	size_t len, n;
	const char *pid = pg_rows_value(rows, 0, IDENTITY_PID, &len);
	const char *started = pg_rows_value(rows, 0, IDENTITY_STARTED, &n);
	const char *reserves;

	source->pooled = pid == NULL || strtol(pid, NULL, 10) != source->about.pid;
	if (started == NULL || !units_parse_timestamp(started, n, &source->started_us))
		source->started_us = TIME_UNKNOWN;
	buf_reset(&source->reserves);
	reserves = pg_rows_value(rows, 0, IDENTITY_RESERVES, &len);
	for (; reserves != NULL && *reserves != '\0'; reserves += n + (reserves[n] == ',')) {
		n = strcspn(reserves, ",");
		if (!is_plain_name(reserves, n))
			continue;
		if (source->reserves.len > 0)
			buf_addc(&source->reserves, ',');
		buf_add(&source->reserves, reserves, n);
	}
	pg_rows_free(rows);
}

/* The connection works. */
static void
go_up(struct source *source)
{
	struct link *link = &source->link;

	link->refusal = REFUSAL_NONE;
	link->sqlstate[0] = link->routine[0] = link->text[0] = '\0';
	link->tries = 0;
	link->since_down_mono_us = 0;
	source->first_host = 0;
	pg_starting_clear(&source->starting);
	source->looked_us = INT64_MIN;
	pg_names_free(source->names);
	source->names = pg_names_new();
	source_name_target(source);
	source_set_link(source, LINK_UP);
	if (source->pooled)
		source_message(source, LEVEL_INFO,
		    "a pooler is in between: our own session is not always the same one");
}

void
login_hello_done(struct source *source)
{
	if (source->failed) {
		login_failed(source, pg_conn_error(source->conn));
		return;
	}
	source_set_phase(source, PHASE_IDLE);
	go_up(source);
}
