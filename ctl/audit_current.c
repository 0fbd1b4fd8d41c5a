/* The audit of what is made from the register: the current versions, and the counters with the places of the
 * formations, each told anew from every version in the order of the ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_derived.h"
#include "audit_slot.h"
#include "audit_tally.h"
#include "lantik/place.h"

/* The number of a key as the register has it. What has more digits, or is negative, stays as it is. */
#define DIGITS(column, digits, end)                                                                                    \
	"CASE WHEN " column " BETWEEN 0 AND " end " THEN lpad(" column "::text, " digits ", '0') ELSE " column         \
	"::text END"

/* Versions of a person and kind in the order of their leaves, then the row that says which is current. */
#define PEOPLE                                                                                                         \
	"SELECT nik, kind, is_current, kode_instansi, step, change_kind, batch_no, record_no, "                        \
	"nip, programme, kelompok_lapor, leaf_index, nik_slot, nip_slot, other_kinds FROM ("                           \
	"SELECT a.nik, a.kind, false AS is_current, a.kode_instansi, a.step, a.change_kind, a.batch_no, a.record_no, " \
	"a.nip, e.programme COLLATE \"C\" AS programme, "                                                              \
	"a.kelompok_lapor, e.leaf_index, NULL::bigint AS nik_slot, NULL::bigint AS nip_slot, "                         \
	"NULL::boolean AS other_kinds FROM lantik.appointment a JOIN lantik.entry e ON e.batch_no = a.batch_no "       \
	"UNION ALL SELECT " DIGITS("(c.nik_key >> 3)", "16",                                                           \
		"9999999999999999") ", c.kind, true, c.kode_instansi, c.step, c.change_kind, c.batch_no, "             \
				    "c.record_no, " DIGITS("(c.nip_key >> 3)", "18",                                   \
					    "999999999999999999") ", c.programme, c.kelompok_lapor, NULL, "            \
								  "c.nik_key & 7, c.nip_key & 7, c.other_kinds "       \
								  "FROM lantik.current_appointment c) v ORDER BY nik " \
								  "COLLATE \"C\", kind, is_current, leaf_index, "      \
								  "record_no"

enum {
	NIK,
	KIND,
	IS_CURRENT,
	KEPT,
	STEP = 4,
	CHANGE_KIND,
	RECORD_NO = 7,
	NIP,
	PROGRAMME,
	GROUP,
	LEAF_INDEX,
	NIK_SLOT,
	NIP_SLOT,
	OTHER_KINDS
};

/* The columns that the current row has from its version; of the number, from the last version that has one. */
static const char *const kept_names[] = {"kode_instansi", "step", "change_kind", "batch_no", "record_no", "nip_key"};
#define KEPT_COUNT LANTIK_COUNT(kept_names)

struct kept {
	struct lantik_buffer bytes;
	bool null;
};

struct person {
	bool begun;
	struct lantik_buffer nik;
	bool nik_null;
	int32_t kind;
	bool has_version, has_current;
	struct kept kept[KEPT_COUNT];
	struct lantik_place place;
};

struct current_audit {
	struct audit *audit;
	struct audit_stream stream;
	struct person person;
	struct audit_slots slots; /* of all kinds of the person */
	struct tally tally;
};

/* ---- one person ---- */

static void found_of_kind(struct current_audit *c, int32_t kind, enum audit_what what, const char *column)
{
	char masked[16];

	audit_found(c->audit, "current_appointment", what, column, "nik %s kind %" PRId32,
		audit_masked(lantik_buffer_span(&c->person.nik), masked), kind);
}

static void found(struct current_audit *c, enum audit_what what, const char *column)
{
	found_of_kind(c, c->person.kind, what, column);
}

static void found_slot(int32_t kind, const char *column, void *context)
{
	found_of_kind(context, kind, AUDIT_ALTERED, column);
}

static void keep(struct kept *kept, const struct audit_stream *stream, unsigned column)
{
	kept->null = audit_null(stream, column);
	lantik_buffer_reset(&kept->bytes);
	lantik_buffer_append_span(&kept->bytes, audit_cell(stream, column));
	LANTIK_ASSERT(!kept->bytes.error);
}

static bool is_kept(const struct kept *kept, const struct audit_stream *stream, unsigned column)
{
	return kept->null ? audit_null(stream, column) : audit_is(stream, column, lantik_buffer_span(&kept->bytes));
}

static void person_end(struct current_audit *c)
{
	struct person *p = &c->person;

	if (p->begun && p->has_version && !p->has_current)
		found(c, AUDIT_MISSING, NULL);
	p->begun = p->has_version = p->has_current = false;
}

static void person_begin(struct current_audit *c)
{
	struct person *p = &c->person;

	p->begun = true;
	p->kind = (int32_t)audit_integer(&c->stream, KIND);
	p->nik_null = audit_null(&c->stream, NIK);
	lantik_buffer_reset(&p->nik);
	lantik_buffer_append_span(&p->nik, audit_cell(&c->stream, NIK));
	p->place = (struct lantik_place){0};
	for (size_t i = 0; i < KEPT_COUNT; i++)
		p->kept[i].null = true;
}

