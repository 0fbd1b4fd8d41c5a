/* The rules of the field in one table, and the check that both ends run.
 * rules.def is the table: `lantik check`, the daemon, the database's rule table and the documentation read it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RULES_H
#define LANTIK_RULES_H

#include "lantik/record.h"
#include "lantik/rulebook.h"

enum lantik_severity {
	LANTIK_FATAL = 1, /* the whole batch is refused */
	LANTIK_ERROR_ROW, /* the record is returned to the office (BTS) */
	LANTIK_REVIEW,    /* the record waits for a named official */
	LANTIK_WARN,      /* the record passes, the finding is recorded */
};

enum lantik_layer {
	LANTIK_LAYER_FILE,    /* needs the spreadsheet's text: judged at the office alone */
	LANTIK_LAYER_ROW,     /* needs one record, its manifest and the rulebook */
	LANTIK_LAYER_BATCH,   /* needs the manifest or all records */
	LANTIK_LAYER_CENTRAL, /* needs the register: judged by the daemon alone */
};

struct lantik_rule {
	const char *code; /* as in the field's list: `N05` */
	enum lantik_layer layer;
	unsigned kinds;       /* bit 1 << enum lantik_kind */
	unsigned steps;       /* bit 1 << enum lantik_step */
	char certainty;       /* S sourced, D derived, U unverified default */
	const char *title[2]; /* by enum lantik_language */
	const char *source;
};

/* One way to break a rule. Its name in verdicts, JSON and the database is `CODE.case`, for example `N05.birth_date`. */
struct lantik_case {
	const struct lantik_rule *rule;
	const char *name;
	enum lantik_severity severity; /* by default: the rulebook may give another */
	const char *expected[2];       /* what was expected and what to do, by enum lantik_language */
	struct lantik_span full;       /* `N05.birth_date` */
};

enum lantik_case_id {
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian)
#define CASE(code, name, severity, english, indonesian) LANTIK_CASE_##code##_##name,
#include "lantik/rules.def"
#undef RULE
#undef CASE
	LANTIK_CASE_COUNT
};

extern const struct lantik_rule lantik_rules[];
extern const size_t lantik_rule_count;
/* A rule without a case is kept for its text alone. */
const struct lantik_case *lantik_case_of(enum lantik_case_id id);
/* `N05.birth_date`; ret needs 64 bytes. */
void lantik_case_format(enum lantik_case_id id, char *ret);
/* LANTIK_CASE_COUNT when there is no such case. */
enum lantik_case_id lantik_case_find(struct lantik_span name);

/* What each case means for one batch: enum lantik_severity, or 0 when the case is off and never reported. */
struct lantik_severities {
	uint8_t of[LANTIK_CASE_COUNT];
};

/* The defaults with the overrides of the rulebook that are legal and meant for this kind, step and agency on that day.
 * The most specific one wins: agency before step before kind, a case before its rule, then the later valid_from. */
void lantik_severities_for(const struct lantik_rulebook *rulebook, const struct lantik_manifest *manifest, int32_t on,
	struct lantik_severities *ret);
/* Whether `CODE` or `CODE.case` may be given this severity, 0 for off; of a rule, whether one of its cases may. What
 * the register cannot hold, or what would let a batch out of its agency, can never be waved through; what is said of
 * the whole batch refuses it, warns or is silent. */
bool lantik_override_legal(struct lantik_span name, int32_t severity);

struct lantik_finding {
	uint32_t record_no; /* 1-based; 0: the batch */
	uint16_t case_id;
	uint8_t field;    /* enum lantik_field_id */
	uint8_t severity; /* enum lantik_severity, as it was when the case was reported */
};

/* A growing list; zero it to begin. */
struct lantik_findings {
	struct lantik_finding *items;
	size_t count;
	size_t capacity;
};

/* Appends, unless the severity is 0; lantik_findings_sort removes duplicates. Aborts on no memory. */
void lantik_findings_add(struct lantik_findings *findings, uint32_t record_no, enum lantik_case_id case_id,
	uint8_t severity, enum lantik_field_id field);
/* By record, then rule table order, then field; duplicates removed. */
void lantik_findings_sort(struct lantik_findings *findings);
void lantik_findings_free(struct lantik_findings *findings);
/* B10, after everybody added what they found: when the manifest asks for all or nothing and a record is not accepted,
 * the batch is refused. Sorts. */
void lantik_findings_all_or_nothing(const struct lantik_manifest *manifest, const struct lantik_severities *severities,
	struct lantik_findings *findings);

/* One batch being checked. Feed the manifest, then every record in order, then finish. */
struct lantik_check;

/* Borrows rulebook and manifest until freed. received_at is the instant of receipt; its day counts in Asia/Jakarta. */
LANTIK_MUST_CHECK struct lantik_check *lantik_check_new(
	const struct lantik_rulebook *rulebook, const struct lantik_manifest *manifest, int64_t received_at);
/* A check that lantik_check_again makes ready for batch after batch, in the same memory: what the rulebook said of a
 * batch before, or of its records, is not asked again while it is the same one and the same day. Whoever judges small
 * batches pays more for the questions than for the records. */
LANTIK_MUST_CHECK struct lantik_check *lantik_check_blank(void);
/* As lantik_check_new. */
void lantik_check_again(struct lantik_check *check, const struct lantik_rulebook *rulebook,
	const struct lantik_manifest *manifest, int64_t received_at);
/* Borrows nothing any more, and gives back what only a large batch needs. */
void lantik_check_rest(struct lantik_check *check);
/* The severities by which it judges, for what is found beside it. */
const struct lantik_severities *lantik_check_severities(const struct lantik_check *check);
/* After the records: sets bit i for each case i that is meant for this kind and step and that nobody can judge here:
 * its table is empty, says nothing about this programme, step or agency, or the case is off. */
void lantik_check_not_checked(const struct lantik_check *check, uint64_t ret[4]);
/* Batch rules that need the manifest alone: B01 (but for header and columns, which only the office sees), B04, B05,
 * B07. */
void lantik_check_manifest(struct lantik_check *check, struct lantik_findings *findings);
/* Row rules, B01.utf8, B08, N07, S02 and S03; at most LANTIK_MAX_FINDINGS_PER_RECORD a record. Nothing of the record is
 * kept. It has LANTIK_MAX_DOCUMENTS documents at most, as every reader sees to. */
void lantik_check_record(struct lantik_check *check, uint32_t record_no, const struct lantik_record *record,
	struct lantik_findings *findings);
/* What needs all records: B02 (counts), T06.rounded_column. Sorts the findings. */
void lantik_check_finish(struct lantik_check *check, struct lantik_findings *findings);
void lantik_check_free(struct lantik_check **check);

/* T02, for readers of spreadsheets: trims blanks, takes one leading apostrophe off, makes `null`, `NULL` and a lone `-`
 * empty. True when the rule's case is to be reported; trimming alone is not worth a finding. */
bool lantik_text_normalise(struct lantik_span *cell);
/* T02.padded, for readers of spreadsheets, after lantik_text_normalise: puts back the leading zero that a spreadsheet
 * dropped from a code of this field. True when it did; the cell then lies in the arena. */
bool lantik_text_pad(const struct lantik_field *field, struct lantik_arena *arena, struct lantik_span *cell);

#endif
