/* Rooms of the daemon that need no database: rows, formations, what is in flight, the configuration.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "flow.h"
#include "in_hand.h"
#include "log.h"
#include "memory.h"
#include "offices.h"
#include "queue.h"
#include "row.h"
#include "submission.h"
#include "tally.h"
#include "unit.h"

static char directory[] = "/tmp/lantik-daemon-XXXXXX";

static void set_up(void)
{
	lantik_crypto_start();
	cr_assert(mkdtemp(directory));
}

static void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	unlink(path);
}

static void tear_down(void)
{
	remove_file("conf");
	rmdir(directory);
}

TestSuite(daemon, .init = set_up, .fini = tear_down);

/* ---- rows ---- */

static uint32_t be32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return be32toh(value);
}

/* The column's value and the next column; len -1 is NULL. */
static const uint8_t *column(const uint8_t *at, int32_t *ret_len, const uint8_t **ret_value)
{
	*ret_len = (int32_t)be32(at);
	*ret_value = at + 4;
	return at + 4 + (*ret_len > 0 ? *ret_len : 0);
}

/* A record with a value in each field, as a body holds it. */
static void full_record(struct lantik_arena *arena, struct lantik_buffer *bytes, struct lantik_record *ret)
{
	static const uint8_t id[16] = "0123456789abcdef", digest[LANTIK_HASH] = {7};
	static const struct lantik_document documents[] = {{.type = 3, .object = {(const uint8_t *)"a/b", 3}},
		{.type = 300, .object = {(const uint8_t *)"c", 1}, .sha256 = {digest, sizeof digest}}};
	struct lantik_record record = {0};
	size_t at = 1;

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		void *member = lantik_member_mutable(&record, field);
		if (field->type == LANTIK_TEXT)
			*(struct lantik_span *)member =
				lantik_span_of(field->number == LANTIK_F_nik ? "9901010101900001" : field->name);
		else if (field->type == LANTIK_ID)
			*(struct lantik_span *)member = (struct lantik_span){id, sizeof id};
		else if (field->type == LANTIK_DOCUMENTS)
			*(struct lantik_documents *)member =
				(struct lantik_documents){documents, LANTIK_COUNT(documents)};
		else if (field->type == LANTIK_TIME || field->type == LANTIK_MONEY)
			*(int64_t *)member = 1760000000000000 + (int64_t)i;
		else
			*(int32_t *)member = field->type == LANTIK_DATE ? 20000102 : (int32_t)i % 9 + 1;
	}
	record.kode_instansi = lantik_span_of("9901");
	lantik_buffer_reset(bytes);
	cr_assert_eq(lantik_record_append(&record, bytes), LANTIK_OK);
	while (bytes->data[at++] & 0x80)
		; /* tag and length */
	memmove(bytes->data, bytes->data + at, bytes->len -= at);
	cr_assert_eq(lantik_record_decode(lantik_buffer_span(bytes), arena, ret), LANTIK_OK);
	cr_assert(ret->canonical);
}

struct encoded {
	struct lantik_arena *arena;
	struct lantik_buffer bytes, tuples;
	struct lantik_manifest manifest;
	struct row_columns columns;
	struct row_context context;
	struct lantik_record record;
	struct row row;
	uint8_t record_hash[LANTIK_HASH];
};

static const uint8_t a_salt[LANTIK_ROW_SALT + 1] = "0123456789abcdef";

static void encode(struct encoded *e)
{
	struct row_source source = {.bytes = lantik_buffer_span(&e->bytes), .hash = e->record_hash};

	lantik_leaf_hash(source.bytes, e->record_hash);
	lantik_buffer_reset(&e->tuples);
	lantik_buffer_append(&e->tuples, "before", 6);
	row_encode(&e->context, &e->record, &source, a_salt, &e->row, &e->tuples);
	cr_assert_eq(e->row.offset, 6);
	cr_assert_eq(e->row.offset + e->row.len, e->tuples.len);
}

static void encoded_open(struct encoded *e)
{
	static const uint64_t all[2] = {UINT64_MAX, UINT64_MAX};

	*e = (struct encoded){.arena = lantik_arena_new(64 * 1024),
		.manifest = {.kode_instansi = lantik_span_of("9901"), .kind = LANTIK_PPPK_PW, .step = LANTIK_STEP_SK},
		.row = {.record_no = 9, .supersedes_batch_no = 4, .supersedes_record_no = 7}};
	e->context = (struct row_context){
		.batch_no = 5, .office_no = 6, .manifest = &e->manifest, .columns = &e->columns, .names_agency = true};
	row_columns_of(all, &e->columns);
	full_record(e->arena, &e->bytes, &e->record);
}

