/* What the centre holds of an office, page by page.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

#include "lantik/v1/answers.pb-c.h"

typedef Lantik__V1__ReconcileAnswer__Entry wire_entry;
typedef Lantik__V1__ReconcileAnswer__Outcome wire_record;

static const struct scan_limits limits = {{LANTIK_MAX_RECONCILE, LANTIK_MAX_RECONCILE_RECORDS}};

enum lantik_error lantik_reconcile_request_encode(
	const struct lantik_reconcile_request *request, struct lantik_buffer *ret)
{
	Lantik__V1__ReconcileRequest message;

	lantik__v1__reconcile_request__init(&message);
	message.from_leaf = request->from_leaf;
	message.limit = request->limit;
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_reconcile_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reconcile_request *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__reconcile_request__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__ReconcileRequest *message = (const Lantik__V1__ReconcileRequest *)base;
	if (message->from_leaf > INT64_MAX || message->limit > LANTIK_MAX_RECONCILE)
		return LANTIK_E_MALFORMED;
	*ret = (struct lantik_reconcile_request){
		.from_leaf = message->from_leaf, .limit = message->limit ? message->limit : LANTIK_RECONCILE_DEFAULT};
	return LANTIK_OK;
}

/* What the contract says of an entry by itself: a batch or a decision, and nothing between. */
static bool entry_is_sound(const struct lantik_reconcile_entry *entry)
{
	bool recorded = entry->state == LANTIK_STATE_COMMITTED || entry->state == LANTIK_STATE_REFUSED;

	if (entry->leaf_index > INT64_MAX || entry->batch_id.len != 16)
		return false;
	if (entry->decision_id.len == 0)
		return recorded && entry->manifest_sha256.len == LANTIK_HASH && entry->record_count == 0;
	return entry->decision_id.len == 16 && entry->state == 0 && entry->manifest_sha256.len == 0;
}

static bool records_are_sound(const struct lantik_reconcile_entry *entry)
{
	uint32_t last = 0;

	for (size_t i = 0; i < entry->record_count; i++) {
		const struct lantik_reconcile_record *record = &entry->records[i];
		if (record->record_no <= last || record->record_no > LANTIK_MAX_RECORDS ||
			record->outcome < LANTIK_RECORD_ACCEPTED || record->outcome > LANTIK_RECORD_REJECTED)
			return false;
		last = record->record_no;
	}
	return true;
}

static bool answer_is_sound(const struct lantik_reconcile_answer *answer)
{
	for (size_t i = 0; i < answer->entry_count; i++) {
		const struct lantik_reconcile_entry *entry = &answer->entries[i];
		if (!entry_is_sound(entry) || !records_are_sound(entry) ||
			(i > 0 && entry->leaf_index <= answer->entries[i - 1].leaf_index))
			return false;
	}
	if (answer->next_leaf > INT64_MAX || answer->ledger_size > INT64_MAX)
		return false;
	return answer->next_leaf == 0 || answer->entry_count == 0 ||
	       answer->next_leaf > answer->entries[answer->entry_count - 1].leaf_index;
}

static bool answer_fits(const struct lantik_reconcile_answer *answer)
{
	size_t records = 0;

	if (answer->entry_count > limits.repeated[0])
		return false;
	for (size_t i = 0; i < answer->entry_count; i++) {
		if (answer->entries[i].record_count > limits.repeated[1] - records)
			return false;
		records += answer->entries[i].record_count;
	}
	return true;
}

/* count pointers, and count messages of the size that they point to. */
static void **pointers_to(void *messages, size_t size, size_t count, struct lantik_arena *arena)
{
	void **pointers = messages ? lantik_arena_alloc(arena, count * sizeof *pointers) : NULL;

	for (size_t i = 0; pointers && i < count; i++)
		pointers[i] = (char *)messages + i * size;
	return pointers;
}

static enum lantik_error records_to(
	const struct lantik_reconcile_entry *entry, struct lantik_arena *arena, wire_entry *ret)
{
	if (entry->record_count == 0)
		return LANTIK_OK;
	wire_record *records = lantik_arena_alloc(arena, entry->record_count * sizeof *records);
	ret->records = (wire_record **)pointers_to(records, sizeof *records, entry->record_count, arena);
	if (!ret->records)
		return LANTIK_E_TOO_LARGE;
	for (size_t i = 0; i < entry->record_count; i++) {
		lantik__v1__reconcile_answer__outcome__init(&records[i]);
		records[i].record_no = entry->records[i].record_no;
		records[i].outcome = (uint32_t)entry->records[i].outcome;
	}
	ret->n_records = entry->record_count;
	return LANTIK_OK;
}

