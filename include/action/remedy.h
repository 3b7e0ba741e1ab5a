/* SPDX-License-Identifier: PostgreSQL */
/*
 * What stops an application from taking slots: statements to copy for its
 * role, its database and a PgBouncer in between, each with what takes it
 * back. Nothing here is ever run.
 */
#ifndef PGCONNTOP_ACTION_REMEDY_H
#define PGCONNTOP_ACTION_REMEDY_H

#include <stddef.h>

struct arena;
struct snapshot;

/* Whom it is for. NULL is unknown; what is, is found out by most of the sessions. */
struct remedy_subject {
	const char *application;
	const char *user;
	const char *database;
};

struct remedy {
	const char *heading;   /* begins a part; NULL for none */
	const char *what;      /* it does */
	const char *statement; /* raw names, but all of it can be shown */
	const char *undo;      /* NULL when nothing stays that would have to be taken back */
	const char *about;     /* what the undo restores, in its words; NULL without any */
	const char *unsure;    /* what is not known of the undo; NULL for nothing */
};

#define REMEDIES_MOST 16
#define REMEDY_NOTES_MOST 8

struct remedies {
	struct remedy_subject who; /* with what was found out */
	const char *scopes[2]; /* what begins `about` of its role and its database, NULL for none */
	struct remedy items[REMEDIES_MOST];
	size_t count;
	const char *notes[REMEDY_NOTES_MOST]; /* to be known before any of it is run */
	size_t note_count;
};

/* Texts are of the arena or const; names of the subject are copied into it. */
void remedies_make(struct remedies *remedies, const struct remedy_subject *subject,
    const struct snapshot *snap, struct arena *arena);

#endif
