/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the files of this layer share: the state of the screen and its parts.
 * Below the structs, the functions by file.
 */
#ifndef PGCONNTOP_UI_INTERNAL_H
#define PGCONNTOP_UI_INTERNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "table/table.h"
#include "ui/ui.h"

#include "acting.h"
#include "cards.h"
#include "pages.h"
#include "trying.h"

struct slots;

enum pane_id {
	PANE_GROUPS, /* applications, users, databases or clients */
	PANE_POOLS,
	PANE_SESSIONS,
	PANE_QUERIES,
	PANE_STATES,
	PANE_LIMITS, /* of roles, databases and the server */
	PANE_ALERTS, /* and messages */
	PANE_SETTINGS,
	PANE_COUNT
};

/* What the keys go to, and what is drawn in the place of the panes or over them. */
enum ui_mode {
	MODE_PANES,
	MODE_DETAILS,
	MODE_WHATIF, /* numbers that are tried */
	MODE_HELP,
	MODE_PROMPT,
	MODE_MENU,
	MODE_CARD,    /* statements to copy */
	MODE_FREE,    /* the choice of whom to end */
	MODE_CONFIRM, /* the question */
	MODE_RESULT,  /* what becomes of it */
	MODE_COUNT
};

/* Where everything is on the screen; a rectangle without rows is not shown. */
struct layout {
	struct rect title, slots, states, trend, alerts; /* the header's lines */
	struct rect body;                                /* all panes */
	struct rect page; /* what covers all but title and slots: details, help */
	struct rect footer;
	struct rect panes[PANE_COUNT]; /* with title and headings */
};

/* A table on the screen. */
struct pane {
	const struct table *table;
	struct view view;          /* the order; its filters are the ui's, set when used */
	size_t cursor;             /* row under the cursor */
	uint64_t cursor_key;       /* what the cursor follows, 0 when the row cannot be followed */
	struct identity cursor_id; /* the session of it, in a list of sessions */
	bool held;  /* the user moved the cursor: it follows its row; else it stays at the top */
	size_t top; /* first row shown */
	int shift;  /* columns scrolled away */
	struct arena arena;          /* of the rows */
	struct rows rows;            /* of one sample in one view, made when either is new */
	size_t total;                /* rows without the filters */
	bool locks;                  /* sessions wait for locks in the sample of the rows */
	size_t extra;                /* lines behind the rows: the messages and their heading */
	const struct snapshot *snap; /* of the rows; only to be compared */
	int64_t snap_mono_us;        /* of the rows */
	unsigned view_seen;          /* ui->view_changes at that time */
	struct frozen *frozen;       /* the order that is kept, by identity; owned, NULL for none */
	size_t frozen_count;
};

/* Where a row stood. */
struct frozen {
	struct identity id;
	size_t place;
};

/* A column where it is on the screen. */
struct place {
	const struct column *column;
	int col, width; /* relative to the pane */
	int skip;       /* columns of its text scrolled away */
};

#define PLACES_MAX 48

/* Filters that were chosen by a key, and can be taken back one by one. */
enum filter_slot {
	FILTER_TYPED,
	FILTER_IDLE,
	FILTER_USER,
	FILTER_APPLICATION,
	FILTER_AGE,
	FILTER_SLOTS
};

struct filters {
	struct filter **fixed; /* of the settings; owned */
	size_t fixed_count;
	struct filter *slots[FILTER_SLOTS]; /* owned, NULL when off */
	const struct filter **all;          /* those in force: for a view */
	size_t count;
};

enum prompt_kind { PROMPT_FILTER, PROMPT_SEARCH, PROMPT_AGE };

/* A line that is being typed. */
struct prompt {
	enum prompt_kind kind;
	struct edit line;
	struct buf before;  /* the text in force when it was opened: Esc restores it */
	size_t row;         /* the pane's cursor then */
	bool held;          /* and whether it followed its row */
	bool wrong;         /* the text cannot be used */
	struct err problem; /* why */
};

/* A session as the details show it; lives on when the session is gone. */
struct details {
	struct identity id;
	bool known;           /* its query may be seen */
	struct buf beginning; /* of the query, as samples have it */
	struct buf whole;     /* empty until it came */
};

#define PAGE_END 1000000 /* scrolled to the end, wherever that is */