static void encoded_close(struct encoded *e)
{
	lantik_arena_free(&e->arena);
	lantik_buffer_free(&e->bytes);
	lantik_buffer_free(&e->tuples);
}

static struct lantik_row decoded(struct encoded *e)
{
	struct lantik_row row;
	struct lantik_span tuple = {e->tuples.data + e->row.offset, e->row.len};

	cr_assert_eq(lantik_row_decode(tuple, e->arena, &row), LANTIK_OK);
	return row;
}

/* The bytes that were sent, and the hash, from the tuple alone. */
static void expect_had_back(struct encoded *e, const struct lantik_row *row)
{
	struct lantik_buffer bytes = {0};
	uint8_t hash[LANTIK_HASH];

	cr_expect_eq(lantik_row_record(row, e->context.names_agency, &bytes), LANTIK_OK);
	cr_expect(lantik_span_equal(lantik_buffer_span(&bytes), lantik_buffer_span(&e->bytes)));
	lantik_leaf_hash(lantik_buffer_span(&bytes), hash);
	lantik_row_hash(row, hash, hash);
	cr_expect_arr_eq(hash, e->row.hash, LANTIK_HASH);
	lantik_buffer_free(&bytes);
}

Test(daemon, a_row_is_had_back_from_its_tuple)
{
	struct encoded e;

	encoded_open(&e);
	cr_assert_eq(e.columns.count, LANTIK_ROW_COLUMNS);
	encode(&e);
	struct lantik_row row = decoded(&e);
	cr_expect_eq(row.batch_no, 5);
	cr_expect_eq(row.record_no, 9);
	cr_expect_eq(row.office_no, 6);
	cr_expect_eq(row.kind, LANTIK_PPPK_PW);
	cr_expect_eq(row.step, LANTIK_STEP_SK);
	cr_expect(row.supersedes_batch_no == 4 && row.supersedes_record_no == 7);
	cr_expect_arr_eq(row.salt, a_salt, LANTIK_ROW_SALT);
	cr_expect(!row.sent.len, "the columns say all");
	expect_had_back(&e, &row);

	e.row.nama_asli = e.record.nama;
	e.record.nama = lantik_span_of("A NAME");
	encode(&e);
	row = decoded(&e);
	cr_expect(lantik_span_equal(row.nama, e.record.nama), "the register's form");
	cr_expect(!row.sent.len);
	expect_had_back(&e, &row);
	encoded_close(&e);
}

Test(daemon, a_row_that_the_columns_do_not_say_keeps_its_bytes)
{
	struct encoded e;

	for (int what = 0; what < 4; what++) {
		encoded_open(&e);
		if (what == 0)
			e.record.canonical = false; /* fields out of order, say */
		else if (what == 1)
			e.context.names_agency = false;
		else if (what == 2)
			e.record.tgl_lahir = 20000230;
		else
			e.record.kode_instansi = lantik_span_of("9902");
		encode(&e);
		struct lantik_row row = decoded(&e);
		cr_expect(lantik_span_equal(row.sent, lantik_buffer_span(&e.bytes)), "case %d", what);
		encoded_close(&e);
	}
}

/* A column that no record of the batch fills is not in its COPY. */
Test(daemon, a_tuple_has_the_columns_that_are_named)
{
	struct encoded e;
	struct lantik_buffer names = {0};
	static const uint64_t few[2] = {
		UINT64_C(1) << LANTIK_F_nik | UINT64_C(1) << LANTIK_F_nomor_ijazah | UINT64_C(1) << LANTIK_F_tgl_lahir};

	encoded_open(&e);
	row_columns_of(few, &e.columns);
	row_columns_name(&e.columns, &names);
	lantik_buffer_append(&names, "", 1);
	cr_expect_str_eq((const char *)names.data,
		"batch_no, record_no, office_no, kind, step, salt, kode_instansi, nik, tgl_lahir, cold, sent");
	encode(&e);
	const uint8_t *at = e.tuples.data + e.row.offset, *value;
	cr_expect_eq(at[0] << 8 | at[1], 11);
	cr_expect_eq(e.columns.count, 11);
	at += 2;
	int32_t len[11];
	for (int i = 0; i < 11; i++) {
		at = column(at, &len[i], &value);
		if (i == 6)
			cr_expect(len[i] == 4 && memcmp(value, "9901", 4) == 0, "the manifest's agency");
		if (i == 8)
			cr_expect(len[i] == 4 && be32(value) == 1, "days since 2000-01-01");
	}
	cr_expect_eq(at, e.tuples.data + e.tuples.len);
	cr_expect(len[7] == 16 && len[9] > 2 * LANTIK_COLD_COUNT && len[10] == -1);
	lantik_buffer_free(&names);
	encoded_close(&e);
}

