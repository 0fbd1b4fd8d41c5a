/* The codec: both directions, the scanner's refusals, and the tables against the contract's text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/codec.h"
#include "unit.h"

static struct lantik_arena *arena;

static void set_up(void)
{
	lantik_crypto_start();
	arena = lantik_arena_new(1024 * 1024);
	cr_assert(arena);
}

static void tear_down(void)
{
	lantik_arena_free(&arena);
}

TestSuite(codec, .init = set_up, .fini = tear_down);

/* A value of its own for every field, so that two that were swapped are seen. */
static void fill(const struct lantik_field *fields, size_t count, void *owner)
{
	static char texts[128][32];

	for (size_t i = 0; i < count; i++) {
		void *member = lantik_member_mutable(owner, &fields[i]);
		int len = snprintf(texts[i], sizeof texts[i], "value %u of sixteen....", fields[i].number);
		switch (fields[i].type) {
		case LANTIK_TEXT:
		case LANTIK_ID:
		case LANTIK_HASH_FIELD:
			*(struct lantik_span *)member =
				(struct lantik_span){.data = (const uint8_t *)texts[i], .len = (size_t)len};
			break;
		case LANTIK_DATE:
		case LANTIK_INT:
			*(int32_t *)member = i % 2 ? LANTIK_UNREADABLE : 20250000 + (int32_t)fields[i].number;
			break;
		case LANTIK_WORD:
			*(int32_t *)member = (int32_t)fields[i].number % 15 + 1;
			break;
		case LANTIK_TIME:
		case LANTIK_MONEY:
			*(int64_t *)member = INT64_C(1759251600000000) + fields[i].number;
			break;
		case LANTIK_DOCUMENTS:
			break;
		}
	}
}

static void expect_equal(const struct lantik_field *fields, size_t count, const void *a, const void *b)
{
	for (size_t i = 0; i < count; i++) {
		const void *x = lantik_member(a, &fields[i]), *y = lantik_member(b, &fields[i]);
		switch (fields[i].type) {
		case LANTIK_TEXT:
		case LANTIK_ID:
		case LANTIK_HASH_FIELD:
			cr_expect(lantik_span_equal(*(const struct lantik_span *)x, *(const struct lantik_span *)y),
				"%s", fields[i].name);
			break;
		case LANTIK_DATE:
		case LANTIK_INT:
		case LANTIK_WORD:
			cr_expect_eq(*(const int32_t *)x, *(const int32_t *)y, "%s", fields[i].name);
			break;
		case LANTIK_TIME:
		case LANTIK_MONEY:
			cr_expect_eq(*(const int64_t *)x, *(const int64_t *)y, "%s", fields[i].name);
			break;
		case LANTIK_DOCUMENTS:
			break;
		}
	}
}

