/* What judging costs a row, step by step and without a database: nanoseconds and instructions in user mode.
 *
 * judge_steps BODIES RULEBOOK ROUNDS
 * BODIES is a file of ingest_make, RULEBOOK a rulebook's text. Every round judges every body as the daemon does, one
 * step of all its records after another; the least of the rounds is printed, as one line of JSON. hash and root are of
 * the tree of records, judge is the rules and the name's form, row is the tuple and its hash, batch is what is asked
 * once a batch.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "lantik/codec.h"
#include "lantik/name.h"
#include "lantik/rules.h"
#include "row.h"

/* When ingest_make says that the batches were made. */
#define RECEIVED_AT INT64_C(1759276800000000)
#define BATCH_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024)
#define RECORD_ARENA (64u * 1024)

enum step { SCAN, HASH, ROOT, DECODE, JUDGE, ROW, BATCH, STEP_COUNT };
static const char *const step_names[] = {"scan", "hash", "root", "decode", "judge", "row", "batch"};

struct cost {
	double seconds;
	uint64_t instructions;
};

struct judge {
	struct bench_pieces bodies;
	struct lantik_rulebook *rulebook;
	struct lantik_check *check;
	struct lantik_arena *batch_arena, *record_arena;
	struct lantik_findings findings;
	struct lantik_buffer tuples;
	uint8_t *hashes;
	int counter; /* of instructions; -1 where the kernel does not let us count */
	size_t rows, bytes, found;
	struct cost start, now[STEP_COUNT], least[STEP_COUNT];
};

