/* What must fit together within one row of reference data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/record.h"
#include "lantik/rules.h"
#include "reference.h"

#define FICTIONAL "99"

typedef const char *const fault[2];

static fault until_before_from = {"valid_until must be later than valid_from", "valid_until harus sesudah valid_from"};
static fault other_region = {
	"the code must begin with the code of the region above it", "kode harus berawalan kode wilayah di atasnya"};
static fault central_or_not = {"a central agency has no province_code, any other agency has one",
	"instansi pusat tidak memiliki province_code, instansi lain memiliki"};
static fault only_for_tests = {"the fictional province 99 is loaded only with --test-regions",
	"provinsi rekaan 99 hanya dimuat dengan --test-regions"};
static fault closes_before_opens = {"closes must be later than opens; it is the first minute that is too late",
	"closes harus sesudah opens; itulah menit pertama yang terlambat"};
static fault bounds = {"min_golongan and max_golongan must be of one scale, the lower first",
	"min_golongan dan max_golongan harus satu jenis, yang rendah lebih dahulu"};
static fault illegal_severity = {"this rule cannot have this severity\nWhat is said of a whole batch can be FATAL, "
				 "WARN or OFF; what protects the "
				 "register only FATAL or ERROR; what only the office sees WARN or OFF.",
	"aturan ini tidak dapat diberi tingkat itu\nYang menyangkut seluruh paket: FATAL, WARN, atau OFF; yang "
	"melindungi "
	"register: hanya FATAL atau ERROR; yang hanya dilihat kantor: WARN atau OFF."};
static fault unknown_parameter = {"no rule asks for this parameter\nsql/reference/README.md lists those that one does.",
	"tidak ada aturan yang memakai parameter ini\nsql/reference/README.md mendaftar yang dipakai."};
static fault bad_parameter = {
	"this parameter cannot have this value: bup_* is 40 to 80, spmt_deadline_pw YYYYMMDD, ni_pppk_kk and "
	"jenis_pengadaan_* 2 digits, jenis_formasi_* 4 digits, status_usulan_ditolak 1 to 99",
	"parameter ini tidak dapat bernilai itu: bup_* 40 sampai 80, spmt_deadline_pw YYYYMMDD, ni_pppk_kk dan "
	"jenis_pengadaan_* 2 angka, jenis_formasi_* 4 angka, status_usulan_ditolak 1 sampai 99"};

static bool starts_with(struct lantik_span text, struct lantik_span start)
{
	return text.len >= start.len && (start.len == 0 || memcmp(text.data, start.data, start.len) == 0);
}

static struct lantik_span behind(struct lantik_span text, size_t count)
{
	return (struct lantik_span){text.data + count, text.len - count};
}

/* A number of so many digits. */
static int64_t number_of(struct lantik_span text, size_t least, size_t most)
{
	int64_t number = 0;
	if (text.len < least || text.len > most)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		number = number * 10 + (text.data[i] - '0');
	}
	return number;
}

/* The kind's word in small letters. */
static bool is_kind(struct lantik_span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] >= 'A' && name.data[i] <= 'Z')
			return false;
	int32_t code = lantik_word_code(LANTIK_WORDS_kind, name);
	const char *word = lantik_word(LANTIK_WORDS_kind, code, LANTIK_ENGLISH);
	return word && strlen(word) == name.len;
}

static const char *const *parameter_fault(struct lantik_span name, struct lantik_span value)
{
	struct lantik_span procurement = lantik_span_of("jenis_pengadaan_"),
			   formation = lantik_span_of("jenis_formasi_");
	struct lantik_span retirement = lantik_span_of("bup_");
	int64_t number;
	if (lantik_span_is(name, "ni_pppk_kk"))
		return number_of(value, 2, 2) < 0 ? bad_parameter : NULL;
	if (lantik_span_is(name, "spmt_deadline_pw"))
		return lantik_date_valid((int32_t)number_of(value, 8, 8)) ? NULL : bad_parameter;
	if (lantik_span_is(name, "status_usulan_ditolak"))
		return number_of(value, 1, 2) < 1 ? bad_parameter : NULL;
	if (starts_with(name, retirement) && name.len > retirement.len) {
		number = number_of(value, 2, 2);
		return number < 40 || number > 80 ? bad_parameter : NULL;
	}
	if (starts_with(name, procurement) && is_kind(behind(name, procurement.len)))
		return number_of(value, 2, 2) < 0 ? bad_parameter : NULL;
	if (starts_with(name, formation) && is_kind(behind(name, formation.len)))
		return number_of(value, 4, 4) < 0 ? bad_parameter : NULL;
	return unknown_parameter;
}

/* Empty bounds fit anything. */
static bool bounds_fit(struct lantik_span least, struct lantik_span most)
{
	bool least_pppk = false, most_pppk = false;
	int low = lantik_golongan_rank(least, &least_pppk), high = lantik_golongan_rank(most, &most_pppk);
	return low == 0 || high == 0 || (least_pppk == most_pppk && low <= high);
}

/* The value of a column of the database. */
static struct lantik_span value_of(
	const struct reference_file *file, const struct lantik_span *values, const char *column)
{
	size_t i = 0;
	while (!file->columns[i].column || strcmp(file->columns[i].column, column) != 0)
		LANTIK_ASSERT(file->columns[++i].name);
	return values[i];
}

static const char *const *table_fault(const struct reference_file *file, const struct lantik_span *values)
{
	if (strcmp(file->table, "severity_override") == 0) {
		int32_t severity = (int32_t)number_of(value_of(file, values, "severity"), 1, 1);
		return lantik_override_legal(value_of(file, values, "rule_case"), severity) ? NULL : illegal_severity;
	}
	if (strcmp(file->table, "submission_window") == 0) {
		struct lantik_span opens = value_of(file, values, "opens"), closes = value_of(file, values, "closes");
		return memcmp(opens.data, closes.data, opens.len) < 0 ? NULL : closes_before_opens;
	}
	if (strcmp(file->table, "position") == 0)
		return bounds_fit(value_of(file, values, "min_golongan"), value_of(file, values, "max_golongan"))
			       ? NULL
			       : bounds;
	if (strcmp(file->table, "rule_parameter") == 0)
		return parameter_fault(value_of(file, values, "name"), value_of(file, values, "value"));
	return NULL;
}

const char *const *reference_row_fault(
	const struct reference_file *file, const struct lantik_span *values, bool with_fictional)
{
	const struct reference_column *columns = file->columns;
	struct lantik_span from = {NULL, 0};
	for (size_t i = 0; i < REFERENCE_COLUMNS && columns[i].name; i++) {
		bool date = columns[i].kind == CELL_DATE;
		if (date)
			from = values[i];
		if (columns[i].kind == CELL_DATE_OR_NOTHING && values[i].len && from.len &&
			memcmp(values[i].data, from.data, 10) <= 0)
			return until_before_from;
		if (!columns[i].column && !starts_with(values[0], values[i]))
			return other_region;
		if (columns[i].kind == CELL_PROVINCE && lantik_span_is(values[i - 2], "pusat") != (values[i].len == 0))
			return central_or_not;
		if (file->fictional && columns[i].key && !date && !with_fictional &&
			starts_with(values[i], lantik_span_of(FICTIONAL)))
			return only_for_tests;
	}
	return table_fault(file, values);
}
