/* The ROUTER and its door.
 *
 * libzmq 4.3.4 lets every key in when no ZAP handler is bound or the domain is empty, keeps a peer's claimed User-Id
 * when ZAP was not asked, and has no metadata on the routing id frame after a poll: so the handler is bound first, the
 * domain is enforced, identity is read from the payload frame alone, and a self-test stands before the public socket.
 * SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "counters.h"
#include "log.h"
#include "notify.h"
#include "submission.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* a draft macro; the option itself is compiled in */
#endif

#define DOMAIN_NAME "lantik"
#define IO_THREADS 2
#define HANDSHAKE_MILLISECONDS 3000
#define HEARTBEAT_MILLISECONDS 10000
#define HEARTBEAT_TIMEOUT_MILLISECONDS 25000
#define LINGER_MILLISECONDS 3000
#define BACKLOG 512
/* HWMs count whole messages of up to a body each, a peer. */
#define RECEIVE_HWM 4
#define SEND_HWM 64
#define SELF_TEST_MILLISECONDS 5000
#define BUSY_LOAD_MILLISECONDS 250
#define BUSY_DOWN_MILLISECONDS 1000
#define FRAMES 3 /* routing id, envelope, body */
#define MAX_OFFICES_IN_FLIGHT 256

struct in_flight {
	int32_t office_no;
	size_t bytes;
};

struct intake {
	struct house *house;
	void *context;
	void *zap;
	void *router;
	void *monitor;
	int signals;
	char secret[OFFICE_KEY + 1];
	char friend_key[OFFICE_KEY + 1]; /* the self-test's own client; empty afterwards */
	uint64_t refused_handshakes;
	struct lantik_arena *arena; /* one envelope */
	struct lantik_buffer envelope;
	size_t bytes_in_flight;
	size_t jobs_in_flight;
	struct in_flight offices[MAX_OFFICES_IN_FLIGHT];
	bool draining, at_once;
	int64_t drain_until;
};

