/* The audit of rejections: whom officials rejected, told anew from the records that they decided.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/codec.h"

/* Records that were erased since left no NIK, and their rejections went with them. */
#define RECORDS                                                                                                        \
	"SELECT x.decision_no, d.kind, coalesce(b.programme, ''), r.bytes FROM lantik.decided_record x "               \
	"JOIN lantik.decision d ON d.decision_no = x.decision_no JOIN lantik.batch b ON b.batch_no = d.batch_no "      \
	"JOIN lantik.returned_record r ON r.batch_no = x.batch_no AND r.record_no = x.record_no "                      \
	"WHERE x.outcome = 4 ORDER BY x.decision_no, x.record_no"
#define REJECTED "SELECT decision_no, nik, kind, programme FROM lantik.rejected ORDER BY decision_no, nik"

#define NIK 16
/* A record of LANTIK_MAX_RECORD bytes, decoded. */
#define RECORD_MEMORY (1u << 20)

struct person {
	uint8_t nik[NIK];
	bool seen;
};

/* The people of one decision; at most LANTIK_MAX_RECORDS. */
struct rejecting {
	int64_t decision_no;
	int32_t kind;
	struct lantik_buffer programme;
	struct person *people;
	size_t count;
};

struct rejected_audit {
	struct audit *audit;
	struct audit_stream records, rejected;
	bool has_record, has_rejected;
	struct lantik_arena *arena;
	struct rejecting rejecting;
};

static void found(struct rejected_audit *r, enum audit_what what, const char *column, struct lantik_span nik,
	int32_t kind, struct lantik_span programme)
{
	char masked[16], shown[AUDIT_SHOWN];

	audit_found(r->audit, "rejected", what, column, "nik %s kind %" PRId32 " programme %s",
		audit_masked(nik, masked), kind, programme.len ? audit_shown(programme, shown) : "-");
}

/* ---- the people of a decision ---- */

static void person_add(struct rejected_audit *r)
{
	struct lantik_record record;
	struct rejecting *of = &r->rejecting;

	lantik_arena_reset(r->arena);
	if (lantik_record_decode(audit_cell(&r->records, 3), r->arena, &record) || record.nik.len != NIK ||
		!lantik_utf8_valid(record.nik))
		return; /* altered, and named as such */
	struct person *room = realloc(of->people, (of->count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	of->people = room;
	memcpy(room[of->count].nik, record.nik.data, NIK);
	room[of->count++].seen = false;
}

static void decision_read(struct rejected_audit *r)
{
	struct rejecting *of = &r->rejecting;

	of->decision_no = audit_integer(&r->records, 0);
	of->kind = (int32_t)audit_integer(&r->records, 1);
	lantik_buffer_reset(&of->programme);
	lantik_buffer_append_span(&of->programme, audit_cell(&r->records, 2));
	of->count = 0;
	while (r->has_record && audit_integer(&r->records, 0) == of->decision_no) {
		person_add(r);
		audit_progress(r->audit);
		r->has_record = audit_next(&r->records);
	}
}

static int by_nik(const void *a, const void *b)
{
	return memcmp(((const struct person *)a)->nik, ((const struct person *)b)->nik, NIK);
}

/* ---- rejections that stand ---- */

static void rejected_extra(struct rejected_audit *r)
{
	found(r, AUDIT_EXTRA, NULL, audit_cell(&r->rejected, 1), (int32_t)audit_integer(&r->rejected, 2),
		audit_cell(&r->rejected, 3));
	r->has_rejected = audit_next(&r->rejected);
}

static struct person *person_of(struct rejected_audit *r)
{
	struct rejecting *of = &r->rejecting;
	struct lantik_span nik = audit_cell(&r->rejected, 1);
	struct person wanted;

	if (nik.len != NIK || !of->count || audit_integer(&r->rejected, 2) != of->kind ||
		!audit_is(&r->rejected, 3, lantik_buffer_span(&of->programme)))
		return NULL;
	memcpy(wanted.nik, nik.data, NIK);
	return bsearch(&wanted, of->people, of->count, sizeof wanted, by_nik);
}

static void decision_match(struct rejected_audit *r)
{
	struct rejecting *of = &r->rejecting;

	qsort(of->people, of->count, sizeof *of->people, by_nik);
	while (r->has_rejected && audit_integer(&r->rejected, 0) < of->decision_no)
		rejected_extra(r);
	while (r->has_rejected && audit_integer(&r->rejected, 0) == of->decision_no) {
		struct person *person = person_of(r);
		if (!person) {
			rejected_extra(r);
			continue;
		}
		person->seen = true;
		r->has_rejected = audit_next(&r->rejected);
	}
}

/* Who was rejected before stands under the earlier decision, which answers for the row. */
static void person_look_up(struct rejected_audit *r, struct lantik_span nik)
{
	char number[NIK + 1], kind[16];
	struct lantik_buffer programme = {0};
	snprintf(number, sizeof number, "%.*s", NIK, (const char *)nik.data);
	snprintf(kind, sizeof kind, "%" PRId32, r->rejecting.kind);
	lantik_buffer_append_span(&programme, lantik_buffer_span(&r->rejecting.programme));
	lantik_buffer_append(&programme, "", 1);
	LANTIK_ASSERT(!programme.error);
	const char *const given[] = {number, kind, (const char *)programme.data};
	PGresult *rows = database_query(r->audit->database,
		"SELECT decision_no FROM lantik.rejected WHERE nik = $1 AND kind = $2 AND programme = $3", 3, given);
	lantik_buffer_free(&programme);
	if (rows && PQntuples(rows) == 0)
		found(r, AUDIT_MISSING, NULL, nik, r->rejecting.kind, lantik_buffer_span(&r->rejecting.programme));
	else if (rows && cell_number(rows, 0, 0) > r->rejecting.decision_no)
		found(r, AUDIT_ALTERED, "decision_no", nik, r->rejecting.kind,
			lantik_buffer_span(&r->rejecting.programme));
	PQclear(rows);
}

static void look_up_unseen(struct rejected_audit *r)
{
	const struct rejecting *of = &r->rejecting;

	for (size_t i = 0; i < of->count && !r->audit->failed && !r->audit->database->failed; i++)
		if (!of->people[i].seen && (i == 0 || by_nik(&of->people[i - 1], &of->people[i]) != 0))
			person_look_up(r, (struct lantik_span){.data = of->people[i].nik, .len = NIK});
}

/* ---- the step ---- */

void audit_rejected_run(struct audit *audit)
{
	struct rejected_audit r = {.audit = audit, .arena = lantik_arena_new(RECORD_MEMORY)};

	LANTIK_ASSERT(r.arena);
	audit_open(audit, &r.records, RECORDS);
	audit_open(audit, &r.rejected, REJECTED);
	r.has_record = audit_next(&r.records);
	r.has_rejected = audit_next(&r.rejected);
	while (r.has_record && !audit->failed) {
		decision_read(&r);
		decision_match(&r);
		look_up_unseen(&r);
	}
	while (r.has_rejected && !audit->failed)
		rejected_extra(&r);
	audit_close(&r.rejected);
	audit_close(&r.records);
	lantik_arena_free(&r.arena);
	lantik_buffer_free(&r.rejecting.programme);
	free(r.rejecting.people);
}
