/* The record decoder against protobuf-c and the wire scanner, over samples and damaged samples.
 *
 * LANTIK_TEST_ROUNDS=N damages N times; LANTIK_TEST_SEED repeats a run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record_reference.h"
#include "sample.h"
#include "unit.h"

#define ROUNDS 100000u
#define MAX_SEEDS 32
#define MAX_DAMAGES 4
#define AGENCY "9901"

/* Bytes of a record, with room for what damage adds. */
struct bytes {
	uint8_t data[LANTIK_MAX_RECORD];
	size_t len;
};

static struct bytes seeds[MAX_SEEDS];
static size_t seed_count;

static void expect_agreement(const struct bytes *bytes)
{
	struct lantik_span span = {.data = bytes->data, .len = bytes->len};
	const char *difference = record_difference(span);

	if (!difference)
		return;
	char *hex = malloc(2 * bytes->len + 1);
	cr_assert(hex);
	lantik_hex_encode(bytes->data, bytes->len, hex);
	cr_assert_fail("%s: %s", difference, hex);
}

/* The bytes of the record alone, behind tag and length. */
static void add_seed(const struct lantik_record *record)
{
	struct lantik_buffer out = {0};
	size_t head = 1;

	cr_assert_eq(lantik_record_append(record, &out), LANTIK_OK);
	while (out.data[head++] & 0x80)
		;
	cr_assert(seed_count < MAX_SEEDS && out.len - head <= sizeof seeds[0].data);
	struct bytes *seed = &seeds[seed_count++];
	seed->len = out.len - head;
	memcpy(seed->data, out.data + head, seed->len);
	lantik_buffer_free(&out);
}

/* Numbers at the edges of their encodings. */
static int64_t edge_of(unsigned at)
{
	static const int64_t edges[] = {
		1, -1, 63, -64, 64, 8191, 8192, -8193, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};

	return edges[at % LANTIK_COUNT(edges)];
}

static void add_full_seed(unsigned shift, struct lantik_record *record)
{
	static const uint8_t text[LANTIK_HASH] = "a text, and digest of 32 bytes!";
	static struct lantik_document documents[LANTIK_MAX_DOCUMENTS];

	for (unsigned i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		void *member = lantik_member_mutable(record, field);
		if (field->type == LANTIK_TEXT || field->type == LANTIK_ID)
			*(struct lantik_span *)member = (struct lantik_span){text, 1 + (i + shift) % sizeof text};
		else if (field->type == LANTIK_TIME || field->type == LANTIK_MONEY)
			*(int64_t *)member = edge_of(i + shift);
		else if (field->type == LANTIK_WORD)
			*(int32_t *)member = 1 + (int32_t)((i + shift) % 127);
		else if (field->type != LANTIK_DOCUMENTS)
			*(int32_t *)member = (int32_t)edge_of((i + shift) % 10);
	}
	for (unsigned i = 0; i < LANTIK_MAX_DOCUMENTS; i++)
		documents[i] = (struct lantik_document){.type = (int32_t)edge_of(i % 10),
			.object = {text, i % sizeof text},
			.sha256 = {text, i % 2 ? sizeof text : 0}};
	record->dokumen = (struct lantik_documents){.items = documents, .count = LANTIK_MAX_DOCUMENTS - shift};
	add_seed(record);
}

/* A record of every kind and step, and two with every field; `seeds` holds them. */
static void make_seeds(void)
{
	struct lantik_arena *arena = lantik_arena_new(64 * 1024);
	struct lantik_record record;

	cr_assert(arena);
	seed_count = 0;
	for (int kind = LANTIK_PPPK_PW; kind < LANTIK_KIND_END; kind++)
		for (int step = LANTIK_STEP_NI; step < LANTIK_STEP_END; step++) {
			struct lantik_sample sample = {.kind = (enum lantik_kind)kind,
				.step = (enum lantik_step)step,
				.agency = AGENCY,
				.kanreg = "03",
				.rows = 3,
				.seed = 1};
			if (lantik_sample_fill(&sample) != LANTIK_SAMPLE_FINE)
				continue;
			lantik_arena_reset(arena);
			lantik_sample_record(&sample, 1, arena, &record);
			add_seed(&record);
		}
	cr_assert(seed_count > 5);
	for (unsigned shift = 0; shift < 2; shift++) {
		record = (struct lantik_record){0};
		add_full_seed(shift, &record);
	}
	lantik_arena_free(&arena);
}

static void insert(struct bytes *bytes, size_t at, const uint8_t *data, size_t len)
{
	if (len > sizeof bytes->data - bytes->len)
		return;
	memmove(bytes->data + at + len, bytes->data + at, bytes->len - at);
	memmove(bytes->data + at, data, len);
	bytes->len += len;
}

