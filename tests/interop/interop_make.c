/* Makes docs/vectors: every format of the contract once, from fixed seeds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop.h"

#define ORIGIN "lantik.example/vectors/1"

void making_fail(const char *what)
{
	fprintf(stderr, "interop: cannot make %s\n", what);
	exit(EXIT_FAILURE);
}

void making_file(const struct making *making, const char *name, struct lantik_span bytes)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", making->directory, name);
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file))
		making_fail(path);
}

void making_buffer(const struct making *making, const char *name, struct lantik_buffer *buffer)
{
	if (buffer->error)
		making_fail(name);
	making_file(making, name, lantik_buffer_span(buffer));
	lantik_buffer_reset(buffer);
}

static void value_hex(struct making *making, const char *name, const uint8_t *data, size_t len)
{
	lantik_buffer_printf(&making->values, "%s ", name);
	for (size_t i = 0; i < len; i++)
		lantik_buffer_printf(&making->values, "%02x", data[i]);
	lantik_buffer_printf(&making->values, "\n");
}

static void make_keys(struct making *making)
{
	uint8_t seed[LANTIK_SEED];

	memset(seed, 0x4c, sizeof seed);
	if (lantik_skey_make(ORIGIN, seed, &making->log_key))
		making_fail("the log's key");
	memset(seed, 0x4f, sizeof seed);
	if (lantik_skey_make(MAKING_OFFICE, seed, &making->office_key))
		making_fail("the office's key");
	const struct lantik_skey *keys[] = {&making->log_key, &making->office_key};
	const char *names[] = {"log", "office"};
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++) {
		lantik_buffer_printf(&making->values, "%s_secret_key ", names[i]);
		lantik_skey_format(keys[i], &making->values);
		lantik_buffer_printf(&making->values, "\n%s_verifier_key ", names[i]);
		lantik_vkey_format(&keys[i]->vkey, &making->values);
		lantik_buffer_printf(&making->values, "\n");
	}
}

/* The two messages that a body is made of, without their tags. */
static void write_parts(const struct making *making, struct lantik_span body, uint8_t ret_manifest_sha256[LANTIK_HASH])
{
	struct lantik_arena *arena = lantik_arena_new((size_t)1024 * 1024);
	struct lantik_batch_view view;
	uint32_t record_no;

	if (!arena || lantik_batch_scan(body, arena, &view, &record_no))
		making_fail("the parts of the batch");
	making_file(making, "manifest.bin", view.manifest);
	lantik_sha256(view.manifest, ret_manifest_sha256);
	making_file(making, "record.bin", view.records[0]);
	lantik_arena_free(&arena);
}

/* Both signatures of the body, and what they are over. */
static void make_signatures(struct making *making, struct making_batch *ret)
{
	static const struct {
		enum lantik_purpose purpose;
		const char *message, *signature;
	} purposes[] = {{LANTIK_TO_SUBMIT, "signed_message", "signature"},
		{LANTIK_TO_REHEARSE, "rehearsal_message", "rehearsal_signature"}};
	for (size_t i = 0; i < LANTIK_COUNT(purposes); i++) {
		uint8_t message[LANTIK_SUBMISSION_MESSAGE], *signature = ret->signatures[purposes[i].purpose];
		lantik_submission_message(purposes[i].purpose, ret->manifest_sha256, message);
		lantik_sign(making->office_key.seed, (struct lantik_span){message, sizeof message}, signature);
		value_hex(making, purposes[i].message, message, sizeof message);
		value_hex(making, purposes[i].signature, signature, LANTIK_SIGNATURE);
	}
}

