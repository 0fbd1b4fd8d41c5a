/* sd_notify in words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include <stdint.h>
#include <systemd/sd-daemon.h>

void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=draining");
}

void notify_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

int notify_watchdog_interval(void)
{
	uint64_t micros;

	/* three times in the span that is asked for, so that one late ping is no death */
	return sd_watchdog_enabled(0, &micros) > 0 ? (int)(micros / 3000) : 0;
}

void notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}
