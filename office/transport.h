/* One encrypted connection to the centre: two frames out, two frames in, and why a handshake failed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TRANSPORT_H
#define LANTIK_TRANSPORT_H

#include "lantik/bytes.h"

struct lantik_link;

struct lantik_link_keys {
	const char *server_public; /* all three Z85, 40 characters */
	const char *own_public;
	const char *own_secret;
};

/* LANTIK_E_BAD_KEY or LANTIK_E_MALFORMED (the endpoint). Connecting goes on in the background. */
LANTIK_MUST_CHECK enum lantik_error lantik_link_open(
	const char *endpoint, const struct lantik_link_keys *keys, struct lantik_link **ret);
void lantik_link_close(struct lantik_link **link); /* takes NULL; drops what was not sent */

/* LANTIK_E_UNAVAILABLE when it cannot even be queued. */
LANTIK_MUST_CHECK enum lantik_error lantik_link_send(
	struct lantik_link *link, struct lantik_span envelope, struct lantik_span body);

enum lantik_link_event {
	LANTIK_LINK_MESSAGE, /* two frames are in the buffers */
	LANTIK_LINK_TIMEOUT,
	LANTIK_LINK_INTERRUPTED,   /* by a signal */
	LANTIK_LINK_CONNECTED,     /* the handshake succeeded */
	LANTIK_LINK_LOST,          /* a connection that had succeeded ended; what was sent may be gone */
	LANTIK_LINK_UNREACHABLE,   /* nothing answers at the address yet */
	LANTIK_LINK_UNKNOWN_KEY,   /* the centre does not know our key */
	LANTIK_LINK_NOT_READY,     /* the centre asks to come back later */
	LANTIK_LINK_BAD_HANDSHAKE, /* something answers, but not with the centre's key */
	LANTIK_LINK_BROKEN,        /* a message that is no two frames; it was dropped */
};

enum lantik_link_event lantik_link_wait(struct lantik_link *link, int64_t timeout_ms,
	struct lantik_buffer *ret_envelope, struct lantik_buffer *ret_body);

#endif
