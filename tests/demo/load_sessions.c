/* SPDX-License-Identifier: PostgreSQL */
/*
 * Plays groups of sessions on one thread with asynchronous libpq. A session logs in, runs the
 * statements of its kind, then stays, goes round again or closes. A server that is full refuses
 * sessions; that is counted and play goes on.
 */
#include "load.h"

#include "base/mem.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CONNECTING_MAX 32 /* logins under way at once: a listen queue is short */
#define PAUSE_LEAST_US (SECOND_US / 10)
#define PAUSE_SPREAD_US (SECOND_US * 3 / 5)

enum state {
	STATE_FREE,    /* no session: its place may be taken */
	STATE_WAITING, /* to be opened when due */
	STATE_CONNECTING,
	STATE_RUNNING, /* a statement is */
	STATE_PAUSING, /* next statement when due */
	STATE_PARKED,  /* as it shall stay */
};

struct session {
	const struct group *group;
	PGconn *conn;
	enum state state;
	short events;   /* what poll waits for */
	bool awaited;   /* the ready file waits for this session */
	size_t step;    /* statement of the kind */
	int64_t due_us; /* WAITING and PAUSING: until then */
};

struct load {
	struct session *sessions;
	struct pollfd *fds; /* the stop descriptor, then one for each session */
	size_t session_count;
	size_t connecting; /* sessions in STATE_CONNECTING */
	size_t awaited;    /* sessions that the ready file waits for */
	size_t standing;   /* of them: got where they should be */
	size_t refused;    /* logins that the server had no slot for */
	bool ready;        /* nothing awaited any more, and said so */
	bool locking;      /* no lock yet: who is to wait for it starts later */
	uint32_t random;   /* the same sequence in each run */
};

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

static uint32_t
next_random(struct load *load)
{
	load->random = load->random * 1664525u + 1013904223u;
	return load->random >> 8;
}

static void
write_ready_file(const struct load *load, const char *path)
{
	char temporary[4096];
	FILE *out;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = fopen(temporary, "w");
	if (!out || fprintf(out, "standing %zu refused %zu\n", load->standing, load->refused) < 0 ||
	    fclose(out) != 0 || rename(temporary, path) != 0)
		load_fail("cannot write %s: %s", path, strerror(errno));
}

/* The session stands, or never will: the ready file waits for it no longer. */
static void
settle(struct load *load, struct session *s, bool standing)
{
	if (!s->awaited)
		return;
	s->awaited = false;
	load->awaited--;
	load->standing += standing;
	if (s->group->kind->makes_lock)
		load->locking = false;
}

/* Ends the session; one that goes round again is opened anew a second later. */
static void
drop(struct load *load, struct session *s)
{
	load->connecting -= s->state == STATE_CONNECTING;
	settle(load, s, false);
	PQfinish(s->conn);
	s->conn = NULL;
	s->state = s->group->kind->then == THEN_AGAIN ? STATE_WAITING : STATE_FREE;
	s->due_us = now_us() + SECOND_US;
}

static void
refuse(struct load *load, struct session *s)
{
	const char *message = PQerrorMessage(s->conn);

	/* 53300, too many connections: of the server, the role or the database. */
	if (strstr(message, "53300"))
		load->refused++;
	else if (!load->ready)
		load_fail("%s", message);
	drop(load, s);
}

static void
ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static void
open_session(struct load *load, struct session *s)
{
	const struct group *g = s->group;
	const char *application = g->application ? g->application : g->kind->application;
	const char *const names[] = { "dbname", "user", "application_name", NULL };
	const char *const values[] = { g->conninfo, g->user, application, NULL };

	s->conn = PQconnectStartParams(names, values, 1);
	if (!s->conn)
		load_fail("out of memory");
	PQsetNoticeProcessor(s->conn, ignore_notice, NULL);
	PQsetErrorVerbosity(s->conn, PQERRORS_VERBOSE); /* a refusal shall have its SQLSTATE */
	s->state = STATE_CONNECTING;
	s->events = POLLOUT;
	s->step = 0;
	load->connecting++;
	if (PQstatus(s->conn) == CONNECTION_BAD)
		refuse(load, s);
}

