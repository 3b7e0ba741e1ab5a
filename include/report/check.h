/* SPDX-License-Identifier: PostgreSQL */
/*
 * What a monitoring system is told, as the guidelines of the Monitoring
 * Plugins have it: a line with the status and the figures for graphs, then
 * lines for who looks closer.
 */
#ifndef PGCONNTOP_REPORT_CHECK_H
#define PGCONNTOP_REPORT_CHECK_H

#include <stdbool.h>

struct buf;
struct messages;
struct table_data;

/* The exit status of a plugin. */
enum check_status { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct check {
	const struct table_data *data;   /* NULL: no figures; without a sample its snap is NULL */
	const struct messages *messages; /* what went wrong beside the sample; NULL when data is */
	const char *target;              /* what is connected to; NULL when data is */
	const char *failure;      /* why there is no sample, NULL when there is one; raw bytes */
	const char *advice;       /* what to do about that, NULL for none */
	enum check_status status; /* of the failure */
	const char *cause_key;    /* of the screen, that helps against the cause; NULL for none */
	bool utf8;                /* the reader takes it; else ASCII */
};

/* Appends the text of at most 4 kB, of it the first line about 1 kB, and gives the status. */
enum check_status check_write(const struct check *check, struct buf *out);

#endif
