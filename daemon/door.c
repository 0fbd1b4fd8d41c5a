/* ZAP, the server socket's options, and the self-test.
 * SPDX-License-Identifier: Apache-2.0 */
#include "door.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "clock.h"
#include "counters.h"
#include "log.h"

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
/* HWMs count whole messages of up to a body each, a peer. */
#define RECEIVE_HWM 4
#define SEND_HWM 64
#define SELF_TEST_MILLISECONDS 5000

struct door {
	struct house *house;
	void *context;
	void *zap;
	char secret[OFFICE_KEY + 1];
	char friend_key[OFFICE_KEY + 1]; /* the self-test's own client; empty afterwards */
	uint64_t refused_handshakes;
	bool tested;
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
	if (door->friend_key[0] && strcmp(door->friend_key, key) == 0)
		return ZAP_WELCOME;
	if (!door->tested)
		return ZAP_REFUSED; /* the self-test's stranger */
	if (offices_let_in(door->house->offices, key))
		return ZAP_WELCOME;
	return house_knows_offices(door->house) ? ZAP_REFUSED : ZAP_LATER;
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
	if (status == ZAP_REFUSED) {
		door->refused_handshakes++;
		counter_add(COUNTER_handshakes_refused, door->tested);
	}
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

static void *client_new(struct door *door, const char *server_public, char ret_public[OFFICE_KEY + 1])
{
	char secret[OFFICE_KEY + 1];
	void *socket = zmq_socket(door->context, ZMQ_DEALER);

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
static bool self_test_holds(struct door *door, void *socket)
{
	int64_t until = clock_steady() + SELF_TEST_MILLISECONDS * 1000;
	bool heard = false;

	while (clock_steady() < until && !(heard && door->refused_handshakes)) {
		zmq_pollitem_t items[] = {{door->zap, 0, ZMQ_POLLIN, 0}, {socket, 0, ZMQ_POLLIN, 0}};
		char route[ZAP_FRAME], text[ZAP_FRAME];
		if (zmq_poll(items, 2, 100) < 0)
			return false;
		if (items[0].revents)
			door_answer(door);
		if (!items[1].revents)
			continue;
		zmq_recv(socket, route, sizeof route, 0);
		int len = zmq_recv(socket, text, sizeof text, 0);
		if (len != 6 || memcmp(text, "friend", 6) != 0)
			return false; /* the stranger was let in */
		heard = true;
	}
	return heard && door->refused_handshakes;
}

static bool self_test_between(struct door *door, void *socket)
{
	char endpoint[256], server_public[OFFICE_KEY + 1], stranger_key[OFFICE_KEY + 1];
	size_t size = sizeof endpoint;

	if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0 ||
		zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
		zmq_curve_public(server_public, door->secret) != 0)
		return false;
	void *stranger = client_new(door, server_public, stranger_key);
	void *friendly = client_new(door, server_public, door->friend_key);
	bool holds = stranger && friendly && zmq_connect(stranger, endpoint) == 0 &&
		     zmq_send(stranger, "stranger", 8, ZMQ_DONTWAIT) == 8 && zmq_connect(friendly, endpoint) == 0 &&
		     zmq_send(friendly, "friend", 6, ZMQ_DONTWAIT) == 6 && self_test_holds(door, socket);
	if (stranger)
		zmq_close(stranger);
	if (friendly)
		zmq_close(friendly);
	door->friend_key[0] = '\0';
	return holds;
}

static bool self_test(struct door *door)
{
	void *socket = door_router(door);
	bool holds = socket && self_test_between(door, socket);

	if (socket)
		zmq_close(socket);
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
	door->tested = zap_open(door) && self_test(door);
	if (door->tested)
		*ret = door;
	else
		door_close(&door);
	return door != NULL;
}

void door_close(struct door **door)
{
	if (!*door)
		return;
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
