/* Borrowed bytes, growing buffers, a bump arena with a budget, hex and base64.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_BYTES_H
#define LANTIK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lantik/attr.h"
#include "lantik/error.h"

/* Bytes that belong to somebody else; valid as long as their owner says. data may be NULL when len is 0. */
struct lantik_span {
	const uint8_t *data;
	size_t len;
};

struct lantik_span lantik_span_of(const char *text);
bool lantik_span_equal(struct lantik_span a, struct lantik_span b);
bool lantik_span_is(struct lantik_span a, const char *text);
/* As memcmp; of two of which one begins with the other the longer one comes last. */
int lantik_span_compare(struct lantik_span a, struct lantik_span b);

/* A growing buffer with a sticky error: append freely, ask once at the end. Zero it to begin. */
struct lantik_buffer {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t limit; /* 0: no limit but memory */
	enum lantik_error error;
};

void lantik_buffer_append(struct lantik_buffer *buffer, const void *data, size_t len);
void lantik_buffer_append_span(struct lantik_buffer *buffer, struct lantik_span span);
void lantik_buffer_append_text(struct lantik_buffer *buffer, const char *text);
/* In decimal digits. */
void lantik_buffer_append_number(struct lantik_buffer *buffer, uint64_t number);
void lantik_buffer_printf(struct lantik_buffer *buffer, const char *format, ...) LANTIK_PRINTF(2, 3);
/* len writable bytes at the end, already counted as written; NULL after an error. */
uint8_t *lantik_buffer_extend(struct lantik_buffer *buffer, size_t len);
void lantik_buffer_reset(struct lantik_buffer *buffer); /* keeps the memory */
void lantik_buffer_free(struct lantik_buffer *buffer);  /* leaves a zeroed buffer */
struct lantik_span lantik_buffer_span(const struct lantik_buffer *buffer);

/* A bump allocator with a byte budget. Nothing is freed by itself; reset takes everything back at once.
 * Built with LANTIK_ARENA_EMULATOR every piece is its own malloc, so that AddressSanitizer sees overruns. */
struct lantik_arena;

LANTIK_MUST_CHECK struct lantik_arena *lantik_arena_new(size_t budget);
/* Zeroed, aligned to 16; NULL past the budget, and every later call too until reset. */
void *lantik_arena_alloc(struct lantik_arena *arena, size_t size);
struct lantik_span lantik_arena_copy(struct lantik_arena *arena, struct lantik_span span);
size_t lantik_arena_used(const struct lantik_arena *arena);
bool lantik_arena_exhausted(const struct lantik_arena *arena);
void lantik_arena_reset(struct lantik_arena *arena);
void lantik_arena_free(struct lantik_arena **arena); /* takes NULL, leaves NULL */

/* ret needs 2 * len + 1 bytes; lower case. */
void lantik_hex_encode(const uint8_t *data, size_t len, char *ret);
/* Exactly 2 * len hex digits of either case. */
LANTIK_MUST_CHECK bool lantik_hex_decode(struct lantik_span text, uint8_t *ret, size_t len);
/* Standard alphabet with padding (RFC 4648 section 4). */
void lantik_base64_append(struct lantik_buffer *buffer, const uint8_t *data, size_t len);
LANTIK_MUST_CHECK enum lantik_error lantik_base64_decode(struct lantik_span text, struct lantik_buffer *ret);

/* The text form of CURVE keys (ZeroMQ RFC 32): 32 bytes as 40 characters, ret with the closing NUL. */
void lantik_z85_encode(const uint8_t key[32], char ret[41]);
/* Exactly 40 characters of the alphabet; ret is untouched on failure. */
LANTIK_MUST_CHECK bool lantik_z85_decode(struct lantik_span text, uint8_t ret[32]);

/* Bytes of the well-formed UTF-8 character at the front of left > 0 bytes; 0 when there is none. */
size_t lantik_utf8_length(const uint8_t *at, size_t left);
LANTIK_MUST_CHECK bool lantik_utf8_valid(struct lantik_span text);

/* An identifier of 16 bytes: `8-4-4-4-12` or 32 hex digits, either case (SIASN writes both). */
LANTIK_MUST_CHECK bool lantik_id_parse(struct lantik_span text, uint8_t ret[16]);
/* ret needs 37 bytes; lower case with hyphens. */
void lantik_id_format(const uint8_t id[16], char *ret);
/* A UUID of version 7 (RFC 9562) from a time in milliseconds and 10 random bytes. */
void lantik_id_make(uint64_t unix_ms, const uint8_t random[10], uint8_t ret[16]);

#endif
