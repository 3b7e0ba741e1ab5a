/* SPDX-License-Identifier: PostgreSQL */
/*
 * The screen: panes over tables, a header, dialogs, and the commands that
 * keys call. Pure: draws on a canvas, and what it wants of the outside it
 * returns as bits.
 */
#ifndef PGCONNTOP_UI_UI_H
#define PGCONNTOP_UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/plan.h"
#include "model/link.h"
#include "model/session.h"
#include "ui/canvas.h"
#include "ui/keys.h"

struct buf;
struct err;
struct history;
struct job;
struct messages;
struct settings;
struct table_data;

/* The world at the moment of a key or a frame. */
struct ui_frame {
	const struct table_data *data; /* NULL before the first sample */
	const struct history *history;
	const struct messages *messages;
	const struct link *link;
	const struct link *knock; /* the ordinary login while another way is in use, else NULL */
	const struct link *refused[VIA_COUNT]; /* how other ways failed as well; NULL: not */
	const struct memory *memory;           /* of the server's sessions; NULL for unknown */
	const char *target;                    /* what we are connected to, "db1:5432/postgres" */
	const char *version;                   /* of pgconntop */
	int64_t mono_us;
	int64_t wall_us;
	int utc_offset_s; /* of the local time of day, east is positive */
};

/* What a key asks for; bits. */
enum ui_want {
	UI_DRAW = 1, /* something changed on the screen */
	UI_QUIT = 2,
	UI_SUSPEND = 4,   /* ^Z */
	UI_REDRAW = 8,    /* ^L: send the whole screen again */
	UI_SAMPLE = 16,   /* R: a sample now; also a login now when down */
	UI_INTERVAL = 32, /* ui_interval() changed */
	UI_PAUSE = 64,    /* ui_paused() changed */
	UI_ACT = 256,     /* the job that ui_job() gives was confirmed: carry it out */
	UI_COPY = 512,    /* ui_copied() is for the clipboard */
	UI_WRITE = 1024,  /* W: write all tables to a file */
	UI_QUERY = 128,   /* ui_wants_query() names a session whose whole query is wanted */
};

struct ui;

/* A screen with the settings' filters, sort, keys; NULL when one of them is wrong. The settings
 * must outlive it. */
struct ui *ui_new(const struct settings *settings, struct err *err);

/* NULL is fine. */
void ui_free(struct ui *ui);

/* Handles a key or the mouse; gives bits of enum ui_want. */
unsigned ui_key(struct ui *ui, const struct key_event *key, const struct ui_frame *frame);

/* Draws the whole screen. */
void ui_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* Time between samples in microseconds, as + and - left it. */
int64_t ui_interval(const struct ui *ui);

/* The user holds the picture still. */
bool ui_paused(const struct ui *ui);

/* The session whose details are open and wait for its whole query, also after a sample with another
 * one; else false. */
bool ui_wants_query(const struct ui *ui, struct identity *id);

/* Whether the memory of the server's sessions is shown, so that it is worth to be measured. */
bool ui_wants_memory(const struct ui *ui);

/* The whole query of a session for the details, copied; NULL when the session is gone. */
void ui_query(struct ui *ui, const struct identity *id, const char *text);

/* The act that is asked about, under way or shown as a result. The caller moves it on from
 * FETCHING. */
struct job *ui_job(struct ui *ui);

/* Why a target of a job that was confirmed must be left alone after all, as the sample of another
 * way shows; NONE when it need not be. */
enum spare ui_spares(const struct ui *ui, const struct ui_frame *frame, const struct job *job,
    const struct session *session);

/* What y copied; valid until the next key. */
const char *ui_copied(const struct ui *ui);

/* One line for the bottom of the screen, shown until the next key. Copied. */
void ui_say(struct ui *ui, const char *text);

/* The first key of a command by the settings; "" when there is none. Gives out. */
#define UI_KEY_MAX 16
const char *ui_key_of(const struct settings *settings, const char *name, char out[UI_KEY_MAX]);

/* Appends the keys as rows of "keys<TAB>name<TAB>help": for the manual and the sample
 * configuration. */
void ui_describe_keys(struct buf *out);

#endif
