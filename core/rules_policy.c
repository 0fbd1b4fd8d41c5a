/* What the rulebook says of one batch: windows, formation, policies and lists, asked once and not for every record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define BUP_DEFAULT 58
#define WORKING_DAYS 7

/* BKN letter 16955 of December 2025; the rulebook may name another day. */
#define SPMT_DEADLINE_PW 20260101

static const char agreements[] = "ni_pppk_kk";
static const char refused_states[] = "status_usulan_ditolak";

/* A parameter of the batch's kind: `jenis_formasi_pppk_pw`. */
struct parameter {
	char name[48];
};

static struct parameter of_kind(const char *front, const struct lantik_check *check)
{
	struct parameter ret = {""};
	const char *word = lantik_word(LANTIK_WORDS_kind, check->manifest->kind, LANTIK_ENGLISH);
	const char *kind = word == NULL ? "" : word;
	size_t used = strlen(front), len = strlen(kind);
	LANTIK_ASSERT(used + len < sizeof ret.name);
	memcpy(ret.name, front, used);
	memcpy(ret.name + used, kind, len);
	for (char *at = ret.name; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at);
	return ret;
}

static bool is_known(const struct lantik_check *check, const char *name)
{
	return lantik_rulebook_parameter_known(check->rulebook, name, check->received);
}

static bool has(const struct lantik_check *check, enum lantik_table table)
{
	return lantik_rulebook_has(check->rulebook, table);
}

static enum lantik_window_state window_of(const struct lantik_check *check, bool *ret_unverified)
{
	const struct lantik_manifest *manifest = check->manifest;
	return lantik_rulebook_window(check->rulebook, manifest->programme, manifest->step, manifest->kode_instansi,
		check->received_at, ret_unverified);
}

static size_t documents_of(const struct lantik_check *check, int32_t *ret, size_t capacity)
{
	const struct lantik_manifest *manifest = check->manifest;
	return lantik_rulebook_documents(
		check->rulebook, manifest->programme, manifest->step, check->received, ret, capacity);
}

/* The rules of the position and its pay. */
static bool tells_of_position(const struct lantik_check *check, enum lantik_case_id id)
{
	switch (id) {
	case LANTIK_CASE_J03_position:
	case LANTIK_CASE_J05_outside:
		return has(check, LANTIK_TABLE_POSITION);
	case LANTIK_CASE_J03_unit:
		return lantik_rulebook_units_of(check->rulebook, check->manifest->kode_instansi);
	case LANTIK_CASE_J03_unit_agency:
		return has(check, LANTIK_TABLE_UNIT);
	case LANTIK_CASE_J03_education:
		return has(check, LANTIK_TABLE_STUDY);
	case LANTIK_CASE_J04_unknown:
		return has(check, LANTIK_TABLE_EDUCATION);
	case LANTIK_CASE_J04_below:
		return has(check, LANTIK_TABLE_POSITION) ||
		       (check->manifest->kind == LANTIK_PPPK_PW && has(check, LANTIK_TABLE_GROUP));
	case LANTIK_CASE_W02_low:
		return has(check, LANTIK_TABLE_WAGE);
	default:
		return true;
	}
}

/* The rules of the person, the participation and the papers. */
static bool tells_of_person(const struct lantik_check *check, enum lantik_case_id id)
{
	switch (id) {
	case LANTIK_CASE_N04_province:
	case LANTIK_CASE_N04_district:
		return has(check, LANTIK_TABLE_REGION);
	case LANTIK_CASE_P05_unlisted:
		return is_known(check, agreements);
	case LANTIK_CASE_K03_procurement:
		return is_known(check, of_kind("jenis_pengadaan_", check).name);
	case LANTIK_CASE_K03_formation:
		return is_known(check, of_kind("jenis_formasi_", check).name);
	case LANTIK_CASE_K04_category:
	case LANTIK_CASE_K04_result:
		return lantik_rulebook_categories(check->rulebook, check->manifest->programme, check->received);
	case LANTIK_CASE_K05_policy:
		return check->policy.has_policy;
	case LANTIK_CASE_K06_deceased:
	case LANTIK_CASE_K06_inactive:
	case LANTIK_CASE_K06_no_budget:
	case LANTIK_CASE_K06_no_need:
		return has(check, LANTIK_TABLE_REASON);
	case LANTIK_CASE_S04_missing:
		return check->policy.document_count > 0;
	case LANTIK_CASE_S07_status:
		return is_known(check, refused_states);
	default:
		return tells_of_position(check, id);
	}
}

