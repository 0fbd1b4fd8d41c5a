/* Tests of a check that judges batch after batch: what it keeps changes nothing of what it finds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_sample.h"

#include "lantik/rules.h"

#define ROUNDS 8000

/* One of a few, so that batches repeat one another in some things and differ in others. */
static struct unit_random dice;

static size_t choose(size_t count)
{
	return (size_t)(unit_next(&dice) >> 33) % count;
}

#define ONE_OF(list) ((list)[choose(LANTIK_COUNT(list))])

/* Mostly as the one before. */
static void change_manifest(struct lantik_manifest *manifest)
{
	static const char *const agencies[] = {"9901", "9902", "6171", "1010", "", "99012"};
	static const char *const programmes[] = {"PW2024", "PW2025", "PW2024, and so on and on", ""};
	static const char *const types[] = {"02", "", "03", "02 and so on"};
	static const int32_t kinds[] = {LANTIK_PPPK_PW, LANTIK_PPPK, LANTIK_JF, 99};
	static const int32_t steps[] = {LANTIK_STEP_NI, LANTIK_STEP_SK};
	switch (choose(12)) {
	case 0:
		manifest->kode_instansi = span(ONE_OF(agencies));
		break;
	case 1:
		manifest->programme = span(ONE_OF(programmes));
		break;
	case 2:
		manifest->jenis_pengadaan_id = span(ONE_OF(types));
		break;
	case 3:
		manifest->jenis_formasi_id = span(ONE_OF(types));
		break;
	case 4:
		manifest->kind = ONE_OF(kinds);
		break;
	case 5:
		manifest->step = ONE_OF(steps);
		break;
	default:
		break;
	}
}

static const struct lantik_manifest good_manifest = {
	.schema_version = {(const uint8_t *)LANTIK_SCHEMA_VERSION, sizeof LANTIK_SCHEMA_VERSION - 1},
	.kanreg_id = {(const uint8_t *)"99", 2},
	.kode_instansi = {(const uint8_t *)"9901", 4},
	.programme = {(const uint8_t *)"PW2024", 6},
	.kind = LANTIK_PPPK_PW,
	.step = LANTIK_STEP_NI,
	.count_guru = 1,
	.count_teknis = 1};

/* An id of the sample, or one that it does not know. */
static struct lantik_span any_id(void)
{
	static const uint8_t ids[][16] = {{[15] = 1}, {[15] = 2}, {[15] = 3}, {0xa0, [15] = 1}, {0xf0, [15] = 1}, {0}};
	return (struct lantik_span){ONE_OF(ids), 16};
}

static struct lantik_record any_record(void)
{
	static const char *const niks[] = {
		"9901015505900001", "9901015505900002", "9902015505900001", "9101015505900001", "1234565505900010", ""};
	static const char *const categories[] = {"R2", "R3", "R3/L", "TMS", "R5"};
	static const char *const levels[] = {"05", "40", "35", "99"};
	static const char *const papers[] = {"AB-1", "AB-2"};
	return (struct lantik_record){.nik = span(ONE_OF(niks)),
		.nip = span("199005152025212001"),
		.nama = span("SITI RAHMAWATI"),
		.kategori = span(ONE_OF(categories)),
		.tk_pendidikan_id = span(ONE_OF(levels)),
		.kode_kabkot = span("3273"),
		.no_pertek = span(ONE_OF(papers)),
		.no_sk = span(ONE_OF(papers)),
		.unor_id = any_id(),
		.pendidikan_id = any_id(),
		.jabatan_fungsional_id = any_id(),
		.kelompok_lapor = (int32_t)choose(4),
		.kelompok_jabatan = (int32_t)choose(3),
		.upah = 100,
		.tgl_lahir = 19900515,
		.tmt = 20241001 + (int32_t)choose(3) * 10000};
}

struct batch {
	const struct lantik_rulebook *rulebook;
	struct lantik_manifest manifest;
	struct lantik_record records[100];
	uint32_t count;
	int64_t received_at;
};

/* Two instants of a day on both sides of a window's edge, and other days. */
static void any_batch(struct batch *ret)
{
	static const int64_t instants[] = {INT64_C(1759251599000000), INT64_C(1759251600000000),
		INT64_C(1766163599000000), INT64_C(1766163600000000), INT64_C(1766164300000000),
		INT64_C(1766170000000000), INT64_C(1767300000000000)};
	if (choose(20) == 0)
		ret->manifest = good_manifest;
	change_manifest(&ret->manifest);
	ret->received_at = ONE_OF(instants);
	ret->count = choose(40) == 0 ? (uint32_t)LANTIK_COUNT(ret->records) : 2;
	for (uint32_t i = 0; i < ret->count; i++)
		ret->records[i] = any_record();
	ret->manifest.row_count = (int32_t)ret->count;
	for (uint32_t i = 0; ret->count > 2 && i < ret->count && choose(100) > 0; i++)
		ret->records[i].nik = span("9901015505900010");
}

