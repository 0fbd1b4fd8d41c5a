/* Z85, the text form of CURVE keys (ZeroMQ RFC 32): four bytes as five printable characters.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/bytes.h"

#include <string.h>

static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
_Static_assert(sizeof alphabet - 1 == 85, "alphabet");

void lantik_z85_encode(const uint8_t key[32], char ret[41])
{
	for (size_t word = 0; word < 8; word++) {
		uint32_t value = 0;
		for (size_t i = 0; i < 4; i++)
			value = value << 8 | key[word * 4 + i];
		for (size_t i = 5; i-- > 0; value /= 85)
			ret[word * 5 + i] = alphabet[value % 85];
	}
	ret[40] = '\0';
}

static bool decode_word(const uint8_t text[5], uint8_t ret[4])
{
	uint64_t value = 0;
	for (size_t i = 0; i < 5; i++) {
		const char *at = text[i] ? strchr(alphabet, text[i]) : NULL;
		if (!at)
			return false;
		value = value * 85 + (uint64_t)(at - alphabet);
	}
	if (value > UINT32_MAX)
		return false;
	for (size_t i = 0; i < 4; i++)
		ret[i] = (uint8_t)(value >> (24 - 8 * i));
	return true;
}

bool lantik_z85_decode(struct lantik_span text, uint8_t ret[32])
{
	uint8_t key[32];
	if (text.len != 40)
		return false;
	for (size_t word = 0; word < 8; word++)
		if (!decode_word(text.data + word * 5, key + word * 4))
			return false;
	memcpy(ret, key, sizeof key);
	return true;
}
