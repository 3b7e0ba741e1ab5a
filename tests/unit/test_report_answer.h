/* SPDX-License-Identifier: PostgreSQL */
/*
 * An answer to a monitoring system, read by the grammar of the Monitoring
 * Plugins guidelines. What does not hold to it fails the test.
 */
#ifndef PGCONNTOP_UNIT_TEST_REPORT_ANSWER_H
#define PGCONNTOP_UNIT_TEST_REPORT_ANSWER_H

#include "base/buf.h"
#include "fixture.h"
#include "report/check.h"

#define FIGURES_MAX 64

struct figure {
	char label[64];
	double value; /* NAN for U */
	char unit[4];
	char warning[64], critical[64];
	double least, most; /* NAN for none */
};

struct answer {
	struct buf out;
	char line[1024]; /* before the figures */
	struct figure figures[FIGURES_MAX];
	size_t count;
	enum check_status status;
};

/* The answer about a sample, with a message beside it. Free with release(). */
struct answer *ask(struct fixture *fixture, bool utf8);

/* Reads the figures of out, which must be all that stands behind the only bar. */
void parse(struct answer *answer);

void release(struct answer *answer);

/* The figure of that label; it must be there. */
const struct figure *find(const struct answer *answer, const char *label);

/* What a figure must be: NAN is U, rest is "unit;warning;critical". */
void expect(const struct answer *answer, const char *label, double value, const char *rest);

/* The text must be somewhere in the answer. */
void has(const struct answer *answer, const char *text);

#endif
