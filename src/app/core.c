/* SPDX-License-Identifier: PostgreSQL */
/*
 * The middle of the program: a snapshot comes in, facts and alerts come out.
 * Used by the screen and by reports alike.
 */
#include <stdio.h>
#include <string.h>

#include "action/words.h"
#include "app.h"
#include "analysis/advice.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/link.h"
#include "model/snapshot.h"
#include "source/source.h"
#include "table/filter.h"

/* The first pool from there on whose filter gives that answer or a surer one; -1 for none. */
static int
find_pool(const struct app *app, const struct table_data *data, const struct session *session,
    int from, enum filter_answer least)
{
	for (size_t i = (size_t)from; i < app->settings.pool_count; i++)
		if (filter_claims(app->pool_filters[i], data, session) >= least)
			return (int)i;
	return -1;
}

static int
match_pool(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct app *app = context;
	const struct table_data data = { .snap = snap, .settings = &app->settings };

	return find_pool(app, &data, session, from, FILTER_YES);
}

static int
may_match_pool(const void *context, const struct snapshot *snap, const struct session *session,
    int from)
{
	const struct app *app = context;
	const struct table_data data = { .snap = snap, .settings = &app->settings };

	return find_pool(app, &data, session, from, FILTER_MAYBE);
}

static bool
has_account(const struct snapshot *snap)
{
	return snap->account != NULL && strchr(snap->account, ' ') == NULL;
}

/* Where the advised command takes another account by itself, ours may lack the right. */
static enum bar
judge_bar(const void *context, const struct snapshot *snap, const struct session *session)
{
	const struct app *app = context;
	struct table_data data = { .snap = snap, .settings = &app->settings };
	enum bar bar = whom_bar(&app->whom, &data, session);

	return bar == BAR_RIGHT && has_account(snap) ? BAR_NONE : bar;
}

bool
app_open(struct app *app, struct err *err)
{
	size_t count = app->settings.pool_count;

	app->pool_peaks = mem_alloc(count + 1, sizeof(*app->pool_peaks));
	app->pool_filters = mem_alloc(count, sizeof(struct filter *));
	for (size_t i = 0; i < count; i++) {
		app->pool_filters[i] = filter_parse(app->settings.pools[i].match, err);
		if (app->pool_filters[i] == NULL)
			return false;
	}
	if (!again_command(&app->settings, NULL, app->again))
		app->again[0] = '\0';
	if (!whom_protect(&app->whom, &app->settings, err))
		return false;
	app->matcher = (struct pool_matcher){ match_pool, app, may_match_pool };
	app->barrier = (struct barrier){ judge_bar, app };
	alerts_init(&app->alerts, &app->settings);
	app->source = source_open(&app->settings, err);
	return app->source != NULL;
}

void
app_close(struct app *app)
{
	for (size_t i = 0; app->pool_filters != NULL && i < app->settings.pool_count; i++)
		filter_free(app->pool_filters[i]);
	mem_free(app->pool_filters);
	mem_free(app->pool_peaks);
	whom_close(&app->whom);
	snapshot_free(app->current);
	source_close(app->source);
	facts_clear(&app->facts);
	settings_clear(&app->settings);
	*app = (struct app){ 0 };
}

/* Once: a role that gets and loses the right does not fill the list. */
static const char *
tell_rights(struct app *app)
{
	const struct snapshot *snap = app->current;
	char text[MESSAGE_TEXT_MAX];

	if (!snap->restricted || app->told_rights)
		return NULL;
	app->told_rights = true;
	snprintf(text, sizeof text,
	    "sessions of other roles are shown in part: grant pg_monitor to role %s",
	    snap->server.user);
	messages_add(&app->messages, snap->wall_us, LEVEL_WARNING, text);
	return messages_get(&app->messages, 0)->text;
}

/* While another way is in use it is the ordinary login that is refused. */
static void
judge_refusal(struct app *app, int64_t wall_us)
{
	const struct link *knock = source_knock(app->source);

	alerts_refused(&app->alerts, knock != NULL ? knock : source_link(app->source), app->current,
	    wall_us);
}

