/* The codec of what offices ask: status with decisions, the rulebook, and reconciliation; round trips and refusals.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/codec.h"
#include "unit.h"

static struct lantik_arena *arena;
static uint8_t id_bytes[16] = {1, 2, 3}, other_bytes[16] = {9}, digest_bytes[LANTIK_HASH] = {7};
static const struct lantik_span id = {id_bytes, sizeof id_bytes}, other = {other_bytes, sizeof other_bytes},
				digest = {digest_bytes, sizeof digest_bytes};

static void set_up(void)
{
	lantik_crypto_start();
	arena = lantik_arena_new(LANTIK_RECONCILE_ARENA);
	cr_assert(arena);
}

static void tear_down(void)
{
	lantik_arena_free(&arena);
}

TestSuite(enquiry, .init = set_up, .fini = tear_down);

/* --- there and back --- */

Test(enquiry, status_requests_survive_the_wire)
{
	struct lantik_status_request request = {.batch_id = id, .decisions_from = INT64_MAX}, back;
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_status_request_encode(&request, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_status_request_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect(lantik_span_equal(back.batch_id, id) && back.decisions_from == INT64_MAX);
	lantik_buffer_reset(&bytes);
	request.decisions_from++;
	cr_assert_eq(lantik_status_request_encode(&request, &bytes), LANTIK_OK);
	cr_expect_eq(lantik_status_request_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_E_MALFORMED);
	cr_expect_eq(back.decisions_from, INT64_MAX, "ret is untouched");
	lantik_buffer_free(&bytes);
}

Test(enquiry, status_answers_carry_decisions)
{
	const struct lantik_span decisions[] = {lantik_span_of("first"), lantik_span_of(""), lantik_span_of("third")};
	struct lantik_status_answer answer = {.state = LANTIK_STATE_COMMITTED,
					    .accepted = 1,
					    .returned = 2,
					    .review = 3,
					    .rejected = 4,
					    .recorded_at = -5,
					    .leaf_index = 6,
					    .receipt = lantik_span_of("receipt"),
					    .decisions = decisions,
					    .decision_count = 3,
					    .more = true},
				    back;
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_status_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect(back.accepted == 1 && back.returned == 2 && back.review == 3 && back.rejected == 4);
	cr_expect(back.recorded_at == -5 && back.leaf_index == 6 && back.more);
	cr_assert_eq(back.decision_count, 3);
	for (size_t i = 0; i < 3; i++)
		cr_expect(lantik_span_equal(back.decisions[i], decisions[i]));
	lantik_buffer_free(&bytes);
}

Test(enquiry, an_answer_past_its_limits_is_not_made)
{
	static struct lantik_span decisions[LANTIK_MAX_DECISIONS + 1];
	struct lantik_span half = {malloc(LANTIK_MAX_STATUS_RECEIPTS / 2 + 1), LANTIK_MAX_STATUS_RECEIPTS / 2};
	struct lantik_status_answer answer = {.receipt = half, .decisions = decisions, .decision_count = 1};
	struct lantik_buffer bytes = {0};
	memset((uint8_t *)(uintptr_t)half.data, 'x', half.len + 1);
	decisions[0] = half;
	cr_expect_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_OK);
	cr_expect_leq(bytes.len, LANTIK_MAX_BODY);
	decisions[0].len++;
	cr_expect_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_E_TOO_LARGE);
	answer.receipt.len = 0;
	decisions[0].len = 0;
	answer.decision_count = LANTIK_MAX_DECISIONS + 1;
	cr_expect_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&bytes);
	free((uint8_t *)(uintptr_t)half.data);
}

/* What codec.h promises: an arena a little larger than the bytes is enough. */
Test(enquiry, the_largest_answers_need_the_arenas_that_are_promised)
{
	static struct lantik_span decisions[LANTIK_MAX_DECISIONS];
	struct lantik_buffer text = {0}, bytes = {0};
	struct lantik_status_answer answer = {.decisions = decisions, .decision_count = LANTIK_MAX_DECISIONS}, back;
	size_t share = LANTIK_MAX_STATUS_RECEIPTS / LANTIK_MAX_DECISIONS;
	memset(lantik_buffer_extend(&text, share), 'x', share);
	for (size_t i = 0; i < LANTIK_MAX_DECISIONS; i++)
		decisions[i] = lantik_buffer_span(&text);
	cr_assert_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_OK);
	struct lantik_arena *large = lantik_arena_new(bytes.len + 64 * 1024);
	cr_expect_eq(lantik_status_answer_decode(lantik_buffer_span(&bytes), large, &back), LANTIK_OK);
	lantik_arena_free(&large);
	cr_expect_eq(lantik_status_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&text);
}

