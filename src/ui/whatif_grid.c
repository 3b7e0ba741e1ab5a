/* SPDX-License-Identifier: PostgreSQL */
/*
 * What is configured, what is tried and the scenarios side by side: what each
 * pool could open, how all of it goes with the slots, and the memory.
 */
#include "internal.h"

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/plans.h"
#include "base/settings.h"
#include "base/units.h"

#define LABEL_COLS 13
#define COLS_LEAST 11
#define COLS_MOST 26
#define COLS_FORMULA 24 /* from here on there is room for how a sum is made */

/* One of those that stand side by side. */
struct side {
	const char *name;
	const struct pool_plan *plans;
	int64_t max_connections; /* -1 for that of the server */
	struct whatif_sum sum;
};

struct grid {
	struct side *sides;
	size_t count;  /* that have room */
	size_t hidden; /* that have none */
	int cols;      /* of each */
	const struct ui_frame *frame;
	struct arena *arena;
};

static void
set_side(struct grid *grid, size_t n, const char *name, const struct pool_plan *plans,
    int64_t max_connections)
{
	struct side *side = &grid->sides[n];

	*side = (struct side){ .name = name, .plans = plans, .max_connections = max_connections };
	whatif_judge(grid->frame, plans, max_connections, &side->sum);
}

static void
make_grid(struct grid *grid, struct ui *ui, const struct ui_frame *frame, int cols)
{
	const struct settings *settings = frame->data->settings;
	const struct whatif *whatif = &ui->trying.whatif;
	size_t all = 2 + settings->scenario_count, room;

	*grid = (struct grid){ .frame = frame, .arena = &ui->scratch };
	grid->sides = arena_alloc(&ui->scratch, all, sizeof(*grid->sides));
	set_side(grid, 0, "configured", settings->pools, -1);
	set_side(grid, 1, whatif_any(whatif) ? "what if*" : "what if", whatif->plans,
	    whatif->max_connections);
	for (size_t i = 0; i < settings->scenario_count; i++)
		set_side(grid, 2 + i, settings->scenarios[i].name, settings->scenarios[i].plans,
		    settings->scenarios[i].max_connections);
	room = cols > LABEL_COLS ? (size_t)(cols - LABEL_COLS) / COLS_LEAST : 0;
	grid->count = all < room ? all : room;
	grid->hidden = all - grid->count;
	if (grid->count > 0)
		grid->cols = (cols - LABEL_COLS) / (int)grid->count;
	if (grid->cols > COLS_MOST)
		grid->cols = COLS_MOST;
}

/* A cell, to the right, with a blank before it. */
static void
write_cell(struct pen *pen, const struct grid *grid, const char *text, enum style style)
{
	pen_text(pen, " ");
	pen->style = style;
	pen_field(pen, grid->cols - 1, text, true);
	pen->style = STYLE_TEXT;
}

static struct pen
begin_line(struct page *page, const char *label, enum style style)
{
	struct pen pen = page_line(page, style);

	pen_field(&pen, LABEL_COLS, label, false);
	return pen;
}

/* "2x4x1x(5+2)=56", or just the sum; marked when it is not the configured one. */
static const char *
pool_text(const struct grid *grid, const struct side *side, size_t row)
{
	const struct pool_plan *plan = &side->plans[row];
	int64_t most = plans_capacity(plan);
	const char *mark = most != plans_capacity(&grid->sides[0].plans[row]) ? "*" : "";

	if (grid->cols < COLS_FORMULA || plan->connections >= 0 || plan->most > 0)
		return arena_printf(grid->arena, "%s%lld", mark, (long long)most);
	return arena_printf(grid->arena, "%lldx%lldx%lldx(%lld+%lld)=%s%lld",
	    (long long)plan->instances, (long long)plan->workers, (long long)plan->engines,
	    (long long)plan->pool_size, (long long)plan->max_overflow, mark, (long long)most);
}

static const char *
planned_text(const struct grid *grid, const struct side *side)
{
	return arena_printf(grid->arena, "%lld", (long long)side->sum.planned);
}

static const char *
usable_text(const struct grid *grid, const struct side *side)
{
	if (side->sum.usable < 0)
		return "-";
	return arena_printf(grid->arena, "%s%lld",
	    side->sum.usable != grid->sides[0].sum.usable ? "*" : "", (long long)side->sum.usable);
}

