/* The connection to the centre, as the files that carry a request through share it; private to them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PEER_H
#define LANTIK_PEER_H

#include "exchange.h"
#include "transport.h"

#define LANTIK_MAX_ENDPOINTS 8u

struct lantik_peer {
	struct lantik_cli *cli;
	const struct lantik_home *home;
	struct lantik_link *link;
	char endpoints[LANTIK_MAX_ENDPOINTS][LANTIK_MAX_SETTING];
	unsigned endpoint_count, endpoint_at;
	char own_public[LANTIK_Z85_KEY + 1], own_secret[LANTIK_Z85_KEY + 1];
	struct lantik_skey sign;
	struct lantik_witness witness;
	struct lantik_span rulebook; /* digest of ours; empty: none is here */
	uint8_t rulebook_digest[LANTIK_HASH];
	struct lantik_buffer frame_envelope, frame_body;
	struct lantik_arena *arena;
	unsigned told; /* bit 1 << event: troubles that were told, each once until a connection succeeds */
	bool told_busy, told_rulebook;
	struct lantik_buffer last_answer; /* to this request, in a person's language: one that ended nothing */
};

const char *lantik_peer_endpoint(const struct lantik_peer *peer);
/* Connects unless it is connected; LANTIK_EXIT_OK or the exit code of a failure that it reported. */
int lantik_peer_connect(struct lantik_peer *peer);
/* The next attempt goes to the next address over a new connection. */
void lantik_peer_drop(struct lantik_peer *peer);

/* --- what a person is told of trouble; trouble.c --- */

/* Trouble that may pass is told once, while the attempts go on. */
void lantik_tell_trouble(struct lantik_peer *peer, enum lantik_link_event event);
void lantik_tell_busy(struct lantik_peer *peer, const struct lantik_busy *busy);
/* A refusal that may pass is told when the time is over. */
void lantik_note_passing(struct lantik_peer *peer, const struct lantik_refused *refused);
/* These report a failure and return its exit code. */
int lantik_fail_unknown_key(struct lantik_peer *peer);
int lantik_fail_ledger_fork(struct lantik_peer *peer, int exit_code);
int lantik_fail_out_of_time(struct lantik_peer *peer, int64_t timeout_ms);

#endif
