/* An office that sends ready-made bodies as fast as receipts come back, and verifies every receipt.
 *
 * ingest_sender ENDPOINT SERVER_KEY_FILE RECEIPT_KEY_FILE HOME BODIES WINDOW
 * HOME holds the keys of `lantik keygen`; WINDOW batches are in flight. Bodies are signed before the clock starts; it
 * runs from the first send to the last verified receipt. Prints one line of JSON; latency is send to verified receipt.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zmq.h>

#include "bench.h"
#include "lantik/codec.h"
#include "lantik/receipt.h"

#define REPLY_MILLISECONDS 60000
#define ENVELOPE_ARENA (64u * 1024)

struct batch {
	struct lantik_span body;
	uint8_t batch_id[16];
	uint8_t body_sha256[LANTIK_HASH];
	int32_t rows;
	struct lantik_buffer envelope;
	double sent_at;
	bool done;
};

struct sender {
	void *context, *socket;
	struct lantik_arena *arena; /* one reply, one manifest */
	struct lantik_trust trust;
	struct lantik_skey sign_key;
	struct bench_pieces bodies;
	struct batch *batches;
	struct bench_result result;
	size_t sent, busy;
};

static char *text_in(const char *directory, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	return bench_text(path);
}

/* ---- before the clock starts ---- */

static void envelope_for(struct sender *s, size_t i, enum lantik_message message, struct lantik_span signature)
{
	uint8_t request_id[LANTIK_REQUEST_ID] = {0};
	uint64_t number = i;
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {request_id, sizeof request_id},
		.message = message,
		.signing_key_id = {s->sign_key.vkey.id, signature.len ? sizeof s->sign_key.vkey.id : 0},
		.signature = signature};

	memcpy(request_id, &number, sizeof number);
	lantik_buffer_reset(&s->batches[i].envelope);
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, &s->batches[i].envelope) == LANTIK_OK);
}

static void prepare_batch(struct sender *s, size_t i)
{
	static struct lantik_batch_view view;
	struct lantik_arena *arena = lantik_arena_new(LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024);
	struct batch *batch = &s->batches[i];
	struct lantik_manifest manifest;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE], signature[LANTIK_SIGNATURE];
	uint32_t wrong;

	LANTIK_ASSERT(arena);
	batch->body = s->bodies.items[i];
	if (lantik_batch_scan(batch->body, arena, &view, &wrong) ||
		lantik_manifest_decode(view.manifest, arena, &manifest) || manifest.batch_id.len != 16)
		bench_fail("body %zu is no batch", i);
	memcpy(batch->batch_id, manifest.batch_id.data, 16);
	batch->rows = (int32_t)view.record_count;
	lantik_sha256(batch->body, batch->body_sha256);
	lantik_submission_message(LANTIK_TO_SUBMIT, batch->body_sha256, message);
	lantik_sign(s->sign_key.seed, (struct lantik_span){message, sizeof message}, signature);
	envelope_for(s, i, LANTIK_SUBMIT, (struct lantik_span){signature, sizeof signature});
	lantik_arena_free(&arena);
}

static void prepare(struct sender *s, char **argv)
{
	char *receipt_key = bench_text(argv[3]), *sign_key = text_in(argv[4], "sign.key");
	struct lantik_vkey key;

	if (lantik_vkey_parse(lantik_span_of(receipt_key), &key) ||
		lantik_skey_parse(lantik_span_of(sign_key), &s->sign_key))
		bench_fail("a key cannot be read");
	lantik_trust_start(&s->trust, &key, NULL);
	free(receipt_key);
	free(sign_key);
	bench_pieces_read(argv[5], &s->bodies);
	s->arena = lantik_arena_new(ENVELOPE_ARENA);
	s->batches = calloc(s->bodies.count, sizeof *s->batches);
	s->result = (struct bench_result){
		.batches = s->bodies.count, .latencies = calloc(s->bodies.count, sizeof *s->result.latencies)};
	LANTIK_ASSERT(s->bodies.count && s->arena && s->batches && s->result.latencies);
	for (size_t i = 0; i < s->bodies.count; i++)
		prepare_batch(s, i);
}

