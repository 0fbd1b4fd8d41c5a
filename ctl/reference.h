/* What the files of reference data look like: their columns, what each cell must hold, and where it goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_REFERENCE_H
#define LANTIK_CTL_REFERENCE_H

#include "lantik/cli.h"

#define REFERENCE_COLUMNS 9u

/* How a cell is checked and brought into the form of the database. */
enum cell_kind {
	CELL_AGENCY,   /* 4 digits */
	CELL_TWO,      /* 2 digits */
	CELL_NAME,     /* some text */
	CELL_NOTE,     /* text or nothing */
	CELL_LEVEL,    /* pusat, provinsi, kabupaten, kota */
	CELL_PROVINCE, /* 2 digits or nothing */
	CELL_CODE2,    /* regions, with or without dots */
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
	CELL_DATE,
	CELL_DATE_OR_NOTHING,
	CELL_KINDS
};

/* Appends the value; false when the cell does not hold what it must. An empty value stands for NULL. */
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

#endif
