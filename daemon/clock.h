/* The daemon's clocks: the one place that asks what time it is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_CLOCK_H
#define LANTIK_DAEMON_CLOCK_H

#include <stdint.h>

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now(void);
/* Microseconds of a clock that nobody sets. */
int64_t clock_steady(void);
/* The same of one that goes on while the machine sleeps. */
int64_t clock_sleepless(void);

#endif
