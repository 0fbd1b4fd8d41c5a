/* How much memory this process may use: the machine's, or what its control group leaves of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_MEMORY_H
#define LANTIK_DAEMON_MEMORY_H

#include <stddef.h>

/* Bytes: the least of the machine's memory and every memory.max and memory.high above this process (control groups v2,
 * which is what systemd's MemoryMax= and MemoryHigh= set). What cannot be read sets no limit. */
size_t memory_limit(void);

#endif