static bool
is_last_step(const struct session *s)
{
	return s->group->kind->then == THEN_AGAIN || !s->group->kind->sql[s->step + 1];
}

static void
send_statement(struct load *load, struct session *s)
{
	const struct kind *kind = s->group->kind;
	const char *sql = kind->sql[s->step];

	if (s->group->query && is_last_step(s))
		sql = s->group->query;
	if (!PQsendQuery(s->conn, sql)) {
		drop(load, s);
		return;
	}
	s->state = STATE_RUNNING;
	s->events = POLLIN;
	if (kind->endless && is_last_step(s))
		settle(load, s, true);
}

/* What comes after the last statement. */
static void
go_on(struct load *load, struct session *s)
{
	size_t count = 0;

	settle(load, s, true);
	switch (s->group->kind->then) {
	case THEN_STAY:
		s->state = STATE_PARKED;
		break;
	case THEN_AGAIN:
		while (s->group->kind->sql[count])
			count++;
		s->step = next_random(load) % count;
		s->state = STATE_PAUSING;
		s->due_us = now_us() + PAUSE_LEAST_US + next_random(load) % PAUSE_SPREAD_US;
		break;
	case THEN_CLOSE:
		drop(load, s);
		break;
	}
}

static void
read_results(struct load *load, struct session *s)
{
	PGresult *result;

	while (!PQisBusy(s->conn)) {
		result = PQgetResult(s->conn);
		if (!result) {
			if (is_last_step(s)) {
				go_on(load, s);
			} else {
				s->step++;
				send_statement(load, s);
			}
			return;
		}
		if (PQresultStatus(result) == PGRES_FATAL_ERROR && s->awaited &&
		    !s->group->kind->errs)
			load_fail("%s", PQresultErrorMessage(result));
		PQclear(result);
	}
}

static void
go_on_connecting(struct load *load, struct session *s)
{
	switch (PQconnectPoll(s->conn)) {
	case PGRES_POLLING_READING:
		s->events = POLLIN;
		break;
	case PGRES_POLLING_OK:
		load->connecting--;
		s->state = STATE_RUNNING;
		send_statement(load, s);
		break;
	case PGRES_POLLING_FAILED:
		refuse(load, s);
		break;
	default:
		s->events = POLLOUT;
		break;
	}
}

/* The session's socket has something. */
static void
serve(struct load *load, struct session *s)
{
	if (s->state == STATE_CONNECTING)
		go_on_connecting(load, s);
	else if (!PQconsumeInput(s->conn))
		drop(load, s); /* terminated by somebody */
	else if (s->state == STATE_RUNNING)
		read_results(load, s);
	else
		PQisBusy(s->conn); /* takes up notices and the like */
}

/* Does what is due for the session. */
static void
advance(struct load *load, struct session *s, int64_t now)
{
	if (s->due_us > now)
		return;
	if (s->state == STATE_PAUSING)
		send_statement(load, s);
	else if (s->state == STATE_WAITING && load->connecting < CONNECTING_MAX &&
	    !(load->locking && s->group->kind->waits_for_lock))
		open_session(load, s);
}

static void
add_session(struct load *load, const struct group *group, bool awaited)
{
	struct session *s = NULL;
	size_t n = load->session_count;

	for (size_t i = 0; i < n && !s; i++)
		if (load->sessions[i].state == STATE_FREE)
			s = &load->sessions[i];
	if (!s) {
		load->sessions = mem_grow(load->sessions, n + 1, sizeof(*load->sessions));
		load->fds = mem_grow(load->fds, n + 2, sizeof(*load->fds));
		s = &load->sessions[load->session_count++];
	}
	*s = (struct session){ .group = group, .state = STATE_WAITING, .awaited = awaited };
	load->awaited += awaited;
	if (awaited && group->kind->makes_lock)
		load->locking = true;
}

