/* SPDX-License-Identifier: PostgreSQL */
/* Batch reports: a writer per format, all over the same tables. */
#ifndef PGCONNTOP_REPORT_REPORT_H
#define PGCONNTOP_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"
#include "table/table.h"

struct arena;
struct buf;
struct choice;
struct err;
struct filter;
struct server;
struct slots;

/* Why samples were left out, the last reason that holds of them. */
enum gap {
	GAP_LATE,    /* the server was late */
	GAP_LOST,    /* there was no connection */
	GAP_HELD_UP, /* we were late ourselves: stopped, or not read */
};

/* What a report shows: made once from the settings. */
struct report {
	const struct table *tables[24]; /* in the order asked for; summary need not be among them */
	size_t table_count;
	const struct writer *writer;
	const struct filter *const *filters;
	size_t filter_count;
	const char *sort;           /* "[-]column" or NULL: for the tables that have it */
	const char *const *columns; /* NULL for the default ones */
	size_t column_count;
	size_t limit;
	const char *version; /* of the program */
	int width;           /* of text on a terminal, in columns; 0 without one */
	bool utf8;           /* of text */
	bool color;          /* of text */
};

/* What is reported at once. */
struct report_sample {
	const struct table_data *data;
	size_t n;             /* counts reports from 0 */
	size_t skipped;       /* samples that were left out before it */
	bool first;           /* nothing was written to this output yet: a header is due */
	enum gap gap;         /* why */
	size_t skipped_total; /* since the start */
	bool plan;            /* plans alone: no server was asked, and nothing is said of one */
	const char *refusal;  /* why the ordinary login is refused while another way is in use, in a
	                         few words; NULL if not */
};

/* A sample that could not be had. */
struct report_failure {
	int64_t wall_us;
	const char *target; /* what is connected to */
	const char *why;
	size_t n;                    /* as above */
	const char *refusal;         /* likewise, where no way leads in */
	const struct server *server; /* of the last sample; NULL before the first */
};

/* An act on sessions, and what came of it. */
struct report_act {
	const struct table_data *data; /* of the last sample, with the job */
	const struct slots *before;    /* when it was decided whom to act on */
	const struct slots *after;     /* now; of a dry run, as it would be */
	const struct choice *choice;   /* what the plan was for */
	const int *spared;             /* how many were left alone, by enum spare */
	const char *next;              /* what helps where there was nobody; NULL for nothing */
	bool dry_run;                  /* nothing was done: it is only whom it would be */
	bool unasked;                  /* and that not by a dry run: nobody could be asked */
	bool guard;                    /* one of many: nothing to do is nothing to say */
	bool first;                    /* as in a sample, and the next two */
	size_t skipped;
	enum gap gap;
	struct value stands;      /* whether the alert stands that a guard waits for, or none */
	const char *change;       /* in words, when that has changed; NULL else */
	const char *const *notes; /* whether it helps at all */
	size_t note_count;
};

/* What writers of many tables show when none are asked for. */
#define REPORT_SHOW "summary,states,applications,alerts"
/* "4 samples left out: the server answered late". */
#define REPORT_GAP_MAX 96
const char *report_gap(size_t skipped, enum gap gap, char out[REPORT_GAP_MAX]);

/* What came of an act, in one line, and who was left alone, in another; cleaned. */
void report_outcome(const struct report *report, const struct report_act *act, struct buf *out,
    struct arena *arena);

/* One format. All append to out, and end with a line end. */
struct writer {
	const char *name; /* of --format */
	const char *help;
	const char *show; /* tables when none are asked for */
	bool one_table;   /* a report has one table only, and no sum of it */
	bool plans;       /* it can write plans alone */
	bool gaps;        /* a report says what was left out before it; else that goes to stderr */
	bool rows;        /* of an act it has the targets alone: the words go to stderr */
	/* It writes a failure also where that is all there is to come. */
	bool always;
	/* Whether it can write the tables that are asked for; NULL: any. */
	bool (*check)(const struct report *report, struct err *err);
	/* The report of one sample; memory for it is from the arena. */
	void (*sample)(const struct report *report, const struct report_sample *sample,
	    struct buf *out, struct arena *arena);
	/* What stands for a sample that could not be had: the time and the reason. NULL where the
	 * format has no place for it: then it goes to stderr. */
	void (*failure)(const struct report *report, const struct report_failure *failure,
	    struct buf *out);
	/* What was done to sessions: the report's table is that of the targets. NULL where the
	 * format cannot say it. */
	void (*acted)(const struct report *report, const struct report_act *act, struct buf *out,
	    struct arena *arena);
};

extern const struct writer writer_text, writer_csv, writer_json, writer_openmetrics;

/* By the index of the setting `format`. */
const struct writer *writer_by_format(int format);

/* Chooses tables by a comma separated list of names, NULL for those of the report's writer, which
 * is set before; the error names the wrong one and the right ones. */
bool report_show(struct report *report, const char *names, struct err *err);

/* Columns by a comma separated list: each must be one of some chosen table. From the arena. */
bool report_columns(struct report *report, const char *names, struct arena *arena, struct err *err);

/* Sets the order: some chosen table must have the column. */
bool report_sort(struct report *report, const char *sort, struct err *err);

/* Whether a chosen table is one of sessions, which are what filters are about. */
bool report_has_sessions(const struct report *report);

/* Whether a table of the report says when the sample was taken. */
bool report_has_time(const struct report *report);

/* The columns of a table that this report shows, in order. Gives their number; out has room for 64.
 */
size_t report_table_columns(const struct report *report, const struct table *table, bool all,
    const struct column *out[COLUMNS_MAX]);

/* The rows of a table by the report's filters, order and limit. */
void report_rows(const struct report *report, const struct table *table,
    const struct table_data *data, struct rows *rows, struct arena *arena);

/* A family of metrics: "gauge" or "counter", and a list of its labels. */
struct metric {
	const char *name, *type, *labels, *help;
};
typedef void metric_item(void *context, const struct metric *metric);

/* Calls `item` for each family that there is, in order; the metric is valid during the call. */
void metrics_each(metric_item *item, void *context);

#endif
