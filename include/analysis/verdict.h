/* SPDX-License-Identifier: PostgreSQL */
/*
 * One sentence that says why it is so: a rule found its evidence in the facts
 * and in what the applications did before. No sentence rather than a guess.
 */
#ifndef PGCONNTOP_ANALYSIS_VERDICT_H
#define PGCONNTOP_ANALYSIS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

struct alert_set;
struct facts;
struct snapshot;
struct tracks;

#define VERDICT_SUBJECT_MAX 160
#define VERDICT_TEXT_MAX 320

/* What rules look at; all of one sample. */
struct evidence {
	const struct snapshot *snap;
	const struct facts *facts;
	const struct alert_set *alerts;
	const struct tracks *tracks;
};

struct verdict {
	const struct verdict_rule *rule;   /* NULL: none */
	char subject[VERDICT_SUBJECT_MAX]; /* an application as groups_name() gives it, a pid; ""
	                                      for the server; raw bytes, as the next */
	char text[VERDICT_TEXT_MAX];       /* the sentence, without stop */
};

struct verdict_rule {
	const char *name;    /* "leak", "pile_up" */
	const char *help;    /* what it means and what its evidence is */
	const char *command; /* the command of the screen that helps; NULL for none */
	bool bad;            /* something is wrong */
	/* Fills subject and text when the evidence is there. */
	bool (*judge)(struct verdict *verdict, const struct evidence *evidence);
};

/* In the order in which they are asked; the first one whose evidence is there speaks. */
extern const struct verdict_rule verdict_rules[];
extern const size_t verdict_count;

void verdict_make(struct verdict *verdict, const struct evidence *evidence);

#endif
