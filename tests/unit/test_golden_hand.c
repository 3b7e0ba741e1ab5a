/* SPDX-License-Identifier: PostgreSQL */
/* The hand and the eye of the tests: keys, samples that follow, and what the screen says. */
#include "test_golden_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "action/job.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"

static void
copy_session(struct snapshot *snap, const struct session *old)
{
	struct session *session = snapshot_add(snap);
	const char **names[] = { &session->database, &session->user, &session->application,
		&session->client, &session->backend_type, &session->wait_event_type,
		&session->wait_event, &session->query };

	*session = *old;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (*names[i] != NULL)
			*names[i] = snapshot_intern(snap, *names[i], strlen(*names[i]));
	if (old->blocker_count > 0) {
		int32_t *pids = arena_alloc(&snap->arena, old->blocker_count, sizeof(*pids));

		memcpy(pids, old->blocked_by, old->blocker_count * sizeof(*pids));
		session->blocked_by = pids;
	}
}

static void
copy_limits(struct snapshot *snap, const struct snapshot *old)
{
	struct limit *limits = arena_alloc(&snap->arena, old->limit_count, sizeof(*limits));

	for (size_t i = 0; i < old->limit_count; i++) {
		limits[i] = old->limits[i];
		limits[i].name = snapshot_intern(snap, limits[i].name, strlen(limits[i].name));
	}
	snap->limits = limits;
}

/* Whether a session is in the next sample. */
typedef bool stay_function(const struct fixture *fixture, const struct session *session,
    int32_t gone);

/* Another one of the same client. */
static void
make_new(struct session *session, int64_t now_us)
{
	session->id.pid += 50000;
	session->id.start_us = session->state_change_us = session->query_start_us = now_us;
}

/* Those that do not stay come back when `again`. */
static void
take_sample(struct fixture *fixture, stay_function *stays, int32_t gone, bool again)
{
	const struct snapshot *old = fixture->snap;
	struct snapshot *snap = snapshot_new();
	struct arena arena = snap->arena;
	const int64_t later_us = 2 * UNITS_US_PER_SECOND;

	*snap = *old;
	snap->arena = arena;
	snap->sessions = NULL;
	snap->intern = NULL;
	snap->session_count = snap->session_room = 0;
	snap->server_us += later_us;
	snap->wall_us += later_us;
	snap->mono_us += later_us;
	for (size_t i = 0; i < old->session_count; i++) {
		bool stay = stays(fixture, &old->sessions[i], gone);

		if (stay || again)
			copy_session(snap, &old->sessions[i]);
		if (!stay && again)
			make_new(&snap->sessions[snap->session_count - 1], snap->server_us);
	}
	copy_limits(snap, old);
	snapshot_finish(snap);
	snapshot_free(fixture->previous);
	fixture->previous = fixture->snap;
	fixture->snap = snap;
	fixture->frame.mono_us += later_us;
	fixture->frame.wall_us += later_us;
	facts_point(snap, &fixture->history);
	fixture_analyse(fixture);
}

static bool
is_another(const struct fixture *fixture, const struct session *session, int32_t gone)
{
	(void)fixture;
	return session->id.pid != gone;
}

void
fixture_next(struct fixture *fixture, int32_t gone)
{
	take_sample(fixture, is_another, gone, false);
}

/* All but those that were signalled, up to that pid. */
static bool
was_spared(const struct fixture *fixture, const struct session *session, int32_t gone)
{
	const struct job *job = ui_job(fixture->ui);

	for (size_t i = 0; i < job->count; i++)
		if (identity_compare(&job->targets[i].id, &session->id) == 0)
			return job->targets[i].outcome != OUTCOME_SIGNALLED ||
			    session->id.pid > gone;
	return true;
}

/* A sample is there: those that have ended are marked, as by who acts. */
static void
watch(struct fixture *fixture)
{
	struct job *job = ui_job(fixture->ui);
	enum outcome *before = arena_alloc(&fixture->snap->arena, job->count, sizeof(*before));

	for (size_t i = 0; i < job->count; i++)
		before[i] = job->targets[i].outcome;
	job_watch(job, fixture->snap);
	for (size_t i = 0; i < job->count; i++)
		if (job->targets[i].outcome == OUTCOME_ENDED && before[i] != OUTCOME_ENDED &&
		    action_row(job->action)->frees)
			tracks_ended(&fixture->tracks, groups_shown(job->targets[i].application));
}

