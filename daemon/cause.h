/* Why a record did not go into the register, as a fingerprint that many records share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_CAUSE_H
#define LANTIK_DAEMON_CAUSE_H

#include "lantik/verdict.h"

static inline void cause_format(const struct lantik_finding *findings, size_t count, struct lantik_buffer *ret)
{
	lantik_cause_format(findings, count, ret);
}

#endif
