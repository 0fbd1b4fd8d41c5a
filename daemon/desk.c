/* A batch's memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include <stdlib.h>

/* Beside the spans of the records: the manifest, and room for alignment. */
#define MANIFEST_ARENA (64u * 1024)
/* A scan makes room for as many records as a body of that length can hold: a tag and a length each. What it does not
 * fill is never touched. */
#define SHORTEST_RECORD 2u

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	LANTIK_ASSERT(memory);
	return memory;
}

struct desk *desk_new(size_t capacity, size_t body)
{
	struct desk *desk = allocate(1, sizeof *desk);
	size_t spans = body / SHORTEST_RECORD < LANTIK_MAX_RECORDS ? body / SHORTEST_RECORD : LANTIK_MAX_RECORDS;

	desk->capacity = capacity;
	desk->batch_arena = lantik_arena_new(spans * sizeof(struct lantik_span) + MANIFEST_ARENA);
	LANTIK_ASSERT(desk->batch_arena);
	desk->rows = allocate(capacity, sizeof *desk->rows);
	desk->order = allocate(capacity, sizeof *desk->order);
	desk->niks = allocate(capacity, sizeof *desk->niks);
	desk->record_hashes = allocate(capacity, LANTIK_HASH);
	desk->salts = allocate(capacity, LANTIK_ROW_SALT);
	desk->hashes = allocate(capacity, LANTIK_HASH);
	return desk;
}

void desk_free(struct desk **desk)
{
	struct desk *d = *desk;

	if (!d)
		return;
	lantik_arena_free(&d->batch_arena);
	lantik_buffer_free(&d->tuples);
	lantik_buffer_free(&d->returned_hashes);
	lantik_findings_free(&d->findings);
	tally_free(&d->tally);
	free(d->rows);
	free(d->order);
	free(d->niks);
	free(d->record_hashes);
	free(d->salts);
	free(d->hashes);
	free(d);
	*desk = NULL;
}
