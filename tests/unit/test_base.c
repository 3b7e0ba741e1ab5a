/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of errors, memory and buffers. Also compiled with ARENA_BLOCK_SIZE
 * 64, so that most objects meet the end of a block.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT 500

/* Runs a function that is to die; gives what it wrote to stderr and checks the status. */
static void
expect_death(void (*function)(void), char *out, size_t size)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	fflush(NULL);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		function();
		_exit(99);
	}
	close(ends[1]);
	while ((got = read(ends[0], out + len, size - 1 - len)) > 0)
		len += (size_t)got;
	out[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
restore(void)
{
	fputs("restored;", stderr);
}

static void
restore_and_die(void)
{
	restore();
	die("again");
}

static void
die_plain(void)
{
	die("no %s for %d", "room", 7);
}

static void
die_restored(void)
{
	err_set_restore(restore);
	die("end");
}

static void
die_in_hook(void)
{
	err_set_restore(restore_and_die);
	die("end");
}

static void
die_unhooked(void)
{
	err_set_restore(restore);
	err_set_restore(NULL);
	die("end");
}

static void
test_die(void **state)
{
	char out[512];

	(void)state;
	expect_death(die_plain, out, sizeof(out));
	assert_string_equal(out, "pgconntop: no room for 7\n");
	expect_death(die_restored, out, sizeof(out));
	assert_string_equal(out, "restored;pgconntop: end\n");
	expect_death(die_in_hook, out, sizeof(out));
	assert_string_equal(out, "restored;pgconntop: again\n");
	expect_death(die_unhooked, out, sizeof(out));
	assert_string_equal(out, "pgconntop: end\n");
}

static void
test_err_set(void **state)
{
	struct err err;
	char big[2 * sizeof(err.msg)];

	(void)state;
	assert_false(err_set(&err, "no port \"%s\"", "x"));
	assert_string_equal(err.msg, "no port \"x\"");
	assert_false(err_set(&err, "line %d: %s", 3, err.msg));
	assert_string_equal(err.msg, "line 3: no port \"x\"");
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_false(err_set(&err, "%s", big));
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

static void
test_mem(void **state)
{
	unsigned char *p = mem_alloc(3, 5);
	char *copy;

	(void)state;
	for (int i = 0; i < 15; i++)
		assert_int_equal(p[i], 0);
	memset(p, 7, 15);
	p = mem_grow(p, 100, 10);
	assert_int_equal(p[14], 7);
	p[999] = 1;
	mem_free(p);
	p = mem_alloc(0, 8);
	assert_non_null(p);
	mem_free(p);
	p = mem_grow(NULL, 0, 8);
	assert_non_null(p);
	mem_free(p);
	mem_free(NULL);
	assert_null(mem_strdup(NULL));
	copy = mem_strdup("abc");
	assert_string_equal(copy, "abc");
	mem_free(copy);
}

static void
alloc_overflow(void)
{
	mem_free(mem_alloc(SIZE_MAX / 4, 8));
}

static void
grow_overflow(void)
{
	mem_free(mem_grow(NULL, SIZE_MAX / 2 + 2, 2));
}

static void
arena_overflow(void)
{
	struct arena arena = { 0 };

	arena_alloc(&arena, SIZE_MAX / 16 + 1, 16);
}

static void
arena_huge(void)
{
	struct arena arena = { 0 };

	arena_strndup(&arena, "", SIZE_MAX);
}

static void
buf_huge(void)
{
	struct buf buf = { 0 };

	buf_addc(&buf, 'a');
	buf_fill(&buf, 'a', PTRDIFF_MAX - 1);
}

static void
test_overflow(void **state)
{
	static void (*const functions[])(
	    void) = { alloc_overflow, grow_overflow, arena_overflow, arena_huge, buf_huge };
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		expect_death(functions[i], out, sizeof(out));
		assert_non_null(strstr(out, "pgconntop: out of memory ("));
	}
}

/* Fills an arena with objects of growing size that each hold their number. */
static void
fill_objects(struct arena *arena, unsigned char **objects)
{
	static const char text[] = "abcdef";

	for (size_t i = 0; i < COUNT; i++) {
		const char *part = &text[i % 7]; /* makes the next start odd */

		objects[i] = arena_alloc(arena, 1, i);
		assert_int_equal((uintptr_t)objects[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < i; j++)
			assert_int_equal(objects[i][j], 0);
		memset(objects[i], (int)(i & 0xFF), i);
		assert_string_equal(arena_strndup(arena, part, strlen(part)), part);
	}
}

static void
check_objects(unsigned char **objects)
{
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_equal(objects[i][j], i & 0xFF);
	}
}

static void
test_arena(void **state)
{
	struct arena arena = { 0 };
	unsigned char *objects[COUNT];

	(void)state;
	for (int round = 0; round < 3; round++) {
		fill_objects(&arena, objects);
		check_objects(objects);
		arena_reset(&arena);
	}
	arena_clear(&arena);
	assert_null(arena.head);
	assert_int_equal(arena.bytes, 0);
	arena_clear(&arena);
	arena_reset(&arena);
	assert_null(arena.head);
}

/* After a reset the same objects again need not one byte more. */
static void
test_arena_reset(void **state)
{
	struct arena arena = { 0 };
	unsigned char *objects[COUNT];
	struct arena_block *head;
	size_t bytes;

	(void)state;
	fill_objects(&arena, objects);
	bytes = arena.bytes;
	assert_true(bytes > COUNT * (COUNT - 1) / 2);
	arena_reset(&arena);
	assert_true(arena.bytes <= bytes);
	head = arena.head;
	bytes = arena.bytes;
	for (int round = 0; round < 4; round++) {
		fill_objects(&arena, objects);
		assert_int_equal(arena.bytes, bytes);
		assert_ptr_equal(arena.head, head);
		arena_reset(&arena);
		assert_int_equal(arena.bytes, bytes);
	}
	arena_clear(&arena);
}

/* A large object must not cost the rest of the block that is being filled. */
static void
test_arena_large(void **state)
{
	struct arena arena = { 0 };
	struct arena_block *head;
	char *small = arena_strndup(&arena, "x", 1);
	char *large = arena_alloc(&arena, 1, 1000000);
	char *next;

	(void)state;
	head = arena.head;
	next = arena_strndup(&arena, "y", 1);
	assert_ptr_equal(next, small + 2);
	assert_ptr_equal(arena.head, head);
	large[0] = large[999999] = 1;
	assert_string_equal(small, "x");
	assert_string_equal(next, "y");
	assert_true(arena.bytes < 1200000);
	arena_clear(&arena);
}

static void
test_arena_strings(void **state)
{
	struct arena arena = { 0 };
	char *text, *long_text;

	(void)state;
	assert_string_equal(arena_strndup(&arena, "abc", 2), "ab");
	assert_string_equal(arena_strndup(&arena, NULL, 0), "");
	text = arena_printf(&arena, "%d-%s", 12, "ab");
	assert_string_equal(arena_printf(&arena, "%s", ""), "");
	for (int len = 120; len < 140; len++) {
		long_text = arena_printf(&arena, "%0*d", len, 5);
		assert_int_equal(strlen(long_text), len);
		assert_int_equal(long_text[len - 1], '5');
	}
	assert_string_equal(text, "12-ab");
	arena_clear(&arena);
}

static void
test_buf(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	assert_string_equal(buf_str(&buf), "");
	buf_reset(&buf);
	buf_chop(&buf, 1);
	buf_add(&buf, NULL, 0);
	buf_fill(&buf, 'x', 0);
	buf_adds(&buf, "");
	buf_addf(&buf, "%s", "");
	assert_null(buf.data);
	buf_adds(&buf, "abc");
	buf_addc(&buf, '-');
	buf_fill(&buf, 'x', 3);
	buf_addf(&buf, "%d%%", 42);
	buf_add(&buf, "\0z", 2);
	assert_int_equal(buf.len, 12);
	assert_memory_equal(buf_str(&buf), "abc-xxx42%\0z", 13);
	buf_chop(&buf, 2);
	assert_string_equal(buf_str(&buf), "abc-xxx42%");
	buf_chop(&buf, 100);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_str(&buf), "");
	buf_adds(&buf, "again");
	buf_reset(&buf);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_str(&buf), "");
	assert_non_null(buf.data);
	buf_clear(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.cap, 0);
}

/* Every length around the doubling, each way of appending. */
static void
test_buf_growth(void **state)
{
	struct buf one = { 0 };

	(void)state;
	for (size_t len = 1; len < 300; len++) {
		struct buf all = { 0 }, printed = { 0 };

		buf_addc(&one, (char)('a' + len % 26));
		assert_int_equal(one.len, len);
		assert_true(one.cap > len);
		buf_add(&all, one.data, len);
		assert_string_equal(buf_str(&all), buf_str(&one));
		buf_addf(&printed, "%s", one.data);
		buf_addf(&printed, "%s", one.data);
		assert_int_equal(printed.len, 2 * len);
		assert_string_equal(buf_str(&printed) + len, buf_str(&one));
		buf_clear(&all);
		buf_clear(&printed);
	}
	buf_clear(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_die),
		cmocka_unit_test(test_err_set),
		cmocka_unit_test(test_mem),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_reset),
		cmocka_unit_test(test_arena_large),
		cmocka_unit_test(test_arena_strings),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_growth),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