static int64_t now_micros(clockid_t clock)
{
	struct timespec now;

	LANTIK_ASSERT(clock_gettime(clock, &now) == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- the door: ZAP ---- */

enum { ZAP_VERSION, ZAP_REQUEST_ID, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_IDENTITY, ZAP_MECHANISM, ZAP_CREDENTIALS, ZAP_FRAMES };
#define ZAP_FRAME 256

/* 300 is a temporary failure: the client tries again by itself, which it does not after 400. */
enum zap_status { ZAP_WELCOME = 200, ZAP_LATER = 300, ZAP_REFUSED = 400 };

static void zap_reply(
	void *zap, const char *request_id, size_t request_id_len, enum zap_status status, const char *user)
{
	const char *code = status == ZAP_WELCOME ? "200" : status == ZAP_LATER ? "300" : "400";
	const char *text = status == ZAP_WELCOME ? "OK"
			   : status == ZAP_LATER ? "the keys are not loaded yet"
						 : "unknown or revoked key";

	zmq_send(zap, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(zap, request_id, request_id_len, ZMQ_SNDMORE);
	zmq_send(zap, code, 3, ZMQ_SNDMORE);
	zmq_send(zap, text, strlen(text), ZMQ_SNDMORE);
	zmq_send(zap, user, status == ZAP_WELCOME ? strlen(user) : 0, ZMQ_SNDMORE);
	zmq_send(zap, "", 0, 0);
}

/* A key that was revoked while it is connected is refused by name, message by message; it is not let in again. */
static enum zap_status zap_judge(struct intake *intake, const char *key)
{
	struct office office;

	if (intake->friend_key[0] && strcmp(intake->friend_key, key) == 0)
		return ZAP_WELCOME;
	if (!intake->router)
		return ZAP_REFUSED; /* the self-test's stranger */
	if (!house_knows_offices(intake->house))
		return ZAP_LATER;
	return offices_find(intake->house->offices, key, &office) && !office.revoked ? ZAP_WELCOME : ZAP_REFUSED;
}

static void zap_answer(struct intake *intake)
{
	char frames[ZAP_FRAMES][ZAP_FRAME];
	int lengths[ZAP_FRAMES] = {0};
	char key[OFFICE_KEY + 1] = "";
	int more = 1;
	size_t more_size = sizeof more;
	int count = 0;

	for (; more; count++) {
		char spare[ZAP_FRAME];
		int len = zmq_recv(intake->zap, count < ZAP_FRAMES ? frames[count] : spare, ZAP_FRAME, 0);
		LANTIK_ASSERT(len >= 0);
		if (count < ZAP_FRAMES)
			lengths[count] = len < ZAP_FRAME ? len : ZAP_FRAME;
		LANTIK_ASSERT(zmq_getsockopt(intake->zap, ZMQ_RCVMORE, &more, &more_size) == 0);
	}
	bool curve = count == ZAP_FRAMES && lengths[ZAP_MECHANISM] == 5 &&
		     memcmp(frames[ZAP_MECHANISM], "CURVE", 5) == 0 && lengths[ZAP_CREDENTIALS] == 32;
	if (curve)
		zmq_z85_encode(key, (const uint8_t *)frames[ZAP_CREDENTIALS], 32);
	enum zap_status status = curve ? zap_judge(intake, key) : ZAP_REFUSED;
	if (status == ZAP_REFUSED) {
		intake->refused_handshakes++;
		counter_add(COUNTER_handshakes_refused, intake->router != NULL);
	}
	zap_reply(intake->zap, frames[ZAP_REQUEST_ID], (size_t)lengths[ZAP_REQUEST_ID], status, key);
}

static bool zap_open(struct intake *intake)
{
	int linger = 0;

	intake->zap = zmq_socket(intake->context, ZMQ_REP);
	return intake->zap && zmq_setsockopt(intake->zap, ZMQ_LINGER, &linger, sizeof linger) == 0 &&
	       zmq_bind(intake->zap, "inproc://zeromq.zap.01") == 0;
}

/* ---- sockets ---- */

static bool set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* A CURVE server that asks the key table; the same for the public socket and the self-test's. */
static void *router_new(struct intake *intake)
{
	int64_t max_frame = LANTIK_MAX_FRAME;
	void *socket = zmq_socket(intake->context, ZMQ_ROUTER);
	bool set = socket && set_int(socket, ZMQ_ROUTER_MANDATORY, 1) && set_int(socket, ZMQ_ROUTER_HANDOVER, 0) &&
		   zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_frame, sizeof max_frame) == 0 &&
		   set_int(socket, ZMQ_RCVHWM, RECEIVE_HWM) && set_int(socket, ZMQ_SNDHWM, SEND_HWM) &&
		   set_int(socket, ZMQ_LINGER, LINGER_MILLISECONDS) && set_int(socket, ZMQ_BACKLOG, BACKLOG) &&
		   set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MILLISECONDS) &&
		   set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MILLISECONDS) &&
		   set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MILLISECONDS) &&
		   set_int(socket, ZMQ_TCP_KEEPALIVE, 1) && set_int(socket, ZMQ_CURVE_SERVER, 1) &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, intake->secret, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, DOMAIN_NAME, strlen(DOMAIN_NAME)) == 0 &&
		   set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1);

	if (set)
		return socket;
	log_line(LOG_LINE_ERROR, "could not set up a socket: %s", zmq_strerror(errno));
	if (socket)
		zmq_close(socket);
	return NULL;
}

static bool monitor_open(struct intake *intake)
{
	int events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
		     ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED;

	if (zmq_socket_monitor(intake->router, "inproc://lantik.monitor", events) != 0)
		return false;
	intake->monitor = zmq_socket(intake->context, ZMQ_PAIR);
	return intake->monitor && set_int(intake->monitor, ZMQ_LINGER, 0) &&
	       zmq_connect(intake->monitor, "inproc://lantik.monitor") == 0;
}

/* An event is two frames: number and value, then the peer's address, which nobody needs here. */
static void monitor_read(struct intake *intake)
{
	uint8_t event[6];
	char address[256];
	uint16_t number;

	while (zmq_recv(intake->monitor, event, sizeof event, ZMQ_DONTWAIT) == (int)sizeof event) {
		zmq_recv(intake->monitor, address, sizeof address, 0);
		memcpy(&number, event, sizeof number);
		counter_increment(number == ZMQ_EVENT_ACCEPT_FAILED  ? COUNTER_accept_failed
				  : number == ZMQ_EVENT_DISCONNECTED ? COUNTER_disconnected
								     : COUNTER_handshakes_failed);
	}
}

