/* Lists of record numbers: a set, read from ranges and written as such.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <string.h>

void records_add(struct records *records, uint32_t record_no)
{
	LANTIK_ASSERT(record_no > 0 && record_no <= LANTIK_MAX_RECORDS);
	if (records_hold(records, record_no))
		return;
	records->bits[record_no / 64] |= UINT64_C(1) << (record_no % 64);
	records->count++;
}

bool records_hold(const struct records *records, uint32_t record_no)
{
	return (records->bits[record_no / 64] >> (record_no % 64) & 1) != 0;
}

/* A number without a sign; 0 when there is none or it is out of range. */
static uint32_t number(const char **text)
{
	uint32_t value = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		value = value * 10 + (uint32_t)(**text - '0');
		if (value > LANTIK_MAX_RECORDS)
			return 0;
	}
	return value;
}

static bool parse_range(const char **text, struct records *records)
{
	uint32_t first = number(text), last = first;
	if (**text == '-') {
		(*text)++;
		last = number(text);
	}
	if (first == 0 || last < first)
		return false;
	for (uint32_t i = first; i <= last; i++)
		records_add(records, i);
	return true;
}

bool records_parse(const char *text, struct records *records)
{
	for (;;) {
		if (!parse_range(&text, records))
			return false;
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

uint32_t records_next(const struct records *records, uint32_t record_no)
{
	while (++record_no <= LANTIK_MAX_RECORDS)
		if (records_hold(records, record_no))
			return record_no;
	return 0;
}

void records_format(const struct records *records, struct lantik_buffer *ret)
{
	const char *comma = "";
	for (uint32_t first = records_next(records, 0), last; first; first = records_next(records, last)) {
		for (last = first; records_next(records, last) == last + 1;)
			last++;
		lantik_buffer_printf(ret, "%s%u", comma, (unsigned)first);
		if (last > first)
			lantik_buffer_printf(ret, "-%u", (unsigned)last);
		comma = ",";
	}
}

void records_array(const struct records *records, struct lantik_buffer *ret)
{
	const char *comma = "";
	lantik_buffer_printf(ret, "{");
	for (uint32_t i = records_next(records, 0); i; i = records_next(records, i)) {
		lantik_buffer_printf(ret, "%s%u", comma, (unsigned)i);
		comma = ",";
	}
	lantik_buffer_append(ret, "}", 2);
}
