/* The audit of offices, their keys and scopes: the rows that the daemon wrote must be what the deeds say, and no
 * others. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/deed.h"

#define NOWHERE SIZE_MAX

/* A deed of the kinds office-add to scope. An auditor holds them all at once: an office has a handful. */
struct told {
	int64_t leaf_index, recorded_at;
	struct lantik_buffer text;
	struct lantik_deed deed;
	char curve[41]; /* of office-add, key-add, key-revoke */
	/* office-add: the number that the rows give the office, as far as they were found, and the one that counts */
	int64_t office_row_no, key_row_no, scope_row_no, office_no;
	bool office_found, key_found; /* by name, by curve */
	bool office_claimed, key_claimed, scope_claimed;
};

struct office_audit {
	struct audit *audit;
	struct told *told;
	size_t count;
};

/* ---- deeds ---- */

static void told_add(struct office_audit *o, const struct audit_stream *stream)
{
	struct told *room = realloc(o->told, (o->count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	o->told = room;
	struct told *told = &room[o->count];
	*told = (struct told){.leaf_index = audit_integer(stream, 0), .recorded_at = audit_time(stream, 1)};
	lantik_buffer_append_span(&told->text, audit_cell(stream, 2));
	LANTIK_ASSERT(!told->text.error);
	if (lantik_deed_parse(lantik_buffer_span(&told->text), &told->deed)) {
		lantik_buffer_free(&told->text); /* altered, and named as such */
		return;
	}
	lantik_z85_encode(told->deed.curve, told->curve);
	o->count++;
}

static void deeds_read(struct office_audit *o)
{
	struct audit_stream stream;

	audit_open(o->audit, &stream,
		"SELECT leaf_index, recorded_at, text FROM lantik.deed WHERE kind BETWEEN 1 AND 5 ORDER BY leaf_index");
	while (audit_next(&stream))
		told_add(o, &stream);
	audit_close(&stream);
}

static bool adds_office(const struct told *told)
{
	return told->deed.kind == LANTIK_DEED_OFFICE_ADD;
}

static bool adds_key(const struct told *told)
{
	return adds_office(told) || told->deed.kind == LANTIK_DEED_KEY_ADD;
}

static bool adds_scope(const struct told *told)
{
	return adds_office(told) || told->deed.kind == LANTIK_DEED_SCOPE;
}

/* ---- which deed a row follows from ---- */

static size_t deed_of_leaf(const struct office_audit *o, int64_t leaf_index, bool (*adds)(const struct told *))
{
	for (size_t i = 0; i < o->count; i++)
		if (o->told[i].leaf_index == leaf_index && adds(&o->told[i]))
			return i;
	return NOWHERE;
}

static size_t deed_of_name(const struct office_audit *o, struct lantik_span name)
{
	for (size_t i = 0; i < o->count; i++)
		if (adds_office(&o->told[i]) && lantik_span_equal(o->told[i].deed.office, name))
			return i;
	return NOWHERE;
}

static size_t deed_of_curve(const struct office_audit *o, struct lantik_span curve)
{
	for (size_t i = 0; i < o->count; i++)
		if (adds_key(&o->told[i]) && lantik_span_is(curve, o->told[i].curve))
			return i;
	return NOWHERE;
}

/* ---- the number of an office ---- */

#define OFFICES                                                                                                        \
	"SELECT office_no, name, kanreg_id, agencies::text, added_at, revoked_at, reason, added_leaf "                 \
	"FROM lantik.office ORDER BY office_no"
#define KEYS                                                                                                           \
	"SELECT office_no, curve_public_key, signing_vkey, signing_key_id, added_at, revoked_at, reason, added_leaf "  \
	"FROM lantik.office_key ORDER BY added_leaf, curve_public_key"
#define SCOPES                                                                                                         \
	"SELECT office_no, leaf_index, kanreg_id, agencies::text, valid_from::text, valid_to::text "                   \
	"FROM lantik.office_scope ORDER BY leaf_index"

static void offices_find(struct office_audit *o)
{
	struct audit_stream stream;

	audit_open(o->audit, &stream, OFFICES);
	while (audit_next(&stream)) {
		size_t at = deed_of_name(o, audit_cell(&stream, 1));
		if (at == NOWHERE)
			continue;
		o->told[at].office_found = true;
		o->told[at].office_row_no = audit_integer(&stream, 0);
	}
	audit_close(&stream);
}

static void keys_find(struct office_audit *o)
{
	struct audit_stream stream;

	audit_open(o->audit, &stream, KEYS);
	while (audit_next(&stream)) {
		size_t at = deed_of_curve(o, audit_cell(&stream, 1));
		if (at == NOWHERE)
			continue;
		o->told[at].key_found = true;
		o->told[at].key_row_no = audit_integer(&stream, 0);
	}
	audit_close(&stream);
}

static void scopes_find(struct office_audit *o)
{
	struct audit_stream stream;

	audit_open(o->audit, &stream, SCOPES);
	while (audit_next(&stream)) {
		size_t at = deed_of_leaf(o, audit_integer(&stream, 1), adds_office);
		if (at != NOWHERE)
			o->told[at].scope_row_no = audit_integer(&stream, 0);
	}
	audit_close(&stream);
}

/* The deed does not know the number: office, first key and first scope must agree, and two of them outvote the third.
 */
static void numbers_settle(struct office_audit *o)
{
	for (size_t i = 0; i < o->count; i++) {
		struct told *told = &o->told[i];
		told->office_no = told->office_row_no ? told->office_row_no : told->key_row_no;
		if (told->key_row_no && told->key_row_no == told->scope_row_no)
			told->office_no = told->key_row_no;
	}
}

static int64_t number_of(const struct office_audit *o, struct lantik_span office)
{
	size_t at = deed_of_name(o, office);

	return at == NOWHERE ? 0 : o->told[at].office_no;
}

/* ---- columns ---- */

/* What the columns of a row must be; NULL texts are absent. */
static bool is_text_or_null(const struct audit_stream *stream, unsigned column, struct lantik_span value)
{
	return value.len ? audit_is(stream, column, value) : audit_null(stream, column);
}

/* As PostgreSQL writes an array. */
static bool is_agencies(const struct audit_stream *stream, unsigned column, const struct lantik_deed_scope *scope)
{
	struct lantik_buffer text = {0};

	if (!scope->agency_count)
		return audit_null(stream, column);
	for (size_t i = 0; i < scope->agency_count; i++)
		lantik_buffer_printf(&text, "%c%.*s", i ? ',' : '{', (int)scope->agencies[i].len,
			(const char *)scope->agencies[i].data);
	lantik_buffer_printf(&text, "}");
	bool same = audit_is(stream, column, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return same;
}

static bool is_date(const struct audit_stream *stream, unsigned column, int32_t date, const char *open)
{
	char text[32];

	if (!date)
		return audit_is(stream, column, lantik_span_of(open));
	snprintf(text, sizeof text, "%04" PRId32 "-%02" PRId32 "-%02" PRId32, date / 10000, date / 100 % 100,
		date % 100);
	return audit_is(stream, column, lantik_span_of(text));
}

static bool is_integer(const struct audit_stream *stream, unsigned column, int64_t value)
{
	return !audit_null(stream, column) && audit_integer(stream, column) == value;
}

static bool is_time(const struct audit_stream *stream, unsigned column, int64_t value)
{
	return !audit_null(stream, column) && audit_time(stream, column) == value;
}

/* The deed that ended it, or NULL. */
static const struct told *revoked_by(const struct office_audit *o, const struct told *told, bool key)
{
	for (size_t i = 0; i < o->count; i++) {
		const struct told *at = &o->told[i];
		if (at->leaf_index < told->leaf_index)
			continue;
		if (at->deed.kind == LANTIK_DEED_OFFICE_REVOKE && lantik_span_equal(at->deed.office, told->deed.office))
			return at;
		if (key && at->deed.kind == LANTIK_DEED_KEY_REVOKE && strcmp(at->curve, told->curve) == 0)
			return at;
	}
	return NULL;
}

struct check {
	struct audit *audit;
	const char *table;
	char key[128];
};

static void expect(const struct check *check, const char *column, bool holds)
{
	if (!holds)
		audit_found(check->audit, check->table, AUDIT_ALTERED, column, "%s", check->key);
}

/* Offices and keys have these in the same places. */
static void expect_life(const struct check *check, const struct audit_stream *stream, const struct told *told,
	const struct told *revoked)
{
	expect(check, "added_at", is_time(stream, 4, told->recorded_at));
	expect(check, "revoked_at", revoked ? is_time(stream, 5, revoked->recorded_at) : audit_null(stream, 5));
	expect(check, "reason", is_text_or_null(stream, 6, revoked ? revoked->deed.reason : (struct lantik_span){0}));
	expect(check, "added_leaf", is_integer(stream, 7, told->leaf_index));
}

/* ---- rows ---- */

/* By its own words; else by its leaf, when no other row has the words of that deed. */
static size_t claim(
	struct office_audit *o, size_t by_words, int64_t leaf_index, bool (*adds)(const struct told *), bool key)
{
	size_t at = by_words;

	if (at == NOWHERE) {
		at = deed_of_leaf(o, leaf_index, adds);
		if (at != NOWHERE && (key ? o->told[at].key_found : o->told[at].office_found))
			return NOWHERE;
	}
	if (at == NOWHERE || (key ? o->told[at].key_claimed : o->told[at].office_claimed))
		return NOWHERE;
	*(key ? &o->told[at].key_claimed : &o->told[at].office_claimed) = true;
	return at;
}

static void office_check(struct office_audit *o, const struct audit_stream *stream)
{
	struct check check = {.audit = o->audit, .table = "office"};
	size_t at = claim(o, deed_of_name(o, audit_cell(stream, 1)),
		audit_null(stream, 7) ? -1 : audit_integer(stream, 7), adds_office, false);

	snprintf(check.key, sizeof check.key, "office_no %" PRId64, audit_integer(stream, 0));
	if (at == NOWHERE) {
		audit_found(o->audit, check.table, AUDIT_EXTRA, NULL, "%s", check.key);
		return;
	}
	const struct told *told = &o->told[at];
	expect(&check, "office_no", audit_integer(stream, 0) == told->office_no);
	expect(&check, "name", audit_is(stream, 1, told->deed.office));
	expect(&check, "kanreg_id", is_text_or_null(stream, 2, told->deed.scope.kanreg));
	expect(&check, "agencies", is_agencies(stream, 3, &told->deed.scope));
	expect_life(&check, stream, told, revoked_by(o, told, false));
}

static void key_check(struct office_audit *o, const struct audit_stream *stream)
{
	struct check check = {.audit = o->audit, .table = "office_key"};
	struct lantik_buffer vkey = {0};
	char shown[AUDIT_SHOWN];
	size_t at = claim(o, deed_of_curve(o, audit_cell(stream, 1)),
		audit_null(stream, 7) ? -1 : audit_integer(stream, 7), adds_key, true);

	snprintf(check.key, sizeof check.key, "curve_public_key %s", audit_shown(audit_cell(stream, 1), shown));
	if (at == NOWHERE) {
		audit_found(o->audit, check.table, AUDIT_EXTRA, NULL, "%s", check.key);
		return;
	}
	const struct told *told = &o->told[at];
	lantik_vkey_format(&told->deed.sign, &vkey);
	expect(&check, "office_no", is_integer(stream, 0, number_of(o, told->deed.office)));
	expect(&check, "curve_public_key", lantik_span_is(audit_cell(stream, 1), told->curve));
	expect(&check, "signing_vkey", audit_is(stream, 2, lantik_buffer_span(&vkey)));
	expect(&check, "signing_key_id",
		audit_is(
			stream, 3, (struct lantik_span){.data = told->deed.sign.id, .len = sizeof told->deed.sign.id}));
	expect_life(&check, stream, told, revoked_by(o, told, true));
	lantik_buffer_free(&vkey);
}

static void scope_check(struct office_audit *o, const struct audit_stream *stream)
{
	struct check check = {.audit = o->audit, .table = "office_scope"};
	size_t at = deed_of_leaf(o, audit_integer(stream, 1), adds_scope);

	snprintf(check.key, sizeof check.key, "leaf_index %" PRId64, audit_integer(stream, 1));
	if (at == NOWHERE || o->told[at].scope_claimed) {
		audit_found(o->audit, check.table, AUDIT_EXTRA, NULL, "%s", check.key);
		return;
	}
	struct told *told = &o->told[at];
	told->scope_claimed = true;
	expect(&check, "office_no", is_integer(stream, 0, number_of(o, told->deed.office)));
	expect(&check, "kanreg_id", is_text_or_null(stream, 2, told->deed.scope.kanreg));
	expect(&check, "agencies", is_agencies(stream, 3, &told->deed.scope));
	expect(&check, "valid_from", is_date(stream, 4, told->deed.scope.from, "-infinity"));
	expect(&check, "valid_to", is_date(stream, 5, told->deed.scope.until, "infinity"));
}

static void rows_check(
	struct office_audit *o, const char *query, void (*check)(struct office_audit *, const struct audit_stream *))
{
	struct audit_stream stream;

	audit_open(o->audit, &stream, "%s", query);
	while (audit_next(&stream)) {
		audit_progress(o->audit);
		check(o, &stream);
	}
	audit_close(&stream);
}

static void missing_tell(struct office_audit *o)
{
	for (size_t i = 0; i < o->count && !o->audit->failed; i++) {
		const struct told *told = &o->told[i];
		if (adds_office(told) && !told->office_claimed)
			audit_found(o->audit, "office", AUDIT_MISSING, NULL, "name %.*s", (int)told->deed.office.len,
				(const char *)told->deed.office.data);
		if (adds_key(told) && !told->key_claimed)
			audit_found(o->audit, "office_key", AUDIT_MISSING, NULL, "curve_public_key %s", told->curve);
		if (adds_scope(told) && !told->scope_claimed)
			audit_found(
				o->audit, "office_scope", AUDIT_MISSING, NULL, "leaf_index %" PRId64, told->leaf_index);
	}
}

void audit_office_run(struct audit *audit)
{
	struct office_audit o = {.audit = audit};

	deeds_read(&o);
	offices_find(&o);
	keys_find(&o);
	scopes_find(&o);
	numbers_settle(&o);
	rows_check(&o, OFFICES, office_check);
	rows_check(&o, KEYS, key_check);
	rows_check(&o, SCOPES, scope_check);
	missing_tell(&o);
	for (size_t i = 0; i < o.count; i++) {
		lantik_deed_free(&o.told[i].deed);
		lantik_buffer_free(&o.told[i].text);
	}
	free(o.told);
}
