/* SPDX-License-Identifier: PostgreSQL */
/*
 * Stands in for the fuzzer: runs a fuzz target over the files named, and the
 * files in the directories named; without arguments over the target's own
 * corpus below $srcdir. All of it is one test in TAP, which fails when there
 * was no input. Each input is in memory of exactly its size, so that a
 * sanitizer sees the first byte read too far.
 */
#include "base/buf.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FUZZ_NAME
#define FUZZ_NAME "."
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
read_file(const char *path, struct buf *content)
{
	FILE *file = fopen(path, "rb");
	char chunk[4096];
	bool good;
	size_t n;

	if (!file)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(content, chunk, n);
	good = !ferror(file);
	fclose(file);
	return good;
}

static bool
replay_file(const char *path, size_t *count)
{
	struct buf content = { 0 };
	uint8_t *exact;

	if (!read_file(path, &content)) {
		buf_clear(&content);
		perror(path);
		return false;
	}
	exact = mem_alloc(content.len, 1);
	if (content.len > 0)
		memcpy(exact, content.data, content.len);
	LLVMFuzzerTestOneInput(exact, content.len);
	mem_free(exact);
	buf_clear(&content);
	++*count;
	return true;
}

/* A file, or the files right in a directory except hidden ones. */
static bool
replay(const char *path, size_t *count)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool good = true;

	if (!dir)
		return replay_file(path, count);
	while ((entry = readdir(dir))) {
		struct buf name = { 0 };

		if (entry->d_name[0] == '.')
			continue;
		buf_addf(&name, "%s/%s", path, entry->d_name);
		good = replay_file(buf_str(&name), count) && good;
		buf_clear(&name);
	}
	closedir(dir);
	return good;
}

static bool
replay_own(size_t *count)
{
	const char *srcdir = getenv("srcdir");
	struct buf path = { 0 };
	bool good;

	buf_addf(&path, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", FUZZ_NAME);
	good = replay(buf_str(&path), count);
	buf_clear(&path);
	return good;
}

int
main(int argc, char **argv)
{
	bool good = true;
	size_t count = 0;

	for (int i = 1; i < argc; i++)
		good = replay(argv[i], &count) && good;
	if (argc < 2)
		good = replay_own(&count);
	good = good && count > 0;
	printf("1..1\n%s 1 - %zu inputs\n", good ? "ok" : "not ok", count);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
