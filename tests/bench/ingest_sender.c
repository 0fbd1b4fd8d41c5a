/* Offices that send ready-made bodies as fast as receipts come back, or at a given rate, and verify every receipt.
 *
 * ingest_sender ENDPOINT SERVER_KEY_FILE RECEIPT_KEY_FILE BODIES WINDOW RATE HOME...
 * A HOME holds the keys of `lantik keygen` of one office with a connection of its own; batch i is office i modulo their
 * number's. RATE 0: each office keeps WINDOW batches in flight. Otherwise all offices together send RATE batches a
 * second, at moments drawn beforehand as of senders who know nothing of each other, whatever has been answered; WINDOW
 * is 0. RATE flood: each office sends again at once when it is told Busy, as no office should. Bodies are signed before
 * the clock starts; it runs from the first send to the last verified receipt. Prints one line of JSON. Latency runs to
 * the verified receipt, from the first send, or with a RATE from the moment when the batch was due: a stall counts for
 * every batch that waited behind it. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "bench.h"
#include "lantik/codec.h"
#include "lantik/receipt.h"

#define REPLY_SECONDS 60.0
#define ENVELOPE_ARENA (64u * 1024)
#define MAX_OFFICES 1000u

struct office {
	void *socket;
	struct lantik_skey sign_key;
	size_t next; /* its next batch */
};

struct batch {
	struct lantik_span body;
	uint8_t batch_id[16];
	uint8_t manifest_sha256[LANTIK_HASH];
	int32_t rows;
	struct lantik_buffer envelope;
	double since; /* latency counts from here */
	double again; /* when to send it once more; 0: not to */
	bool done;
};

struct sender {
	void *context;
	int events;                 /* epoll: item data is the office */
	struct lantik_arena *arena; /* one reply, one manifest */
	struct lantik_trust trust;
	bool trusting; /* a peer is asked, not lantikd */
	struct bench_pieces bodies;
	struct office *offices;
	size_t office_count;
	struct batch *batches;
	struct bench_result result;
	size_t window, done, busy;
	size_t due;          /* with a rate: the next batch to send */
	double rate, waited; /* since when nothing has come */
	bool floods;
	size_t postponed; /* batches whose time `again` is set */
};

static char *text_in(const char *directory, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	return bench_text(path);
}

/* ---- before the clock starts ---- */

static struct office *office_of(const struct sender *s, size_t i)
{
	return &s->offices[i % s->office_count];
}

static void make_envelope(const struct lantik_skey *key, uint64_t number, enum lantik_message message,
	struct lantik_span signature, struct lantik_buffer *ret)
{
	uint8_t request_id[LANTIK_REQUEST_ID] = {0};
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {request_id, sizeof request_id},
		.message = message,
		.signing_key_id = {key->vkey.id, signature.len ? sizeof key->vkey.id : 0},
		.signature = signature};

	memcpy(request_id, &number, sizeof number);
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, ret) == LANTIK_OK);
}

static void prepare_batch(struct sender *s, size_t i, struct lantik_arena *arena)
{
	static struct lantik_batch_view view;
	struct batch *batch = &s->batches[i];
	const struct lantik_skey *key = &office_of(s, i)->sign_key;
	struct lantik_manifest manifest;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE], signature[LANTIK_SIGNATURE];
	uint32_t wrong;

	lantik_arena_reset(arena);
	batch->body = s->bodies.items[i];
	if (lantik_batch_scan(batch->body, arena, &view, &wrong) ||
		lantik_manifest_decode(view.manifest, arena, &manifest) || manifest.batch_id.len != 16)
		bench_fail("body %zu is no batch", i);
	memcpy(batch->batch_id, manifest.batch_id.data, 16);
	batch->rows = (int32_t)view.record_count;
	lantik_sha256(view.manifest, batch->manifest_sha256);
	lantik_submission_message(LANTIK_TO_SUBMIT, batch->manifest_sha256, message);
	lantik_sign(key->seed, (struct lantik_span){message, sizeof message}, signature);
	make_envelope(key, i, LANTIK_SUBMIT, (struct lantik_span){signature, sizeof signature}, &batch->envelope);
}

