/* The transport's own events: what libzmq tells of handshakes and connections, counted. Under the intake's lock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_MONITOR_H
#define LANTIK_DAEMON_MONITOR_H

#include "lantik/attr.h"

/* The socket that tells of the router, to be polled, and closed before the router; NULL: none could be made. context is
 * the ZeroMQ context. */
LANTIK_MUST_CHECK void *monitor_open(void *context, void *router);
/* Counts what came. It never waits. */
void monitor_read(void *monitor);

#endif
