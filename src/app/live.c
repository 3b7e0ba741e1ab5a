/* SPDX-License-Identifier: PostgreSQL */
/*
 * The live monitor: one loop over the terminal, the source and the clock.
 * Keys and events leave marks; at the end of a turn one canvas is drawn when
 * there is a mark, and what changed of it is shown.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act.h"
#include "action/job.h"
#include "app.h"
#include "base/err.h"
#include "base/text.h"
#include "base/units.h"
#include "config.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "source/proc_memory.h"
#include "source/source.h"
#include "term/term.h"
#include "ui/ui.h"

#define WATCH_US 250000 /* between samples while signalled sessions are to end */
#define FIRST_FRAME_US \
	80000 /* the screen waits this long for a first answer, so that it starts with data */

struct live {
	struct app *app;
	struct ui *ui;
	struct term *term; /* NULL until the first frame */
	struct act act;
	struct proc_memory memory;
	struct canvas canvas;
	int64_t started_us;
	int64_t next_sample_us;
	int64_t
	    next_second_us; /* of the wall clock, by the other clock: the time of day moves on */
	bool draw;
	bool quit;
	bool heard;   /* the first answer of any kind is there */
	bool sampled; /* there is a sample that was not drawn yet */
	struct err err;
	int status;
};

static struct ui_frame
make_frame(const struct live *live, struct table_data *data)
{
	const struct app *app = live->app;
	struct ui_frame frame = {
		.data = app_data(app, data) ? data : NULL,
		.history = &app->history,
		.messages = &app->messages,
		.link = source_link(app->source),
		.knock = source_knock(app->source),
		.memory = &live->memory.known,
		.target = source_target(app->source),
		.version = PACKAGE_VERSION,
		.mono_us = clock_mono_us(),
		.wall_us = clock_wall_us(),
	};

	for (enum via via = 0; via < VIA_COUNT; via++)
		frame.refused[via] = source_refused(app->source, via);
	frame.utc_offset_s = clock_utc_offset(frame.wall_us);
	return frame;
}

/* Takes the terminal over for the first time. */
static bool
open_screen(struct live *live)
{
	live->term = term_open(&live->app->settings, &live->err);
	if (live->term == NULL) {
		live->quit = true;
		live->status = STATUS_USAGE;
		return false;
	}
	signals_on_crash(term_emergency);
	live->draw = true;
	return true;
}

/* Asks for the whole query of the session whose details are open, while it is missing. */
static void
ask_query(struct live *live)
{
	struct identity id;

	if (ui_wants_query(live->ui, &id))
		source_ask_query(live->app->source, &id);
}

static void
draw(struct live *live)
{
	struct table_data data;
	struct ui_frame frame;
	int rows, cols;

	if (live->term == NULL || !live->draw)
		return;
	if (ui_wants_memory(live->ui) && live->app->current != NULL)
		proc_memory_look(&live->memory, live->app->current, clock_mono_us());
	frame = make_frame(live, &data);
	term_size(live->term, &rows, &cols);
	canvas_resize(&live->canvas, rows, cols, term_utf8(live->term));
	ui_draw(live->ui, &frame, &live->canvas);
	term_show(live->term, &live->canvas);
	if (live->sampled)
		ask_query(live); /* drawing found out that it is another one now */
	live->draw = live->sampled = false;
}

static void
ask_password(struct live *live)
{
	struct source *source = live->app->source;
	char *password;

	if (live->term != NULL)
		term_pause(live->term);
	password = password_ask(live->app->settings.username, source_link(source));
	source_password(source, password);
	password_free(password);
	if (live->term != NULL)
		term_resume(live->term);
	live->draw = true;
}

/* What came of ending sessions, when it is known. */
static void
tell_acts(struct app *app)
{
	char text[TRACK_TEXT_MAX];
	bool futile;

	while (app_tell_act(app, &futile, text))
		messages_add(&app->messages, app->current->wall_us,
		    futile ? LEVEL_WARNING : LEVEL_INFO, text);
}

static void
take_event(struct live *live, const struct source_event *event)
{
	struct app *app = live->app;

	live->draw = true;
	switch (event->type) {
	case SOURCE_SNAPSHOT:
		app_take(app, event->snapshot);
		tell_acts(app);
		live->heard = live->sampled = true;
		break;
	case SOURCE_LINK:
		app_link_changed(app, clock_wall_us());
		live->heard = live->heard || source_link(app->source)->state == LINK_DOWN;
		break;
	case SOURCE_PASSWORD:
		ask_password(live);
		break;
	case SOURCE_DETAIL:
		ui_query(live->ui, &event->id, event->text);
		break;
	case SOURCE_MESSAGE:
		messages_add(&app->messages, clock_wall_us(), (enum level)event->level,
		    event->text);
		break;
	case SOURCE_FETCHED:
	case SOURCE_OUTCOME:
	case SOURCE_NOTHING:
		break;
	}
	act_event(&live->act, app, ui_job(live->ui), event);
}

/* Writes all tables to a file and says its name. */
static void
write_tables(struct live *live)
{
	char name[256], text[600];
	struct err err;

	if (tables_write(live->app, name, &err))
		snprintf(text, sizeof(text), "all tables are in %s", name);
	else
		snprintf(text, sizeof(text), "%s", err.msg);
	ui_say(live->ui, text);
	live->draw = true;
}

