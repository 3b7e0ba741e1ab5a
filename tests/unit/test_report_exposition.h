/* SPDX-License-Identifier: PostgreSQL */
/* What a text for Prometheus must be, and what is in one. */
#ifndef PGCONNTOP_UNIT_TEST_REPORT_EXPOSITION_H
#define PGCONNTOP_UNIT_TEST_REPORT_EXPOSITION_H

#include <stddef.h>

struct buf;

/* Fails unless the line is there, as a whole. */
void expect(const struct buf *out, const char *line);

/* Fails if this is anywhere. */
void expect_none(const struct buf *out, const char *part);

/*
 * Fails unless it is UTF-8 without controls but tabs, in which each family stands in
 * one piece behind its HELP and TYPE, no sample comes twice, and # EOF is the
 * end. Gives the number of samples. The text is broken up.
 */
size_t expect_text(struct buf *out);

#endif