static void cut(struct bytes *bytes, size_t at, size_t len)
{
	memmove(bytes->data + at, bytes->data + at + len, bytes->len - at - len);
	bytes->len -= len;
}

/* Where a field of the record begins, and its length; 0 when the bytes are no fields any more. */
static size_t field_at(const struct bytes *bytes, size_t wanted, size_t *ret_at)
{
	size_t at = 0, begin = 0;

	for (size_t i = 0; i <= wanted && at < bytes->len; i++) {
		uint64_t len = 0;
		begin = at;
		bool content = (bytes->data[at] & 7) == 2;
		while (at < bytes->len && bytes->data[at] & 0x80)
			at++;
		at++;
		for (unsigned shift = 0; at < bytes->len; shift += 7) {
			len |= (uint64_t)(bytes->data[at] & 0x7f) << shift % 64;
			if (!(bytes->data[at++] & 0x80))
				break;
		}
		if (at > bytes->len || (content && len > bytes->len - at))
			return 0;
		at += content ? (size_t)len : 0;
	}
	*ret_at = begin;
	return at - begin;
}

static void damage_field(struct bytes *bytes, struct unit_random *random)
{
	uint8_t field[LANTIK_MAX_RECORD];
	size_t at = 0, to = 0;
	size_t len = field_at(bytes, unit_next(random) % 90, &at);

	if (!len)
		return;
	memcpy(field, bytes->data + at, len);
	if (unit_next(random) % 2)
		cut(bytes, at, len);
	if (unit_next(random) % 4 && field_at(bytes, unit_next(random) % 90, &to))
		insert(bytes, to, field, len);
}

/* The field's tag with another number or length behind it. */
static void damage_value(struct bytes *bytes, struct unit_random *random)
{
	static const struct {
		size_t len;
		uint8_t bytes[10];
	} values[] = {{1, {0}}, {2, {0x80, 0x00}}, {5, {0xff, 0xff, 0xff, 0xff, 0x0f}},
		{5, {0xff, 0xff, 0xff, 0xff, 0x10}}, {9, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
		{10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
		{10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}},
		{10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81}}};
	size_t value = unit_next(random) % LANTIK_COUNT(values), at = 0, tag = 1;
	size_t len = field_at(bytes, unit_next(random) % 90, &at);

	if (!len)
		return;
	while (tag < len && bytes->data[at + tag - 1] & 0x80)
		tag++;
	cut(bytes, at + tag, len - tag);
	insert(bytes, at + tag, values[value].bytes, values[value].len);
}

static void damage_bytes(struct bytes *bytes, struct unit_random *random)
{
	static const uint8_t telling[] = {0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0x81, 0xff, 0x04, 0x05, 0x8a, 0x10, 0x0f};
	size_t at = bytes->len ? unit_next(random) % bytes->len : 0;
	uint8_t byte = telling[unit_next(random) % sizeof telling];

	switch (unit_next(random) % 6) {
	case 0:
		if (bytes->len)
			bytes->data[at] ^= (uint8_t)(1u << unit_next(random) % 8);
		break;
	case 1:
		if (bytes->len)
			bytes->data[at] = byte;
		break;
	case 2:
		insert(bytes, at, &byte, 1);
		break;
	case 3:
		cut(bytes, at, unit_next(random) % (bytes->len - at + 1) % 4);
		break;
	case 4:
		bytes->len = at;
		break;
	default:
		if (bytes->len)
			bytes->data[at] = (uint8_t)unit_next(random);
		break;
	}
}

static unsigned long rounds(void)
{
	const char *given = getenv("LANTIK_TEST_ROUNDS");

	return given ? strtoul(given, NULL, 10) : ROUNDS;
}

Test(record, whole_records_are_read_as_protobuf_reads_them)
{
	make_seeds();
	for (size_t i = 0; i < seed_count; i++)
		expect_agreement(&seeds[i]);
}

/* Every end that a record can have, so that no step looks past it. */
Test(record, records_cut_anywhere_are_read_as_protobuf_reads_them)
{
	make_seeds();
	for (size_t i = 0; i < seed_count; i++)
		for (struct bytes *bytes = &seeds[i]; bytes->len > 0;) {
			bytes->len--;
			expect_agreement(bytes);
		}
}

Test(record, damaged_records_are_read_as_protobuf_reads_them)
{
	static void (*const damages[])(struct bytes *, struct unit_random *) = {
		damage_field, damage_value, damage_bytes};
	struct unit_random random = unit_random_start();
	struct bytes bytes;

	make_seeds();
	for (unsigned long round = rounds(); round > 0; round--) {
		bytes = seeds[unit_next(&random) % seed_count];
		for (unsigned i = 1 + unit_next(&random) % MAX_DAMAGES; i > 0; i--)
			damages[unit_next(&random) % LANTIK_COUNT(damages)](&bytes, &random);
		expect_agreement(&bytes);
	}
}