static bool is_same_nik(const struct current_audit *c)
{
	const struct person *p = &c->person;

	return p->begun && !p->nik_null && audit_is(&c->stream, NIK, lantik_buffer_span(&p->nik));
}

static bool is_same_person(const struct current_audit *c)
{
	return is_same_nik(c) && c->person.kind == audit_integer(&c->stream, KIND);
}

/* 0 when it is none. Of 18 digits the number fits; what has another form was altered and is named as such. */
static int64_t number_in(const struct audit_stream *stream, unsigned column)
{
	struct lantik_span text = audit_cell(stream, column);
	int64_t number = 0;

	for (size_t i = 0; i < text.len && i < 18; i++)
		number = number * 10 + (text.data[i] & 0xf);
	return number;
}

/* ---- a version ---- */

static void count_places(struct current_audit *c, const struct lantik_place_version *version)
{
	char held[LANTIK_PLACE_PROGRAMME];
	struct lantik_place_change changes[LANTIK_PLACE_MAX_CHANGES];
	size_t count = lantik_place_next(&c->person.place, version, held, changes);

	for (size_t i = 0; i < count; i++) {
		struct tally_key key = {.agency = version->agency,
			.kind = c->person.kind,
			.step = LANTIK_PLACE_STEP,
			.programme = changes[i].programme,
			.group = changes[i].kelompok_lapor};
		tally_add(&c->tally, &key, 0, changes[i].change);
	}
}

static void version_take(struct current_audit *c)
{
	const struct audit_stream *stream = &c->stream;
	struct lantik_place_version version = {.agency = audit_cell(stream, KEPT),
		.programme = audit_cell(stream, PROGRAMME),
		.kelompok_lapor = (int32_t)audit_integer(stream, GROUP),
		.change_kind = (int32_t)audit_integer(stream, CHANGE_KIND)};
	struct tally_key key = {.agency = version.agency,
		.kind = c->person.kind,
		.step = (int32_t)audit_integer(stream, STEP),
		.programme = version.programme,
		.group = version.kelompok_lapor};

	tally_add(&c->tally, &key, 1, 0);
	if (c->person.nik_null)
		return; /* altered, and named as such */
	c->person.has_version = true;
	audit_slots_version(&c->slots, &(struct audit_slot_version){.leaf_index = audit_integer(stream, LEAF_INDEX),
					       .record_no = (int32_t)audit_integer(stream, RECORD_NO),
					       .kind = c->person.kind,
					       .nip = number_in(stream, NIP)});
	for (unsigned i = 0; i < KEPT_COUNT; i++)
		if (KEPT + i != NIP || !audit_null(stream, NIP))
			keep(&c->person.kept[i], stream, KEPT + i);
	count_places(c, &version);
}

/* ---- the current row ---- */

static bool is_programme(const struct current_audit *c)
{
	const char *programme = c->person.place.programme;

	return programme[0] ? audit_is(&c->stream, PROGRAMME, lantik_span_of(programme))
			    : audit_null(&c->stream, PROGRAMME);
}

static bool is_group(const struct current_audit *c)
{
	if (!c->person.place.programme[0])
		return audit_null(&c->stream, GROUP);
	return !audit_null(&c->stream, GROUP) && audit_integer(&c->stream, GROUP) == c->person.place.kelompok_lapor;
}

static void current_check(struct current_audit *c)
{
	if (!c->person.has_version || c->person.has_current) {
		found(c, AUDIT_EXTRA, NULL);
		return;
	}
	c->person.has_current = true;
	audit_slots_row(&c->slots, &(struct audit_slot_row){.kind = c->person.kind,
					   .nik_slot = audit_integer(&c->stream, NIK_SLOT),
					   .nip_slot = audit_integer(&c->stream, NIP_SLOT),
					   .other_kinds = audit_integer(&c->stream, OTHER_KINDS),
					   .other_kinds_null = audit_null(&c->stream, OTHER_KINDS)});
	for (unsigned i = 0; i < KEPT_COUNT; i++)
		if (!is_kept(&c->person.kept[i], &c->stream, KEPT + i))
			found(c, AUDIT_ALTERED, kept_names[i]);
	if (!is_programme(c))
		found(c, AUDIT_ALTERED, "programme");
	if (!is_group(c))
		found(c, AUDIT_ALTERED, "kelompok_lapor");
}

static void check_people(struct current_audit *c)
{
	audit_open(c->audit, &c->stream, PEOPLE);
	while (audit_next(&c->stream)) {
		audit_progress(c->audit);
		if (!is_same_person(c)) {
			bool other_nik = !is_same_nik(c);
			person_end(c);
			if (other_nik)
				audit_slots_judge(&c->slots, found_slot, c);
			person_begin(c);
		}
		if (audit_integer(&c->stream, IS_CURRENT))
			current_check(c);
		else
			version_take(c);
	}
	person_end(c);
	audit_slots_judge(&c->slots, found_slot, c);
	audit_close(&c->stream);
}

/* ---- counters ---- */

