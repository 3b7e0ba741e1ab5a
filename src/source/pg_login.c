/* SPDX-License-Identifier: PostgreSQL */
/*
 * From nothing to an open connection, and back: look up, log in, ask for a
 * password, wait, try again. Nobody is kept waiting for it.
 */
#include "source/pg_way.h"

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
#include "source/probe.h"
#include "source/resolve.h"

/* Before the second, third ... login of a series. */
static const int64_t pauses_us[] = { 250000, 500000, 1000000, 2000000, 4000000, 5000000 };

/* A wrong password out of a file stays wrong, and some servers lock a role out for it. */
#define PASSWORD_PAUSE_US (30 * UNITS_US_PER_SECOND)

void
login_forget(struct pg *pg)
{
	mem_free_secret(pg->password);
	pg->password = NULL;
}

/* Closes all that a login or a connection holds. */
static void
close_all(struct pg *pg)
{
	resolve_free(pg->resolve);
	pg->resolve = NULL;
	probe_free(pg->probe);
	pg->probe = NULL;
	pg_conn_free(pg->conn);
	pg->conn = NULL;
	pg->hosts = NULL;
	pg->link.pending = false;
	arena_reset(&pg->arena);
}

/* The link is down until the pause is over. */
static void
go_down(struct pg *pg, int64_t pause_us)
{
	struct link *link = &pg->link;

	close_all(pg);
	link->retry_mono_us = pg->mono_us + pause_us;
	if (link->since_down_mono_us == 0)
		link->since_down_mono_us = pg->mono_us;
	if (pg->phase != PHASE_PAUSE)
		pg_set_phase(pg, PHASE_PAUSE);
	pg_set_link(pg, LINK_DOWN);
}

void
login_failed(struct pg *pg, const char *words)
{
	const size_t last = sizeof(pauses_us) / sizeof(pauses_us[0]) - 1;
	struct link *link = &pg->link;
	int64_t pause_us = pauses_us[link->tries < last ? link->tries : last];
	bool wrong;

	pg_error_read(link, words);
	link->tries++;
	if (link->refusal >= REFUSAL_ALL_SLOTS && link->refusal <= REFUSAL_CHILDREN)
		pg->refused_us = pg->mono_us;
	/* Passwords that are not the server's own, of LDAP or PAM, give the SQLSTATE of a missing
	 * right. */
	wrong = link->refusal == REFUSAL_PASSWORD || strcmp(link->routine, "auth_failed") == 0;
	if (wrong && pg->password != NULL) {
		login_forget(pg);
		pg->ask_first = true;
	} else if (wrong) {
		pause_us = PASSWORD_PAUSE_US;
	}
	go_down(pg, pause_us);
}

void
login_lost(struct pg *pg)
{
	struct link *link = &pg->link;

	if (pg->phase == PHASE_HELLO) {
		/* A pooler welcomes us, and finds out only then that there is no slot. */
		login_failed(pg, pg_conn_error(pg->conn));
		return;
	}
	pg_error_read(link, pg_conn_error(pg->conn));
	link->refusal = REFUSAL_LOST;
	link->tries = 0;
	act_lost(pg);
	queries_lost(pg);
	if (pg->sample.snap != NULL) {
		pg_recycle(pg, pg->sample.snap);
		pg->sample.snap = NULL;
		pg->want_sample = true;
	}
	go_down(pg, pauses_us[0]);
}

static void
ask_password(struct pg *pg)
{
	close_all(pg);
	pg->password_wanted = true;
	pg_set_phase(pg, PHASE_PASSWORD);
	pg_set_link(pg, LINK_CONNECTING);
}

/* Starts the login to the hosts, beginning behind those where one hung. */
static void
connect_hosts(struct pg *pg)
{
	struct conn_params params = { 0 };
	struct conn_host *hosts = arena_alloc(&pg->arena, pg->host_count, sizeof(*hosts));

	for (size_t i = 0; i < pg->host_count; i++)
		hosts[i] = pg->hosts[(pg->first_host + i) % pg->host_count];
	conninfo_params(&pg->info, hosts, pg->host_count, pg->password, &params);
	pg->conn = pg_conn_start(params.keys, params.values);
	conn_params_clear(&params);
	pg->begun_us = pg->mono_us;
	pg->asked_who = pg->at_pooler = false;
	pg->deadline_us = pg->mono_us + pg->info.timeout_us;
	pg_set_phase(pg, PHASE_LOGIN);
}

void
login_pause(struct pg *pg)
{
	const struct conninfo *info = &pg->info;
	struct err err;
	bool unknown = false;

	if (pg->mono_us < pg->link.retry_mono_us)
		return;
	if (pg->ask_first && !pg->declined) {
		ask_password(pg);
		return;
	}
	pg_set_link(pg, LINK_CONNECTING);
	pg->hosts = info->hosts;
	pg->host_count = info->host_count;
	for (size_t i = 0; i < info->host_count; i++)
		unknown |= conn_host_needs_lookup(&info->hosts[i]);
	if (!unknown) {
		connect_hosts(pg);
		return;
	}
	pg->resolve = resolve_start(info->hosts, info->host_count, &err);
	if (pg->resolve == NULL) {
		login_failed(pg, err.msg);
		return;
	}
	pg->deadline_us = pg->mono_us + info->timeout_us;
	pg_set_phase(pg, PHASE_RESOLVE);
}

