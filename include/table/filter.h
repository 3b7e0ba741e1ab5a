/* SPDX-License-Identifier: PostgreSQL */
/*
 * The filter language, over the columns of the sessions table:
 *
 *     column=text|other  column!=text  column~regex  column!~regex
 *     column>value  >=  <  <=          word (any text column contains it)
 *
 * Terms are separated by blanks and all must hold; quotes (either kind) keep
 * blanks, "|" or operators in a text. An unknown value matches no
 * comparison but != and !~.
 */
#ifndef PGCONNTOP_TABLE_FILTER_H
#define PGCONNTOP_TABLE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct filter;
struct session;
struct table_data;

/* NULL with place and reason in err ("at 7: ..."); free with filter_free(). "" matches all. */
struct filter *filter_parse(const char *text, struct err *err);

void filter_free(struct filter *filter);

/* What it was made of. */
const char *filter_text(const struct filter *filter);

enum filter_answer { FILTER_NO, FILTER_MAYBE, FILTER_YES };

/* data->facts may be NULL: columns that need it are unknown then. */
bool filter_match(const struct filter *filter, const struct table_data *data,
    const struct session *session);

/*
 * The same for those who act: MAYBE where it takes what the way in does not
 * show, as /proc shows no applications.
 */
enum filter_answer filter_judge(const struct filter *filter, const struct table_data *data,
    const struct session *session);

/* The same for those who count: MAYBE also where it takes what our role may not see. */
enum filter_answer filter_claims(const struct filter *filter, const struct table_data *data,
    const struct session *session);

/* Whether one of them gives that answer. */
bool filter_any(struct filter *const *filters, size_t count, enum filter_answer answer,
    const struct table_data *data, const struct session *session);

/* Whether it names one process: a term pid=N, so that at most one session can match. */
bool filter_names_one(const struct filter *filter);

/* Whether it has no term, so that all match. */
bool filter_is_empty(const struct filter *filter);

/* Appends `column=text` with the quotes that the text needs. */
void filter_quote(struct buf *out, const char *column, const char *text);

#endif