static void prepare_office(struct office *office, size_t number, const char *home)
{
	char *sign_key = text_in(home, "sign.key");

	office->next = number;
	if (lantik_skey_parse(lantik_span_of(sign_key), &office->sign_key))
		bench_fail("%s/sign.key cannot be read", home);
	free(sign_key);
}

static void prepare_trust(struct sender *s, const char *path)
{
	struct lantik_vkey key;

	s->trusting = strcmp(path, "-") == 0;
	if (s->trusting)
		return;
	char *receipt_key = bench_text(path);
	if (lantik_vkey_parse(lantik_span_of(receipt_key), &key))
		bench_fail("%s cannot be read", path);
	lantik_trust_start(&s->trust, &key, NULL);
	free(receipt_key);
}

static void prepare(struct sender *s, char **argv, char **homes)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024);

	prepare_trust(s, argv[3]);
	bench_pieces_read(argv[4], &s->bodies);
	s->arena = lantik_arena_new(ENVELOPE_ARENA);
	s->batches = calloc(s->bodies.count, sizeof *s->batches);
	s->offices = calloc(s->office_count, sizeof *s->offices);
	s->result = (struct bench_result){
		.batches = s->bodies.count, .latencies = calloc(s->bodies.count, sizeof *s->result.latencies)};
	LANTIK_ASSERT(s->bodies.count && arena && s->arena && s->batches && s->offices && s->result.latencies);
	for (size_t i = 0; i < s->office_count; i++)
		prepare_office(&s->offices[i], i, homes[i]);
	for (size_t i = 0; i < s->bodies.count; i++)
		prepare_batch(s, i, arena);
	lantik_arena_free(&arena);
}

/* The part of a list separated by commas; the caller frees. */
static char *part_of(const char *list, size_t at)
{
	size_t parts = 1;

	for (const char *c = list; *c; c++)
		parts += *c == ',';
	for (at %= parts; at; at--)
		list = strchr(list, ',') + 1;
	char *part = strndup(list, strcspn(list, ","));
	LANTIK_ASSERT(part);
	return part;
}

/* As the protocol recommends for an office; libzmq wakes its thread each time that half of it was read. */
#define HWM 8

/* What may wait in a socket is bounded by the window; with a rate, by nothing. */
static void connect_office(struct sender *s, size_t number, char **argv, const char *home)
{
	char *endpoint = part_of(argv[1], number), *server = bench_text(argv[2]), *own = text_in(home, "curve.pub"),
	     *key = text_in(home, "curve.key");
	void *socket = zmq_socket(s->context, ZMQ_DEALER);
	int none = 0, window = s->window && s->window < HWM ? HWM : (int)s->window, fd = -1;
	size_t len = sizeof fd;
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = number};

	LANTIK_ASSERT(socket);
	if (zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none) ||
		zmq_setsockopt(socket, ZMQ_SNDHWM, &window, sizeof window) ||
		zmq_setsockopt(socket, ZMQ_RCVHWM, &window, sizeof window) ||
		zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, 41) ||
		zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own, 41) ||
		zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key, 41) || zmq_connect(socket, endpoint))
		bench_fail("could not connect: %s", zmq_strerror(zmq_errno()));
	LANTIK_ASSERT(zmq_getsockopt(socket, ZMQ_FD, &fd, &len) == 0);
	if (epoll_ctl(s->events, EPOLL_CTL_ADD, fd, &event))
		bench_fail("epoll: %s", strerror(errno));
	s->offices[number].socket = socket;
	free(endpoint);
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
	void *socket = office_of(s, i)->socket;
	zmq_msg_t body;

	zmq_msg_init_data(&body, (void *)(uintptr_t)batch->body.data, batch->body.len, keep, NULL);
	if (zmq_send(socket, batch->envelope.data, batch->envelope.len, ZMQ_SNDMORE) < 0 ||
		zmq_msg_send(&body, socket, 0) < 0)
		bench_fail("could not send: %s", zmq_strerror(zmq_errno()));
}

