/* A record and a manifest as plain C, made from fields.def and manifest.def, and the tables that describe them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RECORD_H
#define LANTIK_RECORD_H

#include "lantik/bytes.h"
#include "lantik/limits.h"
#include "lantik/time.h"

/* The schema version that this build writes and reads in manifest.schema_version. */
#define LANTIK_SCHEMA_VERSION "1"
/* The row format of the hash over a register row; fixes its column list for ever. */
#define LANTIK_ROW_FORMAT 1

enum lantik_field_type {
	LANTIK_TEXT,
	LANTIK_ID,
	LANTIK_DATE,
	LANTIK_TIME,
	LANTIK_MONEY,
	LANTIK_INT,
	LANTIK_WORD,
	LANTIK_HASH_FIELD,
	LANTIK_DOCUMENTS,
};

enum lantik_word_list {
	LANTIK_WORDS_none,
	LANTIK_WORDS_kind,
	LANTIK_WORDS_step,
	LANTIK_WORDS_yes_no,
	LANTIK_WORDS_kelompok_jabatan,
	LANTIK_WORDS_kelompok_lapor,
	LANTIK_WORDS_jenis_sk,
	LANTIK_WORDS_signing_mode,
	LANTIK_WORDS_change_kind,
	LANTIK_WORDS_act,
	LANTIK_WORDS_deed_kind,
};

/* A word of an enumerated column that the office's cell spelled outside its list. Numbers use LANTIK_UNREADABLE. */
#define LANTIK_WORD_UNREADABLE 15

enum lantik_kind { LANTIK_PPPK_PW = 1, LANTIK_PPPK, LANTIK_CPNS, LANTIK_PNS, LANTIK_JF, LANTIK_KIND_END };
enum lantik_step {
	LANTIK_STEP_NI = 1,
	LANTIK_STEP_SK,
	LANTIK_STEP_PERJANJIAN,
	LANTIK_STEP_SPMT,
	LANTIK_STEP_PELANTIKAN,
	LANTIK_STEP_END
};

/* What a named official decides about records (lantik/statement.h). */
enum lantik_act { LANTIK_ACCEPT = 1, LANTIK_RETURN, LANTIK_REJECT, LANTIK_REPLAY, LANTIK_ACT_END };

/* An uploaded document: SIASN's numeric type, the object's path, the SHA-256 of its bytes (empty: not given). */
struct lantik_document {
	int32_t type;
	struct lantik_span object;
	struct lantik_span sha256;
};

struct lantik_documents {
	const struct lantik_document *items;
	size_t count;
};

/* The C type of a member by the type of its field. TEXT, ID and HASH borrow; absent has len 0.
 * An ID is 16 bytes when readable, or the office's text as it stands (any other length) when it is not. */
#define LANTIK_MEMBER_TEXT struct lantik_span
#define LANTIK_MEMBER_ID struct lantik_span
#define LANTIK_MEMBER_HASH struct lantik_span
#define LANTIK_MEMBER_DATE int32_t
#define LANTIK_MEMBER_INT int32_t
#define LANTIK_MEMBER_WORD int32_t
#define LANTIK_MEMBER_TIME int64_t
#define LANTIK_MEMBER_MONEY int64_t
#define LANTIK_MEMBER_DOCUMENTS struct lantik_documents

struct lantik_record {
#define FIELD(number, name, type, extent, class, place) LANTIK_MEMBER_##type name;
#include "lantik/fields.def"
#undef FIELD
	/* Set by lantik_record_decode: the bytes are the ones that lantik_record_append writes for this record. */
	bool canonical;
};

struct lantik_manifest {
#define FIELD(number, name, type, extent, class) LANTIK_MEMBER_##type name;
#include "lantik/manifest.def"
#undef FIELD
};

/* The number of a field is also its id in findings and verdicts; 0 stands for the whole record. */
enum lantik_field_id {
	LANTIK_F_NONE,
#define FIELD(number, name, type, extent, class, place) LANTIK_F_##name = number,
#include "lantik/fields.def"
#undef FIELD
	LANTIK_FIELD_END
};

#define LANTIK_FIELD_COUNT (LANTIK_FIELD_END - 1)

struct lantik_field {
	const char *name;
	uint32_t number; /* on the wire */
	enum lantik_field_type type;
	int32_t extent; /* TEXT: characters; INT: greatest value */
	enum lantik_word_list words;
	char privacy;  /* G, I, X or N */
	bool cold;     /* part of the register's column `cold`, and no column itself */
	size_t offset; /* in struct lantik_record or lantik_manifest */
};

/* Indexed 0 .. LANTIK_FIELD_COUNT - 1 in the order of the register; entry i has the number i + 1. */
extern const struct lantik_field lantik_record_fields[];
extern const struct lantik_field lantik_manifest_fields[];
extern const size_t lantik_manifest_field_count;

/* By name, case-insensitive; NULL when there is none. */
const struct lantik_field *lantik_field_find(const struct lantik_field *fields, size_t count, struct lantik_span name);

/* Code of a word (either language, case-insensitive, `_` and blanks alike; yes_no also takes y/t/1/0/true/false).
 * Empty is 0; a word outside the list is LANTIK_WORD_UNREADABLE. */
int32_t lantik_word_code(enum lantik_word_list list, struct lantik_span text);
/* NULL when the list has no such code. */
const char *lantik_word(enum lantik_word_list list, int32_t code, enum lantik_language language);

/* Members by table, for code that treats all fields alike. */
static inline const void *lantik_member(const void *owner, const struct lantik_field *field)
{
	return (const char *)owner + field->offset;
}

static inline void *lantik_member_mutable(void *owner, const struct lantik_field *field)
{
	return (char *)owner + field->offset;
}

#endif