/* ---- the self-test ---- */

static void *client_new(struct intake *intake, const char *server_public, char ret_public[OFFICE_KEY + 1])
{
	char secret[OFFICE_KEY + 1];
	void *socket = zmq_socket(intake->context, ZMQ_DEALER);

	if (!socket)
		return NULL;
	LANTIK_ASSERT(zmq_curve_keypair(ret_public, secret) == 0);
	bool set = set_int(socket, ZMQ_LINGER, 0) &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_public, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, ret_public, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, OFFICE_KEY + 1) == 0;
	lantik_wipe(secret, sizeof secret);
	if (set)
		return socket;
	zmq_close(socket);
	return NULL;
}

/* Answers the door and reads the socket until the stranger was refused and the friend was heard. */
static bool self_test_holds(struct intake *intake, void *socket)
{
	int64_t until = now_micros(CLOCK_MONOTONIC) + SELF_TEST_MILLISECONDS * 1000;
	bool heard = false;

	while (now_micros(CLOCK_MONOTONIC) < until && !(heard && intake->refused_handshakes)) {
		zmq_pollitem_t items[] = {{intake->zap, 0, ZMQ_POLLIN, 0}, {socket, 0, ZMQ_POLLIN, 0}};
		char route[ZAP_FRAME], text[ZAP_FRAME];
		if (zmq_poll(items, 2, 100) < 0)
			return false;
		if (items[0].revents)
			zap_answer(intake);
		if (!items[1].revents)
			continue;
		zmq_recv(socket, route, sizeof route, 0);
		int len = zmq_recv(socket, text, sizeof text, 0);
		if (len != 6 || memcmp(text, "friend", 6) != 0)
			return false; /* the stranger was let in */
		heard = true;
	}
	return heard && intake->refused_handshakes;
}

static bool self_test_between(struct intake *intake, void *socket)
{
	char endpoint[256], server_public[OFFICE_KEY + 1], stranger_key[OFFICE_KEY + 1];
	size_t size = sizeof endpoint;

	if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0 ||
		zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
		zmq_curve_public(server_public, intake->secret) != 0)
		return false;
	void *stranger = client_new(intake, server_public, stranger_key);
	void *friendly = client_new(intake, server_public, intake->friend_key);
	bool holds = stranger && friendly && zmq_connect(stranger, endpoint) == 0 &&
		     zmq_send(stranger, "stranger", 8, ZMQ_DONTWAIT) == 8 && zmq_connect(friendly, endpoint) == 0 &&
		     zmq_send(friendly, "friend", 6, ZMQ_DONTWAIT) == 6 && self_test_holds(intake, socket);
	if (stranger)
		zmq_close(stranger);
	if (friendly)
		zmq_close(friendly);
	intake->friend_key[0] = '\0';
	return holds;
}

static bool self_test(struct intake *intake)
{
	void *socket = router_new(intake);
	bool holds = socket && self_test_between(intake, socket);

	if (socket)
		zmq_close(socket);
	if (!holds)
		log_line(LOG_LINE_ERROR,
			"self-test: the key table does not keep unknown keys out; not opening the public socket");
	return holds;
}

/* ---- jobs ---- */

static void job_free(struct job *job)
{
	if (job->message) {
		zmq_msg_close(job->message);
		free(job->message);
	}
	lantik_buffer_free(&job->reply_body);
	free(job);
}

static struct in_flight *office_in_flight(struct intake *intake, int32_t office_no)
{
	struct in_flight *spare = NULL;

	for (size_t i = 0; i < MAX_OFFICES_IN_FLIGHT; i++) {
		if (intake->offices[i].bytes && intake->offices[i].office_no == office_no)
			return &intake->offices[i];
		if (!intake->offices[i].bytes && !spare)
			spare = &intake->offices[i];
	}
	if (spare)
		spare->office_no = office_no;
	return spare;
}

/* Every job counts as one byte at least, so that an office with empty bodies is counted too. */
static size_t weight(const struct job *job)
{
	return job->body.len + 1;
}

