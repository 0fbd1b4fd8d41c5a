/* Sends replies, or holds them back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include <zmq.h>

#include "counters.h"

/* Answers held back at once; more are told at once. Each takes about 2 kB. */
#define MAX_HELD 1024u

struct replies {
	struct house *house;
	void *router;
	struct lantik_buffer envelope;
	struct job *held; /* the next one first */
	size_t held_count;
};

struct replies *reply_open(struct house *house, void *router)
{
	struct replies *replies = calloc(1, sizeof *replies);

	LANTIK_ASSERT(replies);
	replies->house = house;
	replies->router = router;
	return replies;
}

void reply_close(struct replies **replies)
{
	if (!*replies)
		return;
	lantik_buffer_free(&(*replies)->envelope);
	free(*replies);
	*replies = NULL;
}

/* Its body is not needed any more. */
static void forget_message(struct job *job)
{
	if (job->message) {
		zmq_msg_close(job->message);
		free(job->message);
	}
	job->message = NULL;
	job->body = (struct lantik_span){0};
}

static void job_free(struct house *house, struct job *job)
{
	if (job->rulebook)
		house_rulebook_put(house, job->rulebook);
	forget_message(job);
	lantik_buffer_free(&job->checkpoint);
	lantik_buffer_free(&job->reply_body);
	lantik_buffer_free(&job->reply_checkpoint);
	for (size_t i = 0; i < job->deed_count; i++)
		lantik_buffer_free(&job->deeds[i]);
	free(job);
}

static void encode_envelope(struct replies *replies, const struct job *job)
{
	struct rulebook_copy *copy = house_rulebook(replies->house);
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {.data = job->request_id, .len = sizeof job->request_id},
		.message = job->reply,
		.rulebook_sha256 = {.data = lantik_rulebook_digest(copy->rulebook), .len = LANTIK_HASH},
		.checkpoint = lantik_buffer_span(&job->reply_checkpoint),
		.consistency = job->consistency,
		.deed_count = job->deed_count};

	for (size_t i = 0; i < job->deed_count; i++)
		envelope.deeds[i] = lantik_buffer_span(&job->deeds[i]);
	lantik_buffer_reset(&replies->envelope);
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, &replies->envelope) == LANTIK_OK);
	house_rulebook_put(replies->house, copy);
}

static bool send_frame(struct replies *replies, const void *data, size_t len, int more)
{
	return zmq_send(replies->router, data, len, ZMQ_DONTWAIT | more) >= 0;
}

void reply_send(struct replies *replies, struct job *job)
{
	encode_envelope(replies, job);
	bool sent = send_frame(replies, job->route, sizeof job->route, ZMQ_SNDMORE) &&
		    send_frame(replies, replies->envelope.data, replies->envelope.len, ZMQ_SNDMORE) &&
		    send_frame(replies, job->reply_body.len ? (const void *)job->reply_body.data : "",
			    job->reply_body.len, 0);

	if (!sent)
		counter_increment(COUNTER_replies_lost);
	else if (job->reply == LANTIK_RECEIPT)
		counter_increment(COUNTER_receipts);
	job_free(replies->house, job);
}

/* By time; the list is short. */
void reply_hold_back(struct replies *replies, struct job *job)
{
	struct job **place = &replies->held;

	forget_message(job);
	while (*place && (*place)->tell_at <= job->tell_at)
		place = &(*place)->next;
	job->next = *place;
	*place = job;
	replies->held_count++;
}

bool reply_may_hold_back(const struct replies *replies)
{
	return replies->held_count < MAX_HELD;
}

void reply_send_held(struct replies *replies, int64_t until)
{
	while (replies->held && replies->held->tell_at <= until) {
		struct job *job = replies->held;
		replies->held = job->next;
		replies->held_count--;
		reply_send(replies, job);
	}
}

int64_t reply_next_held(const struct replies *replies)
{
	return replies->held ? replies->held->tell_at : INT64_MAX;
}
