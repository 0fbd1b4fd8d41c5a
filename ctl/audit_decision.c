/* Decisions: every column from the leaf and the statement.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit_entry.h"

/* clang-format off */
#define DECISION_COLUMNS(X)                                                                                            \
	X(decision_no) X(decision_id) X(office_no) X(batch_no) X(kode_instansi) X(kind) X(step) X(act) X(accepted)    \
	X(returned) X(review) X(rejected) X(row_format) X(rows_root) X(rulebook_sha256) X(statement) X(leaf_index)    \
	X(durability) X(requested_at) X(recorded_at) X(row_hashes)
/* clang-format on */

#define AS_ENUM(name) D_##name,
#define AS_SELECT(name) "t." #name ", "

enum { DECISION_COLUMNS(AS_ENUM) OFFICE, BATCH_ID, BATCH_LEAF, NAMES_AGENCY, LEAF };

void audit_decisions_open(struct entries *all)
{
	owned_open(all, &all->decisions, "decision", "decision_no",
		"SELECT " DECISION_COLUMNS(
			AS_SELECT) "(SELECT o.name FROM lantik.office o WHERE o.office_no = t.office_no), "
				   "(SELECT b.batch_id FROM lantik.batch b WHERE b.batch_no = t.batch_no), "
				   "(SELECT b.leaf_index FROM lantik.batch b WHERE b.batch_no = t.batch_no), "
				   "(SELECT b.body_form = 3 FROM lantik.batch b WHERE b.batch_no = t.batch_no), "
				   "(SELECT l.leaf FROM lantik.ledger_leaf l WHERE l.leaf_index = t.leaf_index)",
		"");
}

struct decision_row {
	struct entry *entry;
	const struct audit_stream *row;
	struct lantik_decision_leaf leaf;
	struct lantik_statement statement;
};

static void number_is(const struct decision_row *d, unsigned column, const char *name, int64_t value)
{
	entry_column(d->entry, name, !audit_null(d->row, column) && audit_integer(d->row, column) == value);
}

#define NUMBER_IS(d, name, value) number_is(d, D_##name, #name, (int64_t)(value))
#define HASH_IS(d, name, hash)                                                                                         \
	entry_column((d)->entry, #name, audit_is((d)->row, D_##name, (struct lantik_span){hash, sizeof(hash)}))

static bool is_digest_of(struct lantik_span bytes, const uint8_t digest[LANTIK_HASH])
{
	uint8_t hash[LANTIK_HASH];
	lantik_sha256(bytes, hash);
	return memcmp(hash, digest, LANTIK_HASH) == 0;
}

/* True when the row's leaf is about it: its id or its statement. */
static bool leaf_read(struct decision_row *d)
{
	struct entry *entry = d->entry;
	struct audit *audit = entry->all->audit;
	uint64_t index = (uint64_t)audit_integer(d->row, D_leaf_index);
	bool holds = audit_leaf_holds(audit, audit_cell(d->row, LEAF), index);
	if (holds && lantik_decision_leaf_parse(audit_cell(d->row, LEAF), &d->leaf) == LANTIK_OK &&
		(audit_is(d->row, D_decision_id, (struct lantik_span){d->leaf.decision_id, 16}) ||
			is_digest_of(audit_cell(d->row, D_statement), d->leaf.statement_sha256)))
		return true;
	if (holds || index >= audit->size)
		audit_found(audit, "decision", holds ? AUDIT_REORDERED : AUDIT_EXTRA, "leaf_index", "decision_no %lld",
			(long long)entry->number);
	return false;
}

static void leaf_check(const struct decision_row *d)
{
	const struct lantik_decision_leaf *leaf = &d->leaf;
	HASH_IS(d, decision_id, leaf->decision_id);
	entry_column(d->entry, "office_no", audit_is(d->row, OFFICE, leaf->office));
	entry_column(d->entry, "batch_no",
		audit_is(d->row, BATCH_ID, (struct lantik_span){leaf->batch_id, 16}) &&
			(uint64_t)audit_integer(d->row, BATCH_LEAF) == leaf->batch_leaf_index);
	NUMBER_IS(d, row_format, leaf->row_format);
	HASH_IS(d, rows_root, leaf->rows_root);
	HASH_IS(d, rulebook_sha256, leaf->rulebook_sha256);
	NUMBER_IS(d, durability, leaf->durability);
	entry_column(d->entry, "requested_at", audit_time(d->row, D_requested_at) == leaf->requested_at);
	entry_column(d->entry, "recorded_at", audit_time(d->row, D_recorded_at) == leaf->recorded_at);
}

/* ---- the statement ---- */

static void statement_read(struct decision_row *d)
{
	struct entry *entry = d->entry;
	struct lantik_span text = audit_cell(d->row, D_statement);
	bool is_bound = !entry->is_bound || is_digest_of(text, d->leaf.statement_sha256);
	entry->is_told = is_bound && lantik_statement_parse(text, &d->statement) == LANTIK_OK;
	entry_column(entry, "statement", entry->is_told);
	if (!entry->is_told)
		return;
	for (size_t i = 0; i < d->statement.record_count; i++)
		if (d->statement.records[i].outcome == LANTIK_ACCEPTED)
			entry->all->accepted[entry->accepted_count++] = d->statement.records[i].record_no;
	entry->findings = d->statement.findings;
	d->statement.findings = (struct lantik_findings){0};
	entry->findings_known = d->statement.unknown == 0;
}

static void statement_check(const struct decision_row *d)
{
	const struct lantik_statement *s = &d->statement;
	entry_column(d->entry, "kode_instansi", lantik_span_equal(audit_cell(d->row, D_kode_instansi), s->agency));
	NUMBER_IS(d, kind, s->kind);
	NUMBER_IS(d, step, s->step);
	NUMBER_IS(d, act, s->act);
	NUMBER_IS(d, accepted, s->accepted);
	NUMBER_IS(d, returned, s->returned);
	NUMBER_IS(d, review, s->review);
	NUMBER_IS(d, rejected, s->rejected);
}

/* ---- the row ---- */

static void roots_read(const struct decision_row *d)
{
	struct entry *entry = d->entry;
	struct lantik_span root = audit_cell(d->row, D_rows_root);
	entry->row_hashes = audit_cell(d->row, D_row_hashes);
	entry->returned_hashes = lantik_span_of("");
	lantik_root_of(NULL, 0, entry->returned_root);
	if (entry->is_bound)
		memcpy(entry->rows_root, d->leaf.rows_root, LANTIK_HASH);
	else if (root.len == LANTIK_HASH)
		memcpy(entry->rows_root, root.data, LANTIK_HASH);
}

void audit_decision_read(struct entry *entry)
{
	struct decision_row d = {.entry = entry, .row = &entry->all->decisions.stream};
	entry->batch_no = audit_integer(d.row, D_batch_no);
	entry->office_no = audit_integer(d.row, D_office_no);
	entry->kind = (int32_t)audit_integer(d.row, D_kind);
	entry->step = (int32_t)audit_integer(d.row, D_step);
	entry->agency = audit_cell(d.row, D_kode_instansi);
	entry->names_agency = audit_integer(d.row, NAMES_AGENCY) != 0;
	entry->is_bound = leaf_read(&d);
	roots_read(&d);
	statement_read(&d);
	if (entry->is_bound)
		leaf_check(&d);
	if (entry->is_told)
		statement_check(&d);
	lantik_statement_free(&d.statement);
}
