/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of source/proc_title: all texts lie within the title, names
 * come with a state only, and what is cut off says nothing.
 */
#include "source/proc_title.h"

#include <stddef.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct proc_text text, const char *title, size_t len)
{
	assert(!text.s || (text.len > 0 && text.s >= title && text.s + text.len <= title + len));
}

static void
check(const char *title, size_t len, const struct proc_titles *titles)
{
	struct proc_title read;

	proc_title_read(&read, title, len, titles);
	check_text(read.user, title, len);
	check_text(read.database, title, len);
	if (!read.client.s || strncmp(read.client.s, "local", 5) != 0)
		check_text(read.client, title, len);
	assert(read.state >= 0 && read.state < STATE_COUNT);
	assert(!read.user.s == !read.database.s);
	assert(!read.user.s || (read.kind == PROC_CLIENT && titles->prefix && read.client.s));
	assert(!read.waits_for_lock || read.kind == PROC_CLIENT);
	assert(read.client_port >= -1 && read.client_port <= 65535);
	assert(read.type || read.kind == PROC_SILENT);
	assert(!read.ambiguous || read.kind == PROC_WALSENDER);
	if (len >= titles->most)
		assert(!read.user.s && !read.client.s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char plain[] = "postgres: ";
	const char *title = (const char *)data;
	size_t prefix = proc_title_prefix(title, size);
	struct proc_titles titles = { plain, sizeof(plain) - 1, SIZE_MAX, false };

	assert(prefix < size || size == 0);
	check(title, size, &titles);
	titles.no_senders = true;
	check(title, size, &titles);
	titles.most = size;
	check(title, size, &titles);
	titles = (struct proc_titles){ NULL, 0, SIZE_MAX, false };
	check(title, size, &titles);
	if (prefix > 0) {
		titles.prefix = title;
		titles.prefix_len = prefix;
		check(title, size, &titles);
	}
	return 0;
}
