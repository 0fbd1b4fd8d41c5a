/* Batches: every column from the leaf, the manifest and the verdict, and the office's signature.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit_entry.h"
#include "book.h"
#include "lantik/codec.h"

/* clang-format off */
#define BATCH_COLUMNS(X)                                                                                               \
	X(batch_no) X(office_no) X(batch_id) X(kode_instansi) X(kind) X(step) X(outcome) X(corrects_batch_id)         \
	X(all_or_nothing) X(manifest_sha256) X(records_root) X(signing_key_id) X(signature) X(rulebook_sha256)          \
	X(row_count) X(accepted) X(returned) X(review) X(row_format) X(rows_root) X(programme) X(periode)             \
	X(no_surat_usulan) X(tgl_surat_usulan) X(certifier_nama) X(certifier_nip) X(sptjm_no) X(sptjm_tgl)            \
	X(pengirim_nip) X(sent_at) X(manifest) X(verdict) X(leaf_index) X(durability) X(received_at) X(recorded_at) \
	X(body_form) X(row_hashes) X(returned_hashes)
/* clang-format on */

#define AS_ENUM(name) B_##name,
#define AS_SELECT(name) "t." #name ", "

enum { BATCH_COLUMNS(AS_ENUM) OFFICE, LEAF };

/* PostgreSQL counts days from 2000-01-01. */
#define EPOCH_DAYS 10957
/* 2200-01-01T00:00:00Z: what the daemon does not store as an instant. */
#define LATEST_MICROS (INT64_C(7258118400) * 1000000)

void audit_batches_open(struct entries *all)
{
	owned_open(all, &all->batches, "batch", "batch_no",
		"SELECT " BATCH_COLUMNS(
			AS_SELECT) "(SELECT o.name FROM lantik.office o WHERE o.office_no = t.office_no), "
				   "(SELECT l.leaf FROM lantik.ledger_leaf l WHERE l.leaf_index = t.leaf_index)",
		"");
}

/* ---- comparing ---- */

struct batch_row {
	struct entry *entry;
	const struct audit_stream *row;
	struct lantik_batch_leaf leaf;
	struct lantik_verdict verdict;
	struct lantik_manifest manifest;
};

static void number_is(const struct batch_row *b, unsigned column, const char *name, int64_t value)
{
	entry_column(b->entry, name, !audit_null(b->row, column) && audit_integer(b->row, column) == value);
}

static void hash_is(const struct batch_row *b, unsigned column, const char *name, const uint8_t *hash, size_t len)
{
	entry_column(b->entry, name, audit_is(b->row, column, (struct lantik_span){hash, len}));
}

/* Empty stands for NULL. */
static void bytes_or_null(const struct batch_row *b, unsigned column, const char *name, struct lantik_span value)
{
	entry_column(b->entry, name, value.len ? audit_is(b->row, column, value) : audit_null(b->row, column));
}

/* The daemon stores no text that PostgreSQL would not take. */
static struct lantik_span storable(struct lantik_span text)
{
	bool holds = lantik_utf8_valid(text) && !(text.len && memchr(text.data, 0, text.len));
	return holds ? text : (struct lantik_span){NULL, 0};
}

static void text_or_null(const struct batch_row *b, unsigned column, const char *name, struct lantik_span text)
{
	bytes_or_null(b, column, name, storable(text));
}

static void date_or_null(const struct batch_row *b, unsigned column, const char *name, int32_t date)
{
	if (lantik_date_valid(date))
		number_is(b, column, name, lantik_date_days(date) - EPOCH_DAYS);
	else
		entry_column(b->entry, name, audit_null(b->row, column));
}

static void time_or_null(const struct batch_row *b, unsigned column, const char *name, int64_t micros)
{
	bool is_stored = micros > 0 && micros < LATEST_MICROS;
	entry_column(b->entry, name, is_stored ? audit_time(b->row, column) == micros : audit_null(b->row, column));
}

