/* SPDX-License-Identifier: PostgreSQL */
/*
 * Other numbers for pools and max_connections, chosen by keys: a cursor over
 * the numbers, which can be stepped or typed.
 */
#include "internal.h"

#include "analysis/facts.h"
#include "base/settings.h"

#define SLOTS_STEP 10   /* of max_connections */
#define SLOTS_FIRST 100 /* to begin with when the server's is unknown: its default */
#define LAST_COLUMN WHATIF_MAX_OVERFLOW

static bool
on_slots(const struct trying *trying)
{
	return trying->row >= trying->whatif.count;
}

enum whatif_number
whatif_at(const struct trying *trying)
{
	const struct pool_plan *plan = &trying->whatif.plans[trying->row];

	int number = (int)trying->number;

	if (whatif_name(plan, WHATIF_CONNECTIONS) != NULL)
		return WHATIF_CONNECTIONS;
	while (number > 0 && whatif_name(plan, (enum whatif_number)number) == NULL)
		number--;
	return (enum whatif_number)number;
}

unsigned
whatif_open(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct trying *trying = &ui->trying;

	(void)frame;
	(void)arg;
	trying->typing = false;
	trying->follow = true;
	ui->page.top = 0;
	ui_set_mode(ui, MODE_WHATIF);
	return UI_DRAW;
}

unsigned
whatif_move(struct ui *ui, enum move move)
{
	struct trying *trying = &ui->trying;

	trying->typing = false;
	trying->follow = move != MOVE_PAGE_UP && move != MOVE_PAGE_DOWN;
	switch (move) {
	case MOVE_UP:
		trying->row -= trying->row > 0;
		break;
	case MOVE_DOWN:
		trying->row += !on_slots(trying);
		break;
	case MOVE_FIRST:
		trying->row = 0;
		break;
	case MOVE_LAST:
		trying->row = trying->whatif.count;
		break;
	case MOVE_PAGE_UP:
	case MOVE_PAGE_DOWN:
		page_move(&ui->page, move);
		break;
	}
	return UI_DRAW;
}

/* To the next number to the left or right that the pool has. */
unsigned
whatif_shift(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct trying *trying = &ui->trying;
	int number;

	(void)frame;
	trying->typing = false;
	trying->follow = true;
	if (on_slots(trying) || whatif_at(trying) == WHATIF_CONNECTIONS)
		return UI_DRAW;
	number = (int)whatif_at(trying);
	do {
		number += arg;
		if (number < 0 || number > LAST_COLUMN)
			return UI_DRAW;
	} while (
	    whatif_name(&trying->whatif.plans[trying->row], (enum whatif_number)number) == NULL);
	trying->number = (enum whatif_number)number;
	return UI_DRAW;
}

static int64_t
value_at(const struct trying *trying, const struct slots *slots)
{
	if (!on_slots(trying))
		return whatif_get(&trying->whatif.plans[trying->row], whatif_at(trying));
	return trying->whatif.max_connections >= 0 ? trying->whatif.max_connections
	                                           : slots->max_connections;
}

static void
set_value(struct trying *trying, const struct slots *slots, int64_t to)
{
	trying->follow = true;
	if (on_slots(trying))
		whatif_set_slots(&trying->whatif, slots, to);
	else
		whatif_set(&trying->whatif.plans[trying->row], whatif_at(trying), to);
}

/* The next multiple of the step. */
static int64_t
stepped(int64_t value, int step, int by)
{
	if (value < 0)
		return SLOTS_FIRST;
	return by > 0 ? (value / step + 1) * step : (value - 1) / step * step;
}

unsigned
whatif_step(struct ui *ui, const struct ui_frame *frame, int arg)
{
	struct trying *trying = &ui->trying;
	const struct slots *slots = &frame->data->facts->slots;
	int64_t value = value_at(trying, slots);

	trying->typing = false;
	set_value(trying, slots, on_slots(trying) ? stepped(value, SLOTS_STEP, arg) : value + arg);
	return UI_DRAW;
}

unsigned
whatif_as_configured(struct ui *ui, const struct ui_frame *frame, int arg)
{
	(void)frame;
	(void)arg;
	ui->trying.typing = false;
	whatif_reset(&ui->trying.whatif);
	return UI_DRAW;
}

bool
whatif_key(struct ui *ui, const struct ui_frame *frame, uint32_t code)
{
	struct trying *trying = &ui->trying;
	bool digit = code >= '0' && code <= '9';
	const struct slots *slots;

	if (trying->typing && code == KEY_CODE_ENTER) {
		trying->typing = false;
		return true;
	}
	if (frame->data == NULL || (!digit && code != KEY_CODE_BACKSPACE))
		return false;
	slots = &frame->data->facts->slots;
	if (!trying->typing)
		trying->typed = digit ? 0 : value_at(trying, slots);
	if (digit && trying->typed < WHATIF_MOST)
		trying->typed = trying->typed * 10 + (int64_t)(code - '0');
	if (!digit)
		trying->typed = trying->typed > 0 ? trying->typed / 10 : 0;
	trying->typing = true;
	set_value(trying, slots, trying->typed);
	return true;
}
