/* The rules of decree, technical consideration, documents and state: S01, S03, S04, S07 and S08.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define DECREE_LEAST 5
#define DECREE_MOST 100
#define YEAR_DIGITS 4
#define PERTEK_LETTERS 4
#define PERTEK_LEAST 8
#define PERTEK_MOST 15

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool is_decree(struct lantik_span text)
{
	bool digit = false, slash = false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		if (!is_digit(byte) && !is_letter(byte) && (byte == '\0' || strchr(" ./()_:-", byte) == NULL))
			return false;
		digit |= is_digit(byte);
		slash |= byte == '/';
	}
	bool trimmed = lantik_text_trimmed(text).len == text.len;
	return digit && slash && trimmed && text.len >= DECREE_LEAST && text.len <= DECREE_MOST;
}

static size_t digits_at(struct lantik_span text, size_t from)
{
	size_t at = from;
	while (at < text.len && is_digit(text.data[at]))
		at++;
	return at - from;
}

/* Whether years stand in the number, and none of them is this one. */
static bool has_other_year(struct lantik_span text, int32_t year)
{
	bool any = false;
	for (size_t at = 0; at < text.len;) {
		size_t len = digits_at(text, at);
		int32_t value = len == YEAR_DIGITS ? (int32_t)lantik_digits_value(lantik_part(text, at, len)) : 0;
		if (value == year)
			return false;
		any |= value / 100 == 19 || value / 100 == 20;
		at += len > 0 ? len : 1;
	}
	return any;
}

/* S01; J06 asks a functional official for the number. */
static void check_decree(struct lantik_row *row)
{
	const struct lantik_manifest *manifest = row->check->manifest;
	struct lantik_span text = row->record->no_sk;
	int32_t decree = row->record->tgl_sk;
	if (text.len == 0 && manifest->step == LANTIK_STEP_SK && manifest->kind != LANTIK_JF)
		lantik_row_report(row, LANTIK_CASE_S01_missing, LANTIK_F_no_sk);
	if (text.len == 0 || row->spoiled[LANTIK_F_no_sk])
		return;
	if (!is_decree(text))
		lantik_row_report(row, LANTIK_CASE_S01_format, LANTIK_F_no_sk);
	if (lantik_date_valid(decree) && has_other_year(text, lantik_date_year(decree)))
		lantik_row_report(row, LANTIK_CASE_S01_year, LANTIK_F_no_sk);
}

/* `ABC-12345678901` */
static bool is_pertek(struct lantik_span text)
{
	size_t letters = 0;
	while (letters < text.len && text.data[letters] >= 'A' && text.data[letters] <= 'Z')
		letters++;
	if (letters == 0 || letters > PERTEK_LETTERS || letters == text.len || text.data[letters] != '-')
		return false;
	size_t digits = digits_at(text, letters + 1);
	return digits >= PERTEK_LEAST && digits <= PERTEK_MOST && letters + 1 + digits == text.len;
}

/* S03.format */
static void check_pertek(struct lantik_row *row)
{
	struct lantik_span text = row->record->no_pertek;
	if (text.len > 0 && !row->spoiled[LANTIK_F_no_pertek] && !is_pertek(text))
		lantik_row_report(row, LANTIK_CASE_S03_format, LANTIK_F_no_pertek);
}

static bool has_document(const struct lantik_documents *documents, int32_t type)
{
	for (size_t i = 0; i < documents->count; i++) {
		if (documents->items[i].type == type)
			return true;
	}
	return false;
}

/* S04; a list longer than any record can hold is never met. A document that cannot be read may be the one that lacks.
 */
static void check_documents(struct lantik_row *row)
{
	const struct lantik_policy *policy = &row->check->policy;
	bool complete = policy->document_count <= LANTIK_MAX_REQUIRED;
	for (size_t i = 0; complete && i < policy->document_count; i++)
		complete = has_document(&row->record->dokumen, policy->documents[i]);
	if (!complete && !row->spoiled[LANTIK_F_dokumen])
		lantik_row_report(row, LANTIK_CASE_S04_missing, LANTIK_F_dokumen);
}

/* S07, S08 */
static void check_state(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	uint32_t state = (uint32_t)record->status_usulan;
	if (state < LANTIK_LISTED && row->check->policy.status_refused[state])
		lantik_row_report(row, LANTIK_CASE_S07_status, LANTIK_F_status_usulan);
	if (record->change_kind != 0 && record->change_reason.len == 0)
		lantik_row_report(row, LANTIK_CASE_S08_reason, LANTIK_F_change_reason);
}

void lantik_row_papers(struct lantik_row *row)
{
	check_decree(row);
	check_pertek(row);
	check_documents(row);
	check_state(row);
}
