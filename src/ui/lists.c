/* SPDX-License-Identifier: PostgreSQL */
/* The lists in the dialogs of acting: targets one by one, and by what they have in common. */
#include "internal.h"

#include "base/text.h"
#include "base/units.h"

#include <string.h>

#define NAME_COLS 24
#define NUMBER_COLS 9

/* A column of a list of targets. */
struct target_column {
	const char *title;
	int width;      /* 0 takes what is left */
	int cols_least; /* of the page, for it to be there */
	bool right;
	bool asked, result; /* in which lists */
	const char *(*text)(const struct target *target, struct arena *arena);
};

static const char *
pid_text(const struct target *target, struct arena *arena)
{
	return arena_printf(arena, "%d", (int)target->id.pid);
}

static const char *
outcome_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return outcome_name(target->outcome);
}

/* An unknown one and the empty one are told apart. */
static const char *
name_or(const char *name)
{
	if (name == NULL)
		return "(unknown)";
	return name[0] != '\0' ? name : "(none)";
}

static const char *
user_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return name_or(target->user);
}

static const char *
database_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return name_or(target->database);
}

static const char *
application_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return name_or(target->application);
}

static const char *
client_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return name_or(target->client);
}

static const char *
state_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return session_state_short(target->state);
}

static const char *
age_text(const struct target *target, struct arena *arena)
{
	char text[UNITS_TEXT_MAX];

	if (target->age_us == TIME_UNKNOWN)
		return "-";
	return arena_printf(arena, "%s", units_duration(text, target->age_us));
}

static const char *
query_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return target->query != NULL ? target->query : "";
}

static const char *
note_text(const struct target *target, struct arena *arena)
{
	(void)arena;
	return target->note != NULL ? target->note : "";
}

static const struct target_column columns[] = {
	{ "PID", 7, 0, true, true, true, pid_text },
	{ "OUTCOME", 11, 0, false, false, true, outcome_text },
	{ "USER", 10, 0, false, true, true, user_text },
	{ "DATABASE", 9, 70, false, true, false, database_text },
	{ "APPLICATION", 14, 0, false, true, true, application_text },
	{ "CLIENT", 15, 90, false, true, true, client_text },
	{ "STATE", 8, 0, false, true, true, state_text },
	{ "AGE", 6, 0, true, true, true, age_text },
	{ "QUERY", 0, 0, false, true, false, query_text },
	{ "NOTE", 0, 0, false, false, true, note_text },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

/* Whether something went otherwise than was meant. */
enum style
style_of_outcome(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ENDED:
		return STYLE_OK;
	case OUTCOME_STILL_THERE:
	case OUTCOME_CHANGED:
	case OUTCOME_REUSED:
	case OUTCOME_DENIED:
	case OUTCOME_FAILED:
	case OUTCOME_UNKNOWN:
		return STYLE_WARNING;
	case OUTCOME_WAITING:
	case OUTCOME_SENT:
	case OUTCOME_SIGNALLED:
	case OUTCOME_GONE:
	case OUTCOME_NOT_TRIED:
	case OUTCOME_COUNT:
		break;
	}
	return STYLE_TEXT;
}

/* A line of the list; the heading for no target. */
static void
write_line(const struct page *page, struct pen *pen, const struct target *target, bool result,
    struct arena *arena)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		const struct target_column *column = &columns[i];
		int width = column->width > 0 ? column->width : pen->end - pen->col;
		const char *text = column->title;

		if (page->rect.cols < column->cols_least ||
		    !(result ? column->result : column->asked))
			continue;
		if (target != NULL)
			text = column->text(target, arena);
		if (target != NULL && column->text == outcome_text)
			pen->style = style_of_outcome(target->outcome);
		if (target != NULL && column->text == query_text)
			pen_bytes(pen, text, strlen(text), 0, TEXT_SQUEEZE);
		else
			pen_field(pen, width, text, column->right);
		pen->style = target != NULL ? STYLE_TEXT : STYLE_HEADING;
		if (pen->col < pen->end)
			pen_fill(pen, 1, ' ');
	}
	pen_finish(pen);
}

void
list_targets(struct ui *ui, const struct target *const *targets, size_t count, bool result,
    struct page *page)
{
	struct pen pen = page_line(page, STYLE_HEADING);

	write_line(page, &pen, NULL, result, &ui->scratch);
	for (size_t i = 0; i < count; i++) {
		pen = page_line(page, STYLE_TEXT);
		/* What is out of sight need not be made. */
		if (pen.end > 0)
			write_line(page, &pen, targets[i], result, &ui->scratch);
	}
}

static void
write_age(struct pen *pen, int64_t us)
{
	char text[UNITS_TEXT_MAX];

	pen_field(pen, NUMBER_COLS, us == TIME_UNKNOWN ? "-" : units_duration(text, us), true);
}

void
list_tallies(const struct tally *tallies, size_t count, struct page *page)
{
	static const char *const titles[] = { "TARGETS", "SPARED", "OLDEST", "NEWEST" };
	struct pen pen = page_line(page, STYLE_HEADING);

	pen_field(&pen, NAME_COLS, "APPLICATION", false);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		pen_field(&pen, NUMBER_COLS, titles[i], true);
	for (size_t i = 0; i < count; i++) {
		const struct tally *tally = &tallies[i];

		pen = page_line(page, tally->targets > 0 ? STYLE_TEXT : STYLE_DIM);
		pen_field(&pen, NAME_COLS, name_or(tally->name), false);
		pen_printf(&pen, "%*d%*d", NUMBER_COLS, tally->targets, NUMBER_COLS, tally->spared);
		write_age(&pen, tally->oldest_us);
		write_age(&pen, tally->newest_us);
		pen_finish(&pen);
	}
}
