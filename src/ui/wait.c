/* SPDX-License-Identifier: PostgreSQL */
/*
 * The screen before the first sample: what is going on, why we are not in,
 * what to do about it, and when the next try is.
 */
#include "internal.h"

#include "base/units.h"
#include "model/link.h"

/* "3 failed tries in 1 min 13 s; next try in 2 s". A login that hangs is one of them. */
static const char *
tries_text(struct arena *arena, const struct ui_frame *frame)
{
	const struct link *link = frame->link;
	char since[UNITS_TEXT_MAX], next[UNITS_TEXT_MAX];
	const char *then = "trying now";

	units_duration_long(since, frame->mono_us - link->since_down_mono_us);
	if (link->pending) {
		then = "still waiting for the last one";
	} else if (link->state == LINK_DOWN && link->retry_mono_us > frame->mono_us) {
		units_duration_long(next, link->retry_mono_us - frame->mono_us);
		then = arena_printf(arena, "next try in %s", next);
	}
	return arena_printf(arena, "%u failed %s in %s; %s", link->tries,
	    link->tries == 1 ? "try" : "tries", since, then);
}

static void
write_refusal(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct link *link = frame->link;
	char reason[LINK_REASON_MAX];

	page_text(page, STYLE_CRITICAL,
	    arena_printf(&ui->scratch, "Not in %s: %s", frame->target,
	        refusal_words(link->refusal)));
	page_line(page, STYLE_TEXT);
	if (link->text[0] != '\0')
		page_wrap(page, STYLE_TEXT, link->text);
	if (link->sqlstate[0] != '\0')
		page_text(page, STYLE_DIM,
		    arena_printf(&ui->scratch, "SQLSTATE %s%s%s", link->sqlstate,
		        link->routine[0] != '\0' ? ", routine " : "", link->routine));
	for (enum via via = 0; via < VIA_COUNT; via++)
		if (frame->refused[via] != NULL)
			page_wrap(page, STYLE_TEXT,
			    arena_printf(&ui->scratch, "No way in by %s: %s", via_words(via),
			        link_reason(reason, frame->refused[via])));
	page_line(page, STYLE_TEXT);
	page_wrap(page, STYLE_TITLE,
	    arena_printf(&ui->scratch, "Try: %s.", link_advice(link, frame->refused)));
	page_line(page, STYLE_TEXT);
	page_text(page, STYLE_TEXT, tries_text(&ui->scratch, frame));
}

static void
write_wait(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct link *link = frame->link;
	char since[UNITS_TEXT_MAX];

	page_line(page, STYLE_TEXT);
	if (link == NULL) {
		page_text(page, STYLE_TEXT, "Not connected yet.");
		return;
	}
	if (link->refusal != REFUSAL_NONE) {
		write_refusal(ui, frame, page);
		return;
	}
	units_duration_long(since, frame->mono_us - link->since_mono_us);
	page_text(page, STYLE_TEXT,
	    arena_printf(&ui->scratch, "%s %s, for %s so far.",
	        link->state == LINK_UP ? "Logged in, waiting for the first sample of"
	                               : "Connecting to",
	        frame->target, since));
}

void
wait_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = { "Connection", frame, &ui->page, write_wait };
	struct pen pen = pen_at(canvas, &ui->layout.slots, 0, STYLE_UNKNOWN);

	title_draw(ui, frame, canvas);
	pen_text(&pen, "Slots ?  no data yet");
	page_draw(ui, canvas, &source);
}
