/* SPDX-License-Identifier: PostgreSQL */
/* Pages with statements to copy; nothing of them is ever run from here. */
#include "internal.h"

#include "action/remedy.h"
#include "analysis/tuning.h"
#include "model/snapshot.h"

#include <string.h>

#define LABEL_COLS 8
#define NAME_COLS 13

static struct card_line *
add(struct card *card, enum style style, const char *label, const char *text)
{
	struct card_line *line = &card->lines[card->count];

	if (card->count + 1 < CARD_LINES)
		card->count++;
	*line = (struct card_line){ style, label, text, false };
	return line;
}

static void
add_statement(struct card *card, const char *label, const char *text)
{
	add(card, STYLE_TEXT, label, text)->copied = true;
}

static void
begin(struct ui *ui, const char *title)
{
	struct card *card = &ui->card;

	card->title = title;
	card->count = card->at = 0;
}

/* Shows it with the cursor on its first statement. */
static unsigned
open_card(struct ui *ui)
{
	struct card *card = &ui->card;

	while (card->at + 1 < card->count && !card->lines[card->at].copied)
		card->at++;
	card->follow = false;
	card->back = (int)ui->mode;
	ui->page.top = 0;
	ui_set_mode(ui, MODE_CARD);
	return UI_DRAW;
}

/* A copy on one line, whatever is in it. */
static const char *
keep(struct card *card, const char *text)
{
	char *copy = arena_strndup(&card->arena, text, strlen(text));

	for (char *at = copy; (at = strpbrk(at, "\r\n")) != NULL;)
		*at = ' ';
	return copy;
}

unsigned
card_open_setting(struct ui *ui, const struct ui_frame *frame)
{
	struct card *card = &ui->card;
	const struct table *table = ui->panes[PANE_SETTINGS].table;
	const void *row = pane_row(&ui->panes[PANE_SETTINGS]);
	const char *statement = NULL;

	if (row == NULL)
		return 0;
	arena_reset(&card->arena);
	begin(ui, "Setting");
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		struct value value = column->get(frame->data, row);
		char text[CELL_MAX];

		if (value.type == VALUE_NONE)
			continue;
		if (strcmp(column->name, "statement") == 0) {
			statement = keep(card, value.s);
			continue;
		}
		add(card, STYLE_TEXT, keep(card, column->name),
		    keep(card, value.type == VALUE_TEXT ? value.s : cell_text(text, &value)));
	}
	add(card, STYLE_TEXT, NULL, "");
	if (statement == NULL) {
		add(card, STYLE_DIM, NULL, "There is nothing to change.");
	} else {
		add(card, STYLE_HEADING, NULL, "STATEMENT TO COPY; IT IS NOT RUN FROM HERE");
		add_statement(card, "", statement);
		if (strstr(statement, "ALTER SYSTEM") == statement)
			add(card, STYLE_DIM, NULL,
			    "On a managed server its provider's console takes the place of ALTER "
			    "SYSTEM.");
	}
	return open_card(ui);
}

/* Whom the card is for, as far as it is known. False when the session is gone. */
static bool
find_subject(struct ui *ui, const struct ui_frame *frame, struct remedy_subject *subject)
{
	if (ui->mode == MODE_DETAILS) {
		const struct session *session = snapshot_find(frame->data->snap, &ui->details.id);

		if (session == NULL)
			return false;
		*subject = (struct remedy_subject){ session->application, session->user,
			session->database };
		return true;
	}
	subject->application = choose_cursor_text(ui, frame, "application");
	subject->user = choose_cursor_text(ui, frame, "user");
	subject->database = choose_cursor_text(ui, frame, "database");
	return subject->application != NULL || subject->user != NULL || subject->database != NULL;
}

/* By what it was asked for; what else there is stands in the headings. */
static const char *
title_of(const struct remedy_subject *who, struct arena *arena)
{
	const char *name = who->application;

	if (name == NULL || name[0] == '\0')
		name = who->user != NULL ? who->user : who->database;
	return arena_printf(arena, "Stop %s: statements to copy; none is run from here",
	    name != NULL ? name : "it");
}

static const char *
find_undo(const struct card *card, const char *about)
{
	for (size_t i = 0; i < card->undo_count; i++)
		if (strcmp(card->undos[i].about, about) == 0)
			return card->undos[i].statement;
	return NULL;
}

static void
keep_undos(struct card *card, const struct remedies *remedies)
{
	for (size_t i = 0; i < remedies->count; i++) {
		const struct remedy *remedy = &remedies->items[i];

		if (remedy->about == NULL || remedy->unsure != NULL ||
		    card->undo_count == UNDOS_MOST || find_undo(card, remedy->about) != NULL)
			continue;
		card->undos[card->undo_count++] = (struct undo){
			arena_strndup(&card->kept, remedy->about, strlen(remedy->about)),
			arena_strndup(&card->kept, remedy->undo, strlen(remedy->undo)),
		};
	}
}

/* Whether it is of this role or database, and no statement of now has the same undo. */
static bool
is_former(const struct undo *undo, const struct remedies *remedies)
{
	bool ours = false;

	for (size_t i = 0; i < sizeof remedies->scopes / sizeof remedies->scopes[0]; i++)
		ours |= remedies->scopes[i] != NULL &&
		    strncmp(undo->about, remedies->scopes[i], strlen(remedies->scopes[i])) == 0;
	for (size_t i = 0; ours && i < remedies->count; i++)
		if (remedies->items[i].undo != NULL &&
		    strcmp(remedies->items[i].undo, undo->statement) == 0)
			return false;
	return ours;
}

