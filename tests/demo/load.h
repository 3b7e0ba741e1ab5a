/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the parts of the load program share: the kinds of sessions there are (load_kinds.c), and
 * the groups of sessions to play (load_sessions.c).
 */
#ifndef PGCONNTOP_TESTS_LOAD_H
#define PGCONNTOP_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND_US INT64_C(1000000)

/* After the last statement. */
enum then {
	THEN_STAY,  /* the session stands as it is */
	THEN_AGAIN, /* a random one of the statements after a pause; opened anew when it ends */
	THEN_CLOSE,
};

/* A kind of session; each has an option. */
struct kind {
	const char *option;      /* its name without -- */
	const char *application; /* unless --application says otherwise */
	const char *const *sql;  /* statements, NULL at the end */
	enum then then;
	bool endless;        /* the last statement goes on: it is not waited for */
	bool errs;           /* an error belongs to it */
	bool needs_shop;     /* the tables of the shop */
	bool makes_lock;     /* ... that ... */
	bool waits_for_lock; /* ... the sessions of this kind wait for */
};

/* The kinds; a row without an option ends them. */
extern const struct kind load_kinds[];

/*
 * Makes the tables of the shop where conninfo (and user, unless NULL) leads to, if they are not
 * there. Waits for the server. NULL, or what went wrong, to be freed by the caller.
 */
char *load_make_shop(const char *conninfo, const char *user);

/* Sessions of one kind that log in the same way. */
struct group {
	const struct kind *kind;
	const char *conninfo;
	const char *user;        /* NULL: as conninfo says */
	const char *application; /* NULL: as the kind says */
	const char *query;       /* in place of the kind's last statement, or NULL */
	int count;               /* sessions to open at once: the fixed ones */
	int64_t period_us;       /* then one more each period; 0: none */
	int64_t next_us;         /* when the next of those is due */
};

/*
 * Plays the groups until stop_fd can be read or, unless 0, for duration_us; then ends all sessions.
 * Writes ready_file, unless NULL, when all fixed sessions stand or were refused for lack of a slot:
 * "standing N refused N". Any other failure before that ends the program.
 */
void load_play(struct group *groups, size_t group_count, int stop_fd, int64_t duration_us,
    const char *ready_file);

/* Message (printf format) to stderr, then exit 1. */
void load_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