static int counter_open(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static struct cost now(const struct judge *j)
{
	struct cost cost = {.seconds = bench_now()};

	if (j->counter >= 0 && read(j->counter, &cost.instructions, sizeof cost.instructions) < 0)
		bench_fail("the counter of instructions cannot be read");
	return cost;
}

static void begin(struct judge *j)
{
	j->start = now(j);
}

static void end(struct judge *j, enum step step)
{
	struct cost cost = now(j);

	j->now[step].seconds += cost.seconds - j->start.seconds;
	j->now[step].instructions += cost.instructions - j->start.instructions;
}

static void decode(struct judge *j, struct lantik_span bytes, struct lantik_record *ret)
{
	lantik_arena_reset(j->record_arena);
	if (lantik_record_decode(bytes, j->record_arena, ret))
		bench_fail("a record does not decode");
}

static void judge_records(struct judge *j, const struct lantik_batch_view *view, const struct lantik_manifest *manifest)
{
	struct lantik_record record;

	begin(j);
	struct lantik_check *check = j->check;
	lantik_check_again(check, j->rulebook, manifest, RECEIVED_AT);
	j->findings.count = 0;
	lantik_check_manifest(check, &j->findings);
	end(j, BATCH);
	begin(j);
	for (uint32_t i = 0; i < view->record_count; i++) {
		struct lantik_span unified;
		decode(j, view->records[i], &record);
		lantik_check_record(check, i + 1, &record, &j->findings);
		(void)!lantik_name_unify(record.nama, j->record_arena, &unified);
	}
	end(j, JUDGE);
	begin(j);
	lantik_check_finish(check, &j->findings);
	lantik_check_rest(check);
	end(j, BATCH);
	j->found += j->findings.count;
}

static void encode_rows(struct judge *j, const struct lantik_batch_view *view, const struct lantik_manifest *manifest)
{
	static const uint8_t salt[LANTIK_ROW_SALT];
	struct row_columns columns;
	struct row_context context = {
		.batch_no = 1, .office_no = 1, .manifest = manifest, .columns = &columns, .names_agency = true};
	struct lantik_record record;

	begin(j);
	row_columns_of(view->present, &columns);
	lantik_buffer_reset(&j->tuples);
	for (uint32_t i = 0; i < view->record_count; i++) {
		struct row_source source = {.bytes = view->records[i], .hash = j->hashes + (size_t)i * LANTIK_HASH};
		struct row row = {.record_no = i + 1};
		decode(j, view->records[i], &record);
		row_encode(&context, &record, &source, salt, &row, &j->tuples);
	}
	end(j, ROW);
}

static void judge_body(struct judge *j, struct lantik_span body)
{
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	struct lantik_record record;
	uint8_t root[LANTIK_HASH];
	uint32_t wrong;

	begin(j);
	lantik_arena_reset(j->batch_arena);
	if (lantik_batch_scan(body, j->batch_arena, &view, &wrong) ||
		lantik_manifest_decode(view.manifest, j->batch_arena, &manifest))
		bench_fail("a body does not scan");
	end(j, SCAN);
	begin(j);
	for (uint32_t i = 0; i < view.record_count; i++)
		lantik_leaf_hash(view.records[i], j->hashes + (size_t)i * LANTIK_HASH);
	end(j, HASH);
	begin(j);
	lantik_root_of(j->hashes, view.record_count, root);
	end(j, ROOT);
	begin(j);
	for (uint32_t i = 0; i < view.record_count; i++)
		decode(j, view.records[i], &record);
	end(j, DECODE);
	judge_records(j, &view, &manifest);
	encode_rows(j, &view, &manifest);
	j->rows += view.record_count;
	j->bytes += body.len;
}

static void round_of(struct judge *j)
{
	j->rows = j->bytes = j->found = 0;
	memset(j->now, 0, sizeof j->now);
	for (size_t i = 0; i < j->bodies.count; i++)
		judge_body(j, j->bodies.items[i]);
	/* where it is judged or written, a record is decoded once more, since all of them would not fit */
	for (enum step step = JUDGE; step <= ROW; step++) {
		j->now[step].seconds -= j->now[DECODE].seconds;
		j->now[step].instructions -= j->now[DECODE].instructions;
	}
	for (int i = 0; i < STEP_COUNT; i++) {
		struct cost *least = &j->least[i];
		if (least->seconds == 0 || j->now[i].seconds < least->seconds)
			least->seconds = j->now[i].seconds;
		if (least->instructions == 0 || j->now[i].instructions < least->instructions)
			least->instructions = j->now[i].instructions;
	}
}

static void print(const struct judge *j)
{
	double rows = (double)j->rows;

	printf("{\"rows\":%zu,\"batches\":%zu,\"bytes\":%zu,\"findings\":%zu", j->rows, j->bodies.count, j->bytes,
		j->found);
	for (int i = 0; i < STEP_COUNT; i++) {
		printf(",\"%s_ns\":%.1f", step_names[i], j->least[i].seconds * 1e9 / rows);
		if (j->counter >= 0)
			printf(",\"%s_instructions\":%.1f", step_names[i], (double)j->least[i].instructions / rows);
	}
	printf("}\n");
}

int main(int argc, char **argv)
{
	struct judge j = {.counter = counter_open()};
	struct lantik_buffer rulebook = {0};
	unsigned line;

	if (argc != 4)
		bench_fail("usage: judge_steps BODIES RULEBOOK ROUNDS");
	lantik_crypto_start();
	bench_pieces_read(argv[1], &j.bodies);
	bench_file(argv[2], &rulebook);
	if (lantik_rulebook_parse(lantik_buffer_span(&rulebook), &j.rulebook, &line))
		bench_fail("%s is not a rulebook", argv[2]);
	j.batch_arena = lantik_arena_new(BATCH_ARENA);
	j.record_arena = lantik_arena_new(RECORD_ARENA);
	j.check = lantik_check_blank();
	j.hashes = malloc((size_t)LANTIK_MAX_RECORDS * LANTIK_HASH);
	LANTIK_ASSERT(j.batch_arena && j.record_arena && j.hashes && j.check);
	for (unsigned long rounds = strtoul(argv[3], NULL, 10); rounds > 0; rounds--)
		round_of(&j);
	print(&j);
	free(j.hashes);
	lantik_findings_free(&j.findings);
	lantik_arena_free(&j.batch_arena);
	lantik_arena_free(&j.record_arena);
	lantik_check_free(&j.check);
	lantik_rulebook_free(&j.rulebook);
	lantik_buffer_free(&rulebook);
	lantik_buffer_free(&j.tuples);
	bench_pieces_free(&j.bodies);
	return 0;
}
