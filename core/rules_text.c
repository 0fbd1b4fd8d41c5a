/* The text rules T01-T06 and T08: what a spreadsheet does to text, and what a name may look like.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define NAME_USUAL 60
#define NAME_MAX_CHARACTERS 150
#define TITLE_MAX 8

/* Titles before the name, which stick to it when the blank is missing: `H.ABDUL`. */
static const char *const front_titles[] = {
	"DR",
	"DRA",
	"DRG",
	"DRH",
	"DRS",
	"H",
	"HJ",
	"IR",
	"KH",
	"NS",
	"PROF",
};

static const char *const back_titles[] = {
	"AMA",
	"AMAPD",
	"AMD",
	"AMDAK",
	"AMDFARM",
	"AMDGZ",
	"AMDKEB",
	"AMDKEP",
	"AMDKES",
	"AMDKL",
	"AMDKOM",
	"AMDPD",
	"APT",
	"BA",
	"BSC",
	"LC",
	"MA",
	"MAG",
	"MAK",
	"MAP",
	"ME",
	"MEI",
	"MFARM",
	"MH",
	"MHUM",
	"MIKOM",
	"MIP",
	"MKEB",
	"MKEP",
	"MKES",
	"MKM",
	"MKN",
	"MKOM",
	"MM",
	"MP",
	"MPD",
	"MPDI",
	"MPH",
	"MPSI",
	"MSC",
	"MSI",
	"MT",
	"MTI",
	"NERS",
	"PHD",
	"SAB",
	"SAG",
	"SAK",
	"SAP",
	"SE",
	"SEI",
	"SFARM",
	"SGZ",
	"SH",
	"SHI",
	"SHUM",
	"SHUT",
	"SIKOM",
	"SIP",
	"SIPEM",
	"SKEB",
	"SKED",
	"SKEP",
	"SKES",
	"SKG",
	"SKH",
	"SKM",
	"SKOM",
	"SMN",
	"SP",
	"SPD",
	"SPDAUD",
	"SPDI",
	"SPDSD",
	"SPI",
	"SPN",
	"SPSI",
	"SPT",
	"SS",
	"SSI",
	"SSN",
	"SSOS",
	"SSOSI",
	"SST",
	"SSTP",
	"ST",
	"STH",
	"STP",
	"STR",
	"STRKEB",
	"STRKEP",
	"STRKES",
};

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* How many bytes at the front are printable ASCII, counted eight at a time: that is what nearly all text is. In bytes
 * below 0x80 adding 0x60 sets the top bit from 0x20 on, and adding 1 sets it for DEL alone; no addition carries. */
static size_t printable_front(struct lantik_span text)
{
	size_t at = 0;
	for (; at + 8 <= text.len; at += 8) {
		uint64_t bytes;
		memcpy(&bytes, text.data + at, 8);
		bool ascii = (bytes & EACH_BYTE(0x80)) == 0;
		uint64_t printable = (bytes + EACH_BYTE(0x60)) & ~(bytes + EACH_BYTE(1));
		if (!ascii || (printable & EACH_BYTE(0x80)) != EACH_BYTE(0x80))
			break;
	}
	return at;
}

