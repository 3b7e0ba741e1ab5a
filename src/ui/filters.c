/* SPDX-License-Identifier: PostgreSQL */
/* The filters in force: those of the settings, and one for each key that sets one. All must hold.
 */
#include "internal.h"

#include "base/settings.h"
#include "table/filter.h"

/* Lists those that are there. */
static void
collect(struct filters *filters)
{
	filters->count = 0;
	for (size_t i = 0; i < filters->fixed_count; i++)
		filters->all[filters->count++] = filters->fixed[i];
	for (size_t i = 0; i < FILTER_SLOTS; i++)
		if (filters->slots[i] != NULL)
			filters->all[filters->count++] = filters->slots[i];
}

bool
filters_init(struct filters *filters, const struct settings *settings, struct err *err)
{
	size_t n = settings->filter.count;

	filters->fixed = mem_alloc(n, sizeof(*filters->fixed));
	filters->all = mem_alloc(n + FILTER_SLOTS, sizeof(*filters->all));
	for (size_t i = 0; i < n; i++) {
		struct filter *filter = filter_parse(settings->filter.items[i], err);

		if (filter == NULL)
			return false;
		filters->fixed[filters->fixed_count++] = filter;
	}
	collect(filters);
	return true;
}

void
filters_clear(struct filters *filters)
{
	for (size_t i = 0; i < filters->fixed_count; i++)
		filter_free(filters->fixed[i]);
	for (size_t i = 0; i < FILTER_SLOTS; i++)
		filter_free(filters->slots[i]);
	mem_free(filters->fixed);
	mem_free(filters->all);
}

void
filters_set(struct ui *ui, enum filter_slot slot, struct filter *filter)
{
	filter_free(ui->filters.slots[slot]);
	ui->filters.slots[slot] = filter;
	collect(&ui->filters);
	ui_view_changed(ui);
}

bool
filters_parse(struct ui *ui, enum filter_slot slot, const char *text, struct err *err)
{
	struct filter *filter = NULL;

	if (text[0] != '\0') {
		filter = filter_parse(text, err);
		if (filter == NULL)
			return false;
	}
	filters_set(ui, slot, filter);
	return true;
}

const char *
filters_text(const struct ui *ui, enum filter_slot slot)
{
	const struct filter *filter = ui->filters.slots[slot];

	return filter != NULL ? filter_text(filter) : "";
}
