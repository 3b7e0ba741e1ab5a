/* SPDX-License-Identifier: PostgreSQL */
/*
 * A parsed filter, shared by its parser and its matcher.
 */
#ifndef PGCONNTOP_TABLE_FILTER_TERM_H
#define PGCONNTOP_TABLE_FILTER_TERM_H

#include <regex.h>
#include <stddef.h>

#include "base/mem.h"
#include "table/table.h"

enum op {
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_MATCH,
	OP_NOT_MATCH,
	OP_GREATER,
	OP_AT_LEAST,
	OP_LESS,
	OP_AT_MOST,
	OP_CONTAINS, /* a bare word */
};

struct term {
	const struct column *column; /* NULL for a bare word */
	enum op op;
	const char **texts; /* alternatives of = and !=, else one */
	double *numbers;    /* the same as numbers, where the column is not text: durations in us,
	                       shares of 1 */
	size_t count;       /* of both */
	regex_t regex;      /* of ~ and !~ */
};

struct filter {
	struct arena arena; /* of all below */
	char *text;         /* as given */
	struct term *terms;
	size_t count;
};

#endif
