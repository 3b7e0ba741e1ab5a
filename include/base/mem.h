/* SPDX-License-Identifier: PostgreSQL */
/*
 * Memory: the only way to malloc, and arenas. Running out of memory ends the
 * program through die(), so no caller checks for NULL.
 */
#ifndef PGCONNTOP_BASE_MEM_H
#define PGCONNTOP_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* To be called first: what is freed at the end of the heap goes back to the system soon. */
void mem_init(void);

/* Gives back what lies free between blocks that are in use. */
void mem_trim(void);

/* Zeroed memory for n objects of the size; never NULL, also for n = 0. Free with mem_free(). */
void *mem_alloc(size_t n, size_t size);

/* Like realloc() for n objects; new space is not zeroed. */
void *mem_grow(void *old, size_t n, size_t size);

/* A copy on the heap; s may be NULL and then so is the result. Free with mem_free(). */
char *mem_strdup(const char *s);

/* Frees what the functions above gave; NULL is fine. */
void mem_free(void *p);

/* Overwrites a string before it frees it; NULL is fine. */
void mem_free_secret(char *s);

struct arena_block;

/*
 * Many small objects with one end: all of it is freed at once. Zero
 * initialized is empty and ready to use.
 */
struct arena {
	struct arena_block *head; /* newest block; the one that is filled */
	size_t bytes;             /* of all blocks, for the memory figures */
};

/* Zeroed, aligned for any type; lives until the reset. */
void *arena_alloc(struct arena *arena, size_t n, size_t size);

/* A copy of n bytes with a NUL after them. */
char *arena_strndup(struct arena *arena, const char *s, size_t n);

/* A formatted string. */
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forgets all objects; keeps one block as large as all were, to allocate nothing next time. */
void arena_reset(struct arena *arena);

/* Frees everything; the arena is empty and ready again. */
void arena_clear(struct arena *arena);

#endif
