/* SPDX-License-Identifier: PostgreSQL */
/*
 * The header: what we look at, how full it is, what the sessions do and where
 * it is going; what is wrong is in alarms.c. Each line leaves out its least important
 * words when the screen is narrow.
 */
#include "internal.h"
#include "line.h"

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "base/units.h"
#include "model/history.h"
#include "model/snapshot.h"

#include <string.h>

#define LONG_COLS 110 /* durations are written in full from so many columns on */
#define BAR_COLS 40   /* a narrower screen has no slot bar */
#define BAR_LEAST 12  /* columns of the bar */

static const struct facts *
facts_of(const struct writer *writer)
{
	return writer->frame->data->facts;
}

static enum level
level_of(const struct writer *writer, const char *name)
{
	const struct alert *alert = alerts_named(writer->frame->data->alerts, name);

	return alert != NULL ? alert->level : LEVEL_OK;
}

static void
slots_words(struct writer *writer)
{
	const struct slots *slots = &facts_of(writer)->slots;
	enum level level = level_of(writer, "utilization");
	enum style style = level == LEVEL_OK ? STYLE_OK : style_of_level(level);
	const char *about = slots->estimated ? "~" : "";
	struct arena *arena = writer->arena;
	char share[UNITS_TEXT_MAX];

	if (slots->usable < 0) {
		word_add(writer, arena_printf(arena, "%s%d/?", about, slots->used), STYLE_TITLE,
		    100, 0);
		word_add(writer, "limits unknown", STYLE_UNKNOWN, 90, 2);
		return;
	}
	word_add(writer, arena_printf(arena, "%s%d/%d", about, slots->used, slots->usable), style,
	    100, 0);
	units_share(share, slots->utilization);
	word_add(writer, arena_printf(arena, "%s", share), style, 90, 2);
	word_add(writer,
	    level == LEVEL_CRITICAL      ? "CRITICAL"
	        : level == LEVEL_WARNING ? "WARNING"
	                                 : "OK",
	    style, 95, 2);
	if (slots->superuser_reserved > 0)
		word_add(writer, arena_printf(arena, "+%d superuser", slots->superuser_reserved),
		    STYLE_DIM, 50, 2);
	if (slots->reserved > 0)
		word_add(writer, arena_printf(arena, "+%d reserved", slots->reserved), STYLE_DIM,
		    45, 1);
	word_add(writer, arena_printf(arena, "%s%d free", about, slots->free),
	    slots->free > 0 ? STYLE_TITLE : style, 80, 2);
}

/* The bar takes what the figures leave. */
static void
draw_slots(struct writer *writer, struct pen *pen)
{
	int cols = pen->end - pen->col, taken;
	struct pen bar;

	pen->style = STYLE_TITLE;
	if (cols < BAR_COLS) {
		slots_words(writer);
		line_draw(&writer->line, pen);
		return;
	}
	slots_words(writer);
	taken = line_fit(&writer->line, pen->canvas, cols - (int)strlen("Slots []  ") - BAR_LEAST);
	pen_text(pen, "Slots [");
	bar = *pen;
	bar.end = pen->end - taken - 3;
	if (facts_of(writer)->slots.usable >= 0)
		slot_bar_draw(&facts_of(writer)->slots, &bar);
	pen->col = bar.end;
	pen_text(pen, "]");
	pen->col += 2;
	line_draw(&writer->line, pen);
}

/* States in the order of the bar; the sum is what is used. */
static const struct {
	enum session_state state;
	const char *word;
	bool always;
	int rank;
} state_words[] = {
	{ STATE_IDLE, "idle", true, 100 },
	{ STATE_ACTIVE, "active", true, 100 },
	{ STATE_IDLE_IN_TRANSACTION, "idle in txn", false, 98 },
	{ STATE_ABORTED, "aborted", false, 96 },
	{ STATE_FASTPATH, "fastpath", false, 95 },
	{ STATE_STARTING, "authenticating", false, 95 },
	{ STATE_DISABLED, "disabled", false, 95 },
	{ STATE_UNKNOWN, "unknown", false, 95 },
};

