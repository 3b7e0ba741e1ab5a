/* SPDX-License-Identifier: PostgreSQL */
/*
 * The page of what if: the numbers that can be tried, with what comes out of
 * them for each pool, and what is behind the figures.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "analysis/plans.h"
#include "base/settings.h"
#include "base/units.h"
#include "model/memory.h"
#include "model/snapshot.h"

#include <stdio.h>

#define NAME_COLS 15
#define NAME_COLS_MOST 30
#define NUMBER_COLS 6 /* of a number that can be tried, with its mark */
#define PAGE_COLS 80  /* of a screen with all figures */
#define WIDE_MORE 3   /* columns more of each number, and of each figure, where there is room */
#define ROOMY_ROWS 30 /* of the page, for blank lines */
#define SLOTS_NAME "max_connections"

/* Figures of a pool behind its numbers, and how wide they are. */
static const struct {
	const char *title;
	int cols;
} figures[] = { { "MAX", 6 }, { "SEEN", 5 }, { "OVER", 5 }, { "UNDER", 6 }, { "FITS", 5 },
	{ "ALL", 4 } };

#define FIGURE_OVER 2
#define FIGURES (sizeof(figures) / sizeof(figures[0]))

static const char *const number_titles[] = {
	[WHATIF_INSTANCES] = "INST",
	[WHATIF_WORKERS] = "PROC",
	[WHATIF_ENGINES] = "ENG",
	[WHATIF_POOL_SIZE] = "SIZE",
	[WHATIF_MAX_OVERFLOW] = "OVFL",
};

#define COLUMNS (sizeof(number_titles) / sizeof(number_titles[0]))

void
whatif_judge(const struct ui_frame *frame, const struct pool_plan *plans, int64_t max_connections,
    struct whatif_sum *sum)
{
	whatif_sum(sum, frame->data->settings, plans, max_connections, &frame->data->facts->slots);
}

/* By how much all numbers are wider than at least. */
static int
more_cols(const struct ui *ui)
{
	int all = (int)(COLUMNS + FIGURES) * WIDE_MORE;

	return ui->layout.page.cols >= PAGE_COLS + all ? WIDE_MORE : 0;
}

static int
name_cols(const struct ui *ui)
{
	int all = PAGE_COLS + (int)(COLUMNS + FIGURES) * more_cols(ui);
	int cols = NAME_COLS + ui->layout.page.cols - all;

	if (cols < NAME_COLS)
		return NAME_COLS;
	return cols < NAME_COLS_MOST ? cols : NAME_COLS_MOST;
}

static void
write_headings(const struct ui *ui, struct page *page)
{
	struct pen pen = page_line(page, STYLE_HEADING);

	pen_text(&pen, "  ");
	pen_field(&pen, name_cols(ui), "POOL", false);
	for (size_t i = 0; i < COLUMNS; i++) {
		pen_field(&pen, NUMBER_COLS - 1 + more_cols(ui), number_titles[i], true);
		pen_text(&pen, " ");
	}
	for (size_t i = 0; i < FIGURES; i++)
		pen_field(&pen, figures[i].cols + more_cols(ui), figures[i].title, true);
}

/* A row begins with the sign of the cursor and its name. */
static struct pen
begin_row(struct ui *ui, struct page *page, size_t row, const char *name)
{
	struct pen pen = page_line(page, STYLE_TEXT);

	if (row == ui->trying.row && ui->trying.follow)
		ui->page.keep = page->line - 1;
	if (row == ui->trying.row)
		pen_sign(&pen, SIGN_CURSOR);
	else
		pen_text(&pen, " ");
	pen_text(&pen, " ");
	pen_field(&pen, name_cols(ui), name, false);
	return pen;
}

/* A number that can be tried: marked by a star when it is changed, none below 0. */
static void
write_number(struct pen *pen, int cols, int64_t value, bool changed, bool here)
{
	char text[24] = "-";
	struct pen mark;

	if (value >= 0)
		snprintf(text, sizeof(text), "%lld", (long long)value);
	pen_text(pen, " ");
	pen->style = here ? STYLE_CURSOR : changed ? STYLE_WARNING : STYLE_TEXT;
	pen_field(pen, cols - 2, text, true);
	mark = *pen;
	mark.style = STYLE_WARNING;
	pen->style = STYLE_TEXT;
	pen_text(pen, " ");
	if (changed)
		pen_text(&mark, "*");
}

static void
write_figure(struct pen *pen, int cols, int64_t value, enum style style)
{
	char text[24] = "-";

	if (value >= 0)
		snprintf(text, sizeof(text), "%lld", (long long)value);
	pen_text(pen, " ");
	pen->style = style;
	pen_field(pen, cols - 1, text, true);
	pen->style = STYLE_TEXT;
}