#define NUMBER_IS(b, name, value) number_is(b, B_##name, #name, (int64_t)(value))
#define HASH_IS(b, name, hash) hash_is(b, B_##name, #name, hash, sizeof(hash))
#define TEXT_OR_NULL(b, name, text) text_or_null(b, B_##name, #name, text)

/* ---- the leaf ---- */

static bool is_digest_of(struct lantik_span bytes, const uint8_t digest[LANTIK_HASH])
{
	uint8_t hash[LANTIK_HASH];
	lantik_sha256(bytes, hash);
	return memcmp(hash, digest, LANTIK_HASH) == 0;
}

/* Two of what names a batch agree: then it is its leaf, and what differs was altered. */
static bool leaf_is_mine(const struct batch_row *b)
{
	int agree = audit_is(b->row, B_batch_id, (struct lantik_span){b->leaf.batch_id, 16});
	agree += audit_is_hash(b->row, B_manifest_sha256, b->leaf.manifest_sha256);
	agree += is_digest_of(audit_cell(b->row, B_verdict), b->leaf.verdict_sha256);
	return agree >= 2;
}

/* True when the row's leaf is about it. */
static bool leaf_read(struct batch_row *b)
{
	struct entry *entry = b->entry;
	struct audit *audit = entry->all->audit;
	uint64_t index = (uint64_t)audit_integer(b->row, B_leaf_index);
	bool holds = audit_leaf_holds(audit, audit_cell(b->row, LEAF), index);
	if (holds && lantik_batch_leaf_parse(audit_cell(b->row, LEAF), &b->leaf) == LANTIK_OK && leaf_is_mine(b))
		return true;
	if (holds || index >= audit->size)
		audit_found(audit, "batch", holds ? AUDIT_REORDERED : AUDIT_EXTRA, "leaf_index", "batch_no %lld",
			(long long)entry->number);
	return false;
}

static void leaf_check(const struct batch_row *b)
{
	const struct lantik_batch_leaf *leaf = &b->leaf;
	entry_column(b->entry, "office_no", audit_is(b->row, OFFICE, leaf->office));
	HASH_IS(b, batch_id, leaf->batch_id);
	HASH_IS(b, manifest_sha256, leaf->manifest_sha256);
	HASH_IS(b, signing_key_id, leaf->signing_key_id);
	HASH_IS(b, rulebook_sha256, leaf->rulebook_sha256);
	NUMBER_IS(b, row_format, leaf->row_format);
	HASH_IS(b, rows_root, leaf->rows_root);
	NUMBER_IS(b, durability, leaf->durability);
	entry_column(b->entry, "received_at", audit_time(b->row, B_received_at) == leaf->received_at);
	entry_column(b->entry, "recorded_at", audit_time(b->row, B_recorded_at) == leaf->recorded_at);
	entry_column(b->entry, "signature", is_digest_of(audit_cell(b->row, B_signature), leaf->signature_sha256));
}

/* The signature is the office's, by the key that the leaf names. An altered one was told already. */
static void signature_check(const struct batch_row *b)
{
	const struct entries *all = b->entry->all;
	struct lantik_span signature = audit_cell(b->row, B_signature);
	uint8_t message[LANTIK_SUBMISSION_MESSAGE];
	char id[9];
	bool known = false;
	if (signature.len != LANTIK_SIGNATURE || !is_digest_of(signature, b->leaf.signature_sha256))
		return;
	lantik_submission_message(LANTIK_TO_SUBMIT, b->leaf.manifest_sha256, message);
	for (size_t i = 0; i < all->key_count; i++) {
		const struct audit_office_key *key = &all->keys[i];
		if (key->office_no != audit_integer(b->row, B_office_no) ||
			memcmp(key->id, b->leaf.signing_key_id, 4) != 0)
			continue;
		known = true;
		if (key->is_key && lantik_verify(key->vkey.public_key, (struct lantik_span){message, sizeof message},
					   signature.data))
			return;
	}
	lantik_hex_encode(b->leaf.signing_key_id, 4, id);
	audit_found(all->audit, "office_key", known ? AUDIT_ALTERED : AUDIT_MISSING, known ? "signing_vkey" : NULL,
		"office_no %lld signing_key_id %s (batch_no %lld)", (long long)audit_integer(b->row, B_office_no), id,
		(long long)b->entry->number);
}