/* Closed loop: the office's next batch, if there is one. */
static void send_next(struct sender *s, struct office *office)
{
	if (office->next >= s->bodies.count)
		return;
	s->batches[office->next].since = bench_now();
	send_batch(s, office->next);
	office->next += s->office_count;
}

static void verify_receipt(struct sender *s, struct batch *batch, struct lantik_span text)
{
	struct lantik_receipt receipt;

	if (lantik_receipt_parse(text, &receipt))
		bench_fail("a receipt cannot be read");
	if (lantik_receipt_verify(&receipt, &s->trust))
		bench_fail("a receipt does not verify");
	if (memcmp(receipt.leaf.batch_id, batch->batch_id, sizeof batch->batch_id) != 0 ||
		memcmp(receipt.leaf.manifest_sha256, batch->manifest_sha256, LANTIK_HASH) != 0)
		bench_fail("a receipt of another batch");
	if ((int64_t)receipt.leaf.rows != batch->rows)
		bench_fail("%u of %d rows were accepted:\n%.600s", (unsigned)receipt.leaf.rows, batch->rows,
			(const char *)receipt.verdict_text.data);
	lantik_receipt_free(&receipt);
}

static void believe(const struct batch *batch, struct lantik_span text)
{
	char rows[16];

	snprintf(rows, sizeof rows, "%d", batch->rows);
	if (!lantik_span_is(text, rows))
		bench_fail(
			"%d rows were sent, the answer is %.*s", batch->rows, (int)text.len, (const char *)text.data);
}

static void postpone(struct sender *s, struct batch *batch, struct lantik_span body)
{
	struct lantik_busy busy;

	if (lantik_busy_decode(body, s->arena, &busy))
		bench_fail("a Busy cannot be read");
	s->busy++;
	s->postponed += batch->again == 0;
	batch->again = bench_now() + (s->floods ? 0 : (double)busy.retry_after_ms / 1e3);
}

static void take_reply(struct sender *s, const struct lantik_envelope *envelope, struct lantik_span body)
{
	struct lantik_refused refused = {0};
	uint64_t i;

	LANTIK_ASSERT(envelope->request_id.len == LANTIK_REQUEST_ID);
	memcpy(&i, envelope->request_id.data, sizeof i);
	if (i >= s->bodies.count || s->batches[i].done)
		bench_fail("an answer to nothing");
	struct batch *batch = &s->batches[i];
	if (envelope->message == LANTIK_BUSY) {
		postpone(s, batch, body);
		return;
	}
	if (envelope->message == LANTIK_REFUSAL && s->trusting)
		bench_fail("refused: %.*s", (int)body.len, (const char *)body.data);
	if (envelope->message == LANTIK_REFUSAL && !lantik_refused_decode(body, s->arena, &refused))
		bench_fail("refused: %.*s", (int)refused.detail.len, (const char *)refused.detail.data);
	if (envelope->message != LANTIK_RECEIPT)
		bench_fail("an answer that is no receipt");
	if (s->trusting)
		believe(batch, body);
	else
		verify_receipt(s, batch, body);
	batch->done = true;
	s->result.latencies[i] = bench_now() - batch->since;
	s->result.rows += (size_t)batch->rows;
	s->result.bytes += batch->body.len;
	s->done++;
	if (s->rate == 0)
		send_next(s, office_of(s, i));
}

/* False: nothing has come. The frames are the caller's to close. */
static bool receive(struct sender *s, void *socket, int flags, zmq_msg_t frames[2], struct lantik_envelope *ret,
	struct lantik_span *ret_body)
{
	zmq_msg_init(&frames[0]);
	zmq_msg_init(&frames[1]);
	if (zmq_msg_recv(&frames[0], socket, flags) < 0) {
		if (zmq_errno() == EAGAIN)
			return false;
		bench_fail("could not receive: %s", zmq_strerror(zmq_errno()));
	}
	if (zmq_msg_recv(&frames[1], socket, 0) < 0)
		bench_fail("could not receive: %s", zmq_strerror(zmq_errno()));
	lantik_arena_reset(s->arena);
	struct lantik_span envelope = {zmq_msg_data(&frames[0]), zmq_msg_size(&frames[0])};
	if (lantik_envelope_decode(envelope, s->arena, ret))
		bench_fail("an envelope cannot be read");
	*ret_body = (struct lantik_span){zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1])};
	return true;
}

