/* ZAP, the server socket's options, and the self-test.
 * SPDX-License-Identifier: Apache-2.0 */
#include "door.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

#include "clock.h"
#include "counters.h"
#include "flow.h"
#include "log.h"
#include "memory.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* a draft macro; the option itself is compiled in */
#endif

#define DOMAIN_NAME "lantik"
#define HANDSHAKE_MILLISECONDS 3000
/* A dead peer is found by the kernel's keepalive within two minutes. Not by ZeroMQ's heartbeat: an office's answer to
 * one waits behind the body that it is sending, so that on a slow line every large batch would be cut off, for ever. */
#define KEEPALIVE_IDLE_SECONDS 60
#define KEEPALIVE_INTERVAL_SECONDS 15
#define KEEPALIVE_COUNT 4
#define LINGER_MILLISECONDS 3000
#define BACKLOG 512
/* HWMs count whole messages, a peer. The intake takes a message as soon as it is there: two keep the connection
 * flowing. libzmq learns what was read half an HWM at a time, so that only half of it is sure to be free. */
#define RECEIVE_HWM 2
#define SEND_HWM (2 * (int)FLOW_MAX_CREDIT)
/* Fixed, so that the kernel does not let one connection grow to its own limit of some megabytes: 12 MB/s on a line of
 * 40 ms. */
#define SOCKET_BUFFER (512 * 1024)
#define SELF_TEST_MILLISECONDS 5000

/* Two clients of our own with fresh keys, each of which sends its public key: nobody else can know it. */
struct probe {
	void *friend, *stranger; /* NULL: no probe */
	char friend_key[OFFICE_KEY + 1], stranger_key[OFFICE_KEY + 1];
	bool heard, refused, broken;
};

struct door {
	struct house *house;
	void *context;
	void *zap;
	char secret[OFFICE_KEY + 1];
	struct probe probe;
};

static bool set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

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
static enum zap_status zap_judge(struct door *door, const char *key)
{
	struct probe *probe = &door->probe;

	if (probe->friend && strcmp(probe->friend_key, key) == 0)
		return ZAP_WELCOME;
	if (probe->stranger && strcmp(probe->stranger_key, key) == 0) {
		probe->refused = true;
		return ZAP_REFUSED;
	}
	if (offices_let_in(door->house->offices, key))
		return ZAP_WELCOME;
	if (!house_knows_offices(door->house))
		return ZAP_LATER;
	counter_increment(COUNTER_handshakes_refused);
	return ZAP_REFUSED;
}

void door_answer(struct door *door)
{
	char frames[ZAP_FRAMES][ZAP_FRAME];
	int lengths[ZAP_FRAMES] = {0};
	char key[OFFICE_KEY + 1] = "";
	int more = 1;
	size_t more_size = sizeof more;
	int count = 0;

	for (; more; count++) {
		char spare[ZAP_FRAME];
		int len = zmq_recv(door->zap, count < ZAP_FRAMES ? frames[count] : spare, ZAP_FRAME, 0);
		LANTIK_ASSERT(len >= 0);
		if (count < ZAP_FRAMES)
			lengths[count] = len < ZAP_FRAME ? len : ZAP_FRAME;
		LANTIK_ASSERT(zmq_getsockopt(door->zap, ZMQ_RCVMORE, &more, &more_size) == 0);
	}
	bool curve = count == ZAP_FRAMES && lengths[ZAP_MECHANISM] == 5 &&
		     memcmp(frames[ZAP_MECHANISM], "CURVE", 5) == 0 && lengths[ZAP_CREDENTIALS] == 32;
	if (curve)
		zmq_z85_encode(key, (const uint8_t *)frames[ZAP_CREDENTIALS], 32);
	enum zap_status status = curve ? zap_judge(door, key) : ZAP_REFUSED;
	counter_add(COUNTER_handshakes_refused, !curve);
	zap_reply(door->zap, frames[ZAP_REQUEST_ID], (size_t)lengths[ZAP_REQUEST_ID], status, key);
}

static bool zap_open(struct door *door)
{
	int linger = 0;

	door->zap = zmq_socket(door->context, ZMQ_REP);
	return door->zap && zmq_setsockopt(door->zap, ZMQ_LINGER, &linger, sizeof linger) == 0 &&
	       zmq_bind(door->zap, "inproc://zeromq.zap.01") == 0;
}

