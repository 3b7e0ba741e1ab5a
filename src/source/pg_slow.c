/* SPDX-License-Identifier: PostgreSQL */
/*
 * A login that takes long: why, and whether to go on with it. The server
 * does not notice that a client has left whose login waits for a lock.
 */
#include "source/pg_way.h"

#include <stdio.h>

#include "base/units.h"
#include "source/probe.h"

/* So long before the end of a login, or after half of its time, we ask whether the server lives. */
#define PROBE_US UNITS_US_PER_SECOND
#define PROBE_TICK_US 50000

/* A server that says nothing at all is given up after so many times the time of a login. */
#define SILENT_TIMES 6

void
login_give_up(struct pg *pg, enum refusal refusal, const char *whom, const char *help)
{
	char text[128], time[UNITS_TEXT_MAX];

	snprintf(text, sizeof(text), "gave up%s after %s%s", whom,
	    units_duration_long(time, pg->info.timeout_us), help);
	pg->first_host++;
	login_failed(pg, text);
	pg->link.refusal = refusal;
}

/* When to find out why a login takes so long. */
static int64_t
probe_time(const struct pg *pg)
{
	int64_t half_us = pg->info.timeout_us / 2;

	return pg->deadline_us - (half_us < PROBE_US ? half_us : PROBE_US);
}

int64_t
login_deadline(const struct pg *pg)
{
	int64_t next_us = pg->phase == PHASE_LOGIN ? probe_time(pg) : pg->deadline_us;

	/* The probe is no descriptor to wait for: it is looked at now and then. */
	if (pg->mono_us >= next_us)
		next_us = pg->mono_us + PROBE_TICK_US;
	return next_us < pg->deadline_us ? next_us : pg->deadline_us;
}

/*
 * Whether to stay with a login that takes too long. What a server has taken hangs there whether we
 * listen or not, and may hold a slot: another one beside it would only take more. It is left for
 * another host, though, and when nothing proves that there is a server; and the connection itself
 * breaks when its machine is gone.
 */
static bool
stays(const struct pg *pg, enum refusal refusal)
{
	/* Other addresses of a host that answers lead to the same server. */
	size_t hosts = refusal == REFUSAL_SILENT ? pg->host_count : pg->info.host_count;
	int64_t most_us = SILENT_TIMES * pg->info.timeout_us;

	if (refusal == REFUSAL_TIMEOUT || !pg_conn_is_made(pg->conn))
		return false;
	return pg->first_host + 1 >= hosts &&
	    (refusal != REFUSAL_SILENT || pg->mono_us - pg->begun_us < most_us);
}

/* The login takes too long, and goes on: that is said, and after the same time again. */
static void
wait_on(struct pg *pg, enum refusal refusal, const char *help)
{
	struct link *link = &pg->link;
	char time[UNITS_TEXT_MAX];

	units_duration_long(time, pg->info.timeout_us);
	link->sqlstate[0] = link->routine[0] = '\0';
	link->refusal = refusal;
	snprintf(link->text, sizeof(link->text), "nothing within %s%s", time, help);
	if (!link->pending)
		link->tries++;
	link->pending = true;
	if (link->since_down_mono_us == 0)
		link->since_down_mono_us = pg->mono_us;
	probe_free(pg->probe);
	pg->probe = NULL;
	link->retry_mono_us = pg->deadline_us = pg->mono_us + pg->info.timeout_us;
	pg_set_link(pg, LINK_DOWN);
}

/* What the probe has found out so far. */
static enum refusal
read_probe(struct pg *pg)
{
	enum probe_answer answer = probe_step(pg->probe);

	if (answer == PROBE_NOTHING)
		return REFUSAL_SILENT;
	pg->at_pooler = pg->at_pooler || answer == PROBE_POOLER;
	return pg->at_pooler ? REFUSAL_POOL_WAITS : REFUSAL_HANGS;
}

void
login_wait(struct pg *pg)
{
	enum refusal refusal = REFUSAL_TIMEOUT;
	char help[64] = "";
	int32_t stopped;

	if (pg->mono_us >= probe_time(pg) && pg->probe == NULL) {
		pg->probe = probe_start(pg_conn_socket(pg->conn), !pg->asked_who);
		pg->asked_who = pg->probe != NULL;
	}
	if (pg->probe != NULL)
		refusal = read_probe(pg);
	if (pg->mono_us < pg->deadline_us)
		return;
	stopped = probe_stopped(pg_conn_socket(pg->conn));
	if (stopped > 0) {
		refusal = REFUSAL_STOPPED;
		snprintf(help, sizeof(help), ", kill -CONT %d continues it", (int)stopped);
	}
	if (stays(pg, refusal))
		wait_on(pg, refusal, help);
	else
		login_give_up(pg, refusal, "", help);
}
