/* Makes what an ingest run loads: bodies as an office sends them, and the same records as tuples of COPY BINARY.
 *
 * ingest_make DIRECTORY ROWS BATCHES AGENCY...
 * Writes DIRECTORY/bodies and DIRECTORY/tuples, a piece a batch. Batch i is of agency i modulo their number; no person
 * comes twice. The tuples are those of the daemon, encoded by its own row_encode.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"
#include "lantik/codec.h"
#include "row.h"
#include "sample.h"

/* The same bytes in every run: 2025-10-01. */
#define MADE_AT INT64_C(1759276800000000)
#define SEED 2025
#define OFFICE_NO 1
#define BATCH_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024)
#define RECORD_ARENA (64u * 1024)

struct maker {
	FILE *bodies, *tuples;
	struct lantik_arena *batch_arena, *record_arena;
	struct lantik_buffer records, body, copy;
	size_t rows, record_bytes, body_bytes, tuple_bytes;
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

static void maker_open(struct maker *m, const char *directory)
{
	*m = (struct maker){.bodies = create(directory, "bodies"), .tuples = create(directory, "tuples")};
	m->batch_arena = lantik_arena_new(BATCH_ARENA);
	m->record_arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(m->batch_arena && m->record_arena);
}

static void maker_close(struct maker *m)
{
	if (fclose(m->bodies) || fclose(m->tuples))
		bench_fail("could not write the files");
	lantik_arena_free(&m->batch_arena);
	lantik_arena_free(&m->record_arena);
	lantik_buffer_free(&m->records);
	lantik_buffer_free(&m->body);
	lantik_buffer_free(&m->copy);
}

static void make_body(struct maker *m, const struct lantik_sample *sample, uint32_t number)
{
	struct lantik_record record;
	struct lantik_manifest manifest;
	uint8_t batch_id[16], digest[LANTIK_HASH], dice[10] = {0};

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
	memcpy(dice + 6, &number, sizeof number); /* some bits of the first three are the version's */
	lantik_id_make(MADE_AT / 1000, dice, batch_id);
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
	struct row_context context = {.batch_no = batch_no, .office_no = OFFICE_NO, .manifest = &manifest};
	lantik_buffer_reset(&m->copy);
	lantik_buffer_append(&m->copy, header, sizeof header);
	for (uint32_t i = 0; i < view.record_count; i++) {
		struct row row = {.record_no = i + 1};
		uint8_t salt[ROW_SALT];
		lantik_arena_reset(m->record_arena);
		if (lantik_record_decode(view.records[i], m->record_arena, &record))
			bench_fail("a record does not decode");
		lantik_random(salt, sizeof salt);
		row_encode(&context, &record, salt, &row, &m->copy);
		m->record_bytes += view.records[i].len;
		m->tuple_bytes += row.len;
		/* row_encode leaves a byte in front of each tuple, which the daemon skips */
		memmove(m->copy.data + row.offset - 1, m->copy.data + row.offset, row.len);
		m->copy.len--;
	}
	lantik_buffer_append(&m->copy, trailer, sizeof trailer);
	LANTIK_ASSERT(!m->copy.error);
	m->rows += view.record_count;
	m->body_bytes += m->body.len;
}

static struct lantik_sample sample_of(const char *agency, uint32_t rows, uint32_t batch)
{
	struct lantik_sample sample = {.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.rows = rows,
		.seed = SEED,
		.first = (uint64_t)batch * rows};

	snprintf(sample.agency, sizeof sample.agency, "%s", agency);
	snprintf(sample.kanreg, sizeof sample.kanreg, "%s", lantik_sample_kanreg(agency));
	if (lantik_sample_fill(&sample) != LANTIK_SAMPLE_FINE)
		bench_fail("agency %s with %u rows is no batch", agency, rows);
	return sample;
}

int main(int argc, char **argv)
{
	struct maker m;

	if (argc < 5)
		bench_fail("usage: ingest_make DIRECTORY ROWS BATCHES AGENCY...");
	uint32_t rows = (uint32_t)strtoul(argv[2], NULL, 10), batches = (uint32_t)strtoul(argv[3], NULL, 10);
	if (!rows || rows > LANTIK_MAX_RECORDS || !batches || (uint64_t)rows * batches > LANTIK_SAMPLE_PEOPLE)
		bench_fail("ROWS is 1 to %u, and all batches together hold at most %u people", LANTIK_MAX_RECORDS,
			LANTIK_SAMPLE_PEOPLE);
	lantik_crypto_start();
	maker_open(&m, argv[1]);
	for (uint32_t i = 0; i < batches; i++) {
		struct lantik_sample sample = sample_of(argv[4 + i % (uint32_t)(argc - 4)], rows, i);
		make_body(&m, &sample, i);
		make_tuples(&m, i + 1);
		bench_piece_write(m.bodies, lantik_buffer_span(&m.body));
		bench_piece_write(m.tuples, lantik_buffer_span(&m.copy));
	}
	maker_close(&m);
	printf("{\"rows\":%zu,\"batches\":%u,\"body_bytes\":%zu,\"record_bytes\":%zu,\"tuple_bytes\":%zu}\n", m.rows,
		batches, m.body_bytes, m.record_bytes, m.tuple_bytes);
	return 0;
}
