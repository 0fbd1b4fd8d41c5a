/* The state file of an outbox entry as text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_ENTRY_STATE_H
#define LANTIK_ENTRY_STATE_H

#include "outbox.h"

void lantik_entry_format(const struct lantik_entry *entry, struct lantik_buffer *ret);
/* Fills everything but the key; false when something is missing or unreadable. */
LANTIK_MUST_CHECK bool lantik_entry_parse(struct lantik_span text, struct lantik_entry *ret);

#endif