static bool admit(struct intake *intake, const struct job *job)
{
	const struct config *config = intake->house->config;
	struct in_flight *office = office_in_flight(intake, job->office.office_no);

	if (!office || intake->bytes_in_flight + weight(job) > (size_t)config->in_flight_bytes ||
		office->bytes + weight(job) > (size_t)config->office_in_flight_bytes)
		return false;
	office->bytes += weight(job);
	intake->bytes_in_flight += weight(job);
	intake->jobs_in_flight++;
	return true;
}

static void release(struct intake *intake, const struct job *job)
{
	office_in_flight(intake, job->office.office_no)->bytes -= weight(job);
	intake->bytes_in_flight -= weight(job);
	intake->jobs_in_flight--;
}

/* A reply that cannot be sent is counted; the office sends again and gets the same answer. */
static void send_reply(struct intake *intake, struct job *job)
{
	struct rulebook_copy *copy = house_rulebook(intake->house);
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {.data = job->request_id, .len = sizeof job->request_id},
		.message = job->reply,
		.rulebook_sha256 = {.data = lantik_rulebook_digest(copy->rulebook), .len = LANTIK_HASH}};

	lantik_buffer_reset(&intake->envelope);
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, &intake->envelope) == LANTIK_OK);
	house_rulebook_put(intake->house, copy);
	bool sent = zmq_send(intake->router, job->route, sizeof job->route, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
		    zmq_send(intake->router, intake->envelope.data, intake->envelope.len, ZMQ_DONTWAIT | ZMQ_SNDMORE) >=
			    0 &&
		    zmq_send(intake->router, job->reply_body.len ? (const void *)job->reply_body.data : "",
			    job->reply_body.len, ZMQ_DONTWAIT) >= 0;
	if (!sent)
		counter_increment(COUNTER_replies_lost);
	else if (job->reply == LANTIK_RECEIPT)
		counter_increment(COUNTER_receipts);
	job_free(job);
}

static void send_answered(struct intake *intake)
{
	struct job *next;

	for (struct job *job = queue_answered(intake->house->queue); job; job = next) {
		next = job->next;
		release(intake, job);
		send_reply(intake, job);
	}
}

/* ---- messages ---- */

/* Up to three frames of one message; the rest is read and thrown away. Returns how many frames there were. */
static unsigned receive(void *router, zmq_msg_t frames[FRAMES])
{
	unsigned count = 0;
	zmq_msg_t spare;
	bool more = true;

	while (more) {
		zmq_msg_t *frame = count < FRAMES ? &frames[count] : &spare;
		zmq_msg_init(frame);
		if (zmq_msg_recv(frame, router, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(frame);
			return count;
		}
		more = zmq_msg_more(frame);
		if (count >= FRAMES)
			zmq_msg_close(frame);
		count++;
	}
	return count;
}

static struct lantik_span frame_span(zmq_msg_t *frame)
{
	return (struct lantik_span){.data = zmq_msg_data(frame), .len = zmq_msg_size(frame)};
}

/* Who sent it, from the authenticated key on a payload frame. */
static bool identify(struct intake *intake, zmq_msg_t *payload, struct office *ret)
{
	const char *key = zmq_msg_gets(payload, "User-Id");

	return key && offices_find(intake->house->offices, key, ret);
}

static void take_envelope(struct job *job, const struct lantik_envelope *envelope)
{
	job->request = envelope->message;
	memcpy(job->request_id, envelope->request_id.data, LANTIK_REQUEST_ID);
	job->is_signed = envelope->signature.len == LANTIK_SIGNATURE && envelope->signing_key_id.len == 4;
	if (job->is_signed) {
		memcpy(job->signing_key_id, envelope->signing_key_id.data, 4);
		memcpy(job->signature, envelope->signature.data, LANTIK_SIGNATURE);
	}
}

static bool is_request(enum lantik_message message)
{
	return message >= LANTIK_SUBMIT && message <= LANTIK_PING;
}

/* What is wrong with the message before anybody looks at its body. True: it may go on. */
static bool acceptable(struct intake *intake, struct job *job, unsigned frames, struct lantik_span envelope_bytes)
{
	struct lantik_envelope envelope;

	lantik_arena_reset(intake->arena);
	enum lantik_error error = lantik_envelope_decode(envelope_bytes, intake->arena, &envelope);
	if (!error)
		take_envelope(job, &envelope);
	if (frames != FRAMES)
		answer_refusal(
			job, LANTIK_REFUSED_MALFORMED, 0, "a message is exactly two frames: an Envelope and a body");
	else if (error)
		answer_refusal(job, error == LANTIK_E_TOO_LARGE ? LANTIK_REFUSED_TOO_LARGE : LANTIK_REFUSED_MALFORMED,
			0, "the first frame is not an Envelope of the contract");
	else if (envelope.protocol_version != LANTIK_PROTOCOL_VERSION)
		answer_refusal(job, LANTIK_REFUSED_VERSION, 0, "this centre speaks protocol version 1");
	else if (!is_request(envelope.message))
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0, "the envelope's message is not a request");
	else if (job->office.revoked)
		answer_refusal(
			job, LANTIK_REFUSED_NOT_ALLOWED, 0, "this key has been revoked; ask the centre for a new one");
	else if (job->body.len > LANTIK_MAX_BODY)
		answer_refusal(job, LANTIK_REFUSED_TOO_LARGE, 0, "the body is larger than 16 MiB; split the batch");
	else
		return true;
	return false;
}

