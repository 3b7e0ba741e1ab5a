/* SPDX-License-Identifier: PostgreSQL */
/*
 * The first line: what we look at, and what is wrong with the looking. What
 * is wrong goes last when the screen is narrow.
 */
#include "internal.h"
#include "line.h"

#include "base/settings.h"
#include "base/units.h"
#include "model/link.h"
#include "model/snapshot.h"

#include <stdio.h>

/* In whole seconds: a fraction would only flicker. */
static const char *
seconds(char out[UNITS_TEXT_MAX], int64_t us)
{
	return units_duration_long(out, us - us % UNITS_US_PER_SECOND);
}

/* What the link is doing: "FULL, next try in 2 s"; NULL when all is well. */
static const char *
link_words(struct arena *arena, const struct ui_frame *frame)
{
	const struct link *link = frame->link;
	char time[UNITS_TEXT_MAX];

	if (link == NULL)
		return NULL;
	switch (link->state) {
	case LINK_UP:
		return NULL;
	case LINK_CONNECTING:
		return "connecting";
	case LINK_LATE:
		return arena_printf(arena, "LATE %s",
		    seconds(time, frame->mono_us - link->since_mono_us));
	case LINK_DOWN:
		break;
	}
	if (link->pending)
		return "DOWN, login hangs";
	if (link->retry_mono_us < frame->mono_us + UNITS_US_PER_SECOND)
		return arena_printf(arena, "%s, trying", link_down_word(link));
	return arena_printf(arena, "%s, next try in %s", link_down_word(link),
	    seconds(time, link->retry_mono_us - frame->mono_us));
}

bool
frame_is_old(const struct ui_frame *frame)
{
	return frame->data != NULL && frame->link != NULL && frame->link->state != LINK_UP;
}

#define DAY_US (INT64_C(86400) * UNITS_US_PER_SECOND)

#define VIA_NEWS_US (10 * UNITS_US_PER_SECOND) /* how long a new way in is worth most */

/* Who is at the other end. */
static void
add_server(struct writer *writer)
{
	const struct snapshot *snap = writer->frame->data->snap;
	const struct server *server = &snap->server;
	int64_t up_us;
	char time[UNITS_TEXT_MAX];

	if (server->version != NULL)
		word_add(writer, arena_printf(writer->arena, "PostgreSQL %s", server->version),
		    STYLE_TEXT, 50, 2);
	/* Of a standby not all is true that is of a primary. */
	word_add(writer, server_role(server), STYLE_TEXT, server->in_recovery ? 66 : 55, 1);
	if (server->started_us == TIME_UNKNOWN)
		return;
	up_us = session_since(server->started_us, snap->server_us);
	units_duration(time, up_us);
	if (up_us >= DAY_US)
		snprintf(time, sizeof(time), "%dd", (int)(up_us / DAY_US));
	word_add(writer, arena_printf(writer->arena, "up %s", time), STYLE_TEXT, 30, 1);
}

/* A way in that is not the one of before is worth more for a while. */
static void
note_via(struct ui *ui, const struct ui_frame *frame)
{
	if (frame->link == NULL || frame->link->state != LINK_UP ||
	    frame->link->via == ui->told_via)
		return;
	ui->told_via = frame->link->via;
	ui->new_via_us = frame->mono_us + VIA_NEWS_US;
}