/* What becomes of the target whose turn it is. */
static bool
take_turn(struct fixture *fixture, char step)
{
	static const struct {
		char step;
		enum outcome outcome;
		const char *note;
	} outcomes[] = {
		{ 's', OUTCOME_SIGNALLED, NULL },
		{ 'g', OUTCOME_GONE, NULL },
		{ 'c', OUTCOME_CHANGED, NULL },
		{ 'r', OUTCOME_REUSED, NULL },
		{ 'd', OUTCOME_DENIED, "only a superuser may" },
		{ 'f', OUTCOME_FAILED, "canceling statement due to lock timeout" },
		{ 'u', OUTCOME_UNKNOWN, NULL },
	};
	struct job *job = ui_job(fixture->ui);

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (outcomes[i].step != step)
			continue;
		const struct target *target = job_send(job);

		if (target == NULL)
			return false;
		if (action_row(job->action)->frees)
			tracks_signalled(&fixture->tracks, groups_shown(target->application),
			    fixture->frame.mono_us);
		job_outcome(job, outcomes[i].outcome, outcomes[i].note, fixture->frame.mono_us);
		return true;
	}
	abort();
}

void
fixture_act(struct fixture *fixture, const char *steps)
{
	static const char full_log[] =
	    "cannot write the kill log /var/log/pgconntop/kill.log: No space left on device";
	struct job *job = ui_job(fixture->ui);

	/* The scene may have none to act on. */
	if (job->state == JOB_NONE || job->state == JOB_ASKED)
		return;
	for (; *steps != '\0'; steps++) {
		switch (*steps) {
		case '!':
			job_run(job);
			break;
		case '*':
			while (take_turn(fixture, 's'))
				;
			break;
		case 'l':
			job_send(job);
			job_stop(job, "the connection was lost", true);
			break;
		case 'x':
			job_stop(job, full_log, false);
			break;
		case 'w':
		case 'b':
		case 'k':
			take_sample(fixture, was_spared, *steps == 'k' ? 0 : INT32_MAX,
			    *steps == 'b');
			watch(fixture);
			break;
		default:
			take_turn(fixture, *steps);
		}
	}
}

static unsigned
press(struct fixture *fixture, uint32_t code)
{
	const struct key_event key = { .code = code };

	return ui_key(fixture->ui, &key, &fixture->frame);
}

/* Each character of the n bytes. */
static unsigned
type(struct fixture *fixture, const char *s, size_t n)
{
	unsigned want = 0;
	uint32_t code;

	while (n > 0) {
		size_t len = text_decode(s, n, &code);

		want |= press(fixture, code);
		s += len;
		n -= len;
	}
	return want;
}

unsigned
fixture_keys(struct fixture *fixture, const char *keys)
{
	unsigned want = 0;
	char name[32];

	for (keys += strspn(keys, " "); *keys != '\0'; keys += strspn(keys, " ")) {
		size_t len;

		if (*keys == '\'') {
			len = strcspn(keys + 1, "'");
			want |= type(fixture, keys + 1, len);
			keys += len + 2;
			continue;
		}
		len = strcspn(keys, " ");
		if (len >= sizeof(name))
			abort();
		memcpy(name, keys, len);
		name[len] = '\0';
		if (name[0] == '@') {
			fixture_act(fixture, name + 1);
			keys += len;
			continue;
		}
		if (key_parse(name) == 0)
			abort();
		want |= press(fixture, key_parse(name));
		if (fixture->canvas.rows > 0) /* a question counts once it was seen */
			fixture_draw(fixture, fixture->canvas.rows, fixture->canvas.cols,
			    fixture->canvas.utf8);
		else
			fixture_draw(fixture, 24, 80, false);
		keys += len;
	}
	return want;
}

unsigned
fixture_mouse(struct fixture *fixture, enum mouse mouse, int row, int col)
{
	const struct key_event key = { .code = KEY_CODE_MOUSE,
		.mouse = mouse,
		.row = row,
		.col = col };

	return ui_key(fixture->ui, &key, &fixture->frame);
}

void
fixture_draw(struct fixture *fixture, int rows, int cols, bool utf8)
{
	canvas_resize(&fixture->canvas, rows, cols, utf8);
	ui_draw(fixture->ui, &fixture->frame, &fixture->canvas);
}

int
fixture_find(const struct fixture *fixture, const char *text)
{
	struct buf screen = { 0 };
	const char *place, *s;
	int row = -1;

	canvas_dump(&fixture->canvas, &screen);
	place = strstr(buf_str(&screen), text);
	if (place != NULL)
		for (row = 0, s = buf_str(&screen); s < place; s++)
			row += *s == '\n';
	buf_clear(&screen);
	return row;
}
