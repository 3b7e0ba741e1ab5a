/* SPDX-License-Identifier: PostgreSQL */
/*
 * The last lines of the header: the cause when there is evidence for one, the
 * alerts that are raised, the worst first, and the newest message.
 */
#include "internal.h"
#include "line.h"

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/verdict.h"
#include "base/units.h"
#include "model/messages.h"
#include "model/snapshot.h"

#include <stdio.h>
#include <string.h>

#define NEWS_US (60 * UNITS_US_PER_SECOND) /* how long a message stays in the header */
#define NEWS_COLS 30                       /* columns that it needs */
#define MORE_COLS 60 /* a narrower screen tells of more alerts by their number only, */
#define FEW_COLS 30  /* and this one not at all */
#define NAME_MOST 60 /* bytes of a name in a sentence, */
#define NAME_LEAST 8 /* and those that are left of it when it is cut */

enum style
style_of_level(int level)
{
	if (level == LEVEL_CRITICAL)
		return STYLE_CRITICAL;
	return level == LEVEL_WARNING ? STYLE_WARNING : STYLE_TEXT;
}

/* Draws words until one does not fit, so that no number is cut; true when all did. */
static bool
draw_words(struct pen *pen, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text + 1, " ") + 1;
		struct pen word = *pen;

		pen_bytes(&word, text, len, 0, 0);
		if (word.cut) {
			pen_fill(pen, pen->end - pen->col, ' ');
			pen->cut = true;
			return false;
		}
		*pen = word;
		text += len;
	}
	return true;
}

/* One raised alert, if it fits whole or nothing stands before it. */
static bool
draw_alert(const struct alert *alert, struct pen *pen, bool first)
{
	const char *level = alert->level == LEVEL_CRITICAL ? "CRITICAL" : "WARNING";
	int width = (int)strlen(level) + 1 + canvas_width(pen->canvas, alert->message);

	if (!first && pen->col + 3 + width > pen->end)
		return false;
	pen->col += first ? 0 : 3;
	pen->style = style_of_level(alert->level);
	pen_text(pen, level);
	pen->style = STYLE_TEXT;
	pen_fill(pen, 1, ' ');
	draw_words(pen, alert->message);
	pen_finish(pen);
	return true;
}

/* How many alerts could not be shown, as long as the screen allows. */
static const char *
more_words(struct writer *writer, size_t more, int cols)
{
	if (cols < FEW_COLS)
		return "";
	if (cols < MORE_COLS)
		return arena_printf(writer->arena, "  +%zu", more);
	return arena_printf(writer->arena, "  +%zu more: key %s", more,
	    keymap_first(&writer->ui->keymap, "alerts", writer->arena));
}

static size_t
count_raised(const struct alert_set *alerts)
{
	size_t n = 0;

	for (size_t i = 0; i < alerts->count; i++)
		n += alerts->items[i].level != LEVEL_OK;
	return n;
}

/* The newest message stays in sight for a while, if there is room behind the alerts. */
static void
draw_news(const struct ui_frame *frame, struct pen *pen)
{
	const struct message *message =
	    frame->messages != NULL ? messages_get(frame->messages, 0) : NULL;

	if (message == NULL || frame->wall_us - message->last_us > NEWS_US ||
	    pen->end - pen->col < NEWS_COLS)
		return;
	pen->col += 3;
	pen->style = STYLE_TEXT;
	pen_text(pen, message->text);
	pen_finish(pen);
}

/* "OK", and calmly how things are; unless that is not known. */
static void
draw_calm(const struct table_data *data, struct pen *pen)
{
	const struct verdict *verdict = data->verdict;
	const struct alert *missed = alerts_missed(data->alerts, 0);

	if (data->snap != NULL && missed != NULL && missed->why != NULL) {
		pen->style = STYLE_UNKNOWN;
		pen_printf(pen, "UNKNOWN %s: %s", missed->rule->name, missed->why);
		pen_finish(pen);
		return;
	}
	pen->style = STYLE_OK;
	pen_text(pen, "OK");
	if (verdict == NULL || verdict->rule == NULL || verdict->rule->bad)
		return;
	pen->col += 2;
	pen->style = STYLE_DIM;
	draw_words(pen, verdict->text);
}

