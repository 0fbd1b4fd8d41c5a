/* Tests of a version of the register: its hash, and the way back from its columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/row.h"

static const uint8_t salt[LANTIK_ROW_SALT + 1] = "0123456789abcdef";

static struct lantik_row a_row(void)
{
	struct lantik_row row = {.batch_no = 5,
		.record_no = 9,
		.office_no = 3,
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_SK,
		.supersedes_batch_no = 4,
		.supersedes_record_no = 7,
		.salt = salt,
		.nama = lantik_span_of("NUR AINI")};

	row.record.kode_instansi = lantik_span_of("9900");
	row.record.nama = lantik_span_of("NUR  AINI");
	return row;
}

static const char *hash_of(const struct lantik_row *row)
{
	static char text[2 * LANTIK_HASH + 1];
	uint8_t record_hash[LANTIK_HASH], hash[LANTIK_HASH];

	for (unsigned i = 0; i < sizeof record_hash; i++)
		record_hash[i] = (uint8_t)i;
	lantik_row_hash(row, record_hash, hash);
	for (size_t i = 0; i < sizeof hash; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

/* Made with struct and hashlib of Python from the words of lantik/row.h. */
Test(row, hash_is_the_one_that_is_written_down)
{
	struct lantik_row row = a_row();

	cr_expect_str_eq(hash_of(&row), "19da91801065bcec7a3a814b718070af985f8ab0ab0aa13179f1d6e3e6bd4d65");
	row.step = LANTIK_STEP_NI;
	row.supersedes_batch_no = 0;
	row.nama = row.record.nama;
	cr_expect_str_eq(hash_of(&row), "401de89c7a4fc2220c090faf5e4cdc4232058ae16807e38cd02ec63af8db59e2");
}

/* Nothing that is hashed can be taken for something else. */
Test(row, hash_covers_what_the_centre_added)
{
	const struct lantik_row row = a_row();
	struct lantik_row others[] = {row, row, row, row, row, row, row, row, row, row};
	static const uint8_t other_salt[LANTIK_ROW_SALT] = {0};
	char whole[2 * LANTIK_HASH + 1];

	strcpy(whole, hash_of(&row));
	others[0].batch_no++;
	others[1].record_no++;
	others[2].office_no++;
	others[3].kind++;
	others[4].step++;
	others[5].supersedes_batch_no++;
	others[6].supersedes_record_no++;
	others[7].salt = other_salt;
	others[8].record.kode_instansi = lantik_span_of("9901");
	others[9].nama = lantik_span_of("NUR AINA");
	for (size_t i = 0; i < LANTIK_COUNT(others); i++)
		cr_expect_str_neq(hash_of(&others[i]), whole, "member %zu", i);
}

Test(row, places_of_the_fields_are_counted)
{
	unsigned cold = 0;

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		cold += lantik_record_fields[i].cold;
	cr_expect_eq(cold, LANTIK_COLD_FIELDS);
	cr_expect_eq(LANTIK_ROW_COLUMNS, 8 + LANTIK_FIELD_COUNT - cold + 2);
	cr_expect_str_eq(lantik_row_column(7), "salt");
	cr_expect_str_eq(lantik_row_column(8), "kode_instansi");
	cr_expect_str_eq(lantik_row_column(LANTIK_ROW_COLUMNS - 1), "sent");
}

/* ---- tuples by hand: a few columns are given, the others are NULL ---- */

struct given {
	const char *column;
	const char *bytes;
	size_t len;
};
#define GIVEN(column, bytes)                                                                                           \
	{                                                                                                              \
		column, bytes, sizeof(bytes) - 1                                                                       \
	}

static void put_be(struct lantik_buffer *ret, uint32_t value, unsigned len)
{
	for (unsigned i = len; i-- > 0;) {
		uint8_t byte = (uint8_t)(value >> 8 * i);
		lantik_buffer_append(ret, &byte, 1);
	}
}

/* The later of two that give the same column counts. */
static struct lantik_buffer tuple_of(const struct given *given, size_t count)
{
	struct lantik_buffer ret = {0};

	put_be(&ret, LANTIK_ROW_COLUMNS, 2);
	for (size_t i = 0; i < LANTIK_ROW_COLUMNS; i++) {
		const struct given *found = NULL;
		for (size_t j = 0; j < count; j++)
			if (strcmp(given[j].column, lantik_row_column(i)) == 0)
				found = &given[j];
		put_be(&ret, found && found->bytes ? (uint32_t)found->len : UINT32_MAX, 4);
		if (found && found->bytes)
			lantik_buffer_append(&ret, found->bytes, found->len);
	}
	return ret;
}

