/* The rules of the batch that need no register: B01, B02, B04-B08, and what holds for all of its records at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#define PERIODE_MIN 1900
/* Records whose NIKs all end in 0, before that is no accident. */
#define ROUNDED_LEAST 20

/* Whether one entry of the manifest can be stored as it stands. kode_instansi, kind, step and schema_version have cases
 * of their own. */
static bool entry_sound(const struct lantik_manifest *manifest, const struct lantik_field *field)
{
	const void *member = lantik_member(manifest, field);
	const struct lantik_span *span = member;
	switch (field->type) {
	case LANTIK_TEXT: {
		struct lantik_text_facts facts = lantik_text_facts(*span);
		return !(facts.holds & (LANTIK_TEXT_CONTROL | LANTIK_TEXT_INVISIBLE | LANTIK_TEXT_ZERO_WIDTH)) &&
		       facts.characters <= (size_t)field->extent && !lantik_text_formula(*span);
	}
	case LANTIK_ID:
		return span->len == 0 || span->len == 16;
	case LANTIK_HASH_FIELD:
		return span->len == 0 || span->len == LANTIK_HASH;
	case LANTIK_DATE:
		return *(const int32_t *)member == 0 || lantik_date_valid(*(const int32_t *)member);
	case LANTIK_INT:
		return *(const int32_t *)member >= 0 && *(const int32_t *)member <= field->extent;
	case LANTIK_TIME:
		return *(const int64_t *)member >= 0;
	case LANTIK_WORD:
		return *(const int32_t *)member == 0 ||
		       lantik_word(field->words, *(const int32_t *)member, LANTIK_ENGLISH) != NULL;
	case LANTIK_MONEY:
	case LANTIK_DOCUMENTS:
		break;
	}
	return true;
}

static bool has_own_case(const struct lantik_manifest *manifest, const struct lantik_field *field)
{
	const void *member = lantik_member(manifest, field);
	return member == &manifest->schema_version || member == &manifest->kode_instansi || member == &manifest->kind ||
	       member == &manifest->step;
}

static bool nip_sound(struct lantik_span nip)
{
	return nip.len == 0 || (nip.len == 18 && lantik_all_digits(nip));
}

/* What its type alone does not tell of an entry that is given. */
static bool forms_sound(const struct lantik_manifest *manifest)
{
	bool year = manifest->periode == 0 || manifest->periode >= PERIODE_MIN;
	return year && nip_sound(manifest->certifier_nip) && nip_sound(manifest->pengirim_nip);
}

/* B01 over the entries: unreadable text is another case than an entry that does not fit. */
static void check_entries(struct lantik_check *check, struct lantik_findings *findings)
{
	bool readable = true, sound = forms_sound(check->manifest);
	for (size_t i = 0; i < lantik_manifest_field_count; i++) {
		const struct lantik_field *field = &lantik_manifest_fields[i];
		const struct lantik_span *span = lantik_member(check->manifest, field);
		if (field->type == LANTIK_TEXT && !(lantik_text_facts(*span).holds & LANTIK_TEXT_VALID))
			readable = false;
		else if (!has_own_case(check->manifest, field))
			sound &= entry_sound(check->manifest, field);
	}
	if (!readable)
		lantik_batch_report(check, findings, LANTIK_CASE_B01_utf8);
	if (!sound)
		lantik_batch_report(check, findings, LANTIK_CASE_B01_manifest);
}

#define STEP(name) (1u << LANTIK_STEP_##name)

/* Whether the kind has the step; a kind that is none has them all, since that is another finding. */
static bool has_step(int32_t kind, int32_t step)
{
	static const unsigned steps[LANTIK_KIND_END] = {
		[LANTIK_PPPK_PW] = STEP(NI) | STEP(SK) | STEP(PERJANJIAN) | STEP(SPMT),
		[LANTIK_PPPK] = STEP(NI) | STEP(SK) | STEP(PERJANJIAN) | STEP(SPMT),
		[LANTIK_CPNS] = STEP(NI) | STEP(SK) | STEP(SPMT),
		[LANTIK_PNS] = STEP(SK) | STEP(SPMT),
		[LANTIK_JF] = STEP(SK) | STEP(PELANTIKAN)};
	return kind <= 0 || kind >= LANTIK_KIND_END || (steps[kind] >> step & 1) != 0;
}

