/* Makes what the benches load: bodies as an office sends them, and the same records as tuples of COPY BINARY.
 *
 * ingest_make DIRECTORY WHAT... < PLAN
 * WHAT is bodies, tuples or next: the files to write, a piece a batch. PLAN is a line a batch: its number, agency,
 * regional office, rows, and the number of its first person; nobody may come twice. Bodies are of step NI; next holds
 * the decrees (SK) of the same people, each record a continuation of its first. Tuples are the yardstick's. Prints one
 * line of JSON. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"
#include "lantik/codec.h"
#include "sample.h"
#include "yardstick_row.h"

/* The same bytes in every run: 2025-10-01. */
#define MADE_AT INT64_C(1759276800000000)
#define SEED 2025
#define OFFICE_NO 1
/* Before the numbers of a PPPK Paruh Waktu come back: birthdays times serials (office/sample_person.c). */
#define PEOPLE 6990000u
#define BATCH_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024)
#define RECORD_ARENA (64u * 1024)

enum what { BODIES, TUPLES, NEXT, KINDS };
static const char *const names[KINDS] = {"bodies", "tuples", "next"};

/* A line of the plan. */
struct wish {
	uint32_t number, rows;
	char agency[5], kanreg[3];
	uint64_t first;
};

struct maker {
	FILE *files[KINDS]; /* NULL: not wanted */
	struct lantik_arena *batch_arena, *record_arena;
	struct lantik_buffer records, body, copy;
	size_t batches, rows, body_bytes, tuple_bytes, next_bytes;
};

static FILE *create(const char *directory, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "wb");
	if (!file)
		bench_fail("%s: could not be created", path);
	return file;
}

static int kind_named(const char *name)
{
	for (int what = 0; what < KINDS; what++)
		if (strcmp(names[what], name) == 0)
			return what;
	bench_fail("%s is none of bodies, tuples, next", name);
}

static void maker_open(struct maker *m, int argc, char **argv)
{
	*m = (struct maker){0};
	for (int i = 2; i < argc; i++) {
		int what = kind_named(argv[i]);
		if (m->files[what])
			bench_fail("%s came before", argv[i]);
		m->files[what] = create(argv[1], names[what]);
	}
	m->batch_arena = lantik_arena_new(BATCH_ARENA);
	m->record_arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(m->batch_arena && m->record_arena);
}

static void maker_close(struct maker *m)
{
	for (int i = 0; i < KINDS; i++)
		if (m->files[i] && fclose(m->files[i]))
			bench_fail("could not write the files");
	lantik_arena_free(&m->batch_arena);
	lantik_arena_free(&m->record_arena);
	lantik_buffer_free(&m->records);
	lantik_buffer_free(&m->body);
	lantik_buffer_free(&m->copy);
}

static void make_id(uint32_t number, enum lantik_step step, uint8_t ret[16])
{
	uint8_t dice[10] = {0};

	dice[5] = (uint8_t)step;
	memcpy(dice + 6, &number, sizeof number); /* some bits of the first three are the version's */
	lantik_id_make(MADE_AT / 1000, dice, ret);
}

static void make_body(struct maker *m, const struct lantik_sample *sample, uint32_t number)
{
	struct lantik_record record;
	struct lantik_manifest manifest;
	uint8_t batch_id[16], digest[LANTIK_HASH];

	lantik_buffer_reset(&m->records);
	lantik_buffer_reset(&m->body);
	for (uint32_t i = 0; i < sample->rows; i++) {
		lantik_arena_reset(m->record_arena);
		lantik_sample_record(sample, i, m->record_arena, &record);
		if (lantik_record_append(&record, &m->records))
			bench_fail("a record could not be encoded");
	}
	lantik_arena_reset(m->record_arena);
	lantik_sample_manifest(sample, m->record_arena, &manifest);
	make_id(number, sample->step, batch_id);
	if (lantik_records_root(lantik_buffer_span(&m->records), digest))
		bench_fail("the records could not be hashed");
	manifest.batch_id = (struct lantik_span){batch_id, sizeof batch_id};
	manifest.records_root = (struct lantik_span){digest, sizeof digest};
	manifest.sent_at = MADE_AT;
	if (lantik_batch_encode(&manifest, lantik_buffer_span(&m->records), &m->body))
		bench_fail("a body could not be encoded");
}

