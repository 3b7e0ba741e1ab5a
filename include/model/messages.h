/* SPDX-License-Identifier: PostgreSQL */
/*
 * What happened: connection lost, refused and why, a permission that is
 * missing. A fixed ring, newest last; the same text again only counts up.
 */
#ifndef PGCONNTOP_MODEL_MESSAGES_H
#define PGCONNTOP_MODEL_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGES_KEPT 100
#define MESSAGE_TEXT_MAX 512

enum level { LEVEL_OK, LEVEL_INFO, LEVEL_WARNING, LEVEL_CRITICAL };

/* "ok" "info" "warning" "critical". */
const char *level_name(enum level level);

struct message {
	int64_t first_us; /* wall clock */
	int64_t last_us;
	unsigned times;
	enum level level;
	char text[MESSAGE_TEXT_MAX]; /* raw bytes of a server may be in it */
};

struct messages {
	struct message items[MESSAGES_KEPT];
	size_t count;
	size_t next;
};

/* Adds a message, or counts the newest one up when it has the same text and level. */
void messages_add(struct messages *messages, int64_t wall_us, enum level level, const char *text);

/* The message n before the newest, 0 the newest itself; NULL past the oldest. */
const struct message *messages_get(const struct messages *messages, size_t n);

#endif