/* ---- counters and causes ---- */

static void tally_one(struct tally *tally, const char *programme, int32_t step, int32_t group, int64_t accepted,
	int64_t places, int64_t quota)
{
	tally_add(tally, &(struct store_count){.agency = lantik_span_of("6171"),
				 .kind = LANTIK_PPPK_PW,
				 .step = step,
				 .programme = lantik_span_of(programme),
				 .kelompok_lapor = group,
				 .accepted = accepted,
				 .places = places,
				 .quota = quota});
}

static bool is_count(const struct store_count *count, int32_t step, int32_t group, int64_t accepted, int64_t places)
{
	return count->step == step && count->kelompok_lapor == group && count->accepted == accepted &&
	       count->places == places;
}

Test(daemon, counters_are_summed_by_key_and_in_its_order)
{
	struct tally tally = {0};
	const struct store_count *items;

	tally_one(&tally, "", 1, 1, 0, 5, 9);
	cr_expect_eq(tally.count, 0, "no programme, no formation");
	tally_merge(&tally);
	for (int32_t group = 19; group >= 0; group--)
		tally_one(&tally, "PW2024", 2, group, 1, 0, INT64_MAX);
	tally_one(&tally, "PW2025", 1, 1, 0, 1, 9);
	tally_one(&tally, "PW2024", 1, 1, 4, 0, INT64_MAX);
	tally_one(&tally, "PW2024", 1, 1, 0, 2, 8);
	tally_one(&tally, "PW2024", 1, 1, 0, -3, INT64_MAX);
	tally_one(&tally, "PW2024", 1, 3, 0, 2, 7);
	tally_one(&tally, "PW2024", 1, 3, 0, -2, INT64_MAX);
	tally_one(&tally, "", 2, 3, 2, 1, 5);
	tally_merge(&tally);
	items = tally.items;
	cr_assert_eq(tally.count, 23, "what changes nothing is dropped");
	cr_expect(is_count(&items[0], 1, 1, 4, -1) && items[0].quota == 8, "the lowest quota");
	cr_expect(is_count(&items[1], 1, 1, 0, 1) && lantik_span_is(items[1].programme, "PW2025"));
	cr_expect(is_count(&items[2], 2, 3, 2, 0) && !items[2].programme.len, "accepted without a programme");
	for (int32_t group = 0; group < 20; group++)
		cr_expect(is_count(&items[3 + group], 2, group, 1, 0));
	tally_free(&tally);
}

static void find(struct lantik_findings *findings, enum lantik_case_id case_id, enum lantik_field_id field)
{
	lantik_findings_add(findings, 1, case_id, lantik_case_of(case_id)->severity, field);
}

Test(daemon, a_cause_is_what_holds_a_record_back_and_no_warning)
{
	struct lantik_findings findings = {0};
	struct lantik_buffer cause = {0};

	find(&findings, LANTIK_CASE_T03_empty, LANTIK_F_nama);
	find(&findings, LANTIK_CASE_D12_late, LANTIK_F_tgl_sk);
	find(&findings, LANTIK_CASE_D01_missing, LANTIK_F_tmt);
	find(&findings, LANTIK_CASE_D01_missing, LANTIK_F_tgl_lahir);
	find(&findings, LANTIK_CASE_T03_empty, LANTIK_F_nama);
	find(&findings, LANTIK_CASE_S05_order, LANTIK_F_NONE);
	lantik_cause_format(findings.items, findings.count, &cause);
	cr_expect(lantik_span_is(
			  lantik_buffer_span(&cause), "D01.missing:tgl_lahir D01.missing:tmt S05.order T03.empty:nama"),
		"%.*s", (int)cause.len, (const char *)cause.data);
	lantik_buffer_free(&cause);
	lantik_findings_free(&findings);
}

static struct lantik_rulebook *formation_book(void)
{
	static const char text[] = "lantik-rulebook 1\n"
				   "formation\t6171\tPW2024\tguru\t688\t\t\t\n"
				   "formation\t6171\tPW2024\tkesehatan\t0\t\t2025-01-01\t2025-06-01\n";
	struct lantik_rulebook *rulebook = NULL;
	unsigned line;

	cr_assert_eq(lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line), LANTIK_OK, "line %u", line);
	return rulebook;
}

