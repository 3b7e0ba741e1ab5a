/* SPDX-License-Identifier: PostgreSQL */
/*
 * Choosing and ordering rows. The value to sort by is fetched once for each
 * row, not once for each comparison.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "table/filter.h"
#include "table/table.h"

struct keyed {
	struct value value;
	const void *row;
	size_t place; /* in the table's own order: breaks ties */
	int sign;     /* -1 for descending; the same in all */
};

struct view
view_default(const struct table *table)
{
	struct view view = { 0 };

	if (table->sort != NULL)
		view_sort(&view, table, table->sort, NULL);
	return view;
}

bool
view_sort(struct view *view, const struct table *table, const char *sort, struct err *err)
{
	const char *name = sort[0] == '-' ? sort + 1 : sort;
	const struct column *column = table_column(table, name);

	if (column == NULL)
		return err != NULL &&
		    err_set(err, "no column \"%s\" in %s to sort by", name, table->name);
	view->sort = column;
	view->descending = sort[0] == '-';
	return true;
}

static int
compare_keyed(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = value_compare(&left->value, &right->value);

	if (order == 0)
		return left->place < right->place ? -1 : 1;
	if (left->value.type == VALUE_NONE || right->value.type == VALUE_NONE)
		return order;
	return order * left->sign;
}

static void
sort_rows(const struct view *view, const struct table_data *data, struct rows *rows,
    struct arena *arena)
{
	struct keyed *keyed = arena_alloc(arena, rows->count, sizeof *keyed);

	for (size_t i = 0; i < rows->count; i++)
		keyed[i] = (struct keyed){
			.value = view->sort->get(data, rows->items[i]),
			.row = rows->items[i],
			.place = i,
			.sign = view->descending ? -1 : 1,
		};
	qsort(keyed, rows->count, sizeof *keyed, compare_keyed);
	for (size_t i = 0; i < rows->count; i++)
		rows->items[i] = keyed[i].row;
}

static bool
all_match(const struct view *view, const struct table_data *data, const void *row)
{
	for (size_t i = 0; i < view->filter_count; i++)
		if (!filter_match(view->filters[i], data, row))
			return false;
	return true;
}

static void
filter_rows(const struct view *view, const struct table_data *data, struct rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (all_match(view, data, rows->items[i]))
			rows->items[kept++] = rows->items[i];
	rows->count = kept;
}

void
view_rows(const struct view *view, const struct table *table, const struct table_data *data,
    struct rows *out, struct arena *arena)
{
	table->rows(data, out, arena);
	if (table->sessions && view->filter_count > 0)
		filter_rows(view, data, out);
	if (view->sort != NULL && out->count > 1)
		sort_rows(view, data, out, arena);
	if (view->limit > 0 && out->count > view->limit)
		out->count = view->limit;
}
