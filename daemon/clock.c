/* Reads the clocks of the system.
 * SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <time.h>

#include "lantik/attr.h"

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	LANTIK_ASSERT(clock_gettime(id, &now) == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_sleepless(void)
{
	return read_clock(CLOCK_BOOTTIME);
}
