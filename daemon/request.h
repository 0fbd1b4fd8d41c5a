/* A request's envelope: what can be said of a message before anybody looks at its body.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_REQUEST_H
#define LANTIK_DAEMON_REQUEST_H

#include "job.h"

/* Fills the job from the envelope; office and body are set. whole: the message had two frames. False: the job holds a
 * refusal. scratch is reset. */
LANTIK_MUST_CHECK bool request_read(
	struct job *job, bool whole, struct lantik_span envelope_bytes, struct lantik_arena *scratch);
/* The refusal of a key that was revoked or cut off. */
void request_refuse_revoked(struct job *job);

#endif