static void close_frames(zmq_msg_t frames[2])
{
	zmq_msg_close(&frames[0]);
	zmq_msg_close(&frames[1]);
}

/* The socket's file descriptor tells of changes only: everything is taken, and once more after every send. */
static void serve(struct sender *s, struct office *office)
{
	struct lantik_envelope envelope;
	struct lantik_span body;
	zmq_msg_t frames[2];

	while (receive(s, office->socket, ZMQ_DONTWAIT, frames, &envelope, &body)) {
		take_reply(s, &envelope, body);
		close_frames(frames);
		s->waited = bench_now();
	}
}

/* Asks once; how long to wait before the next try, 0: the daemon is there. */
static long ping(struct sender *s, struct office *office, struct lantik_span text)
{
	struct lantik_envelope envelope;
	struct lantik_span body;
	struct lantik_busy busy = {0};
	zmq_msg_t frames[2];

	if (zmq_send(office->socket, text.data, text.len, ZMQ_SNDMORE) < 0 || zmq_send(office->socket, "", 0, 0) < 0)
		bench_fail("could not send: %s", zmq_strerror(zmq_errno()));
	if (!receive(s, office->socket, 0, frames, &envelope, &body))
		bench_fail("the daemon does not answer a ping");
	if (envelope.message == LANTIK_BUSY && lantik_busy_decode(body, s->arena, &busy))
		bench_fail("a Busy cannot be read");
	if (envelope.message != LANTIK_BUSY && envelope.message != LANTIK_PONG)
		bench_fail("the daemon answers a ping with %d", (int)envelope.message);
	close_frames(frames);
	return envelope.message == LANTIK_BUSY ? (long)busy.retry_after_ms + 1 : 0;
}

/* The handshake and the key table are not what is measured, nor is what a daemon does before it answers at all. */
static void greet(struct sender *s, struct office *office)
{
	struct lantik_buffer text = {0};
	int patience = (int)(REPLY_SECONDS * 1e3), none = -1;
	double start = bench_now();

	make_envelope(&office->sign_key, 0, LANTIK_PING, (struct lantik_span){0}, &text);
	LANTIK_ASSERT(zmq_setsockopt(office->socket, ZMQ_RCVTIMEO, &patience, sizeof patience) == 0);
	for (long wait; (wait = ping(s, office, lantik_buffer_span(&text))) > 0;) {
		if (bench_now() - start > REPLY_SECONDS)
			bench_fail("the daemon is busy before it was sent anything");
		zmq_poll(NULL, 0, wait);
	}
	LANTIK_ASSERT(zmq_setsockopt(office->socket, ZMQ_RCVTIMEO, &none, sizeof none) == 0);
	lantik_buffer_free(&text);
}

/* ---- what is to be sent, and when ---- */

/* Gaps between senders who know nothing of each other are exponential; the same ones in every run. */
static void draw_moments(struct sender *s)
{
	uint64_t state = 2025;
	double at = 0;

	for (size_t i = 0; i < s->bodies.count; i++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		at -= log(1.0 - (double)(state >> 11) / 9007199254740992.0) / s->rate;
		s->batches[i].since = at;
	}
}

static void send_due(struct sender *s, double now)
{
	while (s->due < s->bodies.count && s->batches[s->due].since <= now) {
		send_batch(s, s->due);
		serve(s, office_of(s, s->due++));
	}
}

static void send_again(struct sender *s, double now)
{
	for (size_t i = 0; s->postponed && i < s->bodies.count; i++)
		if (s->batches[i].again > 0 && s->batches[i].again <= now) {
			s->batches[i].again = 0;
			s->postponed--;
			send_batch(s, i);
			serve(s, office_of(s, i));
		}
}

