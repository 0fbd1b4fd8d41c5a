/* Versions of the register in COPY BINARY.
 * SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

#include "lantik/put.h"

#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_MICROS (INT64_C(946684800) * 1000000)

/* A record of LANTIK_MAX_RECORD bytes grows by at most a length and a number for each column or value, by a path length
 * a document, and by its name in another form; once more it stands in `sent`. */
#define MAX_TUPLE                                                                                                      \
	(2 * LANTIK_MAX_RECORD + (LANTIK_ROW_COLUMNS + LANTIK_COLD_FIELDS + 1) * 12 + LANTIK_MAX_DOCUMENTS * 8 +       \
		LANTIK_ROW_MAX_NAME)
_Static_assert(LANTIK_MAX_RECORD + LANTIK_MAX_DOCUMENTS * 8 <= UINT16_MAX, "offsets of cold values fit");

#define IN_WORD(number, word) ((number) / 64 == (word) ? UINT64_C(1) << (number) % 64 : 0)

/* Cold fields of a fixed width, and the others. */
static const uint64_t cold_numbers[2] = {0
#define FIELD(number, name, type, extent, class, place)                                                                \
	| (LANTIK_PLACE_##place && LANTIK_COLD_##type ? IN_WORD(number, 0) : 0)
#include "lantik/fields.def"
#undef FIELD
	,
	0
#define FIELD(number, name, type, extent, class, place)                                                                \
	| (LANTIK_PLACE_##place && LANTIK_COLD_##type ? IN_WORD(number, 1) : 0)
#include "lantik/fields.def"
#undef FIELD
};
static const uint64_t cold_values[2] = {0
#define FIELD(number, name, type, extent, class, place)                                                                \
	| (LANTIK_PLACE_##place && !LANTIK_COLD_##type ? IN_WORD(number, 0) : 0)
#include "lantik/fields.def"
#undef FIELD
	,
	0
#define FIELD(number, name, type, extent, class, place)                                                                \
	| (LANTIK_PLACE_##place && !LANTIK_COLD_##type ? IN_WORD(number, 1) : 0)
#include "lantik/fields.def"
#undef FIELD
};

/* The others are columns of their own. */
static const uint64_t hot[2] = {0
#define FIELD(number, name, type, extent, class, place) | (LANTIK_PLACE_##place ? 0 : IN_WORD(number, 0))
#include "lantik/fields.def"
#undef FIELD
	,
	0
#define FIELD(number, name, type, extent, class, place) | (LANTIK_PLACE_##place ? 0 : IN_WORD(number, 1))
#include "lantik/fields.def"
#undef FIELD
};

/* ---- values ---- */

/* Most ids and many texts have 16 bytes, which need no call. */
static inline uint8_t *put_span(uint8_t *at, struct lantik_span span)
{
	if (span.len == 16)
		memcpy(at, span.data, 16);
	else if (span.len)
		memcpy(at, span.data, span.len);
	return at + span.len;
}

/* Repeated: u16 type, u8 digest length, digest, u16 path length, path. */
static uint8_t *put_documents(uint8_t *at, const struct lantik_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *document = &documents->items[i];
		at = lantik_put16(at, (uint16_t)document->type);
		*at++ = (uint8_t)document->sha256.len;
		at = put_span(at, document->sha256);
		at = lantik_put16(at, (uint16_t)document->object.len);
		at = put_span(at, document->object);
	}
	return at;
}

/* ---- columns ---- */

static uint8_t *put_null(uint8_t *at)
{
	return lantik_put32(at, UINT32_MAX);
}

static uint8_t *column16(uint8_t *at, int32_t value)
{
	return lantik_put16(lantik_put32(at, 2), (uint16_t)value);
}

static uint8_t *column32(uint8_t *at, int32_t value)
{
	return lantik_put32(lantik_put32(at, 4), (uint32_t)value);
}

static uint8_t *column64(uint8_t *at, int64_t value)
{
	return lantik_put64(lantik_put32(at, 8), (uint64_t)value);
}

static uint8_t *column_span(uint8_t *at, struct lantik_span span)
{
	return span.len ? put_span(lantik_put32(at, (uint32_t)span.len), span) : put_null(at);
}

/* A value that the column holds. */
static uint8_t *column_field(uint8_t *at, const struct lantik_field *field, const void *member)
{
	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		return column_span(at, *(const struct lantik_span *)member);
	case LANTIK_DATE: {
		int32_t date = *(const int32_t *)member;
		return date ? column32(at, (int32_t)(lantik_date_days(date) - EPOCH_DAYS)) : put_null(at);
	}
	case LANTIK_INT: {
		int32_t value = *(const int32_t *)member;
		return value ? column32(at, value) : put_null(at);
	}
	case LANTIK_WORD: {
		int32_t value = *(const int32_t *)member;
		return value ? column16(at, value) : put_null(at);
	}
	case LANTIK_TIME: {
		int64_t value = *(const int64_t *)member;
		return value ? column64(at, value - EPOCH_MICROS) : put_null(at);
	}
	case LANTIK_MONEY: {
		int64_t value = *(const int64_t *)member;
		return value ? column64(at, value) : put_null(at);
	}
	case LANTIK_DOCUMENTS:
		break;
	}
	LANTIK_ASSERT(!"a field type of a column");
	return at;
}

/* ---- the row ---- */

/* A tuple in the making. */
struct maker {
	const struct row_context *context;
	const struct lantik_record *record;
	const struct row *row;
	uint8_t *at;
	bool exact; /* the record's bytes can be had back from the columns */
};

static void own_columns(struct maker *m, const uint8_t salt[LANTIK_ROW_SALT])
{
	const struct row_context *context = m->context;
	const struct row *row = m->row;
	uint8_t *at = m->at;

	at = column64(at, context->batch_no);
	at = column32(at, (int32_t)row->record_no);
	at = column32(at, context->office_no);
	at = column16(at, context->manifest->kind);
	at = column16(at, context->manifest->step);
	if (context->columns->supersedes) {
		at = row->supersedes_batch_no ? column64(at, row->supersedes_batch_no) : put_null(at);
		at = row->supersedes_batch_no ? column32(at, row->supersedes_record_no) : put_null(at);
	}
	m->at = column_span(at, (struct lantik_span){.data = salt, .len = LANTIK_ROW_SALT});
}

/* The agency is always the manifest's. */
static void hot_column(struct maker *m, const struct lantik_field *field)
{
	const void *member = lantik_member(m->record, field);

	if (field->number == LANTIK_F_kode_instansi)
		member = &m->context->manifest->kode_instansi;
	if (lantik_row_holds(field, member)) {
		m->at = column_field(m->at, field, member);
	} else {
		m->at = put_null(m->at);
		m->exact = false;
	}
}

static void hot_columns(struct maker *m)
{
	for (uint32_t word = 0; word < 2; word++)
		for (uint64_t left = m->context->columns->fields[word]; left; left &= left - 1)
			hot_column(m, &lantik_record_fields[64 * word + (uint32_t)__builtin_ctzll(left) - 1]);
}

static uint8_t *cold_number(struct maker *m, const struct lantik_field *field, uint8_t *at)
{
	const void *member = lantik_member(m->record, field);
	bool holds = lantik_row_holds(field, member);

	m->exact &= holds;
	if (field->type == LANTIK_MONEY)
		return lantik_put64(at, (uint64_t) * (const int64_t *)member);
	int32_t value = holds ? *(const int32_t *)member : 0;
	if (field->type == LANTIK_WORD)
		return lantik_put16(at, (uint16_t)value);
	if (field->type == LANTIK_DATE && value)
		value = (int32_t)(lantik_date_days(value) + LANTIK_COLD_EPOCH);
	return lantik_put32(at, (uint32_t)value);
}

static uint8_t *cold_fixed(struct maker *m, uint8_t *at)
{
	for (uint32_t word = 0; word < 2; word++)
		for (uint64_t left = cold_numbers[word]; left; left &= left - 1)
			at = cold_number(m, &lantik_record_fields[64 * word + (uint32_t)__builtin_ctzll(left) - 1], at);
	return at;
}

static uint8_t *cold_value(struct maker *m, const struct lantik_field *field, uint8_t *at)
{
	const void *member = lantik_member(m->record, field);

	if (!lantik_row_holds(field, member)) {
		m->exact = false;
		return at;
	}
	return field->type == LANTIK_DOCUMENTS ? put_documents(at, member)
					       : put_span(at, *(const struct lantik_span *)member);
}

static void cold_column(struct maker *m)
{
	static const uint8_t absent[LANTIK_COLD_FIXED];
	uint8_t *ends = cold_fixed(m, m->at + 4), *values = ends + (size_t)LANTIK_COLD_COUNT * 2, *at = values;

	for (uint32_t word = 0; word < 2; word++)
		for (uint64_t left = cold_values[word]; left; left &= left - 1) {
			at = cold_value(m, &lantik_record_fields[64 * word + (uint32_t)__builtin_ctzll(left) - 1], at);
			ends = lantik_put16(ends, (uint16_t)(at - values));
		}
	at = put_span(at, m->row->nama_asli);
	lantik_put16(ends, (uint16_t)(at - values));
	if (at == values && memcmp(m->at + 4, absent, sizeof absent) == 0) {
		m->at = put_null(m->at);
		return;
	}
	lantik_put32(m->at, (uint32_t)(at - m->at - 4));
	m->at = at;
}

/* A reader of the register makes the record's bytes from the columns: with the agency in all records of the batch or in
 * none, and in the one form that there is. */
static bool says_all(const struct maker *m)
{
	const struct lantik_span agency = m->record->kode_instansi;

	return m->exact && m->record->canonical && (agency.len > 0) == m->context->names_agency &&
	       (!agency.len || lantik_span_equal(agency, m->context->manifest->kode_instansi));
}

static void hash_row(const struct maker *m, const struct row_source *source, const uint8_t *salt, struct row *row)
{
	struct lantik_row version; /* of which a hash needs no more than what is set */

	version.batch_no = m->context->batch_no;
	version.record_no = row->record_no;
	version.office_no = m->context->office_no;
	version.kind = m->context->manifest->kind;
	version.step = m->context->manifest->step;
	version.supersedes_batch_no = row->supersedes_batch_no;
	version.supersedes_record_no = row->supersedes_record_no;
	version.salt = salt;
	version.nama = m->record->nama;
	version.record.kode_instansi = m->context->manifest->kode_instansi;
	version.record.nama = row->nama_asli.len ? row->nama_asli : m->record->nama;
	lantik_row_hash(&version, source->hash, row->hash);
}

void row_encode(const struct row_context *context, const struct lantik_record *record, const struct row_source *source,
	const uint8_t salt[LANTIK_ROW_SALT], struct row *row, struct lantik_buffer *tuples)
{
	size_t start = tuples->len;
	uint8_t *tuple = lantik_buffer_extend(tuples, MAX_TUPLE);

	LANTIK_ASSERT(tuple);
	struct maker m = {.context = context, .record = record, .row = row, .exact = true};
	m.at = lantik_put16(tuple, context->columns->count);
	own_columns(&m, salt);
	hot_columns(&m);
	cold_column(&m);
	m.at = says_all(&m) ? put_null(m.at) : column_span(m.at, source->bytes);
	LANTIK_ASSERT(m.at <= tuple + MAX_TUPLE);
	row->offset = start;
	row->len = (size_t)(m.at - tuple);
	tuples->len = start + row->len;
	hash_row(&m, source, salt, row);
}

/* ---- which columns ---- */

static bool is_given(const uint64_t present[2], enum lantik_field_id field)
{
	return present[field / 64] >> field % 64 & 1;
}

void row_columns_of(const uint64_t present[2], struct row_columns *ret)
{
	*ret = (struct row_columns){.supersedes = is_given(present, LANTIK_F_predecessor_batch_id)};
	/* The own columns, `cold` and `sent`. */
	ret->count = LANTIK_ROW_OWN_COLUMNS - (ret->supersedes ? 0 : 2) + 2;
	for (unsigned word = 0; word < 2; word++) {
		ret->fields[word] = (present[word] | IN_WORD(LANTIK_F_kode_instansi, word)) & hot[word];
		ret->count += (uint16_t)__builtin_popcountll(ret->fields[word]);
	}
}

void row_columns_name(const struct row_columns *columns, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "batch_no, record_no, office_no, kind, step, %ssalt",
		columns->supersedes ? "supersedes_batch_no, supersedes_record_no, " : "");
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		if (is_given(columns->fields, (enum lantik_field_id)field->number))
			lantik_buffer_printf(ret, ", %s", field->name);
	}
	lantik_buffer_printf(ret, ", cold, sent");
}

int row_by_record(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	return (*x)->record_no < (*y)->record_no ? -1 : (*x)->record_no > (*y)->record_no;
}