Test(codec, a_record_survives_the_wire_field_by_field)
{
	static const uint8_t digest[LANTIK_HASH] = {7};
	struct lantik_document documents[2] = {
		{.type = 12, .object = lantik_span_of("peg/1.pdf"), .sha256 = {.data = digest, .len = sizeof digest}},
		{.type = 3, .object = lantik_span_of("peg/2.pdf")},
	};
	struct lantik_record record = {0}, back;
	struct lantik_manifest manifest = {0}, manifest_back;
	struct lantik_buffer records = {0}, body = {0};
	struct lantik_batch_view view;
	uint32_t at;

	fill(lantik_record_fields, LANTIK_FIELD_COUNT, &record);
	fill(lantik_manifest_fields, lantik_manifest_field_count, &manifest);
	record.dokumen = (struct lantik_documents){.items = documents, .count = 2};
	cr_assert_eq(lantik_record_append(&record, &records), LANTIK_OK);
	cr_assert_eq(lantik_record_append(&record, &records), LANTIK_OK);
	cr_assert_eq(lantik_batch_encode(&manifest, lantik_buffer_span(&records), &body), LANTIK_OK);
	cr_assert_eq(lantik_batch_scan(lantik_buffer_span(&body), arena, &view, &at), LANTIK_OK);
	cr_expect_eq(view.record_count, 2);
	for (unsigned i = 0; i < 128; i++)
		cr_expect_eq(view.present[i / 64] >> i % 64 & 1, i > 0 && i < LANTIK_FIELD_END, "present: %u", i);
	cr_expect(lantik_span_equal(view.records_bytes, lantik_buffer_span(&records)));
	cr_assert_eq(lantik_manifest_decode(view.manifest, arena, &manifest_back), LANTIK_OK);
	expect_equal(lantik_manifest_fields, lantik_manifest_field_count, &manifest, &manifest_back);
	cr_assert_eq(lantik_record_decode(view.records[1], arena, &back), LANTIK_OK);
	expect_equal(lantik_record_fields, LANTIK_FIELD_COUNT, &record, &back);
	cr_assert_eq(back.dokumen.count, 2);
	cr_expect_eq(back.dokumen.items[0].type, 12);
	cr_expect(lantik_span_is(back.dokumen.items[1].object, "peg/2.pdf"));
	cr_expect_eq(back.dokumen.items[1].sha256.len, 0);
	lantik_buffer_free(&records);
	lantik_buffer_free(&body);
}

/* The tables and the contract's text name the same fields, numbers and wire types. */
static void expect_contract(const struct lantik_field *fields, size_t count, const char *message, const char *text)
{
	static const char *const types[] = {[LANTIK_TEXT] = "string",
		[LANTIK_ID] = "bytes",
		[LANTIK_DATE] = "sint32",
		[LANTIK_TIME] = "sint64",
		[LANTIK_MONEY] = "sint64",
		[LANTIK_INT] = "sint32",
		[LANTIK_HASH_FIELD] = "bytes",
		[LANTIK_DOCUMENTS] = "repeated Document"};
	char heading[64], line[128];
	const char *start, *end;

	snprintf(heading, sizeof heading, "\nmessage %s {", message);
	start = strstr(text, heading);
	cr_assert(start, "%s", heading);
	end = strstr(start, "\n}");
	for (size_t i = 0; i < count; i++) {
		if (fields[i].type == LANTIK_WORD)
			snprintf(line, sizeof line, " %s = %u;\n", fields[i].name, fields[i].number);
		else
			snprintf(line, sizeof line, "\n  %s %s = %u;\n", types[fields[i].type], fields[i].name,
				fields[i].number);
		const char *found = strstr(start, line);
		cr_expect(found && found < end, "%s: %s", message, line);
	}
}

