/* What the files of the check share: rule numbers, the batch being checked and the record being checked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_RULES_PRIVATE_H
#define LANTIK_CORE_RULES_PRIVATE_H

#include "lantik/rules.h"

enum lantik_rule_id {
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian) LANTIK_RULE_##code,
#define CASE(code, name, severity, english, indonesian)
#include "lantik/rules.def"
#undef RULE
#undef CASE
	LANTIK_RULE_COUNT
};

#define LANTIK_PARAMETER_KK "ni_pppk_kk"

/* Twice as many slots as records, a power of two: probes stay short. */
#define LANTIK_NIK_SLOTS 32768u
_Static_assert(LANTIK_NIK_SLOTS >= 2 * LANTIK_MAX_RECORDS, "the set of NIKs is never more than half full");

struct lantik_nik_slot {
	uint64_t nik;
	uint32_t record_no; /* of its first record; 0: the slot is free */
	bool reported;
};

struct lantik_check {
	const struct lantik_rulebook *rulebook;
	const struct lantik_manifest *manifest;
	int64_t received_at;
	int32_t received;
	uint32_t records;
	uint32_t groups[4];                  /* records by kelompok_lapor; 0: none or unreadable */
	struct lantik_severities severities; /* of every case that is on */
	uint8_t judged[LANTIK_CASE_COUNT];   /* severity of each case that this check reports; 0: it does not */
	uint64_t not_checked[4];
	struct lantik_nik_slot niks[LANTIK_NIK_SLOTS];
};

/* What one pass over a text tells. */
struct lantik_text_facts {
	size_t characters;
	bool valid;   /* UTF-8 without NUL */
	bool control; /* holds C0, DEL or C1 */
};

/* One record on its way through the rules. */
struct lantik_row {
	struct lantik_check *check;
	const struct lantik_record *record;
	struct lantik_findings *findings;
	uint32_t number;
	uint32_t count;                                   /* its findings so far */
	enum lantik_severity gravest;                     /* of its findings; 0: none yet */
	struct lantik_text_facts facts[LANTIK_FIELD_END]; /* of text fields, once lantik_row_readable has run */
	bool spoiled[LANTIK_FIELD_END];                   /* returned by T01 or T06: no second finding for that cause */
	bool nik_ok, nip_ok;                              /* N01 and P01 hold */
	int32_t birth;                                    /* tgl_lahir when it is a day, else 0 */
	int32_t tmt;                                      /* the TMT of this kind when it is a day, else 0 */
	enum lantik_field_id tmt_field;
};

/* Adds a finding when its case is judged in this batch and the record has room for it. True when the case returns the
 * record (or refuses the batch), so that a second finding for the same cause tells nothing new. */
bool lantik_row_report(struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field);
/* Whether the case is said of the whole batch, under record 0. */
bool lantik_case_of_batch(enum lantik_case_id id);
/* Adds a finding of the batch when its case is judged. */
void lantik_batch_report(struct lantik_check *check, struct lantik_findings *findings, enum lantik_case_id case_id);

/* The rules by file; in this order, since later ones ask what earlier ones found. */
bool lantik_row_readable(struct lantik_row *row);  /* B01.utf8; false: nothing else can be judged */
void lantik_row_agency(struct lantik_row *row);    /* B08 */
void lantik_row_text(struct lantik_row *row);      /* T01, T03-T06, T08 */
void lantik_row_values(struct lantik_row *row);    /* T07, D01, and what later rules need of dates */
void lantik_row_nip_shape(struct lantik_row *row); /* P01 */
void lantik_row_nik(struct lantik_row *row);       /* N01-N07 */
void lantik_row_nip(struct lantik_row *row);       /* P02-P09 */
void lantik_row_dates(struct lantik_row *row);     /* D02-D15 */

struct lantik_text_facts lantik_text_facts(struct lantik_span text);
/* Whether a spreadsheet takes it for a formula: after blanks it begins with = + - or @. */
bool lantik_text_formula(struct lantik_span text);

/* Digits as a number; the span must hold digits only, at most 18. */
uint64_t lantik_digits_value(struct lantik_span digits);
bool lantik_all_digits(struct lantik_span text);
/* Part of a span that is long enough. */
struct lantik_span lantik_part(struct lantik_span text, size_t from, size_t len);

#endif