static const char *
share_text(const struct grid *grid, const struct side *side)
{
	char share[UNITS_TEXT_MAX];

	if (side->sum.share < 0)
		return "-";
	return arena_printf(grid->arena, "%s", units_share(share, side->sum.share));
}

static const char *
fits_text(const struct grid *grid, const struct side *side)
{
	if (side->sum.usable < 0)
		return "-";
	if (side->sum.spare < 0)
		return arena_printf(grid->arena, "NO %lld", (long long)side->sum.spare);
	return arena_printf(grid->arena, "%s +%lld",
	    side->sum.verdict == POOLS_TIGHT ? "high" : "yes", (long long)side->sum.spare);
}

/* What is past the warning, where a side is that fits. */
static void
write_tight(const struct grid *grid, struct ui *ui, struct page *page)
{
	const struct alert *alert = alerts_named(grid->frame->data->alerts, "utilization");
	char words[ALERT_LIMIT_TEXT_MAX];

	for (size_t i = 0; i < grid->count; i++) {
		const struct whatif_sum *sum = &grid->sides[i].sum;

		if (sum->verdict != POOLS_TIGHT)
			continue;
		alert_limit_words(words, alert->rule->unit, &alert->warning, sum->share);
		page_wrap(page, STYLE_DIM,
		    arena_printf(&ui->scratch,
		        "high: it fits, but all in use is past the warning (%s).", words));
		return;
	}
}

static const char *
memory_text(const struct grid *grid, const struct side *side, int64_t sessions)
{
	struct whatif_memory memory;
	char text[UNITS_TEXT_MAX];

	if (side->sum.max_connections < 0)
		return "-";
	memory = whatif_memory(sessions, side->sum.max_connections, grid->frame->memory);
	return arena_printf(grid->arena, "%s", units_bytes(text, memory.low, memory.high));
}

static const char *
planned_memory_text(const struct grid *grid, const struct side *side)
{
	return memory_text(grid, side, side->sum.planned);
}

static const char *
slots_memory_text(const struct grid *grid, const struct side *side)
{
	return memory_text(grid, side, side->sum.max_connections);
}

static const struct {
	const char *label;
	const char *(*text)(const struct grid *grid, const struct side *side);
	bool plans;  /* of the pools: not without any */
	bool judged; /* shown in the style of how it goes */
} lines[] = {
	{ "planned", planned_text, true, false },
	{ "usable slots", usable_text, false, false },
	{ "share", share_text, true, true },
	{ "fits", fits_text, true, true },
	{ "memory: plans", planned_memory_text, true, false },
	{ "memory: slots", slots_memory_text, false, false },
};

static const enum style styles[] = {
	[POOLS_FIT] = STYLE_TEXT,
	[POOLS_TIGHT] = STYLE_WARNING,
	[POOLS_EXCEED] = STYLE_CRITICAL,
	[POOLS_UNKNOWN] = STYLE_TEXT,
};

void
whatif_grid(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct whatif *whatif = &ui->trying.whatif;
	struct grid grid;
	struct pen pen;

	make_grid(&grid, ui, frame, page->rect.cols);
	pen = begin_line(page, "SIDE BY SIDE", STYLE_HEADING);
	for (size_t i = 0; i < grid.count; i++)
		write_cell(&pen, &grid, grid.sides[i].name, STYLE_HEADING);
	for (size_t row = 0; row < whatif->count; row++) {
		pen = begin_line(page, whatif->given[row].name, STYLE_TEXT);
		for (size_t i = 0; i < grid.count; i++)
			write_cell(&pen, &grid, pool_text(&grid, &grid.sides[i], row), STYLE_TEXT);
	}
	for (size_t n = 0; n < sizeof(lines) / sizeof(lines[0]); n++) {
		if (lines[n].plans && whatif->count == 0)
			continue;
		pen = begin_line(page, lines[n].label, STYLE_TEXT);
		for (size_t i = 0; i < grid.count; i++)
			write_cell(&pen, &grid, lines[n].text(&grid, &grid.sides[i]),
			    lines[n].judged ? styles[grid.sides[i].sum.verdict] : STYLE_TEXT);
	}
	if (whatif->count > 0)
		write_tight(&grid, ui, page);
	if (grid.hidden > 0)
		page_wrap(page, STYLE_DIM,
		    arena_printf(&ui->scratch, "%zu more have no room on this screen.",
		        grid.hidden));
}
