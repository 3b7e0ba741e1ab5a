/* SPDX-License-Identifier: PostgreSQL */
/*
 * Whether a server that leaves a login without an answer is alive: it gets a
 * request to cancel nobody's query, which needs neither slot nor right, and
 * after which a live server closes the connection. Or it is asked who it is,
 * by a login that all refuse before they look at anything; a server logs that.
 */
#ifndef PGCONNTOP_SOURCE_PROBE_H
#define PGCONNTOP_SOURCE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct probe;

enum probe_answer {
	PROBE_NOTHING,
	PROBE_SERVER, /* or nobody was asked who it is */
	PROBE_POOLER,
};

/* Starts one to the peer of that socket, which may ask who that is; NULL when it has none, as
 * before it is connected. */
struct probe *probe_start(int socket_fd, bool who);

/* Goes on without waiting; gives what was answered so far. */
enum probe_answer probe_step(struct probe *probe);

/* The process at the other end of a Unix socket when it is stopped, as by SIGSTOP; else 0. */
int32_t probe_stopped(int socket_fd);

/* NULL is fine. */
void probe_free(struct probe *probe);

#endif
