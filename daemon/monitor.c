/* Counts what libzmq tells of a socket.
 * SPDX-License-Identifier: Apache-2.0 */
#include "monitor.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zmq.h>

#include "counters.h"

#define ENDPOINT "inproc://lantik.monitor"

void *monitor_open(void *context, void *router)
{
	int linger = 0;
	int events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
		     ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED;

	if (zmq_socket_monitor(router, ENDPOINT, events) != 0)
		return NULL;
	void *monitor = zmq_socket(context, ZMQ_PAIR);
	if (!monitor)
		return NULL;
	if (zmq_setsockopt(monitor, ZMQ_LINGER, &linger, sizeof linger) == 0 && zmq_connect(monitor, ENDPOINT) == 0)
		return monitor;
	zmq_close(monitor);
	return NULL;
}

static enum counter counter_of(uint16_t event)
{
	switch (event) {
	case ZMQ_EVENT_ACCEPT_FAILED:
		return COUNTER_accept_failed;
	case ZMQ_EVENT_DISCONNECTED:
		return COUNTER_disconnected;
	default:
		return COUNTER_handshakes_failed;
	}
}

/* An event is two frames: number and value, then the peer's address, which nobody needs here. */
void monitor_read(void *monitor)
{
	uint8_t event[6];
	char address[256];
	uint16_t number;

	while (zmq_recv(monitor, event, sizeof event, ZMQ_DONTWAIT) == (int)sizeof event) {
		zmq_recv(monitor, address, sizeof address, 0);
		memcpy(&number, event, sizeof number);
		counter_increment(counter_of(number));
	}
}
