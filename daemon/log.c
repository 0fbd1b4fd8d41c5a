/* Log lines to stderr.
 * SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "counters.h"

#define LINE 2048

static bool journal;

/* Lines of this thread that wait. */
static _Thread_local char later[8 * LINE];
static _Thread_local size_t later_used;

void log_start(void)
{
	journal = getenv("JOURNAL_STREAM") != NULL;
}

/* With its newline; longer ones are cut off. Returns the length. */
static size_t format_line(char ret[LINE], enum log_priority priority, const char *format, va_list args)
	LANTIK_PRINTF(3, 0);

static size_t format_line(char ret[LINE], enum log_priority priority, const char *format, va_list args)
{
	int at = journal ? snprintf(ret, LINE, "<%d>", (int)priority) : snprintf(ret, LINE, "lantikd: ");
	int len = vsnprintf(ret + at, LINE - (size_t)at - 1, format, args);
	size_t used = len < 0 ? (size_t)at : (size_t)at + (size_t)len;

	if (used > LINE - 2)
		used = LINE - 2;
	ret[used++] = '\n';
	return used;
}

void log_line(enum log_priority priority, const char *format, ...)
{
	char line[LINE];
	va_list args;

	log_send();
	va_start(args, format);
	size_t used = format_line(line, priority, format, args);
	va_end(args);
	fwrite(line, 1, used, stderr); /* one call a line keeps lines of threads whole */
}

void log_later(enum log_priority priority, const char *format, ...)
{
	va_list args;

	if (sizeof later - later_used < LINE)
		log_send();
	va_start(args, format);
	later_used += format_line(later + later_used, priority, format, args);
	va_end(args);
}

void log_send(void)
{
	if (later_used)
		fwrite(later, 1, later_used, stderr);
	later_used = 0;
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
