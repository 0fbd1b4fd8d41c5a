/* What a cell of reference data must hold, and its form in the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/limits.h"
#include "lantik/record.h"
#include "lantik/rules.h"
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

static bool put_number(int64_t number, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "%lld", (long long)number);
	return true;
}

static bool read_two(struct lantik_span text, struct lantik_buffer *ret)
{
	return digits(text, 2, 2) && put(text, ret);
}

static bool read_two_or_nothing(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 || read_two(text, ret);
}

static bool read_agency(struct lantik_span text, struct lantik_buffer *ret)
{
	return digits(text, 4, 4) && put(text, ret);
}

static bool read_agency_or_all(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 || read_agency(text, ret);
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

static bool read_code2(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_code(text, 2, ret);
}

static bool read_code4(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_code(text, 4, ret);
}

static bool read_code6(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_code(text, 6, ret);
}

static bool read_retired(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_code(text, 4, ret) || read_code(text, 6, ret);
}

static bool read_region(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_code(text, 2, ret) || read_code(text, 4, ret);
}

static bool read_name(struct lantik_span text, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] == 127)
			return false;
	return text.len > 0 && text.len <= 300 && put(text, ret);
}

static bool read_note(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 || read_name(text, ret);
}

static bool read_year(struct lantik_span text, struct lantik_buffer *ret)
{
	return digits(text, 4, 4) && text.data[0] >= '1' && text.data[0] <= '2' && put(text, ret);
}

static bool read_count(struct lantik_span text, struct lantik_buffer *ret)
{
	return digits(text, 1, 9) && put(text, ret);
}

static bool read_number(struct lantik_span text, int32_t least, int32_t most, struct lantik_buffer *ret)
{
	int32_t number = 0;
	if (!digits(text, 1, 9))
		return false;
	for (size_t i = 0; i < text.len; i++)
		number = number * 10 + (text.data[i] - '0');
	return number >= least && number <= most && put_number(number, ret);
}

static bool read_minutes(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_number(text, 0, LANTIK_MAX_GRACE_MINUTES, ret);
}

static bool read_position_type(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_number(text, 1, 99, ret);
}

static bool read_age_or_nothing(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 || read_number(text, 16, 99, ret);
}

static bool read_document_type(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_number(text, 1, LANTIK_MAX_DOCUMENT_TYPE, ret);
}

static bool read_reason_id(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_number(text, 1, 9999, ret);
}

static bool read_money(struct lantik_span text, struct lantik_buffer *ret)
{
	int64_t sen = text.len ? lantik_money_parse(text) : LANTIK_UNREADABLE;
	if (sen < 0 || sen > INT64_C(9999999999999999))
		return false;
	lantik_buffer_printf(ret, "%lld.%02lld", (long long)(sen / 100), (long long)(sen % 100));
	return true;
}

/* The place of the text among the words. */
static bool find_word(struct lantik_span text, const char *const *words, size_t count, size_t *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (lantik_span_is(text, words[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool read_level(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const levels[] = {"pusat", "provinsi", "kabupaten", "kota"};
	size_t place;
	return find_word(text, levels, LANTIK_COUNT(levels), &place) && put(text, ret);
}

static bool read_coverage(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const words[] = {"sourced", "derived", "unverified"};
	size_t place;
	return find_word(text, words, LANTIK_COUNT(words), &place) && put_text(place == 2 ? "t" : "f", ret);
}

static bool read_result(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const words[] = {"admitted", "failed"};
	size_t place;
	return find_word(text, words, LANTIK_COUNT(words), &place) && put_text(place == 0 ? "t" : "f", ret);
}

static bool read_reason(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const words[] = {"deceased", "inactive", "no_budget", "no_need"};
	size_t place;
	return find_word(text, words, LANTIK_COUNT(words), &place) && put(text, ret);
}

static bool read_severity(struct lantik_span text, struct lantik_buffer *ret)
{
	static const char *const words[] = {"OFF", "FATAL", "ERROR", "REVIEW", "WARN"};
	size_t place;
	return find_word(text, words, LANTIK_COUNT(words), &place) && put_number((int64_t)place, ret);
}

static bool read_word(enum lantik_word_list list, struct lantik_span text, struct lantik_buffer *ret)
{
	int32_t code = lantik_word_code(list, text);
	return code != 0 && code != LANTIK_WORD_UNREADABLE && put_number(code, ret);
}

static bool read_group(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_word(LANTIK_WORDS_kelompok_lapor, text, ret);
}

static bool read_position_group(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_word(LANTIK_WORDS_kelompok_jabatan, text, ret);
}

static bool read_kind_or_all(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 ? put_text("0", ret) : read_word(LANTIK_WORDS_kind, text, ret);
}

static bool read_step(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_word(LANTIK_WORDS_step, text, ret);
}

static bool read_step_or_all(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 ? put_text("0", ret) : read_step(text, ret);
}

static bool read_either(struct lantik_span text, struct lantik_buffer *ret)
{
	bool either = text.len == 0 || lantik_span_is(text, "any");
	return either ? put_text("0", ret) : read_word(LANTIK_WORDS_yes_no, text, ret);
}

static bool read_parameter(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len > 0 && text.len <= 64 && text.data[0] >= 'a' && text.data[0] <= 'z' &&
	       only(text, "abcdefghijklmnopqrstuvwxyz0123456789_") && put(text, ret);
}

static bool read_visible(struct lantik_span text, size_t most, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '!' || text.data[i] > '~')
			return false;
	return text.len > 0 && text.len <= most && put(text, ret);
}

static bool read_value(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_visible(text, 64, ret);
}

static bool read_programme(struct lantik_span text, struct lantik_buffer *ret)
{
	return read_visible(text, 20, ret);
}

static bool read_category(struct lantik_span text, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '/' || (text.data[i] >= 'a' && text.data[i] <= 'z'))
			return false;
	return read_visible(text, 8, ret);
}

static bool read_rule(struct lantik_span text, struct lantik_buffer *ret)
{
	if (lantik_case_find(text) != LANTIK_CASE_COUNT)
		return put(text, ret);
	for (size_t i = 0; i < lantik_rule_count; i++)
		if (lantik_span_is(text, lantik_rules[i].code))
			return put(text, ret);
	return false;
}

static bool read_golongan_or_nothing(struct lantik_span text, struct lantik_buffer *ret)
{
	bool pppk;
	return text.len == 0 || (lantik_golongan_rank(text, &pppk) > 0 && put(text, ret));
}

static bool read_id(struct lantik_span text, struct lantik_buffer *ret)
{
	uint8_t id[16];
	char formatted[37];
	if (!lantik_id_parse(text, id))
		return false;
	lantik_id_format(id, formatted);
	return put_text(formatted, ret);
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

static bool read_date_or_nothing(struct lantik_span text, struct lantik_buffer *ret)
{
	return text.len == 0 || read_date(text, ret);
}

/* Whole seconds; a date without a time would leave open whether the day counts. */
static bool read_instant(struct lantik_span text, struct lantik_buffer *ret)
{
	char formatted[28];
	int64_t instant = lantik_instant_parse(text);
	if (instant <= 0 || instant % 1000000 != 0 || lantik_date_year(lantik_instant_date(instant)) < 1971)
		return false;
	lantik_instant_format(instant, formatted);
	return put((struct lantik_span){(const uint8_t *)formatted, 19}, ret) && put_text("Z", ret);
}

static const struct {
	bool (*read)(struct lantik_span text, struct lantik_buffer *ret);
	const char *expected[2];
} cells[CELL_KINDS] = {
	[CELL_AGENCY] = {read_agency, {"an agency code of 4 digits", "kode instansi 4 angka"}},
	[CELL_AGENCY_OR_ALL] = {read_agency_or_all, {"an agency code of 4 digits, or nothing for every agency",
							    "kode instansi 4 angka, atau kosong bagi semua instansi"}},
	[CELL_TWO] = {read_two, {"2 digits, a leading zero included", "2 angka, termasuk nol di depan"}},
	[CELL_NAME] = {read_name, {"a name of at most 300 bytes", "nama, paling banyak 300 bita"}},
	[CELL_NOTE] = {read_note,
		{"text of at most 300 bytes, or nothing", "teks paling banyak 300 bita, atau kosong"}},
	[CELL_LEVEL] = {read_level, {"pusat, provinsi, kabupaten or kota", "pusat, provinsi, kabupaten, atau kota"}},
	[CELL_PROVINCE] = {read_two_or_nothing, {"a province code of 2 digits, or nothing for a central agency",
							"kode provinsi 2 angka, atau kosong bagi instansi pusat"}},
	[CELL_CODE2] = {read_code2, {"a province code of 2 digits: 32", "kode provinsi 2 angka: 32"}},
	[CELL_CODE4] = {read_code4,
		{"a regency code of 4 digits: 32.73 or 3273", "kode kabupaten/kota 4 angka: 32.73 atau 3273"}},
	[CELL_CODE6] = {read_code6,
		{"a district code of 6 digits: 32.73.01 or 327301", "kode kecamatan 6 angka: 32.73.01 atau 327301"}},
	[CELL_RETIRED] = {read_retired,
		{"a regency or district code of 4 or 6 digits", "kode kabupaten/kota atau kecamatan 4 atau 6 angka"}},
	[CELL_REGION] = {read_region,
		{"a province or regency code of 2 or 4 digits", "kode provinsi atau kabupaten/kota 2 atau 4 angka"}},
	[CELL_YEAR] = {read_year, {"a year: 2025", "tahun: 2025"}},
	[CELL_COUNT] = {read_count, {"a whole number without separators", "bilangan bulat tanpa pemisah"}},
	[CELL_MONEY] = {read_money, {"an amount of rupiah: 4482914.00", "jumlah rupiah: 4482914.00"}},
	[CELL_COVERAGE] = {read_coverage, {"sourced, derived or unverified", "sourced, derived, atau unverified"}},
	[CELL_GROUP] = {read_group, {"guru, kesehatan or teknis", "guru, kesehatan, atau teknis"}},
	[CELL_PARAMETER] = {read_parameter,
		{"a name of small letters, digits and underscores", "nama dari huruf kecil, angka, dan garis bawah"}},
	[CELL_VALUE] = {read_value, {"at most 64 characters without blanks", "paling banyak 64 karakter tanpa spasi"}},
	[CELL_PROGRAMME] = {read_programme, {"a programme of at most 20 characters without blanks: PW2024",
						    "program, paling banyak 20 karakter tanpa spasi: PW2024"}},
	[CELL_DATE] = {read_date, {"a date: 2025-10-01", "tanggal: 2025-10-01"}},
	[CELL_DATE_OR_NOTHING] = {read_date_or_nothing,
		{"a date: 2025-10-01, or nothing", "tanggal: 2025-10-01, atau kosong"}},
	[CELL_DAY_OR_NOTHING] = {read_date_or_nothing,
		{"a date: 2025-10-01, or nothing", "tanggal: 2025-10-01, atau kosong"}},
	[CELL_INSTANT] = {read_instant,
		{"a date with a time in Asia/Jakarta: 2025-12-21 00:00", "tanggal dengan jam WIB: 2025-12-21 00:00"}},
	[CELL_MINUTES] = {read_minutes, {"minutes: 0 to 43200", "menit: 0 sampai 43200"}},
	[CELL_RULE] = {read_rule,
		{"a rule or a case of one, as `lantik rules` lists them: N05 or N05.birth_date",
			"aturan atau kasusnya, seperti daftar `lantik rules`: N05 atau N05.birth_date"}},
	[CELL_SEVERITY] = {read_severity,
		{"FATAL, ERROR, REVIEW, WARN or OFF", "FATAL, ERROR, REVIEW, WARN, atau OFF"}},
	[CELL_KIND_OR_ALL] = {read_kind_or_all, {"PPPK_PW, PPPK, CPNS, PNS, JF, or nothing for every kind",
							"PPPK_PW, PPPK, CPNS, PNS, JF, atau kosong bagi semua jenis"}},
	[CELL_STEP] = {read_step,
		{"NI, SK, PERJANJIAN, SPMT or PELANTIKAN", "NI, SK, PERJANJIAN, SPMT, atau PELANTIKAN"}},
	[CELL_STEP_OR_ALL] = {read_step_or_all,
		{"NI, SK, PERJANJIAN, SPMT, PELANTIKAN, or nothing for every step",
			"NI, SK, PERJANJIAN, SPMT, PELANTIKAN, atau kosong bagi semua langkah"}},
	[CELL_EITHER] = {read_either, {"yes, no, or any", "yes, no, atau any"}},
	[CELL_ID] = {read_id, {"an id of SIASN: 32 hex digits, with or without hyphens",
				      "pengenal SIASN: 32 angka heksadesimal, dengan atau tanpa tanda hubung"}},
	[CELL_POSITION_TYPE] = {read_position_type,
		{"1 structural, 2 functional, 4 general staff", "1 struktural, 2 fungsional, 4 pelaksana"}},
	[CELL_POSITION_GROUP] = {read_position_group,
		{"a group of positions: penata_layanan_operasional", "kelompok jabatan: penata_layanan_operasional"}},
	[CELL_EDUCATION_OR_NOTHING] = {read_two_or_nothing,
		{"a level of education of 2 digits: 05, or nothing", "tingkat pendidikan 2 angka: 05, atau kosong"}},
	[CELL_GOLONGAN_OR_NOTHING] = {read_golongan_or_nothing,
		{"I/a to IV/e, I to XVII, or nothing", "I/a sampai IV/e, I sampai XVII, atau kosong"}},
	[CELL_AGE_OR_NOTHING] = {read_age_or_nothing,
		{"an age in years: 58, or nothing", "usia dalam tahun: 58, atau kosong"}},
	[CELL_DOCUMENT_TYPE] = {read_document_type,
		{"SIASN's number of the type of document", "nomor jenis dokumen SIASN"}},
	[CELL_CATEGORY] = {read_category,
		{"one part of a kategori in capitals: R3", "satu bagian kategori dengan huruf besar: R3"}},
	[CELL_RESULT] = {read_result, {"admitted or failed", "admitted atau failed"}},
	[CELL_REASON_ID] = {read_reason_id,
		{"SIASN's number of the reason: 1 to 9999", "nomor alasan SIASN: 1 sampai 9999"}},
	[CELL_REASON] = {read_reason,
		{"deceased, inactive, no_budget or no_need", "deceased, inactive, no_budget, atau no_need"}},
};

bool cell_read(enum cell_kind kind, struct lantik_span text, struct lantik_buffer *ret)
{
	return cells[kind].read(text, ret);
}

const char *cell_expected(enum cell_kind kind, enum lantik_language language)
{
	return cells[kind].expected[language];
}
