/* SPDX-License-Identifier: PostgreSQL */
/*
 * What acting on sessions keeps on the screen: the tags, the choice of whom
 * to end, the question that is asked, and the result. The job itself is
 * action/job.h's.
 */
#ifndef PGCONNTOP_UI_ACTING_H
#define PGCONNTOP_UI_ACTING_H

#include "action/job.h"
#include "action/plan.h"
#include "action/words.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "ui/ui.h"

#include "pages.h"

struct filter;
struct page;
struct pane;

/* Identities in their order, each once. */
struct id_list {
	struct identity *items;
	size_t count;
};

/* The sessions that the user marked. */
struct tags {
	struct id_list ids;          /* owned */
	const struct snapshot *snap; /* they were looked for in; only to be compared */
	int64_t snap_mono_us;        /* of it */
};

/* A line that is typed. */
struct edit {
	struct buf text;
	size_t at; /* byte offset of the cursor, at the start of a character */
};

/* Lines of the dialog that frees slots: the policies but CHOSEN, then what can be typed. */
enum free_field { FIELD_AGE, FIELD_KEEP, FIELD_MOST, FIELD_UNTIL, FIELD_COUNT };

#define FREE_POLICIES (POLICY_COUNT - 1)
#define FREE_LINES (FREE_POLICIES + FIELD_COUNT)

struct free_dialog {
	enum policy policy;
	int at;                          /* the line that has the keys */
	bool follow;                     /* it is kept in sight */
	struct edit fields[FIELD_COUNT]; /* their texts */
	bool fresh;                      /* what is typed takes the place of the field's text */
	bool named[POLICY_COUNT];        /* whether the policy knows of whom */
	const char *names[POLICY_COUNT]; /* application, database, user; of the arena */
	struct arena arena;
	/* of one frame: */
	struct plan *plans; /* by policy, of the scratch arena; NULL when a field is wrong */
	struct err wrong;   /* why */
};

#define NOTES_MOST 8

/* The question; all of it as it was when it was asked. Texts are of the arena. */
struct question {
	struct arena arena;
	struct choice choice; /* what the job was made of */
	bool of_free;         /* asked by the dialog that frees slots: No goes back there */
	const char *whom;     /* what the targets have in common */
	const char *users;    /* and states: with how many of each */
	const char *states;
	const char *spared; /* who is left alone and why, NULL for nobody */
	int spared_count;
	int limited[SPARE_COUNT]; /* of them, by the limits of the choice */
	bool again;               /* about targets of a job before */
	struct tally *applications;
	size_t application_count;
	int busy;             /* targets that run a query, which could be cancelled first */
	double before, after; /* utilization */
	const char *notes[NOTES_MOST]; /* warnings */
	size_t note_count;
	struct buf typed;
	bool seen; /* it was drawn: what was typed before is no answer to it */
};

struct acting {
	struct tags tags;
	struct filter **protect; /* of the settings; owned */
	size_t protect_count;
	struct free_dialog free;
	struct question question;
	struct job job;   /* under way, or its result */
	struct job asked; /* what is asked about */
	struct buf copied;
};

/* edit.c */
void edit_set(struct edit *edit, const char *text);

/* Keys that edit; false for others. */
bool edit_key(struct edit *edit, uint32_t code);

/* tags.c */
void ids_sort(struct id_list *ids);
bool ids_have(const struct id_list *ids, const struct identity *id);
unsigned tags_toggle(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned tags_all(struct ui *ui, const struct ui_frame *frame, int arg);
unsigned tags_none(struct ui *ui, const struct ui_frame *frame, int arg);

/* Drops those that are gone, once for each sample. */
void tags_update(struct ui *ui, const struct ui_frame *frame);

/* Tagged sessions among the rows of the pane. */
size_t tags_shown(const struct ui *ui, const struct pane *pane);

/* handover.c */

/*
 * A sample by another way has other identities for the same sessions: all
 * that is held on to gets those. A question that cannot be handed over is
 * withdrawn.
 */
void hand_over(struct ui *ui, const struct ui_frame *frame);
void hand_over_id(struct identity *id, const struct snapshot *snap);

/* freeze.c */

/* From now on lists of sessions keep their order, whatever samples bring. */
void freeze_begin(struct ui *ui, const struct ui_frame *frame);
void freeze_end(struct ui *ui);

/* The order that is kept, by the identities of another way. */
void freeze_hand_over(struct ui *ui, const struct snapshot *snap);

/* Puts the rows into the order that is kept; new ones come last. */
void freeze_apply(struct pane *pane);

/* targets.c: whom the model may reach, as the screen knows it. */
bool targets_init(struct ui *ui, struct err *err);

/* The plan of a choice on the present sample; `ids` are the chosen ones. */
void targets_plan(struct ui *ui, const struct ui_frame *frame, const struct choice *choice,
    const struct id_list *ids, struct plan *plan);

/* Whether bulk actions spare the session. */
bool targets_protect(const struct ui *ui, const struct ui_frame *frame,
    const struct session *session);

/* act.c */
unsigned act_run(struct ui *ui, const struct ui_frame *frame, int action);
unsigned act_menu(struct ui *ui, const struct ui_frame *frame, int arg);

/* Says why nothing can be done now, or shows the act that is not over yet; 0 when one may begin. */
unsigned act_refuse(struct ui *ui, const struct ui_frame *frame);

/* Why the plan has no targets, for the bottom line. */
unsigned act_say_nothing(struct ui *ui, const struct ui_frame *frame, const struct choice *choice,
    const struct plan *plan);

/* free.c, free_draw.c */
unsigned free_open(struct ui *ui, const struct ui_frame *frame, int arg);
bool free_key(struct ui *ui, uint32_t code);
unsigned free_move(struct ui *ui, enum move move);
unsigned free_take(struct ui *ui, const struct ui_frame *frame);

/* Whether it knows an application, a user or a database by the row under the cursor. */
bool free_is_named(const struct ui *ui);
void free_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* What the dialog says; false when a field cannot be read, with the reason. */
bool free_choice(const struct ui *ui, enum policy policy, struct choice *choice, struct err *err);

/* question.c: what is to be asked; confirm.c: asking. */
/* A job that was made of a plan, or of a job before (NULL). */
void question_make(struct ui *ui, const struct ui_frame *frame, const struct plan *plan);

/* Whether it runs a query. */
bool target_is_busy(const struct target *target);

/* Asks about the job; `plan` is what it was made of, NULL for that of a job before. */
unsigned confirm_open(struct ui *ui, const struct ui_frame *frame, const struct plan *plan);
unsigned confirm_no(struct ui *ui);

/* The server is seen by another way: asks anew, without those whom it shows to be left alone. */
void confirm_renew(struct ui *ui, const struct ui_frame *frame);

/* Keys of the answer; false for others. `want` gets what they ask for. */
bool confirm_key(struct ui *ui, const struct ui_frame *frame, uint32_t code, unsigned *want);
void confirm_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* lists.c: in pages. Targets with what became of them, or with their queries. */
void list_targets(struct ui *ui, const struct target *const *targets, size_t count, bool result,
    struct page *page);
void list_tallies(const struct tally *tallies, size_t count, struct page *page);
enum style style_of_outcome(enum outcome outcome);

/* result.c */

/* Stops what runs, closes what is over. */
unsigned result_back(struct ui *ui);

/* Asks to terminate what a cancel did not end. */
unsigned result_escalate(struct ui *ui, const struct ui_frame *frame);
void result_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas);

/* copy.c */
unsigned copy_run(struct ui *ui, const struct ui_frame *frame, int arg);

#endif
