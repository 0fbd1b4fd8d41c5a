/* Findings: just those that the verdict or the statement lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_entry.h"

enum { NUMBER, RECORD, RULE_CASE, FIELD, SEVERITY };

void audit_findings_open(struct entries *all)
{
	owned_open(all, &all->findings, "finding", "batch_no",
		"SELECT t.batch_no, t.record_no, t.rule_case, t.field, t.severity",
		", t.record_no, t.rule_case, t.field NULLS FIRST, t.severity");
}

/* A finding as the table has it; in the order of the stream. */
struct told {
	int64_t record_no;
	char rule_case[64];
	const char *field; /* empty: the whole record */
	int64_t severity;
};

static int by_column(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	if (x->record_no != y->record_no)
		return x->record_no < y->record_no ? -1 : 1;
	int order = strcmp(x->rule_case, y->rule_case);
	if (!order)
		order = strcmp(x->field, y->field);
	return order ? order : x->severity < y->severity ? -1 : x->severity > y->severity;
}

static struct told *expected(const struct lantik_findings *findings)
{
	struct told *ret = calloc(findings->count + 1, sizeof *ret);
	LANTIK_ASSERT(ret);
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_finding *finding = &findings->items[i];
		ret[i].record_no = finding->record_no;
		ret[i].field = finding->field ? lantik_record_fields[finding->field - 1].name : "";
		ret[i].severity = finding->severity;
		lantik_case_format((enum lantik_case_id)finding->case_id, ret[i].rule_case);
	}
	qsort(ret, findings->count, sizeof *ret, by_column);
	return ret;
}

static int text_order(struct lantik_span a, const char *b)
{
	size_t len = strlen(b), common = a.len < len ? a.len : len;
	int order = common ? memcmp(a.data, b, common) : 0;
	return order ? order : a.len < len ? -1 : a.len > len;
}

/* Of the waiting row and a finding. */
static int row_order(const struct audit_stream *row, const struct told *told)
{
	int64_t record_no = audit_integer(row, RECORD);
	if (record_no != told->record_no)
		return record_no < told->record_no ? -1 : 1;
	int order = text_order(audit_cell(row, RULE_CASE), told->rule_case);
	return order ? order : text_order(audit_cell(row, FIELD), told->field);
}

#define KEY "batch_no %" PRId64 " record_no %" PRId64 " rule_case %.*s field %.*s"

static void tell_row(const struct entry *entry, enum audit_what what, const char *column)
{
	const struct audit_stream *row = &entry->all->findings.stream;
	struct lantik_span rule_case = audit_cell(row, RULE_CASE), field = audit_cell(row, FIELD);
	audit_found(entry->all->audit, "finding", what, column, KEY, entry->number, audit_integer(row, RECORD),
		(int)(rule_case.len > 64 ? 64 : rule_case.len), rule_case.len ? (const char *)rule_case.data : "",
		field.len ? (int)(field.len > 64 ? 64 : field.len) : 1, field.len ? (const char *)field.data : "-");
}

static void tell_missing(const struct entry *entry, const struct told *told)
{
	audit_found(entry->all->audit, "finding", AUDIT_MISSING, NULL, KEY, entry->number, told->record_no, 64,
		told->rule_case, 64, *told->field ? told->field : "-");
}

static void compare(struct entry *entry, const struct told *told, size_t count)
{
	struct entries *all = entry->all;
	size_t at = 0;
	while (owned_seek(all, &all->findings, entry->number) || at < count) {
		bool here = owned_seek(all, &all->findings, entry->number);
		int order = !here ? 1 : at == count ? -1 : row_order(&all->findings.stream, &told[at]);
		if (order < 0)
			tell_row(entry, AUDIT_EXTRA, NULL);
		if (order > 0)
			tell_missing(entry, &told[at]);
		if (order == 0 && audit_integer(&all->findings.stream, SEVERITY) != told[at].severity)
			tell_row(entry, AUDIT_ALTERED, "severity");
		at += order >= 0;
		if (order <= 0)
			owned_next(&all->findings);
		if (all->audit->failed)
			return;
	}
}

bool audit_findings_check(struct entry *entry)
{
	struct entries *all = entry->all;
	if (entry->is_told && entry->findings_known) {
		struct told *told = expected(&entry->findings);
		owned_seek(all, &all->findings, entry->number); /* tells those of no entry */
		uint64_t before = all->audit->findings;
		compare(entry, told, entry->findings.count);
		free(told);
		return all->audit->findings == before;
	}
	while (owned_seek(all, &all->findings, entry->number))
		owned_next(&all->findings);
	return false;
}