Test(codec, the_tables_are_the_contract)
{
	static char text[128 * 1024];
	FILE *file = fopen(LANTIK_PROTO "/batch.proto", "r");

	cr_assert(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	expect_contract(lantik_record_fields, LANTIK_FIELD_COUNT, "AppointmentRecord", text);
	expect_contract(lantik_manifest_fields, lantik_manifest_field_count, "Manifest", text);
}

struct hostile {
	const char *what;
	const char *hex;
	enum lantik_error expected;
	uint32_t record_no;
};

/* 0a = manifest, 12 = record; inside a record 3a = nik, 78 = tgl_lahir, a0 01 = terdata_non_asn, 8a 04 = dokumen. */
static const struct hostile bodies[] = {
	{"nothing", "", LANTIK_E_TRUNCATED, 0},
	{"no records", "0a00", LANTIK_E_TRUNCATED, 0},
	{"a record first", "1200", LANTIK_E_MALFORMED, 0},
	{"two manifests", "0a000a00", LANTIK_E_DUPLICATE_FIELD, 1},
	{"an unknown field in the batch", "0a0012001a00", LANTIK_E_UNKNOWN_FIELD, 2},
	{"a length past the end", "0a00120500", LANTIK_E_TRUNCATED, 1},
	{"a length past all memory", "0a0012ffffffffffffffffff01", LANTIK_E_TRUNCATED, 1},
	{"a varint that never ends", "0a0012ffffffffffffffffffffff", LANTIK_E_BAD_VARINT, 1},
	{"a length not in its shortest form", "0a00128000", LANTIK_E_BAD_VARINT, 1},
	{"tag 0", "0a0012020000", LANTIK_E_MALFORMED, 1},
	{"a field number past the contract", "0a001203a80600", LANTIK_E_UNKNOWN_FIELD, 1},
	{"an enormous field number", "0a001206f8ffffff0f00", LANTIK_E_UNKNOWN_FIELD, 1},
	{"nik as a number", "0a0012023801", LANTIK_E_MALFORMED, 1},
	{"nik twice", "0a0012063a01413a0142", LANTIK_E_DUPLICATE_FIELD, 1},
	{"tgl_lahir twice", "0a00120478017801", LANTIK_E_DUPLICATE_FIELD, 1},
	{"tgl_lahir over-long", "0a001203788000", LANTIK_E_BAD_VARINT, 1},
	{"tgl_lahir past 32 bits", "0a001206788080808010", LANTIK_E_BAD_VARINT, 1},
	{"an enumeration past one byte", "0a001204a0018001", LANTIK_E_MALFORMED, 1},
	{"a fixed64 field", "0a001209790000000000000000", LANTIK_E_MALFORMED, 1},
	{"a group", "0a0012010b", LANTIK_E_MALFORMED, 1},
	{"an unknown field in a document", "0a0012058a04022001", LANTIK_E_UNKNOWN_FIELD, 1},
	{"a document's digest of one byte", "0a0012068a04031a0101", LANTIK_OK, 0},
	{"an empty record", "0a001200", LANTIK_OK, 0},
};

Test(codec, hostile_bodies_are_refused_by_name)
{
	for (size_t i = 0; i < LANTIK_COUNT(bodies); i++) {
		uint8_t bytes[64];
		size_t len = strlen(bodies[i].hex) / 2;
		struct lantik_batch_view view;
		uint32_t record_no = 99;

		cr_assert(lantik_hex_decode(lantik_span_of(bodies[i].hex), bytes, len));
		enum lantik_error error =
			lantik_batch_scan((struct lantik_span){.data = bytes, .len = len}, arena, &view, &record_no);
		cr_expect_eq(
			error, bodies[i].expected, "%s: %s", bodies[i].what, lantik_error_text(error, LANTIK_ENGLISH));
		cr_expect_eq(record_no, bodies[i].record_no, "%s: record %u", bodies[i].what, record_no);
		lantik_arena_reset(arena);
	}
}

/* A manifest that names the root of two records, `1` and `2` as nik, and those records behind it. */
struct known {
	struct lantik_buffer records, body;
	uint8_t root[LANTIK_HASH];
	struct lantik_batch_digests digests;
};

static void known_make(struct known *ret)
{
	struct lantik_record record = {0};
	struct lantik_manifest manifest = {.row_count = 2};

	*ret = (struct known){0};
	record.nik = lantik_span_of("1");
	cr_assert_eq(lantik_record_append(&record, &ret->records), LANTIK_OK);
	record.nik = lantik_span_of("2");
	cr_assert_eq(lantik_record_append(&record, &ret->records), LANTIK_OK);
	cr_assert_eq(lantik_records_root(lantik_buffer_span(&ret->records), ret->root), LANTIK_OK);
	manifest.records_root = (struct lantik_span){ret->root, LANTIK_HASH};
	cr_assert_eq(lantik_batch_encode(&manifest, lantik_buffer_span(&ret->records), &ret->body), LANTIK_OK);
	cr_assert_eq(lantik_batch_digests(lantik_buffer_span(&ret->body), &ret->digests), LANTIK_OK);
}

static void known_free(struct known *known)
{
	lantik_buffer_free(&known->records);
	lantik_buffer_free(&known->body);
}

Test(codec, a_body_is_known_by_its_manifest_and_the_root_of_its_records)
{
	struct known known;
	uint8_t leaves[2][LANTIK_HASH], root[LANTIK_HASH], digest[LANTIK_HASH];
	struct lantik_span manifest;

	known_make(&known);
	lantik_leaf_hash((struct lantik_span){(const uint8_t *)"\x3a\x01\x31", 3}, leaves[0]);
	lantik_leaf_hash((struct lantik_span){(const uint8_t *)"\x3a\x01\x32", 3}, leaves[1]);
	lantik_node_hash(leaves[0], leaves[1], root);
	cr_expect_arr_eq(known.root, root, LANTIK_HASH);
	cr_expect_arr_eq(known.digests.records_root, root, LANTIK_HASH);
	cr_assert_eq(lantik_batch_manifest(lantik_buffer_span(&known.body), &manifest), LANTIK_OK);
	cr_expect_eq(manifest.data - known.body.data, 2);
	cr_expect_eq(manifest.data + manifest.len + known.records.len, known.body.data + known.body.len);
	lantik_sha256(manifest, digest);
	cr_expect_arr_eq(known.digests.manifest_sha256, digest, LANTIK_HASH);
	cr_assert_eq(lantik_records_root((struct lantik_span){NULL, 0}, root), LANTIK_OK);
	lantik_sha256((struct lantik_span){NULL, 0}, digest);
	cr_expect_arr_eq(root, digest, LANTIK_HASH, "no records have the root of the empty tree");
	known_free(&known);
}

/* Whatever bit is turned, byte added or taken: it is no batch, or is known by another manifest. */
Test(codec, other_bytes_are_never_known_by_the_same_digest)
{
	struct known known;
	struct lantik_batch_digests other;

	known_make(&known);
	struct lantik_span body = lantik_buffer_span(&known.body);
	for (size_t bit = 0; bit < 8 * body.len; bit++) {
		known.body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		bool same = lantik_batch_digests(body, &other) == LANTIK_OK &&
			    memcmp(other.manifest_sha256, known.digests.manifest_sha256, LANTIK_HASH) == 0;
		cr_expect_not(same, "bit %zu", bit);
		known.body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < body.len; len++)
		cr_expect_neq(
			lantik_batch_digests((struct lantik_span){body.data, len}, &other), LANTIK_OK, "%zu", len);
	known.body.data[body.len - 1] = '3';
	cr_expect_eq(lantik_batch_digests(body, &other), LANTIK_E_MISMATCH);
	known.body.data[body.len - 1] = '2';
	lantik_buffer_append(&known.body, "\x12\x00", 2);
	cr_expect_eq(lantik_batch_digests(lantik_buffer_span(&known.body), &other), LANTIK_E_MISMATCH);
	known_free(&known);
}

Test(codec, a_document_digest_is_32_bytes_or_absent)
{
	static const uint8_t record[] = {0x8a, 0x04, 0x03, 0x1a, 0x01, 0x01};
	struct lantik_record ret;

	cr_expect_eq(lantik_record_decode((struct lantik_span){.data = record, .len = sizeof record}, arena, &ret),
		LANTIK_E_MALFORMED);
}

/* nik `1` and nama `2`: in the order of the contract, out of it, with an empty field, and with an empty document's
 * type. */
Test(codec, a_record_knows_whether_it_is_canonical)
{
	static const struct {
		const char *hex;
		bool canonical;
	} records[] = {{"", true}, {"3a0131520132", true}, {"5201323a0131", false}, {"3a013152013280050f", true},
		{"3a0131520132800500", false}, {"3a01315200", false}, {"8a04020801", true}, {"8a04020800", false},
		{"8a0400", true}, {"8a040080050f", true}, {"8a040080050f8a0400", false}};
	uint8_t bytes[32];

	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		size_t len = strlen(records[i].hex) / 2;
		struct lantik_record record;
		cr_assert(lantik_hex_decode(lantik_span_of(records[i].hex), bytes, len));
		cr_assert_eq(lantik_record_decode((struct lantik_span){.data = bytes, .len = len}, arena, &record),
			LANTIK_OK);
		cr_expect_eq(record.canonical, records[i].canonical, "%s", records[i].hex);
	}
}

