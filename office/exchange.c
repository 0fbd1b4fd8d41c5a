/* Sends a request until an answer ends it: attempts, back-off, endpoints in turn, and what a failed handshake means.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <string.h>
#include <time.h>

#include "peer.h"

/* An attempt waits for its answer as long as the body needs on a line of 64 kbit/s, and 30 s more. */
#define ATTEMPT_MS 30000
#define SLOWEST_BYTES_PER_S 8192

/* Between attempts: 0.5 s, doubled up to 15 s, with up to half of it at random so that offices do not come in step. */
#define FIRST_PAUSE_MS 500
#define LAST_PAUSE_MS 15000

/* After Busy: what the centre asks for, within these bounds, and up to a quarter more at random, because it may tell
 * many the same. */
#define LEAST_BUSY_MS 100
#define LONGEST_BUSY_MS 60000

/* A centre takes a moment to learn of a key that its operator has just added. */
#define UNKNOWN_KEY_MS 5000

/* What one wait or one attempt led to. */
enum outcome { ANSWERED, AGAIN, AGAIN_AT_ONCE, AGAIN_LATER, GAVE_UP };

struct attempt {
	const struct lantik_request *request;
	struct lantik_reply *reply;
	int64_t deadline_ms, pause_ms;
	int64_t unknown_since_ms; /* 0: our key was not refused yet */
	int64_t sent_us;
	bool asks_deeds;   /* the next attempt is a PING that fetches the deeds behind the last one */
	bool note_changed; /* answers to former attempts prove something about another checkpoint */
	uint8_t request_id[LANTIK_REQUEST_ID];
	uint8_t signature[LANTIK_SIGNATURE];
	int exit_code; /* after GAVE_UP */
};

static int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What is sent for signing begins with a manifest: the outbox proved it, or it was just made. */
static void sign_body(struct lantik_peer *peer, struct attempt *attempt)
{
	uint8_t digest[LANTIK_HASH], message[LANTIK_SUBMISSION_MESSAGE];
	struct lantik_span manifest;
	LANTIK_ASSERT(lantik_batch_manifest(attempt->request->body, &manifest) == LANTIK_OK);
	lantik_sha256(manifest, digest);
	lantik_submission_message(
		attempt->request->message == LANTIK_REHEARSE ? LANTIK_TO_REHEARSE : LANTIK_TO_SUBMIT, digest, message);
	lantik_sign(peer->sign.seed, (struct lantik_span){message, sizeof message}, attempt->signature);
}

static int send_once(struct lantik_peer *peer, struct attempt *attempt)
{
	static const struct lantik_request ping = {.message = LANTIK_PING};
	const struct lantik_request *request = attempt->asks_deeds ? &ping : attempt->request;
	struct lantik_buffer bytes = {0};
	lantik_random(attempt->request_id, sizeof attempt->request_id);
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {attempt->request_id, sizeof attempt->request_id},
		.message = request->message,
		.checkpoint = lantik_buffer_span(&peer->witness.note),
		.rulebook_sha256 = peer->rulebook};
	if (request->sign) {
		envelope.signing_key_id = (struct lantik_span){peer->sign.vkey.id, sizeof peer->sign.vkey.id};
		envelope.signature = (struct lantik_span){attempt->signature, sizeof attempt->signature};
	}
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, &bytes) == LANTIK_OK);
	attempt->sent_us = now_us();
	enum lantik_error error = lantik_link_send(peer->link, lantik_buffer_span(&bytes), request->body);
	lantik_buffer_free(&bytes);
	return error == LANTIK_OK ? LANTIK_EXIT_OK : LANTIK_EXIT_NETWORK;
}

static enum outcome give_up(struct attempt *attempt, int exit_code)
{
	attempt->exit_code = exit_code;
	return GAVE_UP;
}

int64_t lantik_busy_pause(const struct lantik_busy *busy)
{
	int64_t pause = busy->retry_after_ms;
	uint8_t dice;
	if (pause < LEAST_BUSY_MS)
		pause = LEAST_BUSY_MS;
	if (pause > LONGEST_BUSY_MS)
		pause = LONGEST_BUSY_MS;
	lantik_random(&dice, sizeof dice);
	return pause + pause / 4 * dice / 255;
}

static enum outcome unknown_key(struct lantik_peer *peer, struct attempt *attempt)
{
	if (attempt->unknown_since_ms == 0)
		attempt->unknown_since_ms = lantik_now_ms();
	if (lantik_now_ms() - attempt->unknown_since_ms < UNKNOWN_KEY_MS)
		return AGAIN_LATER;
	return give_up(attempt, attempt->request->may_be_unknown ? LANTIK_EXIT_REFUSED : lantik_fail_unknown_key(peer));
}

