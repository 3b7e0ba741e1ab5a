/* SPDX-License-Identifier: PostgreSQL */
/*
 * Which way in is worth a try, and when again. Pure.
 */
#ifndef PGCONNTOP_SOURCE_WAYS_H
#define PGCONNTOP_SOURCE_WAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/link.h"

/* Whether that way can lead in where the ordinary login was refused like this. */
bool way_helps(enum via via, const struct link *refused);

/* How long to leave a way alone that failed like this; INT64_MAX for ever. */
int64_t way_pause_us(const struct link *failed);

#endif