Test(codec, too_many_documents_are_refused)
{
	uint8_t body[128] = {0x0a, 0x00, 0x12};
	size_t len = 4;
	struct lantik_batch_view view;
	uint32_t record_no;

	for (unsigned i = 0; i <= LANTIK_MAX_DOCUMENTS; i++, len += 3)
		memcpy(body + len, "\x8a\x04\x00", 3);
	body[3] = (uint8_t)(len - 4);
	cr_expect_eq(lantik_batch_scan((struct lantik_span){.data = body, .len = len}, arena, &view, &record_no),
		LANTIK_E_TOO_LARGE);
}

Test(codec, empty_records_past_the_limit_cost_no_memory)
{
	size_t len = 2 + 2 * 100000;
	uint8_t *body = calloc(1, len);
	struct lantik_batch_view view;
	uint32_t record_no;

	cr_assert(body);
	body[0] = 0x0a;
	for (size_t i = 2; i < len; i += 2)
		body[i] = 0x12;
	cr_expect_eq(lantik_batch_scan((struct lantik_span){.data = body, .len = len}, arena, &view, &record_no),
		LANTIK_E_TOO_LARGE);
	cr_expect_eq(record_no, LANTIK_MAX_RECORDS + 1);
	cr_expect_lt(lantik_arena_used(arena), 512u * 1024);
	free(body);
}