static const struct given least[] = {GIVEN("batch_no", "\0\0\0\0\0\0\0\5"), GIVEN("record_no", "\0\0\0\11"),
	GIVEN("office_no", "\0\0\0\3"), GIVEN("kind", "\0\1"), GIVEN("step", "\0\2"), GIVEN("salt", "0123456789abcdef"),
	GIVEN("kode_instansi", "9900"), GIVEN("nama", "NUR AINI"), GIVEN("tmt", "\0\0\44\275")};

static enum lantik_error decode_with(struct given other, struct lantik_arena *arena, struct lantik_row *ret)
{
	static struct lantik_buffer tuple;
	struct given given[LANTIK_COUNT(least) + 1];

	lantik_buffer_free(&tuple);
	memcpy(given, least, sizeof least);
	given[LANTIK_COUNT(least)] = other;
	tuple = tuple_of(given, LANTIK_COUNT(given));
	lantik_arena_reset(arena);
	return lantik_row_decode(lantik_buffer_span(&tuple), arena, ret);
}

Test(row, columns_that_are_null_are_absent)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_row row;

	cr_assert_eq(decode_with((struct given)GIVEN("nip", "123"), arena, &row), LANTIK_OK);
	cr_expect(row.batch_no == 5 && row.record_no == 9 && row.office_no == 3 && row.kind == 1 && row.step == 2);
	cr_expect(row.supersedes_batch_no == 0 && memcmp(row.salt, salt, LANTIK_ROW_SALT) == 0);
	cr_expect(lantik_span_is(row.nama, "NUR AINI") && lantik_span_is(row.record.nama, "NUR AINI"));
	cr_expect_eq(row.record.tmt, 20251001);
	cr_expect(lantik_span_is(row.record.nip, "123") && !row.record.nik.len && !row.record.dokumen.count);
	lantik_arena_free(&arena);
}

/* What the daemon never writes is refused, so that no column can be altered without the row being another one. */
Test(row, hostile_tuples_are_refused)
{
	static const struct given wrong[] = {{"batch_no", NULL, 0}, GIVEN("batch_no", "\0\0\0\5"),
		{"record_no", NULL, 0}, {"salt", NULL, 0}, GIVEN("salt", "0123456789abcde"), GIVEN("salt", ""),
		GIVEN("supersedes_batch_no", "\0\0\0\0\0\0\0\4"), GIVEN("supersedes_record_no", "\0\0\0\4"),
		GIVEN("nik", ""), GIVEN("sent", ""), GIVEN("alasan_tolak_id", "\0\0\0\0"), GIVEN("jenis_sk", "\0\0"),
		GIVEN("jenis_sk", "\0\0\0\1"), GIVEN("upah", "\0\0\0\0\0\0\0\0"), GIVEN("tmt", "\0\0\0"),
		GIVEN("tmt", "\177\377\377\377"), GIVEN("tmt", "\200\0\0\0"),
		GIVEN("signed_at", "\177\377\377\377\377\377\377\377"), GIVEN("signed_at", "\200\0\0\0\0\0\0\0"),
		GIVEN("predecessor_batch_id", "0123456789abcde"), GIVEN("cold", ""), GIVEN("cold", "\0"),
		GIVEN("cold", "\0\1x")};
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_row row;

	for (size_t i = 0; i < LANTIK_COUNT(wrong); i++)
		cr_expect_eq(decode_with(wrong[i], arena, &row), LANTIK_E_MALFORMED, "%s, %zu", wrong[i].column, i);
	cr_expect_eq(lantik_row_decode((struct lantik_span){NULL, 0}, arena, &row), LANTIK_E_MALFORMED);
	lantik_arena_free(&arena);
}

#define COLD_HEAD (LANTIK_COLD_FIXED + 2 * LANTIK_COLD_COUNT)

/* No number, offsets of the ends, and one value at the place of one field. */
static struct given cold_with(size_t place, const char *value, size_t len, char room[512])
{
	memset(room, 0, LANTIK_COLD_FIXED);
	for (size_t i = 0; i < LANTIK_COLD_COUNT; i++) {
		room[LANTIK_COLD_FIXED + 2 * i] = 0;
		room[LANTIK_COLD_FIXED + 2 * i + 1] = (char)(i < place ? 0 : len);
	}
	memcpy(room + COLD_HEAD, value, len);
	return (struct given){"cold", room, COLD_HEAD + len};
}

static size_t cold_place(unsigned number)
{
	size_t place = 0;

	for (size_t i = 0; i + 1 < number; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		place += field->cold &&
			 (field->type == LANTIK_TEXT || field->type == LANTIK_ID || field->type == LANTIK_DOCUMENTS);
	}
	return place;
}

