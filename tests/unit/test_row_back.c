/* Rows of the register there and back: what the daemon writes is read as the record that was sent, byte for byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/codec.h"
#include "lantik/name.h"
#include "row.h"
#include "sample.h"
#include "unit.h"

#define ROWS 24

/* One record on its way. */
struct way {
	struct lantik_arena *arena, *back;
	struct lantik_buffer sent, tuple, again;
	uint8_t hash[LANTIK_HASH]; /* of the bytes */
	bool names_agency;
	struct row row;
	struct lantik_span bytes; /* the row's tuple */
};

static struct way way_open(void)
{
	struct way way = {.arena = lantik_arena_new((size_t)1 << 20), .back = lantik_arena_new((size_t)1 << 20)};

	cr_assert(way.arena && way.back);
	return way;
}

static void way_close(struct way *way)
{
	lantik_buffer_free(&way->sent);
	lantik_buffer_free(&way->tuple);
	lantik_buffer_free(&way->again);
	lantik_arena_free(&way->arena);
	lantik_arena_free(&way->back);
}

/* The record's bytes, without tag and length. */
static void encode(struct way *way, const struct lantik_record *record)
{
	size_t at = 1;

	lantik_buffer_reset(&way->sent);
	cr_assert_eq(lantik_record_append(record, &way->sent), LANTIK_OK);
	while (way->sent.data[at++] & 0x80)
		;
	memmove(way->sent.data, way->sent.data + at, way->sent.len - at);
	way->sent.len -= at;
}

/* As daemon/judge.c does it, with every column. */
static void write_row(struct way *way, struct lantik_record *record)
{
	static const uint8_t salt[LANTIK_ROW_SALT + 1] = "0123456789abcdef";
	static const uint64_t all[2] = {UINT64_MAX, UINT64_MAX};
	struct lantik_manifest manifest = {
		.kode_instansi = lantik_span_of("6171"), .kind = LANTIK_PPPK_PW, .step = LANTIK_STEP_NI};
	struct row_columns columns;
	struct lantik_span nama = record->nama;

	row_columns_of(all, &columns);
	struct row_context context = {.batch_no = 7,
		.office_no = 3,
		.manifest = &manifest,
		.columns = &columns,
		.names_agency = way->names_agency};
	struct row_source source = {.bytes = lantik_buffer_span(&way->sent), .hash = way->hash};
	lantik_leaf_hash(source.bytes, way->hash);
	way->row = (struct row){.record_no = 5};
	if (lantik_name_unify(nama, way->arena, &record->nama))
		way->row.nama_asli = nama;
	lantik_buffer_reset(&way->tuple);
	row_encode(&context, record, &source, salt, &way->row, &way->tuple);
	way->bytes = (struct lantik_span){.data = way->tuple.data + way->row.offset, .len = way->row.len};
}

/* Whether the row that is read is the one that was written, and its record the one that was sent. */
static bool comes_back(struct way *way, bool *ret_kept)
{
	struct lantik_row row;
	uint8_t hash[LANTIK_HASH];

	lantik_arena_reset(way->back);
	lantik_buffer_reset(&way->again);
	if (lantik_row_decode(way->bytes, way->back, &row) != LANTIK_OK ||
		lantik_row_record(&row, way->names_agency, &way->again) != LANTIK_OK)
		return false;
	lantik_row_hash(&row, way->hash, hash);
	*ret_kept = row.sent.len > 0;
	return lantik_span_equal(lantik_buffer_span(&way->again), lantik_buffer_span(&way->sent)) &&
	       memcmp(hash, way->row.hash, LANTIK_HASH) == 0 && (!*ret_kept || lantik_row_follows(&row, way->back));
}

/* As the daemon gets it: decoded from its bytes. */
static void send(struct way *way, const struct lantik_record *record, struct lantik_record *ret)
{
	encode(way, record);
	cr_assert_eq(lantik_record_decode(lantik_buffer_span(&way->sent), way->arena, ret), LANTIK_OK);
}

static struct lantik_sample sample_of(enum lantik_kind kind, enum lantik_step step)
{
	return (struct lantik_sample){
		.kind = kind, .step = step, .agency = "6171", .kanreg = "03", .rows = ROWS, .seed = 7};
}