static void connect_to(struct sender *s, char **argv, int window)
{
	char *server = bench_text(argv[2]), *own = text_in(argv[4], "curve.pub"), *key = text_in(argv[4], "curve.key");
	int none = 0;

	s->context = zmq_ctx_new();
	s->socket = zmq_socket(s->context, ZMQ_DEALER);
	LANTIK_ASSERT(s->socket);
	if (zmq_setsockopt(s->socket, ZMQ_LINGER, &none, sizeof none) ||
		zmq_setsockopt(s->socket, ZMQ_SNDHWM, &window, sizeof window) ||
		zmq_setsockopt(s->socket, ZMQ_RCVHWM, &window, sizeof window) ||
		zmq_setsockopt(s->socket, ZMQ_CURVE_SERVERKEY, server, 41) ||
		zmq_setsockopt(s->socket, ZMQ_CURVE_PUBLICKEY, own, 41) ||
		zmq_setsockopt(s->socket, ZMQ_CURVE_SECRETKEY, key, 41) || zmq_connect(s->socket, argv[1]))
		bench_fail("could not connect: %s", zmq_strerror(zmq_errno()));
	free(server);
	free(own);
	free(key);
}

/* ---- while it runs ---- */

static void keep(void *data, void *hint)
{
	(void)data;
	(void)hint;
}

/* The body is lent to libzmq, not copied: it stays where it is until the end. */
static void send_batch(struct sender *s, size_t i)
{
	struct batch *batch = &s->batches[i];
	zmq_msg_t body;

	batch->sent_at = bench_now();
	zmq_msg_init_data(&body, (void *)(uintptr_t)batch->body.data, batch->body.len, keep, NULL);
	if (zmq_send(s->socket, batch->envelope.data, batch->envelope.len, ZMQ_SNDMORE) < 0 ||
		zmq_msg_send(&body, s->socket, 0) < 0)
		bench_fail("could not send: %s", zmq_strerror(zmq_errno()));
}

static void verify_receipt(struct sender *s, struct batch *batch, struct lantik_span text)
{
	struct lantik_receipt receipt;

	if (lantik_receipt_parse(text, &receipt))
		bench_fail("a receipt cannot be read");
	if (lantik_receipt_verify(&receipt, &s->trust))
		bench_fail("a receipt does not verify");
	if (memcmp(receipt.leaf.batch_id, batch->batch_id, sizeof batch->batch_id) != 0 ||
		memcmp(receipt.leaf.body_sha256, batch->body_sha256, LANTIK_HASH) != 0)
		bench_fail("a receipt of another batch");
	if ((int64_t)receipt.leaf.rows != batch->rows)
		bench_fail("%u of %d rows were accepted:\n%.600s", (unsigned)receipt.leaf.rows, batch->rows,
			(const char *)receipt.verdict_text.data);
	lantik_receipt_free(&receipt);
}

static void wait_and_resend(struct sender *s, size_t i, struct lantik_span body)
{
	struct lantik_busy busy;

	if (lantik_busy_decode(body, s->arena, &busy))
		bench_fail("a Busy cannot be read");
	s->busy++;
	zmq_poll(NULL, 0, (long)busy.retry_after_ms);
	send_batch(s, i);
}

/* True: one batch more is done. */
static bool take_reply(struct sender *s, const struct lantik_envelope *envelope, struct lantik_span body)
{
	struct lantik_refused refused = {0};
	uint64_t i;

	LANTIK_ASSERT(envelope->request_id.len == LANTIK_REQUEST_ID);
	memcpy(&i, envelope->request_id.data, sizeof i);
	if (i >= s->bodies.count || s->batches[i].done)
		bench_fail("an answer to nothing");
	if (envelope->message == LANTIK_BUSY) {
		wait_and_resend(s, (size_t)i, body);
		return false;
	}
	if (envelope->message == LANTIK_REFUSAL && !lantik_refused_decode(body, s->arena, &refused))
		bench_fail("refused: %.*s", (int)refused.detail.len, (const char *)refused.detail.data);
	if (envelope->message != LANTIK_RECEIPT)
		bench_fail("an answer that is no receipt");
	verify_receipt(s, &s->batches[i], body);
	s->batches[i].done = true;
	s->result.latencies[i] = bench_now() - s->batches[i].sent_at;
	s->result.rows += (size_t)s->batches[i].rows;
	s->result.bytes += s->batches[i].body.len;
	return true;
}