/* Carries out what a key asked for. */
static void
carry_out(struct live *live, unsigned wants)
{
	struct source *source = live->app->source;

	live->draw = live->draw || (wants & (UI_DRAW | UI_PAUSE | UI_INTERVAL)) != 0;
	live->quit = live->quit || (wants & UI_QUIT) != 0;
	if ((wants & UI_INTERVAL) != 0)
		live->next_sample_us = clock_mono_us() + ui_interval(live->ui);
	if ((wants & UI_SAMPLE) != 0) {
		source_retry(source);
		source_ask_sample(source);
	}
	if ((wants & UI_QUERY) != 0)
		ask_query(live);
	if ((wants & UI_ACT) != 0)
		act_begin(&live->act, live->app, ui_job(live->ui));
	if ((wants & UI_COPY) != 0)
		term_copy(live->term, ui_copied(live->ui));
	if ((wants & UI_WRITE) != 0)
		write_tables(live);
	if ((wants & UI_REDRAW) != 0)
		term_redraw(live->term);
	if ((wants & UI_SUSPEND) != 0) {
		term_pause(live->term);
		signals_suspend();
		term_resume(live->term);
	}
	live->draw = live->draw || (wants & (UI_REDRAW | UI_SUSPEND)) != 0;
}

static void
take_keys(struct live *live)
{
	struct source_event none = { .type = SOURCE_NOTHING };
	struct key_event key;

	while (live->term != NULL && !live->quit && term_key(live->term, clock_mono_us(), &key)) {
		struct table_data data;
		struct ui_frame frame = make_frame(live, &data);

		carry_out(live, ui_key(live->ui, &key, &frame));
		/* It may have stopped the act, and the next one may close its result. */
		act_event(&live->act, live->app, ui_job(live->ui), &none);
	}
	live->quit = live->quit || (live->term != NULL && term_gone(live->term));
}

static void
take_signals(struct live *live)
{
	live->quit = live->quit || signals_quit();
	if (live->term == NULL)
		return;
	if (signals_resized()) {
		term_resized(live->term);
		live->draw = true;
	}
	if (signals_continued()) {
		term_resume(live->term);
		live->draw = true;
	}
}

/* Asks for the next sample when it is due; a wish that was not met is not repeated. */
static void
tick(struct live *live, int64_t now_us)
{
	int64_t interval_us = ui_interval(live->ui);

	if (act_wants_sample(ui_job(live->ui)) && live->next_sample_us > now_us + WATCH_US)
		live->next_sample_us = now_us + WATCH_US;
	if (now_us >= live->next_sample_us) {
		if (!ui_paused(live->ui) || act_wants_sample(ui_job(live->ui)))
			source_ask_sample(live->app->source);
		live->next_sample_us +=
		    ((now_us - live->next_sample_us) / interval_us + 1) * interval_us;
	}
	if (now_us >= live->next_second_us) {
		live->next_second_us =
		    now_us + UNITS_US_PER_SECOND - clock_wall_us() % UNITS_US_PER_SECOND;
		live->draw = true;
	}
	if (live->term == NULL && !live->quit &&
	    (live->heard || now_us - live->started_us >= FIRST_FRAME_US))
		open_screen(live);
}

static void
wait(struct live *live)
{
	int64_t until = live->next_sample_us < live->next_second_us ? live->next_sample_us
	                                                            : live->next_second_us;
	bool gone = false;

	if (live->term == NULL && live->started_us + FIRST_FRAME_US < until)
		until = live->started_us + FIRST_FRAME_US;
	loop_wait(live->app, live->term != NULL ? STDIN_FILENO : -1, until, &gone);
	live->quit = live->quit || gone;
}

static void
run(struct live *live)
{
	struct source *source = live->app->source;
	struct source_event event;

	live->started_us = live->next_sample_us = clock_mono_us();
	while (!live->quit) {
		int64_t now_us = clock_mono_us();

		take_signals(live);
		take_keys(live); /* before what is new: they mean what is on the screen */
		tick(live, now_us);
		source_step(source, now_us, clock_wall_us());
		while (!live->quit && source_next(source, &event))
			take_event(live, &event);
		tick(live, clock_mono_us());
		draw(live);
		if (!live->quit)
			wait(live);
	}
}

static enum spare
judge(const void *context, const struct job *job, const struct session *session)
{
	const struct live *live = context;
	struct table_data data;
	struct ui_frame frame = make_frame(live, &data);

	return ui_spares(live->ui, &frame, job, session);
}

int
live_run(struct app *app)
{
	struct live live = { .app = app };

	live.act = (struct act){ .log.fd = -1, .judge = judge, .context = &live };
	live.ui = ui_new(&app->settings, &live.err);
	if (live.ui == NULL) {
		fprintf(stderr, "pgconntop: %s\n", live.err.msg);
		return STATUS_USAGE;
	}
	if (app->settings.password)
		ask_password(&live);
	run(&live);
	term_close(live.term);
	act_end(&live.act, app, ui_job(live.ui));
	ui_free(live.ui);
	canvas_free(&live.canvas);
	proc_memory_clear(&live.memory);
	if (live.status != STATUS_OK)
		fprintf(stderr, "pgconntop: %s\n", live.err.msg);
	return live.status;
}
