/* The daemon's log: one line a happening to stderr, with the journal's priority in front when the journal listens.
 * Never a value of a person: ids of batches, names of offices, counts, SQLSTATEs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_LOG_H
#define LANTIK_DAEMON_LOG_H

#include "lantik/attr.h"

enum log_priority { LOG_LINE_ERROR = 3, LOG_LINE_WARNING = 4, LOG_LINE_NOTICE = 5, LOG_LINE_INFO = 6 };

/* Call once, before threads. */
void log_start(void);
void log_line(enum log_priority priority, const char *format, ...) LANTIK_PRINTF(2, 3);
/* The same, but written by log_send, or by this thread's next log_line: a reply need not wait for whoever reads the
 * log. */
void log_later(enum log_priority priority, const char *format, ...) LANTIK_PRINTF(2, 3);
/* Writes what this thread has for later; whoever calls log_later calls it before it waits or ends. */
void log_send(void);
/* All counters as `counters name=value ...`. */
void log_counters(void);

#endif
