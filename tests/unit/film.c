/* SPDX-License-Identifier: PostgreSQL */
/*
 * Samples one after the other.
 */
#include "film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void
film_begin(struct film *film)
{
	memset(film, 0, sizeof *film);
	fixture_init(&film->fixture);
}

void
film_end(struct film *film)
{
	fixture_clear(&film->fixture);
}

void
film_next(struct film *film)
{
	struct fixture *fixture = &film->fixture;
	struct snapshot *snap;

	film->t_us += FILM_STEP_US;
	snapshot_free(fixture->previous);
	fixture->previous = fixture->snap;
	fixture->snap = snap = fixture_snapshot();
	snap->server_us += film->t_us;
	snap->wall_us += film->t_us;
	snap->mono_us += film->t_us;
}

struct session *
film_add(struct film *film, int32_t pid, const char *application, enum session_state state,
    int64_t since_us)
{
	struct session *session = fixture_add(film->fixture.snap, pid, "app", application, state);

	session->id.start_us = NOW_US + since_us;
	session->query_start_us = session->state_change_us = NOW_US + since_us;
	return session;
}

void
film_judge(struct film *film)
{
	fixture_analyse(&film->fixture);
}

const char *
film_verdict(const struct film *film)
{
	return film->fixture.verdict.rule != NULL ? film->fixture.verdict.rule->name : "";
}

void
film_expect(struct film *film, const char *name, const char *text)
{
	film_judge(film);
	assert_string_equal(film_verdict(film), name);
	assert_string_equal(film->fixture.verdict.text, text);
}

void
film_expect_not(struct film *film, const char *name)
{
	film_judge(film);
	assert_string_not_equal(film_verdict(film), name);
}
