/* SPDX-License-Identifier: PostgreSQL */
/*
 * Everything that keys do, one row each: the help, the manual, the keys of
 * the configuration and the bottom line come from the table at the end.
 */
#include "internal.h"

#include "base/settings.h"
#include "base/units.h"

#define PANES (1U << MODE_PANES)
#define DETAILS (1U << MODE_DETAILS)
#define WHATIF (1U << MODE_WHATIF)
#define PAGES (DETAILS | WHATIF | CARD | 1U << MODE_HELP)
#define READING (PANES | DETAILS | 1U << MODE_HELP)
#define PROMPTS (1U << MODE_PROMPT)
#define MENU (1U << MODE_MENU)
#define CARD (1U << MODE_CARD)
#define FREE (1U << MODE_FREE)
#define CONFIRM (1U << MODE_CONFIRM)
#define RESULT (1U << MODE_RESULT)
#define DIALOGS (MENU | FREE | CONFIRM | RESULT)
#define LISTS (PANES | PAGES | DIALOGS)
#define ANYWHERE (LISTS | PROMPTS)

static unsigned
run_move(struct ui *ui, const struct ui_frame *frame, int arg)
{
	switch (ui->mode) {
	case MODE_PANES:
		pane_move(ui, ui->focus, frame, (enum move)arg);
		break;
	case MODE_DETAILS:
	case MODE_HELP:
		page_move(&ui->page, (enum move)arg);
		break;
	case MODE_WHATIF:
		return whatif_move(ui, (enum move)arg);
	case MODE_CARD:
		return card_move(ui, (enum move)arg);
	case MODE_MENU:
		menu_move(ui, (enum move)arg);
		break;
	case MODE_FREE:
		return free_move(ui, (enum move)arg);
	case MODE_CONFIRM:
	case MODE_RESULT:
		page_move(&ui->dialog, (enum move)arg);
		break;
	case MODE_PROMPT:
	case MODE_COUNT:
		break;
	}
	return UI_DRAW;
}

/* Columns to the left or right. */
static unsigned
run_shift(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct pane *pane = &ui->panes[ui->focus];
	int most = columns_shift_max(pane, ui->layout.panes[ui->focus].cols);

	(void)frame;
	pane->shift += arg;
	if (pane->shift > most)
		pane->shift = most;
	if (pane->shift < 0)
		pane->shift = 0;
	return UI_DRAW;
}

static unsigned
run_next_pane(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	ui->focus = (enum pane_id)(((int)ui->focus + PANE_COUNT + arg) % PANE_COUNT);
	return UI_DRAW;
}

static unsigned
run_pane(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	ui->focus = (enum pane_id)arg;
	return UI_DRAW;
}

/* Details of the session under the cursor, whose whole query is then wanted. */
static unsigned
open_details(struct ui *ui)
{
	const struct session *session = pane_row(&ui->panes[ui->focus]);

	if (session == NULL)
		return 0;
	ui->panes[ui->focus].held = true;
	details_open(ui, session);
	return UI_DRAW | UI_QUERY;
}

unsigned
command_enter(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)arg;
	if (ui->mode == MODE_MENU)
		return menu_take(ui, frame);
	if (ui->mode == MODE_FREE)
		return free_take(ui, frame);
	if (frame->data == NULL)
		return 0;
	pane_update(ui, ui->focus, frame);
	switch (ui->focus) {
	case PANE_GROUPS:
		return choose_row_sessions(ui, frame);
	case PANE_POOLS:
		return choose_pool_sessions(ui, frame);
	case PANE_SESSIONS:
	case PANE_QUERIES:
		return open_details(ui);
	case PANE_LIMITS:
		return choose_limit_sessions(ui, frame);
	case PANE_SETTINGS:
		return card_open_setting(ui, frame);
	case PANE_STATES:
	case PANE_ALERTS:
	case PANE_COUNT:
		break;
	}
	ui->zoom = !ui->zoom;
	return UI_DRAW;
}

