/* A register row as PostgreSQL's COPY BINARY takes it, and its hash. Row format 1 is the column list that
 * row_encode writes: batch_no, record_no, office_no, kind, step, supersedes_batch_no, supersedes_record_no, salt,
 * nama_asli, then every field of fields.def in order. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_ROW_H
#define LANTIK_DAEMON_ROW_H

#include "lantik/crypto.h"
#include "lantik/place.h"
#include "lantik/record.h"

#include "store.h"

#define ROW_SALT 16
#define ROW_OWN_COLUMNS 9
/* A name is sent with at most 150 characters and made of at most four times as many code points of 4 bytes. */
#define ROW_MAX_NAME 4096

struct row_context {
	int64_t batch_no;
	int32_t office_no;
	const struct lantik_manifest *manifest;
};

/* Where an encoded row lies in the buffer, and what the commit needs to know of it. */
struct row {
	uint32_t record_no;
	size_t offset, len; /* the tuple */
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

/* Appends the tuple of a record that passed the row rules; fills offset, len and hash. row->record_no and the
 * supersedes key are the caller's to have set. The hash is the RFC 6962 leaf hash over row format and the tuple's
 * fields. */
void row_encode(const struct row_context *context, const struct lantik_record *record, const uint8_t salt[ROW_SALT],
	struct row *row, struct lantik_buffer *tuples);

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
