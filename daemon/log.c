/* Log lines to stderr.
 * SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "counters.h"

#define LINE 2048

static bool journal;

void log_start(void)
{
	journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(enum log_priority priority, const char *format, ...)
{
	char line[LINE];
	int at =
		journal ? snprintf(line, sizeof line, "<%d>", (int)priority) : snprintf(line, sizeof line, "lantikd: ");
	va_list args;

	va_start(args, format);
	int len = vsnprintf(line + at, sizeof line - (size_t)at - 1, format, args);
	va_end(args);
	size_t used = len < 0 ? (size_t)at : (size_t)at + (size_t)len;
	if (used > sizeof line - 2)
		used = sizeof line - 2;
	line[used++] = '\n';
	fwrite(line, 1, used, stderr); /* one call a line keeps lines of threads whole */
}

void log_counters(void)
{
	char line[LINE] = "counters";
	size_t used = strlen(line);

	for (int i = 0; i < COUNTER_COUNT; i++) {
		int n = snprintf(line + used, sizeof line - used, " %s=%llu", counter_name((enum counter)i),
			(unsigned long long)counter_value((enum counter)i));
		LANTIK_ASSERT(n > 0 && used + (size_t)n < sizeof line);
		used += (size_t)n;
	}
	log_line(LOG_LINE_INFO, "%s", line);
}
