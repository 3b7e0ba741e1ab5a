/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the files of the table layer share: getters that several tables of
 * sessions use.
 */
#ifndef PGCONNTOP_TABLE_INTERNAL_H
#define PGCONNTOP_TABLE_INTERNAL_H

#include "table/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Columns of a session that are in more than one table. */
struct value session_pid(const struct table_data *data, const void *row);
struct value session_user(const struct table_data *data, const void *row);
struct value session_database(const struct table_data *data, const void *row);
struct value session_application(const struct table_data *data, const void *row);
struct value session_state(const struct table_data *data, const void *row);
struct value session_age(const struct table_data *data, const void *row);
struct value session_query_age(const struct table_data *data, const void *row);
struct value session_transaction(const struct table_data *data, const void *row);
struct value session_wait(const struct table_data *data, const void *row);
struct value session_blocked_by(const struct table_data *data, const void *row);
struct value session_blocks(const struct table_data *data, const void *row);
struct value session_holds_up(const struct table_data *data, const void *row);
struct value session_query(const struct table_data *data, const void *row);

/* Of the summary: what comes and goes. */
struct value summary_opened(const struct table_data *data, const void *row);
struct value summary_closed(const struct table_data *data, const void *row);
struct value summary_unseen(const struct table_data *data, const void *row);
struct value summary_abandoned(const struct table_data *data, const void *row);
struct value summary_fatal(const struct table_data *data, const void *row);
struct value summary_killed(const struct table_data *data, const void *row);
struct value summary_opened_total(const struct table_data *data, const void *row);
struct value summary_closed_total(const struct table_data *data, const void *row);
struct value summary_unseen_total(const struct table_data *data, const void *row);
struct value summary_abandoned_total(const struct table_data *data, const void *row);
struct value summary_fatal_total(const struct table_data *data, const void *row);
struct value summary_killed_total(const struct table_data *data, const void *row);

/* Lists the sessions that `want` accepts. */
void session_rows(const struct table_data *data, struct rows *out, struct arena *arena,
    bool (*want)(const struct session *session));

/* What to follow a session by. */
uint64_t session_key(const void *row);

/* Alarm of a session: what it waits for, how long it is in a transaction. */
int session_level(const struct table_data *data, const void *row);

/* A list of one row, for tables that have only one. */
void rows_single(struct rows *out, const void *row, struct arena *arena);

#endif
