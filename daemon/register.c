/* The slow path: what the register holds of a batch's people, and which records that returns or sends to review.
 * Only a named official makes a person's final refusal; nothing here does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "row_sort.h"
#include "submission.h"

/* Found before any attempt, and it stays so: a batch that is named and not held. */
static bool is_of_lineage(const struct lantik_finding *finding)
{
	return finding->case_id == LANTIK_CASE_S06_not_held ||
	       (finding->case_id == LANTIK_CASE_S05_predecessor_missing &&
		       finding->field == LANTIK_F_predecessor_batch_id);
}

void submission_forget_register(struct submission *s)
{
	struct lantik_findings *findings = &s->desk->findings;
	size_t kept = 0;

	s->asked_formation = false;
	for (size_t i = 0; i < s->row_count; i++)
		row_forget(&s->desk->rows[i]);
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_case *found = lantik_case_of(findings->items[i].case_id);
		bool central = found->rule->layer == LANTIK_LAYER_CENTRAL;
		/* B10 follows from the rest */
		if (findings->items[i].case_id == LANTIK_CASE_B10_all_or_nothing)
			continue;
		if (!central || is_of_lineage(&findings->items[i]))
			findings->items[kept++] = findings->items[i];
	}
	findings->count = kept;
}

static void add_shared_number(struct submission *s, const struct row *row)
{
	lantik_findings_add(&s->desk->findings, row->record_no, LANTIK_CASE_P08_other_person,
		s->severities.of[LANTIK_CASE_P08_other_person], LANTIK_F_nip);
}

/* One number for two people of one batch: neither is believed. */
static void find_shared_numbers(struct submission *s)
{
	struct row **sorted = malloc((s->copied + 1) * sizeof *sorted);
	size_t count = 0;

	LANTIK_ASSERT(sorted);
	for (size_t i = 0; i < s->copied; i++)
		if (s->desk->order[i]->nip)
			sorted[count++] = s->desk->order[i];
	rows_sort(sorted, count, row_nip);
	for (size_t i = 1; i < count; i++) {
		if (sorted[i - 1]->nip != sorted[i]->nip)
			continue;
		add_shared_number(s, sorted[i - 1]);
		add_shared_number(s, sorted[i]);
	}
	free(sorted);
}

struct finding_of {
	bool found;
	enum lantik_case_id case_id;
	enum lantik_field_id field;
};

static struct finding_of found(enum lantik_case_id case_id, enum lantik_field_id field)
{
	return (struct finding_of){.found = true, .case_id = case_id, .field = field};
}

static bool brings_another(const struct row *row, const struct store_fact *fact)
{
	return row->nip && fact->nip && row->nip != fact->nip;
}

/* A new number after the old appointment ended is a new appointment, also at another agency. */
static struct finding_of judge_ended(const struct row *row, const struct store_fact *fact)
{
	if (row->step == LANTIK_STEP_NI && !row->change_kind && brings_another(row, fact))
		return found(LANTIK_CASE_P10_changed, LANTIK_F_nip);
	return found(LANTIK_CASE_S05_order, LANTIK_F_NONE);
}

/* A change is of the step that is current; a next step is a later one. */
static struct finding_of judge_order(const struct row *row, const struct store_fact *fact)
{
	if (row->change_kind && row->step != fact->step)
		return found(LANTIK_CASE_S05_order, LANTIK_F_change_kind);
	if (!row->change_kind && row->step == fact->step)
		return found(LANTIK_CASE_S05_same_step, LANTIK_F_NONE);
	if (row->step < fact->step)
		return found(LANTIK_CASE_S05_order, LANTIK_F_NONE);
	return (struct finding_of){0};
}

/* A later step, or a change, of the same person's appointment of the same kind. Another agency never touches it; when
 * it brings another number, an official decides whose the person is. */
static struct finding_of judge_same_kind(const struct row *row, const struct store_fact *fact)
{
	if (fact->ended)
		return judge_ended(row, fact);
	if (!fact->same_agency && !(brings_another(row, fact) && !row->change_kind))
		return found(LANTIK_CASE_S05_agency, LANTIK_F_kode_instansi);
	if (brings_another(row, fact))
		return found(LANTIK_CASE_N08_other_ni, LANTIK_F_nip);
	struct finding_of order = judge_order(row, fact);
	if (order.found)
		return order;
	if (row->supersedes_batch_no &&
		(row->supersedes_batch_no != fact->batch_no || row->supersedes_record_no != fact->batch_record_no))
		return found(LANTIK_CASE_S05_predecessor, LANTIK_F_predecessor_record_no);
	return (struct finding_of){0};
}