/* The way in: the present one, or that of old data; and what keeps us from the best one. */
static void
add_via(struct writer *writer)
{
	const struct ui_frame *frame = writer->frame;
	const struct link *knock = frame->knock;
	bool up = frame->link != NULL &&
	    (frame->link->state == LINK_UP || frame->link->state == LINK_LATE);
	enum via via = up ? frame->link->via : frame->data->snap->via;
	bool news = frame->mono_us < writer->ui->new_via_us;

	word_add(writer, arena_printf(writer->arena, "via %s", via_name(via)),
	    via == VIA_CLIENT ? STYLE_TEXT : STYLE_WARNING, via == VIA_CLIENT && !news ? 25 : 97,
	    2);
	if (knock == NULL)
		return;
	word_add(writer,
	    arena_printf(writer->arena, "waiting for a %s: %u %s",
	        refusal_is_limit(knock->refusal) ? "slot" : "login", knock->tries,
	        knock->tries == 1 ? "try" : "tries"),
	    STYLE_WARNING, 65, 2);
	word_add(writer,
	    arena_printf(writer->arena, ", %s %s", knock->sqlstate, refusal_words(knock->refusal)),
	    STYLE_WARNING, 64, 0);
}

/* What is not as it should be: the link, a pause, old data. */
static void
add_troubles(struct writer *writer)
{
	const struct ui_frame *frame = writer->frame;
	char time[UNITS_TEXT_MAX];

	word_add(writer, link_words(writer->arena, frame), STYLE_CRITICAL, 100, 2);
	word_add(writer, writer->ui->settings->read_only ? "READ-ONLY" : NULL, STYLE_WARNING, 94,
	    2);
	word_add(writer, writer->ui->paused ? "PAUSED" : NULL, STYLE_WARNING, 98, 2);
	if (frame->data == NULL || !(frame_is_old(frame) || writer->ui->paused))
		return;
	seconds(time, frame->mono_us - frame->data->snap->mono_us);
	word_add(writer, arena_printf(writer->arena, "data %s old", time), STYLE_WARNING, 96, 2);
}

static void
title_words(struct writer *writer)
{
	const struct ui_frame *frame = writer->frame;
	char time[UNITS_TEXT_MAX];

	word_add(writer, arena_printf(writer->arena, "pgconntop %s", frame->version), STYLE_TITLE,
	    20, 0);
	word_add(writer, frame->target, STYLE_TITLE, 70, 2);
	if (frame->data != NULL)
		add_server(writer);
	line_right(&writer->line);
	add_troubles(writer);
	if (frame->data != NULL)
		add_via(writer);
	units_number_exact(time, (double)writer->ui->interval_us / UNITS_US_PER_SECOND);
	word_add(writer, arena_printf(writer->arena, "every %ss", time), STYLE_TEXT, 40, 2);
	units_time_of_day(time, frame->wall_us, frame->utc_offset_s);
	word_add(writer, arena_printf(writer->arena, "%s", time), STYLE_TEXT, 60, 2);
}

void
title_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	struct writer writer = { { { { 0 } }, 0, 0 }, &ui->scratch, ui, frame };
	struct pen pen = pen_at(canvas, &ui->layout.title, 0, STYLE_TITLE);

	note_via(ui, frame);
	title_words(&writer);
	line_draw(&writer.line, &pen);
}

void
reason_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct link *link = frame_is_old(frame) ? frame->link : frame->knock;
	struct pen pen = pen_at(canvas, &ui->layout.alerts, 0, STYLE_CRITICAL);
	struct rect line = ui->layout.alerts;

	if (link == NULL || (link->refusal == REFUSAL_NONE && link->state != LINK_LATE) ||
	    (link == frame->knock && refusal_is_limit(link->refusal)))
		return;
	line.rows = line.rows > 0 ? 1 : 0;
	canvas_blank(canvas, &line);
	if (link->refusal == REFUSAL_NONE) {
		pen_text(&pen, "the server does not answer");
		return;
	}
	if (link == frame->knock)
		pen_text(&pen, "no ordinary login: ");
	/* A server says more than our words for all that its SQLSTATE may mean. */
	if (link != frame->knock || link->sqlstate[0] == '\0')
		pen_text(&pen, refusal_words(link->refusal));
	else
		pen_text(&pen, link->sqlstate);
	pen.style = STYLE_TEXT;
	pen_text(&pen, ": ");
	pen_text(&pen, link->text);
	pen_finish(&pen);
}