/* What comes out of the numbers for a pool. */
static void
write_figures(struct pen *pen, const struct ui *ui, const struct ui_frame *frame, size_t row,
    const int64_t *fits)
{
	const struct whatif *whatif = &ui->trying.whatif;
	const struct pools *pools = &frame->data->facts->pools;
	int64_t most = plans_capacity(&whatif->plans[row]);
	int64_t seen = row < pools->count ? pools->items[row].observed : -1;
	int64_t more = seen - most;
	int64_t over = seen < 0 ? -1 : more > 0 ? more : 0;
	int64_t under = seen < 0 ? -1 : more < 0 ? -more : 0;
	const int64_t values[FIGURES] = { most, seen, over, under, fits[0], fits[1] };

	for (size_t i = 0; i < FIGURES; i++)
		write_figure(pen, figures[i].cols + more_cols(ui), values[i],
		    i == FIGURE_OVER && over > 0 ? STYLE_WARNING : STYLE_TEXT);
}

static void
write_pool(struct ui *ui, const struct ui_frame *frame, size_t row, const int64_t *fits,
    struct page *page)
{
	const struct whatif *whatif = &ui->trying.whatif;
	const struct pool_plan *plan = &whatif->plans[row];
	struct pen pen = begin_row(ui, page, row, plan->name);
	bool here = row == ui->trying.row;
	int cols = NUMBER_COLS + more_cols(ui);

	for (size_t i = 0; i < COLUMNS; i++) {
		enum whatif_number number = (enum whatif_number)i;

		if (number == WHATIF_POOL_SIZE && whatif_name(plan, WHATIF_CONNECTIONS) != NULL)
			number = WHATIF_CONNECTIONS;
		if (whatif_name(plan, number) == NULL)
			write_number(&pen, cols, -1, false, false);
		else
			write_number(&pen, cols, whatif_get(plan, number),
			    whatif_changed(whatif, row, number),
			    here && whatif_at(&ui->trying) == number);
	}
	write_figures(&pen, ui, frame, row, fits);
}

/* max_connections stands in the column of the size, and where that is narrow before it as well. */
static void
write_slots(struct ui *ui, const struct whatif_sum *sum, struct page *page)
{
	const struct whatif *whatif = &ui->trying.whatif;
	struct pen pen = begin_row(ui, page, whatif->count, SLOTS_NAME);
	int cols = NUMBER_COLS + more_cols(ui);

	pen_to(&pen, pen.col + cols * (int)(WHATIF_POOL_SIZE - 1));
	write_number(&pen, 2 * cols, sum->max_connections, whatif->max_connections >= 0,
	    ui->trying.row == whatif->count);
}

/* The number under the cursor in words. */
static void
write_here(struct ui *ui, const struct ui_frame *frame, const struct whatif_sum *sum,
    struct page *page)
{
	const struct trying *trying = &ui->trying;
	const struct whatif *whatif = &trying->whatif;
	const struct slots *slots = &frame->data->facts->slots;
	struct pen pen = page_line(page, STYLE_TITLE);
	const struct pool_plan *plan;
	enum whatif_number number;

	pen_text(&pen, "  ");
	if (trying->row < whatif->count) {
		plan = &whatif->plans[trying->row];
		number = whatif_at(trying);
		pen_text(&pen, plan->name);
		pen_printf(&pen, ": %s %lld%s", whatif_name(plan, number),
		    (long long)whatif_get(plan, number),
		    whatif_get(plan, number) == WHATIF_MOST ? " (the most)" : "");
		if (whatif_changed(whatif, trying->row, number))
			pen_printf(&pen, ", configured %lld",
			    (long long)whatif_get(&whatif->given[trying->row], number));
		pen_printf(&pen, ": %s", whatif_help(plan, number));
		if (plan->most > 0)
			pen_printf(&pen, "; %lld of each database at most", (long long)plan->most);
	} else if (sum->max_connections < 0) {
		pen_text(&pen, SLOTS_NAME ": not known, so nothing can be said to fit");
	} else {
		pen_printf(&pen, SLOTS_NAME " %lld%s", (long long)sum->max_connections,
		    sum->max_connections == SETTINGS_SLOTS_MOST ? " (the most)" : "");
		if (whatif->max_connections >= 0 && slots->max_connections >= 0)
			pen_printf(&pen, ", the server has %d", slots->max_connections);
		pen_printf(&pen, ": %lld usable, %d used now", (long long)sum->usable, slots->used);
	}
	pen_finish(&pen);
}

/* The numbers, with the largest sizes that would fit. */
static void
write_table(struct ui *ui, const struct ui_frame *frame, const struct whatif_sum *sum,
    struct page *page)
{
	const struct whatif *whatif = &ui->trying.whatif;
	int64_t *all = arena_alloc(&ui->scratch, whatif->count, sizeof(*all));
	int64_t fits[2];

