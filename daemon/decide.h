/* The decider: carries out what officials asked for, one request a transaction, each with a leaf and a receipt.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DECIDE_H
#define LANTIK_DAEMON_DECIDE_H

#include "house.h"

struct decider;

/* Starts its thread. Aborts on no memory. */
struct decider *decider_start(struct house *house);
/* Lets it finish the request under way, until that moment of the steady clock. False: it has not ended, and nobody
 * should wait for it; what is not committed is carried out after the next start. */
LANTIK_MUST_CHECK bool decider_stop(struct decider **decider, int64_t until);

#endif
