/* Deeds: the kinds, what each must hold, and writing one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/deed.h"

#include <string.h>

#include "deed_private.h"
#include "lantik/statement.h"
#include "lantik/time.h"
#include "lantik/trust.h"
#include "lines.h"

/* --- kinds --- */

static const struct deed_shape shapes[LANTIK_DEED_KIND_END] = {
	[LANTIK_DEED_OFFICE_ADD] = {DEED_HAS_OFFICE | DEED_HAS_SCOPE | DEED_HAS_CURVE | DEED_HAS_SIGN, false, false,
		false, LANTIK_LEAF_KEY},
	[LANTIK_DEED_KEY_ADD] = {DEED_HAS_OFFICE | DEED_HAS_CURVE | DEED_HAS_SIGN, false, false, false,
		LANTIK_LEAF_KEY},
	[LANTIK_DEED_KEY_REVOKE] = {DEED_HAS_CURVE, false, true, false, LANTIK_LEAF_KEY},
	[LANTIK_DEED_OFFICE_REVOKE] = {DEED_HAS_OFFICE, false, true, false, LANTIK_LEAF_KEY},
	[LANTIK_DEED_SCOPE] = {DEED_HAS_OFFICE | DEED_HAS_SCOPE, false, false, false, LANTIK_LEAF_KEY},
	[LANTIK_DEED_RECEIPT_KEY_ADD] = {DEED_HAS_KEY, true, true, true, LANTIK_LEAF_KEY},
	[LANTIK_DEED_RECEIPT_KEY_RETIRE] = {DEED_HAS_KEY | DEED_HAS_COMPROMISED, true, true, true, LANTIK_LEAF_KEY},
	[LANTIK_DEED_RECOVER] = {DEED_HAS_RECOVERY, true, true, true, LANTIK_LEAF_RECOVERY},
	[LANTIK_DEED_ERASE] = {DEED_HAS_ERASURE, true, true, false, LANTIK_LEAF_ERASURE},
};

const struct deed_shape *deed_shape_of(int32_t kind)
{
	return kind >= LANTIK_DEED_OFFICE_ADD && kind < LANTIK_DEED_KIND_END ? &shapes[kind] : NULL;
}

enum lantik_leaf_type lantik_deed_leaf_type(enum lantik_deed_kind kind)
{
	const struct deed_shape *shape = deed_shape_of((int32_t)kind);
	return shape ? shape->leaf : LANTIK_LEAF_NONE;
}

bool lantik_deed_is_signed_kind(enum lantik_deed_kind kind)
{
	const struct deed_shape *shape = deed_shape_of((int32_t)kind);
	return shape && shape->is_signed;
}

enum lantik_error lantik_deed_signature(const struct lantik_deed *deed, const struct lantik_vkey *recovery)
{
	char origin[LANTIK_MAX_ORIGIN + 1], name[LANTIK_MAX_ORIGIN + 1];
	struct lantik_span text;
	if (!deed->is_signed || deed->origin.len > LANTIK_MAX_ORIGIN)
		return LANTIK_E_BAD_SIGNATURE;
	memcpy(origin, deed->origin.data, deed->origin.len);
	origin[deed->origin.len] = '\0';
	if (!lantik_recovery_name(origin, name) || strcmp(name, recovery->name) != 0)
		return LANTIK_E_BAD_SIGNATURE;
	enum lantik_error error = lantik_note_verify(deed->signed_text, recovery, &text);
	return error && error != LANTIK_E_NO_MEMORY ? LANTIK_E_BAD_SIGNATURE : error;
}

/* --- what may stand in one --- */

static bool is_digits(struct lantik_span text, size_t len)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len == len;
}

/* As the table of offices has it: small letters, digits and hyphens, and not a hyphen first. */
static bool is_office(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && (byte != '-' || i == 0))
			return false;
	}
	return text.len > 0 && text.len <= LANTIK_MAX_OFFICE_NAME;
}

static bool scope_is_sound(const struct lantik_deed_scope *scope)
{
	bool kanreg = scope->kanreg.len > 0;
	if (kanreg ? !is_digits(scope->kanreg, 2) || scope->agency_count
		   : scope->agency_count == 0 || scope->agency_count > LANTIK_MAX_DEED_AGENCIES)
		return false;
	for (size_t i = 0; i < scope->agency_count; i++)
		if (!is_digits(scope->agencies[i], 4) ||
			(i > 0 && lantik_span_compare(scope->agencies[i - 1], scope->agencies[i]) >= 0))
			return false;
	if ((scope->from && !lantik_date_valid(scope->from)) || (scope->until && !lantik_date_valid(scope->until)))
		return false;
	return !scope->from || !scope->until || scope->from < scope->until;
}

static int head_compare(const struct lantik_tree_head *a, const struct lantik_tree_head *b)
{
	int order = (a->size > b->size) - (a->size < b->size);
	return order ? order : memcmp(a->root, b->root, LANTIK_HASH);
}

static bool recovery_is_sound(const struct lantik_deed_recovery *recovery)
{
	if (recovery->epoch < 2 || recovery->size.size > LANTIK_MAX_TREE ||
		recovery->common.size > recovery->size.size || recovery->lost_count == 0 ||
		recovery->lost_count > LANTIK_MAX_LOST)
		return false;
	if (recovery->common.size == recovery->size.size && head_compare(&recovery->common, &recovery->size) != 0)
		return false;
	for (size_t i = 0; i < recovery->lost_count; i++)
		if (recovery->lost[i].size > LANTIK_MAX_TREE ||
			(i > 0 && head_compare(&recovery->lost[i - 1], &recovery->lost[i]) >= 0))
			return false;
	return true;
}