/* ---- the verdict ---- */

/* The lines say of each record that was not simply accepted what became of it; findings that this program does not know
 * change nothing about that. */
static void outcomes_read(struct entry *entry, const struct lantik_verdict *verdict, struct lantik_span text)
{
	struct entries *all = entry->all;
	struct lantik_span line;
	uint32_t next = 1;
	while (book_line(&text, &line)) {
		unsigned record_no = 0;
		char word[16] = "", copy[48];
		snprintf(copy, sizeof copy, "%.*s", (int)(line.len < 47 ? line.len : 47),
			line.len ? (const char *)line.data : "");
		if (sscanf(copy, "record %u %15s", &record_no, word) != 2 || record_no > verdict->records)
			continue;
		bool returned = strcmp(word, lantik_outcome_word(LANTIK_RETURNED)) == 0;
		if (!returned && strcmp(word, lantik_outcome_word(LANTIK_IN_REVIEW)) != 0)
			continue;
		while (next < record_no)
			all->accepted[entry->accepted_count++] = next++;
		next = record_no + 1;
		all->held[entry->held_count++] =
			(struct audit_held){record_no, returned ? LANTIK_RETURNED : LANTIK_IN_REVIEW};
	}
	while (next <= verdict->records)
		all->accepted[entry->accepted_count++] = next++;
}

static void verdict_read(struct batch_row *b)
{
	struct entry *entry = b->entry;
	struct lantik_span text = audit_cell(b->row, B_verdict);
	bool is_bound = !entry->is_bound || is_digest_of(text, b->leaf.verdict_sha256);
	entry_column(entry, "verdict", is_bound);
	entry->is_told = is_bound && lantik_verdict_parse(text, &b->verdict, &entry->findings) == LANTIK_OK &&
			 b->verdict.records <= LANTIK_MAX_RECORDS;
	if (!entry->is_told) {
		entry_column(entry, "verdict", !is_bound);
		return;
	}
	entry->findings_known = b->verdict.unknown == 0;
	if (!b->verdict.refused)
		outcomes_read(entry, &b->verdict, text);
}

/* Which of the two forms of rows it is the records tell. */
static bool is_form(int64_t form, bool refused)
{
	return refused ? form == LANTIK_BODY_WHOLE : form == LANTIK_BODY_UNNAMED || form == LANTIK_BODY_NAMED;
}

static void verdict_check(const struct batch_row *b)
{
	const struct lantik_verdict *v = &b->verdict;
	b->entry->records = v->records;
	entry_column(b->entry, "body_form", is_form(audit_integer(b->row, B_body_form), v->refused));
	NUMBER_IS(b, kind, v->kind);
	NUMBER_IS(b, step, v->step);
	NUMBER_IS(b, outcome, v->refused ? 2 : 1);
	NUMBER_IS(b, row_count, v->records);
	NUMBER_IS(b, accepted, v->accepted);
	NUMBER_IS(b, returned, v->returned);
	NUMBER_IS(b, review, v->review);
	entry_column(b->entry, "kode_instansi", lantik_span_equal(audit_cell(b->row, B_kode_instansi), v->agency));
	if (!v->refused && v->accepted + v->review > 0)
		HASH_IS(b, records_root, v->records_root);
	else
		entry_column(b->entry, "records_root", audit_null(b->row, B_records_root));
}

/* ---- the manifest ---- */