Test(daemon, a_formation_limits_what_its_rule_is_about)
{
	struct rulebook_copy book = {.rulebook = formation_book()};
	struct job job = {.received_at = lantik_date_days(20251027) * INT64_C(86400000000)};
	struct submission s = {.job = &job, .rulebook = &book};

	s.manifest = (struct lantik_manifest){.kode_instansi = lantik_span_of("6171"),
		.programme = lantik_span_of("PW2024"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI};
	cr_expect_not(submission_is_formed(&s), "the case is off");
	s.severities.of[LANTIK_CASE_B09_quota] = LANTIK_ERROR_ROW;
	cr_expect(submission_is_formed(&s));
	cr_expect_eq(submission_places_limit(&s, 1), 688);
	cr_expect_eq(submission_places_limit(&s, 2), 0, "its line has ended");
	cr_expect_eq(submission_places_limit(&s, 0), 0, "no group, no place");
	s.asked_formation = true;
	cr_expect_eq(submission_places_limit(&s, 1), 688);
	s.severities.of[LANTIK_CASE_B09_quota] = LANTIK_REVIEW;
	cr_expect_eq(submission_places_limit(&s, 1), 688);
	s.waives_review = true;
	cr_expect_eq(submission_places_limit(&s, 1), INT64_MAX, "the official has decided");
	s.waives_review = false;
	s.severities.of[LANTIK_CASE_B09_quota] = LANTIK_WARN;
	cr_expect_eq(submission_places_limit(&s, 1), INT64_MAX, "it was told");
	s.asked_formation = false;
	cr_expect_eq(submission_places_limit(&s, 1), 688, "who is beyond must be found first");
	int64_t number = submission_formation_number(&s);
	s.manifest.programme = lantik_span_of("PW2025");
	cr_expect_neq(submission_formation_number(&s), number);
	cr_expect_not(submission_is_formed(&s), "another programme");
	s.manifest.programme = lantik_span_of("PW2024");
	cr_expect_eq(submission_formation_number(&s), number);
	s.manifest.kind = LANTIK_PPPK;
	cr_expect_not(submission_is_formed(&s), "the rule is about part-time people");
	cr_expect_eq(submission_places_limit(&s, 1), INT64_MAX);
	lantik_rulebook_free(&book.rulebook);
}

/* ---- whose turn it is ---- */

static struct job *waiting(struct queue *queue, int32_t office_no, enum lantik_message request, size_t body)
{
	struct job *job = calloc(1, sizeof *job);

	cr_assert(job);
	job->office.office_no = office_no;
	job->request = request;
	job->body.len = body;
	queue_put(queue, job);
	return job;
}

static void expect_next(struct queue *queue, struct job *expected, const char *why)
{
	cr_expect_eq(queue_take(queue), expected, "%s", why);
}

/* Answers one and forgets it. */
static void answered(struct queue *queue, struct job *job)
{
	queue_answer(queue, job);
	cr_expect_eq(queue_answered(queue), job);
	free(job);
}

Test(daemon, offices_take_turns)
{
	enum { BIG = 1000000 };
	struct queue *queue = queue_new(4);
	struct job *flood[5], *honest;

	for (int i = 0; i < 5; i++)
		flood[i] = waiting(queue, 1, LANTIK_SUBMIT, BIG);
	expect_next(queue, flood[0], "nobody else waits");
	expect_next(queue, flood[1], "and no worker stands idle");
	honest = waiting(queue, 2, LANTIK_SUBMIT, BIG);
	answered(queue, flood[0]);
	expect_next(queue, honest, "four of another office came before");
	struct job *second = waiting(queue, 2, LANTIK_SUBMIT, BIG);
	expect_next(queue, flood[2], "each has one in progress, and the other was served last");
	answered(queue, honest);
	expect_next(queue, second, "the other has two in progress");
	answered(queue, flood[1]);
	answered(queue, flood[2]);
	struct job *third = waiting(queue, 2, LANTIK_SUBMIT, BIG);
	expect_next(queue, flood[3], "it has none in progress now");
	answered(queue, second);
	expect_next(queue, third, "one of each in turn");
	expect_next(queue, flood[4], "the last");
	answered(queue, flood[3]);
	answered(queue, flood[4]);
	answered(queue, third);
	queue_close(queue);
	expect_next(queue, NULL, "closed and empty");
	queue_free(&queue);
}

Test(daemon, a_worker_is_kept_for_who_comes_back)
{
	struct queue *queue = queue_new(2);
	struct job *flood[3], *honest;

	for (int i = 0; i < 3; i++)
		flood[i] = waiting(queue, 1, LANTIK_SUBMIT, 1);
	expect_next(queue, flood[0], "nobody else waits");
	honest = waiting(queue, 2, LANTIK_SUBMIT, 1);
	expect_next(queue, honest, "its turn");
	int64_t taken = clock_steady(), until = taken + 30000;
	while (clock_steady() < until)
		;
	answered(queue, honest);
	expect_next(queue, flood[1], "the other did not come back");
	cr_expect_geq(clock_steady(), taken + 60000, "it was expected for as long as its batch took");
	honest = waiting(queue, 2, LANTIK_SUBMIT, 1);
	expect_next(queue, honest, "its turn");
	queue_close(queue);
	expect_next(queue, flood[2], "nobody is expected any more");
	for (int i = 0; i < 3; i++)
		answered(queue, flood[i]);
	answered(queue, honest);
	queue_free(&queue);
}

Test(daemon, enquiries_go_before_batches_that_still_move)
{
	struct queue *queue = queue_new(4);
	struct job *batch = waiting(queue, 1, LANTIK_SUBMIT, 1), *ping = waiting(queue, 2, LANTIK_PING, 0);
	struct job *rehearsal = waiting(queue, 3, LANTIK_REHEARSE, 1), *flood[40];
	int before = 0;

	expect_next(queue, ping, "an enquiry");
	for (int i = 0; i < 40; i++)
		flood[i] = waiting(queue, 2, LANTIK_STATUS, 32);
	struct job *other = waiting(queue, 4, LANTIK_PING, 0), *next;
	answered(queue, ping);
	expect_next(queue, flood[0], "its office was first");
	expect_next(queue, other, "offices take turns here, too");
	answered(queue, flood[0]);
	answered(queue, other);
	for (; (next = queue_take(queue)) != batch; before++)
		answered(queue, next);
	cr_expect_lt(before, 40, "a flood of enquiries stops no batch");
	for (; (next = queue_take(queue)) != rehearsal; before++)
		answered(queue, next);
	cr_expect_lt(before, 40);
	answered(queue, batch);
	answered(queue, rehearsal);
	for (; before < 39; before++)
		answered(queue, queue_take(queue));
	queue_free(&queue);
}

Test(daemon, small_submissions_are_taken_together)
{
	struct queue *queue = queue_new(4);
	struct job *first = waiting(queue, 1, LANTIK_SUBMIT, 10), *again = waiting(queue, 1, LANTIK_SUBMIT, 10);
	struct job *more = waiting(queue, 1, LANTIK_SUBMIT, QUEUE_SMALL), *ping = waiting(queue, 1, LANTIK_PING, 0);
	struct job *big = waiting(queue, 2, LANTIK_SUBMIT, QUEUE_SMALL + 1),
		   *behind = waiting(queue, 2, LANTIK_SUBMIT, 9);
	struct job *third = waiting(queue, 3, LANTIK_SUBMIT, 10), *rehearsal = waiting(queue, 4, LANTIK_REHEARSE, 10);
	struct job *taken[8] = {0};

	expect_next(queue, ping, "an enquiry goes before");
	expect_next(queue, big, "whose office is next");
	expect_next(queue, third, "and the next");
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 2, taken), 2);
	cr_expect(taken[0] == first && taken[1] == behind, "one of each office");
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 8, taken), 1,
		"one of each office, neither a rehearsal nor an enquiry");
	cr_expect_eq(taken[0], again, "the oldest first");
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 8, taken), 1);
	cr_expect_eq(taken[0], more);
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 8, taken), 0);
	expect_next(queue, rehearsal, "what is left");
	struct job *late = waiting(queue, 2, LANTIK_SUBMIT, QUEUE_SMALL + 1),
		   *last = waiting(queue, 2, LANTIK_SUBMIT, 1);
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 8, taken), 0, "not before an older batch of the office");
	cr_expect_eq(queue_withdraw(queue), late);
	cr_expect_eq(late->next, last);
	struct job *all[] = {first, again, more, ping, big, behind, third, rehearsal};
	for (size_t i = 0; i < LANTIK_COUNT(all); i++)
		answered(queue, all[i]);
	free(late);
	free(last);
	queue_free(&queue);
}