static void check_form(struct lantik_check *check, struct lantik_findings *findings)
{
	const struct lantik_manifest *manifest = check->manifest;
	if (!lantik_span_is(manifest->schema_version, LANTIK_SCHEMA_VERSION))
		lantik_batch_report(check, findings, LANTIK_CASE_B01_schema_version);
	if (lantik_word(LANTIK_WORDS_kind, manifest->kind, LANTIK_ENGLISH) == NULL)
		lantik_batch_report(check, findings, LANTIK_CASE_B01_kind);
	if (lantik_word(LANTIK_WORDS_step, manifest->step, LANTIK_ENGLISH) == NULL)
		lantik_batch_report(check, findings, LANTIK_CASE_B01_step);
	else if (!has_step(manifest->kind, manifest->step))
		lantik_batch_report(check, findings, LANTIK_CASE_B01_step_of_kind);
	if (manifest->kind == LANTIK_PPPK_PW &&
		(manifest->programme.len == 0 || !lantik_rulebook_programme(check->rulebook, manifest->programme)))
		lantik_batch_report(check, findings, LANTIK_CASE_B01_programme);
	check_entries(check, findings);
}

/* B04 */
static void check_kanreg(
	struct lantik_check *check, struct lantik_findings *findings, const struct lantik_agency *agency)
{
	struct lantik_span kanreg = check->manifest->kanreg_id;
	if (lantik_rulebook_serves(check->rulebook, kanreg, agency->province, check->received))
		return;
	bool sure = lantik_rulebook_serves_sure(check->rulebook, agency->province, check->received);
	lantik_batch_report(check, findings, sure ? LANTIK_CASE_B04_kanreg : LANTIK_CASE_B04_kanreg_unverified);
}

void lantik_check_manifest(struct lantik_check *check, struct lantik_findings *findings)
{
	struct lantik_span code = check->manifest->kode_instansi;
	const struct lantik_agency *agency = lantik_rulebook_agency(check->rulebook, code, check->received);
	check_form(check, findings);
	if (check->policy.late)
		lantik_batch_report(check, findings, LANTIK_CASE_B07_late);
	if (agency != NULL)
		check_kanreg(check, findings, agency);
	else if (code.len != 4 || !lantik_all_digits(code))
		lantik_batch_report(check, findings, LANTIK_CASE_B05_format);
	else if (!lantik_rulebook_agency_known(check->rulebook, code))
		lantik_batch_report(check, findings, LANTIK_CASE_B05_unknown);
	else
		lantik_batch_report(check, findings, LANTIK_CASE_B05_inactive);
}

void lantik_row_batch(struct lantik_row *row)
{
	const struct lantik_policy *policy = &row->check->policy;
	struct lantik_span code = row->record->kode_instansi;
	if (policy->window != LANTIK_CASE_COUNT)
		lantik_row_report_by(row, policy->window, LANTIK_F_NONE, policy->window_unverified);
	if (policy->other_procurement)
		lantik_row_report(row, LANTIK_CASE_K03_procurement, LANTIK_F_NONE);
	if (policy->other_formation)
		lantik_row_report(row, LANTIK_CASE_K03_formation, LANTIK_F_NONE);
	if (code.len > 0 && !lantik_span_equal(code, row->check->manifest->kode_instansi))
		lantik_row_report(row, LANTIK_CASE_B08_agency, LANTIK_F_kode_instansi);
}

static void check_group(struct lantik_check *check, struct lantik_findings *findings, int32_t counted,
	enum lantik_case_id case_id, unsigned group)
{
	if (counted < 0 || (uint32_t)counted != check->groups[group])
		lantik_batch_report(check, findings, case_id);
}

/* T06.rounded_column: chance alone gives this to one batch in a hundred million million million. */
static bool is_column_rounded(const struct lantik_check *check)
{
	return check->records >= ROUNDED_LEAST && check->whole_niks > 0 && check->round_niks == check->whole_niks;
}

/* B02; groups are compared when the manifest counts any. */
void lantik_check_finish(struct lantik_check *check, struct lantik_findings *findings)
{
	const struct lantik_manifest *manifest = check->manifest;
	if (manifest->row_count < 0 || (uint32_t)manifest->row_count != check->records)
		lantik_batch_report(check, findings, LANTIK_CASE_B02_row_count);
	if (manifest->count_guru != 0 || manifest->count_kesehatan != 0 || manifest->count_teknis != 0) {
		check_group(check, findings, manifest->count_guru, LANTIK_CASE_B02_count_guru, 1);
		check_group(check, findings, manifest->count_kesehatan, LANTIK_CASE_B02_count_kesehatan, 2);
		check_group(check, findings, manifest->count_teknis, LANTIK_CASE_B02_count_teknis, 3);
	}
	if (is_column_rounded(check))
		lantik_batch_report(check, findings, LANTIK_CASE_T06_rounded_column);
	lantik_findings_sort(findings);
}