	if (whatif->count > 0)
		write_headings(ui, page);
	if (sum->target >= 0)
		plans_fit_all(whatif->plans, whatif->count, sum->target, all);
	for (size_t row = 0; row < whatif->count; row++) {
		fits[0] = sum->target < 0
		    ? -1
		    : plans_fit_one(whatif->plans, whatif->count, row, sum->target);
		fits[1] = sum->target < 0 ? -1 : all[row];
		write_pool(ui, frame, row, fits, page);
	}
	write_slots(ui, sum, page);
	write_here(ui, frame, sum, page);
	if (whatif->count == 0)
		page_wrap(page, STYLE_DIM, "  No pools are configured: see pgconntop.conf(5).");
}

/* Where the figures of the memory are from. */
static const char *
memory_words(const struct ui_frame *frame, struct arena *arena)
{
	const struct memory *memory = frame->memory;
	struct whatif_memory each = whatif_memory_each(memory);
	char text[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];

	units_bytes(text, each.low, each.high);
	if (memory == NULL || memory->sessions == 0)
		return arena_printf(arena,
		    "The memory, when the plans or all slots are in use, is an estimate: %s for "
		    "each session, as is common, for it cannot be measured from here, 48 kB for "
		    "each slot; work_mem comes on top.",
		    text);
	units_bytes(most, (double)memory->most_bytes, (double)memory->most_bytes);
	return arena_printf(arena,
	    "The memory, when the plans or all slots are in use, is an estimate: %s for each "
	    "session, the mean of %d measured on this host (the most is %s), 48 kB for each slot; "
	    "work_mem comes on top.",
	    text, memory->sessions, most);
}

/* What the figures mean. */
static void
write_notes(struct ui *ui, const struct ui_frame *frame, const struct whatif_sum *sum,
    struct page *page)
{
	page_wrap(page, STYLE_DIM, memory_words(frame, &ui->scratch));
	if (ui->trying.whatif.count > 0 && sum->target >= 0)
		page_wrap(page, STYLE_DIM,
		    arena_printf(&ui->scratch,
		        "FITS is the pool_size with which all fit the target, %lld connections "
		        "or %lld %%, the others as they are; ALL when all change in proportion.",
		        (long long)sum->target, (long long)frame->data->settings->target));
}

/* What it takes to change max_connections, and whether that was begun. */
static const char *
restart_words(const struct param *param)
{
	if (param->value < 0)
		return "A change of max_connections needs a restart of the server.";
	return param->pending
	    ? "A change of max_connections needs a restart of the server: another value "
	      "waits for one already."
	    : "A change of max_connections needs a restart of the server; none is pending.";
}

static void
write_whatif(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct whatif *whatif = &ui->trying.whatif;
	bool roomy = ui->layout.page.rows >= ROOMY_ROWS;
	struct whatif_sum sum;

	whatif_judge(frame, whatif->plans, whatif->max_connections, &sum);
	page_text(page, STYLE_TEXT,
	    "A calculation: nothing is changed on any server or in any file.");
	write_table(ui, frame, &sum, page);
	if (roomy)
		page_line(page, STYLE_TEXT);
	whatif_grid(ui, frame, page);
	if (roomy)
		page_line(page, STYLE_TEXT);
	page_wrap(page, whatif->max_connections >= 0 ? STYLE_WARNING : STYLE_TEXT,
	    restart_words(&frame->data->snap->params.items[PARAM_MAX_CONNECTIONS]));
	write_notes(ui, frame, &sum, page);
}

/* "What if*: 80 of 97 usable slots planned: fits, 17 to spare". */
static const char *
title_of(struct ui *ui, const struct ui_frame *frame)
{
	const struct whatif *whatif = &ui->trying.whatif;
	const char *name = whatif_any(whatif) ? "What if*" : "What if";
	struct whatif_sum sum;

	whatif_judge(frame, whatif->plans, whatif->max_connections, &sum);
	if (whatif->count == 0)
		return sum.usable < 0 ? name
		                      : arena_printf(&ui->scratch, "%s: %lld usable slots", name,
		                            (long long)sum.usable);
	if (sum.usable < 0)
		return arena_printf(&ui->scratch, "%s: %lld slots planned", name,
		    (long long)sum.planned);
	name = arena_printf(&ui->scratch, "%s: %lld of %lld usable slots planned", name,
	    (long long)sum.planned, (long long)sum.usable);
	if (sum.spare < 0)
		return arena_printf(&ui->scratch, "%s: %lld TOO MANY", name, (long long)-sum.spare);
	return arena_printf(&ui->scratch, "%s: fits, %lld to spare%s", name, (long long)sum.spare,
	    sum.verdict == POOLS_TIGHT ? ", high" : "");
}

void
whatif_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = { title_of(ui, frame), frame, &ui->page, write_whatif };

	page_draw(ui, canvas, &source);
}
