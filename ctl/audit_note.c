/* The stored checkpoints: each is signed by the keys of its size, and says the root of the tree.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_ledger.h"

enum { SIZE, NOTE };

/* A running daemon signs within a minute what another one left unsigned (daemon/sweep.c); until then it is on its way.
 */
#define ON_ITS_WAY (INT64_C(2) * 60 * 1000000)

#define EM_DASH "\xe2\x80\x94"
/* Base64 of key id and signature. */
#define SIGNATURE_TEXT 92u

void ledger_notes_open(struct ledger *ledger)
{
	audit_open(ledger->audit, &ledger->notes,
		"SELECT size, note FROM lantik.checkpoint WHERE %" PRIu64 " = 0 OR size >= %" PRIu64 " ORDER BY size",
		ledger->audit->from, ledger->audit->from);
	ledger->note_waits = audit_next(&ledger->notes);
}

static void note_next(struct ledger *ledger)
{
	ledger->note_waits = audit_next(&ledger->notes);
}

/* ---- one note ---- */

static bool signed_by_all(
	struct lantik_span note, const char *origin, const struct lantik_vkey *keys, size_t count, size_t text_length)
{
	struct lantik_checkpoint checkpoint;
	struct lantik_vkey key;
	size_t length = text_length + 1;
	for (size_t i = 0; i < count; i++) {
		if (lantik_vkey_rename(&keys[i], origin, &key) != LANTIK_OK ||
			lantik_checkpoint_verify(note, &key, &checkpoint) != LANTIK_OK)
			return false;
		length += strlen(EM_DASH " ") + strlen(origin) + 1 + SIGNATURE_TEXT + 1;
	}
	return length == note.len;
}

/* Just the text, and just the signatures that this size must have: Ed25519 leaves no room for anything else. */
static bool is_whole(const struct ledger *ledger, struct lantik_span note, const struct lantik_checkpoint *checkpoint)
{
	struct lantik_buffer text = {0};
	struct lantik_vkey keys[LANTIK_MAX_SIGNERS];
	size_t count;
	lantik_buffer_printf(&text, "%s\n%" PRIu64 "\n", checkpoint->origin, checkpoint->size);
	lantik_base64_append(&text, checkpoint->root, LANTIK_HASH);
	lantik_buffer_printf(&text, "\n");
	LANTIK_ASSERT(!text.error);
	lantik_trust_signers(&ledger->audit->trust, checkpoint->size, keys, &count);
	bool whole = note.len > text.len && memcmp(note.data, text.data, text.len) == 0 &&
		     signed_by_all(note, checkpoint->origin, keys, count, text.len);
	lantik_buffer_free(&text);
	return whole;
}

static void tell(struct ledger *ledger, enum audit_what what, uint64_t size)
{
	audit_found(ledger->audit, "checkpoint", what, what == AUDIT_ALTERED ? "note" : NULL, "size %" PRIu64, size);
}

/* A checkpoint that was lost, or was not stored yet when a recovery began the next epoch, is signed again under the
 * name of that epoch: an old name may have stood for another tree of this size. */
static bool is_of_later_epoch(
	const struct ledger *ledger, struct lantik_span note, uint64_t size, struct lantik_checkpoint *ret)
{
	const struct lantik_trust *trust = &ledger->audit->trust;
	char origin[LANTIK_MAX_ORIGIN + 1];
	struct lantik_checkpoint checkpoint;
	if (lantik_checkpoint_read(note, &checkpoint) != LANTIK_OK || checkpoint.size != size)
		return false;
	for (unsigned epoch = trust->epoch + 1; epoch <= trust->epoch + LANTIK_MAX_RECOVERIES; epoch++)
		if (lantik_epoch_origin(trust->keys[0].vkey.name, epoch, origin) &&
			strcmp(origin, checkpoint.origin) == 0 && is_whole(ledger, note, &checkpoint)) {
			*ret = checkpoint;
			return true;
		}
	return false;
}

/* When a deed about keys is lost, a note may have been signed by keys that are not known. */
static bool may_be_right(const struct ledger *ledger, struct lantik_span note, uint64_t size)
{
	struct lantik_checkpoint checkpoint;
	return ledger->audit->is_unproved && lantik_checkpoint_read(note, &checkpoint) == LANTIK_OK &&
	       checkpoint.size == size;
}

/* The keys are known and signed it, as they must at this size and in this epoch or a later one. */
static void note_read(struct ledger *ledger, uint64_t size, struct note *ret)
{
	const struct lantik_trust *trust = &ledger->audit->trust;
	struct lantik_span note = audit_cell(&ledger->notes, NOTE);
	ret->held = true;
	if (!trust->key_count)
		return;
	ret->is_signed = lantik_checkpoint_trusted(note, trust, &ret->checkpoint) == LANTIK_OK &&
			 ret->checkpoint.size == size && ret->checkpoint.epoch == trust->epoch;
	if (!ret->is_signed)
		ret->is_signed = is_of_later_epoch(ledger, note, size, &ret->checkpoint);
	if (ret->is_signed && is_whole(ledger, note, &ret->checkpoint))
		return;
	if (!may_be_right(ledger, note, size))
		tell(ledger, AUDIT_ALTERED, size);
	else if (!ledger->not_judged++)
		ledger->not_judged_from = size;
}