/* A CURVE server that asks the key table; the same for the public socket and the self-test's. */
void *door_router(struct door *door)
{
	int64_t max_frame = LANTIK_MAX_FRAME;
	void *socket = zmq_socket(door->context, ZMQ_ROUTER);
	bool set = socket && set_int(socket, ZMQ_ROUTER_MANDATORY, 1) && set_int(socket, ZMQ_ROUTER_HANDOVER, 0) &&
		   zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_frame, sizeof max_frame) == 0 &&
		   set_int(socket, ZMQ_RCVHWM, RECEIVE_HWM) && set_int(socket, ZMQ_SNDHWM, SEND_HWM) &&
		   set_int(socket, ZMQ_RCVBUF, SOCKET_BUFFER) && set_int(socket, ZMQ_SNDBUF, SOCKET_BUFFER) &&
		   set_int(socket, ZMQ_LINGER, LINGER_MILLISECONDS) && set_int(socket, ZMQ_BACKLOG, BACKLOG) &&
		   set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MILLISECONDS) &&
		   set_int(socket, ZMQ_TCP_KEEPALIVE, 1) &&
		   set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_SECONDS) &&
		   set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_SECONDS) &&
		   set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT) && set_int(socket, ZMQ_CURVE_SERVER, 1) &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, door->secret, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, DOMAIN_NAME, strlen(DOMAIN_NAME)) == 0 &&
		   set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1);

	if (set)
		return socket;
	log_line(LOG_LINE_ERROR, "could not set up a socket: %s", zmq_strerror(errno));
	if (socket)
		zmq_close(socket);
	return NULL;
}

/* ---- what the transport can hold ---- */

#define MIB (1024ULL * 1024)
/* The kernel doubles what it is asked for. */
#define KERNEL_BYTES (2ULL * 2 * SOCKET_BUFFER)

/* Complete messages: one more than the HWM is being received, and one reply being sent. */
static unsigned long long bytes_in(void)
{
	return (RECEIVE_HWM + 1ULL) * (LANTIK_MAX_FRAME + LANTIK_MAX_ENVELOPE);
}

static unsigned long long bytes_out(void)
{
	return (SEND_HWM + 1ULL) * (LANTIK_MAX_BODY + LANTIK_MAX_REPLY_ENVELOPE);
}

static void tell_connections(void)
{
	struct rlimit files = {0};

	LANTIK_ASSERT(getrlimit(RLIMIT_NOFILE, &files) == 0);
	log_line(LOG_LINE_INFO,
		"budgets: each connection may hold up to %llu MiB of messages in libzmq (%d and the next), %llu MiB of "
		"replies that its office does not read (%d and the next) and %llu MiB in the kernel",
		bytes_in() / MIB, RECEIVE_HWM, bytes_out() / MIB, SEND_HWM, KERNEL_BYTES / MIB);
	log_line(LOG_LINE_INFO, "budgets: that is for whole messages; what an office sends of one that it never ends "
				"is bounded by the memory "
				"alone (MemoryMax= of the unit)");
	log_line(LOG_LINE_INFO, "budgets: at most %llu connections, by the limit of open files",
		(unsigned long long)files.rlim_cur);
}

void door_tell_bound(const struct config *config)
{
	unsigned long long bodies = (unsigned long long)config->in_flight_bytes / MIB,
			   own = (unsigned long long)config_own_bytes(config) / MIB,
			   memory = (unsigned long long)memory_limit() / MIB;

	log_line(LOG_LINE_INFO, "budgets: %llu MiB for bodies in flight, %ld MiB of one office at most", bodies,
		config->office_in_flight_bytes / (long)MIB);
	log_line(LOG_LINE_INFO, "budgets: %llu MiB for the %ld workers and the rest", own, config->workers);
	log_line(LOG_LINE_INFO, "budgets: %llu MiB together, of %llu; the other %llu are for connections", bodies + own,
		memory, memory - bodies - own);
	tell_connections();
}

/* ---- the proof that the door works ---- */

/* A client that has sent its own key, as soon as it is let in. */
static void *client_new(
	struct door *door, const char *endpoint, const char *server_public, char ret_public[OFFICE_KEY + 1])
{
	char secret[OFFICE_KEY + 1];
	void *socket = zmq_socket(door->context, ZMQ_DEALER);

	if (!socket)
		return NULL;
	LANTIK_ASSERT(zmq_curve_keypair(ret_public, secret) == 0);
	bool set = set_int(socket, ZMQ_LINGER, 0) &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_public, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, ret_public, OFFICE_KEY + 1) == 0 &&
		   zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, OFFICE_KEY + 1) == 0 &&
		   zmq_connect(socket, endpoint) == 0 &&
		   zmq_send(socket, ret_public, OFFICE_KEY, ZMQ_DONTWAIT) == OFFICE_KEY;
	lantik_wipe(secret, sizeof secret);
	if (set)
		return socket;
	zmq_close(socket);
	return NULL;
}

