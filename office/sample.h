/* Synthetic batches of fictional people: one record by its number, and the files that an office would have.
 * Everything follows from struct lantik_sample: the same one gives the same bytes on every machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SAMPLE_H
#define LANTIK_SAMPLE_H

#include "lantik/record.h"

/* How many people one seed has, at the least, before a person's numbers come back. */
#define LANTIK_SAMPLE_PEOPLE 3000000u
#define LANTIK_SAMPLE_POSITIONS 16u

/* Indexed by reporting group: 1 guru, 2 kesehatan, 3 teknis; entry 0 is unused. */
#define LANTIK_SAMPLE_GROUPS 4

struct lantik_sample_share {
	const char *key; /* of a position, for example `auditor` */
	uint32_t rows;
};

struct lantik_sample {
	enum lantik_kind kind;
	enum lantik_step step;
	char agency[5];
	char kanreg[3];
	uint32_t rows;
	uint32_t groups[LANTIK_SAMPLE_GROUPS]; /* their sum is rows; lantik_sample_fill divides rows when all are 0 */
	uint32_t in_person[LANTIK_SAMPLE_GROUPS]; /* of each group; the others sign online */
	struct lantik_sample_share positions[LANTIK_SAMPLE_POSITIONS];
	size_t position_count; /* 0: every position of the kind, by weight */
	uint64_t seed;
	uint64_t first; /* number of the first person: seed and number are the person, in every step */
	int64_t pay;    /* sen a month for everyone; 0: by position */
	bool monthly;   /* TMT on the first of October, November and December in turn, instead of October for all */
	uint8_t predecessor[16];
	bool has_predecessor; /* record n continues record n of that batch */
};

enum lantik_sample_fault {
	LANTIK_SAMPLE_FINE,
	LANTIK_SAMPLE_STEP,      /* the kind has no such step */
	LANTIK_SAMPLE_ROWS,      /* the groups or the positions do not add up to the rows, or there are none */
	LANTIK_SAMPLE_IN_PERSON, /* more people in person than the group has, or at a step where nobody has signed */
	LANTIK_SAMPLE_POSITION,  /* the kind has no such position */
	LANTIK_SAMPLE_AGENCY,    /* not 4 digits, or the regional office not 2 */
};

/* The regional office that serves the agency, by the agency's code; empty for a code outside all blocks. */
const char *lantik_sample_kanreg(const char *agency);

/* Divides what was not given and checks the rest; every other function wants a filled sample. */
LANTIK_MUST_CHECK enum lantik_sample_fault lantik_sample_fill(struct lantik_sample *sample);

/* The record of row at (0-based); its texts live in the arena. Aborts when the arena is too small: 16 kB a record do.
 */
void lantik_sample_record(
	const struct lantik_sample *sample, uint32_t at, struct lantik_arena *arena, struct lantik_record *ret);
/* What the office declares; batch_id, records_root and sent_at are absent. */
void lantik_sample_manifest(
	const struct lantik_sample *sample, struct lantik_arena *arena, struct lantik_manifest *ret);

/* ---- files ---- */

struct lantik_sample_format {
	char separator; /* `,` or `;` */
	bool bom;
	bool dmy; /* dates as DD-MM-YYYY */
};

/* A defect of the table in sample_defects.def that is planted in one row. */
struct lantik_sample_defect;

struct lantik_sample_plan {
	const struct lantik_sample_defect *const *defects; /* one row each, evenly over the file */
	size_t defect_count;
	const char *batch_defect; /* NULL: none */
};

/* Defects of the names in list (comma-separated rule cases, or `all`) that apply to the sample. The array is the
 * arena's. On failure *ret_unknown is the first name that is no defect of this kind and step. */
LANTIK_MUST_CHECK enum lantik_error lantik_sample_plan_defects(const struct lantik_sample *sample, const char *list,
	struct lantik_arena *arena, struct lantik_sample_plan *ret, struct lantik_span *ret_unknown);
bool lantik_sample_batch_defect_known(const char *name);
/* Names of all batch defects, one by one; NULL past the last. Sendable: it reaches the daemon, which refuses the batch
 * and gives a receipt; the others are stopped before (by the office's reader, or by the key's scope) or are no refusal.
 */
const char *lantik_sample_batch_defect_at(size_t at, bool *ret_sendable);
/* Names of the row defects of a kind, each once; NULL past the last. */
const char *lantik_sample_defect_at(enum lantik_kind kind, size_t at);

/* The spreadsheet. */
void lantik_sample_csv(const struct lantik_sample *sample, const struct lantik_sample_format *format,
	const struct lantik_sample_plan *plan, struct lantik_buffer *ret);
/* The sidecar with what the office declares about the spreadsheet: `name,value` lines. */
void lantik_sample_sidecar(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, struct lantik_buffer *ret);
/* What the checker must say: record_no, rule case and field a line, tab-separated, sorted by record. */
void lantik_sample_expected(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, struct lantik_buffer *ret);

#endif