void ledger_note_of(struct ledger *ledger, uint64_t size, struct note *ret)
{
	*ret = (struct note){0};
	while (ledger->note_waits && audit_integer(&ledger->notes, SIZE) < (int64_t)size) {
		tell(ledger, AUDIT_EXTRA, (uint64_t)audit_integer(&ledger->notes, SIZE));
		note_next(ledger);
	}
	if (ledger->note_waits && audit_integer(&ledger->notes, SIZE) == (int64_t)size)
		note_read(ledger, size, ret);
}

/* ---- beside the tree ---- */

static void keep_newest(struct ledger *ledger, uint64_t size)
{
	struct audit *audit = ledger->audit;
	lantik_buffer_reset(&audit->newest_note);
	lantik_buffer_append_span(&audit->newest_note, audit_cell(&ledger->notes, NOTE));
	LANTIK_ASSERT(!audit->newest_note.error);
	audit->newest_size = size;
}

static void remark_unsigned(struct ledger *ledger, uint64_t last)
{
	audit_remark(ledger->audit, "not_signed",
		"no signed checkpoint yet from size %" PRIu64 " to %" PRIu64
		"; a running daemon makes it within a minute",
		"belum ada checkpoint bertanda tangan dari ukuran %" PRIu64 " sampai %" PRIu64
		"; daemon yang berjalan membuatnya dalam satu menit",
		ledger->unsigned_from, last);
}

static void remark_not_judged(struct ledger *ledger)
{
	audit_remark(ledger->audit, "not_judged",
		"signatures of %" PRIu64 " checkpoints from size %" PRIu64
		" on cannot be judged: a deed that may have changed the receipt keys is lost",
		"tanda tangan %" PRIu64 " checkpoint mulai ukuran %" PRIu64
		" tidak dapat dinilai: akta yang mungkin mengubah kunci tanda terima hilang",
		ledger->not_judged, ledger->not_judged_from);
}

/* Sizes without a checkpoint before this one: lost, unless they are so young that a daemon is about to store them. */
static void tell_unsigned(struct ledger *ledger, uint64_t until)
{
	if (!ledger->unsigned_at)
		return;
	bool young = ledger->audit->has_daemon && ledger->audit->now - ledger->unsigned_at < ON_ITS_WAY;
	for (uint64_t size = ledger->unsigned_from; size < until && !young; size++)
		tell(ledger, AUDIT_MISSING, size);
	if (young)
		remark_unsigned(ledger, until - 1);
	ledger->unsigned_at = 0;
}

void ledger_note_pass(struct ledger *ledger, const struct note *note, uint64_t size, int64_t recorded_at)
{
	if (!note->held) {
		if (!ledger->unsigned_at) {
			ledger->unsigned_at = recorded_at ? recorded_at : 1;
			ledger->unsigned_from = size;
		}
		return;
	}
	tell_unsigned(ledger, size);
	if (note->is_signed && !ledger->broken)
		keep_newest(ledger, size);
	note_next(ledger);
}

void ledger_notes_pass(struct ledger *ledger, uint64_t size)
{
	while (ledger->note_waits && audit_integer(&ledger->notes, SIZE) <= (int64_t)size)
		note_next(ledger);
}

/* Signed by any of the keys that are known, whatever the epoch. */
static bool is_of_size(const struct ledger *ledger, struct lantik_span note, uint64_t size)
{
	struct lantik_checkpoint checkpoint;
	return ledger->audit->trust.key_count &&
	       lantik_checkpoint_trusted(note, &ledger->audit->trust, &checkpoint) == LANTIK_OK &&
	       checkpoint.size == size;
}

bool ledger_size_was_signed(const struct ledger *ledger, uint64_t size)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, size);
	PGresult *rows = database_query_binary(ledger->audit->database,
		"SELECT note FROM lantik.checkpoint WHERE size = $1::bigint", 1, (const char *const[]){text});
	bool is_signed = rows && PQntuples(rows) && is_of_size(ledger, cell_span(rows, 0, 0), size);
	PQclear(rows);
	return is_signed;
}

/* A signed checkpoint beyond the last leaf: the ledger was longer. */
void ledger_notes_close(struct ledger *ledger)
{
	uint64_t lost = 0;
	if (ledger->not_judged && ledger->audit->deed_is_lost)
		remark_not_judged(ledger);
	if (ledger->unsigned_at)
		remark_unsigned(ledger, ledger_size(ledger));
	while (ledger->note_waits) {
		uint64_t size = (uint64_t)audit_integer(&ledger->notes, SIZE);
		if (size > ledger_size(ledger) && is_of_size(ledger, audit_cell(&ledger->notes, NOTE), size))
			lost = size;
		else
			tell(ledger, AUDIT_EXTRA, size);
		note_next(ledger);
	}
	if (lost && !ledger->broken)
		audit_found(ledger->audit, "ledger_leaf", AUDIT_MISSING, NULL, "leaf_index %" PRIu64 "-%" PRIu64,
			ledger->edge.size, lost - 1);
	audit_close(&ledger->notes);
}
