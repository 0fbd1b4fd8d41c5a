/* Vectors of what offices ask, and these messages as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "interop.h"

/* --- making --- */

static const char rulebook_text[] = "lantik-rulebook 1\nagency\t9971\tkota\t03\t99\t\t\neducation\t05\n";

/* RFC 8878: a frame of one raw block, with its content's length in one byte. No library packs it, so that it never
 * changes with one. */
static void put_frame(struct lantik_span text, struct lantik_buffer *ret)
{
	LANTIK_ASSERT(text.len < 256);
	const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, (uint8_t)text.len, (uint8_t)(text.len << 3 | 1),
		(uint8_t)(text.len >> 5), 0};
	lantik_buffer_append(ret, head, sizeof head);
	lantik_buffer_append_span(ret, text);
}

static void make_reference(const struct making *making)
{
	struct lantik_span text = lantik_span_of(rulebook_text);
	struct lantik_reference_answer answer = {0};
	struct lantik_buffer frame = {0}, out = {0};

	lantik_sha256(text, answer.sha256);
	making_file(making, "rulebook.txt", text);
	lantik_reference_request_encode((struct lantik_span){answer.sha256, LANTIK_HASH}, &out);
	making_buffer(making, "reference-request.bin", &out);
	lantik_reference_answer_encode(&answer, &out);
	making_buffer(making, "reference-answer-same.bin", &out);
	put_frame(text, &frame);
	answer.text_zstd = lantik_buffer_span(&frame);
	answer.text_size = (uint32_t)text.len;
	lantik_reference_answer_encode(&answer, &out);
	making_buffer(making, "reference-answer.bin", &out);
	lantik_buffer_free(&frame);
	lantik_buffer_free(&out);
}

static void make_reconcile(const struct making *making, const struct making_batch *batch)
{
	static const uint8_t decision_id[16] = {0x01, 0x99, 0x0a, 0x3c, 0x5e, 0x00, 0x70, 0x00, 0x80, [15] = 0x07};
	static const struct lantik_reconcile_record decided[] = {{3, LANTIK_RECORD_ACCEPTED}};
	const struct lantik_span batch_id = batch->manifest.batch_id, body = {batch->manifest_sha256, LANTIK_HASH};
	const struct lantik_reconcile_entry entries[] = {{.leaf_index = MAKING_BATCH_LEAF,
								 .batch_id = batch_id,
								 .manifest_sha256 = body,
								 .state = LANTIK_STATE_COMMITTED,
								 .accepted = 2,
								 .returned = 1,
								 .recorded_at = INT64_C(1756713601500000)},
		{.leaf_index = MAKING_BATCH_LEAF + 1,
			.batch_id = batch_id,
			.decision_id = {decision_id, sizeof decision_id},
			.accepted = 1,
			.recorded_at = INT64_C(1756800000500000),
			.records = decided,
			.record_count = LANTIK_COUNT(decided)}};
	const struct lantik_reconcile_request request = {.from_leaf = 1, .limit = 2};
	const struct lantik_reconcile_answer answer = {
		.entries = entries, .entry_count = 2, .next_leaf = 8, .ledger_size = 9};
	struct lantik_arena *arena = lantik_arena_new(LANTIK_RECONCILE_ARENA);
	struct lantik_buffer out = {0};

	lantik_reconcile_request_encode(&request, &out);
	making_buffer(making, "reconcile-request.bin", &out);
	if (!arena || lantik_reconcile_answer_encode(&answer, arena, &out))
		making_fail("reconcile-answer.bin");
	making_buffer(making, "reconcile-answer.bin", &out);
	lantik_arena_free(&arena);
	lantik_buffer_free(&out);
}

void interop_make_enquiries(const struct making *making, const struct making_batch *batch, struct lantik_span verdict)
{
	struct lantik_buffer rehearsal = {0};

	lantik_buffer_append_span(&rehearsal, lantik_span_of(LANTIK_REHEARSAL_HEAD));
	lantik_buffer_append_span(&rehearsal, verdict);
	making_buffer(making, "rehearsal.txt", &rehearsal);
	lantik_buffer_free(&rehearsal);
	make_reference(making);
	make_reconcile(making, batch);
}

/* --- reading --- */

static void put_bytes(struct lantik_buffer *ret, const char *name, struct lantik_span bytes)
{
	lantik_buffer_printf(ret, "\"%s\":", name);
	interop_put_hex(ret, bytes);
	lantik_buffer_printf(ret, ",");
}

