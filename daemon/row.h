/* A version of the register as PostgreSQL's COPY BINARY takes it, and its hash (lantik/row.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_ROW_H
#define LANTIK_DAEMON_ROW_H

#include "lantik/codec.h"
#include "lantik/place.h"
#include "lantik/row.h"

#include "store.h"

/* The columns that a batch's COPY fills: a column that is NULL in every row is left out, since a NULL costs, too. */
struct row_columns {
	uint64_t fields[2]; /* hot fields; bit number % 64 of fields[number / 64] */
	bool supersedes;
	uint16_t count; /* of all columns */
};

struct row_context {
	int64_t batch_no;
	int32_t office_no;
	const struct lantik_manifest *manifest;
	const struct row_columns *columns;
	bool names_agency; /* the records of the batch name kode_instansi */
};

/* Where an encoded row lies in the buffer, and what the commit needs to know of it. */
struct row {
	uint32_t record_no;
	bool goes_in;       /* nothing that was found keeps it out (submission_keep) */
	size_t offset, len; /* the tuple, where it was encoded */
	uint8_t hash[LANTIK_HASH];
	int64_t nik, nip; /* as they are keyed; nip 0: none */
	int32_t kelompok_lapor, step, change_kind;
	int64_t supersedes_batch_no;
	int32_t supersedes_record_no;
	bool not_proposed;            /* it names an earlier step, so that nothing here judged it as a first proposal */
	struct lantik_span nama_asli; /* the name as sent when it is kept in another form; only while it is encoded */
	/* Where the current row belongs under each key; the slow path's to say, as what follows is. */
	int32_t nik_slot, nip_slot;
	bool joins;         /* the person stands under another kind already */
	bool leaves_number; /* in slot 0 of a number that another row of the person still has */
	/* The place of a formation that the version before holds, and what becomes of it. */
	enum row_place {
		ROW_PLACE_NEW = LANTIK_PLACE_NEW, /* or no version before is known; when there is none, it takes one */
		ROW_PLACE_KEPT = LANTIK_PLACE_KEPT,
		ROW_PLACE_TAKEN = LANTIK_PLACE_TAKEN,
		ROW_PLACE_MOVED = LANTIK_PLACE_MOVED,
		ROW_PLACE_FREED = LANTIK_PLACE_FREED,
	} place;
	char held_programme[STORE_PROGRAMME];
	int32_t held_group;
};

/* A record as it came: its bytes, and their hash (lantik_leaf_hash). */
struct row_source {
	struct lantik_span bytes;
	const uint8_t *hash;
};

/* The columns for records that give these fields (lantik_batch_view); more than they give does no harm. */
void row_columns_of(const uint64_t present[2], struct row_columns *ret);
/* Appends the names, joined by commas, as tuples have them. */
void row_columns_name(const struct row_columns *columns, struct lantik_buffer *ret);

/* Appends the tuple of a record that passed the row rules; fills offset, len and hash. row->record_no and the
 * supersedes key are the caller's to have set. The record's bytes go into the row only when the columns do not say all
 * of them. */
void row_encode(const struct row_context *context, const struct lantik_record *record, const struct row_source *source,
	const uint8_t salt[LANTIK_ROW_SALT], struct row *row, struct lantik_buffer *tuples);

/* What the slow path said of it. */
static inline void row_forget(struct row *row)
{
	row->nik_slot = row->nip_slot = 0;
	row->joins = row->leaves_number = false;
	row->place = ROW_PLACE_NEW;
}

static inline bool row_takes_another(const struct row *row)
{
	return row->place == ROW_PLACE_TAKEN || row->place == ROW_PLACE_MOVED;
}

/* For qsort over pointers to rows. */
int row_by_record(const void *a, const void *b);

#endif