/* Absent is as good as present where the shape does not ask for it. */
static bool line_is_sound(struct lantik_span text, bool required, size_t characters)
{
	if (text.len == 0)
		return !required;
	return !lantik_span_is(text, DEED_NONE) && lantik_statement_line_ok(text, characters);
}

/* The keys of receipts are named after the log. */
static bool key_is_sound(const struct lantik_deed *deed)
{
	return lantik_span_is(deed->origin, deed->key.name);
}

static bool origin_is_sound(struct lantik_span origin)
{
	for (size_t i = 0; i < origin.len; i++)
		if (origin.data[i] <= ' ' || origin.data[i] > '~' || origin.data[i] == '+')
			return false;
	return origin.len > 0 && origin.len <= LANTIK_MAX_ORIGIN;
}

bool deed_is_sound(const struct lantik_deed *deed)
{
	const struct deed_shape *shape = deed_shape_of((int32_t)deed->kind);
	if (!shape || !origin_is_sound(deed->origin) ||
		!line_is_sound(deed->official, shape->official, LANTIK_MAX_OFFICIAL) ||
		!line_is_sound(deed->reason, shape->reason, LANTIK_MAX_REASON))
		return false;
	if ((shape->fields & DEED_HAS_OFFICE) && !is_office(deed->office))
		return false;
	if ((shape->fields & DEED_HAS_SCOPE) && !scope_is_sound(&deed->scope))
		return false;
	if ((shape->fields & DEED_HAS_KEY) && !key_is_sound(deed))
		return false;
	if ((shape->fields & DEED_HAS_COMPROMISED) && deed->is_compromised && deed->compromised_from > LANTIK_MAX_TREE)
		return false;
	if ((shape->fields & DEED_HAS_RECOVERY) && !recovery_is_sound(&deed->recovery))
		return false;
	return !(shape->fields & DEED_HAS_ERASURE) || deed_erasure_is_sound(&deed->erasure);
}

/* --- what an erasure may hold --- */

static int row_compare(const struct lantik_erased_row *a, const struct lantik_erased_row *b)
{
	int order = (a->leaf_index > b->leaf_index) - (a->leaf_index < b->leaf_index);
	return order ? order : (a->record_no > b->record_no) - (a->record_no < b->record_no);
}

static bool rows_are_sound(const struct lantik_erased_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].leaf_index > LANTIK_MAX_TREE || rows[i].record_no == 0 ||
			rows[i].record_no > LANTIK_MAX_RECORDS || rows[i].group < 0 ||
			rows[i].group > LANTIK_WORD_UNREADABLE || (i > 0 && row_compare(&rows[i - 1], &rows[i]) >= 0))
			return false;
	return true;
}

static int place_compare(const struct lantik_erased_place *a, const struct lantik_erased_place *b)
{
	int order = lantik_span_compare(a->agency, b->agency);
	if (!order)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	if (!order)
		order = (a->group > b->group) - (a->group < b->group);
	return order ? order : lantik_span_compare(a->programme, b->programme);
}

static bool is_kind(int32_t kind)
{
	return kind != 0 && lantik_word(LANTIK_WORDS_kind, kind, LANTIK_ENGLISH) != NULL;
}

static bool is_programme(struct lantik_span text)
{
	return !lantik_span_is(text, DEED_NONE) && lantik_statement_line_ok(text, LANTIK_MAX_PROGRAMME);
}

static bool places_are_sound(const struct lantik_erased_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct lantik_erased_place *place = &places[i];
		if (!is_digits(place->agency, 4) || !is_kind(place->kind) || !is_programme(place->programme) ||
			place->group < 0 || place->group > LANTIK_WORD_UNREADABLE || place->used == 0 ||
			place->used == INT64_MIN || (i > 0 && place_compare(place - 1, place) >= 0))
			return false;
	}
	return true;
}

static int rejection_compare(const struct lantik_erased_rejection *a, const struct lantik_erased_rejection *b)
{
	int order = (a->kind > b->kind) - (a->kind < b->kind);
	if (!order)
		order = (a->leaf_index > b->leaf_index) - (a->leaf_index < b->leaf_index);
	return order ? order : lantik_span_compare(a->programme, b->programme);
}

static bool rejections_are_sound(const struct lantik_erased_rejection *rejections, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct lantik_erased_rejection *rejection = &rejections[i];
		if (!is_kind(rejection->kind) || (rejection->programme.len && !is_programme(rejection->programme)) ||
			rejection->leaf_index > LANTIK_MAX_TREE ||
			(i > 0 && rejection_compare(rejection - 1, rejection) >= 0))
			return false;
	}
	return true;
}

static bool bodies_are_sound(const uint64_t *bodies, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bodies[i] > LANTIK_MAX_TREE || (i > 0 && bodies[i - 1] >= bodies[i]))
			return false;
	return true;
}

bool deed_erasure_is_sound(const struct lantik_deed_erasure *erasure)
{
	return erasure->leaf_index <= LANTIK_MAX_TREE && erasure->record_no > 0 &&
	       erasure->record_no <= LANTIK_MAX_RECORDS && rows_are_sound(erasure->rows, erasure->row_count) &&
	       rows_are_sound(erasure->returned, erasure->returned_count) &&
	       bodies_are_sound(erasure->bodies, erasure->body_count) &&
	       places_are_sound(erasure->places, erasure->place_count) &&
	       rejections_are_sound(erasure->rejections, erasure->rejection_count);
}
