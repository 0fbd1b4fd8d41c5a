/* Judges one stored batch by two rulebooks and counts where they differ; nothing of a batch is kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "impact.h"

#include <string.h>

#define BATCH_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + (size_t)64 * 1024)
#define RECORD_ARENA ((size_t)4 * LANTIK_MAX_RECORD)

void impact_open(struct impact *impact, const struct lantik_rulebook *in_force, const struct lantik_rulebook *tried)
{
	*impact = (struct impact){.books = {in_force, tried}};
	impact->batch_arena = lantik_arena_new(BATCH_ARENA);
	impact->record_arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(impact->batch_arena && impact->record_arena);
}

static struct impact_office *office_of(struct impact *impact, const char *name)
{
	for (size_t i = 0; i < impact->office_count; i++)
		if (strcmp(impact->offices[i]->name, name) == 0)
			return impact->offices[i];
	impact->offices = realloc(impact->offices, (impact->office_count + 1) * sizeof *impact->offices);
	struct impact_office *office = calloc(1, sizeof *office);
	LANTIK_ASSERT(impact->offices && office);
	(void)snprintf(office->name, sizeof office->name, "%s", name);
	impact->offices[impact->office_count++] = office;
	return office;
}

/* ---- judging ---- */

struct judged {
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	struct lantik_check *checks[2];
};

static bool judge_records(struct impact *impact, struct judged *judged)
{
	struct lantik_record record;
	for (uint32_t i = 0; i < judged->view.record_count; i++) {
		lantik_arena_reset(impact->record_arena);
		if (lantik_record_decode(judged->view.records[i], impact->record_arena, &record) != LANTIK_OK)
			return false;
		for (int side = 0; side < 2; side++)
			lantik_check_record(judged->checks[side], i + 1, &record, &impact->findings[side]);
	}
	return true;
}

static bool judge(struct impact *impact, struct judged *judged, int64_t received_at)
{
	for (int side = 0; side < 2; side++) {
		judged->checks[side] = lantik_check_new(impact->books[side], &judged->manifest, received_at);
		LANTIK_ASSERT(judged->checks[side]);
		impact->findings[side].count = 0;
		lantik_check_manifest(judged->checks[side], &impact->findings[side]);
	}
	if (!judge_records(impact, judged))
		return false;
	for (int side = 0; side < 2; side++) {
		lantik_check_finish(judged->checks[side], &impact->findings[side]);
		lantik_findings_all_or_nothing(
			&judged->manifest, lantik_check_severities(judged->checks[side]), &impact->findings[side]);
	}
	return true;
}

/* ---- comparing ---- */

/* The findings of one record on both sides, and where the next one's begin. */
struct pair {
	const struct lantik_finding *items[2];
	size_t counts[2];
};

static size_t run_of(const struct lantik_findings *findings, size_t from, uint32_t record_no)
{
	size_t end = from;
	while (end < findings->count && findings->items[end].record_no == record_no)
		end++;
	return end - from;
}

/* The gravest severity of the case at the front of one side, whose findings it passes; 0 when its front is another. */
static unsigned take_case(struct pair *pair, int side, unsigned case_id)
{
	unsigned gravest = 0;
	while (pair->counts[side] && pair->items[side]->case_id == case_id) {
		unsigned severity = pair->items[side]->severity;
		gravest = gravest == 0 || severity < gravest ? severity : gravest;
		pair->items[side]++;
		pair->counts[side]--;
	}
	return gravest;
}

static void count_case(struct impact *impact, struct impact_office *office, uint32_t record_no, unsigned case_id,
	unsigned from, unsigned to)
{
	struct impact_count *count = &office->cases[case_id][from][to];
	if (from == to)
		return;
	impact->differs = true;
	count->records += record_no != 0;
	if (count->last != (int64_t)impact->batches)
		count->batches++;
	count->last = (int64_t)impact->batches;
}

