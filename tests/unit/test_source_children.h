/* SPDX-License-Identifier: PostgreSQL */
/*
 * Children of a test that show titles and obey signals, as a server's do.
 */
#ifndef PGCONNTOP_TEST_SOURCE_CHILDREN_H
#define PGCONNTOP_TEST_SOURCE_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

#define PROGRAM "postgres: "
#define SERVER "/usr/bin/postgres" /* the title of one that has none yet */
#define IDLE PROGRAM "app shop [local] idle"
#define BIND PROGRAM "app shop [local] BIND"

/*
 * To be called first by main(): whether this is one of the children, which
 * then has run and is to exit. They show BIND on SIGUSR1, do nothing for a
 * moment on SIGUSR2, and end by SIGTERM or SIGINT.
 */
bool child_run(char *title);

/* Starts one, with that pid unless it is 0, and waits until it shows its title; -1 when it cannot
 * have that pid. */
pid_t child_start(const char *title, pid_t as);

/* Waits until it does nothing: its figures are of what it did before. */
void child_wait(pid_t pid);

/* How it ended: the signal, 0 for none. Fails when it does not end. */
int child_end(pid_t pid);

/* Whether it has not ended yet; reaps it when it has. */
bool child_lives(pid_t pid);

/* Whether the kernel, or valgrind in its place, has descriptors of processes. */
bool child_has_pidfd(void);

#endif
