/* SPDX-License-Identifier: PostgreSQL */
/*
 * The inside of the way in by /proc: proc_login.c finds the server,
 * proc_way.c drives all, the other files of that name look and act.
 */
#ifndef PGCONNTOP_SOURCE_PROC_WAY_H
#define PGCONNTOP_SOURCE_PROC_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/link.h"
#include "model/messages.h"
#include "source/conninfo.h"
#include "source/proc_about.h"
#include "source/proc_scan.h"

struct snapshot;

#define PROC_SPARES 3
#define PROC_MESSAGES 8

struct proc_told {
	enum level level;
	char text[MESSAGE_TEXT_MAX];
};

struct proc_way {
	struct conninfo info;
	char *pgdata; /* NULL for none */
	struct proc_known known;
	struct arena arena; /* of the strings in about */
	struct proc_about about;
	struct proc_scan scan;
	struct link link;
	struct buf target;
	int64_t mono_us; /* of the last step */
	bool want_sample;
	struct snapshot *ready; /* NULL for none */
	struct snapshot *spares[PROC_SPARES];
	bool link_changed;
	bool fetched; /* to be given: there are no queries */
	bool acted;   /* to be given: */
	struct identity acted_on;
	enum outcome outcome;
	struct buf note;
	struct proc_told messages[PROC_MESSAGES];
	size_t message_count, message_next;
	bool told_stopped, told_silent, told_stopping;
};

/* Notes a message event. */
void proc_tell(struct proc_way *way, enum level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Looks for the server: the link is up afterwards, or down and says why. */
void proc_login(struct proc_way *way);

/* The link is down. */
void proc_login_failed(struct proc_way *way, enum refusal refusal, const char *words);

/* Names what is looked for, as the user did, and its port; "" is not known yet. */
void proc_login_target(struct proc_way *way, const char *port);

#endif