Test(daemon, small_submissions_of_one_office_fill_a_group)
{
	struct queue *queue = queue_new(2);
	struct job *jobs[5], *taken[8];

	for (int i = 0; i < 5; i++)
		jobs[i] = waiting(queue, 1, LANTIK_SUBMIT, 10);
	expect_next(queue, jobs[0], "the first");
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 3, taken), 3, "nobody else would wait for them");
	cr_expect(taken[0] == jobs[1] && taken[1] == jobs[2] && taken[2] == jobs[3]);
	struct job *other = waiting(queue, 2, LANTIK_SUBMIT, 10);
	waiting(queue, 1, LANTIK_SUBMIT, 10);
	cr_expect_eq(queue_take_more(queue, JOB_SMALL, 8, taken), 2, "one of each");
	cr_expect(taken[0] == other || taken[1] == other);
	answered(queue, taken[0]);
	answered(queue, taken[1]);
	for (int i = 0; i < 4; i++)
		answered(queue, jobs[i]);
	free(queue_withdraw(queue));
	queue_free(&queue);
}

/* ---- what is in flight ---- */

Test(daemon, budgets_bound_each_office_and_all)
{
	const struct config config = {.in_flight_bytes = 3000000, .office_in_flight_bytes = 2000000};
	struct flow *flow = flow_new(&config);
	struct job big = {.office = {.office_no = 1}, .body = {.len = 1500000}}, small = {.office = {.office_no = 1}};
	struct job other = {.office = {.office_no = 2}, .body = {.len = 1500000}};
	size_t empty = 0;

	cr_expect(flow_admit(flow, &big, 0));
	cr_expect_not(flow_admit(flow, &big, 0), "over the office's budget");
	cr_expect_not(flow_admit(flow, &other, 0), "over the budget of all");
	other.body.len = 1000000;
	cr_expect(flow_admit(flow, &other, 0), "a busy office does not shut out another");
	cr_expect_eq(flow_jobs(flow), 2);
	flow_release(flow, &big, 0);
	flow_release(flow, &other, 0);
	while (flow_admit(flow, &small, 0))
		empty++;
	cr_expect_lt(empty, 1000, "requests without a body are counted too");
	cr_expect_eq(flow_jobs(flow), empty);
	flow_free(&flow);
}