/* A job with the body's frame; the frames are the caller's to close. */
static struct job *job_new(zmq_msg_t frames[FRAMES], unsigned count)
{
	struct job *job = calloc(1, sizeof *job);
	zmq_msg_t *message = malloc(sizeof *message);

	LANTIK_ASSERT(job && message);
	memcpy(job->route, zmq_msg_data(&frames[0]), JOB_ROUTE);
	job->received_at = now_micros(CLOCK_REALTIME);
	zmq_msg_init(message);
	if (count >= FRAMES)
		zmq_msg_move(message, &frames[2]);
	job->message = message;
	job->body = frame_span(message);
	return job;
}

static void dispatch(struct intake *intake, struct job *job)
{
	counter_increment(COUNTER_received);
	if (intake->draining)
		answer_busy(intake->house, job, LANTIK_BUSY_DRAINING, BUSY_DOWN_MILLISECONDS);
	else if (!house_database_up(intake->house))
		answer_busy(intake->house, job, LANTIK_BUSY_DATABASE_DOWN, BUSY_DOWN_MILLISECONDS);
	else if (!admit(intake, job))
		answer_busy(intake->house, job, LANTIK_BUSY_LOAD, BUSY_LOAD_MILLISECONDS);
	else {
		queue_put(intake->house->queue, job);
		return;
	}
	send_reply(intake, job);
}

/* Routing ids that a peer chose are answered with a refusal and mean nothing else. */
static bool route_is_ours(zmq_msg_t *route)
{
	return zmq_msg_size(route) == JOB_ROUTE && *(const uint8_t *)zmq_msg_data(route) == 0;
}

static void take_message(struct intake *intake, zmq_msg_t frames[FRAMES], unsigned count)
{
	struct office office;

	if (count < 2 || !route_is_ours(&frames[0])) {
		counter_increment(COUNTER_refused_malformed);
		return;
	}
	if (!identify(intake, &frames[1], &office)) {
		counter_increment(COUNTER_dropped_unknown_key);
		return;
	}
	struct job *job = job_new(frames, count);
	job->office = office;
	if (acceptable(intake, job, count, frame_span(&frames[1])))
		dispatch(intake, job);
	else
		send_reply(intake, job);
}

static bool read_router(struct intake *intake)
{
	zmq_msg_t frames[FRAMES];
	unsigned count = receive(intake->router, frames);

	if (!count)
		return false;
	take_message(intake, frames, count);
	for (unsigned i = 0; i < count && i < FRAMES; i++)
		zmq_msg_close(&frames[i]);
	return true;
}

/* ---- signals and the loop ---- */

static void withdraw(struct intake *intake)
{
	struct job *next;

	for (struct job *job = queue_withdraw(intake->house->queue); job; job = next) {
		next = job->next;
		release(intake, job);
		answer_busy(intake->house, job, LANTIK_BUSY_DRAINING, BUSY_DOWN_MILLISECONDS);
		send_reply(intake, job);
	}
}