/* Adds the periodic sessions that are due; the time when the next one is. */
static int64_t
add_periodic_sessions(struct load *load, struct group *groups, size_t group_count, int64_t now)
{
	int64_t next = INT64_MAX;

	for (struct group *g = groups; g < groups + group_count; g++) {
		if (!g->period_us)
			continue;
		if (now - g->next_us > SECOND_US)
			g->next_us = now + g->period_us; /* at the start, or we were stopped */
		for (; g->next_us <= now; g->next_us += g->period_us)
			add_session(load, g, false);
		if (g->next_us < next)
			next = g->next_us;
	}
	return next;
}

/* Milliseconds for poll until `next` or until a session is due, rounded up. */
static int
timeout_ms(const struct load *load, int64_t now, int64_t next)
{
	for (size_t i = 0; i < load->session_count; i++) {
		const struct session *s = &load->sessions[i];
		/* A session that is overdue waits for another one, which will wake us. */
		if ((s->state == STATE_WAITING || s->state == STATE_PAUSING) && s->due_us > now &&
		    s->due_us < next)
			next = s->due_us;
	}
	if (next == INT64_MAX)
		return -1;
	if (next - now > 3600 * SECOND_US)
		return 3600 * 1000;
	return next > now ? (int)((next - now + 999) / 1000) : 0;
}

/* Waits until `next` at most, and serves the sessions; false if it is time to stop. */
static bool
wait_and_serve(struct load *load, int stop_fd, int64_t next)
{
	size_t n = load->session_count;

	load->fds[0] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	for (size_t i = 0; i < n; i++) {
		const struct session *s = &load->sessions[i];
		load->fds[i + 1] =
		    (struct pollfd){ .fd = s->conn ? PQsocket(s->conn) : -1, .events = s->events };
	}
	if (poll(load->fds, n + 1, timeout_ms(load, now_us(), next)) < 0) {
		if (errno != EINTR)
			load_fail("poll: %s", strerror(errno));
		return true;
	}
	if (load->fds[0].revents)
		return false;
	for (size_t i = 0; i < n; i++)
		if (load->fds[i + 1].revents && load->sessions[i].conn)
			serve(load, &load->sessions[i]);
	return true;
}

/* A server does not notice that the client of a sleeping statement left, so cancel those first. */
static void
end_sessions(struct load *load)
{
	char message[256];

	for (size_t i = 0; i < load->session_count; i++) {
		PGcancel *cancel;

		if (load->sessions[i].state != STATE_RUNNING)
			continue;
		cancel = PQgetCancel(load->sessions[i].conn);
		if (cancel)
			PQcancel(cancel, message, sizeof(message));
		PQfreeCancel(cancel);
	}
	for (size_t i = 0; i < load->session_count; i++)
		PQfinish(load->sessions[i].conn);
	mem_free(load->sessions);
	mem_free(load->fds);
}

void
load_play(struct group *groups, size_t group_count, int stop_fd, int64_t duration_us,
    const char *ready_file)
{
	struct load load = { .random = 1, .fds = mem_alloc(1, sizeof(*load.fds)) };
	int64_t end = duration_us ? now_us() + duration_us : INT64_MAX;
	int64_t now, next;

	for (size_t i = 0; i < group_count; i++)
		for (int n = 0; n < groups[i].count; n++)
			add_session(&load, &groups[i], true);
	do {
		now = now_us();
		next = add_periodic_sessions(&load, groups, group_count, now);
		for (size_t i = 0; i < load.session_count; i++)
			advance(&load, &load.sessions[i], now);
		if (!load.ready && !load.awaited) {
			load.ready = true;
			if (ready_file)
				write_ready_file(&load, ready_file);
		}
	} while (now < end && wait_and_serve(&load, stop_fd, next < end ? next : end));
	end_sessions(&load);
}
