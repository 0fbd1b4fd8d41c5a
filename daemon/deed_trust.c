/* Deeds that the recovery key signed, judged as every office will judge them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deed_trust.h"

#include <time.h>

#include "clock.h"

#define PATIENCE_MICROS INT64_C(3000000)

enum store_result deed_wait_for_house(struct deed *d)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int64_t version = 0, until = clock_steady() + PATIENCE_MICROS;
	enum store_result result = store_reference_version(d->worker->store, &version);

	if (result)
		return result;
	while (!house_is_current(d->worker->house, version)) {
		if (clock_steady() > until)
			return STORE_RETRY;
		(void)nanosleep(&pause, NULL);
	}
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
