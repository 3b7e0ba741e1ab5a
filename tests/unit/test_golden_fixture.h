/* SPDX-License-Identifier: PostgreSQL */
/* Made-up servers for tests of the screen: everything a frame needs, at a fixed time. */
#ifndef PGCONNTOP_UNIT_TEST_GOLDEN_FIXTURE_H
#define PGCONNTOP_UNIT_TEST_GOLDEN_FIXTURE_H

#include <stddef.h>

#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/tracks.h"
#include "analysis/verdict.h"
#include "base/settings.h"
#include "model/history.h"
#include "model/link.h"
#include "model/messages.h"
#include "model/snapshot.h"
#include "table/table.h"
#include "ui/canvas.h"
#include "ui/ui.h"

enum scene {
	SCENE_BUSY,       /* 91 of 97: idle ones, a blocked writer, a leak */
	SCENE_HEALTHY,    /* nothing but us */
	SCENE_REFUSED,    /* never got in */
	SCENE_DOWN,       /* was in, lost the server */
	SCENE_LATE,       /* the server does not answer just now */
	SCENE_CONNECTING, /* the first login is under way */
	SCENE_HOSTILE,    /* names and queries that want to break the terminal */
	SCENE_THOUSAND,   /* 1000 sessions */
	SCENE_RESTRICTED, /* a role that sees little */
	SCENE_MANAGED,    /* a role that may end little, at a service */
	SCENE_PILE,       /* many wait for one, some behind others */
	SCENE_COUNT
};

struct fixture {
	struct settings settings;
	struct snapshot *snap, *previous; /* NULL when refused */
	struct history history;
	struct facts facts;
	struct alert_set alerts;
	struct tracks tracks;
	struct verdict verdict;
	bool judged; /* the screen shows the verdict */
	struct messages messages;
	struct link link;
	struct table_data data;
	struct ui_frame frame;
	struct ui *ui;
	struct canvas canvas;
};

/* The name of a scene, for its golden files. */
const char *scene_name(enum scene scene);

/* All of it, with a screen on it; default settings, with two pools and three
 * scenarios of them, or none. */
void fixture_init(struct fixture *fixture, enum scene scene, bool with_pools);
void fixture_clear(struct fixture *fixture);

/* Facts and alerts of the snapshot, after it was changed. */
void fixture_analyse(struct fixture *fixture);

/* Another sample, two seconds later, without the sessions of that pid (0 for all of them). */
void fixture_next(struct fixture *fixture, int32_t gone);

/*
 * Steps of the job of the screen: ! the queries were fetched; the outcome of
 * the next target: s signalled, g gone, c changed, r reused, d denied, f failed,
 * u unknown; * all that are left are signalled; a sample in which those that
 * were are gone (w), gone and come back (b) or still there (k); the connection
 * is lost while the next one has its turn (l); the log cannot be written (x).
 */
void fixture_act(struct fixture *fixture, const char *steps);

/* Presses keys by their names, separated by blanks; 'text' types its characters, @steps are those
 * of the job. Gives all bits together. */
unsigned fixture_keys(struct fixture *fixture, const char *keys);

/* The mouse at a place of the screen as it was drawn last. */
unsigned fixture_mouse(struct fixture *fixture, enum mouse mouse, int row, int col);

/* Draws at that size on fixture->canvas. */
void fixture_draw(struct fixture *fixture, int rows, int cols, bool utf8);

/* The first row of the drawn screen that has the text; -1 when none has. */
int fixture_find(const struct fixture *fixture, const char *text);

#endif
