/* SPDX-License-Identifier: PostgreSQL */
/* What the kinds of advice share: see advice.c. */
#ifndef PGCONNTOP_ANALYSIS_ADVICE_STEP_H
#define PGCONNTOP_ANALYSIS_ADVICE_STEP_H

#include <stdbool.h>

#include "analysis/alerts.h"

struct adviser;

#define ADVICE_NAME_MOST 60 /* bytes of a name in a sentence */

bool advice_is_raised(const struct alert_set *alerts, const char *name);

/* Appends to a text that has room for ADVICE_MAX. */
void advice_append(char out[ADVICE_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* advice_slots.c: each writes its sentence, or gives false when it has none. */

/* The limit of one role or database, while there are slots: to free those of others is no help. */
bool advise_limit(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser);
bool advise_slots(char out[ADVICE_MAX], const struct facts *facts, const struct alert_set *alerts,
    const struct adviser *adviser);

#endif