static void judge(struct lantik_check *check, const struct batch *batch, struct lantik_findings *ret_findings,
	uint64_t ret_not_checked[4], struct lantik_severities *ret_severities)
{
	ret_findings->count = 0;
	lantik_check_manifest(check, ret_findings);
	for (uint32_t i = 0; i < batch->count; i++)
		lantik_check_record(check, i + 1, &batch->records[i], ret_findings);
	lantik_check_finish(check, ret_findings);
	lantik_check_not_checked(check, ret_not_checked);
	*ret_severities = *lantik_check_severities(check);
}

static void expect_same(struct lantik_check *kept, const struct batch *batch)
{
	struct lantik_findings found = {0}, expected = {0};
	uint64_t not_checked[4], expected_not_checked[4];
	struct lantik_severities severities, expected_severities;
	struct lantik_check *fresh = lantik_check_new(batch->rulebook, &batch->manifest, batch->received_at);
	cr_assert(fresh);
	judge(fresh, batch, &expected, expected_not_checked, &expected_severities);
	lantik_check_again(kept, batch->rulebook, &batch->manifest, batch->received_at);
	judge(kept, batch, &found, not_checked, &severities);
	lantik_check_free(&fresh);
	lantik_check_rest(kept);
	cr_assert_eq(found.count, expected.count);
	for (size_t i = 0; i < found.count; i++)
		cr_assert(memcmp(&found.items[i], &expected.items[i], sizeof found.items[i]) == 0);
	cr_assert(memcmp(not_checked, expected_not_checked, sizeof not_checked) == 0);
	cr_assert(memcmp(&severities, &expected_severities, sizeof severities) == 0);
	lantik_findings_free(&found);
	lantik_findings_free(&expected);
}

/* The sample and what it lacks here, without one of its lines. */
static struct lantik_rulebook *any_rulebook(void)
{
	static const char more[] = "parameter\tjenis_formasi_pppk_pw\t02\t\t\n"
				   "parameter\tjenis_pengadaan_pppk_pw\t02\t\t\n";
	char text[sizeof sample + sizeof more];
	const char *at = strstr(sample, "parameter\tlist");
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - sample), sample, more, at);
	char *line = strchr(text + sizeof HEAD + choose(strlen(text) - sizeof HEAD - 200), '\n') + 1;
	char *next = strchr(line, '\n') + 1;
	memmove(line, next, strlen(next) + 1);
	return parse(text);
}

Test(check, of_many_batches_finds_what_one_of_its_own_finds)
{
	static struct batch batch;
	batch.manifest = good_manifest;
	dice = unit_random_start();
	struct lantik_rulebook *rulebooks[3] = {any_rulebook(), any_rulebook(), any_rulebook()};
	struct lantik_check *kept = lantik_check_blank();
	cr_assert(kept);
	for (int round = 0; round < ROUNDS; round++) {
		size_t book = choose(30); /* mostly the same one for a while */
		if (round == 0 || book < LANTIK_COUNT(rulebooks))
			batch.rulebook = rulebooks[book % LANTIK_COUNT(rulebooks)];
		any_batch(&batch);
		expect_same(kept, &batch);
		if (choose(15) == 0) { /* another one in its memory, as a new rulebook in force */
			size_t place = choose(LANTIK_COUNT(rulebooks));
			lantik_rulebook_free(&rulebooks[place]);
			rulebooks[place] = any_rulebook();
			batch.rulebook = rulebooks[place];
		}
	}
	for (size_t i = 0; i < LANTIK_COUNT(rulebooks); i++)
		lantik_rulebook_free(&rulebooks[i]);
	lantik_check_free(&kept);
}

Test(check, knows_a_rulebook_from_another_one_in_its_place)
{
	struct lantik_rulebook *first = parse(sample), *second = parse(sample);
	cr_expect_neq(lantik_rulebook_identity(first), 0);
	cr_expect_neq(lantik_rulebook_identity(first), lantik_rulebook_identity(second));
	lantik_rulebook_free(&first);
	lantik_rulebook_free(&second);
}
