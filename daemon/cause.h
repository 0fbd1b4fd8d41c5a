/* Why a record did not go into the register, as a fingerprint that many records share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_CAUSE_H
#define LANTIK_DAEMON_CAUSE_H

#include "lantik/rules.h"

/* Appends `CODE.case[:field]` of one record's findings without the warnings: each once, sorted by bytes, joined by
 * blanks. */
void cause_format(const struct lantik_finding *findings, size_t count, struct lantik_buffer *ret);

#endif
