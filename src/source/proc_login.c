/* SPDX-License-Identifier: PostgreSQL */
/*
 * What a login is to other ways: the server is found, and what can be known
 * of it is read.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "source/proc_find.h"
#include "source/proc_way.h"

#define RETRY_US UNITS_US_PER_SECOND

void
proc_tell(struct proc_way *way, enum level level, const char *fmt, ...)
{
	struct proc_told *told = &way->messages[way->message_count];
	va_list args;

	if (way->message_count == PROC_MESSAGES)
		return;
	way->message_count++;
	told->level = level;
	va_start(args, fmt);
	if (vsnprintf(told->text, sizeof(told->text), fmt, args) < 0)
		told->text[0] = '\0';
	va_end(args);
}

/* The name or address of a host, "" is the default. */
static const char *
host_of(const struct proc_way *way, size_t i)
{
	const struct conn_host *host = &way->info.hosts[i];

	return host->name[0] != '\0' ? host->name : host->addr;
}

static const char *
name_of(const struct proc_way *way)
{
	const char *name = way->pgdata != NULL ? way->pgdata : host_of(way, 0);

	return name[0] != '\0' ? name : "[local]";
}

void
proc_login_target(struct proc_way *way, const char *port)
{
	buf_reset(&way->target);
	buf_addf(&way->target, port[0] != '\0' ? "%s:%s" : "%s", name_of(way), port);
}

static void
set_link(struct proc_way *way, enum link_state state)
{
	if (way->link.state == state)
		return;
	way->link.state = state;
	way->link.since_mono_us = way->mono_us;
	way->link_changed = true;
}

void
proc_login_failed(struct proc_way *way, enum refusal refusal, const char *words)
{
	way->link.refusal = refusal;
	way->link.tries++;
	if (way->link.since_down_mono_us == 0)
		way->link.since_down_mono_us = way->mono_us;
	way->link.retry_mono_us = way->mono_us + RETRY_US;
	snprintf(way->link.text, sizeof(way->link.text), "%.399s", words);
	set_link(way, LINK_DOWN);
	way->link_changed = true;
}

/* Looks at one host after the other for the server; the reason is that of the last. */
static bool
find(struct proc_way *way, struct proc_server *server, struct err *err)
{
	for (size_t i = 0; i < way->info.host_count; i++) {
		const struct conn_host *host = &way->info.hosts[i];
		struct proc_place place = { host->addr[0] != '\0' ? host->addr : host->name,
			host->port, way->pgdata };

		if (proc_find(server, &place, err))
			return true;
	}
	return false;
}

static void
greet(struct proc_way *way)
{
	const struct proc_server *server = &way->scan.server;
	const struct proc_about *about = &way->about;

	proc_tell(way, LEVEL_INFO,
	    "reading the processes of server %d: ages are the time since a process last ran, "
	    "a guess; queries, applications and the limits of roles and databases are unknown",
	    (int)server->pid);
	if (!server->may_signal)
		proc_tell(way, LEVEL_WARNING,
		    "to end sessions this way, be %s or root: sudo -u %s pgconntop ...",
		    server->account, server->account);
	if (about->max_connections < 0)
		proc_tell(way, LEVEL_WARNING,
		    "max_connections is unknown: the server's configuration cannot be read by this "
		    "account");
	else if (about->limits_from == LIMITS_BEFORE)
		proc_tell(way, LEVEL_INFO,
		    "max_connections %d and the other limits are those that an earlier connection "
		    "to this server knew",
		    about->max_connections);
	else if (about->limits_from == LIMITS_CONTROL)
		proc_tell(way, LEVEL_INFO,
		    "the server runs with max_connections %d; the reserved slots are those of the "
		    "configuration files: others if they were changed since it started",
		    about->max_connections);
	else if (about->limits_from == LIMITS_FILES)
		proc_tell(way, LEVEL_INFO,
		    "max_connections is %d in the configuration files: another one if they were "
		    "changed since the server started",
		    about->max_connections);
}

void
proc_login(struct proc_way *way)
{
	struct proc_server server;
	struct err err;

	if (!find(way, &server, &err)) {
		proc_login_failed(way, REFUSAL_PROC, err.msg);
		return;
	}
	proc_scan_clear(&way->scan);
	proc_scan_init(&way->scan, &server);
	arena_reset(&way->arena);
	way->about = (struct proc_about){
		.host = name_of(way),
		.port = arena_printf(&way->arena, "%s", server.port),
	};
	proc_about_learn(&way->about, &way->arena, &way->scan, &way->known);
	proc_login_target(way, server.port);
	way->link.refusal = REFUSAL_NONE;
	way->link.tries = 0;
	way->link.since_down_mono_us = 0;
	way->link.text[0] = '\0';
	set_link(way, LINK_UP);
	greet(way);
}
