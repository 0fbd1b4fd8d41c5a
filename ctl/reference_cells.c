/* What a cell of reference data must hold, and its form in the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/record.h"
#include "reference.h"

static bool only(struct lantik_span text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i] || !strchr(allowed, text.data[i]))
			return false;
	return true;
}

static bool digits(struct lantik_span text, size_t least, size_t most)
{
	return text.len >= least && text.len <= most && only(text, "0123456789");
}

static bool put(struct lantik_span text, struct lantik_buffer *ret)
{
	lantik_buffer_append_span(ret, text);
	return true;
}

static bool put_text(const char *text, struct lantik_buffer *ret)
{
	return put(lantik_span_of(text), ret);
}

static bool read_digits(struct lantik_span text, size_t count, struct lantik_buffer *ret)
{
	return digits(text, count, count) && put(text, ret);
}

/* Dots as Kemendagri writes them, `32.73.01`, or none. */
static bool read_code(struct lantik_span text, size_t count, struct lantik_buffer *ret)
{
	uint8_t code[6];
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '.' && i % 3 == 2 && text.len == count + count / 2 - 1)
			continue;
		if (text.data[i] < '0' || text.data[i] > '9' || len == count)
			return false;
		code[len++] = text.data[i];
	}
	return len == count && put((struct lantik_span){code, len}, ret);
}

static bool read_name(struct lantik_span text, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] == 127)
			return false;
	return text.len > 0 && text.len <= 300 && put(text, ret);
}

static bool read_level(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const levels[] = {"pusat", "provinsi", "kabupaten", "kota"};
	for (size_t i = 0; i < LANTIK_COUNT(levels); i++)
		if (lantik_span_is(text, levels[i]))
			return put(text, ret);
	return false;
}

static bool read_money(struct lantik_span text, struct lantik_buffer *ret)
{
	int64_t sen = text.len ? lantik_money_parse(text) : LANTIK_UNREADABLE;
	if (sen < 0 || sen > INT64_C(9999999999999999))
		return false;
	lantik_buffer_printf(ret, "%lld.%02lld", (long long)(sen / 100), (long long)(sen % 100));
	return true;
}

static bool read_coverage(struct lantik_span text, struct lantik_buffer *ret)
{
	if (lantik_span_is(text, "unverified"))
		return put_text("t", ret);
	return (lantik_span_is(text, "sourced") || lantik_span_is(text, "derived")) && put_text("f", ret);
}

static bool read_group(struct lantik_span text, struct lantik_buffer *ret)
{
	int32_t code = lantik_word_code(LANTIK_WORDS_kelompok_lapor, text);
	if (code == 0 || code == LANTIK_WORD_UNREADABLE)
		return false;
	lantik_buffer_printf(ret, "%d", (int)code);
	return true;
}

static bool read_parameter(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len > 0 && text.len <= 64 && text.data[0] >= 'a' && text.data[0] <= 'z' &&
	       only(text, "abcdefghijklmnopqrstuvwxyz0123456789_") && put(text, ret);
}

static bool read_value(struct lantik_span text, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '!' || text.data[i] > '~')
			return false;
	return text.len > 0 && text.len <= 64 && put(text, ret);
}

static bool read_date(struct lantik_span text, struct lantik_buffer *ret)
{
	char formatted[11];
	int32_t date = lantik_date_parse(text);
	if (date <= 0)
		return false;
	lantik_date_format(date, formatted);
	return put_text(formatted, ret);
}