Test(codec, a_decode_past_the_budget_is_refused)
{
	struct lantik_arena *small = lantik_arena_new(512);
	static const struct lantik_document documents[14];
	struct lantik_record record = {.dokumen = {documents, LANTIK_COUNT(documents)}}, back;
	struct lantik_buffer bytes = {0};

	cr_assert(small);
	cr_assert_eq(lantik_record_append(&record, &bytes), LANTIK_OK);
	cr_expect_eq(
		lantik_record_decode((struct lantik_span){.data = bytes.data + 2, .len = bytes.len - 2}, small, &back),
		LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&bytes);
	lantik_arena_free(&small);
}

Test(codec, envelopes_keep_their_lengths)
{
	uint8_t id[16] = {1}, signature[64] = {2}, digest[32] = {3};
	struct lantik_envelope envelope = {.protocol_version = 1,
				       .request_id = {.data = id, .len = sizeof id},
				       .message = LANTIK_SUBMIT,
				       .signing_key_id = {.data = id, .len = 4},
				       .signature = {.data = signature, .len = sizeof signature},
				       .rulebook_sha256 = {.data = digest, .len = sizeof digest}},
			       back;
	struct lantik_buffer bytes = {0};

	cr_assert_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_envelope_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect_eq(back.message, LANTIK_SUBMIT);
	cr_expect(lantik_span_equal(back.signature, envelope.signature));
	lantik_buffer_reset(&bytes);
	envelope.signature.len = 63;
	cr_assert_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_OK);
	cr_expect_eq(lantik_envelope_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_E_MALFORMED);
	cr_expect_eq(lantik_envelope_decode((struct lantik_span){0}, arena, &back), LANTIK_E_MALFORMED);
	lantik_buffer_free(&bytes);
}

/* An envelope as a reply may be: everything at its greatest. */
static struct lantik_envelope full_reply(const uint8_t *id, const uint8_t *deed)
{
	struct lantik_envelope envelope = {.protocol_version = 1,
		.request_id = {.data = id, .len = 16},
		.message = LANTIK_STATUS_ANSWER,
		.checkpoint = {.data = deed, .len = LANTIK_MAX_NOTE},
		.consistency = {.count = LANTIK_MAX_PROOF},
		.deed_count = LANTIK_MAX_ENVELOPE_DEEDS};

