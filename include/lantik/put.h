/* Numbers in network byte order, as PostgreSQL's COPY BINARY and our hashes want them. Each returns where the next byte
 * goes; the caller has made room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PUT_H
#define LANTIK_PUT_H

#include <stdint.h>

static inline uint8_t *lantik_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static inline uint8_t *lantik_put32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
	return at + 4;
}

static inline uint8_t *lantik_put64(uint8_t *at, uint64_t value)
{
	return lantik_put32(lantik_put32(at, (uint32_t)(value >> 32)), (uint32_t)value);
}

#endif
