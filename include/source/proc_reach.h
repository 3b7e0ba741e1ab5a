/* SPDX-License-Identifier: PostgreSQL */
/*
 * Whom a login to a host and port of this machine would reach: the kernel
 * knows who listens on a Unix socket or a TCP port.
 */
#ifndef PGCONNTOP_SOURCE_PROC_REACH_H
#define PGCONNTOP_SOURCE_PROC_REACH_H

#include <stdbool.h>
#include <stdint.h>

/* The listener of a Unix socket. */
struct proc_peer {
	int32_t pid; /* 0 is in another pid namespace */
	int64_t uid;
};

/*
 * The path of the socket, or its name behind an at sign: 0, or errno, EAGAIN
 * when it takes no more connections. Does not wait.
 */
int proc_reach_socket(const char *path, struct proc_peer *peer);

/* Whether host, as libpq takes it, surely is this machine: a loopback address or "localhost". */
bool proc_reach_is_loopback(const char *host);

/*
 * Whether a login to that TCP port would reach that process, as far as one
 * can see; true also when nobody listens there. The host is a loopback one.
 */
bool proc_reach_tcp(const char *host, const char *port, const struct proc_peer *process);

#endif