/* With the name in it cut, if it only fits so: what is said of it matters more. */
static const char *
cut_name(const char *text, const char *name, const struct pen *pen, struct arena *arena)
{
	size_t len = name != NULL ? strnlen(name, NAME_MOST) : 0;
	const char *at = text, *rest;
	char cut[VERDICT_TEXT_MAX + 4];

	while (*at != '\0' && (len < NAME_LEAST || strncmp(at, name, len) != 0))
		at++;
	if (*at == '\0' || canvas_width(pen->canvas, text) <= pen->end - pen->col)
		return text;
	rest = at + len;
	for (size_t keep = len; keep-- > NAME_LEAST;) {
		if (((unsigned char)at[keep] & 0xC0) == 0x80)
			continue; /* within a character */
		snprintf(cut, sizeof cut, "%.*s...%s", (int)(at + keep - text), text, rest);
		if (canvas_width(pen->canvas, cut) <= pen->end - pen->col)
			return arena_printf(arena, "%s", cut);
	}
	return text;
}

/* Why it is so, and the key that helps, which has its place whatever the length. */
static void
draw_cause(struct writer *writer, const struct verdict *verdict, struct pen *pen)
{
	const char *key = arena_printf(writer->arena, "  key %s",
	    keymap_first(&writer->ui->keymap, verdict->rule->command, writer->arena));
	const struct session *root = writer->frame->data->facts->blocking.root;
	const char *text;
	int end = pen->end;

	if (end - pen->col >= MORE_COLS)
		pen->end -= (int)strlen(key);
	pen->style = STYLE_TITLE;
	pen_text(pen, "CAUSE ");
	text = cut_name(verdict->text, verdict->subject, pen, writer->arena);
	if (root != NULL)
		text = cut_name(text, root->application, pen, writer->arena);
	draw_words(pen, text);
	pen_finish(pen);
	if (pen->end == end)
		return;
	pen->end = end;
	pen->style = STYLE_WARNING;
	pen_text(pen, key);
}

/* Raised alerts in the lines from `n` on; the last line says how many have no room. */
static void
draw_alerts(struct writer *writer, struct canvas *canvas, int n)
{
	const struct rect *rect = &writer->ui->layout.alerts;
	const struct table_data *data = writer->frame->data;
	size_t raised = count_raised(data->alerts), shown = 0;

	for (bool caused = n > 0; n < rect->rows; n++) {
		bool last = n == rect->rows - 1, first = true;
		struct pen pen = pen_at(canvas, rect, n, STYLE_OK);
		const char *more = last && raised - shown > 1
		    ? more_words(writer, raised - shown - 1, rect->cols)
		    : "";

		if (raised == 0 && !caused)
			draw_calm(data, &pen);
		pen.end -= (int)strlen(more);
		while (
		    shown < raised && draw_alert(alerts_raised(data->alerts, shown), &pen, first)) {
			shown++;
			first = false;
		}
		if (shown == raised) {
			draw_news(writer->frame, &pen);
			return;
		}
		if (!last)
			continue;
		pen.col = pen.end;
		pen.end = rect->cols;
		pen.style = STYLE_WARNING;
		pen_text(&pen, more_words(writer, raised - shown, rect->cols));
	}
}

void
alarms_draw(struct writer *writer, struct canvas *canvas)
{
	const struct rect *rect = &writer->ui->layout.alerts;
	const struct table_data *data = writer->frame->data;
	const struct verdict *verdict = data->verdict;
	bool caused = verdict != NULL && verdict->rule != NULL && verdict->rule->bad &&
	    !frame_is_old(writer->frame) && (rect->rows > 1 || count_raised(data->alerts) == 0);
	struct pen pen;

	if (caused && rect->rows > 0) {
		pen = pen_at(canvas, rect, 0, STYLE_TEXT);
		draw_cause(writer, verdict, &pen);
	}
	draw_alerts(writer, canvas, caused ? 1 : 0);
}
