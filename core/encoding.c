/* Spans, hex, base64, identifiers, and lines of text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/bytes.h"

#include <string.h>

#include "lines.h"

struct lantik_span lantik_span_of(const char *text)
{
	return (struct lantik_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

bool lantik_span_equal(struct lantik_span a, struct lantik_span b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

bool lantik_span_is(struct lantik_span a, const char *text)
{
	return lantik_span_equal(a, lantik_span_of(text));
}

int lantik_span_compare(struct lantik_span a, struct lantik_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* --- hex --- */

void lantik_hex_encode(const uint8_t *data, size_t len, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[data[i] >> 4];
		ret[2 * i + 1] = digits[data[i] & 15];
	}
	ret[2 * len] = '\0';
}

static int nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool lantik_hex_decode(struct lantik_span text, uint8_t *ret, size_t len)
{
	if (text.len % 2 || text.len / 2 != len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (nibble(text.data[i]) < 0)
			return false;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(nibble(text.data[2 * i]) << 4 | nibble(text.data[2 * i + 1]));
	return true;
}

/* --- base64 --- */

static void quad_encode(const uint8_t *data, size_t len, uint8_t ret[4])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = (uint32_t)data[0] << 16;
	if (len > 1)
		bits |= (uint32_t)data[1] << 8;
	if (len > 2)
		bits |= data[2];
	ret[0] = (uint8_t)alphabet[bits >> 18];
	ret[1] = (uint8_t)alphabet[bits >> 12 & 63];
	ret[2] = len > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=';
	ret[3] = len > 2 ? (uint8_t)alphabet[bits & 63] : '=';
}

void lantik_base64_append(struct lantik_buffer *buffer, const uint8_t *data, size_t len)
{
	uint8_t *out = lantik_buffer_extend(buffer, len / 3 * 4 + (len % 3 ? 4 : 0));
	if (!out)
		return;
	for (size_t i = 0; i < len; i += 3, out += 4)
		quad_encode(data + i, len - i, out);
}

/* One more than what a character stands for; 0: none. A processor cannot foresee the characters of a hash: a table has
 * no branches that it would take in vain. */
/* clang-format off */
static const uint8_t sextets[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

/* Four characters, the last `padding` of which are known to be '='; the bits they leave over must be zero. */
static bool quad_decode(const uint8_t *text, unsigned padding, uint8_t *ret)
{
	uint32_t bits = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t sextet = i < 4 - padding ? sextets[text[i]] : 1;
		if (!sextet)
			return false;
		bits = bits << 6 | (sextet - 1);
	}
	if (bits & ((UINT32_C(1) << 8 * padding) - 1))
		return false;
	for (unsigned i = 0; i < 3 - padding; i++)
		ret[i] = (uint8_t)(bits >> (16 - 8 * i));
	return true;
}

static unsigned padding_of(struct lantik_span text)
{
	if (!text.len || text.data[text.len - 1] != '=')
		return 0;
	return text.data[text.len - 2] == '=' ? 2 : 1;
}

bool lantik_base64_exact(struct lantik_span text, uint8_t *ret, size_t len)
{
	if (text.len % 4 || text.len / 4 * 3 - padding_of(text) != len)
		return false;
	for (size_t i = 0; i < text.len; i += 4, ret += 3)
		if (!quad_decode(text.data + i, i + 4 == text.len ? padding_of(text) : 0, ret))
			return false;
	return true;
}

enum lantik_error lantik_base64_decode(struct lantik_span text, struct lantik_buffer *ret)
{
	if (ret->error)
		return ret->error;
	if (text.len % 4)
		return LANTIK_E_MALFORMED;
	size_t len = text.len / 4 * 3 - padding_of(text);
	uint8_t *out = lantik_buffer_extend(ret, len);
	if (!out)
		return ret->error;
	if (lantik_base64_exact(text, out, len))
		return LANTIK_OK;
	ret->len -= len;
	return LANTIK_E_MALFORMED;
}

/* --- identifiers --- */

static bool is_hyphen_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool lantik_id_parse(struct lantik_span text, uint8_t ret[16])
{
	if (text.len != 36)
		return lantik_hex_decode(text, ret, 16);
	uint8_t digits[32];
	size_t count = 0;
	for (size_t i = 0; i < 36; i++) {
		if (is_hyphen_place(i) != (text.data[i] == '-'))
			return false;
		if (!is_hyphen_place(i))
			digits[count++] = text.data[i];
	}
	return lantik_hex_decode((struct lantik_span){digits, count}, ret, 16);
}

void lantik_id_format(const uint8_t id[16], char *ret)
{
	char digits[33];
	lantik_hex_encode(id, 16, digits);
	for (size_t i = 0, next = 0; i < 36; i++)
		ret[i] = is_hyphen_place(i) ? '-' : digits[next++];
	ret[36] = '\0';
}

void lantik_id_make(uint64_t unix_ms, const uint8_t random[10], uint8_t ret[16])
{
	for (unsigned i = 0; i < 6; i++)
		ret[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
	memcpy(ret + 6, random, 10);
	ret[6] = (uint8_t)(0x70 | (ret[6] & 0x0f));
	ret[8] = (uint8_t)(0x80 | (ret[8] & 0x3f));
}

/* --- lines --- */

bool lantik_line_take(struct lantik_span *rest, struct lantik_span *ret)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	if (!end)
		return false;
	size_t len = (size_t)(end - rest->data);
	*ret = (struct lantik_span){rest->data, len};
	rest->data += len + 1;
	rest->len -= len + 1;
	return true;
}

bool lantik_line_after(struct lantik_span line, const char *prefix, struct lantik_span *ret)
{
	size_t len = strlen(prefix);
	if (line.len < len || memcmp(line.data, prefix, len) != 0)
		return false;
	*ret = (struct lantik_span){line.data + len, line.len - len};
	return true;
}

bool lantik_decimal_parse(struct lantik_span text, uint64_t *ret)
{
	if (!text.len || (text.data[0] == '0' && text.len > 1))
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		unsigned digit = text.data[i] - (unsigned)'0';
		if (value > (LANTIK_MAX_TREE - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}
