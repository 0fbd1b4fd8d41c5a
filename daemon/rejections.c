/* A small memory of rejections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rejections.h"

#include <string.h>

void rejections_open(struct rejections *rejections, struct store *store)
{
	*rejections = (struct rejections){.store = store};
}

static void forget_old_connection(struct rejections *r)
{
	unsigned connection = store_connection_count(r->store);

	if (connection != r->connection)
		*r = (struct rejections){.store = r->store, .connection = connection};
}

void rejections_learn(struct rejections *r, uint64_t size)
{
	forget_old_connection(r);
	if (size != r->size)
		r->count = r->next = 0;
	r->size = size;
}

static const struct rejections_of *find(const struct rejections *r, int32_t kind, struct lantik_span programme)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->of[i].kind == kind && r->of[i].len == programme.len &&
			(!programme.len || memcmp(r->of[i].programme, programme.data, programme.len) == 0))
			return &r->of[i];
	return NULL;
}

/* A longer programme is in no rulebook, and its batches are refused (B01). */
static void keep(struct rejections *r, int32_t kind, struct lantik_span programme, bool any)
{
	struct rejections_of *of = &r->of[r->next];

	if (programme.len > sizeof of->programme)
		return;
	*of = (struct rejections_of){.kind = kind, .len = programme.len, .any = any};
	if (programme.len)
		memcpy(of->programme, programme.data, programme.len);
	r->next = (r->next + 1) % REJECTIONS_KEPT;
	if (r->count < REJECTIONS_KEPT)
		r->count++;
}

enum store_result rejections_see(
	struct rejections *r, int32_t kind, struct lantik_span programme, struct store_rejections_seen *ret)
{
	forget_old_connection(r);
	const struct rejections_of *known = find(r, kind, programme);
	if (known) {
		*ret = (struct store_rejections_seen){.size = r->size, .any = known->any};
		return STORE_OK;
	}
	enum store_result result = store_see_rejections(r->store, kind, programme, ret);
	if (result)
		return result;
	rejections_learn(r, ret->size);
	keep(r, kind, programme, ret->any);
	return STORE_OK;
}