/* Batches of one mebibyte from this office until it is told Busy; how many went in. */
static size_t fill(struct flow *flow, struct job *job, int32_t office_no, int64_t now)
{
	size_t count = 0;

	*job = (struct job){.office = {.office_no = office_no}, .request = LANTIK_SUBMIT, .body = {.len = 1 << 20}};
	while (flow_admit(flow, job, now))
		count++;
	return count;
}

Test(daemon, who_floods_leaves_room_for_the_next)
{
	const struct config config = {.in_flight_bytes = 256 << 20, .office_in_flight_bytes = 200 << 20};
	struct flow *flow = flow_new(&config);
	struct job first, second, third, ping = {.office = {.office_no = 4}, .request = LANTIK_PING};
	size_t held = fill(flow, &first, 1, 0), held_second = fill(flow, &second, 2, 0),
	       held_third = fill(flow, &third, 3, 0);

	cr_expect(held > 110 && held < 120, "half of 240 MiB, and not its own 200: %zu", held);
	cr_expect(held_second > 50 && held_second < 65, "half of what is left: %zu", held_second);
	cr_expect(held_third > 25 && held_third < 35, "half of what is left then: %zu", held_third);
	for (size_t i = 0; i < held; i++)
		flow_release(flow, &first, 0);
	while (flow_admit(flow, &second, 0))
		held_second++;
	cr_expect_gt(held_second, 90, "there is room again");
	struct job large = {.office = {.office_no = 4}, .request = LANTIK_SUBMIT, .body = {.len = LANTIK_MAX_BODY}};
	cr_expect(flow_admit(flow, &large, 0), "the first batch of an office, of any size");
	while (flow_admit(flow, &third, 0) || fill(flow, &first, 5, 0))
		;
	cr_expect(flow_admit(flow, &ping, 0), "an enquiry always has room");
	flow_free(&flow);
}

Test(daemon, busy_tells_when_and_how_many)
{
	const struct config config = {.in_flight_bytes = 256 << 20, .office_in_flight_bytes = 64 << 20};
	struct flow *flow = flow_new(&config);
	struct job first, second;
	size_t held = fill(flow, &first, 1, 0);

	cr_expect_eq(flow_credit(flow, &first), FLOW_MAX_CREDIT, "small ones");
	first.body.len = LANTIK_MAX_BODY;
	cr_expect_eq(flow_credit(flow, &first), 3, "of the largest, and what they take beside the body");
	first.body.len = 1 << 20;
	/* one is done every tenth of a second: 10 MiB/s */
	for (int i = 1; i <= 200; i++) {
		flow_release(flow, &first, i * 100000LL);
		cr_expect(flow_admit(flow, &first, i * 100000LL));
	}
	cr_expect_not(flow_admit(flow, &first, 20000000));
	uint32_t wait = flow_defer(flow, &first, true, 20000000).milliseconds;
	cr_expect(wait >= 100 && wait < 120, "until the next one is done: %u", wait);
	first.body.len = 16 << 20;
	wait = flow_defer(flow, &first, true, 21000000).milliseconds;
	cr_expect(wait > 1400 && wait < 1800, "until room for sixteen is there: %u", wait);
	fill(flow, &second, 2, 22700000);
	uint32_t shared = flow_defer(flow, &first, true, 22700000).milliseconds;
	cr_expect(shared > 2 * wait - 10 && shared < 2 * wait + 10, "half of the workers are another's: %u", shared);
	first.body.len = 1 << 20;
	wait = flow_defer(flow, &first, true, 27000000).milliseconds;
	cr_expect_eq(wait, 7000, "all have stood for so long: %u", wait);
	/* an idle hour is not slowness, and one batch that took an hour is */
	for (size_t i = 0; i < held; i++) {
		flow_release(flow, &first, 28000000);
		flow_release(flow, &second, 28000000);
	}
	for (size_t i = 0; i < held; i++)
		cr_expect(flow_admit(flow, &first, 3620000000LL));
	cr_expect_leq(flow_defer(flow, &first, true, 3620000000LL).milliseconds, 150);
	flow_release(flow, &first, 7220000000LL);
	cr_expect(flow_admit(flow, &first, 7220000000LL));
	cr_expect_eq(flow_defer(flow, &first, true, 7220000000LL).milliseconds, 30000, "never longer");
	flow_free(&flow);
}

