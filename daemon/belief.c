/* Deeds about keys and recoveries become trust.
 * SPDX-License-Identifier: Apache-2.0 */
#include "belief.h"

#include <string.h>

static enum belief_result wrong(char ret_why[STORE_WHY], enum belief_result result, const char *why)
{
	snprintf(ret_why, STORE_WHY, "%s", why);
	return result;
}

static enum belief_result take(struct lantik_trust *trust, const struct store_trust_deed *held, char ret_why[STORE_WHY])
{
	struct lantik_deed deed;
	enum lantik_error error = lantik_deed_parse(held->text, &deed);

	if (!error) {
		error = lantik_trust_take(trust, &deed, held->leaf_index);
		lantik_deed_free(&deed);
	}
	if (!error)
		return BELIEF_OK;
	snprintf(ret_why, STORE_WHY, "the deed of leaf %llu is not believed (%s); is recovery_key the one of this log?",
		(unsigned long long)held->leaf_index, lantik_error_text(error, LANTIK_ENGLISH));
	return BELIEF_BAD_DEED;
}

static enum belief_result build(const struct belief_source *source, const struct store_trust *held,
	struct lantik_trust *ret, char ret_why[STORE_WHY])
{
	struct lantik_vkey first;

	if (!held->first_key.len || lantik_vkey_parse(lantik_buffer_span(&held->first_key), &first))
		return wrong(ret_why, BELIEF_NO_KEY, "the database names no first receipt key of this log");
	if (strcmp(first.name, signer_vkey(source->signer)->name) != 0)
		return wrong(ret_why, BELIEF_NO_KEY, "the first receipt key in the database is of another log");
	lantik_trust_start(ret, &first, source->recovery);
	for (size_t i = 0; i < held->count; i++) {
		enum belief_result result = take(ret, &held->deeds[i], ret_why);
		if (result)
			return result;
	}
	return BELIEF_OK;
}

static enum belief_result believe(const struct belief_source *source, const struct lantik_trust *trust,
	uint64_t trust_size, char ret_why[STORE_WHY])
{
	enum lantik_error error = signer_believe(source->signer, trust, trust_size, source->may_go_back);

	if (!error)
		return BELIEF_OK;
	if (error == LANTIK_E_INCONSISTENT)
		return wrong(ret_why, BELIEF_OLD_EPOCH,
			"the ledger is of an older epoch than one that this daemon signed in: a restored database?");
	char why[SIGNER_WHY];
	signer_why(source->signer, why);
	snprintf(ret_why, STORE_WHY, "%.*s", STORE_WHY - 1, why[0] ? why : lantik_error_text(error, LANTIK_ENGLISH));
	return BELIEF_NO_FILE;
}

enum belief_result belief_load(const struct belief_source *source, struct store *store, char ret_why[STORE_WHY])
{
	struct store_trust held;
	struct lantik_trust trust;

	if (store_trust(store, &held))
		return wrong(ret_why, BELIEF_DOWN, store_why(store));
	uint64_t trust_size = held.count ? held.deeds[held.count - 1].leaf_index + 1 : 0;
	enum belief_result result = build(source, &held, &trust, ret_why);
	store_trust_free(&held);
	return result ? result : believe(source, &trust, trust_size, ret_why);
}

enum belief_result belief_follow(
	const struct belief_source *source, struct store *store, uint64_t trust_size, char ret_why[STORE_WHY])
{
	uint64_t believed;

	if (signer_believes(source->signer, &believed) && believed >= trust_size)
		return BELIEF_OK;
	return belief_load(source, store, ret_why);
}