static enum outcome busy(struct lantik_peer *peer, struct attempt *attempt, struct lantik_span body)
{
	struct lantik_busy answer;
	if (lantik_busy_decode(body, peer->arena, &answer) != LANTIK_OK)
		return AGAIN_LATER;
	if (answer.reason == LANTIK_BUSY_LEDGER_FORK)
		return give_up(
			attempt, lantik_fail_ledger_fork(peer,
					 attempt->request->proves ? LANTIK_EXIT_NOT_VERIFIED : LANTIK_EXIT_NETWORK));
	lantik_tell_busy(peer, &answer);
	attempt->pause_ms = lantik_busy_pause(&answer);
	return AGAIN;
}

static enum outcome refusal(struct lantik_peer *peer, struct lantik_span body)
{
	struct lantik_refused answer;
	if (lantik_refused_decode(body, peer->arena, &answer) != LANTIK_OK || !answer.passing)
		return ANSWERED;
	lantik_note_passing(peer, &answer);
	return AGAIN_LATER;
}

/* What was checked here stays as it was: only a person fetches the other rulebook, and then checks again. */
static void note_rulebook(struct lantik_peer *peer, struct attempt *attempt, struct lantik_span theirs)
{
	bool differs =
		theirs.len == LANTIK_HASH && peer->rulebook.len > 0 && !lantik_span_equal(theirs, peer->rulebook);
	attempt->reply->rulebook_differs = differs;
	if (!differs || peer->told_rulebook || attempt->request->message == LANTIK_REFERENCE)
		return;
	peer->told_rulebook = true;
	lantik_remark(peer->cli,
		"the centre judges by another rulebook than the one that checks here; fetch it with `lantik sync`, "
		"then "
		"check again",
		"pusat menilai dengan buku aturan lain dari yang dipakai memeriksa di sini; ambil dengan `lantik "
		"sync`, "
		"lalu periksa lagi");
}

/* Whether the envelope answers this attempt. A receipt proves by itself whose it is and is taken from any attempt. */
static bool is_ours(const struct attempt *attempt, const struct lantik_envelope *envelope)
{
	struct lantik_span id = {attempt->request_id, sizeof attempt->request_id};
	return lantik_span_equal(envelope->request_id, id) ||
	       (envelope->message == LANTIK_RECEIPT && attempt->request->message == LANTIK_SUBMIT &&
		       !attempt->note_changed);
}

/* The deeds that come with an answer, and whether it continues the ledger that is held. */
static enum outcome hear(struct lantik_peer *peer, struct attempt *attempt, const struct lantik_envelope *envelope,
	struct lantik_span body)
{
	int code;
	struct lantik_heard heard = {0};
	enum lantik_hearing hearing = lantik_witness_hear(&peer->witness, envelope, body, &heard, &code);
	attempt->reply->heard.deeds += heard.deeds;
	attempt->reply->heard.restarted |= heard.restarted;
	heard.deeds = attempt->reply->heard.deeds;
	heard.restarted = attempt->reply->heard.restarted;
	if (hearing == LANTIK_NOT_BELIEVED)
		return give_up(attempt, code);
	attempt->note_changed |= hearing != LANTIK_HEARD;
	attempt->asks_deeds = hearing == LANTIK_ASK_DEEDS;
	if (hearing == LANTIK_HEARD)
		attempt->reply->heard = heard;
	return hearing == LANTIK_HEARD ? ANSWERED : AGAIN_AT_ONCE;
}

/* AGAIN with no pause means: not for us, wait on. */
static enum outcome judge_message(struct lantik_peer *peer, struct attempt *attempt, bool *ret_wait_on)
{
	struct lantik_envelope envelope;
	lantik_arena_reset(peer->arena);
	*ret_wait_on = lantik_envelope_decode(lantik_buffer_span(&peer->frame_envelope), peer->arena, &envelope) !=
			       LANTIK_OK ||
		       !is_ours(attempt, &envelope);
	if (*ret_wait_on)
		return AGAIN;
	struct lantik_span body = lantik_buffer_span(&peer->frame_body);
	if (envelope.message == LANTIK_BUSY)
		return busy(peer, attempt, body);
	note_rulebook(peer, attempt, envelope.rulebook_sha256);
	enum outcome outcome = hear(peer, attempt, &envelope, body);
	if (outcome == ANSWERED && envelope.message == LANTIK_REFUSAL)
		outcome = refusal(peer, body);
	if (outcome == ANSWERED) {
		attempt->reply->round_trip_us = now_us() - attempt->sent_us;
		attempt->reply->message = envelope.message;
		lantik_buffer_reset(&attempt->reply->body);
		lantik_buffer_append_span(&attempt->reply->body, body);
	}
	return outcome;
}