struct lantik_text_facts lantik_text_facts(struct lantik_span text)
{
	size_t at = printable_front(text);
	struct lantik_text_facts facts = {.characters = at, .valid = true};
	while (at < text.len) {
		uint8_t byte = text.data[at];
		size_t len = byte >= 0x20 && byte < 0x7F ? 1 : lantik_utf8_length(text.data + at, text.len - at);
		if (len == 0 || byte == 0) {
			facts.valid = false;
			return facts;
		}
		facts.control |= byte < 0x20 || byte == 0x7F || (byte == 0xC2 && text.data[at + 1] < 0xA0);
		facts.characters++;
		at += len;
	}
	return facts;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Bytes of a blank at the front: space, tab, line break, or the no-break space that web pages leave; 0 for none. */
static size_t blank_front(struct lantik_span text)
{
	if (text.len >= 2 && text.data[0] == 0xC2 && text.data[1] == 0xA0)
		return 2;
	return text.len >= 1 && is_blank(text.data[0]);
}

static size_t blank_back(struct lantik_span text)
{
	if (text.len >= 2 && text.data[text.len - 2] == 0xC2 && text.data[text.len - 1] == 0xA0)
		return 2;
	return text.len >= 1 && is_blank(text.data[text.len - 1]);
}

static struct lantik_span trimmed(struct lantik_span text)
{
	size_t len;
	while ((len = blank_front(text)) > 0)
		text = (struct lantik_span){text.data + len, text.len - len};
	while ((len = blank_back(text)) > 0)
		text.len -= len;
	return text;
}

bool lantik_text_normalise(struct lantik_span *cell)
{
	struct lantik_span text = trimmed(*cell);
	bool changed = false;
	if (text.len > 0 && text.data[0] == '\'') {
		text = trimmed((struct lantik_span){text.data + 1, text.len - 1});
		changed = true;
	}
	if (lantik_span_is(text, "null") || lantik_span_is(text, "NULL") || lantik_span_is(text, "-")) {
		text.len = 0;
		changed = true;
	}
	*cell = text;
	return changed;
}

/* Codes with leading zeros, by the field's name in record or manifest. */
static const struct {
	const char *field;
	size_t digits;    /* of the whole code */
	const char *only; /* the one cell that is padded; NULL: any digits, one less than the whole */
} padded_codes[] = {
	{"tk_pendidikan_id", 2, NULL},
	{"kanreg_id", 2, NULL},
	{"jenis_pengadaan_id", 2, NULL},
	{"jenis_formasi_id", 4, NULL},
	{"golongan_id", 2, "0"},
};

static bool lacks_zero(const struct lantik_field *field, struct lantik_span cell)
{
	for (size_t i = 0; i < LANTIK_COUNT(padded_codes); i++) {
		if (strcmp(field->name, padded_codes[i].field) == 0)
			return cell.len + 1 == padded_codes[i].digits && lantik_all_digits(cell) &&
			       (padded_codes[i].only == NULL || lantik_span_is(cell, padded_codes[i].only));
	}
	return false;
}

bool lantik_text_pad(const struct lantik_field *field, struct lantik_arena *arena, struct lantik_span *cell)
{
	if (!lacks_zero(field, *cell))
		return false;
	uint8_t *code = lantik_arena_alloc(arena, cell->len + 1);
	if (code == NULL)
		return false;
	code[0] = '0';
	memcpy(code + 1, cell->data, cell->len);
	*cell = (struct lantik_span){code, cell->len + 1};
	return true;
}

static struct lantik_span text_of(const struct lantik_record *record, const struct lantik_field *field)
{
	return *(const struct lantik_span *)lantik_member(record, field);
}

bool lantik_row_readable(struct lantik_row *row)
{
	bool readable = true;
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		if (field->type != LANTIK_TEXT)
			continue;
		row->facts[field->number] = lantik_text_facts(text_of(row->record, field));
		if (!row->facts[field->number].valid) {
			lantik_row_report(row, LANTIK_CASE_B01_utf8, (enum lantik_field_id)field->number);
			readable = false;
		}
	}
	for (size_t i = 0; i < row->record->dokumen.count; i++) {
		if (!lantik_text_facts(row->record->dokumen.items[i].object).valid) {
			lantik_row_report(row, LANTIK_CASE_B01_utf8, LANTIK_F_dokumen);
			return false;
		}
	}
	return readable;
}

bool lantik_text_formula(struct lantik_span text)
{
	struct lantik_span value = trimmed(text);
	uint8_t first = value.len > 0 ? value.data[0] : ' ';
	return first == '=' || first == '+' || first == '-' || first == '@';
}

/* T01; false when it returns the record: then nothing further is to be said of this text. */
static bool plain_text(
	struct lantik_row *row, struct lantik_span text, struct lantik_text_facts facts, enum lantik_field_id field)
{
	bool returned = facts.control && lantik_row_report(row, LANTIK_CASE_T01_control, field);
	if (lantik_text_formula(text))
		returned |= lantik_row_report(row, LANTIK_CASE_T01_formula, field);
	return !returned;
}

/* Fields whose length or word another rule judges. */
static bool has_own_length_rule(enum lantik_field_id field)
{
	return field == LANTIK_F_nik || field == LANTIK_F_nip || field == LANTIK_F_nama ||
	       field == LANTIK_F_jenis_kelamin || field == LANTIK_F_kode_instansi;
}

static void check_field(struct lantik_row *row, const struct lantik_field *field)
{
	struct lantik_span text = text_of(row->record, field);
	enum lantik_field_id id = (enum lantik_field_id)field->number;
	if (text.len == 0)
		return;
	struct lantik_text_facts facts = row->facts[id];
	row->spoiled[id] = !plain_text(row, text, facts, id);
	if (facts.characters > (size_t)field->extent && !has_own_length_rule(id))
		lantik_row_report(row, LANTIK_CASE_T08_too_long, id);
}

static size_t count_digits(struct lantik_span text, size_t from)
{
	size_t at = from;
	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	return at - from;
}

/* Digits, then groups of `.` or `,` and digits; the length, 0 when it does not begin with a digit. */
static size_t decimal_length(struct lantik_span text)
{
	size_t at = count_digits(text, 0);
	if (at == 0)
		return 0;
	while (at < text.len && (text.data[at] == '.' || text.data[at] == ','))
		at += 1 + count_digits(text, at + 1);
	return at;
}

static bool is_exponent(struct lantik_span text, size_t at)
{
	if (at >= text.len || (text.data[at] | 0x20) != 'e')
		return false;
	at++;
	if (at < text.len && (text.data[at] == '+' || text.data[at] == '-'))
		at++;
	size_t digits = count_digits(text, at);
	return digits > 0 && at + digits == text.len;
}

/* T06 */
static void check_number(struct lantik_row *row, struct lantik_span text, enum lantik_field_id field)
{
	size_t len = decimal_length(text);
	if (row->spoiled[field] || len == 0 || lantik_all_digits(text))
		return;
	if (is_exponent(text, len))
		row->spoiled[field] = lantik_row_report(row, LANTIK_CASE_T06_scientific, field);
	else if (len == text.len)
		row->spoiled[field] = lantik_row_report(row, LANTIK_CASE_T06_decimal, field);
}

