/* Reading deeds back, strictly: whatever is accepted is what writing it again would give.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "deed_private.h"
#include "lantik/time.h"
#include "lines.h"
#include "note_parts.h"
#include "wording.h"

/* Whether the next line begins with the word; a list ends where it does not. */
static bool is_next(struct lantik_span text, const char *key)
{
	struct lantik_span value;
	return lantik_value_take(&text, key, &value);
}

static bool take_size(struct lantik_span *text, const char *key, uint64_t *ret)
{
	struct lantik_span value;
	return lantik_value_take(text, key, &value) && lantik_decimal_parse(value, ret);
}

static bool take_date(struct lantik_span *text, const char *key, int32_t *ret)
{
	struct lantik_span value;
	char again[11];
	if (!lantik_value_take(text, key, &value))
		return false;
	*ret = lantik_span_is(value, DEED_NONE) ? 0 : lantik_date_parse(value);
	if (*ret == 0)
		return lantik_span_is(value, DEED_NONE);
	if (!lantik_date_valid(*ret))
		return false;
	lantik_date_format(*ret, again);
	return lantik_span_is(value, again);
}

static bool take_optional(struct lantik_span *text, const char *key, struct lantik_span *ret)
{
	if (!lantik_value_take(text, key, ret))
		return false;
	if (lantik_span_is(*ret, DEED_NONE))
		*ret = (struct lantik_span){0};
	return true;
}

static bool take_vkey(struct lantik_span *text, const char *key, struct lantik_vkey *ret)
{
	struct lantik_span value;
	return lantik_value_take(text, key, &value) && lantik_vkey_parse(value, ret) == LANTIK_OK;
}

static bool take_curve(struct lantik_span *text, uint8_t ret[32])
{
	struct lantik_span value;
	return lantik_value_take(text, "curve", &value) && lantik_z85_decode(value, ret);
}

static bool take_agencies(struct lantik_span *text, struct lantik_deed_scope *ret)
{
	struct lantik_span line;
	if (!lantik_value_take(text, "agencies", &line))
		return false;
	while (line.len > 0)
		if (ret->agency_count == LANTIK_MAX_DEED_AGENCIES ||
			!lantik_word_take(&line, &ret->agencies[ret->agency_count++]))
			return false;
	return true;
}

static bool take_scope(struct lantik_span *text, struct lantik_deed_scope *ret)
{
	bool named =
		is_next(*text, "kanreg") ? lantik_value_take(text, "kanreg", &ret->kanreg) : take_agencies(text, ret);
	return named && take_date(text, "from", &ret->from) && take_date(text, "until", &ret->until);
}

static bool take_compromised(struct lantik_span *text, struct lantik_deed *ret)
{
	struct lantik_span value;
	if (!take_optional(text, "compromised-from", &value))
		return false;
	ret->is_compromised = value.len > 0;
	return !ret->is_compromised || lantik_decimal_parse(value, &ret->compromised_from);
}

static bool take_head(struct lantik_span *text, const char *key, struct lantik_tree_head *ret)
{
	struct lantik_span line, size;
	return lantik_value_take(text, key, &line) && lantik_word_take(&line, &size) &&
	       lantik_decimal_parse(size, &ret->size) && lantik_base64_exact(line, ret->root, LANTIK_HASH);
}

static bool take_recovery(struct lantik_span *text, struct lantik_deed_recovery *ret)
{
	uint32_t epoch;
	if (!lantik_count_take(text, "epoch", &epoch) || !take_head(text, "common", &ret->common) ||
		!take_head(text, "size", &ret->size))
		return false;
	ret->epoch = epoch;
	while (is_next(*text, "lost"))
		if (ret->lost_count == LANTIK_MAX_LOST || !take_head(text, "lost", &ret->lost[ret->lost_count++]))
			return false;
	return true;
}

/* --- the lists of an erasure --- */

static bool take_record(struct lantik_span *line, struct lantik_erased_row *ret)
{
	struct lantik_span leaf, record;
	return lantik_word_take(line, &leaf) && lantik_decimal_parse(leaf, &ret->leaf_index) &&
	       lantik_word_take(line, &record) && lantik_count_read(record, &ret->record_no);
}

static bool take_group(struct lantik_span *line, int32_t *ret)
{
	struct lantik_span word;
	uint32_t number;
	if (!lantik_word_take(line, &word) || !lantik_count_read(word, &number) || number > LANTIK_WORD_UNREADABLE)
		return false;
	*ret = (int32_t)number;
	return true;
}