static enum lantik_error entry_to(
	const struct lantik_reconcile_entry *entry, struct lantik_arena *arena, wire_entry *ret)
{
	lantik__v1__reconcile_answer__entry__init(ret);
	ret->leaf_index = entry->leaf_index;
	ret->batch_id = codec_bytes(entry->batch_id);
	ret->decision_id = codec_bytes(entry->decision_id);
	ret->manifest_sha256 = codec_bytes(entry->manifest_sha256);
	ret->state = (Lantik__V1__StatusAnswer__State)entry->state;
	ret->accepted = entry->accepted;
	ret->returned = entry->returned;
	ret->review = entry->review;
	ret->rejected = entry->rejected;
	ret->recorded_at = entry->recorded_at;
	return records_to(entry, arena, ret);
}

static enum lantik_error entries_to(
	const struct lantik_reconcile_answer *answer, struct lantik_arena *arena, Lantik__V1__ReconcileAnswer *ret)
{
	if (answer->entry_count == 0)
		return LANTIK_OK;
	wire_entry *entries = lantik_arena_alloc(arena, answer->entry_count * sizeof *entries);
	ret->entries = (wire_entry **)pointers_to(entries, sizeof *entries, answer->entry_count, arena);
	if (!ret->entries)
		return LANTIK_E_TOO_LARGE;
	ret->n_entries = answer->entry_count;
	for (size_t i = 0; i < answer->entry_count; i++) {
		enum lantik_error error = entry_to(&answer->entries[i], arena, &entries[i]);
		if (error)
			return error;
	}
	return LANTIK_OK;
}

enum lantik_error lantik_reconcile_answer_encode(
	const struct lantik_reconcile_answer *answer, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	Lantik__V1__ReconcileAnswer message;

	if (!answer_fits(answer))
		return LANTIK_E_TOO_LARGE;
	if (!answer_is_sound(answer))
		return LANTIK_E_MALFORMED;
	lantik__v1__reconcile_answer__init(&message);
	message.next_leaf = answer->next_leaf;
	message.ledger_size = answer->ledger_size;
	enum lantik_error error = entries_to(answer, arena, &message);
	return error ? error : codec_pack(&message.base, ret);
}

static enum lantik_error records_from(
	const wire_entry *entry, struct lantik_arena *arena, struct lantik_reconcile_entry *ret)
{
	if (entry->n_records == 0)
		return LANTIK_OK;
	struct lantik_reconcile_record *records = lantik_arena_alloc(arena, entry->n_records * sizeof *records);
	if (!records)
		return LANTIK_E_TOO_LARGE;
	for (size_t i = 0; i < entry->n_records; i++) {
		/* Before it becomes an enumeration: it is any number of 32 bits. */
		if (entry->records[i]->outcome > LANTIK_RECORD_REJECTED)
			return LANTIK_E_MALFORMED;
		records[i] = (struct lantik_reconcile_record){.record_no = entry->records[i]->record_no,
			.outcome = (enum lantik_record_state)entry->records[i]->outcome};
	}
	ret->records = records;
	ret->record_count = entry->n_records;
	return LANTIK_OK;
}

static enum lantik_error entry_from(
	const wire_entry *entry, struct lantik_arena *arena, struct lantik_reconcile_entry *ret)
{
	*ret = (struct lantik_reconcile_entry){.leaf_index = entry->leaf_index,
		.batch_id = codec_span(entry->batch_id),
		.decision_id = codec_span(entry->decision_id),
		.manifest_sha256 = codec_span(entry->manifest_sha256),
		.state = (enum lantik_batch_state)entry->state,
		.accepted = entry->accepted,
		.returned = entry->returned,
		.review = entry->review,
		.rejected = entry->rejected,
		.recorded_at = entry->recorded_at};
	return records_from(entry, arena, ret);
}

static enum lantik_error entries_from(
	const Lantik__V1__ReconcileAnswer *message, struct lantik_arena *arena, struct lantik_reconcile_answer *ret)
{
	if (message->n_entries == 0)
		return LANTIK_OK;
	struct lantik_reconcile_entry *entries = lantik_arena_alloc(arena, message->n_entries * sizeof *entries);
	if (!entries)
		return LANTIK_E_TOO_LARGE;
	for (size_t i = 0; i < message->n_entries; i++) {
		enum lantik_error error = entry_from(message->entries[i], arena, &entries[i]);
		if (error)
			return error;
	}
	ret->entries = entries;
	ret->entry_count = message->n_entries;
	return LANTIK_OK;
}

enum lantik_error lantik_reconcile_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reconcile_answer *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error = codec_decode(&lantik__v1__reconcile_answer__descriptor, bytes, limits, arena, &base);

	if (error)
		return error;
	const Lantik__V1__ReconcileAnswer *message = (const Lantik__V1__ReconcileAnswer *)base;
	struct lantik_reconcile_answer answer = {.next_leaf = message->next_leaf, .ledger_size = message->ledger_size};
	error = entries_from(message, arena, &answer);
	if (!error && !answer_is_sound(&answer))
		error = LANTIK_E_MALFORMED;
	if (!error)
		*ret = answer;
	return error;
}