Test(row_back, every_kind_and_step_comes_back)
{
	struct way way = way_open();
	struct lantik_record record, got;
	unsigned count = 0;
	bool kept;

	for (int of = 0; of < (LANTIK_KIND_END) * (LANTIK_STEP_END); of++) {
		struct lantik_sample sample = sample_of(of / LANTIK_STEP_END, of % LANTIK_STEP_END);
		if (!sample.kind || !sample.step || lantik_sample_fill(&sample) != LANTIK_SAMPLE_FINE)
			continue;
		for (uint32_t i = 0; i < ROWS; i++, count++) {
			lantik_arena_reset(way.arena);
			lantik_sample_record(&sample, i, way.arena, &record);
			way.names_agency = i % 2;
			record.kode_instansi =
				way.names_agency ? lantik_span_of("6171") : (struct lantik_span){NULL, 0};
			send(&way, &record, &got);
			cr_expect(got.canonical);
			write_row(&way, &got);
			cr_expect(comes_back(&way, &kept) && !kept, "kind %d step %d record %u", sample.kind,
				sample.step, i);
		}
	}
	cr_expect_geq(count, 12 * ROWS);
	way_close(&way);
}

static void a_record(struct way *way, struct lantik_record *ret)
{
	static const struct lantik_document documents[] = {
		{7, {(const uint8_t *)"a/b", 3}, {NULL, 0}}, {9, {NULL, 0}, {NULL, 0}}};
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI);

	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	lantik_arena_reset(way->arena);
	lantik_sample_record(&sample, 3, way->arena, ret);
	way->names_agency = true;
	ret->kode_instansi = lantik_span_of("6171");
	ret->alasan_tolak_id = 0;
	ret->nama = lantik_span_of("  NUR  AINI ");
	ret->dokumen = (struct lantik_documents){documents, LANTIK_COUNT(documents)};
}

/* What no rule lets pass today would be kept all the same. */
Test(row_back, values_without_a_column_are_kept_as_they_were_sent)
{
	struct way way = way_open();
	struct lantik_record record, got;
	bool kept;

	for (int what = 0; what < 7; what++) {
		a_record(&way, &record);
		switch (what) {
		case 1:
			record.tmt = 20260231;
			break;
		case 2:
			record.unor_id = lantik_span_of("fifteen bytes..");
			break;
		case 3:
			record.unor_induk = lantik_span_of("x");
			break;
		case 4:
			record.signed_at = -1;
			break;
		case 5:
			record.kode_instansi.len = 0;
			break;
		case 6:
			record.kode_instansi = lantik_span_of("6172");
			break;
		}
		send(&way, &record, &got);
		write_row(&way, &got);
		cr_expect(comes_back(&way, &kept) && kept == (what != 0), "%d", what);
	}
	way_close(&way);
}

/* Other bytes of the same values: a number that is absent written out. */
Test(row_back, another_encoding_is_kept)
{
	struct way way = way_open();
	struct lantik_record record, got;
	bool kept;

	a_record(&way, &record);
	encode(&way, &record);
	lantik_buffer_append(&way.sent, "\xe0\x04\x00", 3);
	cr_assert_eq(lantik_record_decode(lantik_buffer_span(&way.sent), way.arena, &got), LANTIK_OK);
	cr_expect_not(got.canonical);
	write_row(&way, &got);
	cr_expect(comes_back(&way, &kept) && kept);
	way_close(&way);
}

static void hash_of(struct way *way, uint8_t ret[LANTIK_HASH])
{
	struct lantik_row row;
	uint8_t record_hash[LANTIK_HASH];

	memset(ret, 0, LANTIK_HASH);
	lantik_arena_reset(way->back);
	lantik_buffer_reset(&way->again);
	if (lantik_row_decode(way->bytes, way->back, &row) != LANTIK_OK ||
		lantik_row_record(&row, way->names_agency, &way->again) != LANTIK_OK ||
		(row.sent.len && !lantik_row_follows(&row, way->back)))
		return;
	lantik_leaf_hash(lantik_buffer_span(&way->again), record_hash);
	lantik_row_hash(&row, record_hash, ret);
}

/* No byte of a row can be altered without its hash being another one, or nobody's. */
Test(row_back, every_byte_counts)
{
	struct way way = way_open();
	struct lantik_record record, got;
	uint8_t hash[LANTIK_HASH];

	for (int other = 0; other < 2; other++) {
		a_record(&way, &record);
		encode(&way, &record);
		if (other)
			lantik_buffer_append(&way.sent, "\xe0\x04\x00", 3);
		cr_assert_eq(lantik_record_decode(lantik_buffer_span(&way.sent), way.arena, &got), LANTIK_OK);
		write_row(&way, &got);
		hash_of(&way, hash);
		cr_assert_arr_eq(hash, way.row.hash, LANTIK_HASH);
		uint8_t *at = way.tuple.data + way.row.offset;
		for (size_t i = 0; i < way.row.len * 8; i++) {
			at[i / 8] ^= (uint8_t)(1 << i % 8);
			hash_of(&way, hash);
			cr_expect(memcmp(hash, way.row.hash, LANTIK_HASH) != 0, "byte %zu bit %zu", i / 8, i % 8);
			at[i / 8] ^= (uint8_t)(1 << i % 8);
		}
	}
	way_close(&way);
}
