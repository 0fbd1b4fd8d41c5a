/* A decision's statement: what a named official decided about records of one batch, as canonical text, whose SHA-256 is
 * in the decision's leaf.
 *
 *   lantik-decision 1
 *   office <name>
 *   decision <uuid>
 *   batch <uuid>
 *   leaf <index of the batch's leaf>
 *   agency <code>
 *   kind <word>
 *   step <word>
 *   act accept | return | reject | replay
 *   official <name>
 *   position <text>                       `-` when none is given
 *   reason <text>
 *   rulebook <hex SHA-256>
 *   accepted <n>
 *   returned <n>
 *   review <n>
 *   rejected <n>
 *   record <no> <accepted|returned|review|rejected> <token> ...      ascending, at least one record
 *   end
 * Tokens are those of a verdict (lantik/verdict.h), and a record may have none: an official's word is reason enough.
 * The act decides the outcomes: accept accepts, return returns, reject rejects every record; replay leaves it to the
 * rules, and never rejects. official, position and reason are one line each (lantik_statement_line_ok). A position that
 * is `-` is none.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_STATEMENT_H
#define LANTIK_STATEMENT_H

#include "lantik/ledger.h"
#include "lantik/verdict.h"

struct lantik_decided {
	uint32_t record_no;
	enum lantik_outcome outcome; /* not LANTIK_REFUSED */
};

struct lantik_statement {
	struct lantik_span office;
	uint8_t decision_id[16];
	uint8_t batch_id[16];
	uint64_t batch_leaf_index;
	struct lantik_span agency;
	int32_t kind, step;
	int32_t act;                 /* enum lantik_act */
	struct lantik_span official; /* 1 to LANTIK_MAX_OFFICIAL characters */
	struct lantik_span position; /* at most so many; empty: none */
	struct lantik_span reason;   /* 1 to LANTIK_MAX_REASON characters */
	uint8_t rulebook_sha256[LANTIK_HASH];
	uint32_t accepted, returned, review, rejected;
	struct lantik_decided *records; /* ascending, 1 to LANTIK_MAX_RECORDS */
	size_t record_count;
	struct lantik_findings findings; /* sorted by lantik_findings_sort; each of one of the records */
	/* As in a verdict, after parsing alone: findings that this build does not know; not in findings. */
	uint32_t unknown;
	struct lantik_span unknown_names[LANTIK_UNKNOWN_NAMES];
};

/* Whether the text can stand in a statement: one line of valid UTF-8, 1 to so many characters, none of them a control
 * character (U+0000 to U+001F, U+007F to U+009F) or a line separator (U+2028, U+2029). */
bool lantik_statement_line_ok(struct lantik_span text, size_t characters);

/* Whether an official may write it: such a line that shows something, and in which nothing is hidden: no character that
 * turns the direction of writing or has no width (U+061C, U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F,
 * U+FEFF).
 */
bool lantik_statement_written(struct lantik_span text, size_t characters);

/* Sets accepted, returned, review and rejected from the records. */
void lantik_statement_count(struct lantik_statement *statement);
/* LANTIK_E_MALFORMED when a name, a text, a record or a finding is not as said above; ret is as before then. Counts by
 * itself. */
enum lantik_error lantik_statement_format(const struct lantik_statement *statement, struct lantik_buffer *ret);
/* The whole text or LANTIK_E_MALFORMED; LANTIK_E_BAD_VERSION when it begins otherwise. ret borrows from text and owns
 * records and findings until lantik_statement_free. */
LANTIK_MUST_CHECK enum lantik_error lantik_statement_parse(struct lantik_span text, struct lantik_statement *ret);
void lantik_statement_free(struct lantik_statement *statement);

/* Whether what the statement says of office, ids, batch leaf, rulebook and accepted rows is what the leaf says. The
 * digest binds them; this tells a centre that wrote one thing and hashed another. */
bool lantik_statement_fits(const struct lantik_statement *statement, const struct lantik_decision_leaf *leaf);

#endif