static void make_batch(struct making *making, struct making_batch *ret)
{
	struct lantik_buffer records = {0}, json = {0};

	interop_records(&records);
	if (lantik_records_root(lantik_buffer_span(&records), ret->records_root))
		making_fail("records_root");
	interop_manifest(&ret->manifest);
	ret->manifest.row_count = 3;
	ret->manifest.records_root = (struct lantik_span){ret->records_root, LANTIK_HASH};
	if (lantik_batch_encode(&ret->manifest, lantik_buffer_span(&records), &ret->body))
		making_fail("batch.bin");
	if (interop_body_json(lantik_buffer_span(&ret->body), &json))
		making_fail("batch.json");
	making_file(making, "batch.bin", lantik_buffer_span(&ret->body));
	making_buffer(making, "batch.json", &json);
	write_parts(making, lantik_buffer_span(&ret->body), ret->manifest_sha256);
	value_hex(making, "records_root", ret->records_root, LANTIK_HASH);
	value_hex(making, "manifest_sha256", ret->manifest_sha256, LANTIK_HASH);
	make_signatures(making, ret);
	lantik_buffer_free(&records);
	lantik_buffer_free(&json);
}

static void make_envelopes(const struct making *making, const struct making_batch *batch, struct lantik_span checkpoint)
{
	static const struct {
		const char *file;
		enum lantik_message message;
	} kinds[] = {{"envelope-submit.bin", LANTIK_SUBMIT}, {"envelope-status.bin", LANTIK_STATUS},
		{"envelope-reference.bin", LANTIK_REFERENCE}, {"envelope-ping.bin", LANTIK_PING},
		{"envelope-receipt.bin", LANTIK_RECEIPT}, {"envelope-refusal.bin", LANTIK_REFUSAL},
		{"envelope-busy.bin", LANTIK_BUSY}, {"envelope-status-answer.bin", LANTIK_STATUS_ANSWER},
		{"envelope-reference-answer.bin", LANTIK_REFERENCE_ANSWER}, {"envelope-pong.bin", LANTIK_PONG},
		{"envelope-reconcile.bin", LANTIK_RECONCILE}, {"envelope-rehearse.bin", LANTIK_REHEARSE},
		{"envelope-reconcile-answer.bin", LANTIK_RECONCILE_ANSWER},
		{"envelope-rehearsal.bin", LANTIK_REHEARSAL}};
	struct lantik_buffer out = {0};

	for (size_t i = 0; i < LANTIK_COUNT(kinds); i++) {
		uint8_t request_id[LANTIK_REQUEST_ID];
		memset(request_id, 0x10 + (int)kinds[i].message, sizeof request_id);
		struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
			.request_id = {request_id, sizeof request_id},
			.message = kinds[i].message,
			.rulebook_sha256 = {batch->records_root, LANTIK_HASH}};
		if (kinds[i].message < LANTIK_RECEIPT)
			envelope.checkpoint = checkpoint;
		if (kinds[i].message == LANTIK_SUBMIT || kinds[i].message == LANTIK_REHEARSE) {
			bool rehearsal = kinds[i].message == LANTIK_REHEARSE;
			const uint8_t *signature = batch->signatures[rehearsal ? LANTIK_TO_REHEARSE : LANTIK_TO_SUBMIT];
			envelope.signing_key_id = (struct lantik_span){making->office_key.vkey.id, 4};
			envelope.signature = (struct lantik_span){signature, LANTIK_SIGNATURE};
		}
		lantik_envelope_encode(&envelope, &out);
		making_buffer(making, kinds[i].file, &out);
	}
	lantik_buffer_free(&out);
}

static void make_refusals(const struct making *making)
{
	struct lantik_buffer out = {0};
	char name[32];

	for (int code = LANTIK_REFUSED_MALFORMED; code <= LANTIK_REFUSED_INTERNAL; code++) {
		const struct lantik_refused refused = {.code = (enum lantik_refusal)code,
			.passing = code == LANTIK_REFUSED_INTERNAL,
			.detail = lantik_span_of("One sentence that says what and what to do."),
			.record_no = code == LANTIK_REFUSED_MALFORMED ? 2 : 0};
		lantik_refused_encode(&refused, &out);
		snprintf(name, sizeof name, "refusal-%d.bin", code);
		making_buffer(making, name, &out);
	}
	for (int reason = LANTIK_BUSY_LOAD; reason <= LANTIK_BUSY_LEDGER_FORK; reason++) {
		struct lantik_busy busy = {.retry_after_ms = 1500, .credit = 4};
		busy.reason = reason;
		lantik_busy_encode(&busy, &out);
		snprintf(name, sizeof name, "busy-%d.bin", reason);
		making_buffer(making, name, &out);
	}
	lantik_buffer_free(&out);
}