static struct finding_of judge_fact(int32_t kind, const struct row *row, const struct store_fact *fact)
{
	if (!fact->same_nik)
		return found(LANTIK_CASE_P08_other_person, LANTIK_F_nip);
	if (fact->kind == kind)
		return judge_same_kind(row, fact);
	if (kind <= LANTIK_CPNS && !fact->ended)
		return found(LANTIK_CASE_N08_other_kind, LANTIK_F_nik);
	return (struct finding_of){0};
}

/* Kinds whose first proposal the policies judge (K04, K05). */
static bool is_proposed(int32_t kind)
{
	return lantik_case_of(LANTIK_CASE_K05_policy)->rule->kinds >> kind & 1;
}

/* A record without a current row of its kind: a change of nothing is returned, a named predecessor is missed. Where
 * policies judge the first proposal alone, naming one that is none leads to an official and not around them. */
static struct finding_of judge_new(int32_t kind, const struct row *row)
{
	if (row->change_kind)
		return found(LANTIK_CASE_S05_nothing, LANTIK_F_change_kind);
	if (row->not_proposed && is_proposed(kind))
		return found(LANTIK_CASE_S05_not_proposed, LANTIK_F_predecessor_batch_id);
	if (row->supersedes_batch_no)
		return found(LANTIK_CASE_S05_predecessor_missing, LANTIK_F_predecessor_record_no);
	return (struct finding_of){0};
}

/* What a record that goes on does to the place that the version before holds. */
static void find_place(const struct submission *s, struct row *row, const struct store_fact *fact)
{
	struct lantik_place held = {
		.begun = true, .change_kind = fact->change_kind, .kelompok_lapor = fact->kelompok_lapor};
	struct lantik_place_version version = {.agency = s->manifest.kode_instansi,
		.programme = s->manifest.programme,
		.kelompok_lapor = row->kelompok_lapor,
		.change_kind = row->change_kind};

	memcpy(held.programme, fact->programme, sizeof held.programme);
	if (fact->same_agency) /* else it stays empty, and differs */
		snprintf(held.agency, sizeof held.agency, "%.*s", (int)version.agency.len,
			(const char *)version.agency.data);
	row->place = (enum row_place)lantik_place_act(&held, &version);
	memcpy(row->held_programme, fact->programme, sizeof row->held_programme);
	row->held_group = fact->kelompok_lapor;
}

/* Adds the finding; true when the record may still go on. */
static bool add(struct submission *s, uint32_t record_no, struct finding_of finding)
{
	if (!finding.found)
		return true;
	uint8_t severity = s->severities.of[finding.case_id];
	lantik_findings_add(&s->desk->findings, record_no, finding.case_id, severity, finding.field);
	return severity == 0 || severity == LANTIK_WARN || (severity == LANTIK_REVIEW && s->waives_review);
}

/* The facts about one record, which lie side by side. */
struct facts {
	const struct store_fact *items;
	size_t count;
};

static const struct store_fact *own_kind(const struct facts *facts, int32_t kind)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->items[i].same_nik && facts->items[i].kind == kind)
			return &facts->items[i];
	return NULL;
}

static bool has_other_kinds(const struct facts *facts, int32_t kind)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->items[i].same_nik && facts->items[i].kind != kind)
			return true;
	return false;
}

/* Whether the person holds the number under another kind. */
static bool holds_elsewhere(const struct facts *facts, int32_t kind, int64_t nip)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->items[i].same_nik && facts->items[i].kind != kind && facts->items[i].nip == nip)
			return true;
	return false;
}

/* Where the row belongs under the two keys: beside the rows of the same person, whom the lock keeps as they are. */
static void find_slots(int32_t kind, struct row *row, const struct facts *facts)
{
	const struct store_fact *own = own_kind(facts, kind);

	row->joins = !own && has_other_kinds(facts, kind);
	row->nik_slot = own ? own->nik_slot : row->joins ? kind : 0;
	row->nip_slot = row->nip && holds_elsewhere(facts, kind, row->nip) ? kind : 0;
	row->leaves_number =
		own && own->nip_slot == 0 && brings_another(row, own) && holds_elsewhere(facts, kind, own->nip);
}

static struct facts facts_of(const struct row *row, const struct store_fact *facts, size_t count, size_t *at)
{
	while (*at < count && (uint32_t)facts[*at].record_no < row->record_no)
		(*at)++;
	size_t first = *at;
	while (*at < count && (uint32_t)facts[*at].record_no == row->record_no)
		(*at)++;
	return (struct facts){.items = facts + first, .count = *at - first};
}

