/* SPDX-License-Identifier: PostgreSQL */
/*
 * Whether a server that leaves a login without an answer is alive: it gets a
 * request to cancel nobody's query, which needs neither slot nor right, and
 * after which a live server closes the connection.
 */
#ifndef PGCONNTOP_SOURCE_PROBE_H
#define PGCONNTOP_SOURCE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct probe;

/* Starts one to the peer of that socket; NULL when it has none, as before it is connected. */
struct probe *probe_start(int socket_fd);

/* Goes on without waiting; true once the server has answered. */
bool probe_step(struct probe *probe);

/* The process at the other end of a Unix socket when it is stopped, as by SIGSTOP; else 0. */
int32_t probe_stopped(int socket_fd);

/* NULL is fine. */
void probe_free(struct probe *probe);

#endif