/* A command that keys call. */
struct command {
	const char *name; /* in the configuration */
	const char *keys; /* default ones, separated by blanks */
	const char *help;
	const char *heading; /* begins a part of the help; NULL for none */
	unsigned modes;      /* bits 1 << enum ui_mode in which it works */
	unsigned (*run)(struct ui *ui, const struct ui_frame *frame, int arg);
	int arg;
	const char *label; /* in the bottom line, NULL for not there */
	unsigned labels;   /* modes in which the label is there, or LABEL_AT() */
	int rank;          /* of the label: the lowest gives way first */
	bool acts;         /* on sessions: not with --read-only */
};

/* The label is there while the pane has the keys. */
#define LABEL_AT(pane) (1U << (MODE_COUNT + (pane)))

/* Keys and the commands they call. */
struct keymap {
	struct bound {
		uint32_t code;
		const struct command *command;
	} * items; /* owned */
	size_t count;
};

/* Words of the bottom line that can be clicked. */
#define FOOTER_MAX 24
struct footer {
	struct {
		int col, cols;
		const struct command *command;
	} items[FOOTER_MAX];
	size_t count;
};

struct ui {
	const struct settings *settings;
	enum ui_mode mode;
	enum ui_mode below;  /* what the help returns to */
	enum ui_mode origin; /* what dialogs and menus return to: panes or details */
	enum pane_id focus;
	bool zoom;
	struct pane panes[PANE_COUNT];
	struct filters filters;
	unsigned
	    view_changes; /* counts what makes the rows of panes outdated: filters and orders */
	struct prompt prompt;
	struct details details;
	struct acting acting;
	struct card card;
	struct trying trying;
	struct scroll page;   /* of details, what if and help */
	struct scroll dialog; /* of what lies over them */
	const struct menu *menu;
	int menu_at;           /* chosen line of the menu */
	int menu_top;          /* first line of it in sight */
	struct rect menu_list; /* where its lines were drawn */
	struct buf search;     /* text of the last search */
	struct buf said;       /* line for the bottom, until the next key */
	struct layout layout;  /* of the last frame: what the mouse hits */
	struct footer footer;  /* likewise */
	struct keymap keymap;
	uint64_t clicked; /* key of the row clicked last: the second click opens it */
	int64_t interval_us;
	bool paused;
	enum via via;         /* of the sample that identities are from */
	enum via told_via;    /* the way in of the last frame */
	int64_t new_via_us;   /* until then it is new: there was another one before */
	struct arena scratch; /* of one frame, or one key */
};

/* ui.c */

/* The only place where the mode changes. */
void ui_set_mode(struct ui *ui, enum ui_mode mode);

/* Something that makes the rows of panes outdated. */
void ui_view_changed(struct ui *ui);

