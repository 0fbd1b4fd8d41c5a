/* Deeds as text: what a deed says, written line by line in the order of its kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deed_private.h"
#include "lantik/time.h"

static void put_text(struct lantik_buffer *ret, const char *key, struct lantik_span text)
{
	lantik_buffer_printf(ret, "%s ", key);
	lantik_buffer_append_span(ret, text.len ? text : lantik_span_of(DEED_NONE));
	lantik_buffer_append(ret, "\n", 1);
}

static void put_id(struct lantik_buffer *ret, const char *key, const uint8_t id[16])
{
	char text[37];
	lantik_id_format(id, text);
	lantik_buffer_printf(ret, "%s %s\n", key, text);
}

static void put_date(struct lantik_buffer *ret, const char *key, int32_t date)
{
	char text[11] = DEED_NONE;
	if (date)
		lantik_date_format(date, text);
	lantik_buffer_printf(ret, "%s %s\n", key, text);
}

static void put_vkey(struct lantik_buffer *ret, const char *key, const struct lantik_vkey *vkey)
{
	lantik_buffer_printf(ret, "%s ", key);
	lantik_vkey_format(vkey, ret);
	lantik_buffer_append(ret, "\n", 1);
}

static void put_curve(struct lantik_buffer *ret, const uint8_t curve[32])
{
	char text[41];
	lantik_z85_encode(curve, text);
	lantik_buffer_printf(ret, "curve %s\n", text);
}

static void put_scope(struct lantik_buffer *ret, const struct lantik_deed_scope *scope)
{
	if (scope->kanreg.len)
		put_text(ret, "kanreg", scope->kanreg);
	else
		lantik_buffer_printf(ret, "agencies");
	for (size_t i = 0; i < scope->agency_count; i++) {
		lantik_buffer_append(ret, " ", 1);
		lantik_buffer_append_span(ret, scope->agencies[i]);
	}
	if (scope->agency_count)
		lantik_buffer_append(ret, "\n", 1);
	put_date(ret, "from", scope->from);
	put_date(ret, "until", scope->until);
}

static void put_head(struct lantik_buffer *ret, const char *key, const struct lantik_tree_head *head)
{
	lantik_buffer_printf(ret, "%s %llu ", key, (unsigned long long)head->size);
	lantik_base64_append(ret, head->root, LANTIK_HASH);
	lantik_buffer_append(ret, "\n", 1);
}

static void put_compromised(struct lantik_buffer *ret, const struct lantik_deed *deed)
{
	if (deed->is_compromised)
		lantik_buffer_printf(ret, "compromised-from %llu\n", (unsigned long long)deed->compromised_from);
	else
		lantik_buffer_printf(ret, "compromised-from " DEED_NONE "\n");
}

static void put_recovery(struct lantik_buffer *ret, const struct lantik_deed_recovery *recovery)
{
	lantik_buffer_printf(ret, "epoch %u\n", recovery->epoch);
	put_head(ret, "common", &recovery->common);
	put_head(ret, "size", &recovery->size);
	for (size_t i = 0; i < recovery->lost_count; i++)
		put_head(ret, "lost", &recovery->lost[i]);
}

static void put_row(struct lantik_buffer *ret, const struct lantik_erased_row *row)
{
	char hash[2 * LANTIK_HASH + 1];
	lantik_hex_encode(row->hash, LANTIK_HASH, hash);
	lantik_buffer_printf(ret, "row %llu %u %d %s\n", (unsigned long long)row->leaf_index, (unsigned)row->record_no,
		(int)row->group, hash);
}

static void put_returned(struct lantik_buffer *ret, const struct lantik_erased_row *row)
{
	char hash[2 * LANTIK_HASH + 1];
	lantik_hex_encode(row->hash, LANTIK_HASH, hash);
	lantik_buffer_printf(
		ret, "returned %llu %u %s\n", (unsigned long long)row->leaf_index, (unsigned)row->record_no, hash);
}

static void put_place(struct lantik_buffer *ret, const struct lantik_erased_place *place)
{
	lantik_buffer_printf(ret, "place ");
	lantik_buffer_append_span(ret, place->agency);
	lantik_buffer_printf(ret, " %s %d %lld ", lantik_word(LANTIK_WORDS_kind, place->kind, LANTIK_ENGLISH),
		(int)place->group, (long long)place->used);
	lantik_buffer_append_span(ret, place->programme);
	lantik_buffer_append(ret, "\n", 1);
}

static void put_rejection(struct lantik_buffer *ret, const struct lantik_erased_rejection *rejection)
{
	lantik_buffer_printf(ret, "rejected %s %llu ", lantik_word(LANTIK_WORDS_kind, rejection->kind, LANTIK_ENGLISH),
		(unsigned long long)rejection->leaf_index);
	lantik_buffer_append_span(ret, rejection->programme.len ? rejection->programme : lantik_span_of(DEED_NONE));
	lantik_buffer_append(ret, "\n", 1);
}

static void put_erasure(struct lantik_buffer *ret, const struct lantik_deed_erasure *erasure)
{
	put_id(ret, "batch", erasure->batch_id);
	lantik_buffer_printf(
		ret, "leaf %llu\nrecord %u\n", (unsigned long long)erasure->leaf_index, (unsigned)erasure->record_no);
	for (size_t i = 0; i < erasure->row_count; i++)
		put_row(ret, &erasure->rows[i]);
	for (size_t i = 0; i < erasure->returned_count; i++)
		put_returned(ret, &erasure->returned[i]);
	for (size_t i = 0; i < erasure->body_count; i++)
		lantik_buffer_printf(ret, "body %llu\n", (unsigned long long)erasure->bodies[i]);
	for (size_t i = 0; i < erasure->place_count; i++)
		put_place(ret, &erasure->places[i]);
	for (size_t i = 0; i < erasure->rejection_count; i++)
		put_rejection(ret, &erasure->rejections[i]);
}

static void put_fields(struct lantik_buffer *ret, const struct lantik_deed *deed, unsigned fields)
{
	if (fields & DEED_HAS_OFFICE)
		put_text(ret, "office", deed->office);
	if (fields & DEED_HAS_SCOPE)
		put_scope(ret, &deed->scope);
	if (fields & DEED_HAS_CURVE)
		put_curve(ret, deed->curve);
	if (fields & DEED_HAS_SIGN)
		put_vkey(ret, "sign", &deed->sign);
	if (fields & DEED_HAS_KEY)
		put_vkey(ret, "key", &deed->key);
	if (fields & DEED_HAS_COMPROMISED)
		put_compromised(ret, deed);
	if (fields & DEED_HAS_RECOVERY)
		put_recovery(ret, &deed->recovery);
	if (fields & DEED_HAS_ERASURE)
		put_erasure(ret, &deed->erasure);
}

enum lantik_error lantik_deed_format(const struct lantik_deed *deed, struct lantik_buffer *ret)
{
	size_t begin = ret->len;
	if (!deed_is_sound(deed))
		return LANTIK_E_MALFORMED;
	lantik_buffer_printf(ret, DEED_FIRST_LINE "\n");
	put_id(ret, "deed", deed->deed_id);
	lantik_buffer_printf(ret, "kind %s\n", lantik_word(LANTIK_WORDS_deed_kind, deed->kind, LANTIK_ENGLISH));
	put_text(ret, "origin", deed->origin);
	put_fields(ret, deed, deed_shape_of((int32_t)deed->kind)->fields);
	put_text(ret, "official", deed->official);
	put_text(ret, "reason", deed->reason);
	lantik_buffer_printf(ret, "end\n");
	if (!ret->error && ret->len - begin > LANTIK_MAX_DEED) {
		ret->len = begin;
		return LANTIK_E_TOO_LARGE;
	}
	return ret->error;
}
