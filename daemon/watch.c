/* The watchdog: a probe through the public socket, its handshake and the key table, and what is told of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "notify.h"

static void tell(struct watch *watch, const char *what)
{
	if (!watch->told)
		log_line(LOG_LINE_ERROR, "watchdog: %s; systemd ends a daemon that stays so", what);
	watch->told = true;
}

static void tell_why_not(struct watch *watch)
{
	if (door_probe_state(watch->door) == DOOR_FRIEND_WAITS)
		tell(watch, "a connection of my own to the public endpoint did not come through (may the "
			    "daemon reach its own address, by IPAddressAllow= of the unit?)");
	else
		tell(watch, "the key table was not asked about a stranger's connection");
}

/* systemd is told only of a round trip through the public socket, its handshake and the key table. */
static void look_at_probe(struct watch *watch)
{
	switch (door_probe_state(watch->door)) {
	case DOOR_BROKEN:
		log_line(LOG_LINE_ERROR, "watchdog: a stranger was let in, or a message came without its key; ending");
		_exit(EXIT_FAILURE);
	case DOOR_HOLDS:
		door_probe_end(watch->door);
		watch->probing = watch->told = false;
		notify_watchdog();
		return;
	default:
		return;
	}
}

void watch_keep(struct watch *watch, void *router)
{
	if (!watch->milliseconds)
		return;
	if (watch->probing)
		look_at_probe(watch);
	if (clock_steady() < watch->next_probe)
		return;
	if (watch->probing)
		tell_why_not(watch);
	watch->next_probe = clock_steady() + (int64_t)watch->milliseconds * 1000;
	watch->probing = door_probe(watch->door, router);
	if (!watch->probing)
		tell(watch, "no sockets for connections of my own");
}