/* row_no and tgl_tahun_lulus are the first number and the eighth: 4 bytes, 4, 4, 2, 2, 2, 4 before it. */
Test(row, cold_numbers_come_back)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_row row;
	char room[512];
	struct given cold = cold_with(0, "", 0, room);

	memcpy(room, "\0\1\2\3", 4);
	memcpy(room + 22, "\0\13\44\122", 4); /* day 730,194: 2000-03-15 */
	cr_assert_eq(decode_with(cold, arena, &row), LANTIK_OK);
	cr_expect_eq(row.record.row_no, 0x10203);
	cr_expect_eq(row.record.tgl_tahun_lulus, 20000315);
	cr_expect(!row.record.agama_id && !row.record.upah_non_asn_terakhir && !row.record.status_usulan);
	memcpy(room + 22, "\177\377\377\377", 4);
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "no such day");
	lantik_arena_free(&arena);
}

Test(row, cold_values_come_back)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_row row;
	char room[512];

	cr_expect_eq(decode_with(cold_with(cold_place(LANTIK_F_nomor_ijazah), "A/1", 3, room), arena, &row), LANTIK_OK);
	cr_expect(lantik_span_is(row.record.nomor_ijazah, "A/1"));
	cr_expect_eq(
		decode_with(cold_with(cold_place(LANTIK_F_dokumen), "\0\7\0\0\2ab\0\10\0\0\0", 12, room), arena, &row),
		LANTIK_OK);
	cr_assert_eq(row.record.dokumen.count, 2);
	cr_expect(row.record.dokumen.items[0].type == 7 && lantik_span_is(row.record.dokumen.items[0].object, "ab"));
	cr_expect(row.record.dokumen.items[1].type == 8 && !row.record.dokumen.items[1].object.len);
	cr_expect_eq(decode_with(cold_with(LANTIK_COLD_COUNT - 1, "NUR  AINI", 9, room), arena, &row), LANTIK_OK);
	cr_expect(lantik_span_is(row.nama, "NUR AINI") && lantik_span_is(row.record.nama, "NUR  AINI"));
	lantik_arena_free(&arena);
}

Test(row, hostile_cold_values_are_refused)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_row row;
	char room[512];
	struct given cold = cold_with(cold_place(LANTIK_F_unor_induk), "0123456789abcde", 15, room);

	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "an id of 15 bytes");
	cold = cold_with(cold_place(LANTIK_F_dokumen), "\0\7\0\0\3ab", 7, room);
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "a path that is too short");
	cold = cold_with(cold_place(LANTIK_F_dokumen), "\0\7\1x\0\0", 6, room);
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "a digest of one byte");
	cold = cold_with(LANTIK_COLD_COUNT - 1, "NUR AINI", 8, room);
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "a name that is kept as it was sent");
	cold = cold_with(0, "x", 1, room);
	for (size_t len = 1; len < cold.len; len++)
		cr_expect_eq(decode_with((struct given){"cold", room, len}, arena, &row), LANTIK_E_MALFORMED,
			"%zu bytes", len);
	room[LANTIK_COLD_FIXED + 1] = 2;
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "offsets that fall");
	cold = cold_with(0, "", 0, room);
	cr_expect_eq(decode_with(cold, arena, &row), LANTIK_E_MALFORMED, "nothing at all");
	room[cold.len] = 'x';
	cr_expect_eq(decode_with((struct given){"cold", room, cold.len + 1}, arena, &row), LANTIK_E_MALFORMED,
		"bytes behind the last");
	lantik_arena_free(&arena);
}

/* Canonical bytes are made from the columns; others are kept, and must not say the same. */
Test(row, record_is_as_it_was_sent)
{
	static const char with[] = "\32\0049900\122\10NUR AINI\340\2\362\205\250\23",
			  without[] = "\122\10NUR AINI\340\2\362\205\250\23";
	struct lantik_arena *arena = lantik_arena_new(LANTIK_ROW_ARENA);
	struct lantik_buffer bytes = {0};
	struct lantik_row row;

	cr_assert_eq(decode_with((struct given){"nip", NULL, 0}, arena, &row), LANTIK_OK);
	cr_assert_eq(lantik_row_record(&row, true, &bytes), LANTIK_OK);
	cr_expect(lantik_span_equal(
		lantik_buffer_span(&bytes), (struct lantik_span){(const uint8_t *)with, sizeof with - 1}));
	lantik_buffer_reset(&bytes);
	cr_assert_eq(lantik_row_record(&row, false, &bytes), LANTIK_OK);
	cr_expect(lantik_span_equal(
		lantik_buffer_span(&bytes), (struct lantik_span){(const uint8_t *)without, sizeof without - 1}));
	row.sent = (struct lantik_span){(const uint8_t *)with, sizeof with - 1};
	cr_expect_eq(lantik_row_record(&row, true, &bytes), LANTIK_E_MISMATCH);
	lantik_buffer_reset(&bytes);
	cr_expect_eq(lantik_row_record(&row, false, &bytes), LANTIK_OK);
	cr_expect(lantik_span_equal(lantik_buffer_span(&bytes), row.sent));
	lantik_buffer_free(&bytes);
	lantik_arena_free(&arena);
}