/* The rules of the batch and of its windows. */
static bool tells_of_batch(const struct lantik_check *check, enum lantik_case_id id)
{
	switch (id) {
	case LANTIK_CASE_B04_kanreg:
	case LANTIK_CASE_B04_kanreg_unverified:
		return has(check, LANTIK_TABLE_AGENCY) && has(check, LANTIK_TABLE_KANREG);
	case LANTIK_CASE_B05_unknown:
	case LANTIK_CASE_B05_inactive:
		return has(check, LANTIK_TABLE_AGENCY);
	case LANTIK_CASE_B06_closed:
	case LANTIK_CASE_B06_early:
	case LANTIK_CASE_B06_grace:
		return check->policy.has_window;
	case LANTIK_CASE_B07_late:
		return check->policy.decided != 0;
	case LANTIK_CASE_B09_quota:
		return check->policy.formed;
	default:
		return tells_of_person(check, id);
	}
}

bool lantik_policy_tells(const struct lantik_check *check, enum lantik_case_id case_id)
{
	return tells_of_batch(check, case_id);
}

/* B06 */
void lantik_policy_window(const struct lantik_check *check, struct lantik_policy *ret)
{
	static const enum lantik_case_id cases[] = {[LANTIK_WINDOW_NONE] = LANTIK_CASE_COUNT,
		[LANTIK_WINDOW_OPEN] = LANTIK_CASE_COUNT,
		[LANTIK_WINDOW_GRACE] = LANTIK_CASE_B06_grace,
		[LANTIK_WINDOW_EARLY] = LANTIK_CASE_B06_early,
		[LANTIK_WINDOW_CLOSED] = LANTIK_CASE_B06_closed};
	bool unverified = false;
	enum lantik_window_state state = window_of(check, &unverified);
	ret->has_window = state != LANTIK_WINDOW_NONE;
	ret->window = cases[state];
	ret->window_unverified = unverified;
}

static bool is_working_day(const struct lantik_check *check, int32_t date)
{
	int64_t days = lantik_date_days(date);
	int64_t weekday = (days + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
	return (weekday + 7) % 7 < 5 && !lantik_rulebook_holiday(check->rulebook, date);
}

/* B07: more working days after the decision, up to the day of receipt, than there may be. */
static bool is_late(const struct lantik_check *check, int32_t decided)
{
	int days = 0;
	for (int32_t date = decided; decided != 0 && date < check->received && days <= WORKING_DAYS;) {
		date = lantik_date_add_days(date, 1);
		days += is_working_day(check, date);
	}
	return days > WORKING_DAYS;
}

static bool is_other(const struct lantik_check *check, const char *front, struct lantik_span value)
{
	struct parameter parameter = of_kind(front, check);
	return !lantik_rulebook_parameter_is(check->rulebook, parameter.name, value, check->received);
}

/* B07, B09 */
static void read_formation(const struct lantik_check *check, struct lantik_policy *ret)
{
	const struct lantik_manifest *manifest = check->manifest;
	int32_t decided = 0;
	ret->formed = lantik_rulebook_formed(
		check->rulebook, manifest->kode_instansi, manifest->programme, check->received, &decided);
	ret->decided = lantik_date_valid(decided) ? decided : 0;
	ret->late = is_late(check, ret->decided);
}

void lantik_policy_read(const struct lantik_check *check, struct lantik_policy *ret)
{
	const struct lantik_rulebook *rulebook = check->rulebook;
	*ret = (struct lantik_policy){
		.bup = lantik_rulebook_number(rulebook, "bup_default", BUP_DEFAULT, check->received),
		.spmt_deadline =
			lantik_rulebook_number(rulebook, "spmt_deadline_pw", SPMT_DEADLINE_PW, check->received)};
	lantik_policy_window(check, ret);
	ret->agency_known = !has(check, LANTIK_TABLE_AGENCY) ||
			    lantik_rulebook_agency_known(rulebook, check->manifest->kode_instansi);
	read_formation(check, ret);
	ret->other_procurement = is_other(check, "jenis_pengadaan_", check->manifest->jenis_pengadaan_id);
	ret->other_formation = is_other(check, "jenis_formasi_", check->manifest->jenis_formasi_id);
	ret->first_proposal_step = check->manifest->step == LANTIK_STEP_NI;
	ret->has_policy = lantik_rulebook_policy(
		rulebook, check->manifest->programme, check->manifest->kode_instansi, check->received, ret->admitted);
	lantik_rulebook_listed(rulebook, agreements, true, check->received, ret->agreement_listed);
	lantik_rulebook_listed(rulebook, refused_states, false, check->received, ret->status_refused);
	ret->document_count = documents_of(check, ret->documents, LANTIK_MAX_REQUIRED);
}
