/* SPDX-License-Identifier: PostgreSQL */
/*
 * What ways and refusals are called, what to do about a refusal, and whose fault it is.
 */
#include "model/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *words;
} vias[VIA_COUNT] = {
	[VIA_CLIENT] = { "client", "an ordinary login" },
	[VIA_WALSENDER] = { "walsender", "a walsender slot" },
	[VIA_PROC] = { "proc", "/proc" },
};

static const struct {
	const char *words;
	const char *advice;
	bool trouble; /* of the server: its state or the way to it, not our options */
} refusals[] = {
	[REFUSAL_NONE] = { "", "", false },
	[REFUSAL_ALL_SLOTS] = { "all slots in use",
	    "free a slot on the server host: sudo -u postgres pgconntop --kill-idle, or kill -TERM "
	    "an idle session's process, never -KILL",
	    true },
	[REFUSAL_SUPERUSER_RESERVED] = { "only superuser slots left", "log in as a superuser",
	    true },
	[REFUSAL_ROLE_RESERVED] = { "only reserved slots left",
	    "log in as a superuser, or as a member of the role that the reserve is for", true },
	[REFUSAL_ROLE_LIMIT] = { "connection limit of the role reached",
	    "log in as another role; ALTER ROLE ... CONNECTION LIMIT raises the limit", true },
	[REFUSAL_DATABASE_LIMIT] = { "connection limit of the database reached",
	    "connect to another database, such as postgres; all sessions are seen from any", true },
	[REFUSAL_WALSENDERS] = { "all walsender slots in use",
	    "log in without replication, or end a base backup; max_wal_senders is their number",
	    true },
	[REFUSAL_CHILDREN] = { "too many clients that are still logging in",
	    "clients connect faster than they get in, or send nothing: wait for "
	    "authentication_timeout, or stop them",
	    true },
	[REFUSAL_POOLER] = { "connection limit of the pooler reached",
	    "connect to the server itself instead of the pooler", true },
	[REFUSAL_POOLED] = { "the pooler gets no login to the server",
	    "the server may be full, or down: connect to it itself instead of the pooler", true },
	[REFUSAL_UNPOOLED] = { "the pooler passes no replication logins",
	    "connect to the server itself instead of the pooler", false },
	[REFUSAL_REPLICATION] = { "role may not take a walsender slot",
	    "log in as a superuser, or as a role with REPLICATION, pg_monitor and "
	    "pg_signal_backend",
	    false },
	[REFUSAL_UNAVAILABLE] = { "server not ready",
	    "it is starting, stopping or recovering: its log says how far it is", true },
	[REFUSAL_PASSWORD] = { "password refused or missing",
	    "give the right one with -W, PGPASSFILE or ~/.pgpass", false },
	[REFUSAL_LOGIN] = { "login not allowed",
	    "check the role, its CONNECT right and pg_hba.conf", false },
	[REFUSAL_DATABASE] = { "no such database, or it takes no connections",
	    "give another one with -d, such as postgres", false },
	[REFUSAL_UNREACHABLE] = { "server not reached",
	    "check host and port, and that the server runs and listens there", true },
	[REFUSAL_TIMEOUT] = { "no answer in time",
	    "check host, port and firewall; --connect-timeout gives it longer", true },
	[REFUSAL_STOPPED] = { "the server is stopped (SIGSTOP)",
	    "find out who stopped it, and continue it", true },
	[REFUSAL_SILENT] = { "connected, but no answer",
	    "the server is stopped, frozen or overloaded, or something else listens there: "
	    "look at its host",
	    true },
	[REFUSAL_HANGS] = { "the server answers, but no login gets through",
	    "somebody may hold pg_authid or pg_database locked (LOCK, VACUUM FULL), or a service "
	    "that checks passwords hangs; --via=proc on the server's host shows the sessions: look "
	    "for the oldest transaction",
	    true },
	[REFUSAL_POOL_WAITS] = { "the pooler lets us wait for a connection to the server",
	    "the server or the pool may be full: see SHOW POOLS in the pooler's console, or "
	    "connect to the server itself",
	    true },
	[REFUSAL_STRANGER] = { "something else than PostgreSQL answers there",
	    "check host and port", true },
	[REFUSAL_TLS] = { "no agreement on encryption",
	    "check sslmode, sslrootcert and the certificates' dates and names", false },
	[REFUSAL_PROC] = { "no server process to be seen",
	    "run pgconntop on the server's own host, or inside its container, with its socket's "
	    "directory in --host",
	    false },
	[REFUSAL_LOST] = { "connection lost", "the server's log says why", true },
	[REFUSAL_OTHER] = { "login failed", "check the connection options, then the server's log",
	    false },
};