static void manifest_check(struct batch_row *b)
{
	const struct lantik_manifest *m = &b->manifest;
	struct lantik_span bytes = audit_cell(b->row, B_manifest);
	bool is_bound = is_digest_of(bytes, b->leaf.manifest_sha256);
	entry_column(b->entry, "manifest", is_bound);
	if (!is_bound || lantik_manifest_decode(bytes, b->entry->all->arena, &b->manifest) != LANTIK_OK)
		return;
	/* What the office signed for names the records by this root. Column and verdict were compared before. */
	if (b->entry->is_told)
		entry_column(b->entry, "verdict",
			lantik_span_equal(m->records_root, (struct lantik_span){b->verdict.records_root, LANTIK_HASH}));
	else
		entry_column(b->entry, "records_root",
			audit_null(b->row, B_records_root) || audit_is(b->row, B_records_root, m->records_root));
	b->entry->has_records_root = m->records_root.len == LANTIK_HASH;
	if (b->entry->has_records_root)
		memcpy(b->entry->records_root, m->records_root.data, LANTIK_HASH);
	bytes_or_null(b, B_corrects_batch_id, "corrects_batch_id", m->corrects_batch_id);
	NUMBER_IS(b, all_or_nothing, m->all_or_nothing == 1);
	TEXT_OR_NULL(b, programme, m->programme);
	if (m->periode > 0)
		NUMBER_IS(b, periode, m->periode);
	else
		entry_column(b->entry, "periode", audit_null(b->row, B_periode));
	TEXT_OR_NULL(b, no_surat_usulan, m->no_surat_usulan);
	date_or_null(b, B_tgl_surat_usulan, "tgl_surat_usulan", m->tgl_surat_usulan);
	TEXT_OR_NULL(b, certifier_nama, m->certifier_nama);
	TEXT_OR_NULL(b, certifier_nip, m->certifier_nip);
	TEXT_OR_NULL(b, sptjm_no, m->sptjm_no);
	date_or_null(b, B_sptjm_tgl, "sptjm_tgl", m->sptjm_tgl);
	TEXT_OR_NULL(b, pengirim_nip, m->pengirim_nip);
	time_or_null(b, B_sent_at, "sent_at", m->sent_at);
}

/* ---- the row ---- */

/* Roots from the leaf, or from the row itself when no leaf is about it. */
static void roots_read(const struct batch_row *b)
{
	struct entry *entry = b->entry;
	entry->row_hashes = audit_cell(b->row, B_row_hashes);
	entry->returned_hashes = audit_cell(b->row, B_returned_hashes);
	if (entry->is_bound) {
		memcpy(entry->rows_root, b->leaf.rows_root, LANTIK_HASH);
		memcpy(entry->returned_root, b->leaf.returned_root, LANTIK_HASH);
		return;
	}
	if (audit_cell(b->row, B_rows_root).len == LANTIK_HASH)
		memcpy(entry->rows_root, audit_cell(b->row, B_rows_root).data, LANTIK_HASH);
	lantik_root_of(entry->returned_hashes.data, entry->returned_hashes.len / LANTIK_HASH, entry->returned_root);
}

void audit_batch_read(struct entry *entry)
{
	struct batch_row b = {.entry = entry, .row = &entry->all->batches.stream};
	entry->batch_no = entry->number;
	entry->office_no = audit_integer(b.row, B_office_no);
	entry->kind = (int32_t)audit_integer(b.row, B_kind);
	entry->step = (int32_t)audit_integer(b.row, B_step);
	entry->agency = audit_cell(b.row, B_kode_instansi);
	entry->names_agency = audit_integer(b.row, B_body_form) == LANTIK_BODY_NAMED;
	entry->is_bound = leaf_read(&b);
	roots_read(&b);
	verdict_read(&b);
	if (entry->is_bound) {
		leaf_check(&b);
		signature_check(&b);
		manifest_check(&b);
	}
	if (entry->is_told)
		verdict_check(&b);
}