/* By /proc the command takes the account of the server. */
static void
advise(struct app *app)
{
	const struct snapshot *snap = app->current;
	struct arena *arena = &app->facts.arena;
	char other[ADVICE_COMMAND_MAX];
	const char *command = app->again;
	struct adviser adviser;

	if (has_account(snap))
		command = again_command(&app->settings, snap->account, other) ? other : "";
	adviser = (struct adviser){
		.command = command[0] != '\0' && !app->settings.read_only ? command : NULL,
		.whose = snap->via == VIA_PROC
		    ? "this account"
		    : arena_printf(arena, "role %s", words_role(snap->server.user, arena)),
		.rights = words_barred(snap, arena),
		.verdict = &app->verdict,
	};

	advice_make(&app->alerts, &app->facts, &adviser);
}

const char *
app_take(struct app *app, struct snapshot *snap)
{
	struct snapshot *previous = app->current;
	struct input input;

	app->current = snap;
	if (previous != NULL && previous->server.started_us != snap->server.started_us)
		history_clear(&app->history); /* restarted, or another server */
	facts_point(snap, &app->history);
	input = (struct input){
		.snap = snap,
		.previous = previous,
		.history = &app->history,
		.settings = &app->settings,
		.pool_peaks = app->pool_peaks,
		.matcher = &app->matcher,
		.barrier = &app->barrier,
	};
	facts_make(&app->facts, &input);
	pools_keep_peaks(&app->facts.pools, app->pool_peaks);
	tracks_update(&app->tracks, &app->facts, snap, previous);
	alerts_update(&app->alerts, &app->facts, snap->wall_us);
	judge_refusal(app, snap->wall_us);
	verdict_make(&app->verdict,
	    &(struct evidence){ snap, &app->facts, &app->alerts, &app->tracks });
	advise(app);
	source_recycle(app->source, previous); /* the facts do not point into it */
	return tell_rights(app);
}

bool
app_tell_act(struct app *app, bool *futile, char out[TRACK_TEXT_MAX])
{
	int64_t mono_us = app->current->mono_us;

	for (size_t i = 0; i < app->tracks.count; i++) {
		struct track_act *act = &app->tracks.items[i].act;

		*futile = track_is_futile(&app->tracks.items[i]);
		if (act->ended == 0 || act->told ||
		    (!*futile && mono_us - act->since_us < TRACK_ACT_US))
			continue;
		act->told = true;
		track_tell(&app->tracks.items[i], mono_us, out);
		return true;
	}
	return false;
}

const char *
app_reason(const struct app *app, char out[1024])
{
	const struct link *link = source_link(app->source);
	const struct link *refused[VIA_COUNT];
	char reason[LINK_REASON_MAX];
	struct buf text = { 0 };

	buf_addf(&text, "%s: %s", refusal_text(reason, link), link->text);
	for (enum via via = 0; via < VIA_COUNT; via++) {
		refused[via] = source_refused(app->source, via);
		if (refused[via] != NULL)
			buf_addf(&text, "; no way in by %s: %s", via_words(via),
			    link_reason(reason, refused[via]));
	}
	snprintf(out, 1024, "%s", buf_str(&text));
	buf_clear(&text);
	return link_advice(link, refused);
}

void
app_explain(const struct app *app, char out[1024])
{
	char reason[1024];
	const char *advice = app_reason(app, reason);
	size_t around = strlen(source_target(app->source)) + strlen(advice) + sizeof ": ; ";
	int room = around < 1024 ? (int)(1024 - around) : 0;

	snprintf(out, 1024, "%s: %.*s; %s", source_target(app->source), room, reason, advice);
}

void
app_link_changed(struct app *app, int64_t wall_us)
{
	const struct link *link = source_link(app->source);
	char text[1024];

	if (link->state == LINK_CONNECTING)
		return;
	judge_refusal(app, wall_us);
	if (link->state == LINK_DOWN) {
		app_explain(app, text);
		messages_add(&app->messages, wall_us, LEVEL_CRITICAL, text);
	} else if (link->state == LINK_LATE) {
		messages_add(&app->messages, wall_us, LEVEL_WARNING, "the server does not answer");
	} else if (app->messages.count > 0 || app->current != NULL) {
		snprintf(text, sizeof text, "connected to %s by %s", source_target(app->source),
		    via_words(link->via));
		messages_add(&app->messages, wall_us, LEVEL_INFO, text);
	}
}

bool
app_data(const struct app *app, struct table_data *data)
{
	*data = (struct table_data){
		.snap = app->current,
		.facts = &app->facts,
		.alerts = &app->alerts,
		.tracks = &app->tracks,
		.verdict = &app->verdict,
		.settings = &app->settings,
	};
	return app->current != NULL;
}