	for (unsigned i = 0; i < LANTIK_MAX_PROOF; i++)
		memset(envelope.consistency.hashes[i], (int)i, LANTIK_HASH);
	for (size_t i = 0; i < LANTIK_MAX_ENVELOPE_DEEDS; i++)
		envelope.deeds[i] = (struct lantik_span){.data = deed, .len = LANTIK_MAX_ENVELOPE_DEED - i};
	return envelope;
}

Test(codec, replies_carry_proofs_and_deeds)
{
	static const uint8_t id[16] = {1}, deed[LANTIK_MAX_ENVELOPE_DEED] = {'c'};
	struct lantik_envelope envelope = full_reply(id, deed), back;
	struct lantik_buffer bytes = {0};

	cr_assert_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_OK);
	cr_assert_leq(bytes.len, LANTIK_MAX_REPLY_ENVELOPE);
	struct lantik_arena *enough = lantik_arena_new(2 * bytes.len + 4096);
	cr_assert_eq(lantik_envelope_decode(lantik_buffer_span(&bytes), enough, &back), LANTIK_OK);
	cr_expect_eq(back.consistency.count, LANTIK_MAX_PROOF);
	cr_expect_arr_eq(back.consistency.hashes, envelope.consistency.hashes, sizeof envelope.consistency.hashes);
	cr_expect_eq(back.deed_count, LANTIK_MAX_ENVELOPE_DEEDS);
	for (size_t i = 0; i < LANTIK_MAX_ENVELOPE_DEEDS; i++)
		cr_expect(lantik_span_equal(back.deeds[i], envelope.deeds[i]));
	lantik_buffer_free(&bytes);
	lantik_arena_free(&enough);
	envelope = (struct lantik_envelope){.protocol_version = 1, .request_id = {.data = id, .len = 16}};
	cr_assert_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_envelope_decode(lantik_buffer_span(&bytes), arena, &back), LANTIK_OK);
	cr_expect(back.consistency.count == 0 && back.deed_count == 0);
	lantik_buffer_free(&bytes);
}

/* The field `count` times with content of `len` bytes, behind an envelope that is good by itself. */
static enum lantik_error decode_with(unsigned number, unsigned count, size_t len)
{
	static const uint8_t id[16] = {1}, zero[LANTIK_MAX_ENVELOPE_DEED + 1];
	struct lantik_envelope envelope = {.protocol_version = 1, .request_id = {.data = id, .len = 16}}, back;
	struct lantik_buffer bytes = {0};

	cr_assert_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_OK);
	for (unsigned i = 0; i < count; i++) {
		uint8_t head[] = {(uint8_t)(number << 3 | 2), (uint8_t)(len & 127), (uint8_t)(len >> 7)};
		head[1] |= (uint8_t)(len > 127 ? 128 : 0);
		lantik_buffer_append(&bytes, head, len > 127 ? 3 : 2);
		lantik_buffer_append(&bytes, zero, len);
	}
	lantik_arena_reset(arena);
	enum lantik_error error = lantik_envelope_decode(lantik_buffer_span(&bytes), arena, &back);
	lantik_buffer_free(&bytes);
	return error;
}

