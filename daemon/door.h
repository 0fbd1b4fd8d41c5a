/* The door: CURVE server sockets that let in only keys of the key table (ZAP), and the proof that they do.
 *
 * libzmq 4.3.4 lets every key in when no ZAP handler is bound or the domain is empty: so the handler is bound first,
 * the domain is enforced, and the self-test stands before any public socket. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DOOR_H
#define LANTIK_DAEMON_DOOR_H

#include "house.h"

struct door;

/* Binds the handler and proves on a private socket that a stranger is kept out and a friend is let in. False: logged.
 * context is the ZeroMQ context; curve_secret is Z85. */
LANTIK_MUST_CHECK bool door_open(struct house *house, void *context, const char *curve_secret, struct door **ret);
void door_close(struct door **door);

/* The handler's socket, to be polled; when it is readable, door_answer answers one handshake. It never waits. */
void *door_socket(const struct door *door);
void door_answer(struct door *door);

/* A new ROUTER behind this door, not bound yet; NULL: logged. */
LANTIK_MUST_CHECK void *door_router(struct door *door);

/* Logs what the daemon's budgets let it hold, of how much memory, and what libzmq and the kernel may hold beyond it. */
void door_tell_bound(const struct config *config);

/* A probe goes through a bound ROUTER as an office would, with two keys that nobody else ever saw: a friend, whose
 * message must come with its own key as User-Id, and a stranger, who must be refused. So accepting, CURVE, the handler
 * and the loop that serves them are proved at once. door_probe begins one, in place of the one before; false: no socket
 * could be made. Each message of the ROUTER is offered to door_probe_takes, which keeps those of the probe. */
enum door_state {
	DOOR_BROKEN, /* the stranger was let in, or the friend's message came without its key: nobody's identity holds
		      */
	DOOR_HOLDS,
	DOOR_FRIEND_WAITS,   /* not heard yet */
	DOOR_STRANGER_WAITS, /* not refused yet */
};
LANTIK_MUST_CHECK bool door_probe(struct door *door, void *router);
LANTIK_MUST_CHECK bool door_probe_takes(struct door *door, const char *user_id, struct lantik_span payload);
enum door_state door_probe_state(const struct door *door);
void door_probe_end(struct door *door);

#endif