/* What the server counted, while it does. */
static const struct {
	enum server_count kind;
	const char *word;
	enum style style;
	int rank;
} count_words[COUNT_KINDS] = {
	{ COUNT_UNSEEN, "unseen", STYLE_TEXT, 55 },
	{ COUNT_KILLED, "killed", STYLE_WARNING, 54 },
	{ COUNT_FATAL, "fatal", STYLE_WARNING, 53 },
	{ COUNT_ABANDONED, "abandoned", STYLE_WARNING, 52 },
};

/* Who waits, and for whom in the end. */
static void
add_blocking(struct writer *writer)
{
	const struct blocking *blocking = &facts_of(writer)->blocking;
	const struct session *root = blocking->root;

	if (blocking->waiting == 0)
		return;
	word_add(writer, arena_printf(writer->arena, "blocked %d", blocking->waiting),
	    STYLE_WARNING, 99, 3);
	if (root == NULL)
		return;
	word_add(writer, arena_printf(writer->arena, "by %d", (int)root->id.pid), STYLE_WARNING, 97,
	    1);
	word_add(writer, root->application, STYLE_WARNING, 60, 1);
}

static void
state_line_words(struct writer *writer)
{
	const struct facts *facts = facts_of(writer);
	const struct slots *slots = &facts->slots;
	struct arena *arena = writer->arena;
	const char *hint = NULL;
	char rate[UNITS_TEXT_MAX];

	for (size_t i = 0; i < sizeof(state_words) / sizeof(state_words[0]); i++) {
		int n = slots->states[state_words[i].state];

		if (state_words[i].state == STATE_UNKNOWN && n > 0 &&
		    writer->frame->data->snap->restricted)
			hint = "(grant pg_monitor)";
		if (n > 0 || state_words[i].always)
			word_add(writer, arena_printf(arena, "%s %d", state_words[i].word, n),
			    style_of_state(state_words[i].state), state_words[i].rank, 2);
	}
	word_add(writer, hint, STYLE_DIM, 65, 1);
	add_blocking(writer);
	if (facts->churn.known) {
		units_number(rate, facts->churn.opened_per_second);
		word_add(writer, arena_printf(arena, "opened %s/s", rate), STYLE_TEXT, 50, 3);
		units_number(rate, facts->churn.closed_per_second);
		word_add(writer, arena_printf(arena, "closed %s/s", rate), STYLE_TEXT, 45, 1);
	}
	for (size_t i = 0; facts->unseen.known && i < COUNT_KINDS; i++) {
		double per_second = facts->unseen.per_second[count_words[i].kind];

		if (per_second < 0.05)
			continue;
		units_number(rate, per_second);
		word_add(writer, arena_printf(arena, "%s %s/s", count_words[i].word, rate),
		    count_words[i].style, count_words[i].rank, 2);
	}
	if (slots->max_wal_senders >= 0 && slots->walsenders >= 0)
		word_add(writer,
		    arena_printf(arena, "walsenders %d/%d%s", slots->walsenders,
		        slots->max_wal_senders,
		        writer->frame->data->snap->via == VIA_WALSENDER ? ", 1 ours" : ""),
		    STYLE_TEXT, 40, 3);
}

static void
add_longest(struct writer *writer, const char *word, int64_t us, int rank)
{
	char time[UNITS_TEXT_MAX];

	if (us == TIME_UNKNOWN)
		return;
	if (writer->ui->layout.trend.cols >= LONG_COLS)
		units_duration_long(time, us);
	else
		units_duration(time, us);
	word_add(writer, arena_printf(writer->arena, "%s %s", word, time), STYLE_TEXT, rank, 2);
}