/* Until something comes or is to be sent. */
static void await(struct sender *s, double now)
{
	struct epoll_event events[64];
	double until = s->waited + REPLY_SECONDS;

	if (s->rate > 0 && s->due < s->bodies.count)
		until = fmin(until, s->batches[s->due].since);
	for (size_t i = 0, left = s->postponed; left; i++)
		if (s->batches[i].again > 0) {
			until = fmin(until, s->batches[i].again);
			left--;
		}
	double seconds = fmax(0, until - now);
	struct timespec timeout = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};
	int count = epoll_pwait2(s->events, events, LANTIK_COUNT(events), &timeout, NULL);
	for (int i = 0; i < count; i++)
		serve(s, &s->offices[events[i].data.u64]);
}

static void run(struct sender *s)
{
	double start = bench_now(), own = bench_own_cpu(), now = start;

	s->waited = start;
	for (size_t i = 0; s->rate > 0 && i < s->bodies.count; i++)
		s->batches[i].since += start;
	for (size_t k = 0; k < s->window; k++)
		for (size_t i = 0; i < s->office_count; i++)
			send_next(s, &s->offices[i]);
	for (size_t i = 0; i < s->office_count; i++)
		serve(s, &s->offices[i]);
	while (s->done < s->bodies.count) {
		now = bench_now();
		if (s->rate > 0)
			send_due(s, now);
		send_again(s, now);
		if (s->done == s->bodies.count)
			break;
		if (now - s->waited > REPLY_SECONDS && (s->rate == 0 || s->due == s->bodies.count))
			bench_fail("no answer within %.0f s", REPLY_SECONDS);
		await(s, now);
	}
	s->result.seconds = bench_now() - start;
	s->result.feeder_cpu = bench_own_cpu() - own;
}

static void finish(struct sender *s)
{
	for (size_t i = 0; i < s->office_count; i++) {
		zmq_close(s->offices[i].socket);
		lantik_wipe(&s->offices[i].sign_key, sizeof s->offices[i].sign_key);
	}
	zmq_ctx_term(s->context);
	close(s->events);
	for (size_t i = 0; i < s->bodies.count; i++)
		lantik_buffer_free(&s->batches[i].envelope);
	lantik_arena_free(&s->arena);
	bench_pieces_free(&s->bodies);
	free(s->batches);
	free(s->offices);
	free(s->result.latencies);
}

int main(int argc, char **argv)
{
	struct sender sender = {0};
	char **homes = argv + 7;

	if (argc < 8 || argc > 7 + (int)MAX_OFFICES)
		bench_fail("usage: ingest_sender ENDPOINT SERVER_KEY_FILE RECEIPT_KEY_FILE BODIES WINDOW RATE HOME...");
	sender.office_count = (size_t)argc - 7;
	sender.window = strtoul(argv[5], NULL, 10);
	sender.floods = strcmp(argv[6], "flood") == 0;
	sender.rate = strtod(argv[6], NULL);
	if (sender.window > 1000 || sender.rate < 0 || (sender.window == 0) != (sender.rate > 0))
		bench_fail("either WINDOW is 1 to 1000 and RATE 0, or WINDOW 0 and RATE more");
	lantik_crypto_start();
	prepare(&sender, argv, homes);
	sender.context = zmq_ctx_new();
	sender.events = epoll_create1(EPOLL_CLOEXEC);
	LANTIK_ASSERT(sender.context && sender.events >= 0);
	for (size_t i = 0; i < sender.office_count; i++)
		connect_office(&sender, i, argv, homes[i]);
	for (size_t i = 0; i < sender.office_count; i++)
		greet(&sender, &sender.offices[i]);
	if (sender.rate > 0)
		draw_moments(&sender);
	run(&sender);
	bench_result_print(&sender.result);
	printf(",\"busy\":%zu}\n", sender.busy);
	finish(&sender);
	return 0;
}
