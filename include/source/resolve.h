/* SPDX-License-Identifier: PostgreSQL */
/*
 * Host names to addresses without waiting: the system's resolver can only
 * block, so it does that in a child process.
 */
#ifndef PGCONNTOP_SOURCE_RESOLVE_H
#define PGCONNTOP_SOURCE_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct conn_host;
struct err;
struct resolve;

/* Starts to look up those of the hosts that need it. NULL with the reason when no process can be
 * made. */
struct resolve *resolve_start(const struct conn_host *hosts, size_t count, struct err *err);

/* The descriptor to poll for reading. */
int resolve_fd(const struct resolve *resolve);

/* Takes what has come; true when that was all. */
bool resolve_step(struct resolve *resolve);

/*
 * The same hosts, each looked up one as often as it has addresses and left
 * out when it has none. Gives how many; 0 with libpq's words when none is
 * left. The list is in the arena, its strings in it or in hosts.
 */
size_t resolve_hosts(const struct resolve *resolve, struct arena *arena, struct conn_host **found,
    struct err *err);

/* Ends the child if it still runs. NULL is fine. */
void resolve_free(struct resolve *resolve);

#endif
