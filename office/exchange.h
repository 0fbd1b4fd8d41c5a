/* Requests to the centre: sent, sent again after a broken line or Busy, until an answer that ends them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_EXCHANGE_H
#define LANTIK_EXCHANGE_H

#include "home.h"
#include "lantik/codec.h"

struct lantik_peer;

struct lantik_reply {
	enum lantik_message message;
	struct lantik_buffer body;
	bool rulebook_differs; /* the centre's digest is not that of our rulebook; said once by the exchange */
};

/* Keys, settings and rulebook digest of the home; connects when the first request is sent. */
int lantik_peer_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret);
void lantik_peer_close(struct lantik_peer **peer); /* takes NULL */

struct lantik_request {
	enum lantik_message message;
	struct lantik_span body;
	bool sign;          /* SUBMIT, REHEARSE: with the office's signing key */
	int64_t timeout_ms; /* for all attempts together */
	/* Called before each attempt with its number, so that a sender can note it; LANTIK_EXIT_OK goes on. May be
	 * NULL. */
	int (*on_attempt)(void *context, unsigned attempt);
	void *context;
};

/* LANTIK_EXIT_OK and an answer other than Busy and a passing refusal, or the exit code of a reported failure.
 * A permanent refusal is an answer. The body of *ret is freed by the caller in either case. */
int lantik_exchange(struct lantik_peer *peer, const struct lantik_request *request, struct lantik_reply *ret);

/* Milliseconds before the next attempt: at least what the centre asks for. The request's timeout ends a longer one. */
int64_t lantik_busy_pause(const struct lantik_busy *busy);

/* Reports a permanent refusal; returns the exit code. */
int lantik_report_refusal(struct lantik_cli *cli, struct lantik_span body);

#endif
