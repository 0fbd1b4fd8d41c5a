/* A bump allocator with a byte budget, and its emulator for AddressSanitizer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/bytes.h"

#include <string.h>

#define ALIGNMENT ((size_t)16)

/* The budget counts pieces rounded up to the alignment, the same in both builds: a batch that fits into one fits into
 * the other. */
struct lantik_arena {
	size_t budget;
	size_t used;
	bool exhausted;
	struct chunk *chunks;
};

static size_t rounded(size_t size)
{
	return size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
}

#ifdef LANTIK_ARENA_EMULATOR

/* The list is kept beside the pieces, so that nothing but red zones surrounds them. */
struct chunk {
	struct chunk *next;
	void *piece;
};

static void *take(struct lantik_arena *arena, size_t size)
{
	struct chunk *chunk = malloc(sizeof *chunk);
	void *piece = calloc(1, size ? size : 1);
	if (!chunk || !piece) {
		free(piece);
		free(chunk);
		return NULL;
	}
	*chunk = (struct chunk){arena->chunks, piece};
	arena->chunks = chunk;
	return piece;
}

static void release(struct lantik_arena *arena)
{
	while (arena->chunks) {
		struct chunk *next = arena->chunks->next;
		free(arena->chunks->piece);
		free(arena->chunks);
		arena->chunks = next;
	}
}

static void rewind_chunks(struct lantik_arena *arena)
{
	release(arena);
}

#else

#define CHUNK ((size_t)64 * 1024)
/* Larger pieces get a chunk of their own, so that at most a quarter of any chunk is left unused at its end. */
#define LARGE (CHUNK / 4)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(16) uint8_t data[];
};

static struct chunk *chunk_new(size_t size, struct chunk *next)
{
	struct chunk *chunk = malloc(sizeof *chunk + size);
	if (chunk)
		*chunk = (struct chunk){.next = next, .size = size};
	return chunk;
}

/* The first chunk of the list is the one that is being filled; large pieces go behind it. */
static struct chunk *chunk_for(struct lantik_arena *arena, size_t need)
{
	struct chunk *first = arena->chunks;
	if (first && need <= first->size - first->used)
		return first;
	if (first && need > LARGE) {
		struct chunk *own = chunk_new(need, first->next);
		if (own)
			first->next = own;
		return own;
	}
	struct chunk *chunk = chunk_new(need > CHUNK ? need : CHUNK, first);
	if (chunk)
		arena->chunks = chunk;
	return chunk;
}

static void *take(struct lantik_arena *arena, size_t size)
{
	size_t need = rounded(size);
	struct chunk *chunk = chunk_for(arena, need);
	if (!chunk)
		return NULL;
	void *piece = chunk->data + chunk->used;
	chunk->used += need;
	return memset(piece, 0, need);
}

static void release(struct lantik_arena *arena)
{
	while (arena->chunks) {
		struct chunk *next = arena->chunks->next;
		free(arena->chunks);
		arena->chunks = next;
	}
}

/* One chunk is kept: a reset for each record must cost nothing. An uncommonly large one is given back, or one odd
 * record would hold its memory for the arena's life. */
static void rewind_chunks(struct lantik_arena *arena)
{
	struct chunk *kept = arena->chunks;
	if (!kept || kept->size > CHUNK) {
		release(arena);
		return;
	}
	arena->chunks = kept->next;
	release(arena);
	*kept = (struct chunk){.size = kept->size};
	arena->chunks = kept;
}

#endif

struct lantik_arena *lantik_arena_new(size_t budget)
{
	struct lantik_arena *arena = calloc(1, sizeof *arena);
	if (arena)
		arena->budget = budget;
	return arena;
}

void *lantik_arena_alloc(struct lantik_arena *arena, size_t size)
{
	if (arena->exhausted)
		return NULL;
	size_t left = arena->budget - arena->used;
	void *piece = size <= left && rounded(size) <= left ? take(arena, size) : NULL;
	if (piece)
		arena->used += rounded(size);
	else
		arena->exhausted = true;
	return piece;
}

struct lantik_span lantik_arena_copy(struct lantik_arena *arena, struct lantik_span span)
{
	uint8_t *copy = lantik_arena_alloc(arena, span.len);
	if (!copy)
		return (struct lantik_span){NULL, 0};
	if (span.len)
		memcpy(copy, span.data, span.len);
	return (struct lantik_span){copy, span.len};
}

size_t lantik_arena_used(const struct lantik_arena *arena)
{
	return arena->used;
}

bool lantik_arena_exhausted(const struct lantik_arena *arena)
{
	return arena->exhausted;
}

void lantik_arena_reset(struct lantik_arena *arena)
{
	rewind_chunks(arena);
	arena->used = 0;
	arena->exhausted = false;
}

void lantik_arena_free(struct lantik_arena **arena)
{
	if (!arena || !*arena)
		return;
	release(*arena);
	free(*arena);
	*arena = NULL;
}