static void judge_facts(struct submission *s, struct row **rows, const struct store_fact *items, size_t count,
	int32_t *judged, size_t *judged_count)
{
	int32_t kind = s->manifest.kind;
	size_t at = 0;

	for (size_t i = 0; i < s->copied; i++) {
		struct row *row = rows[i];
		bool legal = true;
		struct facts facts = facts_of(row, items, count, &at);
		const struct store_fact *own = own_kind(&facts, kind);
		find_slots(kind, row, &facts);
		if (own)
			find_place(s, row, own);
		for (size_t j = 0; j < facts.count; j++)
			legal &= add(s, row->record_no, judge_fact(kind, row, &facts.items[j]));
		if (!own)
			add(s, row->record_no, judge_new(kind, row));
		else if (legal)
			judged[(*judged_count)++] = (int32_t)row->record_no;
	}
}

/* What ends an appointment proposes nobody. */
static bool proposes(const struct row *row)
{
	return row->change_kind != STORE_TERMINATED && row->change_kind != STORE_WITHDRAWN;
}

/* People whom an official rejected before, by record; *ret is malloc'ed. */
static enum store_result list_rejected(struct submission *s, int32_t **ret, size_t *ret_count)
{
	*ret = NULL;
	*ret_count = 0;
	if (!s->rejections.any || !s->copied)
		return STORE_OK;
	return store_rejected(
		s->worker->store, s->desk->order, s->copied, s->manifest.kind, s->manifest.programme, ret, ret_count);
}

static enum store_result find_rejected(struct submission *s)
{
	int32_t *rejected;
	size_t count, at = 0;
	enum store_result result = list_rejected(s, &rejected, &count);

	for (size_t i = 0; i < s->row_count && at < count && !result; i++) {
		const struct row *row = &s->desk->rows[i];
		if ((uint32_t)rejected[at] != row->record_no)
			continue;
		at++;
		if (proposes(row))
			add(s, row->record_no, found(LANTIK_CASE_S05_rejected, LANTIK_F_NONE));
	}
	free(rejected);
	return result;
}

enum store_result submission_has_rejected(struct submission *s, bool *ret)
{
	int32_t *rejected;
	size_t count;
	enum store_result result = list_rejected(s, &rejected, &count);

	free(rejected);
	if (!result)
		*ret = count > 0;
	return result;
}

enum store_result submission_check_since(const struct submission *s, const struct store_ledger *ledger)
{
	return s->copied && ledger->rejected_size != s->rejections.size ? STORE_CONFLICT : STORE_OK;
}

static size_t count_own(const struct store_fact *facts, size_t count)
{
	size_t own = 0;

	for (size_t i = 0; i < count; i++)
		own += facts[i].same_nik;
	return own;
}

/* Locks come first, so that what is seen of the people stays. A row that came between lock and look is not locked, and
 * slots that are chosen beside it might not hold: then again from the start. */
static enum store_result look(struct submission *s, struct store_fact **ret_facts, size_t *ret_count)
{
	struct store *store = s->worker->store;
	struct row *const *rows = s->desk->order;
	const struct lantik_manifest *m = &s->manifest;
	size_t locked = SIZE_MAX;
	enum store_result result = s->rehearsed ? STORE_OK : store_lock_people(store, rows, s->copied, &locked);

	if (!result)
		result = store_see_rejections(store, m->kind, m->programme, &s->rejections);
	if (!result)
		result = find_rejected(s);
	if (!result)
		result = store_facts(store, rows, s->copied, m->kode_instansi, ret_facts, ret_count);
	if (!result && count_own(*ret_facts, *ret_count) > locked)
		result = STORE_CONFLICT;
	return result;
}

enum store_result submission_ask_register(struct submission *s, int32_t **ret_judged, size_t *ret_count)
{
	struct store_fact *facts = NULL;
	size_t count = 0;
	enum store_result result = look(s, &facts, &count);

	if (result) {
		free(facts);
		return result;
	}
	find_shared_numbers(s);
	*ret_judged = calloc(s->copied + 1, sizeof **ret_judged);
	LANTIK_ASSERT(*ret_judged);
	*ret_count = 0;
	qsort(s->desk->order, s->copied, sizeof *s->desk->order, row_by_record);
	judge_facts(s, s->desk->order, facts, count, *ret_judged, ret_count);
	free(facts);
	return STORE_OK;
}