static void put_number(struct lantik_buffer *ret, const char *name, uint64_t value)
{
	lantik_buffer_printf(ret, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void put_counts(
	struct lantik_buffer *ret, uint32_t accepted, uint32_t returned, uint32_t review, uint32_t rejected)
{
	put_number(ret, "accepted", accepted);
	put_number(ret, "returned", returned);
	put_number(ret, "review", review);
	put_number(ret, "rejected", rejected);
}

static enum lantik_error status_request(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_status_request request;
	enum lantik_error error = lantik_status_request_decode(bytes, arena, &request);

	if (error)
		return error;
	put_bytes(ret, "batch_id", request.batch_id);
	put_number(ret, "decisions_from", request.decisions_from);
	return LANTIK_OK;
}

static enum lantik_error status_answer(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_status_answer answer;
	enum lantik_error error = lantik_status_answer_decode(bytes, arena, &answer);

	if (error)
		return error;
	put_number(ret, "state", answer.state);
	put_counts(ret, answer.accepted, answer.returned, answer.review, answer.rejected);
	lantik_buffer_printf(ret, "\"recorded_at\":%lld,", (long long)answer.recorded_at);
	put_number(ret, "leaf_index", answer.leaf_index);
	put_bytes(ret, "receipt", answer.receipt);
	lantik_buffer_printf(ret, "\"decisions\":[");
	for (size_t i = 0; i < answer.decision_count; i++) {
		lantik_buffer_printf(ret, i ? "," : "");
		interop_put_hex(ret, answer.decisions[i]);
	}
	lantik_buffer_printf(ret, "],");
	put_number(ret, "more", answer.more);
	return LANTIK_OK;
}

static enum lantik_error reference_request(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_span have;
	enum lantik_error error = lantik_reference_request_decode(bytes, arena, &have);

	if (!error)
		put_bytes(ret, "have_sha256", have);
	return error;
}

static enum lantik_error reference_answer(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_reference_answer answer;
	enum lantik_error error = lantik_reference_answer_decode(bytes, arena, &answer);

	if (error)
		return error;
	put_bytes(ret, "sha256", (struct lantik_span){answer.sha256, LANTIK_HASH});
	put_bytes(ret, "text_zstd", answer.text_zstd);
	put_number(ret, "text_size", answer.text_size);
	return LANTIK_OK;
}

static enum lantik_error reconcile_request(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_reconcile_request request;
	enum lantik_error error = lantik_reconcile_request_decode(bytes, arena, &request);

	if (error)
		return error;
	put_number(ret, "from_leaf", request.from_leaf);
	put_number(ret, "limit", request.limit);
	return LANTIK_OK;
}

static void put_entry(const struct lantik_reconcile_entry *entry, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "{");
	put_number(ret, "leaf_index", entry->leaf_index);
	put_bytes(ret, "batch_id", entry->batch_id);
	put_bytes(ret, "decision_id", entry->decision_id);
	put_bytes(ret, "manifest_sha256", entry->manifest_sha256);
	put_number(ret, "state", entry->state);
	put_counts(ret, entry->accepted, entry->returned, entry->review, entry->rejected);
	lantik_buffer_printf(ret, "\"recorded_at\":%lld,\"records\":[", (long long)entry->recorded_at);
	for (size_t i = 0; i < entry->record_count; i++)
		lantik_buffer_printf(ret, "%s[%u,%d]", i ? "," : "", (unsigned)entry->records[i].record_no,
			(int)entry->records[i].outcome);
	lantik_buffer_printf(ret, "]}");
}

static enum lantik_error reconcile_answer(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_reconcile_answer answer;
	enum lantik_error error = lantik_reconcile_answer_decode(bytes, arena, &answer);

	if (error)
		return error;
	lantik_buffer_printf(ret, "\"entries\":[");
	for (size_t i = 0; i < answer.entry_count; i++) {
		lantik_buffer_printf(ret, i ? "," : "");
		put_entry(&answer.entries[i], ret);
	}
	lantik_buffer_printf(ret, "],");
	put_number(ret, "next_leaf", answer.next_leaf);
	put_number(ret, "ledger_size", answer.ledger_size);
	return LANTIK_OK;
}

static const struct {
	const char *kind;
	enum lantik_error (*put)(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_buffer *ret);
} kinds[] = {{"StatusRequest", status_request}, {"StatusAnswer", status_answer},
	{"ReferenceRequest", reference_request}, {"ReferenceAnswer", reference_answer},
	{"ReconcileRequest", reconcile_request}, {"ReconcileAnswer", reconcile_answer}};

enum lantik_error interop_message_json(const char *kind, struct lantik_span bytes, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < LANTIK_COUNT(kinds); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		struct lantik_arena *arena = lantik_arena_new((size_t)64 * 1024 * 1024);
		lantik_buffer_printf(ret, "{");
		enum lantik_error error = arena ? kinds[i].put(bytes, arena, ret) : LANTIK_E_NO_MEMORY;
		lantik_buffer_printf(ret, "\"kind\":\"%s\"}", kind);
		lantik_arena_free(&arena);
		return error ? error : ret->error;
	}
	return LANTIK_E_NOT_FOUND;
}
