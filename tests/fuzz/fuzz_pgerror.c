/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of source/pg_error: whatever the words are, the result has a
 * refusal, its texts end within their fields and hold one line, and other
 * fields stay as they were.
 */
#include "base/mem.h"
#include "model/link.h"
#include "source/pg_error.h"

#include <stddef.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t size)
{
	const char *end = memchr(text, '\0', size);

	assert(end);
	assert(!strpbrk(text, "\r\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct link link;
	size_t len;

	memset(&link, 0x55, sizeof(link));
	pg_error_read(&link, arena_strndup(&arena, (const char *)data, size));
	assert(link.refusal > REFUSAL_NONE && link.refusal <= REFUSAL_OTHER);
	assert(*refusal_words(link.refusal) && *refusal_advice(link.refusal));
	assert(link.tries == 0x55555555);
	check_text(link.sqlstate, sizeof(link.sqlstate));
	check_text(link.routine, sizeof(link.routine));
	check_text(link.text, sizeof(link.text));
	len = strlen(link.sqlstate);
	assert(len == 0 || len == 5);
	assert(!strpbrk(link.routine, " ,:"));
	arena_clear(&arena);
	return 0;
}