/* Waits for one message; the frames are the caller's to close. */
static void receive(struct sender *s, zmq_msg_t frames[2], struct lantik_envelope *ret, struct lantik_span *ret_body)
{
	zmq_pollitem_t item = {s->socket, 0, ZMQ_POLLIN, 0};

	if (zmq_poll(&item, 1, REPLY_MILLISECONDS) <= 0)
		bench_fail("no answer within %d s", REPLY_MILLISECONDS / 1000);
	for (int i = 0; i < 2; i++) {
		zmq_msg_init(&frames[i]);
		if (zmq_msg_recv(&frames[i], s->socket, 0) < 0)
			bench_fail("could not receive: %s", zmq_strerror(zmq_errno()));
	}
	lantik_arena_reset(s->arena);
	struct lantik_span envelope = {zmq_msg_data(&frames[0]), zmq_msg_size(&frames[0])};
	if (lantik_envelope_decode(envelope, s->arena, ret))
		bench_fail("an envelope cannot be read");
	*ret_body = (struct lantik_span){zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1])};
}

static void close_frames(zmq_msg_t frames[2])
{
	zmq_msg_close(&frames[0]);
	zmq_msg_close(&frames[1]);
}

/* The handshake and the key table are not what is measured. */
static void greet(struct sender *s)
{
	struct lantik_envelope envelope;
	struct lantik_span body;
	zmq_msg_t frames[2];
	struct lantik_buffer kept = s->batches[0].envelope;

	s->batches[0].envelope = (struct lantik_buffer){0};
	envelope_for(s, 0, LANTIK_PING, (struct lantik_span){0});
	if (zmq_send(s->socket, s->batches[0].envelope.data, s->batches[0].envelope.len, ZMQ_SNDMORE) < 0 ||
		zmq_send(s->socket, "", 0, 0) < 0)
		bench_fail("could not send: %s", zmq_strerror(zmq_errno()));
	receive(s, frames, &envelope, &body);
	if (envelope.message != LANTIK_PONG)
		bench_fail("the daemon does not answer a ping");
	close_frames(frames);
	lantik_buffer_free(&s->batches[0].envelope);
	s->batches[0].envelope = kept;
}

static void run(struct sender *s, size_t window)
{
	struct lantik_envelope envelope;
	struct lantik_span body;
	zmq_msg_t frames[2];
	double start = bench_now(), own = bench_own_cpu();

	while (s->sent < s->bodies.count && s->sent < window)
		send_batch(s, s->sent++);
	for (size_t done = 0; done < s->bodies.count;) {
		receive(s, frames, &envelope, &body);
		if (take_reply(s, &envelope, body)) {
			done++;
			if (s->sent < s->bodies.count)
				send_batch(s, s->sent++);
		}
		close_frames(frames);
	}
	s->result.seconds = bench_now() - start;
	s->result.feeder_cpu = bench_own_cpu() - own;
}

static void finish(struct sender *s)
{
	zmq_close(s->socket);
	zmq_ctx_term(s->context);
	for (size_t i = 0; i < s->bodies.count; i++)
		lantik_buffer_free(&s->batches[i].envelope);
	lantik_arena_free(&s->arena);
	bench_pieces_free(&s->bodies);
	free(s->batches);
	free(s->result.latencies);
	lantik_wipe(&s->sign_key, sizeof s->sign_key);
}

int main(int argc, char **argv)
{
	struct sender sender = {0};

	if (argc != 7)
		bench_fail("usage: ingest_sender ENDPOINT SERVER_KEY_FILE RECEIPT_KEY_FILE HOME BODIES WINDOW");
	size_t window = strtoul(argv[6], NULL, 10);
	if (!window || window > 1000)
		bench_fail("WINDOW is 1 to 1000");
	lantik_crypto_start();
	prepare(&sender, argv);
	connect_to(&sender, argv, (int)window);
	greet(&sender);
	run(&sender, window);
	bench_result_print(&sender.result);
	printf(",\"busy\":%zu}\n", sender.busy);
	finish(&sender);
	return 0;
}
