/* SPDX-License-Identifier: PostgreSQL */
/*
 * What can be shown, as const descriptions: a table has columns with a typed
 * getter each and a function that lists its rows. The screen, all formats,
 * sorting, filters, help and manual come from them.
 */
#ifndef PGCONNTOP_TABLE_TABLE_H
#define PGCONNTOP_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/session.h"
#include "model/value.h"

struct alert_set;
struct arena;
struct err;
struct facts;
struct filter;
struct job;
struct settings;
struct snapshot;
struct tracks;
struct verdict;

/* What rows come from; all of one sample. */
struct table_data {
	const struct snapshot *snap;
	const struct facts *facts;
	const struct alert_set *alerts;
	const struct tracks *tracks;   /* NULL where nothing is kept from sample to sample */
	const struct verdict *verdict; /* likewise */
	const struct settings *settings;
	const struct job *job; /* of the tables of an act; NULL for none */
};

#define COLUMNS_MAX 96 /* of a table, and of a list of columns that is asked for */

enum column_flag {
	COLUMN_HIDDEN =
	    1, /* not on the screen or in text unless asked for; in JSON and the details */
	COLUMN_STRETCH = 2,   /* takes the width that is left */
	COLUMN_SQUEEZE = 4,   /* white space in the text is folded: queries */
	COLUMN_WIDE = 8,      /* on the screen only from 100 columns of the pane on */
	COLUMN_WIDER = 64,    /* only from 140 on */
	COLUMN_ALWAYS = 16,   /* of a SHAPE_ROOT table: in every report */
	COLUMN_STATE = 32,    /* coloured like the state of the row */
	COLUMN_COUNTER = 128, /* only grows: a counter among the metrics */
	COLUMN_LOCKS = 256,   /* on the screen only while sessions wait for locks */
};

struct column {
	const char *name;  /* of --columns, --sort and filters */
	const char *key;   /* in JSON and CSV where it differs; a dot nests */
	const char *title; /* heading */
	const char *help;  /* what it means, a short sentence without stop */
	enum value_type type;
	int width; /* on the screen and at least in text */
	unsigned flags;
	struct value (*get)(const struct table_data *data, const void *row);
	/* Name among the metrics, without unit and what stands before all of them; one that begins
	 * with pg is the whole name. NULL for none. Columns of the same name are one family. */
	const char *metric;
	const char *label; /* of such a family: "state=idle"; NULL for none */
	const char *after; /* what is said behind the value in a list of titles and values */
};

enum table_shape {
	SHAPE_ROOT, /* one row; its keys stand at the top level of a JSON report */
	SHAPE_ROW,  /* one row under the table's name */
	SHAPE_LIST, /* rows under the table's name */
	SHAPE_MAP,  /* rows of (name, number): an object */
};

/* A list of rows, each as the getters of the table know it. */
struct rows {
	const void **items;
	size_t count;
};

struct table {
	const char *name; /* of --show and in JSON */
	const char *title;
	const char *help;
	enum table_shape shape;
	const struct column *columns;
	size_t column_count;
	const char *sort; /* default order: a column, "-" before it for the largest first; NULL
	                     keeps the rows' own */
	bool sessions;    /* rows are struct session: filters hold for it */
	const struct table *total; /* shown with it wherever it is shown; NULL for none */
	const char *label; /* of its metrics, with the name of the row, or several as their columns
	                      are named: "kind, name"; NULL where there is none */
	void (*rows)(const struct table_data *data, struct rows *out, struct arena *arena);
	/* Those of its metrics, which must not come and go; NULL when they are the same. */
	void (*metric_rows)(const struct table_data *data, struct rows *out, struct arena *arena);
	/* What a row is followed by from sample to sample; 0 for "cannot be followed". */
	uint64_t (*key)(const void *row);
	/* Level of alarm of a row for its colour (enum level), NULL for none. */
	int (*level)(const struct table_data *data, const void *row);
};

/* All that --show can name. */
extern const struct table *const tables[];
extern const size_t table_count;

/* The tables that code names. */
extern const struct table table_summary, table_states, table_applications, table_users,
    table_databases, table_clients, table_sessions, table_queries, table_pools, table_pool_total,
    table_unclaimed, table_scenarios, table_limits, table_idle, table_turnover, table_params,
    table_alerts;

/* What an act did: its targets, and how many have which outcome. Not for --show. */
extern const struct table table_targets, table_outcomes;

/* By name; NULL when there is none. */
const struct table *table_find(const char *name);
const struct column *table_column(const struct table *table, const char *name);

/* What it is called in JSON and CSV. */
const char *column_key(const struct column *column);

/* How rows are chosen and ordered. */
struct view {
	const struct column *sort; /* NULL: the table's own order */
	bool descending;
	const struct filter *const *filters; /* all must match; only for tables of sessions */
	size_t filter_count;
	size_t limit; /* 0 is all */
};

/* The default view of a table: its own sort, no filter. */
struct view view_default(const struct table *table);

/* Sets the sort from "[-]column"; false when the table has no such column. */
bool view_sort(struct view *view, const struct table *table, const char *sort, struct err *err);

/* Rows of the table by the view; unknown values always last, ties in the table's own order. From
 * the arena. */
void view_rows(const struct view *view, const struct table *table, const struct table_data *data,
    struct rows *out, struct arena *arena);

/* A value as a person reads it: "12m03s", "93.8 %", "4711 4712"; "-" for none. Text comes as it is,
 * uncleaned. */
#define CELL_MAX 128
const char *cell_text(char out[CELL_MAX], const struct value *value);

/* Numbers, durations and shares stand to the right. */
bool cell_right(enum value_type type);

/* Order of two values of a column; none is last whatever the direction. */
int value_compare(const struct value *a, const struct value *b);

/* A hash of a name or an identity, never 0, for the tables' key(). */
uint64_t row_key_text(const char *s);
uint64_t row_key_join(uint64_t key, const char *s); /* of a row with one name more */
uint64_t row_key_identity(const struct identity *id);

#endif
