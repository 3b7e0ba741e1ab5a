/* SPDX-License-Identifier: PostgreSQL */
/*
 * Signals to sessions, as the server's own functions send them: SIGTERM ends
 * one, SIGINT ends its query. There are no others here, and no others than
 * sessions get one.
 */
#ifndef PGCONNTOP_SOURCE_PROC_ACT_H
#define PGCONNTOP_SOURCE_PROC_ACT_H

#include "action/action.h"

struct buf;
struct proc_scan;

/*
 * Signals the target if it is still the process, in the state, that was
 * shown. The pid cannot change hands between check and signal. The note, when
 * there is one, replaces buf.
 */
enum outcome proc_act(struct proc_scan *scan, enum action action, const struct target *target,
    struct buf *note);

#endif