static unsigned
run_back(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	switch (ui->mode) {
	case MODE_HELP:
		ui_set_mode(ui, ui->below);
		break;
	case MODE_CONFIRM:
		return confirm_no(ui);
	case MODE_RESULT:
		return result_back(ui);
	case MODE_CARD:
		return card_back(ui);
	case MODE_MENU:
	case MODE_FREE:
		ui_set_mode(ui, ui->origin);
		break;
	case MODE_DETAILS:
	case MODE_WHATIF:
	case MODE_PROMPT:
		ui_set_mode(ui, MODE_PANES);
		break;
	case MODE_PANES:
	case MODE_COUNT:
		ui->zoom = false;
	}
	return UI_DRAW;
}

static unsigned
run_zoom(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	ui->zoom = !ui->zoom;
	return UI_DRAW;
}

static unsigned
run_help(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	if (ui->mode == MODE_HELP)
		return 0;
	ui->page.top = 0;
	ui_set_mode(ui, MODE_HELP);
	return UI_DRAW;
}

static unsigned
run_pause(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	ui->paused = !ui->paused;
	return UI_DRAW | UI_PAUSE;
}

/* The next longer or shorter interval of a fixed row. */
static unsigned
run_interval(struct ui *ui, const struct ui_frame *frame, int arg)
{
	static const int64_t tenths[] = { 1, 2, 5, 10, 20, 50, 100, 300, 600 };
	const int n = (int)(sizeof(tenths) / sizeof(tenths[0]));
	int i = arg > 0 ? 0 : n - 1;

	(void)frame;
	while (
	    i >= 0 && i < n && (tenths[i] * UNITS_US_PER_SECOND / 10 - ui->interval_us) * arg <= 0)
		i += arg;
	if (i < 0 || i == n)
		return ui_sayf(ui, "the interval can be set from 0.1 to 60 seconds");
	ui->interval_us = tenths[i] * UNITS_US_PER_SECOND / 10;
	return UI_DRAW | UI_INTERVAL;
}

/* What the caller does, not the screen. */
static unsigned
run_want(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)ui;
	(void)frame;
	return (unsigned)arg | UI_DRAW;
}

static unsigned
run_quit(struct ui *ui, const struct ui_frame *frame, int arg)
{
	if (ui->mode == MODE_PANES)
		return UI_QUIT;
	return run_back(ui, frame, arg);
}

bool
command_works(const struct ui *ui, const struct command *command, const struct ui_frame *frame)
{
	/* Without data there is nothing to choose from. */
	if (frame->data == NULL && !(command->modes & 1U << MODE_HELP))
		return false;
	/* There is no row under the cursor that has what it would be about. */
	if (ui->mode == MODE_FREE && command->run == card_open_remedies && !free_is_named(ui))
		return false;
	return command->modes & 1U << ui->mode;
}

unsigned
command_run(struct ui *ui, const struct command *command, const struct ui_frame *frame)
{
	if (command->acts && ui->settings->read_only)
		return ui_sayf(ui, "read-only: no action is possible");
	if (!command_works(ui, command, frame))
		return ui_sayf(ui, "this key does nothing here; %s is help",
		    keymap_first(&ui->keymap, "help", &ui->scratch));
	return command->run(ui, frame, command->arg);
}

#define SCREEN "The panes"
#define MOVING "Moving"
#define TRYING "What if: numbers that are tried, and change nothing"
#define CHOOSING "Which sessions are listed"
#define ORDERING "In which order"
#define ACTING "Acting on sessions"
#define PROGRAM "The program"

/* A row without a word in the bottom line. */
#define UNLABELLED NULL, 0, 0, false

