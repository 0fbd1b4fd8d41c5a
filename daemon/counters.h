/* What the daemon counts. Every outcome and every refusal has a counter, so that tests and operators can ask for it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_COUNTERS_H
#define LANTIK_DAEMON_COUNTERS_H

#include <stdint.h>

enum counter {
#define COUNTER(name, what) COUNTER_##name,
#include "counters.def"
#undef COUNTER
	COUNTER_COUNT
};

void counter_add(enum counter counter, uint64_t n);
uint64_t counter_value(enum counter counter);
const char *counter_name(enum counter counter);

static inline void counter_increment(enum counter counter)
{
	counter_add(counter, 1);
}

#endif