/* As the daemon would: from the bytes of the body, one record at a time. */
static void make_tuples(struct maker *m, int64_t batch_no)
{
	static const char header[19] = "PGCOPY\n\377\r\n";
	static const uint8_t trailer[] = {0xff, 0xff};
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	struct lantik_record record;
	uint32_t wrong;

	lantik_arena_reset(m->batch_arena);
	if (lantik_batch_scan(lantik_buffer_span(&m->body), m->batch_arena, &view, &wrong) ||
		lantik_manifest_decode(view.manifest, m->batch_arena, &manifest))
		bench_fail("a body does not scan");
	lantik_buffer_reset(&m->copy);
	lantik_buffer_append(&m->copy, header, sizeof header);
	for (uint32_t i = 0; i < view.record_count; i++) {
		struct yardstick_row row = {
			.batch_no = batch_no, .record_no = i + 1, .office_no = OFFICE_NO, .manifest = &manifest};
		uint8_t salt[YARDSTICK_SALT];
		lantik_arena_reset(m->record_arena);
		if (lantik_record_decode(view.records[i], m->record_arena, &record))
			bench_fail("a record does not decode");
		lantik_random(salt, sizeof salt);
		m->tuple_bytes += yardstick_row_append(&row, &record, salt, &m->copy);
	}
	lantik_buffer_append(&m->copy, trailer, sizeof trailer);
	LANTIK_ASSERT(!m->copy.error);
}

static struct lantik_sample sample_of(const struct wish *wish, enum lantik_step step)
{
	struct lantik_sample sample = {
		.kind = LANTIK_PPPK_PW, .step = step, .rows = wish->rows, .seed = SEED, .first = wish->first};

	memcpy(sample.agency, wish->agency, sizeof sample.agency);
	memcpy(sample.kanreg, wish->kanreg, sizeof sample.kanreg);
	if (step != LANTIK_STEP_NI) {
		sample.has_predecessor = true;
		make_id(wish->number, LANTIK_STEP_NI, sample.predecessor);
	}
	if (lantik_sample_fill(&sample) != LANTIK_SAMPLE_FINE)
		bench_fail("agency %s with %u rows is no batch", wish->agency, wish->rows);
	return sample;
}

static void make_batch(struct maker *m, const struct wish *wish)
{
	struct lantik_sample sample = sample_of(wish, LANTIK_STEP_NI);

	make_body(m, &sample, wish->number);
	m->batches++;
	m->rows += wish->rows;
	m->body_bytes += m->body.len;
	if (m->files[BODIES])
		bench_piece_write(m->files[BODIES], lantik_buffer_span(&m->body));
	if (m->files[TUPLES]) {
		make_tuples(m, wish->number);
		bench_piece_write(m->files[TUPLES], lantik_buffer_span(&m->copy));
	}
	if (m->files[NEXT]) {
		sample = sample_of(wish, LANTIK_STEP_SK);
		make_body(m, &sample, wish->number);
		m->next_bytes += m->body.len;
		bench_piece_write(m->files[NEXT], lantik_buffer_span(&m->body));
	}
}

/* False: the end of the plan. */
static bool read_wish(struct wish *ret)
{
	unsigned long long first;
	int got = scanf("%u %4s %2s %u %llu", &ret->number, ret->agency, ret->kanreg, &ret->rows, &first);

	if (got == EOF)
		return false;
	if (got != 5 || !ret->rows || ret->rows > LANTIK_MAX_RECORDS || first + ret->rows > PEOPLE)
		bench_fail("a line of the plan is not NUMBER AGENCY KANREG ROWS FIRST, or goes past %u people", PEOPLE);
	ret->first = first;
	return true;
}

int main(int argc, char **argv)
{
	struct maker m;
	struct wish wish;

	if (argc < 3)
		bench_fail("usage: ingest_make DIRECTORY WHAT... < PLAN");
	lantik_crypto_start();
	maker_open(&m, argc, argv);
	while (read_wish(&wish))
		make_batch(&m, &wish);
	maker_close(&m);
	printf("{\"rows\":%zu,\"batches\":%zu,\"body_bytes\":%zu,\"tuple_bytes\":%zu,"
	       "\"next_bytes\":%zu}\n",
		m.rows, m.batches, m.body_bytes, m.tuple_bytes, m.next_bytes);
	return 0;
}
