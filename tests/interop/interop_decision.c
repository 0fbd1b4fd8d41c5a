/* Vectors of decisions: statements, leaves and receipts of two decisions about the batch, and its status after them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "interop.h"

#define RECORDED INT64_C(1756800000500000)

/* What differs between the two. */
struct decision {
	const char *name; /* of the files */
	uint8_t id_end;
	enum lantik_act act;
	const char *official, *position, *reason;
	struct lantik_decided record;
	const char *finding;
	uint32_t rows;
};

static const struct decision decisions[] = {
	{"decision", 0x07, LANTIK_ACCEPT, "Sekar Contoh", "Kepala Bidang Mutasi",
		"NI lama sudah dibatalkan, surat terlampir", {3, LANTIK_ACCEPTED}, "N08.other_kind", 1},
	{"decision-replay", 0x08, LANTIK_REPLAY,
		"Ni Luh Nur\xe2\x80\x99"
		"aini Conto\xc3\xa9",
		"", "NIK diperbaiki \xe2\x80\x94 \xe6\xb1\xba\xe5\xae\x9a \xf0\x9f\x98\x80 ", {2, LANTIK_RETURNED},
		"N01.digits", 0},
};

static void fill_id(uint8_t end, uint8_t ret[16])
{
	static const uint8_t id[16] = {0x01, 0x99, 0x0a, 0x3c, 0x5e, 0x00, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0};

	memcpy(ret, id, sizeof id);
	ret[15] = end;
}

static void make_statement(const struct decision *decision, const struct making_batch *batch, struct lantik_buffer *ret)
{
	struct lantik_decided record = decision->record;
	struct lantik_statement statement = {.office = lantik_span_of(MAKING_OFFICE),
		.batch_leaf_index = MAKING_BATCH_LEAF,
		.agency = batch->manifest.kode_instansi,
		.kind = batch->manifest.kind,
		.step = batch->manifest.step,
		.act = decision->act,
		.official = lantik_span_of(decision->official),
		.position = lantik_span_of(decision->position),
		.reason = lantik_span_of(decision->reason),
		.records = &record,
		.record_count = 1};

	fill_id(decision->id_end, statement.decision_id);
	memcpy(statement.batch_id, batch->manifest.batch_id.data, sizeof statement.batch_id);
	memset(statement.rulebook_sha256, 0x53, LANTIK_HASH);
	making_finding(&statement.findings, record.record_no, decision->finding, LANTIK_F_nik);
	if (lantik_statement_format(&statement, ret))
		making_fail("statement");
	lantik_findings_free(&statement.findings);
}

static void make_leaf(const struct making *making, const struct decision *decision, const struct making_batch *batch,
	struct lantik_span statement, struct lantik_buffer *ret)
{
	struct lantik_decision_leaf leaf = {.leaf_index = making->edge.size,
		.office = lantik_span_of(MAKING_OFFICE),
		.batch_leaf_index = MAKING_BATCH_LEAF,
		.rows = decision->rows,
		.row_format = LANTIK_ROW_FORMAT,
		.requested_at = RECORDED - 700000,
		.recorded_at = RECORDED,
		.durability = LANTIK_DURABLE_LOCAL};

	fill_id(decision->id_end, leaf.decision_id);
	memcpy(leaf.batch_id, batch->manifest.batch_id.data, sizeof leaf.batch_id);
	lantik_sha256(statement, leaf.statement_sha256);
	memset(leaf.rulebook_sha256, 0x53, LANTIK_HASH);
	making_rows_root(leaf.rows, leaf.rows_root);
	if (lantik_decision_leaf_format(&leaf, ret))
		making_fail("decision leaf");
}

static void write_named(
	const struct making *making, const struct decision *decision, const char *end, struct lantik_span bytes)
{
	char name[64];

	snprintf(name, sizeof name, "%s-%s", decision->name, end);
	making_file(making, name, bytes);
}

static void make_decision(struct making *making, const struct decision *decision, const struct making_batch *batch,
	struct lantik_buffer *ret)
{
	struct lantik_buffer statement = {0}, leaf = {0}, note = {0};

	make_statement(decision, batch, &statement);
	make_leaf(making, decision, batch, lantik_buffer_span(&statement), &leaf);
	making_append(making, lantik_buffer_span(&leaf), lantik_buffer_span(&statement), &note, ret);
	write_named(making, decision, "statement.txt", lantik_buffer_span(&statement));
	write_named(making, decision, "leaf.bin", lantik_buffer_span(&leaf));
	write_named(making, decision, "receipt.txt", lantik_buffer_span(ret));
	lantik_buffer_free(&statement);
	lantik_buffer_free(&leaf);
	lantik_buffer_free(&note);
}

/* Everything; and what is left for an office that holds the receipt and the first decision. */
static void make_status(const struct making *making, const struct making_batch *batch, struct lantik_span receipt,
	struct lantik_span *texts)
{
	struct lantik_status_request request = {
		.batch_id = batch->manifest.batch_id, .decisions_from = MAKING_BATCH_LEAF + 2};
	struct lantik_status_answer answer = {.state = LANTIK_STATE_COMMITTED,
		.accepted = 2,
		.returned = 1,
		.recorded_at = INT64_C(1756713601500000),
		.leaf_index = MAKING_BATCH_LEAF,
		.receipt = receipt,
		.decisions = texts,
		.decision_count = LANTIK_COUNT(decisions)};
	struct lantik_buffer out = {0};

	lantik_status_request_encode(&request, &out);
	making_buffer(making, "status-request-from.bin", &out);
	lantik_status_answer_encode(&answer, &out);
	making_buffer(making, "status-answer-decided.bin", &out);
	answer.receipt = (struct lantik_span){0};
	answer.decisions = texts + 1;
	answer.decision_count = 1;
	answer.more = true;
	lantik_status_answer_encode(&answer, &out);
	making_buffer(making, "status-answer-from.bin", &out);
	lantik_buffer_free(&out);
}

void interop_make_decisions(struct making *making, const struct making_batch *batch, struct lantik_span receipt)
{
	struct lantik_buffer receipts[LANTIK_COUNT(decisions)] = {0};
	struct lantik_span texts[LANTIK_COUNT(decisions)];

	for (size_t i = 0; i < LANTIK_COUNT(decisions); i++) {
		make_decision(making, &decisions[i], batch, &receipts[i]);
		texts[i] = lantik_buffer_span(&receipts[i]);
	}
	make_status(making, batch, receipt, texts);
	for (size_t i = 0; i < LANTIK_COUNT(decisions); i++)
		lantik_buffer_free(&receipts[i]);
}