static bool read_row(struct lantik_span line, void *ret, size_t at)
{
	struct lantik_erased_row *row = (struct lantik_erased_row *)ret + at;
	return take_record(&line, row) && take_group(&line, &row->group) && lantik_hash_read(line, row->hash);
}

static bool read_returned(struct lantik_span line, void *ret, size_t at)
{
	struct lantik_erased_row *row = (struct lantik_erased_row *)ret + at;
	return take_record(&line, row) && lantik_hash_read(line, row->hash);
}

static bool read_body(struct lantik_span line, void *ret, size_t at)
{
	return lantik_decimal_parse(line, (uint64_t *)ret + at);
}

static bool read_kind(struct lantik_span word, int32_t *ret)
{
	*ret = lantik_word_code(LANTIK_WORDS_kind, word);
	return *ret != 0 && *ret != LANTIK_WORD_UNREADABLE &&
	       lantik_span_is(word, lantik_word(LANTIK_WORDS_kind, *ret, LANTIK_ENGLISH));
}

static bool read_signed(struct lantik_span text, int64_t *ret)
{
	uint64_t value;
	bool minus = text.len > 0 && text.data[0] == '-';
	struct lantik_span digits = {text.data + minus, text.len - minus};
	if (!lantik_decimal_parse(digits, &value) || value > INT64_MAX)
		return false;
	*ret = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

static bool read_place(struct lantik_span line, void *ret, size_t at)
{
	struct lantik_erased_place *place = (struct lantik_erased_place *)ret + at;
	struct lantik_span kind, used;
	if (!lantik_word_take(&line, &place->agency) || !lantik_word_take(&line, &kind) ||
		!read_kind(kind, &place->kind) || !take_group(&line, &place->group) ||
		!lantik_word_take(&line, &used) || !read_signed(used, &place->used))
		return false;
	place->programme = line;
	return true;
}

static bool read_rejection(struct lantik_span line, void *ret, size_t at)
{
	struct lantik_erased_rejection *rejection = (struct lantik_erased_rejection *)ret + at;
	struct lantik_span kind, leaf;
	if (!lantik_word_take(&line, &kind) || !read_kind(kind, &rejection->kind) || !lantik_word_take(&line, &leaf) ||
		!lantik_decimal_parse(leaf, &rejection->leaf_index))
		return false;
	if (!lantik_span_is(line, DEED_NONE))
		rejection->programme = line;
	return true;
}

static size_t count_lines(struct lantik_span text, const char *key)
{
	struct lantik_span value;
	size_t count = 0;
	while (lantik_value_take(&text, key, &value))
		count++;
	return count;
}

/* Room for as many items as lines begin with the word; NULL for none, and when there is no memory. */
static void *room_for(struct lantik_span text, const char *key, size_t item, size_t *ret_count)
{
	*ret_count = count_lines(text, key);
	return *ret_count ? calloc(*ret_count, item) : NULL;
}

static enum lantik_error take_list(struct lantik_span *text, const char *key,
	bool (*read)(struct lantik_span, void *, size_t), void *items, size_t count)
{
	struct lantik_span line;
	if (count && !items)
		return LANTIK_E_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		if (!lantik_value_take(text, key, &line) || !read(line, items, i))
			return LANTIK_E_MALFORMED;
	return LANTIK_OK;
}

static enum lantik_error take_rows(struct lantik_span *text, struct lantik_deed_erasure *ret)
{
	ret->rows = room_for(*text, "row", sizeof *ret->rows, &ret->row_count);
	enum lantik_error error = take_list(text, "row", read_row, ret->rows, ret->row_count);
	if (error)
		return error;
	ret->returned = room_for(*text, "returned", sizeof *ret->returned, &ret->returned_count);
	error = take_list(text, "returned", read_returned, ret->returned, ret->returned_count);
	if (error)
		return error;
	ret->bodies = room_for(*text, "body", sizeof *ret->bodies, &ret->body_count);
	return take_list(text, "body", read_body, ret->bodies, ret->body_count);
}

static enum lantik_error take_erasure(struct lantik_span *text, struct lantik_deed_erasure *ret)
{
	if (!lantik_uuid_take(text, "batch", ret->batch_id) || !take_size(text, "leaf", &ret->leaf_index) ||
		!lantik_count_take(text, "record", &ret->record_no))
		return LANTIK_E_MALFORMED;
	enum lantik_error error = take_rows(text, ret);
	if (error)
		return error;
	ret->places = room_for(*text, "place", sizeof *ret->places, &ret->place_count);
	error = take_list(text, "place", read_place, ret->places, ret->place_count);
	if (error)
		return error;
	ret->rejections = room_for(*text, "rejected", sizeof *ret->rejections, &ret->rejection_count);
	return take_list(text, "rejected", read_rejection, ret->rejections, ret->rejection_count);
}

/* --- the whole --- */

static bool take_fields(struct lantik_span *text, unsigned fields, struct lantik_deed *ret)
{
	if ((fields & DEED_HAS_OFFICE) && !lantik_value_take(text, "office", &ret->office))
		return false;
	if ((fields & DEED_HAS_SCOPE) && !take_scope(text, &ret->scope))
		return false;
	if ((fields & DEED_HAS_CURVE) && !take_curve(text, ret->curve))
		return false;
	if ((fields & DEED_HAS_SIGN) && !take_vkey(text, "sign", &ret->sign))
		return false;
	if ((fields & DEED_HAS_KEY) && !take_vkey(text, "key", &ret->key))
		return false;
	if ((fields & DEED_HAS_COMPROMISED) && !take_compromised(text, ret))
		return false;
	return !(fields & DEED_HAS_RECOVERY) || take_recovery(text, &ret->recovery);
}

static enum lantik_error take_deed(struct lantik_span *text, struct lantik_deed *ret)
{
	struct lantik_span line;
	int32_t kind;
	enum lantik_error error = LANTIK_OK;
	if (!lantik_line_take(text, &line) || !lantik_span_is(line, DEED_FIRST_LINE))
		return LANTIK_E_BAD_VERSION;
	if (!lantik_uuid_take(text, "deed", ret->deed_id) ||
		!lantik_listed_take(text, "kind", LANTIK_WORDS_deed_kind, &kind) || !deed_shape_of(kind) ||
		!lantik_value_take(text, "origin", &ret->origin))
		return LANTIK_E_MALFORMED;
	ret->kind = (enum lantik_deed_kind)kind;
	if (!take_fields(text, deed_shape_of(kind)->fields, ret))
		return LANTIK_E_MALFORMED;
	if (deed_shape_of(kind)->fields & DEED_HAS_ERASURE)
		error = take_erasure(text, &ret->erasure);
	if (error)
		return error;
	if (!take_optional(text, "official", &ret->official) || !take_optional(text, "reason", &ret->reason) ||
		!lantik_line_take(text, &line) || !lantik_span_is(line, "end"))
		return LANTIK_E_MALFORMED;
	return deed_is_sound(ret) ? LANTIK_OK : LANTIK_E_MALFORMED;
}

/* Behind the end: nothing, or the blank line and one signature line of the recovery key. */
static enum lantik_error take_signature(struct lantik_span rest, struct lantik_span whole, struct lantik_deed *ret)
{
	struct lantik_span text, signatures, line;
	struct signature_line signature = {0};
	if (rest.len == 0)
		return LANTIK_OK;
	if (!lantik_deed_is_signed_kind(ret->kind) || lantik_note_open(whole, LANTIK_MAX_DEED, &text, &signatures) ||
		text.len != whole.len - rest.len || !lantik_line_take(&signatures, &line) || signatures.len != 0)
		return LANTIK_E_MALFORMED;
	enum lantik_error error = lantik_signature_parse(line, &signature);
	lantik_buffer_free(&signature.bytes);
	if (error)
		return error;
	ret->is_signed = true;
	ret->signed_text = whole;
	return LANTIK_OK;
}

enum lantik_error lantik_deed_parse(struct lantik_span text, struct lantik_deed *ret)
{
	struct lantik_deed deed = {0};
	struct lantik_span rest = text;
	if (text.len > LANTIK_MAX_DEED)
		return LANTIK_E_TOO_LARGE;
	enum lantik_error error = take_deed(&rest, &deed);
	if (!error)
		error = take_signature(rest, text, &deed);
	if (error)
		lantik_deed_free(&deed);
	else
		*ret = deed;
	return error;
}

void lantik_deed_free(struct lantik_deed *deed)
{
	free(deed->erasure.rows);
	free(deed->erasure.returned);
	free(deed->erasure.bodies);
	free(deed->erasure.places);
	free(deed->erasure.rejections);
	*deed = (struct lantik_deed){0};
}