Test(enquiry, reference_requests_name_what_is_held)
{
	struct lantik_buffer bytes = {0};
	struct lantik_span have = digest;
	cr_assert_eq(lantik_reference_request_encode((struct lantik_span){0}, &bytes), LANTIK_OK);
	cr_expect_eq(bytes.len, 0, "as before there was anything to say");
	cr_assert_eq(lantik_reference_request_decode(lantik_buffer_span(&bytes), arena, &have), LANTIK_OK);
	cr_expect_eq(have.len, 0);
	cr_assert_eq(lantik_reference_request_encode(digest, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_reference_request_decode(lantik_buffer_span(&bytes), arena, &have), LANTIK_OK);
	cr_expect(lantik_span_equal(have, digest));
	lantik_buffer_free(&bytes);
}

static enum lantik_error reference_there_and_back(struct lantik_span text_zstd, uint32_t text_size)
{
	struct lantik_reference_answer answer = {.text_zstd = text_zstd, .text_size = text_size}, back;
	struct lantik_buffer bytes = {0};
	memcpy(answer.sha256, digest_bytes, LANTIK_HASH);
	enum lantik_error error = lantik_reference_answer_encode(&answer, &bytes);
	if (error)
		return error;
	cr_assert_eq(lantik_reference_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect(lantik_span_equal(back.text_zstd, text_zstd) && back.text_size == text_size);
	cr_expect_arr_eq(back.sha256, digest_bytes, LANTIK_HASH);
	lantik_buffer_free(&bytes);
	return LANTIK_OK;
}

Test(enquiry, reference_answers_bound_what_is_unpacked)
{
	const struct lantik_span nothing = {0}, some = lantik_span_of("frame");
	cr_expect_eq(reference_there_and_back(nothing, 0), LANTIK_OK);
	cr_expect_eq(reference_there_and_back(some, 1), LANTIK_OK);
	cr_expect_eq(reference_there_and_back(some, LANTIK_MAX_RULEBOOK), LANTIK_OK);
	cr_expect_eq(reference_there_and_back(some, LANTIK_MAX_RULEBOOK + 1), LANTIK_E_TOO_LARGE);
	cr_expect_eq(reference_there_and_back(some, 0), LANTIK_E_MALFORMED);
	cr_expect_eq(reference_there_and_back(nothing, 1), LANTIK_E_MALFORMED);
}

Test(enquiry, reconcile_requests_have_a_default)
{
	static const struct {
		uint32_t sent, read;
	} limits[] = {{0, LANTIK_RECONCILE_DEFAULT}, {1, 1}, {LANTIK_MAX_RECONCILE, LANTIK_MAX_RECONCILE},
		{LANTIK_MAX_RECONCILE + 1, 0}, {UINT32_MAX, 0}};
	for (size_t i = 0; i < LANTIK_COUNT(limits); i++) {
		struct lantik_reconcile_request request = {.from_leaf = 12, .limit = limits[i].sent}, back;
		struct lantik_buffer bytes = {0};
		cr_assert_eq(lantik_reconcile_request_encode(&request, &bytes), LANTIK_OK);
		enum lantik_error error = lantik_reconcile_request_decode(lantik_buffer_span(&bytes), arena, &back);
		cr_expect_eq(error, limits[i].read ? LANTIK_OK : LANTIK_E_MALFORMED);
		if (!error)
			cr_expect(back.from_leaf == 12 && back.limit == limits[i].read);
		lantik_buffer_free(&bytes);
	}
}

/* --- pages of reconciliation --- */

static struct lantik_reconcile_record decided[] = {{2, LANTIK_RECORD_ACCEPTED}, {9, LANTIK_RECORD_REJECTED}};

/* A batch and a decision about it. */
static void fill(struct lantik_reconcile_entry entries[2])
{
	entries[0] = (struct lantik_reconcile_entry){.leaf_index = 4,
		.batch_id = id,
		.manifest_sha256 = digest,
		.state = LANTIK_STATE_COMMITTED,
		.accepted = 7,
		.returned = 1,
		.review = 2,
		.rejected = 3,
		.recorded_at = INT64_C(1764547200000000)};
	entries[1] = (struct lantik_reconcile_entry){.leaf_index = 9,
		.batch_id = id,
		.decision_id = other,
		.accepted = 1,
		.rejected = 1,
		.recorded_at = -1,
		.records = decided,
		.record_count = 2};
}

static struct lantik_reconcile_answer page_of(const struct lantik_reconcile_entry *entries, size_t count)
{
	return (struct lantik_reconcile_answer){
		.entries = entries, .entry_count = count, .next_leaf = 10, .ledger_size = 100};
}

Test(enquiry, pages_survive_the_wire)
{
	struct lantik_reconcile_entry entries[2];
	struct lantik_buffer bytes = {0}, again = {0};
	struct lantik_reconcile_answer back;
	fill(entries);
	struct lantik_reconcile_answer page = page_of(entries, 2);
	cr_assert_eq(lantik_reconcile_answer_encode(&page, arena, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_reconcile_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_assert_eq(back.entry_count, 2);
	cr_expect(back.next_leaf == 10 && back.ledger_size == 100);
	cr_expect(back.entries[0].state == LANTIK_STATE_COMMITTED && back.entries[0].decision_id.len == 0);
	cr_expect(lantik_span_equal(back.entries[0].manifest_sha256, digest) && back.entries[0].review == 2);
	cr_expect(lantik_span_equal(back.entries[1].decision_id, other) && back.entries[1].recorded_at == -1);
	cr_assert_eq(back.entries[1].record_count, 2);
	cr_expect(back.entries[1].records[1].record_no == 9 &&
		  back.entries[1].records[1].outcome == LANTIK_RECORD_REJECTED);
	cr_assert_eq(lantik_reconcile_answer_encode(&back, arena, &again), LANTIK_OK);
	cr_expect(lantik_span_equal(lantik_buffer_span(&bytes), lantik_buffer_span(&again)));
	lantik_buffer_reset(&bytes);
	page = (struct lantik_reconcile_answer){.ledger_size = 3};
	cr_assert_eq(lantik_reconcile_answer_encode(&page, arena, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_reconcile_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect(back.entry_count == 0 && back.next_leaf == 0 && back.ledger_size == 3);
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&again);
}

static enum lantik_error make_page(const struct lantik_reconcile_answer *page)
{
	struct lantik_buffer bytes = {0};
	enum lantik_error error = lantik_reconcile_answer_encode(page, arena, &bytes);
	lantik_buffer_free(&bytes);
	lantik_arena_reset(arena);
	return error;
}

static enum lantik_error make_with(size_t at, struct lantik_reconcile_entry entry)
{
	struct lantik_reconcile_entry entries[2];
	fill(entries);
	entries[at] = entry;
	struct lantik_reconcile_answer page = page_of(entries, 2);
	return make_page(&page);
}

Test(enquiry, pages_that_contradict_themselves_are_not_made)
{
	struct lantik_reconcile_record wrong[2] = {{2, LANTIK_RECORD_ACCEPTED}, {2, LANTIK_RECORD_ACCEPTED}};
	struct lantik_reconcile_entry good[2], bad;
	fill(good);
	cr_expect_eq(make_with(0, good[0]), LANTIK_OK);
	bad = good[0], bad.leaf_index = 9;
	cr_expect_eq(make_with(0, bad), LANTIK_E_MALFORMED, "not ascending");
	bad = good[0], bad.batch_id.len = 15;
	cr_expect_eq(make_with(0, bad), LANTIK_E_MALFORMED);
	bad = good[0], bad.manifest_sha256.len = 0;
	cr_expect_eq(make_with(0, bad), LANTIK_E_MALFORMED);
	bad = good[0], bad.state = LANTIK_STATE_RECEIVED;
	cr_expect_eq(make_with(0, bad), LANTIK_E_MALFORMED);
	bad = good[0], bad.records = decided, bad.record_count = 1;
	cr_expect_eq(make_with(0, bad), LANTIK_E_MALFORMED, "a batch with records");
	bad = good[1], bad.manifest_sha256 = digest;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED);
	bad = good[1], bad.state = LANTIK_STATE_COMMITTED;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED);
	bad = good[1], bad.decision_id.len = 8;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED);
	bad = good[1], bad.records = wrong;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED, "a record twice");
	wrong[1].record_no = LANTIK_MAX_RECORDS + 1;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED);
	wrong[1].record_no = 3;
	cr_expect_eq(make_with(1, bad), LANTIK_OK);
	wrong[1].outcome = (enum lantik_record_state)5;
	cr_expect_eq(make_with(1, bad), LANTIK_E_MALFORMED);
	struct lantik_reconcile_answer page = page_of(good, 2);
	page.next_leaf = 9;
	cr_expect_eq(make_page(&page), LANTIK_E_MALFORMED, "the next page would begin with this one's last");
}

