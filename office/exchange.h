/* Requests to the centre: sent, sent again after a broken line or Busy, until an answer that ends them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_EXCHANGE_H
#define LANTIK_EXCHANGE_H

#include "continuity.h"

struct lantik_peer;

struct lantik_reply {
	enum lantik_message message;
	struct lantik_buffer body;
	bool rulebook_differs;     /* the centre's digest is not that of our rulebook; said once by the exchange */
	struct lantik_heard heard; /* of its ledger, proved against what this office held */
	int64_t round_trip_us;     /* of the attempt that was answered */
};

/* Keys, settings and rulebook digest of the home; connects when the first request is sent. */
int lantik_peer_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret);
/* The same with the keys in HOME/next/, which the centre may not know yet. */
int lantik_peer_open_next(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret);
/* What this office believes of the ledger, as of the last answer. */
const struct lantik_trust *lantik_peer_trust(const struct lantik_peer *peer);
void lantik_peer_close(struct lantik_peer **peer); /* takes NULL */

struct lantik_request {
	enum lantik_message message;
	struct lantik_span body;
	bool sign;           /* SUBMIT, REHEARSE: with the office's signing key */
	bool may_be_unknown; /* a key that the centre does not know is LANTIK_EXIT_REFUSED without a report */
	bool proves;        /* asked to find out whether the ledger stands: that it does not is exit code 8 and not 4 */
	int64_t timeout_ms; /* for all attempts together */
	/* Called before each attempt with its number, so that a sender can note it; LANTIK_EXIT_OK goes on. May be
	 * NULL. */
	int (*on_attempt)(void *context, unsigned attempt);
	void *context;
};

/* LANTIK_EXIT_OK and an answer other than Busy and a passing refusal, or the exit code of a reported failure.
 * A permanent refusal is an answer. Deeds that came with it are applied and kept, and that its ledger continues the one
 * that was held is proved: exit code 8 when it is not, with both signed checkpoints in HOME/forks/. The body of *ret is
 * freed by the caller in either case. */
int lantik_exchange(struct lantik_peer *peer, const struct lantik_request *request, struct lantik_reply *ret);

/* Asks for the newest checkpoint, which brings deeds and the proof with it; reports a refusal. The body of *ret is
 * freed by the caller. */
int lantik_ping(
	struct lantik_cli *cli, struct lantik_peer *peer, int64_t timeout_ms, bool proves, struct lantik_reply *ret);

/* Milliseconds before the next attempt: what the centre asks for, 0.1 to 60 s of it, and up to a quarter more at
 * random. The request's timeout ends a longer one. */
int64_t lantik_busy_pause(const struct lantik_busy *busy);

/* Reports a permanent refusal; returns the exit code. */
int lantik_report_refusal(struct lantik_cli *cli, struct lantik_span body);

#endif
