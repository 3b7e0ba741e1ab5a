/* SPDX-License-Identifier: PostgreSQL */
/*
 * Names and connection limits of roles and databases, and what our own role
 * may do to others. Sessions come with object ids only, since reading the
 * catalogs can wait for a lock; the names are read apart and kept.
 */
#ifndef PGCONNTOP_SOURCE_PG_NAMES_H
#define PGCONNTOP_SOURCE_PG_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct pg_names;
struct pg_rows;
struct snapshot;

enum name_kind { NAME_DATABASE, NAME_ROLE };

/* Knows nothing yet; free with pg_names_free(). */
struct pg_names *pg_names_new(void);

/* NULL is fine. */
void pg_names_free(struct pg_names *names);

/* A new sample begins. */
void pg_names_begin(struct pg_names *names);

/* The object occurs in this sample. */
void pg_names_note(struct pg_names *names, enum name_kind kind, uint32_t oid);

/* It is time to read them: one that occurs is new, or what we know is old. */
bool pg_names_due(const struct pg_names *names, int64_t mono_us);

/* Appends the ids that occur, as a list for PG_SQL_NAMES; never empty. */
void pg_names_list(const struct pg_names *names, enum name_kind kind, struct buf *list);

/* Appends the ids of databases that are known, at most 128; none before the first answer. */
void pg_names_databases(const struct pg_names *names, struct buf *list);

/* Takes the answer in; it replaces all that was known. */
void pg_names_read(struct pg_names *names, const struct pg_rows *rows, int64_t mono_us);

/* Reading failed: not due again for a while. */
void pg_names_failed(struct pg_names *names, int64_t mono_us);

/* The name, interned in the snapshot: "oid 16384" when it is not known; NULL for id 0. */
const char *pg_names_get(struct pg_names *names, enum name_kind kind, uint32_t oid,
    struct snapshot *snap);

/* Whether it is a superuser; false when that is not known. */
bool pg_names_superuser(const struct pg_names *names, uint32_t oid);

/* Whether it is a role whose rights ours has not; false when that is not known. */
bool pg_names_foreign(const struct pg_names *names, uint32_t oid);

/* Puts the limits, and whose sessions our role may signal, into the snapshot. */
void pg_names_limits(struct pg_names *names, struct snapshot *snap);

#endif
