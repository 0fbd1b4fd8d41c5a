/* The verdict: every record's outcome as canonical text, whose SHA-256 is in the ledger's leaf.
 *
 *   lantik-verdict 1
 *   office <name>
 *   batch <uuid>
 *   agency <code>
 *   kind <word>
 *   step <word>
 *   outcome committed | refused
 *   records <count> <hex SHA-256 of the records' bytes>
 *   rulebook <hex SHA-256>
 *   accepted <n>
 *   returned <n>
 *   review <n>
 *   not-checked <code|CODE.case> ...           absent when everything was checked; in table order, a rule by its code
 *                                              when none of its cases was checked
 *   finding <CODE.case>/<F|E|R|W>              of the batch, none or more, in table order
 *   record <no> <accepted|returned|review|refused> <CODE.case>[:<field>]/<F|E|R|W> ...    ascending
 *   end
 * The letter is the severity by which it was judged: fatal, error, review, warning. It says what the outcome says.
 * A record without a line was accepted without a finding, or refused with its batch. Record numbers and codes only:
 * no value of a person ever stands here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_VERDICT_H
#define LANTIK_VERDICT_H

#include "lantik/rules.h"

enum lantik_outcome { LANTIK_ACCEPTED, LANTIK_RETURNED, LANTIK_IN_REVIEW, LANTIK_REFUSED, LANTIK_REJECTED };

/* Names of unknown cases and rules that are kept to be shown; all are counted. */
#define LANTIK_UNKNOWN_NAMES 8u

struct lantik_verdict {
	struct lantik_span office;
	uint8_t batch_id[16];
	struct lantik_span agency;
	int32_t kind, step;
	bool refused; /* the whole batch, by a batch rule */
	uint32_t records;
	uint8_t records_root[LANTIK_HASH];
	uint8_t rulebook_sha256[LANTIK_HASH];
	uint32_t accepted, returned, review;
	const struct lantik_finding *findings; /* sorted by lantik_findings_sort */
	size_t finding_count;
	uint64_t not_checked[4]; /* bit i: case i */
	/* Of a newer centre, after parsing alone: findings whose case or field this build does not know. They are not
	 * in findings; the counts above hold nevertheless. */
	uint32_t unknown;
	struct lantik_span unknown_names[LANTIK_UNKNOWN_NAMES]; /* without their letter, each once; then empty */
};

/* The outcome that a record's findings lead to; findings are those of one record. */
enum lantik_outcome lantik_outcome_of(const struct lantik_finding *findings, size_t count);
const char *lantik_outcome_word(enum lantik_outcome outcome);
/* Appends the cause of one record: `CODE.case[:field]` of its findings without the warnings, each once, sorted by
 * bytes, joined by blanks. */
void lantik_cause_format(const struct lantik_finding *findings, size_t count, struct lantik_buffer *ret);
char lantik_severity_letter(enum lantik_severity severity);
/* Sets refused, accepted, returned and review from the findings and records. */
void lantik_verdict_count(struct lantik_verdict *verdict);

enum lantik_error lantik_verdict_format(const struct lantik_verdict *verdict, struct lantik_buffer *ret);
/* ret borrows from text; findings go to *ret_findings (the caller frees). Rules, cases and fields that this build does
 * not know are counted in ret->unknown: their letters say what they lead to. */
LANTIK_MUST_CHECK enum lantik_error lantik_verdict_parse(
	struct lantik_span text, struct lantik_verdict *ret, struct lantik_findings *ret_findings);

#endif