/* Findings are sorted by case: two lists walked together. */
static void compare_cases(struct impact *impact, struct impact_office *office, uint32_t record_no, struct pair pair)
{
	while (pair.counts[0] || pair.counts[1]) {
		unsigned case_id = pair.counts[0] ? pair.items[0]->case_id : LANTIK_CASE_COUNT;
		if (pair.counts[1] && pair.items[1]->case_id < case_id)
			case_id = pair.items[1]->case_id;
		unsigned from = take_case(&pair, 0, case_id), to = take_case(&pair, 1, case_id);
		count_case(impact, office, record_no, case_id, from, to);
	}
}

static bool is_refused(const struct lantik_findings *findings)
{
	return lantik_outcome_of(findings->items, findings->count) == LANTIK_REFUSED;
}

static void count_outcome(struct impact *impact, struct impact_office *office, enum lantik_outcome from,
	enum lantik_outcome to, uint64_t records)
{
	office->outcomes[from][to] += records;
	if (from == to)
		return;
	impact->differs = true;
	impact->changed_records += records;
}

static void compare(struct impact *impact, struct impact_office *office, uint32_t records)
{
	const struct lantik_findings *findings = impact->findings;
	bool refused[2] = {is_refused(&findings[0]), is_refused(&findings[1])};
	uint64_t before = impact->changed_records, seen = 0;
	size_t at[2] = {0, 0};
	while (at[0] < findings[0].count || at[1] < findings[1].count) {
		uint32_t record_no = at[0] < findings[0].count ? findings[0].items[at[0]].record_no : UINT32_MAX;
		enum lantik_outcome outcomes[2];
		struct pair pair;
		if (at[1] < findings[1].count && findings[1].items[at[1]].record_no < record_no)
			record_no = findings[1].items[at[1]].record_no;
		for (int side = 0; side < 2; side++) {
			pair.items[side] = findings[side].items + at[side];
			pair.counts[side] = run_of(&findings[side], at[side], record_no);
			at[side] += pair.counts[side];
			outcomes[side] =
				refused[side] ? LANTIK_REFUSED : lantik_outcome_of(pair.items[side], pair.counts[side]);
		}
		compare_cases(impact, office, record_no, pair);
		if (record_no != 0)
			count_outcome(impact, office, outcomes[0], outcomes[1], 1);
		seen += record_no != 0;
	}
	count_outcome(impact, office, refused[0] ? LANTIK_REFUSED : LANTIK_ACCEPTED,
		refused[1] ? LANTIK_REFUSED : LANTIK_ACCEPTED, records - seen);
	impact->changed_batches += impact->changed_records != before;
}

static bool open_body(struct impact *impact, struct lantik_span body, struct judged *ret)
{
	uint32_t record_no;
	lantik_arena_reset(impact->batch_arena);
	return lantik_batch_scan(body, impact->batch_arena, &ret->view, &record_no) == LANTIK_OK &&
	       lantik_manifest_decode(ret->view.manifest, impact->batch_arena, &ret->manifest) == LANTIK_OK;
}

static void note_unchecked(struct impact *impact, const struct judged *judged)
{
	uint64_t not_checked[4];
	lantik_check_not_checked(judged->checks[1], not_checked);
	for (size_t i = 0; i < LANTIK_COUNT(not_checked); i++)
		impact->not_checked[i] |= not_checked[i];
	unjudged_add(&impact->unjudged, &judged->manifest, lantik_check_severities(judged->checks[1]));
}

void impact_batch(struct impact *impact, const char *office, struct lantik_span body, int64_t received_at)
{
	struct judged judged = {.checks = {NULL, NULL}};
	impact->batches++;
	if (open_body(impact, body, &judged) && judge(impact, &judged, received_at)) {
		impact->records += judged.view.record_count;
		compare(impact, office_of(impact, office), judged.view.record_count);
		note_unchecked(impact, &judged);
	} else {
		impact->unreadable++;
	}
	for (int side = 0; side < 2; side++)
		lantik_check_free(&judged.checks[side]);
}

void impact_free(struct impact *impact)
{
	for (size_t i = 0; i < impact->office_count; i++)
		free(impact->offices[i]);
	free(impact->offices);
	lantik_findings_free(&impact->findings[0]);
	lantik_findings_free(&impact->findings[1]);
	lantik_arena_free(&impact->batch_arena);
	lantik_arena_free(&impact->record_arena);
}