Test(daemon, an_enquiry_waits_for_enquiries)
{
	const struct config config = {.in_flight_bytes = 256 << 20, .office_in_flight_bytes = 64 << 20};
	struct flow *flow = flow_new(&config);
	struct job batch = {.office = {.office_no = 1}, .request = LANTIK_SUBMIT, .body = {.len = 40 << 20}};
	struct job ping = {.office = {.office_no = 1}, .request = LANTIK_PING};

	cr_expect(flow_admit(flow, &batch, 0));
	cr_expect_not(flow_admit(flow, &batch, 0));
	cr_expect_gt(flow_defer(flow, &batch, true, 0).milliseconds, 1000);
	while (flow_admit(flow, &ping, 0))
		;
	struct flow_wait wait = flow_defer(flow, &ping, true, 0);
	cr_expect_eq(wait.tell_at, 0, "the batch that waits is none of its business");
	cr_expect_leq(wait.milliseconds, 100, "until one of its kind is answered: %u", wait.milliseconds);
	flow_free(&flow);
}

Test(daemon, who_does_not_wait_is_told_later)
{
	const struct config config = {.in_flight_bytes = 256 << 20, .office_in_flight_bytes = 64 << 20};
	struct flow *flow = flow_new(&config);
	struct job first, second;
	int64_t last = 0;

	fill(flow, &first, 1, 0);
	struct flow_wait wait = flow_defer(flow, &first, true, 0);
	cr_expect_eq(wait.tell_at, 0, "at once");
	int64_t free_at = wait.milliseconds * 1000LL;
	fill(flow, &second, 2, 0);
	cr_expect_eq(flow_defer(flow, &second, true, 0).tell_at, 0, "another office");
	wait = flow_defer(flow, &first, true, free_at);
	cr_expect_eq(wait.tell_at, free_at, "it came when it was told to");
	for (int i = 1; i <= 200; i++) {
		wait = flow_defer(flow, &first, true, free_at + i);
		cr_expect(wait.tell_at >= last && wait.tell_at > free_at + i, "one behind the other");
		cr_expect_leq(wait.tell_at, free_at + i + 25000000, "an answer comes in any case");
		last = wait.tell_at;
	}
	cr_expect_eq(last, free_at + 200 + 25000000);
	cr_expect_eq(wait.milliseconds, 5000, "thirty seconds together");
	wait = flow_defer(flow, &first, false, free_at + 201);
	cr_expect_eq(wait.tell_at, free_at + 201, "nothing more can be held back");
	cr_expect_eq(wait.milliseconds, 30000, "the same thirty seconds");
	flow_free(&flow);
}

/* So many enquiries of the office until it is told Busy. */
static size_t fill_with_enquiries(struct flow *flow, struct job *job, int64_t now)
{
	size_t count = 0;

	*job = (struct job){.office = {.office_no = 1}, .request = LANTIK_STATUS};
	while (flow_admit(flow, job, now))
		count++;
	return count;
}

Test(daemon, busy_tells_when_there_is_room_for_an_enquiry)
{
	const struct config config = {.in_flight_bytes = 256 << 20, .office_in_flight_bytes = 64 << 20};
	struct flow *flow = flow_new(&config);
	struct job job;

	cr_assert_eq(fill_with_enquiries(flow, &job, 0), 64, "by their number, there is room for their bytes");
	cr_expect_eq(flow_defer(flow, &job, true, 0).milliseconds, 100, "nothing is known yet");
	const int64_t done_at = 100000000;
	for (int64_t now = 2000000; now <= done_at; now += 2000000) {
		flow_release(flow, &job, now);
		cr_expect(flow_admit(flow, &job, now));
	}
	uint32_t wait = flow_defer(flow, &job, true, done_at).milliseconds;
	cr_expect(wait > 1900 && wait < 2100, "one is done every two seconds: %u", wait);
	wait = flow_defer(flow, &job, true, done_at + 14000000).milliseconds;
	cr_expect_eq(wait, 14000, "all stand: %u", wait);
	wait = flow_defer(flow, &job, false, done_at + 14000000).milliseconds;
	cr_expect(wait > 15900 && wait < 16100, "behind the one before: %u", wait);
	wait = flow_defer(flow, &job, true, done_at + 60000000).milliseconds;
	cr_expect_eq(wait, 30000, "never longer: %u", wait);
	cr_expect_eq(flow_defer(flow, &job, true, done_at + 60000001).tell_at, done_at + 70000001,
		"before who asked gives up");
	flow_free(&flow);
}

