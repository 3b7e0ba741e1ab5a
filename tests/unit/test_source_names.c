/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of source/pg_names: names, limits, superusers, our own right.
 */
#include "base/buf.h"
#include "model/snapshot.h"
#include "source/pg_names.h"
#include "source/pg_sample.h"
#include "source/pg_sql.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SESSION(pid, role)                                                                         \
	pid, "5", role, "app", NULL, "-1", NULL, NULL, NULL, NULL, NULL, NULL, "idle", NULL, NULL, \
	    "client backend", "", NULL, NULL

static struct pg_sample sample;
static struct pg_names *names;

static int
setup(void **state)
{
	(void)state;
	fake_reset();
	sample = (struct pg_sample){ .snap = snapshot_new(), .version = 150020, .own_pid = 1 };
	names = pg_names_new();
	pg_names_begin(names);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	snapshot_free(sample.snap);
	pg_names_free(names);
	return 0;
}

static void
test_names(void **state)
{
	static const char *const cells[] = { SESSION("11", "10") };
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	static const char *const answer[] = { "d", "5", "shop", "-1", "f", "t", "r", "10", "ann",
		"7", "f", "t", "r", "5", "bob", "0", "t", "t" };
	static const struct pg_rows names_rows = FAKE_ROWS(answer, NAMES_OURS + 1);
	struct buf list = { 0 };

	(void)state;
	pg_sample_sessions(&sample, &rows, names);
	assert_true(pg_names_due(names, 1000000));
	pg_names_failed(names, 1000000);
	assert_false(pg_names_due(names, 5999999));
	assert_true(pg_names_due(names, 6000000));
	pg_names_list(names, NAME_DATABASE, &list);
	assert_string_equal(buf_str(&list), "0,5");
	buf_reset(&list);
	pg_names_list(names, NAME_ROLE, &list);
	assert_string_equal(buf_str(&list), "0,10");
	buf_clear(&list);
	pg_names_databases(names, &list);
	assert_string_equal(buf_str(&list), "");
	pg_names_read(names, &names_rows, 6000000);
	pg_names_databases(names, &list);
	assert_string_equal(buf_str(&list), "5");
	buf_clear(&list);
	sample.snap->databases = &(struct database){ .oid = 5, .sessions = 3 };
	sample.snap->database_count = 1;
	pg_sample_names(&sample, names);
	assert_ptr_equal(sample.snap->databases[0].name, sample.snap->sessions[0].database);
	assert_int_equal(sample.snap->databases[0].sessions, 3);
	assert_string_equal(sample.snap->sessions[0].database, "shop");
	assert_string_equal(sample.snap->sessions[0].user, "ann");
	assert_ptr_equal(pg_names_get(names, NAME_ROLE, 10, sample.snap),
	    sample.snap->sessions[0].user);
	assert_string_equal(pg_names_get(names, NAME_ROLE, 5, sample.snap), "bob");
	assert_string_equal(pg_names_get(names, NAME_ROLE, 4294967295, sample.snap),
	    "oid 4294967295");
	assert_null(pg_names_get(names, NAME_ROLE, 0, sample.snap));
	assert_int_equal(sample.snap->limit_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct limit *limit = &sample.snap->limits[i];

		assert_true(limit->is_role);
		assert_int_equal(limit->connections, strcmp(limit->name, "ann") == 0 ? 7 : 0);
	}
	/* Known ones are read again after a while only. */
	pg_names_begin(names);
	pg_names_note(names, NAME_ROLE, 10);
	assert_false(pg_names_due(names, 35999999));
	assert_true(pg_names_due(names, 36000000));
	pg_names_note(names, NAME_ROLE, 11);
	assert_true(pg_names_due(names, 6000001));
}

/* What occurs, and is not there, is not asked for again at once; many do not get lost. */
static void
test_many_names(void **state)
{
	static const struct pg_rows none = { 0, NAMES_OURS + 1, NULL };

	(void)state;
	for (uint32_t oid = 1; oid <= 3000; oid++)
		pg_names_note(names, oid % 2 ? NAME_ROLE : NAME_DATABASE, oid);
	pg_names_read(names, &none, 0);
	pg_names_begin(names);
	for (uint32_t oid = 1; oid <= 3000; oid++)
		pg_names_note(names, oid % 2 ? NAME_ROLE : NAME_DATABASE, oid);
	assert_false(pg_names_due(names, 1));
	pg_names_note(names, NAME_ROLE, 2);
	assert_true(pg_names_due(names, 1));
}

/* A superuser is one by its role; nobody is while that is not known. */
static void
test_superusers(void **state)
{
	static const char *const cells[] = { SESSION("11", "10"), SESSION("12", "5"),
		SESSION("13", NULL) };
	static const struct pg_rows rows = FAKE_ROWS(cells, ACTIVITY_COLUMNS);
	static const char *const answer[] = { "d", "5", "shop", "-1", "f", "t", "r", "10", "ann",
		"-1", "t", "t", "r", "5", "bob", "-1", "f", "f" };
	static const struct pg_rows names_rows = FAKE_ROWS(answer, NAMES_OURS + 1);

	(void)state;
	pg_sample_sessions(&sample, &rows, names);
	assert_false(pg_names_superuser(names, 10));
	assert_false(pg_names_superuser(names, 4711));
	pg_names_read(names, &names_rows, 0);
	pg_sample_names(&sample, names);
	assert_true(sample.snap->sessions[0].superuser);
	assert_false(sample.snap->sessions[1].superuser);
	assert_false(sample.snap->sessions[2].superuser);
	assert_false(sample.snap->sessions[0].foreign);
	assert_true(sample.snap->sessions[1].foreign); /* ours has not its rights */
	assert_false(sample.snap->sessions[2].foreign);
}

static void
test_right(void **state)
{
	static const struct {
		const char *member, *superuser;
		enum signal_right right;
	} rights[] = {
		{ "0", "f", SIGNAL_OWN },
		{ "1", "f", SIGNAL_OTHERS },
		{ "1", "t", SIGNAL_ALL },
	};
	static const struct pg_rows none = { 0, 5, NULL };

	(void)state;
	pg_names_limits(names, sample.snap);
	assert_int_equal(sample.snap->signal_right, SIGNAL_UNKNOWN);
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		const char *const cells[] = { "s", "4200", "pg_signal_backend", rights[i].member,
			rights[i].superuser, "t" };
		const struct pg_rows rows = FAKE_ROWS(cells, NAMES_OURS + 1);

		pg_names_read(names, &rows, 0);
		pg_names_limits(names, sample.snap);
		assert_int_equal(sample.snap->signal_right, rights[i].right);
		assert_int_equal(sample.snap->limit_count, 0);
		assert_string_equal(pg_names_get(names, NAME_ROLE, 4200, sample.snap), "oid 4200");
	}
	pg_names_failed(names, 0);
	pg_names_limits(names, sample.snap);
	assert_int_equal(sample.snap->signal_right, SIGNAL_ALL); /* still the last that was known */
	pg_names_read(names, &none, 0);
	pg_names_limits(names, sample.snap);
	assert_int_equal(sample.snap->signal_right, SIGNAL_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_superusers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_right, setup, teardown),
	};

	return cmocka_run_group_tests_name("source/pg_names", tests, NULL, NULL);
}
