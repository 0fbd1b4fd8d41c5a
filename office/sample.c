/* One record of a sample by its number, and what the office declares about the whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "sample_parts.h"

static const uint8_t steps_of[LANTIK_KIND_END] = {
	[LANTIK_PPPK_PW] =
		1 << LANTIK_STEP_NI | 1 << LANTIK_STEP_SK | 1 << LANTIK_STEP_PERJANJIAN | 1 << LANTIK_STEP_SPMT,
	[LANTIK_PPPK] = 1 << LANTIK_STEP_NI | 1 << LANTIK_STEP_SK | 1 << LANTIK_STEP_PERJANJIAN | 1 << LANTIK_STEP_SPMT,
	[LANTIK_CPNS] = 1 << LANTIK_STEP_NI | 1 << LANTIK_STEP_SK | 1 << LANTIK_STEP_SPMT,
	[LANTIK_PNS] = 1 << LANTIK_STEP_SK,
	[LANTIK_JF] = 1 << LANTIK_STEP_SK | 1 << LANTIK_STEP_PELANTIKAN,
};

static const struct {
	const char *programme, *jenis_pengadaan, *jenis_formasi;
} programmes[LANTIK_KIND_END] = {
	[LANTIK_PPPK_PW] = {"PW2024", "02", "0210"},
	[LANTIK_PPPK] = {"PPPK2024", "02", "0208"},
	[LANTIK_CPNS] = {"CPNS2024", "01", "0101"},
	[LANTIK_PNS] = {"PNS2025", "01", "0101"},
	[LANTIK_JF] = {"JF2025", "", ""},
};

/* By the first two digits of the agency's code, from 51. */
static const char block_kanregs[][3] = {"13", "06", "12", "12", "07", "07", "07", "07", "05", "05", "03", "03", "01",
	"01", "02", "05", "08", "08", "08", "11", "11", "04", "04", "04", "10", "10", "10", "04", "04", "09", "12",
	"14", "04", "08"};

static bool digits(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "0123456789") == count;
}

/* The groups follow from the positions when those are given, else from the usual shares. */
static bool divide(struct lantik_sample *sample)
{
	uint32_t *groups = sample->groups;
	uint64_t listed = 0;
	uint32_t by_position[LANTIK_SAMPLE_GROUPS] = {0};
	for (size_t i = 0; i < sample->position_count; i++) {
		int group = lantik_sample_position_group(sample->kind, sample->positions[i].key);
		by_position[group] += sample->positions[i].rows;
		listed += sample->positions[i].rows;
	}
	uint64_t given = (uint64_t)groups[1] + groups[2] + groups[3];
	if (sample->rows == 0)
		sample->rows = (uint32_t)(given > 0 ? given : listed);
	if (listed > 0) {
		memcpy(sample->groups, by_position, sizeof by_position);
		return listed == sample->rows && (given == 0 || given == listed);
	}
	if (given > 0)
		return given == sample->rows;
	groups[1] = sample->rows / 4;
	groups[2] = sample->rows / 20;
	groups[3] = sample->rows - groups[1] - groups[2];
	return sample->rows > 0;
}

static bool signed_fits(const struct lantik_sample *sample)
{
	bool any = false;
	for (int group = 1; group < LANTIK_SAMPLE_GROUPS; group++) {
		if (sample->in_person[group] > sample->groups[group])
			return false;
		any = any || sample->in_person[group] > 0;
	}
	return !any || (lantik_kind_is_pppk(sample->kind) && lantik_sample_past(sample, LANTIK_STEP_PERJANJIAN));
}

const char *lantik_sample_kanreg(const char *agency)
{
	if (!digits(agency, 4))
		return "";
	int block = (agency[0] - '0') * 10 + agency[1] - '0';
	if (block < 51)
		return "00";
	if (block == 99) /* the fictional province and its regional office */
		return "99";
	return block - 51 < (int)LANTIK_COUNT(block_kanregs) ? block_kanregs[block - 51] : "";
}

