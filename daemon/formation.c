/* Rule B09: an agency appoints no more people of a programme and group than its formation has places.
 * Counted in the commit (store_counters); here is what a batch may take, and which of its records are beyond it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <string.h>

#include "submission.h"

#define GROUPS (LANTIK_WORD_UNREADABLE + 1)

static uint8_t severity(const struct submission *s)
{
	return s->severities.of[LANTIK_CASE_B09_quota];
}

static int32_t today(const struct submission *s)
{
	return lantik_instant_date(s->job->received_at);
}

bool submission_is_formed(const struct submission *s)
{
	const struct lantik_rule *rule = lantik_case_of(LANTIK_CASE_B09_quota)->rule;
	const struct lantik_manifest *m = &s->manifest;
	int32_t decided_on;

	return severity(s) && (rule->kinds >> m->kind & 1) && (rule->steps >> m->step & 1) &&
	       lantik_rulebook_formed(s->rulebook->rulebook, m->kode_instansi, m->programme, today(s), &decided_on);
}

/* A group without a line of its own has no place. */
static int64_t quota(const struct submission *s, int32_t kelompok_lapor)
{
	const struct lantik_manifest *m = &s->manifest;
	const struct lantik_formation *formation = lantik_rulebook_formation(
		s->rulebook->rulebook, m->kode_instansi, m->programme, kelompok_lapor, today(s));

	return formation ? formation->quota : 0;
}

/* A quota that only warns, or that an official waives, does not stop what was told of it. */
static bool binds(const struct submission *s)
{
	if (!s->asked_formation)
		return true;
	return severity(s) < LANTIK_REVIEW || (severity(s) == LANTIK_REVIEW && !s->waives_review);
}

int64_t submission_places_limit(const struct submission *s, int32_t kelompok_lapor)
{
	return submission_is_formed(s) && binds(s) ? quota(s, kelompok_lapor) : INT64_MAX;
}

enum store_result submission_wait_formation(struct submission *s)
{
	if (!submission_is_formed(s))
		return STORE_OK;
	return store_lock_number(s->worker->store, submission_formation_number(s));
}

int64_t submission_formation_number(const struct submission *s)
{
	char text[160];
	uint8_t digest[LANTIK_HASH];
	uint64_t number;

	int len = snprintf(text, sizeof text, "lantik formation %.*s %d %.*s", (int)s->manifest.kode_instansi.len,
		(const char *)s->manifest.kode_instansi.data, s->manifest.kind, (int)s->manifest.programme.len,
		(const char *)s->manifest.programme.data);
	LANTIK_ASSERT(len > 0 && (size_t)len < sizeof text);
	lantik_sha256((struct lantik_span){.data = (const uint8_t *)text, .len = (size_t)len}, digest);
	memcpy(&number, digest, sizeof number);
	return (int64_t)be64toh(number);
}

static bool takes_place(const struct row *row)
{
	if (row->place == ROW_PLACE_NEW)
		return row->change_kind != STORE_WITHDRAWN;
	return row->place == ROW_PLACE_TAKEN || row->place == ROW_PLACE_MOVED;
}

/* Places of withdrawn people are free for others of their batch; those of people who move are not yet. */
static void count_free(const struct submission *s, const int64_t used[GROUPS], int64_t ret[GROUPS])
{
	for (int32_t group = 0; group < GROUPS; group++)
		ret[group] = quota(s, group) - used[group];
	for (size_t i = 0; i < s->copied; i++) {
		const struct row *row = s->desk->order[i];
		if (row->place == ROW_PLACE_FREED &&
			lantik_span_equal(lantik_span_of(row->held_programme), s->manifest.programme))
			ret[row->held_group & LANTIK_WORD_UNREADABLE]++;
	}
}

enum store_result submission_ask_formation(struct submission *s)
{
	struct worker *w = s->worker;
	const struct lantik_manifest *m = &s->manifest;
	int64_t used[GROUPS], left[GROUPS];
	enum store_result result = store_formation_used(w->store, m->kode_instansi, m->kind, m->programme, used);

	if (result)
		return result;
	count_free(s, used, left);
	if (s->copied)
		qsort(s->desk->order, s->copied, sizeof *s->desk->order, row_by_record);
	for (size_t i = 0; i < s->copied; i++) {
		const struct row *row = s->desk->order[i];
		if (takes_place(row) && left[row->kelompok_lapor & LANTIK_WORD_UNREADABLE]-- <= 0)
			lantik_findings_add(&s->desk->findings, row->record_no, LANTIK_CASE_B09_quota, severity(s),
				LANTIK_F_kelompok_lapor);
	}
	s->asked_formation = true;
	return STORE_OK;
}
