/* Names in one form, by the tables of utf8proc.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/name.h"

#include <string.h>
#include <utf8proc.h>

/* A name that the rules take has 150 characters; each comes apart into four at most (Unicode's NFD). */
#define MAX_POINTS 1024
#define MAX_BYTES ((size_t)MAX_POINTS * 4)

/* Code points on their way from the name as sent to its one form. */
struct points {
	utf8proc_int32_t at[MAX_POINTS];
	size_t count;
};

/* What nearly all names are: visible ASCII, single spaces between words, no grave accent. */
static bool is_plain(struct lantik_span name)
{
	uint8_t last = ' ';
	for (size_t i = 0; i < name.len; i++) {
		uint8_t byte = name.data[i];
		if (byte < ' ' || byte > '~' || byte == '`' || (byte == ' ' && last == ' '))
			return false;
		last = byte;
	}
	return name.len == 0 || last != ' ';
}

static bool is_apostrophe(utf8proc_int32_t point)
{
	return point == 0x2018 || point == 0x2019 || point == 0x02BC || point == 0x0060 || point == 0x00B4;
}

static bool is_blank(utf8proc_int32_t point)
{
	return (point >= 0x09 && point <= 0x0D) || point == ' ' || point == 0x85 || point == 0xA0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
	       point == 0x205F || point == 0x3000;
}

static bool is_nothing(utf8proc_int32_t point)
{
	return (point >= 0x200B && point <= 0x200D) || point == 0xFEFF;
}

/* Takes the characters apart; false when they are no UTF-8 or too many. */
static bool take_apart(struct lantik_span name, int options, struct points *ret)
{
	int boundary = UTF8PROC_BOUNDCLASS_START;
	ret->count = 0;
	for (size_t at = 0; at < name.len;) {
		utf8proc_int32_t point;
		utf8proc_ssize_t len = utf8proc_iterate(name.data + at, (utf8proc_ssize_t)(name.len - at), &point);
		if (len <= 0)
			return false;
		utf8proc_ssize_t left = (utf8proc_ssize_t)(MAX_POINTS - ret->count);
		utf8proc_ssize_t made = utf8proc_decompose_char(
			point, ret->at + ret->count, left, (utf8proc_option_t)options, &boundary);
		if (made < 0 || made > left)
			return false;
		ret->count += (size_t)made;
		at += (size_t)len;
	}
	return true;
}

/* Between taking apart and putting together, so that a letter of the compatibility planes that comes apart into a blank
 * or an apostrophe counts as one, and that a mark meets its letter when nothing stands between them any more. */
static void tidy(struct points *points)
{
	size_t kept = 0;
	for (size_t i = 0; i < points->count; i++) {
		utf8proc_int32_t point = points->at[i];
		if (is_nothing(point))
			continue;
		if (is_apostrophe(point))
			point = '\'';
		if (is_blank(point))
			point = ' ';
		if (point == ' ' && (kept == 0 || points->at[kept - 1] == ' '))
			continue;
		points->at[kept++] = point;
	}
	points->count = kept > 0 && points->at[kept - 1] == ' ' ? kept - 1 : kept;
}

static int class_of(utf8proc_int32_t point)
{
	return utf8proc_get_property(point)->combining_class;
}

/* Unicode's canonical order: marks on the same letter by their class, each run stays in order otherwise. */
static void order_marks(struct points *points)
{
	for (size_t i = 1; i < points->count; i++) {
		utf8proc_int32_t point = points->at[i];
		int class = class_of(point);
		size_t at = i;
		for (; class != 0 && at > 0 && class_of(points->at[at - 1]) > class; at--)
			points->at[at] = points->at[at - 1];
		points->at[at] = point;
	}
}

static size_t put_together(struct points *points, uint8_t ret[MAX_BYTES])
{
	size_t len = 0;
	utf8proc_ssize_t count = utf8proc_normalize_utf32(
		points->at, (utf8proc_ssize_t)points->count, (utf8proc_option_t)(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
	for (utf8proc_ssize_t i = 0; i < count; i++)
		len += (size_t)utf8proc_encode_char(points->at[i], ret + len);
	return len;
}

/* False when the name has no such form. */
static bool form(struct lantik_span name, int options, uint8_t ret[MAX_BYTES], size_t *ret_len)
{
	struct points points;
	if (name.len > MAX_BYTES || !take_apart(name, UTF8PROC_DECOMPOSE | UTF8PROC_STABLE | options, &points))
		return false;
	tidy(&points);
	order_marks(&points);
	*ret_len = put_together(&points, ret);
	return true;
}

/* False when the form is the name itself, or when there is none. */
static bool differs(struct lantik_span name, uint8_t ret[MAX_BYTES], size_t *ret_len)
{
	return form(name, 0, ret, ret_len) && !lantik_span_equal(name, (struct lantik_span){ret, *ret_len});
}

bool lantik_name_is_unified(struct lantik_span name)
{
	uint8_t unified[MAX_BYTES];
	size_t len;
	return is_plain(name) || !differs(name, unified, &len);
}

/* Also an empty text is a piece of the arena. */
static bool keep(struct lantik_arena *arena, const uint8_t *text, size_t len, struct lantik_span *ret)
{
	uint8_t *kept = lantik_arena_alloc(arena, len + 1);
	if (kept == NULL)
		return false;
	memcpy(kept, text, len);
	*ret = (struct lantik_span){kept, len};
	return true;
}

bool lantik_name_unify(struct lantik_span name, struct lantik_arena *arena, struct lantik_span *ret)
{
	uint8_t unified[MAX_BYTES];
	size_t len;
	*ret = name;
	return !is_plain(name) && differs(name, unified, &len) && keep(arena, unified, len, ret);
}

bool lantik_name_key(struct lantik_span name, struct lantik_arena *arena, struct lantik_span *ret)
{
	uint8_t key[MAX_BYTES];
	size_t len;
	return form(name, UTF8PROC_CASEFOLD, key, &len) && keep(arena, key, len, ret);
}