/* "+1.2/min", with a comma when the time until it is full follows. */
static const char *
slope_words(struct writer *writer, const struct trend *trend)
{
	double slope = trend->per_minute;
	char text[UNITS_TEXT_MAX];

	if (slope > -0.05 && slope < 0.05)
		return "steady";
	units_number(text, slope < 0 ? -slope : slope);
	return arena_printf(writer->arena, "%s%s/min%s", slope < 0 ? "-" : "+", text,
	    trend->full_in_us != TIME_UNKNOWN ? "," : "");
}

/* Slots that nobody misses, and the most that were used, when that was before. */
static void
add_marks(struct writer *writer)
{
	const struct facts *facts = facts_of(writer);
	int idle = facts->idle.ages[IDLE_AGE_TEN].count;
	char time[UNITS_TEXT_MAX];

	if (idle > 0) {
		word_add(writer, arena_printf(writer->arena, "reclaimable %d", idle), STYLE_TEXT,
		    72, 2);
		word_add(writer,
		    arena_printf(writer->arena, "(idle over %s)", idle_ages[IDLE_AGE_TEN].words),
		    STYLE_TEXT, 50, 1);
	}
	if (facts->peak.used > facts->slots.used)
		word_add(writer,
		    arena_printf(writer->arena, "peak %d at %s", (int)facts->peak.used,
		        units_time_of_day(time, facts->peak.wall_us, writer->frame->utc_offset_s)),
		    STYLE_TEXT, 60, 2);
}

static void
trend_words(struct writer *writer)
{
	const struct facts *facts = facts_of(writer);
	char text[UNITS_TEXT_MAX];

	if (facts->trend.known)
		word_add(writer, slope_words(writer, &facts->trend), STYLE_TEXT, 90, 0);
	if (facts->trend.full_in_us != TIME_UNKNOWN) {
		units_duration_long(text, facts->trend.full_in_us);
		word_add(writer, arena_printf(writer->arena, "full in %s", text), STYLE_WARNING,
		    100, 1);
	}
	/* Times below their limits are left out before all else. */
	add_longest(writer, "longest query", facts->query.us,
	    level_of(writer, "long_query") > LEVEL_OK ? 80 : 45);
	add_longest(writer, "transaction", facts->xact.us,
	    level_of(writer, "long_transaction") > LEVEL_OK ? 75 : 40);
	add_longest(writer, "oldest idle", facts->states[STATE_IDLE].us, 35);
	add_marks(writer);
}

static void
draw_trend(struct writer *writer, struct pen *pen)
{
	int cols = pen->end - pen->col;
	struct pen spark;

	pen_text(pen, "Trend ");
	spark = *pen;
	spark.end = spark.col + (cols >= LONG_COLS ? 30 : cols / 8);
	if (spark.end > pen->end)
		spark.end = pen->end;
	if (writer->frame->history != NULL)
		sparkline_draw(writer->frame->history, writer->frame->data->snap->mono_us, &spark);
	pen->col = spark.end + 2;
	trend_words(writer);
	line_draw(&writer->line, pen);
}

void
header_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct layout *layout = &ui->layout;
	const struct writer empty = { { { { 0 } }, 0, 0 }, &ui->scratch, ui, frame };
	struct writer writer = empty;
	struct pen pen = pen_at(canvas, &layout->slots, 0, STYLE_TEXT);

	title_draw(ui, frame, canvas);
	if (layout->slots.rows > 0)
		draw_slots(&writer, &pen);
	writer = empty;
	pen = pen_at(canvas, &layout->states, 0, STYLE_TEXT);
	state_line_words(&writer);
	line_draw(&writer.line, &pen);
	writer = empty;
	pen = pen_at(canvas, &layout->trend, 0, STYLE_TEXT);
	if (layout->trend.rows > 0)
		draw_trend(&writer, &pen);
	writer = empty;
	alarms_draw(&writer, canvas);
}
