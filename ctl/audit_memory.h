/* What an audit leaves for the next one, and for others: the last checkpoint, and a cosignature of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_MEMORY_H
#define LANTIK_CTL_AUDIT_MEMORY_H

#include "audit.h"

/* --memory, or the default place for this ledger; false when there is none (told as a remark). Ends with a NUL. */
LANTIK_MUST_CHECK bool audit_memory_path(struct audit *audit, struct lantik_buffer *ret);
/* Keeps the newest checkpoint; LANTIK_EXIT_OK or the exit code of a failure that was reported. */
LANTIK_MUST_CHECK int audit_memory_keep(struct audit *audit, const char *path);

/* Reads --cosign's key before anything else is done; LANTIK_EXIT_OK or the exit code of a failure that was reported. */
LANTIK_MUST_CHECK int audit_cosign_prepare(struct audit *audit, struct lantik_skey *ret, bool *ret_wanted);
LANTIK_MUST_CHECK int audit_cosign(struct audit *audit, const struct lantik_skey *key);

#endif