/* With several addresses the next one is tried at once; with one, ZeroMQ itself tries again. */
static bool is_trouble(enum lantik_link_event event)
{
	return event == LANTIK_LINK_UNREACHABLE || event == LANTIK_LINK_NOT_READY || event == LANTIK_LINK_BAD_HANDSHAKE;
}

/* Waits for the answer to what was sent. */
static enum outcome await(struct lantik_peer *peer, struct attempt *attempt)
{
	int64_t allowed = ATTEMPT_MS + (int64_t)attempt->request->body.len * 1000 / SLOWEST_BYTES_PER_S;
	int64_t end =
		lantik_now_ms() + allowed < attempt->deadline_ms ? lantik_now_ms() + allowed : attempt->deadline_ms;
	for (;;) {
		bool wait_on = true;
		enum outcome outcome;
		int64_t left = end - lantik_now_ms();
		if (lantik_signal())
			return give_up(attempt, lantik_signal_exit());
		if (left <= 0)
			return AGAIN_LATER;
		lantik_progress(peer->cli, 0);
		enum lantik_link_event event =
			lantik_link_wait(peer->link, left < 200 ? left : 200, &peer->frame_envelope, &peer->frame_body);
		if (event == LANTIK_LINK_UNKNOWN_KEY)
			return unknown_key(peer, attempt);
		lantik_tell_trouble(peer, event);
		if (event == LANTIK_LINK_LOST || (is_trouble(event) && peer->endpoint_count > 1))
			return AGAIN_LATER;
		if (event != LANTIK_LINK_MESSAGE)
			continue;
		outcome = judge_message(peer, attempt, &wait_on);
		if (!wait_on)
			return outcome;
	}
}

/* Sleeps in short pieces so that Ctrl-C ends it at once. */
static bool pause_for(struct lantik_peer *peer, int64_t ms, int64_t deadline_ms)
{
	int64_t end = lantik_now_ms() + ms;
	while (lantik_now_ms() < end && lantik_now_ms() < deadline_ms && !lantik_signal()) {
		struct timespec piece = {.tv_nsec = 50 * 1000000};
		nanosleep(&piece, NULL);
		lantik_progress(peer->cli, 0);
	}
	return !lantik_signal();
}

static int64_t back_off(unsigned attempts)
{
	uint8_t dice;
	int64_t pause = FIRST_PAUSE_MS;
	for (unsigned i = 1; i < attempts && pause < LAST_PAUSE_MS; i++)
		pause *= 2;
	lantik_random(&dice, sizeof dice);
	pause = pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS;
	return pause / 2 + pause / 2 * dice / 255;
}

static enum outcome try_once(struct lantik_peer *peer, struct attempt *attempt, unsigned number)
{
	const struct lantik_request *request = attempt->request;
	int code = request->on_attempt && !attempt->asks_deeds ? request->on_attempt(request->context, number)
							       : LANTIK_EXIT_OK;
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_connect(peer);
	if (code != LANTIK_EXIT_OK)
		return give_up(attempt, code);
	attempt->pause_ms = back_off(number);
	if (send_once(peer, attempt) != LANTIK_EXIT_OK)
		return AGAIN_LATER;
	return await(peer, attempt);
}

int lantik_exchange(struct lantik_peer *peer, const struct lantik_request *request, struct lantik_reply *ret)
{
	struct attempt attempt = {
		.request = request, .reply = ret, .deadline_ms = lantik_now_ms() + request->timeout_ms};
	lantik_buffer_reset(&peer->last_answer);
	if (request->sign)
		sign_body(peer, &attempt);
	for (unsigned number = 1;; number++) {
		enum outcome outcome = try_once(peer, &attempt, number);
		if (outcome == ANSWERED)
			return LANTIK_EXIT_OK;
		if (outcome == GAVE_UP)
			return attempt.exit_code;
		if (outcome == AGAIN_AT_ONCE && lantik_now_ms() < attempt.deadline_ms)
			continue;
		if (outcome == AGAIN_LATER)
			lantik_peer_drop(peer);
		if (!pause_for(peer, attempt.pause_ms, attempt.deadline_ms))
			return lantik_signal_exit();
		if (lantik_now_ms() >= attempt.deadline_ms)
			return lantik_fail_out_of_time(peer, request->timeout_ms);
	}
}
