/* The only file of lantik that knows ZeroMQ: a DEALER with CURVE, and its monitor, which tells why a handshake failed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "transport.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "lantik/limits.h"

#define MONITOR_ADDRESS "inproc://lantik-monitor"
#define WATCHED                                                                                                        \
	(ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |  \
		ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED)

struct lantik_link {
	void *context;
	void *socket;
	void *monitor;
	bool connected;
};

static bool set_number(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* A ping waits behind the body that is being sent, so the line's silence must last longer than what the system's buffer
 * holds takes on a line of 64 kbit/s: 256 KiB in 32 s. Reconnecting backs off from 0.2 s to 10 s; closing waits for
 * nothing. */
#define SEND_BUFFER (256 * 1024)
#define DEAD_AFTER_MS 60000

static bool set_times(void *socket)
{
	return set_number(socket, ZMQ_LINGER, 0) && set_number(socket, ZMQ_HEARTBEAT_IVL, 10000) &&
	       set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, DEAD_AFTER_MS) &&
	       set_number(socket, ZMQ_SNDBUF, SEND_BUFFER) && set_number(socket, ZMQ_RECONNECT_IVL, 200) &&
	       set_number(socket, ZMQ_RECONNECT_IVL_MAX, 10000) && set_number(socket, ZMQ_HANDSHAKE_IVL, 10000);
}

static bool set_sizes(void *socket)
{
	int64_t greatest = LANTIK_MAX_FRAME;
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &greatest, sizeof greatest) == 0 &&
	       set_number(socket, ZMQ_RCVHWM, 4) && set_number(socket, ZMQ_SNDHWM, 4) &&
	       set_number(socket, ZMQ_IPV6, 1);
}

static bool set_keys(void *socket, const struct lantik_link_keys *keys)
{
	return zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server_public, 41) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->own_public, 41) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->own_secret, 41) == 0;
}

static bool watch(struct lantik_link *link)
{
	if (zmq_socket_monitor(link->socket, MONITOR_ADDRESS, WATCHED) != 0)
		return false;
	link->monitor = zmq_socket(link->context, ZMQ_PAIR);
	return link->monitor && set_number(link->monitor, ZMQ_LINGER, 0) &&
	       zmq_connect(link->monitor, MONITOR_ADDRESS) == 0;
}

static enum lantik_error open_sockets(
	struct lantik_link *link, const char *endpoint, const struct lantik_link_keys *keys)
{
	link->context = zmq_ctx_new();
	if (!link->context)
		return LANTIK_E_NO_MEMORY;
	link->socket = zmq_socket(link->context, ZMQ_DEALER);
	if (!link->socket || !set_times(link->socket) || !set_sizes(link->socket))
		return LANTIK_E_NO_MEMORY;
	if (!set_keys(link->socket, keys))
		return LANTIK_E_BAD_KEY;
	if (!watch(link))
		return LANTIK_E_NO_MEMORY;
	return zmq_connect(link->socket, endpoint) == 0 ? LANTIK_OK : LANTIK_E_MALFORMED;
}

enum lantik_error lantik_link_open(const char *endpoint, const struct lantik_link_keys *keys, struct lantik_link **ret)
{
	struct lantik_link *link = calloc(1, sizeof *link);
	if (!link)
		return LANTIK_E_NO_MEMORY;
	enum lantik_error error = open_sockets(link, endpoint, keys);
	if (error == LANTIK_OK)
		*ret = link;
	else
		lantik_link_close(&link);
	return error;
}

void lantik_link_close(struct lantik_link **link)
{
	if (!*link)
		return;
	if ((*link)->socket)
		zmq_socket_monitor((*link)->socket, NULL, 0);
	if ((*link)->monitor)
		zmq_close((*link)->monitor);
	if ((*link)->socket)
		zmq_close((*link)->socket);
	if ((*link)->context)
		zmq_ctx_term((*link)->context);
	free(*link);
	*link = NULL;
}