/* After a change the undo of now restores the new value; this is how it was before. */
static void
add_former(struct card *card, const struct remedies *remedies)
{
	bool any = false;

	for (size_t i = 0; i < card->undo_count; i++) {
		if (!is_former(&card->undos[i], remedies))
			continue;
		if (!any) {
			add(card, STYLE_TEXT, NULL, "");
			add(card, STYLE_HEADING, NULL,
			    "CHANGED SINCE IT WAS FIRST SHOWN; AS IT WAS BEFORE");
		}
		add_statement(card, "undo", card->undos[i].statement);
		any = true;
	}
}

unsigned
card_open_remedies(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct card *card = &ui->card;
	struct remedy_subject subject = { 0 };
	struct remedies remedies;

	(void)arg;
	if (!find_subject(ui, frame, &subject))
		return ui->mode == MODE_DETAILS
		    ? ui_sayf(ui, "this session is gone")
		    : ui_sayf(ui, "put the cursor on a session, application, user or database");
	arena_reset(&card->arena);
	remedies_make(&remedies, &subject, frame->data->snap, &card->arena);
	begin(ui, title_of(&subject, &card->arena));
	for (size_t i = 0; i < remedies.note_count; i++)
		add(card, STYLE_WARNING, NULL, remedies.notes[i]);
	add_former(card, &remedies);
	keep_undos(card, &remedies);
	for (size_t i = 0; i < remedies.count; i++) {
		const struct remedy *remedy = &remedies.items[i];

		if (remedy->heading != NULL) {
			add(card, STYLE_TEXT, NULL, "");
			add(card, STYLE_HEADING, NULL, keep(card, remedy->heading));
		}
		add(card, STYLE_DIM, NULL, remedy->what);
		add_statement(card, "", remedy->statement);
		if (remedy->undo != NULL)
			add_statement(card, "undo", remedy->undo);
		if (remedy->unsure != NULL)
			add(card, STYLE_WARNING, "", remedy->unsure);
	}
	return open_card(ui);
}

/* The next statement in that direction, if there is one. */
static void
step(struct card *card, int by)
{
	size_t at = card->at;

	while ((by > 0 && at + 1 < card->count) || (by < 0 && at > 0)) {
		at = by > 0 ? at + 1 : at - 1;
		if (!card->lines[at].copied)
			continue;
		card->at = at;
		return;
	}
}

unsigned
card_move(struct ui *ui, enum move move)
{
	struct card *card = &ui->card;
	size_t before = card->at;

	switch (move) {
	case MOVE_UP:
		step(card, -1);
		break;
	case MOVE_DOWN:
		step(card, 1);
		break;
	case MOVE_FIRST:
		card->at = 0;
		step(card, 1);
		break;
	case MOVE_LAST:
		card->at = card->count > 0 ? card->count - 1 : 0;
		if (card->count > 0 && !card->lines[card->at].copied)
			step(card, -1);
		break;
	case MOVE_PAGE_UP:
	case MOVE_PAGE_DOWN:
		break;
	}
	card->follow = card->at != before;
	if (!card->follow)
		page_move(&ui->page, move);
	return UI_DRAW;
}

unsigned
card_copy(struct ui *ui)
{
	const struct card *card = &ui->card;

	if (card->at >= card->count || !card->lines[card->at].copied)
		return ui_sayf(ui, "no statement here");
	buf_adds(&ui->acting.copied, card->lines[card->at].text);
	return UI_COPY | UI_DRAW;
}

unsigned
card_back(struct ui *ui)
{
	ui_set_mode(ui, (enum ui_mode)ui->card.back);
	return UI_DRAW;
}

/* A line with its label, wrapped behind it. */
static void
write_line(struct page *page, const struct card_line *line, bool here, int label_cols)
{
	struct page text = *page;
	int first = page->line;

	if (line->label != NULL) {
		text.rect.col += label_cols;
		text.rect.cols -= label_cols;
	}
	page_wrap(&text, line->style, line->text);
	if (line->label != NULL) {
		struct pen pen = page_line(page, STYLE_DIM);

		pen_text(&pen, here ? "> " : line->copied ? "  " : "");
		pen_text(&pen, line->label);
	}
	page->line = text.line;
	for (int n = first; here && n < page->line; n++) {
		int row = n - page->top;

		if (row >= 0 && row < page->rect.rows)
			canvas_style(page->canvas,
			    &(struct rect){ page->rect.row + row, page->rect.col, 1,
			        page->rect.cols },
			    STYLE_CURSOR);
	}
}

static void
write_card(struct ui *ui, const struct ui_frame *frame, struct page *page)
{
	const struct card *card = &ui->card;
	bool setting = strcmp(card->title, "Setting") == 0;

	(void)frame;
	for (size_t i = 0; i < card->count; i++) {
		const struct card_line *line = &card->lines[i];
		bool here = line->copied && i == card->at;

		if (here && card->follow)
			ui->page.keep = page->line + 1;
		write_line(page, line, here, setting && !line->copied ? NAME_COLS + 3 : LABEL_COLS);
	}
}

void
card_draw(struct ui *ui, const struct ui_frame *frame, struct canvas *canvas)
{
	const struct page_source source = { ui->card.title, frame, &ui->page, write_card };

	page_draw(ui, canvas, &source);
}
