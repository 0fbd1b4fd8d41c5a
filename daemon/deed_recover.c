/* Deed recover: the ledger lost signed leaves and goes on in a new epoch, under another origin, from the tree that is
 * there. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "deed_trust.h"
#include "store_receipt.h"

static enum store_result judge_fork(struct deed *d)
{
	const struct lantik_deed_recovery *r = &d->asked.recovery;
	struct store_forks forks;
	enum store_result result = store_forks(d->worker->store, &forks);

	if (result)
		return result;
	if (!forks.count)
		deed_refuse(
			d, "no checkpoint is known that this ledger does not continue: there is nothing to recover");
	else if (r->epoch != forks.greatest + 1)
		deed_refuse(d, "the next epoch is %u", forks.greatest + 1);
	for (size_t i = 0; i < forks.count; i++) {
		bool named = false;
		for (size_t j = 0; j < r->lost_count; j++)
			named |= r->lost[j].size == forks.heads[i].size &&
				 memcmp(r->lost[j].root, forks.heads[i].root, LANTIK_HASH) == 0;
		if (!named)
			deed_refuse(d,
				"another lost checkpoint was found since, of size %llu: ask again with lantikctl",
				(unsigned long long)forks.heads[i].size);
	}
	return STORE_OK;
}

static enum store_result open_recovery(struct deed *d)
{
	enum store_result result = deed_believe(d);

	return result || deed_is_refused(d) ? result : judge_fork(d);
}

/* Whether the ledger had this root at this size. */
static enum store_result is_ours(struct deed *d, const struct lantik_tree_head *head, bool *ret)
{
	uint8_t root[LANTIK_HASH];

	*ret = false;
	if (head->size > d->ledger.edge.size)
		return STORE_OK;
	if (lantik_tree_root(store_node, d->worker->store, head->size, root))
		return store_is_up(d->worker->store) ? STORE_FAILED : STORE_DOWN;
	*ret = memcmp(root, head->root, LANTIK_HASH) == 0;
	return STORE_OK;
}

static enum store_result judge_lost(struct deed *d)
{
	const struct lantik_deed_recovery *r = &d->asked.recovery;
	enum store_result result = STORE_OK;
	bool ours = false;

	for (size_t i = 0; i < r->lost_count && !result; i++) {
		result = is_ours(d, &r->lost[i], &ours);
		if (!result && (ours || r->lost[i].size <= r->common.size))
			deed_refuse(d, "the checkpoint of size %llu that it names as lost %s",
				(unsigned long long)r->lost[i].size,
				ours ? "is of this ledger" : "is not larger than the common size");
	}
	return result;
}

static enum store_result check_recovery(struct deed *d)
{
	const struct lantik_deed_recovery *r = &d->asked.recovery;
	struct lantik_trust before, after;
	uint8_t root[LANTIK_HASH];
	bool ours = false;

	lantik_edge_root(&d->ledger.edge, root);
	if (r->size.size != d->ledger.edge.size || memcmp(root, r->size.root, LANTIK_HASH) != 0)
		deed_refuse(d, "the ledger has grown since: ask again with lantikctl");
	if (deed_is_refused(d) || !deed_judge_trust(d, &before, &after))
		return STORE_OK;
	enum store_result result = is_ours(d, &r->common, &ours);
	if (!result && !ours)
		deed_refuse(d, "the common tree that it names is not of this ledger");
	return result || deed_is_refused(d) ? result : judge_lost(d);
}

static enum store_result write_recovery(struct deed *d)
{
	return store_set_epoch(d->worker->store, d->asked.recovery.epoch);
}

const struct deed_handler deed_recover = {.open = open_recovery, .check = check_recovery, .write = write_recovery};