static bool send_frame(void *socket, struct lantik_span frame, int flags)
{
	return zmq_send(socket, frame.data ? (const void *)frame.data : "", frame.len, flags | ZMQ_DONTWAIT) >= 0;
}

enum lantik_error lantik_link_send(struct lantik_link *link, struct lantik_span envelope, struct lantik_span body)
{
	if (!send_frame(link->socket, envelope, ZMQ_SNDMORE) || !send_frame(link->socket, body, 0))
		return LANTIK_E_UNAVAILABLE;
	return LANTIK_OK;
}

/* Appends the next frame; *ret_more says whether the message goes on. */
static bool receive_frame(void *socket, struct lantik_buffer *ret, bool *ret_more)
{
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	bool received = zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) >= 0;
	*ret_more = received && zmq_msg_more(&frame);
	if (received && ret)
		lantik_buffer_append(ret, zmq_msg_data(&frame), zmq_msg_size(&frame));
	zmq_msg_close(&frame);
	return received;
}

static enum lantik_link_event receive(
	struct lantik_link *link, struct lantik_buffer *ret_envelope, struct lantik_buffer *ret_body)
{
	bool more, dropped = false;
	lantik_buffer_reset(ret_envelope);
	lantik_buffer_reset(ret_body);
	if (!receive_frame(link->socket, ret_envelope, &more))
		return LANTIK_LINK_TIMEOUT; /* the readiness was stale; the caller waits again */
	if (!more || !receive_frame(link->socket, ret_body, &more))
		return LANTIK_LINK_BROKEN;
	while (more) {
		dropped = true;
		if (!receive_frame(link->socket, NULL, &more))
			break;
	}
	return dropped || ret_envelope->error || ret_body->error ? LANTIK_LINK_BROKEN : LANTIK_LINK_MESSAGE;
}

static enum lantik_link_event explain(struct lantik_link *link, unsigned event, unsigned value)
{
	bool was_connected = link->connected;
	link->connected = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		return LANTIK_LINK_CONNECTED;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		return value == 300 ? LANTIK_LINK_NOT_READY : LANTIK_LINK_UNKNOWN_KEY;
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		return LANTIK_LINK_BAD_HANDSHAKE;
	case ZMQ_EVENT_DISCONNECTED:
		return was_connected ? LANTIK_LINK_LOST : LANTIK_LINK_TIMEOUT;
	default:
		return was_connected ? LANTIK_LINK_LOST : LANTIK_LINK_UNREACHABLE;
	}
}

/* A monitor's message: frame one is u16 event and u32 value in the machine's order, frame two the address. */
static enum lantik_link_event read_monitor(struct lantik_link *link)
{
	struct lantik_buffer frame = {0};
	bool more;
	uint16_t event = 0;
	uint32_t value = 0;
	if (!receive_frame(link->monitor, &frame, &more))
		return LANTIK_LINK_TIMEOUT;
	while (more && receive_frame(link->monitor, NULL, &more)) {
	}
	if (frame.len == 6) {
		memcpy(&event, frame.data, 2);
		memcpy(&value, frame.data + 2, 4);
	}
	lantik_buffer_free(&frame);
	return explain(link, event, value);
}

enum lantik_link_event lantik_link_wait(struct lantik_link *link, int64_t timeout_ms,
	struct lantik_buffer *ret_envelope, struct lantik_buffer *ret_body)
{
	zmq_pollitem_t items[] = {{link->socket, 0, ZMQ_POLLIN, 0}, {link->monitor, 0, ZMQ_POLLIN, 0}};
	int ready = zmq_poll(items, 2, timeout_ms > 0 ? (long)timeout_ms : 0);
	if (ready < 0 && errno == EINTR)
		return LANTIK_LINK_INTERRUPTED;
	if (ready <= 0)
		return LANTIK_LINK_TIMEOUT;
	if (items[0].revents & ZMQ_POLLIN)
		return receive(link, ret_envelope, ret_body);
	return read_monitor(link);
}
