/* SPDX-License-Identifier: PostgreSQL */
/*
 * Values as a person reads them, and their order.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "table/table.h"

/* 0 is a prepared transaction, which has no process. */
static const char *
pids_text(char out[CELL_MAX], const struct value *value)
{
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < value->list.count && used < CELL_MAX - 16; i++) {
		const char *blank = i > 0 ? " " : "";
		int pid = (int)value->list.pids[i];

		used +=
		    (size_t)(pid == 0 ? snprintf(out + used, CELL_MAX - used, "%sprepared", blank)
		                      : snprintf(out + used, CELL_MAX - used, "%s%d", blank, pid));
	}
	if (i < value->list.count)
		snprintf(out + used, CELL_MAX - used, " ...");
	return out;
}

const char *
cell_text(char out[CELL_MAX], const struct value *value)
{
	_Static_assert(CELL_MAX >= UNITS_TEXT_MAX, "a cell has room for every unit");

	switch (value->type) {
	case VALUE_NONE:
		return "-";
	case VALUE_INT:
		snprintf(out, CELL_MAX, "%lld", (long long)value->i);
		return out;
	case VALUE_REAL:
		return units_number(out, value->d);
	case VALUE_SHARE:
		return units_share(out, value->d);
	case VALUE_DURATION:
		return units_duration(out, value->i);
	case VALUE_TIME:
		return units_time_iso(out, value->i);
	case VALUE_TEXT:
		return value->s;
	case VALUE_BOOL:
		return value->b ? "yes" : "no";
	case VALUE_PIDS:
		return pids_text(out, value);
	}
	return "";
}

bool
cell_right(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_REAL || type == VALUE_SHARE ||
	    type == VALUE_DURATION;
}

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare_ints(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_pids(const struct value *a, const struct value *b)
{
	if (a->list.count == 0 || b->list.count == 0)
		return (a->list.count > 0) - (b->list.count > 0);
	return compare_ints(a->list.pids[0], b->list.pids[0]);
}

int
value_compare(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_NONE || b->type == VALUE_NONE)
		return (a->type == VALUE_NONE) - (b->type == VALUE_NONE);
	if (a->type != b->type)
		return compare_ints(a->type, b->type);
	switch (a->type) {
	case VALUE_NONE:
		return 0;
	case VALUE_INT:
	case VALUE_DURATION:
	case VALUE_TIME:
		return compare_ints(a->i, b->i);
	case VALUE_REAL:
	case VALUE_SHARE:
		return compare_numbers(a->d, b->d);
	case VALUE_TEXT:
		return a->s == b->s ? 0 : strcmp(a->s, b->s);
	case VALUE_BOOL:
		return (int)a->b - (int)b->b;
	case VALUE_PIDS:
		return compare_pids(a, b);
	}
	return 0;
}
