/* SPDX-License-Identifier: PostgreSQL */
/* Where reports go: standard output, or a file that is replaced whole; see out.c. */
#ifndef PGCONNTOP_APP_OUT_H
#define PGCONNTOP_APP_OUT_H

#include <stdbool.h>

#include "base/err.h"

struct buf;
struct report;
struct settings;

enum out_result {
	OUT_DONE,
	OUT_GONE,   /* nobody reads it any more, or a signal ended the wait for a reader */
	OUT_FAILED, /* said on stderr */
};

struct out {
	const char *path; /* NULL for standard output; the caller's */
	struct err told;  /* what was said last, "" when the last report was written */
	const char
	    *done; /* what the report tells of, said when it cannot be written; NULL for nothing */
};

/* The value of --output: NULL or "-" for standard output. Nothing is opened yet. */
void out_open(struct out *out, const char *path);

/*
 * Whether a report could be written now: the new file can be made, and standard output is one that
 * takes something. Leaves nothing behind.
 */
bool out_check(const struct out *out, struct err *err);

/*
 * Writes a report, whole; nothing when it is empty. A file is replaced by a
 * new one in one step, and stays as it was when that fails. The same failure
 * is said once, and so is its end. Standard output is waited for: a reader
 * that does not read cannot hold up SIGTERM.
 */
enum out_result out_write(struct out *out, const struct buf *report);

/* Sets what a report takes from the settings and from where it goes: format, limit, characters and
 * colours; not its tables. */
void out_report(const struct out *out, const struct settings *settings, struct report *report);

/* Columns of the terminal that it is; 0 when it is none. */
int out_width(const struct out *out);

#endif
