/* The rules of taking part: the participant number, the result of the selection, eligibility and reasons against,
 * K01, K02 and K04-K06.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define NUMBER_DIGITS 17
#define AGENCY_AT 2 /* behind the two digits of the year */
#define AGENCY_DIGITS 4
#define PART_TIME_MARK "PW"

/* The 17 digits of a participant number of this kind; empty when it has another form. */
static struct lantik_span number_of(int32_t kind, struct lantik_span text)
{
	size_t mark = kind == LANTIK_PPPK_PW ? strlen(PART_TIME_MARK) : 0;
	if (text.len != mark + NUMBER_DIGITS || memcmp(text.data, PART_TIME_MARK, mark) != 0)
		return (struct lantik_span){NULL, 0};
	struct lantik_span digits = lantik_part(text, mark, NUMBER_DIGITS);
	return lantik_all_digits(digits) ? digits : (struct lantik_span){NULL, 0};
}

/* K01, K02 */
static void check_number(struct lantik_row *row)
{
	const struct lantik_manifest *manifest = row->check->manifest;
	struct lantik_span text = row->record->no_peserta;
	if (text.len == 0) {
		lantik_row_report(row, LANTIK_CASE_K01_missing, LANTIK_F_no_peserta);
		return;
	}
	if (row->spoiled[LANTIK_F_no_peserta])
		return;
	struct lantik_span number = number_of(manifest->kind, text);
	if (number.len == 0)
		lantik_row_report(row, LANTIK_CASE_K01_format, LANTIK_F_no_peserta);
	else if (row->check->policy.agency_known &&
		 !lantik_span_equal(lantik_part(number, AGENCY_AT, AGENCY_DIGITS), manifest->kode_instansi))
		lantik_row_report(row, LANTIK_CASE_K02_agency, LANTIK_F_no_peserta);
}

/* Takes the part before the next `/` off the front; false when nothing is left. */
static bool take_part(struct lantik_span *rest, struct lantik_span *ret)
{
	if (rest->data == NULL || rest->len == 0)
		return false;
	const uint8_t *slash = memchr(rest->data, '/', rest->len);
	size_t len = slash == NULL ? rest->len : (size_t)(slash - rest->data);
	*ret = lantik_text_trimmed((struct lantik_span){rest->data, len});
	size_t used = slash == NULL ? len : len + 1;
	*rest = (struct lantik_span){rest->data + used, rest->len - used};
	return true;
}

static enum lantik_category ask_category(const struct lantik_check *check, struct lantik_span part)
{
	return lantik_rulebook_category(check->rulebook, check->manifest->programme, part, check->received);
}

/* A part without a NUL, as every readable text is, is its bytes; of an empty one the rulebook knows nothing. */
static enum lantik_category category_of(struct lantik_check *check, struct lantik_span part)
{
	uint64_t bytes = 0;
	if (part.len > sizeof bytes)
		return ask_category(check, part);
	memcpy(&bytes, part.data, part.len);
	struct lantik_seen_category *seen = &check->categories[(bytes * UINT64_C(0x9E3779B97F4A7C15)) >> 60];
	_Static_assert(LANTIK_SEEN_CATEGORIES == 1u << 4, "the number keeps 4 bits");
	_Static_assert(LANTIK_CATEGORY_UNKNOWN == 0, "what a free place says");
	if (seen->part != bytes)
		*seen = (struct lantik_seen_category){bytes, ask_category(check, part)};
	return seen->category;
}

/* K04: `R3/L` has two parts. What says that somebody failed is told whatever else stands beside it. */
static void check_category(struct lantik_row *row)
{
	struct lantik_span rest = row->record->kategori, part;
	bool admitted = false, failed = false;
	if (row->spoiled[LANTIK_F_kategori])
		return;
	while (take_part(&rest, &part)) {
		enum lantik_category category = category_of(row->check, part);
		admitted |= category == LANTIK_CATEGORY_ADMITTED;
		failed |= category == LANTIK_CATEGORY_FAILED;
	}
	if (!admitted)
		lantik_row_report(row, LANTIK_CASE_K04_category, LANTIK_F_kategori);
	if (failed)
		lantik_row_report(row, LANTIK_CASE_K04_result, LANTIK_F_kategori);
}

/* K05; a word that cannot be read is T07's. */
static void check_eligibility(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	uint32_t listed = (uint32_t)record->terdata_non_asn, cpns = (uint32_t)record->ikut_cpns_2024;
	uint32_t pppk = (uint32_t)record->ikut_pppk_2024_lengkap;
	if (listed < 3 && cpns < 3 && pppk < 3 && !row->check->policy.admitted[listed][cpns][pppk])
		lantik_row_report(row, LANTIK_CASE_K05_policy, LANTIK_F_NONE);
}

/* K06 */
static void check_reason(struct lantik_row *row)
{
	static const enum lantik_case_id cases[] = {[LANTIK_REASON_DECEASED] = LANTIK_CASE_K06_deceased,
		[LANTIK_REASON_INACTIVE] = LANTIK_CASE_K06_inactive,
		[LANTIK_REASON_NO_BUDGET] = LANTIK_CASE_K06_no_budget,
		[LANTIK_REASON_NO_NEED] = LANTIK_CASE_K06_no_need};
	int32_t id = row->record->alasan_tolak_id;
	enum lantik_reason reason = id > 0 ? lantik_rulebook_reason(row->check->rulebook, id) : LANTIK_REASON_NONE;
	if (reason != LANTIK_REASON_NONE)
		lantik_row_report(row, cases[reason], LANTIK_F_alasan_tolak_id);
}

void lantik_row_participant(struct lantik_row *row)
{
	const uint8_t *judged = row->check->judged;
	bool first = row->check->policy.first_proposal_step || row->record->predecessor_batch_id.len == 0;
	check_number(row);
	if (first && (judged[LANTIK_CASE_K04_category] | judged[LANTIK_CASE_K04_result]) != 0)
		check_category(row);
	if (first)
		check_eligibility(row);
	check_reason(row);
}
