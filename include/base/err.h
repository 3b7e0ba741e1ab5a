/* SPDX-License-Identifier: PostgreSQL */
/*
 * Errors: an expected failure is a bool result with a struct err as the last
 * argument; what cannot be gone on from ends in die().
 */
#ifndef PGCONNTOP_BASE_ERR_H
#define PGCONNTOP_BASE_ERR_H

#include <stdbool.h>

struct err {
	char msg[512]; /* lower case, names the thing and the value, no full stop */
};

/* Sets the message (printf format); always false, so that `return err_set(...)` fails. */
bool err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Restores the terminal through the hook, prints "pgconntop: message" to
 * stderr and exits with status 1. Only for what nobody can handle, such as
 * running out of memory.
 */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Function that die() calls first; NULL for none. It must be safe at any moment. */
void err_set_restore(void (*restore)(void));

#endif
