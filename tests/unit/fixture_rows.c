/* SPDX-License-Identifier: PostgreSQL */
/*
 * A row of any table as one text to compare with.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

bool
fixture_row(const struct fixture *fixture, const struct table *table, size_t n,
    char out[FIXTURE_ROW_MAX])
{
	struct arena arena = { 0 };
	struct rows rows;
	size_t used = 0;

	out[0] = '\0';
	table->rows(&fixture->data, &rows, &arena);
	for (size_t i = 0; n < rows.count && i < table->column_count; i++) {
		struct value value = table->columns[i].get(&fixture->data, rows.items[n]);
		char room[CELL_MAX];

		if (value.type == VALUE_NONE)
			continue;
		snprintf(out + used, FIXTURE_ROW_MAX - used, "%s%s=%s", used > 0 ? " " : "",
		    table->columns[i].name, cell_text(room, &value));
		used = strlen(out);
	}
	arena_clear(&arena);
	return n < rows.count;
}

void
fixture_expect_row(const struct fixture *fixture, const struct table *table, size_t n,
    const char *want)
{
	char text[FIXTURE_ROW_MAX];

	assert_true(fixture_row(fixture, table, n, text));
	assert_string_equal(text, want);
}

void
fixture_expect_rows(const struct fixture *fixture, const struct table *table, size_t count)
{
	char text[FIXTURE_ROW_MAX];

	assert_true(count == 0 || fixture_row(fixture, table, count - 1, text));
	assert_false(fixture_row(fixture, table, count, text));
}
