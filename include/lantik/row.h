/* A version of the register: its hash, and how a tuple of lantik.register becomes one again.
 *
 * lantik.register holds, in this order: batch_no, record_no, office_no, kind, step, supersedes_batch_no,
 * supersedes_record_no, salt, every field of fields.def whose place is HOT, in the order of the table, `cold` and
 * `sent`.
 *
 * `cold` holds every field whose place is COLD and, when the register keeps the name in another form, the name as it
 * was sent. First come the cold fields of a fixed width, in the order of the table, LANTIK_COLD_FIXED bytes together:
 * DATE as the number of the day, 1 for 0001-01-01, in 4 bytes, INT in 4, WORD in 2, MONEY in 8; 0 is absent. Then for
 * each of the others, in the order of the table and the name as sent last, LANTIK_COLD_COUNT together, the offset of
 * its end, u16, counted from the first byte behind the offsets. Then these values, one after another: TEXT as UTF-8, ID
 * as 16 bytes, DOCUMENTS as for each u16 type, u8 length of the digest (0 or 32), digest, u16 length of the path, path;
 * empty is absent. All big-endian. When all are absent `cold` is NULL. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_ROW_H
#define LANTIK_ROW_H

#include "lantik/crypto.h"
#include "lantik/record.h"

#define LANTIK_ROW_SALT 16
/* Columns of lantik.register before the first field. */
#define LANTIK_ROW_OWN_COLUMNS 8
/* A name is sent with at most 150 characters and made of at most four times as many code points of 4 bytes. */
#define LANTIK_ROW_MAX_NAME 4096

/* How the body of a batch is kept (batch.body_form): whole, because a rule refused the batch; or in the rows of its
 * records and in those that were returned, of which either none names kode_instansi or each does. The first record says
 * which. */
enum lantik_body_form { LANTIK_BODY_WHOLE = 1, LANTIK_BODY_UNNAMED, LANTIK_BODY_NAMED };

#define LANTIK_PLACE_HOT 0
#define LANTIK_PLACE_COLD 1

/* Bytes of a type in `cold`; 0: as many as the value has. A place in time is no cold field. */
#define LANTIK_COLD_TEXT 0
#define LANTIK_COLD_ID 0
#define LANTIK_COLD_DOCUMENTS 0
#define LANTIK_COLD_DATE 4
#define LANTIK_COLD_INT 4
#define LANTIK_COLD_WORD 2
#define LANTIK_COLD_MONEY 8
#define LANTIK_COLD_TIME 0
/* Days from 0001-01-01, the first, to 1970-01-01. */
#define LANTIK_COLD_EPOCH 719163

enum {
	LANTIK_COLD_FIELDS = 0
#define FIELD(number, name, type, extent, class, place) +LANTIK_PLACE_##place
#include "lantik/fields.def"
#undef FIELD
	,
	LANTIK_COLD_FIXED = 0 /* bytes */
#define FIELD(number, name, type, extent, class, place) +LANTIK_PLACE_##place *LANTIK_COLD_##type
#include "lantik/fields.def"
#undef FIELD
	,
	LANTIK_COLD_COUNT = 1 /* the name as sent */
#define FIELD(number, name, type, extent, class, place) +LANTIK_PLACE_##place * !LANTIK_COLD_##type
#include "lantik/fields.def"
#undef FIELD
};
/* Columns of lantik.register. */
#define LANTIK_ROW_COLUMNS (LANTIK_ROW_OWN_COLUMNS + LANTIK_FIELD_COUNT - LANTIK_COLD_FIELDS + 2)

/* Texts borrow, as those of a record do. */
struct lantik_row {
	int64_t batch_no;
	uint32_t record_no; /* from 1 */
	int32_t office_no;
	int32_t kind, step;
	int64_t supersedes_batch_no; /* 0: none */
	int32_t supersedes_record_no;
	const uint8_t *salt;         /* LANTIK_ROW_SALT bytes */
	struct lantik_span nama;     /* in the register's form */
	struct lantik_record record; /* as sent, but for kode_instansi, which is the register's */
	struct lantik_span sent;     /* the record's bytes; empty: the columns say them all */
};

