/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of all tables alike: what is declared is sound, and every getter
 * stands whatever a server sends.
 */
#include "table/table.h"
#include "fixture.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TABLES_MOST 24

/* All tables, those that are shown with another one too. */
static size_t
list_tables(const struct table *out[TABLES_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < table_count; i++) {
		out[n++] = tables[i];
		if (tables[i]->total)
			out[n++] = tables[i]->total;
		assert_true(n < TABLES_MOST);
	}
	return n;
}

static bool
is_word(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	while (islower((unsigned char)*s) || isdigit((unsigned char)*s) || *s == '_')
		s++;
	return *s == '\0';
}

static bool
is_sentence(const char *s)
{
	return s && s[0] != '\0' && s[strlen(s) - 1] != '.';
}

static const char *
json_key(const struct column *column)
{
	return column->key ? column->key : column->name;
}

static void
test_registry(void **state)
{
	static const char *const names[] = { "summary", "states", "applications", "users",
		"databases", "clients", "sessions", "queries", "pools", "alerts" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_non_null(table_find(names[i]));
	for (size_t i = 0; i < table_count; i++)
		assert_ptr_equal(table_find(tables[i]->name), tables[i]);
	assert_ptr_equal(table_find("sessions"), &table_sessions);
	assert_ptr_equal(table_find("pools")->total, &table_pool_total);
	assert_null(table_find("session"));
	assert_null(table_find(""));
	assert_null(table_find("Sessions"));
}

static void
test_declarations(void **state)
{
	const struct table *all[TABLES_MOST];
	size_t count = list_tables(all);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct table *table = all[i];
		const char *sort = table->sort;

		assert_true(is_word(table->name));
		assert_true(is_sentence(table->title) && is_sentence(table->help));
		assert_non_null(table->rows);
		assert_in_range(table->column_count, 1, COLUMNS_MAX);
		assert_int_equal(table->shape == SHAPE_LIST, table->key && table->level);
		assert_true(!sort || table_column(table, sort + (sort[0] == '-')));
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(table->name, all[other]->name);
	}
	for (size_t i = 0; i < table_count; i++)
		assert_int_equal(tables[i]->sessions,
		    tables[i] == &table_sessions || tables[i] == &table_queries);
}

/* Whether one JSON key is the other, or an object in which the other would have to be. */
static bool
keys_clash(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strncmp(a, b, n) == 0 && (b[n] == '\0' || b[n] == '.');
}

static void
check_columns(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];

		assert_true(is_word(column->name));
		assert_true(strlen(column->name) < 64 && strlen(json_key(column)) < 64);
		assert_true(is_sentence(column->title) && is_sentence(column->help));
		assert_non_null(column->get);
		assert_int_not_equal(column->type, VALUE_NONE);
		assert_true(column->width > 0 || table->shape == SHAPE_ROOT);
		assert_true(table->shape == SHAPE_ROOT || (column->flags & COLUMN_ALWAYS) == 0);
		assert_ptr_equal(table_column(table, column->name), column);
		for (size_t other = 0; other < table->column_count; other++)
			assert_true(other == i ||
			    !keys_clash(json_key(column), json_key(&table->columns[other])));
	}
	assert_null(table_column(table, ""));
	assert_null(table_column(table, "no_such"));
}

static void
test_columns(void **state)
{
	const struct table *all[TABLES_MOST];
	size_t count = list_tables(all);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		check_columns(all[i]);
		if (all[i]->shape != SHAPE_MAP)
			continue;
		assert_int_equal(all[i]->columns[0].type, VALUE_TEXT);
		assert_int_equal(all[i]->columns[1].type, VALUE_INT);
	}
}

/* Figures of alerts have the unit of their rule; everything else is what is declared, or unknown.
 */
static bool
is_declared(const struct column *column, const struct value *value)
{
	if (column->type == VALUE_REAL && value->type != VALUE_REAL)
		return value->type == VALUE_SHARE || value->type == VALUE_INT ||
		    value->type == VALUE_DURATION || value->type == VALUE_NONE;
	return value->type == column->type || value->type == VALUE_NONE;
}

static void
check_rows(const struct table *table, const struct table_data *data, struct arena *arena)
{
	struct rows rows = { 0 };

	table->rows(data, &rows, arena);
	for (size_t i = 0; i < rows.count; i++) {
		assert_non_null(rows.items[i]);
		for (size_t c = 0; c < table->column_count; c++) {
			struct value value = table->columns[c].get(data, rows.items[i]);
			char room[CELL_MAX];

			assert_true(is_declared(&table->columns[c], &value));
			assert_true(value.type != VALUE_TEXT || value.s);
			assert_true(value.type != VALUE_DURATION || value.i >= 0);
			assert_non_null(cell_text(room, &value));
		}
		if (table->level)
			assert_in_range(table->level(data, rows.items[i]), LEVEL_OK,
			    LEVEL_CRITICAL);
	}
}

static void
test_getters(void **state)
{
	const struct table *all[TABLES_MOST];
	size_t count = list_tables(all);
	struct fixture fixture;
	struct arena arena = { 0 };

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < count; i++)
		check_rows(all[i], &fixture.data, &arena);
	fixture_clear(&fixture);
	fixture_init(&fixture);
	fixture_analyse(&fixture);
	for (size_t i = 0; i < count; i++)
		check_rows(all[i], &fixture.data, &arena);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Filters of pools are asked before there are facts. */
static void
test_without_facts(void **state)
{
	struct fixture fixture;
	struct arena arena = { 0 };

	(void)state;
	fixture_hostile(&fixture);
	fixture.data.facts = NULL;
	fixture.data.alerts = NULL;
	check_rows(&table_sessions, &fixture.data, &arena);
	check_rows(&table_queries, &fixture.data, &arena);
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* Two rows of a table never have the same key. */
static void
test_keys(void **state)
{
	struct fixture fixture;
	struct arena arena = { 0 };

	(void)state;
	fixture_hostile(&fixture);
	for (size_t i = 0; i < table_count; i++) {
		struct rows rows;

		if (!tables[i]->key)
			continue;
		tables[i]->rows(&fixture.data, &rows, &arena);
		assert_true(rows.count > 1);
		for (size_t a = 0; a < rows.count; a++) {
			assert_true(tables[i]->key(rows.items[a]) != 0);
			for (size_t b = 0; b < a; b++)
				assert_true(
				    tables[i]->key(rows.items[a]) != tables[i]->key(rows.items[b]));
		}
	}
	fixture_clear(&fixture);
	arena_clear(&arena);
}

/* The key is made of what stays from sample to sample, not of where it is kept. */
static void
test_key_follows(void **state)
{
	struct identity id = { 4711, NOW_US }, same = id, reused = { 4711, NOW_US + 1 };
	struct session session = { .id = id, .state = STATE_IDLE };
	char web[] = "web";

	(void)state;
	assert_true(row_key_identity(&id) == row_key_identity(&same));
	assert_true(row_key_identity(&id) != row_key_identity(&reused));
	assert_true(table_sessions.key(&session) == row_key_identity(&id));
	session.state = STATE_ACTIVE;
	assert_true(table_queries.key(&session) == row_key_identity(&id));
	assert_true(row_key_text(web) == row_key_text("web"));
	assert_true(row_key_text("web") != row_key_text("we"));
	assert_true(row_key_text("ab") != row_key_text("ba"));
	assert_true(row_key_text(NULL) != 0 && row_key_text("") != 0);
	id = (struct identity){ 0, 0 };
	assert_true(row_key_identity(&id) != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registry),
		cmocka_unit_test(test_declarations),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_without_facts),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_key_follows),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
