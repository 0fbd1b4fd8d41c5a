/* Tests of a version of the register: its hash.
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
	unsigned cold = 1;

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		cold += lantik_record_fields[i].cold;
	cr_expect_eq(cold, LANTIK_COLD_COUNT);
	cr_expect_eq(LANTIK_ROW_COLUMNS, 8 + LANTIK_FIELD_COUNT - cold + 1 + 1);
}
