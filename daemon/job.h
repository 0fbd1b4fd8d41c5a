/* A job: one request on its way through the daemon, and its reply on the way back.
 * Made by the intake, owned by the queue, by a worker, and by the intake again, which sends the reply and frees it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_JOB_H
#define LANTIK_DAEMON_JOB_H

#include "lantik/codec.h"

#include "offices.h"

struct rulebook_copy;

#define JOB_ROUTE 5 /* a routing id that ROUTER assigned: a zero byte and four more */

struct job {
	struct job *next;
	uint8_t route[JOB_ROUTE];
	struct office office; /* as the key table said when the message came in */
	int64_t received_at;  /* the daemon holds the whole body since then */
	enum lantik_message request;
	uint8_t request_id[LANTIK_REQUEST_ID];
	uint8_t signing_key_id[4];
	uint8_t signature[LANTIK_SIGNATURE];
	bool is_signed;
	struct lantik_buffer checkpoint; /* the last one that the office saw; empty: none, or not worth a look */
	struct lantik_span body;         /* borrows from message */
	void *message;                   /* the intake's; freed by it alone */
	/* In force when the message came in, whatever is loaded while it waits; the intake's. NULL before it is let in.
	 */
	struct rulebook_copy *rulebook;
	uint32_t credit; /* what its office is told if the answer is Busy; 0: as if it were 1 */
	int64_t tell_at; /* of an answer that is held back: not before, by clock_steady */
	/* the reply; empty body bytes are a legal reply */
	enum lantik_message reply;
	bool is_internal; /* a refusal because of the daemon's own trouble, which proves nothing */
	struct lantik_buffer reply_body;
	/* what goes with it as evidence, in the envelope */
	struct lantik_buffer reply_checkpoint;
	struct lantik_proof consistency;
	struct lantik_buffer deeds[LANTIK_MAX_ENVELOPE_DEEDS];
	size_t deed_count;
};

/* Whether it takes a worker for as long as a batch does; the others are enquiries. */
static inline bool job_is_batch(const struct job *job)
{
	return job->request == LANTIK_SUBMIT || job->request == LANTIK_REHEARSE;
}

#endif
