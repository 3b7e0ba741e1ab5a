/* SPDX-License-Identifier: PostgreSQL */
/*
 * The heap with its checks, and arenas on it. An arena is a list of blocks of
 * which only the head is filled; an object too large for the rest of a block
 * gets one of its own behind the head, so that the head's rest is not lost.
 */
#include "base/mem.h"

#include "base/err.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define KEPT_BYTES (64 * 1024) /* free at the end of the heap, and not given back */

/* Bytes of a usual block; the tests compile with a very small one. */
#ifndef ARENA_BLOCK_SIZE
#define ARENA_BLOCK_SIZE ((size_t)64 * 1024)
#endif

struct arena_block {
	struct arena_block *next; /* older block, NULL for the last */
	size_t size;              /* bytes of data */
	size_t used;              /* of them taken */
	max_align_t data[];       /* the objects */
};

/* n * size, at least 1, or the end of the program. */
static size_t
total_bytes(size_t n, size_t size)
{
	if (size && n > PTRDIFF_MAX / size)
		die("out of memory (%zu objects of %zu bytes)", n, size);
	return n && size ? n * size : 1;
}

/* By default it would keep for good what the answer of a server takes until it is read. */
void
mem_init(void)
{
#ifdef __GLIBC__
	mallopt(M_TOP_PAD, 0);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	mallopt(M_MMAP_THRESHOLD, 2 * KEPT_BYTES);
#endif
}

void
mem_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

void *
mem_alloc(size_t n, size_t size)
{
	size_t bytes = total_bytes(n, size);
	void *p = calloc(1, bytes);

	if (!p)
		die("out of memory (%zu bytes)", bytes);
	return p;
}

void *
mem_grow(void *old, size_t n, size_t size)
{
	size_t bytes = total_bytes(n, size);
	void *p = realloc(old, bytes);

	if (!p)
		die("out of memory (%zu bytes)", bytes);
	return p;
}

char *
mem_strdup(const char *s)
{
	size_t bytes;

	if (!s)
		return NULL;
	bytes = strlen(s) + 1;
	return memcpy(mem_grow(NULL, bytes, 1), s, bytes);
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_free_secret(char *s)
{
	volatile char *at = s; /* volatile: the compiler shall not save the work */

	while (at != NULL && *at != '\0')
		*at++ = '\0';
	free(s);
}

/* Gives a block with room for that many bytes; the caller links it. */
static struct arena_block *
new_block(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size > PTRDIFF_MAX - sizeof(*block))
		die("out of memory (%zu bytes)", size);
	block = mem_grow(NULL, 1, sizeof(*block) + size);
	block->next = NULL;
	block->size = size;
	block->used = 0;
	arena->bytes += sizeof(*block) + size;
	return block;
}

/* A block with room for an object that does not fit into the head; each is twice as large. */
static struct arena_block *
add_block(struct arena *arena, size_t bytes)
{
	size_t size = arena->head ? arena->head->size * 2 : ARENA_BLOCK_SIZE / 8;
	struct arena_block *block;

	if (bytes > ARENA_BLOCK_SIZE / 4 && arena->head) {
		block = new_block(arena, bytes);
		block->next = arena->head->next;
		arena->head->next = block;
		return block;
	}
	size = size > ARENA_BLOCK_SIZE ? ARENA_BLOCK_SIZE : size;
	block = new_block(arena, bytes > size ? bytes : size);
	block->next = arena->head;
	arena->head = block;
	return block;
}

/* Takes bytes that are not zeroed; align is a power of two. */
static void *
take(struct arena *arena, size_t bytes, size_t align)
{
	struct arena_block *block = arena->head;
	size_t start = block ? (block->used + align - 1) & ~(align - 1) : 0;

	if (!block || start > block->size || bytes > block->size - start) {
		block = add_block(arena, bytes);
		start = 0;
	}
	block->used = start + bytes;
	return (char *)block->data + start;
}

void *
arena_alloc(struct arena *arena, size_t n, size_t size)
{
	size_t bytes = total_bytes(n, size);

	return memset(take(arena, bytes, alignof(max_align_t)), 0, bytes);
}

char *
arena_strndup(struct arena *arena, const char *s, size_t n)
{
	char *copy;

	if (n >= PTRDIFF_MAX)
		die("out of memory (%zu bytes)", n);
	copy = take(arena, n + 1, 1);
	if (n)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	char small[128]; /* most texts are printed once, into this */
	va_list args, again;
	char *text;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len < 0)
		die("cannot format a text");
	text = take(arena, (size_t)len + 1, 1);
	if ((size_t)len < sizeof(small))
		memcpy(text, small, (size_t)len + 1);
	else
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return text;
}

/*
 * Bytes that hold what the block held when it follows other objects: these
 * may end anywhere, and the objects after it keep their distance to an
 * aligned place.
 */
static size_t
merged_size(const struct arena_block *block)
{
	size_t mask = alignof(max_align_t) - 1;

	return (block->used + 2 * mask) & ~mask;
}

void
arena_reset(struct arena *arena)
{
	const struct arena_block *block;
	size_t size = 0;

	if (!arena->head)
		return;
	if (!arena->head->next) {
		arena->head->used = 0;
		return;
	}
	for (block = arena->head; block; block = block->next)
		size += merged_size(block);
	arena_clear(arena);
	arena->head = new_block(arena, size);
}

void
arena_clear(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->head; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->head = NULL;
	arena->bytes = 0;
}