static void make_status(const struct making *making, const struct making_batch *batch, struct lantik_span receipt)
{
	struct lantik_buffer out = {0};
	const struct lantik_status_answer answers[] = {
		{.state = LANTIK_STATE_NOT_HELD}, {.state = LANTIK_STATE_COMMITTED,
							  .accepted = 1,
							  .returned = 1,
							  .review = 1,
							  .recorded_at = INT64_C(1756713601500000),
							  .leaf_index = MAKING_BATCH_LEAF,
							  .receipt = receipt}};

	lantik_status_request_encode(&(struct lantik_status_request){.batch_id = batch->manifest.batch_id}, &out);
	making_buffer(making, "status-request.bin", &out);
	lantik_status_answer_encode(&answers[0], &out);
	making_buffer(making, "status-answer-not-held.bin", &out);
	lantik_status_answer_encode(&answers[1], &out);
	making_buffer(making, "status-answer-committed.bin", &out);
	lantik_buffer_free(&out);
}

void making_finding(struct lantik_findings *findings, uint32_t record_no, const char *name, enum lantik_field_id field)
{
	enum lantik_case_id id = lantik_case_find(lantik_span_of(name));

	if (id == LANTIK_CASE_COUNT)
		making_fail(name);
	lantik_findings_add(findings, record_no, id, (uint8_t)lantik_case_of(id)->severity, field);
}

static void add_findings(struct lantik_findings *findings, bool refused)
{
	if (refused)
		making_finding(findings, 0, "B02.row_count", LANTIK_F_NONE);
	making_finding(findings, 2, "N01.digits", LANTIK_F_nik);
	making_finding(findings, 2, "D01.unreadable", LANTIK_F_tgl_lahir);
	making_finding(findings, 3, "N08.other_kind", LANTIK_F_nik);
	lantik_findings_sort(findings);
}

static void make_verdict(
	const struct making_batch *batch, bool refused, struct lantik_buffer *ret, struct lantik_batch_leaf *leaf)
{
	struct lantik_findings findings = {0};
	struct lantik_verdict verdict = {.office = lantik_span_of(MAKING_OFFICE),
		.agency = batch->manifest.kode_instansi,
		.kind = batch->manifest.kind,
		.step = batch->manifest.step,
		.records = 3,
		.not_checked = {0}};

	memcpy(verdict.batch_id, batch->manifest.batch_id.data, sizeof verdict.batch_id);
	memcpy(verdict.records_root, batch->records_root, LANTIK_HASH);
	memset(verdict.rulebook_sha256, 0x52, LANTIK_HASH);
	add_findings(&findings, refused);
	for (unsigned id = LANTIK_CASE_B05_format; id <= LANTIK_CASE_B05_inactive && !refused; id++)
		verdict.not_checked[0] |= UINT64_C(1) << id;
	if (!refused)
		verdict.not_checked[0] |= UINT64_C(1) << LANTIK_CASE_B04_kanreg;
	verdict.findings = findings.items;
	verdict.finding_count = findings.count;
	lantik_verdict_count(&verdict);
	if (lantik_verdict_format(&verdict, ret))
		making_fail("verdict");
	leaf->rows = verdict.accepted;
	lantik_findings_free(&findings);
}

void making_rows_root(uint32_t rows, uint8_t ret[LANTIK_HASH])
{
	uint8_t hashes[8][LANTIK_HASH];

	LANTIK_ASSERT(rows <= LANTIK_COUNT(hashes));
	for (uint32_t i = 0; i < rows; i++)
		memset(hashes[i], (int)i + 1, LANTIK_HASH);
	lantik_root_of(hashes[0], rows, ret);
}