/* The fullest page, and one entry or record more. */
Test(enquiry, pages_have_limits)
{
	static struct lantik_reconcile_entry entries[LANTIK_MAX_RECONCILE + 1];
	static struct lantik_reconcile_record records[LANTIK_MAX_RECORDS];
	struct lantik_reconcile_entry pair[2];
	struct lantik_reconcile_answer back;
	struct lantik_buffer bytes = {0};
	fill(pair);
	for (uint32_t i = 0; i < LANTIK_MAX_RECORDS; i++)
		records[i] = (struct lantik_reconcile_record){i + 1, LANTIK_RECORD_REJECTED};
	for (size_t i = 0; i <= LANTIK_MAX_RECONCILE; i++) {
		entries[i] = pair[i < 3];
		entries[i].leaf_index = INT64_MAX - 2000 + i;
		entries[i].records = i < 3 ? records : NULL;
		entries[i].record_count = i < 2 ? LANTIK_MAX_RECORDS : 0;
	}
	struct lantik_reconcile_answer page = page_of(entries, LANTIK_MAX_RECONCILE);
	page.next_leaf = 0;
	cr_assert_eq(lantik_reconcile_answer_encode(&page, arena, &bytes), LANTIK_OK);
	lantik_arena_reset(arena);
	cr_expect_eq(lantik_reconcile_answer_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	lantik_buffer_free(&bytes);
	page.entry_count++;
	cr_expect_eq(make_page(&page), LANTIK_E_TOO_LARGE);
	page.entry_count--;
	entries[2].record_count = 1;
	cr_expect_eq(make_page(&page), LANTIK_E_TOO_LARGE);
}

/* --- hostile bytes --- */

enum what { STATUS, ANSWER, REFERENCE, RULEBOOK, RECONCILE, PAGE };

static enum lantik_error decode(enum what what, struct lantik_span bytes)
{
	struct lantik_status_request status;
	struct lantik_status_answer answer;
	struct lantik_span have;
	struct lantik_reference_answer rulebook;
	struct lantik_reconcile_request reconcile;
	struct lantik_reconcile_answer page;
	lantik_arena_reset(arena);
	switch (what) {
	case STATUS:
		return lantik_status_request_decode(bytes, arena, &status);
	case ANSWER:
		return lantik_status_answer_decode(bytes, arena, &answer);
	case REFERENCE:
		return lantik_reference_request_decode(bytes, arena, &have);
	case RULEBOOK:
		return lantik_reference_answer_decode(bytes, arena, &rulebook);
	case RECONCILE:
		return lantik_reconcile_request_decode(bytes, arena, &reconcile);
	case PAGE:
		return lantik_reconcile_answer_decode(bytes, arena, &page);
	}
	return LANTIK_OK;
}

#define ID16 "01020304050607080910111213141516"
#define DIGEST32 ID16 ID16
/* An entry of a decision: leaf 4, batch, decision; 38 bytes. */
#define DECISION "08041210" ID16 "1a10" ID16

static const struct {
	enum what what;
	const char *hex;
	enum lantik_error expected;
} hostile[] = {
	{STATUS, "", LANTIK_E_MALFORMED},
	{STATUS, "0a10" ID16, LANTIK_OK},
	{STATUS, "0a10" ID16 "1000", LANTIK_OK},
	{STATUS, "0a0101", LANTIK_E_MALFORMED},
	{STATUS, "0a11" ID16 "01", LANTIK_E_MALFORMED},
	{STATUS, "0a10" ID16 "1800", LANTIK_E_UNKNOWN_FIELD},
	{STATUS, "0a10" ID16 "10001000", LANTIK_E_DUPLICATE_FIELD},
	{STATUS, "0a10" ID16 "108000", LANTIK_E_BAD_VARINT},
	{STATUS, "0a10" ID16 "1200", LANTIK_E_MALFORMED},
	{STATUS, "0a10" ID16 "10ffffffffffffffffff01", LANTIK_E_MALFORMED},
	{STATUS, "0a10" ID16 "10ffffffffffffffff7f", LANTIK_OK},
	{ANSWER, "", LANTIK_OK},
	{ANSWER, "42004200", LANTIK_OK},
	{ANSWER, "4002", LANTIK_E_MALFORMED},
	{ANSWER, "4801", LANTIK_OK},
	{ANSWER, "4802", LANTIK_E_BAD_VARINT},
	{ANSWER, "5801", LANTIK_E_UNKNOWN_FIELD},
	{ANSWER, "50ffffffff10", LANTIK_E_BAD_VARINT},
	{ANSWER, "30ffffffffffffffffff01", LANTIK_E_MALFORMED},
	{REFERENCE, "", LANTIK_OK},
	{REFERENCE, "0a00", LANTIK_OK},
	{REFERENCE, "0a20" DIGEST32, LANTIK_OK},
	{REFERENCE, "0a21" DIGEST32, LANTIK_E_TRUNCATED},
	{REFERENCE, "0a10" ID16, LANTIK_E_MALFORMED},
	{REFERENCE, "1200", LANTIK_E_UNKNOWN_FIELD},
	{RULEBOOK, "", LANTIK_E_MALFORMED},
	{RULEBOOK, "0a20" DIGEST32, LANTIK_OK},
	{RULEBOOK, "0a20" DIGEST32 "12010118 01", LANTIK_OK},
	{RULEBOOK, "0a20" DIGEST32 "120101", LANTIK_E_MALFORMED},
	{RULEBOOK, "0a20" DIGEST32 "1801", LANTIK_E_MALFORMED},
	{RULEBOOK, "0a20" DIGEST32 "12010118 ffffffff0f", LANTIK_E_TOO_LARGE},
	{RULEBOOK, "0a20" DIGEST32 "12010118 ffffffff1f", LANTIK_E_BAD_VARINT},
	{RECONCILE, "", LANTIK_OK},
	{RECONCILE, "08ffffffffffffffff7f10e807", LANTIK_OK},
	{RECONCILE, "10e907", LANTIK_E_MALFORMED},
	{RECONCILE, "08ffffffffffffffffff01", LANTIK_E_MALFORMED},
	{RECONCILE, "1800", LANTIK_E_UNKNOWN_FIELD},
	{PAGE, "", LANTIK_OK},
	{PAGE, "0a00", LANTIK_E_MALFORMED},
	{PAGE, "0a26" DECISION, LANTIK_OK},
	{PAGE, "0a26" DECISION "0a26" DECISION, LANTIK_E_MALFORMED},
	{PAGE, "0a26" DECISION "1004", LANTIK_E_MALFORMED},
	{PAGE, "0a26" DECISION "1005", LANTIK_OK},
	{PAGE, "0a2c" DECISION "5a0408011004", LANTIK_OK},
	{PAGE, "0a2c" DECISION "5a0408011005", LANTIK_E_MALFORMED},
	{PAGE, "0a30" DECISION "5a0808011 0ffffffff0f", LANTIK_E_MALFORMED},
	{PAGE, "0a2a" DECISION "5a020801", LANTIK_E_MALFORMED},
	{PAGE, "0a28" DECISION "5a00", LANTIK_E_MALFORMED},
	{PAGE, "0a2a" DECISION "5a021801", LANTIK_E_UNKNOWN_FIELD},
	{PAGE, "0a2c" DECISION "5a0408010801", LANTIK_E_DUPLICATE_FIELD},
	{PAGE, "0a28" DECISION "2803", LANTIK_E_MALFORMED},
	{PAGE, "0a28" DECISION "287f", LANTIK_E_MALFORMED},
	{PAGE, "0a28" DECISION "6001", LANTIK_E_UNKNOWN_FIELD},
	{PAGE, "0a36080412 10" ID16 "2220" DIGEST32, LANTIK_E_MALFORMED},
	{PAGE, "0a38080412 10" ID16 "2220" DIGEST32 "2803", LANTIK_OK},
	{PAGE, "0a38080412 10" ID16 "2220" DIGEST32 "2802", LANTIK_E_MALFORMED},
	{PAGE, "18ffffffffffffffffff01", LANTIK_E_MALFORMED},
};

/* Blanks in the hex are for the eye. */
static struct lantik_span from_hex(const char *hex, uint8_t bytes[256])
{
	char text[513];
	size_t len = 0;
	for (; *hex; hex++)
		if (*hex != ' ')
			text[len++] = *hex;
	cr_assert(lantik_hex_decode((struct lantik_span){(const uint8_t *)text, len}, bytes, len / 2));
	return (struct lantik_span){bytes, len / 2};
}

Test(enquiry, hostile_bytes_are_refused_by_name)
{
	for (size_t i = 0; i < LANTIK_COUNT(hostile); i++) {
		uint8_t bytes[256];
		enum lantik_error error = decode(hostile[i].what, from_hex(hostile[i].hex, bytes));
		cr_expect_eq(error, hostile[i].expected, "%d %s: %s", hostile[i].what, hostile[i].hex,
			lantik_error_text(error, LANTIK_ENGLISH));
	}
}

/* Two bytes of bytes for each of many repeated fields: the scanner stops before anything is unpacked. */
static void expect_stopped(enum what what, uint8_t tag, size_t count)
{
	uint8_t *bytes = calloc(count, 2);
	cr_assert(bytes);
	for (size_t i = 0; i < count; i++)
		bytes[2 * i] = tag;
	cr_expect_eq(decode(what, (struct lantik_span){bytes, 2 * count}), LANTIK_E_TOO_LARGE);
	cr_expect_eq(lantik_arena_used(arena), 0);
	free(bytes);
}

Test(enquiry, empty_pieces_past_the_limits_cost_no_memory)
{
	expect_stopped(ANSWER, 0x42, LANTIK_MAX_DECISIONS + 1);
	expect_stopped(ANSWER, 0x42, LANTIK_MAX_BODY / 2);
	expect_stopped(PAGE, 0x0a, LANTIK_MAX_RECONCILE + 1);
	expect_stopped(PAGE, 0x0a, LANTIK_MAX_BODY / 2);
}

/* Records count over all entries, so that many entries cannot multiply the limit. */
Test(enquiry, records_of_a_page_are_counted_together)
{
	struct lantik_buffer page = {0};
	for (unsigned entry = 0; entry < 3; entry++) {
		static const uint8_t head[] = {0x0a, 0xc0, 0x9a, 0x01}; /* 19,776 bytes */
		lantik_buffer_append(&page, head, sizeof head);
		for (unsigned i = 0; i < 9888; i++)
			lantik_buffer_append(&page, "\x5a", 2);
	}
	cr_expect_eq(decode(PAGE, lantik_buffer_span(&page)), LANTIK_E_TOO_LARGE);
	cr_expect_eq(lantik_arena_used(arena), 0);
	page.len = page.len / 3 * 2;
	cr_expect_eq(decode(PAGE, lantik_buffer_span(&page)), LANTIK_E_MALFORMED, "empty entries, but not too many");
	lantik_buffer_free(&page);
}

Test(enquiry, random_bytes_are_answered)
{
	static const uint8_t tags[] = {0x08, 0x0a, 0x10, 0x12, 0x18, 0x1a, 0x22, 0x28, 0x42, 0x48, 0x5a, 0x00, 0x04};
	struct unit_random random = unit_random_start();
	uint8_t bytes[96];
	for (int round = 0; round < 200000; round++) {
		size_t len = unit_next(&random) % sizeof bytes;
		for (size_t i = 0; i < len; i++)
			bytes[i] = unit_next(&random) % 4 ? tags[unit_next(&random) % sizeof tags]
							  : (uint8_t)unit_next(&random);
		(void)!decode((enum what)(unit_next(&random) % 6), (struct lantik_span){bytes, len});
	}
}

/* Real pages with a bit or two changed: refused, or a page that can be written again. */
Test(enquiry, changed_pages_stay_sound)
{
	struct unit_random random = unit_random_start();
	struct lantik_reconcile_entry entries[2];
	struct lantik_buffer bytes = {0}, again = {0};
	struct lantik_reconcile_answer back;
	fill(entries);
	struct lantik_reconcile_answer page = page_of(entries, 2);
	cr_assert_eq(lantik_reconcile_answer_encode(&page, arena, &bytes), LANTIK_OK);
	for (int round = 0; round < 100000; round++) {
		size_t at = unit_next(&random) % bytes.len;
		uint8_t was = bytes.data[at];
		bytes.data[at] ^= (uint8_t)(1u << unit_next(&random) % 8);
		lantik_arena_reset(arena);
		lantik_buffer_reset(&again);
		if (lantik_reconcile_answer_decode(lantik_buffer_span(&bytes), arena, &back) == LANTIK_OK)
			cr_assert_eq(lantik_reconcile_answer_encode(&back, arena, &again), LANTIK_OK);
		bytes.data[at] = was;
	}
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&again);
}
