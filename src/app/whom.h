/* SPDX-License-Identifier: PostgreSQL */
/* Whom an order reaches, by the filters of the settings: see whom.c. */
#ifndef PGCONNTOP_APP_WHOM_H
#define PGCONNTOP_APP_WHOM_H

#include <stdbool.h>
#include <stddef.h>

#include "action/plan.h"
#include "analysis/input.h"

struct arena;
struct budget;
struct err;
struct filter;
struct order;
struct session;
struct settings;
struct table_data;

struct filter_list {
	struct filter **items; /* owned */
	size_t count;
};

struct whom {
	struct filter_list filters;
	struct filter_list protect;
	struct budget *budget; /* of a guard; NULL for none */
};

/*
 * Compiles the filters. Sets in the order's choice whether one session was
 * named; refuses an order that needs filters when these let everything pass.
 */
bool whom_open(struct whom *whom, struct order *order, const struct settings *settings,
    struct err *err);

/* Compiles only what protects. */
bool whom_protect(struct whom *whom, const struct settings *settings, struct err *err);

/* What keeps from ending the session in bulk: protection, or else want of a right. */
enum bar whom_bar(const struct whom *whom, const struct table_data *data,
    const struct session *session);

/* The plan of the order on a sample; memory from the arena. */
void whom_plan(const struct whom *whom, const struct order *order, const struct table_data *data,
    struct plan *plan, struct arena *arena);

/* Why a target must be left alone after all, as the sample of another way shows; NONE when not. */
enum spare whom_spares(const struct whom *whom, const struct order *order,
    const struct table_data *data, const struct session *session);

/*
 * Why a session that was named alone is none that can be acted on: it is not there, or no client's;
 * NULL when none was named, or it is one.
 */
const char *whom_missed(const struct whom *whom, const struct order *order,
    const struct table_data *data, struct arena *arena);

/* The filters as text, behind a comma: ", within the filter ..."; "" for none. */
const char *whom_text(const struct whom *whom, struct arena *arena);

void whom_close(struct whom *whom);

#endif