static void begin_drain(struct intake *intake)
{
	if (intake->draining) {
		intake->at_once = true;
		return;
	}
	intake->draining = true;
	intake->drain_until = now_micros(CLOCK_MONOTONIC) + (int64_t)intake->house->config->drain_seconds * 1000000;
	log_line(LOG_LINE_NOTICE, "draining: %zu jobs in flight", intake->jobs_in_flight);
	notify_stopping();
	withdraw(intake);
}

static void read_signals(struct intake *intake)
{
	struct signalfd_siginfo signal;

	while (read(intake->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
		if (signal.ssi_signo == SIGUSR1)
			log_counters();
		else
			begin_drain(intake);
}

static bool drained(const struct intake *intake)
{
	if (!intake->draining)
		return false;
	return intake->at_once || !intake->jobs_in_flight || now_micros(CLOCK_MONOTONIC) > intake->drain_until;
}

static long poll_milliseconds(const struct intake *intake)
{
	int watchdog = notify_watchdog_interval();

	if (intake->draining)
		return 100;
	return watchdog ? watchdog : -1;
}

void intake_serve(struct intake *intake)
{
	/* a few messages a turn, so that replies and handshakes are never starved by one flood */
	enum { MESSAGES_A_TURN = 16 };

	while (!drained(intake)) {
		zmq_pollitem_t items[] = {{intake->router, 0, ZMQ_POLLIN, 0}, {intake->zap, 0, ZMQ_POLLIN, 0},
			{intake->monitor, 0, ZMQ_POLLIN, 0}, {NULL, queue_fd(intake->house->queue), ZMQ_POLLIN, 0},
			{NULL, intake->signals, ZMQ_POLLIN, 0}};
		LANTIK_ASSERT(zmq_poll(items, 5, poll_milliseconds(intake)) >= 0 || errno == EINTR);
		if (items[1].revents)
			zap_answer(intake);
		if (items[2].revents)
			monitor_read(intake);
		if (items[3].revents)
			send_answered(intake);
		if (items[4].revents)
			read_signals(intake);
		for (int i = 0; items[0].revents && i < MESSAGES_A_TURN && read_router(intake); i++)
			;
		notify_watchdog();
	}
	if (intake->jobs_in_flight)
		log_line(LOG_LINE_WARNING, "stopping with %zu jobs in flight; their offices send again",
			intake->jobs_in_flight);
}

static bool signals_open(struct intake *intake)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	intake->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return intake->signals >= 0;
}

static bool public_open(struct intake *intake)
{
	const char *endpoint = intake->house->config->listen;

	intake->router = router_new(intake);
	if (!intake->router || !monitor_open(intake))
		return false;
	if (zmq_bind(intake->router, endpoint) == 0)
		return true;
	log_line(LOG_LINE_ERROR, "could not bind %s: %s", endpoint, zmq_strerror(errno));
	return false;
}

bool intake_open(struct house *house, const char *curve_secret, struct intake **ret)
{
	struct intake *intake = calloc(1, sizeof *intake);

	LANTIK_ASSERT(intake);
	intake->house = house;
	intake->signals = -1;
	snprintf(intake->secret, sizeof intake->secret, "%s", curve_secret);
	intake->arena = lantik_arena_new(2 * LANTIK_MAX_ENVELOPE + 1024);
	intake->context = zmq_ctx_new();
	LANTIK_ASSERT(intake->arena && intake->context);
	zmq_ctx_set(intake->context, ZMQ_IO_THREADS, IO_THREADS);
	if (zap_open(intake) && self_test(intake) && signals_open(intake) && public_open(intake)) {
		*ret = intake;
		return true;
	}
	intake_close(&intake);
	return false;
}

void intake_close(struct intake **intake)
{
	struct intake *i = *intake;

	if (!i)
		return;
	if (i->monitor)
		zmq_close(i->monitor);
	if (i->router)
		zmq_close(i->router);
	if (i->zap)
		zmq_close(i->zap);
	if (i->signals >= 0)
		close(i->signals);
	zmq_ctx_term(i->context);
	lantik_arena_free(&i->arena);
	lantik_buffer_free(&i->envelope);
	lantik_wipe(i->secret, sizeof i->secret);
	free(i);
	*intake = NULL;
}
