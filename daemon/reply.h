/* Replies on their way out: the envelope around them, the ROUTER, and those that are held back until their time. Under
 * the intake's lock. Times are clock_steady's microseconds. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_REPLY_H
#define LANTIK_DAEMON_REPLY_H

#include "house.h"

struct replies;

/* router stays the caller's, and must be open as long as anything is sent. Aborts on no memory. */
LANTIK_MUST_CHECK struct replies *reply_open(struct house *house, void *router);
void reply_close(struct replies **replies);

/* Each takes the job and frees it when its reply is sent. One that cannot be sent is counted: its office sends the
 * request again and gets the same answer. */
void reply_send(struct replies *replies, struct job *job);
/* Not before its tell_at. What it asked for is forgotten. */
void reply_hold_back(struct replies *replies, struct job *job);
/* Whether one more may be held back. */
bool reply_may_hold_back(const struct replies *replies);
void reply_send_held(struct replies *replies, int64_t until);
/* When the next one is due that is held back; INT64_MAX: there is none. */
int64_t reply_next_held(const struct replies *replies);

#endif
