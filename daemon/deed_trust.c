/* Deeds that the recovery key signed, judged as every office will judge them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deed_trust.h"

#include "store_witness.h"

enum store_result deed_believe(struct deed *d)
{
	uint64_t trust_size;
	enum store_result result = store_trust_size(d->worker->store, &trust_size);

	if (result || house_follow(d->worker->house, d->worker->store, trust_size))
		return result;
	if (!store_is_up(d->worker->store))
		return STORE_DOWN;
	deed_refuse(d, "lantikd does not believe the keys that its database names: its log says why");
	return STORE_OK;
}

bool deed_judge_trust(struct deed *d, struct lantik_trust *ret_before, struct lantik_trust *ret_after)
{
	if (!signer_trust(d->worker->house->signer, ret_before)) {
		deed_refuse(d, "this lantikd does not know its ledger yet; ask again when it is up");
		return false;
	}
	*ret_after = *ret_before;
	switch (lantik_trust_take(ret_after, &d->asked, d->ledger.edge.size)) {
	case LANTIK_OK:
		return true;
	case LANTIK_E_NOT_FOUND:
		deed_refuse(
			d, "lantikd knows no recovery key: set recovery_key in its configuration and start it again");
		break;
	case LANTIK_E_BAD_SIGNATURE:
		deed_refuse(d, "it is not signed by the recovery key of lantikd's configuration");
		break;
	case LANTIK_E_TOO_LARGE:
		deed_refuse(
			d, "the ledger has as many receipt keys at once, or in all, as it can have; retire one first");
		break;
	default:
		deed_refuse(d, "it does not fit this ledger as it stands now; ask again with lantikctl");
		break;
	}
	return false;
}
