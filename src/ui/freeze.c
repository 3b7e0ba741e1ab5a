/* SPDX-License-Identifier: PostgreSQL */
/*
 * While a dialog is open, lists of sessions keep their order: nobody is to
 * take a row for the one that was there a moment ago.
 */
#include "internal.h"

#include <stdlib.h>

/* A row on its way to its place. */
struct placed {
	const void *row;
	size_t place; /* where it stood; behind all for a new one */
	size_t now;   /* where the view has it */
};

static const enum pane_id frozen_panes[] = { PANE_SESSIONS, PANE_QUERIES };

#define FROZEN_PANES (sizeof(frozen_panes) / sizeof(frozen_panes[0]))

static int
compare_ids(const void *a, const void *b)
{
	const struct frozen *left = a, *right = b;

	return identity_compare(&left->id, &right->id);
}

static int
compare_places(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return (left->now > right->now) - (left->now < right->now);
}

static void
sort(struct pane *pane)
{
	if (pane->frozen_count > 1)
		qsort(pane->frozen, pane->frozen_count, sizeof(*pane->frozen), compare_ids);
}

static void
freeze(struct pane *pane)
{
	size_t n = pane->rows.count;

	pane->frozen = mem_alloc(n, sizeof(*pane->frozen));
	pane->frozen_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct session *session = pane->rows.items[i];

		pane->frozen[i] = (struct frozen){ session->id, i };
	}
	sort(pane);
}

void
freeze_hand_over(struct ui *ui, const struct snapshot *snap)
{
	for (size_t i = 0; i < FROZEN_PANES; i++) {
		struct pane *pane = &ui->panes[frozen_panes[i]];

		for (size_t row = 0; row < pane->frozen_count; row++)
			hand_over_id(&pane->frozen[row].id, snap);
		sort(pane);
	}
}

void
freeze_begin(struct ui *ui, const struct ui_frame *frame)
{
	freeze_end(ui);
	for (size_t i = 0; i < FROZEN_PANES; i++) {
		pane_update(ui, frozen_panes[i], frame);
		freeze(&ui->panes[frozen_panes[i]]);
	}
	/* The cursor stays with its session, also afterwards. */
	pane_update(ui, ui->focus, frame);
	if (pane_has_sessions(&ui->panes[ui->focus]))
		ui->panes[ui->focus].held = true;
}

void
freeze_end(struct ui *ui)
{
	for (size_t i = 0; i < FROZEN_PANES; i++) {
		struct pane *pane = &ui->panes[frozen_panes[i]];

		if (pane->frozen == NULL)
			continue;
		mem_free(pane->frozen);
		pane->frozen = NULL;
		pane->frozen_count = 0;
		ui_view_changed(ui);
	}
}

static size_t
place_of(const struct pane *pane, const struct session *session)
{
	const struct frozen wanted = { session->id, 0 };
	const struct frozen *found = NULL;

	if (pane->frozen_count > 0)
		found = bsearch(&wanted, pane->frozen, pane->frozen_count, sizeof(*pane->frozen),
		    compare_ids);
	return found != NULL ? found->place : pane->frozen_count;
}

void
freeze_apply(struct pane *pane)
{
	size_t n = pane->rows.count;
	struct placed *placed;

	if (pane->frozen == NULL || n < 2)
		return;
	placed = arena_alloc(&pane->arena, n, sizeof(*placed));
	for (size_t i = 0; i < n; i++) {
		const void *row = pane->rows.items[i];

		placed[i] = (struct placed){ row, place_of(pane, row), i };
	}
	qsort(placed, n, sizeof(*placed), compare_places);
	for (size_t i = 0; i < n; i++)
		pane->rows.items[i] = placed[i].row;
}