/* A formatted ui_say(); gives UI_DRAW. */
unsigned ui_sayf(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* commands.c */
extern const struct command commands[];
extern const size_t command_count;

/* Whether a command does something in the present mode. */
bool command_works(const struct ui *ui, const struct command *command,
    const struct ui_frame *frame);

/* Runs a command if it works. */
unsigned command_run(struct ui *ui, const struct command *command, const struct ui_frame *frame);

/* Opens what is under the cursor: details, the sessions of a group or pool, or the pane itself. */
unsigned command_enter(struct ui *ui, const struct ui_frame *frame, int arg);

/* keymap.c */

/* Default keys and the user's; false with both commands' names when a key would be bound twice. */
bool keymap_make(struct keymap *keymap, const struct settings *settings, struct err *err);

/* The command of a key in one of these modes (bits), else one in another mode; NULL when there is
 * none. */
const struct command *keymap_find(const struct keymap *keymap, uint32_t code, unsigned modes);

/* The names of all keys of a command, separated by blanks, from the arena. */
const char *keymap_keys(const struct keymap *keymap, const struct command *command,
    struct arena *arena);

/* The first key of the command of that name. */
const char *keymap_first(const struct keymap *keymap, const char *name, struct arena *arena);

/* footer.c */
/* Only the keys that work without data if there is none. */
void footer_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* mouse.c */
unsigned mouse_key(struct ui *ui, const struct ui_frame *frame, const struct key_event *key);

/* layout.c */
void layout_make(struct layout *layout, const struct canvas *canvas, enum pane_id focus, bool zoom);

/* filters.c */

/* The filters of the settings; false when one is wrong. */
bool filters_init(struct filters *filters, const struct settings *settings, struct err *err);
void filters_clear(struct filters *filters);

/* Puts a filter, which is owned from now on, in the place of another; NULL for none. */
void filters_set(struct ui *ui, enum filter_slot slot, struct filter *filter);

/* The same from text, "" for none; a wrong one changes nothing. */
bool filters_parse(struct ui *ui, enum filter_slot slot, const char *text, struct err *err);

/* What is in force there, "" for nothing. */
const char *filters_text(const struct ui *ui, enum filter_slot slot);

/* choose.c */

/* The value of a session's column for the row under the cursor: a session's own, or the group's;
 * NULL when there is none. */
const char *choose_cursor_text(struct ui *ui, const struct ui_frame *frame, const char *column);

/* Commands, and what Enter does on a group, a limit or a pool. */
unsigned choose_listing(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned choose_user(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned choose_application(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned choose_idle(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned choose_all(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned choose_row_sessions(struct ui *ui, const struct ui_frame *frame);
unsigned choose_limit_sessions(struct ui *ui, const struct ui_frame *frame);
unsigned choose_pool_sessions(struct ui *ui, const struct ui_frame *frame);

/* order.c */
void order_by(struct ui *ui, enum pane_id id, const struct column *column);
unsigned order_step(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned order_reverse(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned order_age(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned order_menu(struct ui *ui, const struct ui_frame *frame, int arg);

/* search.c */

/* Puts the cursor on the next row, from that one on, that has the text of the search. */
bool search_from(struct ui *ui, const struct ui_frame *frame, size_t from, bool forward);

/* The next match; the one before with a negative arg. */
unsigned search_next(struct ui *ui, const struct ui_frame *frame, int arg);

/* Puts the cursor on the session that holds up most of those that wait. */
unsigned search_root(struct ui *ui, const struct ui_frame *frame, int arg);

/* prompt.c */
unsigned prompt_open(struct ui *ui, const struct ui_frame *frame, int kind);
unsigned prompt_key(struct ui *ui, const struct ui_frame *frame, uint32_t code);
void prompt_draw(struct ui *ui, struct canvas *canvas);

/* details.c, help.c, wait.c */
void details_open(struct ui *ui, const struct session *session);
void details_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);
void help_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);
void wait_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* panes.c */
struct pane_info {
	char digit; /* the key that jumps to it */
	const struct table *table;
	const char *empty[4]; /* what stands there instead of rows */
};

extern const struct pane_info pane_infos[PANE_COUNT];

/* Makes the rows of the frame's sample if they are not there, and puts the cursor on its row. */
void pane_update(struct ui *ui, enum pane_id id, const struct ui_frame *frame);

/* The cursors stay on their sessions by the identities of another way. */
void panes_hand_over(struct ui *ui, const struct snapshot *snap);

/* The row under the cursor; NULL when there is none. After pane_update(). */
const void *pane_row(const struct pane *pane);

/* Puts the cursor on a row, which it follows from now on. After pane_update(). */
void pane_select(struct pane *pane, size_t row);

/* Rows and what is listed behind them. */
size_t pane_lines(const struct pane *pane);

/* Moves the cursor over the rows of the frame's sample. */
void pane_move(struct ui *ui, enum pane_id id, const struct ui_frame *frame, enum move move);

/* Scrolls so that the cursor is among the `room` lines that are shown. */
void pane_scroll(struct pane *pane, size_t room);

/* Another table in the same pane; keeps the order that the user chose if the table can. */
void pane_set_table(struct pane *pane, const struct table *table);

/* Whether the pane lists sessions, so that filters hold for it. */
bool pane_has_sessions(const struct pane *pane);

/* Rows that have room in the pane as it was drawn last, at least 1. */
size_t pane_room(const struct ui *ui, enum pane_id id);

/* columns.c: places of the columns that are shown in `cols` columns; gives how many. */
size_t columns_place(const struct pane *pane, int cols, struct place places[PLACES_MAX]);

/* How far to the right a pane of that width can be scrolled. */
int columns_shift_max(const struct pane *pane, int cols);

/* pane.c */
void pane_draw(struct ui *ui, enum pane_id id, const struct ui_frame *frame, struct canvas *canvas);

/* Draws a horizontal line and a title on it; the pen stands behind the title. */
void title_begin(struct pen *pen, const char *title, bool focus);

/* header.c: all but the title; meters.c: a bar of the slots and a line of the used ones, up to the
 * pen's end. */
void header_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);
void slot_bar_draw(const struct slots *slots, struct pen *pen);
void sparkline_draw(const struct history *history, int64_t mono_us, struct pen *pen);

/* title.c */
void title_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* Why the server was lost, or lets nobody in any more, over the first line of the alerts. */
void reason_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* Whether the data is old because the server does not answer. */
bool frame_is_old(const struct ui_frame *frame);

/* meters.c, alarms.c: the style of a session state, a level. */
enum style style_of_state(enum session_state state);
enum style style_of_level(int level);

#endif
