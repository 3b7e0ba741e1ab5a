/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the rules of verdicts share, by file.
 */
#ifndef PGCONNTOP_ANALYSIS_VERDICT_RULE_H
#define PGCONNTOP_ANALYSIS_VERDICT_RULE_H

#include <stdbool.h>

#include "analysis/verdict.h"
#include "base/units.h"

#define MINUTE (60 * UNITS_US_PER_SECOND)
#define TENTH 0.10 /* of the usable slots: less is no reason for anything */
#define FULL 0.85  /* utilization from which on it matters who has most, and something is wrong */

/* verdict.c */

/* Writes the sentence; always true, for rules that end with it. */
bool verdict_say(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the subject. */
void verdict_name(struct verdict *verdict, const char *name);

/* An application as a sentence names it, from its name in a grouping. */
const char *verdict_called(const char *name);

/* 0 of nothing. */
double verdict_share(int part, int whole);

/* verdict_now.c: one sample is evidence enough */

bool judge_pile_up(struct verdict *verdict, const struct evidence *evidence);
bool judge_starting(struct verdict *verdict, const struct evidence *evidence);
bool judge_monitor(struct verdict *verdict, const struct evidence *evidence);
bool judge_slow(struct verdict *verdict, const struct evidence *evidence);
bool judge_over_provisioned(struct verdict *verdict, const struct evidence *evidence);
bool judge_one_took(struct verdict *verdict, const struct evidence *evidence);

/* verdict_past.c: what an application did in the last minutes */

bool judge_leak(struct verdict *verdict, const struct evidence *evidence);
bool judge_storm(struct verdict *verdict, const struct evidence *evidence);
bool judge_nothing(struct verdict *verdict, const struct evidence *evidence);

#endif