/* Records 2 and 3, the one returned and the other waiting; none of a refused batch. */
static void make_returned_root(const struct making_batch *batch, bool refused, uint8_t ret[LANTIK_HASH])
{
	struct lantik_arena *arena = lantik_arena_new((size_t)1024 * 1024);
	uint8_t hashes[2][LANTIK_HASH], salt[16];
	struct lantik_batch_view view;
	uint32_t record_no;

	if (!arena || lantik_batch_scan(lantik_buffer_span(&batch->body), arena, &view, &record_no))
		making_fail("returned_root");
	for (uint32_t i = 0; i < LANTIK_COUNT(hashes); i++) {
		memset(salt, MAKING_SALT + (int)i, sizeof salt);
		lantik_returned_hash(
			i + 2, i ? LANTIK_DID_WAIT : LANTIK_DID_RETURN, salt, view.records[i + 1], hashes[i]);
	}
	lantik_root_of(hashes[0], refused ? 0 : LANTIK_COUNT(hashes), ret);
	lantik_arena_free(&arena);
}

static void make_leaf(const struct making *making, const struct making_batch *batch, struct lantik_span verdict,
	bool refused, struct lantik_batch_leaf *leaf, struct lantik_buffer *ret)
{
	leaf->office = lantik_span_of(MAKING_OFFICE);
	memcpy(leaf->batch_id, batch->manifest.batch_id.data, sizeof leaf->batch_id);
	memcpy(leaf->manifest_sha256, batch->manifest_sha256, LANTIK_HASH);
	memcpy(leaf->signing_key_id, making->office_key.vkey.id, sizeof leaf->signing_key_id);
	lantik_sha256(
		(struct lantik_span){batch->signatures[LANTIK_TO_SUBMIT], LANTIK_SIGNATURE}, leaf->signature_sha256);
	lantik_sha256(verdict, leaf->verdict_sha256);
	memset(leaf->rulebook_sha256, 0x52, LANTIK_HASH);
	leaf->row_format = LANTIK_ROW_FORMAT;
	making_rows_root(leaf->rows, leaf->rows_root);
	make_returned_root(batch, refused, leaf->returned_root);
	leaf->received_at = INT64_C(1756713601000000);
	leaf->recorded_at = INT64_C(1756713601500000);
	leaf->durability = LANTIK_DURABLE_LOCAL;
	if (lantik_batch_leaf_format(leaf, ret))
		making_fail("leaf");
}

void making_append(struct making *making, struct lantik_span leaf, struct lantik_span text,
	struct lantik_buffer *ret_note, struct lantik_buffer *ret_receipt)
{
	uint64_t index = making->edge.size;
	struct lantik_proof proof;
	uint8_t hash[LANTIK_HASH], root[LANTIK_HASH];

	lantik_edge_proof(&making->edge, &proof);
	lantik_leaf_hash(leaf, hash);
	lantik_edge_append(&making->edge, hash, NULL, NULL);
	lantik_edge_root(&making->edge, root);
	if (lantik_checkpoint_sign(making->edge.size, root, &making->log_key, 1, ret_note) ||
		lantik_receipt_format(leaf, index, &proof, lantik_buffer_span(ret_note), text, ret_receipt))
		making_fail("receipt");
}

/* The receipt of the batch as the next leaf of the tree. */
static void make_receipt(
	struct making *making, const struct making_batch *batch, bool refused, struct lantik_buffer *ret)
{
	struct lantik_batch_leaf leaf = {.leaf_index = making->edge.size};
	struct lantik_buffer verdict = {0}, bytes = {0}, note = {0};

	make_verdict(batch, refused, &verdict, &leaf);
	make_leaf(making, batch, lantik_buffer_span(&verdict), refused, &leaf, &bytes);
	making_append(making, lantik_buffer_span(&bytes), lantik_buffer_span(&verdict), &note, ret);
	if (!refused) {
		making_buffer(making, "leaf.bin", &bytes);
		making_buffer(making, "verdict.txt", &verdict);
		making_buffer(making, "checkpoint.txt", &note);
	}
	lantik_buffer_free(&verdict);
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&note);
}