const struct command commands[] = {
	{ "help", "F1 ? h", "this help", SCREEN, PANES | PAGES | RESULT, run_help, 0, "Help",
	    PANES | DETAILS | WHATIF, 90, false },
	{ "enter", "Enter", "open: details of a session, sessions of a group or pool", NULL,
	    PANES | MENU | FREE, command_enter, 0, "Open", PANES | MENU, 70, false },
	{ "back", "Esc", "back: close what is open, all panes again", NULL, LISTS, run_back, 0,
	    "Back", PAGES | DIALOGS, 100, false },
	{ "zoom", "f", "the pane on the full screen, and back", NULL, PANES, run_zoom, 0, "Full",
	    PANES, 30, false },
	{ "next_pane", "Tab", "next pane", NULL, PANES, run_next_pane, 1, "Pane", PANES, 45,
	    false },
	{ "previous_pane", "S-Tab", "pane before", NULL, PANES, run_next_pane, -1, UNLABELLED },
	{ "groups", "1", "slots by application, user, database or client", NULL, PANES, run_pane,
	    PANE_GROUPS, UNLABELLED },
	{ "pools", "2", "configured pools against what is there", NULL, PANES, run_pane, PANE_POOLS,
	    UNLABELLED },
	{ "sessions", "3", "all sessions that hold a slot", NULL, PANES, run_pane, PANE_SESSIONS,
	    UNLABELLED },
	{ "queries", "4", "long-running queries and transactions", NULL, PANES, run_pane,
	    PANE_QUERIES, UNLABELLED },
	{ "states", "5", "slots by state", NULL, PANES, run_pane, PANE_STATES, UNLABELLED },
	{ "limits", "6", "connection limits, and what is left of them", NULL, PANES, run_pane,
	    PANE_LIMITS, UNLABELLED },
	{ "alerts", "7", "alerts and messages", NULL, PANES, run_pane, PANE_ALERTS, UNLABELLED },
	{ "settings", "8", "the server's settings, and what would be better", NULL, PANES, run_pane,
	    PANE_SETTINGS, UNLABELLED },

	{ "up", "Up k", "one row up", MOVING, LISTS, run_move, MOVE_UP, UNLABELLED },
	{ "down", "Down j", "one row down", NULL, LISTS, run_move, MOVE_DOWN, UNLABELLED },
	{ "page_up", "PgUp ^B", "one page up", NULL, LISTS, run_move, MOVE_PAGE_UP, UNLABELLED },
	{ "page_down", "PgDn ^F", "one page down", NULL, LISTS, run_move, MOVE_PAGE_DOWN,
	    UNLABELLED },
	{ "first", "Home g", "to the first row, and stay at the top", NULL, LISTS, run_move,
	    MOVE_FIRST, UNLABELLED },
	{ "last", "End G", "to the last row", NULL, LISTS, run_move, MOVE_LAST, UNLABELLED },
	{ "left", "Left", "columns that were scrolled away", NULL, PANES, run_shift, -1,
	    UNLABELLED },
	{ "right", "Right", "columns that do not fit, then more of the query", NULL, PANES,
	    run_shift, 1, UNLABELLED },

	{ "whatif", "w", "try other numbers for pools and max_connections", TRYING, PANES,
	    whatif_open, 0, "What if", LABEL_AT(PANE_POOLS), 88, false },
	{ "more", "+", "one more; digits type a number", NULL, WHATIF, whatif_step, 1, "More",
	    WHATIF, 80, false },
	{ "less", "-", "one less; max_connections goes by 10", NULL, WHATIF, whatif_step, -1,
	    "Less", WHATIF, 80, false },
	{ "as_configured", "=", "all numbers as configured; once more: as they were", NULL, WHATIF,
	    whatif_as_configured, 0, "As configured", WHATIF, 75, false },
	{ "number_left", "Left", "the number to the left", NULL, WHATIF, whatif_shift, -1,
	    UNLABELLED },
	{ "number_right", "Right", "the number to the right", NULL, WHATIF, whatif_shift, 1,
	    UNLABELLED },

	{ "group", "v", "pane 1: other groups, idle ages, turnover; pane 2: sessions of no pool",
	    CHOOSING, PANES, choose_listing, 0, "Group", PANES, 60, false },
	{ "filter", "/ F4", "filter while typing", NULL, PANES, prompt_open, PROMPT_FILTER,
	    "Filter", PANES, 80, false },
	{ "clear", "\\", "clear all filters that were set by keys", NULL, PANES, choose_all, 0,
	    UNLABELLED },
	{ "search", "F3", "search for a text in this pane", NULL, PANES, prompt_open, PROMPT_SEARCH,
	    "Search", PANES, 20, false },
	{ "next_match", "n", "next match", NULL, PANES, search_next, 1, UNLABELLED },
	{ "previous_match", "N", "match before", NULL, PANES, search_next, -1, UNLABELLED },
	{ "root", "B", "to the session that holds up most of those that wait for locks", NULL,
	    PANES, search_root, 0, UNLABELLED },
	{ "idle", "i", "without idle sessions, and with them again", NULL, PANES, choose_idle, 0,
	    "Idle", PANES, 55, false },
	{ "user", "u", "only the user under the cursor, and all again", NULL, PANES, choose_user, 0,
	    "User", PANES, 15, false },
	{ "application", "a", "only the application under the cursor, and all again", NULL, PANES,
	    choose_application, 0, "Application", PANES, 14, false },
	{ "least_age", "A", "only sessions that are in their state for some time", NULL, PANES,
	    prompt_open, PROMPT_AGE, UNLABELLED },

	{ "sort", "F6", "choose the column to sort by", ORDERING, PANES, order_menu, 0, "Sort",
	    PANES, 40, false },
	{ "sort_left", "<", "sort by the column to the left", NULL, PANES, order_step, -1,
	    UNLABELLED },
	{ "sort_right", ">", "sort by the column to the right", NULL, PANES, order_step, 1,
	    UNLABELLED },
	{ "reverse", "I", "the other way round", NULL, PANES, order_reverse, 0, UNLABELLED },
	{ "age", "T", "longest first by age of the state, query, transaction, session", NULL, PANES,
	    order_age, 0, "Age", PANES, 25, false },

	{ "tag", "Space", "tag the session, or not any more, and go down", ACTING, PANES,
	    tags_toggle, 0, "Tag", PANES, 65, false },
	{ "tag_all", "*", "tag all sessions of the list, as it is filtered", NULL, PANES, tags_all,
	    0, UNLABELLED },
	{ "untag", "U", "no session is tagged any more", NULL, PANES, tags_none, 0, UNLABELLED },
	{ "cancel", "C", "cancel the queries of the tagged sessions, else of the one here", NULL,
	    PANES | DETAILS | MENU, act_run, ACTION_CANCEL, "Cancel", PANES | DETAILS, 75, true },
	{ "terminate", "K", "end the tagged sessions, else the one here", NULL,
	    PANES | DETAILS | MENU | RESULT, act_run, ACTION_TERMINATE, "Terminate",
	    PANES | DETAILS, 76, true },
	{ "act_menu", "F9", "choose between cancel and terminate", NULL, PANES | DETAILS, act_menu,
	    0, NULL, 0, 0, true },
	{ "free", "X", "free slots: end idle sessions, or all of an application", NULL, PANES,
	    free_open, 0, "Free slots", PANES, 85, true },
	{ "card", "L", "limits and timeouts that stop it, with their undo, to copy", NULL,
	    PANES | DETAILS | FREE, card_open_remedies, 0, "Limits", DETAILS | FREE, 60, false },
	{ "copy", "y", "copy the tagged rows, else the one here; the query, the statement", NULL,
	    PANES | DETAILS | CARD, copy_run, 0, "Copy", DETAILS | CARD | LABEL_AT(PANE_SETTINGS),
	    75, false },
	{ "write", "W", "write all tables to a file", NULL, PANES | DETAILS | RESULT, run_want,
	    UI_WRITE, UNLABELLED },

	{ "pause", "Z", "hold the picture still, and go on", PROGRAM, PANES | PAGES, run_pause, 0,
	    "Pause", PANES, 50, false },
	{ "slower", "+", "longer between samples", NULL, READING, run_interval, 1, UNLABELLED },
	{ "faster", "-", "shorter between samples", NULL, READING, run_interval, -1, UNLABELLED },
	{ "refresh", "R", "a sample now, a login now when there is none", NULL,
	    PANES | PAGES | RESULT, run_want, UI_SAMPLE, "Now", PANES, 10, false },
	{ "redraw", "^L", "draw the whole screen again", NULL, ANYWHERE, run_want, UI_REDRAW,
	    UNLABELLED },
	{ "suspend", "^Z", "back to the shell; fg goes on", NULL, ANYWHERE, run_want, UI_SUSPEND,
	    UNLABELLED },
	{ "quit", "q", "close what is open, or quit", NULL, LISTS, run_quit, 0, "Quit", PANES, 100,
	    false },
	{ "exit", "F10 ^C", "quit at once", NULL, ANYWHERE, run_want, UI_QUIT, UNLABELLED },
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);
