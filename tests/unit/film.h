/* SPDX-License-Identifier: PostgreSQL */
/*
 * A film: samples of a server one after the other, judged as they come.
 */
#ifndef PGCONNTOP_UNIT_FILM_H
#define PGCONNTOP_UNIT_FILM_H

#include "fixture.h"

#define FILM_STEP_US SECONDS(2)

struct film {
	struct fixture fixture;
	int64_t t_us; /* since the film began */
};

/* An empty sample of a server that was not seen before. End with film_end(). */
void film_begin(struct film *film);
void film_end(struct film *film);

/* The next sample: empty, FILM_STEP_US later. */
void film_next(struct film *film);

/* A session that began, and is in its state, since that time of the film. */
struct session *film_add(struct film *film, int32_t pid, const char *application,
    enum session_state state, int64_t since_us);

/* Analyses the sample. */
void film_judge(struct film *film);

/* The name of the verdict on the last sample; "" for none. */
const char *film_verdict(const struct film *film);

/* Analyses the sample: the verdict must be this one, or any but this one. */
void film_expect(struct film *film, const char *name, const char *text);
void film_expect_not(struct film *film, const char *name);

#endif