const char *
via_name(enum via via)
{
	return vias[via].name;
}

const char *
via_words(enum via via)
{
	return vias[via].words;
}

/* The number of walsender slots in the server's words, where no language changes it; -1 for none.
 */
static long
count_walsenders(const struct link *link)
{
	const char *name = strstr(link->text, "max_wal_senders");
	const char *digit = name != NULL ? strpbrk(name, "0123456789") : NULL;

	return digit != NULL ? strtol(digit, NULL, 10) : -1;
}

const char *
refusal_text(char out[REFUSAL_TEXT_MAX], const struct link *link)
{
	const char *comma = link->routine[0] != '\0' ? ", " : "";
	const char *words = refusal_words(link->refusal);
	long count = link->refusal == REFUSAL_WALSENDERS ? count_walsenders(link) : -1;
	int n;

	if (count == 0)
		words = "max_wal_senders is 0: no walsender way on this server";
	if (link->sqlstate[0] == '\0')
		n = snprintf(out, REFUSAL_TEXT_MAX, "%s", words);
	else
		n = snprintf(out, REFUSAL_TEXT_MAX, "%s (%s%s%s)", words, link->sqlstate, comma,
		    link->routine);
	if (count > 0 && n > 0 && n < REFUSAL_TEXT_MAX)
		snprintf(out + n, (size_t)(REFUSAL_TEXT_MAX - n), ", max_wal_senders %ld", count);
	return out;
}

bool
refusal_is_limit(enum refusal refusal)
{
	return refusal >= REFUSAL_ALL_SLOTS && refusal <= REFUSAL_POOLER;
}

const char *
link_reason(char out[LINK_REASON_MAX], const struct link *link)
{
	char refused[REFUSAL_TEXT_MAX];

	snprintf(out, LINK_REASON_MAX, "%s",
	    link->refusal == REFUSAL_OTHER || link->refusal == REFUSAL_PROC
	        ? link->text
	        : refusal_text(refused, link));
	return out;
}

const char *
refusal_words(enum refusal refusal)
{
	return refusals[refusal].words;
}

const char *
refusal_advice(enum refusal refusal)
{
	return refusals[refusal].advice;
}

const char *
link_advice(const struct link *link, const struct link *const refused[VIA_COUNT])
{
	const struct link *walsender = refused[VIA_WALSENDER], *proc = refused[VIA_PROC];

	/* A slot in use is said before any password is asked for. */
	if (link->refusal == REFUSAL_ALL_SLOTS && walsender != NULL &&
	    walsender->refusal == REFUSAL_PASSWORD)
		return "give the right password with -W, PGPASSFILE or ~/.pgpass: it may get in by "
		       "a walsender slot";
	if (link->refusal == REFUSAL_ALL_SLOTS && proc != NULL &&
	    strstr(proc->text, REFUSAL_NAMESPACE) != NULL &&
	    (walsender == NULL || walsender->refusal != REFUSAL_REPLICATION))
		return "run pgconntop inside the server's container, as postgres or root: "
		       "pgconntop --kill-idle frees slots";
	/* With a right that can be had, nobody needs to go to the server's host. */
	if (link->refusal == REFUSAL_ALL_SLOTS && walsender != NULL &&
	    walsender->refusal == REFUSAL_REPLICATION)
		link = walsender;
	return refusal_advice(link->refusal);
}

/* Classes of SQLSTATE that tell of the server's state: resources, operator, system, a bug. */
static const char *const trouble_classes[] = { "53", "57", "58", "XX" };

const char *
link_down_word(const struct link *link)
{
	if (refusal_is_limit(link->refusal))
		return "FULL";
	switch (link->refusal) {
	case REFUSAL_REPLICATION:
	case REFUSAL_UNPOOLED:
	case REFUSAL_POOLED:
	case REFUSAL_UNAVAILABLE:
	case REFUSAL_PASSWORD:
	case REFUSAL_LOGIN:
	case REFUSAL_DATABASE:
	case REFUSAL_TLS:
		return "REFUSED";
	default:
		return link->sqlstate[0] != '\0' && link->refusal == REFUSAL_OTHER ? "REFUSED"
		                                                                   : "DOWN";
	}
}

bool
link_in_trouble(const struct link *link)
{
	size_t n = 0;

	if (link->refusal != REFUSAL_OTHER)
		return refusals[link->refusal].trouble;
	while (n < sizeof trouble_classes / sizeof trouble_classes[0] &&
	    strncmp(link->sqlstate, trouble_classes[n], 2) != 0)
		n++;
	return n < sizeof trouble_classes / sizeof trouble_classes[0];
}
