/* The rules of a person's name: T03, T05 and T09. A name of a single word is a name (T04).
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#include "lantik/name.h"

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
	if (lantik_text_trimmed(name).len == 0) {
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

/* T09; a name that the register cannot take is not stored in any form. */
static void check_form(struct lantik_row *row, struct lantik_span name)
{
	if (row->facts[LANTIK_F_nama].characters <= NAME_MAX_CHARACTERS && !lantik_name_is_unified(name))
		lantik_row_report(row, LANTIK_CASE_T09_unified, LANTIK_F_nama);
}

void lantik_row_name(struct lantik_row *row)
{
	check_name(row, row->record->nama);
	check_titles(row, row->record->nama);
	if (!row->spoiled[LANTIK_F_nama] && lantik_text_trimmed(row->record->nama).len > 0)
		check_form(row, row->record->nama);
}