Test(daemon, what_a_worker_holds_is_known)
{
	struct in_hand *in_hand = in_hand_new();
	struct in_hand_batch batch, second;
	static const uint8_t id[16] = {1}, other[16] = {2};

	cr_expect_not(in_hand_holds(in_hand, 7, id));
	in_hand_take(in_hand, &batch, 7, id);
	in_hand_take(in_hand, &second, 9, other);
	cr_expect(in_hand_holds(in_hand, 7, id));
	cr_expect_not(in_hand_holds(in_hand, 8, id), "of another office");
	cr_expect_not(in_hand_holds(in_hand, 7, other));
	in_hand_release(in_hand, &batch);
	cr_expect_not(in_hand_holds(in_hand, 7, id));
	cr_expect(in_hand_holds(in_hand, 9, other), "another batch stays");
	in_hand_release(in_hand, &second);
	cr_expect_not(in_hand_holds(in_hand, 9, other));
	in_hand_free(&in_hand);
}

/* ---- the log ---- */

/* What came since, with a NUL behind it. */
static const char *read_log(int file, char ret[65536])
{
	ssize_t len = read(file, ret, 65535);
	ret[len < 0 ? 0 : len] = '\0';
	return ret;
}

static size_t lines_in(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

Test(daemon, lines_for_later_wait_and_keep_their_order)
{
	static char seen[65536];
	int ends[2], before = dup(STDERR_FILENO);

	cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	log_later(LOG_LINE_INFO, "first");
	cr_expect_str_eq(read_log(ends[0], seen), "");
	log_line(LOG_LINE_INFO, "second");
	cr_expect_str_eq(read_log(ends[0], seen), "lantikd: first\nlantikd: second\n");
	log_later(LOG_LINE_INFO, "third");
	log_later(LOG_LINE_INFO, "fourth %d", 4);
	log_send();
	cr_expect_str_eq(read_log(ends[0], seen), "lantikd: third\nlantikd: fourth 4\n");
	for (int i = 0; i < 20; i++) /* more than there is room for */
		log_later(LOG_LINE_INFO, "%02000d", i);
	size_t count = lines_in(read_log(ends[0], seen));
	log_send();
	count += lines_in(read_log(ends[0], seen));
	dup2(before, STDERR_FILENO);
	cr_expect_eq(count, 20);
	close(ends[0]);
	close(ends[1]);
	close(before);
}

/* ---- the configuration ---- */

static bool load(const char *text, struct config *ret)
{
	char path[128];

	snprintf(path, sizeof path, "%s/conf", directory);
	FILE *file = fopen(path, "w");
	cr_assert(file);
	fprintf(file, "state_directory = '/s'\ncurve_key_file = '/c'\nreceipt_key_file = '/r'\n%s", text);
	fclose(file);
	return config_load(path, ret);
}

Test(daemon, the_configuration_is_taken_or_refused_whole)
{
	struct config config;

	cr_assert(load("workers = 3\nlisten = 'tcp://127.0.0.1:1'\n", &config));
	cr_expect_eq(config.workers, 3);
	cr_expect_str_eq(config.listen, "tcp://127.0.0.1:1");
	config_free(&config);
	cr_expect_not(load("workers = 0\n", &config), "out of range");
	cr_expect_not(load("workers = 2\nworkers = 3\n", &config), "given twice");
	cr_expect_not(load("worker = 2\n", &config), "unknown");
	cr_expect_not(load("workers = many\n", &config), "not a number");
	cr_expect_not(config_load("/nonexistent/lantikd.conf", &config));
	cr_expect_not(load("in_flight_bytes = 67108864\noffice_in_flight_bytes = 67108865\n", &config), "a part of it");
	cr_assert(load("in_flight_bytes = 67108864\noffice_in_flight_bytes = 67108864\n", &config));
	config_free(&config);
	char large[64];
	cr_expect_geq(memory_limit(), 256 << 20);
	cr_expect_leq(memory_limit(), 64LL << 30, "give this test a larger number");
	snprintf(large, sizeof large, "in_flight_bytes = %zu\n", memory_limit());
	cr_expect_not(load(large, &config), "the workers need some, too");
}