/* Letters outside ASCII begin at U+00C0; punctuation and symbols in between are U+00D7, U+00F7 and U+2000-U+2BFF. */
static bool is_letter(const uint8_t *at, size_t len)
{
	if (len == 1)
		return (at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z';
	if (len == 2)
		return at[0] >= 0xC3 && !(at[0] == 0xC3 && (at[1] == 0x97 || at[1] == 0xB7));
	return !(len == 3 && at[0] == 0xE2 && at[1] <= 0xAF);
}

static bool has_letter(struct lantik_span text)
{
	size_t len;
	for (size_t at = 0; at < text.len; at += len) {
		len = lantik_utf8_length(text.data + at, text.len - at);
		if (is_letter(text.data + at, len))
			return true;
	}
	return false;
}

static bool has_digit(struct lantik_span text)
{
	for (size_t at = 0; at < text.len; at++) {
		if (text.data[at] >= '0' && text.data[at] <= '9')
			return true;
	}
	return false;
}

/* T03 */
static void check_name(struct lantik_row *row, struct lantik_span name)
{
	size_t characters = row->facts[LANTIK_F_nama].characters;
	if (trimmed(name).len == 0) {
		lantik_row_report(row, LANTIK_CASE_T03_empty, LANTIK_F_nama);
		return;
	}
	if (characters > NAME_MAX_CHARACTERS)
		lantik_row_report(row, LANTIK_CASE_T03_too_long, LANTIK_F_nama);
	else if (characters > NAME_USUAL)
		lantik_row_report(row, LANTIK_CASE_T03_long, LANTIK_F_nama);
	if (!has_letter(name))
		lantik_row_report(row, LANTIK_CASE_T03_no_letter, LANTIK_F_nama);
	else if (has_digit(name))
		lantik_row_report(row, LANTIK_CASE_T03_digit, LANTIK_F_nama);
}

static bool is_in(const char *letters, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(letters, list[i]) == 0)
			return true;
	}
	return false;
}

/* The letters of a word in capitals, points left out; false when it holds anything else or is too long for a title. */
static bool title_letters(struct lantik_span word, char ret[TITLE_MAX + 1])
{
	size_t count = 0;
	for (size_t i = 0; i < word.len; i++) {
		uint8_t byte = word.data[i];
		if (byte == '.')
			continue;
		if (count == TITLE_MAX || (byte | 0x20) < 'a' || (byte | 0x20) > 'z')
			return false;
		ret[count++] = (char)(byte & ~0x20);
	}
	ret[count] = '\0';
	return true;
}

/* A word with a point that is a title (`S.Pd.`, `dr.`, `Hj.`) or begins with one (`H.ABDUL`); never a bare `H`. The
 * first word is no title that stands behind names: `ST. AMINAH` is Siti, `MA. ROSA` is Maria. */
static bool is_title(struct lantik_span word, bool first)
{
	char letters[TITLE_MAX + 1];
	const uint8_t *point = word.len == 0 ? NULL : memchr(word.data, '.', word.len);
	if (point == NULL)
		return false;
	if (title_letters(word, letters) && (is_in(letters, front_titles, LANTIK_COUNT(front_titles)) ||
						    (!first && is_in(letters, back_titles, LANTIK_COUNT(back_titles)))))
		return true;
	size_t front = (size_t)(point - word.data);
	bool name_follows = word.len - front > 3 && memchr(point + 1, '.', 3) == NULL;
	return name_follows && title_letters((struct lantik_span){word.data, front}, letters) &&
	       is_in(letters, front_titles, LANTIK_COUNT(front_titles));
}

/* T05 */
static void check_titles(struct lantik_row *row, struct lantik_span name)
{
	size_t from = 0;
	bool first = true;
	if (name.len == 0)
		return;
	if (memchr(name.data, ',', name.len) != NULL) {
		lantik_row_report(row, LANTIK_CASE_T05_comma, LANTIK_F_nama);
		return;
	}
	for (size_t at = 0; at <= name.len; at++) {
		if (at < name.len && name.data[at] != ' ')
			continue;
		if (is_title((struct lantik_span){name.data + from, at - from}, first)) {
			lantik_row_report(row, LANTIK_CASE_T05_title, LANTIK_F_nama);
			return;
		}
		first = first && at == from;
		from = at + 1;
	}
}

void lantik_row_text(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		if (lantik_record_fields[i].type == LANTIK_TEXT)
			check_field(row, &lantik_record_fields[i]);
	}
	for (size_t i = 0; i < record->dokumen.count; i++) {
		struct lantik_span object = record->dokumen.items[i].object;
		if (!plain_text(row, object, lantik_text_facts(object), LANTIK_F_dokumen))
			break;
	}
	check_name(row, record->nama);
	check_titles(row, record->nama);
	check_number(row, record->nik, LANTIK_F_nik);
	check_number(row, record->nip, LANTIK_F_nip);
	check_number(row, record->no_peserta, LANTIK_F_no_peserta);
}
