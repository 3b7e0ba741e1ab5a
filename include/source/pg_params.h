/* SPDX-License-Identifier: PostgreSQL */
/*
 * The server's settings as a connection reads them: seldom, and kept for the
 * samples in between.
 */
#ifndef PGCONNTOP_SOURCE_PG_PARAMS_H
#define PGCONNTOP_SOURCE_PG_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/param.h"

struct buf;
struct pg_rows;
struct snapshot;

/* Zero initialized knows nothing, and is due at once. */
struct pg_params {
	struct arena arena; /* of texts */
	struct params now;
	bool known;
	int64_t due_us;       /* time to read anew */
	int64_t overrides_us; /* not before, for those of roles and databases */
};

#define PG_PARAMS_LIMIT "101" /* overrides to ask for: OVERRIDES_MOST and one */

/* Forgets all, and is due at once. */
void pg_params_clear(struct pg_params *params);

bool pg_params_due(const struct pg_params *params, int64_t mono_us);

/* Appends lists for PG_SQL_PARAMS and PG_SQL_OVERRIDES. */
void pg_params_list(struct buf *names, struct buf *texts);

/*
 * Takes PG_SQL_PARAMS in, which replaces all that was known. What the login's
 * options name stays unknown: it hides the server's value. NULL for none.
 */
void pg_params_read(struct pg_params *params, const struct pg_rows *rows, const char *options,
    int64_t mono_us);

/* Takes PG_SQL_OVERRIDES in, which follows. */
void pg_params_read_overrides(struct pg_params *params, const struct pg_rows *rows);

/* Whether to ask for values of roles and databases as well. */
bool pg_params_ask_overrides(const struct pg_params *params, int64_t mono_us);

/* They could not be read: our role may not. Not asked for again for a while. */
void pg_params_overrides_failed(struct pg_params *params, int64_t mono_us);

/* Copies what is known into a sample. */
void pg_params_give(const struct pg_params *params, struct snapshot *snap);

#endif