bool cell_read(enum cell_kind kind, struct lantik_span text, struct lantik_buffer *ret)
{
	switch (kind) {
	case CELL_AGENCY:
		return read_digits(text, 4, ret);
	case CELL_TWO:
		return read_digits(text, 2, ret);
	case CELL_NAME:
		return read_name(text, ret);
	case CELL_NOTE:
		return text.len == 0 || read_name(text, ret);
	case CELL_LEVEL:
		return read_level(text, ret);
	case CELL_PROVINCE:
		return text.len == 0 || read_digits(text, 2, ret);
	case CELL_CODE2:
		return read_code(text, 2, ret);
	case CELL_CODE4:
		return read_code(text, 4, ret);
	case CELL_CODE6:
		return read_code(text, 6, ret);
	case CELL_RETIRED:
		return read_code(text, 4, ret) || read_code(text, 6, ret);
	case CELL_REGION:
		return read_code(text, 2, ret) || read_code(text, 4, ret);
	case CELL_YEAR:
		return digits(text, 4, 4) && text.data[0] >= '1' && text.data[0] <= '2' && put(text, ret);
	case CELL_COUNT:
		return digits(text, 1, 9) && put(text, ret);
	case CELL_MONEY:
		return read_money(text, ret);
	case CELL_COVERAGE:
		return read_coverage(text, ret);
	case CELL_GROUP:
		return read_group(text, ret);
	case CELL_PARAMETER:
		return read_parameter(text, ret);
	case CELL_VALUE:
		return read_value(text, ret);
	case CELL_DATE:
		return read_date(text, ret);
	case CELL_DATE_OR_NOTHING:
		return text.len == 0 || read_date(text, ret);
	case CELL_KINDS:
		break;
	}
	return false;
}

static const char *const expected[CELL_KINDS][2] = {
	[CELL_AGENCY] = {"an agency code of 4 digits", "kode instansi 4 angka"},
	[CELL_TWO] = {"2 digits, a leading zero included", "2 angka, termasuk nol di depan"},
	[CELL_NAME] = {"a name of at most 300 bytes", "nama, paling banyak 300 bita"},
	[CELL_NOTE] = {"text of at most 300 bytes, or nothing", "teks paling banyak 300 bita, atau kosong"},
	[CELL_LEVEL] = {"pusat, provinsi, kabupaten or kota", "pusat, provinsi, kabupaten, atau kota"},
	[CELL_PROVINCE] = {"a province code of 2 digits, or nothing for a central agency",
		"kode provinsi 2 angka, atau kosong bagi instansi pusat"},
	[CELL_CODE2] = {"a province code of 2 digits: 32", "kode provinsi 2 angka: 32"},
	[CELL_CODE4] = {"a regency code of 4 digits: 32.73 or 3273", "kode kabupaten/kota 4 angka: 32.73 atau 3273"},
	[CELL_CODE6] = {"a district code of 6 digits: 32.73.01 or 327301",
		"kode kecamatan 6 angka: 32.73.01 atau 327301"},
	[CELL_RETIRED] = {"a regency or district code of 4 or 6 digits",
		"kode kabupaten/kota atau kecamatan 4 atau 6 angka"},
	[CELL_REGION] = {"a province or regency code of 2 or 4 digits",
		"kode provinsi atau kabupaten/kota 2 atau 4 angka"},
	[CELL_YEAR] = {"a year: 2025", "tahun: 2025"},
	[CELL_COUNT] = {"a whole number without separators", "bilangan bulat tanpa pemisah"},
	[CELL_MONEY] = {"an amount of rupiah: 4482914.00", "jumlah rupiah: 4482914.00"},
	[CELL_COVERAGE] = {"sourced, derived or unverified", "sourced, derived, atau unverified"},
	[CELL_GROUP] = {"guru, kesehatan or teknis", "guru, kesehatan, atau teknis"},
	[CELL_PARAMETER] = {"a name of small letters, digits and underscores",
		"nama dari huruf kecil, angka, dan garis bawah"},
	[CELL_VALUE] = {"at most 64 characters without blanks", "paling banyak 64 karakter tanpa spasi"},
	[CELL_DATE] = {"a date: 2025-10-01", "tanggal: 2025-10-01"},
	[CELL_DATE_OR_NOTHING] = {"a date: 2025-10-01, or nothing", "tanggal: 2025-10-01, atau kosong"},
};

const char *cell_expected(enum cell_kind kind, enum lantik_language language)
{
	return expected[kind][language];
}