/* The key, and then numbers. */
static struct tally_key key_at(const struct audit_stream *stream)
{
	return (struct tally_key){.agency = audit_cell(stream, 0),
		.kind = (int32_t)audit_integer(stream, 1),
		.step = (int32_t)audit_integer(stream, 2),
		.programme = audit_cell(stream, 3),
		.group = (int32_t)audit_integer(stream, 4)};
}

/* Erased rows stay counted. */
static void add_erased_rows(struct current_audit *c)
{
	struct audit_stream stream;

	audit_open(c->audit, &stream,
		"SELECT e.kode_instansi, e.kind, e.step, e.programme, r.kelompok_lapor, count(*) "
		"FROM lantik.erased_row r JOIN lantik.entry e ON e.batch_no = r.batch_no "
		"WHERE r.part = 1 GROUP BY 1, 2, 3, 4, 5");
	while (audit_next(&stream)) {
		struct tally_key key = key_at(&stream);
		tally_add(&c->tally, &key, audit_integer(&stream, 5), 0);
	}
	audit_close(&stream);
}

/* Erased people keep the places that they took. */
static void add_erased_places(struct current_audit *c)
{
	struct audit_stream stream;

	audit_open(c->audit, &stream,
		"SELECT kode_instansi, kind, 0, programme, kelompok_lapor, used FROM lantik.erased_place");
	while (audit_next(&stream)) {
		struct tally_key key = key_at(&stream);
		key.step = LANTIK_PLACE_STEP;
		tally_add(&c->tally, &key, 0, audit_integer(&stream, 5));
	}
	audit_close(&stream);
}

static void counter_found(struct audit *audit, enum audit_what what, const char *column, const struct tally_key *key)
{
	char agency[AUDIT_SHOWN], programme[AUDIT_SHOWN];

	audit_found(audit, "counter", what, column,
		"kode_instansi %s kind %" PRId32 " step %" PRId32 " programme %s kelompok_lapor %" PRId32,
		audit_shown(key->agency, agency), key->kind, key->step,
		key->programme.len ? audit_shown(key->programme, programme) : "-", key->group);
}

static void counter_missing(const struct tally_entry *entry, void *context)
{
	struct tally_key key = {.agency = lantik_span_of(entry->agency),
		.kind = entry->kind,
		.step = entry->step,
		.programme = lantik_span_of(entry->programme),
		.group = entry->group};

	counter_found(context, AUDIT_MISSING, NULL, &key);
}

/* The last column says whether somebody may have been erased who took a place and gave it back. */
#define COUNTERS                                                                                                       \
	"SELECT c.kode_instansi, c.kind, c.step, c.programme, c.kelompok_lapor, c.accepted, c.used, "                  \
	"c.accepted = 0 AND c.used = 0 AND EXISTS ("                                                                   \
	"SELECT FROM lantik.erased_row r JOIN lantik.entry e ON e.batch_no = r.batch_no "                              \
	"WHERE r.part = 1 AND e.kode_instansi = c.kode_instansi AND e.kind = c.kind "                                  \
	"AND e.programme = c.programme AND r.kelompok_lapor = c.kelompok_lapor) FROM lantik.counter c "                \
	"ORDER BY 1, 2, 3, 4, 5"

static void counter_check(struct current_audit *c, const struct audit_stream *stream)
{
	struct tally_key key = key_at(stream);
	const struct tally_entry *entry = tally_see(&c->tally, &key);

	if (!entry) {
		/* where nobody had a first step, as of who began later or moved there, nothing else is left */
		bool was_place = key.step == LANTIK_PLACE_STEP && key.programme.len && audit_integer(stream, 7);
		if (!was_place)
			counter_found(c->audit, AUDIT_EXTRA, NULL, &key);
		return;
	}
	if (entry->accepted != audit_integer(stream, 5))
		counter_found(c->audit, AUDIT_ALTERED, "accepted", &key);
	if (entry->used != audit_integer(stream, 6))
		counter_found(c->audit, AUDIT_ALTERED, "used", &key);
}

static void check_counters(struct current_audit *c)
{
	struct audit_stream stream;

	add_erased_rows(c);
	add_erased_places(c);
	audit_open(c->audit, &stream, COUNTERS);
	while (audit_next(&stream))
		counter_check(c, &stream);
	audit_close(&stream);
	if (!c->audit->failed)
		tally_unseen(&c->tally, counter_missing, c->audit);
}

/* ---- the step ---- */

void audit_current_run(struct audit *audit)
{
	struct current_audit c = {.audit = audit};

	check_people(&c);
	check_counters(&c);
	tally_free(&c.tally);
	audit_slots_free(&c.slots);
	lantik_buffer_free(&c.person.nik);
	for (size_t i = 0; i < KEPT_COUNT; i++)
		lantik_buffer_free(&c.person.kept[i].bytes);
}

uint64_t audit_current_count(struct audit *audit)
{
	return audit_count(audit, "SELECT (SELECT count(*) FROM lantik.appointment) + "
				  "(SELECT count(*) FROM lantik.current_appointment)");
}