Test(codec, envelopes_hold_no_more_than_the_contract_allows)
{
	static const uint8_t id[16] = {1}, deed[LANTIK_MAX_ENVELOPE_DEED + 1];
	struct lantik_envelope envelope = full_reply(id, deed);
	struct lantik_buffer bytes = {0};

	cr_expect_eq(decode_with(8, LANTIK_MAX_PROOF, LANTIK_HASH), LANTIK_OK);
	cr_expect_eq(decode_with(8, LANTIK_MAX_PROOF + 1, LANTIK_HASH), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(8, LANTIK_MAX_PROOF + 5, LANTIK_HASH), LANTIK_E_TOO_LARGE);
	cr_expect_eq(decode_with(8, 1, LANTIK_HASH - 1), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(8, 1, 0), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(9, LANTIK_MAX_ENVELOPE_DEEDS, 100), LANTIK_OK);
	cr_expect_eq(decode_with(9, LANTIK_MAX_ENVELOPE_DEEDS + 1, 100), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(9, 1, LANTIK_MAX_ENVELOPE_DEED), LANTIK_OK);
	cr_expect_eq(decode_with(9, 1, LANTIK_MAX_ENVELOPE_DEED + 1), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(9, 1, 0), LANTIK_E_MALFORMED);
	cr_expect_eq(decode_with(9, 8, LANTIK_MAX_ENVELOPE_DEED), LANTIK_E_TOO_LARGE, "beyond 64 KiB");
	cr_expect_eq(decode_with(10, 1, 1), LANTIK_E_UNKNOWN_FIELD);
	envelope.deed_count++;
	cr_expect_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_E_TOO_LARGE);
	envelope.deed_count--;
	envelope.consistency.count++;
	cr_expect_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_E_TOO_LARGE);
	envelope.consistency.count--;
	envelope.deeds[0].len = LANTIK_MAX_ENVELOPE_DEED + 1;
	cr_expect_eq(lantik_envelope_encode(&envelope, &bytes), LANTIK_E_TOO_LARGE);
	cr_expect_eq(bytes.len, 0);
	lantik_buffer_free(&bytes);
}

Test(codec, answers_survive_the_wire)
{
	struct lantik_refused refused = {.code = LANTIK_REFUSED_ID_REUSED,
				      .detail = lantik_span_of("why"),
				      .record_no = 7},
			      refused_back;
	struct lantik_busy busy = {.retry_after_ms = 250, .credit = 1, .reason = LANTIK_BUSY_DRAINING}, busy_back;
	struct lantik_status_answer answer = {.state = LANTIK_STATE_COMMITTED,
					    .accepted = 1,
					    .returned = 2,
					    .review = 3,
					    .recorded_at = 4,
					    .leaf_index = 5,
					    .receipt = lantik_span_of("text")},
				    answer_back;
	struct lantik_buffer bytes = {0};

	cr_assert_eq(lantik_refused_encode(&refused, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_refused_decode(lantik_buffer_span(&bytes), arena, &refused_back), LANTIK_OK);
	cr_expect(refused_back.code == refused.code && refused_back.record_no == 7 && !refused_back.passing);
	lantik_buffer_reset(&bytes);
	cr_assert_eq(lantik_busy_encode(&busy, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_busy_decode(lantik_buffer_span(&bytes), arena, &busy_back), LANTIK_OK);
	cr_expect(busy_back.reason == LANTIK_BUSY_DRAINING && busy_back.retry_after_ms == 250);
	lantik_buffer_reset(&bytes);
	cr_assert_eq(lantik_status_answer_encode(&answer, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_status_answer_decode(lantik_buffer_span(&bytes), arena, &answer_back), LANTIK_OK);
	cr_expect(
		answer_back.review == 3 && answer_back.leaf_index == 5 && lantik_span_is(answer_back.receipt, "text"));
	lantik_buffer_free(&bytes);
}

/* Any bytes: an answer, never a crash. The sanitizers watch. */
Test(codec, random_bytes_are_answered)
{
	struct unit_random random = unit_random_start();
	uint8_t bytes[96];

	for (int round = 0; round < 200000; round++) {
		size_t len = unit_next(&random) % sizeof bytes;
		struct lantik_batch_view view;
		struct lantik_envelope envelope;
		struct lantik_record record;
		uint32_t record_no;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(unit_next(&random) % (unit_next(&random) % 3 ? 256 : 24));
		bytes[0] = 0x0a;
		bytes[1] = 0x00;
		struct lantik_span span = {.data = bytes, .len = len};
		if (lantik_batch_scan(span, arena, &view, &record_no) == LANTIK_OK)
			for (uint32_t i = 0; i < view.record_count; i++)
				(void)!lantik_record_decode(view.records[i], arena, &record);
		(void)!lantik_envelope_decode(span, arena, &envelope);
		lantik_arena_reset(arena);
	}
}
