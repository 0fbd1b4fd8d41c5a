/* What this daemon believes of its own log, before and after a deed that changes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DEED_TRUST_H
#define LANTIK_DAEMON_DEED_TRUST_H

#include "deed.h"

/* So that the house knows all deeds about keys that stand; refuses when it cannot. */
LANTIK_MUST_CHECK enum store_result deed_believe(struct deed *d);
/* Under the lock of the head: both trusts. A deed that the second cannot take is refused, and the answer is false. */
LANTIK_MUST_CHECK bool deed_judge_trust(
	struct deed *d, struct lantik_trust *ret_before, struct lantik_trust *ret_after);

#endif