void
login_resolve(struct pg *pg)
{
	struct err err;

	if (!resolve_step(pg->resolve) && pg->mono_us < pg->deadline_us)
		return;
	pg->host_count = resolve_hosts(pg->resolve, &pg->arena, &pg->hosts, &err);
	if (pg->host_count == 0 && pg->mono_us >= pg->deadline_us) {
		login_give_up(pg, REFUSAL_TIMEOUT, " on the name service", "");
		return;
	}
	resolve_free(pg->resolve);
	pg->resolve = NULL;
	if (pg->host_count == 0)
		login_failed(pg, err.msg);
	else
		connect_hosts(pg);
}

static void
send_hello(struct pg *pg)
{
	char local[96] = "false";

	/* Behind a pooler our settings must not outlive the transaction; a walsender is never
	 * shared. */
	if (!pg->info.walsender)
		snprintf(local, sizeof(local), "pg_catalog.int4ne(pg_catalog.pg_backend_pid(), %d)",
		    pg->about.pid);
	pg->pooled = false;
	message_begin(pg);
	message_add(pg, PG_SQL_SESSION, local, NULL);
	pg->result = -1;
	message_add(pg, PG_SQL_IDENTITY, NULL, NULL);
	message_send(pg, PHASE_HELLO);
}

/* Logged in: is it a server that we can talk to? */
static void
greet(struct pg *pg)
{
	struct pg_about *about = &pg->about;
	char text[256];

	pg_conn_about(pg->conn, about);
	if (strstr(about->version, "/bouncer") != NULL) {
		login_failed(pg, "this is the console of PgBouncer: give the name of a database");
	} else if (about->version_num < PG_SQL_OLDEST) {
		snprintf(text, sizeof(text),
		    "server version %s is too old: 10 is the oldest supported", about->version);
		login_failed(pg, text);
	} else {
		send_hello(pg);
	}
}

void
login_connect(struct pg *pg)
{
	switch (pg_conn_login(pg->conn)) {
	case PG_WAIT:
		login_wait(pg);
		break;
	case PG_DONE:
		greet(pg);
		break;
	case PG_ROWS:
	case PG_ERROR:
	case PG_BROKEN:
		if (!pg_conn_wants_password(pg->conn))
			login_failed(pg, pg_conn_error(pg->conn));
		else if (pg->no_password || pg->declined)
			login_failed(pg, "the server wants a password, and there is none");
		else
			ask_password(pg);
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
login_hello_rows(struct pg *pg, struct pg_rows *rows)
{
	size_t len, n;
	const char *pid = pg_rows_value(rows, 0, IDENTITY_PID, &len);
	const char *started = pg_rows_value(rows, 0, IDENTITY_STARTED, &n);
	const char *reserves;

	pg->pooled = !pg->info.walsender && (pid == NULL || strtol(pid, NULL, 10) != pg->about.pid);
	if (started == NULL || !units_parse_timestamp(started, n, &pg->started_us))
		pg->started_us = TIME_UNKNOWN;
	buf_reset(&pg->reserves);
	reserves = pg_rows_value(rows, 0, IDENTITY_RESERVES, &len);
	for (; reserves != NULL && *reserves != '\0'; reserves += n + (reserves[n] == ',')) {
		n = strcspn(reserves, ",");
		if (!is_plain_name(reserves, n))
			continue;
		if (pg->reserves.len > 0)
			buf_addc(&pg->reserves, ',');
		buf_add(&pg->reserves, reserves, n);
	}
	pg_rows_free(rows);
}

/* The connection works. */
static void
go_up(struct pg *pg)
{
	struct link *link = &pg->link;

	link->refusal = REFUSAL_NONE;
	link->pending = false;
	link->sqlstate[0] = link->routine[0] = link->text[0] = '\0';
	link->tries = 0;
	link->since_down_mono_us = 0;
	pg->first_host = 0;
	pg_starting_clear(&pg->starting);
	pg->looked_us = pg->starting_us = INT64_MIN;
	pg_names_free(pg->names);
	pg->names = pg_names_new();
	pg_params_clear(&pg->params);
	pg_name_target(pg);
	pg_set_link(pg, LINK_UP);
	if (pg->pooled)
		pg_say(pg, LEVEL_INFO,
		    "a pooler is in between: our own session is not always the same one");
}

void
login_hello_done(struct pg *pg)
{
	if (pg->failed) {
		login_failed(pg, pg_conn_error(pg->conn));
		return;
	}
	pg_set_phase(pg, PHASE_IDLE);
	go_up(pg);
}
