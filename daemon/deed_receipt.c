/* Deeds receipt-key-add and receipt-key-retire: from the leaf of an addition on both keys sign, until one is retired.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "clock.h"
#include "deed_trust.h"
#include "store_receipt.h"

/* Notes are stored right after the commit of their leaf. While this waits for the last ones nothing else commits, so
 * it is short: other transactions give the head up after five seconds. */
#define NOTES_MICROS INT64_C(2000000)

static const struct lantik_trusted_key *find_key(const struct lantik_trust *trust, const struct lantik_vkey *key)
{
	for (size_t i = 0; i < trust->key_count; i++)
		if (memcmp(trust->keys[i].vkey.public_key, key->public_key, LANTIK_PUBLIC_KEY) == 0)
			return &trust->keys[i];
	return NULL;
}

/* The names of both are the base origin: the text was compared with it. */
static void id_of(const struct lantik_vkey *key, char ret[9])
{
	lantik_hex_encode(key->id, sizeof key->id, ret);
}

/* Whoever carries the deed out signs its checkpoint, and daemons that do not hold a key stop. */
static void refuse_missing_key(struct deed *d, const struct lantik_trust *after)
{
	struct lantik_vkey signers[LANTIK_MAX_SIGNERS];
	size_t count;
	char id[9];

	lantik_trust_signers(after, d->ledger.edge.size + 1, signers, &count);
	if (!count)
		deed_refuse(d, "no key would sign the ledger any more: add another one first");
	for (size_t i = 0; i < count; i++) {
		id_of(&signers[i], id);
		if (!signer_holds(d->worker->house->signer, &signers[i]))
			deed_refuse(d,
				"lantikd does not hold the receipt key %s: name its file as next_receipt_key_file in "
				"the "
				"configuration of every lantikd, and start them again",
				id);
	}
}

static enum store_result check_add(struct deed *d)
{
	struct lantik_trust before, after;
	char id[9];

	if (!deed_judge_trust(d, &before, &after))
		return STORE_OK;
	const struct lantik_trusted_key *known = find_key(&before, &d->asked.key);
	id_of(&d->asked.key, id);
	if (known && known->until_size == LANTIK_TRUST_OPEN)
		deed_refuse(d, "the receipt key %s signs already", id);
	else if (known)
		deed_refuse(
			d, "the receipt key %s was retired, and a retired key never signs again: make a new one", id);
	refuse_missing_key(d, &after);
	return STORE_OK;
}

static enum store_result write_add(struct deed *d)
{
	return store_add_receipt_key(d->worker->store, &d->asked, d->leaf.leaf_index);
}

/* Retired once; later it may still turn out to be compromised, or from an earlier size. */
static void refuse_known(struct deed *d, const struct lantik_trust *before)
{
	const struct lantik_trusted_key *known = find_key(before, &d->asked.key);
	char id[9];

	id_of(&d->asked.key, id);
	if (!known)
		deed_refuse(d, "%s is no receipt key of this ledger", id);
	else if (known->until_size != LANTIK_TRUST_OPEN &&
		 (!d->asked.is_compromised || known->compromised_from <= d->asked.compromised_from))
		deed_refuse(d, "the receipt key %s was retired already", id);
	else if (d->asked.is_compromised && d->asked.compromised_from > d->ledger.edge.size + 1)
		deed_refuse(d, "the ledger has %llu leaves: compromised-from cannot be a later size",
			(unsigned long long)d->ledger.edge.size);
}

/* A note that is not stored could be made only with the key that goes. */
static enum store_result wait_for_notes(struct deed *d, const struct lantik_trust *before)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	const struct lantik_trusted_key *known = find_key(before, &d->asked.key);
	int64_t until = clock_steady() + NOTES_MICROS;
	uint64_t from = known->is_added ? known->added_leaf + 1 : 1, to = d->ledger.edge.size;
	uint32_t missing = 0;
	enum store_result result = STORE_OK;

	if (known->until_size != LANTIK_TRUST_OPEN)
		return STORE_OK;
	do {
		if (missing)
			(void)nanosleep(&pause, NULL);
		result = store_missing_notes(d->worker->store, from, to, 1000, &missing);
	} while (!result && missing && clock_steady() < until);
	if (!result && missing)
		deed_refuse(d,
			"%u%s checkpoints under this key are not stored yet; lantikd stores them within a minute: ask "
			"again then",
			missing, missing == 1000 ? " or more" : "");
	return result;
}

static enum store_result check_retire(struct deed *d)
{
	struct lantik_trust before, after;

	if (!deed_judge_trust(d, &before, &after))
		return STORE_OK;
	refuse_known(d, &before);
	refuse_missing_key(d, &after);
	return deed_is_refused(d) ? STORE_OK : wait_for_notes(d, &before);
}

static enum store_result write_retire(struct deed *d)
{
	return store_retire_receipt_key(d->worker->store, &d->asked, d->leaf.leaf_index);
}

const struct deed_handler deed_receipt_key_add = {.open = deed_believe, .check = check_add, .write = write_add};
const struct deed_handler deed_receipt_key_retire = {
	.open = deed_believe, .check = check_retire, .write = write_retire};