enum lantik_sample_fault lantik_sample_fill(struct lantik_sample *sample)
{
	LANTIK_ASSERT(sample->kind > 0 && sample->kind < LANTIK_KIND_END);
	LANTIK_ASSERT(sample->step > 0 && sample->step < LANTIK_STEP_END);
	if ((steps_of[sample->kind] & 1 << sample->step) == 0)
		return LANTIK_SAMPLE_STEP;
	if (!digits(sample->agency, 4) || !digits(sample->kanreg, 2))
		return LANTIK_SAMPLE_AGENCY;
	for (size_t i = 0; i < sample->position_count; i++)
		if (!lantik_sample_position_known(sample->kind, sample->positions[i].key))
			return LANTIK_SAMPLE_POSITION;
	if (!divide(sample))
		return LANTIK_SAMPLE_ROWS;
	return signed_fits(sample) ? LANTIK_SAMPLE_FINE : LANTIK_SAMPLE_IN_PERSON;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Spreads the groups over the file as a real one has them: at x step mod rows with a step near the golden section. */
static uint32_t spread(uint32_t at, uint32_t rows)
{
	uint32_t step = (uint32_t)((uint64_t)rows * 618 / 1000);
	while (step == 0 || common_divisor(step, rows) != 1)
		step++;
	return (uint32_t)((uint64_t)at * step % rows);
}

static void place_in_group(struct lantik_making *making)
{
	const struct lantik_sample *sample = making->sample;
	making->rank = spread(making->at, sample->rows);
	making->group = 1;
	while (making->rank >= sample->groups[making->group])
		making->rank -= sample->groups[making->group++];
	LANTIK_ASSERT(making->group < LANTIK_SAMPLE_GROUPS);
}

void lantik_sample_record(
	const struct lantik_sample *sample, uint32_t at, struct lantik_arena *arena, struct lantik_record *ret)
{
	LANTIK_ASSERT(at < sample->rows);
	struct lantik_record record = {.row_no = (int32_t)at + 1};
	struct lantik_making making = {
		.sample = sample, .arena = arena, .at = at, .number = sample->first + at, .record = &record};
	making.start = lantik_sample_start(sample, making.number);
	place_in_group(&making);
	record.office_reference = lantik_text(arena, "%s-2025-%06" PRIu64, sample->agency, making.number + 1);
	record.kode_instansi = lantik_text(arena, "%s", sample->agency);
	if (sample->has_predecessor) {
		record.predecessor_batch_id = lantik_arena_copy(arena, (struct lantik_span){sample->predecessor, 16});
		record.predecessor_record_no = (int32_t)at + 1;
	}
	lantik_sample_person(&making);
	lantik_sample_work(&making);
	lantik_sample_papers(&making);
	*ret = record;
}

void lantik_sample_manifest(const struct lantik_sample *sample, struct lantik_arena *arena, struct lantik_manifest *ret)
{
	struct lantik_manifest manifest = {.kind = sample->kind, .step = sample->step, .periode = 2025};
	const char *step = lantik_word(LANTIK_WORDS_step, sample->step, LANTIK_ENGLISH);
	manifest.schema_version = lantik_text(arena, LANTIK_SCHEMA_VERSION);
	manifest.kanreg_id = lantik_text(arena, "%s", sample->kanreg);
	manifest.kode_instansi = lantik_text(arena, "%s", sample->agency);
	manifest.instansi_id = lantik_reference_id(arena, "instansi", manifest.kode_instansi);
	manifest.programme = lantik_text(arena, "%s", programmes[sample->kind].programme);
	manifest.jenis_pengadaan_id = lantik_text(arena, "%s", programmes[sample->kind].jenis_pengadaan);
	manifest.jenis_formasi_id = lantik_text(arena, "%s", programmes[sample->kind].jenis_formasi);
	manifest.row_count = (int32_t)sample->rows;
	manifest.count_guru = (int32_t)sample->groups[1];
	manifest.count_kesehatan = (int32_t)sample->groups[2];
	manifest.count_teknis = (int32_t)sample->groups[3];
	manifest.pengirim_nip = lantik_text(arena, "198503152010011990");
	manifest.no_surat_usulan = lantik_text(arena, "800.1.2.2/%s/%s/2025", step, sample->agency);
	manifest.tgl_surat_usulan = lantik_date_make(2025, 9, 22);
	manifest.certifier_nama = lantik_text(arena, "ENDANG SURYADI KUSUMAH");
	manifest.certifier_nip = lantik_text(arena, "197004121995031990");
	manifest.sptjm_no = lantik_text(arena, "800.1.2.2/SPTJM-%s/%s/2025", step, sample->agency);
	manifest.sptjm_tgl = lantik_date_make(2025, 9, 22);
	*ret = manifest;
}