/* A refused batch is leaf 0, whose proof is empty; five leaves that stand for nothing; the batch is leaf 6. */
static void make_receipts(struct making *making, const struct making_batch *batch, struct lantik_buffer *ret)
{
	struct lantik_buffer refused = {0};

	make_receipt(making, batch, true, &refused);
	while (making->edge.size < MAKING_BATCH_LEAF) {
		uint8_t hash[LANTIK_HASH];
		uint8_t number = (uint8_t)making->edge.size;
		lantik_leaf_hash((struct lantik_span){&number, 1}, hash);
		lantik_edge_append(&making->edge, hash, NULL, NULL);
	}
	make_receipt(making, batch, false, ret);
	making_file(making, "receipt.txt", lantik_buffer_span(ret));
	making_buffer(making, "receipt-refused.txt", &refused);
	lantik_buffer_free(&refused);
}

/* All proofs of the trees of up to 9 leaves; leaf i is the one byte i. */
#define PROOF_TREES 9u

static bool small_node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	uint8_t hashes[16][LANTIK_HASH];
	uint64_t count = UINT64_C(1) << level, first = index << level;

	(void)context;
	LANTIK_ASSERT(count <= LANTIK_COUNT(hashes));
	for (uint64_t i = 0; i < count; i++) {
		uint8_t leaf = (uint8_t)(first + i);
		lantik_leaf_hash((struct lantik_span){&leaf, 1}, hashes[i]);
	}
	lantik_root_of(hashes[0], count, ret);
	return true;
}

static void put_hash(struct lantik_buffer *out, const uint8_t hash[LANTIK_HASH])
{
	char hex[2 * LANTIK_HASH + 1];

	lantik_hex_encode(hash, LANTIK_HASH, hex);
	lantik_buffer_printf(out, " %s", hex);
}

static void put_proof(struct lantik_buffer *out, const struct lantik_proof *proof)
{
	for (unsigned i = 0; i < proof->count; i++)
		put_hash(out, proof->hashes[i]);
	lantik_buffer_printf(out, "\n");
}

static void make_proofs(const struct making *making)
{
	struct lantik_buffer out = {0};
	struct lantik_proof proof;
	uint8_t root[LANTIK_HASH];

	for (unsigned size = 0; size <= PROOF_TREES; size++) {
		if (lantik_tree_root(small_node, NULL, size, root))
			making_fail("a root");
		lantik_buffer_printf(&out, "root %u", size);
		put_hash(&out, root);
		lantik_buffer_printf(&out, "\n");
		for (unsigned i = 0; i < size; i++) {
			if (lantik_inclusion_proof(small_node, NULL, i, size, &proof))
				making_fail("an inclusion proof");
			lantik_buffer_printf(&out, "inclusion %u %u", i, size);
			put_proof(&out, &proof);
		}
		for (unsigned from = 0; from <= size; from++) {
			if (lantik_consistency_proof(small_node, NULL, from, size, &proof))
				making_fail("a consistency proof");
			lantik_buffer_printf(&out, "consistency %u %u", from, size);
			put_proof(&out, &proof);
		}
	}
	making_buffer(making, "proofs.txt", &out);
	lantik_buffer_free(&out);
}

void interop_make(const char *directory)
{
	struct making making = {.directory = directory};
	struct making_batch batch = {0};
	struct lantik_buffer receipt = {0};
	struct lantik_receipt parsed;

	make_keys(&making);
	make_batch(&making, &batch);
	make_receipts(&making, &batch, &receipt);
	if (lantik_receipt_parse(lantik_buffer_span(&receipt), &parsed))
		making_fail("receipt.txt");
	make_envelopes(&making, &batch, parsed.checkpoint);
	make_refusals(&making);
	make_status(&making, &batch, lantik_buffer_span(&receipt));
	make_proofs(&making);
	interop_make_decisions(&making, &batch, lantik_buffer_span(&receipt));
	interop_make_enquiries(&making, &batch, parsed.verdict_text);
	interop_make_deeds(&making);
	making_buffer(&making, "values.txt", &making.values);
	lantik_receipt_free(&parsed);
	lantik_buffer_free(&receipt);
	lantik_buffer_free(&batch.body);
	lantik_buffer_free(&making.values);
}
