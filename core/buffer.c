/* Growing byte buffers with a sticky error.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/bytes.h"

#include <stdarg.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)64)
/* No object may be larger; one byte is kept for printf's terminator. */
#define LARGEST ((size_t)PTRDIFF_MAX - 1)

static size_t limit_of(const struct lantik_buffer *buffer)
{
	return buffer->limit && buffer->limit < LARGEST ? buffer->limit : LARGEST;
}

/* Never past the limit and its terminator: a limit bounds memory, not only length. */
static size_t next_capacity(const struct lantik_buffer *buffer, size_t needed)
{
	size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
	while (capacity < needed)
		capacity = capacity > LARGEST / 2 ? LARGEST + 1 : capacity * 2;
	size_t most = limit_of(buffer) + 1;
	return capacity < most ? capacity : most;
}

/* Room for len bytes and a terminator that is never counted. */
static bool make_room(struct lantik_buffer *buffer, size_t len)
{
	if (buffer->error)
		return false;
	size_t limit = limit_of(buffer);
	if (buffer->len > limit || len > limit - buffer->len) {
		buffer->error = LANTIK_E_TOO_LARGE;
		return false;
	}
	size_t needed = buffer->len + len + 1;
	if (needed <= buffer->capacity)
		return true;
	size_t capacity = next_capacity(buffer, needed);
	uint8_t *data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->error = LANTIK_E_NO_MEMORY;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

uint8_t *lantik_buffer_extend(struct lantik_buffer *buffer, size_t len)
{
	if (!make_room(buffer, len))
		return NULL;
	uint8_t *start = buffer->data + buffer->len;
	buffer->len += len;
	return start;
}

void lantik_buffer_append(struct lantik_buffer *buffer, const void *data, size_t len)
{
	uint8_t *start = lantik_buffer_extend(buffer, len);
	if (start && len)
		memcpy(start, data, len);
}

void lantik_buffer_append_span(struct lantik_buffer *buffer, struct lantik_span span)
{
	lantik_buffer_append(buffer, span.data, span.len);
}

void lantik_buffer_append_text(struct lantik_buffer *buffer, const char *text)
{
	lantik_buffer_append(buffer, text, strlen(text));
}

void lantik_buffer_append_number(struct lantik_buffer *buffer, uint64_t number)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	lantik_buffer_append(buffer, digits + at, sizeof digits - at);
}

/* Formats into the room there is; when that was too little, makes room and formats again. */
static void append_formatted(struct lantik_buffer *buffer, const char *format, va_list args, va_list again)
	LANTIK_PRINTF(2, 0);

static void append_formatted(struct lantik_buffer *buffer, const char *format, va_list args, va_list again)
{
	if (!make_room(buffer, 0))
		return;
	size_t room = buffer->capacity - buffer->len;
	int len = vsnprintf((char *)buffer->data + buffer->len, room, format, args);
	if (len < 0) {
		buffer->error = LANTIK_E_TOO_LARGE;
		return;
	}
	if (!make_room(buffer, (size_t)len))
		return;
	if ((size_t)len >= room)
		vsnprintf((char *)buffer->data + buffer->len, (size_t)len + 1, format, again);
	buffer->len += (size_t)len;
}

void lantik_buffer_printf(struct lantik_buffer *buffer, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	append_formatted(buffer, format, args, again);
	va_end(again);
	va_end(args);
}

void lantik_buffer_reset(struct lantik_buffer *buffer)
{
	buffer->len = 0;
	buffer->error = LANTIK_OK;
}

void lantik_buffer_free(struct lantik_buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof *buffer);
}

struct lantik_span lantik_buffer_span(const struct lantik_buffer *buffer)
{
	return (struct lantik_span){buffer->data, buffer->len};
}
