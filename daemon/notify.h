/* Words to systemd. Without systemd they go nowhere. The only room that sees libsystemd.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_NOTIFY_H
#define LANTIK_DAEMON_NOTIFY_H

void notify_ready(void);
void notify_stopping(void);
void notify_status(const char *status);
/* Milliseconds between two pings that systemd's watchdog wants; 0: it wants none. */
int notify_watchdog_interval(void);
void notify_watchdog(void);

#endif
