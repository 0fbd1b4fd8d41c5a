/* Two sums for each agency, kind, step, programme and group, in a balanced tree.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;
	int order = strcmp(x->agency, y->agency);

	if (order || (order = x->kind - y->kind) || (order = x->step - y->step) ||
		(order = strcmp(x->programme, y->programme)))
		return order;
	return x->group - y->group;
}

/* False when a text is longer than any that the commit writes, or holds a NUL. */
static bool copy(struct lantik_span from, char *to, size_t room)
{
	if (from.len >= room || (from.len && memchr(from.data, '\0', from.len)))
		return false;
	if (from.len)
		memcpy(to, from.data, from.len);
	to[from.len] = '\0';
	return true;
}

static bool entry_of(const struct tally_key *key, struct tally_entry *ret)
{
	*ret = (struct tally_entry){.kind = key->kind, .step = key->step, .group = key->group};
	return copy(key->agency, ret->agency, sizeof ret->agency) &&
	       copy(key->programme, ret->programme, sizeof ret->programme);
}

void tally_add(struct tally *tally, const struct tally_key *key, int64_t accepted, int64_t used)
{
	struct tally_entry *entry = malloc(sizeof *entry);

	LANTIK_ASSERT(entry);
	if (!entry_of(key, entry)) {
		free(entry); /* altered rows alone are so; the row itself is named elsewhere */
		return;
	}
	struct tally_entry **at = tsearch(entry, &tally->root, compare);
	LANTIK_ASSERT(at);
	if (*at != entry)
		free(entry);
	(*at)->accepted += accepted;
	(*at)->used += used;
}

const struct tally_entry *tally_see(struct tally *tally, const struct tally_key *key)
{
	struct tally_entry wanted;

	if (!entry_of(key, &wanted))
		return NULL;
	struct tally_entry **at = tfind(&wanted, &tally->root, compare);
	if (!at)
		return NULL;
	(*at)->seen = true;
	return *at;
}

struct walk {
	void (*tell)(const struct tally_entry *entry, void *context);
	void *context;
};

static void visit(const void *node, VISIT which, void *context)
{
	const struct tally_entry *const *entry = node;
	const struct walk *walk = context;

	if ((which == postorder || which == leaf) && !(*entry)->seen)
		walk->tell(*entry, walk->context);
}

void tally_unseen(
	const struct tally *tally, void (*tell)(const struct tally_entry *entry, void *context), void *context)
{
	struct walk walk = {.tell = tell, .context = context};

	twalk_r(tally->root, visit, &walk);
}

void tally_free(struct tally *tally)
{
	tdestroy(tally->root, free);
	tally->root = NULL;
}
