/* What the files of reference data look like: their columns, what each cell must hold, and where it goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_REFERENCE_H
#define LANTIK_CTL_REFERENCE_H

#include "lantik/cli.h"

#define REFERENCE_COLUMNS 13u

/* How a cell is checked and brought into the form of the database. */
enum cell_kind {
	CELL_AGENCY,        /* 4 digits */
	CELL_AGENCY_OR_ALL, /* the same, or nothing for every agency */
	CELL_TWO,           /* 2 digits */
	CELL_NAME,          /* some text */
	CELL_NOTE,          /* text or nothing */
	CELL_LEVEL,         /* pusat, provinsi, kabupaten, kota */
	CELL_PROVINCE,      /* 2 digits or nothing */
	CELL_CODE2,         /* regions, with or without dots */
	CELL_CODE4,
	CELL_CODE6,
	CELL_RETIRED, /* 4 or 6 digits */
	CELL_REGION,  /* 2 or 4 digits */
	CELL_YEAR,
	CELL_COUNT,
	CELL_MONEY,
	CELL_COVERAGE,  /* sourced or unverified; `t` when unverified */
	CELL_GROUP,     /* guru, kesehatan, teknis; the code */
	CELL_PARAMETER, /* a name of small letters */
	CELL_VALUE,     /* without blanks */
	CELL_PROGRAMME, /* without blanks, shorter */
	CELL_DATE,
	CELL_DATE_OR_NOTHING, /* a valid_until: later than the date before it */
	CELL_DAY_OR_NOTHING,
	CELL_INSTANT, /* a date and a time, of Asia/Jakarta when it names no zone; in UTC */
	CELL_MINUTES,
	CELL_RULE,     /* a code or a case of the table of rules */
	CELL_SEVERITY, /* FATAL, ERROR, REVIEW, WARN, OFF; the number */
	CELL_KIND_OR_ALL,
	CELL_STEP,
	CELL_STEP_OR_ALL,
	CELL_EITHER,         /* yes, no, or any; 1, 2, 0 */
	CELL_ID,             /* 32 hex digits, or with hyphens */
	CELL_POSITION_TYPE,  /* 1..99 */
	CELL_POSITION_GROUP, /* a word of kelompok_jabatan; the code */
	CELL_EDUCATION_OR_NOTHING,
	CELL_GOLONGAN_OR_NOTHING,
	CELL_AGE_OR_NOTHING,
	CELL_DOCUMENT_TYPE,
	CELL_CATEGORY, /* one part of a kategori, in capitals */
	CELL_RESULT,   /* admitted or failed; `t` when admitted */
	CELL_REASON_ID,
	CELL_REASON, /* deceased, inactive, no_budget, no_need */
	CELL_KINDS
};

/* Appends the value; false when the cell does not hold what it must. An empty value stands for NULL, in a key for the
 * empty text. */
LANTIK_MUST_CHECK bool cell_read(enum cell_kind kind, struct lantik_span cell, struct lantik_buffer *ret);
const char *cell_expected(enum cell_kind kind, enum lantik_language language);

struct reference_column {
	const char *name;   /* in the file's first line */
	const char *alias;  /* another name of it; may be NULL */
	const char *column; /* of the table; NULL: checked only */
	const char *type;   /* of the database */
	enum cell_kind kind;
	bool key;
	const char *otherwise; /* when the file has no such column; NULL: the file must have it */
};

struct reference_file {
	const char *name; /* the usual name of the file, for help */
	const char *table;
	bool fictional; /* rows of province 99 are for test databases alone; the key begins with the code */
	struct reference_column columns[REFERENCE_COLUMNS]; /* ended by a NULL name; those of the key first */
};

extern const struct reference_file reference_files[];
extern const size_t reference_file_count;

/* The file with this first line; NULL when no table, or when a column is unknown. */
const struct reference_file *reference_find(const struct lantik_csv *csv);
/* Place of the column in the file, -1 when it is not there. */
int reference_place(const struct lantik_csv *csv, const struct reference_column *column);

/* What is wrong with a row whose cells are all good, in both languages; NULL when they fit together. `values` are in
 * the order of the columns. */
const char *const *reference_row_fault(
	const struct reference_file *file, const struct lantik_span *values, bool with_fictional);

#endif
