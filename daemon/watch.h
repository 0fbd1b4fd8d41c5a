/* The watchdog: systemd is told that the daemon lives only after a round trip through its public socket.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_WATCH_H
#define LANTIK_DAEMON_WATCH_H

#include "door.h"

/* Zero it but for the first two. */
struct watch {
	struct door *door;
	int milliseconds; /* between two pings; 0: nobody asks for them */
	int64_t next_probe;
	bool probing; /* door_probe_takes wants to see the messages */
	bool told;
};

/* At every turn of the loop that serves the router, which is due again within the milliseconds. Ends a daemon that lets
 * strangers in. */
void watch_keep(struct watch *watch, void *router);

#endif
