/* The intake: the thread that speaks ZeroMQ. It holds the ROUTER socket, answers the handshakes of its own key table
 * (ZAP), watches the transport, hands requests to the workers and sends what they answer; while it waits, a worker
 * sends its answer with the intake's sockets itself, so that nobody has to be woken. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef LANTIK_DAEMON_INTAKE_H
#define LANTIK_DAEMON_INTAKE_H

#include "house.h"

struct intake;

/* Opens the key table's handler, proves on a private socket that it keeps strangers out, and only then binds the public
 * one. False: what was wrong is logged. curve_secret is Z85. */
LANTIK_MUST_CHECK bool intake_open(struct house *house, const char *curve_secret, struct intake **ret);
/* Serves until SIGTERM or SIGINT, then drains: what workers hold is finished and answered, what waits is told to come
 * again. A second signal ends it at once. SIGUSR1 logs the counters. The signals must be blocked in all threads.
 * False: jobs are still in workers' hands, which nobody should wait for; their offices send again. */
LANTIK_MUST_CHECK bool intake_serve(struct intake *intake);
/* Until when the drain may last, on the steady clock; now, when it was told to end at once. */
int64_t intake_drain_until(const struct intake *intake);
void intake_close(struct intake **intake);

#endif