bool door_probe(struct door *door, void *router)
{
	struct probe *probe = &door->probe;
	char endpoint[256], server_public[OFFICE_KEY + 1];
	size_t size = sizeof endpoint;

	door_probe_end(door);
	if (zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
		zmq_curve_public(server_public, door->secret) != 0)
		return false;
	probe->stranger = client_new(door, endpoint, server_public, probe->stranger_key);
	probe->friend = client_new(door, endpoint, server_public, probe->friend_key);
	if (probe->stranger && probe->friend)
		return true;
	door_probe_end(door);
	return false;
}

void door_probe_end(struct door *door)
{
	if (door->probe.friend)
		zmq_close(door->probe.friend);
	if (door->probe.stranger)
		zmq_close(door->probe.stranger);
	door->probe = (struct probe){0};
}

bool door_probe_takes(struct door *door, const char *user_id, struct lantik_span payload)
{
	struct probe *probe = &door->probe;
	bool from_friend = probe->friend && lantik_span_is(payload, probe->friend_key);
	bool from_stranger = probe->stranger && lantik_span_is(payload, probe->stranger_key);

	if (from_friend && user_id && strcmp(user_id, probe->friend_key) == 0)
		probe->heard = true;
	else if (from_friend || from_stranger)
		probe->broken = true;
	return from_friend || from_stranger;
}

enum door_state door_probe_state(const struct door *door)
{
	const struct probe *probe = &door->probe;

	if (probe->broken)
		return DOOR_BROKEN;
	if (!probe->heard)
		return DOOR_FRIEND_WAITS;
	return probe->refused ? DOOR_HOLDS : DOOR_STRANGER_WAITS;
}

/* Answers the door and reads the socket until the stranger was refused and the friend was heard. */
static void run_self_test(struct door *door, void *router)
{
	int64_t until = clock_steady() + SELF_TEST_MILLISECONDS * 1000;

	while (clock_steady() < until && door_probe_state(door) > DOOR_HOLDS) {
		zmq_pollitem_t items[] = {{door->zap, 0, ZMQ_POLLIN, 0}, {router, 0, ZMQ_POLLIN, 0}};
		char route[ZAP_FRAME];
		zmq_msg_t payload;
		if (zmq_poll(items, 2, 100) < 0)
			return;
		if (items[0].revents)
			door_answer(door);
		if (!items[1].revents)
			continue;
		zmq_msg_init(&payload);
		zmq_recv(router, route, sizeof route, 0);
		zmq_msg_recv(&payload, router, 0);
		struct lantik_span text = {.data = zmq_msg_data(&payload), .len = zmq_msg_size(&payload)};
		if (!door_probe_takes(door, zmq_msg_gets(&payload, "User-Id"), text))
			log_line(LOG_LINE_WARNING, "self-test: a message of somebody else");
		zmq_msg_close(&payload);
	}
}

static bool self_test(struct door *door)
{
	void *router = door_router(door);
	bool begun = router && zmq_bind(router, "tcp://127.0.0.1:*") == 0 && door_probe(door, router);

	if (begun)
		run_self_test(door, router);
	bool holds = begun && door_probe_state(door) == DOOR_HOLDS;
	door_probe_end(door);
	if (router)
		zmq_close(router);
	if (!holds)
		log_line(LOG_LINE_ERROR,
			"self-test: the key table does not keep unknown keys out; not opening the public socket");
	return holds;
}

bool door_open(struct house *house, void *context, const char *curve_secret, struct door **ret)
{
	struct door *door = calloc(1, sizeof *door);

	LANTIK_ASSERT(door);
	door->house = house;
	door->context = context;
	snprintf(door->secret, sizeof door->secret, "%s", curve_secret);
	if (zap_open(door) && self_test(door))
		*ret = door;
	else
		door_close(&door);
	return door != NULL;
}

void door_close(struct door **door)
{
	if (!*door)
		return;
	door_probe_end(*door);
	if ((*door)->zap)
		zmq_close((*door)->zap);
	lantik_wipe((*door)->secret, sizeof(*door)->secret);
	free(*door);
	*door = NULL;
}

void *door_socket(const struct door *door)
{
	return door->zap;
}