/* Name of a column of lantik.register, by its place from 0 to LANTIK_ROW_COLUMNS - 1. */
const char *lantik_row_column(size_t at);
/* PostgreSQL's instants end before 294277 of our era, in microseconds since 1970. */
#define LANTIK_ROW_END_MICROS INT64_C(9223371331200000000)

bool lantik_row_holds_documents(const struct lantik_documents *documents);

/* Whether the register can hold this value of a record, member as lantik_member gives it, so that it is had back. */
static inline bool lantik_row_holds(const struct lantik_field *field, const void *member)
{
	switch (field->type) {
	case LANTIK_ID: {
		size_t len = ((const struct lantik_span *)member)->len;
		return !len || len == 16;
	}
	case LANTIK_DATE: {
		int32_t date = *(const int32_t *)member;
		return !date || lantik_date_valid(date);
	}
	case LANTIK_WORD:
		return *(const int32_t *)member == (int16_t) * (const int32_t *)member;
	case LANTIK_TIME: {
		int64_t value = *(const int64_t *)member;
		return value >= 0 && value < LANTIK_ROW_END_MICROS;
	}
	case LANTIK_DOCUMENTS:
		return lantik_row_holds_documents((const struct lantik_documents *)member);
	default:
		return true;
	}
}

/* The hash of a row under rows_root, of LANTIK_ROW_FORMAT: SHA-256 over 0x00, u16 row format, i64 batch_no,
 * u32 record_no, u32 office_no, u16 kind, u16 step, i64 supersedes_batch_no, u32 supersedes_record_no (0 both when
 * there is none), 16 bytes of salt, u8 length and kode_instansi, u16 length and nama when the register keeps it in
 * another form than it was sent in (length 0 otherwise), and the hash of the record's bytes as they stood in the body
 * (lantik_leaf_hash). All big-endian. What was sent is in it by that hash, what the centre added by itself.
 * kode_instansi has at most 255 bytes and nama at most LANTIK_ROW_MAX_NAME, or the program ends: both are ours. */
void lantik_row_hash(const struct lantik_row *row, const uint8_t record_hash[LANTIK_HASH], uint8_t ret[LANTIK_HASH]);

/* A row of COPY BINARY, column count first, of all columns of lantik.register in their order. The texts of ret borrow
 * from tuple, the list of documents lives in the arena (LANTIK_ROW_ARENA is enough). Strict: two tuples never make the
 * same row, so that whoever compares the row has compared every byte. LANTIK_E_MALFORMED: the daemon never wrote this.
 */
LANTIK_MUST_CHECK enum lantik_error lantik_row_decode(
	struct lantik_span tuple, struct lantik_arena *arena, struct lantik_row *ret);
#define LANTIK_ROW_ARENA ((size_t)4096)

/* Appends the record's bytes as they stood in the body, without tag and length; names_agency: the records of the batch
 * name kode_instansi. LANTIK_E_MISMATCH: `sent` is there and says what the columns say without it. */
LANTIK_MUST_CHECK enum lantik_error lantik_row_record(
	const struct lantik_row *row, bool names_agency, struct lantik_buffer *ret);

/* Whether a member of a row's record is what the register keeps of the same member of the record as it was sent: absent
 * when it cannot hold it. Of kode_instansi that is not asked. */
bool lantik_row_same(const struct lantik_field *field, const void *held, const void *sent);
/* Whether all columns of a row follow from `sent`, which alone its hash covers; the row's own columns and kode_instansi
 * are the caller's to compare. An arena of 8 * LANTIK_MAX_RECORD is enough. */
bool lantik_row_follows(const struct lantik_row *row, struct lantik_arena *arena);

#endif
